//! A line of the replay format and its answer.

use connector_groups::{Directory, DirectoryCommand, directory::Answer};

const TEXT_BYTES_MAX: usize = 250;

/// Applies the command of a line, the one of this number.
pub(crate) fn answer(directory: &mut Directory, line: &[u8], number: u64) -> Answer {
    match serde_json::from_slice::<DirectoryCommand>(line) {
        Ok(command) => directory.apply(&command).into(),
        Err(_) => Answer::Invalid(message(line, number).into()),
    }
}

/// Why a line is no command, with the field that it is about. Read once more, as only an invalid line pays for that.
fn message(line: &[u8], number: u64) -> String {
    let mut deserializer = serde_json::Deserializer::from_slice(line);
    let (path, error) = match serde_path_to_error::deserialize::<_, DirectoryCommand>(&mut deserializer) {
        Ok(_) => (String::new(), deserializer.end().err()),
        Err(error) if error.path().iter().len() == 0 => (String::new(), Some(error.into_inner())),
        Err(error) => (format!("{}: ", error.path()), Some(error.into_inner())),
    };
    let Some(error) = error else { return String::from("not a command") };
    // What serde_json calls line 1 is this line of the input.
    let (message, column) = (error.to_string(), error.column());
    let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
    format!("{}{} at line {number} column {column}", shortened(&path), shortened(message))
}

/// A text that may repeat a megabyte of the line, cut to a length that can be read.
fn shortened(text: &str) -> String {
    match text.char_indices().find(|(start, _)| *start >= TEXT_BYTES_MAX) {
        Some((end, _)) => format!("{}… ", text.get(..end).unwrap_or_default()),
        None => String::from(text),
    }
}
