//! Every rule and every operation of the wire beside what witnesses it. `src/docs/rules.md` is made of three lists of records
//! (`rules.jsonl`, `operations.jsonl`, `sources.jsonl`) and of what real clients did (`clients.txt`), and nothing stands in them
//! that the repository does not have.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a test stops where it fails, and has std"
)]

mod evidence_page;
mod repository;
mod wire_operation;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
};

use connector_groups::{
    Directory, DirectoryCommand, Timestamp,
    graph::{self, Context, Options, operations as answered},
};
use evidence_page::document;
use repository::{all_files, is_rust, read, root};
use serde::{Deserialize, de::DeserializeOwned};

/// Set it to write `src/docs/rules.md` anew.
const REGENERATE: &str = "REGENERATE_RULES";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    tag: String,
    kind: String,
    title: String,
    /// None where there is only a count of independent scripts.
    address: Option<String>,
    date: String,
}

/// The axes on which something is witnessed.
#[derive(Deserialize)]
struct Witnesses {
    documents: Vec<String>,
    schema: Vec<String>,
    observed: Vec<String>,
    /// `CLIENT:STORY` of `tests/clients`. Of an operation no record says so, but the journal of the run.
    #[serde(default)]
    clients: Vec<String>,
    /// Tests that hold it against a second implementation, or visit every state.
    model: Vec<String>,
    /// `decide::FILE::FUNCTION` whose planted faults are found, or a module of the table in `evidence.md`.
    mutation: Vec<String>,
    tests: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    statement: String,
    grade: String,
    note: Option<String>,
    not_supported: Option<String>,
    #[serde(flatten)]
    witnesses: Witnesses,
}

#[derive(Deserialize)]
struct Operation {
    method: String,
    route: String,
    note: Option<String>,
    #[serde(flatten)]
    witnesses: Witnesses,
}

impl Operation {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.route)
    }

    /// The same without the names of its ids.
    fn shape(&self) -> String {
        format!("{} {}", self.method, shape(&self.route))
    }
}

fn records<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let text = read(&format!("src/docs/{name}"));
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{name}: {error}: {line}")))
        .collect()
}

fn rules() -> Vec<Rule> {
    records("rules.jsonl")
}

/// The operations with the stories of real clients that asked for each of them.
fn operations() -> Vec<Operation> {
    let asked = asked();
    let mut operations: Vec<Operation> = records("operations.jsonl");
    for operation in &mut operations {
        let (name, clients) = (operation.name(), &mut operation.witnesses.clients);
        assert!(clients.is_empty(), "{name}: who asks for it stands in src/docs/clients.txt");
        let shape = any_id(&format!("{} {}", operation.method, operation.route));
        clients.extend(asked.iter().filter(|(_, known)| *known == shape).map(|(story, _)| story.clone()));
    }
    operations
}

/// What each story of real clients asked for and was answered, as `crates/cli/tests/clients/run` writes it down from the journal: the
/// story, and the method with the path.
fn asked() -> Vec<(String, String)> {
    let text = read("src/docs/clients.txt");
    let asked = text.lines().map(|line| line.split_once(' ').expect("STORY METHOD ROUTE"));
    asked.map(|(story, operation)| (story.into(), operation.into())).collect()
}

/// An operation with one name for all ids and properties: a journal cannot tell those apart.
fn any_id(operation: &str) -> String {
    shape(operation).replace("{property}", "{id}")
}

/// The whole text of every Rust file below these folders, unit tests included: records name those too.
fn rust(folders: &[&str]) -> Vec<String> {
    let below = |name: &String| is_rust(name) && folders.iter().any(|folder| name.starts_with(folder));
    all_files().into_iter().filter(below).map(|name| read(&name)).collect()
}

fn function_names(texts: &[String]) -> BTreeSet<&str> {
    let after = texts.iter().flat_map(|text| text.split("fn ").skip(1));
    after.filter_map(|rest| rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next()).collect()
}

#[test]
fn every_record_names_only_what_there_is() {
    let sources: Vec<Source> = records("sources.jsonl");
    let kinds: BTreeMap<&str, &str> = sources.iter().map(|source| (&*source.tag, &*source.kind)).collect();
    assert_eq!(kinds.len(), sources.len(), "two sources have one tag");
    let texts = rust(&["src/", "tests/", "crates/cli/"]);
    let functions = function_names(&texts);
    let stories = stories();
    let mutated = read("src/docs/evidence.md");
    let mut used = BTreeSet::new();
    let (rules, operations) = (rules(), operations());
    let of_rules = rules.iter().map(|rule| (rule.id.clone(), &rule.witnesses));
    let of_operations = operations.iter().map(|operation| (operation.name(), &operation.witnesses));
    for (id, witnesses) in of_rules.chain(of_operations) {
        let cited =
            [("document", &witnesses.documents), ("schema", &witnesses.schema), ("observed", &witnesses.observed)];
        for (kind, tags) in cited {
            for tag in tags {
                assert_eq!(kinds.get(&**tag), Some(&kind), "{id} cites {tag}");
                used.insert(tag.clone());
            }
        }
        for test in witnesses.tests.iter().chain(&witnesses.model) {
            assert!(functions.contains(&**test), "{id} names a test that does not exist: {test}");
        }
        for client in &witnesses.clients {
            assert!(stories.contains(client), "{id} names a story that does not exist: {client}");
        }
        for place in &witnesses.mutation {
            let parts: Vec<&str> = place.split("::").collect();
            let is_there = match *parts {
                ["decide", file, function] => {
                    read(&format!("src/decide/{file}.rs")).contains(&format!("fn {function}"))
                }
                _ => mutated.contains(&format!("\n| `{place}` | ")),
            };
            assert!(is_there, "{id}: there is no {place} whose faults were counted");
        }
    }
    for source in &sources {
        assert!(used.contains(&source.tag), "nobody cites {}", source.tag);
        let is_public = source.address.as_ref().is_none_or(|address| address.starts_with("https://"));
        let recording = source.address.as_deref().filter(|address| address.starts_with("tests/recordings/"));
        if let Some(address) = recording {
            assert_eq!((&*source.kind, recording_fault(&read(address))), ("observed", None), "{address}");
        }
        assert!((is_public || recording.is_some()) && !source.date.is_empty(), "{}", source.tag);
    }
}

/// The stories of real clients: each function of those that are programs, and each script.
fn stories() -> BTreeSet<String> {
    let folder = "crates/cli/tests/clients/";
    let mut stories = BTreeSet::from(["go:plain".into(), "go:sdk".into(), "java:beta".into()]);
    for file in all_files() {
        let Some(name) = file.strip_prefix(folder) else { continue };
        let (client, head) = match name.rsplit_once('.') {
            Some((_, "py")) => ("python", "async def "),
            Some((_, "mjs")) => ("javascript", "async function "),
            _ => {
                stories.extend(name.strip_prefix("sign_in_").map(|client| format!("{client}:{name}")));
                continue;
            }
        };
        let text = read(&file);
        let names = text.split(head).skip(1).filter_map(|rest| rest.split('(').next());
        stories.extend(names.map(|story| format!("{client}:{story}")));
    }
    stories
}

/// What the run wrote down is true of stories and operations that there are, and no operation is without a real client.
#[test]
fn real_clients_drive_every_operation() {
    let stories = stories();
    let router: BTreeSet<String> =
        answered().iter().map(|known| any_id(&format!("{} {}", known.method, known.route))).collect();
    for (story, operation) in asked() {
        assert!(stories.contains(&story), "{story} is no story of tests/clients");
        assert!(router.contains(&operation), "{story} was answered {operation}, which the router does not know");
    }
    for operation in operations() {
        assert!(!operation.witnesses.clients.is_empty(), "no real client asks for {}", operation.name());
    }
}

/// What keeps a text from being a recording of `connector-groups conformance --capture`: it tells which service answered, and
/// holds no id of a tenant.
fn recording_fault(text: &str) -> Option<String> {
    let mut lines = text.lines();
    let head: serde_json::Value = serde_json::from_str(lines.next().unwrap_or_default()).unwrap_or_default();
    if head["recording"] != 1 || head["service"].as_str().is_none() || head["day"].as_str().is_none() {
        return Some("the first line is no head of a recording".into());
    }
    let is_guid = |word: &str| word.len() == 36 && word.matches('-').count() == 4;
    lines.zip(2..).find_map(|(line, number)| {
        let answer: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        let has_all = ["method", "path"].iter().all(|name| answer[name].is_string()) && answer["status"].is_u64();
        let mut words = line.split(|letter: char| !letter.is_ascii_hexdigit() && letter != '-');
        if !has_all {
            return Some(format!("line {number} is no answer"));
        }
        words.find(|word| is_guid(word)).map(|word| format!("line {number} has the id {word}"))
    })
}

#[test]
fn a_recording_names_its_service_and_no_ids() {
    let head = r#"{"recording":1,"service":"https://graph.microsoft.com","day":"2026-11-26"}"#;
    let line = r#"{"method":"DELETE","path":"applications/id-1","status":204}"#;
    assert_eq!(recording_fault(&format!("{head}\n{line}\n")), None);
    for wrong in [
        line.to_string(),
        format!("{head}\n{}", line.replace("method", "verb")),
        format!("{head}\n{}", line.replace("id-1", "5a000000-0000-4000-8000-000000000001")),
    ] {
        assert!(recording_fault(&wrong).is_some(), "{wrong}");
    }
}

/// What is called supported has a test, and the axis that its grade names.
#[test]
fn nothing_is_supported_without_a_witness() {
    for Rule { id, grade, not_supported, witnesses, .. } in rules() {
        let witness = match grade.as_str() {
            "documented" => witnesses.documents.len(),
            "observed" => witnesses.observed.len(),
            "schema" => witnesses.schema.len(),
            "inferred" | "our choice" => 1,
            other => panic!("{id}: {other} is no grade"),
        };
        assert!(witness > 0, "{id} is called {grade}, and nothing says so");
        assert_eq!(witnesses.tests.is_empty(), not_supported.is_some(), "{id}: a test, or why there is none");
        let runs = [&witnesses.clients, &witnesses.model, &witnesses.mutation];
        assert!(not_supported.is_none() || runs.iter().all(|axis| axis.is_empty()), "{id} is not supported");
    }
    for operation in operations() {
        let name = operation.name();
        let Witnesses { documents, schema, observed, clients, model, mutation, tests } = operation.witnesses;
        assert!(!tests.is_empty(), "{name} is called supported, and no test says so");
        let is_seen = [&documents, &schema, &observed].iter().any(|axis| !axis.is_empty());
        assert!(is_seen, "{name} comes from nowhere: clients {clients:?}, model {model:?}, mutation {mutation:?}");
    }
}

#[test]
fn every_rule_has_a_record_and_every_rule_test_stands_in_one() {
    let rules = rules();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| &*rule.id).collect();
    assert_eq!(ids.len(), rules.len(), "a rule stands there twice");
    let numbers = |letter: &'static str, range: std::ops::RangeInclusive<u32>| {
        range.map(move |number| format!("{letter}{number}"))
    };
    let facts = [1..=7, 10..=42, 45..=51, 60..=67, 70..=86].into_iter().flat_map(|range| numbers("R-", range));
    let expected = facts.chain(numbers("I", 1..=9)).chain(numbers("T", 1..=6)).chain(numbers("C-", 1..=15));
    for id in expected.chain(["R-13b".into(), "R-39b".into()]) {
        assert!(ids.contains(&*id), "{id} has no record");
    }
    let named: BTreeSet<&str> = rules.iter().flat_map(|rule| &rule.witnesses.tests).map(|test| &**test).collect();
    for text in rust(&["tests/rules/"]) {
        let tests = text.split("#[test]\nfn ").skip(1).map(|rest| rest.split('(').next().unwrap());
        let of_rules =
            tests.filter(|test| test.starts_with(['r', 'i', 't', 'c']) && test[1..].starts_with(char::is_numeric));
        for test in of_rules {
            assert!(named.contains(test), "{test} stands in no record of src/docs/rules.jsonl");
        }
    }
}

/// A route without the names of its ids.
fn shape(route: &str) -> String {
    let segment = |segment: &str| match segment {
        "{property}" => segment.to_string(),
        _ if segment.starts_with('{') => "{id}".into(),
        _ => segment.to_string(),
    };
    route.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// What the records call supported is what the router has, both ways: the list is the engine's own, made by asking the router.
#[test]
fn every_operation_of_the_router_has_a_record_and_no_record_is_of_another() {
    let recorded = operations();
    let names = |(method, route): (&str, &str)| format!("{method} {}", shape(route));
    let recorded: Vec<String> = recorded.iter().map(|record| names((&record.method, &record.route))).collect();
    let distinct: BTreeSet<&String> = recorded.iter().collect();
    assert_eq!(distinct.len(), recorded.len(), "an operation stands there twice");
    let router: Vec<String> = answered().iter().map(|known| names((known.method.as_str(), &known.route))).collect();
    for name in &router {
        assert!(distinct.contains(name), "{name} is answered, and has no record in src/docs/operations.jsonl");
    }
    for name in &recorded {
        assert!(router.contains(name), "{name} has a record, and the router does not know it");
    }
}

/// Each record is answered, not only routed.
#[test]
fn every_supported_operation_is_a_route() {
    let tenant = "7e000000-0000-4000-8000-000000000001";
    let create = format!(
        r#"{{"command":"createTenant","id":"{tenant}","defaultRegion":"eur","now":"2026-03-02T08:00:00Z",
            "defaultConnectorGroup":{{"id":"9d000000-0000-4000-8000-000000000001"}}}}"#
    );
    let mut directory = Directory::default();
    directory.apply(&serde_json::from_str::<DirectoryCommand>(&create).unwrap()).unwrap();
    for operation in &operations() {
        let name = operation.name();
        let segments = operation.route.split('/').map(|segment| match segment {
            "{property}" => "id",
            _ if segment.starts_with('{') => tenant,
            _ => segment,
        });
        let url = format!("/beta{}", segments.collect::<Vec<_>>().join("/"));
        let request = http::Request::builder().method(&*operation.method).uri(url).header("host", "localhost");
        let request = request.header("authorization", format!("Bearer {tenant}")).body(b"{}".to_vec()).unwrap();
        let context = Context::new(Timestamp::UNIX_EPOCH, 1);
        let response = graph::respond(&mut directory, &request, &context, &Options::default()).response;
        let text = String::from_utf8_lossy(response.body()).into_owned();
        assert_ne!(response.status(), 405, "{name}: {text}");
        assert!(!text.contains("Resource not found for the segment"), "{name}: {text}");
    }
}

#[test]
fn the_document_is_made_of_the_records() {
    let made = document();
    if env::var_os(REGENERATE).is_some() {
        fs::write(root().join("src/docs/rules.md"), &made).unwrap();
    }
    let is_current = read("src/docs/rules.md") == made;
    assert!(is_current, "src/docs/rules.md is out of date: {REGENERATE}=1 cargo test --test evidence writes it anew");
}
