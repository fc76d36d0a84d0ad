//! From a key to the slots of what has it: open addressing with linear probing over copy-on-write pages.
//!
//! The table holds slots only; the key is looked up where the slot leads, so that a key is kept once. A removal shifts back
//! what it would cut off, so that there are no tombstones and a lookup never degrades.

use core::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;

use super::{pages::Pages, slot::Slot};

/// Fixed, so that the same run takes the same path everywhere. Nothing that a caller sees depends on it.
const SEED: u64 = 0x5eed_0fc0_11ec_7045;

/// The hash of an id.
pub(super) fn hash_bits(bits: u128) -> u64 {
    FixedState::with_seed(SEED).hash_one(bits)
}

/// The hash of a text, the same for each ASCII case of it.
pub(super) fn hash_ignoring_ascii_case(text: &str) -> u64 {
    let mut hasher = FixedState::with_seed(SEED).build_hasher();
    for chunk in text.as_bytes().chunks(16) {
        let mut lower = [0_u8; 16];
        for (to, from) in lower.iter_mut().zip(chunk) {
            *to = from.to_ascii_lowercase();
        }
        hasher.write_u128(u128::from_le_bytes(lower));
    }
    hasher.write_usize(text.len());
    hasher.finish()
}

#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// Empty, or a power of two long; at most three quarters are taken.
    table: Pages<Option<Slot>, 1024>,
    taken: usize,
}

const FIRST_TABLE: usize = 8;

impl Index {
    /// The first slot under this hash that `is` what is looked for.
    pub(super) fn find(&self, hash: u64, is: impl FnMut(Slot) -> bool) -> Option<Slot> {
        self.under(hash).find({
            let mut is = is;
            move |slot| is(*slot)
        })
    }

    /// The slots that may have this hash, others among them.
    pub(super) fn under(&self, hash: u64) -> impl Iterator<Item = Slot> + '_ {
        self.run(self.home(hash)).map(|(_, slot)| slot)
    }

    /// Adds a slot under its hash; `hash_of` tells the hash of every slot that is in the table.
    pub(super) fn insert(&mut self, hash: u64, slot: Slot, hash_of: impl Fn(Slot) -> u64) {
        if self.taken.saturating_mul(4) >= self.table.len().saturating_mul(3) {
            self.grow(&hash_of);
        }
        self.taken = self.taken.saturating_add(1);
        self.place(hash, slot);
    }

    /// Takes a slot out again, if it is there.
    pub(super) fn remove(&mut self, hash: u64, slot: Slot, hash_of: impl Fn(Slot) -> u64) {
        let Some((mut hole, _)) = self.run(self.home(hash)).find(|(_, found)| *found == slot) else { return };
        self.taken = self.taken.saturating_sub(1);
        let mut position = self.next(hole);
        while let Some(moved) = self.table.get(position).copied().flatten() {
            // An entry moves back unless the hole lies before its home.
            if self.distance(self.home(hash_of(moved)), position) >= self.distance(hole, position) {
                self.table.set(hole, Some(moved));
                hole = position;
            }
            position = self.next(position);
        }
        self.table.set(hole, None);
    }

    fn grow(&mut self, hash_of: impl Fn(Slot) -> u64) {
        let table = Pages::of_defaults(self.table.len().saturating_mul(2).max(FIRST_TABLE));
        let former = core::mem::replace(&mut self.table, table);
        for slot in former.iter().flatten() {
            self.place(hash_of(*slot), *slot);
        }
    }

    /// Puts a slot at the first vacancy from its home on; there is one.
    fn place(&mut self, hash: u64, slot: Slot) {
        let home = self.home(hash);
        let vacancy = self.run(home).last().map_or(home, |(position, _)| self.next(position));
        self.table.set(vacancy, Some(slot));
    }

    /// The taken positions from `start` on, up to the first vacancy.
    fn run(&self, start: usize) -> impl Iterator<Item = (usize, Slot)> + '_ {
        let mut position = start;
        core::iter::from_fn(move || {
            let slot = self.table.get(position).copied().flatten()?;
            let found = position;
            position = self.next(position);
            Some((found, slot))
        })
    }

    fn mask(&self) -> usize {
        self.table.len().saturating_sub(1)
    }

    fn home(&self, hash: u64) -> usize {
        // The mask keeps the low bits only, which every width of `usize` has.
        let mask = u64::try_from(self.mask()).unwrap_or(u64::MAX);
        usize::try_from(hash & mask).unwrap_or(0)
    }

    fn next(&self, position: usize) -> usize {
        position.wrapping_add(1) & self.mask()
    }

    fn distance(&self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & self.mask()
    }
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
            let hash_of = |slot: Slot| u64::try_from(slot.index()).unwrap() % spread;
            let (mut index, mut set) = (Index::default(), BTreeSet::new());
            for (insert, number) in operations {
                let slot = Slot::new(number);
                if insert && set.insert(number) {
                    index.insert(hash_of(slot), slot, hash_of);
                } else if !insert {
                    set.remove(&number);
                    index.remove(hash_of(slot), slot, hash_of);
                }
                prop_assert_eq!(index.taken, set.len());
            }
            for number in 0..200 {
                let slot = Slot::new(number);
                let found = index.find(hash_of(slot), |found| found == slot);
                prop_assert_eq!(found.is_some(), set.contains(&number));
            }
        }
    }

    /// A hash that told nothing apart, or a table that used one end of itself, would be right and slow.
    #[test]
    fn ids_spread_over_the_table() {
        let hash_of = |slot: Slot| hash_bits(u128::try_from(slot.index()).unwrap());
        let mut index = Index::default();
        for number in 0..1_000 {
            index.insert(hash_of(Slot::new(number)), Slot::new(number), hash_of);
        }
        let longest = (0..1_000).map(|number| index.under(hash_of(Slot::new(number))).count()).max();
        assert!(longest < Some(64), "{longest:?}");
    }

    #[test]
    fn a_text_has_one_hash_in_every_ascii_case() {
        let hash = hash_ignoring_ascii_case;
        assert_eq!(hash("https://Expenses.Contoso.Local/"), hash("HTTPS://expenses.contoso.local/"));
        assert_ne!(hash("https://expenses.contoso.local/"), hash("https://expenses.contoso.local"));
        assert_ne!(hash("a\0"), hash("a"));
    }
}
