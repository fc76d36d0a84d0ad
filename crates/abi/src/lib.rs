//! The engine for other languages: handles and bytes, built as WebAssembly without imports and as a C library.
//!
//! * A *handle* names a directory, a buffer or an answer until it is dropped. A number is given out once, so that a handle
//!   that was dropped is an error ever after, and never another thing.
//! * Commands are lines of the replay format, answers are their answers; a request and its response are laid out as HTTP/1.1
//!   lays them out ([`wire`]); all else is JSON. So no function here knows any command by name.
//! * Every function gives a [`Status`]. A refused command and a line that is no command are answers, not failures.
//! * Nothing here reads a clock or draws a number at random: the caller brings both.
//!
//! [`exports`] holds the functions that other languages call, and every `unsafe` of this project. The rest is safe and can be
//! called from Rust: [`engine`] and [`analysis`] on directories, [`handles`] on numbers.

extern crate alloc;

#[cfg(feature = "analysis")]
pub mod analysis;
#[cfg(not(feature = "analysis"))]
#[path = "no_analysis.rs"]
pub mod analysis;
pub mod engine;
pub mod exports;
pub mod handles;
mod line;
mod status;
pub mod wire;

pub use status::{Failure, Status};
