//! An emulator of Microsoft Graph's connector groups that real Graph clients can be pointed at.
//!
//! ```text
//! cargo run --release --features graph --example emulator -- --listen 127.0.0.1:8080 --seed examples/contoso.jsonl
//! ```
//!
//! Prints its URL as one line and serves until it is told to stop (SIGTERM, SIGINT), then ends with exit status 0 when what
//! it has begun is done. The bearer token of a request is the id of its tenant. `--help` names the options.

extern crate alloc;

mod control;
#[path = "../replay/line.rs"]
mod line;
mod options;
mod page;
mod server;
mod service;
mod tls;
mod world;

use alloc::sync::Arc;
use core::error::Error;
use std::{
    fs,
    io::{self, Write},
    path::Path,
    process::ExitCode,
    sync::Mutex,
};

use connector_groups::Directory;
use hyper::http::uri::Scheme;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::{options::Options, service::Emulator, world::World};

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Some(Ok(options)) => options,
        Some(Err(wrong)) => {
            eprintln!("emulator: {wrong}\n{}", options::USAGE);
            return ExitCode::from(2);
        }
        None => {
            println!("{}", options::USAGE);
            return ExitCode::SUCCESS;
        }
    };
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(mut options: Options) -> Result<(), Box<dyn Error>> {
    let mut world = World::new(options.lag, options.request_ids);
    if let Some(file) = &options.seed {
        seed(&mut world, file, options.quiet).map_err(|error| format!("cannot read {file}: {error}"))?;
    }
    let listener = TcpListener::bind(options.listen).await;
    let listener = listener.map_err(|error| format!("cannot listen on {}: {error}", options.listen))?;
    let address = listener.local_addr()?;
    let acceptor = if options.tls {
        options.tls_names.push(address.ip().to_string());
        let tls = tls::new(options.tls_names)?;
        if let Some(file) = &options.tls_certificate_out {
            fs::write(file, tls.trusted).map_err(|error| format!("cannot write {file}: {error}"))?;
        }
        Some(tls.acceptor)
    } else {
        None
    };
    options.graph.scheme = if options.tls { Scheme::HTTPS } else { Scheme::HTTP };
    if options.control && !address.ip().is_loopback() {
        eprintln!("emulator: whoever reaches {address} may change everything: the control routes ask for no token");
    }
    let (mut terminated, mut interrupted) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stop = async {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    };
    let mut output = io::stdout();
    writeln!(output, "{}://{address}/", options.graph.scheme)?;
    output.flush()?;
    let emulator =
        Emulator { world: Mutex::new(world), graph: options.graph, control: options.control, quiet: options.quiet };
    server::serve(listener, acceptor, options.limits, Arc::new(emulator), stop).await;
    Ok(())
}

fn seed(world: &mut World, file: &str, quiet: bool) -> Result<(), Box<dyn Error>> {
    let text = fs::read(file)?;
    if Path::new(file).extension().is_some_and(|extension| extension == "json") {
        let directory: Directory = world::directory(&text).map_err(|wrong| match wrong {
            Ok(violations) => violations.to_string(),
            Err(error) => error.to_string(),
        })?;
        world.replace(directory);
        return Ok(());
    }
    let replayed = world.replay(&text, |_| ());
    if !quiet {
        eprintln!("{file}: {} accepted, {} refused, {} invalid", replayed.accepted, replayed.refused, replayed.invalid);
    }
    Ok(())
}
