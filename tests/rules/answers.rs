//! What a caller reads: the lists of an impact, the moves of an event, the words of an error, two directories compared.

use connector_groups::{
    ApplicationId, Availability, Command, Directory, DirectoryCommand, Event, Refusal, Violation,
    impact::AvailabilityChange,
};
use serde_json::{Value, json};

use crate::world::*;

#[test]
fn a_change_of_availability_is_unavailable_at_risk_or_better() {
    use Availability::{AtRisk, HighlyAvailable, Unavailable};
    let steps = [None, Some(Unavailable), Some(AtRisk), Some(HighlyAvailable)];
    let changes = steps.iter().flat_map(|before| {
        let change = |after: &Option<_>| AvailabilityChange {
            application: ApplicationId::from_u128(0),
            before: *before,
            after: *after,
            active_connectors: 0,
        };
        steps.iter().map(change)
    });
    let told = |is: fn(&AvailabilityChange) -> bool| -> Vec<_> {
        changes.clone().filter(is).map(|change| (change.before, change.after)).collect()
    };
    let worse = [None, Some(AtRisk), Some(HighlyAvailable)].map(|before| (before, Some(Unavailable)));
    assert_eq!(told(AvailabilityChange::becomes_unavailable), worse);
    assert_eq!(told(AvailabilityChange::becomes_at_risk), [(Some(HighlyAvailable), Some(AtRisk))]);
    let better = [(Unavailable, AtRisk), (Unavailable, HighlyAvailable), (AtRisk, HighlyAvailable)];
    assert_eq!(told(AvailabilityChange::becomes_better), better.map(|(before, after)| (Some(before), Some(after))));
}

#[test]
fn moves_know_how_many_they_are() {
    let mut world = World::new().with_groups(&[1], "eur").with_published(&[1, 2]);
    let command: Command = serde_json::from_value(reassign(&json!({"all": true}), 1)).unwrap();
    let events = world.tenant.apply(&command).unwrap();
    let [Event::ApplicationsReassigned { applications: moves, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!((moves.len(), moves.is_empty(), moves.iter().count()), (2, false, 2));
    assert!(moves.iter().take(0).collect::<connector_groups::event::ApplicationMoves>().is_empty());
    let mut world = world.with_connectors(&[1, 2]);
    let command: Command = serde_json::from_value(move_connectors(&json!({"all": true}), 1)).unwrap();
    let events = world.tenant.apply(&command).unwrap();
    let [Event::ConnectorsMoved { connectors: moves, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!((moves.len(), moves.is_empty(), moves.iter().count()), (2, false, 2));
    assert!(moves.iter().take(0).collect::<connector_groups::event::Moves<_>>().is_empty());
}

#[test]
fn an_error_says_what_was_expected() {
    let error = |line: &str| serde_json::from_str::<DirectoryCommand>(line).unwrap_err().to_string();
    assert!(error("5").contains("expected a command, an object with a field `command`"));
    let twice = error(&format!(r#"{{"command":"removeConnector","tenant":"{TENANT}","command":"advanceClock"}}"#));
    assert!(twice.contains("duplicate field `command`"), "{twice}");
    let selection =
        json!({"command": "reassignApplications", "tenant": TENANT, "applications": 5, "connectorGroup": group(1)});
    let selection = error(&selection.to_string());
    assert!(selection.contains("expected a selection, an object with one field of `ids`"), "{selection}");
    let status =
        error(&json!({"command": "reportConnector", "tenant": TENANT, "id": connector(1), "status": 5}).to_string());
    assert!(status.contains("expected `active` or `inactive`"), "{status}");
}

#[test]
fn directories_differ_where_their_tenants_do_and_show_them() {
    let mut directory = Directory::default();
    let command: DirectoryCommand = serde_json::from_value(create_tenant(&json!({}))).unwrap();
    directory.apply(&command).unwrap();
    assert_ne!(directory, Directory::default());
    assert_eq!(directory, directory.clone());
    assert!(format!("{directory:?}").contains(TENANT));
}

#[test]
fn a_refusal_says_in_words_what_it_is_about() {
    let said = |refusal: Value| serde_json::from_value::<Refusal>(refusal).unwrap().to_string();
    let exists = |kind: &str| said(json!({"code": "alreadyExists", "kind": kind, "id": group(1)}));
    for kind in ["tenant", "connectorGroup", "connector", "application"] {
        assert_eq!(exists(kind), format!("{kind} {} exists already", group(1)));
    }
    for property in ["internalUrl", "externalUrl"] {
        assert!(said(json!({"code": "invalidUrl", "property": property})).starts_with(property));
    }
    for property in ["isOnPremPublishingEnabled", "verifiedCustomDomainCertificatesMetadata"] {
        assert_eq!(said(json!({"code": "readOnlyProperty", "property": property})), format!("{property} is read-only"));
    }
    assert_eq!(said(read_only(1)), format!("connector group {} of type syncFabric is read-only", group(1)));
    let locked = json!({"code": "connectorRegionLocked", "connector": connector(1), "from": "eur", "to": "nam"});
    assert_eq!(said(locked), format!("connector {} cannot move from region eur to region nam", connector(1)));
}

#[test]
fn names_regions_and_times_are_shown_as_their_text() {
    let world = World::new();
    let group = world.tenant.connector_groups().next().unwrap();
    assert_eq!(group.name().to_string(), group.name().as_str());
    assert!(format!("{:?}", group.region()).contains("eur"));
    assert_eq!(format!("{:?}", world.tenant.now()), START);
}

#[test]
fn an_application_is_found_by_either_of_its_urls_in_any_case() {
    let world = World::new().with_published(&[1, 2]);
    let internal = world.tenant.application_by_internal_url("HTTPS://app2.Contoso.LOCAL/").unwrap();
    let external = world.tenant.application_by_external_url("HTTPS://app2.Contoso.COM/").unwrap();
    assert_eq!((internal.id().to_string(), external.id().to_string()), (application(2), application(2)));
    assert!(world.tenant.application_by_internal_url("https://app2.contoso.com/").is_none());
    assert!(world.tenant.application_by_external_url("https://app2.contoso.local/").is_none());
}

#[test]
fn an_error_repeats_a_short_text_and_no_long_one() {
    let error =
        |length: usize| serde_json::from_value::<ApplicationId>(json!("x".repeat(length))).unwrap_err().to_string();
    assert!(error(64).contains(&"x".repeat(64)));
    assert!(error(65).contains("invalid length 65") && !error(65).contains("xx"));
}

#[test]
fn lists_go_on_behind_an_id() {
    let world = World::new().with_groups(&[1], "eur").with_connectors(&[1, 2, 3]).with_published(&[1, 2, 3]);
    let group = world.tenant.default_connector_group();
    let after = group.members_after(connector(1).parse().unwrap()).unwrap();
    assert_eq!(after.map(|member| member.id().to_string()).collect::<Vec<_>>(), [connector(2), connector(3)]);
    let after = group.applications_after(application(2).parse().unwrap()).unwrap();
    assert_eq!(after.map(|found| found.id().to_string()).collect::<Vec<_>>(), [application(3)]);
    assert!(group.members_after(connector(9).parse().unwrap()).is_none());
    assert!(group.applications_after(application(9).parse().unwrap()).is_none());
}

/// Each list of a tenant and of a directory, page after page; and the names that are no ids.
#[test]
fn pages_follow_each_other_and_names_find_all_that_bear_them() {
    let mut world = World::new().with_groups(&[1, 2], "eur").with_connectors(&[1, 2]).with_published(&[1, 2]);
    let tenant = world.tenant.clone();
    let groups: Vec<_> = tenant.connector_groups_after(group(1).parse().unwrap()).unwrap().collect();
    assert_eq!(groups, tenant.connector_groups().skip(2).collect::<Vec<_>>());
    let connectors: Vec<_> = tenant.connectors_after(connector(1).parse().unwrap()).unwrap().collect();
    assert_eq!(connectors, tenant.connectors().skip(1).collect::<Vec<_>>());
    let applications: Vec<_> = tenant.applications_after(application(1).parse().unwrap()).unwrap().collect();
    assert_eq!(applications, tenant.applications().skip(1).collect::<Vec<_>>());
    assert!(tenant.connector_groups_after(group(9).parse().unwrap()).is_none());
    assert!(tenant.connectors_after(connector(9).parse().unwrap()).is_none());
    assert!(tenant.applications_after(application(9).parse().unwrap()).is_none());
    assert_eq!((tenant.connector_groups_count(), tenant.connectors_count(), tenant.applications_count()), (3, 2, 2));

    world.accepts(
        json!({"command": "createApplication", "id": application(3), "appId": app_id(3), "displayName": "APP 1"}),
    );
    let named =
        |name| world.tenant.applications_by_display_name(name).map(|found| found.id().to_string()).collect::<Vec<_>>();
    assert_eq!(named("app 1"), [application(1), application(3)]);
    let named: Vec<_> = world.tenant.connectors_by_machine_name("HOST2.contoso.local").collect();
    assert_eq!(named, world.tenant.connectors().skip(1).collect::<Vec<_>>());
    assert!(format!("{named:?}").contains(&connector(2)));
    assert_ne!(named, world.tenant.connectors().take(1).collect::<Vec<_>>());

    let mut directory = Directory::default();
    let other = "7e000000-0000-4000-8000-000000000002";
    for id in [TENANT, other] {
        let mut command = create_tenant(&json!({}));
        command["id"] = id.into();
        directory.apply(&serde_json::from_value(command).unwrap()).unwrap();
    }
    let mut after = directory.tenants_after(TENANT.parse().unwrap()).unwrap();
    assert_eq!(after.next().map(|tenant| tenant.id().to_string()).as_deref(), Some(other));
    assert!(directory.tenants_after(group(9).parse().unwrap()).is_none());
}

/// Each event of a command is a step of its own, to undo too.
#[test]
fn assignments_to_several_groups_are_undone_one_group_at_a_time() {
    let mut world = World::new().with_groups(&[1, 2], "eur").with_published(&[1, 2]);
    let assignment = |number| json!({"application": application(number), "connectorGroup": group(number)});
    let command = json!({"command": "assignApplications", "assignments": [assignment(1), assignment(2)]});
    let command: Command = serde_json::from_value(command).unwrap();
    let events = world.tenant.apply(&command).unwrap();
    world.tenant.undo(&events[1..]);
    assert_eq!(world.find("applications", &application(1))["connectorGroup"], group(1));
    assert_eq!(world.find("applications", &application(2))["connectorGroup"], group(0));
    world.tenant.undo(&events[..1]);
    assert_eq!(world.find("applications", &application(1))["connectorGroup"], group(0));
    assert_eq!(world.tenant.audit(), []);
}

#[test]
fn a_tenant_out_of_its_document_knows_the_urls_that_are_taken() {
    let mut world = World::new().with_published(&[1, 2]);
    world.tenant = serde_json::from_value(serde_json::to_value(&world.tenant).unwrap()).unwrap();
    for property in ["internalUrl", "externalUrl"] {
        let url = world.find("applications", &application(1))["onPremisesPublishing"][property].clone();
        let in_use = json!({"code": "urlInUse", "property": property, "application": application(1)});
        world.refuses(publish(2, &json!({property: url})), &in_use);
    }
}

#[test]
fn all_groups_are_told_with_their_applications() {
    let mut world = World::new().with_groups(&[1, 2], "eur").with_published(&[1, 2, 3]);
    world.accepts(reassign(&json!({"ids": [application(3), application(1)]}), 2));
    let told: Vec<(String, Vec<String>)> = world
        .tenant
        .applications_by_connector_group()
        .into_iter()
        .map(|(group, applications)| (group.id().to_string(), applications.iter().map(ToString::to_string).collect()))
        .collect();
    assert_eq!(
        told,
        [(group(0), vec![application(2)]), (group(1), vec![]), (group(2), vec![application(1), application(3)])]
    );
}

#[test]
fn an_audit_finds_what_foreign_events_have_broken() {
    let mut world = World::with_rules(&json!({"uniqueNames": true})).with_groups(&[1], "eur");
    let mut other = World::new();
    let created = other.accepts(json!({"command": "createConnectorGroup", "id": group(2), "name": "group 1"}));
    world.tenant.evolve(&serde_json::from_value::<Vec<Event>>(created).unwrap());
    let [first, second] = [1, 2].map(|number| group(number).parse().unwrap());
    assert_eq!(world.tenant.audit(), [Violation::SharedName { first, second }]);
}
