//! The whole way over the network: a tenant is backed up, damaged, and led back by the plan that `restore` makes and `apply` does.

#![cfg(all(feature = "emulate", feature = "export"))]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a test stops where it fails, and has std"
)]

mod emulating;
#[allow(dead_code, reason = "other tests need more of it")]
mod planning;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Command, Output},
};

use emulating::Emulator;
use planning::{folder, root, text, value};
use serde_json::{Value, json};

const TENANT: &str = "7e000000-0000-4000-8000-000000000001";
const PROFILE: &str = "/beta/onPremisesPublishingProfiles/applicationProxy";

fn run(emulator: &Emulator, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connector-groups"));
    let graph = format!("http://{}", emulator.address);
    command.args(arguments).args(["--token-env", "TEST_TOKEN", "--graph", &graph]);
    command.env("TEST_TOKEN", TENANT).current_dir(root()).output().unwrap()
}

fn error(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The tenant as `backup` keeps it: each thing by its id, and a group by its name, as its id is another one after a loss.
fn facts(emulator: &Emulator, folder: &Path) -> BTreeMap<String, Value> {
    _ = fs::remove_dir_all(folder);
    let output = run(emulator, &["backup", "--quiet", "--out", text(folder)]);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", error(&output));
    let document = value(&fs::read_to_string(folder.join("document.json")).unwrap());
    let list = |name: &str| document[name].as_array().unwrap().clone();
    let names: BTreeMap<String, Value> = list("connectorGroups")
        .iter()
        .map(|group| (group["id"].as_str().unwrap().into(), group["name"].clone()))
        .collect();
    let mut facts = BTreeMap::new();
    for mut group in list("connectorGroups") {
        group["id"] = Value::Null;
        facts.insert(format!("connector group {}", group["name"]), group);
    }
    for (kind, place) in [("connectors", "memberOf"), ("applications", "connectorGroup")] {
        for mut one in list(kind) {
            if let Some(group) = one[place].as_str() {
                one[place] = names[group].clone();
            }
            facts.insert(one["id"].as_str().unwrap().into(), one);
        }
    }
    facts
}

/// The same damages on each machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<'a>(&mut self, ids: &'a [String]) -> &'a str {
        &ids[self.roll(ids.len())]
    }
}

/// Somebody does harm by Graph's requests.
fn damage(emulator: &Emulator, dice: &mut Dice) {
    let ask = |method: &str, path: &str, body: &Value| emulator.asked(TENANT, method, path, &body.to_string());
    let ids = |path: &str| -> Vec<(String, Value)> {
        let list = value(&emulator.asked(TENANT, "GET", path, ""))["value"].as_array().unwrap().clone();
        list.into_iter().map(|one| (one["id"].as_str().unwrap().into(), one)).collect()
    };
    let link =
        |group: &str| json!({"@odata.id": format!("https://graph.microsoft.com{PROFILE}/connectorGroups/{group}")});
    let move_connector =
        |id: &str, to: &str| ask("POST", &format!("{PROFILE}/connectors/{id}/memberOf/$ref"), &link(to));
    let assign = |id: &str, to: &str| ask("PUT", &format!("/beta/applications/{id}/connectorGroup/$ref"), &link(to));
    let groups = || -> Vec<(String, Value)> {
        let all = ids(&format!("{PROFILE}/connectorGroups"));
        all.into_iter().filter(|(_, group)| group["connectorGroupType"] == "applicationProxy").collect()
    };
    let members = |group: &str, what: &str| -> Vec<String> {
        ids(&format!("{PROFILE}/connectorGroups/{group}/{what}")).into_iter().map(|(id, _)| id).collect()
    };
    for number in 0..8 {
        let all = groups();
        let others: Vec<String> =
            all.iter().filter(|(_, group)| group["isDefault"] != true).map(|(id, _)| id.clone()).collect();
        let all: Vec<String> = all.into_iter().map(|(id, _)| id).collect();
        let (from, to) = (dice.pick(&others).to_string(), dice.pick(&all).to_string());
        let (connectors, applications) = (members(&from, "members"), members(&from, "applications"));
        // Each kind of harm in each story, and then whatever comes.
        match if number < 6 { number } else { dice.roll(6) } {
            // A group goes, and all that was in it is elsewhere.
            0 | 1 if from != to => {
                for id in &connectors {
                    move_connector(id, &to);
                }
                for id in &applications {
                    assign(id, &to);
                }
                ask("DELETE", &format!("{PROFILE}/connectorGroups/{from}"), &Value::Null);
            }
            2 => {
                let body = json!({"name": format!("Renamed {number}")});
                _ = ask("PATCH", &format!("{PROFILE}/connectorGroups/{from}"), &body);
            }
            3 if !connectors.is_empty() => _ = move_connector(dice.pick(&connectors), &to),
            4 => applications.iter().filter(|_| dice.roll(3) == 0).for_each(|id| _ = assign(id, &to)),
            5 if !applications.is_empty() => {
                let path = format!("/beta/applications/{}", dice.pick(&applications));
                let was = value(&emulator.asked(TENANT, "GET", &format!("{path}?$select=onPremisesPublishing"), ""));
                let is_on = was["onPremisesPublishing"]["isHttpOnlyCookieEnabled"] == true;
                ask(
                    "PATCH",
                    &path,
                    &json!({"displayName": format!("Other {number}"), "tags": [format!("new {number}")]}),
                );
                ask("PATCH", &path, &json!({"onPremisesPublishing": {"isHttpOnlyCookieEnabled": !is_on}}));
            }
            _ => {}
        }
    }
}

#[test]
fn a_damaged_tenant_is_as_its_backup_again() {
    for seed in 0..3 {
        let folder = folder(&format!("restore-{seed}"));
        let emulator = Emulator::begun(&["--seed", "examples/contoso.jsonl"]);
        let (backup, plan, report) =
            (folder.join("backup"), folder.join("restore.plan.json"), folder.join("report.json"));
        let was = facts(&emulator, &backup);
        damage(&emulator, &mut Dice(seed));
        let damaged = facts(&emulator, &folder.join("damaged"));
        let differs = |now: &BTreeMap<String, Value>| -> BTreeSet<String> {
            was.keys().chain(now.keys()).filter(|id| was.get(*id) != now.get(*id)).cloned().collect()
        };
        assert!(differs(&damaged).len() > 20, "seed {seed}: {:?}", differs(&damaged));

        let output =
            run(&emulator, &["restore", "--quiet", text(&backup), "--out", text(&plan), "--report", text(&report)]);
        assert_eq!(output.status.code(), Some(2), "seed {seed}: {}", error(&output));
        let notes = value(&fs::read_to_string(&report).unwrap())["notes"].clone();
        assert_eq!(
            (&notes["gone"], &notes["left"], &notes["conflicts"]),
            (&json!([]), &json!([]), &json!([])),
            "seed {seed}"
        );
        let output = run(&emulator, &["apply", text(&plan)]);
        assert_eq!(output.status.code(), Some(0), "seed {seed}: {}", error(&output));
        assert!(!error(&output).contains("changed meanwhile"), "seed {seed}: {}", error(&output));

        let now = facts(&emulator, &folder.join("restored"));
        assert_eq!(differs(&now), BTreeSet::new(), "seed {seed}");
        assert_eq!(notes["first"], json!([]), "seed {seed}");
        assert!(notes["settings"].to_string().contains("Other 5"), "seed {seed}: {notes}");
    }
}
