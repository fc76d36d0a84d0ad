//! What a plan costs on the wire, which has no bulk: requests, `$batch`es, and the time that Graph's limits make of them.

use connector_groups::Command;
use serde_json::{Value, json};

use super::{names::count, step::Step};
use crate::work::Work;

/// So many requests fit into one `$batch`.
const BATCH_MAX: usize = 20;
/// Writes that an application may make in a tenant before it is throttled, and in which time: what Graph documents for identity
/// and access (`learn.microsoft.com/graph/throttling-limits`). Each request within a `$batch` counts.
const WRITES_MAX: usize = 3_000;
const WRITES_SECONDS: usize = 150;

/// The requests of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Requests {
    /// One for each thing that is made, changed, deleted or moved.
    pub(super) requests: usize,
    /// A step begins when the one before is done, so that no `$batch` spans two steps.
    pub(super) batches: usize,
}

impl Requests {
    pub(super) fn of(steps: &[Step]) -> Self {
        let mut all = Self::default();
        for step in steps {
            let requests = match &step.command {
                Command::CreateConnectorGroup(_)
                | Command::UpdateConnectorGroup(_)
                | Command::DeleteConnectorGroup(_) => 1,
                _ => step.moves.connectors.len().saturating_add(step.moves.applications.len()),
            };
            all.requests = all.requests.saturating_add(requests);
            all.batches = all.batches.saturating_add(requests.div_ceil(BATCH_MAX));
        }
        all
    }

    /// With the requests of work behind the plan.
    pub(super) fn with(mut self, work: &Work) -> Self {
        for step in &work.steps {
            self.requests = self.requests.saturating_add(step.effects.len());
            self.batches = self.batches.saturating_add(step.effects.len().div_ceil(BATCH_MAX));
        }
        self
    }

    /// The seconds that pass at least until the last request may be sent: the first 3,000 may go at once, and each further 3,000
    /// have to wait for another 150 seconds.
    pub(super) fn seconds(self) -> usize {
        self.requests.saturating_sub(1).div_euclid(WRITES_MAX).saturating_mul(WRITES_SECONDS)
    }

    pub(super) fn words(self) -> String {
        let time = match self.seconds() {
            0 => String::from("Graph's limit for writes does not slow them down"),
            seconds => format!("Graph's limit for writes makes them take {} at least", duration(seconds)),
        };
        let (requests, batches) = (count(self.requests, "request"), self.batches);
        let plural = if batches == 1 { "" } else { "es" };
        format!("On the wire: {requests}, in {batches} `$batch`{plural} of up to {BATCH_MAX}; {time}")
    }

    pub(super) fn json(self) -> Value {
        json!({"requests": self.requests, "batches": self.batches, "secondsAtLeast": self.seconds()})
    }
}

fn duration(seconds: usize) -> String {
    let (hours, rest) = (seconds.div_euclid(3_600), seconds.rem_euclid(3_600));
    let minutes = rest.div_ceil(60);
    match (hours, minutes) {
        (0, minutes) => count(minutes, "minute"),
        (hours, 0) => count(hours, "hour"),
        (hours, minutes) => format!("{} {}", count(hours, "hour"), count(minutes, "minute")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_further_three_thousand_writes_wait() {
        let of = |requests| Requests { requests, batches: 1 }.seconds();
        assert_eq!([0, 1, 3_000, 3_001, 6_000, 6_001].map(of), [0, 0, 0, 150, 150, 300]);
        assert_eq!([150, 3_600, 49_950].map(duration), ["3 minutes", "1 hour", "13 hours 53 minutes"]);
        let words = Requests { requests: 1, batches: 1 }.words();
        assert_eq!(
            words,
            "On the wire: 1 request, in 1 `$batch` of up to 20; Graph's limit for writes does not slow them down"
        );
    }
}
