//! Names and counts as a picture says them, and commands in words.

use alloc::{
    format,
    string::{String, ToString},
};
use core::fmt;

use super::{PictureOptions, graph::Mark};
use crate::{
    command::{Command, Selection},
    count::{count as counted, wide},
    ids::{ApplicationId, ConnectorGroupId, ConnectorId},
    impact::Availability,
    impact::{Hazard, Impact},
    state::ConnectorGroupView,
};

/// A name that can be shown: what cannot be printed is spelled out, among it whatever would break a line, turn the direction
/// of writing or drive a terminal; what is too long is cut.
pub(super) fn clean(text: &str, options: &PictureOptions) -> String {
    // `escape_debug` would escape these three as well. They can be printed, and formats that need it
    // escape them on their own.
    let kept = ['"', '\'', '\\'];
    let mut clean = String::new();
    for part in text.split_inclusive(kept) {
        let (body, mark) = match part.strip_suffix(kept) {
            Some(body) => (body, part.chars().next_back()),
            None => (part, None),
        };
        clean.extend(body.escape_debug());
        clean.extend(mark);
        // No longer than needed, however long the text.
        if clean.chars().nth(options.text_characters_max).is_some() {
            break;
        }
    }
    match clean.char_indices().nth(options.text_characters_max) {
        Some((end, _)) => format!("{}…", clean.get(..end).unwrap_or_default()),
        None => clean,
    }
}

/// "1 application", "2 applications".
pub(super) fn count(number: impl Into<u64>, one: &str) -> String {
    counted(number, one).to_string()
}

pub(super) const fn availability(availability: Availability) -> &'static str {
    match availability {
        Availability::Unavailable => "unavailable",
        Availability::AtRisk => "at risk",
        Availability::HighlyAvailable => "highly available",
    }
}

pub(super) fn is_empty(group: ConnectorGroupView<'_>) -> bool {
    group.connectors_count() == 0 && group.applications_count() == 0
}

/// The words for a group's availability. An empty group would count as unavailable, although nobody needs it.
pub(super) fn standing(group: ConnectorGroupView<'_>) -> &'static str {
    if is_empty(group) { "empty" } else { availability(group.availability()) }
}

pub(super) fn mark(group: ConnectorGroupView<'_>) -> Mark {
    // As `standing`: the colour must not say what the word does not.
    if is_empty(group) { Mark::Plain } else { group.availability().into() }
}

pub(super) fn published(availability: Option<Availability>) -> &'static str {
    availability.map_or("not published", self::availability)
}

/// "from → to", or the one thing where nothing changes.
pub(super) fn change<T: Copy + PartialEq + fmt::Display>(from: T, to: T) -> String {
    if from == to { to.to_string() } else { format!("{from} → {to}") }
}

/// Things by the names that they have where the impact begins, or if they are new, where it ends.
pub(super) struct Names<'a> {
    pub(super) impact: &'a Impact,
    pub(super) options: &'a PictureOptions,
}

impl Names<'_> {
    /// A group's name before the command, because a reader of a plan knows it by that name.
    pub(super) fn group(&self, id: ConnectorGroupId) -> String {
        let change = self.impact.connector_group(id);
        let group = change.and_then(|change| change.before.or(change.after));
        group.map_or_else(|| id.to_string(), |group| self.text(group.name().as_str()))
    }

    fn application(&self, id: ApplicationId) -> String {
        self.impact.application(id).map_or_else(|| id.to_string(), |application| self.text(application.display_name()))
    }

    fn connector(&self, id: ConnectorId) -> String {
        self.impact.connector(id).map_or_else(|| id.to_string(), |connector| self.text(connector.machine_name()))
    }

    fn text(&self, text: &str) -> String {
        clean(text, self.options)
    }

    pub(super) fn hazard(&self, hazard: &Hazard) -> String {
        let text = hazard.text(|id| self.group(id), |id| self.application(id), |region| self.text(region.as_str()));
        format!("{text} ({})", hazard.rule())
    }

    fn selection<Id: Copy>(&self, selection: &Selection<Id>, one: &str, name: impl Fn(Id) -> String) -> String {
        match selection {
            Selection::Ids(ids) => match ids.as_slice() {
                [id] => format!("{one} {}", name(*id)),
                _ => count(wide(ids.len()), one),
            },
            Selection::In(id) => format!("all {one}s of {}", self.group(*id)),
            Selection::All => format!("all {one}s"),
            Selection::InRegion(region) => format!("all {one}s in region {}", self.text(region)),
            Selection::Named(prefix) => format!("all {one}s named {}…", self.text(prefix)),
        }
    }

    /// A command in words.
    pub(super) fn command(&self, command: &Command) -> String {
        match command {
            Command::CreateConnectorGroup(command) => match &command.region {
                Some(region) => format!("create {} in region {}", self.text(&command.name), self.text(region)),
                None => format!("create {}", self.text(&command.name)),
            },
            Command::UpdateConnectorGroup(command) => {
                let name = command
                    .name
                    .as_ref()
                    .map(|name| format!("rename {} to {}", self.group(command.id), self.text(name)));
                let region = command.region.as_ref();
                let region =
                    region.map(|region| format!("set region {} of {}", self.text(region), self.group(command.id)));
                match (name, region) {
                    (Some(name), Some(region)) => format!("{name}, {region}"),
                    (Some(one), None) | (None, Some(one)) => one,
                    (None, None) => format!("leave {} as it is", self.group(command.id)),
                }
            }
            Command::DeleteConnectorGroup(command) => format!("delete {}", self.group(command.id)),
            Command::AddConnector(command) => {
                let group = self.group(command.connector_group);
                format!("move connector {} to {group}", self.connector(command.connector))
            }
            Command::RemoveConnector(command) => {
                format!("move connector {} to the default group", self.connector(command.connector))
            }
            Command::CreateApplication(command) => format!("create application {}", self.text(&command.display_name)),
            Command::UpdateApplication(command) => {
                let application = self.application(command.id);
                match (&command.display_name, &command.properties) {
                    (Some(name), None) => format!("rename application {application} to {}", self.text(name)),
                    (Some(name), Some(_)) => {
                        format!("rename application {application} to {}, change its properties", self.text(name))
                    }
                    (None, Some(_)) => format!("change properties of application {application}"),
                    (None, None) => format!("leave application {application} as it is"),
                }
            }
            Command::DeleteApplication(command) => format!("delete application {}", self.application(command.id)),
            Command::PublishApplication(command) => {
                format!("publish application {}", self.application(command.application))
            }
            Command::UnpublishApplication(command) => {
                format!("unpublish application {}", self.application(command.application))
            }
            Command::AddApplication(command) => {
                let group = self.group(command.connector_group);
                format!("assign application {} to {group}", self.application(command.application))
            }
            Command::RemoveApplication(command) => {
                format!("assign application {} to the default group", self.application(command.application))
            }
            Command::ReassignApplications(command) => {
                let selection = self.selection(&command.applications, "application", |id| self.application(id));
                format!("assign {selection} to {}", self.group(command.connector_group))
            }
            Command::MoveConnectors(command) => {
                let selection = self.selection(&command.connectors, "connector", |id| self.connector(id));
                format!("move {selection} to {}", self.group(command.connector_group))
            }
            Command::AssignApplications(command) => {
                let assignments = wide(command.assignments.len());
                format!("assign {}, each to its group", count(assignments, "application"))
            }
            Command::Transaction(command) => {
                format!("{} at once", count(wide(command.commands.len()), "command"))
            }
            Command::RegisterConnector(command) => format!("connector {} registers", self.text(&command.machine_name)),
            Command::ReportConnector(command) => format!("connector {} reports", self.connector(command.id)),
            Command::AdvanceClock(command) => format!("time moves on to {}", command.now),
            Command::ProvisionConnectorGroup(command) => format!("the service makes {}", self.text(&command.name)),
            Command::CreateServicePrincipal(command) => {
                format!("create a service principal of application {}", self.application(command.application))
            }
            Command::UpdateServicePrincipal(command) => format!("change service principal {}", command.id),
            Command::DeleteServicePrincipal(command) => format!("delete service principal {}", command.id),
            Command::AddApplicationSegment(command) => {
                let application = self.application(command.application);
                format!("add segment {} to application {application}", self.text(&command.destination_host))
            }
            Command::UpdateApplicationSegment(command) => format!("change segment {}", command.id),
            Command::RemoveApplicationSegment(command) => format!("remove segment {}", command.id),
            Command::UpdateProfile(_) => "change the publishing profile".into(),
        }
    }
}
