//! Many applications that leave their groups at once, kept as the state before and who it is.

use alloc::{sync::Arc, vec::Vec};

use super::{
    State,
    marks::Marks,
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
    /// Whether the snapshot is the very state before; others of the same list may have left first.
    alone: bool,
}

enum Who {
    /// All that these groups hold.
    Groups(Vec<ConnectorGroupId>),
    /// These, so many.
    Marked(Marks, usize),
}

/// Who leaves for a group: all who are not there yet.
pub(crate) enum Leavers<'a> {
    Nobody,
    /// In creation order.
    Few(Vec<ApplicationView<'a>>),
    Many(Leaving),
}

/// Fewer than one application of so many are kept one by one: a snapshot makes the next write copy each page that it meets.
const SPARSE: usize = 32;

pub(super) const fn are_many(state: &State, applications: usize) -> bool {
    applications.saturating_mul(SPARSE) > state.applications.roster.slots()
}

impl Leaving {
    /// All applications of these groups.
    pub(crate) fn groups<'a>(groups: impl Iterator<Item = ConnectorGroupView<'a>>) -> Option<Self> {
        let mut groups = groups.peekable();
        let before = groups.peek()?.state.clone();
        let who = Who::Groups(groups.map(ConnectorGroupView::id).collect());
        Some(Self(Arc::new(Departure { before, who, alone: true })))
    }

    /// These applications; `alone` tells whether the state is that just before, so that nobody else has left it first.
    fn marked(state: &State, marks: Marks, alone: bool) -> Self {
        let len = marks.len();
        Self(Arc::new(Departure { before: state.clone(), who: Who::Marked(marks, len), alone }))
    }

    /// The groups, where they are all that these hold.
    pub(crate) fn whole_groups(&self) -> Option<&[ConnectorGroupId]> {
        match &self.0.who {
            Who::Groups(groups) => Some(groups),
            Who::Marked(..) => None,
        }
    }

    /// How many they are.
    pub(crate) fn len(&self) -> usize {
        match &self.0.who {
            Who::Marked(_, len) => *len,
            Who::Groups(groups) => {
                let groups = groups.iter().filter_map(|id| self.0.before.connector_group(*id));
                let counts = groups.map(|group| usize::try_from(group.applications_count()).unwrap_or(usize::MAX));
                counts.fold(0, usize::saturating_add)
            }
        }
    }

    /// Each with the group that it leaves, in creation order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (ApplicationId, ConnectorGroupId)> + '_ {
        let state = &self.0.before;
        let (in_groups, marked) = match &self.0.who {
            Who::Groups(groups) => {
                let groups: Vec<Slot> = groups.iter().filter_map(|id| state.groups.roster.slot(*id)).collect();
                (Some(state.applications.cells.in_groups(&groups).into_slots()), None)
            }
            Who::Marked(marks, _) => (None, Some(marks.iter())),
        };
        let slots = in_groups.into_iter().flatten().chain(marked.into_iter().flatten());
        let applications = slots.map(move |slot| ApplicationView { state, slot });
        applications.filter_map(|application| Some((application.id(), application.connector_group()?.id())))
    }
}

impl<'a> Leavers<'a> {
    /// Of these applications those who are not in a group yet.
    pub(crate) fn of(
        state: &'a State,
        applications: impl Iterator<Item = ApplicationView<'a>>,
        to: ConnectorGroupView<'_>,
    ) -> Self {
        let mut marks = Marks::none_of(state.applications.roster.slots());
        for application in applications {
            marks.mark(application.slot);
        }
        state.applications.cells.strike_those_in(&mut marks, to.slot);
        Self::marked(state, marks)
    }

    /// Each for a group of its own, but for those who are there already: by group, in creation order of the groups.
    pub(crate) fn by_target(
        state: &'a State,
        assigned: impl Iterator<Item = (ConnectorGroupView<'a>, ApplicationView<'a>)>,
    ) -> Vec<(ConnectorGroupView<'a>, Self)> {
        let assigned = assigned.filter(|(to, application)| !application.is_in(*to));
        let mut assigned: Vec<(Slot, Slot)> = assigned.map(|(to, application)| (to.slot, application.slot)).collect();
        assigned.sort_unstable();
        let mut by_target = Vec::new();
        for together in assigned.chunk_by(|(one, _), (next, _)| one == next) {
            let slots = together.iter().map(|(_, application)| *application);
            let leavers = if are_many(state, together.len()) {
                let mut marks = Marks::none_of(state.applications.roster.slots());
                slots.for_each(|slot| marks.mark(slot));
                Self::Many(Leaving::marked(state, marks, together.len() == assigned.len()))
            } else {
                Self::Few(slots.map(|slot| ApplicationView { state, slot }).collect())
            };
            let to = together.first().map(|(to, _)| ConnectorGroupView { state, slot: *to });
            by_target.extend(to.map(|to| (to, leavers)));
        }
        by_target
    }

    /// These, who are all to leave.
    pub(super) fn marked(state: &'a State, marks: Marks) -> Self {
        match marks.len() {
            0 => Self::Nobody,
            len if are_many(state, len) => Self::Many(Leaving::marked(state, marks, true)),
            _ => Self::Few(marks.iter().map(|slot| ApplicationView { state, slot }).collect()),
        }
    }
}

impl State {
    /// Lets applications go to a group, by their slots where those mean the same here as in the state before.
    pub(crate) fn let_leave(&mut self, leaving: &Leaving, to: ConnectorGroupId) {
        let Some(target) = self.groups.roster.slot(to) else { return };
        match &leaving.0.who {
            Who::Groups(groups) => {
                for from in groups {
                    let Some(from) = self.groups.roster.slot(*from) else { continue };
                    let moved = self.groups.tally(from).applications;
                    self.applications.cells.merge(from, target);
                    self.groups.tally_moved(Some(from), Some(target), moved);
                }
            }
            Who::Marked(marks, _) if self.is_laid_out_as(&leaving.0.before) => {
                for (from, moved) in self.applications.cells.gather(marks, target) {
                    self.groups.tally_moved(Some(from), Some(target), moved);
                }
            }
            Who::Marked(..) => self.reassign_applications(leaving.iter().map(|(id, _)| (id, to))),
        }
    }

    /// Takes them back: all at once where slots mean the same here as in the state before, else one by one.
    pub(crate) fn take_back(&mut self, leaving: &Leaving) {
        let Departure { before, who, alone } = &*leaving.0;
        if !self.is_laid_out_as(before) {
            self.reassign_applications(leaving.iter());
            return;
        }
        if let (false, Who::Marked(marks, _)) = (alone, who) {
            for slot in marks.iter() {
                self.assign(slot, before.applications.group(slot));
            }
            return;
        }
        // Every application is again where it was; those that came later are gone by now, and had room.
        let now = core::mem::replace(&mut self.applications.cells, before.applications.cells.clone());
        self.applications.cells.widen_to(&now);
        self.groups.take_tallies_of(&before.groups);
    }

    /// Whether slots of groups and applications mean the same here and in another state, if that has the same of them.
    pub(super) fn is_laid_out_as(&self, other: &Self) -> bool {
        self.groups.roster.is_laid_out_as(&other.groups.roster)
            && self.applications.roster.is_laid_out_as(&other.applications.roster)
    }
}
