//! The greedy planner: a fixed order of phases, without search and without backtracking.
//!
//! Its time is proportional to the number of classes and groups that change. Its plans are seldom longer than the shortest
//! one, but nothing guarantees that; `search` decides small cases. The planner knows which commands to try and in which
//! order. Whether a command is allowed is decided by the engine only.

use alloc::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    vec::Vec,
};

use super::{
    Aim,
    goal::Fate,
    group::{Group, create, is_pending, update},
    small::{application_at, assign, connector_at, send, serves, small},
    task::Task,
    walk::Walk,
};
use crate::{
    command::{Command, DeleteConnectorGroup, UpdateConnectorGroup},
    detour,
    ids::{ConnectorGroupId, ConnectorId},
    refusal::Refusal,
};

/// Runs all phases once. Things that must leave a group before they may enter their own wait in `waiting`; without such a
/// group they stay. The result may be incomplete: see [`Walk::is_done`].
pub(super) fn straight(task: &Task, waiting: Option<ConnectorGroupId>, ahead: Ahead) -> Walk {
    let mut route = Route { task, walk: Walk::new(task), waiting, ahead, held: None };
    // Groups first: moves need groups that exist, and a region change needs no move if the group is already empty.
    route.settle();
    // Only now is it known which names are refused; a spare name taken earlier would cost a step for nothing.
    // After this call every new group exists, under some name, so that things can be moved into it.
    route.take_spare_names();
    // Before the first move: it decides by which group locked connectors travel.
    route.open_default();
    // A region changes only while its group is empty. So: empty these groups, then change their regions.
    route.wave(Wave::WhatMust);
    route.settle();
    // Groups with the right region take their members now. That may empty further groups whose region is still
    // locked, so nothing is sent into those yet: it would lock them again.
    route.wave(Wave::WhatCan);
    // The detours of both waves are over: the default group gets its final region back, and the groups that the second
    // wave emptied get theirs.
    route.held = None;
    route.settle();
    // Whatever is left goes home, even into a group that still has the wrong region. That locks the region, so that the
    // plan stays incomplete then; but what is left of it, and the refusals, say why.
    route.wave(Wave::All);
    // Nobody waits any more, so that the temporary group is deleted like every other group that has to go.
    route.waiting = None;
    route.settle();
    // Deletions have freed names only now. Both calls change nothing if every name is right.
    route.take_spare_names();
    route.settle();
    route.walk
}

/// How many connectors go ahead to a group that serves nobody yet, before its applications.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ahead {
    /// All, where nobody is cut off by that, and else one: fewer steps.
    All,
    /// One: the others go on serving those who wait.
    One,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wave {
    /// Members of groups whose region is to change, and moves that fit into the same commands.
    WhatMust,
    /// Moves to groups that have their final region.
    WhatCan,
    /// Every move that is left.
    All,
}

struct Route<'a> {
    task: &'a Task,
    walk: Walk,
    /// The parking group of this attempt; `None` if nothing may wait.
    waiting: Option<ConnectorGroupId>,
    ahead: Ahead,
    /// The default group while it has a borrowed region that lets connectors pass through it.
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

    /// Creates, changes and deletes groups until every command is refused: a fixed point.
    ///
    /// It ends: an accepted command brings a group to its final state, which no other command of this loop takes away.
    fn settle(&mut self) {
        let mut open: VecDeque<usize> = (0..self.task.groups.len()).collect();
        // Within this loop nothing moves, so that a refused command can become acceptable in one way only: the group that has
        // the wanted name gives it up. Whoever waits for that is asked again then, and nobody else.
        let mut waiting = BTreeMap::<ConnectorGroupId, Vec<usize>>::new();
        while let Some(place) = open.pop_front() {
            let Some(group) = self.task.groups.get(place) else { continue };
            let (id, exists) = (group.id, self.exists(group.id));
            let command = match group.fate {
                Some(Fate::Comes) if !exists => Some(create(group, &group.name)),
                // Deleting the parking group now would leave the coming waves without one.
                Some(Fate::Goes) | None if exists && self.waiting != Some(id) => {
                    Some(DeleteConnectorGroup { id }.into())
                }
                // `update` would take the borrowed region away at once.
                _ if self.held == Some(id) => None,
                _ => update(&self.walk.tenant, group).map(Command::from),
            };
            match command.map(|command| self.step(command)) {
                Some(Ok(true)) => open.extend(waiting.remove(&id).into_iter().flatten()),
                Some(Err(Refusal::DuplicateName { connector_group })) => {
                    waiting.entry(connector_group).or_default().push(place);
                }
                _ => {}
            }
        }
    }

    /// Gives spare names to groups whose own name is not free: to new groups, which are needed as targets before
    /// the name becomes free, and to one group of every cycle of names.
    fn take_spare_names(&mut self) {
        for group in &self.task.groups {
            match group.fate {
                // Refused if the group exists already. A new group needs no look for cycles: its name is either its own
                // or a spare one, and nobody wants either.
                Some(Fate::Comes) => _ = self.step(create(group, &group.spare)),
                Some(Fate::Stays) if self.waits_for_itself(group) => {
                    let region = Some(group.region.clone());
                    let with = |region: Option<Arc<str>>| UpdateConnectorGroup {
                        id: group.id,
                        name: Some(group.spare.clone().into()),
                        region: region.map(Into::into),
                    };
                    // The region rides along if it is unlocked, which saves a step later; otherwise the name alone.
                    if self.step(with(region).into()).is_err() {
                        _ = self.step(with(None).into());
                    }
                    // The freed name lets the rest of this cycle through, so that no other member takes a spare name too.
                    self.settle();
                }
                _ => {}
            }
        }
    }

    fn waits_for_itself(&self, group: &Group) -> bool {
        let wanted = |id| self.task.group(id).and_then(|group| update(&self.walk.tenant, group));
        detour::waits_for_itself(&self.walk.tenant, group.id, self.task.groups.len(), wanted)
    }

    /// Lends the tenant's default region to the default group if connectors have to pass through it: they leave it again
    /// only while it has that region.
    fn open_default(&mut self) {
        let default = self.walk.tenant.default_connector_group();
        let (id, region) = (default.id(), self.walk.tenant.default_region().as_str());
        let is_open = default.region().as_str() == region;
        let region = Some(region.into());
        if is_open {
            return;
        }
        // `locked` asks the engine about moves, and a move to a group that does not exist yet would be refused for that.
        let must = self.connector_moves(Wave::WhatMust);
        self.open_waiting(must.values());
        if self.locked(&must).is_empty() && self.locked(&self.connector_moves(Wave::All)).is_empty() {
            return;
        }
        let command = UpdateConnectorGroup { id, name: None, region };
        // The region changes only while the group is empty. Applications can step aside; connectors cannot, as R-16 holds
        // them in it, and then the command below is refused and the plan goes on without the detour.
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

    /// Creates the parking group if one of the targets is this group. The command is refused, without effect, if the
    /// group exists.
    fn open_waiting<'a>(&mut self, mut targets: impl Iterator<Item = &'a ConnectorGroupId>) {
        let waiting = targets.find(|to| Some(**to) == self.waiting);
        if let Some(group) = waiting.and_then(|id| self.task.group(*id)) {
            _ = self.step(create(group, &group.name));
        }
    }

    /// The next stop of a class on its way from `at` to `to`; `None` if it stays where it is during this wave.
    fn destination(
        &self,
        wave: Wave,
        pending: &BTreeSet<ConnectorGroupId>,
        at: ConnectorGroupId,
        to: ConnectorGroupId,
    ) -> Option<ConnectorGroupId> {
        // A group whose region is still to change takes nothing: each member would lock the region.
        let is_ready = wave == Wave::All || (self.exists(to) && !pending.contains(&to));
        let destination = if is_ready {
            Some(to)
        // It must leave although its target is not ready, which may be the very group that it leaves.
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
        // One command assigns applications to any number of groups. So if one class must leave, all moves that are ready go
        // with it for free; if none must, a command now would be one that the next wave sends anyway.
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
        // One command moves connectors to one group. So moves go along only where a command to that group is needed anyway.
        moves.retain(|_, to| must.contains(to));
        moves
    }

    /// Classes whose direct move is refused by R-16, so that they have to go by way of the default group.
    fn locked(&self, moves: &Moves) -> Vec<usize> {
        let default = self.walk.tenant.default_connector_group().id();
        let held = |class: usize, to| detour::is_held(&self.walk.tenant, small(class, ConnectorId::from_u128), to);
        let locked = moves.iter().filter(|(class, to)| **to != default && held(**class, **to));
        locked.map(|(class, _)| *class).collect()
    }

    fn wave(&mut self, wave: Wave) {
        let (connectors, applications) = (self.connector_moves(wave), self.application_moves(wave));
        self.open_waiting(connectors.values().chain(applications.values()));
        if self.task.options.aim == Aim::KeepAvailable {
            self.go_gently(&connectors, applications);
            return;
        }
        // Both orders take the same number of steps, so the outages decide: connectors first leave applications behind,
        // applications first may arrive before the connectors. Which is worse depends on who shares a group.
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

    /// The order that keeps applications served, at the price of more steps: one connector goes ahead to each unserved
    /// target; then the applications follow that are served in both groups; then the other connectors leave, as fewer
    /// applications depend on them now; last come the applications whose target had no active connector until then.
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

    /// Sends connectors with one command for each target. If `gently`, commands that cut nobody off come first.
    fn send_all(&mut self, connectors: &Moves, gently: bool) {
        let locked = self.locked(connectors);
        // All locked connectors leave with one command, wherever they are going: from the default group on, the commands below
        // take them along with the others of their target.
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
            // A harmless command may bring the connectors that make a harmful one harmless. One pass, not a fixed point: the rest
            // is sent in any case.
            let (walk, task) = (&mut self.walk, self.task);
            open.retain(|command| !walk.step_if(task, command.clone(), |_| true));
        }
        for command in open {
            _ = self.step(command);
        }
    }

    /// Sends connectors ahead to each target that has no active one, provided that no application loses its last one by that:
    /// all that go there, with one command, or else one class of them. Active classes have one member split off for this
    /// purpose (see `connector_classes`).
    ///
    /// What goes as a whole needs no second command for the rest. Where many groups wait together, all but one can go so.
    fn go_ahead(&mut self, connectors: &Moves, applications: &Moves) {
        let targets: BTreeSet<_> = applications.values().copied().collect();
        let mut by_target = BTreeMap::<_, Vec<usize>>::new();
        for (class, to) in connectors {
            by_target.entry(*to).or_default().push(*class);
        }
        for to in targets {
            let Some(ahead) = by_target.get(&to) else { continue };
            if serves(&self.walk.tenant, Some(to)) {
                continue;
            }
            let all = [ahead.clone()].into_iter().filter(|_| self.ahead == Ahead::All);
            for classes in all.chain(ahead.iter().map(|class| alloc::vec![*class])) {
                if self.walk.step_if(self.task, send(classes, to), |next| serves(next, Some(to))) {
                    break;
                }
            }
        }
    }
}
