//! The traces of `tests/traces` by HTTP: a running emulator answers the requests of public tools, the tutorial of Microsoft
//! among them, as the wire does without a server.

#![cfg(all(unix, feature = "emulate"))]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test stops where it fails"
)]

extern crate alloc;

mod emulating;

use alloc::collections::BTreeMap;
use core::time::Duration;
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
};

use emulating::Emulator;
use serde_json::{Value, json};

impl Emulator {
    fn start(arguments: &[&str]) -> Self {
        Self::begun(&[&["--control"], arguments].concat())
    }

    /// Status and body of the answer.
    fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let headers = headers.iter().fold(String::new(), |text, (name, value)| text + name + ": " + value + "\r\n");
        let length = body.len();
        write!(
            stream,
            "{method} {target} HTTP/1.1\r\nhost: {}\r\n{headers}content-type: application/json\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\n{body}",
            self.address
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, if body.is_empty() { Value::Null } else { serde_json::from_str(body).unwrap() })
    }

    fn command(&self, line: &Value) {
        let (status, answer) = self.send("POST", "/_control/commands", &[], &format!("{line}\n"));
        assert!(status == 200 && answer.get("accepted").is_some(), "{line}: {answer}");
    }
}

/// Plays one trace in a tenant of its own.
fn play(emulator: &Emulator, number: usize, name: &str, text: &str) -> usize {
    let tenant = format!("7e000000-0000-4000-8000-{number:012}");
    emulator.command(
        &json!({"command": "createTenant", "id": tenant, "defaultRegion": "eur", "now": "2026-03-02T08:00:00Z",
        "defaultConnectorGroup": {"id": format!("9d000000-0000-4000-9000-{number:012}")}}),
    );
    let token = format!("Bearer {tenant}");
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut steps = 0;
    for line in text.lines() {
        let line =
            names.iter().fold(line.to_string(), |line, (name, value)| line.replace(&format!("{{{name}}}"), value));
        let line: Value = serde_json::from_str(&line).unwrap();
        if let Some(command) = line.get("command") {
            let mut command = command.clone();
            command["tenant"] = json!(tenant);
            emulator.command(&command);
        }
        let Some(send) = line["send"].as_str() else { continue };
        let (method, target) = send.split_once(' ').unwrap();
        let mut headers = Vec::from([("authorization", token.as_str())]);
        for (name, value) in line["headers"].as_object().into_iter().flatten() {
            headers.push((name, value.as_str().unwrap()));
        }
        let body = line.get("body").map_or_else(String::new, Value::to_string);
        let (status, answer) = emulator.send(method, &target.replace(' ', "%20"), &headers, &body);
        let told = format!("{name}, {}: {status} {answer}", line["step"]);
        assert_eq!(json!(status), line["status"], "{told}");
        if let Some(code) = line.get("code") {
            assert_eq!(&answer["error"]["code"], code, "{told}");
        }
        for (pointer, value) in line["has"].as_object().into_iter().flatten() {
            assert_eq!(answer.pointer(pointer), Some(value), "{told}");
        }
        if let Some(count) = line.get("count") {
            assert_eq!(&json!(answer["value"].as_array().unwrap().len()), count, "{told}");
        }
        for (name, pointer) in line["take"].as_object().into_iter().flatten() {
            let value = answer.pointer(pointer.as_str().unwrap()).and_then(Value::as_str).expect(&told);
            names.insert(name.clone(), value.to_string());
        }
        steps += 1;
    }
    steps
}

#[test]
fn public_tools_run_whole_by_http() {
    let emulator = Emulator::start(&[]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/traces");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut steps = 0;
    for (number, path) in paths.iter().enumerate() {
        steps +=
            play(&emulator, number, &path.file_stem().unwrap().to_string_lossy(), &fs::read_to_string(path).unwrap());
    }
    assert!(paths.len() >= 12 && steps > 150, "{steps} steps of {} traces", paths.len());
}

/// `X-Forwarded-Proto` and `-Host` choose where links lead, if the option says that a proxy sets them, and only then.
#[test]
fn links_lead_back_through_a_proxy_that_is_trusted() {
    let tenant = "7e000000-0000-4000-8000-000000000001";
    let token = format!("Bearer {tenant}");
    let forwarded = [
        ("authorization", token.as_str()),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "graph.test:8443, inner"),
    ];
    let begin = json!({"command": "createTenant", "id": tenant, "defaultRegion": "eur", "now": "2026-03-02T08:00:00Z",
        "defaultConnectorGroup": {"id": tenant}});
    let groups = "/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups";
    let openid = format!("/{tenant}/v2.0/.well-known/openid-configuration");
    for (arguments, is_trusted) in [(&["--trust-forwarded"][..], true), (&[], false)] {
        let emulator = Emulator::start(arguments);
        emulator.command(&begin);
        let own = format!("http://{}", emulator.address);
        let root = if is_trusted { "https://graph.test:8443" } else { &own };
        let (status, answer) = emulator.send("GET", groups, &forwarded, "");
        assert_eq!(status, 200, "{answer}");
        assert!(answer["@odata.context"].as_str().unwrap().starts_with(&format!("{root}/beta/$metadata#")), "{answer}");
        let (status, answer) = emulator.send("GET", &openid, &forwarded, "");
        assert_eq!(status, 200, "{answer}");
        assert!(answer["token_endpoint"].as_str().unwrap().starts_with(&format!("{root}/")), "{answer}");
        // What is no host is refused where it would count, on every path.
        for path in [groups, &openid] {
            for wrong in [("x-forwarded-host", "a b"), ("x-forwarded-proto", "ftp")] {
                let (status, answer) = emulator.send("GET", path, &[("authorization", &token), wrong], "");
                assert_eq!(status, if is_trusted { 400 } else { 200 }, "{answer}");
            }
        }
    }
}
