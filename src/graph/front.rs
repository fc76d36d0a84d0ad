//! From a request to its response: the way that every request takes.

use alloc::vec::Vec;

use http::{Method, Response};

use super::{
    batch,
    call::Incoming,
    dispatch, metadata,
    options::{Context, Options},
    reply::Reply,
    route::{self, Target},
    session::Session,
};
use crate::{Directory, DirectoryCommand, Refusal, directory::DirectoryEvent};

/// What has come of a request.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The response to send.
    pub response: Response<Vec<u8>>,
    /// What the request has changed, in order: empty where it only reads, or is refused. Whoever keeps a log of the
    /// directory appends these before the response is sent; [`Directory::evolve`] lets them happen again.
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

pub(super) fn respond(
    directory: &mut Directory,
    incoming: &Incoming<'_>,
    context: &Context,
    options: &Options,
) -> Outcome {
    let mut session = Session::new(incoming, context);
    if let Some(reply) = metadata(incoming) {
        return Outcome { response: session.response(Ok(reply)), events: Vec::new(), decisions: Vec::new() };
    }
    let result = incoming.call(directory, options).and_then(|call| match dispatch::routed(&call)? {
        (_, Target::Batch) => batch::answer(directory, &call, &mut session),
        (version, target) => dispatch::one(directory, &call, version, &target, &mut session),
    });
    let response = session.response(result);
    let (events, decisions) = session.into_record();
    Outcome { response, events, decisions }
}

/// The document of what is served is the same for all, so that it needs no token, as with Graph.
fn metadata(incoming: &Incoming<'_>) -> Option<Reply> {
    let is_read = [Method::GET, Method::HEAD].contains(incoming.method);
    let (version, target) = route::target(incoming.uri.path()).ok().filter(|_| is_read)?;
    (target == Target::Metadata).then(|| metadata::document(version))
}

pub(super) fn read(
    directory: &Directory,
    incoming: &Incoming<'_>,
    context: &Context,
    options: &Options,
) -> Option<Response<Vec<u8>>> {
    if ![Method::GET, Method::HEAD].contains(incoming.method) {
        return None;
    }
    let session = Session::new(incoming, context);
    if let Some(reply) = metadata(incoming) {
        return Some(session.response(Ok(reply)));
    }
    let result = incoming.call(directory, options).and_then(|call| {
        let (version, target) = dispatch::routed(&call)?;
        dispatch::get(directory, &call, version, &target, context)
    });
    Some(session.response(result))
}
