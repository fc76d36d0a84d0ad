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
use planning::{folder, root, signed, text, value};
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
        assert_eq!(notes["first"], json!([]), "seed {seed}");
        assert!(notes["settings"].to_string().contains("Other 5"), "seed {seed}: {notes}");
        // There, back with what settings were, and there again.
        for (way, end, expected) in
            [(&[][..], "applied", &was), (&["--rollback"], "taken back", &damaged), (&["--resume"], "applied", &was)]
        {
            let output = run(&emulator, &[&["apply", text(&plan)], way].concat());
            assert_eq!(output.status.code(), Some(0), "seed {seed} {way:?}: {}", error(&output));
            let told = error(&output);
            assert!(told.contains(end) && !told.contains("changed meanwhile"), "seed {seed} {way:?}: {told}");
            assert!(told.contains("~ change settings of 1 application"), "seed {seed} {way:?}: {told}");
            let now = facts(&emulator, &folder.join("now"));
            let differs: Vec<_> = expected.iter().filter(|(id, one)| now.get(*id) != Some(one)).collect();
            assert_eq!((differs, expected.len()), (Vec::new(), now.len()), "seed {seed} {way:?}");
        }
    }
}

/// Names and cookies of two applications of Contoso are changed, and a plan is made that leads them back: the emulator, what was
/// before the damage, the two applications, and the plan.
fn settings_lost(name: &str) -> (Emulator, BTreeMap<String, Value>, [String; 2], std::path::PathBuf) {
    let folder = folder(name);
    let emulator = Emulator::begun(&["--seed", "examples/contoso.jsonl"]);
    let was = facts(&emulator, &folder.join("backup"));
    let is_published = |one: &Value| one["onPremisesPublishing"]["externalUrl"].is_string();
    let mut published = was.iter().filter(|(_, one)| is_published(one)).map(|(id, _)| id.clone());
    let two = [published.next().unwrap(), published.next().unwrap()];
    for (id, name) in two.iter().zip(["First", "Second \u{1b}[2J"]) {
        let path = format!("/beta/applications/{id}");
        emulator.asked(TENANT, "PATCH", &path, &json!({"displayName": name}).to_string());
        let cookies = was[id]["onPremisesPublishing"]["isHttpOnlyCookieEnabled"] == true;
        let publishing = json!({"onPremisesPublishing": {"isHttpOnlyCookieEnabled": !cookies, "wafProvider": "x"}});
        emulator.asked(TENANT, "PATCH", &path, &publishing.to_string());
    }
    let plan = folder.join("restore.plan.json");
    let output = run(&emulator, &["restore", "--quiet", text(&folder.join("backup")), "--out", text(&plan)]);
    assert_eq!(output.status.code(), Some(2), "{}", error(&output));
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains(" settings of 2 applications to change.\n2 steps, of settings alone.\n"), "{shown}");
    (emulator, was, two, plan)
}

/// Of an application that is not published any more, Graph's lists tell less: what is not told is no change.
#[test]
fn an_application_that_was_unpublished_has_no_change_that_nobody_made() {
    let folder = folder("restore-unpublished");
    let emulator = Emulator::begun(&["--seed", "examples/contoso.jsonl"]);
    let (backup, plan, report) = (folder.join("backup"), folder.join("restore.plan.json"), folder.join("report.json"));
    let first = facts(&emulator, &folder.join("first"));
    let is_published = |one: &Value| one["onPremisesPublishing"]["externalUrl"].is_string();
    let (id, one) = first.iter().find(|(_, one)| is_published(one)).unwrap();
    let path = format!("/beta/applications/{id}");
    let change = |body: &Value| _ = emulator.asked(TENANT, "PATCH", &path, &body.to_string());
    change(&json!({"signInAudience": "AzureADMyOrg", "notes": "Of payroll", "tags": ["one"]}));
    let was = facts(&emulator, &backup);
    change(&json!({"onPremisesPublishing": null}));
    change(&json!({"tags": []}));

    let output = run(&emulator, &["restore", text(&backup), "--out", text(&plan), "--report", text(&report)]);
    assert_eq!(output.status.code(), Some(2), "{}", error(&output));
    let notes = value(&fs::read_to_string(&report).unwrap())["notes"].clone();
    let (settings, name) = (notes["settings"].to_string(), one["displayName"].as_str().unwrap());
    assert!(settings.contains("tags") && settings.contains(name), "{notes}");
    assert!(!settings.contains("signInAudience") && !settings.contains("notes"), "{notes}");
    assert!(notes["first"].to_string().contains(name), "{notes}");
    // When it is published by hand, as was told, the plan does the rest.
    change(&json!({"onPremisesPublishing": was[id]["onPremisesPublishing"]}));
    let output = run(&emulator, &["apply", text(&plan)]);
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    assert_eq!(facts(&emulator, &folder.join("now")), was);
}

/// A setting that is neither as planned refuses the plan as a move does, and `--replan` leads it from what it is now.
#[test]
fn a_setting_that_somebody_else_has_changed_refuses_the_plan() {
    let (emulator, was, [one, two], plan) = settings_lost("restore-settings-drift");
    let path = format!("/beta/applications/{two}");
    emulator.asked(TENANT, "PATCH", &path, &json!({"displayName": "Third \u{9b}2J"}).to_string());
    let output = run(&emulator, &["apply", text(&plan)]);
    assert_eq!(output.status.code(), Some(4), "{}", error(&output));
    let name = was[&two]["displayName"].as_str().unwrap();
    let expected = format!(
        "not as planned: displayName of application {name:?} ({two}) is \"Third \\u{{9b}}2J\", not \"Second \\u{{1b}}[2J\"\n"
    );
    // The name is told as JSON has it, in which the terminal's escape is one of its own.
    assert!(error(&output).replace("\\u001b", "\\u{1b}").contains(&expected), "{}", error(&output));
    assert!(!error(&output).contains(['\u{1b}', '\u{9b}']), "{}", error(&output));
    assert!(error(&output).contains("nothing was done"), "{}", error(&output));
    let now = facts(&emulator, &plan.with_extension("now"));
    assert_eq!((&now[&one]["displayName"], &now[&two]["displayName"]), (&json!("First"), &json!("Third \u{9b}2J")));

    let output = run(&emulator, &["apply", "--replan", text(&plan)]);
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    assert!(error(&output).contains("~ change settings of 2 applications"), "{}", error(&output));
    assert_eq!(facts(&emulator, &plan.with_extension("now")), was);
    // Back to what somebody else had made of it.
    let output = run(&emulator, &["apply", "--rollback", text(&plan)]);
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    assert_eq!(facts(&emulator, &plan.with_extension("now")), now);
}

/// What became of settings is looked at in the end.
#[test]
fn a_setting_that_was_changed_after_the_run_is_no_longer_as_desired() {
    let (emulator, was, [one, _], plan) = settings_lost("restore-settings-after");
    let output = run(&emulator, &["apply", text(&plan)]);
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    let path = format!("/beta/applications/{one}");
    emulator.asked(TENANT, "PATCH", &path, &json!({"displayName": "Fourth"}).to_string());
    let output = run(&emulator, &["apply", "--resume", text(&plan)]);
    assert_eq!(output.status.code(), Some(4), "{}", error(&output));
    let name = was[&one]["displayName"].as_str().unwrap();
    let expected =
        format!("not as the journal has it: displayName of application {name:?} ({one}) is \"Fourth\", not {name:?}");
    assert!(error(&output).contains(&expected), "{}", error(&output));
}

/// Changes of settings that do not follow from each other, as somebody has edited the file, are refused before anything is done.
#[test]
fn settings_that_do_not_follow_from_each_other_are_refused() {
    let (emulator, _, _, plan) = settings_lost("restore-settings-edited");
    let mut edited = value(&fs::read_to_string(&plan).unwrap());
    let last = edited["steps"].as_array().unwrap().last().unwrap().clone();
    edited["steps"].as_array_mut().unwrap().push(last);
    signed(&mut edited);
    let file = plan.with_file_name("edited.json");
    fs::write(&file, edited.to_string()).unwrap();
    let output = run(&emulator, &["apply", text(&file)]);
    assert_eq!(output.status.code(), Some(1), "{}", error(&output));
    assert!(error(&output).contains("the steps do not follow from the state: step "), "{}", error(&output));
    assert!(error(&output).contains(" of application "), "{}", error(&output));
}

/// The requests that `--as graph` prints lead to the backup, settings included.
#[test]
fn the_requests_that_are_printed_change_settings_too() {
    let (emulator, was, _, plan) = settings_lost("restore-settings-graph");
    let backup = plan.with_file_name("backup");
    let output = run(&emulator, &["restore", "--quiet", "--as", "graph", text(&backup)]);
    assert_eq!(output.status.code(), Some(2), "{}", error(&output));
    let graph = value(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(graph["beforehand"], json!([]));
    for batch in graph["batches"].as_array().unwrap() {
        let body = json!({"requests": batch["requests"]});
        let answer = value(&emulator.asked(TENANT, "POST", "/beta/$batch", &body.to_string()));
        for part in answer["responses"].as_array().unwrap() {
            assert!((200..300).contains(&part["status"].as_u64().unwrap()), "{part}");
        }
    }
    assert_eq!(facts(&emulator, &plan.with_extension("now")), was);
}

/// Whatever a plan is printed as, it says what it does to settings, or that it does not show them.
#[test]
fn no_output_leaves_settings_out_without_a_word() {
    let (emulator, _, _, plan) = settings_lost("restore-settings-formats");
    let backup = plan.with_file_name("backup");
    // Of an application that is gone, only lines for a replay tell how it comes back.
    let folder = plan.with_file_name("seed");
    fs::create_dir_all(&folder).unwrap();
    let document = fs::read_to_string(backup.join("document.json")).unwrap();
    let mut now = value(&document);
    let all = now["applications"].as_array_mut().unwrap();
    let at = all.iter().rposition(|one| one["onPremisesPublishing"]["externalUrl"].is_string()).unwrap();
    let gone = all.remove(at)["displayName"].as_str().unwrap().to_string();
    let first = all.iter_mut().find(|one| one["onPremisesPublishing"]["externalUrl"].is_string()).unwrap();
    first["onPremisesPublishing"]["wafProvider"] = "x".into();
    let name = first["displayName"].as_str().unwrap().to_string();
    let now_file = folder.join("now.json");
    fs::write(&now_file, now.to_string()).unwrap();
    drop(emulator);
    let printed = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_connector-groups"));
        command.args(["restore", "--recreate-applications"]).args(arguments).args([text(&backup), text(&now_file)]);
        let output = command.current_dir(root()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", error(&output));
        assert!(error(&output).contains("do it first"), "{}", error(&output));
        (String::from_utf8(output.stdout.clone()).unwrap(), error(&output))
    };
    for format in ["text", "markdown", "html", "mermaid", "dot", "json"] {
        let (out, error) = printed(&["--format", format]);
        assert!(out.contains("change settings of 1 application"), "{format}: {out}");
        assert!(out.contains(&gone), "{format}: {out}");
        if ["text", "markdown", "html"].contains(&format) {
            assert!(out.contains(&name) && out.contains("wafProvider"), "{format}: {out}");
        }
        let is_picture = ["mermaid", "dot"].contains(&format);
        assert_eq!(error.contains("the picture shows connector groups alone"), is_picture, "{format}: {error}");
    }
    for kind in ["graph", "powershell", "terraform"] {
        let (out, _) = printed(&["--as", kind]);
        assert!(out.contains("not in here, do it first: ") && out.contains(&gone), "{kind}: {out}");
        assert!(out.contains("wafProvider"), "{kind}: {out}");
    }
    let (lines, _) = printed(&["--as", "replay"]);
    let commands: Vec<Value> = lines.lines().map(value).collect();
    assert!(
        commands.iter().any(|line| line["command"] == "createApplication" && line["displayName"] == gone),
        "{lines}"
    );
    assert!(commands.iter().any(|line| line["onPremisesPublishing"]["wafProvider"] == Value::Null), "{lines}");
}

/// What nobody has set, Graph shows as null, as false or as nothing in it: no difference to lead back.
#[test]
fn null_and_false_are_no_difference() {
    let folder = folder("restore-null");
    let unset = json!({"externalUrl": "https://a.fabrikam.com/", "isStateSessionEnabled": null, "isAccessibleViaZTNAClient": false});
    let export = planning::tenant(&folder, "Datacenter A", &unset);
    let list = export.join("applications.json");
    let kept = fs::read_to_string(&list).unwrap();
    let with = |web: &Value| {
        let mut list = value(&kept);
        (list[0]["web"], list[0]["isFallbackPublicClient"]) = (web.clone(), json!(false));
        list.to_string()
    };
    let set =
        json!({"homePageUrl": null, "implicitGrantSettings": {"enableIdTokenIssuance": false}, "redirectUris": []});
    fs::write(&list, with(&set)).unwrap();
    let backup = folder.join("backup");
    planning::program("backup", &[text(&export), "--out", text(&backup)]);
    // Now the same in another way.
    let other = json!({"externalUrl": "https://a.fabrikam.com/", "isStateSessionEnabled": false, "isAccessibleViaZTNAClient": null});
    planning::tenant(&folder, "Datacenter A", &other);
    fs::write(
        &list,
        with(&json!({"homePageUrl": null, "implicitGrantSettings": null}))
            .replace("\"isFallbackPublicClient\":false,", ""),
    )
    .unwrap();
    let told =
        |arguments: &[&str]| planning::program("restore", &[&[text(&backup), text(&export)], arguments].concat());
    let output = told(&[]);
    assert_eq!(output.status.code(), Some(0), "{}{}", String::from_utf8_lossy(&output.stdout), error(&output));
    assert!(
        !error(&output).contains("otherwise")
            && error(&output).contains("nobody compares tenants: the backup does not tell"),
        "{}",
        error(&output)
    );
    // What is set is one.
    let other = json!({"externalUrl": "https://a.fabrikam.com/", "isStateSessionEnabled": true});
    planning::tenant(&folder, "Datacenter A", &other);
    let output = told(&[]);
    assert_eq!(output.status.code(), Some(2), "{}", error(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("isStateSessionEnabled"));
}
