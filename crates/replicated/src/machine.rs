//! The engine as the replicated state machine.

use std::{
    collections::BTreeMap,
    error::Error,
    io::Cursor,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use connector_groups::Directory;
use openraft::{
    AnyError, EntryPayload, OptionalSend, RaftSnapshotBuilder, SnapshotMeta, StorageError, StorageIOError,
    StoredMembership, storage::RaftStateMachine,
};
use serde::{Deserialize, Serialize};

use crate::{
    ledger::Ledger,
    log::Store,
    request::{Answer, Entry, LogId, NodeId, Replication, Request},
};

type Stored<T> = Result<T, StorageError<NodeId>>;
type Snapshot = openraft::Snapshot<Replication>;

/// The result of all committed entries and nothing else: it uses no clock, makes no ids and draws no random
/// numbers, so that equal logs give equal states on every node. A clone costs a reference count for each
/// list and one for each client.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) directory: Directory,
    /// By client.
    sessions: BTreeMap<u64, Session>,
    pub(crate) applied: Option<LogId>,
    membership: StoredMembership<NodeId, ()>,
}

/// A client's last request, and what it was answered.
#[derive(Clone, Serialize, Deserialize)]
struct Session {
    number: u64,
    answer: Arc<Answer>,
}

impl State {
    fn apply(&mut self, entry: &Entry) -> Option<Arc<Answer>> {
        // Every entry counts as applied, also one without commands; otherwise Raft would apply it again
        // after a restart.
        self.applied = Some(entry.log_id);
        match &entry.payload {
            EntryPayload::Blank => None,
            EntryPayload::Membership(membership) => {
                self.membership = StoredMembership::new(Some(entry.log_id), membership.clone());
                None
            }
            EntryPayload::Normal(request) => self.answer(request),
        }
    }

    /// A request that was sent again is answered again, and done once. `None` where its client has heard that answer and
    /// gone on: a copy that was long under way.
    fn answer(&mut self, request: &Request) -> Option<Arc<Answer>> {
        match self.sessions.get(&request.client) {
            // The answer is kept in the replicated state, so a retry gets it from any node, also from one
            // that was started from a snapshot.
            Some(session) if session.number == request.number => return Some(Arc::clone(&session.answer)),
            Some(session) if session.number > request.number => return None,
            _ => {}
        }
        let answer: Answer = request.commands.iter().map(|command| self.directory.apply(command)).collect();
        let answer = Arc::new(answer);
        let session = Session { number: request.number, answer: Arc::clone(&answer) };
        self.sessions.insert(request.client, session);
        Some(answer)
    }

    fn snapshot(&self, bytes: Vec<u8>) -> Snapshot {
        let snapshot_id = self.applied.map_or_else(String::new, |applied| applied.to_string());
        let meta = SnapshotMeta { last_log_id: self.applied, last_membership: self.membership.clone(), snapshot_id };
        Snapshot { meta, snapshot: Box::new(Cursor::new(bytes)) }
    }
}

/// A node's state, in memory: after a start it is that of the last snapshot, and Raft applies what the log has behind it.
#[derive(Clone)]
pub(crate) struct Machine {
    node: NodeId,
    state: Arc<Mutex<State>>,
    store: Store,
    ledger: Option<Arc<Ledger>>,
}

fn unreadable(error: impl Error + Send + Sync + 'static) -> StorageError<NodeId> {
    StorageIOError::read_snapshot(None, AnyError::new(&error)).into()
}

impl Machine {
    pub(crate) fn open(node: NodeId, store: Store, ledger: Option<Arc<Ledger>>) -> Stored<Self> {
        let state = match store.snapshot()? {
            Some(bytes) => serde_json::from_slice(&bytes).map_err(unreadable)?,
            None => State::default(),
        };
        Ok(Self { node, state: Arc::new(Mutex::new(state)), store, ledger })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For readers: a snapshot as cheap as it is consistent, and as old as this node is behind.
    pub(crate) fn reader(&self) -> Reader {
        Reader(Arc::clone(&self.state))
    }
}

/// Reads a node's state, whatever becomes of the node.
#[derive(Clone)]
pub(crate) struct Reader(Arc<Mutex<State>>);

impl Reader {
    pub(crate) fn state(&self) -> State {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl RaftStateMachine<Replication> for Machine {
    type SnapshotBuilder = Photographer;

    async fn applied_state(&mut self) -> Stored<(Option<LogId>, StoredMembership<NodeId, ()>)> {
        let state = self.state();
        Ok((state.applied, state.membership.clone()))
    }

    async fn apply<I>(&mut self, entries: I) -> Stored<Vec<Option<Arc<Answer>>>>
    where
        I: IntoIterator<Item = Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let mut state = self.state();
        let answers = entries.into_iter().map(|entry| {
            let answer = state.apply(&entry);
            if let Some(ledger) = &self.ledger {
                ledger.applied(self.node, &entry);
            }
            answer
        });
        Ok(answers.collect())
    }

    async fn get_snapshot_builder(&mut self) -> Photographer {
        Photographer { state: self.state().clone(), store: self.store.clone() }
    }

    async fn begin_receiving_snapshot(&mut self) -> Stored<Box<Cursor<Vec<u8>>>> {
        Ok(Box::default())
    }

    async fn install_snapshot(&mut self, _: &SnapshotMeta<NodeId, ()>, snapshot: Box<Cursor<Vec<u8>>>) -> Stored<()> {
        let bytes = snapshot.into_inner();
        // A document says whether it is right before anything is replaced by it.
        let state: State = serde_json::from_slice(&bytes).map_err(unreadable)?;
        // On disk before in memory: after a crash in between, the node starts again from a snapshot that it
        // has.
        self.store.put_snapshot(state.applied, &bytes)?;
        *self.state() = state;
        if let Some(ledger) = &self.ledger {
            ledger.installed(self.node);
        }
        Ok(())
    }

    async fn get_current_snapshot(&mut self) -> Stored<Option<Snapshot>> {
        let Some(bytes) = self.store.snapshot()? else { return Ok(None) };
        // Read back only for its place in the log and its membership, which must belong to exactly these
        // bytes.
        let state: State = serde_json::from_slice(&bytes).map_err(unreadable)?;
        Ok(Some(state.snapshot(bytes)))
    }
}

/// Holds the state still, for nothing, and writes it down while commands go on.
pub(crate) struct Photographer {
    state: State,
    store: Store,
}

impl RaftSnapshotBuilder<Replication> for Photographer {
    async fn build_snapshot(&mut self) -> Stored<Snapshot> {
        let bytes = serde_json::to_vec(&self.state)
            .map_err(|error| StorageIOError::write_snapshot(None, AnyError::new(&error)))?;
        self.store.put_snapshot(self.state.applied, &bytes)?;
        Ok(self.state.snapshot(bytes))
    }
}
