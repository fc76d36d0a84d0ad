//! Requests as programs send them, at random and the same in each run.

use core::cell::RefCell;
use std::process::Command;

use serde_json::{Value, json};

use super::support::*;

/// Numbers that look random and are the same in each run.
pub(crate) struct Dice(RefCell<u64>);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(RefCell::new(seed))
    }

    pub(crate) fn roll(&self, sides: usize) -> usize {
        let mut state = self.0.borrow_mut();
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(*state >> 33).unwrap() % sides
    }

    fn pick<'a>(&self, things: &'a Value) -> &'a str {
        let things = things.as_array().unwrap();
        things[self.roll(things.len())]["id"].as_str().unwrap()
    }
}

/// Method, path and body of a request that wants to change something, whatever comes of it.
pub(crate) fn random_request(emulator: &Emulator, dice: &Dice, name: &str) -> (&'static str, String, String) {
    // By the control route, which no fault and no missing permission stops.
    let state = emulator.get("/_control/state");
    let tenant = state["tenants"].as_array().unwrap().iter().find(|tenant| tenant["id"] == TENANT).unwrap();
    let pick = |list: &str| dice.pick(&tenant[list]);
    let (group, connector, application) = (pick("connectorGroups"), pick("connectors"), pick("applications"));
    let to_group = json!({"@odata.id": format!("https://graph.microsoft.com{GROUPS}/{group}")});
    let (method, path, body) = match dice.roll(9) {
        0 => ("POST", GROUPS.to_owned(), json!({"name": format!("Group {name}")})),
        1 => ("PATCH", format!("{GROUPS}/{group}"), json!({"name": format!("Renamed {name}")})),
        2 => ("DELETE", format!("{GROUPS}/{group}"), Value::Null),
        3 => ("POST", format!("{PROFILE}/connectors/{connector}/memberOf/$ref"), to_group),
        4 => ("POST", "/beta/applications".into(), json!({"displayName": format!("Application {name}")})),
        5 => ("DELETE", format!("/beta/applications/{application}"), Value::Null),
        6 => ("PUT", format!("/beta/applications/{application}/connectorGroup/$ref"), to_group),
        7 => {
            let url = format!("https://app-{name}.contoso.com/");
            let publishing = json!({"internalUrl": url, "externalUrl": url});
            ("PATCH", format!("/beta/applications/{application}"), json!({"onPremisesPublishing": publishing}))
        }
        _ => {
            let url = "/onPremisesPublishingProfiles/applicationProxy/connectorGroups";
            let part = |id: usize| {
                let name = if id == 2 { " ".into() } else { format!("Batch {name} {id}") };
                json!({"id": id.to_string(), "method": "POST", "url": url,
                       "headers": {"Content-Type": "application/json"}, "body": {"name": name}})
            };
            ("POST", "/beta/$batch".into(), json!({"requests": [part(1), part(2), part(3)]}))
        }
    };
    (method, path, if body.is_null() { String::new() } else { body.to_string() })
}

pub(crate) fn random_session(emulator: &Emulator, seed: u64, steps: usize) {
    let dice = Dice::new(seed);
    for step in 0..steps {
        let (method, path, body) = random_request(emulator, &dice, &format!("{seed}-{step}"));
        // Refused or not, both go on in the same way.
        emulator.send(method, &path, &body);
    }
}

/// What `replay` makes of the journal's lines, from where they start.
pub(crate) fn replayed(folder: &Folder, emulator: &Emulator) -> Value {
    let start = folder.file("start.json", &emulator.send("GET", "/_control/journal/start", "").body);
    let lines = folder.file("lines.jsonl", &emulator.send("GET", "/_control/journal?format=replay", "").body);
    let output =
        Command::new(PROGRAM).args(["replay", "--json", "--load", &start, "--state", &lines]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert!(text.lines().all(|line| !line.starts_with("{\"refused")), "{text}");
    last["state"].clone()
}
