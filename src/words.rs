//! Commands, events, impacts and plans in one line of plain English each, for logs and messages.
//!
//! They name things by id: an event may be read where the tenant is not at hand. Programs for people add names.

use core::fmt;

use crate::{
    command::{Command, DirectoryCommand, Selection},
    count::{count, count_of, wide},
    directory::{DirectoryEvent, TenantEvent},
    event::{Attached, Event},
    impact::{Availability, Impact},
    model::Presence,
    plan::Plan,
};

impl fmt::Display for Availability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unavailable => "unavailable",
            Self::AtRisk => "at risk",
            Self::HighlyAvailable => "highly available",
        })
    }
}

/// The things that a selection means; `things` is their plural.
struct Selected<'a, Id>(&'a Selection<Id>, &'a str);

impl<Id> fmt::Display for Selected<'_, Id> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(selection, thing) = self;
        match selection {
            Selection::Ids(ids) => write!(formatter, "{}", count_of(ids, thing)),
            Selection::In(group) => write!(formatter, "all {thing}s of connector group {group}"),
            Selection::All => write!(formatter, "all {thing}s"),
            Selection::InRegion(region) => write!(formatter, "all {thing}s in region {region:?}"),
            Selection::Named(prefix) => write!(formatter, "all {thing}s whose name starts with {prefix:?}"),
        }
    }
}

/// What is asked, in the imperative.
impl fmt::Display for Command {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateConnectorGroup(command) => {
                write!(formatter, "create connector group {} named {:?}", command.id, command.name)?;
                command.region.iter().try_for_each(|region| write!(formatter, " in region {region:?}"))
            }
            Self::UpdateConnectorGroup(command) => {
                write!(formatter, "update connector group {}", command.id)?;
                command.name.iter().try_for_each(|name| write!(formatter, ", name {name:?}"))?;
                command.region.iter().try_for_each(|region| write!(formatter, ", region {region:?}"))
            }
            Self::DeleteConnectorGroup(command) => write!(formatter, "delete connector group {}", command.id),
            Self::AddConnector(command) => {
                write!(formatter, "add connector {} to connector group {}", command.connector, command.connector_group)
            }
            Self::RemoveConnector(command) => {
                write!(formatter, "remove connector {} to the default connector group", command.connector)
            }
            Self::CreateApplication(command) => {
                write!(formatter, "create application {} named {:?}", command.id, command.display_name)
            }
            Self::UpdateApplication(command) => write!(formatter, "update application {}", command.id),
            Self::DeleteApplication(command) => write!(formatter, "delete application {}", command.id),
            Self::PublishApplication(command) => write!(formatter, "publish application {}", command.application),
            Self::UnpublishApplication(command) => write!(formatter, "unpublish application {}", command.application),
            Self::AddApplication(command) => {
                let (application, group) = (command.application, command.connector_group);
                write!(formatter, "assign application {application} to connector group {group}")
            }
            Self::RemoveApplication(command) => {
                write!(formatter, "assign application {} to the default connector group", command.application)
            }
            Self::ReassignApplications(command) => {
                let applications = Selected(&command.applications, "application");
                write!(formatter, "assign {applications} to connector group {}", command.connector_group)
            }
            Self::MoveConnectors(command) => {
                let connectors = Selected(&command.connectors, "connector");
                write!(formatter, "move {connectors} to connector group {}", command.connector_group)
            }
            Self::AssignApplications(command) => {
                let applications = count_of(&command.assignments, "application");
                write!(formatter, "assign {applications}, each to its own connector group")
            }
            Self::Transaction(command) => {
                write!(formatter, "a transaction of {}", count_of(&command.commands, "command"))
            }
            Self::RegisterConnector(command) => {
                write!(formatter, "register connector {} on {:?}", command.id, command.machine_name)
            }
            Self::ReportConnector(command) => write!(formatter, "report connector {}", command.id),
            Self::AdvanceClock(command) => write!(formatter, "advance the clock to {}", command.now),
            Self::ProvisionConnectorGroup(command) => {
                let (kind, name) = (&command.connector_group_type, &command.name);
                write!(formatter, "provision connector group {} of type {:?} named {name:?}", command.id, kind.as_str())
            }
            Self::CreateServicePrincipal(command) => {
                let (id, application) = (command.id, command.application);
                write!(formatter, "create service principal {id} of application {application}")
            }
            Self::UpdateServicePrincipal(command) => write!(formatter, "update service principal {}", command.id),
            Self::DeleteServicePrincipal(command) => write!(formatter, "delete service principal {}", command.id),
            Self::AddApplicationSegment(command) => {
                let (application, host) = (command.application, &command.destination_host);
                write!(formatter, "add segment {} to {host:?} to application {application}", command.id)
            }
            Self::UpdateApplicationSegment(command) => write!(formatter, "update segment {}", command.id),
            Self::RemoveApplicationSegment(command) => write!(formatter, "remove segment {}", command.id),
            Self::UpdateProfile(_) => formatter.write_str("update the publishing profile"),
        }
    }
}

impl fmt::Display for DirectoryCommand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateTenant(command) => {
                write!(formatter, "create tenant {} in region {:?}", command.id, command.default_region)
            }
            Self::DeleteTenant(command) => write!(formatter, "delete tenant {}", command.id),
            Self::InTenant { tenant, command } => write!(formatter, "tenant {tenant}: {command}"),
        }
    }
}

/// What happened, in the past tense.
impl fmt::Display for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConnectorGroupCreated(group) => {
                let (id, name, region) = (group.id, group.name.as_str(), &group.region);
                write!(formatter, "connector group {id} named {name:?} was created in region {region}")
            }
            Self::ConnectorGroupRenamed { id, from, to } => {
                write!(formatter, "connector group {id} was renamed from {:?} to {:?}", from.as_str(), to.as_str())
            }
            Self::ConnectorGroupRegionChanged { id, from, to } => {
                write!(formatter, "connector group {id} went from region {from} to region {to}")
            }
            Self::ConnectorGroupDeleted(removed) => {
                let group = &removed.thing;
                write!(formatter, "connector group {} named {:?} was deleted", group.id, group.name.as_str())
            }
            Self::ConnectorRegistered(connector) => {
                write!(formatter, "connector {} registered on {:?}", connector.id, connector.machine_name)
            }
            Self::ConnectorReported { id, to, .. } => match to.presence {
                Some(Presence::Active) => write!(formatter, "connector {id} became active"),
                Some(Presence::Inactive { .. }) => write!(formatter, "connector {id} became inactive"),
                None => write!(formatter, "connector {id} reported new properties"),
            },
            Self::ConnectorsMoved { connector_group, connectors } => {
                let connectors = count(wide(connectors.len()), "connector");
                write!(formatter, "{connectors} moved to connector group {connector_group}")
            }
            Self::ConnectorsExpired { connectors } => {
                let connectors = count_of(connectors, "connector");
                write!(formatter, "{connectors} expired")
            }
            Self::ClockAdvanced { from, to } => write!(formatter, "the clock went from {from} to {to}"),
            Self::ApplicationCreated { id, display_name, .. } => {
                write!(formatter, "application {id} named {display_name:?} was created")
            }
            Self::ApplicationRenamed { id, from, to } => {
                write!(formatter, "application {id} was renamed from {from:?} to {to:?}")
            }
            Self::ApplicationDeleted(removed) => {
                let application = &removed.thing;
                write!(formatter, "application {} named {:?} was deleted", application.id, application.display_name)
            }
            Self::ApplicationPublished { id, connector_group, .. } => {
                write!(formatter, "application {id} was published into connector group {connector_group}")
            }
            Self::PublishingUpdated { id, .. } => write!(formatter, "the publishing of application {id} was changed"),
            Self::ApplicationUnpublished { id, .. } => write!(formatter, "application {id} was unpublished"),
            Self::ApplicationsReassigned { connector_group, applications } => {
                let applications = count(wide(applications.len()), "application");
                write!(formatter, "{applications} assigned to connector group {connector_group}")
            }
            Self::ApplicationPropertiesUpdated { id, .. } => {
                write!(formatter, "properties of application {id} were changed")
            }
            Self::ServicePrincipalCreated(created) => {
                let (id, application) = (created.thing.id, created.application);
                write!(formatter, "service principal {id} of application {application} was created")
            }
            Self::ServicePrincipalUpdated { id, .. } => write!(formatter, "service principal {id} was changed"),
            Self::ServicePrincipalDeleted(deleted) => {
                write!(formatter, "service principal {} was deleted", deleted.thing.id)
            }
            Self::ApplicationSegmentAdded(added) => {
                let (host, application) = (&added.thing.destination_host, added.application);
                write!(formatter, "segment {} to {host:?} was added to application {application}", added.thing.id)
            }
            Self::ApplicationSegmentUpdated { id, .. } => write!(formatter, "segment {id} was changed"),
            Self::ApplicationSegmentRemoved(removed) => {
                let Attached { application, thing } = &removed.thing;
                write!(formatter, "segment {} of application {application} was removed", thing.id)
            }
            Self::ProfileUpdated { .. } => formatter.write_str("the publishing profile was changed"),
        }
    }
}

impl fmt::Display for TenantEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TenantCreated { id, default_region, .. } => {
                write!(formatter, "tenant {id} was created with default region {default_region}")
            }
            Self::TenantDeleted(removed) => write!(formatter, "tenant {} was deleted", removed.thing.id()),
        }
    }
}

impl fmt::Display for DirectoryEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OfTenant(event) => event.fmt(formatter),
            Self::InTenant { tenant, event } => write!(formatter, "tenant {tenant}: {event}"),
        }
    }
}

/// How many applications are served worse or better, then each hazard on a line of its own.
impl fmt::Display for Impact {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changes = [
            (wide(self.become_unavailable().count()), "becomes unavailable", "become unavailable"),
            (wide(self.become_at_risk().count()), "becomes at risk", "become at risk"),
            (wide(self.become_better().count()), "is served better", "are served better"),
        ];
        let mut is_first = true;
        for (number, one, many) in changes.into_iter().filter(|(number, ..)| *number > 0) {
            let separator = if core::mem::replace(&mut is_first, false) { "" } else { ", " };
            let verb = if number == 1 { one } else { many };
            write!(formatter, "{separator}{} {verb}", count(number, "application"))?;
        }
        if is_first {
            formatter.write_str("no application is served otherwise")?;
        }
        self.hazards().iter().try_for_each(|hazard| write!(formatter, "\n{hazard}"))
    }
}

/// Its steps in order, a line each, with their numbers.
impl fmt::Display for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            return formatter.write_str("nothing to do");
        }
        for (number, step) in (1_u32..).zip(&self.steps) {
            let separator = if number == 1 { "" } else { "\n" };
            write!(formatter, "{separator}{number}. {step}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::{
        command::{DeleteConnectorGroup, ReassignApplications, UpdateConnectorGroup},
        ids::{ApplicationId, ConnectorGroupId},
    };

    #[test]
    fn a_command_is_one_plain_line() {
        let group = ConnectorGroupId::from_u128(1);
        let update = Command::from(UpdateConnectorGroup::new(group).name("a\n\"b\"").region("EUR"));
        assert_eq!(
            update.to_string(),
            r#"update connector group 00000000-0000-0000-0000-000000000001, name "a\n\"b\"", region "EUR""#
        );
        let one = Command::from(ReassignApplications::new([ApplicationId::from_u128(7)], group));
        let two = Command::from(ReassignApplications::new([7, 8].map(ApplicationId::from_u128), group));
        assert!(one.to_string().starts_with("assign 1 application to connector group "));
        assert!(two.to_string().starts_with("assign 2 applications to connector group "));
    }

    #[test]
    fn an_empty_plan_says_so() {
        let plan = Plan {
            steps: alloc::vec::Vec::new(),
            best: true,
            gave_up: None,
            at_least: 0,
            outages: alloc::vec::Vec::new(),
        };
        assert_eq!(plan.to_string(), "nothing to do");
        let delete = Command::from(DeleteConnectorGroup::new(ConnectorGroupId::from_u128(1)));
        let group = "delete connector group 00000000-0000-0000-0000-000000000001";
        let two = Plan { steps: alloc::vec![delete.clone(), delete], ..plan };
        assert_eq!(two.to_string(), alloc::format!("1. {group}\n2. {group}"));
    }
}
