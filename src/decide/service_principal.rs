//! Service principals.

use alloc::vec::Vec;

use super::{Decision, checks};
use crate::{
    command::{CreateServicePrincipal, UpdateServicePrincipal},
    event::{Attached, Event},
    ids::ServicePrincipalId,
    model::service_principal::ServicePrincipal,
    state::State,
};

pub(super) fn create(state: &State, command: &CreateServicePrincipal) -> Decision {
    let CreateServicePrincipal { id, application, properties } = command.clone();
    let owner = checks::application(state, application)?;
    checks::service_principal_is_free(state, id)?;
    checks::without_service_principal(owner)?;
    let thing = ServicePrincipal { id, properties: properties.unwrap_or_default() };
    Ok(Vec::from([Event::ServicePrincipalCreated(Attached { application, thing })]))
}

pub(super) fn update(state: &State, command: &UpdateServicePrincipal) -> Decision {
    let (_, service_principal) = checks::service_principal(state, command.id)?;
    let from = &service_principal.properties;
    let to = from.merged(&command.properties);
    let (was, is) = (to.changes_to(from), from.changes_to(&to));
    let updated = (*from != to).then_some(Event::ServicePrincipalUpdated { id: command.id, from: was, to: is });
    Ok(updated.into_iter().collect())
}

pub(super) fn delete(state: &State, id: ServicePrincipalId) -> Decision {
    let (application, service_principal) = checks::service_principal(state, id)?;
    let (application, thing) = (application.id(), service_principal.clone());
    Ok(Vec::from([Event::ServicePrincipalDeleted(Attached { application, thing })]))
}
