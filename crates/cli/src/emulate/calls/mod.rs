//! The calls that the emulator has had: what is known of each, which are kept, and how many there were of each kind.

pub(crate) mod call;
pub(crate) mod journal;
pub(crate) mod metrics;
pub(crate) mod route;
pub(crate) mod secrets;
