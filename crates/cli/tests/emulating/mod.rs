//! The emulator as a child process, which ends with the test.

use std::{
    io::{BufRead, BufReader},
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
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // One that has ended is as good.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
