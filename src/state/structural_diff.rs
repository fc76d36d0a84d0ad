//! What another state has otherwise, found without a visit to what both share.
//!
//! A page that two states share holds the same for both, whatever they did since they parted, so that nothing in it is looked
//! at. What comes or goes is always written to or struck from one column, whose page is then not shared: a group's records, a
//! connector's texts, an application's names. Only the group of an application may still differ on a page that is shared, as
//! the nodes of the union-find lie between the two. Whatever else is compared thing by thing, as views, without making a record of any.

use alloc::vec::Vec;
use core::ops::Range;

use super::{
    State,
    views::{ApplicationView, ConnectorGroupView, ConnectorView},
};
use crate::columns::{BitSet, Key, Slot, SlotMap};

/// What differs: each thing as it is here and there, in creation order, those that are only there last.
pub(crate) type Differences<V> = Vec<(Option<V>, Option<V>)>;

impl State {
    /// Which group is the default one never changes (T3).
    pub(crate) fn connector_groups_diff<'a>(&'a self, other: &'a Self) -> Differences<ConnectorGroupView<'a>> {
        let (one, another) = (&self.groups, &other.groups);
        let chosen = on_pages(&one.by_id, &another.by_id, one.unshared(another));
        let view = |state| move |slot| ConnectorGroupView { state, slot };
        compared((&one.by_id, &another.by_id), &chosen, view(self), view(other))
    }

    /// A group goes when nobody is in it (T2), so that a group's slot on a shared page is the same group.
    pub(crate) fn connectors_diff<'a>(&'a self, other: &'a Self) -> Differences<ConnectorView<'a>> {
        let (one, another) = (&self.connectors, &other.connectors);
        let chosen = on_pages(&one.by_id, &another.by_id, one.unshared(another));
        let view = |state| move |slot| ConnectorView { state, slot };
        compared((&one.by_id, &another.by_id), &chosen, view(self), view(other))
    }

    pub(crate) fn applications_diff<'a>(&'a self, other: &'a Self) -> Differences<ApplicationView<'a>> {
        let (one, another) = (&self.applications, &other.applications);
        let mut chosen = on_pages(&one.by_id, &another.by_id, one.unshared(another));
        let is_other_group = |here, there| self.groups.by_id.id(here) != other.groups.by_id.id(there);
        one.groups.differences(&another.groups, &mut chosen, is_other_group);
        let view = |state| move |slot| ApplicationView { state, slot };
        compared((&one.by_id, &another.by_id), &chosen, view(self), view(other))
    }
}

/// The set of each slot of two slot maps that is on one of these pages.
fn on_pages<I: Key>(one: &SlotMap<I>, other: &SlotMap<I>, pages: impl Iterator<Item = Range<usize>>) -> BitSet {
    let mut chosen = BitSet::with_room(one.slots().max(other.slots()));
    pages.for_each(|page| chosen.insert_around(page));
    chosen
}

/// Those at chosen slots that are not the same in one as in the other.
fn compared<I: Key, V: PartialEq>(
    (one, other): (&SlotMap<I>, &SlotMap<I>),
    chosen: &BitSet,
    view: impl Fn(Slot) -> V,
    view_of_other: impl Fn(Slot) -> V,
) -> Differences<V> {
    let (mut there, mut here) = (Beside::new(other), Beside::new(one));
    let both = chosen.iter().filter(|slot| one.is_live(*slot)).filter_map(|slot| {
        let found = (Some(view(slot)), there.find(one.id(slot), slot).map(&view_of_other));
        (found.0 != found.1).then_some(found)
    });
    let added = chosen.iter().filter(|slot| other.is_live(*slot) && here.find(other.id(*slot), *slot).is_none());
    both.chain(added.map(|slot| (None, Some(view_of_other(slot))))).collect()
}

/// Finds things of one slot map in another: most follow each other there as they do here, so that a look behind the last one
/// is enough, and the index is asked for the others only.
struct Beside<'a, I> {
    by_id: &'a SlotMap<I>,
    /// Where the last one that was found is, there and here.
    last: (Slot, Slot),
}

impl<'a, I: Key> Beside<'a, I> {
    fn new(by_id: &'a SlotMap<I>) -> Self {
        Self { by_id, last: (Slot::default(), Slot::default()) }
    }

    fn find(&mut self, id: I, here: Slot) -> Option<Slot> {
        let (there, last) = self.last;
        let behind = Slot::at(there.index().saturating_add(here.index().saturating_sub(last.index())));
        let is_there = self.by_id.is_live(behind) && self.by_id.id(behind) == id;
        let found = if is_there { Some(behind) } else { self.by_id.slot(id) };
        self.last = (found?, here);
        found
    }
}
