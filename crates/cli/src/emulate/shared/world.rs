//! The directory that requests share, its snapshots, and how far reads lag behind.

use alloc::collections::{BTreeMap, VecDeque};
use core::{hash::BuildHasher, time::Duration};
use std::{hash::RandomState, io};

use connector_groups::{
    Directory, TenantId, Timestamp,
    document::{DirectoryDocument, DirectoryViolations},
};

use crate::emulate::faults::Faults;

/// Of these, the oldest goes when one more comes.
const FORMER_MAX: usize = 4096;

pub(crate) struct World {
    /// As it stands. Never held for longer than a clone takes: see [`Shared`](super::Shared).
    pub(crate) directory: Directory,
    pub(crate) snapshots: BTreeMap<String, Snapshot>,
    lag: Duration,
    /// What the directory was before each write that reads do not see yet.
    former: VecDeque<Former>,
    ids: [u64; 2],
    /// Of every directory that is read here, so that tenants are copied from one to the other without work.
    hash_seed: u64,
}

/// A directory to come back to, and the faults with it where that was asked for.
#[derive(Clone)]
pub(crate) struct Snapshot {
    pub(crate) directory: Directory,
    pub(crate) faults: Option<Faults>,
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

struct Former {
    directory: Directory,
    until: Until,
}

enum Until {
    /// Its lag is over.
    Time(Timestamp),
    /// So many reads, of this tenant or of any, have not seen the write.
    Reads(u32, Option<TenantId>),
}

impl World {
    pub(crate) fn new(lag: Duration, request_ids: Option<u64>) -> Self {
        // Two generators, as an id has twice the bits of a state. One seed makes two states that are not the same.
        let ids = request_ids.map_or_else(|| [random(), random()], |seed| [seed, !seed]);
        let hash_seed = random();
        let directory = Directory::with_hash_seed(hash_seed);
        Self { directory, snapshots: BTreeMap::new(), lag, former: VecDeque::new(), ids, hash_seed }
    }

    /// The id of one more request.
    pub(crate) fn next_request_id(&mut self) -> u128 {
        let [high, low] = self.ids.each_mut().map(split_mix);
        u128::from(high) << 64 | u128::from(low)
    }

    /// The directory as a read of this tenant sees it, where that is not as it stands.
    pub(crate) fn stale(&mut self, reader: Option<TenantId>, now: Timestamp) -> Option<Directory> {
        self.former.retain(|former| match former.until {
            Until::Time(end) => now < end,
            Until::Reads(reads, _) => reads > 0,
        });
        let is_for_it = |former: &&mut Former| match former.until {
            Until::Time(_) => true,
            Until::Reads(_, tenant) => tenant.is_none() || tenant == reader,
        };
        // The oldest: a read that does not see a write sees none that came after it.
        let seen = self.former.iter_mut().find(is_for_it)?;
        if let Until::Reads(reads, _) = &mut seen.until {
            *reads = reads.saturating_sub(1);
        }
        Some(seen.directory.clone())
    }

    /// Shows reads what a write has made of the directory.
    pub(crate) fn publish(&mut self, directory: Directory, before: &Directory, visible: Visible, now: Timestamp) {
        self.directory = directory;
        let until = match visible {
            // Who sees this write sees all that came before it.
            Visible::AtOnce => return self.former.clear(),
            Visible::AfterReads(reads, tenant) => Until::Reads(reads, tenant),
            Visible::AsUsual if self.lag.is_zero() => return,
            // A lag beyond the end of time is as good as none.
            Visible::AsUsual => match now.checked_add(self.lag) {
                Some(end) => Until::Time(end),
                None => return,
            },
        };
        // Rather is a write seen too early than that memory grows with every write of an hour's lag.
        if self.former.len() >= FORMER_MAX {
            self.former.pop_front();
        }
        self.former.push_back(Former { directory: before.clone(), until });
    }

    /// Another directory, which every read sees from now on. Gives the former one, to be freed where nobody waits.
    pub(crate) fn replace(&mut self, directory: Directory) -> Directory {
        self.former.clear();
        core::mem::replace(&mut self.directory, directory)
    }

    /// The directory of a document.
    pub(crate) fn read(&self, document: DirectoryDocument) -> io::Result<Directory> {
        let invalid = |error: DirectoryViolations| io::Error::new(io::ErrorKind::InvalidData, error.to_string());
        Directory::from_document(document, self.hash_seed).map_err(invalid)
    }

    pub(crate) const fn hash_seed(&self) -> u64 {
        self.hash_seed
    }
}

/// The directory of a document, or why it is none: what is wrong with the text, or every violation.
pub(crate) fn directory(
    document: &[u8],
    hash_seed: u64,
) -> Result<Directory, Result<DirectoryViolations, serde_json::Error>> {
    let document: DirectoryDocument = serde_json::from_slice(document).map_err(Err)?;
    Directory::from_document(document, hash_seed).map_err(Ok)
}

/// As random as the standard library's hash maps are.
fn random() -> u64 {
    RandomState::new().hash_one(0)
}

/// Steele, Lea and Flood's generator: each state once in 2⁶⁴.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ *state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}
