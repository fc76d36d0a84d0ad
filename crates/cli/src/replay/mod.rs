//! `replay`: JSON Lines in, one answer a line out.

use core::time::Duration;
use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use connector_groups::Directory;

use crate::{line, state};

const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);

/// Options of `replay`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Print the whole directory as a last line
    #[arg(long)]
    state: bool,
    /// Audit every invariant after each line; stop with exit status 3 at the first violation
    #[arg(long)]
    check: bool,
    /// Begin with a tenant document, a directory's, or what `--state` has printed
    #[arg(long, value_name = "FILE")]
    load: Option<PathBuf>,
    /// The lines; standard input where no file is named
    file: Option<PathBuf>,
}

/// The exit status is 1 where the input cannot be read, and 0 whatever the answers are.
pub(crate) fn run(options: &Options) -> ExitCode {
    let input: Box<dyn Read> = match &options.file {
        None => Box::new(io::stdin()),
        Some(file) => match File::open(file) {
            Ok(file) => Box::new(file),
            Err(error) => {
                eprintln!("replay: cannot read {}: {error}", file.display());
                return ExitCode::FAILURE;
            }
        },
    };
    let directory = match options.load.as_deref().map_or_else(|| Ok(Directory::default()), loaded) {
        Ok(directory) => directory,
        Err(message) => {
            eprintln!("replay: {message}");
            return ExitCode::FAILURE;
        }
    };
    let mut replay = Replay { directory, lines: 0, checks: options.check, progress: Progress::new() };
    let result = replay.run(BufReader::new(input), BufWriter::new(io::stdout().lock()), options.state);
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

fn loaded(file: &Path) -> Result<Directory, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    state::directory(file, &text)
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
