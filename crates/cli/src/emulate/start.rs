//! From options to a running server, and to its end.

use alloc::sync::Arc;
use core::{error::Error, net::SocketAddr};
use std::{
    ffi::{OsStr, OsString},
    io::{self, Write},
    path::{Path, PathBuf},
};

use hyper::http::uri::Scheme;
use tempfile::NamedTempFile;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use super::{
    command,
    emulator::{Emulator, Records},
    http::{
        host::{Hosts, services},
        proxy::Proxy,
        server::{self, Transport},
        tls::{self, Tls},
    },
    options::Options,
    shared::Shared,
    sign_in::{codes::Codes, grants::SignIn, token::Signer},
};
use crate::{out, output};

/// A socket that listens, and where.
struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

async fn bind(address: SocketAddr) -> Result<Bound, Box<dyn Error>> {
    let listener = TcpListener::bind(address).await;
    let listener = listener.map_err(|error| format!("cannot listen on {address}: {error}"))?;
    let address = listener.local_addr()?;
    Ok(Bound { listener, address })
}

/// What the options ask for, made ready: sockets, certificate and names.
struct Ready {
    main: Bound,
    proxy: Option<Bound>,
    tls: Option<Tls>,
    names: Vec<String>,
    /// The file with the certificate to trust: the user's, or a temporary one that goes at the end.
    trusted: Option<Trusted>,
}

enum Trusted {
    File(PathBuf),
    Temporary(NamedTempFile),
}

impl Trusted {
    fn path(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::Temporary(file) => file.path(),
        }
    }
}

/// Serves until it is told to stop, or until the command has ended whose exit status is the result.
pub(crate) async fn run(mut options: Options, shared: Shared, records: Records) -> Result<u8, Box<dyn Error>> {
    let command = core::mem::take(&mut options.command);
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    if !command.is_empty() {
        // Runs at the same time must not want the same port.
        options.listen = options.listen.or(Some(any_port));
        options.proxy = options.proxy.or(Some(any_port));
        options.tls = true;
    }
    let ready = ready(&options).await?;
    warn(&options, &ready);
    let proxy_address = ready.proxy.as_ref().map(|bound| bound.address);
    let scheme = if options.tls { Scheme::HTTPS } else { Scheme::HTTP };
    let url = format!("{scheme}://{}", ready.main.address);
    let mut graph = options.graph();
    graph.scheme = scheme;
    let emulator = Arc::new(Emulator {
        hosts: Hosts::new(ready.main.address, ready.names),
        sign_in: SignIn {
            signer: Signer::new(Arc::clone(&shared.clock))?,
            grants: options.grants(),
            codes: Codes::default(),
        },
        enforces_permissions: options.enforce_permissions,
        shared,
        graph,
        control: options.control,
        quiet: options.quiet,
        records,
    });
    let acceptor = ready.tls.map(|tls| tls.acceptor);
    let transport = match &acceptor {
        Some(acceptor) if options.tls => Transport::Tls(acceptor.clone()),
        _ => Transport::Plain,
    };
    let (stop, stopped) = watch::channel(());
    let until = |mut stopped: watch::Receiver<()>| async move {
        // An error means that the sender has gone, which is the end too.
        _ = stopped.changed().await;
    };
    let limits = options.limits();
    let main = server::serve(ready.main.listener, transport, limits, Arc::clone(&emulator), until(stopped.clone()));
    let main = tokio::spawn(main);
    let proxy = ready.proxy.zip(acceptor).map(|(bound, tls)| {
        let takes_plain_requests = bound.address.ip().is_loopback() || options.insecure;
        let transport = Transport::Proxy(Proxy { tls, takes_plain_requests });
        tokio::spawn(server::serve(bound.listener, transport, limits, emulator, until(stopped)))
    });
    let proxy_and_trusted = proxy_address.zip(ready.trusted.as_ref().map(Trusted::path));
    let code = until_the_end(&command, &url, proxy_and_trusted).await?;
    // Both servers see the sender go, end what they have begun, and take nothing more.
    drop(stop);
    main.await?;
    if let Some(proxy) = proxy {
        proxy.await?;
    }
    Ok(code)
}

/// Waits for a signal, or for the command to end; the exit status.
async fn until_the_end(
    command: &[OsString],
    url: &str,
    proxy: Option<(SocketAddr, &Path)>,
) -> Result<u8, Box<dyn Error>> {
    let variables = command::variables(url, proxy);
    if command.is_empty() {
        // Whoever reads the address may send a signal at once.
        let (mut terminated, mut interrupted) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        say(url, proxy.is_some().then_some(&*variables))?;
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
        return Ok(0);
    }
    let ran = command::run(command, &variables).await;
    ran.map_err(|error| format!("cannot run {}: {error}", command.join(OsStr::new(" ")).display()).into())
}

async fn ready(options: &Options) -> Result<Ready, Box<dyn Error>> {
    let main = bind(options.listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080)))).await?;
    if !(main.address.ip().is_loopback() || options.tls || options.insecure) {
        let text = "tokens would cross the network in the clear: add --tls, or --insecure if that is meant";
        return Err(text.into());
    }
    // Both sockets before any certificate: a port that is taken is told at once.
    let proxy = match options.proxy {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    let mut names = options.tls_names.clone();
    if proxy.is_some() {
        names.extend(services().map(String::from));
    }
    let (mut tls, mut trusted) = (None, None);
    if options.tls || proxy.is_some() {
        let mut certified = names.clone();
        certified.extend(["localhost", "127.0.0.1", "::1"].map(String::from));
        certified.push(main.address.ip().to_string());
        let made = tls::new(certified)?;
        trusted = match &options.tls_certificate_out {
            Some(file) => {
                out::file(file, &made.trusted)?;
                Some(Trusted::File(file.clone()))
            }
            // Clients of the proxy have to be given a file.
            None if proxy.is_some() => {
                let mut file = tempfile::Builder::new().prefix("connector-groups-").suffix(".pem").tempfile()?;
                file.write_all(made.trusted.as_bytes())?;
                Some(Trusted::Temporary(file))
            }
            None => None,
        };
        tls = Some(made);
    }
    Ok(Ready { main, proxy, tls, names, trusted })
}

/// What whoever starts the emulator should know, on standard error.
fn warn(options: &Options, ready: &Ready) {
    let address = ready.main.address;
    if options.control && !address.ip().is_loopback() {
        let warning = format!("whoever reaches {address} may change everything: the control routes ask for no token");
        output::say("emulate", &warning);
    }
    if !options.quiet {
        let warning =
            "SIGN-IN TAKES EVERY SECRET, CERTIFICATE AND PASSWORD, and the wire every token that names a tenant";
        output::say("emulate", warning);
    }
}

/// Tells the address as the first line on standard output, and then how the proxy is used where there is one.
fn say(url: &str, variables: Option<&[(&'static str, String)]>) -> io::Result<()> {
    let mut output = io::stdout();
    writeln!(output, "{url}")?;
    if let Some(variables) = variables {
        writeln!(output, "{}", command::hint(variables))?;
    }
    output.flush()
}
