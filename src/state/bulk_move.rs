//! A bulk move of applications: a snapshot of the state before, and which applications move.

use alloc::{sync::Arc, vec, vec::Vec};
use core::mem;

use super::{
    State,
    views::{ApplicationView, ConnectorGroupView},
};
use crate::{
    columns::{BitSet, Slot},
    count::length,
    ids::{ApplicationId, ConnectorGroupId},
};

/// Which applications move. The snapshot costs the same whatever the tenant contains. It tells where each
/// application came from, and can take all of them back at once.
#[derive(Clone)]
pub(crate) struct BulkMove(Arc<Snapshot>);

struct Snapshot {
    before: Arc<State>,
    which: Which,
    /// Whether the event is the first of its list, so that the snapshot is the state immediately before it.
    /// Otherwise earlier events of the list have moved other applications since.
    alone: bool,
}

enum Which {
    /// All applications of these groups.
    Groups(Vec<ConnectorGroupId>),
    /// These applications, and their number.
    Chosen(BitSet, usize),
}

/// The applications that move to a group: all selected ones that are not in it yet.
pub(crate) enum ToMove<'a> {
    Nobody,
    /// In creation order.
    Few(Vec<ApplicationView<'a>>),
    Many(BulkMove),
}

/// An application and the group that it goes to. Eight bytes, as a list of a million has as many of them.
#[derive(Clone, Copy)]
pub(crate) struct Assigned {
    application: Slot,
    to: Slot,
}

impl Assigned {
    /// `None` where the application is in that group already.
    pub(crate) fn of(
        application: ApplicationView<'_>,
        from: ConnectorGroupView<'_>,
        to: ConnectorGroupView<'_>,
    ) -> Option<Self> {
        (from.slot != to.slot).then_some(Self { application: application.slot, to: to.slot })
    }

    /// Those that move, by target; `groups` is the number of slots that a target may have.
    fn sorted_by_target(assigned: &[Option<Self>], groups: usize) -> Vec<Self> {
        let moving = assigned.iter().flatten().copied();
        let Some(first) = moving.clone().next() else { return Vec::new() };
        // Counted where the counts are fewer than what is sorted: a third of the instructions of a sort.
        if groups > assigned.len() {
            let mut sorted: Vec<Self> = moving.collect();
            sorted.sort_unstable_by_key(|assigned| assigned.to);
            return sorted;
        }
        let mut places = vec![0_usize; groups];
        for one in moving.clone() {
            debug_assert!(one.to.index() < groups, "a target has no slot among {groups}");
            places.get_mut(one.to.index()).into_iter().for_each(|count| *count = count.saturating_add(1));
        }
        let mut next = 0_usize;
        for place in &mut places {
            next = next.saturating_add(mem::replace(place, next));
        }
        let mut sorted = vec![first; next];
        for one in moving {
            if let Some(place) = places.get_mut(one.to.index()) {
                sorted.get_mut(*place).into_iter().for_each(|sorted| *sorted = one);
                *place = place.saturating_add(1);
            }
        }
        sorted
    }
}

/// A move of fewer than one application in this many is listed one by one. A snapshot is made in O(1), but
/// while it lives, the next write to each page has to copy that page.
const SPARSE: usize = 32;

pub(super) const fn are_many(state: &State, applications: usize) -> bool {
    applications.saturating_mul(SPARSE) > state.applications.by_id.slots()
}

impl BulkMove {
    /// All applications of these groups.
    pub(crate) fn groups<'a>(groups: impl Iterator<Item = ConnectorGroupView<'a>>) -> Option<Self> {
        // All views are of one state, so the first one can give the snapshot.
        let mut groups = groups.peekable();
        let before = Arc::new(groups.peek()?.state.clone());
        let which = Which::Groups(groups.map(ConnectorGroupView::id).collect());
        Some(Self(Arc::new(Snapshot { before, which, alone: true })))
    }

    /// A move of these applications, of which there are `len`. `alone` tells that no earlier event of the same list moves
    /// others.
    fn chosen(before: Arc<State>, chosen: BitSet, len: usize, alone: bool) -> Self {
        debug_assert!(chosen.len() == len, "not {len} applications move");
        Self(Arc::new(Snapshot { before, which: Which::Chosen(chosen, len), alone }))
    }

    /// The groups whose applications move, if whole groups move.
    pub(crate) fn whole_groups(&self) -> Option<&[ConnectorGroupId]> {
        match &self.0.which {
            Which::Groups(groups) => Some(groups),
            Which::Chosen(..) => None,
        }
    }

    /// The number of applications that move.
    pub(crate) fn len(&self) -> usize {
        match &self.0.which {
            Which::Chosen(_, len) => *len,
            Which::Groups(groups) => {
                let groups = groups.iter().filter_map(|id| self.0.before.connector_group(*id));
                let counts = groups.map(|group| length(group.applications_count()));
                counts.fold(0, usize::saturating_add)
            }
        }
    }

    /// Each application with the group that it leaves, in creation order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (ApplicationId, ConnectorGroupId)> + '_ {
        let state = &self.0.before;
        let (in_groups, chosen) = match &self.0.which {
            Which::Groups(groups) => {
                let groups: Vec<Slot> = groups.iter().filter_map(|id| state.groups.by_id.slot(*id)).collect();
                (Some(state.applications.members_of(&groups)), None)
            }
            Which::Chosen(chosen, _) => (None, Some(state.applications.by_id.chosen(chosen))),
        };
        // The two iterators have different types, so both are chained, and one of them is always empty.
        let slots = in_groups.into_iter().flatten().chain(chosen.into_iter().flatten());
        let applications = slots.map(move |slot| ApplicationView { state, slot });
        applications.filter_map(|application| Some((application.id(), application.connector_group()?.id())))
    }
}

impl<'a> ToMove<'a> {
    /// The given applications that are not in the group yet.
    pub(crate) fn of(
        state: &'a State,
        applications: impl Iterator<Item = ApplicationView<'a>>,
        to: ConnectorGroupView<'_>,
    ) -> Self {
        let mut chosen = BitSet::with_room(state.applications.by_id.slots());
        for application in applications {
            chosen.insert(application.slot);
        }
        state.applications.groups.remove_members_of(&mut chosen, to.slot);
        Self::chosen(state, chosen)
    }

    /// Groups the assignments that move somebody by target, in creation order of the targets.
    pub(crate) fn by_target(state: &'a State, assigned: &[Option<Assigned>]) -> Vec<(ConnectorGroupView<'a>, Self)> {
        // By target alone: who moves is mostly a bit set, which has an order of its own.
        let assigned = Assigned::sorted_by_target(assigned, state.groups.by_id.slots());
        // One snapshot for all that need one.
        let (mut by_target, mut before) = (Vec::new(), None);
        for together in assigned.chunk_by(|one, next| one.to == next.to) {
            let slots = together.iter().map(|assigned| assigned.application);
            let to_move = if are_many(state, together.len()) {
                let mut chosen = BitSet::with_room(state.applications.by_id.slots());
                slots.for_each(|slot| chosen.insert(slot));
                // With a single target, the snapshot is the state immediately before the event.
                let before = before.get_or_insert_with(|| Arc::new(state.clone()));
                Self::Many(BulkMove::chosen(before.clone(), chosen, together.len(), together.len() == assigned.len()))
            } else {
                let mut slots: Vec<Slot> = slots.collect();
                state.applications.by_id.sort(&mut slots);
                Self::Few(slots.into_iter().map(|slot| ApplicationView { state, slot }).collect())
            };
            let to = together.first().map(|assigned| ConnectorGroupView { state, slot: assigned.to });
            by_target.extend(to.map(|to| (to, to_move)));
        }
        by_target.sort_unstable_by_key(|(to, _)| state.groups.by_id.rank(to.slot));
        by_target
    }

    /// These applications, all of which are to move.
    pub(super) fn chosen(state: &'a State, chosen: BitSet) -> Self {
        match chosen.len() {
            0 => Self::Nobody,
            len if are_many(state, len) => Self::Many(BulkMove::chosen(Arc::new(state.clone()), chosen, len, true)),
            _ => {
                let slots = state.applications.by_id.chosen(&chosen);
                Self::Few(slots.map(|slot| ApplicationView { state, slot }).collect())
            }
        }
    }
}

impl State {
    /// Moves the applications to a group: by slot if slots mean the same here as in the snapshot, else by
    /// id.
    pub(crate) fn apply_bulk_move(&mut self, bulk: &BulkMove, to: ConnectorGroupId) {
        let Some(target) = self.groups.by_id.slot(to) else { return };
        match &bulk.0.which {
            Which::Groups(groups) => {
                for from in groups {
                    let Some(from) = self.groups.by_id.slot(*from) else { continue };
                    let moved = self.groups.tally(from).applications;
                    // One union a group, whatever it contains. The count moves with it, so no application
                    // is visited.
                    self.applications.groups.union(from, target);
                    self.groups.tally_moved(Some(from), Some(target), moved);
                }
            }
            Which::Chosen(chosen, _) if self.is_laid_out_as(&bulk.0.before) => {
                for (from, moved) in self.applications.groups.move_to(chosen, target) {
                    self.groups.tally_moved(Some(from), Some(target), moved);
                }
            }
            // The state was laid out anew since, or is another copy: the ids still name the same
            // applications.
            Which::Chosen(..) => self.reassign_applications(bulk.iter().map(|(id, _)| (id, to))),
        }
    }

    /// Takes the move back: at once if slots mean the same here as in the snapshot, else one by one.
    pub(crate) fn undo_bulk_move(&mut self, bulk: &BulkMove) {
        let Snapshot { before, which, alone } = &*bulk.0;
        if !self.is_laid_out_as(before) {
            self.reassign_applications(bulk.iter());
            return;
        }
        // The snapshot is older than the event. Restoring it whole would also take back what earlier events
        // of the same list moved, so only these applications are set back.
        if let (false, Which::Chosen(chosen, _)) = (alone, which) {
            for slot in chosen.iter() {
                self.assign(slot, before.applications.group(slot));
            }
            return;
        }
        // Nothing else moved in between, so the former union-find is the right one as a whole. Applications
        // created later are deleted by now, but their slots may remain, so the lengths must still fit.
        let now = mem::replace(&mut self.applications.groups, before.applications.groups.clone());
        self.applications.groups.widen_to(&now);
        self.groups.take_tallies_of(&before.groups);
    }

    /// Whether slots of groups and applications mean the same in two states that contain the same groups
    /// and applications.
    pub(super) fn is_laid_out_as(&self, other: &Self) -> bool {
        self.groups.by_id.is_laid_out_as(&other.groups.by_id)
            && self.applications.by_id.is_laid_out_as(&other.applications.by_id)
    }
}
