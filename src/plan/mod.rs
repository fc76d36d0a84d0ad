//! Plans: the commands, in order, that lead a tenant to a desired state, or the reasons why none do.
//!
//! A plan is made on a small tenant: one connector or application stands for all that start in the same group and end in the
//! same group (`task`), so that the size of the task is that of the change and not of the tenant. Two planners work on it: a
//! greedy one, which is fast and seldom a step too long (`straight`), and an exact search for small tasks (`search`). Neither
//! contains rules: they propose commands, and `decide` accepts or refuses them. The result is run on a snapshot of the
//! tenant itself before it is returned.

mod bound;
mod desired;
mod goal;
mod group;
mod search;
mod small;
mod straight;
mod task;
#[cfg(test)]
mod tests;
mod walk;

use alloc::{boxed::Box, collections::BTreeMap, sync::Arc, vec::Vec};
use core::fmt;

use serde::{Deserialize, Serialize};

pub use desired::{Desired, DesiredGroup, Selected, Things};
pub use search::GaveUp;

use crate::{
    command::Command,
    ids::{AnyId, ApplicationId, ConnectorGroupId},
    refusal::Refusal,
    select,
    state::{ApplicationView, ConnectorView},
    tenant::Tenant,
};
use bound::at_least;
use search::{Found, STATES_MAX, search};
use small::application_at;
use straight::{Ahead, straight};
use task::Task;
use walk::{Service, Walk};

/// What a plan minimizes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Aim {
    /// Fewest steps. Where the greedy planner has two orders of equal length, it takes the one with fewer outages.
    #[default]
    FewestSteps,
    /// Fewest outages: the sum, over all steps, of the applications without an active connector that had one before. Then
    /// fewest steps.
    KeepAvailable,
}

/// Where the members of a group wait while its region changes (R-30, R-36).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Parking {
    /// In a temporary group, or in an empty group that nobody else goes to. Only things that block a region change wait
    /// there; everything else goes straight to its destination. So no application is served by connectors of a foreign
    /// network, except by others that wait at the same time. Connectors that may leave only for the default group (R-16)
    /// pass through it.
    #[default]
    Apart,
    /// In any group. It saves the creation and the deletion of a temporary group, and is safe only if the connectors of every
    /// group reach every application.
    Anywhere,
}

objects! {
    /// How to plan.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct PlanOptions {
        /// What matters most.
        pub aim: Aim,
        /// Where members of a group wait while its region changes.
        pub parking: Parking,
        ..default
    }
}

/// Commands that lead to the desired state, each accepted after those before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Plan {
    /// The commands in order; empty if the tenant has the desired state.
    pub steps: Vec<Command>,
    /// No plan under the options has fewer steps than this; where nobody is cut off and the aim is `keepAvailable`, no plan
    /// that cuts nobody off has.
    pub at_least: usize,
    /// Whether it is proven that no plan is better under the options: it has `at_least` steps and no outage that counts, or
    /// the search was exhaustive.
    pub best: bool,
    /// Which part of the search gave up, so that there may be a better plan; `None` if `best`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gave_up: Option<GaveUp>,
    /// Applications that lose their last active connector during the plan, in the order of steps.
    pub outages: Vec<Outage>,
}

/// Applications of one group that lose their last active connector with one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Outage {
    /// The step that takes the connector away, counted from 0.
    pub step: usize,
    /// The step that ends the outage; `None` if it lasts in the desired state.
    pub until: Option<usize>,
    /// The group of the applications after that step.
    pub connector_group: ConnectorGroupId,
    /// The affected applications.
    pub applications: Vec<ApplicationId>,
}

/// Why a desired state cannot be reached, or is contradictory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Reason {
    /// The group of an `in` selection does not exist.
    #[error("there is no connector group {reference:?}")]
    ConnectorGroupNotFound {
        /// As it was given.
        reference: Arc<str>,
    },
    /// No connector has this id or machine name.
    #[error("there is no connector {reference:?}")]
    ConnectorNotFound {
        /// As it was given.
        reference: Arc<str>,
    },
    /// No application has this id, client id or name.
    #[error("there is no application {reference:?}")]
    ApplicationNotFound {
        /// As it was given.
        reference: Arc<str>,
    },
    /// Several things have this name. An id in its place is unambiguous.
    #[error("{reference:?} is the name of {}", ids.len())]
    Ambiguous {
        /// As it was given.
        reference: Arc<str>,
        /// All that have it.
        ids: Vec<AnyId>,
    },
    /// A group is named twice, or a thing should be in two groups.
    #[error("{id} is named twice")]
    NamedTwice {
        /// The id of the group, connector or application.
        id: AnyId,
    },
    /// A group that is to be created has no name.
    #[error("a new connector group has no name")]
    NameMissing {
        /// Its id, if it has one.
        connector_group: Option<ConnectorGroupId>,
    },
    /// A group is to be created, and no id is left for it.
    #[error("no id is left for a new connector group")]
    NoIdLeft,
    /// The engine refuses a command that the desired state needs.
    #[error("{}: {refusal}", command.name())]
    Refused {
        /// The command that is needed.
        command: Box<Command>,
        /// Its refusal.
        refusal: Box<Refusal>,
    },
}

/// No plan was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Unreachable {
    /// Why not; never empty.
    pub reasons: Vec<Reason>,
    /// `true`: no plan exists, because the reasons hold in any state, or because the search was exhaustive. `false`: the
    /// greedy planner failed, and the task is too large for exhaustive search.
    pub certain: bool,
    /// Which part of the search gave up; `None` if `certain`, or if the search did not begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gave_up: Option<GaveUp>,
}

impl fmt::Display for Unreachable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, reason) in self.reasons.iter().enumerate() {
            let between = if place == 0 { "" } else { "; " };
            write!(formatter, "{between}{reason}")?;
        }
        Ok(())
    }
}

impl core::error::Error for Unreachable {}

/// Plans.
impl Tenant {
    /// The commands that lead to a desired state. All are administrators' commands on groups and their members; none is a
    /// transaction. To have all or nothing, put them into one transaction.
    ///
    /// `new_ids` are for groups that are to be created without an id of their own, and for a temporary group; on the live
    /// service they stand for the ids that it will give.
    ///
    /// Cost: a visit to each application and the sorting of those that move, whatever their number one bulk command a step,
    /// and at most some seconds of search where a shorter plan than the first is conceivable.
    ///
    /// # Errors
    /// Why the desired state is none, or no way leads there.
    ///
    /// # Example: another region for a group that is in use
    /// ```
    /// # use connector_groups::{ConnectorGroupId, Desired, Directory, plan::PlanOptions};
    /// # let mut directory = Directory::default();
    /// # for line in include_str!("../../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
    /// #     directory.apply(&serde_json::from_str(line).unwrap()).unwrap();
    /// # }
    /// # let tenant = directory.tenants().next().unwrap();
    /// let desired: Desired = serde_json::from_str(r#"{"connectorGroups":[{"name":"Pune Development","region":"asia"}]}"#)?;
    /// let plan = tenant.plan(&desired, PlanOptions::default(), (1..).map(ConnectorGroupId::from_u128))?;
    /// let steps: Vec<_> = plan.steps.iter().map(|step| step.name()).collect();
    /// # println!("{steps:?}");
    /// assert!(plan.best && steps.contains(&"updateConnectorGroup"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn plan(
        &self,
        desired: &Desired,
        options: PlanOptions,
        new_ids: impl IntoIterator<Item = ConnectorGroupId>,
    ) -> Result<Plan, Unreachable> {
        let mut new_ids = new_ids.into_iter();
        let goal = goal::resolve(self, desired, &mut new_ids).map_err(|reasons| Unreachable {
            reasons,
            certain: true,
            gave_up: None,
        })?;
        // The temporary group's id must be new to the tenant and to the goal. Without one, things can wait in other groups only.
        let is_taken = |id: &ConnectorGroupId| {
            self.connector_group(*id).is_some() || goal.groups.iter().any(|group| group.id == *id)
        };
        let temporary = new_ids.find(|id| !is_taken(id));
        let task = Task::new(self, &goal, options, temporary);
        let at_least = at_least(&task, &task.start);
        let (known, nearest) = straight_ways(&task, at_least);
        let cost = known.as_ref().map(|walk| task.cost(walk));
        // The search is skipped if the greedy plan meets the lower bound: no plan can be better. Otherwise it gets the greedy
        // plan's cost as an upper bound, and it only has to find something cheaper.
        let (steps, gave_up) = match (known, cost) {
            (Some(walk), Some(cost)) if cost == (0, at_least) => (walk.steps, None),
            (known, cost) => match (search(&task, cost, STATES_MAX), known) {
                (Found::Better(steps), _) => (steps, None),
                (Found::NoBetter, Some(walk)) => (walk.steps, None),
                (Found::Unknown(gave_up), Some(walk)) => (walk.steps, Some(gave_up)),
                (Found::NoBetter, None) => {
                    let reasons = self.refused(&task, &nearest);
                    return Err(Unreachable { reasons, certain: true, gave_up: None });
                }
                (Found::Unknown(gave_up), None) => {
                    let reasons = self.refused(&task, &nearest);
                    return Err(Unreachable { reasons, certain: false, gave_up: Some(gave_up) });
                }
            },
        };
        // The small tenant is an abstraction. Only a run on the tenant itself proves that each command is accepted there.
        let (real, _) = self.run(&task, &steps)?;
        let outages = outages(&task, &steps);
        // Where users are cut off, the bound for plans that cut nobody off says nothing of this one.
        let at_least = if outages.is_empty() { at_least } else { bound::of_steps(&task, &task.start) };
        Ok(Plan { steps: real, at_least, best: gave_up.is_none(), gave_up, outages })
    }

    /// The connectors that a selection of a desired state means here: none where the group of `in` is not there, or where
    /// several have its name. A group that the desired state renames is found by either name.
    #[must_use]
    pub fn selected_connectors(&self, desired: &Desired, selected: &Selected) -> Vec<ConnectorView<'_>> {
        let selection = goal::selection(self, desired, selected);
        selection.map_or_else(Vec::new, |selection| select::connectors(self.state(), &selection))
    }

    /// The published applications that a selection of a desired state means here, as
    /// [`selected_connectors`](Self::selected_connectors).
    #[must_use]
    pub fn selected_applications(&self, desired: &Desired, selected: &Selected) -> Vec<ApplicationView<'_>> {
        let selection = goal::selection(self, desired, selected);
        selection.map_or_else(Vec::new, |selection| select::applications(self.state(), &selection))
    }

    /// The steps as commands of this tenant, each applied to a snapshot, and the state after them.
    fn run(&self, task: &Task, steps: &[Command]) -> Result<(Vec<Command>, Self), Unreachable> {
        let (mut small, mut tenant, mut real) = (task.start.clone(), self.clone(), Vec::new());
        // Both tenants advance in step, because a command is spelled out from where the classes are at that moment.
        for step in steps {
            let command = task.spelled_out(&small, step);
            let refused = |refusal| Unreachable {
                reasons: [Reason::Refused { command: Box::new(command.clone()), refusal: Box::new(refusal) }].into(),
                certain: false,
                gave_up: None,
            };
            small.apply(step).map_err(refused)?;
            tenant.apply(&command).map_err(refused)?;
            real.push(command);
        }
        Ok((real, tenant))
    }

    /// The refusals of the commands that are left after the greedy planner's best attempt.
    fn refused(&self, task: &Task, walk: &Walk) -> Vec<Reason> {
        let Ok((_, after)) = self.run(task, &walk.steps) else { return Vec::new() };
        let left = walk.left(task);
        let refused = left.iter().filter_map(|step| {
            let command = task.spelled_out(&walk.tenant, step);
            let refusal = after.decide(&command).err()?;
            Some(Reason::Refused { command: Box::new(command), refusal: Box::new(refusal) })
        });
        refused.collect()
    }
}

impl Task {
    /// Outages count only for the aim that minimizes them, so that costs of one aim can be compared with the search's.
    fn cost(&self, walk: &Walk) -> (u64, usize) {
        let outage_cost = if self.options.aim == Aim::KeepAvailable { walk.outage_cost.total } else { 0 };
        (outage_cost, walk.steps.len())
    }
}

/// The greedy planner's best complete plan, if it has one, and its attempt with the fewest commands left. The latter supplies
/// the reasons if there is no plan.
fn straight_ways(task: &Task, at_least: usize) -> (Option<Walk>, Walk) {
    // Without parking first: if that attempt meets the lower bound, no other one can be better.
    let mut nearest = straight(task, None, Ahead::All);
    let mut best = Walk::is_done(task, &nearest.tenant).then(|| nearest.clone());
    // Where nobody goes ahead, there is one way to do so.
    let keeps = task.options.aim == Aim::KeepAvailable;
    let ways = task.waiting().into_iter().map(Some).chain([None].into_iter().filter(|_| keeps));
    let ways = ways.flat_map(|waiting| [(waiting, Ahead::All), (waiting, Ahead::One)]);
    for (waiting, ahead) in ways.filter(|way| *way != (None, Ahead::All) && (keeps || way.1 == Ahead::All)) {
        if best.as_ref().is_some_and(|walk| task.cost(walk) == (0, at_least)) {
            break;
        }
        let walk = straight(task, waiting, ahead);
        // The attempt with the fewest commands left names the true obstacles, and few that only follow from them.
        if walk.left(task).len() < nearest.left(task).len() {
            nearest = walk.clone();
        }
        let is_better = best.as_ref().is_none_or(|best| task.cost(&walk) < task.cost(best));
        if is_better && Walk::is_done(task, &walk.tenant) {
            best = Some(walk);
        }
    }
    (best, nearest)
}

/// The outages of a plan, found by running it once more. Classes suffice: their members are always in the same group.
fn outages(task: &Task, steps: &[Command]) -> Vec<Outage> {
    let mut outages: Vec<Outage> = Vec::new();
    let mut tenant = task.start.clone();
    let mut service = Service::of(task, &tenant);
    // For each class that is cut off the index of its outage.
    let mut open = BTreeMap::<usize, usize>::new();
    for (step, command) in steps.iter().enumerate() {
        let before = tenant.clone();
        _ = tenant.apply(command);
        for (class, is_served) in service.changes(command, &before, &tenant) {
            service.set(class, is_served);
            let ended = if is_served { open.remove(&class).and_then(|place| outages.get_mut(place)) } else { None };
            if let Some(outage) = ended {
                outage.until = Some(step);
            }
            // Before the step an active connector, after it none: whoever was without one from the start suffers no outage.
            let group = application_at(&tenant, class).filter(|_| !is_served);
            if let (Some(connector_group), Some(class_of)) = (group, task.applications.get(class)) {
                open.insert(class, outages.len());
                outages.push(Outage { step, until: None, connector_group, applications: class_of.members.clone() });
            }
        }
    }
    outages
}
