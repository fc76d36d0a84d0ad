//! A request as it came, and what all routes need of it.

use alloc::{borrow::Cow, format, string::String};

use http::{HeaderMap, Method, Request, Uri, header, uri::Authority};
use percent_encoding::percent_decode_str;

use super::{
    error::{Code, Error, shortened},
    json::{self, Members},
    options::Options,
    schema::Type,
};
use crate::{Directory, TenantId};

/// A request, whatever type its body has.
pub(super) struct Incoming<'a> {
    pub(super) method: &'a Method,
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

impl<'a> Incoming<'a> {
    pub(super) fn new<B: AsRef<[u8]>>(request: &'a Request<B>) -> Self {
        Self { method: request.method(), uri: request.uri(), headers: request.headers(), body: request.body().as_ref() }
    }

    /// What this request has of a call: its body is not too long and a tenant is meant.
    pub(super) fn call(&self, directory: &Directory, options: &'a Options) -> Result<Call<'a>, Error> {
        if self.body.len() > options.body_bytes_max {
            let text = format!("The body is longer than {} bytes.", options.body_bytes_max);
            return Err(Error::new(Code::BodyTooLarge, &text));
        }
        let tenant = self.tenant(directory, options)?;
        self.is_plain()?;
        Ok(Call {
            options,
            tenant,
            root: self.root(options)?.into(),
            // HEAD is a GET whose answer is sent without its body.
            method: if *self.method == Method::HEAD { Method::GET } else { self.method.clone() },
            path: self.uri.path().into(),
            query: self.uri.query().unwrap_or_default().into(),
            // What is not text is no media type that is known here.
            media_type: self.headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or("?").into()),
            includes_unknown_members: self.prefers("include-unknown-enum-members"),
            creates_missing: self.prefers("create-if-missing"),
            is_eventual: self.headers.get("consistencylevel").is_some_and(|level| is_eventual(level.as_bytes())),
            body: Cow::Borrowed(self.body),
        })
    }

    /// A compressed body is refused by its encoding. The SDKs for Go compress every body, and send it again as it is where the
    /// answer is 415 and nothing else.
    fn is_plain(&self) -> Result<(), Error> {
        let Some(encoding) = self.headers.get(header::CONTENT_ENCODING) else { return Ok(()) };
        if self.body.is_empty() || encoding.as_bytes().eq_ignore_ascii_case(b"identity") {
            return Ok(());
        }
        let encoding = shortened(encoding.to_str().unwrap_or("?"), 64);
        let text = format!("The body is encoded as '{encoding}'. Only bodies that are not compressed are read.");
        Err(Error::new(Code::UnsupportedMediaType, &text))
    }

    /// The tenant that the token names, or the anonymous one.
    fn tenant(&self, directory: &Directory, options: &Options) -> Result<TenantId, Error> {
        let token = self.headers.get(header::AUTHORIZATION).and_then(|value| {
            let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        // A token that names no tenant falls back to the anonymous one, as none does: who serves without sign-in takes
        // whatever token a client has at hand.
        let named = token.and_then(|token| token.parse().ok());
        let known = |id: &TenantId| directory.tenant(*id).is_some();
        named.filter(known).or(options.anonymous.filter(known)).ok_or_else(|| {
            // A token that was forgotten and one that is wrong are told apart.
            let text = if token.is_some() { "The access token names no tenant." } else { "Access token is empty." };
            Error::new(Code::InvalidToken, text)
        })
    }

    /// Scheme and host of the links in the answer: those of the request, or those that a proxy in front was asked by.
    fn root(&self, options: &Options) -> Result<String, Error> {
        let scheme = self.uri.scheme().unwrap_or(&options.scheme).as_str();
        let scheme = self.forwarded("x-forwarded-proto", options).unwrap_or(scheme);
        if !["http", "https"].contains(&scheme) {
            return Err(Error::new(Code::InvalidRequestUrl, "The header X-Forwarded-Proto is neither http nor https."));
        }
        if let Some(host) = self.forwarded("x-forwarded-host", options) {
            let authority: Result<Authority, _> = host.parse();
            let invalid = |_| Error::new(Code::InvalidRequestUrl, "The header X-Forwarded-Host is not a host.");
            return Ok(format!("{scheme}://{}", authority.map_err(invalid)?));
        }
        // In the order of HTTP: an absolute target outranks `Host`. A request that has neither was made by a program
        // and not sent; it gets the links that the service would give.
        let authority = match (self.uri.authority(), self.headers.get(header::HOST)) {
            (Some(authority), _) => authority.clone(),
            (None, None) => Authority::from_static("graph.microsoft.com"),
            (None, Some(host)) if is_plain_host(host.as_bytes()) => {
                return Ok([scheme, "://", host.to_str().unwrap_or_default()].concat());
            }
            (None, Some(host)) => {
                let read = host.to_str().ok().and_then(|host| host.parse().ok());
                read.ok_or_else(|| Error::new(Code::InvalidRequestUrl, "The header Host is not a host."))?
            }
        };
        Ok(format!("{scheme}://{authority}"))
    }

    /// What the outermost proxy was asked by, where such headers are trusted.
    fn forwarded(&self, name: &str, options: &Options) -> Option<&'a str> {
        let value = options.trusts_forwarded_headers.then(|| self.headers.get(name)).flatten()?;
        // Each proxy adds what it was asked by behind what it got. A text that is none is no host, and told as that.
        Some(value.to_str().unwrap_or("?").split(',').next().unwrap_or_default().trim())
    }

    fn prefers(&self, preference: &str) -> bool {
        let values = self.headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
        values.into_iter().any(|value| value.contains(preference))
    }
}

/// Whether a text is a host for certain, by its letters: with no look at its parts, which is most of the work of a small request's
/// root.
fn is_plain_host(host: &[u8]) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(*byte, b'.' | b'-');
    let mut parts = host.split(|byte| *byte == b':');
    let name = parts.next().unwrap_or_default();
    let is_port = |port: &[u8]| !port.is_empty() && port.len() <= 5 && port.iter().all(u8::is_ascii_digit);
    !name.is_empty() && name.iter().all(is_letter) && parts.next().is_none_or(is_port) && parts.next().is_none()
}

/// The client's own id for a request, the header `client-request-id`, which answers repeat: text of 128 bytes at most.
#[must_use]
pub fn client_request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get("client-request-id")?.to_str().ok().filter(|id| is_repeated(id))
}

/// Whether an id of the client's own is repeated: in a header and in every error, for which a longer one is not worth it. That
/// one is passed over as if it were not there.
pub(super) const fn is_repeated(id: &str) -> bool {
    id.len() <= 128
}

/// Whether this value of the header `ConsistencyLevel` lets the directory answer by its second store.
pub(super) const fn is_eventual(level: &[u8]) -> bool {
    level.eq_ignore_ascii_case(b"eventual")
}

/// A request that is to be done for a tenant: one that came by itself, or one of a batch.
pub(super) struct Call<'a> {
    pub(super) options: &'a Options,
    pub(super) tenant: TenantId,
    /// Scheme and host.
    pub(super) root: Cow<'a, str>,
    pub(super) method: Method,
    pub(super) path: Cow<'a, str>,
    pub(super) query: Cow<'a, str>,
    pub(super) media_type: Option<Cow<'a, str>>,
    /// `Prefer: include-unknown-enum-members`.
    pub(super) includes_unknown_members: bool,
    /// `Prefer: create-if-missing`: a `PATCH` by an alternate key makes what is not there.
    pub(super) creates_missing: bool,
    /// `ConsistencyLevel: eventual`.
    pub(super) is_eventual: bool,
    pub(super) body: Cow<'a, [u8]>,
}

impl Call<'_> {
    /// The members of the body by the names that its type has for them.
    pub(super) fn members(&self, schema: &Type) -> Result<Members, Error> {
        Members::new(json::object(self.json()?)?, schema, self.options.profile)
    }

    /// The body, where it is JSON in UTF-8 as far as its header tells.
    pub(super) fn json(&self) -> Result<&[u8], Error> {
        let Some(media_type) = &self.media_type else {
            let text = "Write requests (excluding DELETE) must contain the Content-Type header declaration.";
            return Err(Error::new(Code::NoContentType, text));
        };
        let mut parts = media_type.split(';').map(str::trim);
        let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
        // Only UTF-8 is JSON (RFC 8259). Some clients say so, in quotes or in capitals.
        let charset = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
        });
        if !is_json {
            return Err(Error::new(Code::NoContentType, "Entity only allows writes with a JSON Content-Type header."));
        }
        if charset.is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8")) {
            return Ok(&self.body);
        }
        let text = format!("The media type '{}' is not in UTF-8.", shortened(media_type, 64));
        Err(Error::new(Code::UnsupportedMediaType, &text))
    }
}

/// The text that a percent-encoded one stands for.
pub(super) fn decoded(text: &str) -> Result<Cow<'_, str>, Error> {
    let invalid = |reason| {
        let text = format!("The URL is not well-formed: {reason} in '{}'.", shortened(text, 64));
        Error::new(Code::InvalidRequestUrl, &text)
    };
    // Nearly every path: the library would copy it a byte at a time.
    if !text.as_bytes().contains(&b'%') {
        return Ok(text.into());
    }
    // The library leaves a stray percent sign as it is; to guess that it was meant would hide a fault of the client.
    let mut escapes = text.split('%').skip(1);
    let is_escape =
        |part: &str| part.get(..2).is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    if !escapes.all(is_escape) {
        return Err(invalid("a percent sign without two hexadecimal digits"));
    }
    let bytes = percent_decode_str(text).decode_utf8();
    bytes.map_err(|_| invalid("bytes that are not UTF-8"))
}
