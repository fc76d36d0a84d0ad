//! What the log costs beside the engine: real files, real syncs, real time.

use std::{
    collections::BTreeSet,
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use connector_groups::{
    Directory, DirectoryCommand, Selection,
    command::{AddApplication, ReassignApplications},
};
use openraft::{Config, SnapshotPolicy};
use redb::{Database, StorageBackend, backends::FileBackend};

use crate::{
    cluster::{Failure, NODES},
    log::Store,
    machine::Machine,
    network::{Network, Weather},
    request::{Raft, Request},
    traffic::{application, founding, group, in_large},
};

const APPLICATIONS: u32 = 10_000;
const TIME: Duration = Duration::from_secs(5);

/// Commands of one kind, so many in a request, of which each moves so many applications.
struct Work {
    command: fn(u32) -> DirectoryCommand,
    commands: u32,
    moves: u32,
}

const WORK: [Work; 3] = [
    Work { command: single, commands: 1, moves: 1 },
    Work { command: single, commands: 1000, moves: 1 },
    Work { command: bulk, commands: 1, moves: APPLICATIONS },
];

/// Moves an application to where it is not.
fn single(number: u32) -> DirectoryCommand {
    let to = group(if (number / APPLICATIONS).is_multiple_of(2) { 1 } else { 2 });
    in_large(AddApplication { application: application((number % APPLICATIONS).into()), connector_group: to })
}

/// Moves all of them, named one by one.
fn bulk(number: u32) -> DirectoryCommand {
    let ids = (0..APPLICATIONS).map(|number| application(number.into())).collect();
    let to = group(if number.is_multiple_of(2) { 3 } else { 4 });
    in_large(ReassignApplications { applications: Selection::Ids(ids), connector_group: to })
}

pub(crate) fn run() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    println!("To append 4 KiB to a file and sync it, for comparison: {:.2} ms.\n", append(folder.path())?);
    println!("| moves a second | one command a request | 1,000 commands a request | one bulk of 10,000 a request |");
    println!("|---|---|---|---|");
    let [one, many, bulk] = &WORK;
    row("engine alone", [engine(one)?, engine(many)?, engine(bulk)?]);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_time().build()?;
    for (name, syncs) in [("three nodes, log without syncs", Syncs::Dropped), ("three nodes, durable log", Syncs::Made)]
    {
        let mut rates = [0.0; 3];
        for (rate, work) in rates.iter_mut().zip(&WORK) {
            *rate = runtime.block_on(replicated(syncs, work))?;
        }
        row(name, rates);
    }
    Ok(())
}

fn row(name: &str, rates: [f64; 3]) {
    println!("| {name} | {} |", rates.map(|rate| format!("{rate:.0}")).join(" | "));
}

/// Milliseconds.
fn append(folder: &Path) -> Result<f64, Failure> {
    const TIMES: u32 = 100;
    let mut file = File::create(folder.join("appended"))?;
    let start = Instant::now();
    for _ in 0..TIMES {
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
    }
    Ok(start.elapsed().as_secs_f64() * 1000.0 / f64::from(TIMES))
}

/// Requests one after another, as long as it is time.
struct Requests<'a> {
    work: &'a Work,
    start: Instant,
    sent: u32,
}

impl<'a> Requests<'a> {
    fn new(work: &'a Work) -> Self {
        Self { work, start: Instant::now(), sent: 0 }
    }

    fn next(&mut self) -> Option<Vec<DirectoryCommand>> {
        let first = self.sent.saturating_mul(self.work.commands);
        let commands = first..first.saturating_add(self.work.commands);
        (self.start.elapsed() < TIME).then(|| {
            self.sent = self.sent.saturating_add(1);
            commands.map(self.work.command).collect()
        })
    }

    fn moves_per_second(&self) -> f64 {
        f64::from(self.sent) * f64::from(self.work.commands) * f64::from(self.work.moves)
            / self.start.elapsed().as_secs_f64()
    }
}

fn engine(work: &Work) -> Result<f64, Failure> {
    let mut directory = Directory::default();
    for command in founding(APPLICATIONS.into()) {
        directory.apply(&command)?;
    }
    let mut requests = Requests::new(work);
    while let Some(commands) = requests.next() {
        for command in commands {
            directory.apply(&command)?;
        }
    }
    Ok(requests.moves_per_second())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syncs {
    Made,
    /// What is written stays with the operating system.
    Dropped,
}

#[derive(Debug)]
struct Backend {
    file: FileBackend,
    syncs: Syncs,
}

impl StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.file.set_len(length)
    }

    fn sync_data(&self) -> io::Result<()> {
        if self.syncs == Syncs::Made { self.file.sync_data() } else { Ok(()) }
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.write(offset, bytes)
    }
}

/// Three new nodes whose network takes no time, and a client of the one that leads.
async fn replicated(syncs: Syncs, work: &Work) -> Result<f64, Failure> {
    let folder = tempfile::tempdir()?;
    let config = Config {
        // Long enough that no election disturbs the measurement.
        heartbeat_interval: 500,
        election_timeout_min: 4000,
        election_timeout_max: 8000,
        snapshot_policy: SnapshotPolicy::LogsSinceLast(5000),
        ..Config::default()
    };
    let config = Arc::new(config.validate()?);
    let network = Network::new(Weather { delay_max: Duration::ZERO, loss: 0.0 });
    let mut nodes = Vec::new();
    for id in NODES {
        let path = folder.path().join(format!("node-{id}.redb"));
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        let backend = Backend { file: FileBackend::new(file)?, syncs };
        let store = Store::new(Database::builder().create_with_backend(backend)?)?;
        let machine = Machine::open(id, store.clone(), None)?;
        let raft = Raft::new(id, Arc::clone(&config), network.port(id), store, machine).await?;
        network.join(id, raft.clone());
        nodes.push(raft);
    }
    let leader = nodes.first().ok_or("no nodes")?;
    leader.initialize(BTreeSet::from(NODES)).await?;
    leader.wait(None).current_leader(1, "the first node asks first").await?;
    for (number, command) in (1..).zip(founding(APPLICATIONS.into())) {
        ask(leader, 0, number, vec![command]).await?;
    }
    let mut requests = Requests::new(work);
    while let Some(commands) = requests.next() {
        ask(leader, 1, requests.sent.into(), commands).await?;
    }
    let rate = requests.moves_per_second();
    for node in nodes {
        node.shutdown().await?;
    }
    Ok(rate)
}

async fn ask(leader: &Raft, client: u64, number: u64, commands: Vec<DirectoryCommand>) -> Result<(), Failure> {
    let response = leader.client_write(Request { client, number, commands: commands.into() }).await?;
    let answer = response.data.ok_or("a request is passed over")?;
    let refusal = answer.iter().find_map(|answer| answer.as_ref().err());
    refusal.map_or(Ok(()), |refusal| Err(refusal.clone().into()))
}
