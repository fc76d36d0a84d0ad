//! Regions: `nam`, `eur`, `aus`, `asia`, `ind`, and whatever else the service names (`japan` was seen).

use alloc::sync::Arc;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

/// A region, in lower case. Never empty, and never the sentinel `unknownFutureValue` of Graph.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Region(Arc<str>);

impl Region {
    /// Reads a region in any (ASCII) case; `None` for an empty text or the sentinel.
    ///
    /// ```
    /// # use connector_groups::Region;
    /// assert_eq!(Region::new("Japan").map(|region| region.as_str().to_string()).as_deref(), Some("japan"));
    /// assert_eq!(Region::new("unknownFutureValue"), None);
    /// ```
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        // Graph sends the sentinel in place of values that a client does not know, so it names no region.
        let sentinel = text.eq_ignore_ascii_case("unknownFutureValue");
        // In lower case once, here: regions are compared by every move and region change, and a comparison of texts is
        // all that those do.
        (!text.is_empty() && !sentinel).then(|| Self(text.to_ascii_lowercase().into()))
    }

    /// North America, `nam`.
    #[must_use]
    pub fn nam() -> Self {
        Self("nam".into())
    }

    /// Europe, `eur`.
    #[must_use]
    pub fn eur() -> Self {
        Self("eur".into())
    }

    /// Australia, `aus`.
    #[must_use]
    pub fn aus() -> Self {
        Self("aus".into())
    }

    /// Asia, `asia`.
    #[must_use]
    pub fn asia() -> Self {
        Self("asia".into())
    }

    /// India, `ind`.
    #[must_use]
    pub fn ind() -> Self {
        Self("ind".into())
    }

    /// The region's text, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Arc<str>>::deserialize(deserializer)?;
        Self::new(&text).ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(&text), &"a region"))
    }
}
