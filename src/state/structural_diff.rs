//! Structural diff of two states that skips the pages they share.
//!
//! A shared page has the same content in both states, so nothing in it is visited. A thing that was created
//! or deleted was written to, or removed from, one column in any case, and that page is no longer shared:
//! the record of a group, the texts of a connector, the name of an application. Only the group of an
//! application can differ although its page is shared, because the nodes of the union-find lie in between.
//! All candidates are then compared as views, without making records.

use alloc::vec::Vec;
use core::ops::Range;

use super::{
    State,
    views::{ApplicationView, ConnectorGroupView, ConnectorView},
};
use crate::columns::{Key, Slot, SlotMap};

/// The differences: each thing as it is here and there, in creation order; things that exist only there
/// come last.
pub(crate) type Differences<V> = Vec<(Option<V>, Option<V>)>;

impl State {
    /// Compares records only: which group is the default never changes (T3).
    pub(crate) fn connector_groups_diff<'a>(&'a self, other: &'a Self) -> Differences<ConnectorGroupView<'a>> {
        let (one, another) = (&self.groups, &other.groups);
        let chosen = merged(one.unshared(another).collect());
        let view = |state| move |slot| ConnectorGroupView { state, slot };
        compared((&one.by_id, &another.by_id), &chosen, view(self), view(other))
    }

    /// Compares connector columns only: a group is deleted only when it is empty (T2), so a group slot on a
    /// shared page means the same group in both.
    pub(crate) fn connectors_diff<'a>(&'a self, other: &'a Self) -> Differences<ConnectorView<'a>> {
        let (one, another) = (&self.connectors, &other.connectors);
        let chosen = merged(one.unshared(another).collect());
        let view = |state| move |slot| ConnectorView { state, slot };
        compared((&one.by_id, &another.by_id), &chosen, view(self), view(other))
    }

    pub(crate) fn applications_diff<'a>(&'a self, other: &'a Self) -> Differences<ApplicationView<'a>> {
        let (one, another) = (&self.applications, &other.applications);
        let mut chosen = one.unshared(another).collect();
        let is_other_group = |here, there| self.groups.by_id.id(here) != other.groups.by_id.id(there);
        one.groups.differences(&another.groups, &mut chosen, is_other_group);
        let view = |state| move |slot| ApplicationView { state, slot };
        compared((&one.by_id, &another.by_id), &merged(chosen), view(self), view(other))
    }
}

/// The same ranges, sorted and without overlaps. As many as there are pages that changed, whatever the tenant holds.
fn merged(ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut ranges = ranges;
    ranges.sort_unstable_by_key(|range| range.start);
    ranges.dedup_by(|range, former| {
        let is_joined = range.start <= former.end;
        former.end = if is_joined { former.end.max(range.end) } else { former.end };
        is_joined
    });
    ranges
}

/// The things at chosen slots that are not the same in both states.
fn compared<I: Key, V: PartialEq>(
    (one, other): (&SlotMap<I>, &SlotMap<I>),
    chosen: &[Range<usize>],
    view: impl Fn(Slot) -> V,
    view_of_other: impl Fn(Slot) -> V,
) -> Differences<V> {
    // Each search keeps its own position, as the two walks advance independently.
    let (mut there, mut here) = (Beside::new(other), Beside::new(one));
    let both = one.live_in(chosen).filter_map(|slot| {
        let found = (Some(view(slot)), there.find(one.id(slot), slot).map(&view_of_other));
        (found.0 != found.1).then_some(found)
    });
    let added = other.live_in(chosen).filter(|slot| here.find(other.id(*slot), *slot).is_none());
    both.chain(added.map(|slot| (None, Some(view_of_other(slot))))).collect()
}

/// Finds things of one slot map in another. Most things follow each other in both maps, so the slot behind
/// the last one found is tried first, and the index is asked only if it is another thing.
struct Beside<'a, I> {
    by_id: &'a SlotMap<I>,
    /// The slots of the last thing found: there and here.
    last: (Slot, Slot),
}

impl<'a, I: Key> Beside<'a, I> {
    fn new(by_id: &'a SlotMap<I>) -> Self {
        Self { by_id, last: (Slot::default(), Slot::default()) }
    }

    fn find(&mut self, id: I, here: Slot) -> Option<Slot> {
        let (there, last) = self.last;
        // If only a stretch before this one was inserted or deleted, both maps go on at the same distance
        // from the last thing found.
        let behind = Slot::at(there.index().saturating_add(here.index().saturating_sub(last.index())));
        let is_there = self.by_id.is_live(behind) && self.by_id.id(behind) == id;
        let found = if is_there { Some(behind) } else { self.by_id.slot(id) };
        self.last = (found?, here);
        found
    }
}
