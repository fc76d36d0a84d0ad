//! The request that says what a command says.

use connector_groups::{Command, Tenant, view::ConnectorView};
use serde_json::{Value, json};

const PROXY: &str = "/beta/onPremisesPublishingProfiles/applicationProxy";

const SEGMENTS: &str =
    "onPremisesPublishing/segmentsConfiguration/microsoft.graph.ipSegmentConfiguration/applicationSegments";

/// Properties as a body. `web` is left out of the comparison: the wire changes the parts of a complex property that a body
/// names, as `OData` has it, where the engine takes the whole.
fn plain(properties: Value) -> Option<Value> {
    let properties = if properties.is_null() { json!({}) } else { properties };
    properties.get("web").is_none().then_some(properties)
}

/// The types of destinations that the live service takes, as it spells them: the wire spells another case so, where the
/// engine keeps it as it came.
fn known_type(text: Option<&std::sync::Arc<str>>) -> Option<()> {
    let known = ["ip", "ipRange", "ipRangeCidr", "fqdn", "dnsSuffix"];
    text.is_some_and(|text| known.contains(&&**text)).then_some(())
}

/// Method, path and body; `None` for commands that do not come by the wire. A connector that there is not is looked for
/// where all are looked for.
#[allow(clippy::too_many_lines, reason = "one arm a command, all of one kind")]
pub(crate) fn request(command: &Command, tenant: &Tenant) -> Option<(&'static str, String, Value)> {
    let group = |id| format!("{PROXY}/connectorGroups/{id}");
    let application = |id| format!("/beta/applications/{id}");
    let link = |list: &str, id: String| json!({"@odata.id": format!("https://graph.microsoft.com{PROXY}/{list}/{id}")});
    Some(match command {
        Command::CreateConnectorGroup(create) => {
            ("POST", format!("{PROXY}/connectorGroups"), json!({"name": create.name, "region": create.region}))
        }
        Command::UpdateConnectorGroup(update) => {
            let mut body = json!({"region": update.region});
            if let Some(name) = &update.name {
                body["name"] = json!(name);
            }
            ("PATCH", group(update.id), body)
        }
        Command::DeleteConnectorGroup(delete) => ("DELETE", group(delete.id), Value::Null),
        // Either spelling, by the parity of the id.
        Command::AddConnector(add) if add.connector.as_u128().is_multiple_of(2) => (
            "POST",
            format!("{}/members/$ref", group(add.connector_group)),
            link("connectors", add.connector.to_string()),
        ),
        Command::AddConnector(add) => (
            "POST",
            format!("{PROXY}/connectors/{}/memberOf/$ref", add.connector),
            link("connectorGroups", add.connector_group.to_string()),
        ),
        Command::RemoveConnector(remove) => {
            let from = tenant.connector(remove.connector).map(ConnectorView::connector_group);
            let from = from.unwrap_or_else(|| tenant.default_connector_group()).id();
            ("DELETE", format!("{}/members/{}/$ref", group(from), remove.connector), Value::Null)
        }
        // Open properties do not come by the wire yet.
        Command::CreateApplication(create) => {
            let mut body = plain(json!(create.properties))?;
            body["displayName"] = json!(create.display_name);
            ("POST", "/beta/applications".into(), body)
        }
        Command::UpdateApplication(update) => {
            let mut body = plain(json!(update.properties))?;
            if let Some(name) = &update.display_name {
                body["displayName"] = json!(name);
            }
            ("PATCH", application(update.id), body)
        }
        Command::DeleteApplication(delete) => ("DELETE", application(delete.id), Value::Null),
        Command::PublishApplication(publish) => {
            ("PATCH", application(publish.application), json!({"onPremisesPublishing": publish.on_premises_publishing}))
        }
        Command::UnpublishApplication(unpublish) => {
            ("PATCH", application(unpublish.application), json!({"onPremisesPublishing": null}))
        }
        Command::AddApplication(add) => (
            "PUT",
            format!("{}/connectorGroup/$ref", application(add.application)),
            link("connectorGroups", add.connector_group.to_string()),
        ),
        Command::RemoveApplication(remove) => {
            ("DELETE", format!("{}/connectorGroup/$ref", application(remove.application)), Value::Null)
        }
        Command::CreateServicePrincipal(create) => {
            let mut body = plain(json!(create.properties))?;
            body["appId"] = json!(tenant.application(create.application)?.app_id());
            ("POST", "/v1.0/servicePrincipals".into(), body)
        }
        Command::UpdateServicePrincipal(update) => {
            ("PATCH", format!("/v1.0/servicePrincipals/{}", update.id), plain(json!(update.properties))?)
        }
        Command::DeleteServicePrincipal(delete) => {
            ("DELETE", format!("/beta/servicePrincipals/{}", delete.id), Value::Null)
        }
        Command::AddApplicationSegment(add) => {
            known_type(Some(&add.destination_type))?;
            let mut body = plain(json!(add.properties))?;
            for (name, value) in [
                ("destinationHost", json!(add.destination_host)),
                ("destinationType", json!(add.destination_type)),
                ("protocol", json!(add.protocol)),
                ("ports", json!(add.ports)),
            ] {
                body[name] = value;
            }
            ("POST", format!("{}/{SEGMENTS}", application(add.application)), body)
        }
        Command::UpdateApplicationSegment(update) => {
            let (owner, segment) = tenant.application_segment(update.id)?;
            known_type(update.destination_type.as_ref().or(Some(&segment.destination_type)))?;
            let mut body = plain(json!(update.properties))?;
            for (name, value) in [
                ("destinationHost", json!(update.destination_host)),
                ("destinationType", json!(update.destination_type)),
                ("protocol", json!(update.protocol)),
                ("ports", json!(update.ports)),
            ] {
                body[name] = value;
            }
            ("PATCH", format!("{}/{SEGMENTS}/{}", application(owner.id()), update.id), body)
        }
        Command::RemoveApplicationSegment(remove) => {
            let (owner, _) = tenant.application_segment(remove.id)?;
            ("DELETE", format!("{}/{SEGMENTS}/{}", application(owner.id()), remove.id), Value::Null)
        }
        Command::UpdateProfile(update) => ("PATCH", PROXY.into(), json!(update.properties)),
        Command::ReassignApplications(_)
        | Command::MoveConnectors(_)
        | Command::AssignApplications(_)
        | Command::Transaction(_)
        | Command::RegisterConnector(_)
        | Command::ReportConnector(_)
        | Command::AdvanceClock(_)
        | Command::ProvisionConnectorGroup(_) => return None,
        other => unreachable!("no spelling of {other:?}"),
    })
}
