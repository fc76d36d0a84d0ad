//! JSON as it is written: name by name, into one buffer.
//!
//! A page of a hundred things has six hundred names and texts. `serde_json` looks in each for what must be escaped, byte by byte,
//! which was a third of all that a page cost. Here nobody looks at what cannot have such a byte, and at others eight at once.

use alloc::vec::Vec;

use serde::Serialize;
use uuid::fmt::Hyphenated;

use crate::ids::{AnyId, spell};

/// Room that is made for a list before it is written.
const ROOM_BYTES_MAX: usize = 64 * 1024;

/// An object under way.
pub(super) struct Object<'o> {
    out: &'o mut Vec<u8>,
    is_empty: bool,
}

impl<'o> Object<'o> {
    pub(super) fn begin(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, is_empty: true }
    }

    /// A member's name. Its value is to be written behind that.
    pub(super) fn name(&mut self, name: &str) -> &mut Vec<u8> {
        self.part();
        text(self.out, name);
        self.out.push(b':');
        self.out
    }

    /// The name of a member that a table of this crate has.
    pub(super) fn known(&mut self, name: &'static str) -> &mut Vec<u8> {
        self.part();
        plain(self.out, name.as_bytes());
        self.out.push(b':');
        self.out
    }

    fn part(&mut self) {
        if !core::mem::take(&mut self.is_empty) {
            self.out.push(b',');
        }
    }

    /// A member.
    pub(super) fn member(&mut self, name: &str, value: &impl Serialize) {
        append(self.name(name), value);
    }

    pub(super) fn end(self) {
        self.out.push(b'}');
    }
}

/// A list, each of its things as `write` has it.
pub(super) fn list<T>(out: &mut Vec<u8>, things: impl IntoIterator<Item = T>, write: impl Fn(&mut Vec<u8>, T)) {
    out.push(b'[');
    let things = things.into_iter();
    let (count, start) = (things.size_hint().0, out.len());
    for (place, thing) in things.enumerate() {
        between(out, place, start, count);
        write(out, thing);
    }
    out.push(b']');
}

/// What is before the thing at this place of a list that begins at `start` and has `count` things or more. All lists share it.
fn between(out: &mut Vec<u8>, place: usize, start: usize, count: usize) {
    // Most things are about as long as the first one: the buffer grows once. Of a very long one that is not taken for granted.
    if place == 1 {
        let bytes = out.len().saturating_sub(start).saturating_mul(count);
        out.reserve(bytes.saturating_add(bytes.div_euclid(8)).min(ROOM_BYTES_MAX));
    }
    if place > 0 {
        out.push(b',');
    }
}

/// A text.
pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    if !is_plain(text.as_bytes()) {
        return append(out, text);
    }
    plain(out, text.as_bytes());
}

/// A GUID. Its digits go where they stay: what was written in pieces and is read at once keeps the processor waiting.
pub(super) fn id(out: &mut Vec<u8>, id: AnyId) {
    out.extend_from_slice(b"\"00000000-0000-0000-0000-000000000000\"");
    if let Some([_, text @ .., _]) = out.last_chunk_mut::<{ Hyphenated::LENGTH + 2 }>() {
        spell(id.as_u128(), text);
    }
}

/// A text of which nothing is escaped.
pub(super) fn plain(out: &mut Vec<u8>, text: &[u8]) {
    debug_assert!(is_plain(text), "{text:?} has something to escape");
    out.reserve(text.len().saturating_add(3));
    out.push(b'"');
    out.extend_from_slice(text);
    out.push(b'"');
}

/// A value of any other sort. What cannot fail to be written has no answer for it: all of it is text, numbers, lists and
/// objects.
pub(super) fn append(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    let written = serde_json::to_vec(value);
    debug_assert!(written.is_ok(), "{written:?}");
    out.extend(written.unwrap_or_default());
}

/// Whether none of these bytes is escaped in JSON (RFC 8259, section 7): eight of them at once, as one word.
fn is_plain(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<8>();
    let is_plain = |word: &[u8; 8]| !has_escape(u64::from_le_bytes(*word));
    words.iter().all(is_plain)
        // The last eight, some of which were among the others. A text that has no eight is looked at byte by byte.
        && match bytes.last_chunk() {
            Some(last) => rest.is_empty() || is_plain(last),
            None => !rest.iter().any(|byte| *byte < 0x20 || *byte == b'"' || *byte == b'\\'),
        }
}

/// Whether a byte of these is escaped. In a byte that is below a number, or equal to it, the highest bit is left; a byte above
/// such a one may have it too, which changes no answer.
const fn has_escape(word: u64) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = EACH.wrapping_mul(0x80);
    let quote = word ^ EACH.wrapping_mul(0x22);
    let backslash = word ^ EACH.wrapping_mul(0x5c);
    let below = word.wrapping_sub(EACH.wrapping_mul(0x20)) & !word;
    let equal = quote.wrapping_sub(EACH) & !quote | backslash.wrapping_sub(EACH) & !backslash;
    (below | equal) & HIGHEST != 0
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn members_and_lists_are_parted() {
        let mut out = Vec::new();
        let mut object = Object::begin(&mut out);
        object.member("a", &1);
        list(object.name("b\""), ["x", "y"], text);
        list(object.name("c"), [], text);
        Object::begin(object.name("d")).end();
        object.end();
        assert_eq!(String::from_utf8_lossy(&out), r#"{"a":1,"b\"":["x","y"],"c":[],"d":{}}"#);
        assert_eq!(
            serde_json::from_slice::<Value>(&out).unwrap(),
            json!({"a": 1, "b\"": ["x", "y"], "c": [], "d": {}})
        );
    }

    #[test]
    fn each_byte_is_escaped_wherever_it_stands() {
        for byte in 0..=0x7f_u8 {
            for place in 0..40 {
                let letters: String = (0..40).map(|at| if at == place { char::from(byte) } else { 'a' }).collect();
                let mut out = Vec::new();
                text(&mut out, &letters);
                assert_eq!(out, Value::from(letters).to_string().into_bytes());
            }
        }
    }

    proptest! {
        #[test]
        fn a_text_is_written_as_serde_json_has_it(letters: String) {
            let mut out = Vec::new();
            text(&mut out, &letters);
            prop_assert_eq!(out, Value::from(letters).to_string().into_bytes());
        }
    }
}
