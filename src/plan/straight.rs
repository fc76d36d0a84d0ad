//! The straight way: names and new groups first, what locks a region out of the way, then everything home, then the rest.
//!
//! It takes time in proportion to what changes, and hardly a step more than there must be. It knows what to try and in which
//! order; whether it may is the engine's to say.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    vec::Vec,
};

use super::{
    Aim,
    goal::Fate,
    group::{Group, create, is_pending, update},
    small::{application_at, assign, connector_at, send, serves},
    task::Task,
    walk::Walk,
};
use crate::{
    command::{Command, DeleteConnectorGroup, UpdateConnectorGroup},
    ids::ConnectorGroupId,
    refusal::Refusal,
};

/// The way on which things wait in this group, if they must wait. It may end before everything is done.
pub(super) fn straight(task: &Task, waiting: Option<ConnectorGroupId>) -> Walk {
    let mut route = Route { task, walk: Walk::new(task), waiting, held: None };
    route.settle();
    route.take_spare_names();
    route.open_default();
    route.wave(Wave::WhatMust);
    route.settle();
    route.wave(Wave::WhatCan);
    route.held = None;
    route.settle();
    route.wave(Wave::All);
    route.waiting = None;
    route.settle();
    route.take_spare_names();
    route.settle();
    route.walk
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wave {
    /// What is in a group whose region is to change, and whatever can go with it.
    WhatMust,
    /// What goes to a group whose region is as it should be.
    WhatCan,
    All,
}

struct Route<'a> {
    task: &'a Task,
    walk: Walk,
    waiting: Option<ConnectorGroupId>,
    /// A group that has not yet its region back, because connectors pass through it.
    held: Option<ConnectorGroupId>,
}

type Moves = BTreeMap<usize, ConnectorGroupId>;

impl Route<'_> {
    fn step(&mut self, command: Command) -> Result<bool, Refusal> {
        self.walk.step(self.task, command)
    }

    fn exists(&self, id: ConnectorGroupId) -> bool {
        self.walk.tenant.connector_group(id).is_some()
    }

    fn pending(&self) -> BTreeSet<ConnectorGroupId> {
        let groups = self.task.groups.iter().filter(|group| is_pending(&self.walk.tenant, group));
        groups.map(|group| group.id).collect()
    }

    /// Creates, changes and deletes groups as long as one of them goes through.
    fn settle(&mut self) {
        let mut progress = true;
        while progress {
            progress = false;
            for group in &self.task.groups {
                let (id, exists) = (group.id, self.exists(group.id));
                let command = match group.fate {
                    Some(Fate::Comes) if !exists => Some(create(group, &group.name)),
                    Some(Fate::Goes) | None if exists && self.waiting != Some(id) => {
                        Some(DeleteConnectorGroup { id }.into())
                    }
                    _ if self.held == Some(id) => None,
                    _ => update(&self.walk.tenant, group).map(Command::from),
                };
                progress |= command.is_some_and(|command| self.step(command) == Ok(true));
            }
        }
    }

    /// Names that wait for each other in a circle, and groups that are needed before their name is free.
    fn take_spare_names(&mut self) {
        for group in &self.task.groups {
            match group.fate {
                // Refused where it is there: by its own name or one that nobody wants, so that it is in no circle.
                Some(Fate::Comes) => _ = self.step(create(group, &group.spare)),
                Some(Fate::Stays) if self.waits_for_itself(group) => {
                    let region = Some(group.region.clone());
                    let with = |region: Option<Arc<str>>| UpdateConnectorGroup {
                        id: group.id,
                        name: Some(group.spare.clone().into()),
                        region: region.map(Into::into),
                    };
                    if self.step(with(region).into()).is_err() {
                        _ = self.step(with(None).into());
                    }
                    self.settle();
                }
                _ => {}
            }
        }
    }

    /// Whether the name that a group wants is held by one that wants a name that is held by … this group.
    fn waits_for_itself(&self, group: &Group) -> bool {
        let mut wanted = group;
        for _ in &self.task.groups {
            let command = update(&self.walk.tenant, wanted).map(Command::from);
            let refusal = command.and_then(|command| self.walk.tenant.decide(&command).err());
            let Some(Refusal::DuplicateName { connector_group }) = refusal else { return false };
            if connector_group == group.id {
                return true;
            }
            let Some(holder) = self.task.groups.iter().find(|group| group.id == connector_group) else { return false };
            wanted = holder;
        }
        false
    }

    /// Connectors that must pass through the default group leave it again only if its region is the tenant's.
    fn open_default(&mut self) {
        let default = self.walk.tenant.default_connector_group();
        let (id, region) = (default.id(), self.walk.tenant.default_region().as_str());
        let is_open = default.region().as_str() == region;
        let region = Some(region.into());
        if is_open {
            return;
        }
        let must = self.connector_moves(Wave::WhatMust);
        self.open_waiting(must.values());
        if self.locked(&must).is_empty() && self.locked(&self.connector_moves(Wave::All)).is_empty() {
            return;
        }
        let command = UpdateConnectorGroup { id, name: None, region };
        if let Some(waiting) = self.waiting {
            let here = |class: &usize| application_at(&self.walk.tenant, *class) == Some(id);
            let here = (0..self.task.applications.len()).filter(here);
            let away: Moves = here.map(|class| (class, waiting)).collect();
            self.open_waiting(away.values());
            self.assign_all(&away);
        }
        if self.step(command.into()) == Ok(true) {
            self.held = Some(id);
        }
    }

    /// Creates the temporary group if something is to wait there; refused where it is there.
    fn open_waiting<'a>(&mut self, mut targets: impl Iterator<Item = &'a ConnectorGroupId>) {
        let waiting = targets.find(|to| Some(**to) == self.waiting);
        if let Some(group) = waiting.and_then(|id| self.task.groups.iter().find(|group| group.id == *id)) {
            _ = self.step(create(group, &group.name));
        }
    }

    fn destination(
        &self,
        wave: Wave,
        pending: &BTreeSet<ConnectorGroupId>,
        at: ConnectorGroupId,
        to: ConnectorGroupId,
    ) -> Option<ConnectorGroupId> {
        let is_ready = wave == Wave::All || (self.exists(to) && !pending.contains(&to));
        let destination = if is_ready {
            Some(to)
        } else if pending.contains(&at) {
            self.waiting
        } else {
            None
        };
        destination.filter(|destination| *destination != at)
    }

    fn application_moves(&self, wave: Wave) -> Moves {
        let pending = self.pending();
        let mut moves = Moves::new();
        let mut must = wave != Wave::WhatMust;
        for (class, members) in self.task.applications.iter().enumerate() {
            let Some(at) = application_at(&self.walk.tenant, class) else { continue };
            if let Some(to) = self.destination(wave, &pending, at, members.to) {
                moves.insert(class, to);
                must |= pending.contains(&at);
            }
        }
        if must { moves } else { Moves::new() }
    }

    fn connector_moves(&self, wave: Wave) -> Moves {
        let pending = self.pending();
        let mut moves = Moves::new();
        let mut must = BTreeSet::new();
        for (class, members) in self.task.connectors.iter().enumerate() {
            let Some(at) = connector_at(&self.walk.tenant, class) else { continue };
            if let Some(to) = self.destination(wave, &pending, at, members.to) {
                moves.insert(class, to);
                must.extend((wave != Wave::WhatMust || pending.contains(&at)).then_some(to));
            }
        }
        moves.retain(|_, to| must.contains(to));
        moves
    }

    /// Those that may not go where they are to go, but may go to the default group.
    fn locked(&self, moves: &Moves) -> Vec<usize> {
        let default = self.walk.tenant.default_connector_group().id();
        let refused = |class: usize, to| {
            let refusal = self.walk.tenant.decide(&send([class], to)).err();
            let first = match &refusal {
                Some(Refusal::Bulk { refused }) => refused.first().map(|entry| &entry.reason),
                other => other.as_ref(),
            };
            matches!(first, Some(Refusal::ConnectorRegionLocked { .. }))
        };
        let locked = moves.iter().filter(|(class, to)| **to != default && refused(**class, **to));
        locked.map(|(class, _)| *class).collect()
    }

    fn wave(&mut self, wave: Wave) {
        let (connectors, applications) = (self.connector_moves(wave), self.application_moves(wave));
        self.open_waiting(connectors.values().chain(applications.values()));
        if self.task.options.aim == Aim::KeepAvailable {
            self.go_gently(&connectors, applications);
            return;
        }
        // As many steps either way; what does keeps more applications served goes first.
        let before = self.walk.clone();
        self.send_all(&connectors, false);
        self.assign_all(&applications);
        let connectors_first = core::mem::replace(&mut self.walk, before);
        self.assign_all(&applications);
        self.send_all(&connectors, false);
        if connectors_first.outage_cost.total <= self.walk.outage_cost.total {
            self.walk = connectors_first;
        }
    }

    /// One connector ahead, then the applications that lose nothing, then the other connectors, then the rest.
    fn go_gently(&mut self, connectors: &Moves, mut applications: Moves) {
        self.go_ahead(connectors, &applications);
        let tenant = &self.walk.tenant;
        let loses = |class: usize, to| !serves(tenant, Some(to)) && serves(tenant, application_at(tenant, class));
        let later = applications.iter().filter(|(class, to)| loses(**class, **to)).map(|(class, to)| (*class, *to));
        let later: Moves = later.collect();
        applications.retain(|class, _| !later.contains_key(class));
        self.assign_all(&applications);
        self.send_all(connectors, true);
        self.assign_all(&later);
    }

    fn assign_all(&mut self, applications: &Moves) {
        if !applications.is_empty() {
            _ = self.step(assign(applications));
        }
    }

    /// One command a target, after those that must go through the default group; where it matters, those first that leave
    /// no application unserved.
    fn send_all(&mut self, connectors: &Moves, gently: bool) {
        let locked = self.locked(connectors);
        if !locked.is_empty() {
            let default = self.walk.tenant.default_connector_group().id();
            _ = self.step(send(locked, default));
        }
        let mut by_target = BTreeMap::<_, Vec<usize>>::new();
        for (class, to) in connectors {
            by_target.entry(*to).or_default().push(*class);
        }
        let mut open: Vec<_> = by_target.into_iter().map(|(to, classes)| send(classes, to)).collect();
        if gently {
            open.retain(|command| {
                let mut next = self.walk.clone();
                let done = next.step(self.task, command.clone()).is_ok();
                let takes = done && next.outage_cost.total == self.walk.outage_cost.total;
                if takes {
                    self.walk = next;
                }
                !takes
            });
        }
        for command in open {
            _ = self.step(command);
        }
    }

    /// One active connector goes ahead to each place where applications would find none, if none is missed where it was.
    fn go_ahead(&mut self, connectors: &Moves, applications: &Moves) {
        let targets: BTreeSet<_> = applications.values().copied().collect();
        for to in targets {
            let ahead = connectors.iter().filter(|(_, target)| **target == to).map(|(class, _)| *class);
            for class in ahead {
                if serves(&self.walk.tenant, Some(to)) {
                    break;
                }
                let mut next = self.walk.clone();
                let goes = next.step(self.task, send([class], to)).is_ok();
                if goes && next.outage_cost.total == self.walk.outage_cost.total && serves(&next.tenant, Some(to)) {
                    self.walk = next;
                }
            }
        }
    }
}
