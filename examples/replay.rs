//! Replays commands: JSON Lines in, one answer a line out.
//!
//! ```text
//! cargo run --release --example replay -- [--state] [--check] [--load FILE] [FILE]
//! ```
//!
//! Reads standard input where no file is named. `--load` begins with a tenant document, a directory's, or what `--state` has
//! printed, in place of no tenants at all. `--state` prints the whole directory as a last line; `--check` audits it
//! after each line and stops with exit status 3 at the first violation, which only a bug of the engine can cause. The exit
//! status is 1 if the input cannot be read, 2 if the call itself is wrong, and 0 whatever the answers are.

use core::time::Duration;
use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, IsTerminal, Read, Write},
    path::Path,
    process::ExitCode,
    time::Instant,
};

use connector_groups::Directory;

#[path = "replay/line.rs"]
mod line;
#[path = "replay/state.rs"]
mod state;

const USAGE: &str = "usage: replay [--state] [--check] [--load FILE] [FILE]";
const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let (mut state, mut check, mut load, mut file) = (false, false, None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--state" => state = true,
            "--check" => check = true,
            "--load" => {
                load = arguments.next();
                if load.is_none() {
                    eprintln!("replay: --load what?\n{USAGE}");
                    return ExitCode::from(2);
                }
            }
            "--help" => {
                println!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            _ if argument.starts_with("--") || file.is_some() => {
                eprintln!("replay: unexpected argument {argument}\n{USAGE}");
                return ExitCode::from(2);
            }
            _ => file = Some(argument),
        }
    }
    let input: Box<dyn Read> = match &file {
        None => Box::new(io::stdin()),
        Some(name) => match File::open(name) {
            Ok(file) => Box::new(file),
            Err(error) => {
                eprintln!("replay: cannot read {name}: {error}");
                return ExitCode::FAILURE;
            }
        },
    };
    let directory = match load.as_deref().map_or_else(|| Ok(Directory::default()), loaded) {
        Ok(directory) => directory,
        Err(message) => {
            eprintln!("replay: {message}");
            return ExitCode::FAILURE;
        }
    };
    let mut replay = Replay { directory, lines: 0, checks: check, progress: Progress::new() };
    let result = replay.run(BufReader::new(input), BufWriter::new(io::stdout().lock()), state);
    replay.progress.clear();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Input(error)) => {
            eprintln!("replay: cannot read line {}: {error}", replay.lines.saturating_add(1));
            ExitCode::FAILURE
        }
        // Whoever reads the answers has read enough of them.
        Err(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Stop::Output(error)) => {
            eprintln!("replay: cannot write: {error}");
            ExitCode::FAILURE
        }
        Err(Stop::Violation(message)) => {
            eprintln!("replay: after line {}: {message}", replay.lines);
            ExitCode::from(3)
        }
    }
}

fn loaded(name: &str) -> Result<Directory, String> {
    let text = std::fs::read_to_string(name).map_err(|error| format!("cannot read {name}: {error}"))?;
    state::directory(Path::new(name), &text)
}

enum Stop {
    Input(io::Error),
    Output(io::Error),
    Violation(String),
}

#[derive(serde::Serialize)]
struct StateLine<'a> {
    state: &'a Directory,
}

struct Replay {
    directory: Directory,
    lines: u64,
    checks: bool,
    progress: Progress,
}

impl Replay {
    fn run(&mut self, mut input: BufReader<impl Read>, mut output: impl Write, state: bool) -> Result<(), Stop> {
        let mut line = Vec::new();
        while input.read_until(b'\n', &mut line).map_err(Stop::Input)? > 0 {
            self.lines = self.lines.saturating_add(1);
            if !line.trim_ascii().is_empty() {
                let answer = line::answer(&mut self.directory, &line, self.lines);
                serde_json::to_writer(&mut output, &answer).map_err(|error| Stop::Output(error.into()))?;
                output.write_all(b"\n").map_err(Stop::Output)?;
                self.check()?;
            }
            // Whoever writes the next line may wait for this one's answer.
            if input.buffer().is_empty() {
                output.flush().map_err(Stop::Output)?;
            }
            self.progress.show(self.lines);
            line.clear();
        }
        if state {
            let line = StateLine { state: &self.directory };
            serde_json::to_writer(&mut output, &line).map_err(|error| Stop::Output(error.into()))?;
            output.write_all(b"\n").map_err(Stop::Output)?;
        }
        output.flush().map_err(Stop::Output)
    }

    fn check(&self) -> Result<(), Stop> {
        let violation = self.directory.tenants().filter(|_| self.checks).find_map(|tenant| {
            let violation = tenant.audit().into_iter().next()?;
            Some(format!("tenant {}: {violation}", tenant.id()))
        });
        violation.map_or(Ok(()), |message| Err(Stop::Violation(message)))
    }
}

/// How far it has come, on standard error, once a second, while that is a terminal.
struct Progress {
    shown: Option<Instant>,
    ever: bool,
}

impl Progress {
    fn new() -> Self {
        Self { shown: io::stderr().is_terminal().then(Instant::now), ever: false }
    }

    fn show(&mut self, lines: u64) {
        if self.shown.is_some_and(|shown| shown.elapsed() > PROGRESS_INTERVAL) {
            eprint!("\r{lines} lines");
            (self.shown, self.ever) = (Some(Instant::now()), true);
        }
    }

    fn clear(&self) {
        if self.ever {
            eprint!("\r\x1b[K");
        }
    }
}
