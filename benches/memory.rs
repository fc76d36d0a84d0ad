//! Bytes for each application, counted by the allocator: ours and the peers. What an allocator adds to each request, and its
//! holes, are not counted. `SQLite` asks another allocator, so that it is asked for its pages.
//!
//! ```text
//! cargo bench --bench memory [-- [--json] N...]
//! ```

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

use connector_groups_benches::peers::{
    Data,
    careful::Careful,
    naive::Naive,
    ours::Ours,
    persistent::Persistent,
    sqlite::{Keys, Sqlite},
};
use peak_alloc::PeakAlloc;
use serde_json::json;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// What is held once the thing is made.
fn held<T>(make: impl FnOnce() -> T) -> u32 {
    let before = ALLOCATOR.current_usage();
    let thing = make();
    let bytes = ALLOCATOR.current_usage() - before;
    drop(thing);
    u32::try_from(bytes).unwrap()
}

fn main() {
    let (mut json, mut sizes) = (false, Vec::new());
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            // Cargo says so to every bench.
            "--bench" => {}
            "--json" => json = true,
            size => sizes.push(size.parse().expect("a number of applications")),
        }
    }
    if sizes.is_empty() {
        sizes = vec![1_000, 10_000, 100_000, 1_000_000];
    }
    for applications in sizes {
        for named in [false, true] {
            let data = Data::new(applications);
            let data = if named { data } else { data.without_names() };
            let sqlite = |keys| u32::try_from(Sqlite::new(&data, keys).bytes()).unwrap();
            let all = [
                ("ours", held(|| Ours::new(&data))),
                ("careful", held(|| Careful::new(&data))),
                ("naive", held(|| Naive::new(&data))),
                ("persistent", held(|| Persistent::new(&data))),
                ("SQLite, integers", sqlite(Keys::Integers)),
                ("SQLite, GUID texts", sqlite(Keys::Texts)),
            ];
            for (contender, bytes) in all {
                let bytes = f64::from(bytes) / f64::from(applications);
                if json {
                    println!(
                        "{}",
                        json!({"contender": contender, "applications": applications, "named": named, "bytes": bytes})
                    );
                } else {
                    let names = if named { "with names" } else { "without names" };
                    println!("{applications:>8} applications {names:>14}: {bytes:>6.1} bytes each, {contender}");
                }
            }
        }
    }
}
