//! Everything in one run, side by side: ours, the floors and the peers, each checked against the others before it is timed.
//!
//! ```text
//! cargo bench --bench compare [-- [--quick] [--sizes N,N…] [--only SECTION] ]
//! ```
//!
//! Prints the tables and writes them, with pictures: a whole run into `benches/results/` and `src/docs/performance.md`, any
//! other below `target/`.

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

#[path = "compare/figures.rs"]
mod figures;
#[path = "compare/machine.rs"]
mod machine;
#[path = "compare/measure.rs"]
mod measure;
#[path = "compare/plots.rs"]
mod plots;
#[path = "compare/report.rs"]
mod report;
#[path = "compare/results.rs"]
mod results;
#[path = "compare/tables.rs"]
mod tables;
#[path = "compare/targets.rs"]
mod targets;

use core::time::Duration;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use connector_groups_benches::cases::{SECTIONS, Section, world::World};
use measure::{Effort, measure};
use report::Report;
use results::Results;

const USAGE: &str = "usage: cargo bench --bench compare -- [--quick] [--sizes N,N...] [--only SECTION]";

struct Options {
    effort: Effort,
    sizes: Vec<u32>,
    sections: Vec<&'static Section>,
    is_whole: bool,
}

fn options() -> Result<Options, String> {
    let whole = Effort { rounds: 15, budget: Duration::from_millis(300), turn: Duration::from_millis(2) };
    let mut options = Options {
        effort: whole,
        sizes: vec![1_000, 10_000, 100_000, 1_000_000, 10_000_000],
        sections: SECTIONS.iter().collect(),
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
                options.sections.retain(|section| section.name == only);
            }
            other => return Err(format!("unexpected argument {other}")),
        }
        options.is_whole = false;
    }
    if options.sections.is_empty() || options.sizes.iter().any(|size| *size < 1_000) {
        return Err(format!(
            "sections are {}, sizes are 1000 or more",
            SECTIONS.map(|section| section.name).join(", ")
        ));
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
    let sizes = options.sizes;
    // A machine that is shared is slower for seconds, in which all turns of a case may fall: a whole run measures everything once
    // more, minutes later.
    let passes = if options.is_whole { 2 } else { 1 };
    for applications in (0..passes).flat_map(|_| sizes.iter().copied()) {
        let world = World::new(applications);
        for section in &options.sections {
            if applications > section.applications_max {
                eprintln!("{}: not at {applications} applications, for what it is measured beside", section.name);
                continue;
            }
            (section.cases)(&world, &mut |case| {
                let (seconds, name, section) = (start.elapsed().as_secs(), case.name, section.name);
                eprintln!("{seconds:4} s  {applications} applications, {section}: {name}");
                results.add(measure(section, case, options.effort));
            });
        }
    }
    let memory = memory(&sizes);
    let lines = || memory.lines();
    results.memory = lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    results.tenants = lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let report = Report::new(&results, options.sections);
    report.print();
    let folder = if options.is_whole {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("results")
    } else {
        PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
    };
    report.write(&folder).expect("a folder to write into");
    if options.is_whole {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/docs/performance.md");
        report.write_into(&page).expect("the place for figures");
    }
    let shown = folder.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(&folder);
    println!("{} s; written to {}", start.elapsed().as_secs(), shown.display());
}

/// What the bench `memory` counts, in lines of JSON; a process of its own, so that no allocation here is slower for being counted.
fn memory(sizes: &[u32]) -> String {
    let Some(cargo) = std::env::var_os("CARGO") else {
        eprintln!("memory is not measured: cargo runs that");
        return String::new();
    };
    let mut command = Command::new(cargo);
    command.args(["bench", "--quiet", "--bench", "memory", "--", "--json"]).args(sizes.iter().map(u32::to_string));
    let output = command.stderr(Stdio::inherit()).output().expect("cargo runs");
    assert!(output.status.success(), "the bench memory failed");
    String::from_utf8(output.stdout).expect("lines of JSON")
}
