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
        let mut hasher = FixedState::with_seed(self.lower).build_hasher();
        for piece in pieces_in_lower_case(text) {
            hasher.write_u128(self.mixed_with(piece));
        }
        // Without the length, a text and the same text with zeros behind it would always collide.
        hasher.write_usize(text.len());
        hasher.finish()
    }
}

/// Sixteen bytes of a text at a time, in ASCII lower case: all that a hash needs of it beside its length, without a copy. What
/// is left over at the end comes with what stands before it, or with zeros behind it where that is too short.
fn pieces_in_lower_case(text: &str) -> impl Iterator<Item = u128> + '_ {
    let bytes = text.as_bytes();
    let (pieces, rest) = bytes.as_chunks();
    let last = bytes.last_chunk().copied().unwrap_or_else(|| {
        let mut padded = [0; 16];
        padded.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        padded
    });
    pieces.iter().copied().chain([last]).map(|piece| lower_case(u128::from_le_bytes(piece)))
}

/// Sixteen bytes with their ASCII letters in lower case.
const fn lower_case(bytes: u128) -> u128 {
    const fn all(byte: u8) -> u128 {
        u128::from_ne_bytes([byte; 16])
    }
    // The upper bit of a byte tells what is asked of its lower seven: an addition of two such bytes reaches it and no further.
    let low = bytes & all(0x7f);
    let (from_a, behind_z) = (low.wrapping_add(all(0x80 - b'A')), low.wrapping_add(all(0x7f - b'Z')));
    let upper_case = from_a & !behind_z & !bytes & all(0x80);
    // The bit that tells the two cases apart is two places lower.
    bytes | upper_case.wrapping_shr(2)
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

    #[test]
    fn letters_are_lower_case_and_nothing_else_changes() {
        for byte in 0..=u8::MAX {
            for place in 0..16 {
                let mut bytes: [u8; 16] = *b"https://AZ[az]{}";
                bytes[place] = byte;
                assert_eq!(
                    lower_case(u128::from_le_bytes(bytes)).to_le_bytes(),
                    bytes.map(|byte| byte.to_ascii_lowercase())
                );
            }
        }
    }

    #[test]
    fn no_byte_of_a_text_is_left_out() {
        for len in 0..40 {
            let text = "a".repeat(len);
            for place in 0..len {
                let other = [&*"a".repeat(place), "b", &*"a".repeat(len - place - 1)].concat();
                assert!(pieces_in_lower_case(&other).ne(pieces_in_lower_case(&text)), "{other}");
            }
        }
    }
}
