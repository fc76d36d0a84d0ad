//! Bulk: the target first, then the group that a selection names, then every entry, all of them (contract §5).

use alloc::{collections::BTreeMap, vec::Vec};

use super::{Decision, checks};
use crate::{
    command::{Assignment, Selection},
    event::{ApplicationMoves, Event, Move},
    ids::{AnyId, ApplicationId, ConnectorGroupId, ConnectorId},
    model::region::Region,
    refusal::Refusal,
    select,
    store::{ApplicationView, ConnectorGroupView, ConnectorView, Leaving, State},
};

pub(super) fn reassign_applications(
    state: &State,
    applications: &Selection<ApplicationId>,
    connector_group: ConnectorGroupId,
) -> Decision {
    if let Selection::Ids(ids) = applications {
        return reassign_listed(state, ids, connector_group);
    }
    let region = fields(applications)?;
    let to = checks::connector_group(state, connector_group)?;
    checks::writable(to)?;
    let selected = match applications {
        Selection::Ids(_) => Vec::new(),
        Selection::In(id) => {
            let from = checks::connector_group(state, *id)?;
            return Ok(whole_group_moved(from, to).into_iter().collect());
        }
        Selection::All => select::published(state).collect(),
        Selection::InRegion(_) => select::applications_in_region(state, region.as_ref()).collect(),
        Selection::Named(prefix) => select::applications_named(state, prefix).collect(),
    };
    Ok(applications_moved(state, selected, to, true).into_iter().collect())
}

/// All ids are found first, in one go, which tells too whether one may be named twice.
fn reassign_listed(state: &State, ids: &[ApplicationId], connector_group: ConnectorGroupId) -> Decision {
    let (found, may_repeat) = state.find_applications(ids);
    if may_repeat {
        checks::named_once(ids.iter().copied())?;
    }
    let to = checks::connector_group(state, connector_group)?;
    checks::writable(to)?;
    let selected = checks::all_entries(ids.iter().zip(found).map(|(id, found)| {
        let application = checks::found_application(*id, found)?;
        checks::published(application)?;
        Ok(application)
    }))?;
    Ok(applications_moved(state, selected, to, true).into_iter().collect())
}

pub(super) fn move_connectors(
    state: &State,
    connectors: &Selection<ConnectorId>,
    connector_group: ConnectorGroupId,
) -> Decision {
    let region = fields(connectors)?;
    let to = checks::connector_group(state, connector_group)?;
    checks::writable(to)?;
    let selected: Vec<_> = match connectors {
        Selection::Ids(ids) => ids.iter().map(|id| checks::connector(state, *id)).collect(),
        Selection::In(id) => checks::connector_group(state, *id)?.members().map(Ok).collect(),
        Selection::All => state.connectors().map(Ok).collect(),
        Selection::InRegion(_) => select::connectors_in_region(state, region.as_ref()).map(Ok).collect(),
        Selection::Named(prefix) => select::connectors_named(state, prefix).map(Ok).collect(),
    };
    let is_there = |connector: &ConnectorView<'_>| connector.connector_group().id() == connector_group;
    let mut leaving = checks::all_entries(selected.into_iter().map(|connector| {
        let connector = connector?;
        // One that is there already is accepted before it could be refused for its region.
        if !is_there(&connector) {
            checks::may_leave(state, connector, to)?;
        }
        Ok(connector)
    }))?;
    leaving.retain(|connector| !is_there(connector));
    leaving.sort_unstable_by_key(|connector| connector.creation_order());
    let moves = leaving.iter().map(|connector| Move { id: connector.id(), from: connector.connector_group().id() });
    let event = Event::ConnectorsMoved { connector_group, connectors: moves.collect() };
    Ok((!leaving.is_empty()).then_some(event).into_iter().collect())
}

/// Each entry is checked as `addApplication` would be.
pub(super) fn assign_applications(state: &State, assignments: &[Assignment]) -> Decision {
    checks::named_once(assignments.iter().map(|assignment| assignment.application))?;
    let accepted = checks::all_entries(assignments.iter().map(|assignment| {
        let application = checks::application(state, assignment.application)?;
        let to = checks::connector_group(state, assignment.connector_group)?;
        checks::writable(to)?;
        checks::published(application)?;
        Ok((to, application))
    }))?;
    let mut by_target = BTreeMap::<_, (ConnectorGroupView<'_>, Vec<ApplicationView<'_>>)>::new();
    for (to, application) in accepted {
        by_target.entry(to.creation_order()).or_insert((to, Vec::new())).1.push(application);
    }
    // No snapshot is the state before each of several events.
    let is_only = by_target.len() == 1;
    let events =
        by_target.into_values().filter_map(|(to, applications)| applications_moved(state, applications, to, is_only));
    Ok(events.collect())
}

/// Step 2 of a selection; the region that it names, if it names one.
fn fields<I: Copy + Ord + Into<AnyId>>(selection: &Selection<I>) -> Result<Option<Region>, Refusal> {
    match selection {
        Selection::Ids(ids) => checks::named_once(ids.iter().copied()).map(|()| None),
        Selection::InRegion(region) => checks::region(region).map(Some),
        Selection::In(_) | Selection::All | Selection::Named(_) => Ok(None),
    }
}

/// One event for all that a group holds; none where that is nothing, or there already.
fn whole_group_moved(from: ConnectorGroupView<'_>, to: ConnectorGroupView<'_>) -> Option<Event> {
    (from.id() != to.id() && from.applications_count() > 0).then(|| Event::ApplicationsReassigned {
        connector_group: to.id(),
        applications: ApplicationMoves::leaving(Leaving::group(from)),
    })
}

/// One event for all that are not there yet, in creation order; none where all are. The state is that before the event only
/// where it is the only one.
fn applications_moved(
    state: &State,
    mut applications: Vec<ApplicationView<'_>>,
    to: ConnectorGroupView<'_>,
    is_only: bool,
) -> Option<Event> {
    applications.retain(|application| !application.is_in(to));
    if applications.is_empty() {
        return None;
    }
    let leaving = if is_only { Leaving::many(state, &applications) } else { None };
    let applications = leaving.map_or_else(|| listed(applications), ApplicationMoves::leaving);
    Some(Event::ApplicationsReassigned { connector_group: to.id(), applications })
}

fn listed(mut applications: Vec<ApplicationView<'_>>) -> ApplicationMoves {
    applications.sort_unstable_by_key(|application| application.creation_order());
    let from = |application: &ApplicationView<'_>| Some(application.connector_group()?.id());
    applications
        .iter()
        .filter_map(|application| Some(Move { id: application.id(), from: from(application)? }))
        .collect()
}
