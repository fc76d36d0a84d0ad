//! One seed's story: clients write, the leader stops in the middle of a bulk command, nodes lose their power and come back
//! from their disks and from a snapshot; in the end every node must hold what the log says, and nothing else.

use std::{fmt, ops::Bound, sync::Arc, time::Duration};

use connector_groups::{Directory, Tenant};
use openraft::{Config, EntryPayload, SnapshotPolicy};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};

use crate::{
    client::Client,
    cluster::{Cluster, Failure, NODES, Node},
    ledger::Account,
    network::{Network, Weather},
    request::NodeId,
    runtime::Chance,
    traffic::{Traffic, bulk, founding},
};

const CLIENTS: u64 = 4;
/// In one request.
const COMMANDS_MAX: u32 = 3;
/// In the story's own time, which passes as soon as nobody has anything to do.
const STORY_MAX: Duration = Duration::from_secs(600);

#[derive(Debug, Clone, Copy)]
pub(crate) struct Story {
    /// Of the large tenant.
    pub(crate) applications: u128,
    /// Of each client.
    pub(crate) requests: u32,
    /// After those that every story has.
    pub(crate) faults: u32,
}

/// What happened, so that one sees that it did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) acknowledged: u64,
    pub(crate) repeated: u64,
    pub(crate) crashes: u64,
    /// Bulk commands that a leader had in its log, not committed, when it stopped.
    pub(crate) interrupted: u64,
    pub(crate) snapshots: u64,
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { acknowledged, repeated, crashes, interrupted, snapshots } = self;
        write!(
            formatter,
            "{acknowledged} requests acknowledged, {repeated} copies of them passed over, {crashes} crashes, \
             {interrupted} of them between a bulk command and its commit, {snapshots} nodes back from a snapshot"
        )
    }
}

impl Summary {
    pub(crate) fn add(&mut self, other: Self) {
        self.acknowledged = self.acknowledged.saturating_add(other.acknowledged);
        self.repeated = self.repeated.saturating_add(other.repeated);
        self.crashes = self.crashes.saturating_add(other.crashes);
        self.interrupted = self.interrupted.saturating_add(other.interrupted);
        self.snapshots = self.snapshots.saturating_add(other.snapshots);
    }
}

/// Runs a seed's story on this thread; an error says what is not as it must be.
pub(crate) fn run(seed: u64, story: Story) -> Result<Summary, Failure> {
    Chance::seed(seed);
    // One thread and a paused clock: the order of tasks depends on the seed only, and waiting takes no real
    // time.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    runtime.block_on(async {
        let story = tokio::time::timeout(STORY_MAX, tell(seed, story)).await;
        story.map_err(|_| format!("no end within {STORY_MAX:?}"))?
    })
}

/// Short logs, so that snapshots and purges come often.
fn config() -> Config {
    Config {
        heartbeat_interval: 50,
        election_timeout_min: 150,
        election_timeout_max: 300,
        install_snapshot_timeout: 500,
        snapshot_policy: SnapshotPolicy::LogsSinceLast(60),
        max_in_snapshot_log_to_keep: 10,
        replication_lag_threshold: 60,
        max_payload_entries: 20,
        snapshot_max_chunk_size: 256 << 10,
        ..Config::default()
    }
}

struct Scene {
    cluster: Arc<Cluster>,
    chance: StdRng,
    client: Client,
    summary: Summary,
}

async fn tell(seed: u64, story: Story) -> Result<Summary, Failure> {
    let folder = tempfile::tempdir()?;
    let network = Network::new(Weather { delay_max: Duration::from_millis(3), loss: 0.01 });
    let cluster = Arc::new(Cluster::new(folder.path(), config(), network)?);
    let mut chance = StdRng::seed_from_u64(seed);
    for id in NODES {
        cluster.start(id).await?;
    }
    cluster.found().await?;

    let mut client = Client::new(0, &cluster, StdRng::from_rng(&mut chance)?);
    for command in founding(story.applications) {
        if let Some(Err(refusal)) = client.ask(vec![command]).await.first() {
            return Err(format!("the tenant is not made: {refusal}").into());
        }
    }
    let mut clients = tokio::task::JoinSet::new();
    for id in 1..=CLIENTS {
        let client = Client::new(id, &cluster, StdRng::from_rng(&mut chance)?);
        let traffic = Traffic::new(chance.r#gen(), StdRng::from_rng(&mut chance)?);
        clients.spawn(write(client, traffic, story.requests, StdRng::from_rng(&mut chance)?));
    }
    let mut scene = Scene { cluster, chance, client, summary: Summary::default() };
    scene.stop_the_leader_in_mid_bulk().await?;
    scene.come_back_from_a_snapshot().await?;
    for _ in 0..story.faults {
        scene.anything_else().await?;
    }
    while let Some(client) = clients.join_next().await {
        client?;
    }
    scene.end().await
}

/// A client that asks one thing after another, each by what a node showed it, which may be out of date.
async fn write(mut client: Client, mut traffic: Traffic, requests: u32, mut chance: StdRng) {
    let mut seen = Directory::default();
    for _ in 0..requests {
        seen = client.cluster().glimpse(&mut chance).unwrap_or(seen);
        let commands = (0..chance.gen_range(1..=COMMANDS_MAX)).map(|_| {
            let command = traffic.next(&seen);
            // Later commands of one request build on the earlier ones, as far as the client can foresee.
            _ = seen.apply(&command);
            command
        });
        client.ask(commands.collect()).await;
        tokio::time::sleep(Duration::from_millis(chance.gen_range(0..20))).await;
    }
}

/// How a message chain breaks before a leader stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// Nobody else has the command: it is lost, unless its client asks again.
    Requests,
    /// The others have it, and the leader never hears so: the next leader finds it in its log.
    Answers,
    /// Stops as it comes.
    Nothing,
}

impl Scene {
    /// The leader stops between proposing a bulk command and committing it; its client finds the next leader.
    async fn stop_the_leader_in_mid_bulk(&mut self) -> Result<(), Failure> {
        let cut = [Cut::Requests, Cut::Answers, Cut::Nothing].choose(&mut self.chance).copied().unwrap_or(Cut::Nothing);
        let (leader, node) = self.cluster.leader().await;
        for other in NODES.into_iter().filter(|id| *id != leader) {
            match cut {
                Cut::Requests => self.cluster.network.cut(leader, other),
                Cut::Answers => self.cluster.network.cut(other, leader),
                Cut::Nothing => {}
            }
        }
        let command = bulk(&node.reader.state().directory, &mut self.chance);
        self.client.prefer(leader);
        let number = self.client.next_number();
        let (cluster, chance) = (Arc::clone(&self.cluster), &mut self.chance);
        let mut interrupted = 0;
        let stop = async {
            tokio::time::sleep(Duration::from_millis(chance.gen_range(2..20))).await;
            interrupted = u64::from(has_uncommitted(&node, number)?);
            drop(node);
            cluster.crash(leader, chance).await?;
            cluster.network.heal();
            Ok::<_, Failure>(())
        };
        let (_, stopped) = tokio::join!(self.client.ask(vec![command]), stop);
        stopped?;
        // With requests cut off, the command cannot be committed, so a story without an interruption tests
        // nothing.
        if cut == Cut::Requests && interrupted == 0 {
            return Err("the leader was not stopped in the middle of a bulk command".into());
        }
        self.summary.interrupted = self.summary.interrupted.saturating_add(interrupted);
        self.summary.crashes = self.summary.crashes.saturating_add(1);
        tokio::time::sleep(Duration::from_millis(self.chance.gen_range(0..600))).await;
        self.cluster.start(leader).await
    }

    /// A node stays away until the leader no longer has what it missed.
    async fn come_back_from_a_snapshot(&mut self) -> Result<(), Failure> {
        let (leader, _) = self.cluster.leader().await;
        let others: Vec<NodeId> = NODES.into_iter().filter(|id| *id != leader).collect();
        let away = others.choose(&mut self.chance).copied().ok_or("no follower")?;
        let last = self.cluster.raft(away).and_then(|raft| raft.metrics().borrow().last_log_index);
        self.crash(away).await?;
        loop {
            let (_, node) = self.cluster.leader().await;
            let purged = node.raft.metrics().borrow().purged.map(|purged| purged.index);
            let command = bulk(&node.reader.state().directory, &mut self.chance);
            drop(node);
            // From here on the leader no longer has what the node missed, so only a snapshot can bring it
            // back.
            if purged > last {
                break;
            }
            self.client.ask(vec![command]).await;
        }
        let before = self.cluster.ledger.snapshots(away);
        self.cluster.start(away).await?;
        while self.cluster.ledger.snapshots(away) == before {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    async fn anything_else(&mut self) -> Result<(), Failure> {
        let one = NODES.choose(&mut self.chance).copied().ok_or("no node")?;
        let a_while = Duration::from_millis(self.chance.gen_range(0..1000));
        match self.chance.gen_range(0..4) {
            0 => {
                self.crash(one).await?;
                tokio::time::sleep(a_while).await;
                self.cluster.start(one).await?;
            }
            1 => {
                for id in NODES {
                    self.crash(id).await?;
                }
                tokio::time::sleep(a_while).await;
                for id in NODES {
                    self.cluster.start(id).await?;
                }
            }
            2 => {
                // Both directions: the node is isolated.
                for other in NODES {
                    self.cluster.network.cut(one, other);
                    self.cluster.network.cut(other, one);
                }
                tokio::time::sleep(a_while).await;
            }
            _ => {
                // One direction only: others hear nothing of the node, while it hears them.
                for other in NODES {
                    self.cluster.network.cut(one, other);
                }
                tokio::time::sleep(a_while).await;
            }
        }
        self.cluster.network.heal();
        tokio::time::sleep(a_while).await;
        Ok(())
    }

    async fn crash(&mut self, id: NodeId) -> Result<(), Failure> {
        self.summary.crashes = self.summary.crashes.saturating_add(1);
        self.cluster.crash(id, &mut self.chance).await
    }

    /// All nodes equal, byte by byte; equal to the log, done once more; sound; and on every disk what was applied.
    async fn end(mut self) -> Result<Summary, Failure> {
        let nodes = self.cluster.settled().await;
        let ledger = &self.cluster.ledger;
        let mut states = Vec::new();
        for (id, node) in &nodes {
            let state = node.reader.state();
            for violation in state.directory.tenants().flat_map(Tenant::audit) {
                ledger.fault(format!("node {id}: {violation}"));
            }
            // Read from disk, not from memory: this is what would survive.
            for entry in node.store.entries((Bound::Unbounded, Bound::Unbounded))? {
                ledger.compare(*id, &entry);
            }
            states.push((*id, serde_json::to_vec(&state)?, serde_json::to_vec(&state.directory)?, state.applied));
        }
        let (_, state, directory, applied) = states.first().ok_or("no node")?;
        for (id, other, _, _) in states.iter().filter(|(_, other, _, _)| other != state) {
            ledger.fault(format!("node {id} ends in another state, of {} bytes, not {}", other.len(), state.len()));
        }
        let Account { directory: expected, acknowledged, repeated } =
            ledger.account(*applied).map_err(|faults| faults.join("\n  "))?;
        if serde_json::to_vec(&expected)? != *directory {
            return Err("the nodes hold what the log does not say".into());
        }
        self.summary.acknowledged = acknowledged;
        self.summary.snapshots = NODES.map(|id| ledger.snapshots(id)).iter().sum();
        self.summary.repeated = repeated;
        Ok(self.summary)
    }
}

/// Whether the node has the client's request in its log, behind what it has applied.
fn has_uncommitted(node: &Node, number: u64) -> Result<bool, Failure> {
    let applied = node.reader.state().applied.map_or(0, |applied| applied.index);
    let tail = node.store.entries((Bound::Excluded(applied), Bound::Unbounded))?;
    Ok(tail.iter().any(|entry| {
        matches!(&entry.payload, EntryPayload::Normal(request) if (request.client, request.number) == (0, number))
    }))
}
