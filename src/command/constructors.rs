//! How a caller makes a command: `new` takes what it needs, a setter of the field's own name takes what may be left out.
//! Commands about one application are in `applications`.

use alloc::{sync::Arc, vec::Vec};

use super::{
    AddConnector, AdvanceClock, AssignApplications, Assignment, Command, CreateConnectorGroup, CreateTenant,
    DefaultConnectorGroup, DeleteConnectorGroup, DeleteTenant, DirectoryCommand, MoveConnectors,
    ProvisionConnectorGroup, ReassignApplications, RegisterConnector, RemoveConnector, ReportConnector, Selection,
    Transaction, UpdateConnectorGroup,
};
use crate::{
    ids::{ApplicationId, ConnectorGroupId, ConnectorId, TenantId},
    model::{
        Given, Rules,
        connector::ConnectorStatus,
        group::{Name, ServiceGroupType},
        region::Region,
    },
    timestamp::Timestamp,
};

impl CreateConnectorGroup {
    /// A group in the tenant's default region; see [`region`](Self::region).
    ///
    /// ```
    /// use connector_groups::{ConnectorGroupId, Region, command::CreateConnectorGroup};
    ///
    /// let command = CreateConnectorGroup::new(ConnectorGroupId::from_u128(7), "Datacenter").region(Region::asia());
    /// assert_eq!(command.region.unwrap().value(), Some(&Region::asia()));
    /// ```
    #[must_use]
    pub fn new(id: ConnectorGroupId, name: impl Into<Given<Name>>) -> Self {
        Self { id, name: name.into(), region: None }
    }

    /// In this region.
    #[must_use]
    pub fn region(self, region: impl Into<Given<Region>>) -> Self {
        Self { region: Some(region.into()), ..self }
    }
}

impl UpdateConnectorGroup {
    /// Changes nothing yet; see [`name`](Self::name) and [`region`](Self::region).
    #[must_use]
    pub const fn new(id: ConnectorGroupId) -> Self {
        Self { id, name: None, region: None }
    }

    /// A new name.
    #[must_use]
    pub fn name(self, name: impl Into<Given<Name>>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// A new region.
    #[must_use]
    pub fn region(self, region: impl Into<Given<Region>>) -> Self {
        Self { region: Some(region.into()), ..self }
    }
}

impl DeleteConnectorGroup {
    /// Removes this group.
    #[must_use]
    pub const fn new(id: ConnectorGroupId) -> Self {
        Self { id }
    }
}

impl AddConnector {
    /// Moves a connector into a group.
    #[must_use]
    pub const fn new(connector: ConnectorId, connector_group: ConnectorGroupId) -> Self {
        Self { connector, connector_group }
    }
}

impl RemoveConnector {
    /// Moves a connector back to the default group.
    #[must_use]
    pub const fn new(connector: ConnectorId) -> Self {
        Self { connector }
    }
}

impl ReassignApplications {
    /// Assigns all selected applications to one group; a list of ids is a selection too.
    ///
    /// ```
    /// use connector_groups::{ApplicationId, ConnectorGroupId, Selection, command::ReassignApplications};
    ///
    /// let (from, to) = (ConnectorGroupId::from_u128(1), ConnectorGroupId::from_u128(2));
    /// let all_of_a_group = ReassignApplications::new(Selection::In(from), to);
    /// let these = ReassignApplications::new([7, 8].map(ApplicationId::from_u128).to_vec(), to);
    /// ```
    #[must_use]
    pub fn new(applications: impl Into<Selection<ApplicationId>>, connector_group: ConnectorGroupId) -> Self {
        Self { applications: applications.into(), connector_group }
    }
}

impl MoveConnectors {
    /// Moves all selected connectors into one group; a list of ids is a selection too.
    #[must_use]
    pub fn new(connectors: impl Into<Selection<ConnectorId>>, connector_group: ConnectorGroupId) -> Self {
        Self { connectors: connectors.into(), connector_group }
    }
}

impl AssignApplications {
    /// Assigns each application to its own group.
    #[must_use]
    pub fn new(assignments: impl IntoIterator<Item = Assignment>) -> Self {
        Self { assignments: assignments.into_iter().collect() }
    }
}

impl Assignment {
    /// This application goes to this group.
    #[must_use]
    pub const fn new(application: ApplicationId, connector_group: ConnectorGroupId) -> Self {
        Self { application, connector_group }
    }
}

impl Transaction {
    /// All of these in order, or none.
    #[must_use]
    pub fn new(commands: impl IntoIterator<Item = Command>) -> Self {
        Self { commands: commands.into_iter().collect() }
    }
}

impl RegisterConnector {
    /// An agent registers itself.
    #[must_use]
    pub fn new(
        id: ConnectorId,
        machine_name: impl Into<Arc<str>>,
        external_ip: impl Into<Arc<str>>,
        version: impl Into<Arc<str>>,
    ) -> Self {
        Self { id, machine_name: machine_name.into(), external_ip: external_ip.into(), version: version.into() }
    }
}

impl ReportConnector {
    /// Reports nothing yet; see [`status`](Self::status), [`external_ip`](Self::external_ip) and [`version`](Self::version).
    #[must_use]
    pub const fn new(id: ConnectorId) -> Self {
        Self { id, status: None, external_ip: None, version: None }
    }

    /// Whether it is connected.
    #[must_use]
    pub fn status(self, status: ConnectorStatus) -> Self {
        Self { status: Some(status), ..self }
    }

    /// The external address that the service saw.
    #[must_use]
    pub fn external_ip(self, external_ip: impl Into<Arc<str>>) -> Self {
        Self { external_ip: Some(external_ip.into()), ..self }
    }

    /// The agent's version.
    #[must_use]
    pub fn version(self, version: impl Into<Arc<str>>) -> Self {
        Self { version: Some(version.into()), ..self }
    }
}

impl AdvanceClock {
    /// The tenant's new time.
    #[must_use]
    pub const fn new(now: Timestamp) -> Self {
        Self { now }
    }
}

impl ProvisionConnectorGroup {
    /// A group of another type in the tenant's default region; see [`region`](Self::region).
    #[must_use]
    pub fn new(id: ConnectorGroupId, name: impl Into<Given<Name>>, connector_group_type: ServiceGroupType) -> Self {
        Self { id, name: name.into(), connector_group_type, region: None }
    }

    /// In this region.
    #[must_use]
    pub fn region(self, region: impl Into<Given<Region>>) -> Self {
        Self { region: Some(region.into()), ..self }
    }
}

impl CreateTenant {
    /// A tenant whose default group has this id and is called `Default`, with both switches off; see
    /// [`default_name`](Self::default_name) and [`rules`](Self::rules).
    ///
    /// ```
    /// use connector_groups::{ConnectorGroupId, Directory, Region, TenantId, Timestamp, command::CreateTenant};
    ///
    /// let (contoso, default_group) = (TenantId::from_u128(1), ConnectorGroupId::from_u128(2));
    /// let create = CreateTenant::new(contoso, Region::eur(), Timestamp::UNIX_EPOCH, default_group);
    /// let mut directory = Directory::default();
    /// directory.apply(&create.into())?;
    /// assert_eq!(directory.tenant(contoso).unwrap().default_connector_group().name().as_str(), "Default");
    /// # Ok::<(), connector_groups::Refusal>(())
    /// ```
    #[must_use]
    pub fn new(
        id: TenantId,
        default_region: impl Into<Given<Region>>,
        now: Timestamp,
        default_connector_group: ConnectorGroupId,
    ) -> Self {
        let default_connector_group = DefaultConnectorGroup { id: default_connector_group, name: None };
        Self { id, default_region: default_region.into(), now, default_connector_group, rules: None }
    }

    /// What its default group is called.
    #[must_use]
    pub fn default_name(self, name: impl Into<Given<Name>>) -> Self {
        let default_connector_group = DefaultConnectorGroup { name: Some(name.into()), ..self.default_connector_group };
        Self { default_connector_group, ..self }
    }

    /// Its switches.
    #[must_use]
    pub fn rules(self, rules: Rules) -> Self {
        Self { rules: Some(rules), ..self }
    }
}

impl DeleteTenant {
    /// This tenant and all in it go.
    #[must_use]
    pub const fn new(id: TenantId) -> Self {
        Self { id }
    }
}

impl From<CreateTenant> for DirectoryCommand {
    fn from(command: CreateTenant) -> Self {
        Self::CreateTenant(command)
    }
}

impl From<DeleteTenant> for DirectoryCommand {
    fn from(command: DeleteTenant) -> Self {
        Self::DeleteTenant(command)
    }
}

impl Command {
    /// The same command, asked of one tenant of a directory.
    #[must_use]
    pub const fn in_tenant(self, tenant: TenantId) -> DirectoryCommand {
        DirectoryCommand::InTenant { tenant, command: self }
    }
}

impl<Id> From<Vec<Id>> for Selection<Id> {
    fn from(ids: Vec<Id>) -> Self {
        Self::Ids(ids)
    }
}

impl<Id, const N: usize> From<[Id; N]> for Selection<Id> {
    fn from(ids: [Id; N]) -> Self {
        Self::Ids(ids.into())
    }
}
