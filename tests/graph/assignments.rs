//! Who owns applications, and who is assigned to them.

use serde_json::{Value, json};

use crate::reports::{TEMPLATE, instantiated};

/// What can be assigned of an application that is made of the template: its two roles, and none.
pub(crate) const ROLES: [&str; 3] = [
    "18d14569-c3bd-439b-9a66-3a2aee01d14f",
    "b9632174-c057-4f7e-951b-be3adc52bfe6",
    "00000000-0000-0000-0000-000000000000",
];

/// After publishing, tools assign users and owners; both read back as they were written.
#[test]
fn owners_and_assignments_are_kept_as_they_come() {
    let (mut server, id, app_id) = instantiated();
    let user = "00000000-0000-4000-8000-00000000000a";
    let owners = format!("/v1.0/applications/{id}/owners");
    for link in [
        format!("https://graph.microsoft.com/v1.0/directoryObjects/{user}"),
        "https://graph.microsoft.com/v1.0/users/b".into(),
    ] {
        server.post(&format!("{owners}/$ref"), &json!({"@odata.id": link})).is(204);
        server.post(&format!("{owners}/$ref"), &json!({"@odata.id": link})).is_refused(400, "Request_BadRequest");
    }
    server.post(&format!("{owners}/$ref"), &json!({"@odata.id": "x/groups/1"})).is_refused(400, "Request_BadRequest");
    assert_eq!(server.get(&owners).is(200).ids(), [user, "b"]);
    assert_eq!(server.get(&format!("{owners}/$ref?$top=1")).is(200).body["value"].as_array().unwrap().len(), 1);
    assert_eq!(server.get(&format!("/v1.0/applications/{id}?$expand=owners")).body["owners"][1], json!({"id": "b"}));
    assert!(server.get(&format!("/v1.0/applications/{id}")).body.get("owners").is_none(), "a relation is no property");
    server.get(&format!("/v1.0/applications/{id}?$select=owners")).is_refused(400, "Request_BadRequest");
    server.delete(&format!("{owners}/{user}/$ref")).is(204);
    server.delete(&format!("{owners}/$ref?@id=https://graph.microsoft.com/v1.0/users/b")).is(204);
    server.delete(&format!("{owners}/b/$ref")).is_refused(404, "Request_ResourceNotFound");
    assert_eq!(server.get(&owners).body["value"], json!([]));
    let bound = json!({"displayName": "x", "owners@odata.bind": [format!("https://graph.microsoft.com/v1.0/directoryObjects/{user}")]});
    let made = server.post("/v1.0/applications", &bound);
    assert_eq!(
        server.get(&format!("/v1.0/applications/{}/owners", made.is(201).body["id"].as_str().unwrap())).ids(),
        [user]
    );

    let principal =
        server.get(&format!("/v1.0/servicePrincipals(appId='{app_id}')")).body["id"].as_str().unwrap().to_string();
    let assigned = format!("/v1.0/servicePrincipals/{principal}/appRoleAssignedTo");
    let body = json!({"principalId": user, "resourceId": principal, "AppRoleId": ROLES[2]});
    let made = server.post(&assigned, &body);
    let assignment = made.is(201).body["id"].as_str().unwrap().to_string();
    server.post(&assigned, &body).is_refused(400, "Request_BadRequest");
    server.post(&assigned, &json!({"principalId": user})).is_refused(400, "BadRequest");
    let list = server.get(&format!("{assigned}?$filter=principalId%20eq%20'{user}'"));
    assert_eq!(list.is(200).ids(), [assignment.as_str()]);
    assert_eq!(server.get(&format!("{assigned}/{assignment}")).is(200).body["appRoleId"], body["AppRoleId"]);
    assert_eq!(
        server.get(&format!("/v1.0/servicePrincipals/{principal}/appRoleAssignments")).is(200).body["value"],
        json!([])
    );
    server.delete(&format!("{assigned}/{assignment}")).is(204);
    server.get(&format!("{assigned}/{assignment}")).is_refused(404, "Request_ResourceNotFound");
}

/// Of service principals of the tenant the service looks up what they are and their names, which scripts filter by.
#[test]
fn an_assignment_says_who_is_assigned_to_what() {
    let (mut server, _, app_id) = instantiated();
    let resource = server.get(&format!("/v1.0/servicePrincipals(appId='{app_id}')")).body.clone();
    let client = server.post("/v1.0/applications", &json!({"displayName": "Client"})).is(201).body["appId"].clone();
    let client = server.post("/v1.0/servicePrincipals", &json!({"appId": client})).is(201).body["id"].clone();
    let assigned = format!("/v1.0/servicePrincipals/{}/appRoleAssignedTo", resource["id"].as_str().unwrap());
    let body = json!({"principalId": client, "resourceId": resource["id"], "appRoleId": ROLES[2],
        "principalType": "User", "principalDisplayName": null});
    let made = server.post(&assigned, &body).is(201).body.clone();
    assert_eq!(
        (&made["principalType"], &made["principalDisplayName"], &made["resourceDisplayName"]),
        (&json!("ServicePrincipal"), &json!("Client"), &resource["displayName"])
    );
    let user = json!({"principalId": "0b9ae1b3-3e4a-4a6b-8d5c-0f1e2d3c4b5a", "resourceId": resource["id"],
        "appRoleId": ROLES[2], "principalType": "User"});
    let of_user = server.post(&assigned, &user).is(201).body.clone();
    assert_eq!((&of_user["principalType"], of_user.get("principalDisplayName")), (&json!("User"), None));
    let found = server.get(&format!("{assigned}?$filter=principalDisplayName%20eq%20'client'"));
    assert_eq!(found.is(200).ids(), [made["id"].as_str().unwrap()]);
    // Expanded as in a list, and in part.
    let principals = format!("servicePrincipals/{}", resource["id"].as_str().unwrap());
    for version in ["v1.0", "beta"] {
        let list = server.get(&format!("/{version}/{principals}/appRoleAssignedTo")).is(200).body["value"].clone();
        let expanded = server.get(&format!("/{version}/{principals}?$expand=appRoleAssignedTo"));
        assert_eq!(expanded.is(200).body["appRoleAssignedTo"], list);
        assert_eq!(list[0].get("creationTimestamp").is_some(), version == "beta");
        let part = server.get(&format!("/{version}/{principals}?$expand=appRoleAssignedTo($select=principalType)"));
        assert_eq!(
            part.is(200).body["appRoleAssignedTo"],
            json!([{"principalType": "ServicePrincipal"}, {"principalType": "User"}])
        );
    }
}

/// Public scripts ask again until the resource knows its role, by this text. The roles of an export without any are not known.
#[test]
fn a_role_that_its_resource_has_not_is_not_assigned() {
    let (mut server, id, app_id) = instantiated();
    let path = format!("/v1.0/servicePrincipals(appId='{app_id}')");
    let principal = server.get(&path).is(200).body["id"].as_str().unwrap().to_string();
    let role = "00000000-0000-4000-8000-00000000000a";
    for list in ["appRoleAssignedTo", "appRoleAssignments"] {
        let list = format!("/v1.0/servicePrincipals/{principal}/{list}");
        let body = |role: &str| json!({"principalId": principal, "resourceId": principal, "appRoleId": role});
        for role in [role, &principal] {
            let message = "Permission being assigned was not found on application";
            assert_eq!(
                server.post(&list, &body(role)).is_refused(400, "Request_BadRequest").message(),
                message,
                "{list}"
            );
        }
        for role in [ROLES[0].to_uppercase(), ROLES[2].into()] {
            let made = server.post(&list, &body(&role)).is(201).body["id"].as_str().unwrap().to_string();
            server.delete(&format!("{list}/{made}")).is(204);
        }
    }
    let body = json!({"principalId": principal, "resourceId": principal, "appRoleId": role});
    let list = format!("/v1.0/servicePrincipals/{principal}/appRoleAssignedTo");
    server.patch(&format!("/v1.0/applications/{id}"), &json!({"appRoles": [{"id": role, "value": "r"}]})).is(204);
    server.post(&list, &body).is(201);
    // Of another tenant, which is not known here.
    let body = json!({"principalId": principal, "resourceId": role, "appRoleId": principal});
    server.post(&list.replace("AssignedTo", "Assignments"), &body).is(201);
}

/// An assignment of a role is one thing, whichever of its sides it is written or read by, and goes with either.
#[test]
fn an_assignment_between_service_principals_is_seen_from_both_sides() {
    let (mut server, resource, _) = instantiated();
    let instantiate = format!("/beta/applicationTemplates/{TEMPLATE}/instantiate");
    let made = server.post(&instantiate, &json!({"displayName": "Client"}));
    let client = made.is(201).body["application"]["objectId"].as_str().unwrap().to_string();
    let mut principal = |application: &str| {
        let app_id =
            server.get(&format!("/v1.0/applications/{application}")).body["appId"].as_str().unwrap().to_string();
        let found = server.get(&format!("/v1.0/servicePrincipals(appId='{app_id}')"));
        found.is(200).body["id"].as_str().unwrap().to_string()
    };
    let (of_resource, of_client) = (principal(&resource), principal(&client));
    let assigned = format!("/v1.0/servicePrincipals/{of_resource}/appRoleAssignedTo");
    let assignments = format!("/v1.0/servicePrincipals/{of_client}/appRoleAssignments");
    let body = |role: usize| json!({"principalId": of_client.to_uppercase(), "resourceId": of_resource, "appRoleId": ROLES[role]});
    for (written, read) in [(&assigned, &assignments), (&assignments, &assigned)] {
        let ids: Vec<String> = [0, 1]
            .map(|role| server.post(written, &body(role)).is(201).body["id"].as_str().unwrap().to_string())
            .into();
        for list in [&assigned, &assignments] {
            assert_eq!(server.get(list).is(200).ids(), ids);
            server.post(list, &body(0)).is_refused(400, "Request_BadRequest");
        }
        server.delete(&format!("{read}/{}", ids[0])).is(204);
        server.delete(&format!("{written}/{}", ids[0])).is_refused(404, "Request_ResourceNotFound");
        server.delete(&format!("{written}/{}", ids[1])).is(204);
        assert_eq!(server.get(read).body["value"], json!([]));
    }
    // A service principal may have a role of its own.
    let own = json!({"principalId": of_resource, "resourceId": of_resource, "appRoleId": ROLES[2]});
    let own = server.post(&assigned, &own).is(201).body["id"].as_str().unwrap().to_string();
    let theirs =
        [0, 1].map(|role| server.post(&assigned, &body(role)).is(201).body["id"].as_str().unwrap().to_string());
    assert_eq!(server.get(&assigned.replace("AssignedTo", "Assignments")).is(200).ids(), [own.as_str()]);
    assert_eq!(server.get(&assignments).is(200).ids(), theirs);
    server.delete(&format!("/v1.0/applications/{client}")).is(204);
    assert_eq!(server.get(&assigned).is(200).ids(), [own.as_str()]);
    // Back with a new service principal, and then the other one goes.
    let again = server.post(&instantiate, &json!({"displayName": "Again"}));
    let again = again.is(201).body["servicePrincipal"]["objectId"].as_str().unwrap().to_string();
    let body = json!({"principalId": again, "resourceId": of_resource, "appRoleId": ROLES[0]});
    let assignments = format!("/v1.0/servicePrincipals/{again}/appRoleAssignments");
    server.post(&assignments, &body).is(201);
    let with_more = |name: &str, id: &str, kept: &Value| {
        let mut kept = kept["value"].as_array().unwrap().clone();
        kept.push(json!({"principalId": again, "resourceId": of_resource}));
        json!({"command": "updateServicePrincipal", "id": id, "properties": {name: kept}})
    };
    // Those without an id, as an import may bring them, are not told apart, and stay.
    let (here, there) = (server.get(&assigned).body.clone(), server.get(&assignments).body.clone());
    server = server
        .lines([with_more("appRoleAssignedTo", &of_resource, &here), with_more("appRoleAssignments", &again, &there)]);
    assert_eq!(server.get(&assignments).is(200).body["value"].as_array().unwrap().len(), 2);
    server.delete(&format!("/v1.0/servicePrincipals/{of_resource}")).is(204);
    assert_eq!(
        server.get(&assignments).is(200).body["value"],
        json!([{"id": null, "appRoleId": null, "principalId": again, "resourceId": of_resource}])
    );
}
