//! The properties of an id that a column relies on.

/// An id of any kind: 128 bits that are copied, compared and hashed, and nothing else.
pub(crate) trait Key: Copy + Eq + Default + Send + Sync {
    fn bits(self) -> u128;
}
