//! Which room answers a request: Graph's wire, the control routes, or the page; and the log.

use alloc::sync::Arc;
use std::{
    io::{self, Write},
    sync::{Mutex, MutexGuard},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use connector_groups::{TenantId, Timestamp, graph};
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode,
    header::{self, HeaderValue},
    http::request::Parts,
};

use super::{
    call::Decided,
    control,
    host::{self, Hosts},
    page,
    records::{self, ReadsLag, Records},
    server,
    sign_in::{self, SignIn},
    token::Presented,
    world::World,
    writes::{self, Visible},
};

pub(crate) struct Emulator {
    pub(crate) world: Mutex<World>,
    pub(crate) graph: graph::Options,
    pub(crate) control: bool,
    pub(crate) quiet: bool,
    pub(crate) records: Records,
    pub(crate) hosts: Hosts,
    pub(crate) sign_in: SignIn,
    /// Whether a request needs the permissions that Graph asks for.
    pub(crate) enforces_permissions: bool,
}

impl server::Service for Emulator {
    fn body_bytes_max(&self, head: &Parts) -> usize {
        if self.control && head.uri.path().starts_with(control::PREFIX) {
            control::BODY_BYTES_MAX
        } else if sign_in::is_at(head.uri.path()) {
            sign_in::BODY_BYTES_MAX
        } else {
            self.graph.body_bytes_max
        }
    }

    fn answer(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let start = Instant::now();
        let log = (!self.quiet).then(|| (request.method().clone(), request.uri().clone()));
        let response = self.respond(request);
        if let Some((method, uri)) = log {
            let target = uri.path_and_query().map_or("", |target| target.as_str());
            let microseconds = start.elapsed().as_micros();
            let status = response.status();
            let least = graph::least_permission(&method, uri.path());
            let least = least.filter(|_| self.enforces_permissions && status == StatusCode::FORBIDDEN);
            let least = least.map_or(String::new(), |least| format!(", needs at least {least}"));
            let status = status.as_u16();
            // Where nobody reads the log any more, requests are answered all the same.
            _ = writeln!(io::stderr(), "{} {method} {target} {status} {microseconds} µs{least}", now());
        }
        response
    }
}

impl Emulator {
    fn respond(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        if let Err((status, text)) = self.hosts.check(&request) {
            return control::error(status, &text);
        }
        if self.graph.trusts_forwarded_headers
            && let Err(text) = host::check_forwarded(request.headers())
        {
            return control::error(StatusCode::BAD_REQUEST, text);
        }
        if host::is_cross_site(request.method(), request.headers()) {
            return control::error(StatusCode::FORBIDDEN, "not for pages of other sites");
        }
        self.watched(request)
    }

    /// The answer of the room that a request is for. Its host is one of ours, and no page of another site has sent it.
    pub(crate) fn routed(&self, request: &mut Request<Vec<u8>>) -> Response<Vec<u8>> {
        let path = request.uri().path();
        if path.starts_with(control::PREFIX) {
            if !self.control {
                return control::error(StatusCode::NOT_FOUND, "the control routes are closed: start with --control");
            }
            return control::answer(self, request);
        }
        if matches!(*request.method(), Method::GET | Method::HEAD) && page::is_at(path) {
            let directory = lock(&self.world).directory.clone();
            return page::answer(&directory, &self.records.journal, request.uri());
        }
        let is_sign_in = sign_in::is_at(path);
        let caller = match self.sign_in.signer.caller(request.headers()) {
            Ok(caller) => caller,
            Err(wrong) => return self.invalid_token(wrong),
        };
        if is_sign_in {
            let directory = lock(&self.world).directory.clone();
            let root = host::root(request, &self.graph);
            return self.sign_in.answer(&directory, request, &root, caller.map(|caller| caller.tid));
        }
        if let Some(caller) = &caller {
            // Behind this point, a token is the id of a tenant.
            if let Ok(token) = HeaderValue::from_str(&format!("Bearer {}", caller.tid)) {
                request.headers_mut().insert(header::AUTHORIZATION, token);
            }
        }
        self.respond_as_graph(request, caller)
    }

    /// The tenant that a request is about, as far as its token tells.
    pub(crate) fn tenant_of(&self, headers: &HeaderMap) -> Option<TenantId> {
        let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let named = token.and_then(|token| token.split_once(' ')?.1.trim().parse().ok());
        let signed_in = self.sign_in.signer.caller(headers).ok().flatten().map(|caller| caller.tid);
        named.or(signed_in).or(self.graph.anonymous)
    }

    /// What Graph says of a token that it does not take.
    fn invalid_token(&self, wrong: &str) -> Response<Vec<u8>> {
        let id = uuid::Uuid::from_u128(lock(&self.world).next_request_id()).to_string();
        let body = serde_json::json!({"error": {
            "code": graph::Code::InvalidToken.as_str(),
            "message": wrong,
            "innerError": {"date": now().to_string(), "request-id": id, "client-request-id": id},
        }});
        let mut response = response(StatusCode::UNAUTHORIZED, "application/json", body.to_string().into_bytes());
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"\""));
        response
    }

    fn respond_as_graph(&self, request: &Request<Vec<u8>>, caller: Option<Presented>) -> Response<Vec<u8>> {
        let tenant = self.tenant_of(request.headers());
        let mut world = lock(&self.world);
        let mut context = graph::Context::new(now(), world.next_request_id());
        context.stale = world.stale(tenant);
        if self.enforces_permissions {
            // A bare tenant id and an anonymous request were granted nothing.
            context.caller = Some(caller.map(graph::Caller::from).unwrap_or_default());
        }
        // A snapshot costs nothing, and no read waits for a write.
        let mut snapshot = world.directory.clone();
        drop(world);
        if let Some(response) = graph::read(&snapshot, request, &context, &self.graph) {
            return response;
        }
        if records::only_reads(request) {
            return graph::respond(&mut snapshot, request, &context, &self.graph).response;
        }
        drop(snapshot);
        let reads = request.extensions().get().map(|ReadsLag(reads)| *reads);
        let visible = reads.map_or(Visible::AsUsual, |reads| Visible::AfterReads(reads, tenant));
        let outcome = self.write(visible, |directory| {
            let outcome = graph::respond(directory, request, &context, &self.graph);
            let changes = writes::changes(&outcome.decisions);
            (outcome, changes)
        });
        match outcome {
            Ok(graph::Outcome { mut response, events, decisions, .. }) => {
                if self.records.are_kept() {
                    response.extensions_mut().insert(Arc::new(Decided::all(decisions, events)));
                }
                response
            }
            Err(error) => control::not_kept(&error),
        }
    }
}

/// The world. Whoever panicked with it in hand has left no command half done, as a directory changes in one go.
pub(crate) fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    writes::held(world)
}

pub(crate) fn response(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if !response.body().is_empty() {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let microseconds = i64::try_from(since.as_micros()).unwrap_or_default();
    Timestamp::from_unix_microseconds(microseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}
