//! Every error that the wire knows, and what becomes of the engine's refusals.

use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
};

use crate::{ApplicationId, Command, DirectoryCommand, Refusal, Tenant, model::SegmentProperty, refusal::UrlProperty};

/// One row an error: its status, its code, where it comes from, and when.
macro_rules! codes {
    ($($variant:ident $status:literal $code:literal $source:literal $when:literal;)*) => {
        /// Every error that an answer can carry. Where a code or a text was *observed*, or is in general use in Graph, the
        /// source says so; all else is *ours*, in Graph's convention `<Entity>_<Reason>`. R-numbers are those of the rules.
        ///
        /// | status | `code` | when | source |
        /// |---|---|---|---|
        $(#[doc = concat!("| ", $status, " | `\"", $code, "\"` | ", $when, " | ", $source, " |")])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = concat!("When ", $when, ".")] $variant,)*
        }

        impl Code {
            /// Every error, as in the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The `code` of the envelope; several errors may share one.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$variant => $status,)*
                }
            }

            /// Where it comes from: observed, or ours.
            #[must_use]
            pub const fn source(self) -> &'static str {
                match self {
                    $(Self::$variant => $source,)*
                }
            }
        }
    };
}

codes! {
    BodyTooLarge 413 "RequestEntityTooLarge" "ours" "the body is longer than the limit";
    InvalidToken 401 "InvalidAuthenticationToken" "Graph's; that a token is a tenant's id is ours" "the token is missing or names no tenant";
    UnauthorizedAccess 403 "NotAdminRoleNoEnoughCustomPermission_UnauthorizedAccess" "code and text observed (issue 2428 of `microsoftgraph/msgraph-sdk-powershell`)" "the caller lacks the permission for a route of application proxy; only where a server checks permissions";
    RequestDenied 403 "Authorization_RequestDenied" "Graph's" "the caller lacks the permission for a route of applications; only where a server checks permissions";
    InvalidVersion 400 "BadRequest" "ours" "the path begins with neither `/beta` nor `/v1.0`";
    InvalidRequestUrl 400 "BadRequest" "ours" "path, query or host is not well-formed";
    UnknownPathSegment 400 "BadRequest" "text observed (issue 4240 of `microsoftgraph/microsoft-graph-docs`)" "a segment of the path is unknown, such as `/connectorGroups` at the top";
    SiblingProfile 404 "" "observed (issues 8929 and 13473 of `microsoftgraph/microsoft-graph-docs`)" "a route of another profile, or of agents and their groups";
    NotImplemented 501 "NotImplemented" "ours" "the path asks for `delta` of a list or for a type of its things";
    MethodNotAllowed 405 "Request_BadRequest" "documented with its text (page on batches)" "the route has no such method; `Allow` tells which it has";
    NoContentType 400 "BadRequest" "texts observed (issue 258 of `microsoftgraph/msgraph-cli`, issue 22 of `microsoftgraph/msgraph-sample-pythondjangoapp`)" "the header `Content-Type` is missing where a body is read, or names something other than JSON";
    UnsupportedMediaType 415 "UnsupportedMediaType" "ours" "the body is not in UTF-8, or compressed";
    InvalidBody 400 "BadRequest" "ours" "the body is not the JSON that is asked for";
    InvalidProperty 400 "Request_BadRequest" "text observed for `onPremisesPublishing` on v1.0 (issue 133 of `microsoftgraph/microsoft-graph-docs-contrib`), and with the code for an unknown name (issue 1807 of `pnp/PnP-Sites-Core`)" "a property is unknown, or not there to be selected or written";
    HiddenProperty 400 "InvalidGuid_BadRequest" "code observed in two public scripts, text ours" "`onPremisesPublishing` is selected of a list of applications, or ordered by";
    ReadOnlyProperty 400 "Request_BadRequest" "observed that it is refused (R-2, R-48), text observed (issue 260 of `microsoftgraph/msgraph-bicep-types`), code ours" "a read-only property is given";
    MixedPublishing 400 "Request_BadRequest" "text observed (R-25)" "`onPremisesPublishing` is given together with other properties";
    InvalidAppId 400 "Request_BadRequest" "observed (issue 408 of `microsoftgraph/msgraph-sdk-python`)" "the key `appId` is no GUID";
    InvalidReference 400 "Request_BadRequest" "ours" "`@odata.id` or `@id` is missing or names a thing of another kind";
    UnknownRole 400 "Request_BadRequest" "observed with its status and text in several public scripts" "an assignment names a role that its resource has not";
    UnknownOption 400 "BadRequest" "ours" "a query option is unknown, given twice, or not for this route";
    InvalidOption 400 "BadRequest" "ours" "a query option cannot be read, or names an unknown property";
    UnsupportedQuery 400 "Request_UnsupportedQuery" "documented (page on advanced queries); texts observed (issues 13762 and 18795 of `microsoftgraph/microsoft-graph-docs`, and for `$top` in `turbot/steampipe-plugin-azuread`)" "`ne`, `not`, `/$count` in a filter or `$orderby` is asked of the directory without `ConsistencyLevel: eventual` and `$count=true`, or `$search` without the header; or `$top` is not between 1 and 999";
    CountUnsupported 400 "Request_BadRequest" "documented with its text (page on advanced queries)" "`/$count` is asked of the directory without `ConsistencyLevel: eventual`";
    ExpiredPageToken 400 "Directory_ExpiredPageToken" "Graph's" "the thing behind which a page begins is gone";
    InvalidBatch 400 "BadRequest" "ours" "a batch is empty, too long, or its ids and dependencies do not fit";
    FailedDependency 424 "FailedDependency" "Graph's" "a request of a batch depends on one that failed";
    ResourceNotFound 404 "Request_ResourceNotFound" "Graph's" "an application, service principal or template does not exist";
    NotEnabled 404 "OnPremisesPublishing_NotEnabled" "observed (R-72), only under a quirk" "the tenant has no connector yet, or the application is not published yet";
    ApplicationsForGroupNotFound 404 "ApplicationsForGroup_NotFound" "observed by the exporter `microsoft/EntraExporter`, only under a quirk" "the applications of a group that has none are read";
    ConnectorGroupNotFound 404 "ConnectorGroup_NotFound" "observed (R-42)" "the tenant has no such group, or the connector is not in it";
    ConnectorNotFound 404 "Connector_NotFound" "ours (R-18)" "the tenant has no such connector, or the group has not";
    ApplicationNotFound 404 "Application_NotFound" "observed (R-24)" "an application that does not exist or is not published is assigned";
    AlreadyExists 409 "Request_AlreadyExists" "ours (I4)" "a new thing's id is taken, as the request's id is not new";
    InvalidName 400 "ConnectorGroup_InvalidName" "ours (R-45)" "a group's name is missing or blank";
    InvalidRegion 400 "ConnectorGroup_InvalidRegion" "ours; the members are those of the schema" "a region is empty or the sentinel, or under the documented profile none of the schema's";
    GroupReadOnly 400 "ConnectorGroup_ReadOnly" "ours (R-19, R-29, R-49)" "a group of another type is changed, or the target of a move";
    GroupIsDefault 400 "ConnectorGroup_IsDefault" "ours (R-4)" "the default group is deleted";
    GroupNotEmpty 400 "ApplicationsOrConnectorsAssigned_BadRequest" "code observed in a public script; the status follows from the code (R-40)" "a group with connectors or applications is deleted";
    RegionLocked 400 "ConnectorGroup_RegionLocked" "ours (R-30)" "the region of a group with connectors or applications is changed";
    DuplicateName 400 "ConnectorGroup_DuplicateName" "ours (R-46)" "the tenant keeps names unique and this one is taken";
    AlreadyInDefault 400 "ConnectorGroup_AlreadyInDefault" "documented that it is refused (R-14, R-23), code ours" "something in the default group is removed from it";
    ConnectorRegionLocked 400 "Connector_RegionLocked" "ours (R-16)" "the tenant keeps connectors in their region";
    InvalidInternalUrl 400 "InternalUrl_Invalid" "ours (R-50)" "an internal URL is not one";
    InvalidExternalUrl 400 "ExternalUrl_Invalid" "ours (R-50)" "an external URL is not one";
    DuplicateInternalUrl 400 "InternalUrl_Duplicate" "observed (R-50)" "another application has the internal URL";
    DuplicateExternalUrl 400 "ExternalUrl_Duplicate" "ours (R-50)" "another application has the external URL";
    DuplicateInDifferentCase 400 "DuplicateValueInDifferentCase" "observed (issue 2549 of `microsoftgraph/msgraph-sdk-powershell`)" "`identifierUris` of one application hold a value twice";
    InvalidSegment 400 "InvalidJson_BadRequest" "observed for a `destinationType` of `ipAddress` (pull request 3213 of `deploymenttheory/terraform-provider-microsoft365`), else ours" "the type, the protocol or a port of a segment is none";
    InvalidDestinationAddress 400 "DestinationHost_InvalidIP" "observed (the same)" "the host of a segment is no address, network or range, as its type says";
    InvalidDestination 400 "DestinationHost_Invalid" "observed (the same)" "the host of a segment is not of its type";
    DuplicateSegment 400 "Invalid_AppSegments_NonwebApp_Duplicate" "observed in two public scripts (R-51)" "a segment overlaps another of the tenant";
    ApplicationSegmentNotFound 404 "ApplicationSegment_NotFound" "ours" "the application has no such segment";
    ServicePrincipalExists 409 "Request_MultipleObjectsWithSameKeyValue" "Graph's" "the application has a service principal";
    NotOnTheWire 400 "BadRequest" "ours" "never: bulk commands, transactions and time do not come by these routes";
}

/// Why a request is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Error {
    pub(super) code: Code,
    pub(super) message: String,
    /// The methods that the route has, with 405.
    pub(super) allow: Option<String>,
}

impl Error {
    pub(super) fn new(code: Code, message: &str) -> Self {
        Self { code, message: shortened(message, 512), allow: None }
    }

    pub(super) fn invalid_property(name: &str) -> Self {
        Self::new(Code::InvalidProperty, &format!("Invalid property '{}'", shortened(name, 64)))
    }

    pub(super) fn read_only(name: &str) -> Self {
        Self::new(Code::ReadOnlyProperty, &format!("Property '{name}' is read-only and cannot be set."))
    }

    pub(super) fn segment(name: &str) -> Self {
        let name = shortened(name, 64);
        Self::new(Code::UnknownPathSegment, &format!("Resource not found for the segment '{name}'"))
    }

    pub(super) fn resource_not_found(key: &str) -> Self {
        let key = shortened(key, 64);
        let absent = "does not exist or one of its queried reference-property objects are not present.";
        Self::new(Code::ResourceNotFound, &format!("Resource '{key}' {absent}"))
    }

    pub(super) fn application_not_found(key: &str) -> Self {
        let key = shortened(key, 64);
        let text = format!("Application '{key}' not found or OnPremisesPublishing is not enabled for your tenant.");
        Self::new(Code::ApplicationNotFound, &text)
    }

    pub(super) fn connector_group_not_found(key: &str) -> Self {
        let key = shortened(key, 64);
        Self::new(Code::ConnectorGroupNotFound, &format!("Connector group '{key}' not found."))
    }

    pub(super) fn connector_not_found(key: &str) -> Self {
        Self::new(Code::ConnectorNotFound, &format!("Connector '{}' not found.", shortened(key, 64)))
    }

    pub(super) fn not_enabled() -> Self {
        Self::new(Code::NotEnabled, "OnPremisesPublishing is not enabled for your tenant.")
    }

    /// What a refused command is on the wire: the refusal's own words, but where others were observed.
    pub(super) fn refused(refusal: &Refusal, command: &DirectoryCommand, tenant: Option<&Tenant>) -> Self {
        match refusal {
            Refusal::SegmentInUse { application, .. } => Self::segment_in_use(*application, tenant),
            Refusal::ApplicationNotFound { id } | Refusal::ApplicationNotPublished { id } => {
                Self::application_not_found(&id.to_string())
            }
            Refusal::UrlInUse { property, .. } => Self::url_in_use(*property, command),
            Refusal::Transaction { reason, .. } => Self::refused(reason, command, tenant),
            _ => Self::new(Code::from(refusal), &refusal.to_string()),
        }
    }

    /// A segment that overlaps one of another application, which the service was seen to name so.
    fn segment_in_use(application: ApplicationId, tenant: Option<&Tenant>) -> Self {
        let other = tenant.and_then(|tenant| tenant.application(application));
        let named = other.map_or_else(String::new, |other| {
            let name = shortened(other.display_name(), 64);
            format!(" appId={}, objectId={}, appName={name} ", other.app_id(), other.id())
        });
        let text = "IP address and port overlaps with existing segment on application.";
        Self::new(Code::DuplicateSegment, &format!("{text} conflictingApplication={{{named}}}"))
    }

    /// A URL that another application has, as it was asked for.
    fn url_in_use(property: UrlProperty, command: &DirectoryCommand) -> Self {
        let changes = match command {
            DirectoryCommand::InTenant { command: Command::PublishApplication(publish), .. } => {
                Some(&publish.on_premises_publishing)
            }
            _ => None,
        };
        let (kind, code, asked) = match property {
            UrlProperty::InternalUrl => {
                ("Internal", Code::DuplicateInternalUrl, changes.and_then(|changes| changes.internal_url.value()))
            }
            UrlProperty::ExternalUrl => {
                ("External", Code::DuplicateExternalUrl, changes.and_then(|changes| changes.external_url.value()))
            }
        };
        let asked = asked.map_or_else(String::new, |url| shortened(url, 256));
        Self::new(code, &format!("{kind} url '{asked}' is invalid since it is already in use."))
    }
}

/// What the engine's refusal is on the wire, so that an embedder can answer by the same table where it decides by itself.
///
/// ```
/// use connector_groups::{Refusal, graph::Code};
///
/// assert_eq!(Code::from(&Refusal::BlankName).as_str(), "ConnectorGroup_InvalidName");
/// ```
impl From<&Refusal> for Code {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::TenantNotFound { .. } => Self::InvalidToken,
            Refusal::BlankName => Self::InvalidName,
            Refusal::InvalidRegion { .. } => Self::InvalidRegion,
            Refusal::InvalidUrl { property: UrlProperty::InternalUrl } => Self::InvalidInternalUrl,
            Refusal::InvalidUrl { property: UrlProperty::ExternalUrl } => Self::InvalidExternalUrl,
            Refusal::ReadOnlyProperty { .. } => Self::ReadOnlyProperty,
            Refusal::InvalidSegment { property: SegmentProperty::DestinationHost } => Self::InvalidDestination,
            Refusal::InvalidSegment { .. } => Self::InvalidSegment,
            Refusal::ServicePrincipalNotFound { .. } => Self::ResourceNotFound,
            Refusal::ApplicationSegmentNotFound { .. } => Self::ApplicationSegmentNotFound,
            Refusal::ServicePrincipalExists { .. } => Self::ServicePrincipalExists,
            Refusal::SegmentInUse { .. } => Self::DuplicateSegment,
            Refusal::DuplicateReference { .. } | Refusal::NestedTransaction | Refusal::ClockMovedBack { .. } => {
                Self::NotOnTheWire
            }
            Refusal::ConnectorNotFound { .. } => Self::ConnectorNotFound,
            Refusal::ApplicationNotFound { .. } | Refusal::ApplicationNotPublished { .. } => Self::ApplicationNotFound,
            Refusal::ConnectorGroupNotFound { .. } => Self::ConnectorGroupNotFound,
            Refusal::AlreadyExists { .. } => Self::AlreadyExists,
            Refusal::GroupReadOnly { .. } => Self::GroupReadOnly,
            Refusal::GroupIsDefault { .. } => Self::GroupIsDefault,
            Refusal::AlreadyInDefault { .. } => Self::AlreadyInDefault,
            Refusal::DuplicateName { .. } => Self::DuplicateName,
            Refusal::RegionLocked { .. } => Self::RegionLocked,
            Refusal::GroupNotEmpty { .. } => Self::GroupNotEmpty,
            Refusal::ConnectorRegionLocked { .. } => Self::ConnectorRegionLocked,
            Refusal::UrlInUse { property: UrlProperty::InternalUrl, .. } => Self::DuplicateInternalUrl,
            Refusal::UrlInUse { property: UrlProperty::ExternalUrl, .. } => Self::DuplicateExternalUrl,
            // Of several reasons the first is the answer, as a wire error has one code.
            Refusal::Bulk { refused } => refused.first().map_or(Self::NotOnTheWire, |first| Self::from(&first.reason)),
            // A transaction is the engine's means, as for an application with its service principal; the client asked
            // for one thing, and hears what is wrong with that.
            Refusal::Transaction { reason, .. } => Self::from(&**reason),
        }
    }
}

/// A text of a stranger, cut so that an answer stays short.
pub(super) fn shortened(text: &str, characters_max: usize) -> String {
    match text.char_indices().nth(characters_max) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use alloc::{boxed::Box, collections::BTreeSet, vec::Vec};

    use super::*;
    use crate::{
        ApplicationId, ConnectorGroupId, ConnectorId, Region, TenantId, Timestamp,
        ids::AnyId,
        ids::{ApplicationSegmentId, ServicePrincipalId},
        model::ConnectorGroupType,
        refusal::{Kind, ReadOnlyProperty, RefusedEntry},
    };

    fn every_refusal() -> Vec<Refusal> {
        let (connector_group, connector) = (ConnectorGroupId::from_u128(1), ConnectorId::from_u128(2));
        let (application, any) = (ApplicationId::from_u128(3), AnyId::from_u128(4));
        let (service_principal, segment) = (ServicePrincipalId::from_u128(5), ApplicationSegmentId::from_u128(6));
        let region = || Region::new("eur").unwrap();
        let (internal, external) = (UrlProperty::InternalUrl, UrlProperty::ExternalUrl);
        Vec::from([
            Refusal::TenantNotFound { id: TenantId::from_u128(5) },
            Refusal::BlankName,
            Refusal::InvalidRegion { region: "".into() },
            Refusal::InvalidUrl { property: internal },
            Refusal::InvalidUrl { property: external },
            Refusal::ReadOnlyProperty { property: ReadOnlyProperty::IsOnPremPublishingEnabled },
            Refusal::DuplicateReference { id: any },
            Refusal::InvalidSegment { property: SegmentProperty::Ports },
            Refusal::InvalidSegment { property: SegmentProperty::DestinationHost },
            Refusal::ServicePrincipalNotFound { id: service_principal },
            Refusal::ApplicationSegmentNotFound { id: segment },
            Refusal::ServicePrincipalExists { application, service_principal },
            Refusal::SegmentInUse { segment, application },
            Refusal::NestedTransaction,
            Refusal::ClockMovedBack { from: Timestamp::UNIX_EPOCH, to: Timestamp::UNIX_EPOCH },
            Refusal::ConnectorNotFound { id: connector },
            Refusal::ApplicationNotFound { id: application },
            Refusal::ConnectorGroupNotFound { id: connector_group },
            Refusal::AlreadyExists { kind: Kind::Application, id: any },
            Refusal::GroupReadOnly { connector_group, connector_group_type: ConnectorGroupType::ApplicationProxy },
            Refusal::GroupIsDefault { connector_group },
            Refusal::ApplicationNotPublished { id: application },
            Refusal::AlreadyInDefault { id: any },
            Refusal::DuplicateName { connector_group },
            Refusal::RegionLocked { connector_group, connectors: 1, applications: 2 },
            Refusal::GroupNotEmpty { connector_group, connectors: 1, applications: 2 },
            Refusal::ConnectorRegionLocked { connector, from: region(), to: region() },
            Refusal::UrlInUse { property: internal, application },
            Refusal::UrlInUse { property: external, application },
            Refusal::Bulk { refused: Vec::new() },
            Refusal::Bulk { refused: Vec::from([RefusedEntry { index: 0, reason: Refusal::BlankName }]) },
            Refusal::Transaction { index: 0, reason: Box::new(Refusal::BlankName) },
        ])
    }

    /// Those that come by no route have the row that says so; a refusal within another is told by itself.
    #[test]
    fn every_refusal_has_its_row() {
        let rows: Vec<(&str, Code)> =
            every_refusal().iter().map(|refusal| (refusal.code(), Code::from(refusal))).collect();
        let of =
            |code: Code| rows.iter().filter(|(_, row)| *row == code).map(|(refusal, _)| *refusal).collect::<Vec<_>>();
        assert_eq!(of(Code::NotOnTheWire), ["duplicateReference", "nestedTransaction", "clockMovedBack", "bulk"]);
        assert_eq!(of(Code::InvalidName), ["blankName", "bulk", "transaction"]);
        assert_eq!(of(Code::ApplicationNotFound), ["applicationNotFound", "applicationNotPublished"]);
        // No refusal was left out of the list.
        let known: BTreeSet<&str> = rows.iter().map(|(refusal, _)| *refusal).collect();
        let source =
            include_str!("../refusal.rs").split("fn code(&self)").nth(1).unwrap().split("\n    }").next().unwrap();
        assert_eq!(known, source.split('"').skip(1).step_by(2).collect());
    }

    /// Statuses are those of errors, and a code that several rows share has one status.
    #[test]
    fn the_table_does_not_contradict_itself() {
        for code in Code::ALL {
            assert!((400..600).contains(&code.status()), "{code:?}");
            assert!(
                ["observed", "documented", "text", "code", "ours", "Graph's"]
                    .iter()
                    .any(|word| code.source().starts_with(word)),
                "{code:?}"
            );
            // That a method is not allowed has the code of a bad request, as the page on batches shows it.
            let others = Code::ALL.iter().filter(|other| other.as_str() == code.as_str());
            let mut others = others.filter(|other| **other != Code::MethodNotAllowed);
            assert!(*code == Code::MethodNotAllowed || others.all(|other| other.status() == code.status()), "{code:?}");
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!((shortened("äöü", 3).as_str(), shortened("äöü", 2).as_str()), ("äöü", "äö…"));
    }
}
