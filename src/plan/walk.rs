//! A sequence of accepted commands in the small tenant, the state that it leads to, and the outages that it causes.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use super::{
    bound::at_least,
    goal::Fate,
    group::update,
    small::{application_at, assign, class, connector_at, send, serves},
    task::Task,
};
use crate::{
    command::{AssignApplications, Command, DeleteConnectorGroup, MoveConnectors, Selection},
    refusal::Refusal,
    tenant::Tenant,
};

#[derive(Clone)]
pub(super) struct Walk {
    pub(super) tenant: Tenant,
    pub(super) steps: Vec<Command>,
    pub(super) outage_cost: OutageCost,
    service: Service,
    /// The applications that are without an active connector now and had one before.
    cut_off: u64,
}

/// Which classes of applications have an active connector, kept up to date step by step: a step is asked about the classes
/// that it touches, and not about all there are. With a thousand steps and a million classes that is the difference between
/// seconds and hours.
#[derive(Clone)]
pub(super) struct Service(Vec<bool>);

impl Service {
    pub(super) fn of(task: &Task, tenant: &Tenant) -> Self {
        Self((0..task.applications.len()).map(|class| serves(tenant, application_at(tenant, class))).collect())
    }

    /// The classes that a command served or cut off, in order, each with whether it is served after the command.
    ///
    /// Only moves change that, and of groups only those that things leave or enter: another group keeps its connectors.
    pub(super) fn changes(&self, command: &Command, before: &Tenant, after: &Tenant) -> Vec<(usize, bool)> {
        let was = |class: usize| self.0.get(class).copied().unwrap_or_default();
        let mut changes: Vec<_> = match command {
            Command::MoveConnectors(MoveConnectors { connectors: Selection::Ids(ids), connector_group }) => {
                let from = ids.iter().filter_map(|id| Some(before.connector(*id)?.connector_group().id()));
                let groups: BTreeSet<_> = from.chain([*connector_group]).collect();
                let changed = groups
                    .into_iter()
                    .filter_map(|id| after.connector_group(id))
                    .filter(|group| serves(before, Some(group.id())) != serves(after, Some(group.id())));
                changed
                    .flat_map(|group| {
                        let is_served = serves(after, Some(group.id()));
                        group.applications().map(move |one| (class(one.id().as_u128()), is_served))
                    })
                    .collect()
            }
            Command::AssignApplications(AssignApplications { assignments }) => {
                let is_served = |class: usize| (class, serves(after, application_at(after, class)));
                assignments.iter().map(|one| is_served(class(one.application.as_u128()))).collect()
            }
            _ => Vec::new(),
        };
        changes.retain(|(class, is_served)| was(*class) != *is_served);
        changes.sort_unstable();
        changes
    }

    pub(super) fn set(&mut self, class: usize, is_served: bool) {
        if let Some(now) = self.0.get_mut(class) {
            *now = is_served;
        }
    }
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
                let weight = weight.weight();
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
        let service = Service::of(task, &task.start);
        Self { tenant: task.start.clone(), steps: Vec::new(), outage_cost, service, cut_off: 0 }
    }

    /// One step further, where the engine accepts it; a command that changes nothing is no step.
    pub(super) fn step(&mut self, task: &Task, command: Command) -> Result<bool, Refusal> {
        let mut next = self.tenant.clone();
        let changes = !next.apply(&command)?.is_empty();
        // Repeating a command must not lengthen the plan, nor count an outage twice.
        if changes {
            let served = self.service.changes(&command, &self.tenant, &next);
            self.take(task, command, next, &served);
        }
        Ok(changes)
    }

    /// As [`step`](Self::step), but only if nobody is without a connector after it and the state is as it should be. Says
    /// whether it was taken; a command that changes nothing counts as taken.
    pub(super) fn step_if(&mut self, task: &Task, command: Command, is_good: impl FnOnce(&Tenant) -> bool) -> bool {
        let mut next = self.tenant.clone();
        let Ok(events) = next.apply(&command) else { return false };
        let served = self.service.changes(&command, &self.tenant, &next);
        // What is cut off must come back with this step, and whatever it cuts off must not have been served before: nothing is.
        let back =
            served.iter().filter(|(_, is_served)| *is_served).map(|(class, _)| self.weight_cut_off(task, *class));
        let is_harmless =
            served.iter().all(|(_, is_served)| *is_served) && back.fold(0, u64::saturating_add) == self.cut_off;
        let is_taken = is_harmless && is_good(&next);
        if is_taken && !events.is_empty() {
            self.take(task, command, next, &served);
        }
        is_taken
    }

    /// The applications of a class if they have lost their connector on the way.
    fn weight_cut_off(&self, task: &Task, class: usize) -> u64 {
        let was_served = self.outage_cost.served.get(class).copied().unwrap_or_default();
        if was_served { task.weight(class) } else { 0 }
    }

    fn take(&mut self, task: &Task, command: Command, next: Tenant, served: &[(usize, bool)]) {
        for (class, is_served) in served {
            // A class that is cut off was served before; one that is served now was cut off, or never had a connector.
            let weight = self.weight_cut_off(task, *class);
            self.cut_off =
                if *is_served { self.cut_off.saturating_sub(weight) } else { self.cut_off.saturating_add(weight) };
            self.service.set(*class, *is_served);
            if let Some(served) = self.outage_cost.served.get_mut(*class) {
                *served |= *is_served;
            }
        }
        self.tenant = next;
        self.steps.push(command);
        self.outage_cost.total = self.outage_cost.total.saturating_add(self.cut_off);
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
