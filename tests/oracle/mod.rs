//! The engine a second time, naively: a tenant document is the state, every question a walk over its lists, every attempt
//! a deep copy. It shares the commands, events, refusals and the document with the engine, and no function of it.

mod attachments;
mod bulk;
pub(crate) mod directory;
mod publishing;

use connector_groups::{command::*, document::*, event::*, model::*, refusal::Kind, *};

pub(crate) struct Oracle {
    pub(crate) document: Document,
}

type Answer = Result<Vec<Event>, Refusal>;

const TEN_DAYS: i64 = 10 * 24 * 3_600 * 1_000_000;

impl Oracle {
    pub(crate) fn apply(&mut self, command: &Command) -> Answer {
        let mut copy = Self { document: self.document.clone() };
        let events = copy.run(command)?;
        self.document = copy.document;
        Ok(events)
    }

    fn group(&self, id: ConnectorGroupId) -> Result<ConnectorGroupDocument, Refusal> {
        let found = self.document.connector_groups.iter().find(|group| group.id == id);
        found.cloned().ok_or(Refusal::ConnectorGroupNotFound { id })
    }

    fn writable(&self, id: ConnectorGroupId) -> Result<ConnectorGroupDocument, Refusal> {
        let group = self.group(id)?;
        match &group.connector_group_type {
            ConnectorGroupType::ApplicationProxy => Ok(group),
            other @ ConnectorGroupType::Service(_) => {
                Err(Refusal::GroupReadOnly { connector_group: id, connector_group_type: other.clone() })
            }
        }
    }

    fn default_group(&self) -> ConnectorGroupId {
        self.document.connector_groups.iter().find(|group| group.is_default).unwrap().id
    }

    fn connector(&mut self, id: ConnectorId) -> Result<&mut ConnectorDocument, Refusal> {
        let found = self.document.connectors.iter_mut().find(|connector| connector.id == id);
        found.ok_or(Refusal::ConnectorNotFound { id })
    }

    fn application(&mut self, id: ApplicationId) -> Result<&mut ApplicationDocument, Refusal> {
        let found = self.document.applications.iter_mut().find(|application| application.id == id);
        found.ok_or(Refusal::ApplicationNotFound { id })
    }

    fn counts(&self, id: ConnectorGroupId) -> (u32, u32) {
        let connectors = self.document.connectors.iter().filter(|connector| connector.member_of == id).count();
        let assigned = |application: &&ApplicationDocument| application.connector_group == Some(id);
        let applications = self.document.applications.iter().filter(assigned).count();
        (connectors.try_into().unwrap(), applications.try_into().unwrap())
    }

    fn name_free(&self, name: &str, but: Option<ConnectorGroupId>) -> Result<(), Refusal> {
        let fold = |name: &str| name.trim().to_lowercase();
        let same = self.document.connector_groups.iter().find(|group| {
            self.document.rules.unique_names
                && group.connector_group_type == ConnectorGroupType::ApplicationProxy
                && Some(group.id) != but
                && fold(&group.name) == fold(name)
        });
        same.map_or(Ok(()), |group| Err(Refusal::DuplicateName { connector_group: group.id }))
    }

    fn new_group(&mut self, id: ConnectorGroupId, name: &str, region: Option<&str>, of: &ConnectorGroupType) -> Answer {
        not_blank(name)?;
        let region = region.map_or(Ok(self.document.default_region.to_string()), lower_region)?;
        if self.group(id).is_ok() {
            return Err(Refusal::AlreadyExists { kind: Kind::ConnectorGroup, id: id.into() });
        }
        if *of == ConnectorGroupType::ApplicationProxy {
            self.name_free(name, None)?;
        }
        let group = ConnectorGroupDocument {
            id,
            name: name.into(),
            connector_group_type: of.clone(),
            is_default: false,
            region: region.into(),
        };
        self.document.connector_groups.push(group.clone());
        Ok(vec![Event::ConnectorGroupCreated(typed(&group))])
    }

    fn may_leave(&mut self, id: ConnectorId, to: &ConnectorGroupDocument) -> Result<(), Refusal> {
        let from = self.connector(id)?.member_of;
        let from = self.group(from)?;
        let free = !self.document.rules.regional_connector_moves
            || from.id == to.id
            || from.region == self.document.default_region
            || to.is_default;
        let (from, to) = (Region::new(&from.region).unwrap(), Region::new(&to.region).unwrap());
        if free { Ok(()) } else { Err(Refusal::ConnectorRegionLocked { connector: id, from, to }) }
    }

    /// Moves those that are not there yet; they come in creation order.
    fn move_connectors(&mut self, ids: &[ConnectorId], to: ConnectorGroupId) -> Vec<Event> {
        let mut moves = Vec::new();
        for connector in &mut self.document.connectors {
            if ids.contains(&connector.id) && connector.member_of != to {
                moves.push(Move { id: connector.id, from: connector.member_of });
                connector.member_of = to;
            }
        }
        let event = Event::ConnectorsMoved { connector_group: to, connectors: moves.iter().copied().collect() };
        if moves.is_empty() { vec![] } else { vec![event] }
    }

    fn move_applications(&mut self, ids: &[ApplicationId], to: ConnectorGroupId) -> Vec<Event> {
        let mut moves = Vec::new();
        for application in &mut self.document.applications {
            if ids.contains(&application.id) && application.connector_group != Some(to) {
                moves.push(Move { id: application.id, from: application.connector_group.unwrap() });
                application.connector_group = Some(to);
            }
        }
        let event =
            Event::ApplicationsReassigned { connector_group: to, applications: moves.iter().copied().collect() };
        if moves.is_empty() { vec![] } else { vec![event] }
    }

    /// What `addApplication` checks.
    fn assignable(&mut self, id: ApplicationId, to: ConnectorGroupId) -> Result<(), Refusal> {
        self.application(id)?;
        self.writable(to)?;
        self.published(id)
    }

    fn published(&mut self, id: ApplicationId) -> Result<(), Refusal> {
        match self.application(id)?.connector_group {
            Some(_) => Ok(()),
            None => Err(Refusal::ApplicationNotPublished { id }),
        }
    }

    fn report(&mut self, command: &ReportConnector) -> Answer {
        let now = self.document.now;
        let id = command.id;
        let connector = self.connector(id)?;
        let (mut from, mut to) = (Report::default(), Report::default());
        if let Some(status) = command.status.filter(|status| *status != connector.status) {
            let (active, inactive) = (Presence::Active, |since| Presence::Inactive { since });
            (from.presence, to.presence) = match connector.inactive_since {
                None => (Some(active), Some(inactive(now))),
                Some(since) => (Some(inactive(since)), Some(active)),
            };
            connector.status = status;
            connector.inactive_since = (status == ConnectorStatus::Inactive).then_some(now);
        }
        if let Some(external_ip) = command.external_ip.clone().filter(|value| *value != connector.external_ip) {
            from.external_ip = Some(connector.external_ip.clone());
            to.external_ip = Some(external_ip.clone());
            connector.external_ip = external_ip;
        }
        if let Some(version) = command.version.clone().filter(|value| *value != connector.version) {
            from.version = Some(connector.version.clone());
            to.version = Some(version.clone());
            connector.version = version;
        }
        Ok(if from == to { vec![] } else { vec![Event::ConnectorReported { id, from, to }] })
    }

    fn advance(&mut self, to: Timestamp) -> Answer {
        let from = self.document.now;
        if to < from {
            return Err(Refusal::ClockMovedBack { from, to });
        }
        let overdue = |connector: &ConnectorDocument| {
            let since = connector.inactive_since.map(Timestamp::unix_microseconds);
            since.is_some_and(|since| to.unix_microseconds() - since >= TEN_DAYS)
        };
        let places = (0_u32..).zip(&self.document.connectors).filter(|(_, connector)| overdue(connector));
        let connectors: Vec<_> =
            places.map(|(place, thing)| Removed { place, thing: thing.clone().try_into().unwrap() }).collect();
        self.document.connectors.retain(|connector| !overdue(connector));
        self.document.now = to;
        let mut events = Vec::new();
        if from != to {
            events.push(Event::ClockAdvanced { from, to });
        }
        if !connectors.is_empty() {
            events.push(Event::ConnectorsExpired { connectors });
        }
        Ok(events)
    }

    fn update_group(&mut self, command: &UpdateConnectorGroup) -> Answer {
        let id = command.id;
        command.name.as_deref().map_or(Ok(()), not_blank)?;
        let region = command.region.as_deref().map(lower_region).transpose()?;
        let group = self.writable(id)?;
        let mut events = Vec::new();
        let place = self.document.connector_groups.iter().position(|group| group.id == id).unwrap();
        if let Some(name) = command.name.clone().filter(|name| name.as_str() != &*group.name) {
            self.name_free(&name, Some(id))?;
            let (from, to) = (Name::new(&group.name).unwrap(), Name::new(&name).unwrap());
            events.push(Event::ConnectorGroupRenamed { id, from, to });
            self.document.connector_groups[place].name = name.as_str().into();
        }
        if let Some(region) = region.filter(|region| **region != *group.region) {
            let (connectors, applications) = self.counts(id);
            if connectors + applications > 0 {
                return Err(Refusal::RegionLocked { connector_group: id, connectors, applications });
            }
            let (from, to) = (Region::new(&group.region).unwrap(), Region::new(&region).unwrap());
            events.push(Event::ConnectorGroupRegionChanged { id, from, to });
            self.document.connector_groups[place].region = region.into();
        }
        Ok(events)
    }

    fn delete_group(&mut self, id: ConnectorGroupId) -> Answer {
        let group = self.writable(id)?;
        if group.is_default {
            return Err(Refusal::GroupIsDefault { connector_group: id });
        }
        let (connectors, applications) = self.counts(id);
        if connectors + applications > 0 {
            return Err(Refusal::GroupNotEmpty { connector_group: id, connectors, applications });
        }
        let place = self.document.connector_groups.iter().position(|group| group.id == id).unwrap();
        self.document.connector_groups.remove(place);
        Ok(vec![Event::ConnectorGroupDeleted(Removed { place: place.try_into().unwrap(), thing: typed(&group) })])
    }

    fn create_application(&mut self, command: &CreateApplication) -> Answer {
        let CreateApplication { id, app_id, display_name, properties } = command.clone();
        let kind = Kind::Application;
        if self.application(id).is_ok() {
            return Err(Refusal::AlreadyExists { kind, id: id.into() });
        }
        if self.document.applications.iter().any(|application| application.app_id == app_id) {
            return Err(Refusal::AlreadyExists { kind, id: app_id.into() });
        }
        let properties = properties.unwrap_or_default();
        self.document.applications.push(ApplicationDocument {
            id,
            app_id,
            display_name: display_name.clone(),
            properties: properties.clone(),
            service_principal: None,
            application_segments: vec![],
            on_premises_publishing: None,
            connector_group: None,
        });
        Ok(vec![Event::ApplicationCreated { id, app_id, display_name, properties }])
    }

    fn register(&mut self, command: &RegisterConnector) -> Answer {
        let RegisterConnector { id, machine_name, external_ip, version } = command.clone();
        if self.connector(id).is_ok() {
            return Err(Refusal::AlreadyExists { kind: Kind::Connector, id: id.into() });
        }
        let member_of = self.default_group();
        let (status, inactive_since) = (ConnectorStatus::Active, None);
        let new = ConnectorDocument { id, machine_name, external_ip, status, inactive_since, version, member_of };
        self.document.connectors.push(new.clone());
        Ok(vec![Event::ConnectorRegistered(new.try_into().unwrap())])
    }

    fn run(&mut self, command: &Command) -> Answer {
        match command {
            Command::CreateConnectorGroup(CreateConnectorGroup { id, name, region }) => {
                self.new_group(*id, name, region.as_deref(), &ConnectorGroupType::ApplicationProxy)
            }
            Command::ProvisionConnectorGroup(command) => {
                let of = ConnectorGroupType::Service(command.connector_group_type.clone());
                self.new_group(command.id, &command.name, command.region.as_deref(), &of)
            }
            Command::UpdateConnectorGroup(command) => self.update_group(command),
            Command::DeleteConnectorGroup(DeleteConnectorGroup { id }) => self.delete_group(*id),
            Command::AddConnector(AddConnector { connector, connector_group }) => {
                self.connector(*connector)?;
                let to = self.writable(*connector_group)?;
                self.may_leave(*connector, &to)?;
                Ok(self.move_connectors(&[*connector], to.id))
            }
            Command::RemoveConnector(RemoveConnector { connector: id }) => {
                let default = self.default_group();
                if self.connector(*id)?.member_of == default {
                    return Err(Refusal::AlreadyInDefault { id: (*id).into() });
                }
                Ok(self.move_connectors(&[*id], default))
            }
            Command::CreateApplication(command) => self.create_application(command),
            Command::UpdateApplication(command) => self.update_application(command),
            Command::DeleteApplication(DeleteApplication { id }) => {
                self.application(*id)?;
                let place = self.document.applications.iter().position(|application| application.id == *id).unwrap();
                let thing = self.document.applications.remove(place).try_into().unwrap();
                Ok(vec![Event::ApplicationDeleted(Removed { place: place.try_into().unwrap(), thing })])
            }
            Command::PublishApplication(PublishApplication { application, on_premises_publishing }) => {
                self.publish(*application, on_premises_publishing)
            }
            Command::UnpublishApplication(command) => self.unpublish(command),
            Command::AddApplication(AddApplication { application, connector_group }) => {
                self.assignable(*application, *connector_group)?;
                Ok(self.move_applications(&[*application], *connector_group))
            }
            Command::RemoveApplication(RemoveApplication { application: id }) => {
                self.published(*id)?;
                let default = self.default_group();
                if self.application(*id)?.connector_group == Some(default) {
                    return Err(Refusal::AlreadyInDefault { id: (*id).into() });
                }
                Ok(self.move_applications(&[*id], default))
            }
            Command::ReassignApplications(ReassignApplications { applications, connector_group }) => {
                self.reassign(applications, *connector_group)
            }
            Command::MoveConnectors(MoveConnectors { connectors, connector_group }) => {
                self.move_selected(connectors, *connector_group)
            }
            Command::AssignApplications(AssignApplications { assignments }) => self.assign(assignments),
            Command::Transaction(Transaction { commands }) => {
                if commands.iter().any(|command| matches!(command, Command::Transaction(_))) {
                    return Err(Refusal::NestedTransaction);
                }
                let mut all = Vec::new();
                for (index, command) in (0..).zip(commands) {
                    let wrap = |reason| Refusal::Transaction { index, reason: Box::new(reason) };
                    all.extend(self.run(command).map_err(wrap)?);
                }
                Ok(all)
            }
            Command::RegisterConnector(command) => self.register(command),
            Command::ReportConnector(command) => self.report(command),
            Command::AdvanceClock(AdvanceClock { now }) => self.advance(*now),
            Command::CreateServicePrincipal(command) => self.create_service_principal(command),
            Command::UpdateServicePrincipal(command) => self.update_service_principal(command),
            Command::DeleteServicePrincipal(DeleteServicePrincipal { id }) => self.delete_service_principal(*id),
            Command::AddApplicationSegment(command) => self.add_segment(command),
            Command::UpdateApplicationSegment(command) => self.update_segment(command),
            Command::RemoveApplicationSegment(RemoveApplicationSegment { id }) => self.remove_segment(*id),
            Command::UpdateProfile(command) => Ok(self.update_profile(command)),
            // The enum may grow, so the compiler does not ask for a new command; the workload, which has all, does.
            other => unreachable!("the oracle does not know {other:?}"),
        }
    }
}

fn not_blank(name: &str) -> Result<(), Refusal> {
    if name.chars().all(char::is_whitespace) { Err(Refusal::BlankName) } else { Ok(()) }
}

fn lower_region(region: &str) -> Result<String, Refusal> {
    match region.to_ascii_lowercase() {
        lower if lower.is_empty() || lower == "unknownfuturevalue" => {
            Err(Refusal::InvalidRegion { region: region.into() })
        }
        lower => Ok(lower),
    }
}

fn typed(group: &ConnectorGroupDocument) -> ConnectorGroup {
    serde_json::from_value(serde_json::to_value(group).unwrap()).unwrap()
}
