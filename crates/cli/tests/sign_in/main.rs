//! The emulator as programs meet it that know nothing of it: they sign in, and reach it by the names of Microsoft's hosts.

#![cfg(all(unix, feature = "emulate"))]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_imports,
    reason = "a test stops where it fails"
)]

mod names;
mod support;
mod tokens;
mod users;
