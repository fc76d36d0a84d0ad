//! The directory that all requests share: one write at a time, while reads go on with what was before.
//!
//! A write works on a snapshot of the directory. What it changed is durable, where there is a store, before any read sees it
//! and before it is answered.

pub(crate) mod change;
mod file;
mod fold;
pub(crate) mod store;
mod tables;
pub(crate) mod world;
pub(crate) mod writes;

use alloc::sync::Arc;
use core::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    io,
    sync::{Mutex, MutexGuard},
    time::Instant,
};

use connector_groups::Directory;
use tokio::{task::block_in_place, time::sleep};

use self::{
    change::Change,
    store::Store,
    world::{Visible, World},
    writes::Writes,
};
use crate::{
    emulate::{clock::Clock, held::held},
    output,
};

/// A write that took longer has replaced so much that to free it takes time too.
const LONG: Duration = Duration::from_millis(5);
/// By then, reads that began before a long write are over, so that none of them has to free what it replaced.
const RELEASE_AFTER: Duration = Duration::from_secs(1);

/// The order of locks is writes, then world, everywhere.
pub(crate) struct Shared {
    pub(crate) world: Mutex<World>,
    pub(crate) writes: Mutex<Writes>,
    pub(crate) clock: Arc<Clock>,
    /// Whether the last write to the store has failed.
    fails: AtomicBool,
}

impl Shared {
    pub(crate) const fn new(world: World, writes: Writes, clock: Arc<Clock>) -> Self {
        Self { world: Mutex::new(world), writes: Mutex::new(writes), clock, fails: AtomicBool::new(false) }
    }

    /// Writes to the store where there is one. Behind an error it is opened anew first: a disk that was full may have room.
    pub(crate) fn keep(&self, writes: &mut Writes, keep: impl FnOnce(&mut Store) -> io::Result<()>) -> io::Result<()> {
        let Some(store) = writes.store() else { return Ok(()) };
        let opened = if store.is_open() {
            Ok(())
        } else {
            let world = held(&self.world);
            let (directory, snapshots) = (world.directory.clone(), world.snapshots.clone());
            drop(world);
            store.mend(&directory, &snapshots)
        };
        let kept = opened.and_then(|()| keep(store));
        let failed_before = self.fails.swap(kept.is_err(), Ordering::Relaxed);
        match &kept {
            Err(error) if !failed_before => output::say("emulate", &format!("nothing can be kept: {error}")),
            Ok(()) if failed_before => output::say("emulate", "changes are kept again"),
            _ => {}
        }
        kept
    }

    /// Whether changes can be kept, as far as is known. Where the last one could not, this tries: whoever waits until the
    /// emulator is ready sends no write that would.
    pub(crate) fn is_ready(&self) -> bool {
        !self.fails.load(Ordering::Relaxed) || block_in_place(|| self.keep(&mut held(&self.writes), |_| Ok(()))).is_ok()
    }

    /// The directory as it stands: a snapshot, which costs nothing.
    pub(crate) fn directory(&self) -> Directory {
        held(&self.world).directory.clone()
    }

    /// The id of one more request, as a text.
    pub(crate) fn request_id(&self) -> String {
        uuid::Uuid::from_u128(held(&self.world).next_request_id()).to_string()
    }

    /// Lets `decide` change a snapshot of the directory and tell what it changed, keeps that, and shows it to reads.
    ///
    /// An error is the store's, and nothing has changed.
    pub(crate) fn write<T>(
        &self,
        visible: Visible,
        decide: impl FnOnce(&mut Directory) -> (T, Vec<Change>),
    ) -> io::Result<T> {
        // Whoever waits here, or works long, leaves the thread's other connections to others.
        block_in_place(|| self.write_in_turn(held(&self.writes), visible, decide))
    }

    /// As [`write`](Self::write), of a request that does a few small things at most. Where its turn has come and no disk is
    /// waited for, it is over before another thread could have woken up to serve the other connections.
    pub(crate) fn write_little<T>(
        &self,
        visible: Visible,
        decide: impl FnOnce(&mut Directory) -> (T, Vec<Change>),
    ) -> io::Result<T> {
        match self.writes.try_lock() {
            Ok(writes) if !writes.is_durable() => self.write_in_turn(writes, visible, decide),
            other => {
                drop(other);
                self.write(visible, decide)
            }
        }
    }

    /// The order of locks is writes, then world, everywhere; the world is never held while a command is decided.
    fn write_in_turn<T>(
        &self,
        mut writes: MutexGuard<'_, Writes>,
        visible: Visible,
        decide: impl FnOnce(&mut Directory) -> (T, Vec<Change>),
    ) -> io::Result<T> {
        let before = self.directory();
        let mut directory = before.clone();
        let start = Instant::now();
        let (answer, changes) = decide(&mut directory);
        // Most refusals end here: without a disk, and without a moment at which reads wait.
        if changes.is_empty() {
            return Ok(answer);
        }
        self.keep(&mut writes, |store| {
            store.append(&changes)?;
            store.fold_if_due(&directory);
            Ok(())
        })?;
        writes.remember(changes, &directory);
        held(&self.world).publish(directory, &before, visible, self.clock.now());
        drop(writes);
        if start.elapsed() > LONG {
            tokio::spawn(async {
                sleep(RELEASE_AFTER).await;
                block_in_place(|| drop(before));
            });
        }
        Ok(answer)
    }

    /// Puts another directory in the place of all that there is.
    pub(crate) fn replace(&self, directory: Directory) -> io::Result<()> {
        block_in_place(|| {
            let mut writes = held(&self.writes);
            self.keep(&mut writes, |store| store.replace(&directory))?;
            writes.start_from(&directory);
            let former = held(&self.world).replace(directory);
            // To free a large directory takes its time, which no write has to wait for.
            drop(writes);
            drop(former);
            Ok(())
        })
    }
}
