//! Files as text: UTF-8 with and without a byte order mark, UTF-16 with one, none of them too long.

use std::{fs::File, io::Read, path::Path};

use super::node::{Place, Problem, Source};

/// No file that is read whole may be longer: a page of Graph has at most some megabytes, and a list of a million
/// applications in one file some hundred.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// A file as text.
pub(crate) fn read(path: &Path, name: String) -> Result<Source, Problem> {
    let unreadable = |error: std::io::Error| {
        let told = if path.is_dir() {
            // What a backup has, which people name whole.
            let named = if path.join("document.json").is_file() { ", such as its document.json" } else { "" };
            format!("is a folder, and a file is read here{named}")
        } else {
            format!("cannot be read: {error}")
        };
        Problem::of_file(name.clone(), told)
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(FILE_BYTES_MAX.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > FILE_BYTES_MAX) {
        return Err(Problem::of_file(name, format!("is longer than {FILE_BYTES_MAX} bytes")));
    }
    let text = decoded(bytes).map_err(|(before, message)| {
        let line = before.matches('\n').count().saturating_add(1);
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
        Problem { place: Place { file: name.clone(), line, column }, message }
    })?;
    Ok(Source { name, text })
}

/// The text of a file, for those who need no place in it.
pub(crate) fn text(path: &Path) -> Result<String, String> {
    let read = read(path, path.display().to_string());
    read.map(|source| source.text).map_err(|problem| problem.to_string())
}

/// The text that bytes stand for, or what could be read and why no more.
fn decoded(bytes: Vec<u8>) -> Result<String, (String, String)> {
    match bytes.as_slice() {
        // Windows PowerShell's `>` and Out-File write little-endian UTF-16.
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest.to_vec()),
        [b'P', b'K', 3, 4, ..] => Err((
            String::new(),
            String::from("is a zip archive: unpack it, and name the folder or file that was in it"),
        )),
        [0, 0, ..] => Err((
            String::new(),
            String::from("begins with zeros: it was not written whole, or is no text; fetch it again"),
        )),
        // JSON begins with an ASCII character, which has a zero byte in UTF-16.
        [0, _, ..] | [_, 0, ..] => {
            Err((String::new(), String::from("looks like UTF-16 without a byte order mark; save it as UTF-8")))
        }
        _ => utf8(bytes),
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, (String, String)> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        (String::from_utf8_lossy(valid).into_owned(), String::from("is not UTF-8 from here on; save it as UTF-8"))
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, (String, String)> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::new();
    for character in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match character {
            Ok(character) => text.push(character),
            Err(_) => return Err((text, String::from("has half of a surrogate pair of UTF-16"))),
        }
    }
    if rest.is_empty() { Ok(text) } else { Err((text, String::from("ends in the middle of a character of UTF-16"))) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    #[test]
    fn four_encodings_are_one_text() {
        let text = "{\"name\": \"Grüße 🚀\"}\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [b"\xff\xfe", little.as_slice()].concat(),
            [b"\xfe\xff", big.as_slice()].concat(),
        ] {
            assert_eq!(decoded(bytes).unwrap(), text);
        }
        assert!(decoded(little).unwrap_err().1.contains("without a byte order mark"));
        assert!(decoded(vec![0; 9]).unwrap_err().1.contains("begins with zeros"));
        assert!(decoded(b"PK\x03\x04".to_vec()).unwrap_err().1.contains("is a zip archive: unpack it"));
        assert_eq!(decoded(b"ab\xffcd".to_vec()).unwrap_err().0, "ab");
        assert!(decoded(b"\xff\xfea\0b".to_vec()).unwrap_err().1.contains("middle"));
        assert!(decoded(b"\xff\xfe\x00\xd8".to_vec()).unwrap_err().1.contains("surrogate"));
    }
}
