//! A sequence of accepted commands in the small tenant, the state that it leads to, and the outages that it causes.

use alloc::{collections::BTreeMap, vec::Vec};

use super::{
    bound::at_least,
    goal::Fate,
    group::update,
    small::{application_at, assign, connector_at, send, serves},
    task::Task,
};
use crate::{
    command::{Command, DeleteConnectorGroup},
    refusal::Refusal,
    tenant::Tenant,
};

#[derive(Clone)]
pub(super) struct Walk {
    pub(super) tenant: Tenant,
    pub(super) steps: Vec<Command>,
    pub(super) outage_cost: OutageCost,
}

/// The outages of a sequence: the sum, over all steps, of the applications that are without an active connector after the
/// step although they had one before. It grows with the number of applications and with the duration in steps.
#[derive(Clone)]
pub(super) struct OutageCost {
    /// For each class of applications: whether it has had an active connector at any time so far.
    pub(super) served: Vec<bool>,
    pub(super) total: u64,
}

impl OutageCost {
    /// Adds the outages after a step.
    pub(super) fn count(&mut self, task: &Task, tenant: &Tenant) {
        for ((class, served), weight) in self.served.iter_mut().enumerate().zip(&task.applications) {
            let is_served = serves(tenant, application_at(tenant, class));
            // Applications that never had a connector lose nothing: no order of steps could have kept them available.
            if *served && !is_served {
                let weight = u64::try_from(weight.members.len()).unwrap_or(u64::MAX);
                self.total = self.total.saturating_add(weight);
            }
            *served |= is_served;
        }
    }
}

impl Walk {
    pub(super) fn new(task: &Task) -> Self {
        let served = (0..task.applications.len()).map(|class| serves(&task.start, application_at(&task.start, class)));
        let outage_cost = OutageCost { served: served.collect(), total: 0 };
        Self { tenant: task.start.clone(), steps: Vec::new(), outage_cost }
    }

    /// One step further, where the engine accepts it; a command that changes nothing is no step.
    pub(super) fn step(&mut self, task: &Task, command: Command) -> Result<bool, Refusal> {
        let changes = !self.tenant.apply(&command)?.is_empty();
        // Repeating a command must not lengthen the plan, nor count an outage twice.
        if changes {
            self.steps.push(command);
            self.outage_cost.count(task, &self.tenant);
        }
        Ok(changes)
    }

    /// Whether the goal is reached.
    pub(super) fn is_done(task: &Task, tenant: &Tenant) -> bool {
        at_least(task, tenant) == 0
    }

    /// For each group and class that has not reached its goal, the command that it still needs. Empty if all is done. The
    /// greedy planner has created every new group by its end, if need be under a spare name, so that no creation is left.
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
