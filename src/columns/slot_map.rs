//! A slot map: the ids of the things of one kind, their order, and the slot that each id has.

use alloc::{sync::Arc, vec, vec::Vec};
use core::ops::Range;

use super::key::Key;
use super::{
    bit_set::BitSet,
    exactly::Exactly,
    hash::HashSeed,
    index::Index,
    order::{InOrder, Order, Rank},
    pages::Pages,
    slot::Slot,
};

const PAGE: usize = 256;

/// Lists from this length on are looked up on all cores if the feature `rayon` is on. For shorter ones,
/// sharing out the work takes longer than it saves.
#[cfg(feature = "rayon")]
const PARALLEL_FROM: usize = 65_536;
#[cfg(feature = "rayon")]
const PARALLEL_PIECE: usize = 16_384;

#[derive(Debug, Clone)]
pub(crate) struct SlotMap<I> {
    order: Order,
    ids: Pages<I, PAGE>,
    index: Index,
    layout: Layout,
}

/// Layout token, shared by clones. Two maps with the same token have the same vacancies between their
/// slots and the same late ones, and only their ends may differ. So if both hold the same ids in the same order, each id has the
/// same slot in both.
type Layout = Arc<()>;

impl<I> Default for SlotMap<I> {
    fn default() -> Self {
        Self { order: Order::default(), ids: Pages::default(), index: Index::default(), layout: Layout::default() }
    }
}

impl<I: Key> SlotMap<I> {
    pub(crate) fn new(seed: HashSeed) -> Self {
        Self { index: Index::new(seed), ..Self::default() }
    }

    pub(crate) const fn seed(&self) -> HashSeed {
        self.index.seed()
    }

    fn hash(&self, id: I) -> u64 {
        self.seed().hash_bits(id.bits())
    }

    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// The number of slots, including dead ones.
    pub(crate) const fn slots(&self) -> usize {
        self.order.slots()
    }

    /// Whether two maps that hold the same ids in the same order give each id the same slot. Says nothing
    /// about maps that hold different ids.
    pub(crate) fn is_laid_out_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.layout, &other.layout)
    }

    pub(crate) fn is_sparse(&self) -> bool {
        self.order.is_sparse()
    }

    pub(crate) fn slot(&self, id: I) -> Option<Slot> {
        self.index.find(self.hash(id), |slot| self.id(slot) == id)
    }

    /// The slot of each of many ids, in their order; see [`Index::find_each`].
    pub(crate) fn slots_of(&self, ids: &[I]) -> Vec<Option<Slot>> {
        let mut slots = vec![None; ids.len()];
        let seed = self.seed();
        let find = |ids: &[I], slots: &mut [_]| {
            let all = self.ids.reader(ids.len());
            self.index.find_each(ids, |id: I| seed.hash_bits(id.bits()), &all, slots);
        };
        #[cfg(feature = "rayon")]
        if ids.len() >= PARALLEL_FROM {
            use rayon::prelude::*;
            let pieces = ids.par_chunks(PARALLEL_PIECE).zip(slots.par_chunks_mut(PARALLEL_PIECE));
            pieces.for_each(|(ids, slots)| find(ids, slots));
            return slots;
        }
        find(ids, &mut slots);
        slots
    }

    /// A faster [`id`](Self::id), for about this many calls.
    pub(crate) fn ids(&self, many: usize) -> impl Fn(Slot) -> I + '_ {
        let ids = self.ids.reader(many);
        move |slot| *ids.get_or(slot.index(), &I::default())
    }

    /// The id at a slot that lives.
    pub(crate) fn id(&self, slot: Slot) -> I {
        debug_assert!(slot.index() < self.ids.len(), "{slot:?} was never given");
        self.ids.get(slot.index()).copied().unwrap_or_default()
    }

    pub(crate) fn is_live(&self, slot: Slot) -> bool {
        self.order.is_live(slot)
    }

    pub(crate) fn place(&self, slot: Slot) -> usize {
        self.order.place(slot)
    }

    /// Where a slot stands in the order of creation.
    pub(crate) fn rank(&self, slot: Slot) -> Rank {
        self.order.rank(slot)
    }

    /// Puts slots in the order of creation.
    pub(crate) fn sort(&self, slots: &mut [Slot]) {
        self.order.sort(slots);
    }

    /// What belongs to slots, put in order of creation: `ascending` has it in the order of the slots' numbers, and `late`
    /// what it has of those that [`late_behind`](Self::late_behind) names.
    pub(crate) fn in_order<'a, T: 'a>(
        &'a self,
        ascending: impl Iterator<Item = T> + 'a,
        slot_of: impl Fn(&T) -> Slot + Copy + 'a,
        late: impl Iterator<Item = T> + 'a,
    ) -> impl Iterator<Item = T> + 'a {
        self.order.in_order(ascending, slot_of, late)
    }

    /// The slots of things that stand elsewhere in the order than their slots do, in order, from behind this one on.
    pub(crate) fn late_behind(&self, after: Option<Slot>) -> impl Iterator<Item = Slot> + '_ {
        self.order.late_behind(after)
    }

    /// The index of the first slot that may stand behind this one by its number.
    pub(crate) fn next_index(&self, after: Option<Slot>) -> usize {
        self.order.next_index(after)
    }

    /// These of the slots, in order.
    pub(crate) fn chosen<'a>(&'a self, chosen: &'a BitSet) -> impl Iterator<Item = Slot> + 'a {
        self.in_order(chosen.iter(), |slot| *slot, self.late_behind(None).filter(|slot| chosen.contains(*slot)))
    }

    /// The live slots in these ranges, in order. The ranges must be sorted, and must not overlap.
    pub(crate) fn live_in<'a>(&'a self, ranges: &'a [Range<usize>]) -> impl Iterator<Item = Slot> + 'a {
        let is_in = |slot: &Slot| {
            let range = ranges.get(ranges.partition_point(|range| range.end <= slot.index()));
            range.is_some_and(|range| range.contains(&slot.index()))
        };
        let slots = ranges.iter().cloned().flatten().map(Slot::at);
        let live = slots.filter(|slot| self.is_live(*slot));
        self.in_order(live, |slot| *slot, self.late_behind(None).filter(is_in))
    }

    pub(crate) fn iter(&self) -> Exactly<InOrder<'_>> {
        self.order.iter()
    }

    pub(crate) fn after(&self, slot: Slot) -> InOrder<'_> {
        self.order.after(slot)
    }

    /// Builds a map of these ids, in order.
    pub(crate) fn of(seed: HashSeed, ids: &[I]) -> Self {
        let hashed = ids.iter().map(|id| seed.hash_bits(id.bits())).enumerate();
        let index = Index::of(seed, hashed.map(|(index, hash)| (hash, Slot::at(index))));
        Self { order: Order::all(ids.len()), ids: ids.iter().copied().collect(), index, layout: Layout::default() }
    }

    /// Adds a thing at the end.
    pub(crate) fn push(&mut self, id: I) -> Slot {
        let slot = self.order.push();
        self.enter(slot, id);
        slot
    }

    /// Restores a removed thing at its place in the order.
    pub(crate) fn restore(&mut self, place: usize, id: I) -> Slot {
        let slots = self.slots();
        let slot = self.order.restore(place);
        // At the end it is as any new thing. Elsewhere a clone has the slot as a vacancy, or has none there, so later
        // slots no longer agree with it: the token must not stay the same.
        if slot.index() < slots || self.order.is_late(slot) {
            self.layout = Layout::default();
        }
        self.enter(slot, id);
        slot
    }

    pub(crate) fn remove(&mut self, slot: Slot) {
        debug_assert!(self.is_live(slot), "{slot:?} is removed twice");
        self.index.remove(self.hash(self.id(slot)), slot);
        // The last slot is cut off and its number is given out again, so the vacancies stay as they are.
        // Any other slot leaves a vacancy that no clone has, or is late in a clone.
        if !self.order.remove(slot) {
            self.layout = Layout::default();
        }
    }

    fn enter(&mut self, slot: Slot, id: I) {
        self.ids.lengthen_to(self.order.slots());
        self.ids.set(slot.index(), id);
        self.index.insert(self.hash(id), slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ConnectorId;

    /// A column of nothing but the id that is the default takes no memory, and still says it.
    #[test]
    fn the_id_of_zeros_is_found_as_any_other() {
        let zero = ConnectorId::from_u128(0);
        let map = SlotMap::of(HashSeed::default(), &[zero]);
        let each = map.slots_of(&[zero, ConnectorId::from_u128(1)]);
        assert_eq!((map.slot(zero), each), (Some(Slot::new(0)), alloc::vec![Some(Slot::new(0)), None]));
        assert_eq!((map.len(), map.slots(), map.iter().next()), (1, 1, Some(Slot::new(0))));
    }

    /// A clone keeps the slots of what came before it. What comes back at the end has the slot that a new thing would have;
    /// what comes back elsewhere takes a slot that the clone knows as vacant, or stands late in the order.
    #[test]
    fn what_comes_back_is_laid_out_as_in_a_clone_at_the_end_only() {
        let id = ConnectorId::from_u128;
        let mut map = SlotMap::<ConnectorId>::default();
        (0..3).for_each(|number| _ = map.push(id(number)));
        map.remove(Slot::new(2));
        let without_last = map.clone();
        map.restore(2, id(2));
        assert!(map.is_laid_out_as(&without_last));
        map.remove(Slot::new(1));
        let with_vacancy = map.clone();
        map.restore(1, id(1));
        assert!(!map.is_laid_out_as(&with_vacancy));
        // Two that come back to a place where there is no vacancy between: the second has to be late.
        let before = map.clone();
        let late = map.restore(1, id(7));
        assert!(map.order.is_late(late) && !map.is_laid_out_as(&before));
    }

    #[test]
    fn a_slot_map_is_sparse_as_its_order_is() {
        let mut map = SlotMap::<ConnectorId>::default();
        assert!(!map.is_sparse());
        (0..2_500_u128).for_each(|id| _ = map.push(ConnectorId::from_u128(id)));
        (0..1_770).for_each(|slot| map.remove(Slot::new(slot)));
        assert!(map.is_sparse());
    }
}
