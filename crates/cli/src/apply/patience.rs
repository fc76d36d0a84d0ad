//! How patient a run is.

use core::time::Duration;

/// A run waits no longer than this because the service asks for it.
pub(crate) const LONGEST: Duration = Duration::from_secs(900);

/// How patient a run is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Effects of a round: what fits into one `$batch`.
    pub(crate) round: usize,
    /// How long a write may take to be seen.
    pub(crate) settle: Duration,
    /// How often in a row the service may fail to answer.
    pub(crate) tries: u32,
    /// The first pause; each further one is twice as long, up to `pause_max`.
    pub(crate) pause: Duration,
    pub(crate) pause_max: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { round: 20, settle: seconds(120), tries: 10, pause: seconds(1), pause_max: seconds(60) }
    }
}
