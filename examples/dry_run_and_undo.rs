//! What a command would do without doing it, and back to what was before.

use core::error::Error;

use connector_groups::{
    Directory, Refusal, Selection,
    command::{DeleteConnectorGroup, ReassignApplications, Transaction},
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut directory = Directory::default();
    for line in include_str!("contoso.jsonl").lines().filter(|line| !line.is_empty()) {
        directory.apply(&serde_json::from_str(line)?)?;
    }
    let mut tenant = directory.tenants().next().ok_or("Contoso is there")?.clone();
    let group = |name| tenant.connector_groups_by_name(name).next().ok_or("Contoso has it");
    let (pilot, dublin) = (group("Private Access Pilot")?.id(), group("Datacenter Dublin")?.id());

    // A dry run: the same answer as the command would get, and nothing has changed. The pilot's group has applications.
    let refused = tenant.decide(&DeleteConnectorGroup::new(pilot).into());
    assert!(matches!(refused, Err(Refusal::GroupNotEmpty { applications: 4, .. })));

    // All or nothing: its applications go to Dublin, and then the empty group goes.
    let before = tenant.clone(); // a snapshot, which shares everything with the tenant
    let end_of_pilot = Transaction::new([
        ReassignApplications::new(Selection::In(pilot), dublin).into(),
        DeleteConnectorGroup::new(pilot).into(),
    ]);
    let events = tenant.apply(&end_of_pilot.into())?;
    assert!(tenant.connector_group(pilot).is_none());
    assert_eq!(events.len(), 2);

    // The events are the whole change: they repeat it on a copy, and take it back.
    let mut copy = before.clone();
    copy.evolve(&events);
    assert_eq!(copy, tenant);
    tenant.undo(&events);
    assert_eq!(tenant, before);
    println!("done and undone: {} connector groups", tenant.connector_groups_count());
    Ok(())
}
