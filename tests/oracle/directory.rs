//! Tenants side by side, naively; and the oracle as something that answers lines.

use connector_groups::{
    command::{CreateTenant, DeleteTenant},
    directory::{Answer, DirectoryEvent, TenantEvent},
    document::{ConnectorGroupDocument, DirectoryDocument, Document},
    event::Removed,
    model::{ConnectorGroupType, ProfileProperties},
    refusal::Kind,
    workload::Implementation,
    *,
};

use super::{Oracle, lower_region, not_blank};

#[derive(Default)]
pub(crate) struct DirectoryOracle {
    pub(crate) tenants: Vec<Oracle>,
}

impl DirectoryOracle {
    fn place(&self, id: TenantId) -> Option<usize> {
        self.tenants.iter().position(|tenant| tenant.document.id == id)
    }

    pub(crate) fn tenant(&mut self, id: TenantId) -> Result<&mut Oracle, Refusal> {
        let found = self.tenants.iter_mut().find(|tenant| tenant.document.id == id);
        found.ok_or(Refusal::TenantNotFound { id })
    }

    pub(crate) fn apply(&mut self, command: &DirectoryCommand) -> Result<Vec<DirectoryEvent>, Refusal> {
        match command {
            DirectoryCommand::CreateTenant(command) => self.create(command),
            DirectoryCommand::DeleteTenant(DeleteTenant { id }) => {
                let place = self.place(*id).ok_or(Refusal::TenantNotFound { id: *id })?;
                let thing = Tenant::try_from(self.tenants.remove(place).document).unwrap();
                let removed = Removed { place: place.try_into().unwrap(), thing };
                Ok(vec![DirectoryEvent::OfTenant(TenantEvent::TenantDeleted(Box::new(removed)))])
            }
            DirectoryCommand::InTenant { tenant, command } => {
                let events = self.tenant(*tenant)?.apply(command)?;
                Ok(events.into_iter().map(|event| DirectoryEvent::InTenant { tenant: *tenant, event }).collect())
            }
            other => unreachable!("the oracle does not know {other:?}"),
        }
    }

    fn create(&mut self, command: &CreateTenant) -> Result<Vec<DirectoryEvent>, Refusal> {
        let region = lower_region(&command.default_region)?;
        let name = command.default_connector_group.name.clone().unwrap_or("Default".into());
        not_blank(&name)?;
        if self.place(command.id).is_some() {
            return Err(Refusal::AlreadyExists { kind: Kind::Tenant, id: command.id.into() });
        }
        let group = ConnectorGroupDocument {
            id: command.default_connector_group.id,
            name: name.as_str().into(),
            connector_group_type: ConnectorGroupType::ApplicationProxy,
            is_default: true,
            region: region.as_str().into(),
        };
        let rules = command.rules.unwrap_or_default();
        let event = TenantEvent::TenantCreated {
            id: command.id,
            default_region: Region::new(&region).unwrap(),
            now: command.now,
            rules,
            default_connector_group: super::typed(&group),
        };
        let document = Document {
            id: command.id,
            default_region: region.into(),
            now: command.now,
            rules,
            on_premises_publishing_profile: ProfileProperties::default(),
            connector_groups: vec![group],
            connectors: vec![],
            applications: vec![],
        };
        self.tenants.push(Oracle { document });
        Ok(vec![DirectoryEvent::OfTenant(event)])
    }

    pub(crate) fn document(&self) -> DirectoryDocument {
        DirectoryDocument { tenants: self.tenants.iter().map(|tenant| tenant.document.clone()).collect() }
    }
}

impl Implementation for DirectoryOracle {
    fn answer(&mut self, line: &str) -> String {
        let answer = match serde_json::from_str(line) {
            Ok(command) => Answer::from(self.apply(&command)),
            Err(error) => Answer::Invalid(error.to_string().into()),
        };
        serde_json::to_string(&answer).unwrap()
    }
}
