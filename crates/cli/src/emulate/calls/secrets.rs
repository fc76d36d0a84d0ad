//! What a body has of secrets, taken out before anything reads it: what is never there is kept nowhere.

use serde_json::Value;

/// Secret wherever they are.
const SECRETS: &[&str] = &["secretText", "proof"];
/// Secret within a credential: the key of a `keyCredential`, and what those of a custom domain and of a password have.
const OF_CREDENTIALS: &[&str] = &["key", "value"];

/// Sets the secrets of a body null, as Graph shows them. `false` where the body is no JSON, so that nobody knows what is a secret
/// in it.
pub(crate) fn forget(body: &mut Vec<u8>) -> bool {
    // Nearly no body has any, and to read each twice would cost as much as to answer it.
    if !may_have_secrets(body) {
        return true;
    }
    let Ok(mut value) = serde_json::from_slice(body) else { return false };
    if nulled(&mut value, false) {
        *body = value.to_string().into_bytes();
    }
    true
}

/// Whether a word is there without which nothing is secret. A name can be written with escapes.
fn may_have_secrets(body: &[u8]) -> bool {
    const WORDS: [&[u8]; 4] = [b"secrettext", b"proof", b"credential", b"\\u"];
    let begins = |rest: &[u8]| {
        WORDS.iter().any(|word| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
    };
    // One look at each byte: most begin no word.
    let may_begin = |byte: u8| matches!(byte.to_ascii_lowercase(), b's' | b'p' | b'c' | b'\\');
    let places = body.iter().enumerate().filter(|(_, byte)| may_begin(**byte));
    places.filter_map(|(place, _)| body.get(place..)).any(begins)
}

/// Whether anything was set null.
fn nulled(value: &mut Value, is_credential: bool) -> bool {
    let mut any = false;
    match value {
        Value::Array(values) => {
            for value in values {
                any |= nulled(value, is_credential);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                let is = |known: &&str| known.eq_ignore_ascii_case(name);
                if SECRETS.iter().any(is) || (is_credential && OF_CREDENTIALS.iter().any(is)) {
                    any |= !value.take().is_null();
                } else {
                    let name = name.to_ascii_lowercase();
                    any |= nulled(value, name.ends_with("credential") || name.ends_with("credentials"));
                }
            }
        }
        _ => {}
    }
    any
}

#[cfg(test)]
mod tests {
    use super::forget;

    #[test]
    fn a_secret_is_null_and_everything_else_stays() {
        for (body, expected) in [
            (r#"{ "displayName": "key" }"#, r#"{ "displayName": "key" }"#),
            (r#"{"key":"k","Credentials":"of nobody"}"#, r#"{"key":"k","Credentials":"of nobody"}"#),
            (
                r#"{"passwordCredentials":[{"displayName":"a","secretText":"s"}],"keyCredentials":[{"key":"k","usage":"Sign"}]}"#,
                r#"{"keyCredentials":[{"key":null,"usage":"Sign"}],"passwordCredentials":[{"displayName":"a","secretText":null}]}"#,
            ),
            (
                r#"{"requests":[{"id":"1","body":{"passwordCredential":{"Secret\u0054ext":"s"}}}]}"#,
                r#"{"requests":[{"body":{"passwordCredential":{"SecretText":null}},"id":"1"}]}"#,
            ),
            (
                r#"{"onPremisesPublishing":{"verifiedCustomDomainPasswordCredential":{"value":"s"}}}"#,
                r#"{"onPremisesPublishing":{"verifiedCustomDomainPasswordCredential":{"value":null}}}"#,
            ),
        ] {
            let mut bytes = Vec::from(body);
            assert!(forget(&mut bytes), "{body}");
            assert_eq!(String::from_utf8_lossy(&bytes), expected);
        }
        assert!(!forget(&mut Vec::from(r#"{"secretText": "s"#)));
    }
}
