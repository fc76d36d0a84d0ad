//! A tenant of 100,000 applications over the network: backed up, planned for, changed, and led back. It prints what each tool takes.
//!
//! `cargo test --release -p connector-groups-cli --test large -- --ignored --nocapture`

#![cfg(all(feature = "emulate", feature = "export"))]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::std_instead_of_core,
    reason = "a test stops where it fails, and has std"
)]

mod emulating;
#[allow(dead_code, reason = "other tests need more of it")]
mod planning;

use std::{
    fmt::Write,
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use emulating::Emulator;
use planning::{folder, text};
use serde_json::{Value, json};

const TENANT: &str = "7e000000-0000-4000-8000-000000000001";
const GROUPS: usize = 300;

/// A tenant in which each group has connectors and applications.
fn document(applications: usize) -> Value {
    let id = |kind: &str, at: usize| format!("{kind}000000-0000-4000-8000-{at:012}");
    let groups = (0..GROUPS).map(|at| {
        json!({"id": id("5d", at), "name": format!("Group {at}"), "connectorGroupType": "applicationProxy", "isDefault": at == 0, "region": "eur"})
    });
    let connectors = (0..1_000).map(|at| {
        json!({"id": id("5c", at), "machineName": format!("proxy-{at}"), "externalIp": "198.51.100.1", "status": "active", "version": "1.5", "memberOf": id("5d", at % GROUPS)})
    });
    let applications = (0..applications).map(|at| {
        let publishing = json!({"externalUrl": format!("https://app-{at}.contoso.com/"), "internalUrl": format!("http://app-{at}.local/")});
        json!({"id": id("5a", at), "appId": id("5b", at), "displayName": format!("Application {at}"), "connectorGroup": id("5d", at % GROUPS), "onPremisesPublishing": publishing})
    });
    json!({
        "id": TENANT, "defaultRegion": "eur", "now": "2026-11-01T00:00:00Z", "rules": {}, "connectorGroups": groups.collect::<Vec<_>>(),
        "connectors": connectors.collect::<Vec<_>>(), "applications": applications.collect::<Vec<_>>(),
    })
}

/// Runs a tool to its end; says how long it took, its peak of memory, and how many requests it sent.
fn run(emulator: &Emulator, arguments: &[&str], expected: i32) {
    let requests = || -> u64 {
        let metrics = emulator.asked(TENANT, "GET", "/metrics", "");
        let counts = metrics.lines().filter(|line| line.starts_with("emulator_requests_seconds_count{"));
        counts.map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()).sum()
    };
    let (before, start) = (requests(), Instant::now());
    let mut command = Command::new(env!("CARGO_BIN_EXE_connector-groups"));
    let graph = format!("http://{}", emulator.address);
    let (tool, rest) = arguments.split_first().unwrap();
    command.arg(tool);
    if *tool != "plan" {
        command.args(["--token-env", "TEST_TOKEN", "--graph", &graph, "--quiet"]);
    }
    command.args(rest);
    let mut child = command.env("TEST_TOKEN", TENANT).stdout(Stdio::null()).spawn().unwrap();
    let mut peak = String::new();
    let code = loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        if let Some(line) = status.lines().find(|line| line.starts_with("VmHWM:")) {
            peak = line.trim_start_matches("VmHWM:").trim().into();
        }
        match child.try_wait().unwrap() {
            Some(status) => break status.code(),
            None => thread::sleep(Duration::from_millis(20)),
        }
    };
    println!("{}: {:?}, {peak}, {} requests", arguments[0], start.elapsed(), requests() - before);
    assert_eq!(code, Some(expected), "{arguments:?}");
}

/// Parses every file of a folder and below; the answer is how many bytes they have.
fn parsed(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let bytes = entries.map(|path| {
        if path.is_dir() {
            return parsed(&path);
        }
        let text = fs::read(&path).unwrap();
        let value: Value = serde_json::from_slice(&text).unwrap();
        assert!(!value.is_null());
        text.len()
    });
    bytes.sum()
}

#[test]
#[ignore = "100,000 applications take minutes"]
fn a_large_tenant_is_changed_and_led_back() {
    let applications = std::env::var("APPLICATIONS").map_or(100_000, |value| value.parse().unwrap());
    let folder = folder("large");
    let (seed, desired) = (folder.join("seed.json"), folder.join("desired.yaml"));
    fs::write(&seed, document(applications).to_string()).unwrap();
    let emulator = Emulator::begun(&["--metrics", "--seed", text(&seed)]);
    let backup = folder.join("backup");
    run(&emulator, &["backup", "--out", text(&backup)], 0);
    // An export is read and audited, and nothing is planned; beside it, its JSON is parsed and nothing more.
    let answers = backup.join("answers");
    let nothing = folder.join("nothing.yaml");
    fs::write(&nothing, "connectorGroups: []\n").unwrap();
    run(&emulator, &["plan", text(&answers), text(&nothing)], 0);
    let start = Instant::now();
    let bytes = parsed(&answers);
    println!("floor of that, {bytes} bytes of JSON parsed: {:?}", start.elapsed());
    // All applications go to another group, and some groups to another region.
    let mut yaml = String::from("connectorGroups:\n");
    for at in 0..GROUPS {
        let region = if at % 30 == 7 { ", region: nam" } else { "" };
        _ = writeln!(yaml, "- {{name: Group {at}, applications: {{in: Group {}}}{region}}}", (at + 1) % GROUPS);
    }
    fs::write(&desired, yaml).unwrap();
    let plan = folder.join("change.plan.json");
    run(
        &emulator,
        &["plan", "--keep-available", "--out", text(&plan), text(&backup.join("document.json")), text(&desired)],
        2,
    );
    run(&emulator, &["apply", text(&plan)], 0);
    // Settings are lost too.
    for at in 0..1_000.min(applications) {
        let path = format!("/beta/applications/5a000000-0000-4000-8000-{at:012}");
        emulator.asked(TENANT, "PATCH", &path, "{\"displayName\":\"Lost\",\"tags\":[\"lost\"]}");
        emulator.asked(TENANT, "PATCH", &path, "{\"onPremisesPublishing\":{\"isHttpOnlyCookieEnabled\":true}}");
    }
    let way_back = folder.join("restore.plan.json");
    run(&emulator, &["restore", "--out", text(&way_back), text(&backup)], 2);
    run(&emulator, &["apply", text(&way_back)], 0);
    run(&emulator, &["restore", text(&backup)], 0);
    run(&emulator, &["apply", "--rollback", text(&way_back)], 0);
}
