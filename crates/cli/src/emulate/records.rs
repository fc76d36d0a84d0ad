//! What is kept beside the directory, and the way of every request through it: faults first, then the answer, then the
//! journal and the counts.

use alloc::sync::Arc;
use core::time::Duration;
use std::{sync::Mutex, time::Instant};

use connector_groups::Timestamp;
use hyper::{
    Method, Request, Response, StatusCode,
    body::Bytes,
    header::{self, HeaderValue},
};
use serde_json::{Value, json};

use super::{
    call::{Call, Content, Decided, template},
    faults::{Answer, Dropped, Faults},
    identity::Identity,
    journal::Journal,
    metrics::Metrics,
    server::{Late, Unanswered},
    service::{Emulator, response},
    writes::{Writes, held},
};

const FAULT: &str = "x-emulator-fault";

pub(crate) struct Records {
    pub(crate) writes: Mutex<Writes>,
    pub(crate) faults: Mutex<Faults>,
    pub(crate) journal: Mutex<Journal>,
    pub(crate) metrics: Option<Mutex<Metrics>>,
    /// Whether calls go to the journal.
    pub(crate) keeps_calls: bool,
}

/// Of a request: how many reads are not to see what it writes.
#[derive(Clone, Copy)]
pub(crate) struct ReadsLag(pub(crate) u32);

/// The parts of a batch that are answered by a fault: id, name of the fault, answer.
type Parts = Vec<(String, String, Answer)>;

impl Records {
    pub(crate) const fn are_kept(&self) -> bool {
        self.keeps_calls
    }
}

impl Emulator {
    /// The answer to a request to Graph or to sign in, faults and all.
    pub(crate) fn watched(&self, mut request: Request<Vec<u8>>) -> Response<Bytes> {
        let start = Instant::now();
        let identity = Identity::take(&mut request, &self.sign_in.signer, self.graph.anonymous);
        let mut call = Call::new(&request, &identity);
        let is_graph = call.is_graph();
        // What is sent to sign in is not kept, as it may be a secret.
        if self.keeps(is_graph) {
            call.request = Content::new(request.headers(), &Bytes::copy_from_slice(request.body()));
        }
        let response = self.faulty(&mut request, &identity, &mut call).map(Bytes::from);
        if self.keeps(is_graph) {
            call.response = Content::new(response.headers(), response.body());
        }
        if let Some(decided) = response.extensions().get::<Arc<Vec<Decided>>>() {
            call.commands = decided.to_vec();
        }
        let is_answered = response.extensions().get::<Unanswered>().is_none();
        call.status = is_answered.then(|| response.status().as_u16());
        call.time = Some(self.clock.now());
        call.microseconds = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        if let Some(metrics) = &self.records.metrics {
            held(metrics).count(&call);
        }
        if self.records.keeps_calls {
            held(&self.records.journal).add(call);
        }
        response
    }

    const fn keeps(&self, is_graph: bool) -> bool {
        self.records.keeps_calls && is_graph
    }

    /// The answer, by the faults that the rules ask for.
    fn faulty(&self, request: &mut Request<Vec<u8>>, identity: &Identity, call: &mut Call) -> Response<Vec<u8>> {
        // Rules count, so that they are asked one request at a time; the answer is made without them in hand.
        let mut faults = held(&self.records.faults);
        if faults.is_empty() {
            drop(faults);
            return self.served(request, identity);
        }
        let now = self.clock.now();
        let mut verdict = faults.judge(call, None, now);
        let is_batch = call.route.ends_with("/$batch") && verdict.answer.is_none();
        let parts = if is_batch { replace_parts(&mut faults, request, call, now) } else { Parts::new() };
        drop(faults);
        verdict.names.extend(parts.iter().map(|(_, name, _)| name.clone()));
        if verdict.names.is_empty() {
            return self.served(request, identity);
        }
        if let Some(reads) = verdict.lag {
            request.extensions_mut().insert(ReadsLag(reads));
        }
        // An answer of a rule has no effect by itself, so that a drop behind it has nothing to keep or to undo.
        let mut response = match &verdict.answer {
            Some(answer) => self.fault(answer),
            None if verdict.drop == Some(Dropped::Before) => Response::default(),
            None => self.served(request, identity),
        };
        if !parts.is_empty() {
            self.answer_parts(&mut response, &parts);
        }
        let extensions = response.extensions_mut();
        if verdict.delay > 0 {
            extensions.insert(Late(Duration::from_millis(verdict.delay)));
        }
        if verdict.drop.is_some() {
            extensions.insert(Unanswered);
        }
        let names = verdict.names.join(", ");
        // A name is visible ASCII.
        response
            .headers_mut()
            .extend(HeaderValue::from_str(&names).ok().map(|name| (header::HeaderName::from_static(FAULT), name)));
        call.fault = Some(names);
        response
    }

    /// The answer of a fault, in Graph's form.
    fn fault(&self, answer: &Answer) -> Response<Vec<u8>> {
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let id = self.request_id();
        let mut response =
            response(status, "application/json", error(answer, &id, self.clock.now()).to_string().into_bytes());
        let headers = response.headers_mut();
        headers.extend(answer.retry_after.map(|seconds| (header::RETRY_AFTER, HeaderValue::from(seconds))));
        for (name, value) in &answer.headers {
            headers
                .extend(HeaderValue::from_str(value).ok().map(|value| (header::HeaderName::from_static(name), value)));
        }
        headers.extend(HeaderValue::from_str(&id).ok().map(|id| (header::HeaderName::from_static("request-id"), id)));
        response
    }

    fn request_id(&self) -> String {
        uuid::Uuid::from_u128(held(&self.world).next_request_id()).to_string()
    }

    /// Puts the answers of faults in the place of those that the requests without an effect have got.
    fn answer_parts(&self, response: &mut Response<Vec<u8>>, parts: &Parts) {
        let Ok(mut body) = serde_json::from_slice::<Value>(response.body()) else { return };
        let Some(responses) = body.get_mut("responses").and_then(Value::as_array_mut) else { return };
        for (id, name, answer) in parts {
            let Some(part) = responses.iter_mut().find(|part| part.get("id").and_then(Value::as_str) == Some(id))
            else {
                continue;
            };
            // One that depends on a part that failed was not reached, and says so.
            if part.get("status").and_then(Value::as_u64) == Some(424) {
                continue;
            }
            let mut headers = json!({"Content-Type": "application/json", FAULT: name});
            if let (Some(seconds), Some(headers)) = (answer.retry_after, headers.as_object_mut()) {
                headers.insert("Retry-After".into(), seconds.to_string().into());
            }
            if let Some(headers) = headers.as_object_mut() {
                let told = answer.headers.iter().map(|(name, value)| (String::from(*name), value.as_str().into()));
                headers.extend(told);
            }
            let body = error(answer, &self.request_id(), self.clock.now());
            *part = json!({"id": id, "status": answer.status, "headers": headers, "body": body});
        }
        *response.body_mut() = body.to_string().into_bytes();
    }

    /// Whether it is there and answers; and counts, by option.
    pub(crate) fn health(&self, method: &Method, path: &str) -> Option<Response<Vec<u8>>> {
        if *method != Method::GET {
            return None;
        }
        match (path, &self.records.metrics) {
            // It listens when all is read, so that it is ready when it answers at all.
            ("/healthz" | "/readyz", _) => Some(response(StatusCode::OK, "text/plain", b"ok\n".to_vec())),
            ("/metrics", Some(metrics)) => {
                let tenants = held(&self.world).directory.tenants_count();
                let text = held(metrics).text(tenants);
                Some(response(StatusCode::OK, "text/plain; version=0.0.4", text.into_bytes()))
            }
            _ => None,
        }
    }
}

/// Graph's envelope of an error.
fn error(answer: &Answer, id: &str, now: Timestamp) -> Value {
    let inner = json!({"date": now, "request-id": id, "client-request-id": id});
    json!({"error": {"code": answer.code, "message": answer.message, "innerError": inner}})
}

/// Asks the rules about each request of a batch, and puts one without an effect in the place of those that fail, so that
/// what depends on them fails too. A batch that cannot be read is left as it is, for Graph's own answer.
fn replace_parts(faults: &mut Faults, request: &mut Request<Vec<u8>>, batch: &Call, now: Timestamp) -> Parts {
    let mut replaced = Parts::new();
    let Ok(mut body) = serde_json::from_slice::<Value>(request.body()) else { return replaced };
    let Some(parts) = body.get_mut("requests").and_then(Value::as_array_mut) else { return replaced };
    for part in parts {
        let text = |name: &str| part.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (id, method, url) = (text("id"), text("method"), text("url"));
        let path = url.split('?').next().unwrap_or_default();
        let path = path.split_once("://").map_or(path, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
        let path = path.trim_start_matches('/');
        let version = batch.route.strip_suffix("/$batch").unwrap_or_default();
        let is_versioned = path.starts_with("beta/") || path.starts_with("v1.0/");
        let route = if is_versioned { template(&format!("/{path}")) } else { template(&format!("{version}/{path}")) };
        let call = Call {
            method: method.to_ascii_uppercase(),
            route,
            target: url,
            tenant: batch.tenant,
            application: batch.application.clone(),
            client: batch.client.clone(),
            ..Call::default()
        };
        let verdict = faults.judge(&call, Some(&id), now);
        if let (Some(answer), Some(members)) = (verdict.answer, part.as_object_mut()) {
            members.insert("method".into(), "GET".into());
            members.insert("url".into(), "/fails-on-purpose".into());
            members.remove("body");
            replaced.push((id, verdict.names.join(", "), answer));
        }
    }
    if !replaced.is_empty() {
        *request.body_mut() = body.to_string().into_bytes();
    }
    replaced
}

/// Whether a request is a batch of reads, which need not wait until they may write.
pub(crate) fn only_reads(request: &Request<Vec<u8>>) -> bool {
    #[derive(serde::Deserialize)]
    struct Batch {
        requests: Vec<Part>,
    }
    #[derive(serde::Deserialize)]
    struct Part {
        method: String,
    }
    let reads = |batch: Batch| batch.requests.iter().all(|part| part.method.eq_ignore_ascii_case("GET"));
    request.uri().path().to_ascii_lowercase().ends_with("batch")
        && serde_json::from_slice(request.body()).is_ok_and(reads)
}
