//! From a request to its response: the way that every request takes.

use alloc::vec::Vec;

use http::{Method, Response};

use super::{
    batch,
    call::Incoming,
    dispatch, metadata,
    options::{Context, Options},
    outcome::Outcome,
    reply::Reply,
    route::{self, Target},
    session::Session,
};
use crate::Directory;

pub(super) fn respond(
    directory: &mut Directory,
    incoming: &Incoming<'_>,
    context: &Context,
    options: &Options,
) -> Outcome {
    // The session is made before anything can fail: an error, too, tells the request's id and time.
    let mut session = Session::new(incoming, context);
    if let Some(reply) = metadata(incoming) {
        return Outcome { response: session.response(Ok(reply)), events: Vec::new(), decisions: Vec::new() };
    }
    let result = incoming.call(directory, options).and_then(|call| match dispatch::routed(&call)? {
        (_, Target::Batch) => batch::answer(directory, &call, &mut session),
        (version, target) => dispatch::one(directory, &call, version, &target, &mut session),
    });
    let response = session.response(result);
    // Also where the answer is an error: a batch answers one for a part and has let others happen.
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
