//! Which things a selection means (contract §3); of applications, published ones only.

use crate::{
    model::region::Region,
    store::{ApplicationView, ConnectorGroupView, ConnectorView, State},
};

/// All published applications.
pub(crate) fn published(state: &State) -> impl Iterator<Item = ApplicationView<'_>> {
    state.applications().filter(|application| application.is_published())
}

/// The groups that have this region.
pub(crate) fn connector_groups_in_region<'a>(
    state: &'a State,
    region: Option<&Region>,
) -> impl Iterator<Item = ConnectorGroupView<'a>> {
    state.connector_groups().filter(move |group| Some(group.region()) == region)
}

/// Those whose `displayName` starts so.
pub(crate) fn applications_named<'a>(state: &'a State, prefix: &str) -> impl Iterator<Item = ApplicationView<'a>> {
    published(state).filter(move |application| starts_with(application.display_name(), prefix))
}

/// Those whose group has this region.
pub(crate) fn connectors_in_region<'a>(
    state: &'a State,
    region: Option<&Region>,
) -> impl Iterator<Item = ConnectorView<'a>> {
    state.connectors().filter(move |connector| Some(connector.connector_group().region()) == region)
}

/// Those whose `machineName` starts so.
pub(crate) fn connectors_named<'a>(state: &'a State, prefix: &str) -> impl Iterator<Item = ConnectorView<'a>> {
    state.connectors().filter(move |connector| starts_with(connector.machine_name(), prefix))
}

/// Whether a name starts so, ASCII case-insensitively.
fn starts_with(name: &str, prefix: &str) -> bool {
    name.as_bytes().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}
