//! Which request of Graph a command of the engine is: method, path, body, and which id its answer gives.

use connector_groups::{
    ApplicationId, Command, ConnectorGroupId, ConnectorId, Selection,
    command::{CreateConnectorGroup, UpdateConnectorGroup},
    model::Given,
};
use serde_json::{Map, Value};

use crate::import::layout::PROFILE;

/// One request that changes something.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    /// Below the version, without a slash before it.
    pub(crate) path: Vec<Piece>,
    pub(crate) body: Body,
    /// The group of the plan whose id the answer gives.
    pub(crate) gives: Option<ConnectorGroupId>,
}

/// Part of a path. The id of a group stands by itself, as that of a new group is known only once it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    Group(ConnectorGroupId),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    Empty,
    Json(Value),
    /// `{"@odata.id": …}`, a link below the version.
    Link(Vec<Piece>),
}

impl Request {
    /// The requests of a command, which may be sent in any order.
    ///
    /// # Errors
    /// The command has no request here, or does not name each thing that it moves.
    pub(crate) fn of(command: &Command) -> Result<Vec<Self>, String> {
        match command {
            Command::CreateConnectorGroup(CreateConnectorGroup { id, name, region }) => {
                let region = region.as_ref().map(Given::as_str);
                Ok(vec![Self::create_group(*id, name.as_str(), region)])
            }
            Command::UpdateConnectorGroup(UpdateConnectorGroup { id, name, region }) => {
                let name = name.as_ref().map(Given::as_str);
                let region = region.as_ref().map(Given::as_str);
                Ok(vec![Self::update_group(*id, name, region)])
            }
            Command::DeleteConnectorGroup(command) => Ok(vec![Self::delete_group(command.id)]),
            Command::AddConnector(command) => {
                Ok(vec![Self::move_connector(command.connector, command.connector_group)])
            }
            Command::AddApplication(command) => {
                Ok(vec![Self::assign_application(command.application, command.connector_group)])
            }
            Command::MoveConnectors(command) => {
                // A selection means other things when it is sent than when it was planned.
                let Selection::Ids(ids) = &command.connectors else { return Err(selects(&command.connectors)) };
                Ok(ids.iter().map(|id| Self::move_connector(*id, command.connector_group)).collect())
            }
            Command::ReassignApplications(command) => {
                let Selection::Ids(ids) = &command.applications else { return Err(selects(&command.applications)) };
                Ok(ids.iter().map(|id| Self::assign_application(*id, command.connector_group)).collect())
            }
            Command::AssignApplications(command) => {
                let all = command.assignments.iter();
                Ok(all.map(|one| Self::assign_application(one.application, one.connector_group)).collect())
            }
            other => Err(format!("{} has no request of Graph here", other.name())),
        }
    }

    pub(super) fn create_group(id: ConnectorGroupId, name: &str, region: Option<&str>) -> Self {
        let body = members([("name", Some(name)), ("region", region)]);
        Self { method: "POST", path: groups(None), body, gives: Some(id) }
    }

    pub(super) fn update_group(id: ConnectorGroupId, name: Option<&str>, region: Option<&str>) -> Self {
        let body = members([("name", name), ("region", region)]);
        Self { method: "PATCH", path: groups(Some(id)), body, gives: None }
    }

    pub(super) fn delete_group(id: ConnectorGroupId) -> Self {
        Self { method: "DELETE", path: groups(Some(id)), body: Body::Empty, gives: None }
    }

    pub(super) fn move_connector(id: ConnectorId, to: ConnectorGroupId) -> Self {
        let path = vec![Piece::Text(format!("{PROFILE}/connectors/{id}/memberOf/$ref"))];
        Self { method: "POST", path, body: Body::Link(groups(Some(to))), gives: None }
    }

    pub(super) fn assign_application(id: ApplicationId, to: ConnectorGroupId) -> Self {
        let path = vec![Piece::Text(format!("applications/{id}/connectorGroup/$ref"))];
        Self { method: "PUT", path, body: Body::Link(groups(Some(to))), gives: None }
    }

    pub(super) fn update_application(id: ApplicationId, to: Map<String, Value>) -> Self {
        let path = vec![Piece::Text(format!("applications/{id}"))];
        Self { method: "PATCH", path, body: Body::Json(Value::Object(to)), gives: None }
    }

    /// The path with ids in the words of whoever sends it.
    pub(crate) fn path_as(&self, group: impl Fn(ConnectorGroupId) -> String) -> String {
        join(&self.path, group)
    }

    /// The body with ids in the words of whoever sends it, below the root of the service, version included.
    pub(crate) fn body_as(&self, root: &str, group: impl Fn(ConnectorGroupId) -> String) -> Option<Value> {
        match &self.body {
            Body::Empty => None,
            Body::Json(value) => Some(value.clone()),
            Body::Link(path) => Some(serde_json::json!({"@odata.id": format!("{root}/{}", join(path, group))})),
        }
    }
}

pub(crate) fn join(path: &[Piece], group: impl Fn(ConnectorGroupId) -> String) -> String {
    let text = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Group(id) => group(*id),
    };
    path.iter().map(text).collect()
}

fn groups(id: Option<ConnectorGroupId>) -> Vec<Piece> {
    let list = format!("{PROFILE}/connectorGroups");
    match id {
        None => vec![Piece::Text(list)],
        Some(id) => vec![Piece::Text(list + "/"), Piece::Group(id)],
    }
}

fn members<const N: usize>(given: [(&str, Option<&str>); N]) -> Body {
    let given = given.into_iter().filter_map(|(name, value)| Some((name.into(), Value::from(value?))));
    Body::Json(Value::Object(given.collect::<Map<_, _>>()))
}

fn selects<Id>(selection: &Selection<Id>) -> String {
    format!("the selection `{}` names no thing by its id", selection.name())
}
