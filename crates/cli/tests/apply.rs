//! `apply` against the emulator: over the network, with faults, drift, and processes that are killed.

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
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};

use emulating::Emulator;
use planning::{folder, plan, root, signed, text, value};
use serde_json::{Value, json};

const TENANT: &str = "7e000000-0000-4000-8000-000000000001";

impl Emulator {
    fn start() -> Self {
        Self::begun(&["--control", "--seed", "examples/contoso.jsonl"])
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        self.asked(TENANT, method, path, body)
    }

    fn fault(&self, rule: &Value) {
        self.ask("POST", "/_control/faults", &rule.to_string());
    }

    /// Commands that changed something, in their order.
    fn effects(&self) -> Vec<String> {
        let journal = self.ask("GET", "/_control/journal?format=replay", "");
        journal.lines().filter(|line| line.contains("\"command\"")).map(String::from).collect()
    }

    fn apply(&self, plan: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_connector-groups"));
        let graph = format!("http://{}", self.address);
        command.args(["apply", "--token-env", "TEST_TOKEN", "--graph", &graph]).args(arguments).arg(plan);
        command.env("TEST_TOKEN", TENANT).current_dir(root());
        command
    }

    /// Whether the tenant is as a file desires, by an export and another plan.
    fn is_as_desired(&self, folder: &Path, desired: &str) -> bool {
        let out = folder.join("after");
        _ = fs::remove_dir_all(&out);
        let mut command = Command::new(env!("CARGO_BIN_EXE_connector-groups"));
        let graph = format!("http://{}", self.address);
        command.args(["export", "--quiet", "--token-env", "TEST_TOKEN", "--graph", &graph, "--out", text(&out)]);
        assert!(command.env("TEST_TOKEN", TENANT).status().unwrap().success());
        match plan(&["--keep-available", text(&out), desired]).0 {
            Some(0) => true,
            Some(2) => false,
            other => panic!("{other:?}"),
        }
    }
}

const DESIRED: &str = "examples/plan/contoso.yaml";

/// A plan for Contoso in a folder of its own, and how many effects it has.
fn planned(name: &str) -> (PathBuf, PathBuf, usize) {
    let folder = folder(name);
    let file = folder.join("change.plan.json");
    let (code, _, error) = plan(&["--keep-available", "--out", text(&file), "examples/contoso.jsonl", DESIRED]);
    assert_eq!(code, Some(2), "{error}");
    let plan = value(&fs::read_to_string(&file).unwrap());
    let effects = plan["steps"].as_array().unwrap().iter().map(|step| step["effects"].as_array().unwrap().len()).sum();
    (folder, file, effects)
}

/// Moves an application of a plan to the default group, as somebody else may do.
fn move_application(emulator: &Emulator, file: &Path) {
    let plan = value(&fs::read_to_string(file).unwrap());
    let moved = &plan["preconditions"]["applications"][0];
    let default = plan["state"].as_object().unwrap().iter().find(|(_, place)| place["name"] == "Default").unwrap().0;
    let link = json!({"@odata.id": format!("https://graph.microsoft.com/beta/x/connectorGroups/{default}")});
    let path = format!("/beta/applications/{}/connectorGroup/$ref", moved["id"].as_str().unwrap());
    emulator.ask("PUT", &path, &link.to_string());
}

fn error(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Each effect once, whatever the network does, and then each taken back.
#[test]
fn a_plan_is_applied_through_faults_and_taken_back() {
    let (folder, file, effects) = planned("apply-faults");
    let emulator = Emulator::start();
    let groups = "*/connectorGroups";
    for rule in [
        json!({"name": "busy", "method": "POST", "route": "*/$batch", "nth": 6, "status": 429, "retryAfter": 1}),
        json!({"name": "part", "part": "3", "nth": 9, "status": 429, "retryAfter": 1}),
        json!({"name": "late", "method": "PATCH", "lag": 3}),
        json!({"name": "made", "method": "POST", "route": groups, "nth": 1, "drop": "after"}),
        json!({"name": "gone", "method": "POST", "route": "*/memberOf/$ref", "nth": 2, "drop": "after"}),
        json!({"name": "never", "method": "POST", "route": "*/memberOf/$ref", "nth": 4, "drop": "before"}),
        json!({"name": "down", "method": "DELETE", "nth": 1, "status": 503, "retryAfter": 1}),
        json!({"name": "lost", "method": "DELETE", "nth": 2, "drop": "after"}),
    ] {
        emulator.fault(&rule);
    }
    let output = emulator.apply(&file, &["--settle", "4"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    assert!(error(&output).contains("applied") && !error(&output).contains("changed meanwhile"), "{}", error(&output));
    assert!(!error(&output).contains(TENANT), "the token is not told");
    let faults = value(&emulator.ask("GET", "/_control/faults", ""));
    let idle: Vec<_> = faults.as_array().unwrap().iter().filter(|rule| rule["failed"] == 0).collect();
    assert!(idle.is_empty(), "each fault happened: {idle:?}");
    assert_eq!(emulator.effects().len(), effects, "each effect happened once: {:#?}", emulator.effects());
    assert!(emulator.is_as_desired(&folder, DESIRED));

    let output = emulator.apply(&file, &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", error(&output));
    assert!(error(&output).contains("go on with --resume, or back with --rollback"), "{}", error(&output));
    let output = emulator.apply(&file, &["--rollback"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    assert!(
        error(&output).contains("taken back") && !error(&output).contains("changed meanwhile"),
        "{}",
        error(&output)
    );
    assert_eq!(emulator.effects().len(), 2 * effects);
    assert!(!emulator.is_as_desired(&folder, DESIRED));
}

/// The process is killed at many places; another goes on, or back.
#[test]
fn a_killed_process_leaves_a_journal_that_leads_on_and_back() {
    for (records, way) in [(2, "--resume"), (5, "--rollback"), (8, "--resume"), (11, "--rollback"), (17, "--resume")] {
        let (folder, file, effects) = planned(&format!("apply-killed-{records}"));
        let emulator = Emulator::start();
        emulator.fault(&json!({"name": "slow", "delay": 30}));
        let journal = PathBuf::from(format!("{}.journal", file.display()));
        let mut child = emulator.apply(&file, &["--quiet"]).stderr(Stdio::null()).spawn().unwrap();
        let lines = || fs::read_to_string(&journal).map_or(0, |text| text.matches('\n').count());
        while lines() < records {
            assert!(child.try_wait().unwrap().is_none(), "it ended before it was killed");
            thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let at = lines();
        // What a kill within a write leaves.
        fs::OpenOptions::new().append(true).open(&journal).unwrap().write_all(b"{\"record\":\"ask").unwrap();
        let output = emulator.apply(&file, &[way, "--settle", "2"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{way} after {at}: {}", error(&output));
        assert!(!error(&output).contains("changed meanwhile"), "{}", error(&output));
        let happened = emulator.effects().len();
        if way == "--resume" {
            assert_eq!(happened, effects, "{at}: each effect happened once");
            assert!(emulator.is_as_desired(&folder, DESIRED));
        } else {
            assert!(happened > 0 && happened < 2 * effects && happened.is_multiple_of(2), "{at}: {happened}");
        }
    }
}

/// What somebody changed since the plan was made is told, and nothing is done; `--replan` plans from what is there now.
#[test]
fn drift_refuses_and_replan_plans_again() {
    let (folder, file, _) = planned("apply-drift");
    let emulator = Emulator::start();
    // A name that would drive a terminal.
    let profile = "/beta/onPremisesPublishingProfiles/applicationProxy";
    emulator.ask("POST", &format!("{profile}/connectorGroups"), "{\"name\":\"Evil \\u001b[2J\"}");
    move_application(&emulator, &file);
    let before = emulator.effects().len();

    let output = emulator.apply(&file, &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", error(&output));
    assert!(
        error(&output).contains("Evil \\u{1b}[2J") && error(&output).contains("is in \"Default\""),
        "{}",
        error(&output)
    );
    assert!(!error(&output).contains('\u{1b}'));
    assert_eq!(emulator.effects().len(), before, "nothing was done");
    assert!(!PathBuf::from(format!("{}.journal", file.display())).exists());

    // Where something is to be done before the plan, planning again leads there no sooner.
    let (mut plan, first) = (value(&fs::read_to_string(&file).unwrap()), folder.join("first.plan.json"));
    plan["beforehand"] = json!(["published application \"Payroll\""]);
    signed(&mut plan);
    fs::write(&first, plan.to_string()).unwrap();
    let output = emulator.apply(&first, &[]).output().unwrap();
    let told = "before the plan, and not done by it: published application \"Payroll\"\napply: nothing was done: what is to be";
    assert!(output.status.code() == Some(4) && error(&output).contains(told), "{}", error(&output));

    let output = emulator.apply(&file, &["--replan"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    assert!(error(&output).contains("Plan: "), "the new plan is shown: {}", error(&output));
    assert!(emulator.is_as_desired(&folder, DESIRED));
    let output = emulator.apply(&file, &["--rollback"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
}

/// A group that is to be renamed and is not there any more is not made: somebody has given it another name, or deleted it.
#[test]
fn a_replan_makes_no_group_in_the_place_of_one_to_rename() {
    let folder = folder("apply-rename");
    let (file, desired) = (folder.join("change.plan.json"), folder.join("desired.json"));
    let group = json!({"name": "Private Access Pilot", "rename": "Pilot"});
    fs::write(&desired, json!({"connectorGroups": [group]}).to_string()).unwrap();
    assert_eq!(plan(&["--out", text(&file), "examples/contoso.jsonl", text(&desired)]).0, Some(2));
    let emulator = Emulator::start();
    let path = "/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups";
    let path = format!("{path}/9d000000-0000-4000-8000-000000000010");
    emulator.ask("PATCH", &path, "{\"name\":\"Private Access Trial\"}");
    let before = emulator.effects().len();
    let output = emulator.apply(&file, &["--replan"]).output().unwrap();
    let told = error(&output);
    assert_eq!((output.status.code(), emulator.effects().len()), (Some(4), before), "{told}");
    assert!(
        told.contains("there is no connector group \"Private Access Pilot\"") && told.contains("`rename`"),
        "{told}"
    );
    // Somebody has done just what was planned.
    emulator.ask("PATCH", &path, "{\"name\":\"Pilot\"}");
    let output = emulator.apply(&file, &["--replan"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    assert!(error(&output).contains("nothing to do: the tenant is as desired"), "{}", error(&output));
}

/// A refusal stops the run, which says so; then both ways are open.
#[test]
fn a_refusal_stops_and_says_how_to_go_on() {
    let (_, file, effects) = planned("apply-refused");
    let emulator = Emulator::start();
    emulator.fault(
        &json!({"name": "no", "method": "PATCH", "status": 403, "code": "Denied", "message": "Not \u{9b}31m today."}),
    );
    let output = emulator.apply(&file, &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", error(&output));
    let told = error(&output);
    assert!(
        told.contains("403 Denied: Not \\u{9b}31m today.") && told.contains("--resume goes on from here"),
        "{told}"
    );
    emulator.ask("DELETE", "/_control/faults", "");
    let output = emulator.apply(&file, &["--resume"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    assert_eq!(emulator.effects().len(), effects);
}

/// What a test changes of a plan.
type Edit = fn(&mut Value);

/// What is no plan, or no journal of it, is refused before anything is asked.
#[test]
fn a_wrong_file_is_refused() {
    let (folder, file, _) = planned("apply-wrong");
    let emulator = Emulator::start();
    let plan = value(&fs::read_to_string(&file).unwrap());
    let changed = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut plan = plan.clone();
        change(&mut plan);
        let file = folder.join(name);
        fs::write(&file, plan.to_string()).unwrap();
        file
    };
    let and_signed = |name: &str, change: &dyn Fn(&mut Value)| {
        changed(name, &|plan| {
            change(plan);
            signed(plan);
        })
    };
    let format = changed("format.json", &|plan| plan["format"] = "connector-groups/plan/9".into());
    let steps = and_signed("steps.json", &|plan| {
        plan["steps"].as_array_mut().unwrap().remove(1);
    });
    let field = and_signed("field.json", &|plan| plan["steps"][2]["effects"][0]["surprise"] = 1.into());
    let twice = folder.join("twice.json");
    let place = r#"{"name": "A", "region": "eur", "connectors": {}, "applications": {}}"#;
    let id = "5d000000-0000-4000-8000-000000000001";
    let places = format!("\"state\":{{\"{id}\":{place},\"{id}\":{place},");
    fs::write(&twice, plan.to_string().replacen("\"state\":{", &places, 1)).unwrap();
    for (file, arguments, expected) in [
        (format, vec![], "\"connector-groups/plan/9\", not \"connector-groups/plan/2\": plan again"),
        (steps, vec![], "the steps do not follow from the state: step 2: there is no connector group"),
        (field, vec![], "steps[2].effects[0]"),
        (
            twice,
            vec![],
            "twice.json: state: the member \"5d000000-0000-4000-8000-000000000001\" is here twice at line 1",
        ),
        (file.clone(), vec!["--resume"], "there is no journal at "),
        (file.clone(), vec!["--rollback"], "name it with --journal FILE; without one, `connector-groups restore`"),
        (folder.join("none.json"), vec![], "none.json"),
    ] {
        let output = emulator.apply(&file, &arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", error(&output));
        assert!(error(&output).contains(expected), "{}", error(&output));
    }
    // Each is a plan that could be carried out, and not the one that somebody has looked at.
    let edits: [(&str, Edit); 7] = [
        ("fewer", |plan| plan["steps"].as_array_mut().unwrap().truncate(6)),
        ("none", |plan| plan["steps"] = json!([])),
        ("command", |plan| plan["steps"][1]["command"]["name"] = "Another".into()),
        ("expected", |plan| plan["expected"] = json!({})),
        ("fingerprint", |plan| plan["tenant"]["fingerprint"] = "sha256:0".into()),
        ("desired", |plan| plan["desired"] = json!({})),
        ("digest", |plan| _ = plan.as_object_mut().unwrap().remove("digest")),
    ];
    for (name, change) in edits {
        let output = emulator.apply(&changed(name, &change), &[]).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{name}: {}", error(&output));
        assert!(error(&output).contains("changed since `plan` wrote it: plan again"), "{name}: {}", error(&output));
    }
    assert_eq!(emulator.effects().len(), 0, "nothing was done");
    assert_eq!(emulator.apply(&file, &["--resume", "--rollback"]).output().unwrap().status.code(), Some(2));
    // The journal of another plan, and one that is no journal.
    assert_eq!(emulator.apply(&file, &["--quiet"]).output().unwrap().status.code(), Some(0));
    let journal = format!("{}.journal", file.display());
    let other = and_signed("other.json", &|plan| plan["atLeast"] = 1.into());
    let output = emulator.apply(&other, &["--resume", "--journal", &journal]).output().unwrap();
    assert!(output.status.code() == Some(1) && error(&output).contains("another plan"), "{}", error(&output));
    assert!(
        error(&output).contains("move the journal away, or name another with --journal FILE"),
        "{}",
        error(&output)
    );
    let output = emulator.apply(&other, &["--journal", &journal]).output().unwrap();
    assert!(output.status.code() == Some(1), "{}", error(&output));
    assert!(error(&output).contains("change.plan.json.journal is the journal of another plan"), "{}", error(&output));
    for (there, expected) in [
        (text(&folder), "is no file: name another with --journal FILE"),
        (text(&other), "is there and is no journal: move it away"),
        (&*journal, "a run of this plan was begun at http://"),
        (
            &*journal,
            "go on with --resume, or back with --rollback; for a run elsewhere, name another with --journal FILE",
        ),
    ] {
        let output = emulator.apply(&file, &["--journal", there]).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", error(&output));
        assert!(error(&output).contains(expected), "{}", error(&output));
    }
    let output = emulator.apply(&file, &["--resume", "--journal", text(&other)]).output().unwrap();
    assert!(output.status.code() == Some(1) && error(&output).contains("is no journal"), "{}", error(&output));
}

/// A signal stops a run where it can go on. How long it waits is told, and a wait is not waited out.
#[cfg(unix)]
#[test]
fn ctrl_c_stops_a_run_where_it_can_go_on() {
    let (folder, file, effects) = planned("apply-signal");
    let emulator = Emulator::start();
    emulator.fault(&json!({"name": "busy", "method": "POST", "route": "*/memberOf/$ref", "nth": 2, "status": 429, "retryAfter": 600}));
    let started = std::time::Instant::now();
    let mut child = emulator.apply(&file, &[]).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("graph: waiting for 600 s: ") {
        line.clear();
        assert!(std::io::BufRead::read_line(&mut told, &mut line).unwrap() > 0, "it says that it waits");
    }
    assert!(line.contains(": 429 "), "{line}");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut told, &mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3), "{rest}");
    assert!(started.elapsed() < Duration::from_secs(300), "it has not waited on");
    let journal = format!("{}.journal", text(&file));
    assert!(rest.contains("apply: stopped by a signal, such as Ctrl-C\n"), "{rest}");
    assert!(
        rest.contains(&format!("apply: the journal is {journal}: where nothing is in the way, --resume")),
        "{rest}"
    );

    let output = emulator.apply(&file, &["--resume"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    assert_eq!(emulator.effects().len(), effects, "each effect happened once");
    assert!(emulator.is_as_desired(&folder, DESIRED));
}

/// What a journal tells of is looked at in the tenant before a run goes on: it may be another one by now, or a copy of it.
#[test]
fn a_journal_does_not_prove_what_the_tenant_is() {
    let (_, file, effects) = planned("apply-ended");
    let emulator = Emulator::start();
    let journal = PathBuf::from(format!("{}.journal", file.display()));
    let run = |way: &[&str], code: i32| {
        let output = emulator.apply(&file, &[&["--settle", "2"], way].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{way:?}: {}", error(&output));
        error(&output)
    };
    emulator.ask("POST", "/_control/snapshots/before", "");
    run(&[], 0);
    let whole = fs::read_to_string(&journal).unwrap();
    let mut settled = 0;
    let until_the_third = |line: &&str| {
        let is_within = settled < 3;
        settled += usize::from(line.contains("{\"record\":\"settled\""));
        is_within
    };
    let half: String = whole.split_inclusive('\n').take_while(until_the_third).collect();

    emulator.ask("POST", "/_control/snapshots/before/restore", "");
    let before = emulator.effects().len();
    for kept in [&*whole, &*half] {
        fs::write(&journal, kept).unwrap();
        let told = run(&["--resume"], 4);
        assert!(told.contains("apply: not as the journal has it: ") && told.contains("nothing was done"), "{told}");
        assert!(!told.contains("as desired"), "{told}");
        assert_eq!(emulator.effects().len(), before, "nothing was done");
        assert_eq!(fs::read_to_string(&journal).unwrap(), kept, "nor written");
    }
    // What is not done needs no way back.
    run(&["--rollback"], 0);
    assert_eq!(emulator.effects().len(), before);

    // What the plan does not touch is no fault of the run. No more is said than what was seen.
    fs::remove_file(&journal).unwrap();
    run(&[], 0);
    assert_eq!(emulator.effects().len(), before + effects);
    let profile = "/beta/onPremisesPublishingProfiles/applicationProxy";
    emulator.ask("POST", &format!("{profile}/connectorGroups"), "{\"name\":\"Another\"}");
    let told = run(&["--resume"], 0);
    assert!(told.contains("changed meanwhile: the connector group \"Another\""), "{told}");
    assert!(told.contains("applied: what the plan changes is as desired"), "{told}");

    // Taken back, and then somebody has moved a thing of the plan.
    run(&["--rollback"], 0);
    move_application(&emulator, &file);
    let told = run(&["--rollback"], 4);
    assert!(told.contains("not as the journal has it: application "), "{told}");

    // The journal of a run elsewhere is refused with both places.
    let output = Emulator::start().apply(&file, &["--resume"]).output().unwrap();
    let told = error(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains(&format!("begun at http://{}/beta", emulator.address)), "{told}");
    assert!(told.contains("for a run here, name another journal with --journal FILE"), "{told}");
}
