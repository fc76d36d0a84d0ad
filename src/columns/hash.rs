//! The hashes of ids and texts.

use core::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;

/// What the keys of an index are hashed with. Nothing that a caller sees depends on it but the time that keys take which
/// somebody has chosen so that they fall together; who does not know it cannot choose them beforehand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct HashSeed {
    /// What the hasher calls its seed: it goes into the lower half of a key.
    lower: u64,
    /// What is in the upper half too. Without it, what the hasher puts there would be known, and a key that has the same
    /// there would make its product nothing, whatever the lower half.
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

    /// The hash of a text, the same for each ASCII case of it.
    pub(crate) fn hash_ignoring_ascii_case(self, text: &str) -> u64 {
        let mut hasher = FixedState::with_seed(self.lower).build_hasher();
        for chunk in text.as_bytes().chunks(16) {
            let mut lower_case = [0_u8; 16];
            for (to, from) in lower_case.iter_mut().zip(chunk) {
                *to = from.to_ascii_lowercase();
            }
            hasher.write_u128(self.mixed_with(u128::from_le_bytes(lower_case)));
        }
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
