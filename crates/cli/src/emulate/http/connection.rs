//! HTTP/1.1 over one connection: whole requests in, whole responses out, within limits on bodies and time.

use alloc::sync::Arc;
use core::{pin::pin, time::Duration};
use std::io;

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, StatusCode,
    body::{Body, Bytes, Incoming},
    header,
    http::request::Parts,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    time::{sleep, timeout},
};

/// However busy a connection is, it ends, so that none is held for ever by a client that never reads.
pub(crate) const CONNECTION_LIFETIME: Duration = Duration::from_secs(600);
/// How long a stopping server waits for the requests that it has begun.
pub(crate) const STOP_GRACE: Duration = Duration::from_secs(5);
/// How much of a body that is too long is read, and dropped, so that its sender comes to read the answer.
const DROPPED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Room that is made for a body before it comes.
const ROOM_BYTES_MAX: usize = 64 * 1024;

/// What answers requests.
pub(crate) trait Service: Send + Sync + 'static {
    /// How much of the body [`answer`](Self::answer) wants to see: of a longer one it gets the first bytes beyond this.
    fn body_bytes_max(&self, head: &Parts) -> usize;

    /// The answer to a request.
    fn answer(&self, request: Request<Vec<u8>>) -> Response<Bytes>;
}

/// Of a response: it is sent so much later.
#[derive(Clone, Copy)]
pub(crate) struct Late(pub(crate) Duration);

/// Of a response: it is not sent, and the connection ends.
#[derive(Clone, Copy)]
pub(crate) struct Unanswered;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// More of them wait until one ends.
    pub(crate) connections: u32,
    /// For the handshake of TLS, for a request's head, idle time before it included, and for its body.
    pub(crate) time: Duration,
}

/// Serves what comes over a connection until it ends, or the server stops.
pub(crate) async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    limits: Limits,
    service: Arc<impl Service>,
    mut stopped: watch::Receiver<()>,
) {
    let respond = service_fn(|request| respond(Arc::clone(&service), limits.time, request));
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.time)
            .serve_connection(TokioIo::new(stream), respond)
    );
    tokio::select! {
        _ = connection.as_mut() => return,
        // The sender goes when the server stops.
        _ = stopped.changed() => {}
        () = sleep(CONNECTION_LIFETIME) => {}
    }
    connection.as_mut().graceful_shutdown();
    // It ends behind the answer that is under way, unless its client reads too slowly for that.
    _ = timeout(STOP_GRACE, connection).await;
}

/// Reads the rest of a request within the limits, and answers it.
pub(crate) async fn respond(
    service: Arc<impl Service>,
    time: Duration,
    request: Request<Incoming>,
) -> io::Result<Response<Full<Bytes>>> {
    let (head, body) = request.into_parts();
    let bytes_max = service.body_bytes_max(&head);
    let response = match timeout(time, read(body, bytes_max)).await {
        Ok(Ok(body)) => service.answer(Request::from_parts(head, body)),
        Ok(Err(_)) => return Ok(broken(StatusCode::BAD_REQUEST)),
        Err(_) => return Ok(broken(StatusCode::REQUEST_TIMEOUT)),
    };
    if let Some(Late(delay)) = response.extensions().get() {
        sleep(*delay).await;
    }
    // An error ends the connection without an answer.
    if response.extensions().get::<Unanswered>().is_some() {
        return Err(io::Error::other("dropped on purpose"));
    }
    Ok(response.map(Full::new))
}

/// The body, or of a longer one its first bytes beyond `bytes_max`.
async fn read(mut body: Incoming, bytes_max: usize) -> io::Result<Vec<u8>> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    // Who only says that much is to come gets no room for it.
    let mut kept = Vec::with_capacity(announced.min(ROOM_BYTES_MAX));
    let mut dropped: usize = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(io::Error::other)?.into_data() else { continue };
        if kept.len() <= bytes_max {
            kept.extend_from_slice(&data);
        } else {
            dropped = dropped.saturating_add(data.len());
        }
        // Whoever sends more than that gets the answer all the same, and may see his connection break before he reads it.
        if dropped > DROPPED_BYTES_MAX {
            break;
        }
    }
    Ok(kept)
}

/// To a request whose body never came whole. Whatever follows on that connection is not to be trusted.
fn broken(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    response
}
