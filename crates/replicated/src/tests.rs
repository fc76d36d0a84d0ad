//! A few short stories, the library's own tests of a store, and the disk against a plain model.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test stops where it fails"
)]

use std::path::Path;

use openraft::{
    CommittedLeaderId, EntryPayload, StorageError, StorageIOError, Vote,
    storage::{RaftLogStorage, RaftLogStorageExt},
    testing::{StoreBuilder, Suite},
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use redb::{Database, StorageBackend};
use tempfile::TempDir;

use crate::{
    disk::Disk,
    log::Store,
    machine::Machine,
    request::{Entry, LogId, NodeId, Replication},
    scenario::{Story, run},
};

const SHORT: Story = Story { applications: 200, requests: 30, faults: 2 };

#[test]
fn every_story_ends_as_its_log_says() {
    for seed in 0..4 {
        let summary = run(seed, SHORT).map_err(|error| format!("seed {seed}: {error}")).unwrap();
        assert!(summary.crashes >= 2 && summary.snapshots >= 1, "seed {seed}: {summary}");
    }
}

#[test]
fn a_seed_tells_one_story() {
    assert_eq!(run(7, SHORT).unwrap(), run(7, SHORT).unwrap());
}

fn store(folder: &Path) -> (Disk, Store) {
    let disk = Disk::open(&folder.join("node.redb")).unwrap();
    let database = Database::builder().create_with_backend(disk.clone()).unwrap();
    (disk, Store::new(database).unwrap())
}

struct Fresh;

impl StoreBuilder<Replication, Store, Machine, TempDir> for Fresh {
    async fn build(&self) -> Result<(TempDir, Store, Machine), StorageError<NodeId>> {
        let folder = tempfile::tempdir().map_err(|error| StorageIOError::write(&error))?;
        let (_, store) = store(folder.path());
        let machine = Machine::open(1, store.clone(), None)?;
        Ok((folder, store, machine))
    }
}

#[test]
fn the_store_is_what_raft_expects() {
    Suite::test_all(Fresh).unwrap();
}

/// The power goes right after each thing that Raft hears of as done: it is there afterwards.
#[test]
fn what_raft_relies_on_is_on_the_disk() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let lose_power = |disk: Disk, store: Store| {
        disk.power_off(&mut StdRng::seed_from_u64(0), 0.0).unwrap();
        drop((disk, store));
    };
    let id = |index| LogId::new(CommittedLeaderId::new(1, 1), index);
    let entry = |index| Entry { log_id: id(index), payload: EntryPayload::Blank };
    runtime.block_on(async {
        let (disk, mut store) = self::store(folder.path());
        store.save_vote(&Vote::new(3, 2)).await.unwrap();
        lose_power(disk, store);

        let (disk, mut store) = self::store(folder.path());
        assert_eq!(store.read_vote().await.unwrap(), Some(Vote::new(3, 2)));
        store.blocking_append((0..5).map(entry)).await.unwrap();
        lose_power(disk, store);

        let (disk, mut store) = self::store(folder.path());
        assert_eq!(store.get_log_state().await.unwrap().last_log_id, Some(id(4)));
        store.truncate(id(3)).await.unwrap();
        lose_power(disk, store);

        let (disk, mut store) = self::store(folder.path());
        assert_eq!(store.get_log_state().await.unwrap().last_log_id, Some(id(2)));
        store.put_snapshot(Some(id(2)), b"later").unwrap();
        store.put_snapshot(Some(id(1)), b"earlier").unwrap();
        lose_power(disk, store);

        assert_eq!(self::store(folder.path()).1.snapshot().unwrap().as_deref(), Some(b"later".as_slice()));
    });
}

#[test]
fn a_disk_reads_what_was_written_and_keeps_what_was_synced() {
    let folder = tempfile::tempdir().unwrap();
    for seed in 0..200 {
        let (mut chance, path) = (StdRng::seed_from_u64(seed), folder.path().join(seed.to_string()));
        let disk = Disk::open(&path).unwrap();
        let (mut now, mut synced) = (vec![0; 100], Vec::new());
        disk.set_len(100).unwrap();
        for _ in 0..60 {
            match chance.gen_range(0..8) {
                0 => {
                    now.resize(chance.gen_range(20..200), 0);
                    disk.set_len(now.len().try_into().unwrap()).unwrap();
                }
                1 => {
                    disk.sync_data().unwrap();
                    synced.clone_from(&now);
                }
                2..5 => {
                    let start = chance.gen_range(0..now.len());
                    let bytes: Vec<u8> = (start..chance.gen_range(start..now.len())).map(|_| chance.r#gen()).collect();
                    now[start..start + bytes.len()].copy_from_slice(&bytes);
                    disk.write(start.try_into().unwrap(), &bytes).unwrap();
                }
                _ => {
                    let start = chance.gen_range(0..now.len());
                    let mut read = vec![0; chance.gen_range(0..=now.len() - start)];
                    disk.read(start.try_into().unwrap(), &mut read).unwrap();
                    assert_eq!(read, now[start..start + read.len()], "seed {seed}");
                }
            }
        }
        assert_eq!(usize::try_from(disk.len().unwrap()), Ok(now.len()));
        let survives = f64::from(chance.gen_range(0..2));
        disk.power_off(&mut chance, survives).unwrap();
        assert!(disk.len().is_err());
        assert_eq!(std::fs::read(&path).unwrap(), if survives > 0.0 { now } else { synced }, "seed {seed}");
    }
}
