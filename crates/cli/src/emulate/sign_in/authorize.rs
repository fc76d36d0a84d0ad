//! The authorization code flow (RFC 6749 §4.1, RFC 7636), without a page to sign in on: whoever asks is signed in.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use connector_groups::TenantId;
use hyper::{
    Response, StatusCode, Uri,
    header::{HeaderValue, LOCATION},
};

use super::{
    form::{Form, Refused, USER, client, unsigned},
    token::{CODE, CodeRequest, Grant, Signer},
};
use crate::emulate::http::answer::response;

/// How long a code lasts, in seconds: as long as RFC 6749 §4.1.2 allows.
const LIFETIME: u64 = 600;

/// Sends the browser back to the client with a code.
pub(crate) fn authorize(signer: &Signer, id: TenantId, query: &Form) -> Result<Response<Vec<u8>>, Refused> {
    let redirect_uri = query.required("redirect_uri")?;
    if !is_loopback(redirect_uri) {
        let text = format!("The emulator sends codes to this machine only, not to '{redirect_uri}'.");
        return Err(Refused::new("invalid_request", 50_011, &text));
    }
    let code = CodeRequest {
        redirect_uri: redirect_uri.into(),
        challenge: query.get("code_challenge").map(String::from),
        // A method that is not named is `plain` (RFC 7636 §4.3).
        is_hash: query.get("code_challenge_method").is_some_and(|method| method == "S256"),
        nonce: query.get("nonce").map(String::from),
    };
    let grant = Grant {
        aud: CODE.into(),
        exp: signer.now().saturating_add(LIFETIME),
        tid: id,
        client_id: client(query)?,
        scope: query.required("scope")?.into(),
        username: query.get("login_hint").unwrap_or(USER).into(),
        code: Some(code),
    };
    // The code is the sign-in itself, signed. Nothing is kept of it, so that it works until it expires, more than once too.
    let code = signer.sign(&grant).ok_or_else(unsigned)?;
    let mut fields = vec![("code", code.as_str())];
    fields.extend(query.get("state").map(|state| ("state", state)));
    match query.get("response_mode").unwrap_or("query") {
        "form_post" => Ok(form(redirect_uri, &fields)),
        mode => redirect(redirect_uri, if mode == "fragment" { '#' } else { '?' }, &fields),
    }
}

fn redirect(uri: &str, mark: char, fields: &[(&str, &str)]) -> Result<Response<Vec<u8>>, Refused> {
    let answer = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mark = if uri.contains(mark) { '&' } else { mark };
    let location = HeaderValue::from_str(&format!("{uri}{mark}{answer}"))
        .map_err(|_| Refused::new("invalid_request", 50_011, "The redirect URI is not one."))?;
    let mut answer = response(StatusCode::FOUND, "text/plain", Vec::new());
    answer.headers_mut().insert(LOCATION, location);
    Ok(answer)
}

/// A page that sends the answer as a form as soon as it is there.
fn form(uri: &str, fields: &[(&str, &str)]) -> Response<Vec<u8>> {
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
