//! The form of internal and external URLs.
//!
//! Every publishing command checks two of them, and an audit those of each application. So text is searched byte by byte, which
//! finds ASCII characters in UTF-8 correctly, and what a byte means is read from a table.

use alloc::sync::Arc;

use crate::ids::AppId;

/// Ends the path.
const QUERY: u8 = 1;
/// Ends the host, beside a query.
const SLASH: u8 = 2;
/// Has a meaning of its own before the host ends.
const AT_OR_COLON: u8 = 4;
/// Ends a label.
const DOT: u8 = 8;
/// Is in no host.
const FORBIDDEN: u8 = 16;
/// May be white space or a control character, or a part of one.
const ODD: u8 = 32;

/// What each byte is.
const CLASSES: [u8; 256] = {
    let mut classes = [ODD; 256];
    let mut rest = classes.as_mut_slice();
    let mut byte = 0_u8;
    while let Some((class, next)) = rest.split_first_mut() {
        *class = match byte {
            b'?' | b'#' => QUERY,
            // A browser reads a backslash as a slash.
            b'/' | b'\\' => SLASH,
            b'@' | b':' => AT_OR_COLON,
            b'.' => DOT,
            // RFC 3986's gen-delims and what browsers forbid in a host; `[` opens an IPv6 address.
            b'[' | b']' | b'<' | b'>' | b'^' | b'|' | b'%' | b'"' | b'`' | b'{' | b'}' => FORBIDDEN,
            b'!'..=b'~' => 0,
            _ => ODD,
        };
        rest = next;
        byte = byte.wrapping_add(1);
    }
    classes
};

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(ODD)
}

/// What any byte of a text is. Without a branch, so that a text of nothing special is through soon.
fn classes(text: &str) -> u8 {
    text.bytes().fold(0, |all, byte| all | class(byte))
}

/// What a URL that is given to publish stands for: a text as it is kept, with its final slash. `None` where it is
/// neither an absolute http(s) URL with a domain name as its host (not an IP address) nor `api://` and the application's own
/// client id. Where the application is not known, every `api://` text passes.
///
/// No more than R-50 states is asked: a wildcard label, a single label, a port and any path pass. A last label
/// that is a number makes a host an IPv4 address, as browsers read it, so `10.1/` and `0x7f000001/` are refused too.
pub(crate) fn published(text: &Arc<str>, app_id: Option<AppId>) -> Option<Arc<str>> {
    let all = classes(text);
    let is_right = match (after_api_scheme(text), app_id) {
        (Some(rest), Some(app_id)) => is_client_id(rest.strip_suffix('/').unwrap_or(rest), app_id),
        (Some(_), None) => return Some(text.clone()),
        (None, _) => is_http(text, all),
    };
    is_right.then(|| with_final_slash(text, all))
}

/// Whether a URL is as it is kept: right, and with its final slash.
pub(crate) fn is_kept(text: &str, app_id: AppId) -> bool {
    let all = classes(text);
    match after_api_scheme(text) {
        Some(rest) => rest.strip_suffix('/').is_some_and(|rest| is_client_id(rest, app_id)),
        None => is_http(text, all) && path_end(text, all).is_some_and(|(path, _)| path.ends_with('/')),
    }
}

/// What is behind `api://`, in any case, where a text begins so.
fn after_api_scheme(text: &str) -> Option<&str> {
    const SCHEME: &str = "api://";
    let begins = text.get(..SCHEME.len()).is_some_and(|start| start.eq_ignore_ascii_case(SCHEME));
    if begins { text.get(SCHEME.len()..) } else { None }
}

fn is_client_id(text: &str, app_id: AppId) -> bool {
    text.parse() == Ok(app_id)
}

/// `all` are the [`classes`] of the text, here and below.
fn is_http(text: &str, all: u8) -> bool {
    let Some((scheme, host, port)) = parts(text) else { return false };
    let http = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    http && !has_space_or_control(text, all) && (port.is_empty() || port.parse::<u16>().is_ok()) && is_domain_name(host)
}

/// A URL up to where its path ends, and the rest: its query and its fragment.
fn path_end(text: &str, all: u8) -> Option<(&str, &str)> {
    if all & QUERY == 0 {
        return Some((text, ""));
    }
    text.split_at_checked(text.bytes().position(|byte| class(byte) == QUERY).unwrap_or(text.len()))
}

/// The slash that the service appends where the path has none at its end.
fn with_final_slash(text: &Arc<str>, all: u8) -> Arc<str> {
    match path_end(text, all) {
        Some((path, rest)) if !path.ends_with('/') => [path, "/", rest].concat().into(),
        _ => text.clone(),
    }
}

/// Whether the host of a URL stands for many.
pub(crate) fn is_wildcard(text: &str) -> bool {
    text.contains('*') && parts(text).is_some_and(|(_, host, _)| host.contains('*'))
}

fn has_space_or_control(text: &str, all: u8) -> bool {
    // Characters are slower to read than bytes, and URLs rarely have any but plain ones.
    all & ODD != 0 && text.contains(|character: char| character.is_whitespace() || character.is_control())
}

/// The scheme, the host and the port of a URL.
fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = text.split_at_checked(text.bytes().position(|byte| byte == b':')?)?;
    let rest = rest.strip_prefix("://")?;
    let (mut start, mut colon, mut end) = (0, None, rest.len());
    let marks = rest.bytes().enumerate().filter(|(_, byte)| class(*byte) & (QUERY | SLASH | AT_OR_COLON) != 0);
    for (place, byte) in marks {
        match byte {
            // The last `@` ends the user name, as a password may contain one. Only behind it does the host begin.
            b'@' => (start, colon) = (place.saturating_add(1), None),
            b':' => colon = colon.or(Some(place)),
            _ => {
                end = place;
                break;
            }
        }
    }
    let port = colon.map_or(end, |colon| colon.saturating_add(1));
    Some((scheme, rest.get(start..colon.unwrap_or(end))?, rest.get(port..end)?))
}

fn is_domain_name(host: &str) -> bool {
    // A final dot marks a full domain name and is not an empty label.
    let host = host.strip_suffix('.').unwrap_or(host);
    let mut label = 0;
    for (place, byte) in host.bytes().enumerate().filter(|(_, byte)| class(*byte) & (DOT | FORBIDDEN) != 0) {
        // No label is empty.
        if byte != b'.' || place == label {
            return false;
        }
        label = place.saturating_add(1);
    }
    host.get(label..).is_some_and(|last| !last.is_empty() && !is_number(last))
}

fn is_number(label: &str) -> bool {
    // An empty label was refused before, but `0x` alone counts as the number 0, as browsers read it.
    let hexadecimal = label.strip_prefix("0x").or_else(|| label.strip_prefix("0X"));
    match hexadecimal {
        Some(digits) => digits.chars().all(|digit| digit.is_ascii_hexdigit()),
        None => label.chars().all(|digit| digit.is_ascii_digit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP_ID: AppId = AppId::from_u128(0xa);

    fn kept(text: &str) -> Option<Arc<str>> {
        let kept = published(&text.into(), Some(APP_ID));
        assert!(kept.iter().all(|kept| is_kept(kept, APP_ID)), "{kept:?}");
        assert_eq!(is_kept(text, APP_ID), kept.as_deref() == Some(text), "{text}");
        kept
    }

    #[test]
    fn a_wildcard_is_in_the_host() {
        for (text, expected) in [
            ("https://*.apps.contoso.com/", true),
            ("https://user@*.apps.contoso.com:8443/", true),
            ("https://apps.contoso.com/*/", false),
            ("https://apps.contoso.com?*/", false),
            ("*", false),
        ] {
            assert_eq!(is_wildcard(text), expected, "{text}");
        }
    }

    #[test]
    fn r50_absolute_http_with_a_domain_name() {
        for accepted in [
            "http://intranet/",
            "https://expenses.contoso.local/",
            "HTTPS://Expenses.Contoso.Local:8443/a/b/",
            "https://*.apps.contoso.com/",
            "https://münchen.example./",
            "https://user@host/",
            "https://10.example/",
            "https://host:65535/?next=/",
        ] {
            assert_eq!(kept(accepted).as_deref(), Some(accepted));
        }
        for refused in [
            "",
            "/",
            "//host/",
            "host/",
            "https:/host/",
            "ftp://host/",
            "https:///",
            "https://.../",
            "https://a..b/",
            "https://:80/",
            "https://10.0.0.1/",
            "https://10.0.0.1./",
            "https://10.0.0.1:443/",
            "https://user@10.0.0.1/",
            "https://3232235777/",
            "https://0x7f000001/",
            "https://[::1]/",
            "https://[::1]:443/",
            "https://ho st/",
            "https://host/a b/",
            "https://ho st/a b/",
            "https://münchen.example/a b/",
            "https://münchen.example/\u{7f}/",
            "https://host\n/",
            "https://host:65536/",
            "https://host:http/",
            "https://host%20/",
            "PowerShellDeleteApplication",
        ] {
            assert_eq!(kept(refused), None, "{refused}");
        }
    }

    #[test]
    fn r50_a_final_slash_is_appended_where_the_path_has_none() {
        for (given, expected) in [
            ("https://host", "https://host/"),
            ("https://host/path", "https://host/path/"),
            ("https://host?a=/", "https://host/?a=/"),
            ("https://host/path#a/", "https://host/path/#a/"),
            ("https://host/path?a#b", "https://host/path/?a#b"),
            ("https://host/?a", "https://host/?a"),
            ("https://host:8443", "https://host:8443/"),
        ] {
            assert_eq!(kept(given).as_deref(), Some(expected));
        }
    }

    #[test]
    fn r74_api_and_the_own_client_id_is_a_url() {
        let id = "00000000-0000-0000-0000-00000000000A";
        for (given, expected) in [
            (alloc::format!("API://{id}"), Some(alloc::format!("API://{id}/"))),
            (alloc::format!("api://{id}/"), Some(alloc::format!("api://{id}/"))),
            (alloc::format!("api://{id}/a"), None),
            (alloc::format!("api://{id}//"), None),
            (alloc::format!("api://{id}?a"), None),
            ("api://00000000-0000-0000-0000-00000000000b/".into(), None),
            ("api://".into(), None),
            ("api:".into(), None),
        ] {
            assert_eq!(kept(&given).as_deref(), expected.as_deref(), "{given}");
        }
        assert_eq!(published(&"Api://anything".into(), None).as_deref(), Some("Api://anything"));
        assert_eq!(published(&"api:/anything".into(), None), None);
    }
}
