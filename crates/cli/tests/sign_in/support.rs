//! An emulator as a child process, and what its clients send.

use core::time::Duration;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

pub(crate) const TENANT: &str = "7e000000-0000-4000-8000-000000000001";
pub(crate) const GROUPS: &str = "/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups";
pub(crate) const CLIENT: &str = "11111111-0000-4000-8000-000000000001";
pub(crate) const SECRET: &str =
    "client_secret=any&grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";

pub(crate) fn emulate(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connector-groups"));
    command
        .args(["emulate", "--quiet", "--seed", "examples/contoso.jsonl"])
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    command
}

pub(crate) struct Emulator {
    pub(crate) child: Child,
    pub(crate) address: String,
    /// What follows the address on standard output.
    pub(crate) output: BufReader<std::process::ChildStdout>,
}

impl Emulator {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = emulate(&["--listen", "127.0.0.1:0"]);
        let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap().into();
        Self { child, address, output }
    }

    /// The answer to a request with these header lines, as it comes.
    pub(crate) fn text(&self, method: &str, path: &str, headers: &[&str], body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let headers = [headers, &["connection: close"]].concat().join("\r\n");
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.1\r\n{headers}\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    /// Its status and its body.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[&str], body: &str) -> (u16, Value) {
        let text = self.text(method, path, headers, body);
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap_or_else(|_| body.into()))
    }

    pub(crate) fn own(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        self.send(method, path, &[&format!("host: {}", self.address)], body)
    }

    /// A request to Graph's routes with this token.
    pub(crate) fn graph(&self, token: &str, method: &str, path: &str, body: &str) -> (u16, Value) {
        let host = format!("host: {}", self.address);
        let token = format!("authorization: Bearer {token}");
        self.send(method, path, &[&host, &token, "content-type: application/json"], body)
    }

    pub(crate) fn sign_in(&self, tenant: &str, form: &str) -> (u16, Value) {
        self.own("POST", &format!("/{tenant}/oauth2/v2.0/token"), &format!("client_id={CLIENT}&{form}"))
    }

    pub(crate) fn token(&self) -> String {
        self.sign_in(TENANT, SECRET).1["access_token"].as_str().unwrap().into()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // One that has ended is as good.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

pub(crate) fn claims(token: &str) -> Value {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}
