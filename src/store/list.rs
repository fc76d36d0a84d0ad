//! A list of applications by their ids, found in one go.

use alloc::vec::Vec;

use super::{
    State,
    index::first_repeated,
    leaving::{Leavers, are_many},
    marks::Marks,
    slot::Slot,
    views::{ApplicationView, ConnectorGroupView},
};
use crate::ids::ApplicationId;

/// The applications under the ids of a list.
pub(crate) struct ApplicationList<'a> {
    state: &'a State,
    ids: &'a [ApplicationId],
    slots: Vec<Option<Slot>>,
    /// Who is there, where they are enough to be worth a bit for every slot.
    marks: Option<Marks>,
    is_one_missing: bool,
    repeated: Option<ApplicationId>,
}

impl State {
    /// The applications under the ids of a list.
    ///
    /// A bit for each slot tells whether one is named twice, and puts them in order, where sorting the list would take
    /// several times as long as finding it.
    pub(crate) fn list_applications<'a>(&'a self, ids: &'a [ApplicationId]) -> ApplicationList<'a> {
        let roster = &self.applications.roster;
        let mut slots = Vec::with_capacity(ids.len());
        let mut missing = 0_usize;
        let mut repeated = false;
        let mut marks = are_many(self, ids.len()).then(|| Marks::none_of(roster.slots()));
        roster.slots_of(ids, |found| {
            slots.push(found);
            match (found, &mut marks) {
                (Some(slot), Some(marks)) => repeated |= !marks.mark(slot),
                (Some(_), None) => {}
                (None, _) => missing = missing.saturating_add(1),
            }
        });
        // Two that are not there may be the same.
        let may_repeat = repeated || missing > 1 || marks.is_none();
        let repeated = if may_repeat { first_repeated(ids.iter().copied()) } else { None };
        ApplicationList { state: self, ids, slots, marks, is_one_missing: missing != 0, repeated }
    }
}

impl<'a> ApplicationList<'a> {
    /// The first id that repeats an earlier one.
    pub(crate) const fn repeated(&self) -> Option<ApplicationId> {
        self.repeated
    }

    /// Each id with what it names.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (ApplicationId, Option<ApplicationView<'a>>)> {
        let state = self.state;
        let found = self.slots.iter().map(move |slot| slot.map(|slot| ApplicationView { state, slot }));
        self.ids.iter().copied().zip(found)
    }

    /// Of a list in which no id is repeated, those who are not in a group yet; `None` where one of the list is not there, or
    /// not published.
    pub(crate) fn leavers(&mut self, to: ConnectorGroupView<'_>) -> Option<Leavers<'a>> {
        if self.is_one_missing {
            return None;
        }
        let state = self.state;
        if let Some(mut marks) = self.marks.take() {
            let are_all_published = state.applications.cells.strike_those_in(&mut marks, to.slot);
            return are_all_published.then(|| Leavers::marked(state, marks));
        }
        let mut leavers: Vec<_> = self.entries().filter_map(|(_, found)| found).collect();
        if leavers.iter().any(|application| !application.is_published()) {
            return None;
        }
        leavers.retain(|application| !application.is_in(to));
        leavers.sort_unstable_by_key(|application| application.slot);
        Some(if leavers.is_empty() { Leavers::Nobody } else { Leavers::Few(leavers) })
    }
}
