//! Files in. Windows begins many of them with a byte order mark, which is no part of the text.

use std::{fs, path::Path};

/// The text of a file.
pub(crate) fn text(path: &Path) -> Result<String, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    // Most files have no mark, and are not copied.
    let unmarked = text.strip_prefix('\u{feff}').map(String::from);
    Ok(unmarked.unwrap_or(text))
}

/// The start of a file without UTF-8's byte order mark.
pub(crate) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)
}
