//! The program against a server over HTTP: its own emulator.

#![cfg(all(unix, feature = "emulate", feature = "export"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

const TENANT: &str = "7e000000-0000-4000-8000-000000000001";

/// A tenant of the emulator with three connectors in its default group, one of them not connected.
const SEED: &str = r#"{"command":"createTenant","id":"7e000000-0000-4000-8000-000000000001","defaultRegion":"eur","now":"2026-03-02T08:00:00Z","defaultConnectorGroup":{"id":"9d000000-0000-4000-8000-000000000001"}}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"registerConnector","id":"c0000000-0000-4000-8000-000000000001","machineName":"a","externalIp":"192.0.2.1","version":"1.5.4287.0"}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"registerConnector","id":"c0000000-0000-4000-8000-000000000002","machineName":"b","externalIp":"192.0.2.2","version":"1.5.4287.0"}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"registerConnector","id":"c0000000-0000-4000-8000-000000000003","machineName":"c","externalIp":"192.0.2.3","version":"1.5.4287.0"}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"reportConnector","id":"c0000000-0000-4000-8000-000000000003","status":"inactive"}
"#;

struct Emulator {
    child: Child,
    url: String,
    folder: tempfile::TempDir,
}

impl Emulator {
    fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let seed = folder.path().join("seed.jsonl");
        fs::write(&seed, SEED).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_connector-groups"))
            .args(["emulate", "--listen", "127.0.0.1:0", "--quiet", "--control", "--seed"])
            .arg(seed)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, url: line.trim().into(), folder }
    }

    /// What the service calls the tenant, for want of a name: its host and port.
    fn name(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    fn check(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_connector-groups"))
            .args(["conformance", "--graph", &self.url, "--token-env", "CONFORMANCE_TOKEN"])
            .args(arguments)
            .env("CONFORMANCE_TOKEN", TENANT)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn state(&self) -> String {
        let output = ureq::get(format!("{}/_control/state", self.url)).call().unwrap();
        output.into_body().read_to_string().unwrap()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_emulator_conforms_and_is_left_as_it_was() {
    let emulator = Emulator::start(&[]);
    let before = emulator.state();
    for compare in ["whole", "code"] {
        let output =
            emulator.check(&["--yes-tenant", emulator.name(), "--traces", "2", "--steps", "60", "--compare", compare]);
        assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
        assert!(text(&output.stdout).contains("answers are the engine's; what was made is taken down"));
    }
    assert_eq!(emulator.state(), before);
}

#[test]
fn nothing_is_written_before_the_tenant_is_named() {
    let emulator = Emulator::start(&[]);
    let before = emulator.state();
    let recording = emulator.folder.path().join("recording.jsonl");
    let capture = ["--capture", recording.to_str().unwrap()];
    for arguments in [&[][..], &["--yes-tenant", "another tenant"]] {
        let output = emulator.check(&[arguments, &capture].concat());
        assert_eq!(output.status.code(), Some(2));
        let said = text(&output.stderr);
        assert!(said.contains("nothing is written") && said.contains(emulator.name()), "{said}");
    }
    assert!(!recording.exists());
    assert_eq!(emulator.state(), before);
}

/// The emulator that answers as the pages say is no service that answers as it was seen to. The difference is told as a trace and
/// as a script.
#[test]
fn a_difference_is_told_as_a_script() {
    let emulator = Emulator::start(&["--profile", "documented"]);
    let before = emulator.state();
    let output = emulator.check(&["--yes-tenant", emulator.name(), "--steps", "40"]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stdout);
    assert!(told.contains("difference: status 20"), "{told}");
    assert!(told.contains("#!/bin/sh") && told.lines().last().unwrap().starts_with("show "), "{told}");
    assert_eq!(emulator.state(), before, "taken down after a failure too");
    let output =
        emulator.check(&["--yes-tenant", emulator.name(), "--steps", "40", "--traces", "1", "--profile", "documented"]);
    assert!(output.status.success(), "{}", text(&output.stdout));
}

/// A recording has no id, no time and no link of the tenant, and says where the answers are not the engine's.
#[test]
fn what_is_answered_is_written_down() {
    let emulator = Emulator::start(&["--profile", "documented"]);
    let recording = emulator.folder.path().join("recording.jsonl");
    let arguments = ["--traces", "1", "--steps", "40", "--capture", recording.to_str().unwrap()];
    let output = emulator.check(&[&["--yes-tenant", emulator.name()][..], &arguments].concat());
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let recorded = fs::read_to_string(&recording).unwrap();
    let lines: Vec<Value> = recorded.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["recording"], 1);
    assert!(lines.len() > 100, "{}", lines.len());
    let made =
        lines.iter().find(|line| line["method"] == "POST" && line["status"] == 201 && line["differs"].is_string());
    assert!(made.unwrap()["answer"]["id"].as_str().unwrap().starts_with("id-"));
    for part in ["9d000000", "c0000000-", "odata.context", "2026-03-02T"] {
        assert!(!recorded.contains(part), "{part}");
    }
    let again = emulator.check(&[&["--yes-tenant", emulator.name()][..], &arguments].concat());
    assert_eq!(again.status.code(), Some(2), "a recording that is there is not written over");
}
