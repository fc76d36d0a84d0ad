//! What has come of a request: its response, and what a log of the directory needs.

use alloc::vec::Vec;

use http::Response;

use crate::{DirectoryCommand, Refusal, directory::DirectoryEvent};

/// What has come of a request.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The response to send.
    pub response: Response<Vec<u8>>,
    /// What the request has changed, in order: empty where it only reads, or is refused. Whoever keeps a log of the
    /// directory appends these before the response is sent; [`Directory::evolve`](crate::Directory::evolve) lets them happen again.
    pub events: Vec<DirectoryEvent>,
    /// What the request has asked of the engine, in order, accepted or refused: empty where it only reads, or was refused
    /// for how it was written. The same commands, applied to the same directory, lead to the same state.
    pub decisions: Vec<Decision>,
}

/// A command that a request was read as, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// The command.
    pub command: DirectoryCommand,
    /// Why it was refused; `None` where it was accepted.
    pub refusal: Option<Refusal>,
    /// How many of [`Outcome::events`] it has caused: 0 where it changed nothing.
    pub events_count: usize,
}
