//! What a run asks to be done, and what it is told.

use core::time::Duration;

use super::{
    record::Record,
    service::{Read, Seen, Sent},
};
use crate::work::Request;

/// What is to be done next.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    Read(Vec<Read>),
    /// Requests that may be sent in one `$batch`, with ids as the service knows them.
    Send(Vec<Request>),
    Wait(Duration, String),
    /// To the journal, and to disk, before anything else.
    Write(Record),
    End(End),
}

/// What came of it. Each action has one answer.
#[derive(Debug, Clone)]
pub(crate) enum Happened {
    /// Nothing yet: the first call.
    Began,
    Read(Vec<Seen>),
    Sent(Vec<Sent>),
    Waited,
    Written,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    Applied,
    RolledBack,
    /// The journal is whole: the run can go on or go back.
    Stopped(String),
}
