//! What happened, in words.

use alloc::collections::BTreeMap;

use connector_groups::{
    ConnectorGroupId, Event,
    directory::{DirectoryEvent, TenantEvent},
    event::Report,
    model::{Connector, ConnectorGroup, ConnectorGroupType},
};

use super::{
    counts::{count, listed},
    names::{Names, called, quoted},
};

/// All that one command did, as one line; nothing where it did nothing.
pub(super) fn events(names: Names<'_>, events: &[DirectoryEvent]) -> String {
    let said = events.iter().map(|one| match one {
        DirectoryEvent::OfTenant(one) => of_tenant(one),
        DirectoryEvent::InTenant { tenant: _, event: one } => event(names, one),
    });
    listed(said, events.len(), "; ")
}

fn of_tenant(event: &TenantEvent) -> String {
    match event {
        TenantEvent::TenantCreated { id, default_region, default_connector_group, .. } => {
            let group =
                called("connector group", Some(default_connector_group.name.as_str()), default_connector_group.id);
            format!("created tenant {id} with default region {default_region} and default {group}")
        }
        TenantEvent::TenantDeleted(tenant) => {
            let tenant = &tenant.thing;
            format!(
                "deleted tenant {} with {}, {} and {}",
                tenant.id(),
                count(tenant.connector_groups_count(), "connector group"),
                count(tenant.connectors_count(), "connector"),
                count(tenant.applications_count(), "application")
            )
        }
        other => other.to_string(),
    }
}

/// One event in words, to stand among others on a line.
pub(crate) fn event(names: Names<'_>, event: &Event) -> String {
    match event {
        Event::ConnectorGroupCreated(group) => {
            format!("created {} in region {}{}", named(group), group.region, kind(group))
        }
        Event::ConnectorGroupRenamed { id, from, to } => renamed("connector group", from.as_str(), to.as_str(), id),
        Event::ConnectorGroupRegionChanged { id, from, to } => {
            format!("changed the region of {} from {from} to {to}", names.group(*id))
        }
        Event::ConnectorGroupDeleted(group) => format!("deleted {}", named(&group.thing)),
        Event::ConnectorRegistered(connector) => {
            format!("{} registered into {}", machine(connector), names.group(connector.member_of))
        }
        Event::ConnectorReported { id, from, to } => {
            format!("{} reported {}", names.connector(*id), reported(from, to))
        }
        Event::ConnectorsMoved { connector_group, connectors } => {
            // A single thing is called by its name; of several, names would fill the line.
            let only = connectors.iter().next().filter(|_| connectors.len() == 1);
            let what = only.map_or_else(|| count(connectors.len(), "connector"), |one| names.connector(one.id));
            moved(names, "moved", &what, connectors.iter().map(|one| one.from), *connector_group)
        }
        Event::ConnectorsExpired { connectors } => {
            let removed = connectors.iter().map(|one| machine(&one.thing));
            format!("removed {}: inactive for ten days (R-37)", listed(removed, connectors.len(), ", "))
        }
        Event::ClockAdvanced { from, to } => format!("the time moved on from {from} to {to}"),
        Event::ApplicationCreated { id, display_name, .. } => {
            format!("created {}", called("application", Some(display_name), id))
        }
        Event::ApplicationRenamed { id, from, to } => renamed("application", from, to, id),
        Event::ApplicationDeleted(application) => {
            format!("deleted {}", called("application", Some(&application.thing.display_name), application.thing.id))
        }
        Event::ApplicationPublished { id, connector_group, .. } => {
            format!("published {} in {}", names.application(*id), names.group(*connector_group))
        }
        Event::PublishingUpdated { id, from, to } => {
            let changed: Vec<String> = from.changes_to(to).changed().collect();
            format!("changed how {} is published: {}", names.application(*id), changed.join(", "))
        }
        Event::ApplicationUnpublished { id, connector_group, .. } => {
            format!("unpublished {}, which was in {}", names.application(*id), names.group(*connector_group))
        }
        Event::ApplicationsReassigned { connector_group, applications } => {
            let only = applications.iter().next().filter(|_| applications.len() == 1);
            let what = only.map_or_else(|| count(applications.len(), "application"), |one| names.application(one.id));
            moved(names, "assigned", &what, applications.iter().map(|one| one.from), *connector_group)
        }
        Event::ApplicationPropertiesUpdated { id, from: _, to } => {
            let changed: Vec<&str> = to.names().collect();
            format!("changed properties of {}: {}", names.application(*id), changed.join(", "))
        }
        Event::ServicePrincipalCreated(created) => {
            format!("created service principal {} of {}", created.thing.id, names.application(created.application))
        }
        Event::ServicePrincipalUpdated { id, from: _, to } => {
            let changed: Vec<&str> = to.names().collect();
            format!("changed properties of service principal {id}: {}", changed.join(", "))
        }
        Event::ServicePrincipalDeleted(deleted) => {
            format!("deleted service principal {} of {}", deleted.thing.id, names.application(deleted.application))
        }
        Event::ApplicationSegmentAdded(added) => {
            let host = quoted(&added.thing.destination_host);
            format!("added segment {host} ({}) to {}", added.thing.id, names.application(added.application))
        }
        Event::ApplicationSegmentUpdated { id, from: _, to } => {
            format!("changed segment {} ({id})", quoted(&to.destination_host))
        }
        Event::ApplicationSegmentRemoved(removed) => {
            let (segment, application) = (&removed.thing.thing, removed.thing.application);
            format!("removed segment {} from {}", quoted(&segment.destination_host), names.application(application))
        }
        Event::ProfileUpdated { from: _, to } => {
            let changed: Vec<&str> = to.names().collect();
            format!("changed the publishing profile: {}", changed.join(", "))
        }
        // An event of a later engine, in the engine's own words: by id, where those above have names.
        other => other.to_string(),
    }
}

fn named(group: &ConnectorGroup) -> String {
    called("connector group", Some(group.name.as_str()), group.id)
}

fn machine(connector: &Connector) -> String {
    called("connector", Some(&connector.machine_name), connector.id)
}

fn renamed(kind: &str, from: &str, to: &str, id: impl core::fmt::Display) -> String {
    format!("renamed {kind} {} to {} ({id})", quoted(from), quoted(to))
}

/// Nothing for a group that administrators may change, as nearly all are.
fn kind(group: &ConnectorGroup) -> String {
    match &group.connector_group_type {
        ConnectorGroupType::ApplicationProxy => String::new(),
        ConnectorGroupType::Service(service) => format!(", of type {}", service.as_str()),
    }
}

fn reported(from: &Report, to: &Report) -> String {
    let mut changes = Vec::new();
    // A report has both sides of what changed, and neither of what did not.
    if let Some((from, to)) = from.presence.zip(to.presence) {
        let word = |is_active| if is_active { "active" } else { "inactive" };
        let [from, to] = [from, to].map(|presence| word(presence.inactive_since().is_none()));
        changes.push(format!("status {from} → {to}"));
    }
    for (name, from, to) in
        [("external address", &from.external_ip, &to.external_ip), ("version", &from.version, &to.version)]
    {
        if let (Some(from), Some(to)) = (from, to) {
            changes.push(format!("{name} {} → {}", quoted(from), quoted(to)));
        }
    }
    changes.join(", ")
}

/// How many come from each group.
pub(crate) fn by_source(from: impl Iterator<Item = ConnectorGroupId>) -> BTreeMap<ConnectorGroupId, usize> {
    let mut sources = BTreeMap::<_, usize>::new();
    for from in from {
        let number = sources.entry(from).or_default();
        *number = number.saturating_add(1);
    }
    sources
}

fn moved(
    names: Names<'_>,
    verb: &str,
    what: &str,
    from: impl Iterator<Item = ConnectorGroupId>,
    to: ConnectorGroupId,
) -> String {
    // By source: a bulk command may gather from many groups, and where things came from is what undoes it.
    let (sources, to) = (by_source(from), names.group(to));
    if let Some((from, _)) = sources.first_key_value().filter(|_| sources.len() == 1) {
        return format!("{verb} {what} from {} to {to}", names.group(*from));
    }
    let parts = sources.iter().map(|(from, number)| format!("{number} from {}", names.group(*from)));
    format!("{verb} {what} to {to}: {}", listed(parts, sources.len(), ", "))
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test stops where it fails")]
mod tests {
    use connector_groups::{Directory, workload::Workload};

    use super::*;

    /// `Event` may grow, so the compiler does not ask for words for a new one; this does.
    #[test]
    fn every_event_has_words_with_names() {
        let (mut workload, mut directory) = (Workload::new(7), Directory::default());
        for _ in 0..20_000 {
            let command = workload.next_command(&directory);
            for one in directory.apply(&command).unwrap_or_default() {
                let (ours, of_engine) = match &one {
                    DirectoryEvent::InTenant { event: one, .. } => (event(Names::default(), one), one.to_string()),
                    DirectoryEvent::OfTenant(one) => (of_tenant(one), one.to_string()),
                };
                assert!(ours != of_engine, "no words of our own: {ours}");
            }
        }
    }
}
