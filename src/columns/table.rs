//! Things of one kind by id, in creation order, with one whole thing for each slot. The directory keeps its
//! tenants in one.

use super::key::Key;
use super::{exactly::Exactly, hash::HashSeed, pages::Pages, slot::Slot, slot_map::SlotMap, work};

#[derive(Debug, Clone)]
pub(crate) struct Table<I, T> {
    slots: SlotMap<I>,
    things: Pages<Option<T>, 32>,
}

impl<I, T> Default for Table<I, T> {
    fn default() -> Self {
        Self { slots: SlotMap::default(), things: Pages::default() }
    }
}

impl<I: Key, T: Clone> Table<I, T> {
    pub(crate) fn new(seed: HashSeed) -> Self {
        Self { slots: SlotMap::new(seed), things: Pages::default() }
    }

    pub(crate) const fn seed(&self) -> HashSeed {
        self.slots.seed()
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        let things = self.slots.iter().filter_map(|slot| self.things.get(slot.index())?.as_ref());
        // Each living slot has its thing, so the filter leaves none out.
        Exactly::new(things, self.len())
    }

    pub(crate) fn after(&self, id: I) -> Option<impl DoubleEndedIterator<Item = &T>> {
        let after = self.slots.slot(id)?;
        Some(self.slots.after(after).filter_map(|slot| self.things.get(slot.index())?.as_ref()))
    }

    pub(crate) fn get(&self, id: I) -> Option<&T> {
        self.things.get(self.slots.slot(id)?.index())?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: I) -> Option<&mut T> {
        self.things.get_mut(self.slots.slot(id)?.index())?.as_mut()
    }

    pub(crate) fn place(&self, id: I) -> Option<usize> {
        self.slots.slot(id).map(|slot| self.slots.place(slot))
    }

    pub(crate) fn push(&mut self, id: I, thing: T) {
        let slot = self.slots.push(id);
        self.put(slot, thing);
    }

    fn put(&mut self, slot: Slot, thing: T) {
        self.things.lengthen_to(self.slots.slots());
        self.things.set(slot.index(), Some(thing));
    }

    /// Restores a removed thing at its place in the order.
    pub(crate) fn restore(&mut self, place: usize, id: I, thing: T) {
        let slot = self.slots.restore(place, id);
        self.put(slot, thing);
        self.squeeze();
    }

    pub(crate) fn remove(&mut self, id: I) {
        if let Some(slot) = self.slots.slot(id) {
            // Dropped at once, not when the slot is squeezed out: a tenant can be large.
            self.things.set(slot.index(), None);
            self.slots.remove(slot);
            self.squeeze();
        }
    }

    /// Makes a copy without dead slots, and with all things in place, once it pays.
    fn squeeze(&mut self) {
        if self.slots.is_sparse() {
            let mut table = Self::new(self.seed());
            for slot in self.slots.iter() {
                work::laid_out();
                table.slots.push(self.slots.id(slot));
                table.things.push(self.things.get(slot.index()).cloned().flatten());
            }
            *self = table;
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;
    use crate::ids::TenantId;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Against a plain list: new things at the end, removed ones brought back at their place, long enough to be
        /// squeezed.
        #[test]
        fn as_a_list(operations in prop::collection::vec((0_u8..4, any::<prop::sample::Index>()), 0..200), bulk in 0_u32..1500) {
            let (mut table, mut list) = (Table::<TenantId, u32>::default(), Vec::new());
            let mut removed = Vec::new();
            let id = |number: u32| TenantId::from_u128(u128::from(number));
            for number in 10_000..10_000 + bulk {
                table.push(id(number), number);
                table.remove(id(number));
            }
            for (number, (operation, index)) in (0..).zip(operations) {
                match operation {
                    0 | 1 => {
                        table.push(id(number), number);
                        list.push(number);
                    }
                    2 if !list.is_empty() => {
                        let place = index.index(list.len());
                        prop_assert_eq!(table.place(id(list[place])), Some(place));
                        table.remove(id(list[place]));
                        removed.push((place, list.remove(place)));
                    }
                    _ => if let Some((_, number)) = removed.pop() {
                        let place = index.index(list.len() + 1);
                        table.restore(place, id(number), number);
                        list.insert(place, number);
                    },
                }
                prop_assert_eq!(table.iter().copied().collect::<Vec<_>>(), list.clone());
                prop_assert!(table.iter().rev().eq(list.iter().rev()) && table.iter().len() == list.len());
            }
            prop_assert_eq!(table.len(), list.len());
            for (place, number) in list.iter().enumerate() {
                prop_assert_eq!(table.get(id(*number)), Some(number));
                prop_assert_eq!(table.after(id(*number)).and_then(|mut rest| rest.next()), list.get(place + 1));
            }
        }
    }
}
