//! Many applications that leave their groups at once, kept as the state before and who it is.

use alloc::{sync::Arc, vec, vec::Vec};

use super::{
    State,
    slot::Slot,
    views::{ApplicationView, ConnectorGroupView},
};
use crate::ids::{ApplicationId, ConnectorGroupId};

/// Those who leave. The snapshot costs the same whatever the tenant holds, says where each came from, and takes all of them
/// back at once.
#[derive(Clone)]
pub(crate) struct Leaving(Arc<Departure>);

struct Departure {
    before: State,
    who: Who,
}

enum Who {
    /// All that the group holds.
    Group(ConnectorGroupId),
    /// These, in order.
    Slots(Vec<Slot>),
}

/// Fewer than one application of so many are kept one by one: a snapshot makes the next write copy each page that it meets.
const SPARSE: usize = 32;

impl Leaving {
    /// All applications of a group.
    pub(crate) fn group(group: ConnectorGroupView<'_>) -> Self {
        Self(Arc::new(Departure { before: group.state.clone(), who: Who::Group(group.id()) }))
    }

    /// These applications of a state; `None` where they are too few for it.
    pub(crate) fn many(state: &State, applications: &[ApplicationView<'_>]) -> Option<Self> {
        let mut marks = Marks::for_many(state, applications.len())?;
        for application in applications {
            marks.mark(application.slot);
        }
        let mut slots = Vec::with_capacity(applications.len());
        slots.extend(marks.iter());
        Some(Self(Arc::new(Departure { before: state.clone(), who: Who::Slots(slots) })))
    }

    /// The group, where they are all that it holds.
    pub(crate) fn whole_group(&self) -> Option<ConnectorGroupId> {
        match &self.0.who {
            Who::Group(id) => Some(*id),
            Who::Slots(_) => None,
        }
    }

    /// How many they are.
    pub(crate) fn len(&self) -> usize {
        match &self.0.who {
            Who::Slots(slots) => slots.len(),
            Who::Group(id) => {
                let group = self.0.before.connector_group(*id);
                group.map_or(0, |group| usize::try_from(group.applications_count()).unwrap_or(usize::MAX))
            }
        }
    }

    /// Each with the group that it leaves, in creation order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (ApplicationId, ConnectorGroupId)> + '_ {
        let state = &self.0.before;
        let (group, slots) = match &self.0.who {
            Who::Group(id) => (state.connector_group(*id), [].as_slice()),
            Who::Slots(slots) => (None, slots.as_slice()),
        };
        let group = group.into_iter().flat_map(ConnectorGroupView::applications);
        let slots = slots.iter().map(move |slot| ApplicationView { state, slot: *slot });
        group.chain(slots).filter_map(|application| Some((application.id(), application.connector_group()?.id())))
    }
}

impl State {
    /// Lets applications go to a group, by their slots where those mean the same here as in the state before.
    pub(crate) fn let_leave(&mut self, leaving: &Leaving, to: ConnectorGroupId) {
        let Some(target) = self.groups.roster.slot(to) else { return };
        match &leaving.0.who {
            Who::Group(from) => {
                let Some(from) = self.groups.roster.slot(*from) else { return };
                let moved = self.groups.tally(from).applications;
                self.applications.cells.merge(from, target);
                self.tally_applications(from, moved, u32::saturating_sub);
                self.tally_applications(target, moved, u32::saturating_add);
            }
            Who::Slots(slots) if self.is_laid_out_as(&leaving.0.before) => {
                for (from, moved) in self.applications.cells.gather(slots, target) {
                    self.tally_applications(from, moved, u32::saturating_sub);
                    self.tally_applications(target, moved, u32::saturating_add);
                }
            }
            Who::Slots(_) => self.reassign_applications(leaving.iter().map(|(id, _)| (id, to))),
        }
    }

    /// Takes them back: all at once where slots mean the same here as in the state before, else one by one.
    pub(crate) fn take_back(&mut self, leaving: &Leaving) {
        let before = &leaving.0.before;
        if !self.is_laid_out_as(before) {
            self.reassign_applications(leaving.iter());
            return;
        }
        // Every application is again where it was; those that came later are gone by now, and had room.
        let now = core::mem::replace(&mut self.applications.cells, before.applications.cells.clone());
        self.applications.cells.widen_to(&now);
        self.groups.take_tallies_of(&before.groups);
    }

    pub(super) fn is_laid_out_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.layout, &other.layout)
    }

    fn tally_applications(&mut self, group: Slot, moved: u32, change: fn(u32, u32) -> u32) {
        if let Some(tally) = self.groups.tally_mut(group) {
            tally.applications = change(tally.applications, moved);
        }
    }

    /// The application under each id of a list, and whether an id may be in there twice; else none is.
    ///
    /// A bit for each slot tells, where a sorted copy of the list would take several times as long as finding it.
    pub(crate) fn find_applications(&self, ids: &[ApplicationId]) -> (Vec<Option<ApplicationView<'_>>>, bool) {
        let mut marks = Marks::for_many(self, ids.len());
        let mut may_repeat = marks.is_none();
        let mut is_one_missing = false;
        let find = |id: &ApplicationId| {
            let found = self.application(*id);
            match (found, &mut marks) {
                (Some(application), Some(marks)) => may_repeat |= !marks.mark(application.slot),
                _ => may_repeat |= core::mem::replace(&mut is_one_missing, true),
            }
            found
        };
        let found = ids.iter().map(find).collect();
        (found, may_repeat)
    }
}

/// A set of slots, one bit each.
struct Marks(Vec<u64>);

impl Marks {
    /// None yet; `None` where those that are to come are too few for a bit for every slot.
    fn for_many(state: &State, marks: usize) -> Option<Self> {
        let slots = state.applications.roster.slots();
        (marks.saturating_mul(SPARSE) > slots).then(|| Self(vec![0; slots.div_ceil(64)]))
    }

    /// Marks a slot; false where it is marked already.
    fn mark(&mut self, slot: Slot) -> bool {
        let bit = 1_u64.wrapping_shl(u32::try_from(slot.index() & 63).unwrap_or(0));
        let Some(word) = self.0.get_mut(slot.index().wrapping_shr(6)) else { return false };
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    fn iter(&self) -> impl Iterator<Item = Slot> + '_ {
        self.0.iter().enumerate().flat_map(|(index, word)| {
            let mut left = *word;
            core::iter::from_fn(move || {
                let bit = usize::try_from(left.trailing_zeros()).unwrap_or(0);
                let slot = (left != 0).then(|| Slot::at(index.wrapping_shl(6) | bit));
                left &= left.wrapping_sub(1);
                slot
            })
        })
    }
}
