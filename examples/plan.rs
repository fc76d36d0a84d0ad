//! From a tenant to what it should be: the steps, and whom they would cut off on the way.

use core::error::Error;

use connector_groups::{
    ConnectorGroupId, Desired, Directory,
    plan::{Aim, DesiredGroup, PlanOptions},
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut directory = Directory::default();
    for line in include_str!("contoso.jsonl").lines().filter(|line| !line.is_empty()) {
        directory.apply(&serde_json::from_str(line)?)?;
    }
    let mut tenant = directory.tenants().next().ok_or("Contoso is there")?.clone();

    // Pune is to be served from Asia. A region changes only while its group is empty, and this one is not.
    let pune =
        DesiredGroup { name: Some("Pune Development".into()), region: Some("asia".into()), ..DesiredGroup::default() };
    let desired = Desired { connector_groups: vec![pune], absent: Vec::new() };

    // The fewest steps empty the group at once, which cuts its applications off.
    let new_ids = || (1..).map(ConnectorGroupId::from_u128); // the caller's: the engine makes none up
    let fewest = tenant.plan(&desired, PlanOptions::default(), new_ids())?;
    assert!(!fewest.outages.is_empty());

    // With more steps nobody is cut off: one connector goes ahead, and one stays behind.
    let options = PlanOptions { aim: Aim::KeepAvailable, ..PlanOptions::default() };
    let plan = tenant.plan(&desired, options, new_ids())?;
    assert!(plan.best && plan.outages.is_empty() && plan.steps.len() > fewest.steps.len());
    for step in &plan.steps {
        println!("{}: {} events", step.name(), tenant.apply(step)?.len());
    }

    // It leads there: nothing is left to do.
    let group = tenant.connector_groups_by_name("Pune Development").next().ok_or("Contoso has it")?;
    assert_eq!(group.region().as_str(), "asia");
    assert!(tenant.plan(&desired, options, new_ids())?.steps.is_empty());
    Ok(())
}
