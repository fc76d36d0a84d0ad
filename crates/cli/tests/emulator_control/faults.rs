//! Failure on purpose.

use serde_json::{Value, json};

use super::support::*;

#[test]
fn a_fault_is_for_the_requests_it_names_and_no_others() {
    let emulator = Emulator::contoso();
    let route = format!("{PROFILE}/connectorGroups");
    emulator.done(
        "POST",
        "/_control/faults",
        &json!([
            {"name": "busy", "method": "POST", "route": route, "from": 2, "to": 3, "status": 429, "retryAfter": 7},
            {"name": "down", "route": "*/connectors/{id}", "status": 503, "code": "ours", "message": "Down."},
            {"name": "elsewhere", "tenant": "7e000000-0000-4000-8000-0000000000ff", "status": 500},
        ]),
    );
    let mut statuses = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let answer = emulator.send("POST", GROUPS, &json!({"name": name}).to_string());
        statuses.push(answer.status);
        if answer.status == 429 {
            assert_eq!((answer.header("retry-after"), answer.header("x-emulator-fault")), (Some("7"), Some("busy")));
            assert_eq!(answer.json()["error"]["code"], "TooManyRequests");
            assert!(answer.json()["error"]["innerError"]["request-id"].is_string());
        } else {
            assert_eq!(answer.header("x-emulator-fault"), None);
        }
    }
    assert_eq!(statuses, [200, 429, 429, 200]);
    let names = emulator.names(TENANT);
    assert!(names.contains(&"a".into()) && names.contains(&"d".into()) && !names.contains(&"b".into()), "{names:?}");
    let down = emulator.send("GET", &format!("{PROFILE}/connectors/{TENANT}"), "");
    assert_eq!((down.status, &down.json()["error"]["code"]), (503, &json!("ours")));

    let faults = emulator.get("/_control/faults");
    let counts: Vec<_> = faults.as_array().unwrap().iter().map(|rule| (&rule["matched"], &rule["failed"])).collect();
    assert_eq!(counts, [(&json!(4), &json!(2)), (&json!(1), &json!(1)), (&json!(0), &json!(0))]);
    assert_eq!(emulator.send("DELETE", "/_control/faults/busy", "").status, 204);
    assert_eq!(emulator.send("DELETE", "/_control/faults/busy", "").status, 404);
    assert_eq!(emulator.send("DELETE", "/_control/faults", "").status, 204);
    assert_eq!(emulator.get("/_control/faults"), json!([]));
    for wrong in [json!({"name": "x"}), json!({"name": "x", "status": 200}), json!({"name": "x", "staus": 500})] {
        assert_eq!(emulator.send("POST", "/_control/faults", &wrong.to_string()).status, 400, "{wrong}");
    }
}

/// By its own id, a client finds the answers to a request that it sends again.
#[test]
fn a_fault_repeats_the_clients_own_id_for_the_request() {
    let emulator = Emulator::contoso();
    let rule = json!([
        {"name": "down", "route": "*/connectors", "status": 503},
        {"name": "part", "part": "1", "status": 429},
    ]);
    emulator.done("POST", "/_control/faults", &rule);
    let send = |token: &str, method: &str, path: &str, body: &str, id: &str| {
        // One more line of the head.
        let token = format!("{token}\r\nclient-request-id: {id}");
        emulator.try_send(&token, method, path, body).unwrap()
    };
    let connectors = format!("{PROFILE}/connectors");
    let down = send(TENANT, "GET", &connectors, "", "mine");
    assert_eq!((down.status, down.header("client-request-id")), (503, Some("mine")));
    let inner = &down.json()["error"]["innerError"];
    assert_eq!(inner["client-request-id"], "mine");
    assert_ne!(inner["request-id"], "mine");
    let batch = json!({"requests": [{"id": "1", "method": "GET", "url": "/applications"}]});
    let part = send(TENANT, "POST", "/beta/$batch", &batch.to_string(), "mine").json()["responses"][0].clone();
    assert_eq!(
        (&part["status"], &part["body"]["error"]["innerError"]["client-request-id"]),
        (&json!(429), &json!("mine"))
    );
    let refused = send("a.b.c", "GET", GROUPS, "", "mine");
    assert_eq!((refused.status, refused.header("client-request-id")), (401, Some("mine")));
    assert!(refused.header("request-id").is_some());
    // One that is too long to be repeated is passed over, as where there is no fault.
    let long = send(TENANT, "GET", &connectors, "", &"x".repeat(129));
    assert_eq!(long.header("client-request-id"), None);
    let inner = &long.json()["error"]["innerError"];
    assert_eq!(inner["client-request-id"], inner["request-id"]);
}

#[test]
fn a_connection_is_dropped_before_or_after_the_effect() {
    let emulator = Emulator::contoso();
    let drop =
        |when: &str| json!({"name": when, "method": "POST", "route": "*/connectorGroups", "nth": 1, "drop": when});
    for (when, is_there) in [("before", false), ("after", true)] {
        emulator.done("POST", "/_control/faults", &drop(when));
        assert!(emulator.try_send(TENANT, "POST", GROUPS, &json!({"name": when}).to_string()).is_none(), "{when}");
        assert_eq!(emulator.names(TENANT).contains(&when.into()), is_there, "{when}");
        let calls = emulator.get(&format!("/_control/journal?fault={when}"));
        assert_eq!(calls["calls"][0]["status"], Value::Null);
        assert_eq!(calls["calls"][0]["commands"].as_array().unwrap().len(), usize::from(is_there));
        emulator.done("DELETE", "/_control/faults", &Value::Null);
    }
}

#[test]
fn one_part_of_a_batch_fails_and_what_depends_on_it() {
    let emulator = Emulator::contoso();
    let url = "/onPremisesPublishingProfiles/applicationProxy/connectorGroups";
    let part = |id: &str, on: &[&str]| {
        json!({"id": id, "method": "POST", "url": url, "dependsOn": on, "headers": {"Content-Type": "application/json"},
               "body": {"name": format!("part {id}")}})
    };
    let batch = json!({"requests": [part("1", &[]), part("2", &[]), part("3", &["2"]), part("4", &["1"])]});
    emulator.done("POST", "/_control/faults", &json!({"name": "second", "part": "2", "status": 429, "retryAfter": 3}));
    let answer = emulator.send("POST", "/beta/$batch", &batch.to_string());
    assert_eq!((answer.status, answer.header("x-emulator-fault")), (200, Some("second")));
    let responses = answer.json()["responses"].clone();
    let statuses: Vec<_> = responses.as_array().unwrap().iter().map(|part| part["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 429, 424, 200]);
    assert_eq!(responses[1]["headers"]["Retry-After"], "3");
    assert_eq!(responses[1]["headers"]["x-emulator-fault"], "second");
    let names = emulator.names(TENANT);
    let made: Vec<_> = names.iter().filter(|name| name.starts_with("part ")).collect();
    assert_eq!(made, ["part 1", "part 4"]);
    // A rule by route counts each part.
    emulator.done("DELETE", "/_control/faults", &Value::Null);
    emulator.done(
        "POST",
        "/_control/faults",
        &json!({"name": "third", "route": format!("/beta{url}"), "nth": 3, "status": 503}),
    );
    let answer = emulator.send("POST", "/beta/$batch", &batch.to_string()).json();
    assert_eq!(answer["responses"][2]["status"], 503);
    assert_eq!(answer["responses"][1]["status"], 200);
    // What was not reached, as it depends on a request that fails, says so and not that a fault is for it too.
    let last = json!({"name": "third", "route": format!("/beta{url}"), "from": 2, "status": 503});
    emulator.done("POST", "/_control/faults", &last);
    let answer = emulator.send("POST", "/beta/$batch", &batch.to_string()).json();
    let responses = answer["responses"].as_array().unwrap();
    let statuses: Vec<_> = responses.iter().map(|part| part["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 503, 424, 503]);
}

#[test]
fn reads_lag_for_so_many_requests_and_limits_are_kept() {
    let emulator = Emulator::start(&["--seed", CONTOSO, "--clock", "2026-03-02T08:00:00Z"]);
    emulator.done("POST", "/_control/faults", &json!({"name": "late", "method": "POST", "lag": 2}));
    let before = emulator.names(TENANT);
    emulator.done("POST", GROUPS, &json!({"name": "Late"}));
    assert_eq!(emulator.names(TENANT), before);
    assert_eq!(emulator.names(TENANT), before);
    assert_eq!(emulator.names(TENANT).len(), before.len() + 1);

    let limit = json!({"requests": 2, "seconds": 3600, "writesOnly": true});
    emulator.done(
        "POST",
        "/_control/faults",
        &json!([{"name": "late", "delay": 1}, {"name": "limit", "throttle": limit}]),
    );
    let create = |name: &str| emulator.send("POST", GROUPS, &json!({"name": name}).to_string());
    assert_eq!([create("1").status, create("2").status], [200, 200]);
    let third = create("3");
    assert_eq!((third.status, third.header("x-emulator-fault")), (429, Some("late, limit")));
    // Half of the bucket comes back in half of the time.
    assert_eq!(third.header("retry-after"), Some("1800"));
    assert_eq!(emulator.names(TENANT).len(), before.len() + 3, "reads go on");
    let graph = json!({"name": "graph", "throttle": "graph"});
    emulator.done("POST", "/_control/faults", &graph);
    assert_eq!(emulator.get("/_control/faults")[2]["throttle"], "graph");
}

/// What counts is a read of the tenant: not its writes, and not the reads of others.
#[test]
fn only_reads_of_the_tenant_use_up_its_lag_and_the_oldest_write_comes_first() {
    let emulator = Emulator::contoso();
    let other = emulator.done("POST", "/_control/tenants", &json!({})).json()["id"].as_str().unwrap().to_owned();
    let before = emulator.names(TENANT).len();
    emulator.done("POST", "/_control/snapshots/before", &Value::Null);
    let line = json!({"tenant": TENANT, "command": "createConnectorGroup", "id": TENANT, "name": "At once"});
    emulator.done("POST", "/_control/commands", &line);
    emulator.done("POST", "/_control/faults", &json!({"name": "late", "method": "POST", "lag": 2}));
    let late = emulator.done("POST", GROUPS, &json!({"name": "Late"})).json();
    emulator.done("POST", GROUPS, &json!({"name": "Later"}));
    for _ in 0..3 {
        let group = format!("{GROUPS}/{}", late["id"].as_str().unwrap());
        emulator.done("PATCH", &group, &json!({"name": "Late too"}));
        assert_eq!(emulator.names(&other).len(), before);
    }
    let seen = || emulator.names(TENANT).len() - before;
    assert_eq!([seen(), seen(), seen(), seen(), seen()], [1, 1, 2, 2, 3]);
    // Another directory is there at once.
    emulator.done("POST", GROUPS, &json!({"name": "Last"}));
    emulator.done("POST", "/_control/snapshots/before/restore", &Value::Null);
    assert_eq!(seen(), 0);
}

#[test]
fn faults_are_in_snapshots_where_that_is_asked_and_come_from_a_file() {
    let folder = Folder::new("faults");
    let file = folder.file("faults.json", r#"{"name": "first", "method": "GET", "nth": 2, "status": 500}"#);
    let emulator = Emulator::start(&["--seed", CONTOSO, "--faults", &file]);
    let status = || emulator.send("GET", GROUPS, "").status;
    assert_eq!(status(), 200);
    emulator.done("POST", "/_control/snapshots/with?faults=true", &Value::Null);
    emulator.done("POST", "/_control/snapshots/without", &Value::Null);
    assert_eq!([status(), status()], [500, 200]);
    emulator.done("POST", "/_control/snapshots/without/restore", &Value::Null);
    assert_eq!(status(), 200);
    emulator.done("POST", "/_control/snapshots/with/restore", &Value::Null);
    assert_eq!([status(), status()], [500, 200]);
}

/// Throttling by Graph's limits, with a clock that stands until the test moves it: nothing here waits.
#[test]
fn graph_throttles_an_application_in_a_tenant_until_the_clock_moves() {
    let emulator = Emulator::start(&["--seed", CONTOSO, "--clock", "2026-03-02T08:00:00Z"]);
    emulator.done("POST", "/_control/faults", &json!({"name": "graph", "throttle": "graph"}));
    let (busy, idle) = (emulator.token("busy"), emulator.token("idle"));
    let write = |token: &str| {
        let part = |id: u32| {
            json!({"id": id.to_string(), "method": "PATCH", "url": "/applications/none", "body": {},
                   "headers": {"Content-Type": "application/json"}})
        };
        let batch = json!({"requests": (0..20).map(part).collect::<Vec<_>>()});
        emulator.try_send(token, "POST", "/beta/$batch", &batch.to_string()).unwrap().json()["responses"].clone()
    };
    // 3,000 writes in 150 seconds, 20 at once: the batch itself costs nothing.
    for round in 0..150 {
        let answers = write(&busy);
        assert!(answers.as_array().unwrap().iter().all(|part| part["status"] == 404), "{round}: {answers}");
    }
    let throttled = write(&busy)[0].clone();
    assert_eq!((&throttled["status"], &throttled["headers"]["Retry-After"]), (&json!(429), &json!("1")), "{throttled}");
    assert_eq!(throttled["headers"]["x-ms-throttle-scope"], format!("Tenant_Application/Write/busy/{TENANT}"));
    assert_eq!(throttled["headers"]["x-ms-throttle-information"], "WriteLimitExceeded");
    assert_eq!(write(&idle)[0]["status"], 404, "another application in the same tenant");
    assert_eq!(emulator.try_send(&busy, "GET", GROUPS, "").unwrap().status, 200, "reads are not writes");

    // One write comes back every 50 milliseconds.
    let clock = emulator.done("POST", "/_control/clock", &json!({"advance": 1})).json();
    assert_eq!(clock, json!({"now": "2026-03-02T08:00:01Z", "stopped": true}));
    assert!(write(&busy).as_array().unwrap().iter().all(|part| part["status"] == 404));
    assert_eq!(write(&busy)[0]["status"], 429);
    let alone = emulator.try_send(&busy, "PATCH", "/beta/applications/none", "{}").unwrap();
    assert_eq!((alone.status, alone.header("retry-after")), (429, Some("1")));
    assert_eq!(alone.header("x-ms-throttle-information"), Some("WriteLimitExceeded"));
    let calls = emulator.get("/_control/journal?application=busy&fault=graph");
    assert_eq!(calls["calls"].as_array().unwrap().len(), 3);
    assert_eq!(calls["calls"][1]["time"], "2026-03-02T08:00:01Z");
}

/// A client that takes the server's time from its answers, or reckons a token's end by it, sees one time everywhere.
#[test]
fn every_answer_has_the_date_of_the_clock() {
    let emulator = Emulator::start(&["--seed", CONTOSO, "--clock", "2026-03-02T08:00:00Z"]);
    let dates = || {
        [GROUPS, "/v1.0/nothing", "/_control/clock", "/healthz", "/"].map(|path| {
            let answer = emulator.send("GET", path, "");
            assert_eq!(answer.head.to_ascii_lowercase().matches("\r\ndate: ").count(), 1, "{path}: {}", answer.head);
            String::from(answer.header("date").unwrap())
        })
    };
    assert_eq!(dates(), ["Mon, 02 Mar 2026 08:00:00 GMT"; 5]);
    emulator.done("POST", "/_control/clock", &json!({"advance": 86_399}));
    assert_eq!(dates(), ["Tue, 03 Mar 2026 07:59:59 GMT"; 5]);
    // It goes on from there, and the machine's clock shows another day.
    emulator.done("POST", "/_control/clock", &json!({"advance": 1, "stopped": false}));
    assert!(dates().iter().all(|date| date.starts_with("Tue, 03 Mar 2026 08:0")), "{:?}", dates());
}

#[test]
fn tokens_expire_and_reads_catch_up_when_the_clock_moves() {
    let emulator = Emulator::start(&["--seed", CONTOSO, "--clock", "2026-03-02T08:00:00Z", "--lag", "60000"]);
    let token = emulator.token("client");
    let status = || emulator.try_send(&token, "GET", GROUPS, "").unwrap().status;
    let advance = |seconds: u64| emulator.done("POST", "/_control/clock", &json!({"advance": seconds}));
    let before = emulator.names(TENANT).len();
    emulator.done("POST", GROUPS, &json!({"name": "Late"}));
    advance(59);
    assert_eq!((emulator.names(TENANT).len(), status()), (before, 200));
    advance(1);
    assert_eq!((emulator.names(TENANT).len(), status()), (before + 1, 200));
    advance(3538);
    assert_eq!(status(), 200);
    advance(1);
    assert_eq!(status(), 401, "an access token lasts 3,599 seconds");
    let back = json!({"now": "2026-03-02T08:00:00Z"}).to_string();
    assert_eq!(emulator.send("POST", "/_control/clock", &back).status, 409);
    for wrong in ["{\"adVance\": 1}", "no clock"] {
        assert_eq!(emulator.send("POST", "/_control/clock", wrong).status, 400, "{wrong}");
    }
    for wrong in [json!({"requests": 0, "seconds": 1}), json!({"requests": 1, "seconds": 0})] {
        let rule = json!({"name": "x", "throttle": wrong}).to_string();
        assert_eq!(emulator.send("POST", "/_control/faults", &rule).status, 400, "{rule}");
    }
}

/// What is passed over, or can match nothing, lets a test pass that has tested nothing.
#[test]
fn what_cannot_be_meant_is_refused_in_plain_words() {
    let emulator = Emulator::contoso();
    emulator.get(GROUPS);
    for (path, body, told) in [
        ("snapshots/x?faults=yes", json!({}), "`faults` is true or false"),
        ("snapshots/x?foo=1", json!({}), "`foo` is no option of this route: it has `faults`"),
        ("snapshots/x?faults=true&faults=false", json!({}), "`faults` is there twice"),
        ("snapshots/x/restore?faults=true", json!({}), "`faults` is no option of this route"),
        ("commands?answers=counts", json!({}), "`answers` is all or count"),
        ("clock?advance=1", json!({}), "`advance` is no option"),
        ("faults", json!({"name": "x", "status": 500, "nth": 0}), "counted from 1"),
        ("faults", json!({"name": "x", "status": 500, "from": 0}), "counted from 1"),
        ("faults", json!({"name": "x", "status": 500, "from": 5, "to": 2}), "from is behind to"),
        ("faults", json!({"name": "x", "status": 500, "method": "GTE"}), "`GTE` is no method: they are GET, "),
        ("faults", json!({"name": "x", "throttle": "grph"}), "throttle: a throttle is \"graph\", or has requests"),
        ("faults", json!({"name": "x", "nth": "2"}), "nth: invalid type: string \"2\", expected a whole number"),
        ("faults", json!(5), "expected a rule, or a list of rules"),
        ("expect", json!({"calls": [{"count": 1, "atLeast": 1}]}), "call 1: count stands alone"),
        ("expect", json!({"calls": [{"count": 1, "atMost": 0}]}), "call 1: count stands alone"),
        ("expect", json!({"calls": [{}, {"atLeast": 5, "atMost": 1}]}), "call 2: atLeast is more than atMost"),
        ("expect", json!({"calls": [{"method": "GTE", "count": 0}]}), "call 1: method: `GTE` is no method"),
        ("expect", json!(5), "expected an object"),
        ("tenants", json!(5), "expected an object"),
        ("clock", json!({"advance": "1"}), "advance: invalid type: string \"1\", expected a whole number"),
    ] {
        let refused = emulator.send("POST", &format!("/_control/{path}"), &body.to_string());
        let body = refused.body.replace("\\\"", "\"");
        assert!(refused.status == 400 && body.contains(told), "{path}: {} {body}", refused.status);
    }
    assert_eq!(emulator.send("GET", "/_control/journal?method=GTE", "").status, 400);
    assert_eq!(emulator.send("GET", "/_control/state?tenant=x", "").status, 400);
    assert_eq!(emulator.get("/_control/snapshots"), json!([]));
    assert_eq!(emulator.get("/_control/faults"), json!([]));
    let possible = json!({"calls": [{"method": "get", "atLeast": 1, "atMost": 1}]});
    assert_eq!(emulator.done("POST", "/_control/expect", &possible).json()["met"], true);
    emulator.done("POST", "/_control/snapshots/x?faults=false", &Value::Null);
}
