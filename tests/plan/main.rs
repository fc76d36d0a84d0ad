//! Plans beside exhaustive search: in worlds small enough to know every state and every command, the planner reaches what can
//! be reached and nothing else, with as few steps and as little harm as can be.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    clippy::needless_pass_by_value,
    reason = "a test stops where it fails, has std, and takes JSON as it is written"
)]

mod desired;
mod exhaustive;
mod generated;
mod graph;
mod waiting;
#[allow(dead_code, reason = "a part of it is enough here")]
#[path = "../world/mod.rs"]
mod world;
