//! The engine as a reference: compares the answers of another implementation with its own, on generated or recorded traces.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use serde_json::Value;

use super::{Coverage, Weights, Workload, shrink};
use crate::{
    command::DirectoryCommand,
    directory::{Answer, Directory},
};

/// Something that answers commands: an emulator, a mock, a bridge to another process or a service.
///
/// Any closure from a line to its answer is one.
pub trait Implementation {
    /// The answer to a line of the replay format, as JSON; the line and the answer are without a line break.
    fn answer(&mut self, line: &str) -> String;
}

impl<F: FnMut(&str) -> String> Implementation for F {
    fn answer(&mut self, line: &str) -> String {
        self(line)
    }
}

/// The part of an answer that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Comparison {
    /// All of it: the events, the refusal with its fields. The message of an invalid line is free.
    #[default]
    Whole,
    /// Whether it was accepted, and else the refusal's code.
    Code,
    /// Whether it was accepted.
    Outcome,
}

impl Comparison {
    /// What counts of an answer, as JSON.
    fn counted(self, answer: &str) -> Value {
        // Compared as values, so that the order of members and white space do not matter.
        let Ok(answer) = serde_json::from_str::<Value>(answer) else { return format!("no JSON: {answer}").into() };
        let refused = answer.get("refused");
        match self {
            _ if answer.get("invalid").is_some() => "invalid".into(),
            Self::Code if refused.is_some() => {
                refused.and_then(|refused| refused.get("code")).cloned().unwrap_or_default()
            }
            Self::Outcome if refused.is_some() => "refused".into(),
            Self::Code | Self::Outcome if answer.get("accepted").is_some() => "accepted".into(),
            Self::Whole | Self::Code | Self::Outcome => answer,
        }
    }
}

/// A run of generated traces against another implementation.
///
/// ```
/// use connector_groups::{Directory, DirectoryCommand, directory::Answer, workload::Conformance};
/// let engine = || {
///     let mut directory = Directory::default();
///     move |line: &str| {
///         let command: DirectoryCommand = serde_json::from_str(line).unwrap();
///         serde_json::to_string(&Answer::from(directory.apply(&command))).unwrap()
///     }
/// };
/// let coverage = Conformance { traces: 5, ..Conformance::default() }.run(engine).map_err(|difference| difference.to_string())?;
/// assert!(coverage.refusals.contains_key("groupNotEmpty"));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conformance {
    /// The first trace's seed; the next ones count on.
    pub seed: u64,
    /// How many traces.
    pub traces: u64,
    /// How many commands each has.
    pub steps: u32,
    /// How often which command.
    pub weights: Weights,
    /// What counts as the same answer.
    pub comparison: Comparison,
}

impl Default for Conformance {
    fn default() -> Self {
        Self { seed: 0, traces: 100, steps: 200, weights: Weights::default(), comparison: Comparison::default() }
    }
}

/// The first answer that differs. Written, it is the trace as JSON Lines with both answers below; so it is by `Debug`, which is
/// what `unwrap` shows.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct Difference {
    /// The lines; the last is the one whose answers differ.
    pub trace: Vec<String>,
    /// What the engine answers to the last line.
    pub expected: String,
    /// What the other one answers to it.
    pub actual: String,
}

impl fmt::Debug for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "\n{self}")
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.trace {
            writeln!(formatter, "{line}")?;
        }
        writeln!(formatter, "expected: {}", self.expected)?;
        write!(formatter, "actual:   {}", self.actual)
    }
}

/// The engine's answer to a line.
fn answer(directory: &mut Directory, line: &str) -> String {
    let answer = match serde_json::from_str::<DirectoryCommand>(line) {
        Ok(command) => Answer::from(directory.apply(&command)),
        Err(error) => Answer::Invalid(error.to_string().into()),
    };
    json(&answer)
}

fn json<T: serde::Serialize>(value: &T) -> String {
    let text = serde_json::to_string(value);
    debug_assert!(text.is_ok(), "commands and answers are text, numbers, lists and objects: {text:?}");
    text.unwrap_or_else(|error| format!("cannot be written: {error}"))
}

impl Conformance {
    /// Runs every trace against a fresh implementation each, and tells what came up.
    ///
    /// # Errors
    /// The first difference, in the shortest trace that still shows one; `fresh` is called for each attempt.
    pub fn run<I: Implementation>(&self, mut fresh: impl FnMut() -> I) -> Result<Coverage, Difference> {
        let mut coverage = Coverage::default();
        for trace in 0..self.traces {
            let mut workload = Workload::new(self.seed.wrapping_add(trace)).with_weights(self.weights.clone());
            let (mut directory, mut other, mut lines) = (Directory::default(), fresh(), Vec::new());
            for _ in 0..self.steps {
                let command = workload.next_command(&directory);
                let line = json(&command);
                let result = directory.apply(&command);
                coverage.count(&command, &result);
                let expected = json(&Answer::from(result));
                let actual = other.answer(&line);
                lines.push(line);
                // The first difference ends the run: behind it, the two directories may differ for that reason alone.
                if self.comparison.counted(&expected) != self.comparison.counted(&actual) {
                    return Err(self.shortest(Difference { trace: lines, expected, actual }, &mut fresh));
                }
            }
        }
        Ok(coverage)
    }

    /// Runs one trace, such as a recorded one, against a fresh implementation. Lines may be anything.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_trace<I: Implementation>(
        &self,
        trace: &[String],
        mut fresh: impl FnMut() -> I,
    ) -> Result<(), Difference> {
        match self.first_difference(trace, &mut fresh()) {
            None => Ok(()),
            Some(difference) => Err(self.shortest(difference, &mut fresh)),
        }
    }

    /// Holds recorded answers against the engine's. A recording cannot be asked again, so the trace is not shortened.
    ///
    /// # Errors
    /// The first difference; an answer that is missing is an empty one.
    pub fn check_recording(&self, lines: &[String], answers: &[String]) -> Result<(), Difference> {
        let mut answers = answers.iter();
        let mut recorded = |_: &str| answers.next().cloned().unwrap_or_default();
        self.first_difference(lines, &mut recorded).map_or(Ok(()), Err)
    }

    fn first_difference(&self, trace: &[String], other: &mut impl Implementation) -> Option<Difference> {
        let mut directory = Directory::default();
        trace.iter().zip(1_usize..).find_map(|(line, length)| {
            let (expected, actual) = (answer(&mut directory, line), other.answer(line));
            let is_same = self.comparison.counted(&expected) == self.comparison.counted(&actual);
            let trace = || trace.iter().take(length).cloned().collect();
            (!is_same).then(|| Difference { trace: trace(), expected, actual })
        })
    }

    fn shortest<I: Implementation>(&self, first: Difference, fresh: &mut impl FnMut() -> I) -> Difference {
        // Shrinking asks a fresh implementation each time, as one that was led astray answers nothing that can be
        // believed.
        let trace = shrink::shortest(first.trace.clone(), |trace| {
            self.first_difference(trace, &mut fresh()).map(|difference| difference.trace.len())
        });
        // An implementation that is not deterministic may agree this time. Then the first difference is still a true one.
        self.first_difference(&trace, &mut fresh()).unwrap_or(first)
    }
}
