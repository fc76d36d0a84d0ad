//! What outlives the process: the directory as a document and the commands since as a log, and the snapshots, in redb.
//!
//! A transaction of redb is durable when its commit returns, and whole or absent after a kill at any moment; so a change is
//! committed before it is answered, and what was answered is never lost.

use std::{fs, io, path::Path};

use connector_groups::{Directory, DirectoryCommand, document::DirectoryDocument};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};

use super::{
    faults::Faults,
    world::{Snapshot, World},
    writes::Change,
};

/// What happened since the document `directory`, by number.
const LOG: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("log");
const DOCUMENTS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("documents");
const DIRECTORY: &str = "directory";
const SNAPSHOT: &str = "snapshot/";
/// A longer log is folded into the document at the start, so that the next start is quick.
const LOG_MAX: u64 = 10_000;

pub(crate) struct Store {
    database: Database,
    /// The number of the next entry of the log.
    next: u64,
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
    pub(crate) fn open(folder: &Path, world: &mut World) -> io::Result<(Self, bool)> {
        fs::create_dir_all(folder)?;
        let database = Database::create(folder.join("directory.redb")).map_err(io::Error::other)?;
        let mut store = Self { database, next: 0 };
        store.make_tables().map_err(io::Error::other)?;
        let (found, entries) = store.read(world)?;
        if entries > LOG_MAX {
            store.replace(&world.directory)?;
        }
        Ok((store, found))
    }

    fn make_tables(&self) -> Result<(), redb::Error> {
        let transaction = self.database.begin_write()?;
        transaction.open_table(LOG)?;
        transaction.open_table(DOCUMENTS)?;
        transaction.commit()?;
        Ok(())
    }

    /// Whether there was anything, and how long the log is.
    fn read(&mut self, world: &mut World) -> io::Result<(bool, u64)> {
        let transaction = self.database.begin_read().map_err(io::Error::other)?;
        let documents = transaction.open_table(DOCUMENTS).map_err(io::Error::other)?;
        let mut found = false;
        for document in documents.iter().map_err(io::Error::other)? {
            let (name, text) = document.map_err(io::Error::other)?;
            if name.value() == DIRECTORY {
                world.directory = world.read(serde_json::from_slice(text.value())?)?;
                found = true;
            } else if let Some(name) = name.value().strip_prefix(SNAPSHOT) {
                let Kept { directory, faults } = serde_json::from_slice(text.value())?;
                let directory = world.read(directory)?;
                world.snapshots.insert(name.into(), Snapshot { directory, faults });
            }
        }
        let (log, mut entries) = (transaction.open_table(LOG).map_err(io::Error::other)?, 0_u64);
        for entry in log.iter().map_err(io::Error::other)? {
            let (number, text) = entry.map_err(io::Error::other)?;
            apply(world, text.value()).map_err(|error| {
                let text = format!("entry {} of the log cannot be replayed: {error}", number.value());
                io::Error::new(io::ErrorKind::InvalidData, text)
            })?;
            self.next = number.value().saturating_add(1);
            entries = entries.saturating_add(1);
        }
        Ok((found || entries > 0, entries))
    }

    /// Keeps changes: all of them, or none where it fails.
    pub(crate) fn append(&mut self, changes: &[Change]) -> io::Result<()> {
        let mut next = self.next;
        let mut append = || -> Result<(), redb::Error> {
            let transaction = self.database.begin_write()?;
            let mut log = transaction.open_table(LOG)?;
            for change in changes {
                match change {
                    Change::Command(line) => log.insert(next, &**line)?,
                    Change::Tenant(tenant) => {
                        let copied = DirectoryDocument { tenants: vec![tenant.into()] };
                        let entry = serde_json::to_vec(&Entry::Copied { copied });
                        log.insert(next, &*entry.map_err(|error| redb::Error::Io(error.into()))?)?
                    }
                };
                next = next.saturating_add(1);
            }
            drop(log);
            transaction.commit()?;
            Ok(())
        };
        append().map_err(io::Error::other)?;
        self.next = next;
        Ok(())
    }

    /// Keeps a directory in the place of the former one and its log.
    pub(crate) fn replace(&mut self, directory: &Directory) -> io::Result<()> {
        let document = serde_json::to_vec(directory)?;
        let replace = || -> Result<(), redb::Error> {
            let transaction = self.database.begin_write()?;
            transaction.delete_table(LOG)?;
            transaction.open_table(LOG)?;
            transaction.open_table(DOCUMENTS)?.insert(DIRECTORY, &*document)?;
            transaction.commit()?;
            Ok(())
        };
        replace().map_err(io::Error::other)
    }

    /// Keeps a snapshot, or forgets it where there is none.
    pub(crate) fn keep(&mut self, name: &str, snapshot: Option<&Snapshot>) -> io::Result<()> {
        let document = snapshot.map(|Snapshot { directory, faults }| {
            serde_json::to_vec(&Kept { directory: directory.into(), faults: faults.clone() })
        });
        let document = document.transpose()?;
        let name = format!("{SNAPSHOT}{name}");
        let keep = || -> Result<(), redb::Error> {
            let transaction = self.database.begin_write()?;
            let mut documents = transaction.open_table(DOCUMENTS)?;
            match &document {
                Some(document) => documents.insert(&*name, &**document)?,
                None => documents.remove(&*name)?,
            };
            drop(documents);
            transaction.commit()?;
            Ok(())
        };
        keep().map_err(io::Error::other)
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
