//! What Graph answers, or its sign-in: without faults.

use alloc::sync::Arc;

use connector_groups::{Directory, graph};
use hyper::{
    Method, Request, Response, StatusCode,
    header::{self, HeaderValue},
};

use super::{
    calls::call::Decided,
    emulator::Emulator,
    held::held,
    http::{
        answer::{refusal, why_not_kept},
        host,
    },
    shared::{Shared, change, world::Visible},
    sign_in::{self, identity::Identity},
};

/// A request of one change with a body up to this length is done in microseconds.
const LITTLE_BYTES_MAX: usize = 16 * 1024;

/// Of a request: how many reads are not to see what it writes.
#[derive(Clone, Copy)]
pub(crate) struct ReadsLag(pub(crate) u32);

/// The answer of Graph or of the sign-in, without faults.
pub(crate) fn answer(emulator: &Emulator, request: &Request<Vec<u8>>, identity: &Identity) -> Response<Vec<u8>> {
    let caller = match &identity.presented {
        Ok(caller) => caller.as_ref(),
        Err(wrong) => return invalid_token(&emulator.shared, request, wrong),
    };
    let root = || host::root(request, &emulator.graph);
    if sign_in::is_at(request.uri().path()) {
        let directory = emulator.shared.directory();
        return emulator.sign_in.answer(&directory, request, &root(), caller.map(|caller| caller.tid));
    }
    if caller.is_some_and(|caller| !caller.may_be_for(|audience| emulator.hosts.is_graph(audience, &root()))) {
        return invalid_token(&emulator.shared, request, "Access token validation failure. Invalid audience.");
    }
    as_graph(emulator, request, identity)
}

/// What Graph says of a token that it does not take.
fn invalid_token(shared: &Shared, request: &Request<Vec<u8>>, wrong: &str) -> Response<Vec<u8>> {
    let (error, id) = ((graph::Code::InvalidToken.as_str(), wrong), shared.request_id());
    let mut response = refusal(StatusCode::UNAUTHORIZED, error, &id, request.headers(), shared.clock.now());
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"\""));
    response
}

fn as_graph(emulator: &Emulator, request: &Request<Vec<u8>>, identity: &Identity) -> Response<Vec<u8>> {
    let (tenant, now) = (identity.tenant, emulator.shared.clock.now());
    let mut world = held(&emulator.shared.world);
    let mut context = graph::Context::new(now, world.next_request_id());
    // A write sees all that was written before it, and is no read that a lag counts. A batch may read.
    // Without the `$` before it, which some clients send as `%24`.
    let is_batch =
        request.uri().path().as_bytes().last_chunk().is_some_and(|end: &[u8; 5]| end.eq_ignore_ascii_case(b"batch"));
    if is_batch || matches!(*request.method(), Method::GET | Method::HEAD) {
        context.stale = world.stale(tenant, now);
    }
    if emulator.enforces_permissions {
        // A bare tenant id and an anonymous request were granted nothing.
        let caller = identity.presented.as_ref().ok().and_then(Option::as_ref);
        context.caller = Some(caller.map(graph::Caller::from).unwrap_or_default());
    }
    // A snapshot costs nothing, and no read waits for a write.
    let mut snapshot = world.directory.clone();
    drop(world);
    if let Some(response) = graph::read(&snapshot, request, &context, &emulator.graph) {
        return response;
    }
    if is_batch && only_reads(request.body()) {
        return graph::respond(&mut snapshot, request, &context, &emulator.graph).response;
    }
    // A write takes a snapshot of its own when its turn has come. This one would keep what is replaced until then.
    drop(snapshot);
    let reads = request.extensions().get().map(|ReadsLag(reads)| *reads);
    let visible = reads.map_or(Visible::AsUsual, |reads| Visible::AfterReads(reads, tenant));
    let decide = |directory: &mut Directory| {
        let outcome = graph::respond(directory, request, &context, &emulator.graph);
        let changes = change::of_decisions(&outcome.decisions);
        (outcome, changes)
    };
    let is_little = !is_batch && request.body().len() <= LITTLE_BYTES_MAX;
    let outcome =
        if is_little { emulator.shared.write_little(visible, decide) } else { emulator.shared.write(visible, decide) };
    match outcome {
        Ok(graph::Outcome { mut response, events, decisions, .. }) => {
            if emulator.records.keeps_calls {
                response.extensions_mut().insert(Arc::new(Decided::all(decisions, events)));
            }
            response
        }
        Err(error) => {
            // In Graph's form, which its clients read. Not 503: they would send it again for as long as the disk is full.
            let (why, id) = (why_not_kept(&error), emulator.shared.request_id());
            let error = ("InternalServerError", &*why);
            refusal(StatusCode::INTERNAL_SERVER_ERROR, error, &id, request.headers(), now)
        }
    }
}

/// Whether a batch has reads alone, which need not wait until they may write.
fn only_reads(batch: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Batch {
        requests: Vec<Part>,
    }
    #[derive(serde::Deserialize)]
    struct Part {
        method: String,
    }
    let reads = |batch: Batch| batch.requests.iter().all(|part| part.method.eq_ignore_ascii_case("GET"));
    serde_json::from_slice(batch).is_ok_and(reads)
}
