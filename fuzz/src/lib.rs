//! What the fuzz targets do with their bytes; `cargo test` does the same with the corpus.

#![allow(
    missing_docs,
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    dead_code,
    unreachable_pub,
    reason = "a target stops where it fails"
)]

#[path = "../../tests/oracle/mod.rs"]
mod oracle;
mod targets;

pub use targets::*;

pub mod abi;
