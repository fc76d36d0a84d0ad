//! Permissions, where a server checks them: each request needs its own, within a batch too.

use connector_groups::graph::{Caller, least_permission};
use http::Method;
use serde_json::json;

use crate::{
    server::{PROXY, Server},
    world::{application, create_application},
};

const APPLICATION_PROXY: &str = "NotAdminRoleNoEnoughCustomPermission_UnauthorizedAccess";

fn with(permissions: &[&str], is_application: bool) -> Server {
    let permissions = permissions.iter().map(|name| String::from(*name)).collect();
    let mut server = Server::new();
    server.caller = Some(Caller { is_application, permissions });
    server
}

#[test]
fn every_route_of_application_proxy_needs_the_same_permission() {
    let mut server = with(&["Application.ReadWrite.All", "Directory.Read.All"], false);
    let groups = format!("{PROXY}/connectorGroups");
    server.get(&groups).is_refused(403, APPLICATION_PROXY);
    server.post(&groups, &json!({"name": "A"})).is_refused(403, APPLICATION_PROXY);
    server = with(&["Directory.ReadWrite.All"], false);
    server.get(&groups).is(200);
    server.post(&groups, &json!({"name": "A"})).is(200);
}

#[test]
fn applications_may_be_read_by_those_who_may_not_write_them() {
    let mut server = with(&["Application.Read.All"], false);
    server.get("/v1.0/applications").is(200);
    server.post("/v1.0/applications", &json!({"displayName": "A"})).is_refused(403, "Authorization_RequestDenied");
    server = with(&["Application.ReadWrite.All"], false);
    server.post("/v1.0/applications", &json!({"displayName": "A"})).is(201);
}

#[test]
fn a_group_is_no_easier_to_read_with_its_application() {
    let path = format!("/beta/applications/{}", application(1));
    for query in ["$expand=connectorGroup", "expand=CONNECTORGROUP($select=id)&$select=id"] {
        let mut server = with(&["Application.Read.All"], false);
        server.line(create_application(1));
        server.get(&path).is(200);
        server.get(&format!("{path}?{query}")).is_refused(403, APPLICATION_PROXY);
        server.caller =
            Some(Caller { is_application: false, permissions: [String::from("Directory.ReadWrite.All")].into() });
        server.get(&format!("{path}?{query}")).is(200);
    }
}

/// The reference pages do not support application permissions; the service was seen to take them.
#[test]
fn applications_manage_application_proxy_on_the_live_service_only() {
    let groups = format!("{PROXY}/connectorGroups");
    with(&["Directory.ReadWrite.All"], true).get(&groups).is(200);
    with(&["Directory.ReadWrite.All"], true).documented().get(&groups).is_refused(403, APPLICATION_PROXY);
    with(&["Directory.ReadWrite.All"], false).documented().get(&groups).is(200);
    with(&["Directory.ReadWrite.All"], true).documented().get("/beta/applications").is(200);
}

#[test]
fn the_requests_of_a_batch_need_permissions_of_their_own() {
    let mut server = with(&["Application.Read.All"], false);
    let requests = json!([
        {"id": "1", "method": "GET", "url": "/applications"},
        {"id": "2", "method": "GET", "url": format!("{PROXY}/connectorGroups")},
    ]);
    let answer = server.post("/beta/$batch", &json!({"requests": requests}));
    let statuses: Vec<u64> =
        answer.body["responses"].as_array().unwrap().iter().map(|part| part["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 403]);
}

#[test]
fn the_least_permission_is_told_by_route() {
    let least = |method: Method, path: &str| least_permission(&method, path);
    assert_eq!(least(Method::GET, &format!("{PROXY}/connectors")), Some("Directory.ReadWrite.All"));
    assert_eq!(least(Method::GET, "/beta/applications/x"), Some("Application.Read.All"));
    assert_eq!(least(Method::PATCH, "/beta/applications/x"), Some("Application.ReadWrite.All"));
    assert_eq!(least(Method::GET, "/beta/applications/x/onPremisesPublishing"), Some("Application.Read.All"));
    assert_eq!(least(Method::PATCH, "/beta/applications/x/onPremisesPublishing"), Some("Application.ReadWrite.All"));
    let instantiate = "/v1.0/applicationTemplates/x/instantiate";
    assert_eq!(least(Method::POST, instantiate), Some("Application.ReadWrite.All"));
    for list in ["appRoleAssignedTo", "appRoleAssignments"] {
        let path = format!("/v1.0/servicePrincipals/x/{list}");
        assert_eq!(least(Method::GET, &path), Some("Application.Read.All"));
        assert_eq!(least(Method::POST, &path), Some("AppRoleAssignment.ReadWrite.All"));
    }
    assert_eq!(least(Method::POST, "/beta/$batch"), None);
    assert_eq!(least(Method::GET, "/v1.0/organization"), Some("Organization.Read.All"));
    assert_eq!(least(Method::GET, "/beta/users"), None);
}
