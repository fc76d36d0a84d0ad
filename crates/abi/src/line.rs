//! A line of the replay format and its answer.

use alloc::{format, string::String};

use connector_groups::{Directory, DirectoryCommand, directory::Answer};

const TEXT_BYTES_MAX: usize = 250;

/// Applies the command of a line, the one of this number.
pub(crate) fn answer(directory: &mut Directory, line: &[u8], number: u64) -> Answer {
    match serde_json::from_slice::<DirectoryCommand>(line) {
        Ok(command) => directory.apply(&command).into(),
        Err(error) => Answer::Invalid(message(&error, number).into()),
    }
}

/// Why a line is no command. What JSON calls line 1 is this line of the input.
///
/// The path of the field, which the program `connector-groups replay` says too, is left out: with it, reading would be
/// compiled a second time for every command.
fn message(error: &serde_json::Error, number: u64) -> String {
    let (message, column) = (format!("{error}"), error.column());
    let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
    format!("{} at line {number} column {column}", shortened(message))
}

/// A text that may repeat a megabyte of the line, cut to a length that can be read.
fn shortened(text: &str) -> String {
    match text.char_indices().find(|(start, _)| *start >= TEXT_BYTES_MAX) {
        Some((end, _)) => format!("{}… ", text.get(..end).unwrap_or_default()),
        None => String::from(text),
    }
}
