//! The connector.

use alloc::sync::Arc;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{
    ids::{ConnectorGroupId, ConnectorId},
    timestamp::Timestamp,
};

/// An agent in the customer's network (Graph: `connector`). Its JSON is that of a tenant document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ConnectorDocument", into = "ConnectorDocument")]
pub struct Connector {
    /// Its id.
    pub id: ConnectorId,
    /// Its host's name, as the agent reported it.
    pub machine_name: Arc<str>,
    /// The external address that the service saw.
    pub external_ip: Arc<str>,
    /// Whether it is connected, and if not, since when.
    pub presence: Presence,
    /// The agent's version.
    pub version: Arc<str>,
    /// The one group that it is a member of.
    pub member_of: ConnectorGroupId,
}

/// Whether a connector is connected. An inactive connector has the time since when, an active one has none
/// (I6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Running and connected.
    Active,
    /// Not connected; removed once this has lasted for [`INACTIVE_DAYS_MAX`] days.
    Inactive {
        /// The tenant's time when it turned inactive.
        since: Timestamp,
    },
}

/// A connector that has been inactive for this many days is removed.
pub const INACTIVE_DAYS_MAX: u32 = 10;

impl Presence {
    /// Graph's `status`.
    #[must_use]
    pub const fn status(self) -> ConnectorStatus {
        match self {
            Self::Active => ConnectorStatus::Active,
            Self::Inactive { .. } => ConnectorStatus::Inactive,
        }
    }

    /// Since when it is inactive; `None` while active.
    #[must_use]
    pub const fn inactive_since(self) -> Option<Timestamp> {
        match self {
            Self::Active => None,
            Self::Inactive { since } => Some(since),
        }
    }

    /// The two flat properties as one; `None` where they contradict each other (I6).
    pub(crate) const fn from_parts(status: ConnectorStatus, inactive_since: Option<Timestamp>) -> Option<Self> {
        // One value in place of two that must agree: what contradicts itself cannot be stored, so no rule has to ask
        // for it again.
        match (status, inactive_since) {
            (ConnectorStatus::Active, None) => Some(Self::Active),
            (ConnectorStatus::Inactive, Some(since)) => Some(Self::Inactive { since }),
            // Written out instead of `_`, so that a new status does not compile until it is decided here.
            (ConnectorStatus::Active, Some(_)) | (ConnectorStatus::Inactive, None) => None,
        }
    }
}

/// Graph's `connectorStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ConnectorStatus {
    /// Running and connected.
    Active,
    /// Not connected.
    Inactive,
}

/// From its text only: what serde derives for an enum takes `{"active": null}` as well.
impl<'de> Deserialize<'de> for ConnectorStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct StatusVisitor;

        impl de::Visitor<'_> for StatusVisitor {
            type Value = ConnectorStatus;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("`active` or `inactive`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ConnectorStatus, E> {
                match text {
                    "active" => Ok(ConnectorStatus::Active),
                    "inactive" => Ok(ConnectorStatus::Inactive),
                    other => Err(E::unknown_variant(other, &["active", "inactive"])),
                }
            }
        }

        deserializer.deserialize_str(StatusVisitor)
    }
}

objects! {
    /// A connector as it stands in a tenant document: Graph's flat properties, which may contradict each other.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ConnectorDocument {
        /// Its id.
        pub id: ConnectorId,
        /// Its host's name.
        pub machine_name: Arc<str>,
        /// The external address that the service saw.
        pub external_ip: Arc<str>,
        /// Whether it is connected.
        pub status: ConnectorStatus,
        /// Since when it is inactive; absent while active.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub inactive_since: Option<Timestamp>,
        /// The agent's version.
        pub version: Arc<str>,
        /// The group that it is a member of.
        pub member_of: ConnectorGroupId,
    }
}

/// A connector's `status` and `inactiveSince` contradict each other (I6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("connector {0} must have inactiveSince if it is inactive, and not otherwise (I6)")]
pub struct ContradictoryPresence(pub ConnectorId);

impl TryFrom<ConnectorDocument> for Connector {
    type Error = ContradictoryPresence;

    fn try_from(document: ConnectorDocument) -> Result<Self, ContradictoryPresence> {
        let ConnectorDocument { id, machine_name, external_ip, status, inactive_since, version, member_of } = document;
        let presence = Presence::from_parts(status, inactive_since).ok_or(ContradictoryPresence(id))?;
        Ok(Self { id, machine_name, external_ip, presence, version, member_of })
    }
}

impl From<Connector> for ConnectorDocument {
    fn from(connector: Connector) -> Self {
        let Connector { id, machine_name, external_ip, presence, version, member_of } = connector;
        let (status, inactive_since) = (presence.status(), presence.inactive_since());
        Self { id, machine_name, external_ip, status, inactive_since, version, member_of }
    }
}

/// The properties of a connector that a report changed; unchanged ones are absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "ReportDocument", into = "ReportDocument")]
pub struct Report {
    /// `status`, with `inactiveSince` while it is `inactive`.
    pub presence: Option<Presence>,
    /// `externalIp`.
    pub external_ip: Option<Arc<str>>,
    /// `version`.
    pub version: Option<Arc<str>>,
}

objects! {
    struct ReportDocument {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<ConnectorStatus>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        inactive_since: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        external_ip: Option<Arc<str>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<Arc<str>>,
    }
}

impl From<Report> for ReportDocument {
    fn from(Report { presence, external_ip, version }: Report) -> Self {
        let inactive_since = presence.and_then(Presence::inactive_since);
        Self { status: presence.map(Presence::status), inactive_since, external_ip, version }
    }
}

impl TryFrom<ReportDocument> for Report {
    type Error = &'static str;

    fn try_from(document: ReportDocument) -> Result<Self, &'static str> {
        let ReportDocument { status, inactive_since, external_ip, version } = document;
        let presence = match (status, inactive_since) {
            (None, None) => None,
            // A time alone would leave open whether the status changed.
            (None, Some(_)) => return Err("inactiveSince without a status"),
            (Some(status), since) => {
                let presence = Presence::from_parts(status, since);
                Some(presence.ok_or("inactiveSince goes with the status inactive and with no other")?)
            }
        };
        Ok(Self { presence, external_ip, version })
    }
}
