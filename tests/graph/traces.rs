//! The requests of public tools, one after the other: each file of `tests/traces` has a source, the commands that make the
//! tenant before, and requests in the shape that the source sends, with what must come back. `crates/cli/tests/traces.rs`
//! sends the same to a running server.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use serde_json::Value;

use crate::server::Server;

#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Line {
    Source {
        source: String,
        address: String,
        #[serde(default)]
        note: Option<String>,
    },
    Command {
        command: Value,
    },
    Step(Box<Step>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    #[serde(rename = "step")]
    what: String,
    send: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Value,
    status: u16,
    /// The code of the error.
    code: Option<String>,
    /// What must stand where, by JSON Pointers.
    #[serde(default)]
    has: BTreeMap<String, Value>,
    /// How many things `value` has.
    count: Option<usize>,
    /// Names for what stands where, by which later lines call it.
    #[serde(default)]
    take: BTreeMap<String, String>,
}

/// A line with the names of earlier answers filled in.
fn filled(line: &str, names: &BTreeMap<String, String>) -> String {
    names.iter().fold(line.to_string(), |line, (name, value)| line.replace(&format!("{{{name}}}"), value))
}

fn play(name: &str, text: &str) {
    let mut server = Server::new();
    let mut names = BTreeMap::new();
    let mut steps = 0;
    for (number, line) in text.lines().enumerate() {
        let line: Line =
            serde_json::from_str(&filled(line, &names)).unwrap_or_else(|error| panic!("{name}: {error}: {line}"));
        let step = match line {
            Line::Source { source, address, note } => {
                assert!(number == 0 && !source.is_empty() && address.starts_with("https://"), "{name}");
                assert!(note.is_none_or(|note| note.ends_with('.')), "{name}");
                continue;
            }
            Line::Command { command } => {
                server.line(command);
                continue;
            }
            Line::Step(step) => step,
        };
        let (method, url) = step.send.split_once(' ').unwrap();
        let mut request = Server::request(method, &url.replace(' ', "%20")).header("content-type", "application/json");
        for (name, value) in &step.headers {
            request = request.header(name, value);
        }
        let body = if step.body.is_null() { Vec::new() } else { step.body.to_string().into_bytes() };
        let answer = server.send(&request.body(body).unwrap());
        let told = format!("{name}, {}: {answer:?}", step.what);
        assert_eq!(answer.status, step.status, "{told}");
        if let Some(code) = &step.code {
            assert_eq!(answer.code(), code, "{told}");
        }
        for (pointer, value) in &step.has {
            assert_eq!(answer.body.pointer(pointer), Some(value), "{pointer} of {told}");
        }
        if let Some(count) = step.count {
            assert_eq!(answer.body["value"].as_array().unwrap().len(), count, "{told}");
        }
        for (name, pointer) in step.take {
            names.insert(name, answer.body.pointer(&pointer).and_then(Value::as_str).expect(&told).to_string());
        }
        steps += 1;
    }
    assert!(steps > 3, "{name} has {steps} steps");
}

#[test]
fn public_tools_run_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces");
    let mut played = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        play(&path.file_stem().unwrap().to_string_lossy(), &fs::read_to_string(&path).unwrap());
        played += 1;
    }
    assert!(played >= 12, "{played} traces");
}
