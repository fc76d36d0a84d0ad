//! Where a thing stands in its columns.

use core::num::NonZeroU32;

/// The position of a thing in its columns. It never changes while the thing lives, and a later thing has a
/// higher one.
///
/// Internally the number is one higher, so it is never zero and `Option<Slot>` takes four bytes as well:
/// half of what a separate tag would make it. A tenant of 2³² things of a kind would take hundreds of
/// gigabytes, and is not supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot(NonZeroU32);

impl Default for Slot {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Slot {
    pub(crate) const fn new(number: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(number))
    }

    pub(crate) fn at(index: usize) -> Self {
        debug_assert!(u32::try_from(index).is_ok_and(|index| index < u32::MAX), "a slot has 32 bits: {index}");
        Self::new(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// The slot as a number, 0 for `None`, so that many can be compared at once.
    pub(crate) fn number_of(slot: Option<Self>) -> u32 {
        slot.map_or(0, |slot| slot.0.get())
    }

    /// The inverse of [`number_of`](Self::number_of).
    pub(crate) fn of_number(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    pub(crate) fn index(self) -> usize {
        usize::try_from(self.0.get().wrapping_sub(1)).unwrap_or(usize::MAX)
    }
}
