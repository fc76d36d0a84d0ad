//! A set of slots, one bit each: in order without sorting, and a sixteenth of a list of them.

use alloc::{vec, vec::Vec};
use core::ops::Range;

use super::slot::Slot;

const WORD_BITS: usize = 64;

#[derive(Clone)]
pub(crate) struct BitSet(Vec<u64>);

impl BitSet {
    /// Empty, with room for so many slots.
    pub(crate) fn with_room(slots: usize) -> Self {
        Self(vec![0; slots.div_ceil(WORD_BITS)])
    }

    pub(crate) fn insert(&mut self, slot: Slot) {
        let bit = 1_u64.wrapping_shl(u32::try_from(slot.index() & 63).unwrap_or(0));
        if let Some(word) = self.0.get_mut(slot.index().wrapping_shr(6)) {
            *word |= bit;
        }
    }

    /// Inserts these slots, and maybe some beside them.
    pub(crate) fn insert_around(&mut self, slots: Range<usize>) {
        let words = slots.start.wrapping_shr(6)..slots.end.div_ceil(WORD_BITS).min(self.0.len());
        self.0.get_mut(words).unwrap_or_default().fill(u64::MAX);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(|word| usize::try_from(word.count_ones()).unwrap_or(0)).sum()
    }

    /// The slots in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Slot> + '_ {
        slots(self.0.iter().copied())
    }

    /// As [`iter`](Self::iter).
    pub(crate) fn into_slots(self) -> impl Iterator<Item = Slot> {
        slots(self.0.into_iter())
    }

    /// The bits, page by page of a column with so many entries a page, a multiple of a word's.
    pub(crate) fn pages<const N: usize>(&self) -> impl Iterator<Item = &[u64]> {
        self.0.chunks(N.div_ceil(WORD_BITS))
    }

    /// As [`pages`](Self::pages), to write to.
    pub(crate) fn pages_mut<const N: usize>(&mut self) -> impl Iterator<Item = &mut [u64]> {
        self.0.chunks_mut(N.div_ceil(WORD_BITS))
    }
}

fn slots(words: impl Iterator<Item = u64>) -> impl Iterator<Item = Slot> {
    words.enumerate().flat_map(|(index, word)| bits(word).map(move |bit| Slot::at(index.wrapping_shl(6) | bit)))
}

/// The places of the bits of a word, from the lowest.
pub(crate) fn bits(word: u64) -> impl Iterator<Item = usize> {
    let mut left = word;
    core::iter::from_fn(move || {
        let bit = usize::try_from(left.trailing_zeros()).unwrap_or(0);
        let is_there = left != 0;
        left &= left.wrapping_sub(1);
        is_there.then_some(bit)
    })
}
