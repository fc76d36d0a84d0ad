//! The request that says what a command says.

use connector_groups::{Command, Tenant, view::ConnectorView};
use serde_json::{Value, json};

const PROXY: &str = "/beta/onPremisesPublishingProfiles/applicationProxy";

/// Method, path and body; `None` for commands that do not come by the wire. A connector that there is not is looked for
/// where all are looked for.
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
        Command::CreateApplication(create) => {
            ("POST", "/beta/applications".into(), json!({"displayName": create.display_name}))
        }
        Command::UpdateApplication(update) => {
            ("PATCH", application(update.id), json!({"displayName": update.display_name}))
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
        Command::ReassignApplications(_)
        | Command::MoveConnectors(_)
        | Command::AssignApplications(_)
        | Command::Transaction(_)
        | Command::RegisterConnector(_)
        | Command::ReportConnector(_)
        | Command::AdvanceClock(_)
        | Command::ProvisionConnectorGroup(_) => return None,
    })
}
