//! The program against a server over HTTP: its own emulator.

#![cfg(all(unix, feature = "emulate", feature = "export"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]

mod emulating;

use std::{
    fs,
    process::{Command, Output, Stdio},
};

use emulating::Emulator;
use serde_json::Value;

const TENANT: &str = "7e000000-0000-4000-8000-000000000001";

/// A tenant of the emulator with three connectors in its default group, one of them not connected.
const SEED: &str = r#"{"command":"createTenant","id":"7e000000-0000-4000-8000-000000000001","defaultRegion":"eur","now":"2026-03-02T08:00:00Z","defaultConnectorGroup":{"id":"9d000000-0000-4000-8000-000000000001"}}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"registerConnector","id":"c0000000-0000-4000-8000-000000000001","machineName":"a","externalIp":"192.0.2.1","version":"1.5.4287.0"}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"registerConnector","id":"c0000000-0000-4000-8000-000000000002","machineName":"b","externalIp":"192.0.2.2","version":"1.5.4287.0"}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"registerConnector","id":"c0000000-0000-4000-8000-000000000003","machineName":"c","externalIp":"192.0.2.3","version":"1.5.4287.0"}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"reportConnector","id":"c0000000-0000-4000-8000-000000000003","status":"inactive"}
"#;

/// A service to check, and a folder that goes with it.
struct Service {
    emulator: Emulator,
    folder: tempfile::TempDir,
}

impl Service {
    fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let seed = folder.path().join("seed.jsonl");
        fs::write(&seed, SEED).unwrap();
        let begin = ["--control", "--seed", seed.to_str().unwrap()];
        Self { emulator: Emulator::begun(&[&begin, arguments].concat()), folder }
    }

    fn url(&self) -> String {
        format!("http://{}", self.emulator.address)
    }

    /// What the service calls the tenant, for want of a name: its host and port.
    fn name(&self) -> &str {
        &self.emulator.address
    }

    fn check(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_connector-groups"))
            .args(["conformance", "--graph", &self.url(), "--token-env", "CONFORMANCE_TOKEN"])
            .args(arguments)
            .env("CONFORMANCE_TOKEN", TENANT)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn state(&self) -> String {
        let output = ureq::get(format!("{}/_control/state", self.url())).call().unwrap();
        output.into_body().read_to_string().unwrap()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_emulator_conforms_and_is_left_as_it_was() {
    let service = Service::start(&[]);
    let before = service.state();
    for compare in ["whole", "code"] {
        let output =
            service.check(&["--yes-tenant", service.name(), "--traces", "2", "--steps", "60", "--compare", compare]);
        assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
        assert!(text(&output.stdout).contains("answers are the engine's; what was made is taken down"));
    }
    assert_eq!(service.state(), before);
}

#[test]
fn nothing_is_written_before_the_tenant_is_named() {
    let service = Service::start(&[]);
    let before = service.state();
    let recording = service.folder.path().join("recording.jsonl");
    let capture = ["--capture", recording.to_str().unwrap()];
    for arguments in [&[][..], &["--yes-tenant", "another tenant"]] {
        let output = service.check(&[arguments, &capture].concat());
        assert_eq!(output.status.code(), Some(2));
        let said = text(&output.stderr);
        assert!(said.contains("nothing is written") && said.contains(service.name()), "{said}");
    }
    assert!(!recording.exists());
    assert_eq!(service.state(), before);
}

/// The emulator that answers as the pages say is no service that answers as it was seen to. The difference is told as a trace and
/// as a script.
#[test]
fn a_difference_is_told_as_a_script() {
    let service = Service::start(&["--profile", "documented"]);
    let before = service.state();
    let output = service.check(&["--yes-tenant", service.name(), "--steps", "40"]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stdout);
    assert!(told.contains("difference: status 20"), "{told}");
    assert!(told.contains("#!/bin/sh") && told.lines().last().unwrap().starts_with("show "), "{told}");
    assert_eq!(service.state(), before, "taken down after a failure too");
    let output =
        service.check(&["--yes-tenant", service.name(), "--steps", "40", "--traces", "1", "--profile", "documented"]);
    assert!(output.status.success(), "{}", text(&output.stdout));
}

/// A recording has no id, no time and no link of the tenant, and says where the answers are not the engine's.
#[test]
fn what_is_answered_is_written_down() {
    let service = Service::start(&["--profile", "documented"]);
    let recording = service.folder.path().join("recording.jsonl");
    let arguments = ["--traces", "1", "--steps", "40", "--capture", recording.to_str().unwrap()];
    let output = service.check(&[&["--yes-tenant", service.name()][..], &arguments].concat());
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
    let again = service.check(&[&["--yes-tenant", service.name()][..], &arguments].concat());
    assert_eq!(again.status.code(), Some(2), "a recording that is there is not written over");
}
