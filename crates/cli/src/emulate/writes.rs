//! One write at a time, while reads go on with what was before.
//!
//! A write works on a snapshot of the directory. What it changed is durable, where there is a store, before any read sees it
//! and before it is answered.

use alloc::collections::VecDeque;
use core::time::Duration;
use std::{
    io,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use connector_groups::{Directory, DirectoryCommand, Tenant, TenantId, graph::Decision};
use tokio::{task::block_in_place, time::sleep};

use super::{service::Emulator, store::Store};

/// So much text of commands is kept for whoever asks which they were; older ones become part of where they start.
const LINES_BYTES_MAX: usize = 64 * 1024 * 1024;
/// A write that took longer has replaced so much that to free it takes time too.
const LONG: Duration = Duration::from_millis(5);
/// By then, reads that began before a long write are over, so that none of them has to free what it replaced.
const RELEASE_AFTER: Duration = Duration::from_secs(1);

/// Something that a write did to the directory.
pub(crate) enum Change {
    /// A command, as a line of the replay format.
    Command(Box<[u8]>),
    /// A tenant came as a copy of another.
    Tenant(Tenant),
}

/// When reads see a write.
#[derive(Clone, Copy)]
pub(crate) enum Visible {
    /// At once, and all earlier ones.
    AtOnce,
    /// After the lag of the command line, by the emulator's clock.
    AsUsual,
    /// After so many reads of this tenant, or of any.
    AfterReads(u32, Option<TenantId>),
}

/// What the one who writes has in hand.
pub(crate) struct Writes {
    store: Option<Store>,
    /// The directory from which `lines` lead to the directory as it stands.
    start: Directory,
    lines: VecDeque<(Option<TenantId>, Box<[u8]>)>,
    lines_bytes: usize,
    keeps_lines: bool,
}

impl Writes {
    pub(crate) fn new(store: Option<Store>, start: Directory, keeps_lines: bool) -> Self {
        Self { store, start, lines: VecDeque::new(), lines_bytes: 0, keeps_lines }
    }

    /// Where the lines start.
    pub(crate) fn start(&self) -> Directory {
        self.start.clone()
    }

    /// The commands that have changed the directory since [`start`](Self::start), of one tenant or of all, in order.
    pub(crate) fn lines(&self, of: Option<TenantId>) -> Vec<u8> {
        let chosen = self.lines.iter().filter(|(tenant, _)| of.is_none() || *tenant == of);
        chosen.flat_map(|(_, line)| line.iter().chain(b"\n")).copied().collect()
    }

    /// Forgets the lines: they start from here.
    pub(crate) fn start_from(&mut self, directory: &Directory) {
        self.start = directory.clone();
        self.lines.clear();
        self.lines_bytes = 0;
    }

    pub(crate) const fn store(&mut self) -> Option<&mut Store> {
        self.store.as_mut()
    }

    fn remember(&mut self, changes: Vec<Change>, directory: &Directory) {
        if !self.keeps_lines {
            return self.start_from(directory);
        }
        for change in changes {
            match change {
                Change::Command(line) => {
                    self.lines_bytes = self.lines_bytes.saturating_add(line.len());
                    self.lines.push_back((tenant_of(&line), line));
                }
                // A tenant is a closed world (T6): one that comes later may as well have been there from the start, unless
                // one with its id was.
                Change::Tenant(tenant) => {
                    if self.start.copy_tenant(&tenant, tenant.id()).is_err() {
                        return self.start_from(directory);
                    }
                }
            }
        }
        while self.lines_bytes > LINES_BYTES_MAX {
            let Some((_, line)) = self.lines.pop_front() else { break };
            self.lines_bytes = self.lines_bytes.saturating_sub(line.len());
            if let Ok(command) = serde_json::from_slice::<DirectoryCommand>(&line) {
                // It was accepted here, after the same commands.
                _ = self.start.apply(&command);
            }
        }
    }
}

/// The tenant of a line.
fn tenant_of(line: &[u8]) -> Option<TenantId> {
    #[derive(serde::Deserialize)]
    struct Named {
        tenant: Option<TenantId>,
        id: Option<TenantId>,
    }
    let named: Named = serde_json::from_slice(line).ok()?;
    named.tenant.or(named.id)
}

/// The changes among the decisions of a request.
pub(crate) fn changes(decisions: &[Decision]) -> Vec<Change> {
    let changed = decisions.iter().filter(|decision| decision.refusal.is_none() && decision.events_count > 0);
    // All of a command is text, numbers, lists and objects, so that it can be written.
    let line = |decision: &Decision| serde_json::to_vec(&decision.command).unwrap_or_default();
    changed.map(|decision| Change::Command(line(decision).into())).collect()
}

impl Emulator {
    /// Lets `decide` change a snapshot of the directory and tell what it changed, keeps that, and shows it to reads.
    ///
    /// An error is the store's, and nothing has changed.
    pub(crate) fn write<T>(
        &self,
        visible: Visible,
        decide: impl FnOnce(&mut Directory) -> (T, Vec<Change>),
    ) -> io::Result<T> {
        // Whoever waits here, or works long, leaves the thread's other connections to others.
        block_in_place(|| {
            // The order of locks is writes, then world, everywhere; the world is never held while a command is decided.
            let mut writes = held(&self.records.writes);
            let before = held(&self.world).directory.clone();
            let mut directory = before.clone();
            let start = Instant::now();
            let (answer, changes) = decide(&mut directory);
            if changes.is_empty() {
                return Ok(answer);
            }
            if let Some(store) = &mut writes.store {
                store.append(&changes)?;
                store.fold_if_due(&directory);
            }
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
        })
    }

    /// Puts another directory in the place of all that there is.
    pub(crate) fn replace(&self, directory: Directory) -> io::Result<()> {
        block_in_place(|| {
            let mut writes = held(&self.records.writes);
            if let Some(store) = &mut writes.store {
                store.replace(&directory)?;
            }
            writes.start_from(&directory);
            let former = held(&self.world).replace(directory);
            drop(writes);
            drop(former);
            Ok(())
        })
    }
}

/// What a mutex guards. Whoever panicked with it in hand has left nothing half done: each change is one assignment.
pub(crate) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

    use alloc::sync::Arc;
    use std::{sync::mpsc, thread};

    use connector_groups::{
        ConnectorGroupId, Timestamp,
        command::{CreateTenant, DefaultConnectorGroup},
        graph,
    };
    use hyper::Request;

    use super::*;
    use crate::emulate::{
        clock::Clock, faults::Faults, grants::Grants, host::Hosts, journal::Journal, records::Records, sign_in::SignIn,
        token::Signer, world::World,
    };

    const TENANT: TenantId = TenantId::from_u128(1);

    fn emulator() -> Emulator {
        let mut world = World::new(Duration::ZERO, Some(1));
        let create = CreateTenant {
            id: TENANT,
            default_region: "eur".into(),
            now: Timestamp::UNIX_EPOCH,
            default_connector_group: DefaultConnectorGroup { id: ConnectorGroupId::from_u128(2), name: None },
            rules: None,
        };
        world.directory.apply(&DirectoryCommand::CreateTenant(create)).unwrap();
        let records = Records {
            writes: Mutex::new(Writes::new(None, world.directory.clone(), true)),
            faults: Mutex::new(Faults::default()),
            journal: Mutex::new(Journal::new(10)),
            metrics: None,
            keeps_calls: true,
        };
        let clock = Arc::new(Clock::new(None));
        let graph = graph::Options { anonymous: Some(TENANT), ..graph::Options::default() };
        Emulator {
            world: Mutex::new(world),
            graph,
            control: true,
            quiet: true,
            records,
            hosts: Hosts::new("127.0.0.1:80".parse().unwrap(), Vec::new()),
            sign_in: SignIn { signer: Signer::new(Arc::clone(&clock)).unwrap(), grants: Grants::default() },
            enforces_permissions: false,
            clock,
        }
    }

    /// The write goes on only when reads of every kind are over. A read that waited for it would wait for ever: the channel
    /// then gives up, and the test fails.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn reads_end_while_a_write_is_decided() {
        let emulator = Arc::new(emulator());
        let reader = Arc::clone(&emulator);
        let seen = emulator.write(Visible::AsUsual, |directory| {
            let (sender, receiver) = mpsc::channel();
            thread::spawn(move || {
                let list = "/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups";
                let batch = r#"{"requests":[{"id":"1","method":"GET","url":"/applications"}]}"#;
                let requests =
                    [("GET", list, ""), ("POST", "/beta/$batch", batch), ("GET", "/", ""), ("GET", "/readyz", "")];
                for (method, path, body) in requests {
                    let request = Request::builder().method(method).uri(path);
                    let request = request.header("content-type", "application/json").body(Vec::from(body)).unwrap();
                    sender.send(reader.answered(request).status()).unwrap();
                }
            });
            let seen: Vec<_> = (0..4).map_while(|_| receiver.recv_timeout(Duration::from_secs(20)).ok()).collect();
            directory.copy_tenant(&directory.tenant(TENANT).unwrap().clone(), TenantId::from_u128(9)).unwrap();
            let copy = directory.tenants().last().unwrap().clone();
            (seen, vec![Change::Tenant(copy)])
        });
        assert_eq!(seen.unwrap(), [200; 4]);
        assert_eq!(held(&emulator.world).directory.tenants_count(), 2);
    }
}
