//! From a key to the slots of what has it: open addressing in buckets over copy-on-write pages.
//!
//! ```text
//! hash ─► home ─► bucket: 8 × upper half of a hash │ 8 × slot      64 bytes, one cache line; filled from the front
//!                 bucket …                                         where the home is full, the next one
//! ```
//!
//! The table holds slots only; the key is looked up where the slot leads, so that a key is kept once. Half of each hash
//! stands beside, so that a lookup compares eight at once, looks at a key that is not the right one once in billions,
//! and the table grows and closes gaps without looking at any. A removal takes back what had overflowed, so that there are
//! no tombstones and a lookup never degrades.

use alloc::{vec, vec::Vec};
use core::ops::BitOr;

use super::key::Key;
use super::{hash::HashSeed, pages::Pages, slot::Slot, work};

const BUCKET: usize = 8;

/// Up to eight slots with the upper halves of their hashes; what is vacant is behind what is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[repr(align(64))]
struct Bucket {
    hashes: [u32; BUCKET],
    slots: [Option<Slot>; BUCKET],
}

/// What stands where nothing was ever written.
static VACANT: Bucket = Bucket { hashes: [0; BUCKET], slots: [None; BUCKET] };

impl Bucket {
    fn len(&self) -> usize {
        self.slots.iter().map(|slot| usize::from(slot.is_some())).sum()
    }

    const fn is_full(&self) -> bool {
        matches!(self.slots, [.., Some(_)])
    }

    /// A bit for each place that has this hash; a vacant place may seem to. All eight are compared at once.
    fn matches(&self, hash: u32) -> u32 {
        let bit = |(place, found): (u32, &u32)| u32::from(*found == hash).wrapping_shl(place);
        (0..).zip(&self.hashes).map(bit).fold(0, BitOr::bitor)
    }

    /// The slot that has this hash; none, too, where several may have it.
    ///
    /// Why not the first that matches: all eight in one go, without a branch or a second look, is what lets the machine be
    /// busy with the next keys meanwhile.
    fn only_under(&self, hash: u32) -> Option<Slot> {
        let places = self.hashes.iter().zip(&self.slots);
        let (number, matches) = places.fold((0, 0_u16), |(numbers, matches), (found, slot)| {
            let is_it = *found == hash;
            (
                numbers | (Slot::number_of(*slot) & u32::from(is_it).wrapping_neg()),
                matches.wrapping_add(u16::from(is_it)),
            )
        });
        if matches > 1 { None } else { Slot::of_number(number) }
    }

    fn under(&self, hash: u32) -> impl Iterator<Item = Slot> + '_ {
        let mut matches = self.matches(hash);
        core::iter::from_fn(move || {
            let place = usize::try_from(matches.trailing_zeros()).unwrap_or(BUCKET);
            matches &= matches.wrapping_sub(1);
            self.slots.get(place).copied().flatten()
        })
    }

    fn entries(&self) -> impl Iterator<Item = (u32, Slot)> + '_ {
        self.hashes.iter().zip(&self.slots).filter_map(|(hash, slot)| Some((*hash, (*slot)?)))
    }

    /// False where it is full.
    fn push(&mut self, hash: u32, slot: Slot) -> bool {
        let place = self.slots.iter().position(Option::is_none);
        let places = place.and_then(|place| Some((self.hashes.get_mut(place)?, self.slots.get_mut(place)?)));
        let Some((to_hash, to_slot)) = places else { return false };
        (*to_hash, *to_slot) = (hash, Some(slot));
        true
    }

    /// Takes a slot out; the last one takes its place.
    fn remove(&mut self, slot: Slot) {
        let last = self.len().saturating_sub(1);
        if let Some(place) = self.slots.iter().position(|found| *found == Some(slot)) {
            self.hashes.swap(place, last);
            self.slots.swap(place, last);
            if let Some(last) = self.slots.get_mut(last) {
                *last = None;
            }
        }
    }
}

const PAGE: usize = 32;

#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    table: Pages<Bucket, PAGE>,
    taken: usize,
    seed: HashSeed,
}

/// How many may be taken of so many buckets: three quarters, so that few overflow.
const fn room(buckets: usize) -> usize {
    buckets.saturating_mul(BUCKET).saturating_mul(3).wrapping_shr(2)
}

/// The upper half: lower bits alone would be right and slow, as each hash stands where its upper half says.
fn upper_half(hash: u64) -> u32 {
    u32::try_from(hash.wrapping_shr(32)).unwrap_or(u32::MAX)
}

/// The bucket of so many in which a hash belongs; in the order of the hashes, so that a bigger table is filled in order.
fn home(hash: u32, buckets: usize) -> usize {
    let buckets = u64::try_from(buckets).unwrap_or(u64::MAX);
    usize::try_from(u64::from(hash).wrapping_mul(buckets).wrapping_shr(32)).unwrap_or(0)
}

const fn next(bucket: usize, buckets: usize) -> usize {
    let next = bucket.wrapping_add(1);
    if next == buckets { 0 } else { next }
}

impl Index {
    pub(crate) fn new(seed: HashSeed) -> Self {
        Self { seed, ..Self::default() }
    }

    /// What its keys are hashed with.
    pub(crate) const fn seed(&self) -> HashSeed {
        self.seed
    }

    /// An index of all these, hashed with this seed, made in one go.
    pub(crate) fn of(seed: HashSeed, entries: impl ExactSizeIterator<Item = (u64, Slot)>) -> Self {
        // A tenth more than is needed, so that the next one does not have it made anew.
        let len = entries.len();
        let entries = entries.map(|(hash, slot)| (upper_half(hash), slot));
        Self::with_room(seed, len.saturating_add(len.wrapping_div(10)), entries)
    }

    fn with_room(seed: HashSeed, room: usize, entries: impl Iterator<Item = (u32, Slot)>) -> Self {
        let buckets = room.saturating_mul(4).div_ceil(BUCKET.wrapping_mul(3));
        let (mut table, mut taken) = (vec![Bucket::default(); buckets], 0_usize);
        for (hash, slot) in entries {
            let mut bucket = home(hash, buckets);
            while table.get_mut(bucket).is_some_and(|bucket| !bucket.push(hash, slot)) {
                bucket = next(bucket, buckets);
            }
            taken = taken.saturating_add(1);
        }
        Self { table: table.into_iter().collect(), taken, seed }
    }

    /// The slot of each of many keys, in their order, a few dozen at a time.
    ///
    /// In steps, each for all of those: what stands under the hash of each in its home, then which key that has. No step
    /// waits for what it fetches before it fetches for the next key, so that the machine fetches many lines of memory at
    /// once, where one lookup after the other would wait for each. What was not at home is looked up by itself.
    pub(crate) fn find_each<K: Copy + PartialEq>(
        &self,
        keys: &[K],
        hash_of: impl Fn(K) -> u64,
        key_at: impl Fn(Slot) -> K,
        slots: &mut [Option<Slot>],
    ) {
        const AT_ONCE: usize = 128;
        let table = self.table.reader();
        for (keys, slots) in keys.chunks(AT_ONCE).zip(slots.chunks_mut(AT_ONCE)) {
            for (key, slot) in keys.iter().zip(&mut *slots) {
                let hash = upper_half(hash_of(*key));
                work::bucket();
                let bucket = table.get(home(hash, self.table.len()));
                *slot = bucket.and_then(|bucket| bucket.only_under(hash));
            }
            for (key, slot) in keys.iter().zip(&mut *slots) {
                *slot = slot.filter(|slot| key_at(*slot) == *key);
            }
            for (key, slot) in keys.iter().zip(slots).filter(|(_, slot)| slot.is_none()) {
                *slot = self.find(hash_of(*key), |slot| key_at(slot) == *key);
            }
        }
    }

    /// The slot under this hash that `is` what is looked for; no two are.
    pub(crate) fn find(&self, hash: u64, is: impl Fn(Slot) -> bool) -> Option<Slot> {
        let half = upper_half(hash);
        let mut position = home(half, self.table.len());
        loop {
            work::bucket();
            let bucket = self.table.get(position)?;
            match bucket.under(half).next() {
                Some(slot) if is(slot) => return Some(slot),
                // Once in billions: others have this half of a hash, too.
                Some(_) => return self.under(hash).find(|slot| is(*slot)),
                None if !bucket.is_full() => return None,
                None => position = next(position, self.table.len()),
            }
        }
    }

    /// The slots that have this hash, and once in billions another.
    pub(crate) fn under(&self, hash: u64) -> impl Iterator<Item = Slot> + '_ {
        let hash = upper_half(hash);
        self.run(home(hash, self.table.len())).flat_map(move |(_, bucket)| bucket.under(hash))
    }

    /// Adds a slot under its hash.
    pub(crate) fn insert(&mut self, hash: u64, slot: Slot) {
        if self.taken >= room(self.table.len()) {
            self.grow();
        }
        self.taken = self.taken.saturating_add(1);
        let hash = upper_half(hash);
        let mut bucket = home(hash, self.table.len());
        while self.table.get_mut(bucket).is_some_and(|bucket| !bucket.push(hash, slot)) {
            bucket = next(bucket, self.table.len());
        }
    }

    /// Takes a slot out again, if it is there.
    pub(crate) fn remove(&mut self, hash: u64, slot: Slot) {
        let buckets = self.table.len();
        let mut run = self.run(home(upper_half(hash), buckets));
        let Some((mut hole, _)) = run.find(|(_, bucket)| bucket.slots.contains(&Some(slot))) else { return };
        drop(run);
        self.taken = self.taken.saturating_sub(1);
        let mut position = hole;
        let mut may_have_overflowed = self.bucket(hole).is_full();
        self.take_out(hole, slot);
        while may_have_overflowed {
            position = next(position, buckets);
            let bucket = self.bucket(position);
            may_have_overflowed = bucket.is_full();
            // An entry moves back unless the hole lies before its home. What lies behind the end of the table is further back
            // than what does not, as its difference wraps around.
            let mut entries = bucket.entries();
            let back = |bucket: usize| position.wrapping_sub(bucket);
            let moved = entries.find(|(hash, _)| back(home(*hash, buckets)) >= back(hole));
            if let Some((hash, slot)) = moved {
                if let Some(hole) = self.table.get_mut(hole) {
                    hole.push(hash, slot);
                }
                self.take_out(position, slot);
                hole = position;
            }
        }
    }

    fn take_out(&mut self, position: usize, slot: Slot) {
        if let Some(bucket) = self.table.get_mut(position) {
            bucket.remove(slot);
        }
    }

    /// Half as much room again. Nothing is looked up, and both tables are gone through from their fronts to their ends.
    fn grow(&mut self) {
        let taken = self.taken.saturating_add(self.taken.wrapping_shr(1)).max(BUCKET);
        *self = Self::with_room(self.seed, taken, self.table.pages().flatten().flat_map(Bucket::entries));
    }

    fn bucket(&self, position: usize) -> Bucket {
        self.table.get(position).copied().unwrap_or_default()
    }

    /// The buckets from `start` on, up to the first that is not full.
    fn run(&self, start: usize) -> impl Iterator<Item = (usize, &Bucket)> {
        let buckets = self.table.len();
        let mut position = Some(start);
        core::iter::from_fn(move || {
            let found = position?;
            let bucket = self.table.get(found).unwrap_or(&VACANT);
            work::bucket();
            position = bucket.is_full().then(|| next(found, buckets));
            Some((found, bucket))
        })
    }
}

/// The first of these that repeats an earlier one.
pub(crate) fn first_repeated<I: Key>(seed: HashSeed, ids: impl ExactSizeIterator<Item = I> + Clone) -> Option<I> {
    let mut met = Index::with_room(seed, ids.len(), core::iter::empty());
    let mut all = Vec::with_capacity(ids.len());
    { ids }.find(|id| {
        let hash = seed.hash_bits(id.bits());
        let is_repeated = met.find(hash, |slot| all.get(slot.index()) == Some(id)).is_some();
        met.insert(hash, Slot::at(all.len()));
        all.push(*id);
        is_repeated
    })
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Insertions and removals in any order, with hashes that collide as badly as may be.
        #[test]
        fn as_a_set(operations in prop::collection::vec((any::<bool>(), 0_u32..200), 0..800), spread in 1_u64..40) {
            let hash_of = |slot: Slot| (u64::try_from(slot.index()).unwrap() % spread) << 32;
            let (mut index, mut set) = (Index::default(), BTreeSet::new());
            for (insert, number) in operations {
                let slot = Slot::new(number);
                if insert && set.insert(number) {
                    index.insert(hash_of(slot), slot);
                } else if !insert {
                    set.remove(&number);
                    index.remove(hash_of(slot), slot);
                }
                prop_assert_eq!(index.taken, set.len());
            }
            // A slot still says its key when it is no more in the index.
            let all: Vec<Slot> = (0..200).map(Slot::new).collect();
            let expected: Vec<_> = (0..200).map(|number| set.contains(&number).then(|| Slot::new(number))).collect();
            let one_by_one: Vec<_> = all.iter().map(|slot| index.find(hash_of(*slot), |found| found == *slot)).collect();
            prop_assert_eq!(&one_by_one, &expected);
            let mut together = vec![None; 200];
            index.find_each(&all, hash_of, |slot| slot, &mut together);
            prop_assert_eq!(together, expected);
        }
    }

    /// A hash that told nothing apart, or a table that used one end of itself, would be right and slow.
    #[test]
    fn ids_spread_over_the_table() {
        let hash_of = |slot: Slot| HashSeed::default().hash_bits(u128::try_from(slot.index()).unwrap());
        let mut index = Index::default();
        for number in 0..1_000 {
            index.insert(hash_of(Slot::new(number)), Slot::new(number));
        }
        let longest = (0..1_000).map(|number| index.under(hash_of(Slot::new(number))).count()).max();
        assert!(longest < Some(64), "{longest:?}");
    }
}
