//! What a body may set: properties of the kind that the table says, and none that is the service's own.

use serde_json::{Value, json};

use crate::{
    directory::private_access,
    losses::SEGMENTS,
    reports::instantiated,
    server::{PROXY, Server},
    world::{TENANT, app_id, application, create_application},
};

const NOW: &str = "2026-03-02T09:00:00Z";

/// New things of the directory say when they were made, whoever asks for them.
#[test]
fn new_things_of_the_directory_have_their_date() {
    let (mut server, id, app_id) = instantiated();
    for path in [format!("/v1.0/applications/{id}"), format!("/v1.0/servicePrincipals(appId='{app_id}')")] {
        assert_eq!(server.get(&path).is(200).body["createdDateTime"], NOW, "{path}");
    }
    let made = server.post("/v1.0/applications", &json!({"displayName": "x"}));
    assert_eq!(made.is(201).body["createdDateTime"], NOW);
    let made = server.post("/v1.0/servicePrincipals", &json!({"appId": made.body["appId"]}));
    assert_eq!(made.is(201).body["createdDateTime"], NOW);
}

/// What scripts read of each application and service principal is there where nobody has set it, by itself and in a list.
#[test]
fn defaults_are_shown_without_a_selection() {
    let mut server = Server::new().lines([create_application(1)]);
    let application = json!({"id": application(1), "appId": app_id(1), "displayName": "App 1", "createdDateTime": null,
        "identifierUris": [], "signInAudience": "AzureADMyOrg", "tags": []});
    let whole = |mut body: Value| {
        body.as_object_mut().unwrap().remove("@odata.context");
        body
    };
    let read = server.get(&format!("/v1.0/applications(appId='{}')", app_id(1))).is(200).body.clone();
    assert_eq!(whole(read), application);
    assert_eq!(server.get("/beta/applications").is(200).body["value"], json!([application]));
    let mut principal = server.post("/beta/servicePrincipals", &json!({"appId": app_id(1)})).is(201).body.clone();
    principal["id"] = json!("new");
    assert_eq!(
        whole(principal),
        json!({"id": "new", "appId": app_id(1), "displayName": "App 1", "accountEnabled": true,
            "appRoleAssignmentRequired": false, "createdDateTime": NOW, "replyUrls": [], "servicePrincipalType": "Application",
            "signInAudience": "AzureADMyOrg", "tags": [], "appDisplayName": "App 1", "appOwnerOrganizationId": TENANT,
            "servicePrincipalNames": [app_id(1)]})
    );
}

/// Tools read a thing, change it and write it back whole.
#[test]
fn what_was_read_can_be_written_back() {
    let (mut server, id, app_id) = instantiated();
    for path in [format!("/v1.0/applications/{id}"), format!("/v1.0/servicePrincipals(appId='{app_id}')")] {
        let mut whole = server.get(&path).is(200).body.clone();
        whole["notes"] = json!("changed");
        server.patch(&path, &whole).is(204);
        assert_eq!(server.get(&path).body["notes"], "changed");
        // What nobody has set reads as null, and null is no change.
        server.patch(&path, &json!({"deletedDateTime": null})).is(204);
        for (name, value) in
            [("createdDateTime", json!("2026-03-02T09:00:01Z")), ("disabledByMicrosoftStatus", json!("x"))]
        {
            let refused = server.patch(&path, &json!({ name: value }));
            let text = format!("Property '{name}' is read-only and cannot be set.");
            assert_eq!(refused.is_refused(400, "Request_BadRequest").message(), text);
        }
    }
}

/// The service tags applications of Private Access when they are published: Entra PowerShell's cmdlets write no tag, and find
/// applications by them.
#[test]
fn applications_of_private_access_get_their_tags() {
    let tags = |server: &mut Server, id: &str| {
        server.get(&format!("/beta/applications/{id}?$select=tags")).is(200).body["tags"].clone()
    };
    for (publishing, expected) in [
        (
            json!({"applicationType": "NonWebApp", "isAccessibleViaZTNAClient": true}),
            json!(["own", "IsAccessibleViaZTNAClient", "HideApp", "PrivateAccessNonWebApplication"]),
        ),
        (json!({"applicationType": "nonwebapp"}), json!(["own", "HideApp", "PrivateAccessNonWebApplication"])),
        (
            json!({"applicationType": "quickaccessapp", "isAccessibleViaZTNAClient": true}),
            json!(["own", "HideApp", "NetworkAccessQuickAccessApplication"]),
        ),
    ] {
        let (mut server, id, app_id) = instantiated();
        let path = format!("/beta/applications/{id}");
        server.patch(&path, &json!({"tags": ["own"]})).is(204);
        server.patch(&path, &json!({"onPremisesPublishing": publishing})).is(204);
        assert_eq!(tags(&mut server, &id), expected);
        let principal = server.get(&format!("/v1.0/servicePrincipals(appId='{app_id}')"));
        // Behind those that it has of the template.
        let of_both = &principal.is(200).body["tags"].as_array().unwrap()[2..];
        assert_eq!(&json!(of_both), &expected);
        // Once; what was taken away since stays away where the change is about something else.
        server.patch(&path, &json!({"onPremisesPublishing": publishing})).is(204);
        assert_eq!(tags(&mut server, &id), expected);
        server.patch(&path, &json!({"tags": []})).is(204);
        server.patch(&format!("{path}/onPremisesPublishing"), &json!({"isDnsResolutionEnabled": true})).is(204);
        assert_eq!(tags(&mut server, &id), json!([]));
        server.patch(&path, &json!({"onPremisesPublishing": null})).is(204);
        assert_eq!(tags(&mut server, &id), json!([]));
    }
}

/// Written as another kind, a property would be kept, and a typed client could not read the thing any more.
#[test]
fn a_value_of_another_kind_is_refused() {
    let mut server = Server::new().lines([create_application(1)]);
    let principal = server.post("/beta/servicePrincipals", &json!({"appId": app_id(1)}));
    let principal = format!("/beta/servicePrincipals/{}", principal.is(201).body["id"].as_str().unwrap());
    let application = format!("/beta/applications(appId='{}')", app_id(1));
    let (text, list, object) = (json!("x"), json!([1]), json!({"a": 1}));
    for (path, name, what, wrong) in [
        (&application, "notes", "must be a string", vec![json!(1), object.clone(), list.clone()]),
        (&application, "isFallbackPublicClient", "must be true or false", vec![text.clone(), json!(0), list.clone()]),
        (&application, "tags", "must be a list of strings", vec![text.clone(), list.clone(), object.clone()]),
        (&application, "api", "is no object", vec![text.clone(), list.clone(), json!(true)]),
        (&application, "web", "is no object", vec![text.clone(), list.clone(), json!(true)]),
        (&application, "appRoles", "is no list of objects", vec![text.clone(), list.clone(), object.clone()]),
        (&application, "tokenEncryptionKeyId", "must be a GUID", vec![text.clone(), json!(1), list.clone()]),
        (
            &principal,
            "preferredTokenSigningKeyEndDateTime",
            "must be a date with its time",
            vec![text, json!("2026-01-01"), json!(1)],
        ),
        (&principal, "info", "is no object", vec![list]),
    ] {
        for value in wrong {
            let refused = server.patch(path, &json!({ name: value }));
            let expected = format!("The property '{name}' {what}.");
            assert_eq!(refused.is_refused(400, "BadRequest").message(), expected, "{value}");
        }
        server.patch(path, &json!({ name: null })).is(204);
    }
    for date in ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.1234567Z", "2026-01-02T03:04:05+02:00"] {
        server.patch(&principal, &json!({"preferredTokenSigningKeyEndDateTime": date})).is(204);
        assert_eq!(server.get(&principal).body["preferredTokenSigningKeyEndDateTime"], date);
    }
    let assignment = json!({"principalId": "someone", "resourceId": app_id(1), "appRoleId": app_id(1)});
    let refused = server.post(&format!("{principal}/appRoleAssignedTo"), &assignment);
    assert_eq!(refused.is(400).message(), "The property 'principalId' must be a GUID.");
    let read: Value = server.get(&application).is(200).body.clone();
    assert!(read.get("notes").is_none() && read.get("api").is_none(), "{read}");
}

/// A name that is misspelt or belongs elsewhere would be 204 without any effect. All that the SDKs write is known, and extensions
/// have an underscore.
#[test]
fn names_that_graph_has_not_are_refused() {
    let (mut server, path, id) = private_access();
    let principal = format!("/beta/servicePrincipals/{}", server.get("/beta/servicePrincipals").ids()[0]);
    let segments = format!("{path}/{SEGMENTS}");
    let segment = json!({"destinationHost": "10.0.0.1", "destinationType": "ip", "ports": ["445-445"]});
    let made = server.post(&segments, &segment).is(200).body["id"].as_str().unwrap().to_string();
    let segment = format!("{segments}/{made}");
    for (path, body, name) in [
        (&path, json!({"onPremisePublishing": {"internalUrl": "https://a/"}}), "onPremisePublishing"),
        (&path, json!({"internalUrl": "https://a/"}), "internalUrl"),
        (&path, json!({"web": {"redirectUri": []}}), "web/redirectUri"),
        (&path, json!({"Web": {"ImplicitGrantSettings": {"x": true}}}), "web/implicitGrantSettings/x"),
        (&path, json!({"spa": {"urls": []}, "publicClient": {"redirectUris": []}}), "spa/urls"),
        (&path, json!({"publicClient": {"urls": []}}), "publicClient/urls"),
        (&path, json!({"onPremisesPublishing": {"internalUri": "x"}}), "onPremisesPublishing/internalUri"),
        (
            &format!("{path}/onPremisesPublishing"),
            json!({"singleSignOnSettings": {"mode": "x"}}),
            "singleSignOnSettings/mode",
        ),
        (&principal, json!({"appRoleAssignmentRequird": true}), "appRoleAssignmentRequird"),
        (&segment, json!({"prots": ["1-1"]}), "prots"),
        (&PROXY.to_string(), json!({"isEnable": true}), "isEnable"),
    ] {
        let refused = server.patch(path, &body);
        let expected = format!("Invalid property '{name}'");
        assert_eq!(refused.is_refused(400, "Request_BadRequest").message(), expected, "{body}");
    }
    let extension = "extension_ab603c56068041afb2f6832e2a17e237_costCenter";
    server.patch(&path, &json!({ extension: "7" })).is(204);
    assert_eq!(server.get(&format!("{path}?$select={extension}")).body[extension], "7");
    // What an export of a newer Graph has brought is read, and may be written back.
    server = server.lines([json!({"command": "updateApplication", "id": id, "properties": {"later": 1}})]);
    server.patch(&path, &json!({"later": 2})).is(204);
    assert_eq!(server.get(&path).body["later"], 2);
    server.patch(&path, &json!({"later": null})).is(204);
    server.patch(&path, &json!({"later": 1})).is_refused(400, "Request_BadRequest");
}

/// The segments of an application are a relation, which has a path of its own; in a body they would be shown and not listed.
#[test]
fn segments_are_not_written_with_the_publishing() {
    let (mut server, path, _) = private_access();
    let own = format!("{path}/onPremisesPublishing");
    for of in ["#microsoft.graph.ipSegmentConfiguration", "#microsoft.graph.segmentConfiguration", ""] {
        let segments = json!({"@odata.type": of, "ApplicationSegments": [{"destinationHost": "10.0.0.1"}]});
        let message = "Invalid property 'ApplicationSegments'";
        let body = json!({"segmentsConfiguration": segments});
        assert_eq!(server.patch(&own, &body).is_refused(400, "Request_BadRequest").message(), message);
        let body = json!({"onPremisesPublishing": {"SegmentsConfiguration": segments}});
        assert_eq!(server.patch(&path, &body).is_refused(400, "Request_BadRequest").message(), message);
    }
    for allowed in [
        json!({"@odata.type": "#microsoft.graph.ipSegmentConfiguration"}),
        json!({"@odata.type": "#microsoft.graph.webSegmentConfiguration", "applicationSegments": []}),
        json!(null),
    ] {
        server.patch(&own, &json!({"segmentsConfiguration": allowed})).is(204);
    }
}

/// Public scripts quote them, and the service's library for `OData` reads them. The pages have them plain.
#[test]
fn truth_and_numbers_may_be_quoted_live() {
    let (mut server, id, app_id) = instantiated();
    let path = format!("/beta/applications/{id}");
    let principal = format!("/beta/servicePrincipals(appId='{app_id}')");
    let publishing =
        json!({"applicationType": "nonwebapp", "isAccessibleViaZTNAClient": "true", "isDnsResolutionEnabled": "False"});
    server.patch(&path, &json!({"onPremisesPublishing": publishing})).is(204);
    let read = server.get(&format!("{path}/onPremisesPublishing")).is(200).body.clone();
    assert_eq!((&read["isAccessibleViaZTNAClient"], &read["isDnsResolutionEnabled"]), (&json!(true), &json!(false)));
    server.patch(&principal, &json!({"accountEnabled": "TRUE"})).is(204);
    assert_eq!(server.get(&principal).body["accountEnabled"], true);
    let groups = format!("{PROXY}/connectorGroups");
    assert_eq!(server.post(&groups, &json!({"name": "A", "isDefault": "false"})).is(200).body["isDefault"], false);
    let segments = format!("{path}/{SEGMENTS}");
    let segment = json!({"destinationHost": "10.0.0.1", "destinationType": "ip", "port": "0", "ports": ["1-1"]});
    assert_eq!(server.post(&segments, &segment).is(200).body["port"], 0);
    for (name, text) in [("port", "x"), ("port", "true"), ("port", "2147483648"), ("port", "")] {
        let wrong = json!({"destinationHost": "10.0.0.2", "destinationType": "ip", "ports": ["1-1"], name: text});
        server.post(&segments, &wrong).is_refused(400, "BadRequest");
    }
    for text in ["1", "yes", "", "null"] {
        server.patch(&principal, &json!({"accountEnabled": text})).is_refused(400, "BadRequest");
    }
    let mut documented = server.documented();
    documented.patch(&principal, &json!({"accountEnabled": "true"})).is_refused(400, "BadRequest");
    documented.post(&groups, &json!({"name": "B", "isDefault": "false"})).is_refused(400, "BadRequest");
}

/// The id that a thing has is no change, and a new thing's null is none: tools write back what they have read, and typed
/// clients write null for what they do not set.
#[test]
fn an_id_that_changes_nothing_is_accepted() {
    let (mut server, application, _) = instantiated();
    let groups = format!("{PROXY}/connectorGroups");
    let id = server.post(&groups, &json!({"id": null, "name": "A"})).is(200).body["id"].as_str().unwrap().to_string();
    let path = format!("{groups}/{id}");
    let publishing = json!({"applicationType": "nonwebapp"});
    server.patch(&format!("/beta/applications/{application}/onPremisesPublishing"), &publishing).is(204);
    let segments = format!("/beta/applications/{application}/{SEGMENTS}");
    let segment = json!({"id": null, "destinationHost": "10.0.0.1", "destinationType": "ip", "ports": ["1-1"]});
    let segment = server.post(&segments, &segment).is(200).body["id"].as_str().unwrap().to_string();
    for status in [204, 200] {
        for same in [json!(id), json!(id.to_uppercase())] {
            server.patch(&path, &json!({"id": same, "name": "B"})).is(status);
        }
        assert_eq!(server.get(&path).body["name"], "B");
        server.patch(&path, &json!({"id": application, "name": "C"})).is_refused(400, "Request_BadRequest");
        server.post(&groups, &json!({"id": id, "name": "C"})).is_refused(400, "Request_BadRequest");
        server.patch(&format!("{segments}/{segment}"), &json!({"id": segment, "ports": ["2-2"]})).is(204);
        server = server.documented();
    }
}

/// Samples and cmdlets find the applications of application proxy by a tag of their service principals, which comes of
/// publishing, whichever was there first.
#[test]
fn service_principals_of_application_proxy_get_their_tag() {
    let (tag, other) = (json!("WindowsAzureActiveDirectoryOnPremApp"), json!("NetworkAccessQuickAccessApplication"));
    let (mut server, id, app_id) = instantiated();
    let path = format!("/beta/applications/{id}");
    let principal = format!("/beta/servicePrincipals(appId='{app_id}')");
    let tags = |server: &mut Server| {
        let read = server.get(&format!("/beta/servicePrincipals(appId='{app_id}')?$select=tags"));
        read.is(200).body["tags"].as_array().unwrap().clone()
    };
    let urls = json!({"internalUrl": "https://a.contoso.local/", "externalUrl": "https://a.contoso.com/"});
    let before = tags(&mut server);
    server.patch(&path, &json!({"onPremisesPublishing": urls})).is(204);
    assert_eq!(tags(&mut server), [before.clone(), vec![tag.clone()]].concat());
    assert_eq!(server.get(&path).body["tags"], json!([]), "it is none of the application's");
    let found =
        server.get("/v1.0/servicePrincipals?$filter=tags/any(t:t%20eq%20'WindowsAzureActiveDirectoryOnPremApp')");
    assert_eq!(found.is(200).all("appId"), [&app_id]);
    // Once, and whoever takes it away is not contradicted by a change of something else.
    server.patch(&path, &json!({"onPremisesPublishing": {"applicationType": "enterpriseapp"}})).is(204);
    assert_eq!(tags(&mut server).len(), before.len() + 1);
    server.patch(&principal, &json!({"tags": []})).is(204);
    server.patch(&path, &json!({"onPremisesPublishing": {"isHttpOnlyCookieEnabled": true}})).is(204);
    assert_eq!(tags(&mut server), Vec::<Value>::new());
    for (given, expected) in [
        (json!({}), vec![&tag]),
        (json!({"tags": null}), vec![&tag]),
        (json!({"tags": ["own"]}), vec![&json!("own"), &tag]),
        (json!({"tags": [tag, "own"]}), vec![&tag, &json!("own")]),
    ] {
        server.delete(&principal).is(204);
        let mut body = given.clone();
        body["appId"] = json!(app_id);
        assert_eq!(server.post("/v1.0/servicePrincipals", &body).is(201).body["tags"], json!(expected), "{given}");
    }
    // Those of Private Access are found by the tags of their applications.
    let (mut server, id, _) = instantiated();
    let publishing = json!({"onPremisesPublishing": {"applicationType": "quickaccessapp"}});
    server.patch(&format!("/beta/applications/{id}"), &publishing).is(204);
    let principals = server.get("/beta/servicePrincipals").is(200).body["value"][0]["tags"].as_array().unwrap().clone();
    assert!(principals.contains(&other) && !principals.contains(&tag), "{principals:?}");
}
