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

use super::{control, page, server, world::World};

pub(crate) struct Emulator {
    pub(crate) world: Mutex<World>,
    pub(crate) graph: graph::Options,
    pub(crate) control: bool,
    pub(crate) quiet: bool,
}

impl server::Service for Emulator {
    fn body_bytes_max(&self, head: &Parts) -> usize {
        if self.control && head.uri.path().starts_with(control::PREFIX) {
            control::BODY_BYTES_MAX
        } else {
            self.graph.body_bytes_max
        }
    }

    fn answer(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let start = Instant::now();
        let response = self.respond(&request);
        if !self.quiet {
            let target = request.uri().path_and_query().map_or("", |target| target.as_str());
            let microseconds = start.elapsed().as_micros();
            let (method, status) = (request.method(), response.status().as_u16());
            // Where nobody reads the log any more, requests are answered all the same.
            _ = writeln!(io::stderr(), "{} {method} {target} {status} {microseconds} µs", now());
        }
        response
    }
}

impl Emulator {
    fn respond(&self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let path = request.uri().path();
        if path.starts_with(control::PREFIX) {
            if !self.control {
                return control::error(StatusCode::NOT_FOUND, "the control routes are closed: start with --control");
            }
            return control::answer(&self.world, request);
        }
        if matches!(*request.method(), Method::GET | Method::HEAD) && page::is_at(path) {
            let directory = lock(&self.world).directory.clone();
            return page::answer(&directory, request.uri());
        }
        self.respond_as_graph(request)
    }

    fn respond_as_graph(&self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let mut world = lock(&self.world);
        let mut context = graph::Context::new(now(), world.next_request_id());
        context.stale = world.stale();
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
