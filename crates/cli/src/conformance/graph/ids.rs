//! Ids of the trace in the service's words, and back: a service gives the things that it makes ids of its own.

extern crate alloc;

use alloc::collections::BTreeMap;

const GUID_BYTES: usize = 36;

/// Which id of the trace is which id of the service. An id that is in no pair is the same on both sides.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids {
    there: BTreeMap<String, String>,
    here: BTreeMap<String, String>,
}

impl Ids {
    pub(super) fn pair(&mut self, here: &str, there: &str) {
        let (here, there) = (here.to_ascii_lowercase(), there.to_ascii_lowercase());
        self.there.insert(here.clone(), there.clone());
        self.here.insert(there, here);
    }

    /// A text of the trace as the service has to read it.
    pub(super) fn there(&self, text: &str) -> String {
        with_guids(text, |id| self.there.get(id).cloned())
    }

    /// Whether the trace has made this or began with it.
    pub(super) fn knows(&self, here: &str) -> bool {
        self.there.contains_key(here)
    }

    /// A text of the service in the ids of the trace.
    pub(super) fn here(&self, text: &str) -> String {
        with_guids(text, |id| self.here.get(id).cloned())
    }
}

/// A text with each GUID in it replaced where there is something for it, which is asked for in lower case.
pub(super) fn with_guids(text: &str, mut replaced: impl FnMut(&str) -> Option<String>) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if let Some(guid) = rest.get(..GUID_BYTES).filter(|text| is_guid(text)) {
            result.push_str(&replaced(&guid.to_ascii_lowercase()).unwrap_or_else(|| guid.into()));
            rest = rest.get(GUID_BYTES..).unwrap_or_default();
        } else {
            result.push(letter);
            rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        }
    }
    result
}

pub(super) fn is_guid(text: &str) -> bool {
    let is_right = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == GUID_BYTES && text.bytes().enumerate().all(is_right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_replaced_wherever_it_stands_and_in_any_case() {
        let mut ids = Ids::default();
        let (here, there) = ("60000000-0000-4000-8000-00000000000a", "11111111-2222-4333-8444-555555555555");
        ids.pair(here, there);
        let text = format!("é/{}('{here}')-{here}x 60000000-0000-4000-8000-00000000000b", here.to_uppercase());
        let sent = ids.there(&text);
        assert_eq!(sent, format!("é/{there}('{there}')-{there}x 60000000-0000-4000-8000-00000000000b"));
        assert_eq!(ids.here(&sent), text.to_lowercase());
    }
}
