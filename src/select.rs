//! The things that a selection means. Unless they are listed by id, only published applications are meant.

use alloc::vec::Vec;

use crate::{
    command::Selection,
    ids::{ApplicationId, ConnectorId},
    model::region::Region,
    state::{ApplicationView, ConnectorGroupView, ConnectorView, State},
};

/// The connectors that a selection means, as far as they are there: listed ones as listed, all others in creation order.
pub(crate) fn connectors<'a>(state: &'a State, selection: &Selection<ConnectorId>) -> Vec<ConnectorView<'a>> {
    match selection {
        Selection::Ids(ids) => ids.iter().filter_map(|id| state.connector(*id)).collect(),
        Selection::In(group) => {
            state.connector_group(*group).into_iter().flat_map(ConnectorGroupView::members).collect()
        }
        Selection::All => state.connectors().collect(),
        Selection::InRegion(region) => {
            // A text that is no region has no value. A group always has a region, so that such a text matches none.
            // One pass over all, not one over each group: the result has to be in creation order across groups.
            let is_there = |connector: &ConnectorView<'_>| Some(connector.connector_group().region()) == region.value();
            state.connectors().filter(is_there).collect()
        }
        Selection::Named(prefix) => {
            state.connectors().filter(|connector| starts_with(connector.machine_name(), prefix)).collect()
        }
    }
}

/// The applications that a selection means, as far as they are there: listed ones as listed, all others in creation order.
pub(crate) fn applications<'a>(state: &'a State, selection: &Selection<ApplicationId>) -> Vec<ApplicationView<'a>> {
    match selection {
        Selection::Ids(ids) => ids.iter().filter_map(|id| state.application(*id)).collect(),
        Selection::In(group) => {
            state.connector_group(*group).into_iter().flat_map(ConnectorGroupView::applications).collect()
        }
        Selection::All => published(state).collect(),
        Selection::InRegion(region) => {
            let region_of =
                |application: ApplicationView<'a>| application.connector_group().map(ConnectorGroupView::region);
            // Published ones only, also for a second reason: without a group there is no region, which would equal no value.
            published(state).filter(|application| region_of(*application) == region.value()).collect()
        }
        Selection::Named(prefix) => applications_named(state, prefix).collect(),
    }
}

/// The groups that have this region.
pub(crate) fn connector_groups_in_region<'a>(
    state: &'a State,
    region: Option<&Region>,
) -> impl Iterator<Item = ConnectorGroupView<'a>> {
    state.connector_groups().filter(move |group| Some(group.region()) == region)
}

/// Published applications whose `displayName` starts with a prefix.
pub(crate) fn applications_named<'a>(state: &'a State, prefix: &str) -> impl Iterator<Item = ApplicationView<'a>> {
    let named = state.applications().filter(move |application| starts_with(application.display_name(), prefix));
    named.filter(|application| application.is_published())
}

fn published(state: &State) -> impl Iterator<Item = ApplicationView<'_>> {
    state.applications().filter(|application| application.is_published())
}

/// Whether a name starts with a prefix, ASCII case-insensitively.
fn starts_with(name: &str, prefix: &str) -> bool {
    // Bytes, because a slice of a `str` could end within a character. UTF-8 makes equal bytes equal characters.
    name.as_bytes().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}
