//! The answers to lines, for a person or for a program.

use std::io::{self, Write};

use connector_groups::Directory;

use super::summary::Summary;
use crate::{line::Outcome, output::escaped, safe, words};

#[derive(serde::Serialize)]
struct StateLine<'a> {
    state: &'a Directory,
}

/// How answers are written.
pub(super) enum Answers {
    /// One JSON object a line.
    Data,
    /// One sentence a line, and a summary.
    Words(Summary),
}

impl Answers {
    /// A file begins whose lines are counted anew.
    pub(super) fn begin(&self, output: &mut impl Write, file: &str) -> io::Result<()> {
        match self {
            Self::Data => Ok(()),
            Self::Words(_) => writeln!(output, "{}:", escaped(file)),
        }
    }

    /// What came of the line of this number, which has left this directory.
    pub(super) fn answer(
        &mut self,
        output: &mut impl Write,
        directory: &Directory,
        number: u64,
        outcome: Outcome,
    ) -> io::Result<()> {
        match self {
            Self::Data => {
                serde_json::to_writer(safe::Json(&mut *output), &outcome.into_answer(number))?;
                output.write_all(b"\n")
            }
            Self::Words(summary) => {
                summary.add(&outcome);
                writeln!(output, "{number:>6}  {}", escaped(&words::outcome(directory, &outcome)))
            }
        }
    }

    pub(super) fn end(&self, output: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Data => Ok(()),
            Self::Words(summary) => writeln!(output, "{}", summary.text()),
        }
    }
}

/// The last line of `--state`.
pub(super) fn state(output: &mut impl Write, directory: &Directory) -> io::Result<()> {
    serde_json::to_writer(safe::Json(&mut *output), &StateLine { state: directory })?;
    output.write_all(b"\n")
}
