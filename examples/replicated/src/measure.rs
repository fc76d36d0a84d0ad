//! What the log costs beside the engine: real files, real syncs, real time.

use std::{
    fs::File,
    io::Write,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use connector_groups::{AddApplication, Directory, DirectoryCommand, ReassignApplications, Selection};
use openraft::{Config, SnapshotPolicy};
use redb::{Database, Durability};

use crate::{
    cluster::{Failure, NODES},
    log::Store,
    machine::Machine,
    network::{Network, Weather},
    request::{Raft, Request},
    traffic::{application, founding, group, in_large},
};

const APPLICATIONS: u64 = 10_000;
const CLIENTS: u64 = 64;
const TIME: Duration = Duration::from_secs(4);

/// Moves an application to where it is not.
fn single(number: u64) -> DirectoryCommand {
    let to = group(if (number / APPLICATIONS).is_multiple_of(2) { 1 } else { 2 });
    in_large(AddApplication { application: application(u128::from(number % APPLICATIONS)), connector_group: to })
}

/// Moves all of them, named one by one.
fn bulk(number: u64) -> DirectoryCommand {
    let ids = (0..APPLICATIONS).map(|number| application(number.into())).collect();
    let to = group(if number.is_multiple_of(2) { 3 } else { 4 });
    in_large(ReassignApplications { applications: Selection::Ids(ids), connector_group: to })
}

fn per_second(commands: u64, time: Duration) -> f64 {
    u32::try_from(commands).map_or(f64::INFINITY, f64::from) / time.as_secs_f64()
}

pub(crate) fn run() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    println!("one write of 4 KiB and its sync, the floor of a durable commit: {:.2} ms", floor(folder.path())?);
    println!(
        "\n| | one client, one command at a time | {CLIENTS} clients at once | bulks of {APPLICATIONS} | moves in bulk |"
    );
    println!("|---|---|---|---|---|");
    row("engine alone", [engine(single)?, f64::NAN, engine(bulk)?]);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_time().build()?;
    for (name, durability) in [("log without sync", Durability::None), ("durable log", Durability::Immediate)] {
        let rates = runtime.block_on(async {
            let folder = tempfile::tempdir()?;
            let leader = cluster(folder.path(), durability).await?;
            let one = log(&leader, 1, single).await?;
            Ok::<_, Failure>([one, log(&leader, CLIENTS, single).await?, log(&leader, 1, bulk).await?])
        })?;
        row(&format!("three nodes, {name}"), rates);
    }
    Ok(())
}

fn row(name: &str, [one, many, bulks]: [f64; 3]) {
    let many = if many.is_nan() { String::from("-") } else { format!("{many:.0}/s") };
    let moves = bulks * u32::try_from(APPLICATIONS).map_or(f64::NAN, f64::from);
    println!("| {name} | {one:.0}/s | {many} | {bulks:.1}/s | {moves:.0}/s |");
}

/// Milliseconds.
fn floor(folder: &Path) -> Result<f64, Failure> {
    const TIMES: u32 = 50;
    let mut file = File::create(folder.join("floor"))?;
    let start = Instant::now();
    for _ in 0..TIMES {
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
    }
    Ok(start.elapsed().as_secs_f64() * 1000.0 / f64::from(TIMES))
}

fn engine(command: fn(u64) -> DirectoryCommand) -> Result<f64, Failure> {
    let mut directory = Directory::default();
    for command in founding(APPLICATIONS.into()) {
        directory.apply(&command)?;
    }
    let (start, mut commands) = (Instant::now(), 0_u64);
    while start.elapsed() < TIME {
        directory.apply(&command(commands))?;
        commands = commands.saturating_add(1);
    }
    Ok(per_second(commands, start.elapsed()))
}

/// Three nodes whose network takes no time, and the one that leads.
async fn cluster(folder: &Path, durability: Durability) -> Result<Raft, Failure> {
    let config = Config {
        heartbeat_interval: 500,
        election_timeout_min: 4000,
        election_timeout_max: 8000,
        snapshot_policy: SnapshotPolicy::LogsSinceLast(5000),
        ..Config::default()
    };
    let (config, network) =
        (Arc::new(config.validate()?), Network::new(Weather { delay_max: Duration::ZERO, loss: 0.0 }));
    let mut nodes = Vec::new();
    for id in NODES {
        let store = Store::new(Database::create(folder.join(format!("node-{id}.redb")))?, durability)?;
        let machine = Machine::open(id, store.clone(), None)?;
        let raft = Raft::new(id, Arc::clone(&config), network.port(id), store, machine).await?;
        network.join(id, raft.clone());
        nodes.push(raft);
    }
    let leader = nodes.into_iter().next().ok_or("no nodes")?;
    leader.initialize(std::collections::BTreeSet::from(NODES)).await?;
    leader.wait(None).current_leader(1, "the first node asks first").await?;
    for (number, command) in (1..).zip(founding(APPLICATIONS.into())) {
        ask(&leader, 0, number, command).await?;
    }
    Ok(leader)
}

async fn ask(leader: &Raft, client: u64, number: u64, command: DirectoryCommand) -> Result<(), Failure> {
    let response = leader.client_write(Request { client, number, command: Arc::new(command) }).await?;
    let answer = response.data.ok_or("a request is passed over")?;
    answer.as_ref().as_ref().map(|_| ()).map_err(|refusal| refusal.clone().into())
}

async fn log(leader: &Raft, clients: u64, command: fn(u64) -> DirectoryCommand) -> Result<f64, Failure> {
    // A client of each measurement is one of its own.
    static LAST_CLIENT: AtomicU64 = AtomicU64::new(0);
    let (start, next, mut running) = (Instant::now(), Arc::new(AtomicU64::new(0)), tokio::task::JoinSet::new());
    for _ in 0..clients {
        let (leader, next) = (leader.clone(), Arc::clone(&next));
        let client = LAST_CLIENT.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        running.spawn(async move {
            let mut number = 0_u64;
            while start.elapsed() < TIME {
                number = number.saturating_add(1);
                ask(&leader, client, number, command(next.fetch_add(1, Ordering::Relaxed))).await?;
            }
            Ok::<_, Failure>(())
        });
    }
    while let Some(client) = running.join_next().await {
        client??;
    }
    Ok(per_second(next.load(Ordering::Relaxed), start.elapsed()))
}
