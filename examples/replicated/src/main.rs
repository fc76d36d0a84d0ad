//! The engine as the state machine under Raft.

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
mod network;
mod request;
mod runtime;
mod scenario;
mod traffic;

use scenario::{Story, Summary};

const USAGE: &str = "usage: replicated [--seeds N] [--first SEED] [--measure]";
const STORY: Story = Story { applications: 2000, commands: 60, faults: 4 };

fn main() -> ExitCode {
    let (mut first, mut seeds) = (0, 100);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let number = arguments.next().and_then(|value| value.parse::<u64>().ok());
        match (argument.as_str(), number) {
            ("--seeds", Some(number)) => seeds = number,
            ("--first", Some(number)) => first = number,
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    let next = AtomicU64::new(first);
    let end = first.saturating_add(seeds);
    let (total, failed) = (Mutex::new(Summary::default()), AtomicU64::new(0));
    let work = || loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            break;
        }
        match scenario::run(seed, STORY) {
            Ok(summary) => total.lock().unwrap_or_else(PoisonError::into_inner).add(summary),
            Err(error) => {
                println!("seed {seed}: {error}");
                failed.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    println!("{total:?}");
    if failed.into_inner() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
