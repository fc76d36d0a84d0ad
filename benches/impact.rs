//! Impacts and diffs under criterion; `compare` measures the same side by side.
//!
//! ```text
//! cargo bench --bench impact [-- --quick] [FILTER]
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

#[allow(dead_code, reason = "each bench has its part of it")]
mod cases;
#[allow(dead_code, reason = "each bench has its part of it")]
mod peers;

fn main() {
    cases::criterion::main("impact");
}
