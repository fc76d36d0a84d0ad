//! What another state has otherwise, found without a visit to what both share.
//!
//! A page that two states share holds the same for both, whatever they did since they parted, so that nothing in it is looked
//! at. What comes or goes is always written to or struck from one column, whose page is then not shared: a group's records, a
//! connector's texts, an application's names. Only the group of an application may still differ on a page that is shared, as
//! cells lie between the two. Whatever else is compared thing by thing, as views, without making a record of any.

use alloc::vec::Vec;
use core::ops::Range;

use super::{ApplicationView, ConnectorGroupView, ConnectorView, State, marks::Marks, roster::Roster, slot::Slot};
use crate::ids::Id;

/// What differs: each thing as it is here and there, in creation order, those that are only there last.
pub(crate) type Unlike<V> = Vec<(Option<V>, Option<V>)>;

impl State {
    /// Which group is the default one never changes (T3).
    pub(crate) fn connector_groups_unlike<'a>(&'a self, other: &'a Self) -> Unlike<ConnectorGroupView<'a>> {
        let (one, another) = (&self.groups, &other.groups);
        let marks = unlike(&one.roster, &another.roster, one.unshared(another));
        let view = |state| move |slot| ConnectorGroupView { state, slot };
        compared((&one.roster, &another.roster), &marks, view(self), view(other))
    }

    /// A group goes when nobody is in it (T2), so that a group's slot on a shared page is the same group.
    pub(crate) fn connectors_unlike<'a>(&'a self, other: &'a Self) -> Unlike<ConnectorView<'a>> {
        let (one, another) = (&self.connectors, &other.connectors);
        let marks = unlike(&one.roster, &another.roster, one.unshared(another));
        let view = |state| move |slot| ConnectorView { state, slot };
        compared((&one.roster, &another.roster), &marks, view(self), view(other))
    }

    pub(crate) fn applications_unlike<'a>(&'a self, other: &'a Self) -> Unlike<ApplicationView<'a>> {
        let (one, another) = (&self.applications, &other.applications);
        let mut marks = unlike(&one.roster, &another.roster, one.unshared(another));
        let is_other_group = |here, there| self.groups.roster.id(here) != other.groups.roster.id(there);
        one.cells.unlike(&another.cells, &mut marks, is_other_group);
        let view = |state| move |slot| ApplicationView { state, slot };
        compared((&one.roster, &another.roster), &marks, view(self), view(other))
    }
}

/// A mark for each slot of two rosters that is on one of these pages.
fn unlike<I: Id>(one: &Roster<I>, other: &Roster<I>, pages: impl Iterator<Item = Range<usize>>) -> Marks {
    let mut marks = Marks::none_of(one.slots().max(other.slots()));
    pages.for_each(|page| marks.mark_about(page));
    marks
}

/// Those at marked slots that are not the same in one as in the other.
fn compared<I: Id, V: PartialEq>(
    (one, other): (&Roster<I>, &Roster<I>),
    marks: &Marks,
    view: impl Fn(Slot) -> V,
    view_of_other: impl Fn(Slot) -> V,
) -> Unlike<V> {
    let (mut there, mut here) = (Beside::new(other), Beside::new(one));
    let both = marks.iter().filter(|slot| one.is_live(*slot)).filter_map(|slot| {
        let found = (Some(view(slot)), there.find(one.id(slot), slot).map(&view_of_other));
        (found.0 != found.1).then_some(found)
    });
    let added = marks.iter().filter(|slot| other.is_live(*slot) && here.find(other.id(*slot), *slot).is_none());
    both.chain(added.map(|slot| (None, Some(view_of_other(slot))))).collect()
}

/// Finds things of one roster in another: most follow each other there as they do here, so that a look behind the last one
/// is enough, and the index is asked for the others only.
struct Beside<'a, I> {
    roster: &'a Roster<I>,
    /// Where the last one that was found is, there and here.
    last: (Slot, Slot),
}

impl<'a, I: Id> Beside<'a, I> {
    fn new(roster: &'a Roster<I>) -> Self {
        Self { roster, last: (Slot::default(), Slot::default()) }
    }

    fn find(&mut self, id: I, here: Slot) -> Option<Slot> {
        let (there, last) = self.last;
        let behind = Slot::at(there.index().saturating_add(here.index().saturating_sub(last.index())));
        let is_there = self.roster.is_live(behind) && self.roster.id(behind) == id;
        let found = if is_there { Some(behind) } else { self.roster.slot(id) };
        self.last = (found?, here);
        found
    }
}
