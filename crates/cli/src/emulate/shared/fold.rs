//! The log folded into a new document, while requests go on.
//!
//! A document of a large directory takes its time. It is written in pieces, each in a transaction of its own, so that a write
//! waits for one piece at most; one more transaction then makes it the document that counts, and the entries that it holds are
//! deleted afterwards. A kill in between leaves the former document with the whole log, or the new one with what is left of it.

use alloc::sync::Arc;
use std::io;

use connector_groups::Directory;
use redb::{Database, Durability, ReadableTable, Table};

use super::tables::{DIRECTORY, DOCUMENTS, Head, LOG, PIECES, length};

/// So much is written at once. A write waits so long as this takes.
const PIECE_BYTES: usize = 1024 * 1024;
/// So many entries of the log, or pieces, are deleted at once.
const DELETED_AT_ONCE: usize = 1_000;

/// What is to be folded: the directory as it is behind all entries of the log before `log_to`.
pub(super) struct Fold {
    pub(super) database: Arc<Database>,
    pub(super) generation: u64,
    pub(super) directory: Directory,
    pub(super) log_to: u64,
    pub(super) log_bytes: u64,
}

/// What has become of the log.
pub(super) struct Folded {
    pub(super) log_from: u64,
    /// So many bytes of it are in the document now.
    pub(super) log_bytes: u64,
    pub(super) document_bytes: u64,
}

impl Fold {
    /// `None` where another document has come meanwhile.
    pub(super) fn run(self) -> io::Result<Option<Folded>> {
        // In this order: wherever a kill comes, one whole document counts, with all entries behind it.
        let bytes = self.write_pieces(PIECE_BYTES)?;
        let folded = self.switch(bytes).map_err(io::Error::other)?;
        self.delete(folded.is_some()).map_err(io::Error::other)?;
        Ok(folded)
    }

    /// Writes the document beside the one that counts. How many bytes it has.
    pub(super) fn write_pieces(&self, piece_bytes: usize) -> io::Result<u64> {
        let mut pieces = Pieces { fold: self, piece: Vec::new(), piece_bytes, count: 0, bytes: 0 };
        serde_json::to_writer(&mut pieces, &self.directory)?;
        pieces.put()?;
        Ok(pieces.bytes)
    }

    /// Makes it the document that counts, unless there is a later one.
    pub(super) fn switch(&self, document_bytes: u64) -> Result<Option<Folded>, redb::Error> {
        let transaction = self.database.begin_write()?;
        let mut documents = transaction.open_table(DOCUMENTS)?;
        // In the transaction that switches: whoever replaces the directory is before it, and is seen here, or behind it.
        let present = documents.get(DIRECTORY)?.map(|text| Head::read(text.value())).transpose();
        if present.map_err(redb::Error::Io)?.is_some_and(|head| head.generation > self.generation) {
            return Ok(None);
        }
        let head = Head { generation: self.generation, log_from: self.log_to };
        documents.insert(DIRECTORY, &*head.text())?;
        drop(documents);
        // The pieces become durable with it, as they came before.
        transaction.commit()?;
        Ok(Some(Folded { log_from: self.log_to, log_bytes: self.log_bytes, document_bytes }))
    }

    /// Deletes what the document stands for, or what was written of it where it does not count.
    fn delete(&self, counts: bool) -> Result<(), redb::Error> {
        loop {
            let transaction = self.short()?;
            let deleted;
            {
                let mut pieces = transaction.open_table(PIECES)?;
                let until = if counts { self.generation } else { self.generation.saturating_add(1) };
                let mut old = Vec::new();
                // Pieces are long, so that a few of them are enough for one transaction.
                for piece in pieces.range(..(until, 0))?.take(16) {
                    old.push(piece?.0.value());
                }
                for key in &old {
                    pieces.remove(key)?;
                }
                let mut log = transaction.open_table(LOG)?;
                let mut entries = Vec::new();
                if counts {
                    for entry in log.range(..self.log_to)?.take(DELETED_AT_ONCE) {
                        entries.push(entry?.0.value());
                    }
                }
                for number in &entries {
                    log.remove(number)?;
                }
                deleted = old.len().saturating_add(entries.len());
            }
            transaction.commit()?;
            if deleted == 0 {
                return Ok(());
            }
        }
    }

    /// A transaction that need not be durable by itself: without it, there is more to read or to delete at the next start.
    fn short(&self) -> Result<redb::WriteTransaction, redb::Error> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_durability(Durability::None)?;
        Ok(transaction)
    }
}

/// Takes a text, and writes it piece by piece.
pub(super) struct Pieces<'a> {
    fold: &'a Fold,
    piece: Vec<u8>,
    piece_bytes: usize,
    count: u64,
    bytes: u64,
}

impl Pieces<'_> {
    /// Writes a whole text within one transaction.
    pub(super) fn write_all(
        table: &mut Table<'_, (u64, u64), &'static [u8]>,
        generation: u64,
        text: &[u8],
    ) -> Result<(), redb::Error> {
        for (piece, place) in text.chunks(PIECE_BYTES).zip(0..) {
            table.insert((generation, place), piece)?;
        }
        Ok(())
    }

    fn put(&mut self) -> io::Result<()> {
        let put = || -> Result<(), redb::Error> {
            let transaction = self.fold.short()?;
            transaction.open_table(PIECES)?.insert((self.fold.generation, self.count), &*self.piece)?;
            transaction.commit()?;
            Ok(())
        };
        put().map_err(io::Error::other)?;
        self.count = self.count.saturating_add(1);
        self.bytes = self.bytes.saturating_add(length(&self.piece));
        self.piece.clear();
        Ok(())
    }
}

impl io::Write for Pieces<'_> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(text);
        if self.piece.len() >= self.piece_bytes {
            self.put()?;
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
