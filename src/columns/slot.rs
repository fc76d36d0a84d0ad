//! Where a thing stands in its columns.

use core::num::NonZeroU32;

/// The place of a thing in its columns. It never changes while the thing lives, and a later thing has a higher one.
///
/// Four bytes, and four where there may be none, as the number is kept one higher: a column of slots that may be vacant
/// takes half of what it would. A tenant of 2³² things of a kind would take hundreds of gigabytes, and is not served.
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

    /// A number for a slot or none, so that many are compared at once.
    pub(crate) fn number_of(slot: Option<Self>) -> u32 {
        slot.map_or(0, |slot| slot.0.get())
    }

    /// The other way round.
    pub(crate) fn of_number(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    pub(crate) fn index(self) -> usize {
        usize::try_from(self.0.get().wrapping_sub(1)).unwrap_or(usize::MAX)
    }
}
