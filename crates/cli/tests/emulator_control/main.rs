//! What a test does with the emulator: faults, the journal, expectations, tenants of its own, and a directory that is kept.

#![cfg(unix)]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_imports,
    reason = "a test stops where it fails"
)]

extern crate alloc;

#[path = "../emulating/mod.rs"]
mod emulating;
mod faults;
mod kept;
mod records;
mod session;
mod support;
mod together;
