//! What a client says when it signs in, and what it is told where it says something wrong.

use alloc::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use hyper::{HeaderMap, StatusCode, header::AUTHORIZATION};
use jsonwebtoken::dangerous::insecure_decode_claims;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// Whoever signs in as a user and gives no name.
pub(crate) const USER: &str = "user@emulator.invalid";

/// The fields of a form (`application/x-www-form-urlencoded`) or of a query.
#[derive(Debug, Default)]
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    pub(crate) fn read(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// With what a request's head tells of the client (RFC 6749 §2.3.1).
    pub(crate) fn with_basic(mut self, headers: &HeaderMap) -> Result<Self, Refused> {
        let Some((id, secret)) = basic(headers) else { return Ok(self) };
        if self.get("client_id").is_some_and(|named| named != id) {
            let text = "The request names one client in its head and another in its body.";
            return Err(Refused::new("invalid_request", 9_002_313, text));
        }
        self.0.extend([("client_id".into(), id), ("client_secret".into(), secret)]);
        Ok(self)
    }

    /// The value of a field, unless it is empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(crate) fn required(&self, name: &str) -> Result<&str, Refused> {
        self.get(name).ok_or_else(|| {
            let text = format!("The request body must contain the following parameter: '{name}'.");
            Refused::new("invalid_request", 900_144, &text)
        })
    }
}

/// The id and the secret in a head, each of which was encoded as in a form. Where there is no such pair, nobody has spoken.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, pair) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let pair = BASE64_STANDARD.decode(pair.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let pair = String::from_utf8(pair).ok()?.replace('+', " ");
    let (id, secret) = pair.split_once(':')?;
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some((decoded(id), decoded(secret)))
}

/// Why nobody is signed in. The numbers are those of the Microsoft identity platform (AADSTS…).
#[derive(Debug)]
pub(crate) struct Refused {
    error: &'static str,
    number: u32,
    text: String,
}

impl Refused {
    pub(crate) fn new(error: &'static str, number: u32, text: &str) -> Self {
        Self { error, number, text: text.into() }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self.error {
            "invalid_client" | "invalid_token" => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// As answers name the error, and describe it.
    pub(crate) fn fields(&self) -> [(&'static str, String); 2] {
        [("error", self.error.into()), ("error_description", self.description())]
    }

    fn description(&self) -> String {
        format!("AADSTS{}: {}", self.number, self.text)
    }

    pub(crate) fn body(&self) -> Value {
        json!({
            "error": self.error,
            "error_description": self.description(),
            "error_codes": [self.number],
            "trace_id": Uuid::nil().to_string(),
            "correlation_id": Uuid::nil().to_string(),
        })
    }
}

pub(crate) fn unsigned() -> Refused {
    Refused::new("server_error", 50_000, "The token could not be signed.")
}

/// The client by its own word, or by its assertion's.
pub(crate) fn client(form: &Form) -> Result<String, Refused> {
    #[derive(Deserialize)]
    struct Assertion {
        sub: String,
    }
    if let Some(id) = form.get("client_id") {
        return Ok(id.into());
    }
    // A client may leave its id out, as the assertion has it (RFC 7521 §4.2), which is not verified, as no certificate is.
    let assertion = form.get("client_assertion").and_then(|text| insecure_decode_claims::<Assertion>(text).ok());
    assertion.map_or_else(|| form.required("client_id").map(String::from), |assertion| Ok(assertion.sub))
}
