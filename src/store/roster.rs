//! Who there is: the ids of the things of one kind, their order, and the way from an id to its slot.

use super::{
    index::{Index, hash_bits},
    pages::Pages,
    slot::{Order, Slot},
};
use crate::ids::Id;

#[derive(Debug, Clone)]
pub(super) struct Roster<I> {
    order: Order,
    ids: Pages<I, 256>,
    index: Index,
}

impl<I> Default for Roster<I> {
    fn default() -> Self {
        Self { order: Order::default(), ids: Pages::default(), index: Index::default() }
    }
}

impl<I: Id> Roster<I> {
    pub(super) const fn len(&self) -> usize {
        self.order.len()
    }

    /// How many slots there are, dead ones too.
    pub(super) const fn slots(&self) -> usize {
        self.ids.len()
    }

    pub(super) const fn is_sparse(&self) -> bool {
        self.order.is_sparse()
    }

    pub(super) fn slot(&self, id: I) -> Option<Slot> {
        self.index.find(hash_bits(id.bits()), |slot| self.ids.get(slot.index()) == Some(&id))
    }

    /// The id at a slot that lives.
    pub(super) fn id(&self, slot: Slot) -> I {
        self.ids.get(slot.index()).copied().unwrap_or_default()
    }

    pub(super) fn place(&self, slot: Slot) -> usize {
        self.order.place(slot)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Slot> + '_ {
        self.order.iter()
    }

    pub(super) fn after(&self, slot: Slot) -> impl Iterator<Item = Slot> + '_ {
        self.order.after(slot)
    }

    /// A new thing at the end.
    pub(super) fn push(&mut self, id: I) -> Slot {
        let slot = self.order.push(true);
        self.ids.push(id);
        self.enter(slot, id);
        slot
    }

    /// A slot at the end that nothing lives in.
    pub(super) fn push_vacancy(&mut self) {
        self.order.push(false);
        self.ids.push(I::default());
    }

    /// Brings a thing back at a place in the order: into a vacant slot there, or at the end; `None` where there is none.
    pub(super) fn restore(&mut self, place: usize, id: I) -> Option<Slot> {
        let Some(next) = self.order.at_place(place) else { return Some(self.push(id)) };
        let slot = self.order.vacancy_before(next)?;
        self.order.revive(slot);
        self.ids.set(slot.index(), id);
        self.enter(slot, id);
        Some(slot)
    }

    pub(super) fn remove(&mut self, slot: Slot) {
        let ids = &self.ids;
        let hash_of = |slot: Slot| hash_bits(ids.get(slot.index()).map_or(0, |id| id.bits()));
        self.index.remove(hash_of(slot), slot, hash_of);
        self.order.remove(slot);
    }

    fn enter(&mut self, slot: Slot, id: I) {
        let ids = &self.ids;
        let hash_of = |slot: Slot| hash_bits(ids.get(slot.index()).map_or(0, |id| id.bits()));
        self.index.insert(hash_bits(id.bits()), slot, hash_of);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ConnectorId;

    #[test]
    fn a_roster_is_sparse_as_its_order_is() {
        let mut roster = Roster::<ConnectorId>::default();
        assert!(!roster.is_sparse());
        (0..1_025).for_each(|_| roster.push_vacancy());
        assert!(roster.is_sparse());
    }
}
