//! Connector groups.

use serde_json::json;

use crate::world::*;

#[test]
fn i1_r1_one_default_group_and_no_command_makes_another() {
    let mut world = World::new().with_groups(&[1], "eur").with_sync_fabric();
    assert!(world.tenant.default_connector_group().is_default());
    assert_eq!(world.tenant.connector_groups().filter(|group| group.is_default()).count(), 1);
    let created = world.accepts(create_group(2, "eur"));
    assert_eq!(created[0]["isDefault"], false);
    assert_eq!(created[0]["connectorGroupType"], "applicationProxy");
}

#[test]
fn r2_t3_default_and_type_are_nobodys_to_set() {
    for property in ["isDefault", "connectorGroupType"] {
        let mut command = rename(0, "x");
        command[property] = json!("applicationProxy");
        let error = serde_json::from_value::<connector_groups::Command>(command).unwrap_err().to_string();
        assert!(error.contains(&format!("unknown field `{property}`")), "{error}");
    }
}

#[test]
fn r3_the_default_group_is_called_default_unless_the_caller_says_otherwise() {
    assert_eq!(World::new().tenant.default_connector_group().name().as_str(), "Default");
    let mut command = create_tenant(&json!({}));
    command["defaultConnectorGroup"]["name"] = json!("Pool");
    let mut directory = connector_groups::Directory::default();
    directory.apply(&serde_json::from_value(command).unwrap()).unwrap();
    assert_eq!(directory.tenants().next().unwrap().default_connector_group().name().as_str(), "Pool");
}

#[test]
fn r4_the_default_group_cannot_be_deleted() {
    let mut world = World::new().with_groups(&[1], "eur");
    world.refuses(delete_group(0), &json!({"code": "groupIsDefault", "connectorGroup": group(0)}));
    world.accepts(delete_group(1));
}

#[test]
fn r5_the_default_group_can_be_renamed_and_stays_the_default() {
    let mut world = World::new();
    let events = world.accepts(rename(0, "Idle"));
    assert_eq!(events, json!([{"event": "connectorGroupRenamed", "id": group(0), "from": "Default", "to": "Idle"}]));
    assert!(world.tenant.default_connector_group().is_default());
}

#[test]
fn r6_the_region_of_the_default_group_follows_the_same_rule() {
    let mut world = World::new();
    world.accepts(set_region(0, "nam"));
    assert_eq!(world.tenant.default_region().as_str(), "eur", "the tenant's default region is its own");
    world.accepts(register(1));
    let locked = json!({"code": "regionLocked", "connectorGroup": group(0), "connectors": 1, "applications": 0});
    world.refuses(set_region(0, "eur"), &locked);
}

#[test]
fn r7_a_new_tenant_has_its_default_group_before_any_connector() {
    let world = World::new();
    assert_eq!(world.ids("connectorGroups"), [group(0)]);
    assert_eq!(world.tenant.connectors_count(), 0);
}

#[test]
fn r30_t1_a_region_changes_only_while_the_group_is_empty() {
    let mut world = World::new().with_groups(&[1], "asia").with_connectors(&[7]).with_published(&[3]);
    let locked = |connectors: u32, applications: u32| json!({"code": "regionLocked", "connectorGroup": group(1), "connectors": connectors, "applications": applications});
    world.accepts(add_connector(7, 1));
    world.refuses(set_region(1, "aus"), &locked(1, 0));
    world.accepts(add_application(3, 1));
    world.refuses(set_region(1, "aus"), &locked(1, 1));
    world.accepts(remove_connector(7));
    world.refuses(set_region(1, "aus"), &locked(0, 1));
    world.accepts(remove_application(3));
    let events = world.accepts(set_region(1, "AUS"));
    assert_eq!(events, json!([{"event": "connectorGroupRegionChanged", "id": group(1), "from": "asia", "to": "aus"}]));
}

#[test]
fn r31_the_same_region_is_accepted_in_a_populated_group_and_changes_nothing() {
    let mut world = World::new().with_connectors(&[1]);
    world.ignores(set_region(0, "EUR"));
    world.accepts(json!({"command": "updateConnectorGroup", "id": group(0), "name": "New", "region": "eur"}));
}

#[test]
fn r32_a_group_without_a_region_takes_the_tenants_default() {
    let mut world = World::new();
    world.accepts(json!({"command": "createConnectorGroup", "id": group(1), "name": "One"}));
    world.accepts(json!({"command": "createConnectorGroup", "id": group(2), "name": "Two", "region": null}));
    for number in [1, 2] {
        assert_eq!(world.find("connectorGroups", &group(number))["region"], "eur");
    }
}

#[test]
fn r33_a_new_group_takes_any_region_in_any_case_but_the_sentinel() {
    let mut world = World::new();
    for (number, region) in (1..).zip(["nam", "EUR", "Japan", "unheard of"]) {
        let events = world.accepts(create_group(number, region));
        assert_eq!(events[0]["region"], region.to_lowercase());
    }
    for region in ["", "unknownFutureValue", "UNKNOWNFUTUREVALUE"] {
        let invalid = json!({"code": "invalidRegion", "region": region});
        world.refuses(create_group(8, region), &invalid);
        world.refuses(set_region(1, region), &invalid);
    }
}

#[test]
fn r36_a_populated_groups_region_changes_through_a_temporary_group() {
    let mut world = World::new().with_groups(&[1], "eur").with_connectors(&[1, 2]).with_published(&[1]);
    world.accepts(move_connectors(&json!({"all": true}), 1));
    world.accepts(reassign(&json!({"all": true}), 1));
    world.accepts(create_group(2, "nam"));
    world.accepts(reassign(&json!({"in": group(1)}), 2));
    world.accepts(move_connectors(&json!({"in": group(1)}), 2));
    world.accepts(set_region(1, "nam"));
    world.accepts(move_connectors(&json!({"in": group(2)}), 1));
    world.accepts(reassign(&json!({"in": group(2)}), 1));
    world.accepts(delete_group(2));
}

#[test]
fn r40_r41_t2_only_an_empty_group_is_deleted_and_nothing_cascades() {
    let mut world = World::new().with_groups(&[1, 2, 3], "eur").with_connectors(&[1]).with_published(&[1]);
    let occupied = |connectors: u32, applications: u32| json!({"code": "groupNotEmpty", "connectorGroup": group(2), "connectors": connectors, "applications": applications});
    world.accepts(add_connector(1, 2));
    world.refuses(delete_group(2), &occupied(1, 0));
    world.accepts(add_application(1, 2));
    world.refuses(delete_group(2), &occupied(1, 1));
    world.accepts(remove_connector(1));
    world.refuses(delete_group(2), &occupied(0, 1));
    world.accepts(remove_application(1));
    let events = world.accepts(delete_group(2));
    let gone = json!([{"event": "connectorGroupDeleted", "place": 2, "id": group(2), "name": "Group 2",
        "connectorGroupType": "applicationProxy", "isDefault": false, "region": "eur"}]);
    assert_eq!(events, gone);
    assert_eq!(world.ids("connectorGroups"), [group(0), group(1), group(3)]);
    world.accepts(create_group(2, "eur"));
    assert_eq!(world.ids("connectorGroups"), [group(0), group(1), group(3), group(2)], "made again, at the end");
}

#[test]
fn r42_an_unknown_group_is_not_found() {
    let mut world = World::new();
    for command in [delete_group(5), rename(5, "x"), set_region(5, "nam")] {
        world.refuses(command, &group_not_found(5));
    }
}

#[test]
fn r45_i8_a_name_is_not_blank() {
    let mut world = World::new();
    for name in ["", " ", "\t\n", "\u{2003}\u{a0}"] {
        let blank = json!({"code": "blankName"});
        world.refuses(json!({"command": "createConnectorGroup", "id": group(1), "name": name}), &blank);
        world.refuses(rename(0, name), &blank);
        world.refuses(
            json!({"command": "provisionConnectorGroup", "id": group(1), "name": name, "connectorGroupType": "x"}),
            &blank,
        );
    }
    world.accepts(rename(0, " kept untrimmed "));
    assert_eq!(world.find("connectorGroups", &group(0))["name"], " kept untrimmed ");
}

#[test]
fn r46_i8_names_are_unique_only_under_the_switch() {
    let twin = |number: u32| json!({"command": "createConnectorGroup", "id": group(number), "name": " STRASSE ß "});
    let mut world = World::new();
    world.accepts(twin(1));
    world.accepts(twin(2));

    let mut world = World::with_rules(&json!({"uniqueNames": true})).with_sync_fabric();
    world.accepts(twin(1));
    let taken = json!({"code": "duplicateName", "connectorGroup": group(1)});
    for name in [" STRASSE ß ", "strasse ß", "\u{2003}Strasse ß"] {
        world.refuses(json!({"command": "createConnectorGroup", "id": group(2), "name": name}), &taken);
        world.refuses(rename(0, name), &taken);
    }
    world.accepts(rename(1, "strasse ß"));
    world.ignores(rename(1, "strasse ß"));
    world.accepts(json!({"command": "createConnectorGroup", "id": group(2), "name": "Sync"}));
    world.accepts(
        json!({"command": "provisionConnectorGroup", "id": group(3), "name": "Sync", "connectorGroupType": "x"}),
    );
    world.accepts(rename(1, "free again"));
    world.accepts(twin(4));
}

#[test]
fn r48_a_service_group_stands_in_the_same_list_and_is_never_the_default() {
    let mut world = World::new();
    let provision = |number: u32, of: &str| {
        json!({"command": "provisionConnectorGroup", "id": group(number), "name": "Sync", "connectorGroupType": of,
            "region": "Japan"})
    };
    let events = world.accepts(provision(9, "syncFabric"));
    let created = json!([{"event": "connectorGroupCreated", "id": group(9), "name": "Sync", "isDefault": false,
        "connectorGroupType": "syncFabric", "region": "japan"}]);
    assert_eq!(events, created);
    world.accepts(provision(8, "what is yet to come"));
    assert_eq!(world.find("connectorGroups", &group(8))["connectorGroupType"], "what is yet to come");
    let invalid = serde_json::from_value::<connector_groups::Command>(provision(7, "applicationProxy"));
    assert!(invalid.unwrap_err().to_string().contains("a type other than applicationProxy"));
}

#[test]
fn r49_t5_a_service_group_is_read_only() {
    let mut world = World::new().with_sync_fabric().with_connectors(&[1]).with_published(&[1]);
    let moving = [
        rename(9, "x"),
        rename(9, "Sync"),
        set_region(9, "nam"),
        json!({"command": "updateConnectorGroup", "id": group(9)}),
        delete_group(9),
        add_connector(1, 9),
        add_application(1, 9),
        reassign(&json!({"all": true}), 9),
        move_connectors(&json!({"ids": []}), 9),
    ];
    for command in moving {
        world.refuses(command, &read_only(9));
    }
}
