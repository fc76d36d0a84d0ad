//! A set of slots with one bit for each slot that exists. Iteration is in the order of slots without a sort.
//! A list takes 32 bits for each slot that is chosen, so the set is smaller once more than one slot in 32 is
//! chosen.

use alloc::{vec, vec::Vec};

use super::{slot::Slot, work};

const WORD_BITS: usize = 64;

#[derive(Clone)]
pub(crate) struct BitSet(Vec<u64>);

impl BitSet {
    /// An empty set with room for this many slots.
    pub(crate) fn with_room(slots: usize) -> Self {
        let words = slots.div_ceil(WORD_BITS);
        work::bits(words);
        Self(vec![0; words])
    }

    pub(crate) fn insert(&mut self, slot: Slot) {
        // The lower six bits of an index are the place in its word, the others are the number of the word.
        // A slot beyond the room is ignored: callers size the set by the column that their slots come from.
        let bit = 1_u64.wrapping_shl(u32::try_from(slot.index() & 63).unwrap_or(0));
        if let Some(word) = self.0.get_mut(slot.index().wrapping_shr(6)) {
            *word |= bit;
        }
    }

    pub(crate) fn contains(&self, slot: Slot) -> bool {
        let word = self.0.get(slot.index().wrapping_shr(6)).copied().unwrap_or(0);
        word.wrapping_shr(u32::try_from(slot.index() & 63).unwrap_or(0)) & 1 == 1
    }

    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(|word| usize::try_from(word.count_ones()).unwrap_or(0)).sum()
    }

    /// The slots in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Slot> + '_ {
        slots(self.0.iter().copied())
    }

    /// Consuming version of [`iter`](Self::iter).
    pub(crate) fn into_slots(self) -> impl Iterator<Item = Slot> {
        slots(self.0.into_iter())
    }

    /// The words that cover each page of a column with `N` entries a page, in order. `N` must be a multiple
    /// of 64, or a word would belong to two pages.
    pub(crate) fn pages<const N: usize>(&self) -> impl Iterator<Item = &[u64]> {
        self.0.chunks(N.div_ceil(WORD_BITS))
    }

    /// Mutable version of [`pages`](Self::pages).
    pub(crate) fn pages_mut<const N: usize>(&mut self) -> impl Iterator<Item = &mut [u64]> {
        self.0.chunks_mut(N.div_ceil(WORD_BITS))
    }
}

fn slots(words: impl Iterator<Item = u64>) -> impl Iterator<Item = Slot> {
    words.enumerate().flat_map(|(index, word)| bits(word).map(move |bit| Slot::at(index.wrapping_shl(6) | bit)))
}

/// The positions of the bits that are set in a word, lowest first.
pub(crate) fn bits(word: u64) -> impl Iterator<Item = usize> {
    let mut left = word;
    core::iter::from_fn(move || {
        let bit = usize::try_from(left.trailing_zeros()).unwrap_or(0);
        let is_there = left != 0;
        // Clears the lowest bit that is set: subtracting one flips that bit and the zeros below it, and the
        // AND drops all of them. Zero stays zero, so the iterator stays at its end.
        left &= left.wrapping_sub(1);
        is_there.then_some(bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_in_a_set_once_however_often_it_is_inserted() {
        let slots = [3, 64, 130].map(Slot::at);
        let mut set = BitSet::with_room(131);
        for slot in slots.into_iter().chain(slots) {
            set.insert(slot);
        }
        assert_eq!((set.len(), set.iter().collect::<Vec<_>>()), (3, slots.to_vec()));
        assert!(slots.into_iter().all(|slot| set.contains(slot)));
        assert!([2, 4, 63, 65].map(Slot::at).into_iter().all(|slot| !set.contains(slot)));
    }
}
