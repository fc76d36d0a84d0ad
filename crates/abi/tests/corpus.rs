//! The fuzz target of the interface over its corpus, on any toolchain.

#![allow(
    missing_docs,
    unsafe_code,
    clippy::pedantic,
    clippy::all,
    clippy::restriction,
    reason = "a test stops where it fails"
)]

#[allow(unreachable_pub, reason = "the fuzz crate exports it")]
#[path = "../../../fuzz/src/abi.rs"]
mod target;

#[test]
fn abi() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/abi");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 6);
    for file in files {
        println!("{}", file.display());
        target::abi(&std::fs::read(&file).unwrap());
    }
}
