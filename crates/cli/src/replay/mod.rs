//! `replay`: commands in, one a line, and out what each did.

mod answers;
mod summary;

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use connector_groups::Directory;

use self::{answers::Answers, summary::Summary};
use crate::{input, line, output, progress::Progress, state};

const EXAMPLES: &str = "\
Examples:
  # What each command did, or why it was refused, and a summary at the end
  connector-groups replay examples/contoso.jsonl

  # Two files, one after the other; every refusal is shown in the second
  connector-groups replay examples/contoso.jsonl examples/refusals.jsonl

  # From standard input
  grep -v deleteTenant commands.jsonl | connector-groups replay

  # For programs: one JSON answer a line, {\"accepted\":[…]}, {\"refused\":{…}} or {\"invalid\":\"…\"}
  connector-groups replay --json examples/contoso.jsonl

  # For programs: the same, and {\"state\":…} as a last line, with all that is there in the end
  connector-groups replay --state examples/contoso.jsonl | tail -n 1 > contoso.json

  # Begin where another replay has ended
  connector-groups replay --load contoso.json examples/refusals.jsonl

  # Audit every invariant after each line: for whoever changes the engine
  connector-groups replay --check examples/contoso.jsonl

The exit status is 0 whatever the answers are, 1 where the input cannot be read, 2 where the call is
wrong, and 3 where --check has found a broken invariant.";

/// Options of `replay`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// Print one JSON answer a line, for programs
    #[arg(long)]
    json: bool,
    /// Print the whole directory as a last line; implies --json
    #[arg(long)]
    state: bool,
    /// Audit every invariant after each line; stop with exit status 3 at the first violation
    #[arg(long)]
    check: bool,
    /// Begin with a tenant document, a directory's, or what `--state` has printed
    #[arg(long, value_name = "FILE")]
    load: Option<PathBuf>,
    /// The commands, one a line; standard input for `-` or where no file is named
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// The exit status is 1 where the input cannot be read, and 0 whatever the answers are.
pub(crate) fn run(options: &Options) -> ExitCode {
    let (message, status) = match replay(options) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Stop::Input(message)) => (message, ExitCode::FAILURE),
        Err(Stop::Violation(message)) => (message, ExitCode::from(3)),
        // A reader that has gone has read enough, such as `head`: it ends the replay, and is no failure.
        Err(Stop::Output(error)) => match output::finished(Err(error)) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(message) => (message, ExitCode::FAILURE),
        },
    };
    output::say("replay", &message);
    status
}

enum Stop {
    Input(String),
    Output(io::Error),
    Violation(String),
}

/// Where lines come from.
struct Source {
    name: String,
    reader: Box<dyn Read>,
    /// How long it is; `None` for a pipe or a terminal.
    length: Option<u64>,
}

impl Source {
    fn standard_input() -> Self {
        Self { name: String::from("standard input"), reader: Box::new(io::stdin()), length: None }
    }

    fn open(path: &Path) -> Result<Self, Stop> {
        if path == Path::new("-") {
            return Ok(Self::standard_input());
        }
        let cannot = |error| Stop::Input(format!("cannot read {}: {error}", path.display()));
        let file = File::open(path).map_err(cannot)?;
        let length = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|data| data.len());
        Ok(Self { name: path.display().to_string(), reader: Box::new(file), length })
    }
}

fn replay(options: &Options) -> Result<(), Stop> {
    // All are opened before the first command runs, so that a mistyped name costs nothing.
    let sources: Vec<Source> = if options.files.is_empty() {
        vec![Source::standard_input()]
    } else {
        options.files.iter().map(|file| Source::open(file)).collect::<Result<_, _>>()?
    };
    let directory = match &options.load {
        None => Directory::default(),
        Some(file) => input::text(file).and_then(|text| state::directory(file, &text)).map_err(Stop::Input)?,
    };
    let is_data = options.json || options.state;
    let answers = if is_data { Answers::Data } else { Answers::Words(Summary::default()) };
    // One source without a length, and nobody knows how much is to come.
    let length = sources.iter().try_fold(0_u64, |sum, source| Some(sum.saturating_add(source.length?)));
    let progress = Progress::of_bytes(length);
    // On a terminal, the answers themselves tell how far it has come, and a bar would run through them.
    let progress = if io::stdout().is_terminal() { progress.silent() } else { progress };
    let mut replay = Replay { directory, answers, checks: options.check, progress };
    let result = replay.run(sources, &mut BufWriter::new(io::stdout().lock()), options.state);
    replay.progress.end();
    result
}

struct Replay {
    directory: Directory,
    answers: Answers,
    checks: bool,
    progress: Progress,
}

impl Replay {
    fn run(&mut self, sources: Vec<Source>, output: &mut impl Write, state: bool) -> Result<(), Stop> {
        let several = sources.len() > 1;
        for source in sources {
            if several {
                self.answers.begin(output, &source.name).map_err(Stop::Output)?;
            }
            self.lines(source, output)?;
        }
        self.answers.end(output).map_err(Stop::Output)?;
        if state {
            answers::state(output, &self.directory).map_err(Stop::Output)?;
        }
        output.flush().map_err(Stop::Output)
    }

    fn lines(&mut self, source: Source, output: &mut impl Write) -> Result<(), Stop> {
        let (mut reader, mut line, mut number) = (BufReader::new(source.reader), Vec::new(), 0_u64);
        let mut piece = Vec::new();
        loop {
            number = number.saturating_add(1);
            let length = reader
                .read_until(b'\n', &mut line)
                .map_err(|error| Stop::Input(format!("cannot read line {number} of {}: {error}", source.name)))?;
            if length == 0 {
                return Ok(());
            }
            if number == 1 && input::is_utf16(&line) {
                return Err(Stop::Input(format!("{} is UTF-16: save it as UTF-8", source.name)));
            }
            // Lines that are blank are counted, so that numbers are those of the editor.
            let text = if number == 1 { input::without_mark(&line) } else { &line };
            if !text.trim_ascii().is_empty() {
                piece.push((number, line::read(text)));
            }
            self.progress.advance(u64::try_from(length).unwrap_or(u64::MAX));
            line.clear();
            // As `line::apply_all` does: what is here already is read before the first of it is applied.
            if reader.buffer().contains(&b'\n') {
                continue;
            }
            for (number, read) in piece.drain(..) {
                let outcome = line::apply(&mut self.directory, read);
                self.answers.answer(output, &self.directory, number, outcome).map_err(Stop::Output)?;
                self.check(&source.name, number)?;
            }
            // Whoever writes the next line may wait for this one's answer.
            if reader.buffer().is_empty() {
                output.flush().map_err(Stop::Output)?;
            }
        }
    }

    fn check(&self, name: &str, number: u64) -> Result<(), Stop> {
        let violation = self.directory.tenants().filter(|_| self.checks).find_map(|tenant| {
            let violation = tenant.audit().into_iter().next()?;
            Some(format!("after line {number} of {name}: tenant {}: {violation}", tenant.id()))
        });
        violation.map_or(Ok(()), |message| Err(Stop::Violation(message)))
    }
}
