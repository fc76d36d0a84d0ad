//! A line of the replay format and what comes of it.

use connector_groups::{
    Directory, DirectoryCommand, Refusal,
    directory::{Answer, DirectoryEvent},
};

/// Of what the parser says: an answer is a line, and some of its messages repeat what they found.
const TEXT_BYTES_MAX: usize = 250;

/// So many lines are read before the first of them is applied: where parser and engine work by turns, each has to get its code
/// and tables back from farther caches, which takes a tenth of the time.
const AT_ONCE: usize = 64;

/// What came of a line.
pub(crate) enum Outcome {
    /// It is no command.
    Invalid(Invalid),
    /// It is one, and was applied or refused.
    Applied(DirectoryCommand, Result<Vec<DirectoryEvent>, Refusal>),
}

/// Why a line is no command.
pub(crate) struct Invalid {
    /// What is wrong, with the field that it is about.
    pub(crate) what: String,
    /// Where, as the JSON parser says.
    column: Option<usize>,
    /// Where, counted from 1.
    pub(crate) place: usize,
    /// Whether it is JSON at least.
    pub(crate) is_json: bool,
}

/// The command of a line.
pub(crate) fn read(line: &[u8]) -> Result<DirectoryCommand, Invalid> {
    // The first reading has no path to the field that is wrong, as to follow it would cost every line.
    serde_json::from_slice(line).map_err(|_| Invalid::of(line))
}

/// Applies what was read.
pub(crate) fn apply(directory: &mut Directory, read: Result<DirectoryCommand, Invalid>) -> Outcome {
    match read {
        Ok(command) => {
            let result = directory.apply(&command);
            Outcome::Applied(command, result)
        }
        Err(invalid) => Outcome::Invalid(invalid),
    }
}

/// Applies lines in their order, but blank ones. What came of each is given away with its number, counted from 1, and the
/// directory that it has left.
pub(crate) fn apply_all(directory: &mut Directory, text: &[u8], mut came: impl FnMut(u64, &[u8], &Directory, Outcome)) {
    let mut lines = (1..).zip(text.split(|byte| *byte == b'\n')).filter(|(_, line)| !line.trim_ascii().is_empty());
    loop {
        let piece: Vec<_> = lines.by_ref().take(AT_ONCE).map(|(number, line)| (number, line, read(line))).collect();
        if piece.is_empty() {
            return;
        }
        for (number, line, read) in piece {
            let outcome = apply(directory, read);
            came(number, line, directory, outcome);
        }
    }
}

impl Outcome {
    pub(crate) const fn is_accepted(&self) -> bool {
        matches!(self, Self::Applied(_, Ok(_)))
    }

    /// As the replay format answers the line of this number.
    pub(crate) fn into_answer(self, number: u64) -> Answer {
        match self {
            Self::Applied(_, result) => result.into(),
            Self::Invalid(Invalid { what, column: Some(column), .. }) => {
                Answer::Invalid(format!("{what} at line {number} column {column}").into())
            }
            Self::Invalid(Invalid { what, .. }) => Answer::Invalid(what.into()),
        }
    }
}

impl Invalid {
    /// The line is read once more, with the path to each field: only an invalid line pays for that.
    fn of(line: &[u8]) -> Self {
        let mut deserializer = serde_json::Deserializer::from_slice(line);
        let (path, error) = match serde_path_to_error::deserialize::<_, DirectoryCommand>(&mut deserializer) {
            Ok(_) => (String::new(), deserializer.end().err()),
            Err(error) if error.path().iter().len() == 0 => (String::new(), Some(error.into_inner())),
            Err(error) => (format!("{}: ", error.path()), Some(error.into_inner())),
        };
        let Some(error) = error else {
            return Self { what: String::from("not a command"), column: None, place: 1, is_json: false };
        };
        // What serde_json calls line 1 is this line of the input.
        let (message, column) = (error.to_string(), error.column());
        let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
        let what = format!("{}{}", shortened(&path), shortened(message));
        // Where a line ends too early, the parser has gone on to the next one, which is not there.
        let place = if column == 0 { line.trim_ascii_end().len().saturating_add(1) } else { column };
        Self { what, column: Some(column), place, is_json: error.is_data() }
    }
}

/// A text that may repeat a megabyte of the line, cut to a length that can be read.
fn shortened(text: &str) -> String {
    match text.char_indices().find(|(start, _)| *start >= TEXT_BYTES_MAX) {
        Some((end, _)) => format!("{}… ", text.get(..end).unwrap_or_default()),
        None => String::from(text),
    }
}
