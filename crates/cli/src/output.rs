//! Standard output and standard error, for all subcommands: a reader that has gone is no error and no panic, and a terminal
//! interprets nothing of what names and files say.

use std::io::{self, Write};

/// Prints a text for people, and a line break.
///
/// # Errors
/// What kept it from being written. A reader that has closed the pipe has read enough: that is none.
pub(crate) fn print(text: &str) -> Result<(), String> {
    print_data(&visible(text))
}

/// As [`print`], but byte for byte: JSON, which has escapes of its own.
pub(crate) fn print_data(text: &str) -> Result<(), String> {
    // Flushed each time: standard output may be a file or a pipe, whose reader waits for the line.
    let mut output = io::stdout().lock();
    finished(writeln!(output, "{text}").and_then(|()| output.flush()))
}

/// A result of writing in which a closed pipe is the end and no error.
pub(crate) fn finished(result: io::Result<()>) -> Result<(), String> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot write: {error}")),
        _ => Ok(()),
    }
}

/// Says something on standard error, after the name of the subcommand. `eprintln!` would panic where nobody listens.
pub(crate) fn say(subcommand: &str, text: &str) {
    _ = writeln!(io::stderr(), "{subcommand}: {}", visible(text));
}

/// As [`say`], of the call as a whole.
pub(crate) fn complain(text: &str) {
    _ = write!(io::stderr(), "{}", visible(text));
}

/// A text of several lines in which only the line breaks are left for a terminal to interpret.
pub(crate) fn visible(text: &str) -> String {
    text.split('\n').map(escaped).collect::<Vec<_>>().join("\n")
}

/// A text as one line: whatever a terminal could interpret is spelled out as `\u{…}`.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        // A backslash stays, so that paths can be copied. What is spelled out is to be seen, and not to be read back.
        if is_interpreted(letter) {
            escaped.extend(letter.escape_unicode());
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

/// Control characters move the cursor, change colours and titles, and break lines. The others here turn the direction of
/// writing or cannot be seen, so that one name can be shown as another.
pub(crate) fn is_interpreted(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_interprets_line_breaks_only() {
        assert_eq!(visible("a\u{1b}[31m\r\nb\t\u{9b}c\u{202e}d"), "a\\u{1b}[31m\\u{d}\nb\\u{9}\\u{9b}c\\u{202e}d");
        assert_eq!(escaped("two\nlines"), "two\\u{a}lines");
        let plain = "Zürich \u{65e5}\u{672c} e\u{301} \u{1f468}\u{200d}\u{1f469} \\ \" '";
        assert_eq!(visible(plain), plain, "letters of all languages, and quotes, are left as they are");
        assert_eq!(visible(&visible("\u{7f}")), "\\u{7f}", "twice is as good as once");
    }
}
