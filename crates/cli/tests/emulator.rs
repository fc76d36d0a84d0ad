//! The emulator as a user runs it: it says where it is, answers, is controlled, and stops when told.

#![cfg(unix)]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]

mod emulating;

use core::time::Duration;
use std::{
    io::{Read, Write},
    net::TcpStream,
    process::{Command, ExitStatus},
    time::Instant,
};

use emulating::Emulator;
use serde_json::{Value, json};

const TENANT: &str = "7e000000-0000-4000-8000-000000000001";
const GROUPS: &str = "/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups";

impl Emulator {
    fn start(arguments: &[&str]) -> Self {
        Self::start_on("examples/contoso.jsonl", arguments)
    }

    fn start_on(seed: &str, arguments: &[&str]) -> Self {
        Self::begun(&[&["--seed", seed], arguments].concat())
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// The status and the body of the answer.
    fn send(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = self.connect();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {TENANT}\r\ncontent-type: application/json\r\n\
             connection: close\r\ncontent-length: {length}\r\n\r\n{body}",
            self.address
        )
        .unwrap();
        answer(&mut stream)
    }

    fn get(&self, path: &str) -> Value {
        let (status, body) = self.send("GET", path, "");
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    fn tell_to_stop(&self) {
        assert!(Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap().success());
    }

    fn ended(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

fn answer(stream: &mut TcpStream) -> (u16, String) {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.into())
}

#[test]
fn it_answers_as_graph_and_begins_no_request_after_it_is_told_to_stop() {
    let emulator = Emulator::start(&[]);
    let groups = emulator.get(GROUPS);
    assert_eq!(groups["value"].as_array().unwrap().len(), 12);
    let link = format!("http://{}/beta/$metadata", emulator.address);
    assert!(groups["@odata.context"].as_str().unwrap().starts_with(&link), "{groups}");
    assert_eq!(emulator.send("GET", "/_control/state", "").0, 404, "closed unless asked for");
    let (status, page) = emulator.send("GET", "/", "");
    assert!(status == 200 && page.contains(TENANT), "{page}");

    // One request has begun, as the server asks for its body; two connections have not come to say anything.
    let body = r#"{"name":"Last"}"#;
    let silent = [emulator.connect(), emulator.connect()];
    let mut begun = emulator.connect();
    write!(
        begun,
        "POST {GROUPS} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TENANT}\r\ncontent-type: application/json\r\n\
         expect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .unwrap();
    let mut asked = [0; 25];
    begun.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    emulator.tell_to_stop();
    write!(begun, "{body}").unwrap();
    let (status, created) = answer(&mut begun);
    assert_eq!(status, 200, "{created}");
    assert_eq!(serde_json::from_str::<Value>(&created).unwrap()["name"], "Last");
    drop(silent);
    assert!(emulator.ended().success());
}

/// Load balancers ask by HEAD, which has the head of GET's answer and no body (RFC 9110 §9.3.2).
#[test]
fn whether_it_is_there_is_asked_by_get_or_head() {
    let emulator = Emulator::start(&["--metrics"]);
    for (path, body) in [("/healthz", "ok\n"), ("/readyz", "ok\n")] {
        assert_eq!(emulator.send("GET", path, ""), (200, body.into()), "{path}");
        assert_eq!(emulator.send("HEAD", path, ""), (200, String::new()), "{path}");
        assert_eq!(emulator.send("POST", path, "{}").0, 405, "{path}");
    }
    assert_eq!(emulator.send("HEAD", "/metrics", ""), (200, String::new()));
    assert_eq!(emulator.send("DELETE", "/metrics", "").0, 405);
}

#[test]
fn it_is_controlled_by_commands_documents_and_snapshots() {
    let emulator = Emulator::start(&["--control", "--request-ids", "7"]);
    let before = emulator.get("/_control/state");
    assert_eq!(emulator.send("POST", "/_control/snapshots/before", "").0, 204);

    let lines = format!(
        "{}\n\n{}\nno command\n",
        json!({"tenant": TENANT, "command": "advanceClock", "now": "2026-03-20T08:00:00Z"}),
        json!({"tenant": TENANT, "command": "deleteConnectorGroup", "id": before["tenants"][0]["connectorGroups"][0]["id"]}),
    );
    let (status, answers) = emulator.send("POST", "/_control/commands", &lines);
    assert_eq!(status, 200);
    let answers: Vec<Value> = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers[0]["accepted"][0]["event"], "clockAdvanced");
    assert_eq!(answers[1]["refused"]["code"], "groupIsDefault");
    assert!(answers[2]["invalid"].as_str().unwrap().contains("line 4"), "{answers:?}");
    assert_ne!(emulator.get("/_control/state"), before);

    assert_eq!(emulator.send("POST", "/_control/snapshots/before/restore", "").0, 204);
    assert_eq!(emulator.get("/_control/state"), before);
    assert_eq!(emulator.send("POST", "/_control/snapshots/after/restore", "").0, 404);

    // A document with two things wrong is refused with both of them, and changes nothing.
    let mut document = before.clone();
    document["tenants"][0]["connectorGroups"][0]["isDefault"] = json!(false);
    document["tenants"][0]["connectorGroups"][1]["name"] = json!(" ");
    let (status, body) = emulator.send("PUT", "/_control/state", &document.to_string());
    assert_eq!(status, 422);
    let violations: Value = serde_json::from_str(&body).unwrap();
    assert!(violations["violations"].as_array().unwrap().len() >= 2, "{violations}");
    assert_eq!(violations["violations"][0]["tenant"], TENANT);
    assert_eq!(emulator.get("/_control/state"), before);
    // As a file of Windows begins.
    document = json!({"tenants": []});
    assert_eq!(emulator.send("PUT", "/_control/state", &format!("\u{feff}{document}")).0, 204);
    assert_eq!(emulator.get("/_control/state"), document);
}

/// R-67: a read may show what was before a write; what the control routes do is seen at once.
#[test]
fn reads_lag_behind_writes_for_as_long_as_asked() {
    let emulator = Emulator::start(&["--control", "--lag", "3600000"]);
    let count = || emulator.get(GROUPS)["value"].as_array().unwrap().len();
    let (status, created) = emulator.send("POST", GROUPS, r#"{"name":"Late"}"#);
    assert_eq!((status, count()), (200, 12));
    let id = serde_json::from_str::<Value>(&created).unwrap()["id"].as_str().unwrap().to_string();
    assert_eq!(emulator.send("GET", &format!("{GROUPS}/{id}"), "").0, 404);
    assert_eq!(emulator.send("PATCH", &format!("{GROUPS}/{id}"), r#"{"name":"Later"}"#).0, 204, "writes do not lag");
    let line = json!({"tenant": TENANT, "command": "createConnectorGroup", "id": TENANT, "name": "At once"});
    emulator.send("POST", "/_control/commands", &line.to_string());
    assert_eq!(count(), 14);
}

#[test]
fn it_keeps_its_limits() {
    let emulator = Emulator::start(&["--body", "100", "--time", "1", "--connections", "1"]);
    assert_eq!(emulator.send("POST", GROUPS, &json!({"name": "x".repeat(90)}).to_string()).0, 413);
    assert_eq!(emulator.send("POST", GROUPS, &json!({"name": "x".repeat(80)}).to_string()).0, 200);
    // One connection says nothing, and is let go when its time is over; until then, another one waits.
    let mut silent = emulator.connect();
    let start = Instant::now();
    assert_eq!(emulator.send("GET", GROUPS, "").0, 200);
    assert!(start.elapsed() > Duration::from_millis(900), "{:?}", start.elapsed());
    assert_eq!(silent.read(&mut [0]).unwrap(), 0);
    // A body that never comes whole.
    silent = emulator.connect();
    write!(silent, "POST {GROUPS} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nhalf").unwrap();
    assert_eq!(answer(&mut silent).0, 408);
}

#[test]
fn it_says_what_is_wrong_with_its_arguments() {
    let program = env!("CARGO_BIN_EXE_connector-groups");
    let output = Command::new(program).args(["emulate", "--profile", "dead"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("'dead'") && told.contains("[possible values: live, documented]"), "{told}");
}

/// It would start, and serve nobody.
#[test]
fn an_emulator_that_could_serve_nothing_does_not_start() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_connector-groups"))
            .args(["emulate", "--listen", "127.0.0.1:0", "--quiet", "--seed", "examples/contoso.jsonl"])
            .args(arguments)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
            .args(["--", "true"])
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for option in ["--connections", "--body", "--time"] {
        let (code, told) = run(&[option, "0"]);
        assert!(code == Some(2) && told.contains(&format!("invalid value '0' for '{option}")), "{told}");
    }
    let other = "7e000000-0000-4000-8000-0000000000ff";
    let (code, told) = run(&["--anonymous", other]);
    assert_eq!(code, Some(1));
    assert_eq!(told, format!("emulate: --anonymous {other}: there is no such tenant; there are: {TENANT}\n"));
    assert_eq!(run(&["--anonymous", other, "--tenant", other]), (Some(0), String::new()));
}

/// The certificate is written to a file of its own.
#[test]
fn a_certificate_takes_the_place_of_no_input() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("certificate");
    std::fs::create_dir_all(&folder).unwrap();
    let (seed, certificate) = (folder.join("seed.json"), folder.join("authority.pem"));
    let content = r#"{"tenants": []}"#;
    std::fs::write(&seed, content).unwrap();
    let run = |file: &std::path::Path| {
        let output = Command::new(env!("CARGO_BIN_EXE_connector-groups"))
            .args(["emulate", "--quiet", "--tls-certificate-out", file.to_str().unwrap()])
            .args(["--seed", seed.to_str().unwrap(), "--", "true"])
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, told) = run(&seed);
    assert!(code == Some(1) && told.contains("would be written over what is read from"), "{told}");
    assert_eq!(std::fs::read_to_string(&seed).unwrap(), content);
    assert_eq!(run(&certificate), (Some(0), String::new()));
    assert!(std::fs::read_to_string(&certificate).unwrap().starts_with("-----BEGIN CERTIFICATE"));
}

/// Over TLS a client needs the authority that signs for it; without that it tells its token to nobody.
#[cfg(feature = "export")]
#[test]
fn an_export_over_tls_trusts_the_authority_that_it_is_told() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("tls");
    _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let (authority, out) = (folder.join("authority.pem"), folder.join("out"));
    let emulator = Emulator::start(&["--tls", "--tls-certificate-out", authority.to_str().unwrap()]);
    let graph = format!("https://{}", emulator.address);
    let export = |arguments: &[&str]| {
        let own =
            ["export", "--graph", &graph, "--token-env", "TEST_TOKEN", "--tries", "1", "--out", out.to_str().unwrap()];
        let mut command = Command::new(env!("CARGO_BIN_EXE_connector-groups"));
        command.args([&own, arguments].concat()).env("TEST_TOKEN", TENANT).output().unwrap()
    };
    let refused = export(&[]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("certificate") && !out.exists(), "{refused:?}");
    let exported = export(&["--ca-file", authority.to_str().unwrap()]);
    assert!(exported.status.success(), "{exported:?}");
    assert!(out.join("connectorGroups.json").is_file());
}

/// Windows begins files with a byte order mark, and writes some as UTF-16: lines and a document alike.
#[test]
fn a_seed_may_begin_with_a_byte_order_mark() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let contoso =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/contoso.jsonl")).unwrap();
    let (lines, document) = (folder.join("marked-seed.jsonl"), folder.join("marked-seed.json"));
    std::fs::write(&lines, format!("\u{feff}{contoso}")).unwrap();
    let emulator = Emulator::start_on(lines.to_str().unwrap(), &["--control"]);
    let state = emulator.get("/_control/state");
    assert_eq!(state["tenants"][0]["connectorGroups"].as_array().unwrap().len(), 12);
    let as_utf16 = format!("\u{feff}{state}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    std::fs::write(&document, as_utf16).unwrap();
    let again = Emulator::start_on(document.to_str().unwrap(), &["--control"]);
    assert_eq!(again.get("/_control/state"), state);
    for emulator in [emulator, again] {
        emulator.tell_to_stop();
        assert_eq!(emulator.ended().code(), Some(0));
    }
}

/// A test that ran on without its seed would fail far from the cause, or pass for nothing.
#[test]
fn a_seed_that_is_none_is_refused() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("wrong-seeds");
    std::fs::create_dir_all(&folder).unwrap();
    let seed = |name: &str, text: &str| {
        let file = folder.join(name);
        std::fs::write(&file, text).unwrap();
        file
    };
    let line = r#"{"command":"createTenant","id":"7e000000-0000-4000-8000-000000000001","defaultRegion":"eur","now":"2026-03-02T08:00:00Z","defaultConnectorGroup":{"id":"9d000000-0000-4000-8000-000000000001"}}"#;
    for (file, expected) in [
        (seed("desired.yaml", "connectorGroups:\n  - name: Dublin\n"), "line 1"),
        (seed("cut.jsonl", &[line, "\n", r#"{"command":"createTen"#].concat()), "line 2"),
        (folder.clone(), "plan --import"),
    ] {
        for quiet in [&[][..], &["--quiet"]] {
            let output = std::process::Command::new(env!("CARGO_BIN_EXE_connector-groups"))
                .args(["emulate", "--listen", "127.0.0.1:0", "--seed", file.to_str().unwrap()])
                .args(quiet)
                .stdin(std::process::Stdio::null())
                .output()
                .unwrap();
            let told = String::from_utf8(output.stderr).unwrap();
            assert!(!output.status.success() && output.stdout.is_empty(), "{told}");
            assert!(told.contains(file.to_str().unwrap()) && told.contains(expected), "{told}");
        }
    }
}
