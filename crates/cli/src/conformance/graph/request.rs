//! Which request of Graph a command is.

use connector_groups::{
    AppId, ApplicationId, Command, ConnectorGroupId, Selection, Tenant,
    command::{AddApplication, AddConnector},
    ids::ApplicationSegmentId,
    view::{ApplicationView, ConnectorView},
};
use serde_json::{Map, Value, json};

use crate::{
    import::layout::PROFILE,
    work::{self, members::object},
};

/// Where links lead: whose host it is does not count.
const ROOT: &str = "https://graph.microsoft.com/beta";

/// One request, in the ids of the trace.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Request {
    pub(super) method: &'static str,
    /// Below the version, without a slash before it.
    pub(super) path: String,
    pub(super) body: Option<Value>,
}

impl Request {
    pub(super) const fn get(path: String) -> Self {
        Self { method: "GET", path, body: None }
    }

    const fn delete(path: String) -> Self {
        Self { method: "DELETE", path, body: None }
    }

    /// The request of a command, which may depend on where things are; `None` where Graph has none, as for what the service
    /// does by itself, and for the profile, which is the tenant's own.
    pub(super) fn of(command: &Command, tenant: &Tenant) -> Option<Self> {
        let with = |method, path, body| Some(Self { method, path, body: Some(body) });
        match command {
            Command::AddConnector(AddConnector { connector, connector_group })
                if takes_second_way(connector_group.as_u128()) =>
            {
                let path = format!("{}/members/$ref", group(*connector_group));
                with("POST", path, link(&format!("{PROFILE}/connectors/{connector}")))
            }
            // By the requests that `apply` sends, so that these are the ones that are checked.
            Command::CreateConnectorGroup(_)
            | Command::UpdateConnectorGroup(_)
            | Command::DeleteConnectorGroup(_)
            | Command::AddConnector(_)
            | Command::AddApplication(_) => {
                let planned = work::Request::of(command).ok()?.into_iter().next()?;
                let path = planned.path_as(|id| id.to_string());
                Some(Self { method: planned.method, path, body: planned.body_as(ROOT, |id| id.to_string()) })
            }
            Command::RemoveConnector(command) => {
                // The path names the group that it leaves. A connector that is not there is in none, so that any does.
                let now = tenant.connector(command.connector).map(ConnectorView::connector_group);
                let now = now.unwrap_or_else(|| tenant.default_connector_group()).id();
                Some(Self::delete(format!("{}/members/{}/$ref", group(now), command.connector)))
            }
            Command::CreateApplication(command) => {
                let mut body = object(&command.properties);
                body.insert("displayName".into(), (&*command.display_name).into());
                with("POST", "applications".into(), body.into())
            }
            Command::UpdateApplication(command) => {
                let mut body = object(&command.properties);
                body.extend(command.display_name.iter().map(|name| ("displayName".into(), (&**name).into())));
                with("PATCH", application(command.id), body.into())
            }
            Command::DeleteApplication(command) => Some(Self::delete(application(command.id))),
            Command::PublishApplication(command) => {
                let changes = serde_json::to_value(&command.on_premises_publishing).unwrap_or_default();
                let path = application(command.application);
                if takes_second_way(command.application.as_u128()) {
                    with("PATCH", path + "/onPremisesPublishing", changes)
                } else {
                    with("PATCH", path, json!({"onPremisesPublishing": changes}))
                }
            }
            Command::UnpublishApplication(command) => {
                with("PATCH", application(command.application), json!({"onPremisesPublishing": null}))
            }
            Command::RemoveApplication(command) => {
                Some(Self::delete(format!("{}/connectorGroup/$ref", application(command.application))))
            }
            Command::CreateServicePrincipal(command) => {
                let app_id = tenant.application(command.application).map(ApplicationView::app_id);
                let mut body = object(&command.properties);
                // Of an application that is not there, as an `appId` that nobody has: both sides are to refuse it.
                let app_id = app_id.unwrap_or_else(|| AppId::from_u128(command.application.as_u128()));
                body.insert("appId".into(), app_id.to_string().into());
                with("POST", "servicePrincipals".into(), body.into())
            }
            Command::UpdateServicePrincipal(command) => {
                let body = serde_json::to_value(&command.properties).unwrap_or_default();
                with("PATCH", format!("servicePrincipals/{}", command.id), body)
            }
            Command::DeleteServicePrincipal(command) => Some(Self::delete(format!("servicePrincipals/{}", command.id))),
            Command::AddApplicationSegment(command) => {
                let body = without(command, &["id", "application", "properties"], &object(&command.properties));
                with("POST", segments(command.application), body)
            }
            Command::UpdateApplicationSegment(command) => {
                let body = without(command, &["id", "properties"], &object(&command.properties));
                with("PATCH", segment(command.id, tenant), body)
            }
            Command::RemoveApplicationSegment(command) => Some(Self::delete(segment(command.id, tenant))),
            // Bulk commands are one request a thing, and the others are no requests of Graph, or not of the trace.
            _ => None,
        }
    }
}

/// Whether a request is written in the second of two ways that Graph takes and clients use. The id decides: a line of a trace
/// is then the same request in each run, also when the lines around it are dropped.
const fn takes_second_way(id: u128) -> bool {
    id & 1 == 1
}

/// The commands that Graph has a request for which together ask what this one asks: a bulk command is one a thing.
pub(super) fn singles(command: Command, tenant: &Tenant) -> Vec<Command> {
    match command {
        Command::ReassignApplications(command) => {
            let to = command.connector_group;
            let published = tenant.applications().filter(|application| application.is_published());
            let ids = match command.applications {
                Selection::Ids(ids) => ids,
                Selection::In(group) => published
                    .filter(|application| application.connector_group().is_some_and(|found| found.id() == group))
                    .map(ApplicationView::id)
                    .collect(),
                _ => published.map(ApplicationView::id).collect(),
            };
            ids.into_iter().map(|id| AddApplication { application: id, connector_group: to }.into()).collect()
        }
        Command::MoveConnectors(command) => {
            let to = command.connector_group;
            let ids = match command.connectors {
                Selection::Ids(ids) => ids,
                Selection::In(group) => tenant
                    .connectors()
                    .filter(|connector| connector.connector_group().id() == group)
                    .map(ConnectorView::id)
                    .collect(),
                _ => tenant.connectors().map(ConnectorView::id).collect(),
            };
            ids.into_iter().map(|id| AddConnector { connector: id, connector_group: to }.into()).collect()
        }
        Command::AssignApplications(command) => {
            let one = |application, connector_group| AddApplication { application, connector_group }.into();
            command.assignments.into_iter().map(|entry| one(entry.application, entry.connector_group)).collect()
        }
        Command::Transaction(command) => {
            command.commands.into_iter().flat_map(|command| singles(command, tenant)).collect()
        }
        command => Vec::from([command]),
    }
}

pub(super) fn groups() -> String {
    format!("{PROFILE}/connectorGroups")
}

pub(super) fn group(id: ConnectorGroupId) -> String {
    format!("{PROFILE}/connectorGroups/{id}")
}

pub(super) fn application(id: ApplicationId) -> String {
    format!("applications/{id}")
}

pub(super) fn segments(application: ApplicationId) -> String {
    let configuration = "segmentsConfiguration/microsoft.graph.ipSegmentConfiguration";
    format!("applications/{application}/onPremisesPublishing/{configuration}/applicationSegments")
}

/// Graph has segments below their applications; one that nobody has is asked for below an application that nobody has.
fn segment(id: ApplicationSegmentId, tenant: &Tenant) -> String {
    let owner = tenant.application_segment(id).map(|(application, _)| application.id());
    format!("{}/{id}", segments(owner.unwrap_or_else(|| ApplicationId::from_u128(id.as_u128()))))
}

pub(super) fn link(path: &str) -> Value {
    json!({"@odata.id": format!("{ROOT}/{path}")})
}

/// The fields of a command but for those that the path has, with others beside them.
fn without<T: serde::Serialize>(command: &T, fields: &[&str], others: &Map<String, Value>) -> Value {
    let Ok(Value::Object(mut members)) = serde_json::to_value(command) else { return Value::Null };
    members.retain(|name, _| !fields.contains(&name.as_str()));
    members.extend(others.clone());
    members.into()
}
