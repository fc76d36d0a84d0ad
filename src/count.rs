//! "1 application", "2 applications": how texts count.

use core::fmt;

/// A number with its noun in the right number.
pub(crate) struct Count<'a>(u64, &'a str);

pub(crate) fn count(number: impl Into<u64>, noun: &str) -> Count<'_> {
    Count(number.into(), noun)
}

/// As [`count`], of what is listed.
pub(crate) fn count_of<'a, T>(list: &[T], noun: &'a str) -> Count<'a> {
    Count(u64::try_from(list.len()).unwrap_or(u64::MAX), noun)
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
