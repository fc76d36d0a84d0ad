//! What outlives the process: the directory as a document and the commands since as a log, and the snapshots, in redb.
//!
//! A transaction of redb is durable when its commit returns, and whole or absent after a kill at any moment; so a change is
//! committed before it is answered, and what was answered is never lost. When the log is long, a [`Fold`] turns it into a new
//! document beside the work that goes on.

use alloc::{collections::BTreeMap, sync::Arc};
use core::time::Duration;
use std::{
    io,
    path::{Path, PathBuf},
    thread::{self, JoinHandle},
};

use connector_groups::{Directory, DirectoryCommand, document::DirectoryDocument};
use redb::{Database, ReadableDatabase, ReadableTable};
use serde::{Deserialize, Serialize};

use super::{
    change::Change,
    file,
    fold::{Fold, Folded, Pieces},
    tables::{DIRECTORY, DOCUMENTS, Head, LOG, PIECES, length},
    world::{Snapshot, World},
};
use crate::{emulate::faults::Faults, output};

const SNAPSHOT: &str = "snapshot/";
/// A log of more bytes is folded too, as entries may be whole tenants; one may be as long as the document in any case, so
/// that folding costs no more than a part of what was written.
const LOG_BYTES_MAX: u64 = 64 * 1024 * 1024;

pub(crate) struct Store {
    folder: PathBuf,
    /// `None` behind an error: the library does nothing more with a database that has had one, until it is opened anew.
    database: Option<Arc<Database>>,
    /// The snapshot that was written when the error came.
    in_doubt: Option<String>,
    /// The number of the next entry of the log.
    next: u64,
    /// So many entries are folded into the document.
    log_max: u64,
    /// The log is folded when its next entry has this number, or when it has more bytes than these.
    fold_at: u64,
    fold_at_bytes: u64,
    log_bytes: u64,
    /// Of the newest document, finished or not.
    generation: u64,
    folding: Option<JoinHandle<io::Result<Option<Folded>>>>,
}

/// An entry of the log.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Entry {
    Copied { copied: DirectoryDocument },
    Command(DirectoryCommand),
}

#[derive(Serialize, Deserialize)]
struct Kept {
    directory: DirectoryDocument,
    faults: Option<Faults>,
}

impl Store {
    /// Opens the store in a folder, or makes one, and reads what it keeps into the world. Tells whether there was a directory.
    pub(crate) fn open(folder: &Path, log_max: u64, world: &mut World) -> io::Result<(Self, bool)> {
        let mut store = Self {
            folder: folder.into(),
            database: Some(Arc::new(file::open(folder)?)),
            in_doubt: None,
            next: 0,
            log_max,
            fold_at: log_max,
            fold_at_bytes: LOG_BYTES_MAX,
            log_bytes: 0,
            generation: 0,
            folding: None,
        };
        let file = file::of(folder);
        file::whole(&file, || store.make_tables())?.map_err(io::Error::other)?;
        let found = file::whole(&file, || store.read(world))?.map_err(|error| file::damaged(&file, &error))?;
        Ok((store, found))
    }

    /// Whether there was no error since it was opened.
    pub(super) const fn is_open(&self) -> bool {
        self.database.is_some()
    }

    /// Opens it anew behind an error, with what is in memory: what was answered, and nothing else.
    pub(super) fn mend(&mut self, directory: &Directory, snapshots: &BTreeMap<String, Snapshot>) -> io::Result<()> {
        // The file is this process's while anything has it open.
        self.settle();
        let mut kept = World::new(Duration::ZERO, None);
        let (mut store, _) = Self::open(&self.folder, self.log_max, &mut kept)?;
        // A change whose end has failed can be durable all the same.
        if kept.directory != *directory {
            store.replace(directory)?;
        }
        if let Some(name) = &self.in_doubt {
            store.keep(name, snapshots.get(name))?;
        }
        *self = store;
        Ok(())
    }

    /// Writes to the database, which is closed where that fails.
    fn write(&mut self, write: impl FnOnce(&Database) -> Result<(), redb::Error>) -> io::Result<()> {
        write(&*self.database()?).map_err(|error| {
            self.database = None;
            io::Error::other(error)
        })
    }

    fn database(&self) -> io::Result<Arc<Database>> {
        self.database.clone().ok_or_else(|| io::Error::other("the store is closed"))
    }

    fn make_tables(&self) -> Result<(), redb::Error> {
        let transaction = self.database().map_err(redb::Error::Io)?.begin_write()?;
        transaction.open_table(LOG)?;
        transaction.open_table(DOCUMENTS)?;
        transaction.open_table(PIECES)?;
        transaction.commit()?;
        Ok(())
    }

    /// Reads what is kept into the world: snapshots, the document that counts, the log behind it. Whether there was anything.
    fn read(&mut self, world: &mut World) -> io::Result<bool> {
        let transaction = self.database()?.begin_read().map_err(io::Error::other)?;
        let documents = transaction.open_table(DOCUMENTS).map_err(io::Error::other)?;
        let mut head = None;
        for document in documents.iter().map_err(io::Error::other)? {
            let (name, text) = document.map_err(io::Error::other)?;
            if name.value() == DIRECTORY {
                head = Some(Head::read(text.value())?);
            } else if let Some(name) = name.value().strip_prefix(SNAPSHOT) {
                let Kept { directory, faults } = serde_json::from_slice(text.value())?;
                let directory = world.read(directory)?;
                world.snapshots.insert(name.into(), Snapshot { directory, faults });
            }
        }
        let found = head.is_some();
        let head = head.unwrap_or_default();
        let pieces = transaction.open_table(PIECES).map_err(io::Error::other)?;
        let mut text = Vec::new();
        for piece in pieces.iter().map_err(io::Error::other)? {
            let (key, piece) = piece.map_err(io::Error::other)?;
            let (generation, _) = key.value();
            // Those of others are of a fold that a kill has cut short, before or after it counted.
            if generation == head.generation {
                text.extend_from_slice(piece.value());
            }
            // A fold that a kill has cut short left pieces of a generation that no later one may have.
            self.generation = self.generation.max(generation);
        }
        if found {
            world.directory = world.read(serde_json::from_slice(&text)?)?;
        }
        // From there on only: entries before it are in the document, and may be left over where a kill came before their deletion.
        self.next = head.log_from;
        for entry in
            transaction.open_table(LOG).map_err(io::Error::other)?.range(head.log_from..).map_err(io::Error::other)?
        {
            let (number, text) = entry.map_err(io::Error::other)?;
            apply(world, text.value()).map_err(|error| {
                let text = format!("entry {} of the log cannot be replayed: {error}", number.value());
                io::Error::new(io::ErrorKind::InvalidData, text)
            })?;
            self.next = number.value().saturating_add(1);
            self.log_bytes = self.log_bytes.saturating_add(length(text.value()));
        }
        self.fold_at = head.log_from.saturating_add(self.log_max);
        self.fold_at_bytes = LOG_BYTES_MAX.max(length(&text));
        Ok(found || self.next > head.log_from)
    }

    /// Keeps changes: all of them, or none where it fails.
    pub(crate) fn append(&mut self, changes: &[Change]) -> io::Result<()> {
        let (mut next, mut bytes) = (self.next, self.log_bytes);
        self.write(|database| {
            let transaction = database.begin_write()?;
            let mut log = transaction.open_table(LOG)?;
            for change in changes {
                let copied;
                let entry: &[u8] = match change {
                    Change::Command(line) => line,
                    Change::Tenant(tenant) => {
                        let entry = Entry::Copied { copied: DirectoryDocument { tenants: vec![tenant.into()] } };
                        copied = serde_json::to_vec(&entry).map_err(|error| redb::Error::Io(error.into()))?;
                        &copied
                    }
                };
                log.insert(next, entry)?;
                next = next.saturating_add(1);
                bytes = bytes.saturating_add(length(entry));
            }
            drop(log);
            transaction.commit()?;
            Ok(())
        })?;
        // Only now: after an error, the numbers are still those of what the log holds.
        (self.next, self.log_bytes) = (next, bytes);
        Ok(())
    }

    /// Begins to fold the log where it is long, on a thread of its own. The directory is the one that the log leads to: a
    /// clone of it is free, and whoever writes meanwhile writes behind it.
    pub(crate) fn fold_if_due(&mut self, directory: &Directory) {
        if self.folding.as_ref().is_some_and(JoinHandle::is_finished) {
            self.settle();
        }
        let is_due = self.next >= self.fold_at || self.log_bytes > self.fold_at_bytes;
        if let (true, None, Some(database)) = (is_due, &self.folding, &self.database) {
            let fold = self.begin_fold(Arc::clone(database), directory);
            self.folding = Some(thread::spawn(move || fold.run()));
        }
    }

    fn begin_fold(&mut self, database: Arc<Database>, directory: &Directory) -> Fold {
        self.generation = self.generation.saturating_add(1);
        Fold {
            database,
            generation: self.generation,
            directory: directory.clone(),
            log_to: self.next,
            log_bytes: self.log_bytes,
        }
    }

    /// Waits for a fold that has begun, and takes note of what it has done.
    fn settle(&mut self) {
        let Some(folding) = self.folding.take() else { return };
        match folding.join().unwrap_or_else(|_| Err(io::Error::other("it has panicked"))) {
            // Where a `replace` came behind this fold, these numbers are older than its own: the next fold comes sooner, or by
            // some bytes later, and nothing is lost by either.
            Ok(Some(Folded { log_from, log_bytes, document_bytes })) => {
                self.fold_at = log_from.saturating_add(self.log_max);
                self.log_bytes = self.log_bytes.saturating_sub(log_bytes);
                self.fold_at_bytes = LOG_BYTES_MAX.max(document_bytes);
            }
            // Another document has come meanwhile.
            Ok(None) => {}
            // The log is as good as before, only longer: there is another try when as much again has come.
            Err(error) => {
                output::say("emulate", &format!("the log of changes grows, as it cannot be folded: {error}"));
                self.database = None;
                self.fold_at = self.next.saturating_add(self.log_max);
                self.fold_at_bytes = self.log_bytes.saturating_add(LOG_BYTES_MAX);
            }
        }
    }

    /// Keeps a directory in the place of the former one and its log.
    pub(crate) fn replace(&mut self, directory: &Directory) -> io::Result<()> {
        let text = serde_json::to_vec(directory)?;
        let generation = self.generation.saturating_add(1);
        let head = Head { generation, log_from: self.next };
        self.write(|database| {
            let transaction = database.begin_write()?;
            transaction.delete_table(LOG)?;
            transaction.open_table(LOG)?;
            // Those of a fold that is under way go too. It finds this head, and gives up.
            transaction.delete_table(PIECES)?;
            Pieces::write_all(&mut transaction.open_table(PIECES)?, generation, &text)?;
            transaction.open_table(DOCUMENTS)?.insert(DIRECTORY, &*head.text())?;
            transaction.commit()?;
            Ok(())
        })?;
        self.generation = generation;
        self.log_bytes = 0;
        self.fold_at = self.next.saturating_add(self.log_max);
        self.fold_at_bytes = LOG_BYTES_MAX.max(length(&text));
        Ok(())
    }

    /// Keeps a snapshot, or forgets it where there is none.
    pub(crate) fn keep(&mut self, name: &str, snapshot: Option<&Snapshot>) -> io::Result<()> {
        let document = snapshot.map(|Snapshot { directory, faults }| {
            serde_json::to_vec(&Kept { directory: directory.into(), faults: faults.clone() })
        });
        let document = document.transpose()?;
        let key = format!("{SNAPSHOT}{name}");
        let kept = self.write(|database| {
            let transaction = database.begin_write()?;
            let mut documents = transaction.open_table(DOCUMENTS)?;
            match &document {
                Some(document) => documents.insert(&*key, &**document)?,
                None => documents.remove(&*key)?,
            };
            drop(documents);
            transaction.commit()?;
            Ok(())
        });
        self.in_doubt = kept.is_err().then(|| name.into());
        kept
    }
}

fn apply(world: &mut World, entry: &[u8]) -> io::Result<()> {
    match serde_json::from_slice(entry)? {
        Entry::Command(command) => world.directory.apply(&command).map(drop).map_err(io::Error::other),
        Entry::Copied { copied } => {
            let from = world.read(copied)?;
            let mut tenants = from.tenants();
            tenants.try_for_each(|tenant| world.directory.copy_tenant(tenant, tenant.id())).map_err(io::Error::other)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        reason = "a test stops where it fails"
    )]

    use std::fs;

    use connector_groups::{
        ConnectorGroupId, TenantId, Timestamp,
        command::{CreateConnectorGroup, CreateTenant, DefaultConnectorGroup},
    };
    use redb::ReadableTableMetadata;
    use tempfile::TempDir;

    use super::*;

    const TENANT: TenantId = TenantId::from_u128(1);

    struct Room {
        folder: TempDir,
        world: World,
        store: Store,
    }

    impl Room {
        fn new(log_max: u64) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let mut world = World::new(Duration::ZERO, Some(1));
            let (store, found) = Store::open(folder.path(), log_max, &mut world).unwrap();
            assert!(!found);
            let mut room = Self { folder, world, store };
            room.change(&DirectoryCommand::CreateTenant(CreateTenant {
                id: TENANT,
                default_region: "eur".into(),
                now: Timestamp::UNIX_EPOCH,
                default_connector_group: DefaultConnectorGroup { id: ConnectorGroupId::from_u128(1), name: None },
                rules: None,
            }));
            room
        }

        fn change(&mut self, command: &DirectoryCommand) {
            self.world.directory.apply(command).unwrap();
            let line = serde_json::to_vec(command).unwrap();
            self.store.append(&[Change::Command(line.into())]).unwrap();
        }

        fn group(&mut self, number: u128) {
            let id = ConnectorGroupId::from_u128(number);
            let command = CreateConnectorGroup::new(id, format!("Group {number}")).into();
            self.change(&DirectoryCommand::InTenant { tenant: TENANT, command });
        }

        fn begin_fold(&mut self) -> Fold {
            let (database, directory) = (self.store.database().unwrap(), self.world.directory.clone());
            self.store.begin_fold(database, &directory)
        }

        fn log_count(&self) -> u64 {
            self.store.database().unwrap().begin_read().unwrap().open_table(LOG).unwrap().len().unwrap()
        }

        fn pieces_count(&self) -> u64 {
            self.store.database().unwrap().begin_read().unwrap().open_table(PIECES).unwrap().len().unwrap()
        }

        /// As a start after a kill at this moment finds it.
        fn reopened(self) -> Directory {
            drop(self.store);
            let mut world = World::new(Duration::ZERO, Some(1));
            let (_, found) = Store::open(self.folder.path(), 1_000, &mut world).unwrap();
            assert!(found);
            assert_eq!(world.directory, self.world.directory);
            world.directory
        }
    }

    #[test]
    fn the_log_stays_short_however_long_the_run_is() {
        let mut room = Room::new(20);
        for number in 2..300 {
            room.group(number);
            let directory = room.world.directory.clone();
            room.store.fold_if_due(&directory);
            // Twice as many, as writes go on while the log is folded; a slow disk is waited for.
            if room.store.next > room.store.fold_at + 20 {
                room.store.settle();
            }
            assert!(room.log_count() <= 60, "{}", room.log_count());
        }
        room.store.settle();
        assert_eq!(room.pieces_count(), 1, "former documents are gone");
        assert_eq!(room.reopened().tenant(TENANT).unwrap().connector_groups_count(), 299);
    }

    #[test]
    fn a_fold_leaves_what_was_written_meanwhile() {
        let mut room = Room::new(1_000);
        (2..30).for_each(|number| room.group(number));
        let fold = room.begin_fold();
        (30..40).for_each(|number| room.group(number));
        assert_eq!(fold.run().unwrap().unwrap().log_from, 29);
        assert_eq!(room.log_count(), 10);
        room.reopened();
    }

    #[test]
    fn a_fold_that_is_cut_short_changes_nothing() {
        let mut room = Room::new(1_000);
        (2..30).for_each(|number| room.group(number));
        room.begin_fold().write_pieces(64).unwrap();
        assert!(room.pieces_count() > 10);
        room.group(30);
        let folder = room.folder.path().to_owned();
        let (kept, expected) = (room.folder, room.world.directory.clone());
        drop(room.store);
        let mut world = World::new(Duration::ZERO, Some(1));
        let (store, _) = Store::open(&folder, 1_000, &mut world).unwrap();
        assert_eq!(world.directory, expected);
        // What was left is of no use to the next fold, and goes with it.
        let mut room = Room { folder: kept, world, store };
        room.begin_fold().run().unwrap().unwrap();
        assert_eq!((room.pieces_count(), room.log_count()), (1, 0));
        room.reopened();
    }

    #[test]
    fn a_fold_gives_way_to_another_document() {
        let mut room = Room::new(1_000);
        (2..30).for_each(|number| room.group(number));
        let fold = room.begin_fold();
        room.world.directory = Directory::default();
        room.store.replace(&room.world.directory).unwrap();
        assert!(fold.run().unwrap().is_none());
        assert_eq!(room.reopened().tenants_count(), 0);
    }

    /// The library answers every write with the former error, until the database is opened anew. What has failed there may be
    /// durable, as the error can come at the very end.
    #[test]
    fn behind_an_error_it_is_opened_anew_with_what_was_answered() {
        let mut room = Room::new(1_000);
        (2..30).for_each(|number| room.group(number));
        let answered = room.world.directory.clone();
        room.group(30);
        let snapshot = Snapshot { directory: answered.clone(), faults: None };
        room.store.keep("failed", Some(&snapshot)).unwrap();
        room.store.in_doubt = Some("failed".into());
        let failed = room.store.write(|_| Err(redb::Error::PreviousIo));
        assert!(failed.is_err() && !room.store.is_open());
        assert!(room.store.append(&[]).is_err());
        room.world.directory = answered;
        room.store.mend(&room.world.directory, &room.world.snapshots).unwrap();
        room.group(31);
        let mut world = World::new(Duration::ZERO, Some(1));
        room.store.read(&mut world).unwrap();
        assert!(world.snapshots.is_empty());
        assert_eq!(room.reopened().tenant(TENANT).unwrap().connector_groups_count(), 30);
    }

    /// Each cut, and each byte of the head that is written over, is told or does no harm; none is a panic.
    #[test]
    fn a_damaged_file_is_told_with_its_name() {
        let mut room = Room::new(1_000);
        (2..30).for_each(|number| room.group(number));
        drop(room.store);
        let file = file::of(room.folder.path());
        let whole = fs::read(&file).unwrap();
        let told = |damaged: &[u8]| {
            fs::write(&file, damaged).unwrap();
            let opened = Store::open(room.folder.path(), 1_000, &mut World::new(Duration::ZERO, Some(1)));
            opened.err().map(|error| error.to_string())
        };
        assert_eq!(told(&whole), None);
        for length in [0, 1, 100, 4096, whole.len() / 2, whole.len() - 1] {
            let told = told(&whole[..length]).unwrap();
            assert!(
                told.contains("directory.redb is damaged (") && told.contains("put back a copy"),
                "{length}: {told}"
            );
        }
        told(&[&*whole, b"x"].concat());
        for place in 0..64 {
            let mut damaged = whole.clone();
            damaged[place] = !damaged[place];
            if let Some(told) = told(&damaged) {
                assert!(told.contains("directory.redb is damaged ("), "{place}: {told}");
            }
        }
    }

    #[test]
    fn a_document_is_read_from_many_pieces() {
        let mut room = Room::new(1_000);
        (2..30).for_each(|number| room.group(number));
        let fold = room.begin_fold();
        let bytes = fold.write_pieces(100).unwrap();
        assert!(room.pieces_count() > 10);
        assert!(fold.switch(bytes).unwrap().is_some());
        // The file belongs to one process, and to one opening of it.
        drop(fold);
        room.reopened();
    }
}
