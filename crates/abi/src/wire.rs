//! A request to a response, each laid out as HTTP/1.1 does: a first line, headers, a blank line, the body.
//!
//! ```text
//! PATCH https://graph.microsoft.com/beta/applications/a0000000-0000-4000-8000-000000000001
//! authorization: Bearer 7e000000-0000-4000-8000-000000000001
//! content-type: application/json
//! :call: {"now":"2026-03-02T08:00:00Z","requestId":"5b6a3d6c-3a3e-4b7a-9a35-2f4a2f9f7d10"}
//!
//! {"displayName":"Expenses"}
//! ```
//!
//! The first line has no version, and that of a response is its status alone. The field `:call`, which no client can send,
//! holds what a request cannot know by itself ([`Call`]). Lines end with a line feed, with or without a carriage return.

use alloc::{string::String, vec::Vec};
use core::fmt::Write;

use connector_groups::{
    Directory, TenantId, Timestamp,
    graph::{Context, Options, Profile, Quirks, respond as graph_respond},
};
use http::{Request, Response, uri::Scheme};
use serde::Deserialize;
use uuid::Uuid;

use crate::status::Failure;

/// The field `:call`: time, id and what may differ from one server to another, as in the engine's [`Options`], whose defaults hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own, as in the engine's options")]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Call {
    /// The time that errors tell; 1970 where absent.
    now: Option<Timestamp>,
    /// The id of the request, from which the ids of what it makes follow.
    request_id: Uuid,
    /// `documented` in place of `live`.
    documented: bool,
    /// The tenant of requests whose token is absent or names no tenant.
    anonymous: Option<TenantId>,
    /// The handle of a snapshot that answers reads (lagging reads, R-67).
    pub stale: Option<u32>,
    page_size: Option<usize>,
    page_size_max: Option<usize>,
    body_bytes_max: Option<usize>,
    trusts_forwarded_headers: bool,
    empty_group_applications_not_found: bool,
    unpublished_not_enabled: bool,
    connectorless_tenant_not_enabled: bool,
    http: bool,
}

impl Call {
    fn context(&self, stale: Option<Directory>) -> Context {
        let now = self.now.unwrap_or(Timestamp::UNIX_EPOCH);
        Context { stale, ..Context::new(now, self.request_id.as_u128()) }
    }

    fn options(&self) -> Options {
        let plain = Options::default();
        Options {
            profile: if self.documented { Profile::Documented } else { Profile::Live },
            quirks: Quirks {
                empty_group_applications_not_found: self.empty_group_applications_not_found,
                unpublished_not_enabled: self.unpublished_not_enabled,
                connectorless_tenant_not_enabled: self.connectorless_tenant_not_enabled,
            },
            anonymous: self.anonymous,
            scheme: if self.http { Scheme::HTTP } else { Scheme::HTTPS },
            trusts_forwarded_headers: self.trusts_forwarded_headers,
            body_bytes_max: self.body_bytes_max.unwrap_or(plain.body_bytes_max),
            page_size: self.page_size.unwrap_or(plain.page_size),
            page_size_max: self.page_size_max.unwrap_or(plain.page_size_max),
        }
    }
}

/// A request and how to answer it.
#[derive(Debug)]
pub struct Incoming<'a> {
    request: Request<&'a [u8]>,
    /// What the request cannot know by itself.
    pub call: Call,
}

impl<'a> Incoming<'a> {
    /// Reads a request.
    ///
    /// # Errors
    /// [`Status::Input`](crate::Status::Input): it is not laid out so, or is no request of HTTP.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Failure> {
        let (head, body) = split(bytes);
        let head = core::str::from_utf8(head).map_err(|_| Failure::input("the head of the request is not UTF-8"))?;
        let mut lines = head.lines();
        let first = lines.next().unwrap_or_default();
        let (method, uri) =
            first.split_once(' ').ok_or_else(|| Failure::input("the first line is not a method, a space and a URL"))?;
        let mut builder = Request::builder().method(method).uri(uri);
        let mut call = Call::default();
        for line in lines {
            if let Some(text) = line.strip_prefix(":call:") {
                call = serde_json::from_str(text).map_err(|error| Failure::input(format_args!(":call: {error}")))?;
                continue;
            }
            let (name, value) = line
                .split_once(':')
                .ok_or_else(|| Failure::input("a line of the head is not a name, a colon and a value"))?;
            // Bytes: a client may send what is not ASCII, and nobody here needs to know what it means.
            builder = builder.header(name.trim(), value.trim().as_bytes());
        }
        let request = builder.body(body).map_err(Failure::input)?;
        Ok(Self { request, call })
    }

    /// The response, as bytes.
    #[must_use]
    pub fn respond(&self, directory: &mut Directory, stale: Option<Directory>) -> Vec<u8> {
        let outcome = graph_respond(directory, &self.request, &self.call.context(stale), &self.call.options());
        written(&outcome.response)
    }
}

/// The head and the body, parted by the first blank line; all is head where there is none.
fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut start = 0_usize;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let end = start.saturating_add(line.len());
        if line.trim_ascii().is_empty() {
            return (bytes.get(..start).unwrap_or_default(), bytes.get(end..).unwrap_or_default());
        }
        start = end;
    }
    (bytes, &[])
}

fn written(response: &Response<Vec<u8>>) -> Vec<u8> {
    let mut head: String = response.status().as_str().into();
    for (name, value) in response.headers() {
        // The engine's headers are text; one that is not would be of no use to a client.
        _ = write!(head, "\n{name}: {}", value.to_str().unwrap_or_default());
    }
    head.push_str("\n\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(response.body());
    bytes
}
