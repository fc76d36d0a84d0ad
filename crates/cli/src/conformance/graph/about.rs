//! Which reads show what a command has done.

use connector_groups::{
    Command, Tenant,
    ids::ApplicationSegmentId,
    view::{ApplicationView, ConnectorGroupView, ConnectorView},
};

use super::request;
use crate::import::layout::PROFILE;

/// What to read to see whether a command has done what its answer says.
pub(super) fn about(command: &Command, tenant: &Tenant) -> Vec<String> {
    let default = || of_group(tenant.default_connector_group());
    let of_id = |id| tenant.connector_group(id).map_or_else(|| Vec::from([request::group(id)]), of_group);
    let of_application_id = |id| {
        let found = tenant.application(id);
        let group = found.and_then(ApplicationView::connector_group).into_iter().flat_map(of_group);
        let paths = found.map_or_else(|| Vec::from([request::application(id)]), of_application);
        paths.into_iter().chain(group).collect::<Vec<_>>()
    };
    match command {
        // What is new is read by the id that its answer gives, which the harness adds.
        Command::CreateConnectorGroup(_) => Vec::from([request::groups()]),
        Command::UpdateConnectorGroup(command) => of_id(command.id),
        Command::DeleteConnectorGroup(command) => [of_id(command.id), Vec::from([request::groups()])].concat(),
        Command::AddConnector(command) => {
            let connector = tenant.connector(command.connector);
            // A move shows in both groups: a service may add to one list and forget to take from the other.
            let before = connector.map(ConnectorView::connector_group).into_iter().flat_map(of_group);
            let connector = connector.into_iter().flat_map(of_connector);
            of_id(command.connector_group).into_iter().chain(before).chain(connector).collect()
        }
        // What is removed from a group goes to the default one.
        Command::RemoveConnector(command) => {
            let connector = tenant.connector(command.connector);
            let before = connector.map(ConnectorView::connector_group).into_iter().flat_map(of_group);
            default().into_iter().chain(before).chain(connector.into_iter().flat_map(of_connector)).collect()
        }
        Command::UpdateApplication(command) => of_application_id(command.id),
        Command::DeleteApplication(command) => of_application_id(command.id),
        Command::PublishApplication(command) => of_application_id(command.application),
        Command::UnpublishApplication(command) => of_application_id(command.application),
        Command::AddApplication(command) => {
            [of_application_id(command.application), of_id(command.connector_group)].concat()
        }
        Command::RemoveApplication(command) => [of_application_id(command.application), default()].concat(),
        Command::CreateServicePrincipal(command) => of_application_id(command.application),
        // By itself: its application does not show it.
        Command::UpdateServicePrincipal(command) => Vec::from([format!("servicePrincipals/{}", command.id)]),
        Command::DeleteServicePrincipal(command) => Vec::from([format!("servicePrincipals/{}", command.id)]),
        Command::AddApplicationSegment(command) => of_application_id(command.application),
        Command::UpdateApplicationSegment(command) => of_segment(command.id, tenant),
        Command::RemoveApplicationSegment(command) => of_segment(command.id, tenant),
        _ => Vec::new(),
    }
}

fn of_segment(id: ApplicationSegmentId, tenant: &Tenant) -> Vec<String> {
    let owner = tenant.application_segment(id).map(|(application, _)| application);
    owner.map_or_else(Vec::new, |owner| Vec::from([request::segments(owner.id())]))
}

pub(super) fn of_group(group: ConnectorGroupView<'_>) -> Vec<String> {
    let path = request::group(group.id());
    Vec::from([format!("{path}/members"), format!("{path}/applications?$select=id,displayName"), path])
}

pub(super) fn of_connector(connector: ConnectorView<'_>) -> Vec<String> {
    let path = format!("{PROFILE}/connectors/{}", connector.id());
    Vec::from([format!("{path}/memberOf"), path])
}

pub(super) fn of_application(application: ApplicationView<'_>) -> Vec<String> {
    let path = request::application(application.id());
    let mut paths = Vec::from([
        // Graph answers the publishing only where it is selected, so that the plain read behind it is another question.
        format!("{path}?$select=id,appId,displayName,onPremisesPublishing"),
        format!("{path}/connectorGroup"),
        path,
    ]);
    if application.is_published() {
        paths.push(request::segments(application.id()));
    }
    paths
}
