//! A proxy that stands in for Microsoft's hosts: clients keep their addresses, and reach the emulator.
//!
//! A client that is told of a proxy asks it for a tunnel to `graph.microsoft.com:443` (`CONNECT`, RFC 9110 §9.3.6). The proxy
//! opens none: it answers in that host's place, with a certificate that the client was told to trust. Every other host is
//! refused, so that a test which strays into the network fails there and is seen.

use alloc::sync::Arc;
use core::pin::pin;
use std::{io, sync::Mutex};

use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode, Uri,
    body::{Bytes, Incoming},
    header::{CONTENT_TYPE, HOST, HeaderValue},
    http::{
        request::Parts,
        uri::{Authority, Scheme},
    },
    server::conn::http1,
    service::service_fn,
    upgrade::{self, OnUpgrade},
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::TcpStream,
    sync::watch,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;

use super::{
    connection::{self, CONNECTION_LIFETIME, Limits, Service},
    host::services,
};
use crate::emulate::held::held;

/// The port that every one of the services has.
const PORT: u16 = 443;

/// How connections to the proxy are taken.
#[derive(Clone)]
pub(crate) struct Proxy {
    /// With a certificate for all of [`services`].
    pub(crate) tls: TlsAcceptor,
    /// Some clients (axios is one) send `GET https://…` to the proxy itself and leave the encryption to it. Their tokens come
    /// in the clear, so this is for proxies that only the same machine reaches.
    pub(crate) takes_plain_requests: bool,
}

/// Serves one connection: its requests to the proxy, or the tunnel that it asks for.
pub(crate) async fn connection(
    stream: TcpStream,
    proxy: Proxy,
    limits: Limits,
    service: Arc<impl Service>,
    mut stopped: watch::Receiver<()>,
) {
    // A tunnel begins when the answer to CONNECT is sent, which is after `respond`: it is put here until then.
    let asked: Mutex<Option<OnUpgrade>> = Mutex::new(None);
    let respond = service_fn(|request| respond(request, &proxy, limits, Arc::clone(&service), &asked));
    {
        let builder = http1::Builder::new().timer(TokioTimer::new()).header_read_timeout(limits.time).clone();
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), respond).with_upgrades());
        tokio::select! {
            _ = connection.as_mut() => {}
            _ = stopped.changed() => connection.as_mut().graceful_shutdown(),
            () = sleep(CONNECTION_LIFETIME) => connection.as_mut().graceful_shutdown(),
        }
    }
    // The connection is the tunnel's now, and what comes over it is another client's TLS.
    let asked = held(&asked).take();
    let Some(asked) = asked else { return };
    let Ok(Ok(stream)) = timeout(limits.time, asked).await else { return };
    if let Ok(Ok(stream)) = timeout(limits.time, proxy.tls.accept(TokioIo::new(stream))).await {
        connection::serve(stream, limits, Arc::new(Tunnelled(service)), stopped).await;
    }
}

/// What answers behind a tunnel. Its client speaks HTTPS whatever the server's own port speaks: a link to `http` would lead it
/// past the proxy, with its token in the clear.
struct Tunnelled<S>(Arc<S>);

impl<S: Service> Service for Tunnelled<S> {
    fn body_bytes_max(&self, head: &Parts) -> usize {
        self.0.body_bytes_max(head)
    }

    fn answer(&self, mut request: Request<Vec<u8>>) -> Response<Bytes> {
        if let Some(uri) = with_https(&request) {
            *request.uri_mut() = uri;
        }
        self.0.answer(request)
    }
}

/// A request's target with scheme and host, from which links are made; `None` where `Host` is none, which the service refuses.
fn with_https(request: &Request<Vec<u8>>) -> Option<Uri> {
    let host = request.headers().get(HOST)?.to_str().ok()?.parse().ok()?;
    let mut parts = request.uri().clone().into_parts();
    parts.scheme = Some(Scheme::HTTPS);
    parts.authority.get_or_insert(host);
    Uri::from_parts(parts).ok()
}

async fn respond(
    mut request: Request<Incoming>,
    proxy: &Proxy,
    limits: Limits,
    service: Arc<impl Service>,
    asked: &Mutex<Option<OnUpgrade>>,
) -> io::Result<Response<Full<Bytes>>> {
    let uri = request.uri();
    let host = uri.authority().map(Authority::host);
    let is_known = host.is_some_and(|host| services().any(|service| service.eq_ignore_ascii_case(host)));
    let is_tunnel = request.method() == Method::CONNECT;
    let port = uri.port_u16().unwrap_or(PORT);
    if !is_known || port != PORT {
        let meant = uri.authority().map_or("no host", Authority::as_str);
        return Ok(refused(&format!(
            "This proxy of the connector-groups emulator answers for Microsoft Graph and its sign-in only, and opens no \
             connection to {meant}.\n"
        )));
    }
    if is_tunnel {
        *held(asked) = Some(upgrade::on(&mut request));
        return Ok(Response::new(Full::default()));
    }
    if proxy.takes_plain_requests && uri.scheme() == Some(&Scheme::HTTPS) {
        return connection::respond(service, limits.time, request).await;
    }
    Ok(refused("This proxy takes CONNECT only.\n"))
}

fn refused(text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text.to_owned())));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
