//! The steps of a plan, each as single effects.

use alloc::collections::BTreeSet;

use connector_groups::{Command, ConnectorGroupId, Event, Tenant};
use serde::{Deserialize, Serialize};

use super::effect::{Change, Effect, Thing};
use crate::words::count;

/// All that a plan does, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Work {
    pub(crate) steps: Vec<Step>,
}

/// One command of a plan, or changes of settings. Its effects may be done in any order, but all of them before those of the next
/// step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Step {
    /// For people.
    #[serde(default)]
    pub(crate) title: String,
    pub(crate) effects: Vec<Effect>,
    /// Groups that must have an active connector all the while, because the plan promises their applications one.
    pub(crate) served: BTreeSet<ConnectorGroupId>,
    /// The same on the way back.
    pub(crate) served_back: BTreeSet<ConnectorGroupId>,
    /// Why the step cannot be taken back: connectors may leave a region and not come back to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) one_way: Option<String>,
}

impl Work {
    /// What commands do, one after the other, from a tenant as it is.
    ///
    /// # Errors
    /// A command that the engine refuses there, or one that has no request of Graph here, by its name.
    pub(crate) fn of(tenant: &Tenant, commands: &[Command]) -> Result<Self, String> {
        let mut now = tenant.clone();
        let mut work = Self::default();
        for (number, command) in (1_usize..).zip(commands) {
            let before = now.clone();
            let refused = |why: String| format!("step {number}, {}: {why}", command.name());
            let events = now.apply(command).map_err(|refusal| refused(refusal.to_string()))?;
            work.steps.push(Step::of(&before, &now, &events).map_err(|why| refused(why.into()))?);
        }
        Ok(work)
    }

    /// The same with some of its effects alone, which are counted from 0.
    pub(crate) fn only(&self, is_in: impl Fn(usize) -> bool) -> Self {
        let mut work = self.clone();
        let mut numbers = 0..;
        for step in &mut work.steps {
            step.effects.retain(|_| numbers.next().is_some_and(&is_in));
        }
        work
    }

    /// All that it changes.
    pub(crate) fn things(&self) -> BTreeSet<Thing> {
        self.steps.iter().flat_map(|step| &step.effects).map(Effect::thing).collect()
    }

    pub(crate) fn effects_count(&self) -> usize {
        self.steps.iter().map(|step| step.effects.len()).sum()
    }
}

impl Step {
    /// Changes of settings of applications, each of another one.
    pub(super) fn of_settings(effects: Vec<Effect>) -> Self {
        let title = format!("~ change settings of {}", count(effects.len(), "application"));
        Self { title, effects, ..Self::default() }
    }

    fn of(before: &Tenant, after: &Tenant, events: &[Event]) -> Result<Self, &'static str> {
        let mut step = Self::default();
        for event in events {
            step.add(before, after, event)?;
        }
        // By the group that they go to, as that is what is looked at before them.
        step.effects.sort_by_key(|effect| match effect {
            Effect::MoveApplication { to, .. } => Some(*to),
            _ => None,
        });
        step.title = match step.effects.as_slice() {
            [] => String::from("nothing"),
            [one] => one.to_string(),
            [one, more @ ..] => format!("{one}, and {} more", more.len()),
        };
        // Applications go wherever a group is, so that of the many that a step may move none has to be tried.
        let mut back = after.clone();
        let tried = step.effects.iter().filter(|effect| !matches!(effect, Effect::MoveApplication { .. }));
        let refused = tried.rev().find_map(|effect| back.apply(&effect.inverse().command()?).err());
        step.one_way = refused.map(|refusal| refusal.to_string());
        Ok(step)
    }

    fn add(&mut self, before: &Tenant, after: &Tenant, event: &Event) -> Result<(), &'static str> {
        // A group whose applications have an active connector before a step and after it has one all the while: connectors
        // only leave it, or only come to it, as all moves of a step have one target.
        let is_served = |tenant: &Tenant, id: ConnectorGroupId| {
            tenant.connector_group(id).is_some_and(|group| group.active_connectors_count() > 0)
        };
        let is_used = |id: ConnectorGroupId| {
            let used = |tenant: &Tenant| tenant.connector_group(id).is_some_and(|group| group.applications_count() > 0);
            used(before) && used(after)
        };
        let keeps = |id: ConnectorGroupId| is_served(before, id) && is_served(after, id);
        match event {
            Event::ConnectorGroupCreated(group) => self.effects.push(Effect::CreateConnectorGroup {
                id: group.id,
                name: group.name.as_str().into(),
                region: group.region.as_str().into(),
            }),
            Event::ConnectorGroupDeleted(group) => self.effects.push(Effect::DeleteConnectorGroup {
                id: group.thing.id,
                name: group.thing.name.as_str().into(),
                region: group.thing.region.as_str().into(),
            }),
            Event::ConnectorGroupRenamed { id, from, to } => {
                let change = Change { from: from.as_str().into(), to: to.as_str().into() };
                self.update(*id, Some(change), None);
            }
            Event::ConnectorGroupRegionChanged { id, from, to } => {
                let change = Change { from: from.as_str().into(), to: to.as_str().into() };
                self.update(*id, None, Some(change));
            }
            Event::ConnectorsMoved { connector_group: to, connectors } => {
                for one in connectors.iter() {
                    self.effects.push(Effect::MoveConnector { id: one.id, from: one.from, to: *to });
                    if is_used(one.from) && keeps(one.from) {
                        self.served.insert(one.from);
                    }
                }
                if is_used(*to) && keeps(*to) {
                    self.served_back.insert(*to);
                }
            }
            Event::ApplicationsReassigned { connector_group: to, applications } => {
                for one in applications.iter() {
                    self.effects.push(Effect::MoveApplication { id: one.id, from: one.from, to: *to });
                    if keeps(one.from) {
                        self.served_back.insert(one.from);
                    }
                }
                if keeps(*to) {
                    self.served.insert(*to);
                }
            }
            _ => return Err("it does more than to make, change, delete and fill connector groups"),
        }
        Ok(())
    }

    /// A name and a region of one group change in one request.
    fn update(&mut self, group: ConnectorGroupId, name: Option<Change>, region: Option<Change>) {
        // The events of an update come side by side; a request for each would show a state that nobody planned.
        for effect in &mut self.effects {
            if let Effect::UpdateConnectorGroup { id, name: known_name, region: known_region } = effect
                && *id == group
            {
                *known_name = known_name.take().or(name);
                *known_region = known_region.take().or(region);
                return;
            }
        }
        self.effects.push(Effect::UpdateConnectorGroup { id: group, name, region });
    }

    /// The group that is kept available and that this effect could leave without a connector.
    pub(crate) fn needs(&self, effect: usize, is_back: bool) -> Option<ConnectorGroupId> {
        let effect = self.effects.get(effect)?;
        let (needed, served) =
            if is_back { (effect.inverse().needs(), &self.served_back) } else { (effect.needs(), &self.served) };
        needed.filter(|group| served.contains(group))
    }
}
