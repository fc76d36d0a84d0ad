//! A recording of what a service answered, without anything that is only this tenant's or only this run's.

extern crate alloc;

use alloc::collections::BTreeMap;
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use serde_json::{Value, json};

use super::{ids::with_guids, run::Exchange};

/// Writes a line for each request and its answer. Ids are numbered in the order in which they come up, and times are gone.
pub(super) struct Capture {
    file: BufWriter<File>,
    ids: BTreeMap<String, usize>,
    failed: Option<String>,
}

impl Capture {
    /// Begins a recording. The first line says which service it is, and on which day.
    pub(super) fn new(path: &Path, graph: &str, day: &str) -> Result<Self, String> {
        let failed = |error| format!("cannot write {}: {error}", path.display());
        let mut file = BufWriter::new(File::create_new(path).map_err(failed)?);
        writeln!(file, "{}", json!({"recording": 1, "service": graph, "day": day})).map_err(failed)?;
        Ok(Self { file, ids: BTreeMap::new(), failed: None })
    }

    pub(super) fn add(&mut self, exchange: &Exchange<'_>) {
        let mut line = json!({
            "method": exchange.request.method,
            "path": exchange.request.path,
            "status": exchange.actual.status,
        });
        if let Value::Object(members) = &mut line {
            members.extend(exchange.request.body.clone().map(|body| ("body".into(), body)));
            let answer = without_links(&exchange.actual.body);
            if !answer.is_null() {
                let here = exchange.ids.here(&answer.to_string());
                members.insert("answer".into(), serde_json::from_str(&here).unwrap_or_default());
            }
            members.extend(exchange.difference.map(|text| ("differs".into(), text.into())));
        }
        // Over the whole line, as ids stand in paths, bodies and answers. In the order of coming up they are the same in every
        // run, so that two recordings can be compared.
        let ids = &mut self.ids;
        let number = |id: &str| {
            let next = ids.len().saturating_add(1);
            Some(format!("id-{}", ids.entry(id.into()).or_insert(next)))
        };
        let text = with_guids(&line.to_string(), number);
        // Told at the end: what the trace has made must still be taken down, whether it can be recorded or not.
        if let Err(error) = writeln!(self.file, "{text}") {
            self.failed.get_or_insert_with(|| error.to_string());
        }
    }

    pub(super) fn end(mut self) -> Result<(), String> {
        let flushed = self.file.flush().map_err(|error| error.to_string());
        self.failed.map_or(flushed, Err).map_err(|error| format!("cannot write the recording: {error}"))
    }
}

/// An answer without annotations and without what an error says for people and about its request, and with one text for all
/// times. These differ from run to run, or tell whose tenant it was.
fn without_links(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let own = |name: &str| name.starts_with('@') || ["innerError", "message"].contains(&name);
            members
                .iter()
                .filter(|(name, _)| !own(name))
                .map(|(name, value)| (name.clone(), without_links(value)))
                .collect()
        }
        Value::Array(values) => values.iter().map(without_links).collect(),
        Value::String(text) if is_time(text) => "time".into(),
        other => other.clone(),
    }
}

/// `2026-11-26T14:00:00Z`, with or without a fraction.
fn is_time(text: &str) -> bool {
    let is_right = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        10 => byte == b'T',
        13 | 16 => byte == b':',
        0..=18 => byte.is_ascii_digit(),
        _ => byte.is_ascii_digit() || b".Z+-:".contains(&byte),
    };
    text.len() >= 20 && text.bytes().enumerate().all(is_right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_times_and_words_are_left_out() {
        let value = json!({"@odata.context": "x", "id": "1", "value": [{"createdDateTime": "2026-11-26T14:00:00.5Z", "n": null}],
            "error": {"code": "C", "message": "m", "innerError": {"date": "d"}}, "day": "2026-11-26"});
        let expected = json!({"id": "1", "value": [{"createdDateTime": "time", "n": null}], "error": {"code": "C"}, "day": "2026-11-26"});
        assert_eq!(without_links(&value), expected);
    }
}
