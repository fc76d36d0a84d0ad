//! Faults in publishing, properties, service principals and segments.

use connector_groups::{
    command::*,
    document::ApplicationDocument,
    model::{Change, PublishingChanges},
    refusal::{ReadOnlyProperty, UrlProperty},
    *,
};

use super::{Fault, forgives};

/// A command as JSON, changed, as a command again.
fn changed(command: &Command, change: impl FnOnce(&mut serde_json::Value)) -> Command {
    let mut json = serde_json::to_value(command).unwrap();
    change(&mut json);
    serde_json::from_value(json).unwrap()
}

pub(super) const ATTACHMENTS: [(&str, Fault); 12] = [
    ("a URL without a final slash is refused", |oracle, command| {
        let Command::PublishApplication(publish) = command else { return None };
        let without = |url: &Change<std::sync::Arc<str>>| {
            url.value().is_some_and(|url| !url.contains("api:") && !url.ends_with('/'))
        };
        oracle.document.applications.iter().find(|one| one.id == publish.application)?;
        without(&publish.on_premises_publishing.internal_url)
            .then_some(Err(Refusal::InvalidUrl { property: UrlProperty::InternalUrl }))
    }),
    ("a read-only property is refused whatever its value", |oracle, command| {
        let Command::PublishApplication(publish) = command else { return None };
        let given = publish.on_premises_publishing.is_on_prem_publishing_enabled.value() == Some(&true);
        let is_there = oracle.document.applications.iter().any(|one| one.id == publish.application);
        let property = ReadOnlyProperty::IsOnPremPublishingEnabled;
        (given && is_there).then_some(Err(Refusal::ReadOnlyProperty { property }))
    }),
    ("Private Access begins as any other application", |oracle, command| {
        let Command::PublishApplication(publish) = command else { return None };
        let changes = &publish.on_premises_publishing;
        let given = changes.application_type.value()?;
        oracle
            .document
            .applications
            .iter()
            .find(|one| one.id == publish.application && one.connector_group.is_none())?;
        let first = PublishingChanges { application_type: Change::Keep, ..PublishingChanges::clone(changes) };
        let application = publish.application;
        let mut result =
            oracle.apply(&PublishApplication { application, on_premises_publishing: Box::new(first) }.into());
        if let Ok([Event::ApplicationPublished { on_premises_publishing, .. }]) = result.as_deref_mut() {
            on_premises_publishing.application_type = given.to_ascii_lowercase().into();
            let published = oracle.document.applications.iter_mut().find(|one| one.id == application)?;
            published.on_premises_publishing = Some(on_premises_publishing.clone());
        }
        Some(result)
    }),
    ("enumerations are kept in any case", |oracle, command| {
        let Command::PublishApplication(publish) = command else { return None };
        let given = publish.on_premises_publishing.application_server_timeout.value()?.clone();
        let mut result = oracle.apply(command);
        if let Ok(
            [
                Event::ApplicationPublished { on_premises_publishing: now, .. }
                | Event::PublishingUpdated { to: now, .. },
            ],
        ) = result.as_deref_mut()
        {
            now.application_server_timeout = given;
            let published = oracle.document.applications.iter_mut().find(|one| one.id == publish.application)?;
            published.on_premises_publishing = Some(now.clone());
        }
        Some(result)
    }),
    ("properties are replaced whole", |oracle, command| {
        let Command::UpdateApplication(UpdateApplication { id, properties: Some(changes), .. }) = command else {
            return None;
        };
        let present = oracle.document.applications.iter().find(|one| one.id == *id)?.properties.clone();
        let given = serde_json::to_value(changes).unwrap();
        let gone = present.names().filter(|name| given.get(name).is_none()).map(String::from).collect::<Vec<_>>();
        Some(oracle.apply(&changed(command, |json| {
            for name in &gone {
                json["properties"][name] = serde_json::Value::Null;
            }
        })))
    }),
    ("an application may have several service principals", |oracle, command| {
        matches!(command, Command::CreateServicePrincipal(_)).then_some(())?;
        Some(forgives(oracle, command, "servicePrincipalExists"))
    }),
    ("a service principal survives its application", |oracle, command| {
        let Command::CreateServicePrincipal(create) = command else { return None };
        let gone = !oracle.document.applications.iter().any(|one| one.id == create.application);
        gone.then_some(Ok(vec![]))
    }),
    ("segments overlap where they are not the same", |oracle, command| {
        matches!(command, Command::AddApplicationSegment(_)).then_some(())?;
        let result = oracle.apply(command);
        let Err(Refusal::SegmentInUse { segment, .. }) = &result else { return Some(result) };
        let mut all = oracle.document.applications.iter().flat_map(|one| &one.application_segments);
        let other = all.find(|one| one.id == *segment)?;
        let Command::AddApplicationSegment(add) = command else { return None };
        if add.destination_host == other.destination_host { Some(result) } else { Some(Ok(vec![])) }
    }),
    ("a segment of another application overlaps nothing", |oracle, command| {
        let Command::AddApplicationSegment(add) = command else { return None };
        let result = oracle.apply(command);
        match result {
            Err(Refusal::SegmentInUse { application, .. }) if application != add.application => Some(Ok(vec![])),
            result => Some(result),
        }
    }),
    ("what is not published may have segments", |oracle, command| {
        matches!(command, Command::AddApplicationSegment(_)).then_some(())?;
        Some(forgives(oracle, command, "applicationNotPublished"))
    }),
    ("unpublishing keeps the segments", |oracle, command| {
        let Command::UnpublishApplication(UnpublishApplication { application }) = *command else { return None };
        let mut result = oracle.apply(command);
        if let Ok([Event::ApplicationUnpublished { application_segments, .. }]) = result.as_deref_mut() {
            let kept = std::mem::take(application_segments);
            oracle.document.applications.iter_mut().find(|one| one.id == application)?.application_segments = kept;
        }
        Some(result)
    }),
    ("a segment that changes goes to the end", |oracle, command| {
        matches!(command, Command::UpdateApplicationSegment(_)).then_some(())?;
        let result = oracle.apply(command);
        if let Ok([Event::ApplicationSegmentUpdated { id, .. }]) = result.as_deref() {
            let has = |one: &&mut ApplicationDocument| one.application_segments.iter().any(|segment| segment.id == *id);
            let segments = &mut oracle.document.applications.iter_mut().find(has)?.application_segments;
            let place = segments.iter().position(|segment| segment.id == *id)?;
            let moved = segments.remove(place);
            segments.push(moved);
        }
        Some(result)
    }),
];
