//! The order in which things came: slots, and which of them live.

use super::{exactly::Exactly, pages::Pages, slot::Slot};

const WORD_BITS: usize = 64;
const BLOCK_WORDS: usize = 64;

/// One bit for each slot, set while the slot is live, and a count of live slots for each block of 4,096
/// slots. With the counts, a place is found without visiting each slot.
#[derive(Debug, Clone, Default)]
pub(crate) struct Order {
    words: Pages<u64, BLOCK_WORDS>,
    blocks: Pages<u32, 256>,
    slots: usize,
    live: usize,
}

const fn word_of(index: usize) -> usize {
    index.wrapping_shr(WORD_BITS.trailing_zeros())
}

const fn block_of(index: usize) -> usize {
    word_of(index).wrapping_shr(BLOCK_WORDS.trailing_zeros())
}

const fn bit_of(index: usize) -> u64 {
    1 << (index & 63)
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Order {
    /// This many slots, all of them live.
    pub(crate) fn all(slots: usize) -> Self {
        let full = |size: usize| {
            let pieces = (0..slots).step_by(size);
            pieces.map(move |start| size.min(slots.saturating_sub(start)))
        };
        // `bit_of` takes its argument modulo 64, so `bit_of(64) - 1` would be 0, not all ones.
        let low_bits = |bits: usize| if bits == WORD_BITS { u64::MAX } else { bit_of(bits).wrapping_sub(1) };
        let words = full(WORD_BITS).map(low_bits).collect();
        let blocks = full(WORD_BITS.wrapping_mul(BLOCK_WORDS));
        Self { words, blocks: blocks.map(|live| u32::try_from(live).unwrap_or(0)).collect(), slots, live: slots }
    }

    /// The number of live slots.
    pub(crate) const fn len(&self) -> usize {
        self.live
    }

    pub(crate) const fn slots(&self) -> usize {
        self.slots
    }

    /// Whether dead slots so outnumber the live ones that the list should be laid out anew.
    pub(crate) const fn is_sparse(&self) -> bool {
        // With more dead slots than live ones, a new layout visits fewer things than were removed. The
        // constant keeps short lists from being laid out again and again.
        let dead = self.slots.saturating_sub(self.live);
        dead > self.live.saturating_add(1024)
    }

    /// A new slot at the end, living or not.
    pub(crate) fn push(&mut self, live: bool) -> Slot {
        let slot = Slot::at(self.slots);
        self.slots = self.slots.saturating_add(1);
        self.words.lengthen_to(word_of(slot.index()).saturating_add(1));
        self.blocks.lengthen_to(block_of(slot.index()).saturating_add(1));
        if live {
            self.revive(slot);
        }
        slot
    }

    pub(crate) fn is_live(&self, slot: Slot) -> bool {
        self.words.get(word_of(slot.index())).is_some_and(|word| word & bit_of(slot.index()) != 0)
    }

    /// Makes a dead slot live.
    pub(crate) fn revive(&mut self, slot: Slot) {
        if let (false, Some(word)) = (self.is_live(slot), self.words.get_mut(word_of(slot.index()))) {
            *word |= bit_of(slot.index());
            self.live = self.live.saturating_add(1);
            if let Some(block) = self.blocks.get_mut(block_of(slot.index())) {
                *block = block.saturating_add(1);
            }
        }
    }

    /// Makes a live slot dead. The last slot is cut off entirely, and the answer is then true.
    pub(crate) fn remove(&mut self, slot: Slot) -> bool {
        if let (true, Some(word)) = (self.is_live(slot), self.words.get_mut(word_of(slot.index()))) {
            *word &= !bit_of(slot.index());
            debug_assert!(self.live > 0, "{slot:?} lives and is not counted");
            self.live = self.live.saturating_sub(1);
            if let Some(block) = self.blocks.get_mut(block_of(slot.index())) {
                *block = block.saturating_sub(1);
            }
        }
        // Cut off, the last slot is given out again by the next push. So undoing a creation restores the
        // former layout exactly.
        let is_last = self.slots == slot.index().saturating_add(1);
        if is_last {
            self.slots = slot.index();
        }
        is_last
    }

    /// The number of live slots before this one.
    pub(crate) fn place(&self, slot: Slot) -> usize {
        // Three sums: whole blocks, whole words of the last block, and the bits below this one in its word.
        let block = block_of(slot.index());
        let before = self.blocks.iter().take(block).fold(0_usize, |sum, live| sum.saturating_add(count(live)));
        let first_word = block.saturating_mul(BLOCK_WORDS);
        let whole_words = (first_word..word_of(slot.index())).filter_map(|word| self.words.get(word));
        let before = whole_words.fold(before, |sum, word| sum.saturating_add(count(word.count_ones())));
        let word = self.words.get(word_of(slot.index())).copied().unwrap_or(0);
        // A bit minus one is a mask of all bits below it.
        let lower = word & bit_of(slot.index()).wrapping_sub(1);
        before.saturating_add(count(lower.count_ones()))
    }

    /// The live slot with this many live slots before it.
    pub(crate) fn at_place(&self, place: usize) -> Option<Slot> {
        let mut left = place;
        // Whole blocks are skipped while the rest covers them. The subtraction fails in the block that
        // holds the place, and `left` is then the place within that block. A rest equal to the count does
        // not fail: that place is the first of a later block.
        let block = self.blocks.iter().position(|live| match left.checked_sub(count(live)) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        })?;
        self.live_from(block.saturating_mul(BLOCK_WORDS).saturating_mul(WORD_BITS)).nth(left)
    }

    /// The slot just before a live one, if it is dead: a vacancy in the order.
    pub(crate) fn vacancy_before(&self, slot: Slot) -> Option<Slot> {
        let before = Slot::at(slot.index().checked_sub(1)?);
        (!self.is_live(before)).then_some(before)
    }

    /// The living slots in order.
    pub(crate) fn iter(&self) -> Exactly<Live<'_>> {
        Exactly::new(self.live_from(0), self.live)
    }

    /// The living slots behind this one, in order.
    pub(crate) fn after(&self, slot: Slot) -> Live<'_> {
        self.live_from(slot.index().saturating_add(1))
    }

    fn live_from(&self, start: usize) -> Live<'_> {
        let end = self.words.len().saturating_sub(1);
        let at = word_of(start);
        if at > end {
            return Live { order: self, at: end, front: 0, end, back: 0 };
        }
        // The complement of all bits below `start`, which drops the slots before it from the first word.
        let not_before_start = !bit_of(start).wrapping_sub(1);
        let back = if at == end { 0 } else { self.word(end) };
        Live { order: self, at, front: self.word(at) & not_before_start, end, back }
    }

    /// A word that was never written has no page and reads as `None`: no slot of it lives.
    fn word(&self, index: usize) -> u64 {
        self.words.get(index).copied().unwrap_or(0)
    }
}

/// The living slots from both ends, one word at a time.
#[derive(Debug, Clone)]
pub(crate) struct Live<'a> {
    order: &'a Order,
    /// The word that the front has come to, and what is left of it.
    at: usize,
    front: u64,
    /// The word that the back has come to, and what is left of it. Where both have come to the same word, what is left of
    /// it is in `front` alone, so that no slot is answered twice.
    end: usize,
    back: u64,
}

fn slot_of(word: usize, bit: u32) -> Slot {
    Slot::at(word.saturating_mul(WORD_BITS).saturating_add(count(bit)))
}

impl Iterator for Live<'_> {
    type Item = Slot;

    fn next(&mut self) -> Option<Slot> {
        while self.front == 0 {
            if self.at >= self.end {
                return None;
            }
            self.at = self.at.saturating_add(1);
            self.front = if self.at == self.end { core::mem::take(&mut self.back) } else { self.order.word(self.at) };
        }
        let slot = slot_of(self.at, self.front.trailing_zeros());
        // Subtracting one flips the lowest bit that is set and the zeros below it; the AND drops all of them.
        self.front &= self.front.wrapping_sub(1);
        Some(slot)
    }
}

impl DoubleEndedIterator for Live<'_> {
    fn next_back(&mut self) -> Option<Slot> {
        while self.back == 0 && self.at < self.end {
            self.end = self.end.saturating_sub(1);
            self.back = if self.at == self.end { 0 } else { self.order.word(self.end) };
        }
        let left = if self.at < self.end { &mut self.back } else { &mut self.front };
        let bit = left.checked_ilog2()?;
        *left &= !bit_of(count(bit));
        Some(slot_of(self.end, bit))
    }
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use proptest::prelude::*;

    use super::*;

    /// Words that nothing was written to are passed over.
    #[test]
    fn a_slot_behind_many_vacancies_is_found() {
        let mut order = Order::default();
        (0..9_000).for_each(|_| _ = order.push(false));
        let slot = order.push(true);
        assert_eq!(
            (order.iter().collect::<Vec<_>>(), order.at_place(0), order.place(slot)),
            (vec![slot], Some(slot), 0)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Against a plain list of booleans, over more than one block.
        #[test]
        fn as_a_list(size in 0_usize..9_000, removed in prop::collection::vec(any::<prop::sample::Index>(), 0..200)) {
            let mut order = Order::default();
            let mut list = vec![true; size];
            for index in 0..size {
                prop_assert_eq!(order.push(true), Slot::at(index));
            }
            let all = Order::all(size);
            prop_assert!(all.words.iter().eq(order.words.iter()) && all.blocks.iter().eq(order.blocks.iter()));
            prop_assert_eq!((all.slots, all.live), (order.slots, order.live));
            for index in removed {
                if !list.is_empty() {
                    let index = index.index(list.len());
                    list[index] = !list[index];
                    if list[index] {
                        order.revive(Slot::at(index));
                    } else if order.remove(Slot::at(index)) {
                        prop_assert_eq!(list.pop(), Some(false));
                    }
                    prop_assert_eq!(order.slots(), list.len());
                }
            }
            prop_assert_eq!(order.push(true), Slot::at(list.len()));
            list.push(true);
            let live: Vec<Slot> = (0..list.len()).filter(|index| list[*index]).map(Slot::at).collect();
            prop_assert_eq!(order.len(), live.len());
            prop_assert_eq!(order.iter().collect::<Vec<_>>(), live.clone());
            prop_assert_eq!(order.iter().len(), live.len());
            // From both ends in turn: the two halves meet without a gap, and without a slot told twice.
            let (mut ends, mut front, mut back) = (order.iter(), Vec::new(), Vec::new());
            while let Some(slot) = ends.next() {
                front.push(slot);
                back.extend(ends.next_back());
            }
            front.extend(back.into_iter().rev());
            prop_assert_eq!(front, live.clone());
            prop_assert!(order.iter().rev().eq(live.iter().rev().copied()));
            for (place, slot) in live.iter().enumerate().step_by(61) {
                prop_assert_eq!(order.place(*slot), place);
                prop_assert_eq!(order.at_place(place), Some(*slot));
                prop_assert_eq!(order.after(*slot).next(), live.get(place + 1).copied());
                prop_assert!(order.after(*slot).rev().eq(live.iter().skip(place + 1).rev().copied()));
                let vacant = slot.index() > 0 && !list[slot.index() - 1];
                prop_assert_eq!(order.vacancy_before(*slot).is_some(), vacant);
            }
            prop_assert_eq!(order.at_place(live.len()), None);
        }
    }

    #[test]
    fn a_list_is_sparse_once_more_are_dead_than_live_and_a_thousand() {
        let mut order = Order::default();
        assert!(!order.is_sparse());
        order.push(true);
        (0..1_025).for_each(|_| _ = order.push(false));
        assert!(!order.is_sparse());
        order.push(false);
        assert!(order.is_sparse());
        order.push(false);
        assert!(order.is_sparse());
    }

    /// One count for all would be right and slow.
    #[test]
    fn each_block_has_its_count() {
        let mut order = Order::default();
        (0..9_000).for_each(|_| _ = order.push(true));
        assert_eq!(order.blocks.iter().collect::<Vec<_>>(), [4_096, 4_096, 808]);
    }
}
