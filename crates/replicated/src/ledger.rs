//! What nodes and clients saw, written down outside of them, and what must be true of it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use connector_groups::{Directory, DirectoryCommand};
use openraft::EntryPayload;

use crate::request::{Answer, Entry, LogId, NodeId, Request};

#[derive(Default)]
pub(crate) struct Ledger(Mutex<Book>);

#[derive(Default)]
struct Book {
    /// By index, as the first node that applied it did.
    committed: BTreeMap<u64, Entry>,
    acknowledged: Vec<Acknowledged>,
    installed: BTreeMap<NodeId, u64>,
    faults: Vec<String>,
}

/// What a client heard.
#[derive(Debug, Clone)]
pub(crate) struct Acknowledged {
    pub(crate) request: Request,
    pub(crate) answer: Arc<Answer>,
    /// The last index that any client had heard of when this one first asked: what it asked comes behind.
    pub(crate) behind: Option<u64>,
    pub(crate) at: u64,
}

/// What a sound book says.
pub(crate) struct Account {
    pub(crate) directory: Directory,
    pub(crate) acknowledged: u64,
    /// Requests that stand in the log twice, and were done once.
    pub(crate) repeated: u64,
}

impl Ledger {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A node applies an entry: the same that every other applies at this index.
    pub(crate) fn applied(&self, node: NodeId, entry: &Entry) {
        let mut book = self.book();
        // The first node to apply an index defines it; any other entry there is a fault, whichever of the
        // two nodes is wrong.
        let known = book.committed.entry(entry.log_id.index).or_insert_with(|| entry.clone());
        if known != entry {
            let fault = format!("node {node} applies {entry}, where another has applied {known}");
            book.faults.push(fault);
        }
    }

    pub(crate) fn installed(&self, node: NodeId) {
        let mut book = self.book();
        let installed = book.installed.entry(node).or_default();
        *installed = installed.saturating_add(1);
    }

    /// How many snapshots the node has taken over from a leader.
    pub(crate) fn snapshots(&self, node: NodeId) -> u64 {
        self.book().installed.get(&node).copied().unwrap_or(0)
    }

    pub(crate) fn acknowledged(&self, acknowledged: Acknowledged) {
        self.book().acknowledged.push(acknowledged);
    }

    /// The last index that a client has heard of.
    pub(crate) fn heard(&self) -> Option<u64> {
        self.book().acknowledged.iter().map(|acknowledged| acknowledged.at).max()
    }

    pub(crate) fn fault(&self, fault: String) {
        self.book().faults.push(fault);
    }

    /// An entry that a node has in its log, committed: the one that was applied.
    pub(crate) fn compare(&self, node: NodeId, entry: &Entry) {
        let mut book = self.book();
        if book.committed.get(&entry.log_id.index) != Some(entry) {
            book.faults.push(format!("node {node} has {entry} on its disk, which is not what was applied"));
        }
    }

    /// Does the log's requests once more on a fresh directory, each the first time that it comes up.
    ///
    /// Nothing here asks a node: that the first copy of a request counts, that a client's requests stand in order, and that
    /// what was heard is what the log says are judged from the entries alone.
    pub(crate) fn account(&self, last: Option<LogId>) -> Result<Account, Vec<String>> {
        let mut book = self.book();
        let (mut directory, mut repeated) = (Directory::default(), 0_u64);
        let mut done: BTreeMap<(u64, u64), (u64, Answer)> = BTreeMap::new();
        let mut numbers: BTreeMap<u64, u64> = BTreeMap::new();
        let mut faults = std::mem::take(&mut book.faults);
        for (expected, (index, entry)) in (0..).zip(&book.committed) {
            if expected != *index {
                faults.push(format!("no node has applied index {expected}"));
                break;
            }
            let EntryPayload::Normal(request) = &entry.payload else { continue };
            // A retry that came into the log twice: only its first copy may have had an effect.
            if done.contains_key(&(request.client, request.number)) {
                repeated = repeated.saturating_add(1);
                continue;
            }
            let before = numbers.insert(request.client, request.number).unwrap_or(0);
            // A client sends one request at a time, so its requests must be in the log in order and without
            // a gap.
            if before.checked_add(1) != Some(request.number) {
                faults.push(format!("client {}: request {} follows {before}", request.client, request.number));
            }
            let answer = request.commands.iter().map(|command| directory.apply(command)).collect();
            done.insert((request.client, request.number), (*index, answer));
        }
        if book.committed.last_key_value().map(|(_, entry)| entry.log_id) != last {
            faults.push(format!("the nodes end at {last:?}, the log does not"));
        }
        for Acknowledged { request, answer, behind, at } in &book.acknowledged {
            let commands: Vec<&str> = request.commands.iter().map(DirectoryCommand::name).collect();
            let name = format!("client {}: request {}, {}", request.client, request.number, commands.join(" and "));
            match done.get(&(request.client, request.number)) {
                None => faults.push(format!("{name}, was acknowledged at {at} and is lost")),
                Some((_, done)) if *done != **answer => faults.push(format!("{name}, was answered otherwise")),
                Some((index, _)) if Some(*index) <= *behind => faults.push(format!("{name}, came too early")),
                Some((index, _)) if index > at => faults.push(format!("{name}, was acknowledged before it was done")),
                Some(_) => {}
            }
        }
        // The other direction: no request is done that no client was told of, as every client asks until it
        // is answered.
        if book.acknowledged.len() != done.len() {
            faults.push(format!("{} requests done, {} acknowledged", done.len(), book.acknowledged.len()));
        }
        let acknowledged = book.acknowledged.len().try_into().unwrap_or(u64::MAX);
        if faults.is_empty() { Ok(Account { directory, acknowledged, repeated }) } else { Err(faults) }
    }
}
