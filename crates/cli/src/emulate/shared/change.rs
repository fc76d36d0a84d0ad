//! What changed a directory, as the store keeps it and a replay reads it.

use connector_groups::{Directory, Tenant, graph::Decision};

use crate::line::{self, Outcome};

/// Something that a write did to the directory.
pub(crate) enum Change {
    /// A command, as a line of the replay format.
    Command(Box<[u8]>),
    /// A tenant came as a copy of another.
    Tenant(Tenant),
}

/// How the lines of a replay went.
#[derive(Debug, Default, Clone, Copy, serde::Serialize)]
pub(crate) struct Replayed {
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
    pub(crate) invalid: u64,
}

/// The changes among the decisions of a request.
pub(crate) fn of_decisions(decisions: &[Decision]) -> Vec<Change> {
    // What was refused or has changed nothing need not be done again at the next start.
    let changed = decisions.iter().filter(|decision| decision.refusal.is_none() && decision.events_count > 0);
    // All of a command is text, numbers, lists and objects, so that it can be written.
    let line = |decision: &Decision| serde_json::to_vec(&decision.command).unwrap_or_default();
    changed.map(|decision| Change::Command(line(decision).into())).collect()
}

/// Applies lines of the replay format to a directory, and tells how it went and what changed. What came of each is given away
/// with its number and the directory that it has left.
pub(crate) fn replay(
    directory: &mut Directory,
    lines: &[u8],
    mut came: impl FnMut(u64, &Directory, Outcome),
) -> (Replayed, Vec<Change>) {
    let (mut replayed, mut changes) = (Replayed::default(), Vec::new());
    line::apply_all(directory, lines, |number, line, directory, outcome| {
        let count = match &outcome {
            Outcome::Applied(_, Ok(events)) => {
                if !events.is_empty() {
                    changes.push(Change::Command(line.trim_ascii().into()));
                }
                &mut replayed.accepted
            }
            Outcome::Applied(_, Err(_)) => &mut replayed.refused,
            Outcome::Invalid(_) => &mut replayed.invalid,
        };
        *count = count.saturating_add(1);
        came(number, directory, outcome);
    });
    (replayed, changes)
}
