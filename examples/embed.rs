//! The engine inside a program: commands go in, and events or a refusal come out.
//!
//! The caller brings ids and time, so that the same commands give the same events on every machine.

use core::error::Error;

use connector_groups::{
    Command, ConnectorGroupId, ConnectorId, Directory, DirectoryCommand, Event, Refusal, TenantId,
    command::{
        AddConnector, CreateConnectorGroup, CreateTenant, DefaultConnectorGroup, DeleteConnectorGroup,
        RegisterConnector,
    },
    directory::DirectoryEvent,
};

fn main() -> Result<(), Box<dyn Error>> {
    let tenant = TenantId::from_u128(1);
    let (default, branch) = (ConnectorGroupId::from_u128(1), ConnectorGroupId::from_u128(2));
    let mut directory = Directory::default();
    directory.apply(&DirectoryCommand::CreateTenant(CreateTenant {
        id: tenant,
        default_region: "eur".into(),
        now: "2026-03-02T08:00:00Z".parse()?,
        default_connector_group: DefaultConnectorGroup { id: default, name: None },
        rules: None,
    }))?;
    let in_tenant = |command: Command| DirectoryCommand::InTenant { tenant, command };

    // A new group, and a connector that registers itself and is moved into it.
    let create = CreateConnectorGroup { id: branch, name: "Branch".into(), region: Some("nam".into()) };
    let events = directory.apply(&in_tenant(create.into()))?;
    assert!(matches!(&events[..], [DirectoryEvent::InTenant { event: Event::ConnectorGroupCreated(_), .. }]));
    let connector = ConnectorId::from_u128(1);
    let register = RegisterConnector {
        id: connector,
        machine_name: "branch-01".into(),
        external_ip: "192.0.2.1".into(),
        version: "1.5.4287.0".into(),
    };
    directory.apply(&in_tenant(register.into()))?;
    directory.apply(&in_tenant(AddConnector { connector, connector_group: branch }.into()))?;

    // What a rule forbids is refused, says why, and changes nothing.
    let refused = directory.apply(&in_tenant(DeleteConnectorGroup { id: branch }.into()));
    assert!(matches!(refused, Err(Refusal::GroupNotEmpty { connectors: 1, applications: 0, .. })));
    let group =
        directory.tenant(tenant).and_then(|tenant| tenant.connector_group(branch)).ok_or("the group is there")?;
    println!("{} keeps its {} connector", group.name(), group.connectors_count());
    Ok(())
}
