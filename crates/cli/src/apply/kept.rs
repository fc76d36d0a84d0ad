//! What a run keeps of its work by its journal, for whoever looks whether the tenant has it.

extern crate alloc;

use alloc::collections::BTreeSet;

use connector_groups::ConnectorGroupId;

use super::machine::Machine;
use crate::work::{Thing, Work};

impl Machine {
    /// How many effects are in place, and how many there are.
    pub(crate) fn progress(&self) -> (usize, usize) {
        (self.done.iter().filter(|done| **done).count(), self.done.len())
    }

    /// What is in place by now, as the run knows it, and all that this has changed. What may be changing is left out of the latter.
    pub(super) fn in_place(&self) -> (Work, BTreeSet<Thing>) {
        let is_kept = |at| self.done.get(at).is_some_and(|done| *done) && !self.left_out.contains(&at);
        let work = self.work.only(is_kept);
        let mut things = work.things();
        for item in self.open.iter().flat_map(|round| &round.items) {
            things.remove(&item.effect.thing());
        }
        (work, things)
    }

    /// Whether all is done, or on the way back nothing is left of it.
    pub(super) fn is_at_its_end(&self) -> bool {
        self.open.is_none() && !(0..self.done.len()).any(|at| self.is_next(at))
    }

    /// Whether an effect is still to be done, or on the way back to be taken back.
    pub(super) fn is_next(&self, at: usize) -> bool {
        self.done.get(at).is_some_and(|done| *done == self.is_back) && !self.left_out.contains(&at)
    }

    /// All of the work but for what is left out.
    pub(super) fn whole(&self) -> Work {
        self.work.only(|at| !self.left_out.contains(&at))
    }

    /// The things that are gone.
    pub(super) fn gone(&self) -> BTreeSet<Thing> {
        self.work.only(|at| self.left_out.contains(&at)).things()
    }

    /// The id that the service has for a group of the plan.
    pub(crate) fn id(&self, group: ConnectorGroupId) -> ConnectorGroupId {
        self.ids.get(&group).copied().unwrap_or(group)
    }

    /// A thing by the id that the service has for it.
    pub(super) fn thing(&self, thing: Thing) -> Thing {
        match thing {
            Thing::ConnectorGroup(id) => Thing::ConnectorGroup(self.id(id)),
            other => other,
        }
    }
}
