//! `load`: puts the emulator under load, beside a server of the same make that answers every request with constant bytes, as
//! many as the emulator's answer has. A page is measured once more beside one that writes the same records with `serde_json`:
//! what whoever writes a server of JSON in Rust would do, and no server that keeps no finished text can do without.
//!
//! Closed loops on loopback. First each kind of request alone, by turns with the bare server; then, for seven tenths of the
//! time, all kinds mixed while bad requests come in between; at the end every application is moved once more, and the whole
//! state is read, audited, and compared with what it must be. The exit status is 1 where anything was lost or wrong.
//!
//! Three questions have a run of their own: how long readers wait while a large command is decided (`--bulk`), what many
//! tenants cost (`--tenants`), and how a mock that people use compares (`--beside`).

mod bulk;
mod client;
mod fixture;
mod hostile;
mod many;
mod servers;

use alloc::sync::Arc;
use core::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{path::PathBuf, process::ExitCode, time::Instant};

use connector_groups::Directory;
use hyper::{Method, StatusCode};

use self::{
    client::{Connection, Kind, Measured, SNAPSHOT, Target, expect, state},
    fixture::Fixture,
    hostile::Bad,
    servers::Server,
};
use crate::{output, progress::Progress};

const EXAMPLES: &str = "\
Examples:
  # A minute with eight connections on Contoso
  connector-groups load

  # Ten minutes with more connections, on commands of your own
  connector-groups load --seconds 600 --connections 32 --seed commands.jsonl

  # Each kind of request with 1, 8 and 64 connections
  connector-groups load --connections 8,1,64

  # The longest wait of readers while commands move a million applications
  connector-groups load --bulk 1000000

  # Ten thousand tenants of 200 applications: time and memory of each
  connector-groups load --tenants 10000

  # Beside a mock that answers the same routes
  connector-groups load --beside 127.0.0.1:4010";

/// Options of `load`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// How long, in all
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    seconds: core::num::NonZeroU32,
    /// How many connections at once; with several numbers, requests are measured with each, and mixed with the first
    #[arg(long, value_name = "NUMBER", value_delimiter = ',', default_value = "8")]
    connections: Vec<core::num::NonZeroU32>,
    /// What the emulator begins with: lines of the replay format
    #[arg(long, value_name = "FILE", default_value = "examples/contoso.jsonl")]
    seed: PathBuf,
    /// Measure how long readers wait while commands move so many applications, and nothing else
    #[arg(long, value_name = "APPLICATIONS", conflicts_with = "tenants")]
    bulk: Option<core::num::NonZeroU32>,
    /// Measure what so many copies of a tenant of 200 applications cost, and nothing else
    #[arg(long, value_name = "NUMBER")]
    tenants: Option<core::num::NonZeroU32>,
    /// Measure another server at this address in place of the one that does nothing, and nothing else: a mock that answers the
    /// same routes with the same statuses
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["bulk", "tenants"])]
    beside: Option<core::net::SocketAddr>,
    /// Only serve constant bytes for every request: the other side of the comparison
    #[arg(long, hide = true)]
    bare: bool,
}

/// By turns, so that whatever else the machine does falls on both.
const TURNS: u32 = 3;
/// Eight reads, one move of each sort, and now and then a reset.
const MIX: [Kind; 24] = {
    let mut mix = [Kind::ReadGroup; 24];
    mix[3] = Kind::MoveApplication;
    mix[6] = Kind::ReadPage;
    mix[9] = Kind::MoveConnector;
    mix[13] = Kind::MoveApplication;
    mix[19] = Kind::MoveConnector;
    mix[23] = Kind::Reset;
    mix
};

/// The exit status is 1 where anything was lost or answered wrongly.
pub(crate) fn run(options: &Options) -> ExitCode {
    let result = match (options.bulk, options.tenants) {
        _ if options.bare => servers::serve_bare(),
        (Some(applications), _) => bulk::measure(applications.get(), options.seconds.get()),
        (_, Some(tenants)) => many::measure(tenants.get()),
        _ => measure(options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            output::say("load", &wrong);
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn measure(options: &Options) -> Result<(), String> {
    let time = Duration::from_secs(u64::from(options.seconds.get()));
    let connections: Vec<u32> = options.connections.iter().map(|number| number.get()).collect();
    let seed = options.seed.to_string_lossy();
    let emulator = Server::emulator(&["--seed", &*seed])?;
    // Ends with this function, as the emulator does.
    let bare = if options.beside.is_none() { Some(Server::bare()?) } else { None };
    let other = bare.as_ref().map(|bare| bare.address).or(options.beside);
    let other = other.ok_or("there is nothing to measure it beside")?;

    let before = state(emulator.address).await?;
    expect(emulator.address, Method::POST, SNAPSHOT).await?;
    let fixture = Arc::new(Fixture::new(&before).ok_or("the seed has no tenant")?);
    let ours = Target { address: emulator.address, is_bare: false, fixture: Arc::clone(&fixture) };
    let theirs = Target { address: other, is_bare: bare.is_some(), fixture: Arc::clone(&fixture) };
    let writer = match &bare {
        Some(_) => Some(Server::writer(ours.answer(Kind::ReadPage).await?).await?),
        None => None,
    };

    output::print(match &bare {
        Some(_) => {
            "times in microseconds; the other one is a bare server, which answers as many bytes, or in the last line of each \
             table writes the same 100 applications with serde_json"
        }
        None => "times in microseconds",
    })?;
    let head = ["emulator/s", "other/s", "ratio", "p50", "p99", "p99.9", "other p50", "bytes"];
    // No other server has the emulator's snapshots.
    let kinds = Kind::ALL.into_iter().filter(|kind| bare.is_some() || *kind != Kind::Reset);
    let mut pairs: Vec<_> = kinds.map(|kind| (kind.name(), kind, &theirs)).collect();
    let writer = writer.as_ref().map(|writer| Target { address: writer.address, ..theirs.clone() });
    pairs.extend(writer.as_ref().map(|writer| ("the same, serde_json", Kind::ReadPage, writer)));
    // A quarter of the time is for single kinds: by turns, on two servers, with each number of connections. Seven tenths are
    // for the mix, and the audit has the rest.
    let parts = f64::from(u32::try_from(pairs.len().saturating_mul(connections.len())).unwrap_or(u32::MAX));
    let turn = time.mul_f64(0.25).div_f64(f64::from(TURNS) * 2.0 * parts);
    for connections in &connections {
        let title = format!("{connections} connections");
        output::print(&format!("{title:22}{}", head.map(|name| format!("{name:>11}")).concat()))?;
        for (name, kind, other) in &pairs {
            // Asked once: within a kind, answers are of about one length.
            let bytes = ours.answer(*kind).await?.len();
            let (mut measured, mut floor) = (Measured::new()?, Measured::new()?);
            for _ in 0..TURNS {
                measured.add(&ours.drive(&[*kind], bytes, *connections, turn).await?)?;
                floor.add(&other.drive(&[*kind], bytes, *connections, turn).await?)?;
            }
            let ratio = measured.per_second() / floor.per_second();
            let [p50, p99, p999] = [0.5, 0.99, 0.999].map(|share| measured.within(share));
            let rates = format!("{:>11.0}{:>11.0}{ratio:>11.2}", measured.per_second(), floor.per_second());
            let times = format!("{p50:>11}{p99:>11}{p999:>11}{:>11}{bytes:>11}", floor.within(0.5));
            output::print(&format!("{name:22}{rates}{times}"))?;
        }
    }

    if bare.is_none() {
        return Ok(());
    }
    let connections = connections.first().copied().unwrap_or(1);
    let bad = mixed(&emulator, &ours, time.mul_f64(0.7), connections).await?;
    if let Some(wrong) = bad.wrong.first() {
        return Err(format!("{} bad requests were answered wrongly, as this one: {wrong}", bad.wrong.len()));
    }
    audit(&ours, &before).await
}

/// All kinds at once, and bad requests in between.
async fn mixed(emulator: &Server, ours: &Target, time: Duration, connections: u32) -> Result<Bad, String> {
    let stop = Arc::new(AtomicBool::new(false));
    let hostile = {
        let (stop, address, tenant) = (Arc::clone(&stop), emulator.address, ours.fixture.tenant.clone());
        // On a thread of its own: it writes to sockets what no HTTP client would send, and waits for each answer.
        tokio::task::spawn_blocking(move || hostile::send(address, &tenant, &stop))
    };
    let start = Instant::now();
    let driven = ours.drive(&MIX, 0, connections, time);
    let mut driven = core::pin::pin!(driven);
    // What it held at the end of each tenth of the time.
    let (mut resident, mut seen) = (Vec::new(), 0);
    let progress = Progress::of_steps(time.as_secs());
    let measured = loop {
        tokio::select! {
            measured = &mut driven => break measured,
            () = tokio::time::sleep(Duration::from_millis(500)) => {
                let tenths = start.elapsed().as_secs_f64() / time.div_f64(10.0).as_secs_f64();
                if tenths > f64::from(u32::try_from(resident.len()).unwrap_or(u32::MAX)) + 1.0 {
                    resident.push(emulator.resident().unwrap_or_default().to_string());
                }
                progress.advance(start.elapsed().as_secs().saturating_sub(seen));
                seen = start.elapsed().as_secs();
            }
        }
    };
    progress.end();
    // Before an error of the loops ends this: the thread of bad requests would run on.
    stop.store(true, Ordering::Relaxed);
    let bad = hostile.await.map_err(|error| error.to_string())?;
    let measured = measured?;
    let [p50, p99, p999] = [0.5, 0.99, 0.999].map(|share| measured.within(share));
    let requests = measured.latencies.len();
    let (seconds, rate) = (measured.time.as_secs_f64(), measured.per_second());
    output::print(&format!("mixed: {requests} requests in {seconds:.0} s, {rate:.0}/s"))?;
    output::print(&format!("  p50 {p50}, p99 {p99}, p99.9 {p999}, slowest {}", measured.within(1.0)))?;
    output::print(&format!("  {} bad requests and {} half-open connections in between", bad.sent, bad.half_open))?;
    resident.push(emulator.resident().unwrap_or_default().to_string());
    output::print(&format!("  KiB resident by tenths of the time: {}", resident.join(" ")))?;
    Ok(bad)
}

/// Moves every application to a group of its own choice, and looks whether all is as it must be; then resets, and looks
/// whether all is as it was.
async fn audit(ours: &Target, before: &Directory) -> Result<(), String> {
    let mut connection =
        Connection::open(ours.address, &ours.fixture.tenant).await.map_err(|error| error.to_string())?;
    for number in (0..).take(ours.fixture.applications().len()) {
        let path = format!("{}/connectorGroup/$ref", ours.fixture.application(number));
        let body = client::link(&ours.fixture.group(number));
        let answer = connection.send(Method::PUT, &path, body).await.map_err(|error| error.to_string())?;
        if answer.0 != StatusCode::NO_CONTENT {
            return Err(format!("{path}: {}", answer.0));
        }
    }
    let after = state(ours.address).await?;
    let tenant = after.tenants().next().ok_or("the tenant is gone")?;
    let groups = ours.fixture.groups().iter().cycle();
    for (application, group) in ours.fixture.applications().iter().zip(groups) {
        let found = application.parse().ok().and_then(|id| tenant.application(id)?.connector_group());
        if found.is_none_or(|found| found.id().to_string() != *group) {
            return Err(format!("application {application} is not in group {group}"));
        }
    }
    expect(ours.address, Method::POST, &format!("{SNAPSHOT}/restore")).await?;
    if state(ours.address).await? != *before {
        return Err(String::from("the snapshot is not what it was"));
    }
    output::print(
        "audit: every invariant holds, every application is where it was put, the snapshot is as it was taken",
    )
}
