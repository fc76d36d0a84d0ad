//! The order in which things were made: slots, which of them live, and those whose place is not where their slot is.
//!
//! ```text
//! slots        0  1  2  3  4  5  6        5 is late: it came back when its place, between 0 and 1, had no dead slot
//! in order     0  5  1  2  3  4  6        ranks: 0 is 1.0, 5 is 1.f, 1 is 2.0 …
//! ```
//!
//! Slots are given out in order, so mostly the order of slots is that of the things. A thing that was deleted takes a dead
//! slot at its place when it comes back. Where there is none any more, as its tenant was loaded or squeezed since, it takes
//! a new slot at the end and is *late*: its [`Rank`] tells its place. Late slots stand in a tree besides, in order; whoever
//! goes through slots in order merges the two. Nothing else moves, so that a thing that comes back costs the same whatever
//! is around it.

use core::ops::Range;

use super::{
    counted_bits::{CountedBits, Live, count},
    exactly::Exactly,
    pages::Pages,
    slot::Slot,
    tree::{self, Tree},
};

#[derive(Debug, Clone, Default)]
pub(crate) struct Order {
    slots: usize,
    /// The live slots that are not late.
    in_place: CountedBits,
    late: Tree<Late>,
    /// The rank of each late slot, where a slot does not tell it.
    ranks: Pages<Rank, 64>,
}

/// Where a slot stands in the order of creation, comparable within one order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    /// The number of slots up to the one that it is or stands behind, dead ones included.
    slots: u32,
    /// Where it stands between that slot and the next one; 0 is the slot itself.
    fraction: u64,
}

#[derive(Debug, Clone, Copy)]
struct Late {
    rank: Rank,
    slot: Slot,
}

impl tree::Entry for Late {
    type Sum = usize;

    fn order(&self, other: &Self) -> core::cmp::Ordering {
        self.rank.cmp(&other.rank)
    }

    fn sum(&self) -> usize {
        1
    }

    fn add(one: usize, other: usize) -> usize {
        one.saturating_add(other)
    }
}

impl Rank {
    fn of(slot: Slot) -> Self {
        Self { slots: Slot::number_of(Some(slot)), fraction: 0 }
    }
}

/// A fraction between two, if there is one.
fn between(lower: u64, upper: u64) -> Option<u64> {
    // Things mostly come back in a row, each just before or behind the last one. There a small step leaves room for
    // billions, where halving the rest would use it up after 64.
    const STEP: u64 = 1 << 32;
    let half = upper.saturating_sub(lower).wrapping_shr(1);
    let fraction = match (lower, upper) {
        (0, u64::MAX) => half,
        (0, _) => upper.saturating_sub(half.min(STEP)),
        (_, u64::MAX) => lower.saturating_add(half.min(STEP)),
        _ => lower.saturating_add(half),
    };
    (lower < fraction && fraction < upper).then_some(fraction)
}

impl Order {
    /// This many slots, all of them live.
    pub(crate) fn all(slots: usize) -> Self {
        Self { slots, in_place: CountedBits::all(slots), ..Self::default() }
    }

    /// The number of live slots.
    pub(crate) fn len(&self) -> usize {
        self.in_place.len().saturating_add(self.late.len())
    }

    pub(crate) const fn slots(&self) -> usize {
        self.slots
    }

    /// Whether dead and late slots so outnumber the others that the list should be laid out anew.
    pub(crate) fn is_sparse(&self) -> bool {
        // With more of them than live ones, a new layout visits fewer things than came and went. A late slot counts twice,
        // as it is also alive. The constant keeps short lists from being laid out again and again.
        let dead = self.slots.saturating_sub(self.len());
        let late = self.late.len().saturating_mul(2);
        dead.saturating_add(late) > self.len().saturating_add(1024)
    }

    /// A new slot at the end.
    pub(crate) fn push(&mut self) -> Slot {
        let slot = self.lengthen();
        self.in_place.insert(slot);
        slot
    }

    fn lengthen(&mut self) -> Slot {
        let slot = Slot::at(self.slots);
        self.slots = self.slots.saturating_add(1);
        self.in_place.lengthen_to(self.slots);
        slot
    }

    pub(crate) fn is_live(&self, slot: Slot) -> bool {
        self.in_place.contains(slot) || self.is_late(slot)
    }

    pub(crate) fn is_late(&self, slot: Slot) -> bool {
        self.ranks.get(slot.index()).is_some_and(|rank| *rank != Rank::default())
    }

    pub(crate) fn rank(&self, slot: Slot) -> Rank {
        let rank = self.ranks.get(slot.index()).copied();
        rank.filter(|rank| *rank != Rank::default()).unwrap_or_else(|| Rank::of(slot))
    }

    /// Puts slots in the order of creation.
    pub(crate) fn sort(&self, slots: &mut [Slot]) {
        slots.sort_unstable_by_key(|slot| self.rank(*slot));
    }

    /// Makes a live slot dead. The answer is true if no trace of it is left: it was the last slot, and is cut off entirely.
    pub(crate) fn remove(&mut self, slot: Slot) -> bool {
        let is_late = self.is_late(slot);
        if is_late {
            self.late.remove(Late { rank: self.rank(slot), slot });
            self.ranks.set(slot.index(), Rank::default());
        } else {
            self.in_place.remove(slot);
        }
        // Cut off, the last slot is given out again by the next push. So undoing a creation restores the
        // former layout exactly.
        let is_last = self.slots == slot.index().saturating_add(1);
        if is_last {
            self.slots = slot.index();
        }
        is_last && !is_late
    }

    /// A slot for a thing that comes back between the one with this many before it and the one before that: a dead one
    /// there, a new one at the end of all, or a late one.
    pub(crate) fn restore(&mut self, place: usize) -> Slot {
        let Some(next) = self.at_place(place) else { return self.push() };
        let previous = place.checked_sub(1).and_then(|place| self.at_place(place));
        let rank_of = |order: &Self, slot: Option<Slot>| slot.map_or(Rank::default(), |slot| order.rank(slot));
        let (mut lower, mut upper) = (rank_of(self, previous), self.rank(next));
        // The last slot that stands before the next thing by its number. Dead and behind the previous thing, it is a
        // vacancy at the very place. Otherwise a late slot goes behind it: it is the previous thing, or before that.
        let before = upper.slots.saturating_sub(u32::from(upper.fraction == 0));
        let vacancy = Slot::of_number(before);
        if let Some(slot) = vacancy.filter(|slot| Rank::of(*slot) > lower && !self.is_live(*slot)) {
            self.in_place.insert(slot);
            return slot;
        }
        let fraction = loop {
            let fraction_of = |rank: Rank, other| if rank.slots == before { rank.fraction } else { other };
            let (lowest, highest) = (fraction_of(lower, 0), fraction_of(upper, u64::MAX));
            if let Some(fraction) = between(lowest, highest) {
                break fraction;
            }
            self.spread(before, lowest);
            (lower, upper) = (rank_of(self, previous), self.rank(next));
        };
        let slot = self.lengthen();
        let rank = Rank { slots: before, fraction };
        self.late.insert(Late { rank, slot });
        self.ranks.lengthen_to(self.slots);
        self.ranks.set(slot.index(), rank);
        slot
    }

    /// Makes room between late slots that stand behind the same slot: gives new ranks to as few of them as possible.
    fn spread(&mut self, slots: u32, around: u64) {
        // List labelling (Bender, Cole, Demaine, Farach-Colton, Zito 2002): the smallest window of 2^i fractions that holds
        // fewer than (4/3)^i. Spread evenly, each pair has 1.5^i between them, so that as many must come before the window
        // is full again: the cost for each is in the logarithm of those that are late.
        let mut limit = 1_usize << 16;
        for bits in 1..=63_u32 {
            limit = limit.saturating_mul(4).wrapping_div(3);
            let size = 1_u64 << bits;
            let low = around & !size.wrapping_sub(1);
            let at = |fraction| Rank { slots, fraction };
            let (from, to) = (at(low), at(low.saturating_add(size.wrapping_sub(1))));
            let (first, _) = self.late.split(|late, _| late.rank < from);
            let (end, _) = self.late.split(|late, _| late.rank <= to);
            let many = end.saturating_sub(first).saturating_add(1);
            if many.saturating_mul(1 << 16) >= limit && bits < 63 {
                continue;
            }
            let window: alloc::vec::Vec<Late> = (first..end).filter_map(|number| self.late_at(number)).collect();
            for late in &window {
                self.late.remove(*late);
            }
            let step = u64::try_from(many).ok().and_then(|pieces| size.checked_div(pieces)).unwrap_or(1);
            let mut fraction = low;
            for Late { slot, rank: _ } in window {
                fraction = fraction.saturating_add(step);
                self.late.insert(Late { rank: at(fraction), slot });
                self.ranks.set(slot.index(), at(fraction));
            }
            return;
        }
    }

    /// The number of live slots before this one.
    pub(crate) fn place(&self, slot: Slot) -> usize {
        let rank = self.rank(slot);
        self.place_of(rank).saturating_add(self.late.split(|late, _| late.rank < rank).0)
    }

    /// How many slots that are in place stand before a rank.
    fn place_of(&self, rank: Rank) -> usize {
        // A slot that is in place does not stand before itself.
        self.in_place.before(count(rank.slots.saturating_sub(u32::from(rank.fraction == 0))))
    }

    /// The live slot with this many live slots before it.
    pub(crate) fn at_place(&self, place: usize) -> Option<Slot> {
        // Late slots that stand before it, and the first one that does not: either that is the one, or a slot in place.
        let place_of = |late: &Late, before: usize| self.place_of(late.rank).saturating_add(before);
        let (late_before, late) = self.late.split(|late, before| place_of(late, before) < place);
        let late = late.filter(|late| place_of(late, late_before) == place);
        late.map(|late| late.slot).or_else(|| self.in_place.at(place.checked_sub(late_before)?))
    }

    /// The living slots in order.
    pub(crate) fn iter(&self) -> Exactly<InOrder<'_>> {
        Exactly::new(self.behind(None), self.len())
    }

    /// The living slots behind this one, in order.
    pub(crate) fn after(&self, slot: Slot) -> InOrder<'_> {
        self.behind(Some(slot))
    }

    fn behind(&self, after: Option<Slot>) -> InOrder<'_> {
        let in_place = self.in_place.from(self.next_index(after));
        InOrder { order: self, in_place, front: None, back: None, late: self.late_numbers(after) }
    }

    /// The index of the first slot that may stand behind this one by its number; `None` stands before all.
    pub(crate) fn next_index(&self, after: Option<Slot>) -> usize {
        after.map_or(0, |after| count(self.rank(after).slots))
    }

    /// The late slots behind this one, in order; `None` stands before all.
    pub(crate) fn late_behind(&self, after: Option<Slot>) -> impl Iterator<Item = Slot> + '_ {
        self.late_numbers(after).filter_map(|number| self.late_at(number)).map(|late| late.slot)
    }

    /// The numbers of the late slots behind this one, counted among all late ones in order.
    fn late_numbers(&self, after: Option<Slot>) -> Range<usize> {
        let rank = after.map_or(Rank::default(), |after| self.rank(after));
        self.late.split(|late, _| late.rank <= rank).0..self.late.len()
    }

    /// The late slot with this number among all late ones in order.
    fn late_at(&self, number: usize) -> Option<Late> {
        self.late.split(|_, before| before < number).1
    }

    /// What belongs to slots, put in order: `ascending` has it in the order of the slots' numbers, `late` what is of late
    /// slots, in order. What `ascending` has of late slots is left out.
    pub(crate) fn in_order<'a, T: 'a>(
        &'a self,
        ascending: impl Iterator<Item = T> + 'a,
        slot_of: impl Fn(&T) -> Slot + Copy + 'a,
        late: impl Iterator<Item = T> + 'a,
    ) -> impl Iterator<Item = T> + 'a {
        let none_is_late = self.late.len() == 0;
        let mut ascending = ascending.filter(move |item| none_is_late || !self.is_late(slot_of(item)));
        let mut late = late.fuse();
        let (mut next, mut next_late) = (None, late.next());
        core::iter::from_fn(move || {
            // Mostly no late slot is left, and nothing is held back.
            if next_late.is_none() {
                return next.take().or_else(|| ascending.next());
            }
            next = next.take().or_else(|| ascending.next());
            let rank = |item: &Option<T>| item.as_ref().map(|item| self.rank(slot_of(item)));
            let is_late_first = next.is_none() || rank(&next_late) < rank(&next);
            if is_late_first { core::mem::replace(&mut next_late, late.next()) } else { next.take() }
        })
    }
}

/// The living slots from both ends, in order: those in place and the late ones.
#[derive(Debug, Clone)]
pub(crate) struct InOrder<'a> {
    order: &'a Order,
    in_place: Live<'a>,
    /// Slots in place that an end has met, while late ones come first.
    front: Option<Slot>,
    back: Option<Slot>,
    /// The late ones that are left, by their number among all late ones.
    late: Range<usize>,
}

impl InOrder<'_> {
    /// A late slot by its number, if a slot in place does not come first: the way from the front is that of ascending ranks.
    fn late_first(&self, number: usize, in_place: Option<Slot>, is_before: fn(&Rank, &Rank) -> bool) -> Option<Slot> {
        let Late { rank, slot } = self.order.late_at(number)?;
        in_place.is_none_or(|in_place| is_before(&rank, &self.order.rank(in_place))).then_some(slot)
    }
}

impl Iterator for InOrder<'_> {
    type Item = Slot;

    fn next(&mut self) -> Option<Slot> {
        // Mostly no late slot is left, and then nothing is compared.
        let front = self.front.take().or_else(|| self.in_place.next()).or_else(|| self.back.take());
        if !self.late.is_empty()
            && let Some(late) = self.late_first(self.late.start, front, PartialOrd::lt)
        {
            self.front = front;
            self.late.next();
            return Some(late);
        }
        front
    }
}

impl DoubleEndedIterator for InOrder<'_> {
    fn next_back(&mut self) -> Option<Slot> {
        let back = self.back.take().or_else(|| self.in_place.next_back()).or_else(|| self.front.take());
        if !self.late.is_empty()
            && let Some(late) = self.late_first(self.late.end.saturating_sub(1), back, PartialOrd::gt)
        {
            self.back = back;
            self.late.next_back();
            return Some(late);
        }
        back
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::{super::work, *};

    impl Order {
        /// A dead slot at the end.
        fn push_dead(&mut self) {
            self.lengthen();
        }
    }

    fn assert_as(order: &Order, list: &[Slot], step: usize) {
        assert_eq!(order.len(), list.len());
        assert!(order.iter().eq(list.iter().copied()));
        assert!(order.iter().rev().eq(list.iter().rev().copied()));
        assert_eq!(order.iter().len(), list.len());
        // From both ends by turns, and twice from one: the two halves meet without a gap, and without a slot told twice.
        let (mut ends, mut front, mut back) = (order.iter(), Vec::new(), Vec::new());
        while let Some(slot) = ends.next() {
            front.push(slot);
            back.extend(ends.next_back());
            back.extend(ends.next_back());
        }
        front.extend(back.into_iter().rev());
        assert_eq!(front, list);
        super::super::tree::assert_balanced(order.late.0.as_ref());
        for (place, slot) in list.iter().enumerate().step_by(step) {
            assert!(order.is_live(*slot));
            assert_eq!((order.place(*slot), order.at_place(place)), (place, Some(*slot)));
            assert_eq!(order.after(*slot).next(), list.get(place + 1).copied());
            assert!(order.after(*slot).rev().take(300).eq(list[place + 1..].iter().rev().take(300).copied()));
            let rank = |place: usize| list.get(place).map(|slot| order.rank(*slot));
            assert!(rank(place + 1).is_none_or(|next| rank(place).unwrap() < next));
        }
        assert_eq!(order.at_place(list.len()), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Against a plain list of slots, over more than one block: new ones, those that go, those that come back
        /// somewhere or side by side, and a clone that stays as it was.
        #[test]
        fn as_a_list(
            size in prop_oneof![Just(0_usize), 0_usize..9_000],
            operations in prop::collection::vec((0_u8..6, any::<prop::sample::Index>()), 0..200),
        ) {
            let mut order = Order::default();
            (0..size).for_each(|index| assert_eq!(order.push(), Slot::at(index)));
            let all = Order::all(size);
            prop_assert!(all.iter().eq(order.iter()) && all.slots() == order.slots());
            let mut list: Vec<Slot> = (0..size).map(Slot::at).collect();
            let mut before = (order.clone(), list.clone());
            let mut last = 0;
            for (operation, index) in operations {
                match operation {
                    0 => list.push(order.push()),
                    1 | 2 if !list.is_empty() => {
                        let slot = list.remove(index.index(list.len()));
                        let (is_late, is_last) = (order.is_late(slot), slot.index() + 1 == order.slots());
                        prop_assert_eq!(order.remove(slot), is_last && !is_late);
                        prop_assert!(!order.is_live(slot));
                    }
                    3 => before = (order.clone(), list.clone()),
                    _ => {
                        let anywhere = operation == 4;
                        let place = if anywhere { index.index(list.len() + 1) } else { list.len().min(last + index.index(2)) };
                        last = place;
                        let slot = order.restore(place);
                        prop_assert!(!list.contains(&slot));
                        list.insert(place, slot);
                    }
                }
            }
            assert_as(&order, &list, if size < 300 { 1 } else { 97 });
            prop_assert!(before.0.iter().eq(before.1));
        }
    }

    /// Between the last two that came back, again and again, from both sides by turns: halves the room each time.
    #[test]
    fn the_worst_place_to_come_back_to_is_cheap_too() {
        let mut order = Order::all(2);
        let mut list: Vec<Slot> = order.iter().collect();
        let many = if cfg!(miri) { 200 } else { 20_000 };
        let work = work::of(|| {
            let mut place = 1;
            for number in 0..many {
                list.insert(place, order.restore(place));
                let rank = |place: usize| order.rank(list[place]);
                assert!(rank(place - 1) < rank(place) && rank(place) < rank(place + 1));
                place += number % 2;
            }
        });
        assert_as(&order, &list, 331);
        assert!(work.nodes / many < 3_000, "{work:?}");
    }

    /// Each just before the last that came back, or just behind it: there is room for all of them, and none gets a new rank.
    #[test]
    fn what_comes_back_in_a_row_leaves_the_others_alone() {
        for step in 0..2 {
            let mut order = Order::all(2);
            let restored = |number: usize| {
                let slot = order.restore(1 + number * step);
                (slot, order.rank(slot))
            };
            let all: Vec<(Slot, Rank)> = (0..2_000).map(restored).collect();
            assert!(all.iter().all(|(slot, rank)| order.rank(*slot) == *rank));
        }
    }

    #[test]
    fn places_are_counted_across_regions() {
        const SLOTS: usize = 600_000;
        let mut order = Order::all(SLOTS);
        let mut list: Vec<Slot> = order.iter().collect();
        for place in [0, 262_143, 262_144, 262_145, 524_290, SLOTS - 1] {
            order.remove(list.remove(place));
            list.insert(place / 2, order.restore(place / 2));
        }
        assert_as(&order, &list, 9_973);
    }

    #[test]
    fn a_dead_slot_at_the_place_is_taken_first() {
        let mut order = Order::all(4);
        let slot = Slot::at;
        order.remove(slot(1));
        assert_eq!((order.restore(1), order.restore(1), order.restore(4)), (slot(1), slot(4), slot(5)));
        order.remove(slot(1));
        // Behind a late one, not before it.
        assert_eq!((order.restore(1), order.iter().nth(2)), (slot(6), Some(slot(4))));
        assert_eq!((order.restore(3), order.iter().nth(3)), (slot(1), Some(slot(1))));
    }

    #[test]
    fn a_list_is_sparse_once_more_are_dead_or_late_than_live_and_a_thousand() {
        let mut order = Order::default();
        assert!(!order.is_sparse());
        order.push();
        (0..1_025).for_each(|_| order.push_dead());
        assert!(!order.is_sparse());
        order.push_dead();
        assert!(order.is_sparse());
        let mut order = Order::all(1);
        (0..1_025).for_each(|_| _ = order.restore(0));
        assert!(!order.is_sparse());
        order.restore(0);
        assert!(order.is_sparse());
    }
}
