//! Three nodes in one process, each with its file, that start, lose their power and start again.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use connector_groups::Directory;
use openraft::{Config, ServerState};
use rand::{Rng, seq::IteratorRandom};
use redb::Database;

use crate::{
    disk::Disk,
    ledger::Ledger,
    log::Store,
    machine::{Machine, Reader},
    network::Network,
    request::{NodeId, Raft},
    runtime::Life,
};

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

pub(crate) const NODES: [NodeId; 3] = [1, 2, 3];
const POLL: Duration = Duration::from_millis(5);
/// Of redb: a node here is small.
const CACHE_BYTES: usize = 16 << 20;

pub(crate) struct Cluster {
    folder: PathBuf,
    config: Arc<Config>,
    pub(crate) network: Network,
    pub(crate) ledger: Arc<Ledger>,
    nodes: Mutex<BTreeMap<NodeId, Node>>,
}

/// A running node.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) raft: Raft,
    pub(crate) reader: Reader,
    pub(crate) store: Store,
    disk: Disk,
    life: Life,
}

impl Cluster {
    pub(crate) fn new(folder: &Path, config: Config, network: Network) -> Result<Self, Failure> {
        let config = Arc::new(config.validate()?);
        Ok(Self { folder: folder.into(), config, network, ledger: Arc::default(), nodes: Mutex::default() })
    }

    fn nodes(&self) -> MutexGuard<'_, BTreeMap<NodeId, Node>> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The node's Raft, while it runs.
    pub(crate) fn raft(&self, id: NodeId) -> Option<Raft> {
        self.nodes().get(&id).map(|node| node.raft.clone())
    }

    /// The directory as some running node has it: it may be behind.
    pub(crate) fn glimpse(&self, chance: &mut impl Rng) -> Option<Directory> {
        let nodes = self.nodes();
        nodes.values().choose(chance).map(|node| node.reader.state().directory)
    }

    /// Starts a node from what is on its disk, if there is anything.
    pub(crate) async fn start(&self, id: NodeId) -> Result<(), Failure> {
        let disk = Disk::open(&self.folder.join(format!("node-{id}.redb")))?;
        let database = Database::builder().set_cache_size(CACHE_BYTES).create_with_backend(disk.clone())?;
        let store = Store::new(database)?;
        let machine = Machine::open(id, store.clone(), Some(Arc::clone(&self.ledger)))?;
        let (life, reader, port) = (Life::default(), machine.reader(), self.network.port(id));
        let raft = life.within(Raft::new(id, Arc::clone(&self.config), port, store.clone(), machine)).await?;
        self.network.join(id, raft.clone());
        self.nodes().insert(id, Node { raft, reader, store, disk, life });
        Ok(())
    }

    /// Makes the three running nodes one cluster, once and for ever.
    pub(crate) async fn found(&self) -> Result<(), Failure> {
        let first = self.nodes().values().next().cloned().ok_or("no node runs")?;
        Ok(first.raft.initialize(BTreeSet::from(NODES)).await?)
    }

    /// The power goes: all tasks end where they are, and what was not synced is on the disk by chance.
    pub(crate) async fn crash(&self, id: NodeId, chance: &mut impl Rng) -> Result<(), Failure> {
        let Some(node) = self.nodes().remove(&id) else { return Ok(()) };
        // Out of reach first, so that no new message is sent to a node that is losing its power.
        self.network.leave(id);
        // A process that dies leaves its writes to the operating system; a machine does not.
        let survives = [0.0, 0.5, 1.0].get(chance.gen_range(0..3)).copied().unwrap_or_default();
        node.disk.power_off(chance, survives)?;
        node.life.end();
        let database = Arc::downgrade(node.store.database());
        drop(node);
        // Aborted tasks may still hold the file for a moment. The file must be closed before the node is
        // started again.
        while database.strong_count() > 0 {
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    /// The node that leads the latest term, once there is one.
    pub(crate) async fn leader(&self) -> (NodeId, Node) {
        loop {
            let nodes: Vec<_> = self.nodes().iter().map(|(id, node)| (*id, node.clone())).collect();
            let leads = |node: &Node| node.raft.metrics().borrow().state == ServerState::Leader;
            let term = |node: &Node| node.raft.metrics().borrow().current_term;
            let leaders = nodes.into_iter().filter(|(_, node)| leads(node));
            // A leader that is cut off still believes that it leads; the one of the latest term is right.
            if let Some(leader) = leaders.max_by_key(|(_, node)| term(node)) {
                return leader;
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Waits until all three run and have applied the same, all there is.
    pub(crate) async fn settled(&self) -> Vec<(NodeId, Node)> {
        loop {
            let nodes: Vec<_> = self.nodes().iter().map(|(id, node)| (*id, node.clone())).collect();
            let at = |(_, node): &(NodeId, Node)| {
                let metrics = node.raft.metrics();
                let metrics = metrics.borrow();
                (metrics.last_log_index, metrics.last_applied.map(|applied| applied.index))
            };
            let mut all = nodes.iter().map(at);
            let first = all.next();
            let done = first.is_some_and(|(last, applied)| last == applied);
            if nodes.len() == NODES.len() && done && all.all(|at| Some(at) == first) {
                return nodes;
            }
            tokio::time::sleep(POLL).await;
        }
    }
}
