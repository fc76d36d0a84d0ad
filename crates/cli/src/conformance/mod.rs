//! `conformance`: holds another implementation against the engine. It reads lines of the replay format and answers each with
//! a line, or it speaks Graph's wire.

mod compare;
#[cfg(feature = "export")]
mod graph;

use core::cell::RefCell;
use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio},
};

use connector_groups::workload::{Comparison, Conformance, Implementation};

use self::compare::Compare;
use crate::{input, output, progress::Progress};

const EXAMPLES: &str = "\
Examples:
  # A hundred generated traces of two hundred commands each; the program answers in JSON, line by line
  connector-groups conformance ./emulator --stdin

  # The engine against itself
  connector-groups conformance connector-groups replay --json

  # More traces, others, and longer ones
  connector-groups conformance --traces 1000 --seed 7 --steps 500 ./emulator --stdin

  # Only whether each command was accepted and with which code it was refused, not the events
  connector-groups conformance --compare code ./emulator --stdin

  # A trace of your own
  connector-groups conformance --trace examples/contoso.jsonl ./emulator --stdin

  # Answers that were recorded beside it
  connector-groups conformance --trace commands.jsonl --answers answers.jsonl

  # An emulator that speaks Graph's wire; it asks for the tenant's name before it writes anything
  connector-groups conformance --graph http://127.0.0.1:8080 --token-env TOKEN

  # In a script, in a tenant of your own: one connector may be moved; what is answered is written down
  connector-groups conformance --graph https://graph.microsoft.com --az --yes-tenant Contoso \\
      --connector 5c000000-0000-4000-8000-000000000001 --domain contoso-test.com --patience 60 \\
      --traces 2 --capture answers.jsonl

  # Against answers as the reference pages have them, behind a certificate of its own
  connector-groups conformance --graph https://graph.test --profile documented --ca-file authority.pem

The exit status is 0 where every answer is the engine's, 1 at the first difference, which is printed
as the shortest trace that shows it, and 2 where the call is wrong.";

/// Options of `conformance`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// Which traces
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
    /// How many traces
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    traces: u64,
    /// How many commands a trace has
    #[arg(long, value_name = "NUMBER", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
    /// How much of an answer counts [default: whole; with --graph: code]
    #[arg(long, value_enum)]
    compare: Option<Compare>,
    /// This trace instead of generated ones
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// In place of PROGRAM: the answers that were recorded beside the trace
    #[arg(long, value_name = "FILE", requires = "trace", conflicts_with = "program")]
    answers: Option<PathBuf>,
    /// A program that reads lines of the replay format and answers each with a line; it is started anew for each trace
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required_unless_present_any = WITHOUT_PROGRAM)]
    program: Vec<String>,
    #[cfg(feature = "export")]
    #[command(flatten)]
    graph: graph::Options,
}

/// What takes the place of PROGRAM.
const WITHOUT_PROGRAM: &[&str] = if cfg!(feature = "export") { &["answers", "graph"] } else { &["answers"] };

/// The lines of a file that are not blank.
fn lines(file: &Path) -> Result<Vec<String>, String> {
    let text = input::text(file)?;
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).map(String::from).collect();
    // It would pass, and compare nothing.
    if lines.is_empty() { Err(format!("{}: is empty", file.display())) } else { Ok(lines) }
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
            // Each line at once: the program waits for it, and this side waits for the answer.
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
        // A program that does not end with its input is ended: a run starts hundreds, and none may be left behind. The wait
        // takes its exit status, without which it would stay a zombie. One that has ended by itself makes `kill` an error.
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

/// The exit status is 0 where every answer is the engine's, 1 at the first difference, which is printed as the shortest trace
/// that shows it with both answers, and 2 where the call is wrong.
pub(crate) fn run(options: &Options) -> ExitCode {
    match compared(options) {
        Ok(code) => code,
        Err(error) => {
            output::say("conformance", &error);
            ExitCode::from(2)
        }
    }
}

fn compared(options: &Options) -> Result<ExitCode, String> {
    let trace = options.trace.as_deref().map(lines).transpose()?;
    #[cfg(feature = "export")]
    if let Some(url) = &options.graph.graph {
        let Options { seed, traces, steps, .. } = *options;
        // Events are not on the wire, so that the whole answer is no default there: a service words its errors by itself.
        let compare = options.compare.unwrap_or(Compare::Code);
        let traces = graph::Traces { seed, count: traces, steps, compare, trace: trace.as_deref() };
        return graph::run(&options.graph, url.trim_end_matches('/'), &traces);
    }
    let comparison = match options.compare.unwrap_or(Compare::Whole) {
        Compare::Whole => Comparison::Whole,
        Compare::Code => Comparison::Code,
        Compare::Outcome => Comparison::Outcome,
    };
    let conformance = Conformance {
        seed: options.seed,
        traces: options.traces,
        steps: options.steps,
        comparison,
        ..Conformance::default()
    };
    // The search for differences takes answers and no errors, so that a program that cannot be started is told from here.
    let failed = RefCell::new(None);
    // One step a trace. At the first difference the shortest trace is searched for, which starts the program anew as well.
    let progress = Progress::of_steps(if options.trace.is_some() { 1 } else { options.traces });
    let fresh = || {
        progress.advance(1);
        let started = Process::start(&options.program);
        if let Err(error) = &started {
            failed.replace(Some(error.clone()));
        }
        Bridge(started)
    };
    let answers = options.answers.as_deref().map(lines).transpose()?;
    let result = match (&trace, &answers) {
        (Some(trace), Some(answers)) => conformance.check_recording(trace, answers).map(|()| None),
        (Some(trace), None) => conformance.run_trace(trace, fresh).map(|()| None),
        (None, _) => conformance.run(fresh).map(Some),
    };
    progress.end();
    // Before the difference, which is only that no program has answered.
    if let Some(error) = failed.take() {
        return Err(error);
    }
    Ok(match result {
        Ok(coverage) => {
            if let Some(coverage) = coverage {
                output::print(coverage.to_string().trim_end())?;
            }
            output::print("every answer is the engine's")?;
            ExitCode::SUCCESS
        }
        Err(difference) => {
            output::print(&difference.to_string())?;
            ExitCode::FAILURE
        }
    })
}
