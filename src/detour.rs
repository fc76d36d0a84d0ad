//! The detour that R-16 requires: under `regionalConnectorMoves` a connector leaves a group outside the tenant's default region only for
//! the default group, and goes on from there where that group is in the tenant's default region.

use alloc::vec::Vec;

use crate::{
    command::{MoveConnectors, Selection},
    ids::{ConnectorGroupId, ConnectorId},
    tenant::Tenant,
};

/// One command that moves connectors to a group.
pub(crate) fn move_all(connectors: &[ConnectorId], connector_group: ConnectorGroupId) -> MoveConnectors {
    MoveConnectors { connectors: Selection::Ids(Vec::from(connectors)), connector_group }
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
