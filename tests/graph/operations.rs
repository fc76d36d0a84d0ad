//! Each operation that the wire says it has, of things that there are: it does what its method says.

use connector_groups::graph::operations;
use http::Request;
use serde_json::json;

use crate::{
    assignments::ROLES,
    losses::SEGMENTS,
    reports::{TEMPLATE, instantiated},
    server::{PROXY, Server},
    world::{add_connector, application, connector, create_application, create_group, group, publish, register},
};

const USER: &str = "00000000-0000-4000-8000-00000000000a";

/// A tenant that has a thing for each id of a route, and those ids by the route's beginning, in the order of the route.
fn server() -> (Server, Vec<(String, Vec<String>)>) {
    let (mut server, id, app_id) = instantiated();
    server = server.lines([create_group(1, "eur"), create_group(2, "eur"), register(2), create_application(1)]);
    server = server.lines([publish(1, &json!({})), add_connector(2, 1)]);
    server
        .patch(&format!("/beta/applications/{id}/onPremisesPublishing"), &json!({"applicationType": "nonwebapp"}))
        .is(204);
    server
        .put(&format!("/beta/applications/{id}/connectorGroup/$ref"), &Server::link("connectorGroups", &group(1)))
        .is(204);
    let segment = json!({"destinationHost": "10.0.0.1", "destinationType": "ip", "ports": ["1-1"]});
    let segment =
        server.post(&format!("/beta/applications/{id}/{SEGMENTS}"), &segment).body["id"].as_str().unwrap().to_string();
    let principal =
        server.get(&format!("/beta/servicePrincipals(appId='{app_id}')")).body["id"].as_str().unwrap().to_string();
    let owner = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/users/{USER}")});
    let mut ids = Vec::new();
    for list in ["appRoleAssignedTo", "appRoleAssignments"] {
        let path = format!("/servicePrincipals/{principal}/{list}");
        let body = json!({"principalId": USER, "resourceId": principal, "appRoleId": ROLES[0]});
        let made = server.post(&format!("/beta{path}"), &body).is(201).body["id"].as_str().unwrap().to_string();
        ids.push((format!("/servicePrincipals/{{id}}/{list}"), Vec::from([principal.clone(), made])));
    }
    for holder in [format!("applications/{id}"), format!("servicePrincipals/{principal}")] {
        server.post(&format!("/beta/{holder}/owners/$ref"), &owner).is(204);
    }
    let proxy = PROXY.trim_start_matches("/beta");
    ids.extend([
        (format!("{proxy}/connectorGroups/{{id}}/applications"), Vec::from([group(0), application(1), id.clone()])),
        (format!("{proxy}/connectorGroups/{{id}}/"), Vec::from([group(1), connector(2)])),
        (format!("{proxy}/connectorGroups/{{id}}"), Vec::from([group(2)])),
        (format!("{proxy}/connectors"), Vec::from([connector(2), group(1)])),
        (format!("{proxy}/applicationSegments"), Vec::from([segment.clone()])),
        ("/servicePrincipals".into(), Vec::from([principal, USER.into()])),
        (format!("/applications/{{id}}/{SEGMENTS}"), Vec::from([id.clone(), segment])),
        ("/applications".into(), Vec::from([id, USER.into()])),
        ("/applicationTemplates".into(), Vec::from([TEMPLATE.into()])),
        ("/organization".into(), Vec::from([crate::world::TENANT.into()])),
    ]);
    (server, ids)
}

#[test]
fn every_operation_does_what_its_method_says() {
    let (mut server, ids) = server();
    let full = server.directory.clone();
    let mut done = 0;
    for operation in operations() {
        let known = ids.iter().find(|(begin, _)| operation.route.starts_with(begin.as_str()));
        let known = known.map(|(_, ids)| ids.clone()).unwrap_or_default();
        let route = known.iter().fold(operation.route.clone(), |route, id| route.replacen("{id}", id, 1));
        let route = route.replace("{property}", "id");
        let body = match operation.route.rsplit('/').next().unwrap() {
            _ if operation.method == "GET" || operation.method == "DELETE" => json!(null),
            "$batch" => json!({"requests": [{"id": "1", "method": "GET", "url": "/applications"}]}),
            "connectorGroups" => json!({"name": "new"}),
            "servicePrincipals" => json!({"appId": crate::world::app_id(2)}),
            "appRoleAssignedTo" | "appRoleAssignments" => {
                json!({"principalId": USER, "resourceId": known[0], "appRoleId": ROLES[2]})
            }
            "applicationSegments" => json!({"destinationHost": "10.0.0.2", "destinationType": "ip", "ports": ["1-1"]}),
            "applications" if operation.route.contains("connectorGroups") => Server::link("applications", &known[2]),
            "applications" | "instantiate" => json!({"displayName": "new"}),
            "onPremisesPublishing" => json!({"isDnsResolutionEnabled": true}),
            "applicationProxy" => json!({"isDefaultAccessEnabled": true}),
            "$ref" if route.contains("/owners") => json!({"@odata.id": "x/users/b"}),
            "$ref" if route.contains("/members") => Server::link("connectors", &connector(1)),
            "$ref" => Server::link("connectorGroups", &group(2)),
            _ if route.starts_with("/onPremises") => json!({"name": "changed"}),
            _ if operation.route.contains("Segments") => json!({"ports": ["2-2"]}),
            _ => json!({"notes": "changed"}),
        };
        // The relation to remove is in the path, or in the query.
        let link = if route.contains("/owners") {
            "x/users/"
        } else if route.contains("/members") {
            "x/connectors/"
        } else {
            "x/connectorGroups/"
        };
        let is_of_query = operation.method == "DELETE"
            && route.ends_with("/$ref")
            && !operation.route.ends_with("{id}/$ref")
            && !route.contains("connectorGroup/$ref");
        let query = if is_of_query { format!("?@id={link}{}", known[1]) } else { String::new() };
        for version in ["beta", "v1.0"] {
            server.directory = full.clone();
            if operation.route == "/servicePrincipals" {
                // An application has one at most, and this one has none.
                server.line(create_application(2));
            }
            let before = server.directory.clone();
            let request = Request::builder().method(operation.method.clone()).uri(format!("/{version}{route}{query}"));
            let request = request.header("authorization", format!("Bearer {}", crate::world::TENANT));
            let request = request.header("consistencylevel", "eventual");
            let request = request.header("content-type", "application/json");
            let answer = server
                .send(&request.body(if body.is_null() { Vec::new() } else { body.to_string().into_bytes() }).unwrap());
            let told = format!("{version} {operation:?}: {answer:?}");
            if version == "v1.0" && !operation.in_v1 {
                assert!([400, 404].contains(&answer.status), "{told}");
                continue;
            }
            let expected: &[u16] = match operation.method.as_str() {
                "GET" => &[200],
                "POST" => &[200, 201, 204],
                _ => &[204],
            };
            assert!(expected.contains(&answer.status), "{told}");
            let changes_nothing = operation.method == "GET" || operation.route == "/$batch";
            assert_eq!(server.directory == before, changes_nothing, "{told}");
            done += 1;
        }
    }
    assert!(done > 130, "{done}");
}

/// A property by its own path: a value, nothing where it is null, an object as it is.
#[test]
fn a_property_has_a_path_of_its_own() {
    let mut server = Server::new().lines([register(1), create_application(1)]);
    let path = format!("/beta/applications/{}", application(1));
    server.patch(&path, &json!({"api": {"acceptMappedClaims": true}, "tags": ["a"]})).is(204);
    assert_eq!(server.get(&format!("{path}/DisplayName")).is(200).body["value"], "App 1");
    assert_eq!(server.get(&format!("{path}/tags")).is(200).body["value"], json!(["a"]));
    assert_eq!(server.get(&format!("{path}/api")).is(200).body["acceptMappedClaims"], true);
    let context = server.get(&format!("{path}/tags")).body["@odata.context"].as_str().unwrap().to_string();
    assert!(context.ends_with(&format!("/beta/$metadata#applications('{}')/tags", application(1))), "{context}");
    server.get(&format!("{path}/notes")).is(204);
    assert_eq!(server.get(&format!("{PROXY}/connectors/{}/status", connector(1))).is(200).body["value"], "active");
    assert_eq!(server.get(&format!("{PROXY}/connectorGroups/{}/isDefault", group(0))).is(200).body["value"], true);
    server.get(&format!("{path}/nothing")).is_refused(400, "BadRequest");
    server.get(&format!("{path}/tags/0")).is_refused(400, "BadRequest");
    server.get(&format!("{path}/tags?$select=id")).is_refused(400, "BadRequest");
    server.patch(&format!("{path}/tags"), &json!({"value": []})).is_refused(405, "Request_BadRequest");
    server.get("/beta/applications/x/tags").is_refused(404, "Request_ResourceNotFound");
    // A key of another kind than an id; what nothing has by this name is not there.
    server.patch(&path, &json!({"uniqueName": "expenses"})).is(204);
    assert_eq!(server.get("/beta/applications(uniqueName='expenses')/id").is(200).body["value"], application(1));
    let found = server.advanced("/v1.0/applications?$filter=uniqueName%20eq%20'EXPENSES'&$count=true");
    assert_eq!((found.is(200).ids(), &found.body["@odata.count"]), (vec![&*application(1)], &json!(1)));
    // A key is compared as it is, text in a filter in any case.
    server.get("/beta/applications(uniqueName='EXPENSES')").is_refused(404, "Request_ResourceNotFound");
    server.get("/beta/applications(uniqueName='other')").is_refused(404, "Request_ResourceNotFound");
}
