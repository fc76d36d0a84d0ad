//! What counts as the same answer.

use connector_groups::graph::Code;
use serde_json::Value;

use super::{answer::Answer, ids::Ids};
use crate::conformance::compare::Compare;

/// The first thing that sets the service's answer apart from the engine's, in words; `None` where nothing that counts does.
pub(super) fn difference(compare: Compare, expected: &Answer, actual: &Answer, ids: &Ids) -> Option<String> {
    if expected.is_accepted() != actual.is_accepted()
        || (!matches!(compare, Compare::Outcome) && expected.status != actual.status)
    {
        return Some(format!("status {} in place of {}", actual.told(), expected.told()));
    }
    if !expected.is_accepted() {
        let (expected, actual) = (expected.code(), actual.code());
        let is_same = match compare {
            Compare::Whole => expected == actual,
            // A code that this project has made up cannot be asked of a service: there its status is enough.
            Compare::Code => expected == actual || !is_known(expected),
            Compare::Outcome => true,
        };
        return (!is_same).then(|| format!("code {actual:?} in place of {expected:?}"));
    }
    body("", &expected.body, &actual.body, ids)
}

/// Whether a code was observed, or is in general use in Graph. Any other is this project's own, and stands for all of its status.
fn is_known(code: &str) -> bool {
    // Several codes of the table may have one text. A text that is not in it was never made up here.
    let known = Code::ALL.iter().filter(|known| known.as_str() == code);
    known.clone().next().is_none() || known.copied().any(|known| !known.source().starts_with("ours"))
}

/// Properties that are each service's own whatever it does: its time, and its tenant.
const OWN: [&str; 2] = ["createdDateTime", "appOwnerOrganizationId"];

/// All that the engine tells has to be told; a service may tell more.
fn body(path: &str, expected: &Value, actual: &Value, ids: &Ids) -> Option<String> {
    match (expected, actual) {
        (Value::Object(expected), _) => {
            // Annotations hold links and contexts with the host in them.
            let plain = expected.iter().filter(|(name, _)| !name.contains('@') && !OWN.contains(&name.as_str()));
            for (name, value) in plain {
                // Graph leaves out what it has no value for, or writes null.
                let told = actual.get(name).unwrap_or(&Value::Null);
                let path = format!("{path}/{name}");
                // Only the answer's own list is one of things with ids. Lists within a thing are values, in their order.
                let is_list = name == "value" && path == "/value";
                let found = if is_list { list(value, told, ids) } else { body(&path, value, told, ids) };
                if found.is_some() {
                    return found;
                }
            }
            None
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            let mut both = expected.iter().zip(actual).enumerate();
            both.find_map(|(at, (expected, actual))| body(&format!("{path}/{at}"), expected, actual, ids))
        }
        (Value::String(expected), Value::String(actual)) if *expected == ids.here(actual) => None,
        _ if expected == actual => None,
        _ => {
            // An answer that is one number has no path.
            let name = if path.is_empty() { "the body" } else { path };
            Some(format!("{name}: {} in place of {expected}", ids.here(&actual.to_string())))
        }
    }
}

/// Lists hold the same things in any order. What the trace knows nothing of is not its own: a tenant may have more.
fn list(expected: &Value, actual: &Value, ids: &Ids) -> Option<String> {
    let id = |value: &Value| value.get("id").and_then(Value::as_str).map(|id| ids.here(id));
    let (Some(expected), Some(actual)) = (expected.as_array(), actual.as_array()) else {
        return Some(format!("/value: {actual} is no list"));
    };
    for thing in expected {
        let Some(name) = id(thing) else { continue };
        let mut found = actual.iter().filter(|other| id(other).as_ref() == Some(&name));
        let Some(other) = found.next() else { return Some(format!("/value: {name} is missing")) };
        if found.next().is_some() {
            return Some(format!("/value: {name} is there twice"));
        }
        let different = body(&format!("/value/{name}"), thing, other, ids);
        if different.is_some() {
            return different;
        }
    }
    let is_expected = |name: &String| expected.iter().any(|thing| id(thing).as_ref() == Some(name));
    let more = actual.iter().filter_map(id).find(|name| ids.knows(name) && !is_expected(name));
    more.map(|name| format!("/value: {name} should not be there"))
}
