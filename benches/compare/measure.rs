//! Runs of one case, interleaved, so that what disturbs the machine disturbs everybody.

use core::time::Duration;
use std::time::Instant;

use connector_groups_benches::cases::{Case, Role};

/// How long to measure for.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    /// How often each has its turn, at most.
    pub(crate) rounds: usize,
    /// No turn begins for a peer that has used up so much time; one whose checked run took longer is measured by that run.
    /// Ours and its floors have [`TURNS`] in any case.
    pub(crate) budget: Duration,
    /// A turn repeats what is shorter than this.
    pub(crate) turn: Duration,
}

/// How often those have their turn whose figures are targets, however long it takes: the first run meets cold memory.
const TURNS: usize = 3;

/// What one contender took for one thing of a case.
#[derive(Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    pub(crate) section: &'static str,
    pub(crate) case: &'static str,
    pub(crate) applications: u32,
    /// How many things a run is about.
    pub(crate) things: u32,
    pub(crate) contender: &'static str,
    pub(crate) role: Role,
    /// The shortest of the turns, by the thing: what the work takes when nothing disturbs it.
    pub(crate) minimum_nanoseconds: f64,
    pub(crate) median_nanoseconds: f64,
    pub(crate) turns: usize,
}

impl Row {
    /// Whether another row is of the same contender at the same work.
    pub(crate) fn is_of(&self, other: &Self) -> bool {
        let work = |row: &Self| (row.section, row.case, row.applications, row.contender);
        work(self) == work(other)
    }

    /// Joins what another pass has measured of the same.
    pub(crate) fn join(&mut self, other: Self) {
        let turns = self.turns + other.turns;
        if other.minimum_nanoseconds < self.minimum_nanoseconds {
            *self = other;
        }
        self.turns = turns;
    }

    /// Nanoseconds of a whole run.
    pub(crate) fn run(&self) -> f64 {
        self.minimum_nanoseconds * f64::from(self.things)
    }
}

pub(crate) fn measure(section: &'static str, mut case: Case<'_>, effort: Effort) -> Vec<Row> {
    let checked = case.check();
    let mut turns: Vec<Vec<Duration>> = vec![Vec::new(); checked.len()];
    let mut spent = vec![Duration::ZERO; checked.len()];
    for _ in 0..effort.rounds {
        for (number, contender) in case.contenders.iter_mut().enumerate() {
            let (once, _) = checked[number];
            let is_spent = once > effort.budget || spent[number] > effort.budget;
            if is_spent && (contender.role == Role::Peer || turns[number].len() >= TURNS) {
                continue;
            }
            let times = repetitions(effort.turn, once);
            let start = Instant::now();
            let worked = contender.work.run(times);
            spent[number] += start.elapsed();
            turns[number].push(worked / times);
        }
    }
    let rows = case.contenders.iter().zip(turns).zip(checked).map(|((contender, mut turns), checked)| {
        if turns.is_empty() {
            turns.push(checked.1);
        }
        turns.sort_unstable();
        let nanoseconds = |took: Duration| took.as_secs_f64() * 1e9 / f64::from(case.things);
        Row {
            section,
            case: case.name,
            applications: case.applications,
            things: case.things,
            contender: contender.name,
            role: contender.role,
            minimum_nanoseconds: nanoseconds(turns[0]),
            median_nanoseconds: nanoseconds(turns[turns.len() / 2]),
            turns: turns.len(),
        }
    });
    rows.collect()
}

fn repetitions(turn: Duration, one: Duration) -> u32 {
    u32::try_from(turn.as_nanos() / one.as_nanos().max(1)).unwrap_or(u32::MAX).clamp(1, 20_000)
}
