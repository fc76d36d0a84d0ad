//! Microsoft Graph on the wire: an HTTP request and a [`Directory`] to an HTTP response (feature `graph`).
//!
//! [`respond`] is a function and nothing more: no socket, no clock, no randomness. The caller brings the request, the time
//! and an id for the request; equal input gives equal output, and the same directory afterwards. Whatever changes goes
//! through [`Directory::apply`], so that every rule is the engine's.
//!
//! * The bearer token is the id of a tenant; [`Options::anonymous`] serves requests that have none.
//! * [`Options::profile`] chooses between what the live service was seen to answer and what its pages document.
//! * [`Quirks`] are answers that were seen now and then; all are off by default.
//! * Every error and where it comes from stands in the table of [`Code`].

mod answer;
mod application;
mod batch;
mod call;
mod entity;
mod error;
mod find;
mod group;
mod json;
mod lists;
mod permission;
mod query;
mod reader;
mod reference;
mod route;
mod shown;

use http::{Request, Response, uri::Scheme};

use crate::{Directory, TenantId, Timestamp};

pub use error::Code;
pub use permission::{Caller, least_permission};

/// Where the live service and its documentation differ, which of them answers (domain.md §2.1, §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
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
    /// A longer body is 413.
    pub body_bytes_max: usize,
    /// How many things a page has unless `$top` asks for another number.
    pub page_size: usize,
    /// The greatest `$top`.
    pub page_size_max: usize,
    /// Whether properties of applications that are not modelled (`identifierUris`, `web`, `tags` and the like) are let go
    /// when they are written, so that scripts go on; otherwise they are refused.
    pub lets_application_properties_go: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            profile: Profile::Live,
            quirks: Quirks::default(),
            anonymous: None,
            scheme: Scheme::HTTPS,
            body_bytes_max: 4 * 1024 * 1024,
            page_size: 100,
            page_size_max: 999,
            lets_application_properties_go: false,
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

/// The response to a request, whatever it is; a request that is refused changes nothing.
#[must_use]
pub fn respond<B: AsRef<[u8]>>(
    directory: &mut Directory,
    request: &Request<B>,
    context: &Context,
    options: &Options,
) -> Response<alloc::vec::Vec<u8>> {
    answer::respond(directory, &call::Incoming::new(request), context, options)
}

/// The response to a request that only reads (GET), for servers that share a directory; `None` for any other, which
/// needs [`respond`]. Where there is one, it is the one that `respond` gives.
#[must_use]
pub fn read<B: AsRef<[u8]>>(
    directory: &Directory,
    request: &Request<B>,
    context: &Context,
    options: &Options,
) -> Option<Response<alloc::vec::Vec<u8>>> {
    answer::read(directory, &call::Incoming::new(request), context, options)
}
