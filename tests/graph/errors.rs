//! Errors: the envelope, and a request that meets each row of the table.

use std::collections::BTreeSet;

use connector_groups::graph::{Caller, Code, Options, Quirks};
use http::Request;
use serde_json::{Value, json};

use crate::{
    reports::{TEMPLATE, instantiated},
    server::{Answer, PROXY, Server, group_path},
    world::{
        TENANT, add_connector, app_id, application, connector, create_application, create_group, group, publish,
        register,
    },
};

fn raw(server: &mut Server, method: &str, url: &str, body: &[u8]) -> Answer {
    let request = Server::request(method, url).header("content-type", "application/json");
    server.send(&request.body(body.to_vec()).unwrap())
}

#[test]
fn an_error_is_told_in_graphs_envelope() {
    let mut server = Server::new();
    let request = Server::request("GET", &group_path(9)).header("client-request-id", "my own");
    let answer = server.send(&request.body(Vec::new()).unwrap());
    assert_eq!(
        answer.is(404).body,
        json!({"error": {"code": "ConnectorGroup_NotFound", "message": format!("Connector group '{}' not found.", group(9)),
            "innerError": {"date": "2026-03-02T09:00:00Z", "request-id": "00000000-0000-0000-0000-000000000001", "client-request-id": "my own"}}})
    );
    assert_eq!(answer.header("client-request-id"), "my own");
    assert_eq!(answer.header("request-id"), "00000000-0000-0000-0000-000000000001");
    assert_eq!(answer.header("content-type"), "application/json");
    let without = server.get(&group_path(9));
    assert_eq!(without.body["error"]["innerError"]["client-request-id"], "00000000-0000-0000-0000-000000000002");
    assert_eq!(without.header("client-request-id"), "");
}

#[test]
fn a_token_names_a_tenant() {
    let mut server = Server::new();
    let path = format!("{PROXY}/connectorGroups");
    let with = |value: Option<&str>| {
        let request = Request::builder().uri(&path);
        let request = value.into_iter().fold(request, |request, value| request.header("authorization", value));
        request.body(Vec::new()).unwrap()
    };
    let unknown = format!("Bearer {}", group(1));
    let wrong = [None, Some("Bearer "), Some("Bearer x"), Some(unknown.as_str()), Some(TENANT), Some("Basic dTpw")];
    for value in wrong {
        let answer = server.send(&with(value));
        assert_eq!(
            answer.is_refused(401, "InvalidAuthenticationToken").header("www-authenticate"),
            "Bearer realm=\"\""
        );
    }
    for value in [format!("Bearer {TENANT}"), format!("bearer  {}", TENANT.to_uppercase())] {
        server.send(&with(Some(&value))).is(200);
    }
    server.options.anonymous = Some(TENANT.parse().unwrap());
    for value in wrong {
        assert_eq!(server.send(&with(value)).is(200).ids(), [group(0)], "{value:?}");
    }
    server.options.anonymous = Some(group(1).parse().unwrap());
    server.send(&with(None)).is(401);
}

#[test]
fn hosts_and_paths_that_are_none_are_refused() {
    let mut server = Server::new();
    for path in [
        "/beta/applications/%",
        "/beta/applications/%4",
        "/beta/applications/%zz",
        "/beta/applications/%ff",
        "/beta/applications?$filter=%e4",
        "/beta/applications?%zz=1",
    ] {
        server.get(path).is_refused(400, "BadRequest");
    }
    for path in [
        "*",
        "/",
        "//",
        "/beta//",
        "/beta/applications//x",
        "/beta/applications(",
        "/beta/applications('1'",
        "/beta/applications(x='1')",
        "/beta/applications()()",
    ] {
        assert!([400, 404].contains(&server.get(path).status), "{path}");
    }
    let host = Request::builder()
        .uri("/beta/applications")
        .header("host", "a b")
        .header("authorization", format!("Bearer {TENANT}"));
    server.send(&host.body(Vec::new()).unwrap()).is_refused(400, "BadRequest");
    let none = Request::builder().uri("/beta/applications").header("authorization", format!("Bearer {TENANT}"));
    let answer = server.send(&none.body(Vec::new()).unwrap());
    assert_eq!(answer.is(200).body["@odata.context"], "https://graph.microsoft.com/beta/$metadata#applications");
}

#[test]
fn methods_that_a_route_has_not_are_told_those_that_it_has() {
    let mut server = Server::new().lines([register(1), create_application(1), publish(1, &json!({}))]);
    let application = format!("/beta/applications/{}", application(1));
    for (path, allow) in [
        (format!("{PROXY}/connectorGroups"), "GET, HEAD, POST"),
        (group_path(0), "GET, HEAD, PATCH, DELETE"),
        (format!("{}/members", group_path(0)), "GET, HEAD"),
        (format!("{}/members/$ref", group_path(0)), "GET, HEAD, POST, DELETE"),
        (format!("{}/members/{}", group_path(0), connector(1)), "GET, HEAD"),
        (format!("{}/members/{}/$ref", group_path(0), connector(1)), "DELETE"),
        (format!("{}/applications", group_path(0)), "GET, HEAD, POST"),
        (format!("{PROXY}/connectors"), "GET, HEAD"),
        (format!("{PROXY}/connectors/{}", connector(1)), "GET, HEAD"),
        (format!("{PROXY}/connectors/{}/memberOf/$ref", connector(1)), "GET, HEAD, POST, PUT, DELETE"),
        (format!("{PROXY}/connectors/$count"), "GET, HEAD"),
        (PROXY.to_string(), "GET, HEAD, PATCH"),
        ("/beta/applications".into(), "GET, HEAD, POST"),
        (application.clone(), "GET, HEAD, PATCH, DELETE"),
        (format!("{application}/connectorGroup"), "GET, HEAD"),
        (format!("{application}/connectorGroup/$ref"), "GET, HEAD, PUT, DELETE"),
        (format!("{application}/onPremisesPublishing"), "GET, HEAD, PATCH"),
        ("/beta/$batch".into(), "POST"),
        ("/beta/applicationTemplates/x/instantiate".into(), "POST"),
    ] {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CUSTOM"] {
            let answer = raw(&mut server, method, &path, b"");
            let is_allowed = allow.split(", ").any(|allowed| allowed == method);
            assert_eq!(answer.status != 405, is_allowed, "{method} {path}: {answer:?}");
            if !is_allowed {
                assert_eq!(answer.header("allow"), allow, "{path}");
                // The service's words; a HEAD has none.
                if method != "HEAD" {
                    let text = "Specified HTTP method is not allowed for the request target.";
                    assert_eq!(answer.is_refused(405, "Request_BadRequest").message(), text);
                }
            }
            // What was allowed may have gone.
            server.directory =
                Server::new().lines([register(1), create_application(1), publish(1, &json!({}))]).directory;
        }
    }
}

#[test]
fn bodies_that_are_not_what_is_asked_for_are_refused() {
    let mut server = Server::new();
    let groups = format!("{PROXY}/connectorGroups");
    let deep = format!("{}1{}", "{\"name\":[".repeat(60), "]}".repeat(60));
    let deeper = "[".repeat(100_000);
    for body in [
        &b""[..],
        b"  \r\n",
        b"{",
        b"null",
        b"[]",
        b"\"name\"",
        b"{\"name\":\"x\"} 1",
        b"{\"name\":\"x\",\"name\":\"y\"}",
        b"{\"name\":\"x\",\"region\":{\"a\":1,\"a\":2}}",
        b"{\"name\":1e999}",
        b"{\"name\":123456789012345678901234567890}",
        b"{\"name\":\"\xff\"}",
        b"{\"name\":\"\\ud800\"}",
        b"{\"name\":NaN}",
        b"\xef\xbb\xbf{\"name\":\"x\"}",
        b"{\"name\":null}",
        b"{\"name\":[\"x\"]}",
        b"{\"name\":\"x\",\"region\":5}",
        b"{\"name\":\"x\",\"region\":-5}",
        deep.as_bytes(),
        deeper.as_bytes(),
    ] {
        raw(&mut server, "POST", &groups, body).is_refused(400, "BadRequest");
    }
    for (body, property) in
        [(json!({"name": "x", "capacity": 1}), "capacity"), (json!({"name": "x", "members": []}), "members")]
    {
        assert_eq!(server.post(&groups, &body).is(400).message(), format!("Invalid property '{property}'"));
    }
    let twice = server.post(&groups, &json!({"name": "x", "Name": "y"}));
    assert_eq!(twice.is_refused(400, "BadRequest").message(), "The property 'name' is given twice.");
    server.post(&groups, &json!({"region": "eur"})).is_refused(400, "ConnectorGroup_InvalidName");
    server.post(&groups, &json!({"name": "x", "id": group(1)})).is_refused(400, "Request_BadRequest");
    for property in ["id", "isDefault", "connectorGroupType"] {
        let message = format!("Property '{property}' is read-only and cannot be set.");
        assert_eq!(server.patch(&group_path(0), &json!({"name": "x", property: null})).is(400).message(), message);
    }
    let long = json!({"name": "x", "y".repeat(10_000): 1});
    assert!(server.post(&groups, &long).is(400).message().len() < 200, "a long text is not repeated");
}

#[test]
fn publishing_is_read_as_strictly_as_the_engine_reads_it() {
    let mut server = Server::new().lines([create_application(1)]);
    let path = format!("/beta/applications/{}", application(1));
    for publishing in [
        json!(5),
        json!([]),
        json!("x"),
        json!({"internalUrl": 5}),
        json!({"singleSignOnSettings": []}),
        json!({"singleSignOnSettings": {"kerberosSignOnSettings": []}}),
        json!({"onPremisesApplicationSegments": [[]]}),
        json!({"onPremisesApplicationSegments": [{"corsConfigurations": [{"maxAgeInSeconds": 1.5}]}]}),
        json!({"segmentsConfiguration": []}),
        json!({"wafIpRanges": [[]]}),
    ] {
        server.patch(&path, &json!({"onPremisesPublishing": publishing})).is_refused(400, "BadRequest");
    }
    for unknown in [json!({"capacity": 5}), json!({"singleSignOnSettings": {"other": 1}})] {
        server.patch(&path, &json!({"onPremisesPublishing": unknown})).is_refused(400, "Request_BadRequest");
    }
    // Not read as an object whose properties come in this order.
    let listed = server.patch(&path, &json!({"onPremisesPublishing": {"singleSignOnSettings": ["none", null]}}));
    let text = "The property 'onPremisesPublishing/singleSignOnSettings' is no object.";
    assert_eq!(listed.is_refused(400, "BadRequest").message(), text);
    let open = json!({"segmentsConfiguration": {"@odata.type": "#microsoft.graph.webSegmentConfiguration", "applicationSegments": [[1]]},
        "onPremisesApplicationSegments": [{"@odata.type": "x", "corsConfigurations": [{"allowedOrigins": ["*"]}]}]});
    server.patch(&path, &json!({"onPremisesPublishing": open})).is(204);
    let read = server.get(&format!("{path}/onPremisesPublishing"));
    assert_eq!(read.body["segmentsConfiguration"], open["segmentsConfiguration"]);
    for body in [json!({"displayName": null}), json!({"displayName": 5})] {
        server.patch(&path, &body).is_refused(400, "BadRequest");
    }
    for body in
        [json!({"appId": "x"}), json!({"owners": []}), json!({"servicePrincipal": {}}), json!({"id": application(2)})]
    {
        server.patch(&path, &body).is_refused(400, "Request_BadRequest");
    }
    server.post("/beta/applications", &json!({})).is_refused(400, "BadRequest");
}

#[test]
fn only_json_in_utf_8_is_read() {
    let mut server = Server::new();
    let mut send = |media_type: &[u8]| {
        let request = Server::request("POST", &format!("{PROXY}/connectorGroups")).header("content-type", media_type);
        server.send(&request.body(b"{\"name\":\"x\"}".to_vec()).unwrap())
    };
    for accepted in [
        "application/json",
        "Application/JSON; charset=UTF-8",
        "application/json;odata.metadata=minimal;charset=\"utf-8\"",
        "application/json ; x",
    ] {
        send(accepted.as_bytes()).is(200);
    }
    let text = "Entity only allows writes with a JSON Content-Type header.";
    for refused in
        ["text/plain", "application/x-www-form-urlencoded", "application/json-patch+json", "", "multipart/form-data"]
    {
        assert_eq!(send(refused.as_bytes()).is_refused(400, "BadRequest").message(), text);
    }
    assert_eq!(send(b"\xff").is_refused(400, "BadRequest").message(), text);
    send(b"application/json;charset=utf-16").is_refused(415, "UnsupportedMediaType");
    let none = Server::request("POST", &format!("{PROXY}/connectorGroups"));
    let none = server.send(&none.body(b"{\"name\":\"x\"}".to_vec()).unwrap());
    let text = "Write requests (excluding DELETE) must contain the Content-Type header declaration.";
    assert_eq!(none.is_refused(400, "BadRequest").message(), text);
}

/// The SDKs for Go compress each body, and send it again as it is where the answer is 415.
#[test]
fn a_compressed_body_is_refused_by_its_encoding() {
    let mut server = Server::new();
    let mut send = |encoding: &str, method: &str, body: &[u8]| {
        let request = Server::request(method, &format!("{PROXY}/connectorGroups")).header("content-encoding", encoding);
        let request = request.header("content-type", "application/json");
        server.send(&request.body(body.to_vec()).unwrap())
    };
    for encoding in ["gzip", "br", "identity, gzip", ""] {
        send(encoding, "POST", b"{\"name\":\"x\"}").is_refused(415, "UnsupportedMediaType");
    }
    send("Identity", "POST", b"{\"name\":\"x\"}").is(200);
    send("gzip", "GET", b"").is(200);
}

#[test]
fn a_body_has_its_limit() {
    let mut server = Server::new();
    server.options = Options { body_bytes_max: 12, ..Options::default() };
    raw(&mut server, "POST", &format!("{PROXY}/connectorGroups"), b"{\"name\":\"x\"}").is(200);
    let longer = raw(&mut server, "POST", &format!("{PROXY}/connectorGroups"), b"{\"name\":\"xy\"}");
    assert_eq!(longer.is_refused(413, "RequestEntityTooLarge").message(), "The body is longer than 12 bytes.");
    // Four MiB where nothing else is said.
    let mut server = Server::new();
    let body = |bytes: usize| {
        let mut body = br#"{"name":"x"}"#.to_vec();
        body.resize(bytes, b' ');
        body
    };
    raw(&mut server, "POST", &format!("{PROXY}/connectorGroups"), &body(4 << 20)).is(200);
    let longer = raw(&mut server, "POST", &format!("{PROXY}/connectorGroups"), &body((4 << 20) + 1));
    longer.is_refused(413, "RequestEntityTooLarge");
}

/// Every row of the table is met, and so is nothing else (as `Server::send` checks).
#[test]
fn every_error_of_the_table_is_met() {
    let mut met: BTreeSet<(u16, String)> = BTreeSet::new();
    let mut meets = |answer: Answer| {
        met.insert((answer.status, answer.code().to_string()));
    };
    let published = |number: u32, url: &str| {
        publish(
            number,
            &json!({"internalUrl": format!("https://{url}.local/"), "externalUrl": format!("https://{url}.com/")}),
        )
    };
    let mut server = Server::with_rules(&json!({"uniqueNames": true, "regionalConnectorMoves": true})).lines([
        register(1),
        create_group(1, "nam"),
        create_group(2, "asia"),
        add_connector(1, 1),
        create_application(1),
        published(1, "one"),
        create_application(2),
        published(2, "two"),
        json!({"command": "provisionConnectorGroup", "id": group(9), "name": "Sync", "connectorGroupType": "syncFabric"}),
    ]);
    let two = format!("/beta/applications/{}", application(2));
    let set = |server: &mut Server, property: &str, url: &str| {
        server.patch(&two, &json!({"onPremisesPublishing": {property: url}}))
    };
    meets(set(&mut server, "internalUrl", "x"));
    meets(set(&mut server, "externalUrl", "x"));
    let duplicate = set(&mut server, "internalUrl", "https://one.local/");
    assert_eq!(duplicate.message(), "Internal url 'https://one.local/' is invalid since it is already in use.");
    meets(duplicate);
    meets(set(&mut server, "externalUrl", "https://one.com/"));
    assert_eq!(set(&mut server, "externalUrl", "https://ONE.com/").code(), "ExternalUrl_Duplicate", "in any case");
    meets(server.patch(&two, &json!({"onPremisesPublishing": {"isOnPremPublishingEnabled": false}})));
    meets(server.patch(&two, &json!({"onPremisesPublishing": {}, "displayName": "x"})));
    meets(server.get("/beta/onPremisesPublishingProfiles/applicationProxy/connectors?$select=x"));
    meets(server.patch(&two, &json!({"identifierUris": ["api://a", "API://A"]})));
    meets(server.patch(&group_path(1), &json!({"name": " "})));
    meets(server.patch(&group_path(1), &json!({"region": "unknownFutureValue"})));
    meets(server.patch(&group_path(1), &json!({"region": "eur"})));
    meets(server.patch(&group_path(1), &json!({"name": "group 2"})));
    meets(server.delete(&group_path(1)));
    meets(server.delete(&group_path(0)));
    meets(server.delete(&group_path(9)));
    meets(server.get(&group_path(5)));
    meets(server.get(&format!("{PROXY}/connectors/{}", connector(5))));
    meets(server.get(&format!("/beta/applications/{}", application(5))));
    meets(server.get(&format!("/beta/applications/{}/connectorGroup", application(5))));
    meets(server.post(&format!("{}/members/$ref", group_path(2)), &Server::link("connectors", &connector(1))));
    meets(server.post(&format!("{}/members/$ref", group_path(2)), &json!({})));
    meets(server.delete(&format!("/beta/applications/{}/connectorGroup/$ref", application(1))));
    meets(server.get("/beta/onPremisesPublishingProfiles/provisioning"));
    meets(server.delete("/beta/applications"));
    meets(server.get("/beta/other"));
    meets(server.get("/beta/applications?$select=onPremisesPublishing"));
    meets(server.get("/beta/applications?$orderby=id"));
    meets(server.get("/beta/applications/delta"));
    meets(server.get(&format!("/beta/applications?$skiptoken={}", application(5))));
    meets(raw(&mut server, "POST", "/beta/applications", &vec![b' '; 5 << 20]));
    meets(server.send(&Request::builder().uri("/beta/applications").body(Vec::new()).unwrap()));
    let text = Server::request("POST", "/beta/applications").header("content-type", "text/plain");
    meets(server.send(&text.body(b"x".to_vec()).unwrap()));
    let other = Server::request("POST", "/beta/applications").header("content-type", "application/json;charset=latin1");
    meets(server.send(&other.body(b"{}".to_vec()).unwrap()));
    // The same request id twice gives the same ids twice.
    server.post("/beta/applications", &json!({"displayName": "x"})).is(201);
    server.request_id_again();
    meets(server.post("/beta/applications", &json!({"displayName": "x"})));
    let batch = json!({"requests": [{"id": "1", "method": "GET", "url": "/other"}, {"id": "2", "method": "GET", "url": "/other", "dependsOn": ["1"]}]});
    let dependent: Value = server.post("/beta/$batch", &batch).body["responses"][1]["body"].clone();
    meets(Answer { status: 424, headers: http::HeaderMap::new(), body: dependent });
    let mut quirky = Server::new().with_quirks(Quirks {
        empty_group_applications_not_found: true,
        connectorless_tenant_not_enabled: true,
        ..Quirks::default()
    });
    meets(quirky.get(&group_path(0)));
    quirky.line(register(1));
    meets(quirky.get(&format!("{}/applications", group_path(0))));

    let segments =
        "onPremisesPublishing/segmentsConfiguration/microsoft.graph.ipSegmentConfiguration/applicationSegments";
    let segments = format!("{two}/{segments}");
    let segment = |kind: &str, host: &str| json!({"destinationType": kind, "destinationHost": host, "ports": ["1-1"]});
    meets(server.post(&segments, &segment("ipAddress", "10.0.0.1")));
    meets(server.post(&segments, &segment("ip", "x")));
    meets(server.post(&segments, &segment("fqdn", "a b")));
    server.post(&segments, &segment("fqdn", "a")).is(200);
    meets(server.post(&segments, &segment("fqdn", "a")));
    meets(server.get(&format!("{segments}/x")));
    server.post("/beta/servicePrincipals", &json!({"appId": app_id(2)})).is(201);
    meets(server.post("/beta/servicePrincipals", &json!({"appId": app_id(2)})));
    let mut powerless = Server::new();
    powerless.caller = Some(Caller::default());
    meets(powerless.get(&group_path(0)));
    meets(powerless.get("/beta/applications"));

    let table: BTreeSet<(u16, String)> =
        Code::ALL.iter().map(|code| (code.status(), code.as_str().to_string())).collect();
    assert_eq!(met, table);
}

/// A request that is several commands in one is refused in the words of the one that was refused: an embedder that gives an
/// id of a request twice reads which id exists.
#[test]
fn of_several_commands_the_refused_one_tells_why() {
    let (mut server, id, _) = instantiated();
    server.request_id_again();
    let again =
        server.post(&format!("/beta/applicationTemplates/{TEMPLATE}/instantiate"), &json!({"displayName": "B"}));
    let text = format!("application {id} exists already");
    assert_eq!((again.status, again.message()), (409, &*text), "{again:?}");
}
