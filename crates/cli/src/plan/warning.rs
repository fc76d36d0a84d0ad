//! One thing to be warned of, and how much it matters.

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Users are cut off, or one failure cuts them off.
    Critical,
    /// Something may break, or it is not known whether it does.
    Warning,
    Note,
}

impl Level {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }

    /// As SARIF calls it.
    pub(super) const fn sarif(self) -> &'static str {
        match self {
            Self::Critical => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One thing to be warned of.
#[derive(Debug, Clone)]
pub(super) struct Warning {
    pub(super) level: Level,
    /// The number of the rule that it comes from, or the kind of slip.
    pub(super) rule: &'static str,
    /// The step that brings it, counted from 1; `None` for the plan as a whole.
    pub(super) step: Option<usize>,
    pub(super) text: String,
}
