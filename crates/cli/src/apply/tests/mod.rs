//! Runs in process, against the engine's own wire, with every fault at every place.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test stops where it fails"
)]

pub(crate) mod faults;
mod proof;
mod replicas;
