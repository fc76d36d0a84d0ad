//! `emulate`: an emulator of Microsoft Graph's connector groups that real Graph clients can be pointed at.
//!
//! Prints its URL as one line and serves until it is told to stop (SIGTERM, SIGINT), then ends with exit status 0 when what
//! it has begun is done. With `-- COMMAND…` it runs that command under the names of Microsoft's services, and ends with it.

mod answer;
mod authorize;
mod begin;
mod call;
mod change;
mod clock;
mod command;
pub(crate) mod connection;
mod control;
mod control_records;
mod control_state;
mod emulator;
mod faults;
mod fold;
mod form;
mod grants;
mod held;
mod host;
mod html;
mod identity;
mod journal;
mod metrics;
mod options;
mod page;
mod page_journal;
mod page_tenant;
mod proxy;
mod route;
pub(crate) mod server;
mod service;
mod shared;
mod sign_in;
mod start;
mod store;
mod tables;
mod tenants;
mod throttle;
mod tls;
mod token;
mod watch;
mod wire;
mod world;
mod writes;

use alloc::sync::Arc;
use core::error::Error;
use std::process::ExitCode;

use self::clock::Clock;
pub(crate) use self::options::Options;
use crate::output;

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
    let clock = Arc::new(Clock::new(options.clock));
    let (shared, records) = begin::begin(options, clock)?;
    start::run(options.clone(), shared, records).await
}
