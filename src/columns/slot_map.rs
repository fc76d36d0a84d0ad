//! A slot map: the ids of the things of one kind, their order, and the slot that each id has.

use alloc::{sync::Arc, vec, vec::Vec};

use super::key::Key;
use super::{
    exactly::Exactly,
    hash::HashSeed,
    index::Index,
    order::{Live, Order},
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
/// slots, and only their ends may differ. So if both hold the same ids in the same order, each id has the
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

    pub(crate) const fn len(&self) -> usize {
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

    pub(crate) const fn is_sparse(&self) -> bool {
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
            self.index.find_each(ids, |id: I| seed.hash_bits(id.bits()), self.ids(ids.len()), slots);
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
        // A dead slot may be asked for too: the answer is its former id, and only `order` knows that the
        // slot is dead.
        let ids = self.ids.reader(many);
        move |slot| ids.get(slot.index()).copied().unwrap_or_default()
    }

    /// The id at a slot that lives.
    pub(crate) fn id(&self, slot: Slot) -> I {
        self.ids.get(slot.index()).copied().unwrap_or_default()
    }

    pub(crate) fn is_live(&self, slot: Slot) -> bool {
        self.order.is_live(slot)
    }

    pub(crate) fn place(&self, slot: Slot) -> usize {
        self.order.place(slot)
    }

    pub(crate) fn iter(&self) -> Exactly<Live<'_>> {
        self.order.iter()
    }

    pub(crate) fn after(&self, slot: Slot) -> Live<'_> {
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
        let slot = self.order.push(true);
        self.ids.lengthen_to(self.order.slots());
        self.enter(slot, id);
        slot
    }

    /// Adds a dead slot at the end, while a map is being laid out.
    pub(crate) fn push_vacancy(&mut self) {
        self.order.push(false);
        self.ids.lengthen_to(self.order.slots());
    }

    /// Restores a removed thing at its place in the order: in a vacancy there, or at the end. `None` if
    /// there is no vacancy.
    pub(crate) fn restore(&mut self, place: usize, id: I) -> Option<Slot> {
        let Some(next) = self.order.at_place(place) else { return Some(self.push(id)) };
        let slot = self.order.vacancy_before(next)?;
        // A clone still has the vacancy, so later slots no longer agree with it: the token must not stay
        // the same.
        self.order.revive(slot);
        self.layout = Layout::default();
        self.enter(slot, id);
        Some(slot)
    }

    pub(crate) fn remove(&mut self, slot: Slot) {
        debug_assert!(self.is_live(slot), "{slot:?} is removed twice");
        self.index.remove(self.hash(self.id(slot)), slot);
        // The last slot is cut off and its number is given out again, so the vacancies stay as they are.
        // Any other slot leaves a vacancy that no clone has.
        if !self.order.remove(slot) {
            self.layout = Layout::default();
        }
    }

    fn enter(&mut self, slot: Slot, id: I) {
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

    #[test]
    fn a_slot_map_is_sparse_as_its_order_is() {
        let mut map = SlotMap::<ConnectorId>::default();
        assert!(!map.is_sparse());
        (0..1_025).for_each(|_| map.push_vacancy());
        assert!(map.is_sparse());
    }
}
