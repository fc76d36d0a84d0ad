//! Counts for Prometheus, in its text format: requests by method, route and status, the time they took, and faults.

use alloc::collections::BTreeMap;
use core::{fmt::Write, time::Duration};

use super::call::Call;

/// Upper bounds in microseconds; one more bucket takes the rest. From a read, some tens of microseconds, to writes
/// that wait for a disk or for a large command.
const BUCKETS: [u64; 8] = [100, 250, 1_000, 5_000, 25_000, 100_000, 500_000, 2_500_000];
/// More kinds of requests are counted as one, so that whoever calls cannot make this grow without end.
const KINDS_MAX: usize = 2_000;

#[derive(Default)]
pub(crate) struct Metrics {
    kinds: BTreeMap<(String, String, u16), Kind>,
    faults: BTreeMap<String, u64>,
}

#[derive(Default)]
struct Kind {
    count: u64,
    microseconds: u64,
    buckets: [u64; BUCKETS.len()],
}

impl Metrics {
    pub(crate) fn count(&mut self, call: &Call) {
        let mut key = (call.method.to_string(), call.route.clone(), call.status.unwrap_or(0));
        if self.kinds.len() >= KINDS_MAX && !self.kinds.contains_key(&key) {
            key = (String::from("other"), String::from("other"), 0);
        }
        let kind = self.kinds.entry(key).or_default();
        kind.count = kind.count.saturating_add(1);
        kind.microseconds = kind.microseconds.saturating_add(call.microseconds);
        for (count, bound) in kind.buckets.iter_mut().zip(BUCKETS) {
            // Buckets of Prometheus are cumulative: each counts all below its bound.
            *count = count.saturating_add(u64::from(call.microseconds <= bound));
        }
        if let Some(names) = &call.fault {
            for name in names.split(", ") {
                let count = self.faults.entry(name.into()).or_default();
                *count = count.saturating_add(1);
            }
        }
    }

    pub(crate) fn text(&self, tenants: usize) -> String {
        let mut text = String::from("# TYPE emulator_requests_seconds histogram\n");
        for ((method, route, status), kind) in &self.kinds {
            // Methods are tokens and routes are our own words, so that there is nothing that `{:?}` escapes in another way.
            let labels = format!("method={method:?},route={route:?},status=\"{status}\"");
            for (count, bound) in kind.buckets.iter().zip(BUCKETS) {
                _ = writeln!(text, "emulator_requests_seconds_bucket{{{labels},le=\"{}\"}} {count}", seconds(bound));
            }
            _ = writeln!(text, "emulator_requests_seconds_bucket{{{labels},le=\"+Inf\"}} {}", kind.count);
            _ = writeln!(text, "emulator_requests_seconds_sum{{{labels}}} {}", seconds(kind.microseconds));
            _ = writeln!(text, "emulator_requests_seconds_count{{{labels}}} {}", kind.count);
        }
        text.push_str("# TYPE emulator_faults_total counter\n");
        for (name, count) in &self.faults {
            _ = writeln!(text, "emulator_faults_total{{name={name:?}}} {count}");
        }
        _ = writeln!(text, "# TYPE emulator_tenants gauge\nemulator_tenants {tenants}");
        text
    }
}

/// Microseconds as seconds, exactly.
fn seconds(microseconds: u64) -> String {
    let duration = Duration::from_micros(microseconds);
    format!("{}.{:06}", duration.as_secs(), duration.subsec_micros())
}
