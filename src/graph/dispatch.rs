//! Which part answers a call: reads go to the reader, changes to groups or applications.

use alloc::vec::Vec;

use http::Method;

use super::{
    application,
    call::Call,
    engine::{Writer, enabled, tenant},
    error::{Code, Error},
    group,
    kept::Relation,
    options::Context,
    permission, principal_changes, profile,
    query::Query,
    reader,
    reply::Reply,
    route::{List, Target, Version},
    segment,
};
use crate::Directory;

/// What a call's path names, where that has the call's method. It was found before the call was, as `$metadata` needs none.
pub(super) fn routed(call: &Call<'_>, target: Result<(Version, Target), Error>) -> Result<(Version, Target), Error> {
    let (version, target) = target?;
    // One table answers both whether a method is there and what `Allow` lists, so the two cannot differ.
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
    let text = "Specified HTTP method is not allowed for the request target.";
    Err(Error { allow: Some(allow), ..Error::new(Code::MethodNotAllowed, text) })
}

pub(super) fn get(
    directory: &Directory,
    call: &Call<'_>,
    version: Version,
    target: &Target,
    context: &Context,
) -> Result<Reply, Error> {
    // Before any look at the tenant: whoever may not read must not learn from a 404 whether a thing is there.
    permission::check(context.caller.as_ref(), call, target)?;
    let stale = context.stale.as_ref().and_then(|stale| stale.tenant(call.tenant));
    let tenant = tenant(directory, call)?;
    // A tenant that was made since is in no snapshot, and reads as it stands: a lag hides changes, not tenants.
    let tenant = stale.unwrap_or(tenant);
    if target.is_of_application_proxy() {
        enabled(tenant, call)?;
    }
    reader::answer(tenant, call, version, target)
}

/// Answers one call that is no batch.
pub(super) fn one(writer: &mut Writer<'_, '_>, target: &Target) -> Result<Reply, Error> {
    let call = writer.call;
    if call.method == Method::GET {
        return get(writer.directory, call, writer.version, target, writer.session.context);
    }
    permission::check(writer.session.context.caller.as_ref(), call, target)?;
    if target.is_of_application_proxy() {
        enabled(writer.tenant()?, call)?;
    }
    match target {
        Target::Item(List::Profiles, _) => profile::update(writer),
        Target::List(List::ServicePrincipals) => principal_changes::create(writer, None),
        Target::Item(List::ServicePrincipals, key) => principal_changes::change(writer, key),
        Target::List(List::Segments(key)) => segment::create(writer, key),
        Target::Item(List::Segments(key), id) => segment::change(writer, key, id),
        Target::List(List::Kept(holder, name)) => Relation { writer, holder, name }.assign(),
        Target::References(List::Kept(holder, name)) => Relation { writer, holder, name }.reference(),
        Target::Item(List::Kept(holder, name), key) => {
            Query::none(call)?;
            Relation { writer, holder, name }.remove(key.as_str())
        }
        Target::Reference(List::Kept(holder, name), id) => {
            Query::none(call)?;
            Relation { writer, holder, name }.remove(id)
        }
        Target::Item(List::Applications, _)
        | Target::List(List::Applications)
        | Target::Instantiate(_)
        | Target::Publishing(_)
        | Target::ApplicationGroupReference(_) => application::answer(writer, target),
        _ => group::answer(writer, target),
    }
}
