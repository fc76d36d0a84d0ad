//! The connector.

use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

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

/// Whether a connector is connected. A time goes with being inactive, and with nothing else (I6).
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
        match (status, inactive_since) {
            (ConnectorStatus::Active, None) => Some(Self::Active),
            (ConnectorStatus::Inactive, Some(since)) => Some(Self::Inactive { since }),
            (ConnectorStatus::Active, Some(_)) | (ConnectorStatus::Inactive, None) => None,
        }
    }
}

/// Graph's `connectorStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ConnectorStatus {
    /// Running and connected.
    Active,
    /// Not connected.
    Inactive,
}

/// A connector as it stands in a tenant document: Graph's flat properties, which may contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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

/// A connector's `status` and `inactiveSince` contradict each other (I6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("connector {0} has inactiveSince if and only if it is inactive (I6)")]
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
