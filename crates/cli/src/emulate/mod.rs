//! `emulate`: an emulator of Microsoft Graph's connector groups that real Graph clients can be pointed at.
//!
//! Prints its URL as one line and serves until it is told to stop (SIGTERM, SIGINT), then ends with exit status 0 when what
//! it has begun is done. The bearer token of a request is the id of its tenant.

mod control;
mod options;
mod page;
pub(crate) mod server;
mod service;
mod tls;
mod world;

use alloc::sync::Arc;
use core::error::Error;
use std::{fs, path::Path, process::ExitCode, sync::Mutex};

use connector_groups::Directory;
use hyper::http::uri::Scheme;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

pub(crate) use self::options::Options;
use self::{
    service::Emulator,
    world::{Replayed, World},
};
use crate::{input, output, words};

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
    let mut world = World::new(options.lag(), options.request_ids);
    if let Some(file) = &options.seed {
        seed(&mut world, file, options.quiet).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    }
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
    let emulator = Emulator { world: Mutex::new(world), graph, control: options.control, quiet: options.quiet };
    server::serve(listener, acceptor, limits, Arc::new(emulator), stop).await;
    Ok(())
}

fn seed(world: &mut World, file: &Path, quiet: bool) -> Result<(), Box<dyn Error>> {
    let text = fs::read(file)?;
    if file.extension().is_some_and(|extension| extension == "json") {
        let directory: Directory = world::directory(input::without_mark(&text)).map_err(|wrong| match wrong {
            Ok(violations) => violations.to_string(),
            Err(error) => error.to_string(),
        })?;
        world.replace(directory);
        return Ok(());
    }
    let replayed = world.replay(&text, |number, directory, outcome| {
        if !quiet && !outcome.is_accepted() {
            let told = words::outcome(directory, &outcome);
            output::say("emulate", &format!("{}: line {number}: {told}", file.display()));
        }
    });
    if !quiet {
        let Replayed { accepted, refused, invalid } = replayed;
        let text = format!("{}: {accepted} accepted, {refused} refused, {invalid} invalid", file.display());
        output::say("emulate", &text);
    }
    Ok(())
}
