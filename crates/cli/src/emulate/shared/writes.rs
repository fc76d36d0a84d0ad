//! What the one who writes has in hand: the store, and the commands that changed the directory.

use alloc::collections::VecDeque;

use connector_groups::{Directory, DirectoryCommand, TenantId};

use super::{change::Change, store::Store};

/// So much text of commands is kept for whoever asks which they were; older ones become part of where they start.
const LINES_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What the one who writes has in hand.
pub(crate) struct Writes {
    store: Option<Store>,
    /// The directory from which `lines` lead to the directory as it stands.
    start: Directory,
    lines: VecDeque<Box<[u8]>>,
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
        // Read now, and not when it was written: few ask, and each write would pay for it.
        let chosen = self.lines.iter().filter(|line| of.is_none() || tenant_of(line) == of);
        chosen.flat_map(|line| line.iter().chain(b"\n")).copied().collect()
    }

    /// Forgets the lines: they start from here.
    pub(crate) fn start_from(&mut self, directory: &Directory) {
        self.start = directory.clone();
        self.lines.clear();
        self.lines_bytes = 0;
    }

    /// Whether what changes goes to a disk.
    pub(crate) const fn is_durable(&self) -> bool {
        self.store.is_some()
    }

    pub(crate) const fn store(&mut self) -> Option<&mut Store> {
        self.store.as_mut()
    }

    pub(super) fn remember(&mut self, changes: Vec<Change>, directory: &Directory) {
        if !self.keeps_lines {
            return self.start_from(directory);
        }
        for change in changes {
            match change {
                Change::Command(line) => {
                    self.lines_bytes = self.lines_bytes.saturating_add(line.len());
                    self.lines.push_back(line);
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
        // The oldest commands move into the start, so that start and lines lead to the same directory as before.
        while self.lines_bytes > LINES_BYTES_MAX {
            let Some(line) = self.lines.pop_front() else { break };
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
    // What creates or deletes a tenant names it by `id`, everything else by `tenant`.
    let named: Named = serde_json::from_slice(line).ok()?;
    named.tenant.or(named.id)
}
