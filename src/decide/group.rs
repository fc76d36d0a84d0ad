//! Connector groups.

use alloc::vec::Vec;

use super::{Decision, checks};
use crate::{
    command::{CreateConnectorGroup, ProvisionConnectorGroup, UpdateConnectorGroup},
    event::{Event, Removed},
    ids::ConnectorGroupId,
    model::group::{ConnectorGroup, ConnectorGroupType},
    state::State,
};

pub(super) fn create(state: &State, command: &CreateConnectorGroup) -> Decision {
    let name = checks::name(&command.name)?;
    let region = checks::region_or_default(state, command.region.as_ref())?;
    checks::connector_group_is_free(state, command.id)?;
    checks::name_is_free(state, &name, None)?;
    let connector_group_type = ConnectorGroupType::ApplicationProxy;
    // never the default, whoever asks.
    let group = ConnectorGroup { id: command.id, name, connector_group_type, is_default: false, region };
    Ok(Vec::from([Event::ConnectorGroupCreated(group)]))
}

pub(super) fn provision(state: &State, command: &ProvisionConnectorGroup) -> Decision {
    let name = checks::name(&command.name)?;
    let region = checks::region_or_default(state, command.region.as_ref())?;
    checks::connector_group_is_free(state, command.id)?;
    // No check of the name's uniqueness here: I8 is about `applicationProxy` groups only.
    let connector_group_type = ConnectorGroupType::Service(command.connector_group_type.clone());
    let group = ConnectorGroup { id: command.id, name, connector_group_type, is_default: false, region };
    Ok(Vec::from([Event::ConnectorGroupCreated(group)]))
}

pub(super) fn update(state: &State, command: &UpdateConnectorGroup) -> Decision {
    let id = command.id;
    let name = command.name.as_ref().map(checks::name).transpose()?;
    let region = command.region.as_ref().map(checks::region).transpose()?;
    let group = checks::connector_group(state, id)?;
    checks::writable(group)?;
    // Equal values are dropped before the checks, so a command that repeats the present name or region is
    // accepted and changes nothing.
    let name = name.filter(|name| name != group.name());
    // the same region is no change, and so is never locked.
    let region = region.filter(|region| region != group.region());
    if let Some(name) = &name {
        checks::name_is_free(state, name, Some(id))?;
    }
    if region.is_some() {
        checks::region_unlocked(group)?;
    }
    let renamed = name.map(|to| Event::ConnectorGroupRenamed { id, from: group.name().clone(), to });
    let moved = region.map(|to| Event::ConnectorGroupRegionChanged { id, from: group.region().clone(), to });
    Ok(renamed.into_iter().chain(moved).collect())
}

pub(super) fn delete(state: &State, id: ConnectorGroupId) -> Decision {
    let group = checks::connector_group(state, id)?;
    checks::writable(group)?;
    checks::not_default(group)?;
    checks::empty(group)?;
    // The place in creation order, so that undo restores the group where it was.
    let removed = Removed { place: group.place(), thing: group.to_connector_group() };
    Ok(Vec::from([Event::ConnectorGroupDeleted(removed)]))
}
