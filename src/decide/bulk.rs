//! Bulk commands. Checks come in this order: the ids of a list or the region that a selection names, the target group, the group
//! that a selection names, then every entry, so that all refused entries are reported together (T4). Where each entry has a
//! target of its own, it is checked with the entry.

use alloc::{vec, vec::Vec};

use super::{Decision, checks};
use crate::{
    columns::first_repeated,
    command::{Assignment, Selection},
    event::{ApplicationMoves, Event, Move},
    ids::{ApplicationId, ConnectorGroupId, ConnectorId},
    model::region::Region,
    refusal::Refusal,
    select,
    state::{ApplicationView, Assigned, BulkMove, ConnectorGroupView, ConnectorView, State, ToMove},
};

pub(super) fn reassign_applications(
    state: &State,
    applications: &Selection<ApplicationId>,
    connector_group: ConnectorGroupId,
) -> Decision {
    if let Selection::Ids(ids) = applications {
        return reassign_listed(state, ids, connector_group);
    }
    let region = region(applications)?;
    let to = checks::connector_group(state, connector_group)?;
    checks::writable(to)?;
    let to_move = match applications {
        Selection::Ids(_) => ToMove::Nobody,
        Selection::In(id) => all_of([checks::connector_group(state, *id)?].into_iter(), to),
        // These select whole groups, so the move is one union a group.
        Selection::All => all_of(state.connector_groups(), to),
        Selection::InRegion(_) => all_of(select::connector_groups_in_region(state, region.as_ref()), to),
        Selection::Named(prefix) => ToMove::of(state, select::applications_named(state, prefix), to),
    };
    Ok(reassigned(to_move, to).into_iter().collect())
}

/// Looks up all ids at once, which also shows whether one is repeated.
fn reassign_listed(state: &State, ids: &[ApplicationId], connector_group: ConnectorGroupId) -> Decision {
    let mut listed = state.list_applications(ids);
    checks::named_once(listed.repeated())?;
    let to = checks::connector_group(state, connector_group)?;
    checks::writable(to)?;
    if let Some(to_move) = listed.not_yet_in(to) {
        return Ok(reassigned(to_move, to).into_iter().collect());
    }
    // Some are missing or not published, mostly few: only those are checked one by one, to give each its
    // refusal.
    let published = |id, found| checks::published(checks::found_application(id, found)?);
    let unfit = listed.unfit().map(|(index, id, found)| (index, published(id, found)));
    checks::some_entries(unfit).map(|_| Vec::new())
}

pub(super) fn move_connectors(
    state: &State,
    connectors: &Selection<ConnectorId>,
    connector_group: ConnectorGroupId,
) -> Decision {
    if let Selection::Ids(ids) = connectors {
        checks::named_once(first_repeated(state.hash_seed(), ids.iter().copied()))?;
    }
    region(connectors)?;
    let to = checks::connector_group(state, connector_group)?;
    checks::writable(to)?;
    let selected: Vec<_> = match connectors {
        Selection::Ids(ids) => ids.iter().map(|id| checks::connector(state, *id)).collect(),
        Selection::In(id) => checks::connector_group(state, *id)?.members().map(Ok).collect(),
        Selection::All | Selection::InRegion(_) | Selection::Named(_) => {
            select::connectors(state, connectors).into_iter().map(Ok).collect()
        }
    };
    // A connector that is in the target already is no error; it is left out of the event.
    let is_there = |connector: &ConnectorView<'_>| connector.connector_group().id() == connector_group;
    let mut moving = checks::all_entries(selected.into_iter().map(|connector| {
        let connector = connector?;
        // A connector that is there already stays, so its region cannot lock it.
        if !is_there(&connector) {
            checks::may_leave(state, connector, to)?;
        }
        Ok(connector)
    }))?;
    moving.retain(|connector| !is_there(connector));
    // A list may come in any order; an event is in creation order, so equal moves are equal events.
    moving.sort_unstable_by_key(|connector| connector.creation_order());
    let moves = moving.iter().map(|connector| Move { id: connector.id(), from: connector.connector_group().id() });
    let event = Event::ConnectorsMoved { connector_group, connectors: moves.collect() };
    Ok((!moving.is_empty()).then_some(event).into_iter().collect())
}

/// Each entry is checked as `addApplication` would be.
pub(super) fn assign_applications(state: &State, assignments: &[Assignment]) -> Decision {
    let ids: Vec<ApplicationId> = assignments.iter().map(|assignment| assignment.application).collect();
    // All ids are looked up together, which costs less than one by one.
    let listed = state.list_applications(&ids);
    checks::named_once(listed.repeated())?;
    // Many go to the same few groups: each is looked up and checked once, unless another one takes its place here.
    let mut targets = vec![None; assignments.len().next_power_of_two().min(256)];
    let mut target = |id: ConnectorGroupId| {
        let [.., lowest] = id.as_u128().to_be_bytes();
        let place = usize::from(lowest) & targets.len().wrapping_sub(1);
        if let Some(Some((known, group))) = targets.get(place)
            && *known == id
        {
            return Ok(*group);
        }
        let group = checks::connector_group(state, id)?;
        checks::writable(group)?;
        targets.get_mut(place).into_iter().for_each(|known| *known = Some((id, group)));
        Ok(group)
    };
    let group_of = listed.groups();
    let accepted = checks::all_entries(assignments.iter().zip(listed.entries()).map(|(assignment, found)| {
        let application = checks::found_application(assignment.application, found)?;
        let to = target(assignment.connector_group)?;
        let from = checks::published_in(group_of(application), application)?;
        Ok(Assigned::of(application, from, to))
    }))?;
    let events = ToMove::by_target(state, &accepted).into_iter();
    let events = events.filter_map(|(to, to_move)| reassigned(to_move, to));
    Ok(events.collect())
}

/// The region that a selection names, if it names one.
fn region<I>(selection: &Selection<I>) -> Result<Option<Region>, Refusal> {
    match selection {
        Selection::InRegion(region) => checks::region(region).map(Some),
        Selection::Ids(_) | Selection::In(_) | Selection::All | Selection::Named(_) => Ok(None),
    }
}

/// All applications of these groups except those in the target already. Visits no application.
fn all_of<'a>(groups: impl Iterator<Item = ConnectorGroupView<'a>>, to: ConnectorGroupView<'_>) -> ToMove<'a> {
    let groups = groups.filter(|group| group.applications_count() > 0 && group.id() != to.id());
    BulkMove::groups(groups).map_or(ToMove::Nobody, ToMove::Many)
}

/// One event for all applications that move; none if no application does.
fn reassigned(to_move: ToMove<'_>, to: ConnectorGroupView<'_>) -> Option<Event> {
    let applications = match to_move {
        ToMove::Nobody => return None,
        ToMove::Few(applications) => {
            let from = |application: &ApplicationView<'_>| Some(application.connector_group()?.id());
            let moves = applications.iter();
            moves.filter_map(|application| Some(Move { id: application.id(), from: from(application)? })).collect()
        }
        ToMove::Many(bulk) => ApplicationMoves::bulk(bulk),
    };
    Some(Event::ApplicationsReassigned { connector_group: to.id(), applications })
}
