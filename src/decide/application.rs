//! Applications.

use alloc::{boxed::Box, vec::Vec};
use core::iter;

use super::{Decision, checks};
use crate::{
    command::{CreateApplication, PublishApplication, UpdateApplication},
    event::{Event, Move, Removed},
    ids::{ApplicationId, ConnectorGroupId},
    state::{ConnectorGroupView, State},
};

pub(super) fn create(state: &State, command: &CreateApplication) -> Decision {
    let CreateApplication { id, app_id, display_name } = command.clone();
    checks::application_is_free(state, id, app_id)?;
    Ok(Vec::from([Event::ApplicationCreated { id, app_id, display_name }]))
}

pub(super) fn update(state: &State, command: &UpdateApplication) -> Decision {
    let UpdateApplication { id, display_name: to } = command.clone();
    let application = checks::application(state, id)?;
    // An event records both names, so that undo needs no other source.
    let from = application.display_name().clone();
    let renamed = (from != to).then_some(Event::ApplicationRenamed { id, from, to });
    Ok(renamed.into_iter().collect())
}

pub(super) fn delete(state: &State, id: ApplicationId) -> Decision {
    let application = checks::application(state, id)?;
    let removed = Removed { place: application.place(), thing: application.to_application() };
    Ok(Vec::from([Event::ApplicationDeleted(removed)]))
}

pub(super) fn publish(state: &State, command: &PublishApplication) -> Decision {
    let PublishApplication { application: id, on_premises_publishing: changes } = command;
    // The fields of the command come before the state: a malformed URL is refused as such, also for an
    // application that does not exist.
    checks::publishing(changes)?;
    let application = checks::application(state, *id)?;
    let from = application.on_premises_publishing();
    // Publishing again is an update: changes are merged over what is set, and over the defaults the first
    // time.
    let to = from.as_ref().unwrap_or_else(|| state.publishing_defaults()).merged(changes);
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
