//! The emulator as a child process, which ends with the test.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

pub(crate) struct Emulator {
    pub(crate) child: Child,
    /// Host and port.
    pub(crate) address: String,
}

impl Emulator {
    /// Starts `emulate` at a free port, with these arguments besides, in the root of the repository.
    pub(crate) fn begun(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_connector-groups"))
            .args(["emulate", "--listen", "127.0.0.1:0", "--quiet"])
            .args(arguments)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit_once("//").unwrap().1.into();
        Self { child, address }
    }

    /// One request in a tenant, and its answer's body.
    #[allow(dead_code, reason = "some tests only start it")]
    pub(crate) fn asked(&self, tenant: &str, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {tenant}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 2"), "{method} {path}: {answer}");
        answer.split_once("\r\n\r\n").unwrap().1.into()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // One that has ended is as good.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
