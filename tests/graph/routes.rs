//! Every route, and the list of what an emulator should check itself against.

use serde_json::{Value, json};

use crate::{
    server::{HOST, PROXY, Server, group_path},
    world::{advance, app_id, application, connector, create_application, create_group, group, register, report},
};

const TEMPLATE: &str = "/beta/applicationTemplates/8adf8e6e-67b2-4cf2-a259-e3dc5476c621/instantiate";

fn metadata(path: &str) -> String {
    format!("https://{HOST}/beta/$metadata#{path}")
}

fn publish(server: &mut Server, number: u32) -> String {
    let id = application(number);
    let urls = json!({"internalUrl": format!("https://app{number}.contoso.local/"), "externalUrl": format!("https://app{number}.contoso.com/")});
    server.patch(&format!("/beta/applications/{id}"), &json!({"onPremisesPublishing": urls})).is(204);
    id
}

#[test]
fn groups_are_made_read_renamed_and_deleted() {
    let mut server = Server::new();
    let groups = format!("{PROXY}/connectorGroups");
    let created = server.post(
        &groups,
        &json!({"name": "Datacenter A", "region": "NAM", "isDefault": true, "connectorGroupType": "syncFabric"}),
    );
    let id = created.is(200).body["id"].as_str().unwrap().to_string();
    assert_eq!(
        created.body,
        json!({"@odata.context": metadata("onPremisesPublishingProfiles('applicationProxy')/connectorGroups/$entity"),
            "id": id, "name": "Datacenter A", "connectorGroupType": "applicationProxy", "isDefault": false, "region": "nam"})
    );
    assert_eq!(created.header("content-type"), "application/json");
    for path in [format!("{groups}/{id}"), format!("{groups}('{}')", id.to_uppercase())] {
        assert_eq!(server.get(&path).is(200).body, created.body, "{path}");
    }
    let list = server.get(&groups);
    assert_eq!(list.is(200).ids(), [group(0), id.clone()]);
    assert_eq!(
        list.body["@odata.context"],
        metadata("onPremisesPublishingProfiles('applicationProxy')/connectorGroups")
    );
    assert_eq!(list.body["value"][0]["isDefault"], true);
    assert_eq!(server.get(&format!("{groups}/$count")).is(200).body, "2");

    let path = format!("{groups}/{id}");
    let updated =
        server.patch(&path, &json!({"@odata.type": "#microsoft.graph.connectorGroup", "name": "B", "region": null}));
    assert_eq!(updated.is(204).body, "");
    assert_eq!(server.get(&path).body["name"], "B");
    assert_eq!(server.patch(&path, &json!({})).is(204).body, "");
    server.delete(&path).is(204);
    server.get(&path).is_refused(404, "ConnectorGroup_NotFound");
    server.delete(&path).is_refused(404, "ConnectorGroup_NotFound");
}

#[test]
fn the_profile_is_read_in_any_case_and_spelling() {
    let mut server = Server::new();
    for path in [
        "/beta/onPremisesPublishingProfiles/applicationproxy/connectorGroups",
        "/BETA/onPremisesPublishingProfiles('APPLICATIONPROXY')/connectorgroups/",
        "/beta/onPremisesPublishingProfiles(%27applicationProxy%27)/connectorGroups",
        "/beta/onPremisesPublishingProfiles(id='applicationProxy')/connector%47roups",
    ] {
        assert_eq!(server.get(path).is(200).ids(), [group(0)], "{path}");
    }
    assert_eq!(server.get(PROXY).is(200).body["id"], "applicationProxy");
    assert_eq!(server.get("/beta/onPremisesPublishingProfiles").is(200).ids(), ["applicationProxy"]);
}

#[test]
fn connectors_are_read_and_nobodys_to_make_or_delete() {
    let mut server = Server::new().lines([register(1), create_group(1, "eur")]);
    let path = format!("{PROXY}/connectors/{}", connector(1));
    let read = server.get(&path);
    assert_eq!(
        read.is(200).body,
        json!({"@odata.context": metadata("onPremisesPublishingProfiles('applicationProxy')/connectors/$entity"),
            "id": connector(1), "machineName": "host1.contoso.local", "externalIp": "192.0.2.1", "status": "active", "version": "1.5.4287.0"})
    );
    assert_eq!(server.get(&format!("{PROXY}/connectors")).is(200).ids(), [connector(1)]);
    assert_eq!(server.get(&format!("{PROXY}/connectors/$count")).is(200).body, "1");
    assert_eq!(server.get(&format!("{path}/memberOf")).is(200).ids(), [group(0)]);
    assert_eq!(server.get(&format!("{path}/memberOf/$count")).is(200).body, "1");
    assert_eq!(server.get(&format!("{path}/memberOf/{}", group(0))).is(200).body["isDefault"], true);
    server.get(&format!("{path}/memberOf/{}", group(1))).is_refused(404, "ConnectorGroup_NotFound");
    assert_eq!(server.get(&format!("{}/members/{}", group_path(0), connector(1))).is(200).body["id"], connector(1));
    server.get(&format!("{}/members/{}", group_path(1), connector(1))).is_refused(404, "Connector_NotFound");
    //
    server.delete(&path).is_refused(405, "Request_BadRequest");
    server.patch(&path, &json!({"machineName": "other"})).is_refused(405, "Request_BadRequest");
    let made = server.post(&format!("{PROXY}/connectors"), &json!({"machineName": "other"}));
    assert_eq!(made.is_refused(405, "Request_BadRequest").header("allow"), "GET, HEAD");
}

#[test]
fn applications_are_made_found_by_either_key_renamed_and_deleted() {
    let mut server = Server::new();
    let created = server.post("/beta/applications", &json!({"displayName": "Expenses"}));
    let (id, app) = (created.is(201).body["id"].as_str().unwrap(), created.body["appId"].as_str().unwrap());
    assert_eq!(created.header("location"), format!("https://{HOST}/beta/applications/{id}"));
    for path in [
        format!("/beta/applications/{id}"),
        format!("/beta/applications('{id}')"),
        format!("/beta/applications(appId='{app}')"),
        format!("/beta/applications(appId=%27{app}%27)"),
    ] {
        assert_eq!(server.get(&path).is(200).body, created.body, "{path}");
    }
    assert_eq!(server.get(&format!("/v1.0/applications/{id}")).is(200).body["appId"], app);
    server.get("/beta/applications(uniqueName='expenses')").is_refused(404, "Request_ResourceNotFound");
    let member = format!("connectorGroups/{}/members/microsoft.graph.connector", group(0));
    for path in [
        "applications/delta",
        "servicePrincipals/Delta()?$select=id",
        "applications/microsoft.graph.application/$count",
    ]
    .into_iter()
    .map(|path| format!("/beta/{path}"))
    .chain([format!("{PROXY}/{member}")])
    {
        let message = server.get(&path).is_refused(501, "NotImplemented").message().to_string();
        assert!(message.ends_with("' is not implemented by this model."), "{path}: {message}");
    }
    for list in ["applications", "servicePrincipals"] {
        let refused = server.get(&format!("/v1.0/{list}(appId='expenses')"));
        let text = "Invalid value specified for object reference property 'appId'. Please ensure that this value has an appropriate syntax and length.";
        assert_eq!(refused.is_refused(400, "Request_BadRequest").message(), text);
    }
    assert_eq!(server.get("/beta/applications").is(200).ids(), [id]);
    assert_eq!(server.advanced("/beta/applications/$count").is(200).body, "1");
    let path = format!("/beta/applications/{id}");
    server.patch(&path, &json!({"displayName": "Travel"})).is(204);
    assert_eq!(server.get(&path).body["displayName"], "Travel");
    server.delete(&path).is(204);
    server.get(&path).is_refused(404, "Request_ResourceNotFound");
    server.patch(&path, &json!({"displayName": "Gone"})).is_refused(404, "Request_ResourceNotFound");
}

#[test]
fn an_application_is_made_of_the_template_and_published_in_a_request_of_its_own() {
    let mut server = Server::new().lines([register(1)]);
    let made = server.post(TEMPLATE, &json!({"displayName": "Expenses"}));
    assert_eq!(made.is(201).body["application"]["displayName"], "Expenses");
    assert_eq!(made.body["servicePrincipal"]["appId"], made.body["application"]["appId"]);
    let random = |id: &Value| id.as_str().is_some_and(|id| id.as_bytes()[14] == b'4' && !id.contains("00000000"));
    assert!(["application", "servicePrincipal"].iter().all(|part| random(&made.body[part]["objectId"])), "{made:?}");
    let path = format!("/beta/applications/{}", made.body["application"]["objectId"].as_str().unwrap());
    assert_eq!(server.get(&format!("{path}/onPremisesPublishing")).is(204).body, "");
    assert_eq!(
        server.get(&format!("{path}?$select=id,onPremisesPublishing")).is(200).body["onPremisesPublishing"],
        Value::Null
    );

    let asked = json!({"@odata.type": "#microsoft.graph.onPremisesPublishing",
        "internalUrl": "https://expenses.contoso.local/", "externalUrl": "https://expenses-contoso.msappproxy.net/",
        "verifiedCustomDomainPasswordCredential": {"@odata.type": "microsoft.graph.passwordCredential", "value": "secret"},
        "verifiedCustomDomainKeyCredential": {"type": "X509CertAndPassword", "value": "secret"},
        "singleSignOnSettings": {"@odata.type": "x", "singleSignOnMode": "onPremisesKerberos",
            "kerberosSignOnSettings": {"@odata.type": "x", "kerberosServicePrincipalName": "HTTP/expenses.contoso.local"}}});
    server.patch(&path, &json!({"onPremisesPublishing": asked})).is(204);
    let read = server.get(&format!("{path}/onPremisesPublishing"));
    assert_eq!(read.is(200).body["internalUrl"], "https://expenses.contoso.local/");
    assert_eq!(read.body["isOnPremPublishingEnabled"], true);
    assert_eq!(
        read.body["singleSignOnSettings"]["kerberosSignOnSettings"]["kerberosServicePrincipalName"],
        "HTTP/expenses.contoso.local"
    );
    for secret in ["verifiedCustomDomainPasswordCredential", "verifiedCustomDomainKeyCredential"] {
        assert_eq!(read.body[secret], Value::Null, "written, never read");
    }
    // As generated clients ask for parts of a complex property.
    let part = server.get(&format!("{path}/onPremisesPublishing?$select=InternalUrl,alternateUrl"));
    let context = part.is(200).body["@odata.context"].as_str().unwrap();
    assert!(context.ends_with("')/onPremisesPublishing(internalUrl,alternateUrl)"), "{context}");
    assert_eq!(
        part.body,
        json!({"@odata.context": context, "internalUrl": "https://expenses.contoso.local/", "alternateUrl": null})
    );
    server.get(&format!("{path}/onPremisesPublishing?$select=other")).is_refused(400, "Request_BadRequest");
    server.get(&format!("{path}/displayName?$select=other")).is_refused(400, "BadRequest");
    let selected = server.get(&format!("{path}?$select=id,onPremisesPublishing"));
    assert_eq!(
        selected.is(200).body["onPremisesPublishing"]["externalUrl"],
        "https://expenses-contoso.msappproxy.net/"
    );
    assert_eq!(selected.body["displayName"], Value::Null, "not selected");
    // Not in the default projection, and with nothing else in one request.
    assert!(server.get(&path).body.get("onPremisesPublishing").is_none());
    let mixed = server.patch(&path, &json!({"displayName": "x", "onPremisesPublishing": {}}));
    assert_eq!(
        mixed.is_refused(400, "Request_BadRequest").message(),
        "The request is currently not supported on the targeted entity set"
    );
    for path in ["/beta/applications", TEMPLATE] {
        server
            .post(path, &json!({"displayName": "x", "onPremisesPublishing": {}}))
            .is_refused(400, "Request_BadRequest");
        server.post(path, &json!({"displayName": null})).is_refused(400, "BadRequest");
    }
    server.post("/beta/applicationTemplates/other/instantiate", &json!({"displayName": "x"})).is(404);
}

#[test]
fn null_and_the_sentinel_of_powershell_unpublish() {
    let mut server = Server::new().lines([register(1), create_application(1)]);
    let path = format!("/beta/applications/{}", application(1));
    let sentinel = "PowerShellDeleteApplication";
    for unpublished in [Value::Null, json!({"internalUrl": sentinel, "externalUrl": sentinel})] {
        publish(&mut server, 1);
        assert_eq!(server.group_of(&application(1)), group(0));
        server.patch(&path, &json!({"onPremisesPublishing": unpublished})).is(204);
        server.get(&format!("{path}/onPremisesPublishing")).is(204);
        server.get(&format!("{path}/connectorGroup")).is_refused(404, "Application_NotFound");
    }
    server.patch(&path, &json!({"onPremisesPublishing": null})).is(204);
    let half = json!({"internalUrl": sentinel});
    server.patch(&path, &json!({"onPremisesPublishing": half})).is_refused(400, "InternalUrl_Invalid");
}

#[test]
fn a_group_tells_its_applications() {
    let mut server = Server::new().lines([create_application(1), create_group(1, "eur")]);
    publish(&mut server, 1);
    let list = format!("{}/applications", group_path(0));
    assert_eq!(server.get(&list).is(200).ids(), [application(1)]);
    assert_eq!(server.get(&format!("{list}/$count")).is(200).body, "1");
    for key in [format!("/{}", application(1)), format!("(appId='{}')", app_id(1))] {
        assert_eq!(server.get(&format!("{list}{key}")).is(200).body["id"], application(1), "{key}");
    }
    server.get(&format!("{}/applications/{}", group_path(1), application(1))).is_refused(404, "Application_NotFound");
    assert_eq!(server.get(&format!("{}/applications", group_path(1))).is(200).body["value"], json!([]));
}

/// What other tools that talk to Graph were written around, one after the other.
#[test]
fn what_an_emulator_should_check_itself_against() {
    let mut server = Server::new();
    // Two connectors register, both in Default; a group is made; one moves; each is in exactly one group.
    server.line(register(1));
    server.line(register(2));
    assert_eq!(server.get(&format!("{}/members", group_path(0))).ids().len(), 2);
    let made = server.post(&format!("{PROXY}/connectorGroups"), &json!({"name": "G"}));
    assert_eq!((&made.is(200).body["isDefault"], &made.body["region"]), (&json!(false), &json!("eur")));
    let id = made.body["id"].as_str().unwrap().to_string();
    let path = format!("{PROXY}/connectorGroups/{id}");
    server.post(&format!("{path}/members/$ref"), &Server::link("connectors", &connector(1))).is(204);
    assert_eq!(server.get(&format!("{PROXY}/connectors/{}/memberOf", connector(1))).ids(), [id.as_str()]);
    assert_eq!(server.get(&format!("{}/members", group_path(0))).ids(), [connector(2)]);

    // Published into Default, assigned, removed to Default, and from there to nowhere.
    server.line(create_application(1));
    publish(&mut server, 1);
    assert_eq!(server.group_of(&application(1)), group(0));
    let assignment = format!("/beta/applications/{}/connectorGroup/$ref", application(1));
    server.put(&assignment, &Server::link("connectorGroups", &id)).is(204);
    assert_eq!(server.group_of(&application(1)), id);
    server.delete(&assignment).is(204);
    assert_eq!(server.group_of(&application(1)), group(0));
    server.delete(&assignment).is_refused(400, "ConnectorGroup_AlreadyInDefault");

    // A group is deleted, and its region changed, only while it is empty.
    let region = json!({"region": "nam"});
    server.delete(&path).is_refused(400, "ApplicationsOrConnectorsAssigned_BadRequest");
    server.patch(&path, &region).is_refused(400, "ConnectorGroup_RegionLocked");
    server.post(&format!("{}/members/$ref", group_path(0)), &Server::link("connectors", &connector(1))).is(204);
    server.put(&assignment, &Server::link("connectorGroups", &id)).is(204);
    server.delete(&path).is_refused(400, "ApplicationsOrConnectorsAssigned_BadRequest");
    server.patch(&path, &region).is_refused(400, "ConnectorGroup_RegionLocked");
    server.delete(&assignment).is(204);
    server.patch(&path, &region).is(204);

    // A plain application has no group to change.
    server.line(create_application(2));
    let plain = server.put(
        &format!("/beta/applications/{}/connectorGroup/$ref", application(2)),
        &Server::link("connectorGroups", &id),
    );
    let text =
        format!("Application '{}' not found or OnPremisesPublishing is not enabled for your tenant.", application(2));
    assert_eq!(plain.is_refused(404, "Application_NotFound").message(), text);

    // Inactive: there on day nine, gone on day ten; its group and application stay.
    server.post(&format!("{path}/members/$ref"), &Server::link("connectors", &connector(1))).is(204);
    server.put(&assignment, &Server::link("connectorGroups", &id)).is(204);
    server.line(report(1, "inactive"));
    server.line(advance("2026-03-11T08:00:00Z"));
    assert_eq!(server.get(&format!("{path}/members")).body["value"][0]["status"], "inactive");
    server.line(advance("2026-03-12T08:00:00Z"));
    assert_eq!(server.get(&format!("{path}/members")).body["value"], json!([]));
    server.get(&format!("{PROXY}/connectors/{}", connector(1))).is_refused(404, "Connector_NotFound");
    assert_eq!(server.group_of(&application(1)), id);

    // An empty group goes.
    server.delete(&assignment).is(204);
    server.delete(&path).is(204);
}

/// Ids of another tenant are not found, whatever is asked of them.
#[test]
fn foreign_ids_are_not_found_on_every_verb() {
    let mut server = Server::new().lines([register(1), create_application(1), create_group(1, "eur")]);
    publish(&mut server, 1);
    let other = "7e000000-0000-4000-8000-000000000002";
    server.line(json!({"command": "createTenant", "id": other, "defaultRegion": "nam", "now": "2026-03-02T08:00:00Z",
        "defaultConnectorGroup": {"id": group(7)}}));
    let group_link = Server::link("connectorGroups", &group(1));
    let connector_link = Server::link("connectors", &connector(1));
    let application_path = format!("/beta/applications/{}", application(1));
    for (method, path, body) in [
        ("GET", group_path(1), None),
        ("PATCH", group_path(1), Some(json!({"name": "x"}))),
        ("DELETE", group_path(1), None),
        ("GET", format!("{}/members", group_path(1)), None),
        ("GET", format!("{}/applications", group_path(1)), None),
        ("POST", format!("{}/members/$ref", group_path(7)), Some(connector_link)),
        ("GET", format!("{PROXY}/connectors/{}", connector(1)), None),
        ("GET", format!("{PROXY}/connectors/{}/memberOf", connector(1)), None),
        ("POST", format!("{PROXY}/connectors/{}/memberOf/$ref", connector(1)), Some(group_link.clone())),
        ("DELETE", format!("{}/members/{}/$ref", group_path(7), connector(1)), None),
        ("GET", application_path.clone(), None),
        ("PATCH", application_path.clone(), Some(json!({"displayName": "x"}))),
        ("DELETE", application_path.clone(), None),
        ("GET", format!("{application_path}/connectorGroup"), None),
        ("PUT", format!("{application_path}/connectorGroup/$ref"), Some(group_link)),
        ("DELETE", format!("{application_path}/connectorGroup/$ref"), None),
    ] {
        let body = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
        let request =
            http::Request::builder().method(method).uri(&path).header("authorization", format!("bearer {other}"));
        let request = request.header("content-type", "application/json");
        server.send(&request.body(body).unwrap()).is(404);
    }
}

#[test]
fn sibling_profiles_and_unknown_segments_answer_as_was_seen() {
    let mut server = Server::new();
    for (path, rest) in [
        ("applicationProxy/agentGroups", "('applicationProxy')/agentGroups"),
        ("applicationProxy/agents/1", "('applicationProxy')/agents/1"),
        ("provisioning", "('provisioning')"),
        ("provisioning/agents", "('provisioning')/agents"),
        ("provisioning/connectorGroups", "('provisioning')/connectorGroups"),
    ] {
        let answer = server.get(&format!("/beta/onPremisesPublishingProfiles/{path}"));
        let uri = format!("https://eur1.msgraph.msappproxy.net:8082/v2/onPremisesPublishingProfiles{rest}");
        let text = format!("No HTTP resource was found that matches the request URI '{uri}'.");
        assert_eq!(answer.is_refused(404, "").message(), text);
    }
    for (path, segment) in [
        ("/beta/connectorGroups", "connectorGroups"),
        ("/beta", ""),
        ("/beta/applications/1/logo", "logo"),
        ("/beta/applications/1/connectorGroup/name", "name"),
        ("/beta/applications/$ref", "$ref"),
        ("/v1.0/onPremisesPublishingProfiles/applicationProxy", "onPremisesPublishingProfiles"),
        ("/v1.0/applications/1/connectorGroup", "connectorGroup"),
        ("/v1.0/applications/1/onPremisesPublishing", "onPremisesPublishing"),
        ("/beta/onPremisesPublishingProfiles/applicationProxy/other", "other"),
        ("/beta/onPremisesPublishingProfiles/$ref", "$ref"),
        (&format!("{PROXY}/connectorGroups/$count/more"), "more"),
        (&format!("{PROXY}/connectorGroups/1/other"), "other"),
        (&format!("{PROXY}/connectorGroups/1/members/2/other"), "other"),
        (&format!("{PROXY}/connectorGroups/1/applications/2/other"), "other"),
        (&format!("{PROXY}/connectorGroups/1/applications/2/$ref"), "$ref"),
        (&format!("{PROXY}/connectors/1/other"), "other"),
        (&TEMPLATE.replace("instantiate", "other"), "other"),
    ] {
        let text = format!("Resource not found for the segment '{segment}'");
        assert_eq!(server.get(path).is_refused(400, "BadRequest").message(), text, "{path}");
    }
    let version = server.get("/onPremisesPublishingProfiles/applicationProxy/connectorGroups");
    assert_eq!(version.is_refused(400, "BadRequest").message(), "Invalid version: onPremisesPublishingProfiles");
    let publishing = json!({"onPremisesPublishing": {}});
    server.line(create_application(1));
    for answer in [
        server.get(&format!("/v1.0/applications/{}?$select=onPremisesPublishing", application(1))),
        server.patch(&format!("/v1.0/applications/{}", application(1)), &publishing),
    ] {
        assert_eq!(answer.is(400).message(), "Invalid property 'onPremisesPublishing'");
    }
}
