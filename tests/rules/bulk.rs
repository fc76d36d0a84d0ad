//! Bulk commands, selections and transactions (T4).

use connector_groups::{Refusal, refusal::RefusedEntry};
use serde_json::{Value, json};

use crate::world::*;

/// Groups 1 (eur) and 2 (nam); applications 1 and 2 in Default, 3 in 1, 4 in 2, 5 not published; connectors likewise.
fn world() -> World {
    let mut world = World::new().with_groups(&[1], "eur").with_groups(&[2], "nam").with_sync_fabric();
    world = world.with_published(&[1, 2, 3, 4]).with_connectors(&[1, 2, 3, 4]);
    world.accepts(create_application(5));
    for (number, to) in [(3, 1), (4, 2)] {
        world.accepts(add_application(number, to));
        world.accepts(add_connector(number, to));
    }
    world
}

fn reassigned(to: u32, moves: &[(u32, u32)]) -> Value {
    let moves: Vec<_> = moves.iter().map(|(id, from)| json!({"id": application(*id), "from": group(*from)})).collect();
    json!({"event": "applicationsReassigned", "connectorGroup": group(to), "applications": moves})
}

fn moved(to: u32, moves: &[(u32, u32)]) -> Value {
    let moves: Vec<_> = moves.iter().map(|(id, from)| json!({"id": connector(*id), "from": group(*from)})).collect();
    json!({"event": "connectorsMoved", "connectorGroup": group(to), "connectors": moves})
}

fn ids(numbers: &[u32]) -> Value {
    json!({"ids": numbers.iter().map(|number| application(*number)).collect::<Vec<_>>()})
}

fn refused(entries: &[(u32, Value)]) -> Value {
    let entries: Vec<_> = entries.iter().map(|(index, reason)| json!({"index": index, "reason": reason})).collect();
    json!({"code": "bulk", "refused": entries})
}

#[test]
fn t4_a_list_of_applications_goes_whole_in_creation_order_or_not_at_all() {
    let mut world = world();
    let events = world.accepts(reassign(&ids(&[4, 3, 1]), 1));
    assert_eq!(events, json!([reassigned(1, &[(1, 0), (4, 2)])]), "3 was there already");
    world.ignores(reassign(&ids(&[4, 3, 1]), 1));
    world.ignores(reassign(&ids(&[]), 1));
    let plain = json!({"code": "applicationNotPublished", "id": application(5)});
    let bad = refused(&[(1, application_not_found(8)), (2, plain), (4, application_not_found(7))]);
    world.refuses(reassign(&ids(&[2, 8, 5, 1, 7]), 0), &bad);
}

#[test]
fn each_selection_of_applications_means_published_ones_only() {
    let cases = [
        (json!({"all": true}), vec![(1, 0), (2, 0), (4, 2)]),
        (json!({"in": group(0)}), vec![(1, 0), (2, 0)]),
        (json!({"in": group(9)}), vec![]),
        (json!({"inRegion": "NAM"}), vec![(4, 2)]),
        (json!({"inRegion": "eur"}), vec![(1, 0), (2, 0)]),
        (json!({"inRegion": "aus"}), vec![]),
        (json!({"named": "aPP "}), vec![(1, 0), (2, 0), (4, 2)]),
        (json!({"named": "App 4"}), vec![(4, 2)]),
        (json!({"named": "pp"}), vec![]),
        (json!({"named": ""}), vec![(1, 0), (2, 0), (4, 2)]),
    ];
    for (selection, moves) in cases {
        let events = world().accepts(reassign(&selection, 1));
        let expected: Vec<_> = (!moves.is_empty()).then(|| reassigned(1, &moves)).into_iter().collect();
        assert_eq!(events, json!(expected), "{selection}");
    }
}

#[test]
fn each_selection_of_connectors() {
    let id = |number: u32| connector(number);
    let cases = [
        (json!({"all": true}), vec![(1, 0), (2, 0), (4, 2)]),
        (json!({"in": group(2)}), vec![(4, 2)]),
        (json!({"in": group(9)}), vec![]),
        (json!({"inRegion": "Eur"}), vec![(1, 0), (2, 0)]),
        (json!({"named": "HOST2"}), vec![(2, 0)]),
        (json!({"named": "hostess"}), vec![]),
        (json!({"ids": [id(4), id(3), id(2)]}), vec![(2, 0), (4, 2)]),
        (json!({"ids": []}), vec![]),
    ];
    for (selection, moves) in cases {
        let events = world().accepts(move_connectors(&selection, 1));
        let expected: Vec<_> = (!moves.is_empty()).then(|| moved(1, &moves)).into_iter().collect();
        assert_eq!(events, json!(expected), "{selection}");
    }
    let bad = refused(&[(0, connector_not_found(8)), (2, connector_not_found(9))]);
    world().refuses(move_connectors(&json!({"ids": [id(8), id(1), id(9)]}), 1), &bad);
}

#[test]
fn the_things_a_selection_names_are_counted_in_creation_order() {
    let mut world = World::with_rules(&json!({"regionalConnectorMoves": true})).with_groups(&[1, 2], "nam");
    world = world.with_connectors(&[1, 2, 3]);
    world.accepts(add_connector(3, 1));
    world.accepts(add_connector(2, 2));
    let locked = json!({"code": "connectorRegionLocked", "connector": connector(3), "from": "nam", "to": "nam"});
    world.refuses(move_connectors(&json!({"all": true}), 2), &refused(&[(2, locked)]));
}

#[test]
fn assignments_go_each_to_its_own_group_with_one_event_a_target() {
    let mut world = world();
    let assign = |entries: &[(u32, u32)]| {
        let entry = |(id, to): &(u32, u32)| json!({"application": application(*id), "connectorGroup": group(*to)});
        json!({"command": "assignApplications", "assignments": entries.iter().map(entry).collect::<Vec<_>>()})
    };
    let events = world.accepts(assign(&[(4, 1), (3, 0), (2, 1), (1, 2)]));
    assert_eq!(events, json!([reassigned(0, &[(3, 1)]), reassigned(1, &[(2, 0), (4, 2)]), reassigned(2, &[(1, 0)])]));
    world.ignores(assign(&[(4, 1), (3, 0)]));
    world.ignores(assign(&[]));
    let plain = json!({"code": "applicationNotPublished", "id": application(5)});
    let bad = refused(&[
        (0, application_not_found(8)),
        (1, group_not_found(7)),
        (2, read_only(9)),
        (3, plain),
        (5, application_not_found(6)),
    ]);
    world.refuses(assign(&[(8, 7), (1, 7), (2, 9), (5, 1), (3, 1), (6, 1)]), &bad);
    let twice = json!({"code": "duplicateReference", "id": application(3)});
    world.refuses(assign(&[(8, 7), (3, 0), (3, 1)]), &twice);
}

#[test]
fn a_list_names_each_id_once() {
    let mut world = world();
    let twice = |id: String| json!({"code": "duplicateReference", "id": id});
    world.refuses(reassign(&ids(&[1, 2, 3, 2, 1]), 1), &twice(application(2)));
    world.refuses(reassign(&ids(&[8, 8]), 7), &twice(application(8)));
    let connectors = json!({"ids": [connector(1), connector(1)]});
    world.refuses(move_connectors(&connectors, 1), &twice(connector(1)));
}

#[test]
fn t4_a_transaction_is_all_or_nothing() {
    let mut world = world();
    let open = [create_group(3, "aus"), add_application(1, 3), publish(5, &json!({})), add_connector(1, 3)];
    let mut commands = open.to_vec();
    commands.push(set_region(3, "nam"));
    let locked = json!({"code": "regionLocked", "connectorGroup": group(3), "connectors": 1, "applications": 1});
    world.refuses(transaction(&commands), &json!({"code": "transaction", "index": 4, "reason": locked}));
    let events = world.accepts(transaction(&open));
    let kinds: Vec<_> = events.as_array().unwrap().iter().map(|event| event["event"].clone()).collect();
    assert_eq!(kinds, ["connectorGroupCreated", "applicationsReassigned", "applicationPublished", "connectorsMoved"]);
    world.ignores(transaction(&[]));
    world.accepts(transaction(&[register(6), report(6, "inactive"), advance("2026-03-12T08:00:00Z")]));
    let bulk = refused(&[(0, application_not_found(8))]);
    let refusal = json!({"code": "transaction", "index": 1, "reason": bulk});
    world.refuses(transaction(&[delete_application(1), reassign(&ids(&[8]), 1)]), &refusal);
}

#[test]
fn a_transaction_holds_no_transaction() {
    let mut world = world();
    let nested = json!({"code": "nestedTransaction"});
    world.refuses(transaction(&[transaction(&[])]), &nested);
    world.refuses(transaction(&[delete_group(0), transaction(&[transaction(&[])])]), &nested);
}

#[test]
fn t6_r70_no_move_leads_out_of_a_tenant() {
    use connector_groups::{Directory, DirectoryCommand, Refusal, TenantId};
    let mut directory = Directory::default();
    let mut second = create_tenant(&json!({}));
    second["id"] = json!("7e000000-0000-4000-8000-000000000002");
    second["defaultConnectorGroup"]["id"] = json!(group(5));
    for tenant in [create_tenant(&json!({})), second] {
        directory.apply(&serde_json::from_value::<DirectoryCommand>(tenant).unwrap()).unwrap();
    }
    let mut apply = |tenant: &str, mut command: Value| {
        command["tenant"] = json!(tenant);
        directory.apply(&serde_json::from_value::<DirectoryCommand>(command).unwrap())
    };
    apply(TENANT, register(1)).unwrap();
    let refusal = apply(TENANT, add_connector(1, 5)).unwrap_err();
    assert_eq!(serde_json::to_value(&refusal).unwrap(), group_not_found(5));
    let other = "7e000000-0000-4000-8000-000000000002";
    let refusal = apply(other, add_connector(1, 5)).unwrap_err();
    assert_eq!(serde_json::to_value(&refusal).unwrap(), connector_not_found(1));
    apply(other, register(1)).unwrap();
    let nowhere = "7e000000-0000-4000-8000-000000000003";
    let id: TenantId = nowhere.parse().unwrap();
    assert_eq!(apply(nowhere, transaction(&[transaction(&[])])), Err(Refusal::TenantNotFound { id }));
}

#[test]
fn a_refused_list_says_how_many_and_names_the_first_with_its_reason() {
    let text = |count: usize| {
        let reason = Refusal::ApplicationNotPublished { id: application(3).parse().unwrap() };
        let entry = RefusedEntry { index: 4, reason };
        Refusal::Bulk { refused: vec![entry; count] }.to_string()
    };
    let first = format!("entry 4: application {} is not published", application(3));
    assert_eq!(text(1), format!("1 entry of the list is refused; {first}"));
    assert_eq!(text(2), format!("2 entries of the list are refused; {first}"));
    let connector_group = group(1).parse().unwrap();
    let locked = Refusal::RegionLocked { connector_group, connectors: 1, applications: 2 };
    assert!(locked.to_string().ends_with("is locked by 1 connector and 2 applications"), "{locked}");
}
