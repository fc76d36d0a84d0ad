//! A list of applications by their ids, found in one go.

use alloc::vec::Vec;
use core::hint;

use super::{
    State,
    bulk_move::{ToMove, are_many},
    views::{ApplicationView, ConnectorGroupView},
};
use crate::{
    columns::{BitSet, Slot, first_repeated},
    count::narrow,
    ids::ApplicationId,
};

/// Entries whose groups are fetched together, a power of two.
const AT_ONCE: usize = 128;
/// Of so many entries, a cache near the core holds all groups. In tests of a few, so that both ways are taken.
const NEAR: usize = if cfg!(test) { 64 } else { 1 << 17 };

/// A list of application ids, with the application that each names.
pub(crate) struct ApplicationList<'a> {
    state: &'a State,
    ids: &'a [ApplicationId],
    slots: Vec<Option<Slot>>,
    /// One bit for each application found, if the list is long enough to be worth a bit for every slot.
    chosen: Option<BitSet>,
    is_one_missing: bool,
    /// Whether all applications found are known to be published; false means unknown.
    are_published: bool,
    repeated: Option<ApplicationId>,
}

impl State {
    /// Looks up a list of application ids.
    ///
    /// A bit for each slot tells whether an id is repeated and puts the applications in order. Sorting the
    /// list would take several times as long as looking it up.
    pub(crate) fn list_applications<'a>(&'a self, ids: &'a [ApplicationId]) -> ApplicationList<'a> {
        let by_id = &self.applications.by_id;
        let slots = by_id.slots_of(ids);
        let mut chosen = are_many(self, ids.len()).then(|| BitSet::with_room(by_id.slots()));
        if let Some(chosen) = &mut chosen {
            slots.iter().flatten().for_each(|slot| chosen.insert(*slot));
        }
        // `count` is the number of different applications found. If it equals the length of the list, each
        // id was found, and no two found the same one.
        let count = chosen.as_ref().map(BitSet::len);
        let are_all_there_once = count == Some(ids.len());
        let missing = if are_all_there_once { 0 } else { slots.iter().filter(|slot| slot.is_none()).count() };
        // Pigeonhole: of the ids that were found, each sets a bit, and a repeated one sets a bit that is
        // set already. So if bits and missing ids together are fewer than the list, an id that was found
        // repeats; if they are as many, none does. Missing ids set no bit, so two of them may be equal.
        // Without a bit set nothing is proved, and the list is searched.
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

    /// The application that each id names, in the order of the list.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Option<ApplicationView<'a>>> {
        let state = self.state;
        let groups = &state.applications.groups;
        let are_far = self.slots.len() > NEAR;
        let is_in_some_group = are_far.then(|| groups.those_in_some_set(self.slots.len()));
        self.slots.iter().enumerate().map(move |(index, slot)| {
            // Whoever asks for entries asks for their groups, each of which is far from the one before: fetched in steps of a few
            // instructions, many of them are under way at once. The count keeps the reads from being left out.
            if let (0, Some(is_in_some_group)) = (index & AT_ONCE.wrapping_sub(1), &is_in_some_group) {
                let next = self.slots.iter().skip(index).take(AT_ONCE).flatten();
                hint::black_box(next.filter(|slot| is_in_some_group(**slot)).count());
            }
            slot.map(|slot| ApplicationView { state, slot })
        })
    }

    /// The group that each application of the list is in.
    pub(crate) fn groups(&self) -> impl Fn(ApplicationView<'a>) -> Option<ConnectorGroupView<'a>> + use<'a> {
        let state = self.state;
        let find = state.applications.groups.finder(self.slots.len());
        move |application| find(application.slot).map(|slot| ConnectorGroupView { state, slot })
    }

    /// The ids that name no application, or one that is not published, each with its position in the list.
    pub(crate) fn unfit(&self) -> impl Iterator<Item = (u32, ApplicationId, Option<ApplicationView<'a>>)> {
        let state = self.state;
        let are_published = self.are_published;
        let is_published = state.applications.groups.those_in_some_set(self.slots.len());
        let unfit = self
            .slots
            .iter()
            .enumerate()
            .filter(move |(_, slot)| !slot.is_some_and(|slot| are_published || is_published(slot)));
        unfit.filter_map(move |(index, slot)| {
            let found = slot.map(|slot| ApplicationView { state, slot });
            Some((narrow(index), *self.ids.get(index)?, found))
        })
    }

    /// The applications of the list that are not in the group yet; `None` if an id is missing or an
    /// application is not published. No id of the list may be repeated.
    pub(crate) fn not_yet_in(&mut self, to: ConnectorGroupView<'_>) -> Option<ToMove<'a>> {
        let state = self.state;
        if let Some(mut chosen) = self.chosen.take() {
            // One pass answers both questions: which are elsewhere, and whether all are published. The
            // second answer is kept, so that `unfit` need not ask again when only ids are missing.
            self.are_published = state.applications.groups.remove_members_of(&mut chosen, to.slot);
            return (self.are_published && !self.is_one_missing).then(|| ToMove::chosen(state, chosen));
        }
        if self.is_one_missing {
            return None;
        }
        let mut to_move: Vec<_> = self.entries().flatten().collect();
        if to_move.iter().any(|application| !application.is_published()) {
            return None;
        }
        to_move.retain(|application| !application.is_in(to));
        // Events name applications in creation order, and the list may be in any.
        to_move.sort_unstable_by_key(|application| application.creation_order());
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
