//! The lists of a tenant, each in creation order.

use alloc::boxed::Box;

use serde_json::Value;

use super::{
    entity::{Entity, Kept, Segment, length},
    error::{Code, Error},
    find,
    options::Quirks,
    organization::{self, Organization},
    principal::{self, Principal},
    profile::ProfileView,
    route::Key,
    schema::{APPLICATION, CONNECTOR, GROUP, IP_SEGMENT, ORGANIZATION, PROFILE, SERVICE_PRINCIPAL, TEMPLATE, Type},
    source::Source,
    template::Template,
};
use crate::{
    Tenant,
    view::{ApplicationView, ConnectorGroupView, ConnectorView},
};

fn boxed<'a, T>(things: impl Iterator<Item = T> + 'a) -> Box<dyn Iterator<Item = T> + 'a> {
    Box::new(things)
}

pub(super) fn groups(tenant: &Tenant) -> Source<'_, ConnectorGroupView<'_>> {
    let all = Source::new(&GROUP, tenant.connector_groups_count(), move |after| {
        Some(match after {
            None => boxed(tenant.connector_groups()),
            // A page token is the id of the last thing shown. If that thing is gone, nobody knows where to go on, and
            // the client is told so; an offset would skip or repeat things in silence.
            Some(id) => boxed(tenant.connector_groups_after(id.parse().ok()?)?),
        })
    });
    all.keyed(move |property, text| match property {
        "id" => Some(text.parse().ok().and_then(|id| tenant.connector_group(id)).into_iter().collect()),
        // The index knows names trimmed and in any case, which is more than a filter means; the filter looks at each of
        // these few again.
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
        "uniqueName" => Some(tenant.applications_by_unique_name(text).collect()),
        _ => None,
    })
}

pub(super) fn members<'a>(tenant: &'a Tenant, group: &str) -> Result<Source<'a, ConnectorView<'a>>, Error> {
    let group = find::group(tenant, group)?;
    Ok(Source::new(&CONNECTOR, length(group.connectors_count()), move |after| {
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
    let total = length(group.applications_count());
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

/// The service principals of a tenant, in the order of their applications.
pub(super) fn principals(tenant: &Tenant) -> Source<'_, Principal<'_>> {
    let all = move || {
        let principals = tenant.service_principals();
        principals.map(move |(application, principal)| Principal { tenant: tenant.id(), application, thing: principal })
    };
    let source = Source::new(&SERVICE_PRINCIPAL, all().count(), move |after| match after {
        None => Some(boxed(all())),
        Some(id) => {
            let id = tenant.service_principal(id.parse().ok()?)?.1.id;
            // A walk from the start: few applications have one, and the tenant has no index by their order.
            Some(boxed(all().skip_while(move |other| other.thing.id != id).skip(1)))
        }
    });
    source.keyed(move |property, text| {
        let key = match property {
            "id" => Key::Id(text.into()),
            "appId" => Key::AppId(text.into()),
            _ => return None,
        };
        Some(principal::find(tenant, &key).ok().into_iter().collect())
    })
}

/// The segments of an application, or of all.
pub(super) fn segments<'a>(tenant: &'a Tenant, key: Option<&Key>) -> Result<Source<'a, Segment<'a>>, Error> {
    let owner = key.map(|key| find::application(tenant, key)).transpose()?;
    let all = move || match owner {
        Some(application) => {
            boxed(application.application_segments().map(move |segment| Segment { application, segment }))
        }
        None => Segment::all(tenant),
    };
    Ok(Source::new(&IP_SEGMENT, all().count(), move |after| match after {
        None => Some(all()),
        Some(id) => {
            let id = tenant.application_segment(id.parse().ok()?)?.1.id;
            Some(boxed(all().skip_while(move |other| other.segment.id != id).skip(1)))
        }
    }))
}

/// The one profile that is served.
pub(super) fn profiles(tenant: &Tenant) -> Source<'_, ProfileView<'_>> {
    let all = move || core::iter::once(ProfileView(tenant));
    Source::new(&PROFILE, 1, move |after| match after {
        None => Some(boxed(all())),
        Some(id) => id.eq_ignore_ascii_case(&ProfileView(tenant).key()).then(|| boxed(core::iter::empty())),
    })
}

/// The one organization.
pub(super) fn organizations(tenant: &Tenant) -> Source<'_, Organization<'_>> {
    let all = move || core::iter::once(Organization(tenant));
    Source::new(&ORGANIZATION, 1, move |after| match after {
        None => Some(boxed(all())),
        Some(id) => organization::find(tenant, id).ok().map(|_| boxed(core::iter::empty())),
    })
}

/// The things of a relation that is kept as JSON.
pub(super) fn kept<'a>(values: &'a [Value], schema: &'static Type) -> Source<'a, Kept<'a>> {
    let all = move || values.iter().map(move |value| Kept { value, schema });
    Source::new(schema, values.len(), move |after| match after {
        None => Some(boxed(all())),
        Some(id) => {
            let place = all().position(|thing| thing.key() == id)?;
            Some(boxed(all().skip(place.saturating_add(1))))
        }
    })
}

#[cfg(test)]
mod tests {
    use alloc::{string::ToString, vec::Vec};

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
        assert_eq!(applications.few("uniqueName", "none"), Some(Vec::new()));
        assert_eq!(groups.few("id", "none"), Some(Vec::new()));
        assert!(groups.few("region", "eur").is_none() && connectors.few("status", "active").is_none());
    }
}
