//! One test a rule: named by it, both sides of the line.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::std_instead_of_alloc,
    reason = "a test stops where it fails, and takes JSON as it is written"
)]

mod answers;
mod applications;
mod attachments;
mod bulk;
mod choices;
mod connectors;
mod diff;
mod groups;
mod impact;
mod order;
mod publishing;
#[path = "../world/mod.rs"]
mod world;
