//! `emulate`: an emulator of Microsoft Graph's connector groups that real Graph clients can be pointed at.
//!
//! Prints its URL as one line and serves until it is told to stop (SIGTERM, SIGINT), then ends with exit status 0 when what
//! it has begun is done. With `-- COMMAND…` it runs that command under the names of Microsoft's services, and ends with it.

mod authorize;
mod command;
mod control;
mod grants;
mod host;
mod options;
mod page;
mod proxy;
pub(crate) mod server;
mod service;
mod sign_in;
mod start;
mod tls;
mod token;
mod world;

use core::error::Error;
use std::{fs, path::Path, process::ExitCode};

use connector_groups::Directory;

pub(crate) use self::options::Options;
use self::world::{Replayed, World};
use crate::{input, output, words};

/// Serves until it is told to stop; the exit status is 1 where it cannot begin, and a command's where one is run.
pub(crate) fn run(options: &Options) -> ExitCode {
    match serve(options) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            output::say("emulate", &error.to_string());
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn serve(options: &Options) -> Result<u8, Box<dyn Error>> {
    let mut world = World::new(options.lag(), options.request_ids);
    if let Some(file) = &options.seed {
        seed(&mut world, file, options.quiet).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    }
    start::run(options.clone(), world).await
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
