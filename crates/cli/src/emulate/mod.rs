//! `emulate`: an emulator of Microsoft Graph's connector groups that real Graph clients can be pointed at.
//!
//! Prints its URL as one line and serves until it is told to stop (SIGTERM, SIGINT), then ends with exit status 0 when what
//! it has begun is done. The bearer token of a request is the id of its tenant.

mod begin;
mod call;
mod control;
mod control_records;
mod faults;
mod journal;
mod metrics;
mod options;
mod page;
mod page_journal;
mod page_tenant;
mod records;
pub(crate) mod server;
mod service;
mod store;
mod tenants;
mod tls;
mod world;
mod writes;

use alloc::sync::Arc;
use core::error::Error;
use std::{fs, process::ExitCode, sync::Mutex};

use hyper::{Request, header, http::uri::Scheme};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

pub(crate) use self::options::Options;
use self::service::Emulator;
use crate::output;

/// Serves until it is told to stop; the exit status is 1 where it cannot begin.
pub(crate) fn run(options: &Options) -> ExitCode {
    match serve(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::say("emulate", &error.to_string());
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn serve(options: &Options) -> Result<(), Box<dyn Error>> {
    let mut graph = options.graph();
    let limits = options.limits();
    let (world, records) = begin::begin(options)?;
    let listener = TcpListener::bind(options.listen).await;
    let listener = listener.map_err(|error| format!("cannot listen on {}: {error}", options.listen))?;
    let address = listener.local_addr()?;
    let acceptor = if options.tls {
        let tls = tls::new(options.tls_names(address))?;
        if let Some(file) = &options.tls_certificate_out {
            fs::write(file, tls.trusted).map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        }
        Some(tls.acceptor)
    } else {
        None
    };
    graph.scheme = if options.tls { Scheme::HTTPS } else { Scheme::HTTP };
    if options.control && !address.ip().is_loopback() {
        let warning = format!("whoever reaches {address} may change everything: the control routes ask for no token");
        output::say("emulate", &warning);
    }
    let (mut terminated, mut interrupted) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stop = async {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    };
    output::print(&format!("{}://{address}/", graph.scheme))?;
    let emulator =
        Emulator { world: Mutex::new(world), graph, control: options.control, quiet: options.quiet, records };
    server::serve(listener, acceptor, limits, Arc::new(emulator), stop).await;
    Ok(())
}

/// Scheme and host of a request, for the URLs of its answer.
fn host_root(emulator: &Emulator, request: &Request<Vec<u8>>) -> String {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("graph.microsoft.com");
    format!("{}://{host}", emulator.graph.scheme)
}
