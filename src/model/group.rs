//! The connector group.

use alloc::{string::String, sync::Arc};
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{ids::ConnectorGroupId, model::region::Region};

objects! {
    /// A connector group: the unit of high availability and load balancing (Graph: `connectorGroup`).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ConnectorGroup {
        /// Its id, which never changes (T3).
        pub id: ConnectorGroupId,
        /// Its name, which identifies nothing: two groups may share one unless `uniqueNames` is on (R-46).
        pub name: Name,
        /// Its type, which never changes (R-48).
        pub connector_group_type: ConnectorGroupType,
        /// Whether it is the tenant's one default group (R-1), which never changes (R-2).
        pub is_default: bool,
        /// The region that it optimises traffic for; locked while anything is in the group (R-30).
        pub region: Region,
    }
}

/// A group's name: any text that is not blank (R-45), kept as it came.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Name(Arc<str>);

impl Name {
    /// A name, or `None` where the text is empty or white space only.
    ///
    /// ```
    /// # use connector_groups::Name;
    /// assert_eq!(Name::new(" Lyon ").unwrap().as_str(), " Lyon ");
    /// assert_eq!(Name::new(" "), None);
    /// ```
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        (!text.trim().is_empty()).then(|| Self(text.into()))
    }

    /// The text, untrimmed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which names are compared under `uniqueNames`: trimmed and in lower case, by Unicode
    /// rules (I8).
    pub(crate) fn folded(&self) -> String {
        self.0.trim().to_lowercase()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Arc<str>>::deserialize(deserializer)?;
        Self::new(&text)
            .ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(&text), &"a name that is not blank"))
    }
}

const APPLICATION_PROXY: &str = "applicationProxy";

/// The kind of agent that a group is for. Graph may add kinds, so an unknown text is kept unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ConnectorGroupType {
    /// `applicationProxy`: the only type whose groups administrators may change (T5).
    ApplicationProxy,
    /// Any other: `syncFabric` or what the service may yet invent.
    Service(ServiceGroupType),
}

impl ConnectorGroupType {
    /// The text that Graph uses.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::ApplicationProxy => APPLICATION_PROXY,
            Self::Service(other) => other.as_str(),
        }
    }
}

impl fmt::Display for ConnectorGroupType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for ConnectorGroupType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ConnectorGroupType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Arc<str>>::deserialize(deserializer)?;
        Ok(ServiceGroupType::new(&text).map_or(Self::ApplicationProxy, Self::Service))
    }
}

/// A group type other than `applicationProxy`: such groups are made by the service and read-only to administrators (R-49).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ServiceGroupType(Arc<str>);

impl ServiceGroupType {
    /// A type, or `None` for `applicationProxy`, whose groups are made by `createConnectorGroup`.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        // Excluded, so that each type has exactly one form and two equal types compare as equal.
        (text != APPLICATION_PROXY).then(|| Self(text.into()))
    }

    /// `syncFabric`, the one type that has been seen beside `applicationProxy` (R-48).
    #[must_use]
    pub fn sync_fabric() -> Self {
        Self("syncFabric".into())
    }

    /// The text that Graph uses.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for ServiceGroupType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Arc<str>>::deserialize(deserializer)?;
        Self::new(&text)
            .ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(&text), &"a type other than applicationProxy"))
    }
}
