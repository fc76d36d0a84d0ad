//! `apply` in a tenant that others change after it was planned for, or during the run.

#![cfg(all(feature = "emulate", feature = "export"))]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a test stops where it fails, and has std"
)]

mod emulating;
#[allow(dead_code, reason = "other tests need more of it")]
mod planning;

use std::{fs, path::PathBuf, process::Command};

use emulating::Emulator;
use planning::{folder, plan, root, text, value};
use serde_json::{Value, json};

const TENANT: &str = "7e000000-0000-4000-8000-000000000001";

/// A plan for Contoso, and the emulator with that tenant.
struct Run {
    emulator: Emulator,
    file: PathBuf,
    plan: Value,
}

impl Run {
    fn new(name: &str, desired: &str) -> Self {
        let folder = folder(name);
        let file = folder.join("change.plan.json");
        let (code, _, error) = plan(&["--keep-available", "--out", text(&file), "examples/contoso.jsonl", desired]);
        assert_eq!(code, Some(2), "{error}");
        let plan = value(&fs::read_to_string(&file).unwrap());
        let emulator = Emulator::begun(&["--control", "--seed", "examples/contoso.jsonl"]);
        Self { emulator, file, plan }
    }

    /// What it says on standard error, where it ends with a status.
    fn apply(&self, arguments: &[&str], code: i32) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_connector-groups"));
        let graph = format!("http://{}", self.emulator.address);
        command.args(["apply", "--settle", "2", "--token-env", "TEST_TOKEN", "--graph", &graph]).args(arguments);
        let output = command.arg(&self.file).env("TEST_TOKEN", TENANT).current_dir(root()).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
        error
    }

    /// The effects that move applications, in their order.
    fn moves(&self) -> Vec<&Value> {
        let steps = self.plan["steps"].as_array().unwrap().iter();
        let effects = steps.flat_map(|step| step["effects"].as_array().unwrap());
        effects.filter(|effect| effect["effect"] == "moveApplication").collect()
    }

    fn delete(&self, application: &str) {
        self.emulator.asked(TENANT, "DELETE", &format!("/beta/applications/{application}"), "");
    }
}

/// The run goes on without an application that was deleted, and back, and keeps that it is left out.
#[test]
fn a_run_goes_on_without_what_is_gone() {
    let run = Run::new("apply-gone", "examples/plan/contoso.yaml");
    let moves = run.moves();
    let [first, last] = [moves[0], moves[moves.len() - 1]].map(|effect| effect["id"].as_str().unwrap());
    assert_ne!(first, last);
    let rule = json!({"name": "no", "method": "PUT", "route": "*/connectorGroup/$ref", "nth": 2, "status": 403});
    run.emulator.asked(TENANT, "POST", "/_control/faults", &rule.to_string());
    run.apply(&[], 3);
    run.emulator.asked(TENANT, "DELETE", "/_control/faults", "");
    // One that is to be moved still, and then one that is where the plan has it.
    run.delete(last);
    let told = run.apply(&["--resume"], 3);
    assert!(
        told.contains("it is gone, or in no connector group: until") && told.contains("--leave-out-gone"),
        "{told}"
    );
    let left_out = |told: &str, id: &str| told.contains("left out: application ") && told.contains(&format!("({id})"));
    let told = run.apply(&["--resume", "--leave-out-gone"], 0);
    assert!(left_out(&told, last) && !left_out(&told, first), "{told}");
    assert!(told.contains("is as desired, without what was left out"), "{told}");
    run.apply(&["--resume"], 0);
    run.delete(first);
    let told = run.apply(&["--resume"], 4);
    assert!(told.contains("not as the journal has it: ") && told.contains("--leave-out-gone leads on"), "{told}");
    let told = run.apply(&["--resume", "--leave-out-gone"], 0);
    assert!(left_out(&told, first), "{told}");
    let told = run.apply(&["--rollback"], 0);
    assert!(told.contains("is as before the run, without what was left out"), "{told}");
    // It is an option of these two alone.
    run.apply(&["--leave-out-gone"], 2);
}

/// What is planned again may be a slip by now, as where somebody has made a group of nearly the same name: it is told as `plan` does.
#[test]
fn a_replan_tells_likely_slips() {
    let desired = folder("apply-slips-desired").join("desired.json");
    fs::write(&desired, json!({"connectorGroups": [{"name": "Warehouse", "region": "eur"}]}).to_string()).unwrap();
    let run = Run::new("apply-slips", text(&desired));
    let groups = "/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups";
    run.emulator.asked(TENANT, "POST", groups, "{\"name\":\"Warehouses\",\"region\":\"eur\"}");
    let told = run.apply(&["--replan"], 0);
    let slip = "a new group \"Warehouse\" is made, although \"Warehouses\" is there: did you mean that one?";
    assert!(told.contains(slip), "{told}");
}

/// A group that is gone is not left out: there is nowhere for what is to be in it.
#[test]
fn a_group_that_is_gone_is_not_left_out() {
    let desired = folder("apply-gone-group-desired").join("desired.json");
    fs::write(&desired, json!({"connectorGroups": [{"name": "New", "region": "eur"}]}).to_string()).unwrap();
    let run = Run::new("apply-gone-group", text(&desired));
    run.apply(&[], 0);
    let groups = "/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups";
    let list = value(&run.emulator.asked(TENANT, "GET", groups, ""));
    let group = list["value"].as_array().unwrap().iter().find(|group| group["name"] == "New").unwrap();
    run.emulator.asked(TENANT, "DELETE", &format!("{groups}/{}", group["id"].as_str().unwrap()), "");
    let told = run.apply(&["--resume", "--leave-out-gone"], 4);
    assert!(told.contains("not as the journal has it: the connector group ") && !told.contains("left out:"), "{told}");
}
