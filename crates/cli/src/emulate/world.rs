//! The one thing that requests share: the directory, its snapshots, and how far reads lag behind.

use alloc::collections::{BTreeMap, VecDeque};
use core::{hash::BuildHasher, time::Duration};
use std::{hash::RandomState, time::Instant};

use connector_groups::{
    Directory,
    document::{DirectoryDocument, DirectoryViolations},
};

use crate::{
    input,
    line::{self, Outcome},
};

/// Of these, the oldest goes when one more comes.
const FORMER_MAX: usize = 4096;

pub(crate) struct World {
    pub(crate) directory: Directory,
    pub(crate) snapshots: BTreeMap<String, Directory>,
    lag: Duration,
    /// What the directory was before each write that reads do not see yet.
    former: VecDeque<(Instant, Directory)>,
    ids: [u64; 2],
}

/// How the lines of a replay went.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Replayed {
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
    pub(crate) invalid: u64,
}

impl World {
    pub(crate) fn new(lag: Duration, request_ids: Option<u64>) -> Self {
        let ids = request_ids.map_or_else(|| [random(), random()], |seed| [seed, !seed]);
        let directory = Directory::with_hash_seed(random());
        Self { directory, snapshots: BTreeMap::new(), lag, former: VecDeque::new(), ids }
    }

    /// The id of one more request.
    pub(crate) fn next_request_id(&mut self) -> u128 {
        let [high, low] = self.ids.each_mut().map(split_mix);
        u128::from(high) << 64 | u128::from(low)
    }

    /// The directory as reads see it, where that is not as it stands.
    pub(crate) fn stale(&mut self) -> Option<Directory> {
        while self.former.front().is_some_and(|(written, _)| written.elapsed() >= self.lag) {
            self.former.pop_front();
        }
        self.former.front().map(|(_, directory)| directory.clone())
    }

    /// Keeps what the directory is before a write, for reads that lag.
    pub(crate) fn before_write(&mut self) {
        if !self.lag.is_zero() {
            if self.former.len() >= FORMER_MAX {
                self.former.pop_front();
            }
            self.former.push_back((Instant::now(), self.directory.clone()));
        }
    }

    /// Another directory, which every read sees from now on.
    pub(crate) fn replace(&mut self, directory: Directory) {
        self.directory = directory;
        self.former.clear();
    }

    /// Applies lines of the replay format, whose effects every read sees from now on. What came of each is given away with its
    /// number and the directory that it has left.
    pub(crate) fn replay(&mut self, lines: &[u8], mut came: impl FnMut(u64, &Directory, Outcome)) -> Replayed {
        let mut replayed = Replayed::default();
        for (line, number) in input::without_mark(lines).split(|byte| *byte == b'\n').zip(1..) {
            if line.trim_ascii().is_empty() {
                continue;
            }
            let outcome = line::apply(&mut self.directory, line);
            let count = match outcome {
                Outcome::Applied(_, Ok(_)) => &mut replayed.accepted,
                Outcome::Applied(_, Err(_)) => &mut replayed.refused,
                Outcome::Invalid(_) => &mut replayed.invalid,
            };
            *count = count.saturating_add(1);
            came(number, &self.directory, outcome);
        }
        self.former.clear();
        replayed
    }
}

/// The directory of a document, or why it is none: what is wrong with the text, or every violation.
pub(crate) fn directory(document: &[u8]) -> Result<Directory, Result<DirectoryViolations, serde_json::Error>> {
    let document: DirectoryDocument = serde_json::from_slice(document).map_err(Err)?;
    Directory::from_document(document, random()).map_err(Ok)
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
