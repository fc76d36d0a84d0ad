//! How long readers wait while commands move very many applications, beside a bare server that is sent the same bytes.

use alloc::sync::Arc;
use core::time::Duration;
use std::time::Instant;

use hyper::{Method, StatusCode, body::Bytes};

use super::{
    client::{Connection, Kind, Measured, Target, expect, state},
    fixture::Fixture,
    servers::Server,
};
use crate::output;

const TENANT: &str = "7e000000-0000-4000-8000-000000000001";
const GROUPS: [&str; 2] = ["9d000000-0000-4000-8000-000000000001", "9d000000-0000-4000-8000-000000000002"];
/// Lines that make applications go in bodies of so many: some megabytes each, whatever the number of applications.
const AT_ONCE: u32 = 10_000;
const READERS: u32 = 2;
const COUNTS: &str = "/_control/commands?answers=count";
/// Reads of one thing, and now and then a page.
const READS: [Kind; 4] = [Kind::ReadGroup, Kind::ReadGroup, Kind::ReadGroup, Kind::ReadPage];

/// Measures for so many seconds without any command, and then while commands come one behind the other, each of which names
/// every application.
#[tokio::main]
pub(super) async fn measure(applications: u32, seconds: u32) -> Result<(), String> {
    // With a journal the emulator keeps the commands too, for a replay, which are tens of megabytes each.
    let emulator = Server::emulator(&["--journal", "0"])?;
    let bare = Server::bare()?;
    let mut connection = Connection::open(emulator.address, TENANT).await.map_err(|error| error.to_string())?;
    let start = Instant::now();
    for lines in seed(applications) {
        sent(&mut connection, lines).await?;
    }
    let resident = emulator.resident().unwrap_or_default();
    output::print(&format!("{applications} applications in {:.0} s, {resident} KiB", start.elapsed().as_secs_f64()))?;

    let directory = state(emulator.address).await?;
    let fixture = Arc::new(Fixture::new(&directory).ok_or("there is no tenant")?);
    let bytes = fixture.applications().len();
    let moves = GROUPS.map(|group| Bytes::from(all_to(group, &fixture)));
    output::print(&format!(
        "each command names {bytes} applications in {} bytes",
        moves.first().map_or(0, Bytes::len)
    ))?;
    // As large as the emulator's own, and of no use any more.
    drop(directory);

    let head = ["reads/s", "p50", "p99", "p99.9", "longest", "commands", "median ms"];
    output::print(&format!("{:26}{}", "microseconds", head.map(|name| format!("{name:>11}")).concat()))?;
    let ours = Target { address: emulator.address, is_bare: false, fixture: Arc::clone(&fixture) };
    let theirs = Target { address: bare.address, is_bare: true, fixture };
    // The same for each of the four lines.
    let time = Duration::from_secs(u64::from(seconds)).div_f64(4.0);
    for (name, target, moves) in [
        ("emulator", &ours, None),
        ("bare", &theirs, None),
        ("emulator, commands come", &ours, Some(&moves)),
        ("bare, the same bytes come", &theirs, Some(&moves)),
    ] {
        // A mean of the answers to both kinds of reads.
        let bytes = ours.answer(Kind::ReadPage).await?.len().div_ceil(READS.len());
        let (measured, mut took) = match moves {
            None => (target.drive(&READS, bytes, READERS, time).await?, Vec::new()),
            Some(moves) => under_commands(target, bytes, moves, time).await?,
        };
        took.sort_unstable();
        let median = took.get(took.len().div_euclid(2)).map_or(0, Duration::as_millis);
        let [p50, p99, p999, longest] = [0.5, 0.99, 0.999, 1.0].map(|share| measured.within(share));
        let rate = measured.per_second();
        let count = took.len();
        output::print(&format!(
            "{name:26}{rate:>11.0}{p50:>11}{p99:>11}{p999:>11}{longest:>11}{count:>11}{median:>11}"
        ))?;
    }
    // Every invariant, recomputed.
    state(emulator.address).await.map(drop)
}

/// Readers read while commands are sent, and until the last of them is answered.
async fn under_commands(
    target: &Target,
    bytes: usize,
    moves: &[Bytes; 2],
    time: Duration,
) -> Result<(Measured, Vec<Duration>), String> {
    let (address, moves) = (target.address, moves.clone());
    let opened = Connection::open(address, TENANT).await;
    let mut connection = opened.map_err(|error| error.to_string())?;
    let (is_bare, start) = (target.is_bare, Instant::now());
    let commands = tokio::spawn(async move {
        let mut took = Vec::new();
        // To one group and back by turns, so that each command moves every application.
        for lines in moves.iter().cycle() {
            let begin = Instant::now();
            if begin.duration_since(start) >= time {
                break;
            }
            // The bare server's answers are constant bytes, which tell nothing about what was accepted.
            if is_bare {
                let answer = connection.send(Method::POST, COUNTS, lines.clone()).await;
                answer.map_err(|error| error.to_string())?;
            } else {
                sent(&mut connection, lines.clone()).await?;
            }
            took.push(begin.elapsed());
        }
        Ok::<_, String>(took)
    });
    let measured = target.drive(&READS, bytes, READERS, time).await?;
    let took = commands.await.map_err(|error| error.to_string())??;
    Ok((measured, took))
}

/// Sends lines, all of which must be accepted.
async fn sent(connection: &mut Connection, lines: impl Into<Bytes>) -> Result<(), String> {
    let answer = connection.send(Method::POST, COUNTS, lines).await.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&answer.1);
    if answer.0 == StatusCode::OK && text.contains("\"refused\":0,\"invalid\":0") {
        return Ok(());
    }
    Err(format!("{}: {text}", answer.0))
}

/// Bodies of lines that make a tenant with so many published applications.
fn seed(applications: u32) -> impl Iterator<Item = String> {
    let [default, other] = GROUPS;
    let first = format!(
        "{{\"command\":\"createTenant\",\"id\":\"{TENANT}\",\"defaultRegion\":\"eur\",\"now\":\"2026-03-02T08:00:00Z\",\
         \"defaultConnectorGroup\":{{\"id\":\"{default}\"}}}}\n\
         {{\"tenant\":\"{TENANT}\",\"command\":\"createConnectorGroup\",\"id\":\"{other}\",\"name\":\"Other\"}}\n"
    );
    let step = usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
    let more = (0..applications).step_by(step).map(move |begin| {
        let numbers = begin..begin.saturating_add(AT_ONCE).min(applications);
        numbers.map(application).collect()
    });
    core::iter::once(first).chain(more)
}

fn application(number: u32) -> String {
    let of = format!("{{\"tenant\":\"{TENANT}\",\"command\":");
    let (id, app_id) =
        (format!("a0000000-0000-4000-8000-{number:012x}"), format!("b0000000-0000-4000-8000-{number:012x}"));
    format!(
        "{of}\"createApplication\",\"id\":\"{id}\",\"appId\":\"{app_id}\",\"displayName\":\"Application {number}\"}}\n\
         {of}\"publishApplication\",\"application\":\"{id}\",\"onPremisesPublishing\":{{\
         \"internalUrl\":\"https://app{number}.contoso.local/\",\"externalUrl\":\"https://app{number}.contoso.com/\"}}}}\n"
    )
}

/// The command that moves every application to a group, each by its id.
fn all_to(group: &str, fixture: &Fixture) -> String {
    let ids = fixture.applications().join("\",\"");
    format!(
        "{{\"tenant\":\"{TENANT}\",\"command\":\"reassignApplications\",\"applications\":{{\"ids\":[\"{ids}\"]}},\
         \"connectorGroup\":\"{group}\"}}\n"
    )
}

/// A tenant of so many applications, as [`many`](super::many) copies it.
pub(super) async fn tenant(emulator: &Server, applications: u32) -> Result<Fixture, String> {
    let mut connection = Connection::open(emulator.address, TENANT).await.map_err(|error| error.to_string())?;
    for lines in seed(applications) {
        sent(&mut connection, lines).await?;
    }
    expect(emulator.address, Method::POST, "/_control/snapshots/pattern").await?;
    let directory = state(emulator.address).await?;
    Fixture::new(&directory).ok_or_else(|| String::from("there is no tenant"))
}
