//! What a request is answered with, before it is an HTTP response.

use alloc::{string::String, vec::Vec};

use http::{HeaderName, StatusCode, header};
use serde::Serialize;

/// What a request is answered with.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Body,
    pub(super) headers: Vec<(HeaderName, String)>,
}

#[derive(Debug)]
pub(super) enum Body {
    Empty,
    Text(String),
    Xml(String),
    /// JSON as it is written.
    Json(Vec<u8>),
}

impl Reply {
    pub(super) const fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: Body::Empty, headers: Vec::new() }
    }

    pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Self {
        Self { status, body: Body::Json(written(body)), headers: Vec::new() }
    }

    /// A new thing of a collection, and where it can be read.
    pub(super) fn created(body: &impl Serialize, link: String) -> Self {
        Self { headers: Vec::from([(header::LOCATION, link)]), ..Self::json(StatusCode::CREATED, body) }
    }

    pub(super) fn ok(body: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, body)
    }
}

/// JSON as it is written. What cannot fail to be written has no answer for it: all of it is text, numbers, lists and objects.
pub(super) fn written(value: &impl Serialize) -> Vec<u8> {
    let written = serde_json::to_vec(value);
    debug_assert!(written.is_ok(), "{written:?}");
    written.unwrap_or_default()
}
