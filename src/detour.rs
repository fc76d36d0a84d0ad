//! Detours: what has to happen on the way because something else stands in the way for a while. `diff`, `plan` and
//! `rebalance` find and make them here, so that each stands once.
//!
//! * *Regions* (R-16): under `regionalConnectorMoves` a connector leaves a group outside the tenant's default region only for
//!   the default group, and goes on from there where that group is in the tenant's default region.
//! * *Names* (R-46): where names are unique, groups that want each other's names wait in a circle, until one of them takes a
//!   name of nobody.

use alloc::vec::Vec;

use crate::{
    command::{AddConnector, Command, CreateConnectorGroup, MoveConnectors, Selection, UpdateConnectorGroup},
    ids::{ConnectorGroupId, ConnectorId},
    refusal::Refusal,
    tenant::Tenant,
};

/// A new group, under its own name or one for the time being.
pub(crate) fn create(id: ConnectorGroupId, name: &str, region: &str) -> CreateConnectorGroup {
    CreateConnectorGroup::new(id, name).region(region)
}

/// One command that moves connectors to a group.
pub(crate) fn move_all(connectors: &[ConnectorId], connector_group: ConnectorGroupId) -> MoveConnectors {
    MoveConnectors { connectors: Selection::Ids(Vec::from(connectors)), connector_group }
}

/// Whether a connector may go to a group at once.
pub(crate) fn goes_straight(tenant: &Tenant, connector: ConnectorId, connector_group: ConnectorGroupId) -> bool {
    tenant.decide(&AddConnector { connector, connector_group }.into()).is_ok()
}

/// Whether R-16 is what keeps a connector from a group. Another refusal is no reason for a detour: it would be met again.
pub(crate) fn is_held(tenant: &Tenant, connector: ConnectorId, connector_group: ConnectorGroupId) -> bool {
    let refusal = tenant.decide(&AddConnector { connector, connector_group }.into()).err();
    matches!(refusal, Some(Refusal::ConnectorRegionLocked { .. }))
}

/// The two commands that move connectors to a group by way of the default group; `None` if one of them is refused.
pub(crate) fn through_default(
    tenant: &Tenant,
    connectors: &[ConnectorId],
    connector_group: ConnectorGroupId,
) -> Option<[MoveConnectors; 2]> {
    let commands = [tenant.default_connector_group().id(), connector_group].map(|group| move_all(connectors, group));
    // The second command can be judged only in the state after the first. The clone is a snapshot and costs no copy.
    let mut tried = tenant.clone();
    commands.iter().all(|command| tried.apply(&command.clone().into()).is_ok()).then_some(commands)
}

/// Whether a group is part of a circle in which each group wants the name that the next one has. `wanted` is the command that
/// a group still needs, and `groups` how many groups may need one.
pub(crate) fn waits_for_itself(
    tenant: &Tenant,
    group: ConnectorGroupId,
    groups: usize,
    wanted: impl Fn(ConnectorGroupId) -> Option<UpdateConnectorGroup>,
) -> bool {
    let mut waiting = group;
    // From refusal to refusal, each naming the holder of the name. A circle through `group` is no longer than the number of
    // groups, which also ends the walk on a chain that runs into a circle without `group`. A chain that ends at a group
    // that keeps its name is no circle, and a spare name would be a step for nothing.
    for _ in 0..groups {
        let refusal = wanted(waiting).and_then(|command| tenant.decide(&Command::from(command)).err());
        let Some(Refusal::DuplicateName { connector_group: holder }) = refusal else { return false };
        if holder == group {
            return true;
        }
        waiting = holder;
    }
    false
}
