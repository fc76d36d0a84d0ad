//! The engine, through its public interface: typed commands in, events out.

use std::{collections::HashMap, sync::Arc};

use connector_groups::{
    AppId, ApplicationId, Command, ConnectorGroupId, ConnectorId, Event, Refusal, Rules, Selection, Tenant, TenantId,
    Timestamp,
    command::{AddApplication, AssignApplications, Assignment, MoveConnectors, ReassignApplications},
    document::{ApplicationDocument, ConnectorDocument, ConnectorGroupDocument, Document},
    model::{ConnectorGroupType, ConnectorStatus, OnPremisesPublishing},
};

use super::{Answer, Data, Engine, Thing, Work};

pub struct Ours {
    pub tenant: Tenant,
}

/// A document with what the data says, each application published with the properties at their defaults.
pub fn document(data: &Data) -> Document {
    let group = |(number, group): (usize, &super::Group)| ConnectorGroupDocument {
        id: ConnectorGroupId::from_u128(group.id),
        name: format!("Group {number}").into(),
        connector_group_type: ConnectorGroupType::ApplicationProxy,
        is_default: number == 0,
        region: group.region.into(),
    };
    let connector = |connector: &super::Connector| ConnectorDocument {
        id: ConnectorId::from_u128(connector.id),
        machine_name: "connector.contoso.local".into(),
        external_ip: "192.0.2.1".into(),
        status: ConnectorStatus::Active,
        inactive_since: None,
        version: "1.5.4287.0".into(),
        member_of: data.group(connector.group),
    };
    // Texts are aside where memory is counted: those without a name share what they have instead.
    let no_name: Arc<str> = "".into();
    let name = |name: &str| if name.is_empty() { no_name.clone() } else { name.into() };
    let application = |application: &super::Application| ApplicationDocument {
        id: ApplicationId::from_u128(application.id),
        app_id: AppId::from_u128(application.app_id),
        display_name: name(&application.name),
        on_premises_publishing: Some(Box::new(OnPremisesPublishing::default())),
        connector_group: Some(data.group(application.group)),
    };
    Document {
        id: TenantId::from_u128(0x7e),
        default_region: data.groups[0].region.into(),
        now: Timestamp::UNIX_EPOCH,
        rules: Rules::default(),
        connector_groups: data.groups.iter().enumerate().map(group).collect(),
        connectors: data.connectors.iter().map(connector).collect(),
        applications: data.applications.iter().map(application).collect(),
    }
}

impl Data {
    /// The number of each application, by its id.
    pub fn application_numbers(&self) -> HashMap<ApplicationId, u32> {
        (0..).zip(&self.applications).map(|(number, one)| (ApplicationId::from_u128(one.id), number)).collect()
    }

    pub fn group(&self, number: u32) -> ConnectorGroupId {
        ConnectorGroupId::from_u128(self.guid(Thing::Group(number)))
    }

    pub fn application(&self, number: u32) -> ApplicationId {
        ApplicationId::from_u128(self.guid(Thing::Application(number)))
    }

    pub fn connector(&self, number: u32) -> ConnectorId {
        ConnectorId::from_u128(self.guid(Thing::Connector(number)))
    }
}

impl Ours {
    pub fn new(data: &Data) -> Self {
        Self { tenant: Tenant::try_from(document(data)).expect("a valid document") }
    }
}

/// What events and refusals say, in words that all engines share.
pub fn answer(result: Result<Vec<Event>, Refusal>) -> Answer {
    let moved = |event: &Event| match event {
        Event::ApplicationsReassigned { applications, .. } => applications.len(),
        Event::ConnectorsMoved { connectors, .. } => connectors.len(),
        other => panic!("no move: {other:?}"),
    };
    match result {
        Ok(events) => Ok(u32::try_from(events.iter().map(moved).sum::<usize>()).unwrap()),
        Err(Refusal::Bulk { refused }) => Err(refused.iter().map(|entry| entry.index).collect()),
        Err(other) => panic!("refused as a whole: {other}"),
    }
}

impl Engine for Ours {
    type Prepared = Command;

    fn prepare(&self, data: &Data, work: &Work) -> Command {
        let id = |number: &u32| data.application(*number);
        let reassign = |applications, to: &u32| {
            Command::from(ReassignApplications { applications, connector_group: data.group(*to) })
        };
        match work {
            Work::Group { from, to } => reassign(Selection::In(data.group(*from)), to),
            Work::List { applications, to } => reassign(Selection::Ids(applications.iter().map(id).collect()), to),
            Work::Region { region, to } => reassign(Selection::InRegion((*region).into()), to),
            Work::Named { prefix, to } => reassign(Selection::Named((*prefix).into()), to),
            Work::All { to } => reassign(Selection::All, to),
            Work::One { application, to } => {
                AddApplication { application: id(application), connector_group: data.group(*to) }.into()
            }
            Work::Assign { assignments } => {
                let assignment = |(application, to): &(u32, u32)| Assignment {
                    application: id(application),
                    connector_group: data.group(*to),
                };
                AssignApplications { assignments: assignments.iter().map(assignment).collect() }.into()
            }
            Work::Connectors { connectors, to } => {
                let connectors = Selection::Ids(connectors.iter().map(|number| data.connector(*number)).collect());
                MoveConnectors { connectors, connector_group: data.group(*to) }.into()
            }
        }
    }

    fn apply(&mut self, command: &Command) -> Answer {
        answer(self.tenant.apply(command))
    }

    fn assignment(&self, data: &Data) -> Vec<u32> {
        let numbers = data.group_numbers();
        let groups = self.tenant.applications().map(|application| application.connector_group().unwrap().id());
        groups.map(|group| numbers[&group.as_u128()]).collect()
    }

    fn membership(&self, data: &Data) -> Vec<u32> {
        let numbers = data.group_numbers();
        let groups = self.tenant.connectors().map(|connector| connector.connector_group().id());
        groups.map(|group| numbers[&group.as_u128()]).collect()
    }
}
