//! The rules: what a command does to a state, or why it is refused. Reads only.
//!
//! Each handler is a list of checks in the order of precedence (the command's own fields, what must be found, what must
//! not be, the state), then the events. The checks are in [`checks`], where every refusal is built, each at one line.

mod application;
mod bulk;
pub(crate) mod checks;
mod clock;
mod connector;
pub(crate) mod directory;
mod group;
mod profile;
mod segment;
mod service_principal;
mod transaction;

use alloc::vec::Vec;

use crate::{command::Command, event::Event, refusal::Refusal, state::State};

/// The events of an accepted command, or its refusal. No events if the command changes nothing.
type Decision = Result<Vec<Event>, Refusal>;

pub(crate) fn decide(state: &State, command: &Command) -> Decision {
    // No `_` arm: a new command does not compile until it is decided here.
    match command {
        Command::CreateConnectorGroup(command) => group::create(state, command),
        Command::UpdateConnectorGroup(command) => group::update(state, command),
        Command::DeleteConnectorGroup(command) => group::delete(state, command.id),
        Command::AddConnector(command) => connector::add(state, command.connector, command.connector_group),
        Command::RemoveConnector(command) => connector::remove(state, command.connector),
        Command::CreateApplication(command) => application::create(state, command),
        Command::UpdateApplication(command) => application::update(state, command),
        Command::DeleteApplication(command) => application::delete(state, command.id),
        Command::PublishApplication(command) => application::publish(state, command),
        Command::UnpublishApplication(command) => application::unpublish(state, command.application),
        Command::AddApplication(command) => application::add(state, command.application, command.connector_group),
        Command::RemoveApplication(command) => application::remove(state, command.application),
        Command::ReassignApplications(command) => {
            bulk::reassign_applications(state, &command.applications, command.connector_group)
        }
        Command::MoveConnectors(command) => bulk::move_connectors(state, &command.connectors, command.connector_group),
        Command::AssignApplications(command) => bulk::assign_applications(state, &command.assignments),
        Command::Transaction(command) => transaction::run(state, &command.commands),
        Command::RegisterConnector(command) => connector::register(state, command),
        Command::ReportConnector(command) => connector::report(state, command),
        Command::AdvanceClock(command) => clock::advance(state, command.now),
        Command::ProvisionConnectorGroup(command) => group::provision(state, command),
        Command::CreateServicePrincipal(command) => service_principal::create(state, command),
        Command::UpdateServicePrincipal(command) => service_principal::update(state, command),
        Command::DeleteServicePrincipal(command) => service_principal::delete(state, command.id),
        Command::AddApplicationSegment(command) => segment::add(state, command),
        Command::UpdateApplicationSegment(command) => segment::update(state, command),
        Command::RemoveApplicationSegment(command) => segment::remove(state, command.id),
        Command::UpdateProfile(command) => Ok(profile::update(state, &command.properties)),
    }
}
