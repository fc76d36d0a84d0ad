//! JSON as it is written: name by name, into one buffer.
//!
//! A page of a hundred things has six hundred names and texts. `serde_json` looks in each for what must be escaped, byte by byte,
//! which was a third of all that a page cost. Here nobody looks at what cannot have such a byte, and at others all at once.

use alloc::vec::Vec;

use serde::Serialize;

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
    for (place, thing) in things.into_iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write(out, thing);
    }
    out.push(b']');
}

/// A text.
pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    if !is_plain(text.as_bytes()) {
        return append(out, text);
    }
    plain(out, text.as_bytes());
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

/// Whether none of these bytes is escaped in JSON (RFC 8259, section 7). Without a way out within sixteen bytes, which the
/// compiler compares all at once.
#[allow(clippy::needless_bitwise_bool, reason = "a lazy operator is such a way out")]
fn is_plain(bytes: &[u8]) -> bool {
    let escapes = |byte: &u8| (*byte < 0x20) | (*byte == b'"') | (*byte == b'\\');
    let (chunks, rest) = bytes.as_chunks::<16>();
    !chunks.iter().any(|chunk| chunk.iter().fold(false, |found, byte| found | escapes(byte)))
        && !rest.iter().any(escapes)
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
