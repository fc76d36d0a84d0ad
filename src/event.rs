//! Events: the effects of accepted commands. An event holds everything that is needed to apply it to a copy, and to undo it.

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::{fmt, slice};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    columns::Exactly,
    ids::{AppId, ApplicationId, ApplicationSegmentId, ConnectorGroupId, ConnectorId, ServicePrincipalId},
    model::{
        application::Application,
        connector::Connector,
        group::{ConnectorGroup, Name},
        properties::{ApplicationProperties, ApplicationPropertyChanges, ProfilePropertyChanges},
        publishing::OnPremisesPublishing,
        region::Region,
        segment::ApplicationSegment,
        service_principal::ServicePrincipal,
    },
    state::BulkMove,
    timestamp::Timestamp,
};

pub use crate::model::connector::Report;

/// Something that happened in a tenant. The JSON is tagged by `event`.
///
/// An event holds the values before and after it, so that it can be applied to an equal copy and taken back. `Display` says it in
/// one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Event {
    /// A group was made, at the end of the list.
    ConnectorGroupCreated(ConnectorGroup),
    /// A group has a new name.
    ConnectorGroupRenamed {
        /// Which group: its id never changes.
        id: ConnectorGroupId,
        /// Its name before the event, to which undo returns.
        from: Name,
        /// Its name from now on.
        to: Name,
    },
    /// A group has a new region.
    ConnectorGroupRegionChanged {
        /// Which group: it was empty, as a region changes only then.
        id: ConnectorGroupId,
        /// Its region before the event, to which undo returns.
        from: Region,
        /// Its region from now on.
        to: Region,
    },
    /// A group was deleted; it was empty.
    ConnectorGroupDeleted(Removed<ConnectorGroup>),
    /// A connector registered itself, at the end of the list.
    ConnectorRegistered(Connector),
    /// A connector reported a new status, address or version.
    ConnectorReported {
        /// Whose agent has reported.
        id: ConnectorId,
        /// The former values of the properties that changed.
        from: Report,
        /// The new values of the same properties.
        to: Report,
    },
    /// Connectors moved to a group.
    ConnectorsMoved {
        /// The group that they entered.
        connector_group: ConnectorGroupId,
        /// The connectors that moved, each with the group that it left.
        connectors: Moves<ConnectorId>,
    },
    /// Connectors were removed for having been inactive for too long.
    ConnectorsExpired {
        /// The connectors, in creation order.
        connectors: Vec<Removed<Connector>>,
    },
    /// The tenant's clock advanced.
    ClockAdvanced {
        /// The tenant's time before the event.
        from: Timestamp,
        /// The tenant's time from now on; never before `from` (I7).
        to: Timestamp,
    },
    /// An application was made, not published, at the end of the list.
    ApplicationCreated {
        /// The key of its directory object, unique in the tenant (I4).
        id: ApplicationId,
        /// Its client id, unique in the tenant as well (I4).
        app_id: AppId,
        /// Its name, not unique, possibly empty.
        display_name: Arc<str>,
        /// What else the command said of it, kept as it came.
        #[serde(default, skip_serializing_if = "ApplicationProperties::is_empty")]
        properties: ApplicationProperties,
    },
    /// An application has a new name.
    ApplicationRenamed {
        /// Which application.
        id: ApplicationId,
        /// Its name before the event, to which undo returns.
        from: Arc<str>,
        /// Its name from now on.
        to: Arc<str>,
    },
    /// Other properties of an application changed.
    ApplicationPropertiesUpdated {
        /// Whose properties.
        id: ApplicationId,
        /// The members that changed, as they were; null where there was none.
        from: ApplicationPropertyChanges,
        /// The same members, as they are; null where there is none.
        to: ApplicationPropertyChanges,
    },
    /// An application was deleted.
    ApplicationDeleted(Removed<Application>),
    /// An application was published for the first time, or again.
    ApplicationPublished {
        /// Which application; it was not published before.
        id: ApplicationId,
        /// The group that it is assigned to: the default group.
        connector_group: ConnectorGroupId,
        /// Every property, those at their defaults included.
        on_premises_publishing: Box<OnPremisesPublishing>,
    },
    /// Publishing properties of a published application changed.
    PublishingUpdated {
        /// Whose publishing; its group and its segments stay.
        id: ApplicationId,
        /// Every property as it was, so that undo needs no other event.
        from: Box<OnPremisesPublishing>,
        /// Every property as it is now.
        to: Box<OnPremisesPublishing>,
    },
    /// An application is no longer published, nor assigned.
    ApplicationUnpublished {
        /// Which application; it stays, without group and segments.
        id: ApplicationId,
        /// The group that it was assigned to.
        connector_group: ConnectorGroupId,
        /// Every property as it was, so that undo publishes it alike.
        on_premises_publishing: Box<OnPremisesPublishing>,
        /// Its segments, which went with it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        application_segments: Vec<ApplicationSegment>,
    },
    /// Applications were assigned to a group.
    ApplicationsReassigned {
        /// The group that they are assigned to now.
        connector_group: ConnectorGroupId,
        /// The applications that moved, each with the group that it left.
        applications: ApplicationMoves,
    },
    /// An application has a service principal.
    ServicePrincipalCreated(Attached<ServicePrincipal>),
    /// Properties of a service principal changed.
    ServicePrincipalUpdated {
        /// Whose properties.
        id: ServicePrincipalId,
        /// The members that changed, as they were; null where there was none.
        from: ApplicationPropertyChanges,
        /// The same members, as they are; null where there is none.
        to: ApplicationPropertyChanges,
    },
    /// A service principal went.
    ServicePrincipalDeleted(Attached<ServicePrincipal>),
    /// An application has a new segment, behind its others.
    ApplicationSegmentAdded(Box<Attached<ApplicationSegment>>),
    /// A segment is another, at its place.
    ApplicationSegmentUpdated {
        /// Which segment; it keeps its place among those of its application.
        id: ApplicationSegmentId,
        /// Every field before the event.
        from: Box<ApplicationSegment>,
        /// Every field from now on.
        to: Box<ApplicationSegment>,
    },
    /// A segment went; its place is among those of its application.
    ApplicationSegmentRemoved(Box<Removed<Attached<ApplicationSegment>>>),
    /// The tenant's publishing profile says something else.
    ProfileUpdated {
        /// The members that changed, as they were; null where there was none.
        from: ProfilePropertyChanges,
        /// The same members, as they are; null where there is none.
        to: ProfilePropertyChanges,
    },
}

/// A thing with the application that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attached<T> {
    /// Whose it is.
    pub application: ApplicationId,
    /// What the application has: a service principal or a segment.
    #[serde(flatten)]
    pub thing: T,
}

/// A thing that was removed, whole, with its place, so that undo restores it there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Removed<T> {
    /// The number of things of its kind before it in creation order, in the state before the event.
    pub place: u32,
    /// Every property that it had.
    #[serde(flatten)]
    pub thing: T,
}

/// Things that moved, each with the group that it left, in creation order. Things that were in the target already are absent.
///
/// One move and a million have the same JSON; the representation is private.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moves<Id>(Arc<[Move<Id>]>);

/// One thing that moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Move<Id> {
    /// Which connector or application.
    pub id: Id,
    /// The group that it left.
    pub from: ConnectorGroupId,
}

impl<Id> Moves<Id> {
    /// The number of moves.
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
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Move<Id>> + ExactSizeIterator + '_ {
        self.0.iter().copied()
    }
}

impl<Id> FromIterator<Move<Id>> for Moves<Id> {
    fn from_iter<I: IntoIterator<Item = Move<Id>>>(moves: I) -> Self {
        Self(moves.into_iter().collect())
    }
}

/// Applications that moved, each with the group that it left, in creation order. Those that were in the target already are
/// absent.
///
/// One move and a million have the same JSON. Many moves are kept as a snapshot of the state before them and a description
/// of what moved; the cost of a whole group does not depend on the number of its applications. The list is made when
/// somebody reads it. Such an event keeps those pages of the former state in memory that have changed since.
#[derive(Clone)]
pub struct ApplicationMoves(Kept);

#[derive(Clone)]
enum Kept {
    /// A single move needs no allocation; most commands move one application.
    One(Move<ApplicationId>),
    Listed(Moves<ApplicationId>),
    Bulk(BulkMove),
}

impl ApplicationMoves {
    /// The moves of a bulk command, at least one.
    pub(crate) const fn bulk(bulk: BulkMove) -> Self {
        Self(Kept::Bulk(bulk))
    }

    /// The bulk move, if the moves are kept as one, else the list.
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
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Move<ApplicationId>> + '_ {
        // One of the two is empty: moves are kept as a list or as a bulk move, and the two have different types.
        let (listed, bulk) = match self.as_bulk() {
            Ok(bulk) => (&[][..], Some(bulk)),
            Err(listed) => (listed, None),
        };
        let bulk = bulk.map(BulkMove::iter).into_iter().flatten();
        Exactly::new(listed.iter().copied().chain(bulk.map(|(id, from)| Move { id, from })), self.len())
    }
}

impl FromIterator<Move<ApplicationId>> for ApplicationMoves {
    fn from_iter<I: IntoIterator<Item = Move<ApplicationId>>>(moves: I) -> Self {
        // One move is by far the commonest list, and needs no allocation of its own.
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
        // The lengths are known in O(1) and differ for most unequal moves; a bulk move's list costs a pass over the tenant.
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
        // Always a list: a bulk move needs a snapshot of the state before it, which the JSON does not contain.
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
            let application = Application::unpublished(id(number), app_id, "a".into());
            state.push_application(&application);
            state.publish_application(id(number), default, &OnPremisesPublishing::default(), &[]);
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
