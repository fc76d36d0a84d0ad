//! The two servers, each in a process of its own that ends with this one.

use alloc::sync::Arc;
use core::{net::SocketAddr, time::Duration};
use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use hyper::{Method, Request, Response, StatusCode, body::Bytes, http::request::Parts};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::net::TcpListener;

use super::client::{ANSWER_BYTES, Connection};
use crate::{
    emulate::http::{connection, server},
    output,
};

/// No answer of the bare server is longer.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
const CONSTANT: &[u8] = &[b'x'; 1024 * 1024];

/// Where a bare server is sent a page, to answer with it from then on.
pub(super) const RECORDS: &str = "/records";

/// A page of applications as whoever writes a mock declares it.
#[derive(Serialize, Deserialize)]
struct Page {
    #[serde(rename = "@odata.context")]
    context: String,
    #[serde(rename = "@odata.nextLink", skip_serializing_if = "Option::is_none")]
    next_link: Option<String>,
    value: Vec<Record>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    id: String,
    app_id: String,
    display_name: String,
    created_date_time: Option<String>,
    identifier_uris: Vec<String>,
    sign_in_audience: String,
    tags: Vec<String>,
    /// What only some have.
    #[serde(flatten)]
    open: Map<String, Value>,
}

/// A server that reads each request and answers constant bytes, as many as the request asks for; or, once it was sent a page,
/// the records of that page, which it writes anew for each answer.
#[derive(Default)]
struct Bare {
    page: OnceLock<Page>,
}

impl connection::Service for Bare {
    fn body_bytes_max(&self, _: &Parts) -> usize {
        ANSWER_BYTES_MAX
    }

    fn answer(&self, request: Request<Vec<u8>>) -> Response<Bytes> {
        if let Some(page) = self.page.get() {
            // Of texts and lists nothing can fail.
            return Response::new(Bytes::from(serde_json::to_vec(page).unwrap_or_default()));
        }
        if request.uri().path() == RECORDS {
            let is_kept = serde_json::from_slice(request.body()).is_ok_and(|page| self.page.set(page).is_ok());
            let mut answer = Response::new(Bytes::new());
            *answer.status_mut() = if is_kept { StatusCode::NO_CONTENT } else { StatusCode::BAD_REQUEST };
            return answer;
        }
        let asked = request.headers().get(ANSWER_BYTES).and_then(|value| value.to_str().ok()?.parse().ok());
        let bytes: usize = asked.unwrap_or_default();
        // To a part of a constant nothing is added, not even a copy: this is what no server can do without.
        Response::new(match CONSTANT.get(..bytes) {
            Some(part) => Bytes::from_static(part),
            None => Bytes::from(vec![b'x'; bytes.min(ANSWER_BYTES_MAX)]),
        })
    }
}

#[tokio::main]
pub(super) async fn serve_bare() -> Result<(), String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    output::print(&format!("http://{address}/"))?;
    // The emulator's own limits, so that both do the same around a request.
    let limits = connection::Limits { connections: 1024, time: Duration::from_secs(30) };
    server::serve(listener, server::Transport::Plain, limits, Arc::new(Bare::default()), core::future::pending()).await;
    Ok(())
}

pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
}

impl Server {
    /// An emulator with control routes and these arguments.
    pub(super) fn emulator(arguments: &[&str]) -> Result<Self, String> {
        let usual = ["emulate", "--listen", "127.0.0.1:0", "--control", "--quiet"];
        Self::start(&[&usual, arguments].concat())
    }

    pub(super) fn bare() -> Result<Self, String> {
        Self::start(&["load", "--bare"])
    }

    /// A bare server that writes the records of this page for each answer.
    pub(super) async fn writer(page: Bytes) -> Result<Self, String> {
        let writer = Self::bare()?;
        let mut connection = Connection::open(writer.address, "").await.map_err(|error| error.to_string())?;
        let mut sent =
            async |method, body| connection.send(method, RECORDS, body).await.map_err(|error| error.to_string());
        let (kept, _) = sent(Method::POST, page.clone()).await?;
        let (_, written) = sent(Method::GET, Bytes::new()).await?;
        let read = |text: &[u8]| serde_json::from_slice::<Value>(text).ok();
        if kept == StatusCode::NO_CONTENT && read(&written) == read(&page) {
            Ok(writer)
        } else {
            Err(String::from("the bare server does not write what the emulator does"))
        }
    }

    fn start(arguments: &[&str]) -> Result<Self, String> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut child = Command::new(&program)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        // Each prints its address when it listens, and nothing after it, so that the pipe may be closed then.
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(|error| error.to_string())?;
        }
        let address = line.trim().trim_start_matches("http://").trim_end_matches('/');
        let address = address.parse().map_err(|_| format!("{} said {line:?}", program.display()))?;
        Ok(Self { child, address })
    }

    /// Resident memory in kibibytes, where the system tells.
    pub(super) fn resident(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse().ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended already is as good.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
