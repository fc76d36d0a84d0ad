//! What an audit can find.

use alloc::sync::Arc;

use crate::{
    ids::{AnyId, ApplicationId, ApplicationSegmentId, ConnectorGroupId, ConnectorId},
    model::segment::SegmentProperty,
    refusal::{Kind, UrlProperty},
    timestamp::Timestamp,
};

/// An invariant that does not hold, with the ids of what breaks it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// The tenant's default region is empty or the sentinel.
    #[error("the default region {region:?} is not a region (R-32)")]
    InvalidDefaultRegion {
        /// As the document has it.
        region: Arc<str>,
    },
    /// No group is the default.
    #[error("no connector group is the default (I1)")]
    NoDefaultGroup,
    /// More than one group is the default.
    #[error("connector groups {first} and {second} are both the default (I1)")]
    TwoDefaultGroups {
        /// The earlier one in the document.
        first: ConnectorGroupId,
        /// A later one; each of several is told beside the first.
        second: ConnectorGroupId,
    },
    /// The default group is of a type other than `applicationProxy`.
    #[error("the default connector group {connector_group} is not of type applicationProxy (I1)")]
    DefaultGroupType {
        /// Marked as the default, and of a type of the service.
        connector_group: ConnectorGroupId,
    },
    /// A connector's group does not exist.
    #[error("connector {connector} is a member of connector group {connector_group}, which does not exist (I2)")]
    MemberOfMissingGroup {
        /// Whose `memberOf` leads nowhere.
        connector: ConnectorId,
        /// The id that no group of the document has.
        connector_group: ConnectorGroupId,
    },
    /// A connector's group is of a type other than `applicationProxy`.
    #[error(
        "connector {connector} is a member of connector group {connector_group}, which is not of type applicationProxy (I2)"
    )]
    MemberOfServiceGroup {
        /// Whose `memberOf` is wrong.
        connector: ConnectorId,
        /// Of a type that holds no connectors of application proxy.
        connector_group: ConnectorGroupId,
    },
    /// A published application's group does not exist.
    #[error("application {application} is assigned to connector group {connector_group}, which does not exist (I3)")]
    AssignedToMissingGroup {
        /// Whose `connectorGroup` leads nowhere.
        application: ApplicationId,
        /// The id that no group of the document has.
        connector_group: ConnectorGroupId,
    },
    /// A published application's group is of a type other than `applicationProxy`.
    #[error(
        "application {application} is assigned to connector group {connector_group}, which is not of type applicationProxy (I3)"
    )]
    AssignedToServiceGroup {
        /// Whose `connectorGroup` is wrong.
        application: ApplicationId,
        /// Of a type that serves no applications of application proxy.
        connector_group: ConnectorGroupId,
    },
    /// A published application without a group, or a group without publishing.
    #[error("application {application} must have a connector group if it is published, and none otherwise (I3)")]
    ContradictoryPublication {
        /// Which has a group or a publishing, and not the other.
        application: ApplicationId,
    },
    /// Two things of a kind have one id, or two applications one `appId`.
    #[error("two of kind {} have the id {id} (I4)", kind.as_str())]
    DuplicateId {
        /// What they are.
        kind: Kind,
        /// The id, or the `appId`.
        id: AnyId,
    },
    /// Two published applications share a URL.
    #[error("applications {first} and {second} share the {property} (I5)")]
    SharedUrl {
        /// Which URL.
        property: UrlProperty,
        /// The earlier one in the document.
        first: ApplicationId,
        /// A later one with the same URL, in any case.
        second: ApplicationId,
    },
    /// A URL that could not have been published.
    #[error(
        "{property} of application {application} is neither an absolute http(s) URL with a domain name nor api:// and its own appId, with a final slash (R-50)"
    )]
    InvalidUrl {
        /// Which URL.
        property: UrlProperty,
        /// Whose URL it is.
        application: ApplicationId,
    },
    /// Two segments have a protocol, a port and a destination in common.
    #[error("segments {first} and {second} overlap (I9)")]
    OverlappingSegments {
        /// The first in document order that the other overlaps.
        first: ApplicationSegmentId,
        /// The later one in the document.
        second: ApplicationSegmentId,
    },
    /// An application has segments and is not published.
    #[error("application {application} has segments and is not published (I9)")]
    UnpublishedSegments {
        /// Which has segments, and no publishing to have them in.
        application: ApplicationId,
    },
    /// A segment that could not have been added.
    #[error("{property} of segment {segment} is not of its kind (R-51)")]
    InvalidSegment {
        /// The first field that is not of its kind.
        property: SegmentProperty,
        /// Whose field it is.
        segment: ApplicationSegmentId,
    },
    /// A connector's `status` and `inactiveSince` contradict each other.
    #[error("connector {connector} must have inactiveSince if it is inactive, and not otherwise (I6)")]
    ContradictoryPresence {
        /// Which is active with `inactiveSince`, or inactive without.
        connector: ConnectorId,
    },
    /// A connector has been inactive for ten days or more, and is still there.
    #[error("connector {connector} has been inactive since {since}, for 10 days or more (I6)")]
    Overdue {
        /// Which the clock should have removed.
        connector: ConnectorId,
        /// Since when.
        since: Timestamp,
    },
    /// A connector has been inactive since a time that is yet to come.
    #[error("connector {connector} is inactive since {since}, which is yet to come (I7)")]
    InactiveInFuture {
        /// Whose `inactiveSince` is later than the tenant's `now`.
        connector: ConnectorId,
        /// Since when.
        since: Timestamp,
    },
    /// A group's name is empty or white space only.
    #[error("the name of connector group {connector_group} is blank (I8)")]
    BlankName {
        /// Whose name is empty or white space.
        connector_group: ConnectorGroupId,
    },
    /// Under `uniqueNames`, two `applicationProxy` groups share a name.
    #[error("connector groups {first} and {second} share a name (I8)")]
    SharedName {
        /// The earlier one in the document.
        first: ConnectorGroupId,
        /// A later one with the same name, trimmed and in any case.
        second: ConnectorGroupId,
    },
    /// A group's region is empty or the sentinel.
    #[error(
        "the region {region:?} of connector group {connector_group} is not a region: it is empty or `unknownFutureValue`"
    )]
    InvalidRegion {
        /// Whose region it is.
        connector_group: ConnectorGroupId,
        /// As the document has it.
        region: Arc<str>,
    },
}
