//! A list of applications by their ids, found in one go.

use alloc::vec::Vec;

use super::{
    State,
    bulk_move::{ToMove, are_many},
    views::{ApplicationView, ConnectorGroupView},
};
use crate::{
    columns::{BitSet, Slot, first_repeated},
    ids::ApplicationId,
};

/// The applications under the ids of a list.
pub(crate) struct ApplicationList<'a> {
    state: &'a State,
    ids: &'a [ApplicationId],
    slots: Vec<Option<Slot>>,
    /// Who is there, where they are enough to be worth a bit for every slot.
    chosen: Option<BitSet>,
    is_one_missing: bool,
    /// All who are there are known to be published.
    are_published: bool,
    repeated: Option<ApplicationId>,
}

impl State {
    /// The applications under the ids of a list.
    ///
    /// A bit for each slot tells whether one is named twice, and puts them in order, where sorting the list would take
    /// several times as long as finding it.
    pub(crate) fn list_applications<'a>(&'a self, ids: &'a [ApplicationId]) -> ApplicationList<'a> {
        let by_id = &self.applications.by_id;
        let slots = by_id.slots_of(ids);
        let mut chosen = are_many(self, ids.len()).then(|| BitSet::with_room(by_id.slots()));
        if let Some(chosen) = &mut chosen {
            slots.iter().flatten().for_each(|slot| chosen.insert(*slot));
        }
        let count = chosen.as_ref().map(BitSet::len);
        let are_all_there_once = count == Some(ids.len());
        let missing = if are_all_there_once { 0 } else { slots.iter().filter(|slot| slot.is_none()).count() };
        // Two that are not there may be the same.
        let may_repeat = missing > 1 || count.is_none_or(|count| count.saturating_add(missing) < ids.len());
        let repeated = if may_repeat { first_repeated(by_id.seed(), ids.iter().copied()) } else { None };
        ApplicationList {
            state: self,
            ids,
            slots,
            chosen,
            is_one_missing: missing != 0,
            are_published: false,
            repeated,
        }
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

    /// Those of them that are not there, or not published, each with its place in the list.
    pub(crate) fn unfit(&self) -> impl Iterator<Item = (u32, ApplicationId, Option<ApplicationView<'a>>)> {
        let state = self.state;
        let are_published = self.are_published;
        let is_published = state.applications.groups.those_in_some_set();
        let unfit = self
            .slots
            .iter()
            .enumerate()
            .filter(move |(_, slot)| !slot.is_some_and(|slot| are_published || is_published(slot)));
        unfit.filter_map(move |(index, slot)| {
            let found = slot.map(|slot| ApplicationView { state, slot });
            Some((u32::try_from(index).ok()?, *self.ids.get(index)?, found))
        })
    }

    /// Of a list in which no id is repeated, those who are not in a group yet; `None` where one of the list is not there, or
    /// not published.
    pub(crate) fn not_yet_in(&mut self, to: ConnectorGroupView<'_>) -> Option<ToMove<'a>> {
        let state = self.state;
        if let Some(mut chosen) = self.chosen.take() {
            self.are_published = state.applications.groups.remove_members_of(&mut chosen, to.slot);
            return (self.are_published && !self.is_one_missing).then(|| ToMove::chosen(state, chosen));
        }
        if self.is_one_missing {
            return None;
        }
        let mut to_move: Vec<_> = self.entries().filter_map(|(_, found)| found).collect();
        if to_move.iter().any(|application| !application.is_published()) {
            return None;
        }
        to_move.retain(|application| !application.is_in(to));
        to_move.sort_unstable_by_key(|application| application.slot);
        Some(if to_move.is_empty() { ToMove::Nobody } else { ToMove::Few(to_move) })
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{
        super::tests::{ids, published, state_with},
        *,
    };
    use crate::{ids::ConnectorGroupId, model::application::Application};

    #[test]
    fn who_is_not_fit_is_told_and_nobody_else() {
        let mut state = state_with(64);
        let unpublished = Application { publication: None, ..published(70) };
        state.push_application(&unpublished);
        let ids = ids((0..64).chain([70, 90]));
        let unfit = |ids: &[ApplicationId]| {
            let mut list = state.list_applications(ids);
            assert!(list.not_yet_in(state.connector_group(ConnectorGroupId::from_u128(1)).unwrap()).is_none());
            list.unfit().map(|(index, id, found)| (index, id.as_u128(), found.is_some())).collect::<Vec<_>>()
        };
        assert_eq!(unfit(&ids), [(64, 70, true), (65, 90, false)]);
        assert_eq!(unfit(&ids[..65]), [(64, 70, true)]);
        assert_eq!(unfit(&[&ids[..64], &ids[65..]].concat()), [(64, 90, false)]);
    }
}
