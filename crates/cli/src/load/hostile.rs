//! Requests that nobody should send, each on a connection of its own, and connections that never come to say anything.

use alloc::collections::VecDeque;
use core::{
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    io::{self, Read, Write},
    net::TcpStream,
    thread::sleep,
};

/// This many connections are left half open at once; the oldest goes when one more comes. Fewer than the emulator takes
/// (1,024), or the loops that are measured would wait for a place.
const HALF_OPEN_MAX: usize = 200;
const PAUSE: Duration = Duration::from_millis(2);
/// The emulator's limit; a body of JSON around so many letters is beyond it.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

#[derive(Debug, Default)]
pub(crate) struct Bad {
    pub(crate) sent: u64,
    pub(crate) half_open: u64,
    /// Those that got another answer than they must.
    pub(crate) wrong: Vec<String>,
}

/// Sends bad requests until told to stop.
pub(crate) fn send(address: SocketAddr, tenant: &str, stop: &AtomicBool) -> Bad {
    let requests = requests(tenant);
    let (mut bad, mut half_open) = (Bad::default(), VecDeque::new());
    while !stop.load(Ordering::Relaxed) {
        for (name, status, request) in &requests {
            match answer(address, request) {
                Ok(text) if text.starts_with(&format!("HTTP/1.1 {status} ")) => {}
                Ok(text) => bad.wrong.push(format!("{name}: {}", text.lines().next().unwrap_or_default())),
                Err(error) => bad.wrong.push(format!("{name}: {error}")),
            }
            bad.sent = bad.sent.saturating_add(1);
            sleep(PAUSE);
        }
        for said in ["", "GET /beta/appl", "POST /beta/$batch HTTP/1.1\r\ncontent-length: 100\r\n\r\n{\"req"] {
            if half_open.len() >= HALF_OPEN_MAX {
                half_open.pop_front();
            }
            let opened = TcpStream::connect(address).and_then(|mut stream| {
                stream.write_all(said.as_bytes())?;
                Ok(stream)
            });
            match opened {
                Ok(stream) => half_open.push_back(stream),
                Err(error) => bad.wrong.push(format!("half open: {error}")),
            }
            bad.half_open = bad.half_open.saturating_add(1);
        }
    }
    bad
}

/// By name, with the status that they must get.
fn requests(tenant: &str) -> Vec<(&'static str, u16, Vec<u8>)> {
    const GROUPS: &str = "/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups";
    let whole = |method: &str, path: &str, more: &str, body: &str| {
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {tenant}\r\n{more}");
        format!("{head}connection: close\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
    };
    let json = "content-type: application/json\r\n";
    let deep = "[".repeat(100_000);
    let long = format!("{GROUPS}?$filter={}", "(".repeat(6_000));
    let oversize = format!("{{\"name\":\"{}\"}}", "x".repeat(BODY_BYTES_MAX));
    vec![
        ("half a JSON", 400, whole("POST", GROUPS, json, "{\"name\":")),
        ("deep JSON", 400, whole("POST", GROUPS, json, &deep)),
        ("a wrong type", 400, whole("POST", GROUPS, json, "{\"name\":7}")),
        ("no JSON", 400, whole("POST", GROUPS, "content-type: text/plain\r\n", "name")),
        ("an unknown route", 400, whole("GET", "/beta/nowhere", "", "")),
        ("an unknown id", 404, whole("DELETE", &format!("{GROUPS}/00000000-0000-4000-8000-000000000000"), "", "")),
        ("a wrong method", 405, whole("PUT", GROUPS, json, "{}")),
        ("a deep filter", 400, whole("GET", &long, "", "")),
        ("a long body", 413, whole("POST", GROUPS, json, &oversize)),
        (
            "no token",
            401,
            format!("GET {GROUPS} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").into_bytes(),
        ),
        ("a foreign host", 421, format!("GET {GROUPS} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").into_bytes()),
        ("no host", 400, format!("GET {GROUPS} HTTP/1.1\r\nconnection: close\r\n\r\n").into_bytes()),
        // How a TLS handshake begins: a client that was given `https` by mistake.
        ("no HTTP", 400, b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n".to_vec()),
    ]
}

fn answer(address: SocketAddr, request: &[u8]) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    // An answer that never comes is wrong as well, and must not keep the run from its end.
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.write_all(request)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
