//! What an impact warns of, and what depends on what.

use connector_groups::{
    Availability, Command, Directory, DirectoryCommand, Impact, Region,
    impact::{Flow, Loss},
};
use serde_json::{Value, json};

use crate::world::*;

fn impact(world: &World, command: Value) -> Value {
    let command: Command = serde_json::from_value(command).unwrap();
    serde_json::to_value(world.tenant.impact(&command).unwrap()).unwrap()
}

fn hazards(world: &World, command: Value) -> Value {
    impact(world, command)["hazards"].clone()
}

fn what_if(world: &World, loss: Value) -> Option<Impact> {
    let loss: Loss = serde_json::from_value(loss).unwrap();
    world.tenant.what_if(&loss)
}

fn no_active(number: u32, applications: u32) -> Value {
    json!({"hazard": "noActiveConnector", "connectorGroup": group(number), "applications": applications})
}

fn one_active(number: u32, applications: u32) -> Value {
    json!({"hazard": "oneActiveConnector", "connectorGroup": group(number), "applications": applications})
}

fn in_default(applications: u32) -> Value {
    json!({"hazard": "defaultInUse", "applications": applications})
}

#[test]
fn r28_an_impact_warns_of_applications_that_nothing_would_serve() {
    let mut world = World::new().with_groups(&[1, 2], "eur").with_published(&[1, 2]);
    // Nothing serves them as it is, which is no news.
    assert_eq!(hazards(&world, add_application(1, 1)), json!([]));
    world = world.with_connectors(&[1, 2]);
    assert_eq!(hazards(&world, add_application(1, 1)), json!([no_active(1, 1)]));
    assert_eq!(hazards(&world, reassign(&json!({"in": group(0)}), 1)), json!([no_active(1, 2)]));
    assert_eq!(hazards(&world, move_connectors(&json!({"all": true}), 1)), json!([no_active(0, 2)]));
    let both = transaction(&[add_connector(1, 1), add_connector(2, 1), add_application(1, 1), add_application(2, 1)]);
    assert_eq!(hazards(&world, both), json!([]));
}

#[test]
fn r63_an_impact_warns_of_one_connector_that_is_left() {
    let world = World::new().with_groups(&[1], "eur").with_published(&[1]).with_connectors(&[1, 2, 3]);
    assert_eq!(hazards(&world, add_connector(1, 1)), json!([]));
    let mut world = world;
    world.accepts(report(3, "inactive"));
    assert_eq!(hazards(&world, add_connector(1, 1)), json!([one_active(0, 1)]));
    assert_eq!(hazards(&world, add_connector(3, 1)), json!([]));
    // One is better than none, and no hazard of this command.
    world.accepts(move_connectors(&json!({"all": true}), 1));
    assert_eq!(hazards(&world, remove_connector(1)), json!([]));
    // Nobody is in the group that loses it.
    assert_eq!(hazards(&world, report(1, "inactive")), json!([]));
}

#[test]
fn r35_an_impact_warns_of_a_wildcard_url_that_changes_its_region() {
    let mut world = World::new().with_groups(&[1], "eur").with_groups(&[2, 3], "nam").with_groups(&[4], "aus");
    for (number, host) in [(1, "*.apps"), (2, "apps")] {
        world.accepts(create_application(number));
        world.accepts(publish(number, &json!({"externalUrl": format!("https://{host}.contoso.com/")})));
    }
    let warning = |to: u32, region: &str| json!({"hazard": "wildcardRegion", "application": application(1), "connectorGroup": group(to), "region": region});
    assert_eq!(hazards(&world, add_application(1, 1)), json!([]));
    assert_eq!(hazards(&world, add_application(2, 2)), json!([]));
    assert_eq!(hazards(&world, add_application(1, 2)), json!([warning(2, "nam")]));
    // A whole group, whose applications are not named one by one.
    assert_eq!(hazards(&world, reassign(&json!({"in": group(0)}), 2)), json!([warning(2, "nam")]));
    world.accepts(add_application(1, 2));
    assert_eq!(hazards(&world, add_application(1, 3)), json!([]));
    assert_eq!(hazards(&world, add_application(1, 4)), json!([warning(4, "aus")]));
    // Its record points to the other region, so that going back breaks it too.
    assert_eq!(hazards(&world, add_application(1, 1)), json!([warning(1, "eur")]));
    let plain = publish(1, &json!({"externalUrl": "https://one.contoso.com/"}));
    assert_eq!(hazards(&world, plain), json!([]));
}

#[test]
fn r66_an_impact_warns_of_applications_that_come_to_rest_in_the_default_group() {
    let mut world = World::new().with_groups(&[1], "eur").with_published(&[1, 2]);
    world.accepts(create_application(3));
    assert_eq!(hazards(&world, add_application(1, 1)), json!([]));
    assert_eq!(hazards(&world, publish(1, &json!({"alternateUrl": "a"}))), json!([]));
    assert_eq!(hazards(&world, publish(3, &json!({}))), json!([no_active(0, 1), in_default(1)]));
    world.accepts(reassign(&json!({"all": true}), 1));
    let back = impact(&world, reassign(&json!({"in": group(1)}), 0));
    assert_eq!(back["hazards"], json!([in_default(2)]));
    assert_eq!(back["comeToRestInDefault"], json!([application(1), application(2)]));
}

#[test]
fn r62_a_loss_makes_connectors_inactive_and_nobody_steps_in() {
    let mut world = World::new().with_groups(&[1], "eur").with_groups(&[2], "nam").with_published(&[1, 2, 3]);
    world = world.with_connectors(&[1, 2, 3, 4]);
    for (number, to) in [(1, 1), (2, 1), (3, 2)] {
        world.accepts(add_connector(number, to));
    }
    world.accepts(add_application(1, 1));
    world.accepts(add_application(2, 2));
    let unavailable = |loss: Value| -> Vec<String> {
        what_if(&world, loss).unwrap().become_unavailable().map(|id| id.to_string()).collect()
    };
    assert_eq!(unavailable(json!({"connector": connector(1)})), [""; 0]);
    assert_eq!(unavailable(json!({"connector": connector(3)})), [application(2)]);
    assert_eq!(unavailable(json!({"connectorGroup": group(1)})), [application(1)]);
    assert_eq!(unavailable(json!({"region": "eur"})), [application(1), application(3)]);
    assert_eq!(unavailable(json!({"region": "aus"})), [""; 0]);
    assert!(what_if(&world, json!({"connector": connector(9)})).is_none());
    assert!(what_if(&world, json!({"connectorGroup": group(9)})).is_none());
    let nam = Loss::Region(Region::new("nam").unwrap());
    let expected = json!({
        "connectorGroups": [{"id": group(2),
            "before": {"availability": "atRisk", "activeConnectors": 1, "connectors": 1, "applications": 1},
            "after": {"availability": "unavailable", "activeConnectors": 0, "connectors": 1, "applications": 1}}],
        "flows": [{"from": group(2), "to": group(2), "applications": 1, "before": "atRisk", "after": "unavailable"}],
        "applications": [{"application": application(2), "before": "atRisk", "after": "unavailable", "activeConnectors": 0}],
        "comeToRestInDefault": [],
        "hazards": [no_active(2, 1)],
    });
    assert_eq!(serde_json::to_value(world.tenant.what_if(&nam).unwrap()).unwrap(), expected);
}

#[test]
fn r60_what_depends_on_a_connector_is_what_its_group_serves() {
    let mut world = World::new().with_groups(&[1], "eur").with_published(&[1, 2, 3]).with_connectors(&[1, 2, 3]);
    for number in [1, 2] {
        world.accepts(add_connector(number, 1));
    }
    world.accepts(add_application(1, 1));
    let rest = world.tenant.dependents_of_connector(connector(3).parse().unwrap()).unwrap();
    assert_eq!((rest.applications_count(), rest.active_connectors_without()), (2, 0));
    let dependents = |world: &World, number: u32| {
        let dependents = world.tenant.dependents_of_connector(connector(number).parse().unwrap()).unwrap();
        let json = serde_json::to_value(dependents).unwrap();
        assert_eq!(json["activeConnectorsWithout"], dependents.active_connectors_without());
        (dependents.is_last(), json)
    };
    let expected = |before: Availability, without: Availability, active: u32| {
        json!({"connectorGroup": group(1), "availability": before, "availabilityWithout": without,
            "activeConnectorsWithout": active, "applications": [application(1)]})
    };
    let (highly, risk, none) = (Availability::HighlyAvailable, Availability::AtRisk, Availability::Unavailable);
    assert_eq!(dependents(&world, 1), (false, expected(highly, risk, 1)));
    world.accepts(report(2, "inactive"));
    assert_eq!(dependents(&world, 1), (true, expected(risk, none, 0)));
    // An inactive one serves nothing that could be lost.
    assert_eq!(dependents(&world, 2), (false, expected(risk, risk, 1)));
    let of_group = world.tenant.dependents_of_connector_group(group(1).parse().unwrap()).unwrap();
    assert_eq!((of_group.is_last(), of_group.applications_count()), (true, 1));
    assert_eq!(serde_json::to_value(of_group).unwrap(), expected(risk, none, 0));
    assert_eq!(of_group.connector_group().id().to_string(), group(1));
    // Whom nothing serves as it is loses nothing.
    let mut idle = World { tenant: world.tenant.clone() };
    idle.accepts(report(1, "inactive"));
    assert!(!dependents(&idle, 1).0);
    assert!(world.tenant.dependents_of_connector(connector(9).parse().unwrap()).is_none());
    assert!(world.tenant.dependents_of_connector_group(group(9).parse().unwrap()).is_none());
}

#[test]
fn a_hazard_says_what_it_is_and_by_which_rule() {
    let mut world = World::new().with_groups(&[1], "nam").with_published(&[1, 2]).with_connectors(&[1, 2, 3, 4]);
    world.accepts(reassign(&json!({"all": true}), 1));
    for number in [1, 2] {
        world.accepts(add_connector(number, 1));
    }
    world.accepts(publish(1, &json!({"externalUrl": "https://*.contoso.com/"})));
    let all = [remove_application(1), remove_connector(1), remove_connector(2), add_connector(2, 1)];
    let more = [report(1, "inactive"), report(3, "inactive"), report(4, "inactive")];
    let command: Command = serde_json::from_value(transaction(&[&all[..], &more[..]].concat())).unwrap();
    let told: Vec<_> = world.tenant.impact(&command).unwrap().hazards().iter().map(ToString::to_string).collect();
    let (default, one) = (group(0), group(1));
    assert_eq!(
        told,
        [
            format!("1 application in connector group {default}, which has no active connector (R-28)"),
            format!("1 application in connector group {one}, which has one active connector (R-63)"),
            format!(
                "application {} has a wildcard URL, whose DNS record must point to region eur of connector group {default} (R-35)",
                application(1)
            ),
            "1 application comes to rest in the default connector group (R-66)".to_string(),
        ]
    );
}

#[test]
fn an_impact_is_empty_where_nothing_that_matters_would_change() {
    let mut world = World::new().with_groups(&[1, 2], "eur").with_published(&[1, 2]);
    for number in [1, 2] {
        world.accepts(add_application(number, number));
    }
    let impact = |command: Value| world.tenant.impact(&serde_json::from_value(command).unwrap()).unwrap();
    assert!(impact(add_application(1, 1)).is_empty());
    assert!(impact(publish(1, &json!({"alternateUrl": "a"}))).is_empty());
    // A group that nothing flows to, and flows that leave every group with as much as before.
    assert!(!impact(create_group(3, "eur")).is_empty());
    let exchange = impact(transaction(&[add_application(1, 2), add_application(2, 1)]));
    assert_eq!((exchange.connector_groups().count(), exchange.is_empty()), (0, false));
}

#[test]
fn what_is_named_and_what_goes_with_its_group_go_the_same_way() {
    let world = World::new().with_groups(&[1], "eur").with_published(&[1, 2, 3]).with_connectors(&[1]);
    let named_first = transaction(&[add_application(2, 1), reassign(&json!({"in": group(0)}), 1)]);
    let impact: Impact = world.tenant.impact(&serde_json::from_value(named_first).unwrap()).unwrap();
    let ids = |ids: Vec<connector_groups::ApplicationId>| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(ids(impact.become_unavailable().collect()), [1, 2, 3].map(application));
    assert_eq!(impact.flows().map(Flow::applications_count).collect::<Vec<_>>(), [3]);
    assert!(format!("{impact:?}").starts_with("Impact { connector_groups: [ConnectorGroupChange { "));
    let mut moved = world;
    moved.accepts(reassign(&json!({"all": true}), 1));
    let back = moved.tenant.impact(&serde_json::from_value(add_application(3, 0)).unwrap()).unwrap();
    assert_eq!(ids(back.become_better().collect()), [application(3)]);
}

#[test]
fn an_impact_says_nothing_of_a_group_that_is_not_there() {
    let world = World::new().with_groups(&[1], "eur");
    let impact = world.tenant.impact(&serde_json::from_value(delete_group(1)).unwrap()).unwrap();
    let known = |number: u32| impact.connector_group(group(number).parse().unwrap());
    assert!(known(1).is_some_and(|change| change.id().to_string() == group(1) && change.after.is_none()));
    assert!(known(0).is_some_and(|change| change.before == change.after));
    assert!(known(7).is_none());
}

#[test]
fn an_impact_is_told_in_words() {
    let world = World::new().with_groups(&[1], "eur").with_published(&[1, 2]).with_connectors(&[1, 2]);
    let words = |command: Value| {
        let command: Command = serde_json::from_value(command).unwrap();
        world.tenant.impact(&command).unwrap().to_string().lines().next().unwrap().to_string()
    };
    assert_eq!(words(rename(1, "One")), "no application is served otherwise");
    assert_eq!(words(add_application(1, 1)), "1 application becomes unavailable");
    assert_eq!(words(reassign(&json!({"all": true}), 1)), "2 applications become unavailable");
    let (unserved, at_risk) = (add_application(1, 1), add_connector(1, 1));
    let both = transaction(&[unserved, at_risk, report(1, "inactive")]);
    assert_eq!(words(both), "1 application becomes unavailable, 1 application becomes at risk");
    assert_eq!(Availability::AtRisk.to_string(), "at risk");
}

#[test]
fn what_is_asked_and_what_happens_are_told_in_words() {
    let mut directory = Directory::default();
    let mut words = |command: Value| {
        let command: DirectoryCommand = serde_json::from_value(command).unwrap();
        let events = directory.apply(&command).unwrap();
        (command.to_string(), events[0].to_string())
    };
    let made = (
        format!("create tenant {TENANT} in region \"eur\""),
        format!("tenant {TENANT} was created with default region eur"),
    );
    assert_eq!(words(create_tenant(&json!({}))), made);
    let mut rename = rename(0, "Main");
    rename["tenant"] = json!(TENANT);
    let renamed = (
        format!("tenant {TENANT}: update connector group {}, name \"Main\"", group(0)),
        format!("tenant {TENANT}: connector group {} was renamed from \"Default\" to \"Main\"", group(0)),
    );
    assert_eq!(words(rename), renamed);
}
