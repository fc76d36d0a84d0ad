//! What one request has from its arrival to its response: its ids, its time, and the events that it causes.

use alloc::{string::String, vec::Vec};

use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use serde_json::{Map, Value, json};
use uuid::fmt::Hyphenated;

use super::{
    call::{Incoming, client_request_id},
    error::{Code, Error},
    options::Context,
    outcome::Decision,
    reply::{Body, Reply, written},
};
use crate::{
    AppId, ApplicationId, ConnectorGroupId, DirectoryCommand, Refusal,
    directory::DirectoryEvent,
    ids::{AnyId, ApplicationSegmentId, ServicePrincipalId, hyphenated},
};

/// What a request has beside itself: time, ids, the ids that follow from them, and what has happened so far.
pub(super) struct Session<'a> {
    pub(super) context: &'a Context,
    client_request_id: Option<&'a str>,
    /// Whether the response is sent without its body.
    is_head: bool,
    ids_given: u64,
    events: Vec<DirectoryEvent>,
    decisions: Vec<Decision>,
}

impl<'a> Session<'a> {
    pub(super) fn new(incoming: &Incoming<'a>, context: &'a Context) -> Self {
        Self {
            context,
            client_request_id: client_request_id(incoming.headers),
            is_head: *incoming.method == Method::HEAD,
            ids_given: 0,
            events: Vec::new(),
            decisions: Vec::new(),
        }
    }

    /// Keeps what became of a command. A batch has the commands and events of all its requests, in their order.
    pub(super) fn record(&mut self, command: DirectoryCommand, result: Result<Vec<DirectoryEvent>, Refusal>) {
        let (refusal, events) = match result {
            Ok(events) => (None, events),
            Err(refusal) => (Some(refusal), Vec::new()),
        };
        self.decisions.push(Decision { command, refusal, events_count: events.len() });
        self.events.extend(events);
    }

    pub(super) fn into_record(self) -> (Vec<DirectoryEvent>, Vec<Decision>) {
        (self.events, self.decisions)
    }

    /// The next id for a new thing: it follows from the request's id, and looks like a random GUID (RFC 9562, version 4).
    fn next_id(&mut self) -> u128 {
        self.ids_given = self.ids_given.saturating_add(1);
        let (high, low) = uuid::Uuid::from_u128(self.context.request_id).as_u64_pair();
        // Each half depends on all bits of the request's id, so that who knows one half cannot tell the other.
        let first = mixed(low ^ mixed(high ^ mixed(self.ids_given)));
        let second = mixed(high ^ mixed(low ^ first));
        let bits = (u128::from(first) << 64) | u128::from(second);
        // The bits of version 4: strict clients parse every id they read, and refuse one that is no GUID of a known
        // version.
        let (version, variant) = (0x4_u128 << 76, 0x8_u128 << 60);
        (bits & !(0xf_u128 << 76) & !(0xc_u128 << 60)) | version | variant
    }

    pub(super) fn next_group_id(&mut self) -> ConnectorGroupId {
        ConnectorGroupId::from_u128(self.next_id())
    }

    pub(super) fn next_application_ids(&mut self) -> (ApplicationId, AppId) {
        (ApplicationId::from_u128(self.next_id()), AppId::from_u128(self.next_id()))
    }

    pub(super) fn next_service_principal_id(&mut self) -> ServicePrincipalId {
        ServicePrincipalId::from_u128(self.next_id())
    }

    pub(super) fn next_segment_id(&mut self) -> ApplicationSegmentId {
        ApplicationSegmentId::from_u128(self.next_id())
    }

    /// An id for what is kept only as JSON.
    pub(super) fn next_any_id(&mut self) -> AnyId {
        AnyId::from_u128(self.next_id())
    }

    /// What a result is on the wire, by the client's own id for the request, which one of a batch may have for itself.
    pub(super) fn reply(&self, result: Result<Reply, Error>, client_request_id: Option<&str>) -> Reply {
        result.unwrap_or_else(|error| {
            let request_id = self.request_id();
            let client_request_id = client_request_id.or(self.client_request_id).unwrap_or(&request_id);
            let body = json!({"error": {
                "code": error.code.as_str(),
                "message": error.message,
                "innerError": {
                    "date": alloc::format!("{}", self.context.now),
                    "request-id": request_id,
                    "client-request-id": client_request_id,
                },
            }});
            let status = StatusCode::from_u16(error.code.status());
            debug_assert!(status.is_ok(), "{:?} has no HTTP status", error.code);
            let mut reply = Reply::json(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), written(&body));
            reply.headers.extend(error.allow.map(|methods| (header::ALLOW, methods)));
            // RFC 9110 wants it with every 401.
            if error.code == Code::InvalidToken {
                reply.headers.push((header::WWW_AUTHENTICATE, "Bearer realm=\"\"".into()));
            }
            reply
        })
    }

    /// What the service notes of a new thing of the directory.
    pub(super) fn created(&self) -> Map<String, Value> {
        Map::from_iter([("createdDateTime".into(), alloc::format!("{}", self.context.now).into())])
    }

    fn request_id(&self) -> String {
        alloc::format!("{}", AnyId::from_u128(self.context.request_id))
    }

    pub(super) fn response(&self, result: Result<Reply, Error>) -> Response<Vec<u8>> {
        let reply = self.reply(result, None);
        let (media_type, body) = match reply.body {
            Body::Empty => (None, Vec::new()),
            Body::Text(text) => (Some("text/plain"), text.into_bytes()),
            Body::Json(json) => (Some("application/json"), json),
            Body::Xml(xml) => (Some("application/xml"), xml.into_bytes()),
        };
        // HEAD has the length of the body that GET would have; no body follows, so nobody else would say it.
        let length = self.is_head.then_some(body.len());
        let mut response = Response::new(if self.is_head { Vec::new() } else { body });
        *response.status_mut() = reply.status;
        let headers = response.headers_mut();
        // At once for all that an answer has: one by one, they would move it twice.
        headers.reserve(8);
        let mut insert = |name: HeaderName, value: Result<HeaderValue, _>| {
            debug_assert!(value.is_ok(), "the header {name} cannot have its value");
            headers.extend(value.ok().map(|value| (name, value)));
        };
        if let Some(media_type) = media_type {
            insert(header::CONTENT_TYPE, Ok(HeaderValue::from_static(media_type)));
        }
        if let Some(bytes) = length {
            insert(header::CONTENT_LENGTH, Ok(HeaderValue::from(bytes)));
        }
        let mut text = [0; Hyphenated::LENGTH];
        let request_id = hyphenated(self.context.request_id, &mut text);
        insert(HeaderName::from_static("request-id"), HeaderValue::from_str(request_id));
        insert(HeaderName::from_static("odata-version"), Ok(HeaderValue::from_static("4.0")));
        if let Some(id) = self.client_request_id {
            insert(HeaderName::from_static("client-request-id"), HeaderValue::from_str(id));
        }
        for (name, value) in reply.headers {
            insert(name, HeaderValue::from_str(&value));
        }
        response
    }
}

/// Spreads every bit over all (the finaliser of `SplitMix64`).
const fn mixed(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use super::*;
    use crate::Timestamp;

    /// The first numbers of the published generator (`SplitMix64`, Vigna) for the seed 0.
    #[test]
    fn bits_are_mixed_as_published() {
        let step = 0x9e37_79b9_7f4a_7c15_u64;
        let outputs = [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f, 0xf88b_b8a8_724c_81ec];
        assert_eq!([0_u64, 1, 2, 3].map(|count| mixed(step.wrapping_mul(count))), outputs);
    }

    /// Neither half of an id comes twice, whichever bits the request's id has.
    #[test]
    fn no_two_ids_are_the_same_and_all_look_random() {
        let (mut firsts, mut seconds) = (BTreeSet::new(), BTreeSet::new());
        let requests =
            [0, u128::MAX, u128::from(u64::MAX), u128::MAX << 64].into_iter().chain((0..128).map(|bit| 1 << bit));
        for request_id in requests {
            let context = Context::new(Timestamp::UNIX_EPOCH, request_id);
            let mut session = Session {
                context: &context,
                client_request_id: None,
                is_head: false,
                ids_given: 0,
                events: Vec::new(),
                decisions: Vec::new(),
            };
            for _ in 0..3 {
                let id = session.next_id();
                let (version, variant) = ((id >> 76) & 0xf, (id >> 62) & 0x3);
                assert_eq!((version, variant), (4, 2), "{id:x}");
                firsts.insert(id >> 80);
                seconds.insert(id << 66);
            }
        }
        assert_eq!((firsts.len(), seconds.len()), (132 * 3, 132 * 3));
    }
}
