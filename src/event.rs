//! What happened: events, each enough to apply an accepted command to another copy of the state, and to undo it.

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::{fmt, slice};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    ids::{AppId, ApplicationId, ConnectorGroupId, ConnectorId},
    model::{
        application::Application,
        connector::Connector,
        group::{ConnectorGroup, Name},
        publishing::OnPremisesPublishing,
        region::Region,
    },
    state::BulkMove,
    timestamp::Timestamp,
};

pub use crate::model::connector::Report;

/// Something that happened in a tenant. The JSON is tagged by `event`.
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
        applications: ApplicationMoves,
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
pub struct Moves<Id>(Arc<[Move<Id>]>);

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
        Self(moves.into_iter().collect())
    }
}

/// Which applications moved, and where from: in creation order, none that was there already.
///
/// One move and a million have the same form. Many are kept as a snapshot of the state before and who it is, a whole group
/// at no cost in the number of its applications, and are spelled out when somebody reads them. Such an event keeps
/// the parts of the former state alive that have changed since.
#[derive(Clone)]
pub struct ApplicationMoves(Kept);

#[derive(Clone)]
enum Kept {
    /// One has no list to itself: it is what most commands move.
    One(Move<ApplicationId>),
    Listed(Moves<ApplicationId>),
    Bulk(BulkMove),
}

impl ApplicationMoves {
    /// Many, who are at least one.
    pub(crate) const fn bulk(bulk: BulkMove) -> Self {
        Self(Kept::Bulk(bulk))
    }

    /// Those who left together, if that is how the moves are kept, else each move.
    pub(crate) fn as_bulk(&self) -> Result<&BulkMove, &[Move<ApplicationId>]> {
        match &self.0 {
            Kept::One(one) => Err(slice::from_ref(one)),
            Kept::Listed(moves) => Err(&moves.0),
            Kept::Bulk(bulk) => Ok(bulk),
        }
    }

    /// How many moved. O(1).
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_bulk().map_or_else(<[_]>::len, BulkMove::len)
    }

    /// Whether nobody moved; the engine makes no such event.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Each of them, in creation order. A whole group is found anew each time, by a visit to the tenant's applications.
    pub fn iter(&self) -> impl Iterator<Item = Move<ApplicationId>> + '_ {
        let bulk = self.as_bulk();
        let listed = bulk.err().unwrap_or_default();
        let bulk = bulk.ok().map(BulkMove::iter).into_iter().flatten();
        listed.iter().copied().chain(bulk.map(|(id, from)| Move { id, from }))
    }
}

impl FromIterator<Move<ApplicationId>> for ApplicationMoves {
    fn from_iter<I: IntoIterator<Item = Move<ApplicationId>>>(moves: I) -> Self {
        let mut moves = moves.into_iter();
        Self(match (moves.next(), moves.next()) {
            (Some(one), None) => Kept::One(one),
            (first, second) => Kept::Listed(first.into_iter().chain(second).chain(moves).collect()),
        })
    }
}

/// Equal where they say the same, however they are kept.
impl PartialEq for ApplicationMoves {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Eq for ApplicationMoves {}

impl fmt::Debug for ApplicationMoves {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for ApplicationMoves {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for ApplicationMoves {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Moves::deserialize(deserializer).map(|moves| Self(Kept::Listed(moves)))
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;
    use crate::{columns::HashSeed, ids::TenantId, model::Rules, state::State};

    #[test]
    fn a_whole_group_is_kept_as_such_and_equals_its_list() {
        let (default, other) = (ConnectorGroupId::from_u128(0), ConnectorGroupId::from_u128(1));
        let region = Region::new("eur").unwrap();
        let group = ConnectorGroup {
            id: default,
            name: Name::new("Default").unwrap(),
            connector_group_type: crate::model::group::ConnectorGroupType::ApplicationProxy,
            is_default: true,
            region: region.clone(),
        };
        let rules = Rules { unique_names: false, regional_connector_moves: false };
        let mut state =
            State::new(HashSeed::default(), TenantId::from_u128(0), region, Timestamp::UNIX_EPOCH, rules, &group);
        let id = ApplicationId::from_u128;
        for number in 0..2 {
            let app_id = AppId::from_u128(number);
            let application = Application { id: id(number), app_id, display_name: "a".into(), publication: None };
            state.push_application(&application);
            state.publish_application(id(number), default, &OnPremisesPublishing::default());
        }
        let whole = ApplicationMoves::bulk(BulkMove::groups([state.default_connector_group()].into_iter()).unwrap());
        let listed = |moves: &[(u128, ConnectorGroupId)]| -> ApplicationMoves {
            moves.iter().map(|(number, from)| Move { id: id(*number), from: *from }).collect()
        };
        assert!(whole.as_bulk().is_ok());
        assert_eq!((whole.len(), whole.is_empty()), (2, false));
        assert_eq!(whole, listed(&[(0, default), (1, default)]));
        assert_ne!(whole, listed(&[(0, default), (1, other)]));
        assert_ne!(whole, listed(&[(0, default)]));
        assert_eq!(format!("{whole:?}"), format!("{:?}", whole.iter().collect::<Vec<_>>()));
    }
}
