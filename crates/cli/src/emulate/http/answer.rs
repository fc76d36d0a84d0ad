//! The emulator's own answers, to whatever is not for Graph, and how their requests' queries are read.

use alloc::collections::BTreeSet;
use std::io;

use connector_groups::{Timestamp, graph::client_request_id};
use hyper::{
    HeaderMap, Response, StatusCode, Uri,
    header::{self, HeaderName, HeaderValue},
};
use percent_encoding::percent_decode_str;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

pub(crate) const JSON: &str = "application/json";
pub(crate) const JSON_LINES: &str = "application/jsonl";

/// An answer that nothing in between may keep.
pub(crate) fn response(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if !response.body().is_empty() {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The value of a query option, with its escapes read.
pub(crate) fn query(uri: &Uri, name: &str) -> Option<String> {
    // Only `%` escapes: a `+` in a user agent is no space.
    let pairs = uri.query().unwrap_or_default().split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let value = pairs.into_iter().find(|(key, _)| *key == name)?.1;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

/// The names of a query, none of them twice.
pub(crate) fn names(uri: &Uri) -> Result<Vec<&str>, String> {
    let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let names: Vec<_> = pairs.map(|pair| pair.split('=').next().unwrap_or_default()).collect();
    let mut known = BTreeSet::new();
    match names.iter().find(|name| !known.insert(**name)) {
        Some(twice) => Err(format!("`{twice}` is there twice")),
        None => Ok(names),
    }
}

/// The value of the only option that a route has, if any, which is one of these words. What is passed over would let a test
/// pass that means something else.
pub(crate) fn option(uri: &Uri, option: Option<(&str, &[&str])>) -> Result<Option<String>, String> {
    let Some((known, words)) = option else {
        return names(uri)?.first().map_or(Ok(None), |name| Err(format!("`{name}` is no option of this route")));
    };
    if let Some(other) = names(uri)?.into_iter().find(|name| *name != known) {
        return Err(format!("`{other}` is no option of this route: it has `{known}`"));
    }
    match query(uri, known) {
        Some(word) if !words.contains(&&*word) => Err(format!("`{known}` is {}", words.join(" or "))),
        value => Ok(value),
    }
}

/// A body of JSON as what a control route takes, or what is wrong with it and where.
pub(crate) fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    let value: Value = serde_json::from_slice(body).map_err(|wrong| wrong.to_string())?;
    read(value)
}

/// As [`parsed`], of a value.
pub(crate) fn read<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    let read: Result<T, _> = serde_path_to_error::deserialize(value);
    // The names of types are the program's.
    let plain = |wrong: String| {
        let numbers = ["u16", "u32", "u64", "usize"].map(|name| format!("expected {name}"));
        numbers.iter().fold(wrong, |wrong, number| wrong.replace(number.as_str(), "expected a whole number"))
    };
    read.map_err(|wrong| plain(wrong.to_string()))
}

/// What a change that may fail to be kept is answered with.
pub(crate) fn done(result: io::Result<()>) -> Response<Vec<u8>> {
    result.map_or_else(|error| not_kept(&error), |()| empty())
}

/// The store does not take what a request has changed, so that nothing has changed.
pub(crate) fn not_kept(problem: &io::Error) -> Response<Vec<u8>> {
    error(StatusCode::INTERNAL_SERVER_ERROR, &why_not_kept(problem))
}

pub(crate) fn why_not_kept(problem: &io::Error) -> String {
    format!("nothing was changed, as it cannot be kept: {problem}. Make room on the disk of --data, and send it again")
}

pub(crate) fn empty() -> Response<Vec<u8>> {
    response(StatusCode::NO_CONTENT, JSON, Vec::new())
}

pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response<Vec<u8>> {
    response(status, JSON, serde_json::to_vec(value).unwrap_or_default())
}

pub(crate) fn error(status: StatusCode, message: &str) -> Response<Vec<u8>> {
    #[derive(Serialize)]
    struct Error<'a> {
        error: &'a str,
    }
    json(status, &Error { error: message })
}

/// A method that a route does not have; these are the ones that it has.
pub(crate) fn other_method(allowed: &'static str) -> Response<Vec<u8>> {
    let mut response = error(StatusCode::METHOD_NOT_ALLOWED, "not by this method");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

/// Graph's envelope of an error. The id is the request's own.
pub(crate) fn envelope(code: &str, message: &str, id: &str, asked: &HeaderMap, now: Timestamp) -> Value {
    let client_id = client_request_id(asked).unwrap_or(id);
    let inner = json!({"date": now, "request-id": id, "client-request-id": client_id});
    json!({"error": {"code": code, "message": message, "innerError": inner}})
}

/// An answer with such an error, and the headers that Graph's answers have. `asked` are those of the request.
pub(crate) fn refusal(
    status: StatusCode,
    (code, message): (&str, &str),
    id: &str,
    asked: &HeaderMap,
    now: Timestamp,
) -> Response<Vec<u8>> {
    let body = envelope(code, message, id, asked, now);
    let mut response = response(status, JSON, body.to_string().into_bytes());
    let headers = response.headers_mut();
    let ids = [("request-id", Some(id)), ("client-request-id", client_request_id(asked))];
    let ids = ids.map(|(name, id)| (HeaderName::from_static(name), id.and_then(|id| HeaderValue::from_str(id).ok())));
    headers.extend(ids.into_iter().filter_map(|(name, id)| Some((name, id?))));
    response
}
