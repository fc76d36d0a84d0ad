//! `$batch`.

use serde_json::{Value, json};

use crate::{
    server::{PROXY, Server},
    world::{connector, group, register},
};

fn responses(server: &mut Server, requests: &Value) -> Vec<Value> {
    let answer = server.post("/beta/$batch", &json!({"requests": requests}));
    let responses = answer.is(200).body["responses"].as_array().unwrap().clone();
    assert_eq!(responses.len(), requests.as_array().unwrap().len());
    responses
}

fn statuses(server: &mut Server, requests: &Value) -> Vec<u64> {
    responses(server, requests).iter().map(|response| response["status"].as_u64().unwrap()).collect()
}

#[test]
fn urls_come_in_every_spelling() {
    let mut server = Server::new();
    let path = "onPremisesPublishingProfiles/applicationProxy/connectorGroups";
    let relative = [path.to_string(), format!("/{path}"), format!("/beta/{path}"), format!("beta/{path}?$select=id")];
    let absolute = ["https://graph.microsoft.com", "http://127.0.0.1:8080"].map(|host| format!("{host}/beta/{path}"));
    let urls = [&relative[..], &absolute[..]].concat();
    let requests: Vec<Value> =
        urls.iter().enumerate().map(|(id, url)| json!({"id": id.to_string(), "method": "GET", "url": url})).collect();
    for (id, response) in responses(&mut server, &requests.into()).iter().enumerate() {
        assert_eq!((&response["id"], &response["status"]), (&json!(id.to_string()), &json!(200)));
        assert_eq!(response["headers"]["Content-Type"], "application/json");
        assert_eq!(response["body"]["value"][0]["id"], group(0));
    }
    let v1 = json!([{"id": "1", "method": "GET", "url": format!("/v1.0/{path}")}, {"id": "2", "method": "get", "url": "/applications/$count",
        "headers": {"consistencyLevel": "Eventual"}}, {"id": "3", "method": "GET", "url": "/applications/$count"}]);
    let answers = responses(&mut server, &v1);
    assert_eq!(answers[0]["status"], 400);
    assert_eq!((&answers[1]["status"], &answers[1]["body"]), (&json!(200), &json!("0")));
    assert_eq!(answers[2]["body"]["error"]["message"], "$count is not currently supported.");
}

/// A batch's URL is JSON, which may hold what a URL may not; a link made of it is one all the same.
#[test]
fn links_in_a_batch_can_be_followed() {
    let mut server = Server::new().lines([register(1), register(2)]);
    let urls = [
        "/onPremisesPublishingProfiles(id = 'applicationProxy')/connectors?$top=1&$filter=status eq 'active'",
        "/onPremisesPublishingProfiles/applicationProxy/connectors?$top=1&$orderby=machineName desc",
    ];
    for url in urls {
        let requests = json!([{"id": "1", "method": "GET", "url": url}]);
        let first = responses(&mut server, &requests)[0]["body"].clone();
        let next = server.get(first["@odata.nextLink"].as_str().unwrap());
        assert_eq!(next.is(200).ids().len(), 1, "{url}");
        assert_ne!(next.body["value"], first["value"]);
    }
}

#[test]
fn what_depends_on_a_failure_is_not_done() {
    let mut server = Server::new().lines([register(1)]);
    let groups = "/onPremisesPublishingProfiles/applicationProxy/connectorGroups";
    let json_headers = json!({"Content-Type": "application/json"});
    let requests = json!([
        {"id": "1", "method": "POST", "url": groups, "headers": json_headers, "body": {"name": " "}},
        {"id": "2", "method": "POST", "url": groups, "headers": json_headers, "body": {"name": "A"}, "dependsOn": ["1"]},
        {"id": "3", "method": "POST", "url": groups, "headers": json_headers, "body": {"name": "B"}, "depends_on": ["2"]},
        {"id": "4", "method": "POST", "url": groups, "headers": json_headers, "body": {"name": "C"}, "dependsOn": []},
        {"id": "5", "method": "GET", "url": groups, "dependsOn": ["4"]},
        {"id": "6", "method": "DELETE", "url": format!("{groups}/{}", group(0)), "dependsOn": null, "headers": null, "body": null},
    ]);
    let answers = responses(&mut server, &requests);
    let statuses: Vec<u64> = answers.iter().map(|answer| answer["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [400, 424, 424, 200, 200, 400]);
    assert_eq!(answers[1]["body"]["error"]["code"], "FailedDependency");
    assert_eq!(answers[4]["body"]["value"].as_array().unwrap().len(), 2, "what came before is seen");
    assert_eq!(answers[5]["body"]["error"]["code"], "ConnectorGroup_IsDefault");
}

#[test]
fn every_new_thing_has_an_id_of_its_own() {
    let mut server = Server::new();
    let requests: Vec<Value> = (0..20)
        .map(|id| {
            json!({"id": id.to_string(), "method": "POST", "url": "/applications",
                   "headers": {"content-type": "application/json"}, "body": {"displayName": "x"}})
        })
        .collect();
    assert_eq!(statuses(&mut server, &requests.clone().into()), [201; 20]);
    assert_eq!(statuses(&mut server, &requests.into()), [201; 20]);
    assert_eq!(server.advanced("/beta/applications/$count").body, "40");
}

#[test]
fn ids_are_the_same_in_any_case() {
    let requests = json!([
        {"id": "a", "method": "GET", "url": "/nothing"},
        {"id": "b", "method": "GET", "url": "/applications", "dependsOn": ["A"]},
        {"id": "c", "method": "GET", "url": "/applications"},
        {"id": "d", "method": "GET", "url": "/applications", "dependsOn": ["C"]},
    ]);
    assert_eq!(statuses(&mut Server::new(), &requests), [400, 424, 200, 200]);
}

/// Modules for PowerShell count the requests of a batch, as `MiniGraph` and `JAGM` do.
#[test]
fn a_number_is_an_id_and_is_answered_as_a_text() {
    let requests = json!([
        {"id": 1, "method": "GET", "url": "/nothing"},
        {"id": 2, "method": "GET", "url": "/applications", "dependsOn": [1]},
        {"id": "3", "method": "GET", "url": "/applications"},
        {"id": 4, "method": "GET", "url": "/applications", "dependsOn": [3]},
    ]);
    let answers = responses(&mut Server::new(), &requests);
    let told: Vec<_> = answers.iter().map(|answer| (&answer["id"], answer["status"].as_u64().unwrap())).collect();
    assert_eq!(told, [(&json!("1"), 400), (&json!("2"), 424), (&json!("3"), 200), (&json!("4"), 200)]);
}

#[test]
fn each_answers_as_it_would_by_itself() {
    let mut server = Server::new().lines([register(1)]);
    let json_headers = json!({"Content-Type": "application/json"});
    let requests = json!([
        {"id": "a", "method": "GET", "url": "/connectorGroups"},
        {"id": "b", "method": "PUT", "url": format!("{}/connectors", &PROXY["/beta".len()..])},
        {"id": "c", "method": "POST", "url": "/applications", "headers": {"content-type": "text/plain"}, "body": {"displayName": "x"}},
        {"id": "d", "method": "POST", "url": "/applications", "headers": json_headers, "body": "text"},
        {"id": "e", "method": "POST", "url": "/applications"},
        {"id": "f", "method": "POST", "url": "/$batch", "headers": json_headers, "body": {"requests": []}},
        {"id": "g", "method": "GET", "url": "/applications?$filter=nonsense"},
        {"id": "h", "method": "GET", "url": "/applications/%zz"},
        {"id": "i", "method": "GET", "url": format!("{}/connectors?$top=1", &PROXY["/beta".len()..])},
    ]);
    let answers = responses(&mut server, &requests);
    let statuses: Vec<u64> = answers.iter().map(|answer| answer["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [400, 405, 400, 400, 400, 400, 400, 400, 200]);
    assert_eq!(answers[1]["headers"]["allow"], "GET, HEAD");
    assert_eq!(answers[8]["body"]["value"][0]["id"], connector(1));
    for answer in &answers[..8] {
        assert!(answer["body"]["error"]["innerError"]["request-id"].is_string(), "{answer}");
    }
}

/// Each has an id of the client's own, if it is given one, and is answered by it.
#[test]
fn a_part_has_its_own_client_request_id() {
    let mut server = Server::new();
    let requests = json!([
        {"id": "1", "method": "GET", "url": "/applications/x", "headers": {"Client-Request-Id": "one"}},
        {"id": "2", "method": "GET", "url": "/applications/x"},
        {"id": "3", "method": "GET", "url": "/applications", "headers": {"client-request-id": "three"}},
        {"id": "4", "method": "GET", "url": "/applications", "headers": {"client-request-id": "x".repeat(129)}},
    ]);
    let request = Server::request("POST", "/beta/$batch").header("content-type", "application/json");
    let request = request.header("client-request-id", "whole");
    let answer = server.send(&request.body(json!({"requests": requests}).to_string().into_bytes()).unwrap());
    assert_eq!(answer.is(200).header("client-request-id"), "whole");
    let answers = answer.body["responses"].as_array().unwrap();
    let ids = |answer: &Value| {
        (
            answer["headers"]["client-request-id"].clone(),
            answer["body"]["error"]["innerError"]["client-request-id"].clone(),
        )
    };
    assert_eq!(ids(&answers[0]), (json!("one"), json!("one")));
    assert_eq!(ids(&answers[1]), (json!(null), json!("whole")));
    assert_eq!(ids(&answers[2]).0, "three");
    assert_eq!(ids(&answers[3]).0, json!(null));
}

#[test]
fn a_batch_that_does_not_fit_is_refused_as_a_whole() {
    let mut server = Server::new();
    let get = |id: &str| json!({"id": id, "method": "GET", "url": "/applications"});
    let with = |name: &str, value: Value| {
        let mut request = get("1");
        request[name] = value;
        request
    };
    let many: Vec<Value> = (0..21).map(|id| get(&id.to_string())).collect();
    for requests in [
        json!([]),
        many.into(),
        json!([get("1"), get("1")]),
        json!([get("a"), get("A")]),
        json!([with("body", json!({"displayName": "x"}))]),
        json!([with("dependsOn", json!(["2"])), get("2")]),
        json!([with("dependsOn", json!(["1"]))]),
        json!([with("dependsOn", json!("1"))]),
        json!([with("dependsOn", json!([true]))]),
        json!([with("headers", json!([]))]),
        json!([with("method", json!("?"))]),
        json!([with("url", json!(""))]),
        json!([with("id", json!(true))]),
        json!([with("id", json!(2)), get("2")]),
        json!([with("other", json!(1))]),
        json!([1]),
        json!({}),
        Value::Null,
    ] {
        server.post("/beta/$batch", &json!({"requests": requests})).is(400);
    }
    server.post("/beta/$batch", &json!({"requests": [get("1")], "other": 1})).is_refused(400, "Request_BadRequest");
    server.post("/beta/$batch", &json!({})).is_refused(400, "BadRequest");
    server.get("/beta/$batch").is_refused(405, "Request_BadRequest");
}
