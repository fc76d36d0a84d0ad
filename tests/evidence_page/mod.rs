//! The page that is made of the records: each rule and each operation beside its witnesses.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
};

use connector_groups::graph::operations as answered;

use super::{
    Rule, Source, Witnesses, operations, records, repository::root, rules, shape, wire_operation::operation_at,
};

/// The operations that each trace of public tools asks for, by its name.
fn traces() -> BTreeMap<String, BTreeSet<String>> {
    let known: Vec<(String, String)> =
        answered().into_iter().map(|known| (known.method.to_string(), shape(&known.route))).collect();
    let mut traces = BTreeMap::new();
    for entry in fs::read_dir(root().join("tests/traces")).unwrap() {
        let file = entry.unwrap().path();
        let mut asked = BTreeSet::new();
        for line in fs::read_to_string(&file).unwrap().lines() {
            let step: serde_json::Value = serde_json::from_str(line).unwrap();
            let mut requests: Vec<(String, String)> = Vec::new();
            let mut push = |method: &str, url: &str| requests.push((method.into(), url.into()));
            if let Some((method, url)) = step["send"].as_str().and_then(|send| send.split_once(' ')) {
                push(method, url);
            }
            for request in step["body"]["requests"].as_array().into_iter().flatten() {
                push(
                    request["method"].as_str().unwrap(),
                    &format!("/beta/{}", request["url"].as_str().unwrap().trim_start_matches('/')),
                );
            }
            for (method, url) in requests {
                let found = operation_at(&known, &method, url.split('?').next().unwrap());
                asked.extend(found.map(|(method, route)| format!("{method} {route}")));
            }
        }
        traces.insert(file.file_stem().unwrap().to_string_lossy().into_owned(), asked);
    }
    traces
}

impl Witnesses {
    /// One letter an axis, in the order of the legend; a dot where there is no witness.
    fn letters(&self) -> String {
        let axes = [
            ('D', &self.documents),
            ('S', &self.schema),
            ('O', &self.observed),
            ('C', &self.clients),
            ('M', &self.model),
            ('F', &self.mutation),
            ('T', &self.tests),
        ];
        axes.into_iter().map(|(letter, axis)| if axis.is_empty() { '·' } else { letter }).collect()
    }

    fn details(&self, sources: &BTreeMap<&str, &Source>, text: &mut String) {
        for (axis, tags) in [("Documents", &self.documents), ("Schema", &self.schema), ("Observed", &self.observed)] {
            let cited: Vec<String> = tags.iter().map(|tag| cite(sources[&**tag])).collect();
            line(text, axis, &cited.join("; "));
        }
        let code = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        line(text, "Real clients", &code(&self.clients));
        line(text, "Model", &code(&self.model));
        line(text, "Mutation", &code(&self.mutation));
        line(text, "Tests", &code(&self.tests));
    }
}

fn line(text: &mut String, axis: &str, value: &str) {
    if !value.is_empty() {
        writeln!(text, "* {axis}: {value}").unwrap();
    }
}

fn cite(source: &Source) -> String {
    let Source { title, date, .. } = source;
    match &source.address {
        Some(address) => format!("[{title}]({address}) ({date})"),
        None => format!("{title} ({date})"),
    }
}

const HEAD: &str = "\
# Rules and their evidence

This page is generated from `rules.jsonl`, `operations.jsonl`, `sources.jsonl` and `clients.txt` beside it, of which the last is
what the emulator's journal says of real clients; `tests/evidence.rs` makes it and fails where it differs, where a record names
something that does not exist, and where something is called supported without a witness. Write it anew with
`REGENERATE_RULES=1 cargo test --test evidence`.

I rules are invariants of states, T rules are invariants of transitions, R rules are facts about the service, and C rules are
choices that the sources leave open. Grades: *documented* (Microsoft's pages say so), *observed* (somebody saw the live service
do so), *schema* (only generated types show it), *inferred* (it follows from the others), *our choice* (nothing is known; the
engine is permissive or names a switch).

Witnesses stand on separate axes, one letter each, a dot where there is none:
**D** document, **S** schema, **O** observed on the live service or in tools that need it, **C** a real client of
`crates/cli/tests/clients/run` drives it, and is answered, **M** a second implementation or an exhaustive search agrees,
**F** faults planted in its code are found, **T** tests of its own.
";

/// The operations that v1.0 has too.
fn in_v1() -> BTreeSet<String> {
    let known = answered().into_iter().filter(|known| known.in_v1);
    known.map(|known| format!("{} {}", known.method, shape(&known.route))).collect()
}

pub(crate) fn document() -> String {
    let (rules, operations) = (rules(), operations());
    let sources: Vec<Source> = records("sources.jsonl");
    let sources: BTreeMap<&str, &Source> = sources.iter().map(|source| (&*source.tag, source)).collect();
    let mut text = String::from(HEAD);
    text.push_str("\n## Rules\n\n| rule | statement | grade | witnesses | supported |\n|---|---|---|---|---|\n");
    for Rule { id, statement, grade, not_supported, witnesses, .. } in &rules {
        let anchor = id.to_ascii_lowercase();
        let supported = if not_supported.is_none() { "yes" } else { "no" };
        writeln!(text, "| [{id}](#{anchor}) | {statement} | {grade} | `{}` | {supported} |", witnesses.letters())
            .unwrap();
    }
    let (traces, in_v1) = (traces(), in_v1());
    text.push_str("\n## Operations of the wire\n\nAll that the router has, which a test holds against it, below `/beta`; and where it says so, below `/v1.0`.\n");
    text.push_str(
        "**R** beside the letters above: requests of public tools are played that ask for it (`tests/traces`).\n\n",
    );
    text.push_str("| operation | witnesses | v1.0 | note |\n|---|---|---|---|\n");
    for operation in &operations {
        let (name, shape) = (operation.name(), operation.shape());
        let v1 = if in_v1.contains(&shape) { "yes" } else { "" };
        let played = if traces.values().any(|asked| asked.contains(&shape)) { 'R' } else { '·' };
        let (letters, note) = (operation.witnesses.letters(), operation.note.as_deref().unwrap_or_default());
        writeln!(text, "| `{name}` | `{letters}{played}` | {v1} | {note} |").unwrap();
    }
    text.push_str("\n## Evidence of each rule\n");
    for Rule { id, statement, grade, note, not_supported, witnesses } in &rules {
        writeln!(text, "\n### {id}\n\n{statement}\n\n* Grade: {grade}").unwrap();
        line(&mut text, "Note", note.as_deref().unwrap_or_default());
        line(&mut text, "Not supported", not_supported.as_deref().unwrap_or_default());
        witnesses.details(&sources, &mut text);
    }
    text.push_str("\n## Evidence of each operation\n");
    for operation in &operations {
        writeln!(text, "\n### `{}`\n", operation.name()).unwrap();
        operation.witnesses.details(&sources, &mut text);
        let played =
            traces.iter().filter(|(_, asked)| asked.contains(&operation.shape())).map(|(name, _)| format!("`{name}`"));
        line(&mut text, "Traces", &played.collect::<Vec<_>>().join(", "));
    }
    text
}
