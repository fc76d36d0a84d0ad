//! Connectors and availability.

use connector_groups::{ApplicationId, Availability, ConnectorGroupId};
use serde_json::json;

use crate::world::*;

fn inactive(number: u32, since: &str) -> serde_json::Value {
    json!({"event": "connectorReported", "id": connector(number), "from": {"status": "active"},
        "to": {"status": "inactive", "inactiveSince": since}})
}

#[test]
fn i2_r10_r13_r13b_a_connector_is_in_one_group_and_adding_it_moves_it() {
    let mut world = World::new().with_groups(&[1, 2], "eur").with_connectors(&[1]);
    let member_of = |world: &World| world.find("connectors", &connector(1))["memberOf"].clone();
    assert_eq!(member_of(&world), group(0));
    let events = world.accepts(add_connector(1, 1));
    let moved = json!([{"event": "connectorsMoved", "connectorGroup": group(1),
        "connectors": [{"id": connector(1), "from": group(0)}]}]);
    assert_eq!(events, moved);
    world.accepts(add_connector(1, 2));
    assert_eq!(member_of(&world), group(2));
}

#[test]
fn r11_members_and_member_of_are_one_relation() {
    let mut world = World::new().with_groups(&[1], "eur").with_connectors(&[1, 2, 3]);
    world.accepts(add_connector(3, 1));
    world.accepts(add_connector(1, 1));
    for group in world.tenant.connector_groups() {
        let members: Vec<_> = group.members().map(|connector| connector.id().to_string()).collect();
        let all = world.tenant.connectors().filter(|connector| connector.connector_group() == group);
        assert_eq!(members, all.map(|connector| connector.id().to_string()).collect::<Vec<_>>());
        assert!(members.is_sorted(), "in creation order, not that of joining");
    }
}

#[test]
fn r12_r39b_a_new_connector_joins_the_default_group_active() {
    let mut world = World::new().with_groups(&[1], "eur");
    let events = world.accepts(register(1));
    let registered = json!([{"event": "connectorRegistered", "id": connector(1), "machineName": "host1.contoso.local",
        "externalIp": "192.0.2.1", "status": "active", "version": "1.5.4287.0", "memberOf": group(0)}]);
    assert_eq!(events, registered);
    let taken = json!({"code": "alreadyExists", "kind": "connector", "id": connector(1)});
    world.refuses(register(1), &taken);
}

#[test]
fn r14_a_connector_is_removed_to_the_default_group_and_from_there_to_nowhere() {
    let mut world = World::new().with_groups(&[1], "eur").with_connectors(&[1]);
    world.refuses(remove_connector(1), &json!({"code": "alreadyInDefault", "id": connector(1)}));
    world.accepts(add_connector(1, 1));
    let events = world.accepts(remove_connector(1));
    assert_eq!(events[0]["connectorGroup"], group(0));
}

#[test]
fn r15_adding_a_connector_where_it_is_changes_nothing() {
    let mut world = World::new().with_connectors(&[1]);
    world.ignores(add_connector(1, 0));
}

#[test]
fn r16_a_connector_leaves_a_foreign_region_only_for_the_default_group_under_the_switch() {
    for (on, rules) in [(false, json!({})), (true, json!({"regionalConnectorMoves": true}))] {
        let mut world = World::with_rules(&rules).with_groups(&[1, 2], "nam").with_groups(&[3], "eur");
        world = world.with_connectors(&[1, 2]);
        world.accepts(add_connector(1, 3));
        world.accepts(add_connector(1, 1));
        world.ignores(add_connector(1, 1));
        let locked =
            |to: &str| json!({"code": "connectorRegionLocked", "connector": connector(1), "from": "nam", "to": to});
        let entry = json!({"code": "bulk", "refused": [{"index": 1, "reason": locked("nam")}]});
        let both = json!({"ids": [connector(2), connector(1)]});
        if on {
            world.refuses(add_connector(1, 2), &locked("nam"));
            world.refuses(add_connector(1, 3), &locked("eur"));
            world.refuses(move_connectors(&both, 2), &entry);
            world.accepts(move_connectors(&both, 1));
            world.accepts(move_connectors(&both, 0));
            world.accepts(add_connector(1, 1));
            world.accepts(remove_connector(1));
        } else {
            world.accepts(add_connector(1, 2));
            world.accepts(add_connector(1, 3));
            world.accepts(move_connectors(&both, 2));
        }
    }
}

#[test]
fn r18_a_connector_of_another_tenant_is_not_found() {
    let mut world = World::new().with_groups(&[1], "eur").with_connectors(&[1]);
    for command in [add_connector(5, 1), remove_connector(5), report(5, "active")] {
        world.refuses(command, &connector_not_found(5));
    }
    world.refuses(add_connector(1, 5), &group_not_found(5));
}

#[test]
fn r19_a_connector_never_enters_a_service_group() {
    let mut world = World::new().with_sync_fabric().with_connectors(&[1]);
    world.refuses(add_connector(1, 9), &read_only(9));
    world.accepts(add_connector(1, 0));
}

#[test]
fn r37_i6_an_inactive_connector_expires_after_ten_days_and_not_before() {
    let mut world = World::new().with_groups(&[1], "nam").with_connectors(&[1, 2, 3, 4]).with_published(&[1]);
    for number in [3, 2] {
        world.accepts(add_connector(number, 1));
    }
    world.accepts(add_application(1, 1));
    world.accepts(report(3, "inactive"));
    world.accepts(advance("2026-03-02T08:00:00.000001Z"));
    assert_eq!(world.accepts(report(2, "inactive")), json!([inactive(2, "2026-03-02T08:00:00.000001Z")]));
    world.accepts(report(4, "inactive"));
    world.accepts(report(4, "active"));
    world.accepts(advance("2026-03-12T07:59:59.999999Z"));
    assert_eq!(world.tenant.connectors_count(), 4);
    let events = world.accepts(advance("2026-03-12T08:00:00Z"));
    let expired = json!({"place": 2, "id": connector(3), "machineName": "host3.contoso.local", "externalIp": "192.0.2.1",
        "status": "inactive", "inactiveSince": START, "version": "1.5.4287.0", "memberOf": group(1)});
    let advanced =
        json!({"event": "clockAdvanced", "from": "2026-03-12T07:59:59.999999Z", "to": "2026-03-12T08:00:00Z"});
    assert_eq!(events, json!([advanced, {"event": "connectorsExpired", "connectors": [expired]}]));
    world.accepts(advance("2027-01-01T00:00:00Z"));
    assert_eq!(world.ids("connectors"), [connector(1), connector(4)]);
    let group: ConnectorGroupId = group(1).parse().unwrap();
    let group = world.tenant.connector_group(group).unwrap();
    assert_eq!(
        (group.connectors_count(), group.applications_count()),
        (0, 1),
        "the group stays, with its applications"
    );
}

#[test]
fn i7_the_clock_never_runs_backwards() {
    let mut world = World::new();
    let back = json!({"code": "clockMovedBack", "from": START, "to": "2026-03-02T07:59:59.999999Z"});
    world.refuses(advance("2026-03-02T07:59:59.999999Z"), &back);
    world.ignores(advance(START));
    let events = world.accepts(advance("2026-03-02T10:00:00+01:00"));
    assert_eq!(events, json!([{"event": "clockAdvanced", "from": START, "to": "2026-03-02T09:00:00Z"}]));
}

#[test]
fn r38_no_command_deletes_a_connector() {
    let command = json!({"command": "deleteConnector", "id": connector(1)});
    assert!(serde_json::from_value::<connector_groups::Command>(command).is_err());
}

#[test]
fn r39_an_inactive_connector_stays_a_member_and_counts() {
    let mut world = World::new().with_groups(&[1], "eur").with_connectors(&[1]);
    world.accepts(add_connector(1, 1));
    world.accepts(report(1, "inactive"));
    let counts = |code: &str| json!({"code": code, "connectorGroup": group(1), "connectors": 1, "applications": 0});
    world.refuses(delete_group(1), &counts("groupNotEmpty"));
    world.refuses(set_region(1, "nam"), &counts("regionLocked"));
}

#[test]
fn r60_r61_r62_only_active_connectors_of_the_own_group_serve() {
    let mut world = World::new().with_groups(&[1], "eur").with_connectors(&[1, 2, 3]).with_published(&[1]);
    world.accepts(add_application(1, 1));
    let id: ApplicationId = application(1).parse().unwrap();
    let takers = |world: &World| {
        let mut takers: Vec<_> = (0..500_u32)
            .filter_map(|key| Some(world.tenant.application(id)?.route(&key.to_le_bytes())?.id().to_string()))
            .collect();
        takers.sort_unstable();
        takers.dedup();
        takers
    };
    assert_eq!(takers(&world), [""; 0], "the default group's connectors never serve it");
    world.accepts(move_connectors(&json!({"ids": [connector(2), connector(3)]}), 1));
    assert_eq!(takers(&world), [connector(2), connector(3)]);
    world.accepts(report(3, "inactive"));
    assert_eq!(takers(&world), [connector(2)]);
    world.accepts(report(2, "inactive"));
    assert_eq!(takers(&world), [""; 0]);
}

#[test]
fn r61_routes_are_spread_evenly() {
    let numbers: Vec<u32> = (1..=8).collect();
    let world = World::new().with_connectors(&numbers).with_published(&[1]);
    let application = world.tenant.applications().next().unwrap();
    let mut counts = std::collections::BTreeMap::<_, f64>::new();
    let keys = 16_000_u32;
    for key in 0..keys {
        *counts.entry(application.route(&key.to_le_bytes()).unwrap().id()).or_default() += 1.0;
    }
    let expected = f64::from(keys) / 8.0;
    let chi_square: f64 = counts.values().map(|count| (count - expected).powi(2) / expected).sum();
    // Seven degrees of freedom: one run in a thousand is above 24.3, and the run is always the same.
    assert!(counts.len() == 8 && chi_square < 24.3, "chi-square {chi_square}");
}

#[test]
fn r63_two_active_connectors_make_a_group_highly_available() {
    let mut world = World::new().with_connectors(&[]);
    let availability = |world: &World| world.tenant.default_connector_group().availability();
    assert_eq!(availability(&world), Availability::Unavailable);
    for (number, expected) in
        (1..).zip([Availability::AtRisk, Availability::HighlyAvailable, Availability::HighlyAvailable])
    {
        world.accepts(register(number));
        assert_eq!(availability(&world), expected);
    }
    world.accepts(report(1, "inactive"));
    world.accepts(report(2, "inactive"));
    assert_eq!(availability(&world), Availability::AtRisk);
}
