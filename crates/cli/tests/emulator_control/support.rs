//! An emulator as a child process, and folders that go at the end of a test.

use core::time::Duration;
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
};

use serde_json::Value;

pub(crate) use crate::emulating::Emulator;

pub(crate) const TENANT: &str = "7e000000-0000-4000-8000-000000000001";
pub(crate) const PROFILE: &str = "/beta/onPremisesPublishingProfiles/applicationProxy";
pub(crate) const GROUPS: &str = "/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups";
pub(crate) const CONTOSO: &str = "examples/contoso.jsonl";
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_connector-groups");

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        pairs.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Emulator {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::begun(&[&["--control"], arguments].concat())
    }

    pub(crate) fn contoso() -> Self {
        Self::start(&["--seed", CONTOSO])
    }

    /// `None` where the connection ends without an answer.
    pub(crate) fn try_send(&self, tenant: &str, method: &str, path: &str, body: &str) -> Option<Answer> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {tenant}\r\ncontent-type: application/json\r\n\
             user-agent: test/1\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}",
            self.address
        )
        .ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        Some(Answer { status: head.split(' ').nth(1)?.parse().ok()?, head: head.into(), body: body.into() })
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        self.try_send(TENANT, method, path, body).unwrap()
    }

    /// An access token for an application that signs in by a secret.
    pub(crate) fn token(&self, application: &str) -> String {
        let form = format!(
            "client_id={application}&client_secret=any&grant_type=client_credentials\
             &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
        );
        let answer = self.send("POST", &format!("/{TENANT}/oauth2/v2.0/token"), &form);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["access_token"].as_str().unwrap().into()
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.send("GET", path, "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    /// Sends what has to be done, and gives its answer.
    pub(crate) fn done(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.send(method, path, &body);
        assert!((200..300).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.body);
        answer
    }

    pub(crate) fn names(&self, tenant: &str) -> Vec<String> {
        let groups = self.try_send(tenant, "GET", &format!("{GROUPS}?$top=999"), "").unwrap().json();
        groups["value"].as_array().unwrap().iter().map(|group| group["name"].as_str().unwrap().into()).collect()
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A folder that goes at the end of the test.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().into()
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}
