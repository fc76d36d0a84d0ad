//! Which part answers a call: reads go to the reader, changes to groups or applications.

use alloc::vec::Vec;

use http::Method;

use super::{
    application,
    call::Call,
    engine::{enabled, tenant},
    error::{Code, Error},
    group,
    options::Context,
    permission, reader,
    reply::Reply,
    route::{self, List, Target, Version},
    session::Session,
};
use crate::Directory;

/// What a call's path names, where that has the call's method.
pub(super) fn routed(call: &Call<'_>) -> Result<(Version, Target), Error> {
    let (version, target) = route::target(&call.path)?;
    let methods = target.methods();
    if methods.contains(&call.method) {
        return Ok((version, target));
    }
    // What can be read can be read without its body.
    let names = methods.iter().flat_map(|method| match *method {
        Method::GET => &["GET", "HEAD"][..],
        Method::POST => &["POST"],
        Method::PUT => &["PUT"],
        Method::PATCH => &["PATCH"],
        Method::DELETE => &["DELETE"],
        _ => &[],
    });
    let allow = names.copied().collect::<Vec<_>>().join(", ");
    let text = alloc::format!("The method {} is not allowed here.", call.method);
    Err(Error { allow: Some(allow), ..Error::new(Code::MethodNotAllowed, &text) })
}

pub(super) fn get(
    directory: &Directory,
    call: &Call<'_>,
    version: Version,
    target: &Target,
    context: &Context,
) -> Result<Reply, Error> {
    permission::check(context.caller.as_ref(), call, target)?;
    let stale = context.stale.as_ref().and_then(|stale| stale.tenant(call.tenant));
    let tenant = tenant(directory, call)?;
    let tenant = stale.unwrap_or(tenant);
    if target.is_of_application_proxy() {
        enabled(tenant, call)?;
    }
    reader::answer(tenant, call, version, target)
}

/// Answers one call that is no batch.
pub(super) fn one(
    directory: &mut Directory,
    call: &Call<'_>,
    version: Version,
    target: &Target,
    session: &mut Session<'_>,
) -> Result<Reply, Error> {
    if call.method == Method::GET {
        return get(directory, call, version, target, session.context);
    }
    permission::check(session.context.caller.as_ref(), call, target)?;
    if target.is_of_application_proxy() {
        enabled(tenant(directory, call)?, call)?;
    }
    match target {
        Target::Item(List::Applications, _)
        | Target::List(List::Applications)
        | Target::Instantiate(_)
        | Target::Publishing(_)
        | Target::ApplicationGroupReference(_) => application::answer(directory, call, version, target, session),
        _ => group::answer(directory, call, version, target, session),
    }
}
