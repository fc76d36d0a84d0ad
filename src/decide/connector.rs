//! Connectors.

use alloc::vec::Vec;
use core::iter;

use super::{Decision, checks};
use crate::{
    command::{RegisterConnector, ReportConnector},
    event::{Event, Move, Report},
    ids::{ConnectorGroupId, ConnectorId},
    model::connector::{Connector, ConnectorStatus, Presence},
    state::{ConnectorGroupView, ConnectorView, State},
};

pub(super) fn add(state: &State, id: ConnectorId, connector_group: ConnectorGroupId) -> Decision {
    let connector = checks::connector(state, id)?;
    let to = checks::connector_group(state, connector_group)?;
    checks::writable(to)?;
    if connector.connector_group().id() == to.id() {
        return Ok(Vec::new());
    }
    checks::may_leave(state, connector, to)?;
    Ok(Vec::from([moved(connector, to)]))
}

pub(super) fn remove(state: &State, id: ConnectorId) -> Decision {
    let connector = checks::connector(state, id)?;
    checks::not_in_default(id, connector.connector_group())?;
    Ok(Vec::from([moved(connector, state.default_connector_group())]))
}

fn moved(connector: ConnectorView<'_>, to: ConnectorGroupView<'_>) -> Event {
    let connectors = iter::once(Move { id: connector.id(), from: connector.connector_group().id() }).collect();
    Event::ConnectorsMoved { connector_group: to.id(), connectors }
}

pub(super) fn register(state: &State, command: &RegisterConnector) -> Decision {
    checks::connector_is_free(state, command.id)?;
    let RegisterConnector { id, machine_name, external_ip, version } = command.clone();
    // always first in the default group.
    let member_of = state.default_connector_group().id();
    let connector = Connector { id, machine_name, external_ip, presence: Presence::Active, version, member_of };
    Ok(Vec::from([Event::ConnectorRegistered(connector)]))
}

pub(super) fn report(state: &State, command: &ReportConnector) -> Decision {
    let connector = checks::connector(state, command.id)?;
    // Repeating a known status changes nothing; above all, the ten days do not start again.
    let status = command.status.filter(|status| *status != connector.presence().status());
    let external_ip = command.external_ip.clone().filter(|external_ip| **external_ip != *connector.external_ip());
    let version = command.version.clone().filter(|version| **version != *connector.version());
    // The former values of exactly the properties that change, so that undo restores those and no other.
    let from = Report {
        presence: status.map(|_| connector.presence()),
        external_ip: external_ip.as_ref().map(|_| connector.external_ip().into()),
        version: version.as_ref().map(|_| connector.version().into()),
    };
    let presence = status.map(|status| match status {
        ConnectorStatus::Active => Presence::Active,
        ConnectorStatus::Inactive => Presence::Inactive { since: state.now() },
    });
    let to = Report { presence, external_ip, version };
    let reported = (from != to).then_some(Event::ConnectorReported { id: command.id, from, to });
    Ok(reported.into_iter().collect())
}
