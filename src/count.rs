//! "1 application", "2 applications": how texts count; and counts of 32 bits beside lengths.

use core::fmt;

/// A count of things that are in memory, as a length. A platform whose lengths have fewer than 32 bits cannot hold them.
pub(crate) fn length(count: u32) -> usize {
    debug_assert!(usize::try_from(count).is_ok(), "{count} things are in memory");
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// A length as a number of the same width everywhere. No platform has lengths of more than 64 bits.
pub(crate) fn wide(length: usize) -> u64 {
    debug_assert!(u64::try_from(length).is_ok(), "a length of more than 64 bits: {length}");
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// A length as a count of 32 bits: a tenant has fewer than 2^32 things of a kind.
pub(crate) fn narrow(length: usize) -> u32 {
    debug_assert!(u32::try_from(length).is_ok(), "a tenant has fewer than 2^32 things of a kind: {length}");
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// A number with its noun in the right number.
pub(crate) struct Count<'a>(u64, &'a str);

pub(crate) fn count(number: impl Into<u64>, noun: &str) -> Count<'_> {
    Count(number.into(), noun)
}

/// As [`count`], of what is listed.
pub(crate) fn count_of<'a, T>(list: &[T], noun: &'a str) -> Count<'a> {
    Count(wide(list.len()), noun)
}

impl fmt::Display for Count<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number, noun) = self;
        match (number, noun.strip_suffix('y')) {
            (1, _) => write!(formatter, "1 {noun}"),
            (_, Some(stem)) => write!(formatter, "{number} {stem}ies"),
            (_, None) => write!(formatter, "{number} {noun}s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn one_is_one_and_none_is_many() {
        let texts = [0_u8, 1, 2].map(|number| count(number, "entry").to_string());
        assert_eq!(texts, ["0 entries", "1 entry", "2 entries"]);
        assert_eq!(count_of(&[(), ()], "application").to_string(), "2 applications");
    }
}
