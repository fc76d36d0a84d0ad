//! What a run keeps of its work by its journal, for whoever looks whether the tenant has it.

extern crate alloc;

use alloc::collections::BTreeSet;

use super::machine::Machine;
use crate::work::{Thing, Work};

impl Machine {
    /// How many effects are in place, and how many there are.
    pub(crate) fn progress(&self) -> (usize, usize) {
        (self.done.iter().filter(|done| **done).count(), self.done.len())
    }

    /// What is in place by now, as the run knows it, and all that this has changed. What may be changing is left out of the latter.
    pub(super) fn in_place(&self) -> (Work, BTreeSet<Thing>) {
        let work = self.work.only(|at| self.done.get(at).is_some_and(|done| *done));
        let mut things = work.things();
        for item in self.open.iter().flat_map(|round| &round.items) {
            things.remove(&item.effect.thing());
        }
        (work, things)
    }

    /// Whether all is done, or on the way back nothing is left of it.
    pub(super) fn is_at_its_end(&self) -> bool {
        self.open.is_none() && self.done.iter().all(|done| *done != self.is_back)
    }

    /// A thing by the id that the service has for it.
    pub(super) fn thing(&self, thing: Thing) -> Thing {
        match thing {
            Thing::ConnectorGroup(id) => Thing::ConnectorGroup(self.id(id)),
            other => other,
        }
    }
}
