//! Which room answers a request: Graph's wire, the control routes, or the page; and the log.

use std::{
    io::{self, Write},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use connector_groups::{Timestamp, graph};
use hyper::{
    Method, Request, Response, StatusCode,
    header::{self, HeaderValue},
    http::request::Parts,
};

use super::{
    control,
    host::{self, Hosts},
    page, server,
    sign_in::{self, SignIn},
    token::Presented,
    world::World,
};

pub(crate) struct Emulator {
    pub(crate) world: Mutex<World>,
    pub(crate) graph: graph::Options,
    pub(crate) control: bool,
    pub(crate) quiet: bool,
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
    fn respond(&self, mut request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        if let Err((status, text)) = self.hosts.check(&request) {
            return control::error(status, &text);
        }
        if host::is_cross_site(request.method(), request.headers()) {
            return control::error(StatusCode::FORBIDDEN, "not for pages of other sites");
        }
        let path = request.uri().path();
        if path.starts_with(control::PREFIX) {
            if !self.control {
                return control::error(StatusCode::NOT_FOUND, "the control routes are closed: start with --control");
            }
            return control::answer(&self.world, &request);
        }
        if matches!(*request.method(), Method::GET | Method::HEAD) && page::is_at(path) {
            let directory = lock(&self.world).directory.clone();
            return page::answer(&directory, request.uri());
        }
        let is_sign_in = sign_in::is_at(path);
        let caller = match self.sign_in.signer.caller(request.headers()) {
            Ok(caller) => caller,
            Err(wrong) => return self.invalid_token(wrong),
        };
        if is_sign_in {
            let directory = lock(&self.world).directory.clone();
            let root = host::root(&request, &self.graph.scheme);
            return self.sign_in.answer(&directory, &request, &root, caller.map(|caller| caller.tid));
        }
        if let Some(caller) = &caller {
            // Behind this point, a token is the id of a tenant.
            if let Ok(token) = HeaderValue::from_str(&format!("Bearer {}", caller.tid)) {
                request.headers_mut().insert(header::AUTHORIZATION, token);
            }
        }
        self.respond_as_graph(&request, caller)
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
        let mut world = lock(&self.world);
        let mut context = graph::Context::new(now(), world.next_request_id());
        context.stale = world.stale();
        if self.enforces_permissions {
            // A bare tenant id and an anonymous request were granted nothing.
            context.caller = Some(caller.map(graph::Caller::from).unwrap_or_default());
        }
        if request.method() == Method::GET {
            // A snapshot costs nothing, so that no read holds up a write.
            let snapshot = world.directory.clone();
            drop(world);
            if let Some(response) = graph::read(&snapshot, request, &context, &self.graph) {
                return response;
            }
            world = lock(&self.world);
        }
        world.before_write();
        graph::respond(&mut world.directory, request, &context, &self.graph).response
    }
}

/// The world. Whoever panicked with it in hand has left no command half done, as a directory changes in one go.
pub(crate) fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
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

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let microseconds = i64::try_from(since.as_micros()).unwrap_or_default();
    Timestamp::from_unix_microseconds(microseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}
