//! What sets two states apart, in words and as commands.

use connector_groups::diff::{Diff, diff};
use serde_json::{Value, json};

use crate::world::*;

fn between(from: &World, to: &World) -> Diff {
    diff(&from.tenant, &to.tenant)
}

/// The same tenant, to go on from.
fn copy(world: &World) -> World {
    World { tenant: world.tenant.clone() }
}

/// The commands, each accepted and doing something, and what they leave, as JSON.
fn commands(from: &World, to: &World) -> (Vec<Value>, Value) {
    let done = between(from, to).commands();
    let mut led = copy(from);
    for command in &done.commands {
        assert_ne!(led.accepts(serde_json::to_value(command).unwrap()), json!([]), "{command:?}");
    }
    if done.leftovers.is_empty() {
        assert_eq!(led.tenant, to.tenant);
    }
    let names = done.commands.iter().map(|command| json!(command.name())).collect();
    (names, serde_json::to_value(done.leftovers).unwrap())
}

#[test]
fn a_report_has_a_line_for_each_difference() {
    let from = World::new().with_groups(&[1, 2], "eur").with_connectors(&[1, 2]).with_published(&[1, 2, 3]);
    let mut to = copy(&from);
    to.accepts(json!({"command": "createConnectorGroup", "id": group(3), "name": "a\"b\n\u{202e}", "region": "asia"}));
    to.accepts(json!({"command": "updateConnectorGroup", "id": group(1), "name": "One", "region": "nam"}));
    to.accepts(delete_group(2));
    to.accepts(register(3));
    to.accepts(add_connector(1, 1));
    to.accepts(report(2, "inactive"));
    to.accepts(create_application(4));
    to.accepts(add_application(1, 3));
    to.accepts(publish(1, &json!({"internalUrl": "https://new.contoso.local/", "applicationServerTimeout": "Long"})));
    to.accepts(unpublish(2));
    to.accepts(delete_application(3));
    to.accepts(advance("2026-03-02T09:00:00Z"));
    let expected = format!(
        "~ tenant {TENANT}: now 2026-03-02T08:00:00Z → 2026-03-02T09:00:00Z\n\
         ~ connector group \"Group 1\" {}: name \"Group 1\" → \"One\", region \"eur\" → \"nam\"\n\
         - connector group \"Group 2\" {}\n\
         + connector group \"a\\\"b\\n\\u{{202e}}\" {}: \"applicationProxy\", region \"asia\"\n\
         ~ connector \"host1.contoso.local\" {}: moved \"Default\" → \"One\"\n\
         ~ connector \"host2.contoso.local\" {}: status \"active\" → \"inactive\"\n\
         + connector \"host3.contoso.local\" {}: active, in \"Default\"\n\
         ~ application \"App 1\" {}: moved \"Default\" → \"a\\\"b\\n\\u{{202e}}\", \
         internalUrl Some(\"https://app1.contoso.local/\") → Some(\"https://new.contoso.local/\"), \
         applicationServerTimeout changed\n\
         ~ application \"App 2\" {}: unpublished from \"Default\"\n\
         - application \"App 3\" {}\n\
         + application \"App 4\" {}: not published\n",
        group(1),
        group(2),
        group(3),
        connector(1),
        connector(2),
        connector(3),
        application(1),
        application(2),
        application(3),
        application(4)
    );
    assert_eq!(between(&from, &to).to_string(), expected);
    let (back, _) = commands(&to, &from);
    assert_eq!(
        back,
        [
            "deleteApplication",
            "createConnectorGroup",
            "createApplication",
            "publishApplication",
            "publishApplication",
            "publishApplication",
            "moveConnectors",
            "reassignApplications",
            "updateConnectorGroup",
            "deleteConnectorGroup",
            "updateConnectorGroup"
        ]
    );
}

#[test]
fn what_no_administrator_can_do_is_left() {
    let from = World::new().with_connectors(&[1, 2]);
    let mut to = World::new().with_connectors(&[2, 3]).with_sync_fabric();
    to.accepts(report(2, "inactive"));
    to.accepts(advance("2026-03-02T09:00:00Z"));
    let left = json!([
        {"leftover": "tenant"},
        {"leftover": "serviceGroup", "connectorGroup": group(9)},
        {"leftover": "connectorRemoved", "connector": connector(1)},
        {"leftover": "connectorReported", "connector": connector(2)},
        {"leftover": "connectorAdded", "connector": connector(3)},
    ]);
    assert_eq!(commands(&from, &to), (vec![], left));
}

#[test]
fn a_region_is_changed_while_its_group_is_empty_or_left_to_a_planner() {
    let from = World::new().with_groups(&[1, 2], "eur").with_connectors(&[1, 2]);
    let mut to = copy(&from);
    for number in [1, 2] {
        to.accepts(set_region(number, "nam"));
        to.accepts(add_connector(number, number));
    }
    let both = ["updateConnectorGroup", "updateConnectorGroup", "moveConnectors", "moveConnectors"];
    assert_eq!(commands(&from, &to), (both.map(|name| json!(name)).to_vec(), json!([])));
    // Back again the groups are not empty, until their connectors have left.
    let back = ["moveConnectors", "updateConnectorGroup", "updateConnectorGroup"];
    assert_eq!(commands(&to, &from), (back.map(|name| json!(name)).to_vec(), json!([])));
    // One leaves, the region changes, another enters: in this order.
    let mut changed = copy(&to);
    changed.accepts(remove_connector(1));
    changed.accepts(set_region(1, "aus"));
    changed.accepts(add_connector(2, 1));
    let three = ["moveConnectors", "updateConnectorGroup", "moveConnectors"];
    assert_eq!(commands(&to, &changed), (three.map(|name| json!(name)).to_vec(), json!([])));
    // Two groups whose connectors change places wait for each other; and one whose connector stays waits for ever.
    let mut swapped = copy(&to);
    swapped.accepts(move_connectors(&json!({"all": true}), 0));
    for number in [1, 2] {
        swapped.accepts(set_region(number, "aus"));
    }
    for number in [1, 2] {
        swapped.accepts(add_connector(number, 3 - number));
    }
    let locked = |number: u32| json!({"leftover": "regionLocked", "connectorGroup": group(number)});
    let moves = vec![json!("moveConnectors"), json!("moveConnectors")];
    assert_eq!(commands(&to, &swapped), (moves, json!([locked(1), locked(2)])));
}

#[test]
fn a_connector_goes_by_way_of_the_default_group() {
    let switch = json!({"regionalConnectorMoves": true});
    let mut from = World::with_rules(&switch).with_groups(&[1, 2], "nam").with_connectors(&[1, 2]);
    from.accepts(add_connector(1, 1));
    let mut to = copy(&from);
    to.accepts(remove_connector(1));
    to.accepts(move_connectors(&json!({"all": true}), 2));
    assert_eq!(commands(&from, &to), (vec![json!("moveConnectors"); 3], json!([])));
}

#[test]
fn names_that_are_exchanged_take_a_third_one() {
    let unique = json!({"uniqueNames": true});
    let from = World::with_rules(&unique).with_groups(&[1, 2], "eur");
    let mut to = copy(&from);
    for (number, name) in [(1, "x"), (2, "Group 1"), (1, "Group 2")] {
        to.accepts(rename(number, name));
    }
    assert_eq!(commands(&from, &to), (vec![json!("updateConnectorGroup"); 3], json!([])));
    // A new group with the name of one that goes.
    let mut to = copy(&from);
    to.accepts(delete_group(1));
    to.accepts(json!({"command": "createConnectorGroup", "id": group(3), "name": "Group 1", "region": "eur"}));
    let names = ["createConnectorGroup", "deleteConnectorGroup", "updateConnectorGroup"].map(|name| json!(name));
    assert_eq!(commands(&from, &to), (names.to_vec(), json!([])));
}

#[test]
fn who_waits_for_a_name_that_stays_keeps_its_own_and_others_do_not_wait_for_it() {
    let unique = json!({"uniqueNames": true});
    let from = World::with_rules(&unique).with_groups(&[1, 2, 3, 9], "eur");
    let mut to = World::with_rules(&unique).with_groups(&[1, 2, 3], "eur").with_sync_fabric();
    // Group 1 wants the name of a group that is of another type there, so that it stays as it is; 2 and 3 exchange theirs.
    for (number, name) in [(1, "Group 9"), (3, "x"), (2, "Group 3"), (3, "Group 2")] {
        to.accepts(rename(number, name));
    }
    let done = between(&from, &to).commands();
    let renamed = |command: &Value| (command["id"].clone(), command["name"].clone());
    let names: Vec<_> = done.commands.iter().map(|command| renamed(&json!(command))).collect();
    let expected = [(2, &*group(2)), (3, "Group 2"), (2, "Group 3")];
    assert_eq!(names, expected.map(|(number, name)| (json!(group(number)), json!(name))));
    let left: Vec<_> = done.leftovers.iter().map(|leftover| json!(leftover)).collect();
    assert_eq!(left[0], json!({"leftover": "serviceGroup", "connectorGroup": group(9)}));
    assert_eq!(renamed(&left[1]["command"]), (json!(group(1)), json!("Group 9")));
    assert_eq!(left.len(), 2);
}

#[test]
fn a_chain_of_names_is_undone_from_its_end() {
    let from = World::with_rules(&json!({"uniqueNames": true})).with_groups(&[1, 2, 3], "eur");
    let mut to = copy(&from);
    for (number, name) in [(3, "Three"), (2, "Group 3"), (1, "Group 2")] {
        to.accepts(rename(number, name));
    }
    assert_eq!(commands(&from, &to), (vec![json!("updateConnectorGroup"); 3], json!([])));
}

#[test]
fn urls_that_are_exchanged_are_given_up_first() {
    let from = World::new().with_published(&[1, 2]);
    let mut to = copy(&from);
    let urls = |number: u32| {
        json!({"internalUrl": format!("https://app{number}.contoso.local/"),
            "externalUrl": format!("https://app{number}.contoso.com/")})
    };
    to.accepts(publish(1, &json!({"internalUrl": null, "externalUrl": null})));
    to.accepts(publish(2, &urls(1)));
    to.accepts(publish(1, &urls(2)));
    assert_eq!(commands(&from, &to), (vec![json!("publishApplication"); 3], json!([])));
    // An application without URLs has none to give up, though it waits: it is not published before it can be.
    let mut from = World::new();
    from.accepts(create_application(1));
    let from = from.with_published(&[2, 3]);
    let mut to = copy(&from);
    let external = |number: u32| json!({"externalUrl": format!("https://app{number}.contoso.com/")});
    to.accepts(publish(2, &json!({"internalUrl": "https://two.contoso.local/", "externalUrl": null})));
    to.accepts(publish(1, &json!({"internalUrl": "https://app2.contoso.local/"})));
    to.accepts(publish(3, &external(2)));
    to.accepts(publish(2, &external(3)));
    assert_eq!(commands(&from, &to), (vec![json!("publishApplication"); 4], json!([])));
}

#[test]
fn a_type_is_published_at_once_or_after_what_is_null_under_another_type_alone() {
    let mut from = World::new();
    from.accepts(create_application(1));
    let mut to = copy(&from);
    to.accepts(publish(1, &json!({"applicationType": "quickaccessapp"})));
    assert_eq!(commands(&from, &to), (vec![json!("publishApplication")], json!([])));
    let mut to = copy(&from);
    to.accepts(publish(1, &json!({"internalUrl": null})));
    to.accepts(publish(1, &json!({"applicationType": "quickaccessapp"})));
    assert_eq!(commands(&from, &to), (vec![json!("publishApplication"); 2], json!([])));
}

#[test]
fn two_states_are_the_same_where_no_fact_differs() {
    let base = World::new().with_groups(&[1], "eur").with_connectors(&[1]).with_published(&[1]);
    assert!(between(&base, &copy(&base)).is_empty());
    let later = advance("2026-03-02T09:00:00Z");
    for command in [later, rename(1, "One"), report(1, "inactive"), unpublish(1)] {
        let mut other = copy(&base);
        other.accepts(command);
        assert!(!between(&base, &other).is_empty());
    }
}

#[test]
fn what_follows_from_what_is_given_up_takes_no_step_more() {
    let unique = json!({"uniqueNames": true});
    let from = World::with_rules(&unique).with_groups(&[1, 2], "eur").with_published(&[1, 2]);
    let mut to = copy(&from);
    to.accepts(rename(2, "Two"));
    to.accepts(rename(1, "Group 2"));
    assert_eq!(commands(&from, &to), (vec![json!("updateConnectorGroup"); 2], json!([])));
    let mut to = copy(&from);
    to.accepts(publish(2, &json!({"internalUrl": "https://two.contoso.local/"})));
    to.accepts(publish(1, &json!({"internalUrl": "https://app2.contoso.local/"})));
    assert_eq!(commands(&from, &to), (vec![json!("publishApplication"); 2], json!([])));
    // One of the two URLs is enough to wait for.
    let internal =
        |number: u32| json!({"internalUrl": format!("https://app{number}.contoso.local/"), "externalUrl": null});
    let (mut from, mut to) = (copy(&from), from);
    for (number, to_number) in [(1, 2), (2, 1)] {
        from.accepts(publish(number, &internal(number)));
        to.accepts(publish(number, &json!({"internalUrl": null, "externalUrl": null})));
        to.accepts(publish(number, &internal(to_number + 2)));
    }
    for (number, to_number) in [(1, 2), (2, 1)] {
        to.accepts(publish(number, &internal(to_number)));
    }
    assert_eq!(commands(&from, &to), (vec![json!("publishApplication"); 3], json!([])));
}

#[test]
fn an_id_that_means_another_thing_now_is_made_anew_or_left() {
    let mut from = World::new().with_groups(&[9], "nam");
    from.accepts(create_application(1));
    let mut to = World::new().with_sync_fabric();
    to.accepts(
        json!({"command": "createApplication", "id": application(1), "appId": app_id(2), "displayName": "App 1"}),
    );
    let made_anew = vec![json!("deleteApplication"), json!("createApplication")];
    let left = json!([{"leftover": "serviceGroup", "connectorGroup": group(9)}]);
    assert_eq!(commands(&from, &to), (made_anew, left));
}

#[test]
fn nothing_moves_that_stays_and_no_group_waits_that_keeps_its_region() {
    let mut from = World::new().with_groups(&[1], "eur").with_connectors(&[1, 2]);
    from.accepts(add_connector(2, 1));
    let mut to = copy(&from);
    to.accepts(report(1, "inactive"));
    to.accepts(remove_connector(2));
    let moves = between(&from, &to).commands().commands;
    let to_default = move_connectors(&json!({"ids": [connector(2)]}), 0);
    assert_eq!(moves.iter().map(|command| json!(command)).collect::<Vec<_>>(), [to_default]);
    let mut renamed = copy(&from);
    renamed.accepts(rename(1, "One"));
    assert_eq!(commands(&from, &renamed), (vec![json!("updateConnectorGroup")], json!([])));
}

#[test]
fn a_connector_that_goes_by_itself_makes_way_only_for_a_group_that_goes() {
    let mut from = World::new().with_groups(&[1], "eur").with_connectors(&[1]);
    from.accepts(add_connector(1, 1));
    let left = json!([{"leftover": "connectorRemoved", "connector": connector(1)}]);
    assert_eq!(commands(&from, &World::new().with_groups(&[1], "eur")), (vec![], left.clone()));
    let names = vec![json!("moveConnectors"), json!("deleteConnectorGroup")];
    assert_eq!(commands(&from, &World::new()), (names, left));
}

/// Attachments: each difference has its words and its command, though nothing else of the application differs.
#[test]
fn a_diff_tells_of_properties_service_principals_segments_and_the_profile() {
    let id = |kind: &str| format!("{kind}-0000-4000-8000-000000000001");
    let mut from = World::new().with_published(&[1, 2]);
    from.accepts(json!({"command": "createServicePrincipal", "id": id("5e000000"), "application": application(1)}));
    from.accepts(json!({"command": "addApplicationSegment", "id": id("56000000"), "application": application(2),
        "destinationHost": "10.0.0.1", "destinationType": "ip"}));
    let mut to = copy(&from);
    to.accepts(json!({"command": "updateApplicationSegment", "id": id("56000000"), "destinationHost": "10.0.0.2"}));
    let line = format!("~ application \"App 2\" {}: segment \"10.0.0.2\" changed\n", application(2));
    assert_eq!(between(&from, &to).to_string(), line);
    assert_eq!(
        commands(&from, &to),
        (vec![json!("removeApplicationSegment"), json!("addApplicationSegment")], json!([]))
    );
    // What stays is not told of, and a segment whose properties alone differ keeps its place.
    let mut described = copy(&from);
    for number in [1, 2] {
        described
            .accepts(json!({"command": "updateApplication", "id": application(number), "properties": {"notes": "n"}}));
    }
    let line = |number: u32| format!("~ application \"App {number}\" {}: \"notes\" changed\n", application(number));
    assert_eq!(between(&from, &described).to_string(), [line(1), line(2)].concat());
    let mut other = copy(&from);
    other.accepts(
        json!({"command": "updateApplicationSegment", "id": id("56000000"), "properties": {"action": "block"}}),
    );
    assert_eq!(commands(&from, &other), (vec![json!("updateApplicationSegment")], json!([])));
    to.accepts(json!({"command": "updateServicePrincipal", "id": id("5e000000"), "properties": {"tags": []}}));
    to.accepts(json!({"command": "updateApplication", "id": application(1), "properties": {"notes": "n"}}));
    to.accepts(json!({"command": "updateProfile", "properties": {"isDefaultAccessEnabled": true}}));
    let report = between(&from, &to).to_string();
    for words in ["\"isDefaultAccessEnabled\" changed", "\"notes\" changed, service principal changed"] {
        assert!(report.contains(words), "{report}");
    }
    let expected = [
        "updateProfile",
        "removeApplicationSegment",
        "updateApplication",
        "updateServicePrincipal",
        "addApplicationSegment",
    ];
    assert_eq!(commands(&from, &to), (expected.map(|name| json!(name)).to_vec(), json!([])));
}
