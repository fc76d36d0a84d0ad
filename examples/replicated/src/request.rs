//! What goes through the log, and what comes back.

use std::{io::Cursor, sync::Arc};

use connector_groups::{DirectoryCommand, DirectoryEvent, Refusal};
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

/// A command with the name that its client gave it: whoever hears no answer sends the same again, to any node, and it is
/// done once all the same. A client has one request under way at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) client: u64,
    /// Counts the client's requests, from 1.
    pub(crate) number: u64,
    pub(crate) command: Arc<DirectoryCommand>,
}

/// Both are answers: what is refused is refused on every node, and is in the log.
pub(crate) type Answer = Result<Vec<DirectoryEvent>, Refusal>;
