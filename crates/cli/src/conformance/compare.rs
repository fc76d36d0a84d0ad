//! How much of an answer counts.

#[derive(Clone, Copy, clap::ValueEnum)]
pub(super) enum Compare {
    /// The whole answer
    Whole,
    /// Accepted, refused with which code, or invalid
    Code,
    /// Accepted, refused or invalid
    Outcome,
}
