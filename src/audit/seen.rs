//! Properties that must be unique: which position had a value first.

use core::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use crate::count::{length, narrow};

/// The position of each value in a list, for a property that must be unique. The values themselves are not
/// copied.
pub(super) struct Seen {
    pub(super) positions: HashTable<u32>,
    pub(super) hasher: FixedState,
}

impl Seen {
    /// With room for all values from the start, so that the table is never rebuilt.
    pub(super) fn with_room(values: usize) -> Self {
        Self { positions: HashTable::with_capacity(values), hasher: FixedState::default() }
    }

    /// The first position with the same value, if it is an earlier one. `at` answers the value at a
    /// position.
    pub(super) fn earlier<T: Hash + Eq>(&mut self, position: usize, at: impl Fn(usize) -> Option<T>) -> Option<usize> {
        let value = at(position);
        let hash = |value: &Option<T>| self.hasher.hash_one(value);
        let hash_of_value = hash(&value);
        let found = self.positions.find(hash_of_value, |earlier| at(length(*earlier)) == value).copied();
        // A repeated value is not entered, so every repetition is reported against its first occurrence.
        if found.is_none() {
            self.positions.insert_unique(hash_of_value, narrow(position), |known| hash(&at(length(*known))));
        }
        found.map(length)
    }
}

/// A text that is compared and hashed without regard to ASCII case.
pub(super) struct AnyCase<'a>(pub(super) &'a str);

impl PartialEq for AnyCase<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for AnyCase<'_> {}

impl Hash for AnyCase<'_> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        // Eight bytes at a time are lower-cased without a copy of the text. The length is hashed as well,
        // since the last piece is padded with zeros.
        for piece in self.0.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word.iter_mut().zip(piece).for_each(|(to, from)| *to = from.to_ascii_lowercase());
            hasher.write_u64(u64::from_ne_bytes(word));
        }
        hasher.write_usize(self.0.len());
    }
}
