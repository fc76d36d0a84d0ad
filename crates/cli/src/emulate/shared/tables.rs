//! The tables of the database, and what says which of their entries count.

use std::io;

use redb::TableDefinition;
use serde::{Deserialize, Serialize};

/// What happened since the document, by number.
pub(super) const LOG: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("log");
/// Snapshots, each whole, and the head of the directory's document.
pub(super) const DOCUMENTS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("documents");
/// The text of the directory's document, by its generation and the place of the piece.
pub(super) const PIECES: TableDefinition<'_, (u64, u64), &[u8]> = TableDefinition::new("pieces");
/// The key of the [`Head`].
pub(super) const DIRECTORY: &str = "directory";

/// Which document counts, and which entry of the log is the first that it does not hold.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Head {
    pub(super) generation: u64,
    pub(super) log_from: u64,
}

impl Head {
    pub(super) fn read(text: &[u8]) -> io::Result<Self> {
        serde_json::from_slice(text).map_err(|error| {
            let text = format!("this is not a folder of this version of the emulator: {error}");
            io::Error::new(io::ErrorKind::InvalidData, text)
        })
    }

    pub(super) fn text(self) -> Vec<u8> {
        // Two numbers can be written.
        serde_json::to_vec(&self).unwrap_or_default()
    }
}

pub(super) fn length(text: &[u8]) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}
