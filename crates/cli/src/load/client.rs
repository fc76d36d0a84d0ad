//! Closed loops: each connection sends its next request when the answer to the last one is there.

use alloc::sync::Arc;
use core::{net::SocketAddr, time::Duration};
use std::{io, time::Instant};

use connector_groups::Directory;
use hdrhistogram::Histogram;
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, StatusCode,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::fixture::Fixture;

/// Tells the bare server how long its answer is to be, so that both send the same number of bytes. Both are told.
pub(crate) const ANSWER_BYTES: &str = "x-answer-bytes";
pub(crate) const SNAPSHOT: &str = "/_control/snapshots/before";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    ReadGroup,
    ReadPage,
    MoveApplication,
    MoveConnector,
    Reset,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] =
        [Self::ReadGroup, Self::ReadPage, Self::MoveApplication, Self::MoveConnector, Self::Reset];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ReadGroup => "read a group",
            Self::ReadPage => "read 100 applications",
            Self::MoveApplication => "move an application",
            Self::MoveConnector => "move a connector",
            Self::Reset => "reset to a snapshot",
        }
    }

    /// The request with this number: as the numbers go on, so do the things that it is about.
    fn request(self, fixture: &Fixture, number: u64) -> (Method, String, String) {
        match self {
            Self::ReadGroup => (Method::GET, fixture.group(number), String::new()),
            Self::ReadPage => (Method::GET, String::from("/beta/applications"), String::new()),
            Self::MoveApplication => {
                // Seven times the number: mostly another group than that in which the audit at the end wants this application,
                // so that a move that is lost there is seen.
                let path = format!("{}/connectorGroup/$ref", fixture.application(number));
                (Method::PUT, path, link(&fixture.group(number.wrapping_mul(7))))
            }
            Self::MoveConnector => {
                let path = format!("{}/memberOf/$ref", fixture.connector(number));
                (Method::POST, path, link(&fixture.group(number.wrapping_mul(7))))
            }
            Self::Reset => (Method::POST, format!("{SNAPSHOT}/restore"), String::new()),
        }
    }

    const fn expected(self) -> StatusCode {
        match self {
            Self::ReadGroup | Self::ReadPage => StatusCode::OK,
            Self::MoveApplication | Self::MoveConnector | Self::Reset => StatusCode::NO_CONTENT,
        }
    }
}

/// The body that makes a link to a path.
pub(crate) fn link(path: &str) -> String {
    format!("{{\"@odata.id\":\"https://graph.microsoft.com{path}\"}}")
}

pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    address: SocketAddr,
    token: String,
    /// What a bare server is to answer with; the emulator looks at no such header.
    pub(crate) answer_bytes: usize,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr, token: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        // A request waits for nothing, as it is one write: else the system's delay would be measured.
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        // It ends when the sender goes; what went wrong with it, the sender tells too.
        tokio::spawn(connection);
        Ok(Self { sender, address, token: format!("Bearer {token}"), answer_bytes: 0 })
    }

    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: impl Into<Bytes>,
    ) -> io::Result<(StatusCode, Bytes)> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.address.to_string())
            .header(header::AUTHORIZATION, &self.token)
            .header(header::CONTENT_TYPE, "application/json")
            .header(ANSWER_BYTES, self.answer_bytes)
            .body(Full::new(body.into()))
            .map_err(io::Error::other)?;
        self.sender.ready().await.map_err(io::Error::other)?;
        let response = self.sender.send_request(request).await.map_err(io::Error::other)?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(io::Error::other)?;
        Ok((status, body.to_bytes()))
    }
}

/// What came of closed loops.
pub(crate) struct Measured {
    /// In nanoseconds.
    pub(crate) latencies: Histogram<u64>,
    pub(crate) time: Duration,
}

impl Measured {
    pub(crate) fn new() -> Result<Self, String> {
        // Up to a minute, after which a request counts as lost, and to three digits.
        let latencies = Histogram::new_with_bounds(1, 60_000_000_000, 3).map_err(|error| error.to_string())?;
        Ok(Self { latencies, time: Duration::ZERO })
    }

    pub(crate) fn add(&mut self, other: &Self) -> Result<(), String> {
        self.time = self.time.saturating_add(other.time);
        self.latencies.add(&other.latencies).map_err(|error| error.to_string())
    }

    pub(crate) fn per_second(&self) -> f64 {
        let answered = f64::from(u32::try_from(self.latencies.len()).unwrap_or(u32::MAX));
        answered / self.time.as_secs_f64()
    }

    /// The microseconds within which this share of the answers was there.
    pub(crate) fn within(&self, share: f64) -> u64 {
        self.latencies.value_at_quantile(share).div_ceil(1000)
    }
}

/// Where the requests go, and whether the statuses of the answers are to be looked at.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) is_bare: bool,
    pub(crate) fixture: Arc<Fixture>,
}

impl Target {
    /// The answer to a request of this kind.
    pub(crate) async fn answer(&self, kind: Kind) -> Result<Bytes, String> {
        let opened = Connection::open(self.address, &self.fixture.tenant).await;
        let mut connection = opened.map_err(|error| error.to_string())?;
        let (method, path, body) = kind.request(&self.fixture, 0);
        let (_, body) = connection.send(method, &path, body).await.map_err(|error| error.to_string())?;
        Ok(body)
    }

    /// Keeps `connections` closed loops going over a mix of kinds for a while. An answer that is late by a minute, or that
    /// is another one than the kind expects, is an error.
    pub(crate) async fn drive(
        &self,
        mix: &[Kind],
        answer_bytes: usize,
        connections: u32,
        time: Duration,
    ) -> Result<Measured, String> {
        let start = Instant::now();
        let loops: Vec<_> = (0..connections)
            .map(|first| {
                let one = self.clone().one_loop(mix.to_vec(), answer_bytes, u64::from(first), start, time);
                tokio::spawn(one)
            })
            .collect();
        let mut measured = Measured::new()?;
        for one in loops {
            measured.add(&one.await.map_err(|error| error.to_string())??)?;
        }
        // Not the sum of the loops' times, which run side by side.
        measured.time = start.elapsed();
        Ok(measured)
    }

    async fn one_loop(
        self,
        mix: Vec<Kind>,
        answer_bytes: usize,
        first: u64,
        start: Instant,
        time: Duration,
    ) -> Result<Measured, String> {
        let mut measured = Measured::new()?;
        let opened = Connection::open(self.address, &self.fixture.tenant).await;
        let mut connection = opened.map_err(|error| format!("no connection: {error}"))?;
        connection.answer_bytes = answer_bytes;
        // Loops begin at different things, and go through all of them. The step is a prime, which no number of things divides.
        let numbers = (first.wrapping_mul(1_000_003)..).zip(mix.iter().cycle());
        for (number, kind) in numbers {
            if start.elapsed() >= time {
                break;
            }
            let (method, path, body) = kind.request(&self.fixture, number);
            let sent = Instant::now();
            let (status, body) = tokio::time::timeout(Duration::from_secs(60), connection.send(method, &path, body))
                .await
                .map_err(|_| format!("{path}: no answer for a minute"))?
                .map_err(|error| format!("{path}: {error}"))?;
            if !self.is_bare && status != kind.expected() {
                return Err(format!("{path}: {status}: {}", String::from_utf8_lossy(&body)));
            }
            measured.latencies.saturating_record(u64::try_from(sent.elapsed().as_nanos()).unwrap_or(u64::MAX));
        }
        Ok(measured)
    }
}

/// The whole directory, which loads only where every invariant holds: to read it is the audit.
pub(super) async fn state(address: SocketAddr) -> Result<Directory, String> {
    let body = expect(address, Method::GET, "/_control/state").await?;
    serde_json::from_slice(&body).map_err(|error| error.to_string())
}

pub(super) async fn expect(address: SocketAddr, method: Method, path: &str) -> Result<Bytes, String> {
    let mut connection = Connection::open(address, "").await.map_err(|error| error.to_string())?;
    let (status, body) = connection.send(method, path, String::new()).await.map_err(|error| error.to_string())?;
    if status.is_success() { Ok(body) } else { Err(format!("{path}: {status}")) }
}
