//! What many tenants cost: the time to make one, and the memory of each before and after it is written to.

use std::time::Instant;

use hyper::{Method, StatusCode};

use super::{
    bulk,
    client::{Connection, Measured, link},
    servers::Server,
};
use crate::output;

const APPLICATIONS: u32 = 200;
const ROUTE: &str = "/_control/tenants";
const PATTERN: &str = "{\"snapshot\":\"pattern\"}";

/// Makes tenants one by one, by turns with requests to a bare server that answers as many bytes; then writes to each.
#[tokio::main]
pub(super) async fn measure(tenants: u32) -> Result<(), String> {
    // With a journal, as tests run it.
    let emulator = Server::emulator(&[])?;
    let bare = Server::bare()?;
    let fixture = bulk::tenant(&emulator, APPLICATIONS).await?;
    let opened = Connection::open(emulator.address, "").await;
    let mut ours = opened.map_err(|error| error.to_string())?;
    let mut theirs = Connection::open(bare.address, "").await.map_err(|error| error.to_string())?;
    let memory = || emulator.resident().unwrap_or_default();

    let empty = memory();
    let (mut made, mut floor, mut ids) = (Measured::new()?, Measured::new()?, Vec::new());
    for _ in 0..tenants {
        let (status, body) = timed(&mut ours, Method::POST, ROUTE, PATTERN, &mut made).await?;
        let id = serde_json::from_slice::<serde_json::Value>(&body)
            .ok()
            .and_then(|made| made.get("id")?.as_str().map(String::from));
        let Some(id) = id.filter(|_| status == StatusCode::CREATED) else {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&body)));
        };
        ids.push(id);
        theirs.answer_bytes = body.len();
        timed(&mut theirs, Method::POST, ROUTE, PATTERN, &mut floor).await?;
    }
    let copied = memory();
    // One write to each makes pages of its own. What the journal keeps of these requests is counted with them.
    let mut written = Measured::new()?;
    let (path, body) = (format!("{}/connectorGroup/$ref", fixture.application(7)), link(&fixture.group(1)));
    for id in &ids {
        let opened = Connection::open(emulator.address, id).await;
        let mut connection = opened.map_err(|error| error.to_string())?;
        let (status, _) = timed(&mut connection, Method::PUT, &path, &body, &mut written).await?;
        if status != StatusCode::NO_CONTENT {
            return Err(format!("{path}: {status}"));
        }
    }
    // Another application, which each copy still shares with the pattern. The memory is read before, as reads leave records.
    let (path, after) = (fixture.application(8), memory());
    for id in &ids {
        let opened = Connection::open(emulator.address, id).await;
        let mut connection = opened.map_err(|error| error.to_string())?;
        let answer = connection.send(Method::GET, &path, String::new()).await.map_err(|error| error.to_string())?;
        if answer.0 != StatusCode::OK {
            return Err(format!("{path}: {}", answer.0));
        }
    }

    output::print(&format!("{tenants} tenants of {APPLICATIONS} applications, one request for each"))?;
    let times = |name: &str, measured: &Measured| {
        let [p50, p99] = [0.5, 0.99].map(|share| measured.within(share));
        output::print(&format!("{name:34}{p50:>8} µs median{p99:>8} µs 99 %"))
    };
    times("a copy of a snapshot", &made)?;
    times("a request to the bare server", &floor)?;
    times("the first write to a copy", &written)?;
    let each = |kibibytes: u64| {
        let bytes = kibibytes.saturating_mul(1024);
        bytes.checked_div(u64::from(tenants)).unwrap_or_default()
    };
    let (of_copy, of_written) = (each(copied.saturating_sub(empty)), each(after.saturating_sub(empty)));
    let memories = format!(
        "KiB resident: {empty} with the pattern, {copied} with all copies ({of_copy} bytes each), {after} when each is \
         written to ({of_written} bytes each)"
    );
    output::print(&memories)
}

async fn timed(
    connection: &mut Connection,
    method: Method,
    path: &str,
    body: &str,
    measured: &mut Measured,
) -> Result<(StatusCode, hyper::body::Bytes), String> {
    let start = Instant::now();
    let answer = connection.send(method, path, String::from(body)).await.map_err(|error| error.to_string())?;
    measured.latencies.saturating_record(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX));
    Ok(answer)
}
