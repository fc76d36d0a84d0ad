//! The engine as the state machine under Raft: three nodes in one process, each with its log in a file.
//!
//! ```text
//! cargo run --release --manifest-path crates/replicated/Cargo.toml -- [--seeds N] [--first SEED] [--measure]
//! ```
//!
//! Each seed is a story (`scenario.rs`), told on a clock of its own, which passes as soon as nobody has anything to do. The
//! exit status is 1 if a story ends otherwise than it must, with the seed, and 2 if the call is wrong. `--measure` times
//! what the log costs beside the engine, with real files and real syncs, in the folder for temporary files.

#![allow(clippy::result_large_err, reason = "the error type is Raft's")]

use std::{
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

mod client;
mod cluster;
mod disk;
mod ledger;
mod log;
mod machine;
mod measure;
mod network;
mod request;
mod runtime;
mod scenario;
#[cfg(test)]
mod tests;
mod traffic;

use scenario::{Story, Summary};

const USAGE: &str = "usage: replicated [--seeds N] [--first SEED] [--measure]";
const STORY: Story = Story { applications: 2000, requests: 60, faults: 4 };

struct Call {
    first: u64,
    seeds: u64,
    measure: bool,
}

fn call(mut arguments: impl Iterator<Item = String>) -> Result<Call, String> {
    let mut call = Call { first: 0, seeds: 100, measure: false };
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let value = arguments.next().ok_or_else(|| format!("{argument} needs a number"))?;
            value.parse::<u64>().map_err(|error| format!("{argument} {value}: {error}"))
        };
        match argument.as_str() {
            "--first" => call.first = number()?,
            "--seeds" => call.seeds = number()?,
            "--measure" => call.measure = true,
            _ => return Err(format!("unexpected argument {argument}")),
        }
    }
    Ok(call)
}

fn main() -> ExitCode {
    let call = match call(std::env::args().skip(1)) {
        Ok(call) => call,
        Err(error) => {
            eprintln!("replicated: {error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if call.measure {
        return match measure::run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("replicated: {error}");
                ExitCode::FAILURE
            }
        };
    }
    let (total, failed) = stories(call.first, call.seeds);
    println!("{} stories, {failed} of them ended wrong; {total}", call.seeds);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Tells the stories of these seeds, each on one thread, as many at once as there are processors.
fn stories(first: u64, seeds: u64) -> (Summary, u64) {
    let (next, total, failed) = (AtomicU64::new(first), Mutex::new(Summary::default()), AtomicU64::new(0));
    let tell = || {
        loop {
            // Threads take seeds one at a time, as stories differ in length.
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first.saturating_add(seeds) {
                break;
            }
            match scenario::run(seed, STORY) {
                Ok(summary) => total.lock().unwrap_or_else(PoisonError::into_inner).add(summary),
                Err(error) => {
                    println!("seed {seed}: {error}");
                    failed.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(tell);
        }
    });
    (total.into_inner().unwrap_or_else(PoisonError::into_inner), failed.into_inner())
}
