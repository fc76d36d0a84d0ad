//! The versions of Graph.

/// `/beta`, where all of this lives, or `/v1.0`, which knows applications only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Beta,
    V1,
}

impl Version {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Beta => "beta",
            Self::V1 => "v1.0",
        }
    }

    /// Whether it has what is in beta, and in v1.0 as said.
    pub(super) fn has(self, in_v1: bool) -> bool {
        in_v1 || self == Self::Beta
    }
}
