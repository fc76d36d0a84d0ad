//! An emulator of Microsoft Graph's connector groups that real Graph clients can be pointed at.
//!
//! ```text
//! cargo run --release --features graph --example emulator -- --listen 127.0.0.1:8080 --seed examples/contoso.jsonl
//! ```
//!
//! Prints its URL as one line and serves until it is told to stop (SIGTERM, SIGINT), then ends with exit status 0 when what
//! it has begun is done. The bearer token of a request is the id of its tenant. `--help` names the options.

extern crate alloc;

mod command;
mod control;
mod grants;
mod host;
#[path = "../replay/line.rs"]
mod line;
mod options;
mod page;
mod proxy;
mod server;
mod service;
mod sign_in;
mod start;
mod tls;
mod token;
mod world;

use core::error::Error;
use std::{fs, path::Path, process::ExitCode};

use connector_groups::Directory;

use crate::{options::Options, world::World};

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
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(options: Options) -> Result<u8, Box<dyn Error>> {
    let mut world = World::new(options.lag, options.request_ids);
    if let Some(file) = &options.seed {
        seed(&mut world, file, options.quiet).map_err(|error| format!("cannot read {file}: {error}"))?;
    }
    start::run(options, world).await
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
