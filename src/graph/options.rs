//! What may differ from one server to another, and what a request cannot know by itself.

use http::uri::Scheme;

use super::caller::Caller;
use crate::{Directory, TenantId, Timestamp};

/// Where the live service and its documentation differ, which of them answers. The differences are those that the
/// author of a Terraform provider measured in July 2026 (`deploymenttheory/terraform-provider-microsoft365`, pull request
/// 3213), against the reference pages of `microsoftgraph/microsoft-graph-docs-contrib`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Profile {
    /// What the live service was seen to do.
    #[default]
    Live,
    /// What the reference pages say.
    Documented,
}

/// Answers that were seen now and then, each off by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Quirks {
    /// The applications of a group that has none are 404 `ApplicationsForGroup_NotFound` in place of an empty list.
    pub empty_group_applications_not_found: bool,
    /// `GET /applications/{id}/onPremisesPublishing` is 404 `OnPremisesPublishing_NotEnabled` before it is first published,
    /// in place of 204.
    pub unpublished_not_enabled: bool,
    /// While the tenant has no connector, all of application proxy is 404 `OnPremisesPublishing_NotEnabled`.
    pub connectorless_tenant_not_enabled: bool,
}

/// All that may differ from one server to another. The default is the live profile without quirks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Live or documented.
    pub profile: Profile,
    /// What was seen now and then.
    pub quirks: Quirks,
    /// The tenant of requests whose token is absent or names no tenant; without one they are 401.
    pub anonymous: Option<TenantId>,
    /// The scheme of links in answers, where the request's URI does not say; the host is that of the request.
    pub scheme: Scheme,
    /// Whether `X-Forwarded-Proto` and `X-Forwarded-Host` say by which URL the client has asked, so that links lead back
    /// through the proxy in front. Without a proxy that sets them, any client could choose where links lead.
    pub trusts_forwarded_headers: bool,
    /// A longer body is 413.
    pub body_bytes_max: usize,
    /// How many things a page has unless `$top` asks for another number.
    pub page_size: usize,
    /// The greatest `$top`.
    pub page_size_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            profile: Profile::Live,
            quirks: Quirks::default(),
            anonymous: None,
            scheme: Scheme::HTTPS,
            trusts_forwarded_headers: false,
            body_bytes_max: 4 * 1024 * 1024,
            page_size: 100,
            page_size_max: 999,
        }
    }
}

/// What a request cannot know by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The time that errors tell. The time of tenants is theirs, and moves by `advanceClock` only.
    pub now: Timestamp,
    /// The request's id, a new one each time. The ids of what the request makes follow from it, so that they are as hard
    /// to guess as this is.
    pub request_id: u128,
    /// Lagging reads: a snapshot from which GETs are answered in place of the directory as it stands.
    pub stale: Option<Directory>,
    /// Who calls, where permissions are checked; without it, every request is permitted.
    pub caller: Option<Caller>,
}

impl Context {
    /// A request at this time with this id; reads do not lag.
    #[must_use]
    pub const fn new(now: Timestamp, request_id: u128) -> Self {
        Self { now, request_id, stale: None, caller: None }
    }
}
