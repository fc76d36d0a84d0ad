//! A way through the small tenant: the commands so far, where they led, and what they did to availability.

use alloc::{collections::BTreeMap, sync::Arc, vec::Vec};

use super::{
    goal::Fate,
    search::at_least,
    task::{Group, Task, small},
};
use crate::{
    command::{
        AssignApplications, Assignment, Command, CreateConnectorGroup, DeleteConnectorGroup, MoveConnectors, Selection,
        UpdateConnectorGroup,
    },
    ids::{ApplicationId, ConnectorGroupId, ConnectorId},
    refusal::Refusal,
    state::ConnectorGroupView,
    tenant::Tenant,
};

#[derive(Clone)]
pub(super) struct Walk {
    pub(super) tenant: Tenant,
    pub(super) steps: Vec<Command>,
    pub(super) harm: Harm,
}

/// Which classes of applications have ever had an active connector, and how many applications were without one after how
/// many steps.
#[derive(Clone)]
pub(super) struct Harm {
    pub(super) served: Vec<bool>,
    pub(super) total: u64,
}

impl Harm {
    /// Counts what is so after a step.
    pub(super) fn count(&mut self, task: &Task, tenant: &Tenant) {
        for ((class, served), weight) in self.served.iter_mut().enumerate().zip(&task.applications) {
            let is_served = serves(tenant, tenant_group(tenant, class));
            if *served && !is_served {
                let weight = u64::try_from(weight.members.len()).unwrap_or(u64::MAX);
                self.total = self.total.saturating_add(weight);
            }
            *served |= is_served;
        }
    }
}

fn tenant_group(tenant: &Tenant, class: usize) -> Option<ConnectorGroupId> {
    application_at(tenant, class)
}

/// Where the applications of a class are.
pub(super) fn application_at(tenant: &Tenant, class: usize) -> Option<ConnectorGroupId> {
    tenant.application(small(class, ApplicationId::from_u128))?.connector_group().map(ConnectorGroupView::id)
}

/// Where the connectors of a class are.
pub(super) fn connector_at(tenant: &Tenant, class: usize) -> Option<ConnectorGroupId> {
    Some(tenant.connector(small(class, ConnectorId::from_u128))?.connector_group().id())
}

pub(super) fn serves(tenant: &Tenant, group: Option<ConnectorGroupId>) -> bool {
    group.and_then(|id| tenant.connector_group(id)).is_some_and(|group| group.active_connectors_count() > 0)
}

pub(super) fn create(group: &Group, name: &Arc<str>) -> Command {
    CreateConnectorGroup { id: group.id, name: name.clone(), region: Some(group.region.clone()) }.into()
}

/// What is to change of a group that is there, if anything.
pub(super) fn update(tenant: &Tenant, group: &Group) -> Option<UpdateConnectorGroup> {
    let now = tenant.connector_group(group.id).filter(|_| group.is_wanted())?;
    let name = (now.name().as_str() != &*group.name).then(|| group.name.clone());
    let region = (now.region().as_str() != &*group.region).then(|| group.region.clone());
    (name.is_some() || region.is_some()).then_some(UpdateConnectorGroup { id: group.id, name, region })
}

/// Whether a group's region is still to change.
pub(super) fn is_pending(tenant: &Tenant, group: &Group) -> bool {
    update(tenant, group).is_some_and(|update| update.region.is_some())
}

pub(super) fn assign(moves: &BTreeMap<usize, ConnectorGroupId>) -> Command {
    let one = |(class, to): (&usize, &ConnectorGroupId)| Assignment {
        application: small(*class, ApplicationId::from_u128),
        connector_group: *to,
    };
    AssignApplications { assignments: moves.iter().map(one).collect() }.into()
}

pub(super) fn send(classes: impl IntoIterator<Item = usize>, to: ConnectorGroupId) -> Command {
    let ids = classes.into_iter().map(|class| small(class, ConnectorId::from_u128)).collect();
    MoveConnectors { connectors: Selection::Ids(ids), connector_group: to }.into()
}

impl Walk {
    pub(super) fn new(task: &Task) -> Self {
        let served = (0..task.applications.len()).map(|class| serves(&task.start, application_at(&task.start, class)));
        let harm = Harm { served: served.collect(), total: 0 };
        Self { tenant: task.start.clone(), steps: Vec::new(), harm }
    }

    /// One step further, where the engine accepts it; a command that changes nothing is no step.
    pub(super) fn step(&mut self, task: &Task, command: Command) -> Result<bool, Refusal> {
        let changes = !self.tenant.apply(&command)?.is_empty();
        if changes {
            self.steps.push(command);
            self.harm.count(task, &self.tenant);
        }
        Ok(changes)
    }

    /// Whether everything is as it should be.
    pub(super) fn is_done(task: &Task, tenant: &Tenant) -> bool {
        at_least(task, tenant) == 0
    }

    /// The next command that each thing that is not as it should be waits for, when a straight way has ended: new groups are
    /// there by then, if need be by a spare name. Nothing where all is done.
    pub(super) fn left(&self, task: &Task) -> Vec<Command> {
        let mut left = Vec::new();
        for group in &task.groups {
            match group.fate {
                Some(Fate::Goes) | None if self.tenant.connector_group(group.id).is_some() => {
                    left.push(DeleteConnectorGroup { id: group.id }.into());
                }
                _ => left.extend(update(&self.tenant, group).map(Command::from)),
            }
        }
        for (class, members) in task.connectors.iter().enumerate() {
            if connector_at(&self.tenant, class) != Some(members.to) {
                left.push(send([class], members.to));
            }
        }
        for (class, members) in task.applications.iter().enumerate() {
            if application_at(&self.tenant, class) != Some(members.to) {
                left.push(assign(&BTreeMap::from([(class, members.to)])));
            }
        }
        left
    }
}
