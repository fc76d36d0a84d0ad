//! Holds another implementation against the engine: it reads lines of the replay format and answers each with a line.
//!
//! ```text
//! cargo run --release --features workload --example conformance -- [OPTIONS] PROGRAM [ARGUMENT...]
//!
//! --seed N, --traces N, --steps N   which traces, how many, how long: 0, 100, 200
//! --compare whole|code|outcome      how much of an answer counts: whole
//! --trace FILE                      this trace instead of generated ones
//! --answers FILE                    with --trace and no PROGRAM: the answers that were recorded beside it
//! ```
//!
//! The program is started anew for each trace. The exit status is 0 where every answer is the engine's, 1 at the first
//! difference, which is printed as the shortest trace that shows it with both answers, and 2 if the call is wrong.

use core::cell::RefCell;
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio},
};

use connector_groups::workload::{Comparison, Conformance, Implementation};

const USAGE: &str = "usage: conformance [--seed N] [--traces N] [--steps N] [--compare whole|code|outcome] \
                     [--trace FILE [--answers FILE]] [PROGRAM [ARGUMENT...]]";

#[derive(Default)]
struct Call {
    conformance: Conformance,
    trace: Option<Vec<String>>,
    answers: Option<Vec<String>>,
    program: Vec<String>,
}

fn call(mut arguments: impl Iterator<Item = String>) -> Result<Call, String> {
    let mut call = Call::default();
    while let Some(argument) = arguments.next() {
        if !argument.starts_with("--") {
            call.program = core::iter::once(argument).chain(arguments).collect();
            break;
        }
        let value = arguments.next().ok_or_else(|| format!("{argument} needs a value"))?;
        let number = || value.parse::<u64>().map_err(|error| format!("{argument} {value}: {error}"));
        let lines = || {
            let text = std::fs::read_to_string(&value).map_err(|error| format!("{value}: {error}"))?;
            Ok::<_, String>(text.lines().filter(|line| !line.trim().is_empty()).map(String::from).collect())
        };
        match argument.as_str() {
            "--seed" => call.conformance.seed = number()?,
            "--traces" => call.conformance.traces = number()?,
            "--steps" => call.conformance.steps = number()?.try_into().map_err(|_| "--steps is too large")?,
            "--trace" => call.trace = Some(lines()?),
            "--answers" => call.answers = Some(lines()?),
            "--compare" => {
                call.conformance.comparison = match value.as_str() {
                    "whole" => Comparison::Whole,
                    "code" => Comparison::Code,
                    "outcome" => Comparison::Outcome,
                    _ => return Err(format!("--compare {value}: it is whole, code or outcome")),
                }
            }
            _ => return Err(format!("unexpected argument {argument}")),
        }
    }
    if call.program.is_empty() == call.answers.is_none() || (call.answers.is_some() && call.trace.is_none()) {
        return Err("one of PROGRAM, and --answers beside --trace".into());
    }
    Ok(call)
}

/// A process that answers a line with a line; it ends with its input.
struct Process {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Process {
    fn start(program: &[String]) -> Result<Self, String> {
        let (name, arguments) = program.split_first().ok_or("no program")?;
        let mut command = Command::new(name);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("cannot start {name}: {error}"))?;
        let (input, output) = (child.stdin.take(), child.stdout.take().ok_or("no output")?);
        Ok(Self { child, input, output: BufReader::new(output) })
    }

    fn ask(&mut self, line: &str) -> std::io::Result<String> {
        if let Some(input) = &mut self.input {
            writeln!(input, "{line}")?;
            input.flush()?;
        }
        let mut answer = String::new();
        self.output.read_line(&mut answer)?;
        Ok(answer.trim_end().to_string())
    }
}

/// What went wrong counts as an answer: it is no JSON, so that it shows as a difference.
impl Implementation for Process {
    fn answer(&mut self, line: &str) -> String {
        match self.ask(line) {
            Ok(answer) if answer.is_empty() => "(no answer)".into(),
            Ok(answer) => answer,
            Err(error) => format!("({error})"),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.input.take());
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// A program that cannot be started answers so.
struct Bridge(Result<Process, String>);

impl Implementation for Bridge {
    fn answer(&mut self, line: &str) -> String {
        match &mut self.0 {
            Ok(process) => process.answer(line),
            Err(error) => error.clone(),
        }
    }
}

fn main() -> ExitCode {
    let call = match call(std::env::args().skip(1)) {
        Ok(call) => call,
        Err(error) => {
            eprintln!("conformance: {error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let failed = RefCell::new(None);
    let fresh = || {
        let started = Process::start(&call.program);
        if let Err(error) = &started {
            failed.replace(Some(error.clone()));
        }
        Bridge(started)
    };
    let result = match (&call.trace, &call.answers) {
        (Some(trace), Some(answers)) => call.conformance.check_recording(trace, answers).map(|()| None),
        (Some(trace), None) => call.conformance.run_trace(trace, fresh).map(|()| None),
        (None, _) => call.conformance.run(fresh).map(Some),
    };
    if let Some(error) = failed.take() {
        eprintln!("conformance: {error}");
        return ExitCode::from(2);
    }
    match result {
        Ok(coverage) => {
            if let Some(coverage) = coverage {
                print!("{coverage}");
            }
            println!("every answer is the engine's");
            ExitCode::SUCCESS
        }
        Err(difference) => {
            println!("{difference}");
            ExitCode::FAILURE
        }
    }
}
