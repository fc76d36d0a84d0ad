//! What goes through the log, and what comes back.

use std::{io::Cursor, sync::Arc};

use connector_groups::{directory::DirectoryEvent, DirectoryCommand, Refusal};
use openraft::impls::OneshotResponder;
use serde::{Deserialize, Serialize};

use crate::runtime::Seeded;

pub(crate) type NodeId = u64;
pub(crate) type LogId = openraft::LogId<NodeId>;
pub(crate) type Entry = openraft::Entry<Replication>;
pub(crate) type Raft = openraft::Raft<Replication>;

openraft::declare_raft_types!(
    /// The engine under Raft.
    pub(crate) Replication:
        D = Request,
        R = Option<Arc<Answer>>,
        NodeId = NodeId,
        Node = (),
        Entry = Entry,
        SnapshotData = Cursor<Vec<u8>>,
        Responder = OneshotResponder<Self>,
        AsyncRuntime = Seeded,
);

/// Commands with the name that their client gave them: whoever hears no answer sends the same again, to any node, and it is
/// done once all the same. A client has one request under way at a time, and puts into it what has come up meanwhile: an
/// entry costs what it costs, whatever is in it. Unlike in a transaction, each command is accepted or refused by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) client: u64,
    /// Counts the client's requests, from 1.
    pub(crate) number: u64,
    pub(crate) commands: Arc<[DirectoryCommand]>,
}

/// One for each command. What is refused is refused on every node, and is in the log like all else.
pub(crate) type Answer = Vec<Result<Vec<DirectoryEvent>, Refusal>>;
