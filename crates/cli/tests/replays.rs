//! Lines in, answers out: `connector-groups replay` as a user runs it.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]

use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_connector-groups");
/// Where the traces and the examples are.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn replay(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(PROGRAM)
        .arg("replay")
        .args(arguments)
        .current_dir(ROOT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    _ = writer.join().unwrap();
    output
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(ROOT).join(name)).unwrap()
}

fn answers(output: &Output) -> Vec<serde_json::Value> {
    output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
}

/// The trace is answered to the byte as it was written down beside it. To write it down anew, replay it by hand, and read
/// the answers before you keep them.
#[test]
fn a_trace_is_answered_as_written_down() {
    let output = replay(&["--state", "--check"], &file("tests/replays/lines.jsonl"));
    assert!(output.status.success(), "{output:?}");
    let expected = file("tests/replays/lines.answers.jsonl");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), String::from_utf8(expected).unwrap());
}

/// What Contoso's administrators did, in the order of the file: the refusals where they must be, and all else accepted.
#[test]
fn contoso_is_answered_as_its_story_goes() {
    let output = replay(&["--check", "--state", "examples/contoso.jsonl"], b"");
    assert!(output.status.success(), "{output:?}");
    let answers = answers(&output);
    let (state, answers) = answers.split_last().unwrap();
    let refused: Vec<&str> = answers.iter().filter_map(|answer| answer["refused"]["code"].as_str()).collect();
    let expected = [
        "regionLocked",
        "regionLocked",
        "clockMovedBack",
        "groupNotEmpty",
        "groupIsDefault",
        "groupReadOnly",
        "groupReadOnly",
        "alreadyInDefault",
        "urlInUse",
        "bulk",
        "duplicateReference",
        "transaction",
    ];
    assert_eq!(refused, expected);
    let invalid: Vec<&str> = answers.iter().filter_map(|answer| answer["invalid"].as_str()).collect();
    assert!(matches!(invalid[..], [first, second] if first.contains("moveEverything") && second.contains("force")));
    let tenant = &state["state"]["tenants"][0];
    assert_eq!(tenant["connectorGroups"].as_array().unwrap().len(), 12);
    assert_eq!(tenant["connectors"].as_array().unwrap().len(), 29, "one of 30 has expired");
    let published = |application: &&serde_json::Value| !application["onPremisesPublishing"].is_null();
    assert_eq!(tenant["applications"].as_array().unwrap().iter().filter(published).count(), 201);
    let again = replay(&["--state"], &file("examples/contoso.jsonl"));
    assert_eq!(again.stdout, output.stdout, "the same input, the same bytes");
}

#[test]
fn only_what_cannot_be_read_fails() {
    let missing = replay(&["no/such/file.jsonl"], b"");
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("no/such/file.jsonl"));
    assert_eq!(replay(&["--surprise"], b"").status.code(), Some(2));
    let nonsense = replay(&[], b"{}\n\n[\n\xff\n");
    assert!(nonsense.status.success());
    assert_eq!(answers(&nonsense).len(), 3, "each line but the blank one has its answer");
    let empty = replay(&["--state"], b"");
    assert_eq!(empty.stdout, b"{\"state\":{\"tenants\":[]}}\n");
}

/// Deep nesting and long texts are answered like any other bad line, and shortly.
#[test]
fn hostile_lines_are_answered_shortly() {
    let tenant = r#""tenant":"7e000000-0000-4000-8000-000000000001""#;
    let nested = |depth: usize| {
        let open = r#"{"command":"transaction","commands":["#.repeat(depth);
        format!(r#"{{{tenant},"command":"transaction","commands":[{open}{}]}}"#, "]}".repeat(depth))
    };
    let megabyte = "x".repeat(1 << 20);
    let lines = [
        nested(10),
        nested(10_000),
        "[".repeat(1 << 20),
        format!(r#"{{{tenant},"command":"{megabyte}"}}"#),
        format!(r#"{{{tenant},"command":"deleteApplication","id":"{megabyte}"}}"#),
        format!(r#"{{{tenant},"command":"deleteApplication","{megabyte}":1}}"#),
        format!(r#"{{{tenant},"command":"advanceClock","now":"{megabyte}"}}"#),
    ];
    let output = replay(&[], lines.join("\n").as_bytes());
    assert!(output.status.success());
    let answers = answers(&output);
    assert_eq!(answers.len(), lines.len());
    assert_eq!(answers[0]["refused"]["code"], "tenantNotFound");
    for answer in &answers[1..] {
        let message = answer["invalid"].as_str().unwrap();
        assert!(message.len() < 600, "a message of {} bytes", message.len());
    }
    assert!(answers[1]["invalid"].as_str().unwrap().contains("recursion limit"));
}

/// The harness drives a child process line by line: the engine's own replay answers as the engine does, and a program that
/// does not is shown with the shortest trace.
#[test]
fn a_child_process_is_held_against_the_engine() {
    let conformance = |arguments: &[&str]| {
        Command::new(PROGRAM).arg("conformance").args(arguments).current_dir(ROOT).output().unwrap()
    };
    let output = conformance(&["--traces", "3", "--steps", "50", PROGRAM, "replay"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let output = conformance(&["--traces", "3", "cat"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 3, "one line, and both answers: {text}");
    for wrong in
        [&["--traces"][..], &["--traces", "x", "cat"], &["no-such-program-anywhere"], &[], &["--what", "1", "cat"]]
    {
        assert_eq!(conformance(wrong).status.code(), Some(2), "{wrong:?}");
    }
    assert_eq!(conformance(&["--trace", "examples/contoso.jsonl", PROGRAM, "replay"]).status.code(), Some(0));
    assert_eq!(
        conformance(&["--trace", "examples/contoso.jsonl", "--answers", "examples/contoso.jsonl"]).status.code(),
        Some(1)
    );
}
