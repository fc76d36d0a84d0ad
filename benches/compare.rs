//! Everything in one run, side by side: ours, the floors and the peers, each checked against the others before it is timed.
//!
//! ```text
//! cargo bench --bench compare [-- [--quick] [--sizes N,N…] [--only SECTION] ]
//! ```
//!
//! Prints the tables. A whole run, with nothing left out, writes `benches/results/` too.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a bench stops where it fails, and has std"
)]

#[allow(dead_code, reason = "each bench has its part of it")]
mod cases;
#[path = "compare/measure.rs"]
mod measure;
#[allow(dead_code, reason = "each bench has its part of it")]
mod peers;
#[path = "compare/results.rs"]
mod results;
#[path = "compare/tables.rs"]
mod tables;
#[path = "compare/targets.rs"]
mod targets;

use core::time::Duration;
use std::time::Instant;

use cases::world::World;
use measure::{Effort, measure};
use results::Results;

const USAGE: &str = "usage: cargo bench --bench compare -- [--quick] [--sizes N,N...] [--only SECTION]";
const SECTIONS: [&str; 1] = ["bulk"];

struct Options {
    effort: Effort,
    sizes: Vec<u32>,
    sections: Vec<&'static str>,
    is_whole: bool,
}

fn options() -> Result<Options, String> {
    let whole = Effort { rounds: 25, budget: Duration::from_secs(1), turn: Duration::from_millis(2) };
    let mut options = Options {
        effort: whole,
        sizes: vec![1_000, 10_000, 100_000, 1_000_000],
        sections: SECTIONS.into(),
        is_whole: true,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // Cargo says so to every bench.
            "--bench" => continue,
            "--quick" => {
                options.effort = Effort { rounds: 7, budget: Duration::from_millis(200), ..whole };
                options.sizes = vec![1_000, 10_000];
            }
            "--sizes" => {
                let sizes = arguments.next().ok_or("--sizes N,N...")?;
                let sizes = sizes.split(',').map(|size| size.parse().map_err(|error| format!("{size}: {error}")));
                options.sizes = sizes.collect::<Result<_, _>>()?;
            }
            "--only" => {
                let only = arguments.next().ok_or("--only SECTION")?;
                options.sections.retain(|section| *section == only);
            }
            other => return Err(format!("unexpected argument {other}")),
        }
        options.is_whole = false;
    }
    if options.sections.is_empty() || options.sizes.iter().any(|size| *size < 100) {
        return Err(format!("sections are {}, sizes are 100 or more", SECTIONS.join(", ")));
    }
    Ok(options)
}

fn main() {
    let options = options().unwrap_or_else(|error| {
        eprintln!("{error}\n{USAGE}");
        std::process::exit(2);
    });
    let start = Instant::now();
    let mut results = Results::default();
    for applications in options.sizes {
        let world = World::new(applications);
        let progress = |section: &str, case: &str| {
            eprintln!("{:4} s  {applications} applications, {section}: {case}", start.elapsed().as_secs());
        };
        if options.sections.contains(&"bulk") {
            for plan in cases::bulk::plans(&world) {
                progress("bulk", plan.name);
                results.rows.extend(measure("bulk", plan.case(&world), options.effort));
            }
        }
    }
    for section in options.sections {
        println!("\n{section}\n\n{}", tables::section(&results, section).for_terminal());
    }
    println!("\ngrowth: the time of a run as a power of the number of applications\n");
    println!("{}", tables::of_exponents(&results).for_terminal());
    println!("\ntargets\n\n{}", tables::of_targets(&targets::targets(&results)).for_terminal());
}
