//! What was called and what it led to; tenants of a test's own; a directory that is kept.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    thread,
};

use serde_json::{Value, json};

use super::{session::*, support::*};

#[test]
fn the_journal_tells_what_was_called_and_what_it_led_to() {
    let emulator = Emulator::start(&["--seed", CONTOSO, "--metrics"]);
    let id = emulator.done("POST", GROUPS, &json!({"name": "New"})).json()["id"].as_str().unwrap().to_owned();
    emulator.send("DELETE", &format!("{GROUPS}/{TENANT}"), "");
    let default = emulator.get(GROUPS)["value"][0]["id"].as_str().unwrap().to_owned();
    emulator.send("DELETE", &format!("{GROUPS}('{default}')"), "");
    let journal = emulator.get("/_control/journal");
    assert_eq!(journal["count"], 4, "control routes are not in it");
    let calls = journal["calls"].as_array().unwrap();
    assert_eq!(calls[0]["route"], GROUPS);
    assert_eq!(calls[0]["commands"][0]["command"]["command"], "createConnectorGroup");
    assert_eq!(calls[0]["commands"][0]["command"]["id"], id);
    assert_eq!(calls[0]["commands"][0]["events"][0]["event"], "connectorGroupCreated");
    assert_eq!((&calls[0]["client"], &calls[0]["tenant"]), (&json!("test/1"), &json!(TENANT)));
    let refused = emulator.get("/_control/journal?refused=groupIsDefault");
    assert_eq!(refused["calls"].as_array().unwrap().len(), 1);
    assert_eq!(refused["calls"][0]["route"], format!("{GROUPS}/{{id}}"));
    let route = "/_control/journal?method=delete&since=2&route=*%2F%7Bid%7D";
    assert_eq!(emulator.get(route)["calls"][0]["number"], 4);

    let har = emulator.get("/_control/journal?format=har");
    let entries = har["log"]["entries"].as_array().unwrap();
    assert_eq!((har["log"]["version"].as_str(), entries.len()), (Some("1.2"), 4));
    assert_eq!(entries[0]["request"]["postData"]["text"], r#"{"name":"New"}"#);
    assert!(entries[0]["response"]["content"]["text"].as_str().unwrap().contains(&id));
    assert!(!har.to_string().contains("Bearer"), "no token is kept");

    let met = json!({"calls": [{"method": "POST", "route": GROUPS}, {"method": "DELETE", "route": "*/{id}", "count": 2},
                               {"method": "GET", "atLeast": 1}], "noOthers": true});
    assert_eq!(emulator.done("POST", "/_control/expect", &met).json()["met"], true);
    for (wrong, told) in [
        (json!({"calls": [{"method": "GET", "count": 2}]}), "2 to 2 expected, 1 found"),
        (json!({"calls": [{"method": "GET"}, {"method": "POST"}], "inOrder": true}), "none after the one before"),
        (json!({"calls": [{"method": "GET"}, {"method": "GET"}], "inOrder": true}), "none after the one before"),
        (json!({"calls": [{"method": "GET"}, {"method": "POST"}], "noOthers": true}), "not expected: 2 DELETE"),
    ] {
        let answer = emulator.send("POST", "/_control/expect", &wrong.to_string());
        assert_eq!(answer.status, 417, "{wrong}");
        assert!(answer.json()["wrong"][0].as_str().unwrap().contains(told), "{}", answer.body);
    }
    let order = json!({"of": {"since": 1}, "calls": [{"method": "GET"}, {"method": "DELETE", "refused": "groupIsDefault"}], "inOrder": true});
    assert_eq!(emulator.done("POST", "/_control/expect", &order).json()["met"], true);
    // Of a call that need not have come, order says nothing.
    let order = json!({"calls": [{"method": "GET"}, {"method": "POST", "atLeast": 0}], "inOrder": true});
    assert_eq!(emulator.done("POST", "/_control/expect", &order).json()["met"], true);
    for (query, count) in [
        (format!("tenant={TENANT}"), 4),
        ("tenant=7e000000-0000-4000-8000-0000000000ff".into(), 0),
        ("client=est%2F1".into(), 4),
        ("client=curl".into(), 0),
        ("status=404".into(), 1),
        ("application=any".into(), 0),
        ("fault=any".into(), 0),
    ] {
        let calls = emulator.get(&format!("/_control/journal?{query}"))["calls"].clone();
        assert_eq!(calls.as_array().unwrap().len(), count, "{query}");
    }
    // One that is misspelled is no filter that all calls pass.
    for (query, expected) in [
        ("methods=GET", "unknown field `methods`, expected one of `method`, `route`, "),
        ("status=all", "status: invalid type"),
        ("since=", "since: invalid type"),
        ("tenant=none", "tenant: "),
        ("method=GET&method=POST", "`method` is there twice"),
    ] {
        let refused = emulator.send("GET", &format!("/_control/journal?{query}"), "");
        assert!(refused.status == 400 && refused.body.contains(expected), "{query}: {}", refused.body);
    }

    assert_eq!(emulator.send("GET", "/healthz", "").body, "ok\n");
    assert_eq!(emulator.send("GET", "/readyz", "").status, 200);
    let metrics = emulator.send("GET", "/metrics", "").body;
    let line = format!("emulator_requests_seconds_count{{method=\"POST\",route=\"{GROUPS}\",status=\"200\"}} 1");
    assert!(metrics.lines().any(|known| known == line), "{metrics}");
    emulator.done("DELETE", "/_control/journal", &Value::Null);
    assert_eq!(emulator.get("/_control/journal")["calls"], json!([]));
}

/// Whoever reads the journal learns no secret, and a request whose token is not taken is nobody's.
#[test]
fn the_journal_has_no_secret_and_believes_no_bad_token() {
    let emulator = Emulator::start(&["--seed", CONTOSO, "--anonymous", TENANT]);
    let token = emulator.token("client");
    assert_eq!(emulator.try_send(&token, "GET", GROUPS, "").unwrap().status, 200);
    assert_eq!(emulator.try_send("a.b.c", "GET", GROUPS, "").unwrap().status, 401);
    let har = emulator.get("/_control/journal?format=har").to_string();
    let signature = token.rsplit('.').next().unwrap();
    assert!(!har.contains("client_secret") && !har.contains(signature), "{har}");
    let calls = emulator.get("/_control/journal")["calls"].clone();
    assert_eq!((&calls[1]["tenant"], &calls[1]["application"]), (&json!(TENANT), &json!("client")));
    assert_eq!((&calls[2]["tenant"], &calls[2]["application"]), (&Value::Null, &Value::Null));
}

#[test]
fn replaying_the_journal_leads_to_the_same_state() {
    let folder = Folder::new("replay");
    let emulator = Emulator::contoso();
    for seed in 1..=4 {
        random_session(&emulator, seed, 40);
        // Tenants come and go between, and commands by the control routes.
        let copy = emulator.done("POST", "/_control/tenants", &json!({"from": TENANT})).json()["id"].clone();
        let line = json!({"tenant": copy, "command": "createConnectorGroup", "id": TENANT, "name": "By control"});
        emulator.done("POST", "/_control/commands", &line);
        if seed == 2 {
            emulator.done("DELETE", &format!("/_control/tenants/{}", copy.as_str().unwrap()), &Value::Null);
        }
        assert_eq!(replayed(&folder, &emulator), emulator.get("/_control/state"), "seed {seed}");
        if seed == 3 {
            emulator.done("DELETE", "/_control/journal", &Value::Null);
        }
    }
}

#[test]
fn each_test_has_a_tenant_of_its_own() {
    let emulator = Emulator::contoso();
    emulator.done("POST", "/_control/snapshots/contoso", &Value::Null);
    emulator.done("POST", GROUPS, &json!({"name": "After"}));
    let make = |body: Value| emulator.send("POST", "/_control/tenants", &body.to_string());
    let before = emulator.names(TENANT).len() - 1;
    thread::scope(|scope| {
        for number in 0..8 {
            let (emulator, make) = (&emulator, &make);
            scope.spawn(move || {
                let answer = make(json!({"snapshot": "contoso"}));
                assert_eq!(answer.status, 201, "{}", answer.body);
                let tenant = answer.json()["id"].as_str().unwrap().to_owned();
                for group in 0..number {
                    let body = json!({"name": format!("{number}.{group}")}).to_string();
                    assert_eq!(emulator.try_send(&tenant, "POST", GROUPS, &body).unwrap().status, 200);
                }
                let names = emulator.names(&tenant);
                assert_eq!(names.len(), before + number, "{names:?}");
                assert_eq!(emulator.send("DELETE", &format!("/_control/tenants/{tenant}"), "").status, 204);
                assert_eq!(emulator.try_send(&tenant, "GET", GROUPS, "").unwrap().status, 401);
            });
        }
    });
    let id = "7e000000-0000-4000-8000-0000000000aa";
    assert_eq!(make(json!({"snapshot": "contoso", "id": id})).json()["id"], id);
    assert_eq!(make(json!({"snapshot": "contoso", "id": id})).status, 409);
    assert_eq!(make(json!({"snapshot": "none"})).status, 404);
    assert_eq!(make(json!({})).status, 400, "there are two tenants");
    assert_eq!(make(json!({"from": id, "count": 3})).json()["ids"].as_array().unwrap().len(), 3);
    let state = emulator.get("/_control/state");
    assert_eq!(state["tenants"].as_array().unwrap().len(), 5);
    assert_eq!(state["tenants"][1]["applications"], state["tenants"][2]["applications"], "ids of things stay");
}

#[test]
fn it_begins_with_whatever_tells_of_a_tenant() {
    let folder = Folder::new("seeds");
    let state = Emulator::contoso().get("/_control/state");
    for (name, text) in [
        ("directory.json", state.to_string()),
        ("tenant.json", state["tenants"][0].to_string()),
        ("state", json!({"state": state}).to_string()),
    ] {
        let file = folder.file(name, &text);
        assert_eq!(Emulator::start(&["--seed", &file]).get("/_control/state"), state, "{name}");
    }
    let made = Emulator::start(&["--tenant", TENANT]);
    assert_eq!(made.names(TENANT), ["Default"]);
    let mut child = Command::new(PROGRAM)
        .args(["emulate", "--listen", "127.0.0.1:0", "--tenant"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let told: Vec<_> = BufReader::new(child.stderr.take().unwrap()).lines().take(2).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(told[0].contains("in memory only"), "{told:?}");
    assert!(told[1].starts_with("emulate: tenant ") && told[1].len() == "emulate: tenant ".len() + 36, "{told:?}");
}

#[test]
fn a_directory_is_kept_over_restarts_with_its_snapshots() {
    let folder = Folder::new("data");
    let arguments = ["--data", folder.path(), "--seed", CONTOSO];
    let emulator = Emulator::start(&arguments);
    random_session(&emulator, 9, 30);
    emulator.done("POST", "/_control/snapshots/then?faults=true", &Value::Null);
    let copy = emulator.done("POST", "/_control/tenants", &json!({"snapshot": "then"})).json()["id"].clone();
    random_session(&emulator, 10, 10);
    let state = emulator.get("/_control/state");
    emulator.kill();
    let emulator = Emulator::start(&arguments);
    assert_eq!(emulator.get("/_control/state"), state, "the seed is not read again");
    assert!(emulator.try_send(copy.as_str().unwrap(), "GET", GROUPS, "").is_some_and(|answer| answer.status == 200));
    emulator.done("POST", "/_control/snapshots/then/restore", &Value::Null);
    let then = emulator.get("/_control/state");
    assert_ne!(then, state);
    emulator.done("DELETE", "/_control/snapshots/then", &Value::Null);
    emulator.kill();
    let emulator = Emulator::start(&arguments);
    assert_eq!(emulator.get("/_control/state"), then);
    assert_eq!(emulator.get("/_control/snapshots"), json!([]));
    // Nobody else takes the folder meanwhile.
    let other =
        Command::new(PROGRAM).args(["emulate", "--listen", "127.0.0.1:0", "--data", folder.path()]).output().unwrap();
    assert_eq!(other.status.code(), Some(1));
}

/// A process is killed a hundred times while it writes. What it has answered is there at the next start, and of the rest at
/// most the one request that was under way.
#[test]
fn no_answered_write_is_lost_when_it_is_killed() {
    let folder = Folder::new("kill");
    // The log is folded every few writes, so that kills come in the midst of that too.
    let arguments = ["--data", folder.path(), "--data-log", "3", "--tenant", TENANT];
    let mut expected: Vec<String> = vec![String::from("Default")];
    let mut in_doubt = None;
    let dice = Dice::new(1);
    let mut answered_before_kills = 0;
    for round in 0..100 {
        let mut emulator = Emulator::start(&arguments);
        let state = emulator.get("/_control/state");
        let groups = state["tenants"][0]["connectorGroups"].as_array().unwrap();
        let names: Vec<String> = groups.iter().map(|group| group["name"].as_str().unwrap().into()).collect();
        if let Some(name) = in_doubt.take().filter(|name| names.last() == Some(name)) {
            expected.push(name);
        }
        assert_eq!(names, expected, "round {round}");
        let pid = emulator.child.id().to_string();
        // The kill comes at any moment of a write: a program of its own sends it while this one goes on writing.
        let pause = format!("0.{:03}", dice.roll(30));
        let mut killer = Command::new("sh").args(["-c", &format!("sleep {pause}; kill -KILL {pid}")]).spawn().unwrap();
        for number in 0.. {
            let name = format!("{round}.{number}");
            let answer = emulator.try_send(TENANT, "POST", GROUPS, &json!({"name": name}).to_string());
            match answer {
                Some(answer) if answer.status == 200 => {
                    answered_before_kills += 1;
                    expected.push(name);
                }
                Some(answer) => panic!("{}: {}", answer.status, answer.body),
                None => {
                    in_doubt = Some(name);
                    break;
                }
            }
        }
        killer.wait().unwrap();
        emulator.child.wait().unwrap();
    }
    assert!(answered_before_kills > 0, "each kill came before the first write");
}

#[test]
fn a_command_may_be_answered_by_counts() {
    let emulator = Emulator::contoso();
    let line = json!({"tenant": TENANT, "command": "createConnectorGroup", "id": TENANT, "name": "One"}).to_string();
    let lines = format!("{line}\n{line}\nno command\n");
    let counts = emulator.send("POST", "/_control/commands?answers=count", &lines);
    assert_eq!(counts.json(), json!({"accepted": 1, "refused": 1, "invalid": 1}));
}

#[test]
fn the_page_shows_the_journal_a_picture_and_what_a_failure_would_do() {
    let emulator = Emulator::contoso();
    let page = |query: &str| {
        let answer = emulator.send("GET", &format!("/?{query}"), "");
        assert_eq!(answer.status, 200, "{query}");
        answer.body
    };
    let default = emulator.get(GROUPS)["value"][0]["id"].as_str().unwrap().to_owned();
    emulator.send("DELETE", &format!("{GROUPS}/{default}"), "");
    let journal = page("journal");
    assert!(journal.contains("R-4: the default group cannot be deleted."), "{journal}");
    assert!(!journal.contains("http-equiv=refresh") && page("journal=live").contains("http-equiv=refresh content=2"));
    let state = emulator.get("/_control/state");
    let connector = state["tenants"][0]["connectors"][0].clone();
    let what_if = page(&format!("tenant={TENANT}&lost={}", connector["id"].as_str().unwrap()));
    assert!(what_if.contains(&format!("What if {} failed?", connector["machineName"].as_str().unwrap())), "{what_if}");
    assert!(page(&format!("tenant={TENANT}&picture")).contains("connectors active\""));
    assert_eq!(emulator.send("GET", &format!("/?tenant={TENANT}&lost={TENANT}"), "").status, 404);
}
