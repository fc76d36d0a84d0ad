//! From a key to the slots of what has it: open addressing in buckets over copy-on-write pages.
//!
//! ```text
//! hash ─► home ─► bucket: 8 × upper half of a hash │ 8 × slot      64 bytes, one cache line; filled from the front
//!                 bucket …                                         where the home is full, the next one
//! ```
//!
//! The table holds slots only. The key is read from the column at that slot, so each key is stored once.
//! The upper half of each hash stands beside the slot: a lookup compares eight halves at once and reads a
//! wrong key about once in four billion comparisons, and the table can grow and close gaps without reading
//! any key. A removal moves overflowed entries back, so there are no tombstones and lookups never degrade.

use alloc::{vec, vec::Vec};
use core::{hint, ops::BitOr};

use super::key::Key;
use super::{
    hash::HashSeed,
    pages::{Pages, Reader},
    slot::Slot,
    work,
};

const BUCKET: usize = 8;

/// Up to eight slots with the upper halves of their hashes. Taken places come first, vacant places behind
/// them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
// Eight hashes and eight slots of four bytes each are 64 bytes. Aligned, a bucket is exactly one cache
// line, so a lookup that ends in its home bucket waits for memory once.
#[repr(align(64))]
struct Bucket {
    hashes: [u32; BUCKET],
    slots: [Option<Slot>; BUCKET],
}

/// The content of a bucket that was never written.
static VACANT: Bucket = Bucket { hashes: [0; BUCKET], slots: [None; BUCKET] };

impl Bucket {
    fn len(&self) -> usize {
        self.slots.iter().map(|slot| usize::from(slot.is_some())).sum()
    }

    const fn is_full(&self) -> bool {
        // Taken places come first, so the last place alone tells whether all are taken.
        matches!(self.slots, [.., Some(_)])
    }

    /// Bit `8 + n` for place `n` with this hash; a vacant place may match by chance. All eight places are compared at once. With bit
    /// `n` they are not: the compiler takes bit 0 for a case of its own, and compares half of the places one by one.
    fn matches(&self, hash: u32) -> u32 {
        let bit = |(place, found): (u32, &u32)| u32::from(*found == hash).wrapping_shl(place);
        (8..).zip(&self.hashes).map(bit).fold(0, BitOr::bitor)
    }

    /// The slot in the first place with this hash; where no place has it, any slot of the bucket, or none. So whoever asks
    /// compares the key.
    ///
    /// There is no branch: the processor can already work on the next keys.
    fn first_under(&self, hash: u32) -> Option<Slot> {
        // 8 to 15 become 0 to 7. Without a match there are 32 zeros, which become 0.
        let place = usize::try_from(self.matches(hash).trailing_zeros()).unwrap_or(0) & (BUCKET - 1);
        self.slots.get(place).copied().flatten()
    }

    fn under(&self, hash: u32) -> impl Iterator<Item = Slot> + '_ {
        let mut matches = self.matches(hash);
        core::iter::from_fn(move || {
            // Zero has 32 trailing zeros, which is no place, so the iterator ends. A vacant place ends it
            // too, rightly: no taken place comes after a vacant one.
            let place = usize::try_from(matches.trailing_zeros()).unwrap_or(0).wrapping_sub(BUCKET);
            matches &= matches.wrapping_sub(1);
            self.slots.get(place).copied().flatten()
        })
    }

    fn entries(&self) -> impl Iterator<Item = (u32, Slot)> + '_ {
        self.hashes.iter().zip(&self.slots).filter_map(|(hash, slot)| Some((*hash, (*slot)?)))
    }

    /// Adds an entry behind the taken ones; false if the bucket is full.
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
            // The last entry fills the gap, so that taken places stay in front. The order within a bucket
            // has no meaning.
            self.hashes.swap(place, last);
            self.slots.swap(place, last);
            if let Some(last) = self.slots.get_mut(last) {
                *last = None;
            }
        }
    }
}

const PAGE: usize = 32;

/// Keys of one round of [`Index::find_each`]. They, their slots and where to look take 128 × (16 + 4 + 20) bytes, so they
/// stay in the first-level cache between the passes.
const AT_ONCE: usize = 128;
/// A table of more buckets than these, 2 MiB, is far: no cache near the core holds it. In tests a few are enough, so that both
/// ways of looking keys up are taken.
const NEAR: usize = if cfg!(test) { 4 } else { 1 << 15 };

#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    table: Pages<Bucket, PAGE>,
    taken: usize,
    seed: HashSeed,
}

/// The number of entries that this many buckets may hold: three quarters of their places, so that few
/// overflow.
const fn room(buckets: usize) -> usize {
    buckets.saturating_mul(BUCKET).saturating_mul(3).wrapping_shr(2)
}

/// The upper half of a hash. The home bucket is found from these bits; comparing them as well costs no
/// second hash.
fn upper_half(hash: u64) -> u32 {
    u32::try_from(hash.wrapping_shr(32)).unwrap_or(u32::MAX)
}

/// The home bucket of a hash in a table of this many buckets.
fn home(hash: u32, buckets: usize) -> usize {
    // The hash is read as a fraction of 2^32 and multiplied by the number of buckets. That needs no
    // division and no power-of-two table, and it keeps the order of the hashes: growing reads the old table
    // and writes the new one from front to back.
    let buckets = u64::try_from(buckets).unwrap_or(u64::MAX);
    usize::try_from(u64::from(hash).wrapping_mul(buckets).wrapping_shr(32)).unwrap_or(0)
}

const fn next(bucket: usize, buckets: usize) -> usize {
    let next = bucket.wrapping_add(1);
    if next == buckets { 0 } else { next }
}

/// One round of [`Index::find_each`] in a table that no cache near the core holds. Where to look is worked out first for all
/// keys, and then they are looked at in steps of a few instructions: the shorter the step, the more of them, and so of the
/// lines that they wait for, the processor has under way at once.
fn find_far<'a, K: Copy + Default + PartialEq, const N: usize>(
    keys: &[K],
    home_of: impl Fn(&K) -> (u32, &'a Bucket),
    keys_of: &Reader<'_, K, N>,
    slots: &mut [Option<Slot>],
) {
    let default = K::default();
    let (mut homes, mut found) = ([(0, &VACANT); AT_ONCE], [&default; AT_ONCE]);
    for (key, home) in keys.iter().zip(&mut homes) {
        *home = home_of(key);
    }
    // The sum keeps the reads from being left out.
    hint::black_box(homes.iter().fold(0, |sum, (_, bucket)| sum ^ bucket.hashes[0]));
    for ((slot, found), (hash, bucket)) in slots.iter_mut().zip(&mut found).zip(&homes) {
        *slot = bucket.first_under(*hash);
        *found = slot.map_or(&default, |slot| keys_of.get_or(slot.index(), &default));
    }
    for (slot, (key, found)) in slots.iter_mut().zip(keys.iter().zip(found)) {
        *slot = slot.filter(|_| found == key);
    }
}

impl Index {
    pub(crate) fn new(seed: HashSeed) -> Self {
        Self { seed, ..Self::default() }
    }

    /// The seed that its keys are hashed with.
    pub(crate) const fn seed(&self) -> HashSeed {
        self.seed
    }

    /// How many entries it has.
    #[cfg(test)]
    pub(crate) const fn len(&self) -> usize {
        self.taken
    }

    /// Builds an index of all these entries at once.
    pub(crate) fn of(seed: HashSeed, entries: impl ExactSizeIterator<Item = (u64, Slot)>) -> Self {
        // Room for a tenth more, so that the next insertion does not rebuild the table.
        let len = entries.len();
        let entries = entries.map(|(hash, slot)| (upper_half(hash), slot));
        Self::with_room(seed, len.saturating_add(len.wrapping_div(10)), entries)
    }

    fn with_room(seed: HashSeed, room: usize, entries: impl Iterator<Item = (u32, Slot)>) -> Self {
        // The inverse of `room`: the fewest buckets of which three quarters hold this many entries.
        let buckets = room.saturating_mul(4).div_ceil(BUCKET.wrapping_mul(3));
        let (mut table, mut taken) = (vec![Bucket::default(); buckets], 0_usize);
        for (hash, slot) in entries {
            // Ends, because at least a quarter of the places stays vacant. An empty table has no bucket at
            // all, and then no entries come either.
            let mut bucket = home(hash, buckets);
            while table.get_mut(bucket).is_some_and(|bucket| !bucket.push(hash, slot)) {
                bucket = next(bucket, buckets);
            }
            taken = taken.saturating_add(1);
        }
        Self { table: table.into_iter().collect(), taken, seed }
    }

    /// Looks up many keys and writes their slots in the same order, 128 at a time.
    ///
    /// The work is done in passes over those 128: first the bucket of each key, then the key at each slot
    /// that was found. No step of a pass waits for the memory that an earlier step fetches, so the
    /// processor fetches many cache lines at once. One lookup after another would wait for each of them.
    /// Keys that are not in their home bucket are looked up one by one.
    ///
    /// `keys_of` has the key of each slot.
    pub(crate) fn find_each<K: Copy + Default + PartialEq, const N: usize>(
        &self,
        keys: &[K],
        hash_of: impl Fn(K) -> u64,
        keys_of: &Reader<'_, K, N>,
        slots: &mut [Option<Slot>],
    ) {
        let table = self.table.reader(keys.len());
        let is_far = self.table.len() > NEAR;
        let default = K::default();
        let is = |slot: Slot, key: &K| keys_of.get_or(slot.index(), &default) == key;
        for (keys, slots) in keys.chunks(AT_ONCE).zip(slots.chunks_mut(AT_ONCE)) {
            let home_of = |key: &K| {
                let hash = upper_half(hash_of(*key));
                work::bucket();
                (hash, table.get_or(home(hash, self.table.len()), &VACANT))
            };
            if is_far {
                find_far(keys, home_of, keys_of, slots);
            } else {
                for (key, slot) in keys.iter().zip(&mut *slots) {
                    let (hash, bucket) = home_of(key);
                    *slot = bucket.first_under(hash);
                }
                for (key, slot) in keys.iter().zip(&mut *slots) {
                    *slot = slot.filter(|slot| is(*slot, key));
                }
            }
            // Left over are absent keys, keys that overflowed, and hashes that another key of the bucket has too.
            for (key, slot) in keys.iter().zip(slots).filter(|(_, slot)| slot.is_none()) {
                *slot = self.find_apart(hash_of(*key), |slot| is(slot, key));
            }
        }
    }

    /// As [`find`](Self::find). Never inlined: the loops of [`find_each`](Self::find_each) would lose registers to it, and take
    /// 4 % more instructions.
    #[inline(never)]
    fn find_apart(&self, hash: u64, is: impl Fn(Slot) -> bool) -> Option<Slot> {
        self.find(hash, is)
    }

    /// The slot under this hash for which `is` answers true. Keys are unique, so at most one does.
    pub(crate) fn find(&self, hash: u64, is: impl Fn(Slot) -> bool) -> Option<Slot> {
        let half = upper_half(hash);
        let mut position = home(half, self.table.len());
        loop {
            work::bucket();
            let bucket = self.table.get(position)?;
            match bucket.under(half).next() {
                Some(slot) if is(slot) => return Some(slot),
                Some(_) => return self.find_among(hash, is),
                // Entries overflow only from a full bucket, and `remove` keeps it so, hence a bucket with a
                // vacancy ends the search. There always is one, as a quarter of all places is vacant.
                None if !bucket.is_full() => return None,
                None => position = next(position, self.table.len()),
            }
        }
    }

    /// As [`find`](Self::find), where another key shares this half of its hash. That is rare, so it stands apart, where it does
    /// not make all other look-ups longer.
    #[cold]
    fn find_among(&self, hash: u64, is: impl Fn(Slot) -> bool) -> Option<Slot> {
        self.under(hash).find(|slot| is(*slot))
    }

    /// The slots with this hash. Rarely includes the slot of another key, whose hash shares the upper half.
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
        debug_assert!(self.taken > 0, "an index that counts no entry has one");
        self.taken = self.taken.saturating_sub(1);
        // Backward shift: an entry that overflowed past the hole moves into it. Otherwise a search for that
        // entry would stop at the hole, whose bucket is no longer full.
        let mut position = hole;
        let mut may_have_overflowed = self.bucket(hole).is_full();
        self.take_out(hole, slot);
        while may_have_overflowed {
            position = next(position, buckets);
            // A copy from before anything moves out: a bucket that was full may have overflowed, even if it
            // loses an entry now.
            let bucket = self.bucket(position);
            may_have_overflowed = bucket.is_full();
            // An entry may move if its home is at least as far back as the hole; otherwise the hole lies
            // before its home, where no search for it looks. Distances are counted back from `position`.
            // They wrap around for buckets near the end of the table, which makes them larger, as those are
            // further back.
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

    /// Rebuilds the table with half as much room again. No key is read, and both tables are walked from
    /// front to back.
    fn grow(&mut self) {
        work::grown(self.taken);
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

/// The first of these ids that repeats an earlier one.
pub(crate) fn first_repeated<I: Key>(seed: HashSeed, ids: impl ExactSizeIterator<Item = I> + Clone) -> Option<I> {
    // The slots of this index are positions in `all`, not slots of a column.
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
            let keys: Pages<Slot, 32> = all.iter().copied().collect();
            index.find_each(&all, hash_of, &keys.reader(all.len()), &mut together);
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
