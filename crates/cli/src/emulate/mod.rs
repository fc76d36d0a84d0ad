//! `emulate`: an emulator of Microsoft Graph's connector groups that real Graph clients can be pointed at.
//!
//! Prints its URL as one line and serves until it is told to stop (SIGTERM, SIGINT), then ends with exit status 0 when what
//! it has begun is done. With `-- COMMAND…` it runs that command under the names of Microsoft's services, and ends with it.
//!
//! # The parts
//!
//! From the ground up: each takes names only from those above it here, and so do the files of a folder among themselves.
//!
//! | part | what it does |
//! |---|---|
//! | `held`, `clock` | locks; the time that a test may move |
//! | `http/` | connections, TLS, the proxy for Microsoft's hosts, whose requests are answered at all |
//! | `sign_in/` | tokens: how clients get them, and who sends a request |
//! | `calls/` | what is known of a request: route, journal, counts |
//! | `faults/` | rules by which requests fail, throttling among them |
//! | `shared/` | the directory that all requests share: one write at a time, reads on snapshots, the store on disk |
//! | `emulator` | what all of these are together |
//! | `control/` | the routes for tests: commands, state, snapshots, faults, journal, clock |
//! | `page/` | the page for people |
//! | `wire` | what Graph answers |
//! | `watch` | faults before that answer, the journal after it |
//! | `service` | which of these a request is for, and whether it gets an answer |
//! | `options`, `begin`, `command`, `start` | from the command line to a running server, and to its end |
//!
//! A request to Graph goes down from `http::connection` by `service`, `watch` and `wire` to `shared`.

mod begin;
mod calls;
mod clock;
mod command;
mod control;
mod emulator;
mod faults;
mod held;
pub(crate) mod http;
mod options;
mod page;
mod service;
mod shared;
mod sign_in;
mod start;
mod watch;
mod wire;

use alloc::sync::Arc;
use core::error::Error;
use std::{path::PathBuf, process::ExitCode};

use self::clock::Clock;
pub(crate) use self::options::Options;
use crate::{out, output};

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
    let inputs = [&options.seed, &options.faults, &options.data].into_iter().flatten().map(PathBuf::as_path);
    out::apart(options.tls_certificate_out.as_deref().as_slice(), &inputs.collect::<Vec<_>>())?;
    let clock = Arc::new(Clock::new(options.clock));
    let (shared, records) = begin::begin(options, clock)?;
    start::run(options.clone(), shared, records).await
}
