//! Time: given by the caller, never read from a clock.

use core::{fmt, ops::RangeInclusive, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::ids::invalid_text;

/// An instant, to the microsecond, between the years 0000 and 9999. Text is RFC 3339.
///
/// ```
/// # use connector_groups::Timestamp;
/// let time: Timestamp = "2026-03-02T10:00:00.2500009+02:00".parse()?;
/// assert_eq!(time.to_string(), "2026-03-02T08:00:00.25Z");
/// # Ok::<(), connector_groups::timestamp::InvalidTimestamp>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    unix_microseconds: i64,
}

/// A text that is not an RFC 3339 time between the years 0000 and 9999 (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time such as 2026-03-02T08:00:00Z")]
pub struct InvalidTimestamp;

const MICROSECONDS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;
/// Midnight that opens the year 0000, and the last second of the year 9999, both since 1970-01-01T00:00:00Z.
const UNIX_SECONDS: RangeInclusive<i64> = -62_167_219_200..=253_402_300_799;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self { unix_microseconds: 0 };

    /// The time that lies so many microseconds after 1970-01-01T00:00:00Z; `None` outside the years 0000 to 9999.
    #[must_use]
    pub const fn from_unix_microseconds(unix_microseconds: i64) -> Option<Self> {
        // Rounded down also before 1970, so the last microsecond of the year 9999 is still within and the
        // first before the year 0000 is not.
        let seconds = unix_microseconds.div_euclid(MICROSECONDS_PER_SECOND);
        if seconds < *UNIX_SECONDS.start() || seconds > *UNIX_SECONDS.end() {
            return None;
        }
        Some(Self { unix_microseconds })
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_microseconds(self) -> i64 {
        self.unix_microseconds
    }

    /// The time that lies so much later; `None` behind the year 9999. What is less than a microsecond is cut off.
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use connector_groups::Timestamp;
    /// let in_an_hour = Timestamp::UNIX_EPOCH.checked_add(Duration::from_secs(3_600));
    /// assert_eq!(in_an_hour.unwrap().to_string(), "1970-01-01T01:00:00Z");
    /// ```
    #[must_use]
    pub fn checked_add(self, later: Duration) -> Option<Self> {
        let microseconds = i64::try_from(later.as_micros()).ok()?;
        Self::from_unix_microseconds(self.unix_microseconds.checked_add(microseconds)?)
    }

    /// Whether at least `days` times 24 hours lie between `earlier` and this time.
    #[must_use]
    pub fn is_days_after(self, days: u32, earlier: Self) -> bool {
        // Times lie within 10,000 years, so that neither side can saturate but by an absurd `days`.
        let days = i64::from(days).saturating_mul(SECONDS_PER_DAY).saturating_mul(MICROSECONDS_PER_SECOND);
        self.unix_microseconds.saturating_sub(earlier.unix_microseconds) >= days
    }

    /// The last time from which `days` have passed by now, so that what began then or before is that old.
    pub(crate) fn saturating_sub_days(self, days: u32) -> Self {
        let days = i64::from(days).saturating_mul(SECONDS_PER_DAY).saturating_mul(MICROSECONDS_PER_SECOND);
        Self { unix_microseconds: self.unix_microseconds.saturating_sub(days) }
    }
}

/// What the system's clock says (feature `std`): the engine itself never asks one.
///
/// # Errors
/// A time outside the years 0000 to 9999.
///
/// ```
/// # use std::time::SystemTime;
/// # use connector_groups::Timestamp;
/// assert_eq!(Timestamp::try_from(SystemTime::UNIX_EPOCH), Ok(Timestamp::UNIX_EPOCH));
/// ```
#[cfg(feature = "std")]
impl TryFrom<std::time::SystemTime> for Timestamp {
    type Error = InvalidTimestamp;

    fn try_from(time: std::time::SystemTime) -> Result<Self, InvalidTimestamp> {
        let microseconds = |duration: Duration| i64::try_from(duration.as_micros()).ok();
        let since_1970 = match time.duration_since(std::time::SystemTime::UNIX_EPOCH) {
            Ok(later) => microseconds(later),
            Err(earlier) => microseconds(earlier.duration()).and_then(i64::checked_neg),
        };
        since_1970.and_then(Self::from_unix_microseconds).ok_or(InvalidTimestamp)
    }
}

/// Days between 1970-01-01 and a date of the proleptic Gregorian calendar (Hinnant's `days_from_civil`).
/// The date is in range, so that no step can saturate.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // The year begins in March, so that a leap day is its last.
    let year = if month <= 2 { year.saturating_sub(1) } else { year };
    let month = if month <= 2 { month.saturating_add(9) } else { month.saturating_sub(3) };
    // The calendar repeats every 400 years, an era of 146,097 days.
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    // From March on, months of 31, 30, 31, 30 and 31 days repeat: 153 days in 5 months. With the right
    // offset, the rounded line 153 m / 5 gives the days before month m.
    let day_of_year = month.saturating_mul(153).saturating_add(2).div_euclid(5).saturating_add(day).saturating_sub(1);
    let leap_days = year_of_era.div_euclid(4).saturating_sub(year_of_era.div_euclid(100));
    let day_of_era = year_of_era.saturating_mul(365).saturating_add(leap_days).saturating_add(day_of_year);
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    era.saturating_mul(146_097).saturating_add(day_of_era).saturating_sub(719_468)
}

/// The inverse of [`days_from_civil`]: year, month, day.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(719_468);
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    // Without its leap days an era has 365 days a year. 1,460 days are four years, 36,524 a century, and
    // 146,096 the last day of an era, which is a leap day.
    let leap_days = day_of_era.div_euclid(1_460).saturating_sub(day_of_era.div_euclid(36_524));
    let year_of_era =
        day_of_era.saturating_sub(leap_days).saturating_sub(day_of_era.div_euclid(146_096)).div_euclid(365);
    let year_start = year_of_era
        .saturating_mul(365)
        .saturating_add(year_of_era.div_euclid(4))
        .saturating_sub(year_of_era.div_euclid(100));
    let day_of_year = day_of_era.saturating_sub(year_start);
    let month = day_of_year.saturating_mul(5).saturating_add(2).div_euclid(153);
    let day = day_of_year.saturating_sub(month.saturating_mul(153).saturating_add(2).div_euclid(5)).saturating_add(1);
    let month = if month < 10 { month.saturating_add(3) } else { month.saturating_sub(9) };
    let year = year_of_era.saturating_add(era.saturating_mul(400));
    (if month <= 2 { year.saturating_add(1) } else { year }, month, day)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Reads a text from its start; every step answers `None` where the text does not go on as asked.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn one_of(&mut self, accepted: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        accepted.contains(first).then(|| self.0 = rest)?;
        Some(*first)
    }

    fn digit(&mut self) -> Option<i64> {
        self.one_of(b"0123456789").map(|digit| i64::from(digit.wrapping_sub(b'0')))
    }

    fn number(&mut self, digits: usize, range: RangeInclusive<i64>) -> Option<i64> {
        let mut number = 0_i64;
        for _ in 0..digits {
            number = number.saturating_mul(10).saturating_add(self.digit()?);
        }
        range.contains(&number).then_some(number)
    }

    /// A fraction of a second of any length, cut to the microsecond; zero where there is none.
    fn fraction(&mut self) -> Option<i64> {
        if self.one_of(b".").is_none() {
            return Some(0);
        }
        // Digits behind the sixth are worth 0: they are read, as the text must be valid, and dropped.
        let mut worth = 100_000_i64;
        let mut microseconds = self.digit()?.saturating_mul(worth);
        while let Some(digit) = self.digit() {
            worth = worth.div_euclid(10);
            microseconds = microseconds.saturating_add(digit.saturating_mul(worth));
        }
        Some(microseconds)
    }

    fn offset_minutes(&mut self) -> Option<i64> {
        let sign = match self.one_of(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(0),
        };
        let hours = self.number(2, 0..=23)?;
        self.one_of(b":")?;
        let minutes = self.number(2, 0..=59)?;
        Some(hours.saturating_mul(60).saturating_add(minutes).saturating_mul(sign))
    }

    fn timestamp(mut self) -> Option<Timestamp> {
        let year = self.number(4, 0..=9_999)?;
        self.one_of(b"-")?;
        let month = self.number(2, 1..=12)?;
        self.one_of(b"-")?;
        let day = self.number(2, 1..=days_in_month(year, month))?;
        self.one_of(b"Tt ")?;
        let hour = self.number(2, 0..=23)?;
        self.one_of(b":")?;
        let minute = self.number(2, 0..=59)?;
        self.one_of(b":")?;
        // A leap second is read as the second before it, as most of the field does.
        let second = self.number(2, 0..=60)?.min(59);
        let microseconds = self.fraction()?;
        let offset_minutes = self.offset_minutes()?;
        // A text that goes on after the offset is not a time.
        if !self.0.is_empty() {
            return None;
        }
        // The offset is subtracted: 10:00+02:00 is 08:00 UTC. The date may change with it, which the sum of
        // seconds takes care of.
        let minutes = hour.saturating_mul(60).saturating_add(minute).saturating_sub(offset_minutes);
        let seconds = days_from_civil(year, month, day)
            .saturating_mul(SECONDS_PER_DAY)
            .saturating_add(minutes.saturating_mul(60))
            .saturating_add(second);
        let unix_microseconds = seconds.saturating_mul(MICROSECONDS_PER_SECOND).saturating_add(microseconds);
        Timestamp::from_unix_microseconds(unix_microseconds)
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        Cursor(text.as_bytes()).timestamp().ok_or(InvalidTimestamp)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.unix_microseconds.div_euclid(MICROSECONDS_PER_SECOND);
        let (year, month, day) = civil_from_days(seconds.div_euclid(SECONDS_PER_DAY));
        let second_of_day = seconds.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute) = (second_of_day.div_euclid(3_600), second_of_day.div_euclid(60).rem_euclid(60));
        let second = second_of_day.rem_euclid(60);
        write!(formatter, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        let mut fraction = self.unix_microseconds.rem_euclid(MICROSECONDS_PER_SECOND);
        if fraction > 0 {
            let mut digits = 6;
            // Without trailing zeros, so that equal times are equal texts. The fraction is not 0, so the
            // loop ends.
            while fraction.rem_euclid(10) == 0 {
                (fraction, digits) = (fraction.div_euclid(10), usize::saturating_sub(digits, 1));
            }
            write!(formatter, ".{fraction:0digits$}")?;
        }
        formatter.write_str("Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

struct TimestampVisitor;

impl de::Visitor<'_> for TimestampVisitor {
    type Value = Timestamp;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an RFC 3339 time")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
        text.parse().map_err(|_| invalid_text(text, &self))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TimestampVisitor)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};

    use super::*;

    fn read(text: &str) -> Option<String> {
        text.parse::<Timestamp>().ok().map(|time| time.to_string())
    }

    #[test]
    fn any_offset_is_read_and_utc_is_written() {
        for (text, written) in [
            ("2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z"),
            ("2026-03-02t08:00:00z", "2026-03-02T08:00:00Z"),
            ("2026-03-02 08:00:00Z", "2026-03-02T08:00:00Z"),
            ("2026-03-01T23:30:00-08:30", "2026-03-02T08:00:00Z"),
            ("2024-02-29T23:59:60Z", "2024-02-29T23:59:59Z"),
            ("1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999Z"),
            ("2026-03-02T08:00:00.1200Z", "2026-03-02T08:00:00.12Z"),
            ("2026-03-02T08:00:00.0000009Z", "2026-03-02T08:00:00Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(written), "{text}");
        }
        for text in [
            "",
            "2026-03-02",
            "2026-03-02T08:00:00",
            "2026-03-02T08:00Z",
            "2026-3-02T08:00:00Z",
            "2026-02-29T08:00:00Z",
            "2100-02-29T08:00:00Z",
            "2026-13-01T08:00:00Z",
            "2026-00-01T08:00:00Z",
            "2026-03-00T08:00:00Z",
            "2026-03-02T24:00:00Z",
            "2026-03-02T08:60:00Z",
            "2026-03-02T08:00:61Z",
            "2026-03-02T08:00:00.Z",
            "2026-03-02T08:00:00+0200",
            "2026-03-02T08:00:00+24:00",
            "2026-03-02T08:00:00Z ",
            "0000-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "+2026-03-02T08:00:00Z",
            "２026-03-02T08:00:00Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_of_the_calendar_is_written_and_read_back() {
        let mut days = 0_i64;
        for year in 0..=9_999 {
            for month in 1..=12 {
                for day in 1..=days_in_month(year, month) {
                    let unix_days = days_from_civil(year, month, day);
                    assert_eq!(unix_days, days - 719_528, "consecutive at {year}-{month}-{day}");
                    assert_eq!(civil_from_days(unix_days), (year, month, day));
                    days += 1;
                }
            }
        }
        assert_eq!(days_from_civil(1970, 1, 1), 0);
    }

    #[test]
    fn steps_lead_to_times_as_far_as_there_are_any() {
        let step = Duration::from_millis(1_500);
        let after = Timestamp::UNIX_EPOCH.checked_add(step).map(|time| time.to_string());
        assert_eq!(after.as_deref(), Some("1970-01-01T00:00:01.5Z"));
        assert_eq!(Timestamp::UNIX_EPOCH.checked_add(Duration::MAX), None);
    }

    /// On both sides of 1970.
    #[cfg(feature = "std")]
    #[test]
    fn the_clock_of_the_system_tells_times() {
        use std::time::SystemTime;

        let step = Duration::from_millis(1_500);
        let read = |time: Option<SystemTime>| {
            time.and_then(|time| Timestamp::try_from(time).ok()).map(|time| time.to_string())
        };
        assert_eq!(read(SystemTime::UNIX_EPOCH.checked_add(step)).as_deref(), Some("1970-01-01T00:00:01.5Z"));
        assert_eq!(read(SystemTime::UNIX_EPOCH.checked_sub(step)).as_deref(), Some("1969-12-31T23:59:58.5Z"));
        let year_10_000 = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(253_402_300_800));
        assert_eq!((year_10_000.is_some(), read(year_10_000)), (true, None));
    }

    #[test]
    fn days_pass_at_the_same_time_of_day() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let since = time("2026-03-02T08:00:00Z");
        assert!(!time("2026-03-12T07:59:59.999999Z").is_days_after(10, since));
        assert!(time("2026-03-12T08:00:00Z").is_days_after(10, since));
        assert_eq!(time("2026-03-12T08:00:00Z").saturating_sub_days(10), since);
    }
}
