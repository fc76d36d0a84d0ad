//! A set of slots that knows how many of them come before any slot: one bit a slot, with counts beside.

use alloc::sync::Arc;

use super::{bit_set::bits, pages::Pages, slot::Slot, work};

const WORD_BITS: usize = 64;
const BLOCK_WORDS: usize = 64;
const REGION_BLOCKS: usize = 64;

/// One bit for each slot, and how many are set in each block of 4,096 slots and in each region of 262,144. With the counts,
/// the slot at a place is found without visiting each of them.
#[derive(Debug, Clone, Default)]
pub(super) struct CountedBits {
    words: Pages<u64, BLOCK_WORDS>,
    /// None as long as there is one block: a small tenant needs no counts, and has no memory for them.
    counts: Option<Arc<Counts>>,
    len: usize,
}

#[derive(Debug, Clone)]
struct Counts {
    blocks: Pages<u32, 256>,
    regions: Pages<u32, 256>,
}

const fn word_of(index: usize) -> usize {
    index.wrapping_shr(WORD_BITS.trailing_zeros())
}

const fn block_of(index: usize) -> usize {
    word_of(index).wrapping_shr(BLOCK_WORDS.trailing_zeros())
}

const fn region_of(index: usize) -> usize {
    block_of(index).wrapping_shr(REGION_BLOCKS.trailing_zeros())
}

const fn bit_of(index: usize) -> u64 {
    1 << (index & 63)
}

/// A count of slots as a length.
pub(super) fn count(number: u32) -> usize {
    debug_assert!(usize::try_from(number).is_ok(), "{number} slots are in memory");
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl CountedBits {
    /// This many slots, all of them in the set.
    pub(super) fn all(slots: usize) -> Self {
        let full = |size: usize| {
            let pieces = (0..slots).step_by(size);
            pieces.map(move |start| size.min(slots.saturating_sub(start)))
        };
        let counts = |size: usize| full(size).map(|live| u32::try_from(live).unwrap_or(0)).collect();
        // `bit_of` takes its argument modulo 64, so `bit_of(64) - 1` would be 0, not all ones.
        let low_bits = |bits: usize| if bits == WORD_BITS { u64::MAX } else { bit_of(bits).wrapping_sub(1) };
        let block = WORD_BITS.wrapping_mul(BLOCK_WORDS);
        let all = || Counts { blocks: counts(block), regions: counts(block.wrapping_mul(REGION_BLOCKS)) };
        let counts = (slots > block).then(|| Arc::new(all()));
        Self { words: full(WORD_BITS).map(low_bits).collect(), counts, len: slots }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Makes room for this many slots.
    pub(super) fn lengthen_to(&mut self, slots: usize) {
        let Some(last) = slots.checked_sub(1) else { return };
        self.words.lengthen_to(word_of(last).saturating_add(1));
        if block_of(last) > 0 {
            // All that there was is in the first block.
            let live = || [u32::try_from(self.len).unwrap_or(0)].into_iter().collect();
            let counts = self.counts.get_or_insert_with(|| Arc::new(Counts { blocks: live(), regions: live() }));
            let counts = Arc::make_mut(counts);
            counts.blocks.lengthen_to(block_of(last).saturating_add(1));
            counts.regions.lengthen_to(region_of(last).saturating_add(1));
        }
    }

    pub(super) fn contains(&self, slot: Slot) -> bool {
        self.word(word_of(slot.index())) & bit_of(slot.index()) != 0
    }

    /// Adds a slot, for which there is room.
    pub(super) fn insert(&mut self, slot: Slot) {
        if let (false, Some(word)) = (self.contains(slot), self.words.get_mut(word_of(slot.index()))) {
            *word |= bit_of(slot.index());
            self.len = self.len.saturating_add(1);
            self.count(slot, u32::saturating_add);
        }
    }

    pub(super) fn remove(&mut self, slot: Slot) {
        if let (true, Some(word)) = (self.contains(slot), self.words.get_mut(word_of(slot.index()))) {
            *word &= !bit_of(slot.index());
            debug_assert!(self.len > 0, "{slot:?} is there and is not counted");
            self.len = self.len.saturating_sub(1);
            self.count(slot, u32::saturating_sub);
        }
    }

    fn count(&mut self, slot: Slot, change: fn(u32, u32) -> u32) {
        let Some(counts) = &mut self.counts else { return };
        let Counts { blocks, regions } = Arc::make_mut(counts);
        let counts = [(blocks, block_of(slot.index())), (regions, region_of(slot.index()))];
        for (counts, index) in counts {
            counts.get_mut(index).into_iter().for_each(|count| *count = change(*count, 1));
        }
    }

    /// How many have a lower index.
    pub(super) fn before(&self, index: usize) -> usize {
        // Four sums: whole regions, whole blocks of the last region, whole words of the last block, and the bits below this
        // one in its word.
        let (region, block, word) = (region_of(index), block_of(index), word_of(index));
        let sum = |sum: usize, live: u32| {
            work::word();
            sum.saturating_add(count(live))
        };
        let of = |counts: &Pages<u32, 256>, index| counts.get(index).copied().unwrap_or(0);
        let (mut before, mut first) = (0, 0);
        if let Some(counts) = &self.counts {
            before = (0..region).map(|region| of(&counts.regions, region)).fold(before, sum);
            let blocks = region.saturating_mul(REGION_BLOCKS)..block;
            before = blocks.map(|block| of(&counts.blocks, block)).fold(before, sum);
            first = block.saturating_mul(BLOCK_WORDS);
        }
        let before = (first..word).map(|word| self.word(word).count_ones()).fold(before, sum);
        // A bit minus one is a mask of all bits below it.
        let lower = self.word(word) & bit_of(index).wrapping_sub(1);
        sum(before, lower.count_ones())
    }

    /// The one that has this many before it.
    pub(super) fn at(&self, place: usize) -> Option<Slot> {
        let mut left = place;
        // Whole regions, blocks and words are skipped while the rest covers them. The subtraction fails in the one that
        // holds the place, and `left` is then the place within it. A rest equal to the count does not fail: that place is
        // the first of a later one.
        let mut holds = |live: u32| {
            work::word();
            let rest = left.checked_sub(count(live));
            left = rest.unwrap_or(left);
            rest.is_none()
        };
        let of = |counts: &Pages<u32, 256>, index| counts.get(index).copied().unwrap_or(0);
        let mut first = 0;
        if let Some(counts) = &self.counts {
            let region = (0..counts.regions.len()).find(|region| holds(of(&counts.regions, *region)))?;
            first = region.saturating_mul(REGION_BLOCKS);
            let block = (first..counts.blocks.len()).find(|block| holds(of(&counts.blocks, *block)))?;
            first = block.saturating_mul(BLOCK_WORDS);
        }
        let word = (first..self.words.len()).find(|word| holds(self.word(*word).count_ones()))?;
        let bit = bits(self.word(word)).nth(left)?;
        Some(Slot::at(word.saturating_mul(WORD_BITS).saturating_add(bit)))
    }

    /// Those from an index on, in order.
    pub(super) fn from(&self, start: usize) -> Live<'_> {
        let end = self.words.len().saturating_sub(1);
        let at = word_of(start);
        if at > end {
            return Live { all: self, at: end, front: 0, end, back: 0 };
        }
        // The complement of all bits below `start`, which drops the slots before it from the first word.
        let not_before_start = !bit_of(start).wrapping_sub(1);
        let back = if at == end { 0 } else { self.word(end) };
        Live { all: self, at, front: self.word(at) & not_before_start, end, back }
    }

    /// A word that was never written has no page and reads as `None`: no slot of it lives.
    fn word(&self, index: usize) -> u64 {
        self.words.get(index).copied().unwrap_or(0)
    }
}

/// Slots of the set, from both ends, one word at a time.
#[derive(Debug, Clone)]
pub(super) struct Live<'a> {
    all: &'a CountedBits,
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
            self.front = if self.at == self.end { core::mem::take(&mut self.back) } else { self.all.word(self.at) };
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
            self.back = if self.at == self.end { 0 } else { self.all.word(self.end) };
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

    use super::*;

    /// One count for all would be right and slow.
    #[test]
    fn each_block_and_each_region_has_its_count() {
        let mut bits = CountedBits::default();
        bits.lengthen_to(9_000);
        (0..9_000).for_each(|slot| bits.insert(Slot::at(slot)));
        let counts = |bits: &CountedBits| {
            let Counts { blocks, regions } = &**bits.counts.as_ref().unwrap();
            (blocks.iter().collect::<Vec<_>>(), regions.iter().collect::<Vec<_>>())
        };
        assert_eq!(counts(&bits), (vec![4_096, 4_096, 808], vec![9_000]));
        let all = CountedBits::all(9_000);
        assert!(all.words.iter().eq(bits.words.iter()) && counts(&all) == counts(&bits) && all.len() == bits.len());
        assert_eq!(counts(&CountedBits::all(600_000)).1, [262_144, 262_144, 75_712]);
    }

    /// What is counted word by word and what has a count are one order, as the second block begins with half of the first.
    #[test]
    fn a_single_block_has_no_counts() {
        for all in [CountedBits::all(4_096), CountedBits::all(4_095)] {
            let mut bits = all;
            (0..4_096).step_by(2).for_each(|slot| bits.remove(Slot::at(slot)));
            assert!(bits.counts.is_none());
            let before = [bits.before(4_096), bits.before(64)];
            let (place, end) = (bits.at(100), bits.at(bits.len()));
            bits.lengthen_to(4_097);
            assert!(bits.counts.is_some());
            assert_eq!(
                ([bits.before(4_096), bits.before(64)], bits.at(100), bits.at(bits.len())),
                (before, place, end)
            );
            bits.insert(Slot::at(4_096));
            assert_eq!((bits.before(4_097), bits.at(bits.len() - 1)), (before[0] + 1, Some(Slot::at(4_096))));
        }
    }

    /// Words that nothing was written to are passed over.
    #[test]
    fn a_slot_behind_many_vacancies_is_found() {
        let mut bits = CountedBits::default();
        bits.lengthen_to(300_001);
        let slot = Slot::at(300_000);
        bits.insert(slot);
        assert_eq!((bits.from(0).collect::<Vec<_>>(), bits.at(0), bits.before(300_000)), (vec![slot], Some(slot), 0));
        assert_eq!((bits.from(0).next_back(), bits.before(300_001), bits.at(1)), (Some(slot), 1, None));
    }
}
