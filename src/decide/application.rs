//! Applications.

use alloc::{boxed::Box, vec::Vec};
use core::iter;

use super::{Decision, checks};
use crate::{
    command::{CreateApplication, PublishApplication, UpdateApplication},
    event::{Event, Move, Removed},
    ids::{ApplicationId, ConnectorGroupId},
    model::publishing::OnPremisesPublishing,
    state::{ApplicationView, ConnectorGroupView, State},
};

pub(super) fn create(state: &State, command: &CreateApplication) -> Decision {
    let CreateApplication { id, app_id, display_name, properties } = command.clone();
    checks::application_is_free(state, id, app_id)?;
    let properties = properties.unwrap_or_default();
    Ok(Vec::from([Event::ApplicationCreated { id, app_id, display_name, properties }]))
}

pub(super) fn update(state: &State, command: &UpdateApplication) -> Decision {
    let UpdateApplication { id, display_name, properties } = command;
    let application = checks::application(state, *id)?;
    let from = application.display_name();
    let renamed = display_name.clone().filter(|to| **to != *from);
    let renamed = renamed.map(|to| Event::ApplicationRenamed { id: *id, from: from.into(), to });
    let from = application.properties();
    let to = properties.as_ref().map(|changes| from.merged(changes)).filter(|to| to != from);
    let updated = to.map(|to| Event::ApplicationPropertiesUpdated {
        id: *id,
        from: to.changes_to(from),
        to: from.changes_to(&to),
    });
    Ok(renamed.into_iter().chain(updated).collect())
}

pub(super) fn delete(state: &State, id: ApplicationId) -> Decision {
    let application = checks::application(state, id)?;
    let removed = Removed { place: application.place(), thing: application.to_application() };
    Ok(Vec::from([Event::ApplicationDeleted(removed)]))
}

pub(super) fn publish(state: &State, command: &PublishApplication) -> Decision {
    let PublishApplication { application: id, on_premises_publishing: changes } = command;
    let found = state.application(*id);
    let changes = checks::urls(changes, found.map(ApplicationView::app_id))?;
    let application = checks::found_application(*id, found)?;
    let from = application.on_premises_publishing();
    checks::read_only(&changes, from.as_ref())?;
    let to = OnPremisesPublishing::merge(from.as_ref(), &changes, application.app_id(), state.publishing_defaults());
    checks::urls_are_free(state, *id, &to)?;
    let event = match from {
        // always first into the default group.
        None => Some(Event::ApplicationPublished {
            id: *id,
            connector_group: state.default_connector_group().id(),
            on_premises_publishing: Box::new(to),
        }),
        Some(from) => {
            (from != to).then(|| Event::PublishingUpdated { id: *id, from: Box::new(from), to: Box::new(to) })
        }
    };
    Ok(event.into_iter().collect())
}

pub(super) fn unpublish(state: &State, id: ApplicationId) -> Decision {
    let application = checks::application(state, id)?;
    // Unpublishing an application that is not published changes nothing, and is accepted.
    let unpublished = application.to_application().publication.map(|publication| Event::ApplicationUnpublished {
        id,
        connector_group: publication.connector_group,
        on_premises_publishing: publication.on_premises_publishing,
        application_segments: publication.application_segments,
    });
    Ok(unpublished.into_iter().collect())
}

pub(super) fn add(state: &State, id: ApplicationId, connector_group: ConnectorGroupId) -> Decision {
    let application = checks::application(state, id)?;
    let to = checks::connector_group(state, connector_group)?;
    checks::writable(to)?;
    // In the order of the refusals: an unknown group and a read-only group come before an application that
    // is not published.
    let from = checks::published(application)?;
    if from.id() == to.id() {
        return Ok(Vec::new());
    }
    Ok(Vec::from([reassigned(id, from, to)]))
}

pub(super) fn remove(state: &State, id: ApplicationId) -> Decision {
    let application = checks::application(state, id)?;
    let from = checks::published(application)?;
    checks::not_in_default(id, from)?;
    Ok(Vec::from([reassigned(id, from, state.default_connector_group())]))
}

fn reassigned(id: ApplicationId, from: ConnectorGroupView<'_>, to: ConnectorGroupView<'_>) -> Event {
    let applications = iter::once(Move { id, from: from.id() }).collect();
    Event::ApplicationsReassigned { connector_group: to.id(), applications }
}
