//! `PATCH` by an alternate key with `Prefer: create-if-missing`: what is not there is made. And what a new thing shows.

use serde_json::{Value, json};

use crate::{
    reports::{TEMPLATE, instantiated},
    server::{Answer, Server},
};

fn upsert(server: &mut Server, url: &str, body: &Value) -> Answer {
    let request = Server::request("PATCH", url).header("content-type", "application/json");
    server.send(&request.header("Prefer", "create-if-missing").body(body.to_string().into_bytes()).unwrap())
}

/// As the pages `application-upsert` and `serviceprincipal-upsert` have it, and as Bicep templates rely on it.
#[test]
fn what_is_missing_is_made_where_that_is_preferred() {
    let mut server = Server::new();
    let url = "/v1.0/applications(uniqueName='app-65278')";
    server.patch(url, &json!({"displayName": "One"})).is_refused(404, "Request_ResourceNotFound");
    upsert(&mut server, url, &json!({"tags": ["a"]})).is_refused(400, "BadRequest");
    let made = upsert(&mut server, url, &json!({"displayName": "One", "tags": ["a"]}));
    assert_eq!((&made.is(201).body["uniqueName"], &made.body["displayName"]), (&json!("app-65278"), &json!("One")));
    let (id, app_id) = (made.body["id"].as_str().unwrap(), made.body["appId"].as_str().unwrap());
    assert!(made.header("location").ends_with(&format!("/v1.0/applications/{id}")));
    upsert(&mut server, url, &json!({"displayName": "Two"})).is(204);
    assert_eq!(server.get(url).is(200).body["displayName"], "Two");
    // By its id nothing is made: nobody could choose it.
    let absent = "/v1.0/applications/00000000-0000-4000-8000-00000000000a";
    upsert(&mut server, absent, &json!({"displayName": "x"})).is_refused(404, "Request_ResourceNotFound");

    let url = format!("/beta/servicePrincipals(appId='{app_id}')");
    server.patch(&url, &json!({"notes": "x"})).is_refused(404, "Request_ResourceNotFound");
    let other = json!({"appId": "00000000-0000-4000-8000-00000000000a"});
    upsert(&mut server, &url, &other).is_refused(400, "Request_BadRequest");
    let made = upsert(&mut server, &url, &json!({"displayName": "Two", "notes": "x", "appId": app_id}));
    assert_eq!((&made.is(201).body["appId"], &made.body["notes"]), (&json!(app_id), &json!("x")));
    upsert(&mut server, &url, &json!({"notes": "y"})).is(204);
    assert_eq!(server.get(&url).is(200).body["notes"], "y");
    let nobody = "/v1.0/servicePrincipals(appId='00000000-0000-4000-8000-00000000000a')";
    upsert(&mut server, nobody, &json!({})).is_refused(400, "Request_BadRequest");

    // In a batch as by itself.
    let request = |headers: Value| {
        json!({"requests": [{"id": "1", "method": "PATCH", "url": "/applications(uniqueName='three')", "headers": headers,
            "body": {"displayName": "Three"}}]})
    };
    for (headers, status) in [
        (json!({"content-type": "application/json"}), 404),
        (json!({"content-type": "application/json", "prefer": "create-if-missing"}), 201),
    ] {
        let answer = server.post("/v1.0/$batch", &request(headers));
        assert_eq!(answer.is(200).body["responses"][0]["status"], status);
    }
}

/// Whom a new application may sign in, by the page that creates it; one of a template is its tenant's.
#[test]
fn who_may_sign_in_to_a_new_application() {
    let mut server = Server::new();
    for (body, expected) in [
        (json!({"displayName": "x"}), "AzureADandPersonalMicrosoftAccount"),
        (json!({"displayName": "x", "signInAudience": null}), "AzureADandPersonalMicrosoftAccount"),
        (json!({"displayName": "x", "signInAudience": "AzureADMultipleOrgs"}), "AzureADMultipleOrgs"),
    ] {
        assert_eq!(server.post("/v1.0/applications", &body).is(201).body["signInAudience"], expected);
    }
    let (mut server, id, _) = instantiated();
    assert_eq!(server.get(&format!("/v1.0/applications/{id}")).is(200).body["signInAudience"], "AzureADMyOrg");
    let application = format!("/v1.0/applications/{id}");
    server.patch(&application, &json!({"nativeAuthenticationApisEnabled": "ALL"})).is(204);
    let read = server.get(&format!("{application}?$select=nativeAuthenticationApisEnabled"));
    assert_eq!(read.is(200).body["nativeAuthenticationApisEnabled"], "all");
    server.patch(&application, &json!({"nativeAuthenticationApisEnabled": true})).is_refused(400, "BadRequest");
}

/// The tutorial on SAML takes a role from this answer.
#[test]
fn what_is_made_of_a_template_is_shown_whole() {
    let mut server = Server::new();
    let path = format!("/v1.0/applicationTemplates/{TEMPLATE}/instantiate");
    let made = server.post(&path, &json!({"displayName": "Expenses"})).is(201).body.clone();
    let url = format!("/v1.0/servicePrincipals/{}?$select=*", made["servicePrincipal"]["id"].as_str().unwrap());
    let mut read = server.get(&url).is(200).body.clone();
    read.as_object_mut().unwrap().remove("@odata.context");
    assert_eq!(made["servicePrincipal"], read);
    assert_eq!(made["application"]["appRoles"][0]["displayName"], "User");
    assert_eq!(made["application"]["signInAudience"], "AzureADMyOrg");
}
