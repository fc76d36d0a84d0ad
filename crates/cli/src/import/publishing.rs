//! How an application is published, as files tell it: in any spelling, and with what the engine does not model set aside.

extern crate alloc;

use alloc::sync::Arc;

use connector_groups::{ApplicationId, model::OnPremisesPublishing};
use serde_json::{Map, Value};

use super::{
    cut_off::{self, CUT_OFF},
    findings::{Findings, Level},
    node::{Node, Problem, with_additional},
};

/// Properties of nested objects, which no default value names.
const NESTED: [&str; 16] = [
    "singleSignOnMode",
    "kerberosSignOnSettings",
    "kerberosServicePrincipalName",
    "kerberosSignOnMappingAttributeType",
    "internalUrl",
    "externalUrl",
    "alternateUrl",
    "corsConfigurations",
    "resource",
    "allowedOrigins",
    "allowedHeaders",
    "allowedMethods",
    "maxAgeInSeconds",
    "thumbprint",
    "subjectName",
    "applicationSegments",
];

/// Enumerations with the spelling that Graph documents for each member. A member that is in no list is kept as it is.
const MEMBERS: [(&str, &[&str]); 5] = [
    ("externalAuthenticationType", &["passthru", "aadPreAuthentication"]),
    ("applicationServerTimeout", &["Default", "Long"]),
    ("applicationType", &["enterpriseapp", "nonwebapp", "quickaccessapp"]),
    ("trafficRoutingMethod", &["none", "random", "sessionPersistence", "performance"]),
    ("singleSignOnMode", &["none", "onPremisesKerberos", "saml", "pingHeaderBased", "aadHeaderBased", "oAuthToken"]),
];

/// As often a property may be set aside before the rest is not read any more: each time the whole publishing is read anew, so
/// that a hostile file would take time in the square of its length.
const SET_ASIDE_MAX: usize = 1000;

/// What a file tells of publishing.
pub(crate) struct Told {
    pub(crate) publishing: OnPremisesPublishing,
    /// What the model cannot hold, as it came.
    pub(crate) rest: Map<String, Value>,
}

/// The publishing at a node; `None` where the node tells nothing, as PowerShell's objects do for what was not selected.
pub(crate) fn read(id: ApplicationId, node: &Node, findings: &mut Findings) -> Result<Option<Told>, Problem> {
    if !node.is_object() {
        return Ok(unknown(id, node, findings, ""));
    }
    // Only for its check: two spellings of one name are a problem before any of them is read.
    node.members()?;
    let defaults =
        serde_json::to_value(OnPremisesPublishing::default()).map_err(|error| node.problem(error.to_string()))?;
    let Value::Object(mut properties) = defaults else { return Ok(None) };
    let known: Vec<String> = properties.keys().cloned().chain(NESTED.map(String::from)).collect();
    let Value::Object(given) = plain(node.value()?, &known) else { return Ok(None) };
    let own: Vec<_> = given.into_iter().filter(|(name, value)| !value.is_null() && name != "id").collect();
    // An application without its publishing, as it comes where nobody selected that, tells nothing of it either.
    if !own.iter().any(|(name, _)| properties.contains_key(name)) {
        return Ok(None);
    }
    // Of what is cut off within, nobody can say what it was: half of a publishing would pass for the whole.
    if let Some(path) =
        own.iter().find_map(|(name, value)| cut_off::within(name, value).map(|path| format!("{name}{path}")))
    {
        return Ok(unknown(id, node, findings, &path));
    }
    let mut rest = Map::new();
    for (name, value) in own {
        // Over the defaults, so that what was not selected is as the service would have it.
        if properties.contains_key(&name) {
            properties.insert(name, value);
        } else {
            set_aside(id, node, findings, &name);
            rest.insert(name, value);
        }
    }
    spell(&mut properties, id, node, findings);
    let publishing = fitting(properties, &mut rest, id, node, findings)?;
    Ok(publishing.map(|publishing| Told { publishing, rest }))
}

/// Publishing that PowerShell has cut off, in whole or at a path: nothing is known of it.
fn unknown(id: ApplicationId, node: &Node, findings: &mut Findings, path: &str) -> Option<Told> {
    let what = if path.is_empty() { String::new() } else { format!("`{path}` of ") };
    let message =
        format!("{what}the publishing of application {id} is not there, so that its publishing is unknown; {CUT_OFF}");
    findings.add(Level::Warning, "unknown-publishing", || node.place(), message);
    None
}

fn set_aside(id: ApplicationId, node: &Node, findings: &mut Findings, path: &str) {
    let message = format!("`{path}` of application {id} is not modelled; it is kept beside the tenant");
    findings.add(Level::Note, "kept", || node.place(), message);
}

/// A value without annotations, with names as Graph spells them, and null where an object says nothing.
fn plain(value: Value, known: &[String]) -> Value {
    match value {
        Value::Object(properties) => {
            let properties = with_additional(properties).filter(|(name, _)| !name.contains("@odata"));
            let properties: Map<_, _> =
                properties.map(|(name, value)| (spelled(name, known), plain(value, known))).collect();
            // An open dictionary of Graph may be empty; PowerShell's objects have each property, and null in each.
            let says_nothing = !properties.is_empty() && properties.values().all(Value::is_null);
            if says_nothing { Value::Null } else { Value::Object(properties) }
        }
        Value::Array(list) => Value::Array(list.into_iter().map(|value| plain(value, known)).collect()),
        other => other,
    }
}

fn spelled(name: String, known: &[String]) -> String {
    known.iter().find(|known| known.eq_ignore_ascii_case(&name)).cloned().unwrap_or(name)
}

/// Members of enumerations in the documented spelling, and URLs with their final slash.
fn spell(properties: &mut Map<String, Value>, id: ApplicationId, node: &Node, findings: &mut Findings) {
    let mode = |value: &mut Value| {
        if let Some(mode) = value.get_mut("singleSignOnMode") {
            spell_member("singleSignOnMode", mode);
        }
    };
    for (name, value) in properties.iter_mut() {
        match name.as_str() {
            "singleSignOnSettings" => mode(value),
            "internalUrl" | "externalUrl" => {
                if let Some(slashed) = value.as_str().and_then(with_final_slash) {
                    let message =
                        format!("the {name} of application {id} has no final slash; it is read with one (R-50)");
                    findings.add(Level::Note, "R-50", || node.place(), message);
                    *value = Value::from(slashed);
                }
            }
            _ => spell_member(name, value),
        }
    }
}

/// A URL with the slash that its path lacks at its end, before a query and a fragment, as the service keeps it; `None` where
/// it lacks none.
fn with_final_slash(url: &str) -> Option<String> {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (path, rest) = url.split_at_checked(end)?;
    (!path.is_empty() && !path.ends_with('/')).then(|| format!("{path}/{rest}"))
}

fn spell_member(name: &str, value: &mut Value) {
    let members = MEMBERS.iter().find(|(property, _)| *property == name).map_or(&[][..], |(_, members)| members);
    let documented = value.as_str().and_then(|text| members.iter().find(|member| member.eq_ignore_ascii_case(text)));
    if let Some(documented) = documented {
        *value = Value::from(*documented);
    }
}

/// The publishing that the engine can hold; `None` where a part of it was cut off. What it refuses is set aside and tried again
/// without, one value at a time: which nested properties it knows is written in the engine only.
fn fitting(
    properties: Map<String, Value>,
    rest: &mut Map<String, Value>,
    id: ApplicationId,
    node: &Node,
    findings: &mut Findings,
) -> Result<Option<OnPremisesPublishing>, Problem> {
    let mut value = Value::Object(properties);
    // Each turn takes one value away, or ends.
    for _ in 0..SET_ASIDE_MAX {
        let error = match serde_path_to_error::deserialize(&value) {
            Ok(publishing) => return Ok(Some(publishing)),
            Err(error) => error,
        };
        let path: Vec<serde_path_to_error::Segment> = error.path().iter().cloned().collect();
        // An error without a path is not about one value, and nothing that is taken away would mend it: without this
        // the loop would not end.
        let Some(refused) = take(&mut value, &path) else {
            return Err(node.problem(format!("the publishing of application {id} cannot be read: {}", error.inner())));
        };
        // A list of texts is written as one text with blanks between them, which no beginning gives away.
        let is_nested = ["a sequence", "a map", "struct"]
            .iter()
            .any(|what| error.inner().to_string().contains(&format!("expected {what}")));
        if refused.is_string() && is_nested {
            return Ok(unknown(id, node, findings, &error.path().to_string()).map(|told| told.publishing));
        }
        set_aside(id, node, findings, &error.path().to_string());
        rest.insert(error.path().to_string(), refused);
    }
    Err(node
        .problem(format!("more than {SET_ASIDE_MAX} properties of the publishing of application {id} are not known")))
}

/// Takes the value at a path away: a member of an object, or the object that is wrong as a whole.
fn take(value: &mut Value, path: &[serde_path_to_error::Segment]) -> Option<Value> {
    use serde_path_to_error::Segment;
    let mut value = value;
    let (last, before) = path.split_last()?;
    for segment in before {
        value = match segment {
            Segment::Seq { index } => value.get_mut(*index)?,
            Segment::Map { key } => value.get_mut(key)?,
            _ => return None,
        };
    }
    match (value, last) {
        (Value::Object(members), Segment::Map { key }) => members.remove(key),
        (Value::Array(items), Segment::Seq { index }) if *index < items.len() => Some(items.remove(*index)),
        _ => None,
    }
}

/// Takes a URL away that the tenant cannot hold, and keeps it beside.
pub(crate) fn without_url(publishing: &mut OnPremisesPublishing, is_internal: bool) -> Option<Arc<str>> {
    if is_internal { publishing.internal_url.take() } else { publishing.external_url.take() }
}
