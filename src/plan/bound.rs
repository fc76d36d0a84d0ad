//! A lower bound of the number of steps: the heuristic of the search.
//!
//! The bound never exceeds the true number (it is admissible), which A* needs to find a shortest plan. It counts one command
//! for each group that has to be created, deleted or changed (no command does that for two groups), one for each group that
//! connectors have to enter (a command has one target), and one or two for all applications together. These three kinds of
//! commands have none in common, so that the sum counts no command twice. On top come the commands that something in the way
//! makes necessary: a name to step aside, a place to wait, a connector that stays behind. Each function says why no plan does
//! without, and why its commands are not among those that are counted.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
};

use super::{
    Aim, Parking,
    goal::Fate,
    group::{is_pending, update},
    small::{application_at, connector_at, serves},
    task::Task,
};
use crate::{ids::ConnectorGroupId, tenant::Tenant};

type Groups = BTreeSet<ConnectorGroupId>;

/// A lower bound of the steps from this state to the goal; 0 exactly if the goal is reached. Under `KeepAvailable` it holds for
/// the ways on which nobody is cut off from here on: any other way costs more, whatever its length.
pub(super) fn at_least(task: &Task, tenant: &Tenant) -> usize {
    let state = State::of(task, tenant);
    let keeps = if task.options.aim == Aim::KeepAvailable { state.stays_behind() } else { 0 };
    state.steps().saturating_add(keeps)
}

/// A lower bound that holds for all ways, also for those on which somebody is cut off.
pub(super) fn of_steps(task: &Task, tenant: &Tenant) -> usize {
    State::of(task, tenant).steps()
}

/// A state, with what has to be known of it more than once.
struct State<'a> {
    task: &'a Task,
    tenant: &'a Tenant,
    /// Groups whose region is still to change. What is in them has to leave first.
    pending: Groups,
    /// Groups whose region was to change at the start: what comes from them may wait elsewhere.
    emptied: Groups,
    /// Groups that connectors have to enter, their own group among them if they have to leave it and return.
    targets: Groups,
}

impl<'a> State<'a> {
    fn of(task: &'a Task, tenant: &'a Tenant) -> Self {
        let pending_in = |tenant: &Tenant| -> Groups {
            task.groups.iter().filter(|group| is_pending(tenant, group)).map(|group| group.id).collect()
        };
        let (pending, emptied) = (pending_in(tenant), pending_in(&task.start));
        // One command for each target. Connectors whose own group is to change its region must leave it and return, so
        // that their own group is a target as well.
        let mut targets = Groups::new();
        for (class, members) in task.connectors.iter().enumerate() {
            let at = connector_at(tenant, class);
            if at != Some(members.to) || pending.contains(&members.to) {
                targets.insert(members.to);
            }
        }
        Self { task, tenant, pending, emptied, targets }
    }

    fn steps(&self) -> usize {
        let all =
            [self.groups(), self.name_cycles(), self.targets.len(), self.away(), self.temporary(), self.applications()];
        all.into_iter().fold(0, usize::saturating_add)
    }

    /// One command for each group that is not as it should be.
    fn groups(&self) -> usize {
        let differs = self.task.groups.iter().filter(|group| {
            let exists = self.tenant.connector_group(group.id).is_some();
            match group.fate {
                Some(Fate::Comes) if !exists => true,
                // A temporary group (`None`) has to be deleted like any other group that goes.
                Some(Fate::Goes) | None => exists,
                Some(_) => update(self.tenant, group).is_some(),
            }
        });
        differs.count()
    }

    /// One command more for each cycle of groups in which each wants the name that the next one has. None of them can
    /// take its name first, so that one takes a name which it does not keep, and is changed once more than counted. No group is
    /// on two cycles.
    fn name_cycles(&self) -> usize {
        if !self.tenant.rules().unique_names {
            return 0;
        }
        let normal = |name: &str| name.trim().to_lowercase();
        let mut wanted = BTreeMap::<ConnectorGroupId, String>::new();
        let mut holders = BTreeMap::<String, ConnectorGroupId>::new();
        for group in self.task.groups.iter().filter(|group| group.is_wanted()) {
            let name = update(self.tenant, group).and_then(|update| update.name);
            let now = self.tenant.connector_group(group.id).filter(|_| name.is_some());
            if let Some(now) = now {
                wanted.insert(group.id, normal(&group.name));
                holders.insert(normal(now.name().as_str()), group.id);
            }
        }
        let next = |id: &ConnectorGroupId| holders.get(wanted.get(id)?).copied();
        let (mut cycles, mut seen) = (0_usize, Groups::new());
        for first in wanted.keys() {
            let (mut path, mut at) = (Groups::new(), Some(*first));
            while let Some(id) = at.filter(|id| !seen.contains(id) && path.insert(*id)) {
                at = next(&id);
            }
            // The walk ended at a group of its own path: a cycle. A group that wants its own name in other letters waits for nobody.
            let met = at.filter(|id| path.contains(id) && next(id) != Some(*id));
            cycles = cycles.saturating_add(usize::from(met.is_some()));
            seen.append(&mut path);
        }
        cycles
    }

    /// Where things that have to leave their own group may wait: in the groups for parking, in the group that they come from,
    /// and connectors under R-16 in the default group.
    fn waits_in(
        &self,
        from: ConnectorGroupId,
        to: ConnectorGroupId,
        detour: bool,
    ) -> impl Iterator<Item = ConnectorGroupId> {
        let default = self.tenant.default_connector_group().id();
        let detour = Some(default).filter(|_| detour && self.tenant.rules().regional_connector_moves);
        self.task.parking.iter().copied().chain([from]).chain(detour).filter(move |place| *place != to)
    }

    /// The command by which connectors leave a group to which they return. It goes to a place where they may wait; if that is
    /// no group that a counted command enters, it is one more.
    fn away(&self) -> usize {
        let is_counted = |to: ConnectorGroupId, from: ConnectorGroupId| {
            self.waits_in(from, to, true).any(|place| self.targets.contains(&place))
        };
        let returning = self.task.connectors.iter().enumerate().filter(|(class, members)| {
            self.pending.contains(&members.to) && connector_at(self.tenant, *class) == Some(members.to)
        });
        let mut uncounted = returning.filter(|(_, members)| !is_counted(members.to, members.from));
        usize::from(uncounted.next().is_some())
    }

    /// The commands that create and delete a temporary group, if something has to wait and there is no other place for it.
    /// Only where a temporary group is the one place to wait that is not there yet: another new group is counted already.
    fn temporary(&self) -> usize {
        if self.pending.is_empty() {
            return 0;
        }
        let exists = |id: ConnectorGroupId| self.tenant.connector_group(id).is_some();
        let is_temporary =
            |id: ConnectorGroupId| self.task.group(id).is_some_and(|group| group.fate.is_none()) && !exists(id);
        let has_place = |from: ConnectorGroupId, to: ConnectorGroupId, detour: bool| {
            self.waits_in(from, to, detour).any(|place| !is_temporary(place))
        };
        let returns = |at: Option<ConnectorGroupId>, to: ConnectorGroupId| at == Some(to) && self.pending.contains(&to);
        let mut connectors = self.task.connectors.iter().enumerate().filter(|(class, members)| {
            returns(connector_at(self.tenant, *class), members.to) && !has_place(members.from, members.to, true)
        });
        let mut applications = self.task.applications.iter().enumerate().filter(|(class, members)| {
            returns(application_at(self.tenant, *class), members.to) && !has_place(members.from, members.to, false)
        });
        let is_needed = connectors.next().is_some() || applications.next().is_some();
        if is_needed { 2 } else { 0 }
    }

    /// One command can assign all applications. But a region changes only while its group is empty: if applications
    /// leave such a group and others (or the same) enter it, one command comes before the change and another one after it.
    fn applications(&self) -> usize {
        let (mut leave, mut come, mut any) = (Groups::new(), Groups::new(), false);
        for (class, members) in self.task.applications.iter().enumerate() {
            let at = application_at(self.tenant, class);
            any |= at != Some(members.to);
            leave.extend(at.filter(|at| self.pending.contains(at)));
            come.extend(Some(members.to).filter(|to| self.pending.contains(to)));
        }
        if leave.is_disjoint(&come) { usize::from(any) } else { 2 }
    }

    /// Commands for connectors that stay behind with applications, on ways on which nobody is cut off.
    ///
    /// Let applications go straight from `a` to `b`, let `a` serve them now and `b` serve nobody, and let every active
    /// connector that is in `a` or may come there end in `b`. Before the applications leave, a connector enters `b`, or they
    /// would be cut off there; and one is still in `a`, or they would be cut off here, and enters `b` later. So two commands
    /// enter `b`, and one of them is counted.
    fn stays_behind(&self) -> usize {
        if self.task.options.parking != Parking::Apart {
            return 0;
        }
        let by_region = self.tenant.rules().regional_connector_moves;
        let default = self.tenant.default_connector_group().id();
        let may_have_guests = |id: ConnectorGroupId| self.task.parking.contains(&id) || (by_region && id == default);
        // For each group where active connectors are, were or end: where those end.
        let mut ends = BTreeMap::<ConnectorGroupId, Groups>::new();
        for (class, members) in self.task.connectors.iter().enumerate() {
            if is_active(self.tenant, class) {
                let at = connector_at(self.tenant, class);
                for place in at.into_iter().chain([members.from, members.to]) {
                    ends.entry(place).or_default().insert(members.to);
                }
            }
        }
        let mut twice = Groups::new();
        for (class, members) in self.task.applications.iter().enumerate() {
            let Some(at) = application_at(self.tenant, class).filter(|at| *at != members.to) else { continue };
            let waits_nowhere = members.from == at && !self.emptied.contains(&at) && !may_have_guests(at);
            let all_end_there = || ends.get(&at).is_some_and(|ends| ends.len() == 1 && ends.contains(&members.to));
            let is_served = || serves(self.tenant, Some(at)) && !serves(self.tenant, Some(members.to));
            if waits_nowhere && !twice.contains(&members.to) && is_served() && all_end_there() {
                twice.insert(members.to);
            }
        }
        twice.len().saturating_add(self.waits_together(&ends, &twice))
    }

    /// The same for applications that wait while the region of their group changes and return, where only a temporary group is
    /// there to wait in.
    ///
    /// On the way out: one connector waits there before the applications come, and one leaves their group after them: two
    /// commands enter the waiting place, and one is counted (as a group that no other connector enters). On the way back: take
    /// the group whose applications return last. The connector that serves them until then returns after them, to a group whose
    /// applications are back as well and needed one before; so two commands enter that group.
    fn waits_together(&self, ends: &BTreeMap<ConnectorGroupId, Groups>, twice: &Groups) -> usize {
        let by_region = self.tenant.rules().regional_connector_moves;
        let is_free = |place: &ConnectorGroupId| !serves(self.tenant, Some(*place)) && !self.targets.contains(place);
        if by_region || self.pending.is_empty() || !self.task.parking.iter().all(is_free) {
            return 0;
        }
        let active = || self.task.connectors.iter().enumerate().filter(|(class, _)| is_active(self.tenant, *class));
        // Groups that connectors enter for good, which could wait in the group that they come from.
        let foreign: Groups =
            active().filter(|(_, members)| members.from != members.to).map(|(_, members)| members.to).collect();
        // Groups whose own applications wait and return, and are served by connectors that all return with them.
        let mut together = Groups::new();
        for (class, members) in self.task.applications.iter().enumerate() {
            let at = application_at(self.tenant, class);
            let stays = members.from == members.to && at == Some(members.to) && self.pending.contains(&members.to);
            let alone = || ends.get(&members.to).is_some_and(|ends| ends.len() == 1 && ends.contains(&members.to));
            if stays && !foreign.contains(&members.to) && serves(self.tenant, at) && alone() {
                together.insert(members.to);
            }
        }
        // Connectors that may wait at the same time, and would serve in the place of those.
        let may_wait = |class: usize, from: &ConnectorGroupId| {
            let at = connector_at(self.tenant, class);
            self.emptied.contains(from) || at.is_some_and(|at| self.pending.contains(&at))
        };
        let mut waiting = active().filter(|(class, members)| may_wait(*class, &members.from));
        let all_return = waiting.all(|(_, members)| together.contains(&members.to));
        if together.is_empty() || !all_return || !together.is_disjoint(twice) { 0 } else { 2 }
    }
}

fn is_active(tenant: &Tenant, class: usize) -> bool {
    let id = super::small::small(class, crate::ids::ConnectorId::from_u128);
    tenant.connector(id).is_some_and(crate::state::ConnectorView::is_active)
}
