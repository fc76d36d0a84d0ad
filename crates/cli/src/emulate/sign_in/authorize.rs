//! The authorization code flow (RFC 6749 §4.1, RFC 7636), without a page to sign in on: whoever asks is signed in.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use connector_groups::TenantId;
use hyper::{
    Response, StatusCode, Uri,
    header::{HeaderValue, LOCATION},
};

use super::{
    codes::Codes,
    form::{Form, Refused, USER, client, unsigned},
    token::{CODE, CodeRequest, Grant, Signer},
};
use crate::emulate::http::answer::response;

/// How long a code lasts, in seconds: as long as RFC 6749 §4.1.2 allows.
const LIFETIME: u64 = 600;

/// What makes codes.
#[derive(Clone, Copy)]
pub(crate) struct By<'a> {
    pub(crate) signer: &'a Signer,
    pub(crate) codes: &'a Codes,
}

/// Sends the browser back to the client, with a code or with what is wrong with the request (RFC 6749 §4.1.2.1). Only
/// where it is not sure whose request it is, the browser stays.
pub(crate) fn authorize(by: By<'_>, id: TenantId, query: &Form) -> Result<Response<Vec<u8>>, Refused> {
    let redirect_uri = query.required("redirect_uri")?;
    if !is_loopback(redirect_uri) {
        let text = format!("The emulator sends codes to this machine only, not to '{redirect_uri}'.");
        return Err(Refused::new("invalid_request", 50_011, &text));
    }
    let client = client(query)?;
    let mut fields = match code(by, id, client, redirect_uri, query) {
        Ok(code) => vec![("code", code)],
        Err(refused) => refused.fields().to_vec(),
    };
    fields.extend(query.get("state").map(|state| ("state", state.into())));
    // What holds a token is not to reach a server, unless that is asked for, and neither is its refusal.
    let usual = if query.get("response_type").is_none_or(|kind| kind == "code") { "query" } else { "fragment" };
    match query.get("response_mode").unwrap_or(usual) {
        "form_post" => Ok(form(redirect_uri, &fields)),
        mode => redirect(redirect_uri, if mode == "fragment" { '#' } else { '?' }, &fields),
    }
}

/// The sign-in itself, signed.
fn code(by: By<'_>, id: TenantId, client_id: String, redirect_uri: &str, query: &Form) -> Result<String, Refused> {
    let kind = query.required("response_type")?;
    if kind != "code" {
        let text = format!("response_type '{kind}' is not enabled for the application.");
        let number = if kind == "token" { 700_051 } else { 700_054 };
        return Err(Refused::new("unsupported_response_type", number, &text));
    }
    let code = CodeRequest {
        redirect_uri: redirect_uri.into(),
        challenge: query.get("code_challenge").map(String::from),
        is_hash: is_hash(query)?,
        nonce: query.get("nonce").map(String::from),
    };
    let grant = Grant {
        aud: CODE.into(),
        exp: by.signer.now().saturating_add(LIFETIME),
        tid: id,
        client_id,
        scope: query.required("scope")?.into(),
        username: query.get("login_hint").unwrap_or(USER).into(),
        number: by.codes.number(),
        code: Some(code),
    };
    by.signer.sign(&grant).ok_or_else(unsigned)
}

/// Whether the challenge of RFC 7636 is a hash. A method that is not named is `plain`.
fn is_hash(query: &Form) -> Result<bool, Refused> {
    match query.get("code_challenge_method") {
        Some("S256") => Ok(true),
        Some("plain") | None => Ok(false),
        Some(other) => {
            let text = format!("The code_challenge_method '{other}' is neither 'S256' nor 'plain'.");
            Err(Refused::new("invalid_request", 9_002_313, &text))
        }
    }
}

fn redirect(uri: &str, mark: char, fields: &[(&str, String)]) -> Result<Response<Vec<u8>>, Refused> {
    let answer = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mark = if uri.contains(mark) { '&' } else { mark };
    let location = HeaderValue::from_str(&format!("{uri}{mark}{answer}"))
        .map_err(|_| Refused::new("invalid_request", 50_011, "The redirect URI is not one."))?;
    let mut answer = response(StatusCode::FOUND, "text/plain", Vec::new());
    answer.headers_mut().insert(LOCATION, location);
    Ok(answer)
}

/// A page that sends the answer as a form as soon as it is there.
fn form(uri: &str, fields: &[(&str, String)]) -> Response<Vec<u8>> {
    let inputs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escaped(value)))
        .collect();
    let page = format!(
        "<!doctype html><html lang=\"en\"><title>Signed in</title><body onload=\"document.forms[0].submit()\">\
         <form method=\"post\" action=\"{}\">{}<button>Go on</button></form>",
        escaped(uri),
        inputs.concat()
    );
    response(StatusCode::OK, "text/html; charset=utf-8", page.into_bytes())
}

/// Not `safe::html`, which changes what a terminal would interpret: the client has to get its `state` back as it was.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Whether a URI leads to a program of this machine. A code for any other place would let each page of the web get one.
fn is_loopback(uri: &str) -> bool {
    uri.parse::<Uri>().is_ok_and(|uri| {
        let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
        let has_no_user = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        is_web && has_no_user && matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]"))
    })
}

/// Whether a client that brings a code is the one that asked for it.
pub(crate) fn prove(code: Option<&CodeRequest>, form: &Form) -> Result<(), Refused> {
    let refused = |number, text| Err(Refused::new("invalid_grant", number, text));
    let Some(code) = code else { return refused(70_008, "The code was not given by this run of the emulator.") };
    if form.get("redirect_uri").is_some_and(|uri| uri != code.redirect_uri) {
        return refused(500_112, "The reply address does not match the one of the authorization request.");
    }
    let Some(challenge) = &code.challenge else { return Ok(()) };
    let verifier = form.required("code_verifier")?;
    let answer = if code.is_hash {
        BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
    } else {
        verifier.into()
    };
    if answer == *challenge {
        Ok(())
    } else {
        refused(501_481, "The Code_Verifier does not match the code_challenge of the authorization request.")
    }
}
