//! The form of internal and external URLs.
//!
//! Every publishing command checks two of them. So text is searched byte by byte, which finds ASCII
//! characters in UTF-8 correctly, and a test of every byte does not stop early, so that the compiler can
//! test many bytes at once.

/// Whether `text` is an absolute http(s) URL with a domain name as its host (not an IP address) that ends with `/`.
///
/// No more than R-50 states is asked: a wildcard label, a single label, a port and any path pass. A last label
/// that is a number makes a host an IPv4 address, as browsers read it, so `10.1/` and `0x7f000001/` are refused too.
pub(crate) fn is_publishable(text: &str) -> bool {
    let Some((scheme, host, port)) = parts(text) else { return false };
    let http = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    http && text.ends_with('/')
        && !has_space_or_control(text)
        && (port.is_empty() || port.parse::<u16>().is_ok())
        && is_domain_name(host)
}

/// Whether the host of a URL stands for many.
pub(crate) fn is_wildcard(text: &str) -> bool {
    text.contains('*') && parts(text).is_some_and(|(_, host, _)| host.contains('*'))
}

fn has_space_or_control(text: &str) -> bool {
    // White space outside of ASCII needs characters, which are slower to read than bytes; URLs rarely have
    // any.
    if text.is_ascii() {
        let is_one = |byte: u8| byte == b' ' || byte.is_ascii_control();
        return text.bytes().fold(false, |found, byte| found | is_one(byte));
    }
    text.contains(|character: char| character.is_whitespace() || character.is_control())
}

/// The scheme, the host and the port of a URL.
fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let rest = rest.strip_prefix("//")?;
    // A browser reads a backslash as a slash, so the host ends there too.
    let end = rest.bytes().position(|byte| matches!(byte, b'/' | b'?' | b'#' | b'\\'));
    let authority = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
    // The last `@` ends the user name, as a password may contain one. Only behind it does the host begin.
    let after_user = authority.bytes().rposition(|byte| byte == b'@').map_or(0, |at| at.saturating_add(1));
    let host_and_port = authority.get(after_user..)?;
    let Some(colon) = host_and_port.bytes().position(|byte| byte == b':') else {
        return Some((scheme, host_and_port, ""));
    };
    Some((scheme, host_and_port.get(..colon)?, host_and_port.get(colon.saturating_add(1)..)?))
}

fn is_domain_name(host: &str) -> bool {
    // A final dot marks a full domain name and is not an empty label.
    let host = host.strip_suffix('.').unwrap_or(host);
    // RFC 3986's gen-delims and what browsers forbid in a host; `[` opens an IPv6 address.
    let plain = |byte| !matches!(byte, b'[' | b']' | b'<' | b'>' | b'^' | b'|' | b'%' | b'"' | b'`' | b'{' | b'}');
    // Each label ends at a dot or at the end, and is not empty.
    let ends = host.bytes().chain([b'.']);
    let is_one_empty =
        ends.fold((false, b'.'), |(found, before), byte| (found || (before == b'.' && byte == b'.'), byte)).0;
    let last_label = host.bytes().rposition(|byte| byte == b'.').and_then(|dot| host.get(dot.saturating_add(1)..));
    host.bytes().fold(true, |all, byte| all & plain(byte)) && !is_one_empty && !is_number(last_label.unwrap_or(host))
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
    use super::{is_publishable, is_wildcard};

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
    fn r50_absolute_http_with_a_domain_name_and_a_final_slash() {
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
            assert!(is_publishable(accepted), "{accepted}");
        }
        for refused in [
            "",
            "/",
            "//host/",
            "host/",
            "https:/host/",
            "ftp://host/",
            "https://host",
            "https://host/path",
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
            assert!(!is_publishable(refused), "{refused}");
        }
    }
}
