//! What few applications have: open properties, service principals, segments; and the tenant's profile (I4, I9, R-51, R-81).

use serde_json::{Value, json};

use crate::world::*;

fn service_principal(number: u32) -> String {
    format!("5e000000-0000-4000-8000-{number:012}")
}

fn segment(number: u32) -> String {
    format!("56000000-0000-4000-8000-{number:012}")
}

fn create_principal(number: u32, of: u32) -> Value {
    json!({"command": "createServicePrincipal", "id": service_principal(number), "application": application(of)})
}

fn delete_principal(number: u32) -> Value {
    json!({"command": "deleteServicePrincipal", "id": service_principal(number)})
}

/// A segment; `fields` are added to it, or take the place of its own.
fn add(number: u32, of: u32, fields: &Value) -> Value {
    let mut command = json!({"command": "addApplicationSegment", "id": segment(number), "application": application(of),
        "destinationHost": "10.0.0.1", "destinationType": "ip", "ports": ["443-443"]});
    fields.as_object().unwrap().iter().for_each(|(name, value)| command[name] = value.clone());
    command
}

fn change(number: u32, fields: &Value) -> Value {
    let mut command = json!({"command": "updateApplicationSegment", "id": segment(number)});
    fields.as_object().unwrap().iter().for_each(|(name, value)| command[name] = value.clone());
    command
}

fn remove(number: u32) -> Value {
    json!({"command": "removeApplicationSegment", "id": segment(number)})
}

fn in_use(number: u32, of: u32) -> Value {
    json!({"code": "segmentInUse", "segment": segment(number), "application": application(of)})
}

fn segments(world: &World, of: u32) -> Value {
    world.find("applications", &application(of))["applicationSegments"].clone()
}

#[test]
fn properties_of_an_application_are_kept_and_merged_by_member() {
    let mut world = World::new();
    let created = json!({"command": "createApplication", "id": application(1), "appId": app_id(1), "displayName": "App 1",
        "properties": {"tags": ["a"], "web": {"homePageUrl": "x"}, "gone": null}});
    let events = world.accepts(created);
    assert_eq!(events[0]["properties"], json!({"tags": ["a"], "web": {"homePageUrl": "x"}}));
    let update = |fields: Value| {
        let mut command = json!({"command": "updateApplication", "id": application(1)});
        fields.as_object().unwrap().iter().for_each(|(name, value)| command[name] = value.clone());
        command
    };
    world.ignores(update(json!({})));
    world.ignores(update(json!({"displayName": "App 1", "properties": {"tags": ["a"], "absent": null}})));
    world.ignores(update(json!({"displayName": null, "properties": null})));
    let events = world.accepts(update(json!({"displayName": "New", "properties": {"web": {}, "tags": null, "a": 1}})));
    assert_eq!(
        events,
        json!([{"event": "applicationRenamed", "id": application(1), "from": "App 1", "to": "New"},
            {"event": "applicationPropertiesUpdated", "id": application(1),
                "from": {"a": null, "tags": ["a"], "web": {"homePageUrl": "x"}}, "to": {"a": 1, "tags": null, "web": {}}}])
    );
    assert_eq!(world.find("applications", &application(1))["properties"], json!({"a": 1, "web": {}}));
    world.accepts(update(json!({"properties": {"a": null, "web": null}})));
    assert_eq!(world.find("applications", &application(1)).get("properties"), None, "absent while there are none");
}

#[test]
fn a_property_that_the_model_has_is_an_invalid_line_in_any_case() {
    let of_application = [
        "id",
        "appId",
        "displayName",
        "onPremisesPublishing",
        "connectorGroup",
        "servicePrincipal",
        "applicationSegments",
    ];
    let of_segment = ["id", "destinationHost", "destinationType", "protocol", "ports"];
    let is_read = |mut command: Value, name: &str, value: Value| {
        command["properties"] = json!({name: value});
        serde_json::from_value::<connector_groups::Command>(command).is_ok()
    };
    let profile = json!({"command": "updateProfile"});
    for (commands, reserved) in [
        (
            vec![
                create_application(1),
                json!({"command": "updateApplication", "id": application(1)}),
                create_principal(1, 1),
                json!({"command": "updateServicePrincipal", "id": service_principal(1)}),
            ],
            &of_application[..],
        ),
        (vec![add(1, 1, &json!({})), change(1, &json!({}))], &of_segment[..]),
        (vec![profile], &["id", "isEnabled"][..]),
    ] {
        for command in commands {
            for name in reserved {
                for name in [(*name).to_string(), name.to_uppercase()] {
                    assert!(!is_read(command.clone(), &name, json!(1)), "{name} in {command}");
                    assert!(!is_read(command.clone(), &name, Value::Null), "{name} in {command}");
                }
            }
            assert!(is_read(command.clone(), "tags", json!([])) && is_read(command, "Tags", Value::Null));
        }
    }
    // Names inside a member are nobody's.
    assert!(is_read(create_application(1), "web", json!({"id": 1})));
}

#[test]
fn c15_an_application_has_one_service_principal_at_most() {
    let mut world = World::new().with_published(&[1, 2]);
    let mut created = create_principal(1, 1);
    created["properties"] = json!({"tags": ["HideApp"]});
    let events = world.accepts(created.clone());
    assert_eq!(
        events,
        json!([{"event": "servicePrincipalCreated", "id": service_principal(1), "application": application(1),
            "properties": {"tags": ["HideApp"]}}])
    );
    let exists = json!({"code": "servicePrincipalExists", "application": application(1), "servicePrincipal": service_principal(1)});
    world.refuses(create_principal(2, 1), &exists);
    // The id is looked at first, then whether the application has one; the application before both.
    let taken = json!({"code": "alreadyExists", "kind": "servicePrincipal", "id": service_principal(1)});
    world.refuses(create_principal(1, 1), &taken);
    world.refuses(create_principal(1, 2), &taken);
    world.refuses(create_principal(1, 5), &application_not_found(5));
    let update = |number: u32, properties: Value| json!({"command": "updateServicePrincipal", "id": service_principal(number), "properties": properties});
    world.ignores(update(1, json!({"tags": ["HideApp"]})));
    let events = world.accepts(update(1, json!({"tags": null, "notes": "n"})));
    assert_eq!(
        events,
        json!([{"event": "servicePrincipalUpdated", "id": service_principal(1), "from": {"notes": null, "tags": ["HideApp"]},
            "to": {"notes": "n", "tags": null}}])
    );
    let missing = json!({"code": "servicePrincipalNotFound", "id": service_principal(2)});
    world.refuses(update(2, json!({})), &missing);
    world.refuses(delete_principal(2), &missing);
    world.accepts(create_principal(2, 2));
    let listed: Vec<String> = world.tenant.service_principals().map(|(_, found)| found.id.to_string()).collect();
    assert_eq!(listed, [service_principal(1), service_principal(2)]);
    world.accepts(delete_principal(1));
    world.accepts(create_principal(3, 1));
    // In the order of the applications, whenever they came.
    let listed: Vec<String> = world.tenant.service_principals().map(|(_, found)| found.id.to_string()).collect();
    assert_eq!(listed, [service_principal(3), service_principal(2)]);
    // It stays while its application is published or not, and goes with it.
    world.accepts(unpublish(1));
    let id = service_principal(3).parse().unwrap();
    assert_eq!(world.tenant.service_principal(id).unwrap().0.id().to_string(), application(1));
    let events = world.accepts(delete_application(1));
    assert_eq!(events[0]["servicePrincipal"]["id"], service_principal(3));
    assert!(world.tenant.service_principal(id).is_none());
}

#[test]
fn i4_ids_of_service_principals_and_segments_are_unique_in_the_tenant() {
    let mut world = World::new().with_published(&[1, 2]);
    world.accepts(create_principal(1, 1));
    world.accepts(add(1, 1, &json!({})));
    let taken = |kind: &str, id: String| json!({"code": "alreadyExists", "kind": kind, "id": id});
    world.refuses(create_principal(1, 2), &taken("servicePrincipal", service_principal(1)));
    world.refuses(add(1, 2, &json!({"destinationHost": "10.0.0.9"})), &taken("applicationSegment", segment(1)));
    // Kinds are apart.
    let same = json!({"command": "createServicePrincipal", "id": segment(1), "application": application(2)});
    world.accepts(same);
}

#[test]
fn r51_segments_come_change_and_go_in_their_order() {
    let mut world = World::new().with_published(&[1, 2]);
    assert_eq!(segments(&world, 1), Value::Null, "absent while there are none");
    let events =
        world.accepts(add(1, 1, &json!({"protocol": "UDP , tcp", "properties": {"action": "tunnel", "port": null}})));
    let first = json!({"id": segment(1), "destinationHost": "10.0.0.1", "destinationType": "ip", "protocol": "tcp,udp",
        "ports": ["443-443"], "properties": {"action": "tunnel"}});
    let mut added = first.clone();
    added["event"] = json!("applicationSegmentAdded");
    added["application"] = json!(application(1));
    assert_eq!(events, json!([added]));
    world.accepts(add(2, 1, &json!({"destinationHost": "10.0.0.2", "ports": null})));
    world.accepts(add(3, 1, &json!({"destinationHost": "Contoso.com", "destinationType": "dnsSuffix", "ports": []})));
    let listed = |world: &World| -> Vec<String> {
        world.tenant.application_segments().map(|(_, segment)| segment.id.to_string()).collect()
    };
    assert_eq!(listed(&world), [segment(1), segment(2), segment(3)]);
    assert_eq!((&segments(&world, 1)[0], &segments(&world, 1)[1]["protocol"]), (&first, &json!("tcp")));
    assert_eq!(segments(&world, 1)[2]["protocol"], "0", "what an absent one means for a suffix");
    // A change keeps the place.
    world.ignores(change(1, &json!({"protocol": "tcp,UDP", "destinationHost": "10.0.0.1"})));
    world.ignores(change(1, &json!({"ports": null, "properties": {"absent": null}})));
    let events = world.accepts(change(1, &json!({"ports": ["1", "2-3"], "properties": {"action": null}})));
    assert_eq!((&events[0]["event"], &events[0]["from"]), (&json!("applicationSegmentUpdated"), &first));
    assert_eq!(events[0]["to"], segments(&world, 1)[0]);
    assert_eq!(listed(&world), [segment(1), segment(2), segment(3)]);
    let events = world.accepts(remove(2));
    assert_eq!((&events[0]["event"], &events[0]["place"]), (&json!("applicationSegmentRemoved"), &json!(1)));
    let missing = json!({"code": "applicationSegmentNotFound", "id": segment(2)});
    world.refuses(remove(2), &missing);
    world.refuses(change(2, &json!({"destinationHost": ""})), &missing);
    // Added again it is the last; an application that came earlier comes first.
    world.accepts(add(4, 2, &json!({"destinationHost": "10.0.0.4"})));
    world.accepts(add(2, 1, &json!({"destinationHost": "10.0.0.2"})));
    assert_eq!(listed(&world), [segment(1), segment(3), segment(2), segment(4)]);
    // Unpublishing takes them away, and its event says which; so does a deletion.
    let events = world.accepts(unpublish(1));
    assert_eq!(events[0]["applicationSegments"].as_array().unwrap().len(), 3);
    assert_eq!((world.tenant.application_segments_count(), segments(&world, 1)), (1, Value::Null));
    world.accepts(publish(1, &json!({})));
    assert_eq!(segments(&world, 1), Value::Null);
    let events = world.accepts(delete_application(2));
    assert_eq!(events[0]["applicationSegments"][0]["id"], segment(4));
    assert_eq!(world.tenant.application_segments_count(), 0);
}

#[test]
fn r51_a_segment_is_checked_part_by_part() {
    let mut world = World::new().with_published(&[1]);
    let invalid = |property: &str| json!({"code": "invalidSegment", "property": property});
    for (fields, property) in [
        (json!({"destinationHost": "10.0.0", "protocol": "x", "ports": ["x"]}), "destinationHost"),
        (json!({"destinationType": "ipRangeCidr"}), "destinationHost"),
        (json!({"destinationType": "ipRange", "destinationHost": "10.0.0.2..10.0.0.1"}), "destinationHost"),
        (json!({"destinationType": "FQDN", "destinationHost": ""}), "destinationHost"),
        (json!({"protocol": "icmp", "ports": ["x"]}), "protocol"),
        (json!({"protocol": "0"}), "protocol"),
        (json!({"destinationType": "other", "protocol": "0"}), "protocol"),
        (json!({"ports": ["1", "2-1"]}), "ports"),
        (json!({"ports": ["65536"]}), "ports"),
        (json!({"ports": ["-1"]}), "ports"),
    ] {
        // The fields come before the application, and that before the id.
        world.refuses(add(1, 5, &fields), &invalid(property));
    }
    world.refuses(add(1, 5, &json!({})), &application_not_found(5));
    world.accepts(add(
        1,
        1,
        &json!({"destinationHost": "contoso.com", "destinationType": "dnsSuffix", "protocol": "0"}),
    ));
    world.refuses(add(1, 5, &json!({})), &application_not_found(5));
    // Fields that are given are judged with those that stand.
    world.refuses(change(1, &json!({"destinationType": "ip"})), &invalid("destinationHost"));
    world.refuses(change(1, &json!({"destinationType": "fqdn"})), &invalid("protocol"));
    world.refuses(change(1, &json!({"ports": [""]})), &invalid("ports"));
    world.accepts(change(1, &json!({"destinationType": "fqdn", "protocol": "udp"})));
    world.accepts(change(1, &json!({"destinationType": "IpAddress", "destinationHost": "::1"})));
    world.accepts(change(1, &json!({"destinationType": "something", "destinationHost": "", "ports": []})));
    assert_eq!(segments(&world, 1)[0]["destinationType"], "something", "kept as it came");
    // Only what is published has segments; the id is looked at first.
    world.accepts(create_application(2));
    let taken = json!({"code": "alreadyExists", "kind": "applicationSegment", "id": segment(1)});
    world.refuses(add(1, 2, &json!({})), &taken);
    world.refuses(add(2, 2, &json!({})), &json!({"code": "applicationNotPublished", "id": application(2)}));
}

#[test]
fn i9_r51_no_two_segments_of_a_tenant_overlap() {
    let some = |destination_type: &str, host: &str, protocol: &str, ports: &[&str]| json!({"destinationType": destination_type, "destinationHost": host, "protocol": protocol, "ports": ports});
    let ip = |host: &str| some("ip", host, "tcp", &["443"]);
    for (one, other, overlap) in [
        (ip("10.0.0.1"), ip("10.0.0.1"), true),
        (ip("10.0.0.1"), ip("10.0.0.2"), false),
        (ip("10.0.0.7"), some("ipRangeCidr", "10.0.0.1/29", "tcp", &["443"]), true),
        (ip("10.0.0.8"), some("ipRangeCidr", "10.0.0.1/29", "tcp", &["443"]), false),
        (ip("10.0.0.8"), some("ipRange", "10.0.0.8..10.0.0.9", "tcp", &["443"]), true),
        (ip("10.0.0.7"), some("ipRange", "10.0.0.8..10.0.0.9", "tcp", &["443"]), false),
        (some("ipRangeCidr", "0.0.0.0/0", "tcp", &["443"]), some("ipRangeCidr", "::/0", "tcp", &["443"]), false),
        (ip("::ffff:10.0.0.1"), ip("10.0.0.1"), false),
        (ip("10.0.0.1"), some("ip", "10.0.0.1", "udp", &["443"]), false),
        (ip("10.0.0.1"), some("ip", "10.0.0.1", "udp,tcp", &["443"]), true),
        (ip("10.0.0.1"), some("ip", "10.0.0.1", "tcp", &["444-500", "1"]), false),
        (ip("10.0.0.1"), some("ip", "10.0.0.1", "tcp", &["1", "400-443"]), true),
        (ip("10.0.0.1"), some("ip", "10.0.0.1", "tcp", &[]), false),
        (some("ip", "10.0.0.1", "tcp", &[]), some("ip", "10.0.0.1", "tcp", &[]), true),
        (some("ip", "10.0.0.1", "tcp", &["65535"]), some("ip", "10.0.0.1", "tcp", &[]), false),
        (some("fqdn", "A.contoso.com", "tcp", &[]), some("FQDN", "a.Contoso.com", "tcp", &[]), true),
        (some("fqdn", "a.contoso.com", "tcp", &[]), some("dnsSuffix", "a.contoso.com", "tcp", &[]), false),
        (some("fqdn", "a.contoso.com", "tcp", &[]), some("fqdn", "*.contoso.com", "tcp", &[]), false),
        (some("dnsSuffix", "a.com", "0", &[]), some("dnsSuffix", "a.com", "tcp", &[]), false),
        (some("dnsSuffix", "a.com", "0", &[]), some("dnsSuffix", "a.com", "0", &[]), true),
        (some("other", "x", "tcp", &[]), some("other", "x", "tcp", &[]), true),
        (some("other", "x", "tcp", &[]), some("other", "X", "tcp", &[]), false),
        (some("other", "x", "tcp", &[]), some("Other", "x", "tcp", &[]), false),
        (some("other", "10.0.0.1", "tcp", &["443"]), ip("10.0.0.1"), false),
    ] {
        for (one, other) in [(&one, &other), (&other, &one)] {
            let mut world = World::new().with_published(&[1, 2]);
            world.accepts(add(1, 1, one));
            if overlap {
                world.refuses(add(2, 2, other), &in_use(1, 1));
                world.refuses(add(2, 1, other), &in_use(1, 1));
            } else {
                world.accepts(add(2, 2, other));
            }
        }
    }
}

/// What a segment has left is free at once: its ports, its protocols, and all of it where its application is unpublished.
#[test]
fn i9_what_a_segment_has_left_is_free() {
    let mut world = World::new().with_published(&[1, 2]);
    let at =
        |ports: &[&str], protocol: &str| json!({"destinationHost": "10.0.0.1", "protocol": protocol, "ports": ports});
    world.accepts(add(1, 1, &at(&["1-9"], "tcp,udp")));
    world.refuses(add(2, 2, &at(&["1-1"], "tcp")), &in_use(1, 1));
    world.accepts(change(1, &json!({"ports": ["2-9"]})));
    world.accepts(add(2, 2, &at(&["1-1"], "tcp")));
    world.accepts(change(1, &json!({"protocol": "udp"})));
    world.accepts(add(3, 2, &at(&["2-9"], "tcp")));
    // A segment of the same id comes back elsewhere, and is not where the first one was.
    world.accepts(unpublish(2));
    world.accepts(add(3, 1, &at(&["20-29"], "tcp")));
    world.accepts(add(4, 1, &at(&["2-9"], "tcp")));
}

#[test]
fn i9_the_first_that_overlaps_in_the_order_of_the_document_is_told() {
    let mut world = World::new().with_published(&[1, 2, 3]);
    let host = |number: u32| json!({"destinationHost": format!("10.0.0.{number}")});
    world.accepts(add(5, 2, &host(5)));
    world.accepts(add(4, 1, &host(4)));
    world.accepts(add(3, 1, &host(3)));
    let all = json!({"destinationType": "ipRangeCidr", "destinationHost": "10.0.0.0/8"});
    world.refuses(add(9, 3, &all), &in_use(4, 1));
    // A change overlaps others, never itself.
    world.refuses(change(4, &all), &in_use(3, 1));
    world.refuses(change(3, &all), &in_use(4, 1));
    world.accepts(remove(3));
    world.refuses(change(4, &all), &in_use(5, 2));
    world.accepts(unpublish(2));
    world.accepts(change(4, &all));
    world.accepts(change(4, &json!({"destinationHost": "10.0.0.0/9"})));
    // What moved away is free.
    world.accepts(add(9, 3, &json!({"destinationHost": "10.128.0.1"})));
}

/// The groups of applications are nobody's segments' business.
#[test]
fn segments_stay_where_they_are_when_their_application_moves() {
    let mut world = World::new().with_groups(&[1], "eur").with_published(&[1]);
    world.accepts(add(1, 1, &json!({})));
    let before = segments(&world, 1);
    world.accepts(add_application(1, 1));
    world.accepts(reassign(&json!({"all": true}), 0));
    assert_eq!(segments(&world, 1), before);
}

#[test]
fn r81_the_profile_of_the_tenant_keeps_what_it_is_told() {
    let mut world = World::new();
    let update = |properties: Value| json!({"command": "updateProfile", "properties": properties});
    world.ignores(update(json!({})));
    world.ignores(update(json!({"isDefaultAccessEnabled": null})));
    let events = world.accepts(update(json!({"isDefaultAccessEnabled": true})));
    assert_eq!(
        events,
        json!([{"event": "profileUpdated", "from": {"isDefaultAccessEnabled": null}, "to": {"isDefaultAccessEnabled": true}}])
    );
    let document = |world: &World| serde_json::to_value(&world.tenant).unwrap();
    assert_eq!(document(&world)["onPremisesPublishingProfile"], json!({"isDefaultAccessEnabled": true}));
    // It stays while everything else is laid out anew.
    world = world.with_published(&[1]);
    world.accepts(delete_application(1));
    assert_eq!(document(&world)["onPremisesPublishingProfile"], json!({"isDefaultAccessEnabled": true}));
    world.accepts(update(json!({"isDefaultAccessEnabled": null})));
    assert_eq!(document(&world).get("onPremisesPublishingProfile"), None, "absent while it says nothing");
}
