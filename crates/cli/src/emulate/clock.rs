//! The emulator's own time: the machine's, or what a test has made of it.
//!
//! Whatever depends on time without waiting for it asks this clock: how long tokens last, when throttling lets go, how far
//! reads lag, the times in answers (the header `Date` too) and in the journal. So a test moves time, and sleeps for none of it.
//! What does wait (limits on connections, the delay of a fault) goes by the machine, which no test can hurry.

use core::time::Duration;
use std::{
    sync::Mutex,
    time::{SystemTime, UNIX_EPOCH},
};

use connector_groups::Timestamp;
use serde::{Deserialize, Serialize};

use super::held::held;

pub(crate) struct Clock(Mutex<Face>);

/// In microseconds.
#[derive(Clone, Copy)]
enum Face {
    /// Ahead of the machine's clock by so much; behind it where that is negative.
    Runs(i64),
    /// At this time since 1970.
    Stands(i64),
}

/// What a clock is told. Each is done where it is given, in this order.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub(crate) struct Setting {
    /// Whether it stands still, at the time that it has.
    stopped: Option<bool>,
    /// The time that it shows, not before the time that it has.
    now: Option<Timestamp>,
    /// By how many seconds it goes on at once.
    advance: Option<u64>,
}

#[derive(Serialize)]
pub(crate) struct Shown {
    now: Timestamp,
    stopped: bool,
}

impl Clock {
    /// One that stands still at this time, or else goes with the machine's.
    pub(crate) fn new(stands_at: Option<Timestamp>) -> Self {
        let face = stands_at.map_or(Face::Runs(0), |time| Face::Stands(time.unix_microseconds()));
        Self(Mutex::new(face))
    }

    pub(crate) fn now(&self) -> Timestamp {
        timestamp(read(*held(&self.0)))
    }

    /// Seconds since 1970, as tokens count them.
    pub(crate) fn seconds(&self) -> u64 {
        seconds(*held(&self.0))
    }

    /// The time as the header `Date` has it; `None` where it is the machine's, which the server writes by itself.
    pub(crate) fn date(&self) -> Option<String> {
        let face = *held(&self.0);
        if matches!(face, Face::Runs(0)) {
            return None;
        }
        UNIX_EPOCH.checked_add(Duration::from_secs(seconds(face))).map(httpdate::fmt_http_date)
    }

    pub(crate) fn shown(&self) -> Shown {
        let face = *held(&self.0);
        Shown { now: timestamp(read(face)), stopped: matches!(face, Face::Stands(_)) }
    }

    /// Sets the clock. It never goes back: what has expired stays so, and the journal's times stay in order.
    pub(crate) fn set(&self, setting: &Setting) -> Result<(), String> {
        let mut face = held(&self.0);
        let before = read(*face);
        let mut time = before;
        if let Some(asked) = setting.now {
            if asked.unix_microseconds() < before {
                return Err(format!("the clock shows {} and does not go back", timestamp(before)));
            }
            time = asked.unix_microseconds();
        }
        let further = setting.advance.and_then(|seconds| i64::try_from(seconds).ok()?.checked_mul(1_000_000));
        if let (Some(_), None) = (setting.advance, further) {
            return Err(String::from("no clock goes that far"));
        }
        let time =
            time.checked_add(further.unwrap_or(0)).filter(|time| Timestamp::from_unix_microseconds(*time).is_some());
        let Some(time) = time else { return Err(String::from("no clock goes that far")) };
        let stands = setting.stopped.unwrap_or(matches!(*face, Face::Stands(_)));
        *face = if stands { Face::Stands(time) } else { Face::Runs(time.saturating_sub(machine())) };
        Ok(())
    }
}

/// The last second of the year 9999: no timestamp and no header `Date` tells a later one.
const END: i64 = 253_402_300_799_000_000;

fn read(face: Face) -> i64 {
    match face {
        // One that runs stands at the end, as requests are answered for as long as it is there.
        Face::Runs(ahead) => machine().saturating_add(ahead).min(END),
        Face::Stands(time) => time,
    }
}

/// Since 1970; none before that.
fn seconds(face: Face) -> u64 {
    u64::try_from(read(face).div_euclid(1_000_000)).unwrap_or_default()
}

/// Microseconds since 1970, by the machine.
fn machine() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// A time that [`Clock::set`] has let pass, or the machine's.
pub(crate) fn timestamp(microseconds: i64) -> Timestamp {
    Timestamp::from_unix_microseconds(microseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

    use super::*;

    #[test]
    fn it_stands_goes_on_and_never_back() {
        let clock = Clock::new(Some(Timestamp::UNIX_EPOCH));
        let set = |text: &str| clock.set(&serde_json::from_str(text).unwrap());
        set(r#"{"advance": 5}"#).unwrap();
        assert_eq!((clock.seconds(), clock.now().to_string()), (5, String::from("1970-01-01T00:00:05Z")));
        set(r#"{"now": "1970-01-02T00:00:00Z", "advance": 1}"#).unwrap();
        assert_eq!(clock.seconds(), 86_401);
        assert!(set(r#"{"now": "1970-01-02T00:00:00Z"}"#).unwrap_err().contains("does not go back"));
        assert!(set(&format!(r#"{{"advance": {}}}"#, u64::MAX)).is_err());
        assert_eq!(clock.seconds(), 86_401, "what is refused changes nothing");
        // It goes on from where it stood, whatever the machine's clock says.
        set(r#"{"stopped": false}"#).unwrap();
        assert!((86_401..90_000).contains(&clock.seconds()) && !clock.shown().stopped);
    }

    #[test]
    fn it_runs_as_far_as_times_go() {
        let end = Timestamp::from_unix_microseconds(END).unwrap();
        assert_eq!(end.to_string(), "9999-12-31T23:59:59Z");
        let clock = Clock(Mutex::new(Face::Runs(END)));
        assert_eq!((clock.now(), clock.shown().now), (end, end));
        assert_eq!(clock.date().unwrap(), "Fri, 31 Dec 9999 23:59:59 GMT");
        assert!(clock.set(&serde_json::from_str(r#"{"advance": 1}"#).unwrap()).is_err());
    }
}
