//! What happened: events, each enough to apply an accepted command to another copy of the state, and to undo it.

use alloc::{boxed::Box, sync::Arc, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AppId, ApplicationId, ConnectorGroupId, ConnectorId},
    model::{
        application::Application,
        connector::{Connector, ConnectorStatus, Presence},
        group::{ConnectorGroup, Name},
        publishing::OnPremisesPublishing,
        region::Region,
    },
    timestamp::Timestamp,
};

/// Something that happened in a tenant (contract §4). The JSON is tagged by `event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// A group was made, at the end of the list.
    ConnectorGroupCreated(ConnectorGroup),
    /// A group has a new name.
    ConnectorGroupRenamed {
        /// The group.
        id: ConnectorGroupId,
        /// The former name.
        from: Name,
        /// The new one.
        to: Name,
    },
    /// A group has a new region.
    ConnectorGroupRegionChanged {
        /// The group.
        id: ConnectorGroupId,
        /// The former region.
        from: Region,
        /// The new one.
        to: Region,
    },
    /// A group went.
    ConnectorGroupDeleted(Removed<ConnectorGroup>),
    /// A connector registered itself, at the end of the list.
    ConnectorRegistered(Connector),
    /// A connector's connection said something new.
    ConnectorReported {
        /// The connector.
        id: ConnectorId,
        /// The properties that changed, as they were.
        from: Report,
        /// The same properties, as they are.
        to: Report,
    },
    /// Connectors went to a group.
    ConnectorsMoved {
        /// Where they went.
        connector_group: ConnectorGroupId,
        /// Who, and where from.
        connectors: Moves<ConnectorId>,
    },
    /// Connectors were removed for having been inactive for too long.
    ConnectorsExpired {
        /// The connectors, in creation order.
        connectors: Vec<Removed<Connector>>,
    },
    /// Time moved on.
    ClockAdvanced {
        /// The former time.
        from: Timestamp,
        /// The new one.
        to: Timestamp,
    },
    /// An application was made, not published, at the end of the list.
    ApplicationCreated {
        /// The application.
        id: ApplicationId,
        /// Its client id.
        app_id: AppId,
        /// Its name.
        display_name: Arc<str>,
    },
    /// An application has a new name.
    ApplicationRenamed {
        /// The application.
        id: ApplicationId,
        /// The former name.
        from: Arc<str>,
        /// The new one.
        to: Arc<str>,
    },
    /// An application went.
    ApplicationDeleted(Removed<Application>),
    /// An application was published for the first time, or again.
    ApplicationPublished {
        /// The application.
        id: ApplicationId,
        /// Where it is assigned: the default group.
        connector_group: ConnectorGroupId,
        /// How it is published.
        on_premises_publishing: Box<OnPremisesPublishing>,
    },
    /// A published application is published otherwise.
    PublishingUpdated {
        /// The application.
        id: ApplicationId,
        /// How it was published.
        from: Box<OnPremisesPublishing>,
        /// How it is now.
        to: Box<OnPremisesPublishing>,
    },
    /// An application is no longer published, nor assigned.
    ApplicationUnpublished {
        /// The application.
        id: ApplicationId,
        /// Where it was assigned.
        connector_group: ConnectorGroupId,
        /// How it was published.
        on_premises_publishing: Box<OnPremisesPublishing>,
    },
    /// Applications were assigned to a group.
    ApplicationsReassigned {
        /// Where they went.
        connector_group: ConnectorGroupId,
        /// Which, and where from.
        applications: Moves<ApplicationId>,
    },
}

/// A thing that was removed, whole, with its place, so that undo restores it there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Removed<T> {
    /// How many of its kind were before it in creation order, in the state before the event.
    pub place: u32,
    /// The thing.
    #[serde(flatten)]
    pub thing: T,
}

/// Who moved, and where from: in creation order, nobody who was there already.
///
/// One move and a million have the same form; how they are kept is not part of the interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moves<Id>(Arc<Vec<Move<Id>>>);

/// One thing that moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Move<Id> {
    /// The thing.
    pub id: Id,
    /// The group that it left.
    pub from: ConnectorGroupId,
}

impl<Id> Moves<Id> {
    /// How many moved.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody moved; the engine makes no such event.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<Id: Copy> Moves<Id> {
    /// Each of them, in creation order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Move<Id>> + '_ {
        self.0.iter().copied()
    }
}

impl<Id> FromIterator<Move<Id>> for Moves<Id> {
    fn from_iter<I: IntoIterator<Item = Move<Id>>>(moves: I) -> Self {
        Self(Arc::new(moves.into_iter().collect()))
    }
}

/// Properties of a connector that a report changed; those that it did not are absent.
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

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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
            (None, Some(_)) => return Err("inactiveSince without a status"),
            (Some(status), since) => {
                let presence = Presence::from_parts(status, since);
                Some(presence.ok_or("inactiveSince goes with the status inactive and with no other")?)
            }
        };
        Ok(Self { presence, external_ip, version })
    }
}
