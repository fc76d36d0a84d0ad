//! Things by their names and ids.

use connector_groups::{
    ApplicationId, ConnectorGroupId, ConnectorId, Event, Tenant,
    directory::DirectoryEvent,
    ids::AnyId,
    view::{ApplicationView, ConnectorView},
};

use crate::output::escaped;

const NAME_CHARACTERS_MAX: usize = 120;

/// A name from the input, in quotes and on one line; what is too long is cut.
pub(crate) fn quoted(name: &str) -> String {
    let mut quoted = String::from("\"");
    // Cut before it is escaped: an escape sequence that is cut in the middle would say something else.
    for letter in name.chars().take(NAME_CHARACTERS_MAX) {
        if letter == '"' || letter == '\\' {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    if name.chars().nth(NAME_CHARACTERS_MAX).is_some() {
        quoted.push('…');
    }
    quoted.push('"');
    escaped(&quoted)
}

/// Where names are found: the tenant as it is now, and what has just been removed from it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Names<'a> {
    pub(crate) tenant: Option<&'a Tenant>,
    pub(crate) events: &'a [DirectoryEvent],
}

impl<'a> Names<'a> {
    /// `connector group "Default" (9d…)`.
    pub(crate) fn group(&self, id: ConnectorGroupId) -> String {
        let present = self.tenant.and_then(|tenant| tenant.connector_group(id)).map(|group| group.name().as_str());
        let name = present.or_else(|| {
            self.removed().find_map(|event| match event {
                Event::ConnectorGroupDeleted(group) if group.thing.id == id => Some(group.thing.name.as_str()),
                _ => None,
            })
        });
        called("connector group", name, id)
    }

    /// `connector "host" (c0…)`.
    pub(crate) fn connector(&self, id: ConnectorId) -> String {
        let present = self.tenant.and_then(|tenant| tenant.connector(id)).map(ConnectorView::machine_name);
        let name = present.or_else(|| {
            self.removed().find_map(|event| match event {
                Event::ConnectorsExpired { connectors } => {
                    connectors.iter().find(|one| one.thing.id == id).map(|one| &*one.thing.machine_name)
                }
                _ => None,
            })
        });
        called("connector", name, id)
    }

    /// `application "Payroll" (a0…)`.
    pub(crate) fn application(&self, id: ApplicationId) -> String {
        let present = self.tenant.and_then(|tenant| tenant.application(id)).map(ApplicationView::display_name);
        let name = present.or_else(|| {
            self.removed().find_map(|event| match event {
                Event::ApplicationDeleted(application) if application.thing.id == id => {
                    Some(&*application.thing.display_name)
                }
                _ => None,
            })
        });
        called("application", name, id)
    }

    /// A thing of which a refusal tells the id alone.
    pub(crate) fn any(&self, id: AnyId) -> String {
        // The refusal does not tell the kind. Lists name connectors or applications, and nothing else is taken out of a group.
        // Ids are unique within a kind only (I4): should both have this one, the text has the id beside the name.
        let Some(tenant) = self.tenant else { return id.to_string() };
        let text = id.to_string();
        if let Some(found) = text.parse().ok().and_then(|id| tenant.connector(id)) {
            return self.connector(found.id());
        }
        if let Some(found) = text.parse().ok().and_then(|id| tenant.application(id)) {
            return self.application(found.id());
        }
        text
    }

    /// What has just happened within tenants, where things stand that are not there any more. It is long for bulk commands, so
    /// that the tenant is asked first.
    fn removed(&self) -> impl Iterator<Item = &'a Event> {
        self.events.iter().filter_map(|event| match event {
            DirectoryEvent::InTenant { tenant: _, event } => Some(event),
            DirectoryEvent::OfTenant(_) => None,
        })
    }
}

/// A thing by its kind, its name where that is known, and its id.
pub(super) fn called(kind: &str, name: Option<&str>, id: impl core::fmt::Display) -> String {
    match name {
        Some(name) => format!("{kind} {} ({id})", quoted(name)),
        None => format!("{kind} {id}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_in_quotes() {
        assert_eq!(quoted("Zürich"), "\"Zürich\"");
        assert_eq!(quoted("a\n\u{1b}[2J\"b\\"), r#""a\u{a}\u{1b}[2J\"b\\""#);
        assert_eq!(quoted(&"x".repeat(121)), format!("\"{}…\"", "x".repeat(120)));
        assert_eq!(quoted(&"x".repeat(120)), format!("\"{}\"", "x".repeat(120)));
    }
}
