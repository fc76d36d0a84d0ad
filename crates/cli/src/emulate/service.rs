//! Which room answers a request: Graph's wire, the control routes, or the page; and the log.

use alloc::sync::Arc;
use std::{
    io::{self, Write},
    sync::{Mutex, MutexGuard},
    time::Instant,
};

use connector_groups::graph;
use hyper::{
    Method, Request, Response, StatusCode,
    body::Bytes,
    header::{self, HeaderValue},
    http::request::Parts,
};

use super::{
    call::Decided,
    clock::Clock,
    control,
    host::{self, Hosts},
    identity::Identity,
    page,
    records::{self, ReadsLag, Records},
    server,
    sign_in::{self, SignIn},
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
    pub(crate) clock: Arc<Clock>,
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

    fn answer(&self, request: Request<Vec<u8>>) -> Response<Bytes> {
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
            _ = writeln!(io::stderr(), "{} {method} {target} {status} {microseconds} µs{least}", self.clock.now());
        }
        response
    }
}

impl Emulator {
    fn respond(&self, request: Request<Vec<u8>>) -> Response<Bytes> {
        if let Err((status, text)) = self.hosts.check(&request) {
            return control::error(status, &text).map(Bytes::from);
        }
        if self.graph.trusts_forwarded_headers
            && let Err(text) = host::check_forwarded(request.headers())
        {
            return control::error(StatusCode::BAD_REQUEST, text).map(Bytes::from);
        }
        if host::is_cross_site(request.method(), request.headers()) {
            return control::error(StatusCode::FORBIDDEN, "not for pages of other sites").map(Bytes::from);
        }
        self.answered(request)
    }

    /// The answer of the room that a request is for. Its host is one of ours, and no page of another site has sent it.
    ///
    /// What tests and people ask of the emulator itself has no token and no faults, and is not in the journal.
    pub(crate) fn answered(&self, request: Request<Vec<u8>>) -> Response<Bytes> {
        let path = request.uri().path();
        if let Some(response) = self.health(request.method(), path) {
            return response.map(Bytes::from);
        }
        if path.starts_with(control::PREFIX) {
            let response = if self.control {
                control::answer(self, &request)
            } else {
                control::error(StatusCode::NOT_FOUND, "the control routes are closed: start with --control")
            };
            return response.map(Bytes::from);
        }
        if matches!(*request.method(), Method::GET | Method::HEAD) && page::is_at(path) {
            let directory = lock(&self.world).directory.clone();
            return page::answer(&directory, &self.records.journal, request.uri()).map(Bytes::from);
        }
        self.watched(request)
    }

    /// The answer of Graph or of the sign-in, without faults.
    pub(crate) fn served(&self, request: &Request<Vec<u8>>, identity: &Identity) -> Response<Vec<u8>> {
        let caller = match &identity.presented {
            Ok(caller) => caller.as_ref(),
            Err(wrong) => return self.invalid_token(wrong),
        };
        if sign_in::is_at(request.uri().path()) {
            let directory = lock(&self.world).directory.clone();
            let root = host::root(request, &self.graph);
            return self.sign_in.answer(&directory, request, &root, caller.map(|caller| caller.tid));
        }
        self.respond_as_graph(request, identity)
    }

    /// What Graph says of a token that it does not take.
    fn invalid_token(&self, wrong: &str) -> Response<Vec<u8>> {
        let id = uuid::Uuid::from_u128(lock(&self.world).next_request_id()).to_string();
        let body = serde_json::json!({"error": {
            "code": graph::Code::InvalidToken.as_str(),
            "message": wrong,
            "innerError": {"date": self.clock.now().to_string(), "request-id": id, "client-request-id": id},
        }});
        let mut response = response(StatusCode::UNAUTHORIZED, "application/json", body.to_string().into_bytes());
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"\""));
        response
    }

    fn respond_as_graph(&self, request: &Request<Vec<u8>>, identity: &Identity) -> Response<Vec<u8>> {
        let (tenant, now) = (identity.tenant, self.clock.now());
        let mut world = lock(&self.world);
        let mut context = graph::Context::new(now, world.next_request_id());
        context.stale = world.stale(tenant, now);
        if self.enforces_permissions {
            // A bare tenant id and an anonymous request were granted nothing.
            let caller = identity.presented.as_ref().ok().and_then(Option::as_ref);
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
