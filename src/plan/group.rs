//! A group of the small tenant, and the commands that bring it to its final state.

use alloc::sync::Arc;

use super::goal::Fate;
use crate::{
    command::{Command, UpdateConnectorGroup},
    detour,
    ids::ConnectorGroupId,
    tenant::Tenant,
};

/// A group that matters, in its final state.
#[derive(Clone)]
pub(super) struct Group {
    pub(super) id: ConnectorGroupId,
    pub(super) name: Arc<str>,
    pub(super) region: Arc<str>,
    /// A name that nobody has or wants, to be used in between.
    pub(super) spare: Arc<str>,
    /// `None`: a temporary group, which exists neither before nor after.
    pub(super) fate: Option<Fate>,
}

impl Group {
    pub(super) fn is_wanted(&self) -> bool {
        matches!(self.fate, Some(Fate::Stays | Fate::Comes))
    }
}

pub(super) fn create(group: &Group, name: &Arc<str>) -> Command {
    detour::create(group.id, name, &group.region).into()
}

/// The command that gives an existing group its final name and region; `None` if it has both, or is to be deleted.
pub(super) fn update(tenant: &Tenant, group: &Group) -> Option<UpdateConnectorGroup> {
    let now = tenant.connector_group(group.id).filter(|_| group.is_wanted())?;
    let name = (now.name().as_str() != &*group.name).then(|| group.name.clone().into());
    let region = (now.region().as_str() != &*group.region).then(|| group.region.clone().into());
    (name.is_some() || region.is_some()).then_some(UpdateConnectorGroup { id: group.id, name, region })
}

/// Whether a group's region is still to change.
pub(super) fn is_pending(tenant: &Tenant, group: &Group) -> bool {
    update(tenant, group).is_some_and(|update| update.region.is_some())
}
