//! Raft's log, vote and snapshot in an embedded store: one file a node.

use std::{
    error::Error,
    fmt::Debug,
    ops::{Bound, RangeBounds},
    sync::Arc,
};

use openraft::{
    AnyError, LogState, OptionalSend, RaftLogReader, StorageError, StorageIOError, Vote,
    storage::{LogFlushed, RaftLogStorage},
};
use redb::{Database, Durability, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};
use serde::{Serialize, de::DeserializeOwned};

use crate::request::{Entry, LogId, NodeId, Replication};

/// Index to entry, as JSON: the replay line with Raft's term and the client's name around it.
const LOG: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("log");
/// What there is one of, as JSON.
const VALUES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("values");

const VOTE: &str = "vote";
const COMMITTED: &str = "committed";
const PURGED: &str = "purged";
const SNAPSHOT: &str = "snapshot";
/// The last entry that the snapshot has in it.
const SNAPSHOT_LAST: &str = "snapshotLast";

type Failure = Box<dyn Error + Send + Sync>;
type Stored<T> = Result<T, StorageError<NodeId>>;

#[derive(Debug, Clone)]
pub(crate) struct Store {
    database: Arc<Database>,
}

fn failed<T>(result: Result<T, Failure>, reason: fn(AnyError) -> StorageIOError<NodeId>) -> Stored<T> {
    result.map_err(|error| reason(AnyError::error(error)).into())
}

impl Store {
    pub(crate) fn new(database: Database) -> Result<Self, Failure> {
        let store = Self { database: Arc::new(database) };
        store.write(Durability::Immediate, |transaction| {
            // Both tables are made at once, so that later reads never meet a missing one.
            transaction.open_table(LOG)?;
            transaction.open_table(VALUES)?;
            Ok(())
        })?;
        Ok(store)
    }

    pub(crate) fn database(&self) -> &Arc<Database> {
        &self.database
    }

    fn write(
        &self,
        durability: Durability,
        changes: impl FnOnce(&WriteTransaction) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_durability(durability)?;
        changes(&transaction)?;
        Ok(transaction.commit()?)
    }

    fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        let values = self.database.begin_read()?.open_table(VALUES)?;
        Ok(values.get(name)?.map(|value| value.value().to_vec()))
    }

    fn value<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Failure> {
        Ok(self.bytes(name)?.map(|bytes| serde_json::from_slice(&bytes)).transpose()?)
    }

    /// The snapshot goes where the log is, so that no purge of entries outruns it. One that was being written down while a
    /// later one came in from the leader is dropped: the log between the two is gone.
    pub(crate) fn put_snapshot(&self, last: Option<LogId>, snapshot: &[u8]) -> Stored<()> {
        let put = self.write(Durability::Immediate, |transaction| {
            let mut values = transaction.open_table(VALUES)?;
            let present = values.get(SNAPSHOT_LAST)?.map(|last| serde_json::from_slice(last.value())).transpose()?;
            // Compared inside the transaction, so that two snapshots that are written at once cannot pass
            // each other.
            if present.is_none_or(|present: Option<LogId>| present < last) {
                values.insert(SNAPSHOT_LAST, &*serde_json::to_vec(&last)?)?;
                values.insert(SNAPSHOT, snapshot)?;
            }
            Ok(())
        });
        failed(put, |error| StorageIOError::write_snapshot(None, error))
    }

    pub(crate) fn snapshot(&self) -> Stored<Option<Vec<u8>>> {
        failed(self.bytes(SNAPSHOT), |error| StorageIOError::read_snapshot(None, error))
    }

    pub(crate) fn entries(&self, range: (Bound<u64>, Bound<u64>)) -> Result<Vec<Entry>, Failure> {
        let log = self.database.begin_read()?.open_table(LOG)?;
        let entries = log.range(range)?;
        entries.map(|entry| Ok(serde_json::from_slice(entry?.1.value())?)).collect()
    }

    fn log_state(&self) -> Result<LogState<Replication>, Failure> {
        let last_purged_log_id: Option<LogId> = self.value(PURGED)?;
        let log = self.database.begin_read()?.open_table(LOG)?;
        let last = log.last()?.map(|(_, entry)| serde_json::from_slice::<Entry>(entry.value())).transpose()?;
        // An empty log ends where it was purged. Without that, Raft would start again at index 0.
        Ok(LogState { last_purged_log_id, last_log_id: last.map(|entry| entry.log_id).or(last_purged_log_id) })
    }

    fn save(&self, name: &str, value: &impl Serialize, durability: Durability) -> Result<(), Failure> {
        self.write(durability, |transaction| {
            transaction.open_table(VALUES)?.insert(name, &*serde_json::to_vec(value)?)?;
            Ok(())
        })
    }

    fn remove(
        &self,
        range: impl RangeBounds<u64>,
        purged: Option<LogId>,
        durability: Durability,
    ) -> Result<(), Failure> {
        self.write(durability, |transaction| {
            transaction
                .open_table(LOG)?
                .retain_in((range.start_bound().cloned(), range.end_bound().cloned()), |_, _| false)?;
            if let Some(purged) = purged {
                transaction.open_table(VALUES)?.insert(PURGED, &*serde_json::to_vec(&purged)?)?;
            }
            Ok(())
        })
    }
}

impl RaftLogReader<Replication> for Store {
    async fn try_get_log_entries<R: RangeBounds<u64> + Clone + Debug + OptionalSend>(
        &mut self,
        range: R,
    ) -> Stored<Vec<Entry>> {
        failed(self.entries((range.start_bound().cloned(), range.end_bound().cloned())), StorageIOError::read_logs)
    }
}

/// What Raft relies on is on the disk before it hears of it. What it can do without rides along with the next such commit:
/// the committed index, which a leader tells again, and a purge, whose entries the snapshot has.
impl RaftLogStorage<Replication> for Store {
    type LogReader = Self;

    async fn get_log_state(&mut self) -> Stored<LogState<Replication>> {
        failed(self.log_state(), StorageIOError::read_logs)
    }

    async fn get_log_reader(&mut self) -> Self {
        self.clone()
    }

    async fn save_vote(&mut self, vote: &Vote<NodeId>) -> Stored<()> {
        failed(self.save(VOTE, vote, Durability::Immediate), StorageIOError::write_vote)
    }

    async fn read_vote(&mut self) -> Stored<Option<Vote<NodeId>>> {
        failed(self.value(VOTE), StorageIOError::read_vote)
    }

    async fn save_committed(&mut self, committed: Option<LogId>) -> Stored<()> {
        failed(self.save(COMMITTED, &committed, Durability::None), StorageIOError::write)
    }

    async fn read_committed(&mut self) -> Stored<Option<LogId>> {
        failed(self.value::<Option<LogId>>(COMMITTED).map(Option::flatten), StorageIOError::read)
    }

    async fn append<I>(&mut self, entries: I, callback: LogFlushed<Replication>) -> Stored<()>
    where
        I: IntoIterator<Item = Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let appended = self.write(Durability::Immediate, |transaction| {
            let mut log = transaction.open_table(LOG)?;
            for entry in entries {
                log.insert(entry.log_id.index, &*serde_json::to_vec(&entry)?)?;
            }
            Ok(())
        });
        failed(appended, StorageIOError::write_logs)?;
        // Only after the commit: Raft counts this node towards the majority from here on.
        callback.log_io_completed(Ok(()));
        Ok(())
    }

    async fn truncate(&mut self, from: LogId) -> Stored<()> {
        failed(self.remove(from.index.., None, Durability::Immediate), StorageIOError::write_logs)
    }

    async fn purge(&mut self, upto: LogId) -> Stored<()> {
        failed(self.remove(..=upto.index, Some(upto), Durability::None), StorageIOError::write_logs)
    }
}
