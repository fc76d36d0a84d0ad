//! Files in. Windows begins many of them with a byte order mark, which is no part of the text, and writes some as UTF-16.

pub(crate) use crate::import::text;

/// Lines come one by one, and UTF-16 has its line breaks between other bytes.
pub(crate) fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
}

/// The start of a file without UTF-8's byte order mark.
pub(crate) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)
}
