//! What the sources leave open and the engine decides, and the shapes of tenants' events.

use connector_groups::{Directory, DirectoryCommand, directory::DirectoryEvent};
use serde_json::{Value, json};

use crate::world::*;

#[test]
fn c1_reporting_what_is_known_changes_nothing_and_the_ten_days_do_not_start_again() {
    let mut world = World::new().with_connectors(&[1]);
    world.ignores(report(1, "active"));
    world.ignores(json!({"command": "reportConnector", "id": connector(1)}));
    world.accepts(report(1, "inactive"));
    world.accepts(advance("2026-03-11T08:00:00Z"));
    world.ignores(report(1, "inactive"));
    world.accepts(advance("2026-03-12T08:00:00Z"));
    assert_eq!(world.tenant.connectors_count(), 0);
}

#[test]
fn c2_a_report_tells_the_changed_properties_only() {
    let mut world = World::new().with_connectors(&[1]);
    let command = json!({"command": "reportConnector", "id": connector(1), "status": "active",
        "externalIp": "198.51.100.7", "version": "1.5.4287.0"});
    let reported = json!([{"event": "connectorReported", "id": connector(1), "from": {"externalIp": "192.0.2.1"},
        "to": {"externalIp": "198.51.100.7"}}]);
    assert_eq!(world.accepts(command), reported);
    world.accepts(report(1, "inactive"));
    let back = json!([{"event": "connectorReported", "id": connector(1),
        "from": {"status": "inactive", "inactiveSince": START}, "to": {"status": "active"}}]);
    assert_eq!(world.accepts(report(1, "active")), back);
    assert!(world.find("connectors", &connector(1)).get("inactiveSince").is_none());
}

#[test]
fn c3_a_rename_comes_before_a_change_of_region() {
    let mut world = World::new();
    let both = json!({"command": "updateConnectorGroup", "id": group(0), "name": "New", "region": "nam"});
    let events = world.accepts(both);
    assert_eq!(events[0]["event"], "connectorGroupRenamed");
    assert_eq!(events[1]["event"], "connectorGroupRegionChanged");
    world.ignores(json!({"command": "updateConnectorGroup", "id": group(0), "name": null, "region": null}));
}

#[test]
fn c4_a_url_that_changes_in_case_only_is_a_change() {
    let mut world = World::new().with_published(&[1]);
    let events = world.accepts(publish(1, &json!({"internalUrl": "https://APP1.contoso.local/"})));
    assert_eq!(events[0]["to"]["internalUrl"], "https://APP1.contoso.local/");
}

#[test]
fn c5_a_thing_made_again_goes_to_the_end_and_one_that_moves_keeps_its_place() {
    let mut world = World::new().with_groups(&[1], "eur").with_published(&[1, 2, 3]);
    world.accepts(add_application(2, 1));
    assert_eq!(world.ids("applications"), [application(1), application(2), application(3)]);
    world.accepts(delete_application(1));
    world.accepts(create_application(1));
    assert_eq!(world.ids("applications"), [application(2), application(3), application(1)]);
}

#[test]
fn c6_names_may_be_empty_where_graph_does_not_require_them() {
    let mut world = World::new();
    world.accepts(json!({"command": "createApplication", "id": application(1), "appId": app_id(1), "displayName": ""}));
    world.accepts(json!({"command": "registerConnector", "id": connector(1), "machineName": "", "externalIp": "",
        "version": ""}));
}

fn apply(directory: &mut Directory, command: Value) -> Result<Value, Value> {
    let command: DirectoryCommand = serde_json::from_value(command).unwrap();
    let before = directory.clone();
    match directory.apply(&command) {
        Ok(events) => {
            let text = serde_json::to_string(&events).unwrap();
            let read: Vec<DirectoryEvent> = serde_json::from_str(&text).unwrap();
            let mut copy = before.clone();
            copy.evolve(&read);
            assert_eq!(&copy, directory);
            copy.undo(&read);
            assert_eq!(copy, before);
            Ok(serde_json::to_value(events).unwrap())
        }
        Err(refusal) => {
            assert_eq!(directory, &before);
            Err(serde_json::to_value(refusal).unwrap())
        }
    }
}

#[test]
fn c7_tenants_come_and_go_with_their_place() {
    let mut directory = Directory::default();
    let with = |number: u32, property: &str, value: Value| {
        let mut command = create_tenant(&json!({"uniqueNames": true}));
        command["id"] = json!(format!("7e000000-0000-4000-8000-{number:012}"));
        command[property] = value;
        command
    };
    let rules = json!({"uniqueNames": true, "regionalConnectorMoves": false});
    let default = json!({"id": group(0), "name": "Default", "connectorGroupType": "applicationProxy", "isDefault": true,
        "region": "nam"});
    let created = json!([{"event": "tenantCreated", "id": TENANT, "defaultRegion": "nam", "now": START, "rules": rules,
        "defaultConnectorGroup": default}]);
    assert_eq!(apply(&mut directory, with(1, "defaultRegion", json!("NAM"))), Ok(created));
    for number in [2, 3] {
        apply(&mut directory, with(number, "rules", Value::Null)).unwrap();
    }
    let delete =
        |number: u32| json!({"command": "deleteTenant", "id": format!("7e000000-0000-4000-8000-{number:012}")});
    let events = apply(&mut directory, delete(2)).unwrap();
    assert_eq!((&events[0]["event"], &events[0]["place"]), (&json!("tenantDeleted"), &json!(1)));
    assert_eq!(events[0]["connectorGroups"].as_array().map(Vec::len), Some(1), "the whole tenant");
    let missing = json!({"code": "tenantNotFound", "id": "7e000000-0000-4000-8000-000000000002"});
    assert_eq!(apply(&mut directory, delete(2)), Err(missing));
    let taken = json!({"code": "alreadyExists", "kind": "tenant", "id": TENANT});
    assert_eq!(apply(&mut directory, with(1, "rules", Value::Null)), Err(taken));
    let invalid = json!({"code": "invalidRegion", "region": ""});
    assert_eq!(apply(&mut directory, with(1, "defaultRegion", json!(""))), Err(invalid));
    let nameless = json!({"id": group(0), "name": "\t"});
    assert_eq!(
        apply(&mut directory, with(1, "defaultConnectorGroup", nameless.clone())),
        Err(json!({"code": "blankName"}))
    );
    let mut both = with(1, "defaultConnectorGroup", nameless);
    both["defaultRegion"] = json!("");
    assert_eq!(apply(&mut directory, both), Err(json!({"code": "invalidRegion", "region": ""})), "the region first");
    apply(&mut directory, with(2, "rules", Value::Null)).unwrap();
    let ids: Vec<_> = directory.tenants().map(|tenant| tenant.id().as_u128() & 0xf).collect();
    assert_eq!(ids, [1, 3, 2]);
}

#[test]
fn c8_an_event_of_a_directory_names_its_tenant_beside_its_own_fields() {
    let mut directory = Directory::default();
    apply(&mut directory, create_tenant(&json!({}))).unwrap();
    let mut command = advance("2026-03-03T00:00:00Z");
    command["tenant"] = json!(TENANT);
    let events = apply(&mut directory, command).unwrap();
    let advanced = json!([{"tenant": TENANT, "event": "clockAdvanced", "from": START, "to": "2026-03-03T00:00:00Z"}]);
    assert_eq!(events, advanced);
}
