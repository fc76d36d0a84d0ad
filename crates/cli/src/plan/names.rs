//! Things by the names that their administrators know, in a text that nothing in a name can change.

use std::collections::HashSet;

use connector_groups::{
    ApplicationId, ConnectorGroupId, ConnectorId, Tenant,
    view::{ApplicationView, ConnectorGroupView, ConnectorView},
};

pub(crate) use crate::words::{count, suggestions};
use crate::words::{no_group, quoted};

/// How many letters a slip of a name differs in at most.
const DIFFERENCES_MAX: usize = 2;

/// A name, and the id too where the name does not say which thing is meant.
fn named(name: &str, is_shared: bool, id: &dyn core::fmt::Display) -> String {
    match (name.is_empty(), is_shared) {
        (true, _) => id.to_string(),
        (false, true) => format!("{} ({id})", quoted(name)),
        (false, false) => quoted(name),
    }
}

pub(crate) fn group(tenant: &Tenant, id: ConnectorGroupId) -> String {
    let Some(group) = tenant.connector_group(id) else { return id.to_string() };
    let name = group.name().as_str();
    named(name, tenant.connector_groups_by_name(name).count() > 1, &id)
}

pub(crate) fn connector(tenant: &Tenant, id: ConnectorId) -> String {
    let Some(connector) = tenant.connector(id) else { return id.to_string() };
    let name = connector.machine_name();
    // Two are enough to know: the look at all connectors ends there.
    named(name, tenant.connectors_by_machine_name(name).take(2).count() > 1, &id)
}

pub(crate) fn application(tenant: &Tenant, id: ApplicationId) -> String {
    let Some(application) = tenant.application(id) else { return id.to_string() };
    let name = application.display_name();
    named(name, tenant.applications_by_display_name(name).take(2).count() > 1, &id)
}

/// The names that several things of a kind have. They are looked for once: a plan may move all applications of a tenant, and a look
/// at all others for each of them takes time in the square of their number.
pub(super) struct Shared {
    connectors: HashSet<String>,
    applications: HashSet<String>,
}

impl Shared {
    pub(super) fn of(tenant: &Tenant) -> Self {
        Self {
            connectors: twice(tenant.connectors().map(ConnectorView::machine_name)),
            applications: twice(tenant.applications().map(ApplicationView::display_name)),
        }
    }

    pub(super) fn connector(&self, tenant: &Tenant, id: ConnectorId) -> String {
        let Some(connector) = tenant.connector(id) else { return id.to_string() };
        let name = connector.machine_name();
        named(name, self.connectors.contains(&name.to_ascii_lowercase()), &id)
    }

    pub(super) fn application(&self, tenant: &Tenant, id: ApplicationId) -> String {
        let Some(application) = tenant.application(id) else { return id.to_string() };
        let name = application.display_name();
        named(name, self.applications.contains(&name.to_ascii_lowercase()), &id)
    }
}

/// The names that are there twice, in lower case, as the engine finds them in any.
fn twice<'a>(names: impl Iterator<Item = &'a str>) -> HashSet<String> {
    let mut seen = HashSet::new();
    names.map(str::to_ascii_lowercase).filter(|name| !seen.insert(name.clone())).collect()
}

/// A text of the engine with names in the place of ids. What stands between quotation marks is somebody's own text and stays
/// as it is, whatever looks like an id in it.
pub(crate) fn in_text(tenant: &Tenant, text: &str) -> String {
    const ID_LENGTH: usize = 36;
    let mut named = String::new();
    let (mut rest, mut is_quoted, mut is_escaped) = (text, false, false);
    while let Some(character) = rest.chars().next() {
        // A display name may be the GUID of another thing. In quotes it is a name and stays one.
        let id = if is_quoted { None } else { rest.get(..ID_LENGTH).and_then(|id| name_of_id(tenant, id)) };
        let length = if let Some(name) = &id {
            named.push_str(name);
            ID_LENGTH
        } else {
            named.push(character);
            // A quote that is escaped ends nothing: the engine writes names as Rust does, with backslashes.
            is_quoted ^= character == '"' && !is_escaped;
            is_escaped = character == '\\' && !is_escaped;
            character.len_utf8()
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    named
}

fn name_of_id(tenant: &Tenant, id: &str) -> Option<String> {
    let has_shape = id.bytes().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    if !has_shape {
        return None;
    }
    let connector_group =
        id.parse().ok().filter(|id| tenant.connector_group(*id).is_some()).map(|id| group(tenant, id));
    connector_group
        .or_else(|| id.parse().ok().filter(|id| tenant.connector(*id).is_some()).map(|id| connector(tenant, id)))
        .or_else(|| id.parse().ok().filter(|id| tenant.application(*id).is_some()).map(|id| application(tenant, id)))
}

/// The one group that an administrator means by an id or a name.
pub(crate) fn meant_group(tenant: &Tenant, given: &str) -> Result<ConnectorGroupId, String> {
    if let Some(group) = given.parse().ok().and_then(|id| tenant.connector_group(id)) {
        return Ok(group.id());
    }
    let same: Vec<_> = tenant.connector_groups_by_name(given).map(ConnectorGroupView::id).collect();
    match same.as_slice() {
        [id] => Ok(*id),
        [] => Err(no_group(given, tenant.connector_groups().map(|group| group.name().as_str()))),
        many => {
            let ids: Vec<_> = many.iter().map(ToString::to_string).collect();
            Err(format!("{} is the name of several connector groups; give an id: {}", quoted(given), ids.join(", ")))
        }
    }
}

/// Whether one name looks like a slip of the other, and not like its sibling: `Datacenter A` and `Datacenter B`, or `proxy-01`
/// and `proxy-02`, are two names on purpose.
pub(super) fn is_slip(given: &str, present: &str) -> bool {
    let words = |name: &str| -> Vec<String> {
        // Numbers and short words tell siblings apart on purpose, so that they are left out of the comparison.
        let letters: String = name.to_lowercase().chars().filter(|letter| !letter.is_numeric()).collect();
        letters.split_whitespace().filter(|word| word.chars().count() > 2).map(String::from).collect()
    };
    let (given, present) = (words(given).join(" "), words(present).join(" "));
    given != present && strsim::damerau_levenshtein(&given, &present) <= DIFFERENCES_MAX && present.chars().count() > 4
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One look at all names says the same as a look for each.
    #[test]
    fn names_that_several_have_come_with_ids() {
        let tenant = crate::work::generated::contoso();
        let shared = Shared::of(&tenant);
        for one in tenant.applications().map(ApplicationView::id) {
            assert_eq!(shared.application(&tenant, one), application(&tenant, one));
        }
        for one in tenant.connectors().map(ConnectorView::id) {
            assert_eq!(shared.connector(&tenant, one), connector(&tenant, one));
        }
        assert_eq!(twice(["a", "A", "b", "a", "c"].into_iter()), HashSet::from(["a".into()]));
    }

    #[test]
    fn siblings_are_no_slips() {
        for (given, present, expected) in [
            ("Datacenter Dublni", "Datacenter Dublin", true),
            ("Datcenter Dublin", "Datacenter Dublin", true),
            ("Datacenter A", "Datacenter B", false),
            ("proxy-01", "proxy-02", false),
            ("Asia", "Aria", false),
            ("Datacenter Dublin", "Datacenter Frankfurt", false),
        ] {
            assert_eq!(is_slip(given, present), expected, "{given} {present}");
        }
    }
}
