//! What is not as in the backup when all is done, looked for thing by thing and not by what the plan says of itself.

use connector_groups::{ApplicationId, ConnectorGroupId, Tenant, view::ConnectorGroupView};

use super::{matching::Matches, target};
use crate::{backup::content::Content, import::Imported, words::quoted};

/// Tells what differs of all that the backup knows and the tenant has.
pub(super) fn left(
    end: &Tenant,
    now: &Imported,
    content: &Content,
    matches: &Matches,
    groups: &[ConnectorGroupId],
    applications: &[Option<ApplicationId>],
    left: &mut Vec<String>,
) {
    let places: std::collections::HashMap<ConnectorGroupId, ConnectorGroupId> =
        content.groups.iter().zip(groups).map(|(group, id)| (group.id, *id)).collect();
    for (was, id) in content.groups.iter().zip(groups) {
        let is = end.connector_group(*id);
        let name = quoted(&was.name);
        match is {
            None => left.push(format!("connector group {name} is not there")),
            Some(is) if is.name().as_str() != was.name => {
                left.push(format!("connector group {name} is called {}", quoted(is.name().as_str())));
            }
            Some(is) if is.region().as_str() != was.region => {
                left.push(format!("connector group {name} is in region {}, not {}", is.region(), quoted(&was.region)));
            }
            Some(_) => {}
        }
    }
    for (was, id) in content.connectors.iter().zip(&matches.connectors) {
        let is = id.and_then(|id| end.connector(id)).map(|is| is.connector_group().id());
        let should = was.place.and_then(|place| places.get(&place)).copied();
        if is.is_some() && should.is_some() && is != should {
            left.push(format!("connector {} is in another group", quoted(&was.machine_name)));
        }
    }
    for (was, id) in content.applications.iter().zip(applications) {
        let Some(is) = id.and_then(|id| end.application(id)) else { continue };
        let name = quoted(&was.name);
        let should = was.place.and_then(|place| places.get(&place)).copied();
        let group = is.connector_group().map(ConnectorGroupView::id);
        match (was.is_published, group) {
            (true, None) => left.push(format!("application {name} is not published")),
            (false, Some(_)) if content.knows_unpublished => left.push(format!("application {name} is published")),
            _ if should.is_some() && group != should => {
                left.push(format!("application {name} is in another group"));
            }
            _ => {}
        }
        let Some(publishing) = was.publishing.as_ref().filter(|_| was.app_id == is.app_id()) else { continue };
        if now.unknown_publishing.contains(&is.id()) {
            continue;
        }
        let Some(present) = is.on_premises_publishing() else { continue };
        let wanted = target::as_present(Some(&present), publishing).unwrap_or_else(|_| publishing.as_ref().clone());
        let mut differs: Vec<String> = present.changes_to(&wanted).changed().collect();
        differs.retain(|property| property != "verifiedCustomDomainCertificatesMetadata");
        if !differs.is_empty() {
            left.push(format!("application {name} is published otherwise: {}", differs.join(", ")));
        }
    }
}
