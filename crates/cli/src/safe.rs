//! Text of strangers made safe for what shows it: JSON, Markdown, HTML. A terminal is the matter of `output`.
//!
//! Names of a tenant may hold control characters. A terminal would obey an escape sequence among them, and a reader would be
//! misled by characters that turn the direction of writing. So every text that leaves the program passes one of these.

use core::fmt::Write;
use std::io;

use crate::output::{is_interpreted, visible};

/// JSON for a terminal: what `serde_json` leaves as it is although it drives a terminal becomes `\u009b`.
///
/// Outside of its strings JSON has line breaks and no other such character, so that only contents of strings change.
pub(crate) fn json(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if is_interpreted(character) && character != '\n' {
            // JSON's escapes are units of UTF-16: characters beyond U+FFFF have two.
            for unit in character.encode_utf16(&mut [0; 2]) {
                _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(character);
        }
    }
    safe
}

/// Writes JSON as [`json`] has it, for what is too long to be one text.
pub(crate) struct Json<W>(pub(crate) W);

impl<W: io::Write> io::Write for Json<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Nearly all is plain ASCII, and goes through as it is. `serde_json` writes whole characters, so that no piece ends
        // within one.
        let is_plain = bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n'));
        match core::str::from_utf8(bytes) {
            Ok(text) if !is_plain => self.0.write_all(json(text).as_bytes())?,
            _ => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A text inside HTML, in an element or in a quoted attribute.
pub(crate) fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(character),
        }
    }
    safe
}

/// A text inside a paragraph or a table of Markdown, shown as it is.
pub(crate) fn markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            // A line break would end the table's row.
            '\n' => safe.push(' '),
            '<' => safe.push_str("&lt;"),
            '&' => safe.push_str("&amp;"),
            // What has a meaning within a line. Marks that have one at its beginning only, such as `-`, are left: callers put
            // their own words before a text.
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' | '>' | '$' => safe.extend(['\\', character]),
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    /// Clear the screen, a C1 control sequence, a right-to-left override, and what each format itself gives a meaning.
    const HOSTILE: &str = "a\u{1b}[2Jb\u{9b}31mc\u{202e}d\r\"<b>&|`*_\\";

    #[test]
    fn no_text_drives_a_terminal() {
        for safe in [json(HOSTILE), html(HOSTILE), markdown(HOSTILE)] {
            assert!(!safe.chars().any(is_interpreted), "{safe:?}");
        }
    }

    #[test]
    fn each_format_shows_what_it_gives_a_meaning_to() {
        let text = serde_json::to_string(HOSTILE).unwrap();
        assert_eq!(serde_json::from_str::<String>(&json(&text)).unwrap(), HOSTILE);
        let mut written = Vec::new();
        serde_json::to_writer(Json(&mut written), HOSTILE).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), json(&text));
        assert_eq!(html("<a href='x'>&"), "&lt;a href=&#39;x&#39;&gt;&amp;");
        assert_eq!(markdown("a|b`c`<d>"), r"a\|b\`c\`&lt;d\>");
    }
}
