//! The small tenant: one connector and one application stand for all of a class, under the number of the class as their id.

use alloc::collections::BTreeMap;

use crate::{
    command::{AssignApplications, Assignment, Command, MoveConnectors, Selection},
    count::wide,
    ids::{ApplicationId, ConnectorGroupId, ConnectorId},
    state::ConnectorGroupView,
    tenant::Tenant,
};

/// The id of a class's one connector or application in the small tenant.
pub(super) fn small<Id>(class: usize, id: impl Fn(u128) -> Id) -> Id {
    // The class itself is the id: no map has to translate between the two.
    id(wide(class).into())
}

/// The class that an id of the small tenant stands for.
pub(super) fn class(bits: u128) -> usize {
    debug_assert!(usize::try_from(bits).is_ok(), "{bits:x} is no id of a small tenant");
    usize::try_from(bits).unwrap_or(usize::MAX)
}

/// Where the applications of a class are.
pub(super) fn application_at(tenant: &Tenant, class: usize) -> Option<ConnectorGroupId> {
    tenant.application(small(class, ApplicationId::from_u128))?.connector_group().map(ConnectorGroupView::id)
}

/// Where the connectors of a class are.
pub(super) fn connector_at(tenant: &Tenant, class: usize) -> Option<ConnectorGroupId> {
    Some(tenant.connector(small(class, ConnectorId::from_u128))?.connector_group().id())
}

/// Whether applications of this group have an active connector.
pub(super) fn serves(tenant: &Tenant, group: Option<ConnectorGroupId>) -> bool {
    group.and_then(|id| tenant.connector_group(id)).is_some_and(|group| group.active_connectors_count() > 0)
}

/// The one command that assigns classes of applications, each to its own group.
pub(super) fn assign(moves: &BTreeMap<usize, ConnectorGroupId>) -> Command {
    let one = |(class, to): (&usize, &ConnectorGroupId)| Assignment {
        application: small(*class, ApplicationId::from_u128),
        connector_group: *to,
    };
    AssignApplications { assignments: moves.iter().map(one).collect() }.into()
}

/// The command that moves classes of connectors to one group.
pub(super) fn send(classes: impl IntoIterator<Item = usize>, to: ConnectorGroupId) -> Command {
    let ids = classes.into_iter().map(|class| small(class, ConnectorId::from_u128)).collect();
    MoveConnectors { connectors: Selection::Ids(ids), connector_group: to }.into()
}
