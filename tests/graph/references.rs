//! `$ref` in all spellings.

use serde_json::json;

use crate::{
    server::{HOST, PROXY, Server, group_path},
    world::{
        add_connector, app_id, application, connector, create_application, create_group, group, publish, register,
    },
};

fn server() -> Server {
    Server::new().lines([
        register(1),
        register(2),
        create_group(1, "eur"),
        create_application(1),
        publish(1, &json!({})),
        create_application(2),
    ])
}

fn group_of_connector(server: &mut Server, number: u32) -> String {
    let answer = server.get(&format!("{PROXY}/connectors/{}/memberOf", connector(number)));
    assert_eq!(answer.is(200).ids().len(), 1, "a connector is in one group");
    answer.ids()[0].to_string()
}

#[test]
fn both_posts_move_a_connector_and_doing_it_again_changes_nothing() {
    let mut server = server();
    let (from_group, from_connector) =
        (format!("{}/members/$ref", group_path(1)), format!("{PROXY}/connectors/{}/memberOf/$ref", connector(1)));
    for _ in 0..2 {
        server.post(&from_group, &Server::link("connectors", &connector(1))).is(204);
        assert_eq!(group_of_connector(&mut server, 1), group(1));
    }
    for _ in 0..2 {
        server.post(&from_connector, &Server::link("connectorGroups", &group(0))).is(204);
        assert_eq!(group_of_connector(&mut server, 1), group(0));
    }
}

#[test]
fn of_a_link_only_the_last_two_segments_count() {
    let mut server = server();
    let (id, upper) = (group(1), group(1).to_uppercase());
    for link in [
        format!("https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups/{id}"),
        format!("https://graph.microsoft.com/onPremisesPublishingProfiles/applicationproxy/connectorGroups/{id}"),
        format!("http://127.0.0.1:8080/v1.0/anything/connectorgroups/{upper}/"),
        format!("connectorGroups/{id}"),
        format!("/beta/connectorGroups('{id}')"),
        format!("https://x/connectorGroups(%27{id}%27)?a=b"),
        format!("https://x/connector%47roups/{id}#a"),
    ] {
        server.post(&format!("{PROXY}/connectors/{}/memberOf/$ref", connector(1)), &json!({"@odata.id": link})).is(204);
        assert_eq!(group_of_connector(&mut server, 1), id, "{link}");
        server.delete(&format!("{}/members/{}/$ref", group_path(1), connector(1))).is(204);
    }
}

#[test]
fn a_link_to_another_kind_and_no_link_are_refused() {
    let mut server = server();
    let path = format!("{PROXY}/connectors/{}/memberOf/$ref", connector(1));
    for link in [
        Server::link("connectors", &group(1)),
        json!({"@odata.id": group(1)}),
        json!({"@odata.id": ""}),
        json!({"@odata.id": "https://x/connectorGroups(other='1')"}),
        json!({"@odata.id": format!("https://x/connectorGroups(appId='{}')", group(1))}),
        json!({"@odata.id": 5}),
        json!({}),
    ] {
        server.post(&path, &link).is_refused(400, "Request_BadRequest");
    }
    server.post(&path, &json!({"@odata.id": "x/connectorGroups/%zz"})).is_refused(400, "BadRequest");
    let more = json!({"@odata.id": "connectorGroups/1", "name": "x"});
    assert_eq!(server.post(&path, &more).is(400).message(), "Invalid property 'name'");
    server.post(&path, &json!({"@odata.id": "connectorGroups/1"})).is_refused(404, "ConnectorGroup_NotFound");
    let unknown = server.post(&path, &Server::link("connectorGroups", &group(5)));
    unknown.is_refused(404, "ConnectorGroup_NotFound");
    let unknown = server.post(&format!("{}/members/$ref", group_path(1)), &Server::link("connectors", &connector(5)));
    unknown.is_refused(404, "Connector_NotFound");
    let unpublished = server.put(
        &format!("/beta/applications/{}/connectorGroup/$ref", application(2)),
        &Server::link("connectorGroups", &group(1)),
    );
    unpublished.is_refused(404, "Application_NotFound");
}

#[test]
fn a_relation_is_removed_by_path_or_by_query_from_either_side() {
    let mut server = server();
    let encoded = |list: &str, id: &str| {
        let link =
            format!("https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy/{list}/{id}");
        link.replace(':', "%3A").replace('/', "%2F")
    };
    let (members, member_of) =
        (format!("{}/members", group_path(1)), format!("{PROXY}/connectors/{}/memberOf", connector(1)));
    for path in [
        format!("{members}/{}/$ref", connector(1)),
        format!("{members}('{}')/$ref", connector(1)),
        format!("{members}/$ref?@id={}", encoded("connectors", &connector(1))),
        format!("{members}/$ref?%40id={}", encoded("connectors", &connector(1))),
        format!("{members}/$ref?@id=connectors/{}", connector(1)),
        format!("{member_of}/{}/$ref", group(1)),
        format!("{member_of}/$ref?@id={}", encoded("connectorGroups", &group(1))),
    ] {
        server.line(add_connector(1, 1));
        server.delete(&path).is(204);
        assert_eq!(group_of_connector(&mut server, 1), group(0), "{path}");
        // It is not there any more, and the group that it is in is named by nobody.
        assert_eq!(server.delete(&path).status, 404, "{path}");
    }
    server
        .delete(&format!("{}/members/{}/$ref", group_path(0), connector(1)))
        .is_refused(400, "ConnectorGroup_AlreadyInDefault");
    server.delete(&format!("{members}/$ref")).is_refused(400, "Request_BadRequest");
    server
        .delete(&format!("{members}/$ref?@id={}", encoded("connectorGroups", &group(1))))
        .is_refused(400, "Request_BadRequest");
    server.delete(&format!("{members}/{}/$ref?@id=x", connector(1))).is_refused(400, "BadRequest");
}

#[test]
fn links_are_read_from_every_side() {
    let mut server = server();
    let root = format!("https://{HOST}/beta/onPremisesPublishingProfiles('applicationProxy')");
    let members = server.get(&format!("{}/members/$ref", group_path(0)));
    let expected = [1, 2].map(|number| json!({"@odata.id": format!("{root}/connectors('{}')", connector(number))}));
    assert_eq!(members.is(200).body["value"], json!(expected));
    assert_eq!(members.body["@odata.context"], format!("https://{HOST}/beta/$metadata#Collection($ref)"));
    let first = server.get(&format!("{}/members/$ref?$top=1&$count=true", group_path(0)));
    assert_eq!((first.body["@odata.count"].as_u64(), first.body["value"].as_array().unwrap().len()), (Some(2), 1));
    let next = first.body["@odata.nextLink"].as_str().unwrap();
    assert_eq!(server.get(next).body["value"], json!([expected[1]]));

    let link = format!("{root}/connectorGroups('{}')", group(0));
    let member_of = server.get(&format!("{PROXY}/connectors/{}/memberOf/$ref", connector(1)));
    assert_eq!(member_of.is(200).body["value"], json!([{"@odata.id": link}]));
    let of_application = server.get(&format!("/beta/applications(appId='{}')/connectorGroup/$ref", app_id(1)));
    assert_eq!(
        of_application.is(200).body,
        json!({"@odata.context": format!("https://{HOST}/beta/$metadata#$ref"), "@odata.id": link})
    );
    server
        .get(&format!("/beta/applications/{}/connectorGroup/$ref", application(2)))
        .is_refused(404, "Application_NotFound");
}

#[test]
fn an_application_is_assigned_from_its_own_side_or_as_it_used_to_be() {
    let mut server = server();
    let by_app_id = format!("/beta/applications(appId='{}')/connectorGroup/$ref", app_id(1));
    for _ in 0..2 {
        server.put(&by_app_id, &Server::link("connectorGroups", &group(1))).is(204);
        assert_eq!(server.group_of(&application(1)), group(1));
    }
    let legacy = format!("{}/applications", group_path(0));
    for link in [
        format!("https://graph.microsoft.com/beta/applications/{}", application(1)),
        format!("https://graph.microsoft.com/beta/applications(appId='{}')", app_id(1)),
    ] {
        server.put(&by_app_id, &Server::link("connectorGroups", &group(1))).is(204);
        server.post(&legacy, &json!({"@odata.id": link})).is(204);
        assert_eq!(server.group_of(&application(1)), group(0));
    }
    server
        .post(&legacy, &json!({"@odata.id": format!("x/applications/{}", application(2))}))
        .is_refused(404, "Application_NotFound");
    server
        .post(&legacy, &json!({"@odata.id": format!("x/applications/{}", application(3))}))
        .is_refused(404, "Application_NotFound");
    // A single-valued relation is replaced, never added to.
    let posted = server.post(&by_app_id, &Server::link("connectorGroups", &group(1)));
    assert_eq!(posted.is_refused(405, "Request_BadRequest").header("allow"), "GET, HEAD, PUT, DELETE");
}
