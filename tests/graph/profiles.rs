//! Where the live service and its documentation differ, and what was seen now and then.

use connector_groups::graph::Quirks;
use serde_json::{Value, json};

use crate::{
    server::{HOST, PROXY, Server, group_path},
    world::{add_application, application, connector, create_application, create_group, group, publish, register},
};

fn server() -> Server {
    Server::new().lines([
        register(1),
        create_group(1, "japan"),
        create_group(2, "eur"),
        create_application(1),
        publish(1, &json!({})),
    ])
}

#[test]
fn statuses_and_bodies_differ_where_the_pages_say_so() {
    let (mut live, mut documented) = (server(), server().documented());
    let groups = format!("{PROXY}/connectorGroups");

    assert_eq!(live.post(&groups, &json!({"name": "A"})).is(200).header("location"), "");
    let created = documented.post(&groups, &json!({"name": "A"}));
    let id = created.is(201).body["id"].as_str().unwrap();
    assert_eq!(created.header("location"), format!("https://{HOST}{groups}/{id}"));

    let rename = json!({"name": "B"});
    assert_eq!(live.patch(&group_path(2), &rename).is(204).body, "");
    assert_eq!(documented.patch(&group_path(2), &rename).is(200).body["name"], "B");

    let (members, link) = (format!("{}/members/$ref", group_path(2)), Server::link("connectors", &connector(1)));
    assert_eq!(live.post(&members, &link).is(204).body, "");
    assert_eq!(documented.post(&members, &link).is(201).body["machineName"], "host1.contoso.local");

    let (member_of, link) =
        (format!("{PROXY}/connectors/{}/memberOf/$ref", connector(1)), Server::link("connectorGroups", &group(0)));
    assert_eq!(live.post(&member_of, &link).is(204).body, "");
    assert_eq!(documented.post(&member_of, &link).is(201).body["isDefault"], true);

    let (legacy, link) =
        (format!("{}/applications", group_path(2)), json!({"@odata.id": format!("x/applications/{}", application(1))}));
    assert_eq!(live.post(&legacy, &link).is(204).body, "");
    assert_eq!(documented.post(&legacy, &link).is(201).body["id"], application(1));

    for server in [&mut live, &mut documented] {
        let assignment = format!("/beta/applications/{}/connectorGroup/$ref", application(1));
        server.put(&assignment, &Server::link("connectorGroups", &group(0))).is(204);
        server.delete(&group_path(2)).is(204);
    }
}

#[test]
fn preset_properties_are_refused_live_and_ignored_as_documented() {
    let (mut live, mut documented) = (server(), server().documented());
    let preset = json!({"isDefault": true, "connectorGroupType": "syncFabric"});
    live.patch(&group_path(2), &preset).is_refused(400, "Request_BadRequest");
    let answer = documented.patch(&group_path(2), &preset);
    assert_eq!(
        (&answer.is(200).body["isDefault"], &answer.body["connectorGroupType"]),
        (&json!(false), &json!("applicationProxy"))
    );
}

#[test]
fn the_schema_has_five_regions_and_the_service_has_more() {
    let (mut live, mut documented) = (server(), server().documented());
    assert_eq!(live.get(&group_path(1)).body["region"], "japan");
    assert_eq!(documented.get(&group_path(1)).body["region"], "unknownFutureValue");
    let request = Server::request("GET", &group_path(1)).header("prefer", "include-unknown-enum-members");
    let asked = documented.send(&request.body(Vec::new()).unwrap());
    assert_eq!(asked.body["region"], "japan");
    let batch = json!({"requests": [{"id": "1", "method": "GET", "url": group_path(1), "headers": {"Prefer": "include-unknown-enum-members"}}]});
    assert_eq!(documented.post("/beta/$batch", &batch).body["responses"][0]["body"]["region"], "japan");
    let region = json!({"name": "x", "region": "Japan"});
    let groups = format!("{PROXY}/connectorGroups");
    assert_eq!(live.post(&groups, &region).is(200).body["region"], "japan");
    documented.post(&groups, &region).is_refused(400, "ConnectorGroup_InvalidRegion");
    documented.patch(&group_path(1), &json!({"region": "japan"})).is_refused(400, "ConnectorGroup_InvalidRegion");
    documented.patch(&group_path(2), &json!({"region": "NAM"})).is(200);
    for server in [&mut live, &mut documented] {
        server
            .post(&groups, &json!({"name": "x", "region": "unknownFutureValue"}))
            .is_refused(400, "ConnectorGroup_InvalidRegion");
        server.post(&groups, &json!({"name": "x", "region": ""})).is_refused(400, "ConnectorGroup_InvalidRegion");
    }
}

/// The page of the resource calls the type read-only; Microsoft's own tools and its tutorial for Private Access set it.
#[test]
fn the_application_type_is_set_under_both_profiles() {
    for mut server in [server(), server().documented()] {
        let path = format!("/beta/applications/{}", application(1));
        let body = json!({"onPremisesPublishing": {"applicationType": "NonWebApp", "isAccessibleViaZTNAClient": true}});
        server.patch(&path, &body).is(204);
        assert_eq!(server.get(&format!("{path}/onPremisesPublishing")).body["applicationType"], "nonwebapp");
    }
}

/// Public scripts ask each application by itself, as the list refuses it; the pages do not say that it does.
#[test]
fn a_list_of_applications_shows_publishing_and_groups_as_documented_only() {
    let (mut live, mut documented) = (server(), server().documented());
    let selected = "/beta/applications?$select=id,onPremisesPublishing";
    let expanded = "/beta/applications?$expand=connectorGroup($select=id)";
    live.get(selected).is_refused(400, "InvalidGuid_BadRequest");
    live.get(expanded).is_refused(400, "Request_BadRequest");
    assert_eq!(
        documented.get(selected).is(200).body["value"][0]["onPremisesPublishing"]["isOnPremPublishingEnabled"],
        true
    );
    assert_eq!(documented.get(expanded).is(200).body["value"][0]["connectorGroup"]["id"], group(0));
}

#[test]
fn an_empty_group_has_no_applications_or_is_an_error() {
    let path = format!("{}/applications", group_path(2));
    let mut plain = server();
    assert_eq!(plain.get(&path).is(200).body["value"], json!([]));
    let mut quirky = server().with_quirks(Quirks { empty_group_applications_not_found: true, ..Quirks::default() });
    quirky.get(&path).is_refused(404, "ApplicationsForGroup_NotFound");
    quirky.line(add_application(1, 2));
    assert_eq!(quirky.get(&path).is(200).ids(), [application(1)]);
}

#[test]
fn what_is_not_published_is_no_content_or_an_error() {
    let path = format!("/beta/applications/{}/onPremisesPublishing", application(2));
    let mut plain = server().lines([create_application(2)]);
    assert_eq!(plain.get(&path).is(204).body, "");
    let quirks = Quirks { unpublished_not_enabled: true, ..Quirks::default() };
    let mut seen = server().lines([create_application(2)]).with_quirks(quirks);
    seen.get(&path).is_refused(404, "OnPremisesPublishing_NotEnabled");
    seen.line(publish(2, &json!({})));
    seen.get(&path).is(200);
}

#[test]
fn before_the_first_connector_application_proxy_is_not_enabled_under_the_quirk() {
    let quirks = Quirks { connectorless_tenant_not_enabled: true, ..Quirks::default() };
    let mut server = Server::new().with_quirks(quirks).lines([create_application(1), publish(1, &json!({}))]);
    let application_path = format!("/beta/applications/{}", application(1));
    for path in [
        PROXY.into(),
        group_path(0),
        format!("{PROXY}/connectors/$count"),
        format!("{application_path}/connectorGroup"),
        format!("{application_path}/onPremisesPublishing"),
    ] {
        server.get(&path).is_refused(404, "OnPremisesPublishing_NotEnabled");
    }
    server
        .post(&format!("{PROXY}/connectorGroups"), &json!({"name": "x"}))
        .is_refused(404, "OnPremisesPublishing_NotEnabled");
    server.get(&application_path).is(200);
    let not_enabled = "OnPremisesPublishing_NotEnabled";
    server.get(&format!("{application_path}?$select=id,OnPremisesPublishing")).is_refused(404, not_enabled);
    server.get(&format!("{application_path}?$expand=connectorGroup($select=id)")).is_refused(404, not_enabled);
    let publishing = json!({"internalUrl": "https://a.contoso.local/"});
    server.patch(&application_path, &json!({"onPremisesPublishing": publishing})).is_refused(404, not_enabled);
    server.patch(&format!("{application_path}/onPremisesPublishing"), &publishing).is_refused(404, not_enabled);
    server.line(register(1));
    server.get(&group_path(0)).is(200);
}

/// a read right after a write may show what was before; writes are never judged by it.
#[test]
fn reads_lag_behind_where_the_caller_says_so() {
    let mut server = server();
    server.stale = Some(server.directory.clone());
    let assignment = format!("/beta/applications/{}/connectorGroup/$ref", application(1));
    server.put(&assignment, &Server::link("connectorGroups", &group(2))).is(204);
    assert_eq!(server.group_of(&application(1)), group(0));
    let batch = json!({"requests": [{"id": "1", "method": "GET", "url": format!("/applications/{}/connectorGroup", application(1))}]});
    let in_batch: Value = server.post("/beta/$batch", &batch).body["responses"][0]["body"]["id"].clone();
    assert_eq!(in_batch, group(0));
    server.delete(&group_path(2)).is_refused(400, "ApplicationsOrConnectorsAssigned_BadRequest");
    server.stale = None;
    assert_eq!(server.group_of(&application(1)), group(2));
    // A snapshot from before the tenant was made shows the tenant as it is.
    server.stale = Some(connector_groups::Directory::default());
    assert_eq!(server.group_of(&application(1)), group(2));
}
