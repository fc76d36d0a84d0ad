//! Several checks fail at once, and the first in the order of precedence is the answer.

use serde_json::{Value, json};

use crate::world::*;

fn code(code: &str, fields: Value) -> Value {
    let mut refusal = fields;
    refusal["code"] = json!(code);
    refusal
}

#[test]
fn fields_come_before_ids_and_among_themselves_in_their_order() {
    let mut world = World::new().with_published(&[1]);
    let blank = json!({"code": "blankName"});
    let create = |name: &str, region: &str| json!({"command": "createConnectorGroup", "id": group(0), "name": name, "region": region});
    world.refuses(create(" ", ""), &blank);
    world.refuses(create("x", ""), &code("invalidRegion", json!({"region": ""})));
    world.refuses(create("x", "eur"), &code("alreadyExists", json!({"kind": "connectorGroup", "id": group(0)})));
    let update = |name: &str, region: &str| json!({"command": "updateConnectorGroup", "id": group(5), "name": name, "region": region});
    world.refuses(update("", ""), &blank);
    world.refuses(update("x", ""), &code("invalidRegion", json!({"region": ""})));
    world.refuses(update("x", "eur"), &group_not_found(5));

    let mut publishing = json!({"internalUrl": "x", "externalUrl": "x", "isOnPremPublishingEnabled": false,
        "verifiedCustomDomainCertificatesMetadata": {}});
    let order = [
        ("internalUrl", "invalidUrl"),
        ("externalUrl", "invalidUrl"),
        ("isOnPremPublishingEnabled", "readOnlyProperty"),
        ("verifiedCustomDomainCertificatesMetadata", "readOnlyProperty"),
    ];
    for (property, refusal) in order {
        world.refuses(publish(5, &publishing), &code(refusal, json!({"property": property})));
        publishing[property] = Value::Null;
    }
    world.refuses(publish(5, &publishing), &application_not_found(5));
}

#[test]
fn ids_are_looked_for_in_the_order_of_the_fields() {
    let mut world = World::new().with_sync_fabric().with_connectors(&[1]).with_published(&[1]);
    world.refuses(add_connector(5, 5), &connector_not_found(5));
    world.refuses(add_connector(1, 5), &group_not_found(5));
    world.refuses(add_connector(5, 9), &connector_not_found(5));
    world.refuses(add_application(5, 5), &application_not_found(5));
    world.refuses(add_application(1, 5), &group_not_found(5));
    let taken = |id: String| code("alreadyExists", json!({"kind": "application", "id": id}));
    world.refuses(create_application(1), &taken(application(1)));
    let app_id_taken =
        json!({"command": "createApplication", "id": application(5), "appId": app_id(1), "displayName": ""});
    world.refuses(app_id_taken, &taken(app_id(1)));
}

#[test]
fn the_state_is_judged_in_its_order() {
    let mut world = World::with_rules(&json!({"uniqueNames": true, "regionalConnectorMoves": true}));
    world = world.with_sync_fabric().with_groups(&[1, 2], "nam").with_connectors(&[1, 2]).with_published(&[1, 2]);
    world.accepts(create_application(3));
    world.accepts(add_connector(1, 1));
    // groupReadOnly before all.
    let update = |number: u32| json!({"command": "updateConnectorGroup", "id": group(number), "name": "Group 2", "region": "aus"});
    world.refuses(update(9), &read_only(9));
    world.refuses(add_application(3, 9), &read_only(9));
    world.refuses(add_connector(1, 9), &read_only(9));
    // duplicateName before regionLocked.
    world.refuses(update(1), &code("duplicateName", json!({"connectorGroup": group(2)})));
    let locked = json!({"connectorGroup": group(1), "connectors": 1, "applications": 0});
    world.refuses(set_region(1, "aus"), &code("regionLocked", locked));
    // groupIsDefault before groupNotEmpty: the default group holds a connector and two applications.
    world.refuses(delete_group(0), &code("groupIsDefault", json!({"connectorGroup": group(0)})));
    // applicationNotPublished before alreadyInDefault.
    world.refuses(remove_application(3), &code("applicationNotPublished", json!({"id": application(3)})));
    // internalUrl before externalUrl.
    let both = json!({"internalUrl": "https://app1.contoso.local/", "externalUrl": "https://app2.contoso.com/"});
    let in_use = json!({"property": "internalUrl", "application": application(1)});
    world.refuses(publish(3, &both), &code("urlInUse", in_use));
}

#[test]
fn a_bulk_command_looks_at_its_list_its_target_its_selection_and_then_its_entries() {
    let mut world = World::new().with_sync_fabric().with_published(&[1]).with_connectors(&[1]);
    let twice = json!({"ids": [application(5), application(5)]});
    world.refuses(reassign(&twice, 5), &code("duplicateReference", json!({"id": application(5)})));
    world.refuses(reassign(&json!({"inRegion": ""}), 5), &code("invalidRegion", json!({"region": ""})));
    world.refuses(reassign(&json!({"in": group(6)}), 5), &group_not_found(5));
    world.refuses(reassign(&json!({"in": group(6)}), 9), &read_only(9));
    world.refuses(reassign(&json!({"in": group(6)}), 0), &group_not_found(6));
    world.refuses(reassign(&json!({"ids": [application(5)]}), 5), &group_not_found(5));
    world.refuses(
        move_connectors(&json!({"inRegion": "unknownFutureValue"}), 5),
        &code("invalidRegion", json!({"region": "unknownFutureValue"})),
    );
    world.refuses(move_connectors(&json!({"in": group(6)}), 9), &read_only(9));
    world.refuses(move_connectors(&json!({"in": group(6)}), 0), &group_not_found(6));
    world.refuses(move_connectors(&json!({"ids": [connector(5)]}), 5), &group_not_found(5));
    let nested = transaction(&[delete_group(0), transaction(&[])]);
    world.refuses(nested, &json!({"code": "nestedTransaction"}));
}
