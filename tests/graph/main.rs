//! The wire layer: requests as clients send them, answers as clients read them.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a test stops where it fails, and has std"
)]

mod assignments;
mod batches;
mod declared;
mod directory;
mod errors;
mod filters;
mod losses;
mod metadata;
mod names;
mod operations;
mod permissions;
mod profiles;
mod properties;
mod queries;
mod references;
mod reports;
mod routes;
mod searches;
mod segments;
mod server;
mod spelling;
#[allow(dead_code, reason = "not every suite needs all of it")]
#[path = "../properties/steps.rs"]
mod steps;
mod traces;
mod typed;
mod upserts;
#[allow(dead_code, reason = "not every suite needs all of it")]
#[path = "../world/mod.rs"]
mod world;
