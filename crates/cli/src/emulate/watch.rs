//! The way of every request to Graph: faults first, then the answer, then the journal and the counts.

use alloc::sync::Arc;
use core::time::Duration;
use std::time::Instant;

use connector_groups::Timestamp;
use hyper::{
    HeaderMap, Request, Response, StatusCode,
    body::Bytes,
    header::{self, HeaderValue},
};
use serde_json::{Value, json};

use super::{
    calls::{
        call::{Call, Content, Decided},
        route::template,
        secrets,
    },
    emulator::Emulator,
    faults::{Answer, Dropped, Faults},
    held::held,
    http::{
        answer::{envelope, refusal},
        connection::{Late, Unanswered},
    },
    shared::Shared,
    sign_in::identity::Identity,
    wire::{self, ReadsLag},
};

const FAULT: &str = "x-emulator-fault";

/// The parts of a batch that are answered by a fault: id, name of the fault, answer.
type Parts = Vec<(String, String, Answer)>;

/// The answer to a request to Graph or to sign in, faults and all.
pub(crate) fn answer(emulator: &Emulator, mut request: Request<Vec<u8>>) -> Response<Bytes> {
    let start = Instant::now();
    let identity = Identity::take(&mut request, &emulator.sign_in.signer, emulator.graph.anonymous);
    let mut call = Call::new(&request, &identity);
    // What is sent to sign in is not kept, as it may be a secret.
    let is_graph = call.is_graph();
    // With or without a journal: the directory must not keep them either.
    let is_without_secrets = is_graph && secrets::forget(request.body_mut());
    let keeps_bodies = emulator.records.keeps_calls && is_graph;
    if keeps_bodies {
        let body = if is_without_secrets { request.body() } else { &[][..] };
        call.request = Content::new(request.headers(), &Bytes::copy_from_slice(body));
        call.request.bytes = request.body().len();
    }
    let mut response = faulty(emulator, &mut request, &identity, &mut call).map(Bytes::from);
    if keeps_bodies {
        call.response = Content::new(response.headers(), response.body());
    }
    if let Some(decided) = response.extensions_mut().remove::<Arc<Vec<Decided>>>() {
        call.commands = Arc::unwrap_or_clone(decided);
    }
    let is_answered = response.extensions().get::<Unanswered>().is_none();
    call.status = is_answered.then(|| response.status().as_u16());
    // The time of the end, as calls are in the journal by their ends.
    call.time = Some(emulator.shared.clock.now());
    call.microseconds = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
    if let Some(metrics) = &emulator.records.metrics {
        held(metrics).count(&call);
    }
    if emulator.records.keeps_calls {
        let call = Arc::new(call);
        let gone = held(&emulator.records.journal).add(call);
        drop(gone);
    }
    response
}

/// The answer, by the faults that the rules ask for.
fn faulty(
    emulator: &Emulator,
    request: &mut Request<Vec<u8>>,
    identity: &Identity,
    call: &mut Call,
) -> Response<Vec<u8>> {
    // Rules count, so that they are asked one request at a time; the answer is made without them in hand.
    let mut faults = held(&emulator.records.faults);
    if faults.is_empty() {
        drop(faults);
        return wire::answer(emulator, request, identity);
    }
    let now = emulator.shared.clock.now();
    let mut verdict = faults.judge(call, None, now);
    // A batch that a rule answers as a whole has no parts left to fail.
    let is_batch = call.route.ends_with("/$batch") && verdict.answer.is_none();
    let parts = if is_batch { replace_parts(&mut faults, request, call, now) } else { Parts::new() };
    drop(faults);
    verdict.names.extend(parts.iter().map(|(_, name, _)| name.clone()));
    if verdict.names.is_empty() {
        return wire::answer(emulator, request, identity);
    }
    if let Some(reads) = verdict.lag {
        request.extensions_mut().insert(ReadsLag(reads));
    }
    // An answer of a rule has no effect by itself, so that a drop behind it has nothing to keep or to undo.
    let mut response = match &verdict.answer {
        Some(answer) => fault(&emulator.shared, request.headers(), answer),
        None if verdict.drop == Some(Dropped::Before) => Response::default(),
        None => wire::answer(emulator, request, identity),
    };
    if !parts.is_empty() {
        answer_parts(&emulator.shared, request.headers(), &mut response, &parts);
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
fn fault(shared: &Shared, asked: &HeaderMap, answer: &Answer) -> Response<Vec<u8>> {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let error = (answer.code.as_str(), answer.message.as_str());
    let mut response = refusal(status, error, &shared.request_id(), asked, shared.clock.now());
    let headers = response.headers_mut();
    headers.extend(answer.retry_after.map(|seconds| (header::RETRY_AFTER, HeaderValue::from(seconds))));
    for (name, value) in &answer.headers {
        headers.extend(HeaderValue::from_str(value).ok().map(|value| (header::HeaderName::from_static(name), value)));
    }
    response
}

/// Puts the answers of faults in the place of those that the requests without an effect have got.
fn answer_parts(shared: &Shared, asked: &HeaderMap, response: &mut Response<Vec<u8>>, parts: &Parts) {
    let Ok(mut body) = serde_json::from_slice::<Value>(response.body()) else { return };
    let Some(responses) = body.get_mut("responses").and_then(Value::as_array_mut) else { return };
    for (id, name, answer) in parts {
        let Some(part) = responses.iter_mut().find(|part| part.get("id").and_then(Value::as_str) == Some(id)) else {
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
        let body = envelope(&answer.code, &answer.message, &shared.request_id(), asked, shared.clock.now());
        *part = json!({"id": id, "status": answer.status, "headers": headers, "body": body});
    }
    *response.body_mut() = body.to_string().into_bytes();
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
            method: method.to_ascii_uppercase().into(),
            route,
            target: url,
            tenant: batch.tenant,
            application: batch.application.clone(),
            client: batch.client.clone(),
            ..Call::default()
        };
        let verdict = faults.judge(&call, Some(&id), now);
        if let (Some(answer), Some(members)) = (verdict.answer, part.as_object_mut()) {
            // Only what is read has no effect for certain. The path is no route, so that the part fails whatever the tenant.
            members.insert("method".into(), "GET".into());
            members.insert("url".into(), "/fails-on-purpose".into());
            // Nothing is left of the part that could be read as a command, and so the journal has none.
            members.remove("body");
            replaced.push((id, verdict.names.join(", "), answer));
        }
    }
    if !replaced.is_empty() {
        *request.body_mut() = body.to_string().into_bytes();
    }
    replaced
}
