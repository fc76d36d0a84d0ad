//! A request as it is counted, matched and kept: what called what, and what became of it.

use alloc::borrow::Cow;

use connector_groups::{DirectoryCommand, Refusal, TenantId, Timestamp, directory::DirectoryEvent, graph::Decision};
use hyper::{HeaderMap, Request, body::Bytes, header};
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::route::template;
use crate::emulate::sign_in::identity::Identity;

/// A command with more events, or one of the directory, is kept with their count only.
const EVENTS_MAX: usize = 64;
const CLIENT_BYTES_MAX: usize = 256;
const TARGET_BYTES_MAX: usize = 2048;
/// So much of a body is in an archive.
const TEXT_BYTES_MAX: usize = 16 * 1024;
/// Bodies up to this length are kept as they are, longer ones cut.
const SHARED_BYTES_MAX: usize = 64 * 1024;

/// The methods that are kept without a text of their own.
const METHODS: [&str; 7] = ["GET", "PATCH", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"];

/// A rule for another method would be for none, and a call by it never be found: a slip of the pen.
pub(crate) fn check_method(method: &str) -> Result<(), String> {
    if METHODS.iter().any(|known| known.eq_ignore_ascii_case(method)) {
        Ok(())
    } else {
        Err(format!("`{method}` is no method: they are {}", METHODS.join(", ")))
    }
}

/// A request and what became of it.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Call {
    /// Counted from 1.
    pub(crate) number: u64,
    pub(crate) time: Option<Timestamp>,
    pub(crate) microseconds: u64,
    pub(crate) method: Cow<'static, str>,
    /// Path and query.
    pub(crate) target: String,
    /// The path with `{id}` in the place of ids.
    pub(crate) route: String,
    pub(crate) tenant: Option<TenantId>,
    /// The id of the application that has signed in, where the token tells.
    pub(crate) application: Option<String>,
    /// Its user agent.
    pub(crate) client: String,
    /// `None` where the connection was dropped in place of an answer.
    pub(crate) status: Option<u16>,
    pub(crate) fault: Option<String>,
    pub(crate) commands: Vec<Decided>,
    #[serde(skip)]
    pub(crate) request: Content,
    #[serde(skip)]
    pub(crate) response: Content,
}

/// A body, as far as it is kept, for HAR.
#[derive(Clone, Default)]
pub(crate) struct Content {
    media_type: Option<Cow<'static, str>>,
    /// How many bytes the body has.
    pub(crate) bytes: usize,
    start: Bytes,
}

impl Content {
    /// A body is shared with the answer that is sent, as to copy each would cost as much as to make it. One that would keep
    /// much memory for the sake of an archive is cut, and then copied.
    pub(crate) fn new(headers: &HeaderMap, body: &Bytes) -> Self {
        let start = match body.get(..TEXT_BYTES_MAX) {
            Some(start) if body.len() > SHARED_BYTES_MAX => Bytes::copy_from_slice(start),
            _ => body.clone(),
        };
        // A clone of a header would keep the whole buffer that the request was read into: eight kilobytes for sixteen bytes.
        let media_type = headers.get(header::CONTENT_TYPE).map(|value| match value.as_bytes() {
            b"application/json" => Cow::Borrowed("application/json"),
            other => Cow::Owned(String::from_utf8_lossy(other).into_owned()),
        });
        Self { media_type, bytes: body.len(), start }
    }

    pub(crate) fn media_type(&self) -> &str {
        self.media_type.as_deref().unwrap_or_default()
    }

    /// The body as far as it is kept; whole characters only.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        let end = self.start.len().min(TEXT_BYTES_MAX);
        let text = String::from_utf8_lossy(self.start.get(..end).unwrap_or_default());
        match text {
            Cow::Borrowed(text) => Cow::Borrowed(cut(text, TEXT_BYTES_MAX)),
            Cow::Owned(text) => Cow::Owned(cut(&text, TEXT_BYTES_MAX).into()),
        }
    }
}

/// A command that a request was read as, and what it led to.
#[derive(Clone)]
pub(crate) struct Decided {
    pub(crate) command: DirectoryCommand,
    pub(crate) refusal: Option<Refusal>,
    events: Vec<DirectoryEvent>,
    events_count: usize,
}

impl Decided {
    /// The commands of a request with their events, long lists of them left out.
    pub(crate) fn all(decisions: Vec<Decision>, events: Vec<DirectoryEvent>) -> Vec<Self> {
        let mut events = events.into_iter();
        let decided = |Decision { command, refusal, events_count, .. }: Decision| {
            // The events of all commands stand in one list, in the order of the decisions.
            let own: Vec<DirectoryEvent> = events.by_ref().take(events_count).collect();
            // A tenant that was deleted is whole in its event.
            let are_short = own.len() <= EVENTS_MAX && matches!(command, DirectoryCommand::InTenant { .. });
            Self { command, refusal, events: if are_short { own } else { Vec::new() }, events_count }
        };
        decisions.into_iter().map(decided).collect()
    }
}

impl Serialize for Decided {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("command", &self.command)?;
        match &self.refusal {
            Some(refusal) => {
                map.serialize_entry("refused", refusal)?;
                map.serialize_entry("why", &refusal.to_string())?;
            }
            None if self.events.len() == self.events_count => map.serialize_entry("events", &self.events)?,
            None => {}
        }
        map.serialize_entry("eventsCount", &self.events_count)?;
        map.end()
    }
}

impl Call {
    pub(crate) fn new<B>(request: &Request<B>, identity: &Identity) -> Self {
        let (method, uri) = (request.method(), request.uri());
        let client =
            request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let target = uri.path_and_query().map_or("", |target| target.as_str());
        Self {
            method: METHODS
                .iter()
                .find(|known| **known == *method)
                .map_or_else(|| method.to_string().into(), |known| (*known).into()),
            target: cut(target, TARGET_BYTES_MAX).into(),
            route: template(uri.path()),
            tenant: identity.tenant,
            application: identity.application().map(String::from),
            client: cut(client, CLIENT_BYTES_MAX).into(),
            ..Self::default()
        }
    }

    /// Whether it is for Graph, and not for signing in.
    pub(crate) fn is_graph(&self) -> bool {
        ["/beta", "/v1.0"].iter().any(|version| self.route.starts_with(version))
    }

    /// How much of it are bodies.
    pub(crate) fn bodies_bytes(&self) -> usize {
        self.request.start.len().saturating_add(self.response.start.len())
    }

    /// Its bodies go, to be freed by the caller; how long they were is still known.
    pub(crate) fn take_bodies(&mut self) -> [Bytes; 2] {
        [&mut self.request, &mut self.response].map(|content| core::mem::take(&mut content.start))
    }

    /// How much room it takes, roughly: 256 bytes an event, as much as four of them for the command, and what its body says,
    /// which the command holds however little of the body is kept.
    pub(crate) fn bytes(&self) -> usize {
        let texts = [&self.target, &self.route, &self.client].map(String::len).into_iter().sum::<usize>();
        let texts = if self.commands.is_empty() { texts } else { texts.saturating_add(self.request.bytes) };
        let commands = self.commands.iter().map(|decided| decided.events.len().saturating_add(4).saturating_mul(256));
        texts.saturating_add(self.bodies_bytes()).saturating_add(commands.sum()).saturating_add(512)
    }
}

/// The first bytes of a text, whole characters only.
pub(crate) fn cut(text: &str, bytes_max: usize) -> &str {
    if text.len() <= bytes_max {
        return text;
    }
    let end = text.char_indices().map(|(start, letter)| start.saturating_add(letter.len_utf8()));
    let end = end.take_while(|end| *end <= bytes_max).last().unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

    use connector_groups::{ConnectorGroupId, command::CreateConnectorGroup};
    use hyper::header::HeaderValue;

    use super::*;

    /// A journal of commands with long bodies must forget them by their length.
    #[test]
    fn a_command_weighs_what_its_body_says() {
        let body = Bytes::from(vec![b'x'; 1_000_000]);
        let read = Call { request: Content::new(&HeaderMap::new(), &body), ..Call::default() };
        let command = CreateConnectorGroup::new(ConnectorGroupId::from_u128(1), "A").into();
        let command = DirectoryCommand::InTenant { tenant: TenantId::from_u128(2), command };
        let decided = Decided { command, refusal: None, events: Vec::new(), events_count: 0 };
        let written = Call { commands: vec![decided], ..read.clone() };
        assert!(read.bytes() < 100_000 && written.bytes() > 1_000_000);
    }

    /// Headers are parts of the buffer that a request was read into.
    #[test]
    fn what_is_kept_of_a_request_keeps_no_buffer() {
        for media_type in ["application/json", "text/plain; charset=utf-8"] {
            let buffer = Bytes::from(media_type.to_owned());
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_maybe_shared(buffer.clone()).unwrap());
            let content = Content::new(&headers, &Bytes::new());
            drop(headers);
            assert_eq!(content.media_type(), media_type);
            assert!(buffer.is_unique(), "{media_type}");
        }
    }
}
