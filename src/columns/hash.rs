//! The hashes of ids and texts.

use core::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;

/// The seed that an index hashes its keys with. It changes no answer, only the time that lookups take:
/// somebody who knows the seed can choose keys that all fall into the same bucket, and a secret seed
/// prevents that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct HashSeed {
    /// The seed of the hasher itself, which goes into the lower half of a key.
    lower: u64,
    /// A mask for the upper half of a key. Without it the constant that the hasher mixes into the upper
    /// half would be public, and a key with the same upper half would make the product zero, whatever its
    /// lower half is.
    upper: u64,
}

impl Default for HashSeed {
    /// Fixed, so that the same run takes the same path everywhere.
    fn default() -> Self {
        Self::of(0x5eed_0fc0_11ec_7045)
    }
}

impl HashSeed {
    pub(crate) fn of(seed: u64) -> Self {
        // A caller keeps one number; hashing two different values with it gives two halves that look
        // unrelated.
        let [lower, upper] = [0_u32, 1].map(|half| FixedState::with_seed(seed).hash_one(half));
        Self { lower, upper }
    }

    fn mixed_with(self, bits: u128) -> u128 {
        bits ^ u128::from(self.upper).wrapping_shl(64)
    }

    /// The hash of an id.
    pub(crate) fn hash_bits(self, bits: u128) -> u64 {
        FixedState::with_seed(self.lower).hash_one(self.mixed_with(bits))
    }

    /// The hash of a text. Texts that differ only in ASCII case have the same hash.
    pub(crate) fn hash_ignoring_ascii_case(self, text: &str) -> u64 {
        // Sixteen bytes at a time are lower-cased in an array, so that a lookup allocates no lower-case
        // copy of the text, and the hasher takes one step for each piece.
        let mut hasher = FixedState::with_seed(self.lower).build_hasher();
        for chunk in text.as_bytes().chunks(16) {
            let mut lower_case = [0_u8; 16];
            for (to, from) in lower_case.iter_mut().zip(chunk) {
                *to = from.to_ascii_lowercase();
            }
            hasher.write_u128(self.mixed_with(u128::from_le_bytes(lower_case)));
        }
        // The last piece is padded with zeros. Without the length, a text and the same text with zeros
        // behind it would always collide.
        hasher.write_usize(text.len());
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_hash_in_every_ascii_case() {
        let hash = |text| HashSeed::default().hash_ignoring_ascii_case(text);
        assert_eq!(hash("https://Expenses.Contoso.Local/"), hash("HTTPS://expenses.contoso.local/"));
        assert_ne!(hash("https://expenses.contoso.local/"), hash("https://expenses.contoso.local"));
        assert_ne!(hash("a\0"), hash("a"));
    }
}
