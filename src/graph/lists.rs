//! The lists of a tenant, each in creation order.

use alloc::{boxed::Box, string::String, vec::Vec};

use super::{
    entity::{Entity, Kept},
    error::{Code, Error},
    find,
    options::Quirks,
    route::Key,
    schema::{APPLICATION, CONNECTOR, DIRECTORY_OBJECT, GROUP, TEMPLATE, Type},
    template::Template,
};
use crate::{
    Tenant,
    view::{ApplicationView, ConnectorGroupView, ConnectorView},
};

/// A list: how long it is, and its things.
pub(super) struct Source<'a, T> {
    pub(super) total: usize,
    pub(super) schema: &'static Type,
    things: Box<Things<'a, T>>,
    keyed: Box<Keyed<'a, T>>,
}

/// All things, or those behind an id; none where the tenant has no such id.
type Things<'a, T> = dyn Fn(Option<&str>) -> Option<Box<dyn Iterator<Item = T> + 'a>> + 'a;

/// The few things that can have this text as this property, where there is an index of them.
type Keyed<'a, T> = dyn Fn(&str, &str) -> Option<Vec<T>> + 'a;

impl<'a, T> Source<'a, T> {
    fn new(
        schema: &'static Type,
        total: usize,
        things: impl Fn(Option<&str>) -> Option<Box<dyn Iterator<Item = T> + 'a>> + 'a,
    ) -> Self {
        Self { total, schema, things: Box::new(things), keyed: Box::new(|_, _| None) }
    }

    fn keyed(self, keyed: impl Fn(&str, &str) -> Option<Vec<T>> + 'a) -> Self {
        Self { keyed: Box::new(keyed), ..self }
    }

    /// The things behind the one with this id, wherever the tenant has that.
    pub(super) fn behind(&self, id: &str) -> Option<impl Iterator<Item = T>> {
        (self.things)(Some(id))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = T> {
        (self.things)(None).into_iter().flatten()
    }

    /// The things that can have this text as this property; `None` where only a look at all of them tells.
    pub(super) fn few(&self, property: &str, text: &str) -> Option<Vec<T>> {
        (self.keyed)(property, text)
    }
}

impl<'a, T: Entity<'a> + 'a> Source<'a, T> {
    /// The name of a property that one of the things keeps, as it is spelled there. It is sought only where the table has
    /// no such name, so that a look at all of them costs nothing in the usual case.
    pub(super) fn kept_name(&self, name: &str) -> Option<String> {
        self.all()
            .find_map(|thing| thing.kept().into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)))
            .map(|(known, _)| known)
    }
}

fn boxed<'a, T>(things: impl Iterator<Item = T> + 'a) -> Box<dyn Iterator<Item = T> + 'a> {
    Box::new(things)
}

fn number(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

pub(super) fn groups(tenant: &Tenant) -> Source<'_, ConnectorGroupView<'_>> {
    let all = Source::new(&GROUP, tenant.connector_groups_count(), move |after| {
        Some(match after {
            None => boxed(tenant.connector_groups()),
            Some(id) => boxed(tenant.connector_groups_after(id.parse().ok()?)?),
        })
    });
    all.keyed(move |property, text| match property {
        "id" => Some(text.parse().ok().and_then(|id| tenant.connector_group(id)).into_iter().collect()),
        "name" => Some(tenant.connector_groups_by_name(text).collect()),
        _ => None,
    })
}

pub(super) fn connectors(tenant: &Tenant) -> Source<'_, ConnectorView<'_>> {
    let all = Source::new(&CONNECTOR, tenant.connectors_count(), move |after| {
        Some(match after {
            None => boxed(tenant.connectors()),
            Some(id) => boxed(tenant.connectors_after(id.parse().ok()?)?),
        })
    });
    all.keyed(move |property, text| match property {
        "id" => Some(text.parse().ok().and_then(|id| tenant.connector(id)).into_iter().collect()),
        _ => None,
    })
}

pub(super) fn applications(tenant: &Tenant) -> Source<'_, ApplicationView<'_>> {
    let all = Source::new(&APPLICATION, tenant.applications_count(), move |after| {
        Some(match after {
            None => boxed(tenant.applications()),
            Some(id) => boxed(tenant.applications_after(id.parse().ok()?)?),
        })
    });
    all.keyed(move |property, text| match property {
        "id" => Some(text.parse().ok().and_then(|id| tenant.application(id)).into_iter().collect()),
        "appId" => Some(text.parse().ok().and_then(|id| tenant.application_by_app_id(id)).into_iter().collect()),
        _ => None,
    })
}

pub(super) fn members<'a>(tenant: &'a Tenant, group: &str) -> Result<Source<'a, ConnectorView<'a>>, Error> {
    let group = find::group(tenant, group)?;
    Ok(Source::new(&CONNECTOR, number(group.connectors_count()), move |after| {
        Some(match after {
            None => boxed(group.members()),
            Some(id) => boxed(group.members_after(id.parse().ok()?)?),
        })
    }))
}

/// The applications of a group; that there are none is an error under the quirk, as
/// `microsoft/EntraExporter` saw it.
pub(super) fn group_applications<'a>(
    tenant: &'a Tenant,
    group: &str,
    quirks: Quirks,
) -> Result<Source<'a, ApplicationView<'a>>, Error> {
    let group = find::group(tenant, group)?;
    let total = number(group.applications_count());
    if total == 0 && quirks.empty_group_applications_not_found {
        let text = alloc::format!("No applications found for connector group '{}'.", group.id());
        return Err(Error::new(Code::ApplicationsForGroupNotFound, &text));
    }
    Ok(Source::new(&APPLICATION, total, move |after| {
        Some(match after {
            // The engine passes over those of other groups, so that the last one ends the search.
            None => boxed(group.applications().take(total)),
            Some(id) => boxed(group.applications_after(id.parse().ok()?)?),
        })
    }))
}

/// The one group of a connector, as a list.
pub(super) fn member_of<'a>(tenant: &'a Tenant, connector: &str) -> Result<Source<'a, ConnectorGroupView<'a>>, Error> {
    let group = find::connector(tenant, connector)?.connector_group();
    Ok(Source::new(&GROUP, 1, move |after| Some(boxed(after.is_none().then_some(group).into_iter()))))
}

/// The templates that applications can be made of here.
pub(super) fn templates<'a>() -> Source<'a, &'static Template> {
    let listed = || Template::listed().iter();
    Source::new(&TEMPLATE, listed().count(), move |after| {
        let place = after.map(|id| listed().position(|template| template.id == id));
        match place {
            None => Some(boxed(listed())),
            Some(place) => Some(boxed(listed().skip(place?.saturating_add(1)))),
        }
    })
}

/// The owners of an application: none, as the engine knows no users.
pub(super) fn owners<'a>(tenant: &'a Tenant, key: &Key) -> Result<Source<'a, Kept<'a>>, Error> {
    find::application(tenant, key)?;
    Ok(Source::new(&DIRECTORY_OBJECT, 0, move |after| after.is_none().then(|| boxed(core::iter::empty()))))
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::Directory;

    /// What has an index is found by it, without a look at the others.
    #[test]
    fn a_key_leads_to_few() {
        let mut directory = Directory::default();
        for line in include_str!("../../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
            directory.apply(&serde_json::from_str(line).unwrap()).unwrap();
        }
        let tenant = directory.tenants().next().unwrap();
        let (groups, connectors, applications) = (groups(tenant), connectors(tenant), applications(tenant));
        for group in tenant.connector_groups() {
            assert_eq!(groups.few("id", &group.id().to_string()), Some([group].into()));
            assert!(groups.few("name", group.name().as_str()).unwrap().contains(&group));
        }
        for connector in tenant.connectors() {
            assert_eq!(connectors.few("id", &connector.id().to_string()), Some([connector].into()));
        }
        for application in tenant.applications() {
            for (property, key) in [("id", application.id().to_string()), ("appId", application.app_id().to_string())] {
                assert_eq!(applications.few(property, &key), Some([application].into()));
            }
        }
        assert_eq!(groups.few("id", "none"), Some(Vec::new()));
        assert!(groups.few("region", "eur").is_none() && connectors.few("status", "active").is_none());
    }
}
