//! Which room answers a request: Graph's wire, the control routes, or the page; and the log.

use std::{
    io::{self, Write},
    time::Instant,
};

use connector_groups::graph;
use hyper::{
    Method, Request, Response, StatusCode,
    body::Bytes,
    header::{self, HeaderValue},
    http::request::Parts,
};
use tokio::task::block_in_place;

use super::{
    control,
    emulator::Emulator,
    held::held,
    http::{
        answer::{error, other_method, response},
        connection::Service,
        host,
    },
    page, sign_in, watch,
};

impl Service for Emulator {
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
        let mut response = self.respond(request);
        let date = self.shared.clock.date().and_then(|date| HeaderValue::try_from(date).ok());
        response.headers_mut().extend(date.map(|date| (header::DATE, date)));
        if let Some((method, uri)) = log {
            let target = uri.path_and_query().map_or("", |target| target.as_str());
            let microseconds = start.elapsed().as_micros();
            let status = response.status();
            let least = graph::least_permission(&method, uri.path());
            let least = least.filter(|_| self.enforces_permissions && status == StatusCode::FORBIDDEN);
            let least = least.map_or(String::new(), |least| format!(", needs at least {least}"));
            let status = status.as_u16();
            // Where nobody reads the log any more, requests are answered all the same.
            _ = writeln!(
                io::stderr(),
                "{} {method} {target} {status} {microseconds} µs{least}",
                self.shared.clock.now()
            );
        }
        response
    }
}

impl Emulator {
    fn respond(&self, request: Request<Vec<u8>>) -> Response<Bytes> {
        // Before anything else, health and the page too: for a page that has rebound its name, every answer is one to read.
        if let Err((status, text)) = self.hosts.check(&request) {
            return error(status, &text).map(Bytes::from);
        }
        if self.graph.trusts_forwarded_headers
            && let Err(text) = host::check_forwarded(request.headers())
        {
            return error(StatusCode::BAD_REQUEST, text).map(Bytes::from);
        }
        if host::is_cross_site(request.method(), request.headers()) {
            return error(StatusCode::FORBIDDEN, "not for pages of other sites").map(Bytes::from);
        }
        self.answered(request)
    }

    /// The answer of the room that a request is for. Its host is one of ours, and no page of another site has sent it.
    ///
    /// What tests and people ask of the emulator itself has no token and no faults, and is not in the journal.
    fn answered(&self, request: Request<Vec<u8>>) -> Response<Bytes> {
        let path = request.uri().path();
        if let Some(response) = self.health(request.method(), path) {
            return response.map(Bytes::from);
        }
        if path.starts_with(control::PREFIX) {
            let response = if self.control {
                // A state or a list of commands can be a hundred megabytes, which is read, done, written and freed while the
                // thread's other connections are served by others.
                block_in_place(move || control::answer(self, &request))
            } else {
                error(StatusCode::NOT_FOUND, "the control routes are closed: start with --control")
            };
            return response.map(Bytes::from);
        }
        if matches!(*request.method(), Method::GET | Method::HEAD) && page::is_at(path) {
            let directory = self.shared.directory();
            return page::answer(&directory, &self.records.journal, request.uri()).map(Bytes::from);
        }
        watch::answer(self, request)
    }

    /// Whether it is there and answers; and counts, by option.
    fn health(&self, method: &Method, path: &str) -> Option<Response<Vec<u8>>> {
        let mut status = StatusCode::OK;
        let (content_type, text) = match (path, &self.records.metrics) {
            // It listens when all is read, so that it is ready when it answers at all, unless changes cannot be kept.
            ("/readyz", _) if !self.shared.is_ready() => {
                status = StatusCode::SERVICE_UNAVAILABLE;
                ("text/plain", String::from("changes cannot be kept: see standard error\n"))
            }
            ("/healthz" | "/readyz", _) => ("text/plain", String::from("ok\n")),
            ("/metrics", Some(metrics)) => {
                let tenants = held(&self.shared.world).directory.tenants_count();
                ("text/plain; version=0.0.4", held(metrics).text(tenants))
            }
            _ => return None,
        };
        // The server sends no body after HEAD.
        let is_read = matches!(*method, Method::GET | Method::HEAD);
        Some(if is_read { response(status, content_type, text.into_bytes()) } else { other_method("GET, HEAD") })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

    use alloc::sync::Arc;
    use core::time::Duration;
    use std::{
        sync::{Mutex, mpsc},
        thread,
    };

    use connector_groups::{
        ConnectorGroupId, DirectoryCommand, TenantId, Timestamp,
        command::{CreateTenant, DefaultConnectorGroup},
    };

    use super::*;
    use crate::emulate::{
        calls::journal::Journal,
        clock::Clock,
        emulator::Records,
        faults::Faults,
        http::host::Hosts,
        shared::{
            Shared,
            change::Change,
            world::{Visible, World},
            writes::Writes,
        },
        sign_in::{
            codes::Codes,
            grants::{Grants, SignIn},
            token::Signer,
        },
    };

    const TENANT: TenantId = TenantId::from_u128(1);

    fn emulator() -> Emulator {
        let mut world = World::new(Duration::ZERO, Some(1));
        let create = CreateTenant {
            id: TENANT,
            default_region: "eur".into(),
            now: Timestamp::UNIX_EPOCH,
            default_connector_group: DefaultConnectorGroup { id: ConnectorGroupId::from_u128(2), name: None },
            rules: None,
        };
        world.directory.apply(&DirectoryCommand::CreateTenant(create)).unwrap();
        let writes = Writes::new(None, world.directory.clone(), true);
        let records = Records {
            faults: Mutex::new(Faults::default()),
            journal: Mutex::new(Journal::new(10)),
            metrics: None,
            keeps_calls: true,
        };
        let clock = Arc::new(Clock::new(None));
        let signer = Signer::new(Arc::clone(&clock)).unwrap();
        let sign_in = SignIn { signer, grants: Grants::default(), codes: Codes::default() };
        let graph = graph::Options { anonymous: Some(TENANT), ..graph::Options::default() };
        Emulator {
            shared: Shared::new(world, writes, clock),
            graph,
            control: true,
            quiet: true,
            records,
            hosts: Hosts::new("127.0.0.1:80".parse().unwrap(), Vec::new()),
            sign_in,
            enforces_permissions: false,
        }
    }

    /// The write goes on only when reads of every kind are over. A read that waited for it would wait for ever: the channel
    /// then gives up, and the test fails.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn reads_end_while_a_write_is_decided() {
        let emulator = Arc::new(emulator());
        let reader = Arc::clone(&emulator);
        let seen = emulator.shared.write(Visible::AsUsual, |directory| {
            let (sender, receiver) = mpsc::channel();
            thread::spawn(move || {
                let list = "/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups";
                let batch = r#"{"requests":[{"id":"1","method":"GET","url":"/applications"}]}"#;
                let requests =
                    [("GET", list, ""), ("POST", "/beta/$batch", batch), ("GET", "/", ""), ("GET", "/readyz", "")];
                for (method, path, body) in requests {
                    let request = Request::builder().method(method).uri(path);
                    let request = request.header("content-type", "application/json").body(Vec::from(body)).unwrap();
                    sender.send(reader.answered(request).status()).unwrap();
                }
            });
            let seen: Vec<_> = (0..4).map_while(|_| receiver.recv_timeout(Duration::from_secs(20)).ok()).collect();
            directory.copy_tenant(&directory.tenant(TENANT).unwrap().clone(), TenantId::from_u128(9)).unwrap();
            let copy = directory.tenants().last().unwrap().clone();
            (seen, vec![Change::Tenant(copy)])
        });
        assert_eq!(seen.unwrap(), [200; 4]);
        assert_eq!(held(&emulator.shared.world).directory.tenants_count(), 2);
    }
}
