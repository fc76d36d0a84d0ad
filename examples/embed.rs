//! The engine inside a program: commands go in, and events or a refusal come out.
//!
//! The caller brings ids and time, so that the same commands give the same events on every machine.

use core::error::Error;

use connector_groups::{
    ConnectorGroupId, ConnectorId, Directory, Event, Refusal, Region, TenantId,
    command::{AddConnector, CreateConnectorGroup, CreateTenant, DeleteConnectorGroup, RegisterConnector},
};

fn main() -> Result<(), Box<dyn Error>> {
    let tenant = TenantId::from_u128(1);
    let (default, branch) = (ConnectorGroupId::from_u128(1), ConnectorGroupId::from_u128(2));
    let mut directory = Directory::default();
    directory.apply(&CreateTenant::new(tenant, Region::eur(), "2026-03-02T08:00:00Z".parse()?, default).into())?;

    // A new group, and a connector that registers itself and is moved into it.
    let create = CreateConnectorGroup::new(branch, "Branch").region(Region::nam());
    let events = directory.apply_in(tenant, &create.into())?;
    assert!(matches!(&events[..], [Event::ConnectorGroupCreated(group)] if group.region == Region::nam()));
    let connector = ConnectorId::from_u128(1);
    let register = RegisterConnector::new(connector, "branch-01", "192.0.2.1", "1.5.4287.0");
    directory.apply_in(tenant, &register.into())?;
    directory.apply_in(tenant, &AddConnector::new(connector, branch).into())?;

    // What a rule forbids is refused, says why, and changes nothing.
    let refused = directory.apply_in(tenant, &DeleteConnectorGroup::new(branch).into());
    assert!(matches!(refused, Err(Refusal::GroupNotEmpty { connectors: 1, applications: 0, .. })));
    let group =
        directory.tenant(tenant).and_then(|tenant| tenant.connector_group(branch)).ok_or("the group is there")?;
    println!("{} keeps its {} connector", group.name(), group.connectors_count());
    Ok(())
}
