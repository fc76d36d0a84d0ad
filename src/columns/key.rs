//! What a column needs of an id.

/// An id of any kind: 128 bits that are copied, compared and hashed, and nothing else.
pub(crate) trait Key: Copy + Eq + Default + Send + Sync {
    fn bits(self) -> u128;
}
