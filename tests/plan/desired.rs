//! What a desired state means in a tenant: how things are referred to, what a selection names, and what is told at once.

use std::collections::BTreeSet;

use connector_groups::{
    Command, ConnectorGroupId, Desired, Plan,
    plan::{Parking, PlanOptions, Reason, Selected, Things, Unreachable},
    view::ApplicationView,
};
use serde_json::{Value, json};

use super::world::*;

/// The first id for new groups.
const NEW: u128 = 1 << 100;

fn plan(world: &World, desired: Value) -> Result<Plan, Unreachable> {
    let desired: Desired = serde_json::from_value(desired).unwrap();
    world.tenant.plan(&desired, PlanOptions::default(), (NEW..).map(ConnectorGroupId::from_u128))
}

/// The tenant after the plan, each step of which is accepted and does something.
fn planned(world: &World, desired: Value) -> World {
    let mut after = World { tenant: world.tenant.clone() };
    for step in plan(world, desired).unwrap().steps {
        assert_ne!(after.accepts(serde_json::to_value(step).unwrap()), json!([]));
    }
    after
}

/// Why there is no plan, which is certain.
fn reasons(world: &World, desired: Value) -> Value {
    let unreachable = plan(world, desired).unwrap_err();
    assert!(unreachable.certain);
    serde_json::to_value(unreachable.reasons).unwrap()
}

fn groups(groups: Value) -> Value {
    json!({ "connectorGroups": groups })
}

/// The numbers of the groups that the connectors and the applications are in, each in creation order.
fn places(world: &World) -> (Vec<String>, Vec<String>) {
    let number = |id: ConnectorGroupId| (0..9).find(|number| group(*number) == id.to_string());
    let name = |id| number(id).map_or_else(|| "new".to_string(), |number| number.to_string());
    let applications = world.tenant.applications().filter_map(ApplicationView::connector_group);
    (
        world.tenant.connectors().map(|connector| name(connector.connector_group().id())).collect(),
        applications.map(|group| name(group.id())).collect(),
    )
}

fn placed(connectors: &[&str], applications: &[&str]) -> (Vec<String>, Vec<String>) {
    let all = |places: &[&str]| places.iter().map(ToString::to_string).collect();
    (all(connectors), all(applications))
}

fn world() -> World {
    World::new().with_groups(&[1, 2], "eur").with_connectors(&[1, 2, 3]).with_published(&[1, 2, 3])
}

#[test]
fn a_reference_is_an_id_or_a_name_in_any_case() {
    let after = planned(
        &world(),
        groups(json!([
            {"name": " GROUP 1 ", "connectors": ["HOST1.contoso.local"], "applications": ["APP 1", app_id(2)]},
            {"id": group(2), "name": "Two", "connectors": [connector(2)], "applications": [application(3)]},
        ])),
    );
    assert_eq!(places(&after), placed(&["1", "2", "0"], &["1", "1", "2"]));
    assert_eq!(after.find("connectorGroups", &group(2))["name"], "Two");
    assert_eq!(after.find("connectorGroups", &group(1))["name"], "Group 1");
    // What has its new name already is found by that.
    let renamed = groups(json!([{"name": "Group 1", "rename": "One", "region": "nam"}]));
    let after = planned(&world(), renamed.clone());
    assert_eq!(after.find("connectorGroups", &group(1))["name"], "One");
    assert_eq!(plan(&after, renamed).unwrap().steps, []);
    // A selection finds it by either name too, before the plan and after it.
    let mut before = world();
    before.accepts(add_connector(1, 1));
    before.accepts(add_application(1, 1));
    for name in [" group 1", "One"] {
        let desired = groups(json!([
            {"name": "Group 1", "rename": "One"},
            {"name": "Group 2", "connectors": {"in": name}, "applications": {"in": name}},
        ]));
        let after = planned(&before, desired.clone());
        assert_eq!(plan(&after, desired.clone()).unwrap().steps, [], "{name}");
        let read: Desired = serde_json::from_value(desired).unwrap();
        let Things::Selected(selected) = &read.connector_groups[1].connectors else { panic!("{read:?}") };
        for (world, count) in [(&before, 1), (&after, 0)] {
            assert_eq!(world.tenant.selected_connectors(&read, selected).len(), count, "{name}");
            assert_eq!(world.tenant.selected_applications(&read, selected).len(), count, "{name}");
        }
    }
}

#[test]
fn a_group_that_is_not_there_is_created() {
    let new = ConnectorGroupId::from_u128(NEW).to_string();
    let after = planned(&world(), groups(json!([{"name": "New", "connectors": [connector(1)]}])));
    assert_eq!(after.find("connectorGroups", &new)["name"], "New");
    assert_eq!(places(&after).0, ["new", "0", "0"]);
    let after = planned(&world(), groups(json!([{"id": group(5), "name": "a", "rename": "b", "region": "nam"}])));
    let created = after.find("connectorGroups", &group(5));
    assert_eq!((&created["name"], &created["region"]), (&json!("b"), &json!("nam")));
    let missing = |id: Value| json!([{"reason": "nameMissing", "connectorGroup": id}]);
    assert_eq!(reasons(&world(), groups(json!([{"region": "nam"}]))), missing(json!(null)));
    assert_eq!(reasons(&world(), groups(json!([{"id": group(5)}]))), missing(json!(group(5))));
    let desired: Desired = serde_json::from_value(groups(json!([{"name": "New"}]))).unwrap();
    let no_ids = world().tenant.plan(&desired, PlanOptions::default(), []).unwrap_err();
    assert_eq!(no_ids.reasons, [Reason::NoIdLeft]);
    // An id that a group has is none for another.
    let default = world().tenant.default_connector_group().id();
    let taken = world().tenant.plan(&desired, PlanOptions::default(), [default]).unwrap_err();
    assert_eq!(taken.reasons, [Reason::NoIdLeft]);
}

#[test]
fn a_selection_is_all_that_nobody_names() {
    let selected = |things: Value| groups(json!([{"name": "Group 1", "connectors": things, "applications": things}]));
    let places = |desired: Value| places(&planned(&world(), desired));
    assert_eq!(places(selected(json!({"all": true}))), placed(&["1", "1", "1"], &["1", "1", "1"]));
    assert_eq!(places(selected(json!({"all": false}))), placed(&["0", "0", "0"], &["0", "0", "0"]));
    assert_eq!(places(selected(json!({"in": "default"}))), placed(&["1", "1", "1"], &["1", "1", "1"]));
    assert_eq!(places(selected(json!({"in": "group 2"}))), placed(&["0", "0", "0"], &["0", "0", "0"]));
    assert_eq!(places(selected(json!({"inRegion": "eur"}))), placed(&["1", "1", "1"], &["1", "1", "1"]));
    assert_eq!(places(selected(json!({"inRegion": "nam"}))), placed(&["0", "0", "0"], &["0", "0", "0"]));
    assert_eq!(places(selected(json!({"named": "host2"}))), placed(&["0", "1", "0"], &["0", "0", "0"]));
    assert_eq!(places(selected(json!({"named": "App 3"}))), placed(&["0", "0", "0"], &["0", "0", "1"]));
    let others = groups(json!([
        {"name": "Group 1", "connectors": {"all": true}, "applications": {"all": true}},
        {"name": "Group 2", "connectors": [connector(2)], "applications": ["App 3"]},
    ]));
    assert_eq!(places(others), placed(&["1", "2", "1"], &["1", "1", "2"]));
}

/// What a selection means can be asked before a plan, which does nothing for one that means nothing.
#[test]
fn a_selection_tells_what_it_means() {
    let tenant = world().tenant;
    let counts = |selected: Value| {
        let selected: Selected = serde_json::from_value(selected).unwrap();
        (
            tenant.selected_connectors(&Desired::default(), &selected).len(),
            tenant.selected_applications(&Desired::default(), &selected).len(),
        )
    };
    assert_eq!(counts(json!({"all": true})), (3, 3));
    assert_eq!(counts(json!({"inRegion": "eur"})), (3, 3));
    assert_eq!(counts(json!({"in": "DEFAULT"})), (3, 3));
    assert_eq!(counts(json!({"named": "host2"})), (1, 0));
    let nothing = [json!({"all": false}), json!({"inRegion": "nam"}), json!({"in": "Group 1"}), json!({"in": "none"})];
    assert!(nothing.into_iter().all(|selected| counts(selected) == (0, 0)));
}

#[test]
fn what_a_group_held_that_is_gone_is_nothing() {
    let desired = json!({
        "connectorGroups": [{"name": "Group 1", "connectors": {"in": "Group 2"}, "applications": {"in": "Group 2"}}],
        "absent": ["Group 2"],
    });
    let mut full = world();
    full.accepts(add_connector(1, 2));
    full.accepts(add_application(1, 2));
    let after = planned(&full, desired.clone());
    assert_eq!(places(&after), placed(&["1", "0", "0"], &["1", "0", "0"]));
    assert_eq!(plan(&after, desired).unwrap().steps, []);
    let nowhere = groups(json!([{"name": "Group 1", "applications": {"in": "Group 3"}}]));
    assert_eq!(reasons(&full, nowhere), json!([{"reason": "connectorGroupNotFound", "reference": "Group 3"}]));
}

#[test]
fn names_that_several_have_are_told_with_all_who_have_them() {
    let mut world = world().with_sync_fabric();
    world.accepts(rename(2, "Group 1"));
    world.accepts(json!({"command": "registerConnector", "id": connector(4), "machineName": "HOST1.contoso.local",
        "externalIp": "192.0.2.1", "version": "1.5.4287.0"}));
    world.accepts(
        json!({"command": "createApplication", "id": application(4), "appId": app_id(4), "displayName": "app 1"}),
    );
    let ambiguous =
        |reference: &str, ids: [String; 2]| json!({"reason": "ambiguous", "reference": reference, "ids": ids});
    // Of a group that is not known nothing else is told.
    let unknown = json!({"name": "group 1", "connectors": ["nobody"]});
    let known =
        json!({"id": group(2), "connectors": ["Host1.contoso.local", "nobody"], "applications": ["App 1", "nothing"]});
    assert_eq!(
        reasons(&world, groups(json!([unknown, known]))),
        json!([
            ambiguous("group 1", [group(1), group(2)]),
            ambiguous("Host1.contoso.local", [connector(1), connector(4)]),
            {"reason": "connectorNotFound", "reference": "nobody"},
            ambiguous("App 1", [application(1), application(4)]),
            {"reason": "applicationNotFound", "reference": "nothing"},
        ])
    );
    // A name that one of the service's groups has too means the other one.
    world.accepts(rename(2, "Sync"));
    let after = planned(&world, groups(json!([{"name": "sync", "connectors": [connector(2)]}])));
    assert_eq!(places(&after).0, ["0", "2", "0", "0"]);
}

#[test]
fn nothing_is_in_two_places() {
    let twice = |id: String| json!({"reason": "namedTwice", "id": id});
    let both = json!([
        {"name": "Group 1", "connectors": [connector(1), connector(2)], "applications": ["App 1"]},
        {"name": "Group 2", "connectors": ["host1.contoso.local"], "applications": [application(1), "App 2"]},
    ]);
    assert_eq!(reasons(&world(), groups(both)), json!([twice(connector(1)), twice(application(1))]));
    let again = json!([{"name": "Group 1", "connectors": [connector(1), "host1.contoso.local"]}]);
    assert_eq!(places(&planned(&world(), groups(again))).0, ["1", "0", "0"]);
    let desired = json!({"connectorGroups": [{"name": "Group 1"}, {"id": group(1)}], "absent": ["Group 2", group(2)]});
    assert_eq!(reasons(&world(), desired), json!([twice(group(1)), twice(group(2))]));
}

#[test]
fn what_is_refused_whatever_comes_before_is_told_at_once() {
    let mut world = world().with_sync_fabric();
    world.accepts(create_application(4));
    let refused = |command: Value, refusal: Value| {
        let command: Command = serde_json::from_value(command).unwrap();
        json!({"reason": "refused", "command": command, "refusal": refusal})
    };
    let desired = json!({
        "connectorGroups": [
            {"name": "Sync", "connectors": [connector(1)]},
            {"name": "Group 1", "region": "", "applications": ["App 4"]},
            {"name": "New"},
        ],
        "absent": ["Default"],
    });
    let unchanged = json!({"command": "updateConnectorGroup", "id": group(9)});
    let unpublished = reassign(&json!({"ids": [application(4)]}), 0);
    assert_eq!(
        reasons(&world, desired),
        json!([
            refused(unchanged, read_only(9)),
            refused(set_region(1, ""), json!({"code": "invalidRegion", "region": ""})),
            refused(delete_group(0), json!({"code": "groupIsDefault", "connectorGroup": group(0)})),
            refused(reassign(&json!({"ids": []}), 9), read_only(9)),
            refused(
                unpublished,
                json!({"code": "bulk", "refused": [
                {"index": 0, "reason": {"code": "applicationNotPublished", "id": application(4)}}]})
            ),
        ])
    );
    let selected =
        groups(json!([{"name": "Group 1", "applications": {"inRegion": ""}, "connectors": {"inRegion": ""}}]));
    let invalid = json!({"code": "invalidRegion", "region": ""});
    assert_eq!(
        reasons(&world, selected),
        json!([
            refused(move_connectors(&json!({"inRegion": ""}), 0), invalid.clone()),
            refused(reassign(&json!({"inRegion": ""}), 0), invalid),
        ])
    );
}

#[test]
fn an_unreachable_state_says_all_its_reasons() {
    let desired = groups(json!([{"name": "Group 1", "connectors": ["a", "b"]}]));
    assert_eq!(
        plan(&world(), desired).unwrap_err().to_string(),
        r#"there is no connector "a"; there is no connector "b""#
    );
}

#[test]
fn a_desired_state_is_written_as_it_is_read_and_nothing_else_is_read() {
    let desired = json!({
        "connectorGroups": [
            {"name": "a", "connectors": ["c"], "applications": {"inRegion": "nam"}},
            {"id": group(1), "rename": "b", "connectors": {"in": "a"}},
            {"region": "eur", "applications": ["d"]},
        ],
        "absent": ["e"],
    });
    let read: Desired = serde_json::from_value(desired.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), desired);
    assert_eq!(serde_json::to_value(Desired::default()).unwrap(), json!({}));
    for (things, expected) in [
        (
            json!(7),
            "expected a list of ids or names, or a selection with one field of `in`, `all`, `inRegion`, `named`",
        ),
        (json!({"nmae": "x"}), "unknown variant `nmae`"),
        (json!([7]), "expected a string"),
    ] {
        let error = serde_json::from_value::<Desired>(groups(json!([{"connectors": things}]))).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_temporary_group_takes_an_id_that_nobody_has_or_wants() {
    let mut world = world();
    world.accepts(add_application(1, 1));
    let desired: Desired = serde_json::from_value(groups(json!([
        {"name": "Group 1", "region": "nam"}, {"id": group(5), "name": "New", "applications": ["App 2"]},
        {"id": group(2), "applications": ["App 3"]},
    ])))
    .unwrap();
    let ids = [0, 1, 5, 6].map(|number| group(number).parse().unwrap());
    let plan = world.tenant.plan(&desired, PlanOptions::default(), ids).unwrap();
    let made = plan.steps.iter().filter_map(|step| match step {
        Command::CreateConnectorGroup(create) => Some(create.id.to_string()),
        _ => None,
    });
    assert_eq!(made.collect::<BTreeSet<_>>(), [group(5), group(6)].into());
}

/// Eight groups with one connector and one application each: too much for every way to be looked at.
fn crowded() -> World {
    let all: Vec<u32> = (1..=8).collect();
    let mut world = World::new().with_groups(&all, "eur").with_connectors(&all).with_published(&all);
    for number in all {
        world.accepts(add_connector(number, number));
        world.accepts(add_application(number, number));
    }
    world
}

pub(crate) fn names(plan: &Plan) -> Vec<&str> {
    plan.steps.iter().map(Command::name).collect()
}

#[test]
fn a_large_plan_is_the_best_where_it_has_no_more_steps_than_it_must() {
    let all = groups(json!([{"name": "Group 1", "applications": {"all": true}, "connectors": {"all": true}}]));
    let plan = plan(&crowded(), all).unwrap();
    assert_eq!((names(&plan), plan.at_least, plan.best), (vec!["reassignApplications", "moveConnectors"], 2, true));
}

#[test]
fn a_large_plan_parks_what_locks_a_region() {
    let world = crowded();
    let elsewhere: Vec<_> = (3..=8).map(application).collect();
    let desired = groups(json!([{"name": "Group 1", "region": "nam"}, {"name": "Group 2", "applications": elsewhere}]));
    let apart = plan(&world, desired.clone()).unwrap();
    planned(&world, desired.clone());
    assert_eq!((apart.at_least, apart.best, apart.gave_up), (7, true, None));
    let away = ["createConnectorGroup", "moveConnectors", "assignApplications", "updateConnectorGroup"];
    let back = ["moveConnectors", "reassignApplications", "deleteConnectorGroup"];
    assert_eq!(names(&apart), [&away[..], &back[..]].concat());
    let desired: Desired = serde_json::from_value(desired).unwrap();
    let options = PlanOptions { parking: Parking::Anywhere, ..PlanOptions::default() };
    let anywhere = world.tenant.plan(&desired, options, [ConnectorGroupId::from_u128(NEW)]).unwrap();
    assert_eq!(
        names(&anywhere),
        [&["reassignApplications", "moveConnectors", "updateConnectorGroup"], &back[..2]].concat()
    );
}

#[test]
fn of_a_large_state_that_cannot_be_reached_only_what_cannot_be_done_is_told() {
    let elsewhere: Vec<_> = (3..=8).map(application).collect();
    let desired = json!({
        "connectorGroups": [{"name": "Group 1", "region": "nam"}, {"name": "Group 2", "applications": elsewhere}],
        "absent": ["Group 3"],
    });
    let unreachable = plan(&crowded(), desired).unwrap_err();
    let refusal = json!({"code": "groupNotEmpty", "connectorGroup": group(3), "connectors": 1, "applications": 0});
    let reason = json!({"reason": "refused", "command": delete_group(3), "refusal": refusal});
    let why = unreachable.gave_up.expect("it gave up").to_string();
    assert!(
        why.starts_with("the search for a shorter way gave up on applications: ") && why.ends_with(" 700 combinations"),
        "{why}"
    );
    assert_eq!((serde_json::to_value(unreachable.reasons).unwrap(), unreachable.certain), (json!([reason]), false));
}

#[test]
fn what_is_too_large_to_look_at_is_the_best_by_its_bound() {
    let all: Vec<u32> = (1..=20).collect();
    let mut world = World::new().with_groups(&all, "eur").with_connectors(&all);
    for number in all {
        world.accepts(add_connector(number, number));
    }
    let elsewhere: Vec<_> = (3..=20).map(connector).collect();
    let desired = groups(json!([{"name": "Group 1", "region": "nam"}, {"name": "Group 2", "connectors": elsewhere}]));
    let plan = plan(&world, desired).unwrap();
    assert_eq!((plan.steps.len(), plan.at_least, plan.best), (6, 6, true));
}

#[test]
fn a_plan_tells_who_is_without_a_connector_and_until_when() {
    let mut world = World::new().with_groups(&[1, 2], "eur").with_connectors(&[1]).with_published(&[1, 2]);
    world.accepts(add_connector(1, 1));
    world.accepts(reassign(&json!({"all": true}), 1));
    let there_and_back = groups(json!([{"name": "Group 1", "region": "nam"}]));
    let told = plan(&world, there_and_back).unwrap();
    let steps =
        ["moveConnectors", "reassignApplications", "updateConnectorGroup", "moveConnectors", "reassignApplications"];
    assert_eq!(names(&told), steps);
    let outage = |step: usize, until: Option<usize>, number: u32| {
        let applications = [1, 2].map(application);
        json!({"step": step, "until": until, "connectorGroup": group(number), "applications": applications})
    };
    let outages = json!([outage(0, Some(1), 1), outage(3, Some(4), 2)]);
    assert_eq!(serde_json::to_value(&told.outages).unwrap(), outages);
    let for_good = groups(json!([{"name": "Group 2", "connectors": [connector(1)]}]));
    let told = plan(&world, for_good).unwrap();
    assert_eq!(serde_json::to_value(&told.outages).unwrap(), json!([outage(0, None, 1)]));
}
