//! Plans: which commands, in which order, lead a tenant to a desired state, or why none do.
//!
//! A plan is made in small: one connector and one application stand for all that start in the same group and end in the same
//! group (`task`), so that its size is that of the change and not of the tenant. Two planners try: a straight one, fast and
//! hardly ever a step too long (`straight`), and a search that is exact where the task is small (`search`). Neither knows
//! a rule: they know what to try, and `decide` says whether it goes. The result is run on a snapshot of the tenant itself
//! before it is given away.

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

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::fmt;

use serde::{Deserialize, Serialize};

pub use desired::{Desired, DesiredGroup, Selected, Things};

use crate::{
    command::Command,
    ids::{AnyId, ApplicationId, ConnectorGroupId},
    refusal::Refusal,
    tenant::Tenant,
};
use bound::at_least;
use search::{Found, STATES_MAX, search};
use small::{application_at, serves};
use straight::straight;
use task::Task;
use walk::Walk;

/// What matters most on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Aim {
    /// Fewest steps; and of two orders that the straight way has, the one that cuts off fewer.
    #[default]
    FewestSteps,
    /// No application that has had an active connector is without one after any step; where that cannot be, as few
    /// applications as can be, for as few steps as can be. Then fewest steps.
    KeepAvailable,
}

/// Where things wait that must leave a group while its region changes (R-30, R-36).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Parking {
    /// In a temporary group, or in an empty one that nobody else goes to, and in no case but this: nothing else moves but
    /// what is to go elsewhere, to there. So no application is served by connectors of a network that it has nothing to do
    /// with; all that waits at one time waits together, however. Connectors that may leave for the default group only (R-16)
    /// pass through that.
    #[default]
    Apart,
    /// In any group: two steps fewer, where the connectors of every group reach every application.
    Anywhere,
}

objects! {
    /// How to plan.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct PlanOptions {
        /// What matters most.
        pub aim: Aim,
        /// Where things wait.
        pub parking: Parking,
        ..default
    }
}

/// Commands that lead to the desired state, each accepted where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The commands in order; none where nothing is to be done.
    pub steps: Vec<Command>,
    /// No plan has fewer steps than this.
    pub at_least: usize,
    /// Whether it is known that no plan is better under the options: because it has no more steps than there must be and
    /// leaves no application unserved, or because all others were looked at.
    pub best: bool,
    /// Applications that lose their last active connector on the way or at its end, in the order of steps.
    pub outages: Vec<Outage>,
}

/// Applications of one group that lose their last active connector with one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outage {
    /// The step that takes it away, counted from 0.
    pub step: usize,
    /// The step that gives one back; `None` where the desired state has none for them.
    pub until: Option<usize>,
    /// Where they are without.
    pub connector_group: ConnectorGroupId,
    /// They.
    pub applications: Vec<ApplicationId>,
}

/// Why a desired state cannot be reached, or is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Reason {
    /// A selection is `in` a group that is not there.
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
    /// A name that several things have; their ids tell them apart.
    #[error("{reference:?} is the name of {}", ids.len())]
    Ambiguous {
        /// As it was given.
        reference: Arc<str>,
        /// All that have it.
        ids: Vec<AnyId>,
    },
    /// A group named twice, or a thing that should be in two groups.
    #[error("{id} is named twice")]
    NamedTwice {
        /// The thing.
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
    /// The engine refuses what would have to be done, whatever is done before it.
    #[error("{}: {refusal}", command.name())]
    Refused {
        /// What would have to be done.
        command: Box<Command>,
        /// Why it is refused.
        refusal: Box<Refusal>,
    },
}

/// No way leads to the desired state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unreachable {
    /// Why not; never empty.
    pub reasons: Vec<Reason>,
    /// Whether that is certain: the reasons hold whatever comes before, or every way was looked at. Otherwise the straight
    /// way ends there, and the task was too big to look at all others.
    pub certain: bool,
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
    /// The commands that lead to a desired state: none of them a transaction, all of them those of administrators on groups
    /// and on what is in them. Whoever wants all or nothing puts them into one transaction.
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
        let goal =
            goal::resolve(self, desired, &mut new_ids).map_err(|reasons| Unreachable { reasons, certain: true })?;
        let is_taken = |id: &ConnectorGroupId| {
            self.connector_group(*id).is_some() || goal.groups.iter().any(|group| group.id == *id)
        };
        let temporary = new_ids.find(|id| !is_taken(id));
        let task = Task::new(self, &goal, options, temporary);
        let at_least = at_least(&task, &task.start);
        let (known, nearest) = straight_ways(&task, at_least);
        let cost = known.as_ref().map(|walk| task.cost(walk));
        let (steps, best) = match (known, cost) {
            (Some(walk), Some(cost)) if cost == (0, at_least) => (walk.steps, true),
            (known, cost) => match (search(&task, cost, STATES_MAX), known) {
                (Found::Better(steps), _) => (steps, true),
                (Found::NoBetter, Some(walk)) => (walk.steps, true),
                (Found::Unknown, Some(walk)) => (walk.steps, false),
                (found, None) => {
                    let certain = matches!(found, Found::NoBetter);
                    return Err(Unreachable { reasons: self.refused(&task, &nearest), certain });
                }
            },
        };
        let (real, _) = self.run(&task, &steps)?;
        Ok(Plan { steps: real, at_least, best, outages: outages(&task, &steps) })
    }

    /// The steps spelled out, and where they lead.
    fn run(&self, task: &Task, steps: &[Command]) -> Result<(Vec<Command>, Self), Unreachable> {
        let (mut small, mut tenant, mut real) = (task.start.clone(), self.clone(), Vec::new());
        for step in steps {
            let command = task.spelled_out(&small, step);
            let refused = |refusal| Unreachable {
                reasons: [Reason::Refused { command: Box::new(command.clone()), refusal: Box::new(refusal) }].into(),
                certain: false,
            };
            small.apply(step).map_err(refused)?;
            tenant.apply(&command).map_err(refused)?;
            real.push(command);
        }
        Ok((real, tenant))
    }

    /// What is refused where the straight way ends.
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
    fn cost(&self, walk: &Walk) -> (u64, usize) {
        let outage_cost = if self.options.aim == Aim::KeepAvailable { walk.outage_cost.total } else { 0 };
        (outage_cost, walk.steps.len())
    }
}

/// The best of the straight ways, and the one that comes nearest where none leads there.
fn straight_ways(task: &Task, at_least: usize) -> (Option<Walk>, Walk) {
    let mut nearest = straight(task, None);
    let mut best = Walk::is_done(task, &nearest.tenant).then(|| nearest.clone());
    let is_best = best.as_ref().is_some_and(|walk| task.cost(walk) == (0, at_least));
    for waiting in task.waiting().into_iter().filter(|_| !is_best) {
        let walk = straight(task, Some(waiting));
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

/// Who loses the last active connector with which step, and until when.
fn outages(task: &Task, steps: &[Command]) -> Vec<Outage> {
    let mut outages: Vec<Outage> = Vec::new();
    let mut tenant = task.start.clone();
    let groups = |tenant: &Tenant| -> Vec<_> {
        let places = (0..task.applications.len()).map(|class| application_at(tenant, class));
        places.map(|place| (place, serves(tenant, place))).collect()
    };
    let mut before = groups(&tenant);
    let mut open: Vec<Option<usize>> = before.iter().map(|_| None).collect();
    for (step, command) in steps.iter().enumerate() {
        _ = tenant.apply(command);
        let after = groups(&tenant);
        let classes = before.iter().zip(&after).zip(&mut open).zip(&task.applications);
        for (((before, after), open), class) in classes {
            match (before.1, after) {
                (true, (Some(connector_group), false)) => {
                    *open = Some(outages.len());
                    let (connector_group, applications) = (*connector_group, class.members.clone());
                    outages.push(Outage { step, until: None, connector_group, applications });
                }
                (false, (_, true)) => {
                    if let Some(outage) = open.take().and_then(|place| outages.get_mut(place)) {
                        outage.until = Some(step);
                    }
                }
                _ => {}
            }
        }
        before = after;
    }
    outages
}
