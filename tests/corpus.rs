//! The fuzz targets over their corpus, on any toolchain.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a test stops where it fails, and has std"
)]

mod oracle;
#[allow(unreachable_pub, reason = "the fuzz crate exports them")]
#[path = "../fuzz/src/targets.rs"]
mod targets;

use std::path::Path;

fn over_the_corpus(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 20, "{target}: {} files", files.len());
    for file in files {
        // A panic is told with the file that leads to it.
        println!("{}", file.display());
        run(&std::fs::read(&file).unwrap());
    }
}

#[test]
fn replay() {
    over_the_corpus("replay", targets::replay);
}

#[test]
fn documents() {
    over_the_corpus("documents", targets::documents);
}

#[test]
fn steps() {
    over_the_corpus("steps", targets::steps);
}

#[test]
fn events() {
    over_the_corpus("events", targets::events);
}

#[test]
fn request() {
    over_the_corpus("request", targets::request);
}
