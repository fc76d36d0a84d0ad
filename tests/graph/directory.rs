//! Applications with what tools write of them, service principals, segments and the profile.

use serde_json::{Value, json};

use crate::{
    assignments::ROLES,
    reports::{TEMPLATE, instantiated},
    server::{PROXY, Server, group_path},
    world::{application, create_application, publish, register},
};

const SEGMENTS: &str =
    "onPremisesPublishing/segmentsConfiguration/microsoft.graph.ipSegmentConfiguration/applicationSegments";

/// An application of Private Access: its path, and its id.
pub(crate) fn private_access() -> (Server, String, String) {
    let (mut server, id, _) = instantiated();
    let path = format!("/beta/applications/{id}");
    let body = json!({"onPremisesPublishing": {"applicationType": "nonwebapp", "isAccessibleViaZTNAClient": true}});
    server.patch(&path, &body).is(204);
    (server, path, id)
}

/// W21 and W25: what a tool writes it reads back, by each way to read.
#[test]
fn properties_that_are_not_modelled_are_kept() {
    let (mut server, id, _) = instantiated();
    let path = format!("/v1.0/applications/{id}");
    let body = json!({"identifierUris": ["https://x.contoso.com"],
        "web": {"redirectUris": ["https://x.contoso.com"], "HomePageUrl": "https://x.contoso.com"}});
    server.patch(&path, &body).is(204);
    let read = server.get(&path);
    assert_eq!(read.is(200).body["identifierUris"], json!(["https://x.contoso.com"]));
    assert_eq!(
        read.body["web"],
        json!({"redirectUris": ["https://x.contoso.com"], "homePageUrl": "https://x.contoso.com"})
    );
    // Of a complex property only what is named changes.
    server.patch(&path, &json!({"Web": {"homepageurl": null, "logoutUrl": "https://x/out"}})).is(204);
    let read = server.get(&format!("{path}?$select=WEB"));
    assert_eq!(read.body["web"], json!({"redirectUris": ["https://x.contoso.com"], "logoutUrl": "https://x/out"}));
    server
        .patch(
            &path,
            &json!({"tags": ["HideApp", "WindowsAzureActiveDirectoryOnPremApp"], "contoso_Something": {"a": 1}}),
        )
        .is(204);
    server.patch(&path, &json!({"CONTOSO_SOMETHING": {"a": 2}})).is(204);
    for query in [
        "tags/any(t:t eq 'hideapp')",
        "identifierUris/any(u:startswith(u,'https://x'))",
        "web/logoutUrl eq 'https://x/out'",
        "web/redirectUris/any(u:u eq 'https://x.contoso.com')",
        "contoso_something/a eq 2",
        "applicationTemplateId eq '8adf8e6e-67b2-4cf2-a259-e3dc5476c621'",
    ] {
        let found = server.get(&format!("/v1.0/applications?$filter={}", query.replace(' ', "%20")));
        assert_eq!(found.is(200).ids(), [id.as_str()], "{query}");
    }
    assert_eq!(server.get(&format!("{path}?$select=contoso_something")).body["contoso_Something"], json!({"a": 2}));
    assert_eq!(
        server.get("/beta/applications?$select=contoso_something").body["value"],
        json!([{"contoso_Something": {"a": 2}}])
    );
    // An open type can have any property; what nothing has is not shown, and not asked for.
    assert_eq!(server.get("/beta/applications?$select=nothing").is(200).body["value"], json!([{}]));
    server.get("/beta/applications?$filter=nothing%20eq%20'x'").is_refused(400, "BadRequest");
    for name in ["no-thing", "1st", "owners", "a/b", "@odata.type", ",", "id,,appId"] {
        server.get(&format!("/beta/applications?$select={name}")).is_refused(400, "Request_BadRequest");
    }
    server.patch(&path, &json!({"contoso_Something": null})).is(204);
    let gone = server.get(&format!("{path}?$select=contoso_something"));
    assert_eq!(gone.is(200).body.as_object().unwrap().keys().collect::<Vec<_>>(), ["@odata.context"]);
    let made = server
        .post("/v1.0/applications", &json!({"displayName": "x", "keyCredentials": [], "passwordCredentials": []}));
    assert_eq!(made.is(201).body["keyCredentials"], json!([]));
    // What stands there already is no change, and a relation is no property.
    server.patch(&path, &json!({"id": id, "displayName": "y"})).is(204);
    for body in [
        json!({"id": "x"}),
        json!({"owners": []}),
        json!({"owners@odata.bind": []}),
        json!({"connectorGroup": null}),
        json!({"ApplicationSegments": []}),
    ] {
        server.patch(&path, &body).is_refused(400, "Request_BadRequest");
    }
    for body in [json!({"tags": "x"}), json!({"web": "x"}), json!({"appRoles": [1]})] {
        server.patch(&path, &body).is_refused(400, "BadRequest");
    }
    server.patch(&path, &json!({"windows": {}})).is_refused(400, "Request_BadRequest");
}

/// W13 and the cmdlets that find published applications by the tags of their service principals.
#[test]
fn service_principals_are_made_found_written_and_deleted() {
    let (mut server, id, app_id) = instantiated();
    let found =
        server.get(&format!("/v1.0/servicePrincipals?$filter=appId%20eq%20'{app_id}'&$select=id,appId,appRoles"));
    let principal = found.is(200).ids()[0].to_string();
    // The roles are those that the template gives to its application.
    let (id_read, roles) = (&found.body["value"][0]["id"], &found.body["value"][0]["appRoles"]);
    assert_eq!(
        (id_read, roles[0]["displayName"].as_str(), roles.as_array().unwrap().len()),
        (&json!(principal), Some("User"), 2)
    );
    let path = format!("/beta/servicePrincipals/{principal}");
    let tag = "WindowsAzureActiveDirectoryOnPremApp";
    server.patch(&path, &json!({"Tags": [tag], "appId": app_id, "displayName": "x"})).is(204);
    let tagged = format!("/beta/servicePrincipals?$filter=tags/any(t:t%20eq%20'{tag}')&$top=1&$count=true");
    assert_eq!(server.get(&tagged).is(200).ids(), [principal.as_str()]);
    let read = server.get(&format!(
        "/v1.0/servicePrincipals(appId='{app_id}')?$select=displayName,tags,servicePrincipalNames,accountEnabled"
    ));
    assert_eq!(read.is(200).body["servicePrincipalNames"], json!([app_id]));
    assert_eq!((&read.body["displayName"], &read.body["accountEnabled"]), (&json!("x"), &json!(true)));
    server.patch(&path, &json!({"displayName": "other"})).is_refused(400, "Request_BadRequest");
    server.patch(&path, &json!({"appRoleAssignedTo": []})).is_refused(400, "Request_BadRequest");
    let twice = server.post("/v1.0/servicePrincipals", &json!({"appId": app_id}));
    twice.is_refused(409, "Request_MultipleObjectsWithSameKeyValue");
    server.post("/v1.0/servicePrincipals", &json!({"appId": "x"})).is_refused(400, "Request_BadRequest");
    server.post("/v1.0/servicePrincipals", &json!({})).is_refused(400, "BadRequest");
    server.delete(&path).is(204);
    server.get(&path).is_refused(404, "Request_ResourceNotFound");
    let made = server.post("/v1.0/servicePrincipals", &json!({"AppId": app_id, "notes": "n"}));
    assert_eq!((&made.is(201).body["notes"], &made.body["displayName"]), (&json!("n"), &json!("x")));
    assert_eq!(server.advanced("/beta/servicePrincipals/$count").body, "1");
    server.delete(&format!("/v1.0/applications/{id}")).is(204);
    assert_eq!(server.get("/v1.0/servicePrincipals").is(200).body["value"], json!([]));
}

/// What is kept with another thing, service principals and segments are read page by page as any list is.
#[test]
fn lists_of_what_is_attached_come_in_pages() {
    let (mut server, path, _) = private_access();
    let instantiate = format!("/beta/applicationTemplates/{TEMPLATE}/instantiate");
    server.post(&instantiate, &json!({"displayName": "Other"})).is(201);
    server.post(&instantiate, &json!({"displayName": "Third"})).is(201);
    let principals = "/v1.0/servicePrincipals".to_string();
    let principal = server.get(&principals).ids()[0].to_string();
    let assigned = format!("{principals}/{principal}/appRoleAssignedTo");
    let segments = format!("{path}/{SEGMENTS}");
    for (number, port) in [(1, 20), (2, 3), (3, 100)] {
        let user = format!("00000000-0000-4000-8000-00000000000{number}");
        server.post(&assigned, &json!({"principalId": user, "resourceId": principal, "appRoleId": ROLES[2]})).is(201);
        let host = format!("10.0.0.{number}");
        let segment = json!({"destinationHost": host, "destinationType": "ip", "port": port, "ports": ["1-9"],
            "protocol": "tcp"});
        server.post(&segments, &segment).is(200);
    }
    // Numbers have the order of numbers.
    let ports = server.get(&format!("{segments}?$orderby=port")).is(200).body["value"].clone();
    let ports: Vec<_> = ports.as_array().unwrap().iter().map(|segment| segment["port"].clone()).collect();
    assert_eq!(ports, [3, 20, 100].map(|port| json!(port)));
    for list in [&principals, &assigned, &segments, &format!("{PROXY}/applicationSegments")] {
        let all: Vec<String> = server.get(list).is(200).ids().into_iter().map(String::from).collect();
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), 3, "{list}: {all:?}");
        for order in ["", "&$orderby=id&$count=true"] {
            let (mut read, mut next) = (Vec::new(), Some(format!("{list}?$top=1{order}")));
            while let Some(url) = next.filter(|_| read.len() < 4) {
                let page = server.advanced(url.trim_start_matches("https://graph.microsoft.com"));
                read.extend(page.is(200).ids().into_iter().map(String::from));
                next = page.body["@odata.nextLink"].as_str().map(String::from);
            }
            let mut expected = all.clone();
            if !order.is_empty() {
                expected.sort();
            }
            assert_eq!(read, expected, "{list}{order}");
        }
    }
}

/// A service principal shows of its application what it has not got itself, and nothing instead of what it has.
#[test]
fn what_a_service_principal_has_itself_is_shown_before_what_its_application_has() {
    let (mut server, id, app_id) = instantiated();
    let principal = format!("/v1.0/servicePrincipals(appId='{app_id}')");
    let application = json!({"web": {"redirectUris": ["https://a"], "logoutUrl": "https://a/out"}});
    server.patch(&format!("/v1.0/applications/{id}"), &application).is(204);
    assert_eq!(server.get(&principal).is(200).body["replyUrls"], json!(["https://a"]));
    server.patch(&principal, &json!({"replyUrls": ["https://own"]})).is(204);
    let read = server.get(&principal);
    assert_eq!(read.body["replyUrls"], json!(["https://own"]));
    assert_eq!(read.body["logoutUrl"], "https://a/out");
}

/// A list is a list of texts or refused whole, and what is a list is nothing else.
#[test]
fn lists_of_wrong_things_are_refused() {
    let (mut server, id, _) = instantiated();
    let path = format!("/v1.0/applications/{id}");
    server.patch(&path, &json!({"tags": ["a", 1]})).is_refused(400, "BadRequest");
    server.patch(&path, &json!({"appRoles": "x"})).is_refused(400, "BadRequest");
    server.patch(&path, &json!({"tags": ["a"], "appRoles": []})).is(204);
}

/// W14 and R-51, with the codes that public tools were written around.
#[test]
fn segments_are_made_read_changed_and_deleted() {
    let (mut server, path, id) = private_access();
    let segments = format!("{path}/{SEGMENTS}");
    let body = json!({"destinationHost": "srv.contoso.com", "destinationType": "fqdn", "port": 0, "ports": ["445-445"], "protocol": "tcp"});
    let made = server.post(&segments, &body);
    let segment = made.is(200).body["id"].as_str().unwrap().to_string();
    let item = format!("{segments}/{segment}");
    let read = server.get(&item).body.clone();
    for (name, value) in [
        ("destinationHost", json!("srv.contoso.com")),
        ("destinationType", json!("fqdn")),
        ("port", json!(0)),
        ("ports", json!(["445-445"])),
        ("protocol", json!("tcp")),
        ("action", json!("tunnel")),
        ("inclusions", Value::Null),
    ] {
        assert_eq!(read[name], value, "{name}");
    }
    assert_eq!(server.get(&segments).is(200).ids(), [segment.as_str()]);
    assert_eq!(server.get(&format!("{PROXY}/applicationSegments")).is(200).ids(), [segment.as_str()]);
    let expanded = server.get(&format!("{PROXY}/applicationSegments/{segment}?$expand=application($select=id)"));
    assert_eq!(expanded.is(200).body["application"]["id"], id);
    assert_eq!(server.get(&format!("{segments}/$count")).body, "1");

    let other = server.post("/v1.0/applications", &json!({"displayName": "Other"}));
    let other = format!("/beta/applications/{}", other.is(201).body["id"].as_str().unwrap());
    server.post(&format!("{other}/{SEGMENTS}"), &body).is_refused(404, "Application_NotFound");
    server.patch(&format!("{other}/onPremisesPublishing"), &json!({"applicationType": "nonwebapp"})).is(204);
    let overlapping = json!({"destinationHost": "SRV.contoso.com", "destinationType": "fqdn", "ports": ["1-500"], "protocol": "udp,tcp"});
    let refused = server.post(&format!("{other}/{SEGMENTS}"), &overlapping);
    let message = refused.is_refused(400, "Invalid_AppSegments_NonwebApp_Duplicate").message();
    assert!(message.contains(&format!("objectId={id}, appName=x")), "{message}");
    for (host, kind, code) in [
        ("10.0.0.1", "ipAddress", "InvalidJson_BadRequest"),
        ("10.0.0.1", "x", "InvalidJson_BadRequest"),
        ("10.0.0", "ip", "DestinationHost_InvalidIP"),
        ("10.0.0.2..10.0.0.1", "ipRange", "DestinationHost_InvalidIP"),
        ("a b", "fqdn", "DestinationHost_Invalid"),
    ] {
        let body = json!({"destinationHost": host, "destinationType": kind, "ports": ["1-1"]});
        server.post(&segments, &body).is_refused(400, code);
    }
    let ports = json!({"destinationHost": "a", "destinationType": "fqdn", "ports": ["2-1"]});
    server.post(&segments, &ports).is_refused(400, "InvalidJson_BadRequest");
    server.post(&segments, &json!({"destinationType": "fqdn"})).is_refused(400, "InvalidJson_BadRequest");
    let with_id = json!({"id": segment, "destinationHost": "b", "destinationType": "fqdn"});
    server.post(&segments, &with_id).is_refused(400, "Request_BadRequest");

    server.patch(&item, &json!({"Ports": ["446-446"], "action": "exclude", "id": segment})).is(204);
    let read = server.get(&item);
    assert_eq!((&read.body["ports"], &read.body["action"]), (&json!(["446-446"]), &json!("exclude")));
    server.patch(&item, &json!({"destinationHost": "a b"})).is_refused(400, "DestinationHost_Invalid");
    server.get(&format!("{other}/{SEGMENTS}/{segment}")).is_refused(404, "ApplicationSegment_NotFound");
    server.delete(&item).is(204);
    server.get(&item).is_refused(404, "ApplicationSegment_NotFound");
    server.post(&format!("{other}/{SEGMENTS}"), &overlapping).is(200);
    let mut documented = server.documented();
    let address = json!({"destinationHost": "10.0.0.1", "destinationType": "ipAddress", "ports": ["1-1"]});
    documented.post(&segments, &address).is(201);
    let web = segments.replace("ipSegment", "webSegment");
    documented.get(&web).is_refused(400, "BadRequest");
}

/// W5.
#[test]
fn the_profile_keeps_what_is_written() {
    let mut server = Server::new().lines([register(1)]);
    let path = "/beta/onPremisesPublishingProfiles('applicationProxy')";
    assert_eq!(server.get(path).is(200).body["isDefaultAccessEnabled"], Value::Null);
    server.patch(path, &json!({"isDefaultAccessEnabled": false, "isEnabled": true})).is(204);
    let read = server.get(PROXY);
    assert_eq!((&read.body["isEnabled"], &read.body["isDefaultAccessEnabled"]), (&json!(true), &json!(false)));
    server.patch(path, &json!({"isEnabled": false})).is_refused(400, "Request_BadRequest");
    server.patch(path, &json!({"isdefaultaccessenabled": "x"})).is_refused(400, "BadRequest");
    server.patch(path, &json!({"other": 1})).is_refused(400, "Request_BadRequest");
    let profiles = "/beta/onPremisesPublishingProfiles";
    assert_eq!(server.get(&format!("{profiles}/$count")).is(200).body, "1");
    assert_eq!(server.get(&format!("{profiles}/$count?$filter=isEnabled%20eq%20false")).is(200).body, "0");
    assert_eq!(server.get(&format!("{path}/isDefaultAccessEnabled")).is(200).body["value"], false);
    server.get(&format!("{path}/nothing")).is_refused(400, "BadRequest");
    server.get(&format!("{profiles}/$ref")).is_refused(400, "BadRequest");
    server.delete(path).is_refused(405, "Request_BadRequest");
    let expanded = server.get(&format!("{path}?$expand=connectorGroups($select=id),connectors&$select=id"));
    assert_eq!(expanded.is(200).body["connectors"][0]["status"], "active");
    assert!(group_path(0).ends_with(expanded.body["connectorGroups"][0]["id"].as_str().unwrap()));
}

/// W1, W2, W8: the tutorial's publishing, what is read of its URLs, and the defaults of Private Access.
#[test]
fn publishing_is_taken_as_the_tutorial_sends_it() {
    let (mut server, id, app_id) = instantiated();
    let path = format!("/beta/applications/{id}");
    let urls = json!({"internalUrl": "https://iwa.contoso.com", "externalUrl": "https://iwa-contoso.msappproxy.net", "isOnPremPublishingEnabled": true});
    server.patch(&path, &json!({"onPremisesPublishing": urls})).is(204);
    let read = server.get(&format!("{path}/onPremisesPublishing"));
    assert_eq!(
        (&read.body["internalUrl"], &read.body["externalUrl"]),
        (&json!("https://iwa.contoso.com/"), &json!("https://iwa-contoso.msappproxy.net/"))
    );
    // Tools write back what they have read.
    let mut body = read.body.clone();
    body.as_object_mut().unwrap().retain(|name, _| !name.starts_with('@'));
    server.patch(&path, &json!({"onPremisesPublishing": body})).is(204);
    server.patch(&path, &json!({"onPremisesPublishing": null})).is(204);
    for mut server in [server.documented()] {
        let body = json!({"onPremisesPublishing": {"applicationType": "nonwebapp", "isAccessibleViaZTNAClient": true}});
        server.patch(&path, &body).is(204);
        let read = server.get(&format!("{path}/onPremisesPublishing")).body.clone();
        let url = json!(format!("api://{app_id}/"));
        assert_eq!((&read["internalUrl"], &read["externalUrl"]), (&url, &url));
        assert_eq!(read["externalAuthenticationType"], "passthru");
        for name in ["isSecureCookieEnabled", "isTranslateHostHeaderEnabled", "isBackendCertificateValidationEnabled"] {
            assert_eq!(read[name], false, "{name}");
        }
    }
}

/// An application is unpublished, and its segments go; the list of the tenant says so too.
#[test]
fn segments_go_with_their_publishing() {
    let (mut server, path, _) = private_access();
    let body = json!({"destinationHost": "10.0.0.1", "destinationType": "ip", "ports": ["1-1"]});
    server.post(&format!("{path}/{SEGMENTS}"), &body).is(200);
    server.patch(&path, &json!({"onPremisesPublishing": null})).is(204);
    assert_eq!(server.get(&format!("{PROXY}/applicationSegments")).is(200).body["value"], json!([]));
    let mut plain = Server::new().lines([create_application(1), publish(1, &json!({}))]);
    assert_eq!(
        plain.get(&format!("/beta/applications/{}/{SEGMENTS}", application(1))).is(200).body["value"],
        json!([])
    );
}
