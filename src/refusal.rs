//! Why not: what a command is refused for, in order of precedence.

use alloc::{boxed::Box, sync::Arc, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    count::{count, count_of},
    ids::{AnyId, ApplicationId, ApplicationSegmentId, ConnectorGroupId, ConnectorId, ServicePrincipalId, TenantId},
    model::{group::ConnectorGroupType, region::Region, segment::SegmentProperty},
    timestamp::Timestamp,
};

/// A command was refused, and nothing changed (T4). The JSON is tagged by `code`, which is stable.
///
/// The order is that of the checks within a command, with the exceptions that the [reference](crate::docs::reference) lists:
/// the first that fails is the answer. Graph documents no wording for most of these; the codes are the engine's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Refusal {
    /// The directory has no such tenant.
    #[error("tenant {id} not found")]
    TenantNotFound {
        /// As it was given.
        id: TenantId,
    },
    /// A name that is empty or white space only.
    #[error("the name is blank")]
    BlankName,
    /// A region that is empty or the sentinel `unknownFutureValue`.
    #[error("{region:?} is not a region")]
    InvalidRegion {
        /// As it was given.
        region: Arc<str>,
    },
    /// A URL that is neither absolute http(s) with a domain name as host nor `api://` and the application's own client id
    ///
    #[error("{property} is neither an absolute http(s) URL with a domain name as host nor api:// and the own appId")]
    InvalidUrl {
        /// Which.
        property: UrlProperty,
    },
    /// An id is named twice in one list.
    #[error("{id} is named twice")]
    DuplicateReference {
        /// The first that repeats an earlier one.
        id: AnyId,
    },
    /// A host that is not of its type, a protocol that is none, or a port that is none.
    #[error("{property} of the segment is not of its kind")]
    InvalidSegment {
        /// Which.
        property: SegmentProperty,
    },
    /// A transaction within a transaction.
    #[error("a transaction within a transaction")]
    NestedTransaction,
    /// Time would run backwards (I7).
    #[error("the time cannot go back from {from} to {to}")]
    ClockMovedBack {
        /// The tenant's time.
        from: Timestamp,
        /// As it was given.
        to: Timestamp,
    },
    /// The tenant has no such connector.
    #[error("connector {id} not found")]
    ConnectorNotFound {
        /// As it was given.
        id: ConnectorId,
    },
    /// The tenant has no such application.
    #[error("application {id} not found")]
    ApplicationNotFound {
        /// As it was given.
        id: ApplicationId,
    },
    /// The tenant has no such service principal.
    #[error("service principal {id} not found")]
    ServicePrincipalNotFound {
        /// As it was given.
        id: ServicePrincipalId,
    },
    /// The tenant has no such segment.
    #[error("application segment {id} not found")]
    ApplicationSegmentNotFound {
        /// As it was given.
        id: ApplicationSegmentId,
    },
    /// The tenant has no such group.
    #[error("connector group {id} not found")]
    ConnectorGroupNotFound {
        /// As it was given.
        id: ConnectorGroupId,
    },
    /// An id is taken (I4).
    #[error("{} {id} exists already", kind.as_str())]
    AlreadyExists {
        /// What has it.
        kind: Kind,
        /// The id, or the application's `appId`, as it was given.
        id: AnyId,
    },
    /// The group is of a type other than `applicationProxy`: administrators cannot change it, nor move anything into it
    /// (T5, R-19, R-29, R-49).
    #[error("connector group {connector_group} of type {connector_group_type} is read-only")]
    GroupReadOnly {
        /// Which group; only the service changes it.
        connector_group: ConnectorGroupId,
        /// A type other than `applicationProxy`.
        connector_group_type: ConnectorGroupType,
    },
    /// The default group cannot be deleted (T2, R-4).
    #[error("connector group {connector_group} is the default")]
    GroupIsDefault {
        /// The default group, which no command deletes.
        connector_group: ConnectorGroupId,
    },
    /// The application is not published, so that it has no group to change.
    #[error("application {id} is not published")]
    ApplicationNotPublished {
        /// Which application; it has no group until it is published.
        id: ApplicationId,
    },
    /// There is nowhere to go back to.
    #[error("{id} is in the default connector group already")]
    AlreadyInDefault {
        /// The connector or application.
        id: AnyId,
    },
    /// Under `uniqueNames`, another `applicationProxy` group has this name (I8, R-46).
    #[error("connector group {connector_group} has this name")]
    DuplicateName {
        /// The first that has it.
        connector_group: ConnectorGroupId,
    },
    /// A group's region changes only while the group is empty (T1, R-30); inactive connectors count.
    #[error(
        "region of connector group {connector_group} is locked by {} and {}",
        count(*connectors, "connector"),
        count(*applications, "application")
    )]
    RegionLocked {
        /// Whose region was to change.
        connector_group: ConnectorGroupId,
        /// How many are in it, inactive ones included.
        connectors: u32,
        /// How many are assigned to it.
        applications: u32,
    },
    /// A group is deleted only while it is empty: nothing cascades (T2, R-40, R-41); inactive connectors count.
    #[error(
        "connector group {connector_group} has {} and {}",
        count(*connectors, "connector"),
        count(*applications, "application")
    )]
    GroupNotEmpty {
        /// Which was to be deleted.
        connector_group: ConnectorGroupId,
        /// How many are in it, inactive ones included.
        connectors: u32,
        /// How many are assigned to it.
        applications: u32,
    },
    /// Under `regionalConnectorMoves`, a connector leaves a group outside the default region only for the default group
    ///
    #[error("connector {connector} cannot move from region {from} to region {to}")]
    ConnectorRegionLocked {
        /// Which was to move.
        connector: ConnectorId,
        /// The region of its group.
        from: Region,
        /// The region of the target.
        to: Region,
    },
    /// A read-only property was given another value than it has.
    #[error("{property} is read-only")]
    ReadOnlyProperty {
        /// Which.
        property: ReadOnlyProperty,
    },
    /// Another published application has this URL (I5, R-50).
    #[error("{property} is in use by application {application}")]
    UrlInUse {
        /// Which of the two URLs was to be set.
        property: UrlProperty,
        /// Which published application has the same URL, in any case.
        application: ApplicationId,
    },
    /// The application has a service principal (C-15).
    #[error("application {application} has service principal {service_principal}")]
    ServicePrincipalExists {
        /// Which was to have a new one.
        application: ApplicationId,
        /// The one that it has.
        service_principal: ServicePrincipalId,
    },
    /// Another segment of the tenant overlaps: a protocol, a port and a destination in common (I9, R-51).
    #[error("segment {segment} of application {application} overlaps")]
    SegmentInUse {
        /// The first that does, in the order of the tenant document.
        segment: ApplicationSegmentId,
        /// Whose it is.
        application: ApplicationId,
    },
    /// Entries of a bulk command were refused, and with them the whole command.
    #[error("{} refused{}", AreRefused(refused), FirstOf(refused))]
    Bulk {
        /// Every refused entry, in order.
        refused: Vec<RefusedEntry>,
    },
    /// A command of a transaction was refused, and with it the whole transaction.
    #[error("command {index} of the transaction: {reason}")]
    Transaction {
        /// Its place in the transaction.
        index: u32,
        /// Why.
        reason: Box<Refusal>,
    },
}

impl Refusal {
    /// The `code` of its JSON, which is stable.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TenantNotFound { .. } => "tenantNotFound",
            Self::BlankName => "blankName",
            Self::InvalidRegion { .. } => "invalidRegion",
            Self::InvalidUrl { .. } => "invalidUrl",
            Self::DuplicateReference { .. } => "duplicateReference",
            Self::InvalidSegment { .. } => "invalidSegment",
            Self::NestedTransaction => "nestedTransaction",
            Self::ClockMovedBack { .. } => "clockMovedBack",
            Self::ConnectorNotFound { .. } => "connectorNotFound",
            Self::ApplicationNotFound { .. } => "applicationNotFound",
            Self::ServicePrincipalNotFound { .. } => "servicePrincipalNotFound",
            Self::ApplicationSegmentNotFound { .. } => "applicationSegmentNotFound",
            Self::ConnectorGroupNotFound { .. } => "connectorGroupNotFound",
            Self::AlreadyExists { .. } => "alreadyExists",
            Self::GroupReadOnly { .. } => "groupReadOnly",
            Self::GroupIsDefault { .. } => "groupIsDefault",
            Self::ApplicationNotPublished { .. } => "applicationNotPublished",
            Self::AlreadyInDefault { .. } => "alreadyInDefault",
            Self::DuplicateName { .. } => "duplicateName",
            Self::RegionLocked { .. } => "regionLocked",
            Self::GroupNotEmpty { .. } => "groupNotEmpty",
            Self::ConnectorRegionLocked { .. } => "connectorRegionLocked",
            Self::ReadOnlyProperty { .. } => "readOnlyProperty",
            Self::UrlInUse { .. } => "urlInUse",
            Self::ServicePrincipalExists { .. } => "servicePrincipalExists",
            Self::SegmentInUse { .. } => "segmentInUse",
            Self::Bulk { .. } => "bulk",
            Self::Transaction { .. } => "transaction",
        }
    }
}

/// "1 entry of the list is", "2 entries of the list are".
struct AreRefused<'a>(&'a [RefusedEntry]);

impl core::fmt::Display for AreRefused<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let verb = if self.0.len() == 1 { "is" } else { "are" };
        write!(formatter, "{} of the list {verb}", count_of(self.0, "entry"))
    }
}

/// The first entry with its reason: with it a reader knows where to begin, however long the list.
struct FirstOf<'a>(&'a [RefusedEntry]);

impl core::fmt::Display for FirstOf<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Some(first) = self.0.first() else { return Ok(()) };
        write!(formatter, "; entry {}: {}", first.index, first.reason)
    }
}

/// An entry of a bulk command that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefusedEntry {
    /// Its place in the list given, or among the things selected in creation order.
    pub index: u32,
    /// Why.
    pub reason: Refusal,
}

/// What an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Kind {
    /// A tenant of the directory.
    Tenant,
    /// A group of a tenant.
    ConnectorGroup,
    /// A connector of a tenant.
    Connector,
    /// An application of a tenant.
    Application,
    /// A service principal of a tenant.
    ServicePrincipal,
    /// A segment of a tenant.
    ApplicationSegment,
}

impl Kind {
    /// The name that JSON uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::ConnectorGroup => "connectorGroup",
            Self::Connector => "connector",
            Self::Application => "application",
            Self::ServicePrincipal => "servicePrincipal",
            Self::ApplicationSegment => "applicationSegment",
        }
    }
}

/// One of the two URLs that are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UrlProperty {
    /// `internalUrl`.
    InternalUrl,
    /// `externalUrl`.
    ExternalUrl,
}

impl core::fmt::Display for UrlProperty {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(match self {
            Self::InternalUrl => "internalUrl",
            Self::ExternalUrl => "externalUrl",
        })
    }
}

/// A property that the system sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ReadOnlyProperty {
    /// `isOnPremPublishingEnabled`.
    IsOnPremPublishingEnabled,
    /// `verifiedCustomDomainCertificatesMetadata`.
    VerifiedCustomDomainCertificatesMetadata,
}

impl core::fmt::Display for ReadOnlyProperty {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(match self {
            Self::IsOnPremPublishingEnabled => "isOnPremPublishingEnabled",
            Self::VerifiedCustomDomainCertificatesMetadata => "verifiedCustomDomainCertificatesMetadata",
        })
    }
}
