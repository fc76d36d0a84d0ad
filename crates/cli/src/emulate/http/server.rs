//! A server: it takes connections, with or without TLS or as a proxy, and no more at once than its limits say.

use alloc::sync::Arc;
use core::{future::Future, pin::pin, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;

use super::{
    connection::{self, Limits, STOP_GRACE, Service},
    proxy::{self, Proxy},
};

/// What comes over a connection.
#[derive(Clone)]
pub(crate) enum Transport {
    Plain,
    Tls(TlsAcceptor),
    /// Requests for tunnels to the hosts that the emulator stands in for.
    Proxy(Proxy),
}

/// Serves until `stop` is there, and then what has begun.
pub(crate) async fn serve(
    listener: TcpListener,
    transport: Transport,
    limits: Limits,
    service: Arc<impl Service>,
    stop: impl Future<Output = ()>,
) {
    let free = Arc::new(Semaphore::new(usize::try_from(limits.connections).unwrap_or(Semaphore::MAX_PERMITS)));
    let (stopping, stopped) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let accept = async {
            // Neither fails: nobody closes the semaphore, and a listener outlives the trouble of one connection.
            // The permit comes first: beyond the limit, connections wait in the system's queue, where they cost nothing here.
            let permit = Arc::clone(&free).acquire_owned().await;
            (permit, accept(&listener).await)
        };
        let (permit, stream) = tokio::select! {
            accepted = accept => accepted,
            () = &mut stop => break,
        };
        let (transport, service, stopped) = (transport.clone(), Arc::clone(&service), stopped.clone());
        tokio::spawn(async move {
            let _permit = permit;
            match transport {
                Transport::Plain => connection::serve(stream, limits, service, stopped).await,
                Transport::Proxy(proxy) => proxy::connection(stream, proxy, limits, service, stopped).await,
                Transport::Tls(tls) => {
                    if let Ok(Ok(stream)) = timeout(limits.time, tls.accept(stream)).await {
                        connection::serve(stream, limits, service, stopped).await;
                    }
                }
            }
        });
    }
    // Nobody is let in any more, and every connection sees the sender go. All permits are free when the last has ended.
    drop((listener, stopping));
    _ = timeout(STOP_GRACE, free.acquire_many(limits.connections)).await;
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Small answers go out at once; where that cannot be had, they go out a little later.
                _ = stream.set_nodelay(true);
                return stream;
            }
            // A connection that went before it was taken, or no file descriptor left: another may end soon.
            Err(_) => sleep(Duration::from_millis(10)).await,
        }
    }
}
