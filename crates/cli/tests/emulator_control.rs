//! What a test does with the emulator: faults, the journal, expectations, tenants of its own, and a directory that is kept.

#![cfg(unix)]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test stops where it fails"
)]

use core::{cell::RefCell, time::Duration};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
};

use serde_json::{Value, json};

const TENANT: &str = "7e000000-0000-4000-8000-000000000001";
const PROFILE: &str = "/beta/onPremisesPublishingProfiles/applicationProxy";
const GROUPS: &str = "/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups";
const CONTOSO: &str = "examples/contoso.jsonl";
const PROGRAM: &str = env!("CARGO_BIN_EXE_connector-groups");

struct Emulator {
    child: Child,
    address: String,
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        pairs.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Emulator {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["emulate", "--listen", "127.0.0.1:0", "--quiet", "--control"])
            .args(arguments)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap().into();
        Self { child, address }
    }

    fn contoso() -> Self {
        Self::start(&["--seed", CONTOSO])
    }

    /// `None` where the connection ends without an answer.
    fn try_send(&self, tenant: &str, method: &str, path: &str, body: &str) -> Option<Answer> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {tenant}\r\ncontent-type: application/json\r\n\
             user-agent: test/1\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}",
            self.address
        )
        .ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        Some(Answer { status: head.split(' ').nth(1)?.parse().ok()?, head: head.into(), body: body.into() })
    }

    fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        self.try_send(TENANT, method, path, body).unwrap()
    }

    fn get(&self, path: &str) -> Value {
        let answer = self.send("GET", path, "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    /// Sends what has to be done, and gives its answer.
    fn done(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.send(method, path, &body);
        assert!((200..300).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.body);
        answer
    }

    fn names(&self, tenant: &str) -> Vec<String> {
        let groups = self.try_send(tenant, "GET", &format!("{GROUPS}?$top=999"), "").unwrap().json();
        groups["value"].as_array().unwrap().iter().map(|group| group["name"].as_str().unwrap().into()).collect()
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // One that has ended is as good.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// A folder that goes at the end of the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().into()
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

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
}

#[test]
fn reads_lag_for_so_many_requests_and_limits_are_kept() {
    let emulator = Emulator::contoso();
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
    let wait: u64 = third.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
    assert_eq!(emulator.names(TENANT).len(), before.len() + 3, "reads go on");
    let graph = json!({"name": "graph", "throttle": "graph"});
    emulator.done("POST", "/_control/faults", &graph);
    assert_eq!(emulator.get("/_control/faults")[2]["throttle"], "graph");
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
        (json!({"calls": [{"method": "GET"}, {"method": "POST"}], "noOthers": true}), "not expected: 2 DELETE"),
    ] {
        let answer = emulator.send("POST", "/_control/expect", &wrong.to_string());
        assert_eq!(answer.status, 417, "{wrong}");
        assert!(answer.json()["wrong"][0].as_str().unwrap().contains(told), "{}", answer.body);
    }
    let order = json!({"of": {"since": 1}, "calls": [{"method": "GET"}, {"method": "DELETE", "refused": "groupIsDefault"}], "inOrder": true});
    assert_eq!(emulator.done("POST", "/_control/expect", &order).json()["met"], true);

    assert_eq!(emulator.send("GET", "/healthz", "").body, "ok\n");
    assert_eq!(emulator.send("GET", "/readyz", "").status, 200);
    let metrics = emulator.send("GET", "/metrics", "").body;
    let line = format!("emulator_requests_seconds_count{{method=\"POST\",route=\"{GROUPS}\",status=\"200\"}} 1");
    assert!(metrics.lines().any(|known| known == line), "{metrics}");
    emulator.done("DELETE", "/_control/journal", &Value::Null);
    assert_eq!(emulator.get("/_control/journal")["calls"], json!([]));
}

/// Numbers that look random and are the same in each run.
struct Dice(RefCell<u64>);

impl Dice {
    fn roll(&self, sides: usize) -> usize {
        let mut state = self.0.borrow_mut();
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(*state >> 33).unwrap() % sides
    }

    fn pick<'a>(&self, things: &'a [Value]) -> &'a str {
        things[self.roll(things.len())]["id"].as_str().unwrap()
    }
}

fn random_session(emulator: &Emulator, seed: u64, steps: usize) {
    let dice = Dice(RefCell::new(seed));
    for step in 0..steps {
        let list = |path: &str| emulator.get(&format!("{path}?$top=999"))["value"].as_array().unwrap().clone();
        let (groups, connectors) = (list(GROUPS), list(&format!("{PROFILE}/connectors")));
        let applications = list("/beta/applications");
        let (group, connector, application) = (dice.pick(&groups), dice.pick(&connectors), dice.pick(&applications));
        let reference =
            |kind: &str, id: &str| json!({"@odata.id": format!("https://graph.microsoft.com/beta/{kind}/{id}")});
        let to_group = reference("onPremisesPublishingProfiles/applicationProxy/connectorGroups", group);
        let (method, path, body) = match dice.roll(9) {
            0 => ("POST", GROUPS.to_owned(), json!({"name": format!("Group {seed} {step}")})),
            1 => ("PATCH", format!("{GROUPS}/{group}"), json!({"name": format!("Renamed {step}")})),
            2 => ("DELETE", format!("{GROUPS}/{group}"), Value::Null),
            3 => ("POST", format!("{PROFILE}/connectors/{connector}/memberOf/$ref"), to_group),
            4 => ("POST", "/beta/applications".into(), json!({"displayName": format!("Application {step}")})),
            5 => ("DELETE", format!("/beta/applications/{application}"), Value::Null),
            6 => ("PUT", format!("/beta/applications/{application}/connectorGroup/$ref"), to_group),
            7 => {
                let url = format!("https://app-{seed}-{step}.contoso.com/");
                let publishing = json!({"internalUrl": url, "externalUrl": url});
                ("PATCH", format!("/beta/applications/{application}"), json!({"onPremisesPublishing": publishing}))
            }
            _ => {
                let url = "/onPremisesPublishingProfiles/applicationProxy/connectorGroups";
                let part = |id: usize| {
                    json!({"id": id.to_string(), "method": "POST", "url": url, "headers": {"Content-Type": "application/json"},
                           "body": {"name": if id == 2 { " ".into() } else { format!("Batch {step} {id}") }}})
                };
                ("POST", "/beta/$batch".into(), json!({"requests": [part(1), part(2), part(3)]}))
            }
        };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        // Refused or not, both go on in the same way.
        emulator.send(method, &path, &body);
    }
}

/// What `replay` makes of lines that start from a document.
fn replayed(folder: &Folder, start: &str, lines: &str) -> Value {
    let (start, lines) = (folder.file("start.json", start), folder.file("lines.jsonl", lines));
    let output = Command::new(PROGRAM).args(["replay", "--json", "--load", &start, "--state", &lines]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert!(text.lines().all(|line| !line.starts_with("{\"refused")), "{text}");
    last["state"].clone()
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
        let start = emulator.send("GET", "/_control/journal/start", "").body;
        let lines = emulator.send("GET", "/_control/journal?format=replay", "").body;
        assert_eq!(replayed(&folder, &start, &lines), emulator.get("/_control/state"), "seed {seed}");
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
    let arguments = ["--data", folder.path(), "--tenant", TENANT];
    let mut expected: Vec<String> = vec![String::from("Default")];
    let mut in_doubt = None;
    let dice = Dice(RefCell::new(1));
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
    assert!(journal.contains("T2, R-4: the default group cannot be deleted."), "{journal}");
    assert!(!journal.contains("http-equiv=refresh") && page("journal=live").contains("http-equiv=refresh content=2"));
    let state = emulator.get("/_control/state");
    let connector = state["tenants"][0]["connectors"][0].clone();
    let what_if = page(&format!("tenant={TENANT}&lost={}", connector["id"].as_str().unwrap()));
    assert!(what_if.contains(&format!("What if {} failed?", connector["machineName"].as_str().unwrap())), "{what_if}");
    assert!(page(&format!("tenant={TENANT}&picture")).contains("connectors active\""));
    assert_eq!(emulator.send("GET", &format!("/?tenant={TENANT}&lost={TENANT}"), "").status, 404);
}
