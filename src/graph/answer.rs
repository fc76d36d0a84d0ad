//! From a request to its response: the way that every request takes.

use alloc::{string::String, vec::Vec};

use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use serde::Serialize;
use serde_json::json;

use super::{
    Context, Options, application, batch,
    call::{Call, Incoming},
    error::{Code, Error},
    group, permission, reader,
    route::{self, List, Target, Version},
};
use crate::{AppId, ApplicationId, Command, ConnectorGroupId, Directory, DirectoryCommand, Tenant, ids::AnyId};

/// What a request is answered with.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Body,
    pub(super) headers: Vec<(HeaderName, String)>,
}

#[derive(Debug)]
pub(super) enum Body {
    Empty,
    Text(String),
    /// JSON as it is written.
    Json(Vec<u8>),
}

impl Reply {
    pub(super) const fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: Body::Empty, headers: Vec::new() }
    }

    pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Self {
        // What cannot fail to be written has no answer for it: all of it is text, numbers, lists and objects.
        let body = Body::Json(serde_json::to_vec(body).unwrap_or_default());
        Self { status, body, headers: Vec::new() }
    }

    pub(super) fn ok(body: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, body)
    }
}

/// What a request has beside itself: time, ids, and the ids that follow from them.
pub(super) struct Session<'a> {
    pub(super) context: &'a Context,
    client_request_id: Option<&'a str>,
    ids_given: u64,
}

impl<'a> Session<'a> {
    fn new(incoming: &Incoming<'a>, context: &'a Context) -> Self {
        Self { context, client_request_id: incoming.client_request_id(), ids_given: 0 }
    }

    /// The next id for a new thing: it follows from the request's id, and looks like a random GUID (RFC 9562, version 4).
    fn next_id(&mut self) -> u128 {
        self.ids_given = self.ids_given.saturating_add(1);
        let low = u64::try_from(self.context.request_id & u128::from(u64::MAX)).unwrap_or(0);
        let high = u64::try_from(self.context.request_id >> 64).unwrap_or(0);
        let first = mixed(low ^ mixed(high ^ mixed(self.ids_given)));
        let second = mixed(high ^ mixed(low ^ first));
        let bits = (u128::from(first) << 64) | u128::from(second);
        let (version, variant) = (0x4_u128 << 76, 0x8_u128 << 60);
        (bits & !(0xf_u128 << 76) & !(0xc_u128 << 60)) | version | variant
    }

    pub(super) fn next_group_id(&mut self) -> ConnectorGroupId {
        ConnectorGroupId::from_u128(self.next_id())
    }

    pub(super) fn next_application_ids(&mut self) -> (ApplicationId, AppId) {
        (ApplicationId::from_u128(self.next_id()), AppId::from_u128(self.next_id()))
    }

    pub(super) fn next_any_id(&mut self) -> AnyId {
        AnyId::from_u128(self.next_id())
    }

    /// What a result is on the wire.
    pub(super) fn reply(&self, result: Result<Reply, Error>) -> Reply {
        result.unwrap_or_else(|error| {
            let request_id = self.request_id();
            let client_request_id = self.client_request_id.unwrap_or(&request_id);
            let body = json!({"error": {
                "code": error.code.as_str(),
                "message": error.message,
                "innerError": {
                    "date": alloc::format!("{}", self.context.now),
                    "request-id": request_id,
                    "client-request-id": client_request_id,
                },
            }});
            let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut reply = Reply::json(status, &body);
            reply.headers.extend(error.allow.map(|methods| (header::ALLOW, methods)));
            if error.code == Code::InvalidToken {
                reply.headers.push((header::WWW_AUTHENTICATE, "Bearer realm=\"\"".into()));
            }
            reply
        })
    }

    fn request_id(&self) -> String {
        alloc::format!("{}", AnyId::from_u128(self.context.request_id))
    }

    fn response(&self, result: Result<Reply, Error>) -> Response<Vec<u8>> {
        let reply = self.reply(result);
        let (media_type, body) = match reply.body {
            Body::Empty => (None, Vec::new()),
            Body::Text(text) => (Some("text/plain"), text.into_bytes()),
            Body::Json(json) => (Some("application/json"), json),
        };
        let mut response = Response::new(body);
        *response.status_mut() = reply.status;
        let headers = response.headers_mut();
        headers.extend(media_type.map(|text| (header::CONTENT_TYPE, HeaderValue::from_static(text))));
        let ids = [("request-id", self.request_id()), ("odata-version", "4.0".into())]
            .map(|(name, value)| (HeaderName::from_static(name), value));
        let echo = self.client_request_id.map(|id| (HeaderName::from_static("client-request-id"), id.into()));
        for (name, value) in ids.into_iter().chain(echo).chain(reply.headers) {
            headers.extend(HeaderValue::from_str(&value).ok().map(|value| (name, value)));
        }
        response
    }
}

/// Spreads every bit over all (the finaliser of `SplitMix64`).
const fn mixed(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

pub(super) fn respond(
    directory: &mut Directory,
    incoming: &Incoming<'_>,
    context: &Context,
    options: &Options,
) -> Response<Vec<u8>> {
    let mut session = Session::new(incoming, context);
    let result = incoming.call(directory, options).and_then(|call| match routed(&call)? {
        (_, Target::Batch) => batch::answer(directory, &call, &mut session),
        (version, target) => one(directory, &call, version, &target, &mut session),
    });
    session.response(result)
}

pub(super) fn read(
    directory: &Directory,
    incoming: &Incoming<'_>,
    context: &Context,
    options: &Options,
) -> Option<Response<Vec<u8>>> {
    if incoming.method != Method::GET {
        return None;
    }
    let session = Session::new(incoming, context);
    let result = incoming.call(directory, options).and_then(|call| {
        let (version, target) = routed(&call)?;
        get(directory, &call, version, &target, context)
    });
    Some(session.response(result))
}

/// What a call's path names, where that has the call's method.
pub(super) fn routed(call: &Call<'_>) -> Result<(Version, Target), Error> {
    let (version, target) = route::target(&call.path)?;
    let methods = target.methods();
    if methods.contains(&call.method) {
        return Ok((version, target));
    }
    let allow = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    let text = alloc::format!("The method {} is not allowed here.", call.method);
    Err(Error { allow: Some(allow), ..Error::new(Code::MethodNotAllowed, &text) })
}

fn get(
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
    enabled(tenant, call, target)?;
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
    enabled(tenant(directory, call)?, call, target)?;
    match target {
        Target::Item(List::Applications, _)
        | Target::List(List::Applications)
        | Target::Instantiate(_)
        | Target::ApplicationGroupReference(_) => application::answer(directory, call, version, target, session),
        _ => group::answer(directory, call, version, target, session),
    }
}

/// Under the quirk, application proxy is not enabled before the first connector.
fn enabled(tenant: &Tenant, call: &Call<'_>, target: &Target) -> Result<(), Error> {
    let asked = call.options.quirks.connectorless_tenant_not_enabled && target.is_of_application_proxy();
    if asked && tenant.connectors_count() == 0 { Err(Error::not_enabled()) } else { Ok(()) }
}

/// The tenant of a call; there is one, as the token was found to name it.
pub(super) fn tenant<'a>(directory: &'a Directory, call: &Call<'_>) -> Result<&'a Tenant, Error> {
    let absent = || Error::new(Code::InvalidToken, "The access token names no tenant.");
    directory.tenant(call.tenant).ok_or_else(absent)
}

/// Lets the engine do what is asked, or tells what its refusal is on the wire.
pub(super) fn apply(directory: &mut Directory, call: &Call<'_>, command: Command) -> Result<(), Error> {
    let command = DirectoryCommand::InTenant { tenant: call.tenant, command };
    let Err(refusal) = directory.apply(&command) else { return Ok(()) };
    let tenant = tenant(directory, call)?;
    match &command {
        DirectoryCommand::InTenant { command, .. } => Err(Error::refused(&refusal, command, tenant)),
        DirectoryCommand::CreateTenant(_) | DirectoryCommand::DeleteTenant(_) => {
            Err(Error::new(Code::NotOnTheWire, "Tenants are not made on the wire."))
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use super::*;
    use crate::Timestamp;

    /// The first numbers of the published generator (`SplitMix64`, Vigna) for the seed 0.
    #[test]
    fn bits_are_mixed_as_published() {
        let step = 0x9e37_79b9_7f4a_7c15_u64;
        let outputs = [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f, 0xf88b_b8a8_724c_81ec];
        assert_eq!([0_u64, 1, 2, 3].map(|count| mixed(step.wrapping_mul(count))), outputs);
    }

    /// Neither half of an id comes twice, whichever bits the request's id has.
    #[test]
    fn no_two_ids_are_the_same_and_all_look_random() {
        let (mut firsts, mut seconds) = (BTreeSet::new(), BTreeSet::new());
        let requests =
            [0, u128::MAX, u128::from(u64::MAX), u128::MAX << 64].into_iter().chain((0..128).map(|bit| 1 << bit));
        for request_id in requests {
            let context = Context::new(Timestamp::UNIX_EPOCH, request_id);
            let mut session = Session { context: &context, client_request_id: None, ids_given: 0 };
            for _ in 0..3 {
                let id = session.next_id();
                let (version, variant) = ((id >> 76) & 0xf, (id >> 62) & 0x3);
                assert_eq!((version, variant), (4, 2), "{id:x}");
                firsts.insert(id >> 80);
                seconds.insert(id << 66);
            }
        }
        assert_eq!((firsts.len(), seconds.len()), (132 * 3, 132 * 3));
    }
}
