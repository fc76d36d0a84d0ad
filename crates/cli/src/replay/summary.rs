//! How a replay went, at its end.

use alloc::collections::BTreeMap;
use core::fmt::Write;

use crate::{
    line::{Invalid, Outcome},
    words,
};

/// Counts of what was accepted, and of the rest by reason.
#[derive(Default)]
pub(super) struct Summary {
    accepted: usize,
    refused: BTreeMap<String, usize>,
    invalid: BTreeMap<String, usize>,
}

impl Summary {
    pub(super) fn add(&mut self, outcome: &Outcome) {
        let number = match outcome {
            Outcome::Applied(_, Ok(_)) => &mut self.accepted,
            Outcome::Applied(_, Err(refusal)) => {
                self.refused.entry(format!("{} ({})", refusal.code(), words::rule(refusal).0)).or_default()
            }
            Outcome::Invalid(Invalid { is_json, .. }) => {
                let reason = if *is_json { "JSON, but not a command" } else { "not JSON" };
                self.invalid.entry(reason.into()).or_default()
            }
        };
        *number = number.saturating_add(1);
    }

    /// The counts, and below them the reasons, the most frequent first.
    pub(super) fn text(&self) -> String {
        let sum =
            |reasons: &BTreeMap<String, usize>| reasons.values().fold(0_usize, |sum, one| sum.saturating_add(*one));
        let (refused, invalid) = (sum(&self.refused), sum(&self.invalid));
        let all = words::count(self.accepted.saturating_add(refused).saturating_add(invalid), "command");
        let mut text = format!("\n{all}: {} accepted, {refused} refused, {invalid} invalid.", self.accepted);
        for (what, reasons) in [("refused", &self.refused), ("invalid", &self.invalid)] {
            let mut reasons: Vec<_> = reasons.iter().collect();
            // Stable, so that equal numbers stay in the order of their reasons and a replay ends in the same words each time.
            reasons.sort_by_key(|(_, number)| core::cmp::Reverse(**number));
            for (reason, number) in reasons {
                _ = write!(text, "\n{number:>6} {what}: {reason}");
            }
        }
        text
    }
}
