//! Routes: a path with `{id}` in the place of each id, and patterns of such paths.

use alloc::collections::BTreeMap;
use std::sync::LazyLock;

use connector_groups::graph;
use percent_encoding::percent_decode;

/// The longest route has eight. Templates are kept by the journal and the counts, and must not be as long as somebody likes.
const SEGMENTS_MAX: usize = 12;

/// The words that a route template keeps, those of one length together: those of Graph's routes, as its router has them, and
/// others. Whatever else a path has is an id.
static WORDS: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    let routes = graph::operations().into_iter().map(|operation| operation.route);
    let words = routes.flat_map(|route| route.split('/').map(String::from).collect::<Vec<_>>());
    let words = words.filter(|word| !word.is_empty() && !word.starts_with('{'));
    let words: BTreeMap<String, String> =
        words.chain(OTHERS.iter().copied().map(String::from)).map(|word| (word.to_ascii_lowercase(), word)).collect();
    let mut by_length = Vec::new();
    for word in words.into_values() {
        by_length.resize(by_length.len().max(word.len().saturating_add(1)), Vec::new());
        by_length.get_mut(word.len()).into_iter().for_each(|words: &mut Vec<String>| words.push(word.clone()));
    }
    by_length
});

/// A word in any case, as Graph spells it, or `{id}`.
fn word(segment: &[u8]) -> &'static str {
    let words = WORDS.get(segment.len()).map(Vec::as_slice).unwrap_or_default();
    // Nearly every client spells them so.
    let same = words.iter().find(|word| word.as_bytes() == segment);
    let found = same.or_else(|| words.iter().find(|word| word.as_bytes().eq_ignore_ascii_case(segment)));
    found.map_or("{id}", String::as_str)
}

/// The words that are not the router's. Some are of routes that are not served, so that the journal tells what was tried.
const OTHERS: &[&str] = &[
    "beta",
    "v1.0",
    "microsoft.graph.instantiate",
    "agents",
    "agentGroups",
    "publishedResources",
    "subscriptions",
    "me",
    "oauth2",
    "v2.0",
    "token",
    "authorize",
    "devicecode",
    ".well-known",
    "openid-configuration",
    "discovery",
    "keys",
    "instance",
    "common",
    "organizations",
    "metadata",
    "endpoints",
    "_control",
    "commands",
    "state",
    "tenants",
    "restore",
];

/// A path with `{id}` in the place of each id, words as Graph spells them: `/beta/applications/{id}/connectorGroup`.
pub(crate) fn template(path: &str) -> String {
    // No template of a known route is longer than its path, unless an id is shorter than `{id}`.
    let mut template = String::with_capacity(path.len());
    for segment in path.trim_end_matches('/').as_bytes().split(|byte| *byte == b'/').skip(1).take(SEGMENTS_MAX) {
        template.push('/');
        // Nearly every segment has neither a key nor an escape.
        if segment.iter().fold(true, |is_plain, byte| is_plain & !matches!(*byte, b'%' | b'(')) {
            template.push_str(word(segment));
        } else {
            push(&mut template, &percent_decode(segment).decode_utf8_lossy());
        }
    }
    if template.is_empty() { String::from("/") } else { template }
}

/// A word with its key.
fn push(template: &mut String, segment: &str) {
    let (name, key) = segment.split_once('(').map_or((segment, None), |(name, key)| (name, Some(key)));
    template.push_str(word(name.as_bytes()));
    // An alternate key has its name; `('…')` is an id as in the other spelling.
    match key.map(|key| key.split_once('=').map(|(name, _)| name)) {
        None => {}
        Some(Some("appId")) => template.push_str("(appId={id})"),
        Some(Some("uniqueName")) => template.push_str("(uniqueName={id})"),
        Some(_) if key.is_some_and(|key| key.contains("applicationProxy")) => template.push_str("/applicationProxy"),
        Some(_) => template.push_str("/{id}"),
    }
}

/// Whether a text is as a pattern says, in which `*` stands for anything; letters match in either case.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_ascii_lowercase(), text.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut last = None;
    for part in parts {
        // The parts between are where they first are; the last is at the end.
        if let Some(former) = last.replace(part) {
            match rest.split_once(former) {
                Some((_, behind)) => rest = behind,
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |last: &str| rest.ends_with(last))
}

#[cfg(test)]
mod tests {
    use super::{matches, template};

    #[test]
    fn a_template_has_words_and_no_ids() {
        for (path, expected) in [
            ("/", "/"),
            ("/BETA/applications", "/beta/applications"),
            ("/beta/applications/7e/connectorGroup/$ref", "/beta/applications/{id}/connectorGroup/$ref"),
            ("/v1.0/applications(appId='7e')", "/v1.0/applications(appId={id})"),
            ("/beta/applications('7e')/", "/beta/applications/{id}"),
            (
                "/beta/onPremisesPublishingProfiles('applicationProxy')/connectors/members",
                "/beta/onPremisesPublishingProfiles/applicationProxy/connectors/members",
            ),
            ("/7e/oauth2/v2.0/token", "/{id}/oauth2/v2.0/token"),
            ("/beta/%24batch", "/beta/$batch"),
            ("/v1.0/serviceprincipals/7e/appRoleAssignedTo", "/v1.0/servicePrincipals/{id}/appRoleAssignedTo"),
            ("/beta/applications/7e/owners/7e/$ref", "/beta/applications/{id}/owners/{id}/$ref"),
        ] {
            assert_eq!(template(path), expected);
        }
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, is) in [
            ("/beta/a", "/beta/a", true),
            ("/beta/a", "/beta/ab", false),
            ("*/members", "/beta/g/{id}/Members", true),
            ("*/members", "/beta/members/x", false),
            ("/beta/*/x*", "/beta/a/b/x/y", true),
            ("a*b*c", "abc", true),
            ("ab*bc", "abc", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, text), is, "{pattern} {text}");
        }
    }
}
