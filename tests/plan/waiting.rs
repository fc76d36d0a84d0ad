//! Where things wait on the way: in worlds in which it matters which place that is, and whether it is tried at all.

use connector_groups::{
    ConnectorGroupId, Desired, Plan,
    plan::{Aim, Parking, PlanOptions},
};
use serde_json::{Value, json};

use super::{desired::names, world::*};

const APART: PlanOptions = PlanOptions { aim: Aim::FewestSteps, parking: Parking::Apart };
const ANYWHERE: PlanOptions = PlanOptions { aim: Aim::FewestSteps, parking: Parking::Anywhere };
const LENDING: PlanOptions = PlanOptions { aim: Aim::KeepAvailable, parking: Parking::Anywhere };

fn plan(world: &World, options: PlanOptions, connector_groups: Value) -> Plan {
    let desired: Desired = serde_json::from_value(json!({ "connectorGroups": connector_groups })).unwrap();
    world.tenant.plan(&desired, options, (1 << 100..).map(ConnectorGroupId::from_u128)).unwrap()
}

/// Steps and whether there are no better ones.
fn length(plan: &Plan) -> (usize, bool) {
    (plan.steps.len(), plan.best)
}

/// Three regions, each locked by an application that goes on to the next group: too much to look at every way.
#[test]
fn what_could_go_one_after_the_other_waits_all_at_once() {
    let all: Vec<u32> = (1..=13).collect();
    let mut world = World::new().with_groups(&all, "eur").with_published(&all[..12]);
    for number in 1..=12 {
        world.accepts(add_application(number, number));
    }
    let last: Vec<_> = (3..=12).map(application).collect();
    let desired = json!([
        {"id": group(1), "region": "nam"},
        {"id": group(2), "region": "nam", "applications": [application(1)]},
        {"id": group(3), "region": "nam", "applications": [application(2)]},
        {"id": group(4), "applications": last},
    ]);
    let plan = plan(&world, APART, desired);
    assert_eq!(length(&plan), (5, true), "{:?}", names(&plan));
}

/// Carries a plan out in a world whose default group has another region and an application, and through which connector 1
/// must leave group 1: too much to look at every way. The names of the steps.
fn cleared(connector_groups: Value) -> (World, Vec<String>) {
    let others: Vec<u32> = (2..=9).collect();
    let mut world = World::with_rules(&json!({"regionalConnectorMoves": true}));
    world = world.with_groups(&[1], "nam").with_groups(&others, "eur").with_connectors(&[1]).with_connectors(&others);
    for number in 1..=9 {
        world.accepts(add_connector(number, number));
    }
    world.accepts(set_region(0, "aus"));
    let mut world = world.with_published(&[1]);
    let plan = plan(&world, APART, connector_groups);
    for step in &plan.steps {
        world.accepts(serde_json::to_value(step).unwrap());
    }
    assert_eq!(world.find("connectorGroups", &group(0))["region"], "aus");
    assert_eq!(world.find("applications", &application(1))["connectorGroup"], group(0));
    let names = names(&plan).into_iter().map(String::from).collect();
    (world, names)
}

const OPEN: [&str; 3] = ["createConnectorGroup", "reassignApplications", "updateConnectorGroup"];
const CLOSE: [&str; 3] = ["updateConnectorGroup", "reassignApplications", "deleteConnectorGroup"];

#[test]
fn the_default_group_is_cleared_for_a_connector_that_leaves_its_region() {
    let all: Vec<_> = (1..=9).map(connector).collect();
    let (world, names) = cleared(json!([{"name": "Group 2", "connectors": all}]));
    assert_eq!(world.find("connectors", &connector(1))["memberOf"], group(2));
    assert_eq!(names, [&OPEN[..], &["moveConnectors", "moveConnectors"], &CLOSE].concat());
}

#[test]
fn the_default_group_is_cleared_for_a_connector_whose_region_changes() {
    let elsewhere: Vec<_> = (3..=9).map(connector).collect();
    let (world, names) =
        cleared(json!([{"name": "Group 1", "region": "eur"}, {"name": "Group 2", "connectors": elsewhere}]));
    assert_eq!(world.find("connectors", &connector(1))["memberOf"], group(1));
    assert_eq!(world.find("connectorGroups", &group(1))["region"], "eur");
    let pass = ["moveConnectors", "moveConnectors", "updateConnectorGroup", "moveConnectors", "moveConnectors"];
    assert_eq!(names, [&OPEN[..], &pass, &CLOSE].concat());
}

/// A new group takes the name of one that goes. It has no other name first, as the application waits elsewhere for it.
#[test]
fn what_moves_waits_for_a_name() {
    let world = World::with_rules(&json!({"uniqueNames": true})).with_groups(&[1, 2], "eur");
    let mut world = world.with_published(&[1, 2]);
    world.accepts(add_application(1, 1));
    world.accepts(add_application(2, 2));
    let desired: Desired = serde_json::from_value(json!({
        "connectorGroups": [
            {"id": group(3), "name": "Group 1", "applications": [application(1)]},
            {"id": group(2), "region": "nam"},
        ],
        "absent": [group(1)],
    }))
    .unwrap();
    let plan = world.tenant.plan(&desired, ANYWHERE, []).unwrap();
    assert_eq!(length(&plan), (5, true), "{:?}", names(&plan));
}

/// A new group gets its region after a connector has waited in it, which could not have left that region again.
#[test]
fn connectors_wait_in_a_new_group_of_the_default_region() {
    let mut world = World::with_rules(&json!({"regionalConnectorMoves": true})).with_groups(&[1], "eur");
    world = world.with_connectors(&[1]);
    world.accepts(add_connector(1, 1));
    world.accepts(set_region(0, "aus"));
    let world = world.with_published(&[1]);
    let desired = json!([{"id": group(1), "region": "nam"}, {"id": group(2), "name": "New", "region": "nam"}]);
    let plan = plan(&world, ANYWHERE, desired);
    assert_eq!(length(&plan), (5, true), "{:?}", names(&plan));
}

/// Groups that have nothing to do with the task: for each number a region, a connector and an application or none.
fn with_others(mut world: World, others: &[(u32, &str, bool, bool)]) -> World {
    for (number, region, serves, is_used) in others {
        world = world.with_groups(&[*number], region);
        if *serves {
            world = world.with_connectors(&[*number]);
            world.accepts(add_connector(*number, *number));
        }
        if *is_used {
            world = world.with_published(&[*number]);
            world.accepts(add_application(*number, *number));
        }
    }
    world
}

/// The region of group 1 changes, what is in it waits in one of the others, and nobody loses a connector.
fn assert_waits(world: &World, steps: usize) {
    let plan = plan(world, LENDING, json!([{"id": group(1), "region": "nam"}]));
    assert_eq!((length(&plan), &plan.outages), ((steps, true), &Vec::new()), "{:?}", names(&plan));
}

const SERVES: bool = true;
const USED: bool = true;

#[test]
fn an_application_with_a_connector_waits_where_there_is_one() {
    let mut world = World::new().with_groups(&[1], "eur").with_connectors(&[1]).with_published(&[1]);
    world.accepts(add_connector(1, 1));
    world.accepts(add_application(1, 1));
    let others = [(2, "aus", SERVES, USED), (3, "eur", !SERVES, !USED), (4, "eur", !SERVES, !USED)];
    assert_waits(&with_others(world, &others), 5);
}

#[test]
fn an_application_without_a_connector_waits_where_there_is_none() {
    let mut world = World::new().with_groups(&[1], "eur").with_connectors(&[9]).with_published(&[1]);
    world.accepts(add_application(1, 1));
    let others = [(2, "aus", !SERVES, USED), (3, "eur", SERVES, !USED)];
    assert_waits(&with_others(world, &others), 3);
}

#[test]
fn a_connector_waits_where_no_application_misses_it_when_it_leaves() {
    let mut world = World::new().with_groups(&[1], "eur").with_connectors(&[1]).with_published(&[9]);
    world.accepts(add_connector(1, 1));
    let others = [(2, "aus", !SERVES, !USED), (3, "eur", !SERVES, USED)];
    assert_waits(&with_others(world, &others), 3);
}

/// Where connectors leave no other region than the tenant's.
#[test]
fn a_connector_waits_where_it_may_leave() {
    let mut world = World::with_rules(&json!({"regionalConnectorMoves": true})).with_groups(&[1], "eur");
    world = world.with_connectors(&[1]).with_published(&[9]);
    world.accepts(add_connector(1, 1));
    let others = [(2, "eur", SERVES, USED), (3, "eur", !SERVES, USED), (4, "aus", SERVES, !USED)];
    assert_waits(&with_others(world, &others), 3);
}

/// A name in between is nobody's and nobody's to be, in any letters: all of the first ones are taken.
#[test]
fn a_name_in_between_is_free() {
    let mut world = World::with_rules(&json!({"uniqueNames": true})).with_groups(&[1, 2, 3, 4, 5, 6, 7, 8], "eur");
    for number in 3..=7 {
        world.accepts(rename(number, &format!("TEMPORARY {}", number - 2)));
    }
    let desired = json!([
        {"id": group(1), "rename": "group 2"},
        {"id": group(2), "rename": "GROUP 1"},
        {"id": group(8), "rename": "tempoRARY 6"},
    ]);
    let plan = plan(&world, APART, desired);
    assert_eq!(length(&plan), (4, true), "{:?}", names(&plan));
    for step in &plan.steps {
        world.accepts(serde_json::to_value(step).unwrap());
    }
}
