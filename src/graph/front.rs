//! From a request to its response: the way that every request takes.

use alloc::vec::Vec;

use http::{Method, Response};

use super::{
    batch,
    call::Incoming,
    dispatch,
    engine::Writer,
    error::Error,
    metadata,
    options::{Context, Options},
    outcome::Outcome,
    reply::Reply,
    route::{self, Target, Version},
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
    let call = incoming.call(directory, options);
    let target = route::target(incoming.uri.path(), call.as_ref().ok().map(|call| call.tenant));
    if let Some(reply) = metadata(incoming, &target) {
        return Outcome { response: session.response(Ok(reply)), events: Vec::new(), decisions: Vec::new() };
    }
    let result = call.and_then(|call| match dispatch::routed(&call, target)? {
        (_, Target::Batch) => batch::answer(directory, &call, &mut session),
        (version, target) => {
            dispatch::one(&mut Writer { directory, call: &call, version, session: &mut session }, &target)
        }
    });
    let response = session.response(result);
    // Also where the answer is an error: a batch answers one for a part and has let others happen.
    let (events, decisions) = session.into_record();
    Outcome { response, events, decisions }
}

/// The document of what is served is the same for all, so that it needs no token, as with Graph.
fn metadata(incoming: &Incoming<'_>, target: &Result<(Version, Target), Error>) -> Option<Reply> {
    let is_read = [Method::GET, Method::HEAD].contains(incoming.method);
    match target {
        Ok((version, Target::Metadata)) if is_read => Some(metadata::document(*version)),
        _ => None,
    }
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
    let call = incoming.call(directory, options);
    let target = route::target(incoming.uri.path(), call.as_ref().ok().map(|call| call.tenant));
    if let Some(reply) = metadata(incoming, &target) {
        return Some(session.response(Ok(reply)));
    }
    let result = call.and_then(|call| {
        let (version, target) = dispatch::routed(&call, target)?;
        dispatch::get(directory, &call, version, &target, context)
    });
    Some(session.response(result))
}
