//! What a request is answered with, before it is an HTTP response.

use alloc::{string::String, vec::Vec};

use http::{HeaderName, StatusCode, header};
use serde::Serialize;

use super::writer;

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

    pub(super) const fn json(status: StatusCode, json: Vec<u8>) -> Self {
        Self { status, body: Body::Json(json), headers: Vec::new() }
    }

    /// A new thing of a collection, and where it can be read.
    pub(super) fn created(json: Vec<u8>, link: String) -> Self {
        Self { headers: Vec::from([(header::LOCATION, link)]), ..Self::json(StatusCode::CREATED, json) }
    }

    pub(super) const fn ok(json: Vec<u8>) -> Self {
        Self::json(StatusCode::OK, json)
    }
}

/// A value as JSON.
pub(super) fn written(value: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::new();
    writer::append(&mut out, value);
    out
}
