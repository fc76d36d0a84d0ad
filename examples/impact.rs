//! What a change, or a failure, would mean for those who use the applications.

use core::error::Error;

use connector_groups::{Availability, Directory, Hazard, Selection, command::MoveConnectors, impact::Loss};

fn main() -> Result<(), Box<dyn Error>> {
    let mut directory = Directory::default();
    for line in include_str!("contoso.jsonl").lines().filter(|line| !line.is_empty()) {
        directory.apply(&serde_json::from_str(line)?)?;
    }
    let tenant = directory.tenants().next().ok_or("Contoso is there")?;
    let group = |name| tenant.connector_groups_by_name(name).next().ok_or("Contoso has it");
    let (pune, dublin) = (group("Pune Development")?, group("Datacenter Dublin")?);

    // May both connectors of Pune help out in Dublin? The command would be accepted, and 24 applications would be cut off.
    let help = MoveConnectors::new(Selection::In(pune.id()), dublin.id());
    let impact = tenant.impact(&help.into())?;
    assert_eq!(impact.become_unavailable().count(), 24);
    assert_eq!(impact.hazards(), [Hazard::NoActiveConnector { connector_group: pune.id(), applications: 24 }]);
    for hazard in impact.hazards() {
        println!("{hazard}");
    }
    // Nothing was moved: Pune has two active connectors, which make it highly available.
    assert_eq!(pune.availability(), Availability::HighlyAvailable);

    // And if one of them fails? What it serves is still served, by one connector alone.
    let connector = pune.members().next().ok_or("Pune has connectors")?;
    let failure = tenant.what_if(&Loss::Connector(connector.id())).ok_or("the connector is there")?;
    assert_eq!((failure.become_unavailable().count(), failure.become_at_risk().count()), (0, 24));
    println!("without {}, {} applications are at risk", connector.machine_name(), failure.become_at_risk().count());
    Ok(())
}
