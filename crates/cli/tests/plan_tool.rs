//! Plans as a user asks for them: the program with its samples, its exit statuses, and what replaying its lines leads to.

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

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn program(subcommand: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connector-groups"));
    command.arg(subcommand).args(arguments).current_dir(root()).output().unwrap()
}

fn plan(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = program("plan", arguments);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A folder for one test's files.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The answers and the last tenant.
fn replay(arguments: &[&str]) -> (Vec<Value>, Value) {
    let output = program("replay", &[&["--state", "--check"], arguments].concat());
    assert!(output.status.success(), "{output:?}");
    let lines = output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
    let mut lines: Vec<Value> = lines.collect();
    let state = lines.pop().unwrap();
    (lines, state["state"]["tenants"][0].clone())
}

fn group<'a>(tenant: &'a Value, name: &str) -> &'a Value {
    let groups = tenant["connectorGroups"].as_array().unwrap();
    groups.iter().find(|group| group["name"] == name).unwrap_or(&Value::Null)
}

fn applications(tenant: &Value, name: &str) -> usize {
    let id = &group(tenant, name)["id"];
    tenant["applications"].as_array().unwrap().iter().filter(|one| one["connectorGroup"] == *id).count()
}

/// The question, the plan, its lines replayed after Contoso's own, and nothing left to do.
#[test]
fn contosos_plan_is_carried_out_line_by_line() {
    let folder = folder("contoso");
    let (lines, dot, mermaid) = (folder.join("steps.jsonl"), folder.join("plan.dot"), folder.join("plan.mmd"));
    let (contoso, desired) = ("examples/contoso.jsonl", "examples/plan/contoso.yaml");
    let files = ["--out", text(&lines), "--dot", text(&dot), "--mermaid", text(&mermaid)];
    let (code, told, _) = plan(&[&["--keep-available"], &files[..], &[contoso, desired]].concat());
    assert_eq!(code, Some(2), "{told}");
    assert!(!told.contains("without an active connector from step"), "{told}");
    assert!(fs::read_to_string(&dot).unwrap().starts_with("digraph {"));
    assert!(fs::read_to_string(&mermaid).unwrap().starts_with("flowchart "));

    let steps = fs::read_to_string(&lines).unwrap();
    let (answers, after) = replay(&[contoso, text(&lines)]);
    let own = answers.len().checked_sub(steps.lines().count()).unwrap();
    assert!(answers[own..].iter().all(|answer| answer["accepted"].as_array().is_some_and(|events| !events.is_empty())));
    assert_eq!(group(&after, "Pune Development")["region"], "asia");
    assert_eq!(applications(&after, "Pune Development"), 24);
    assert_eq!(applications(&after, "Datacenter Frankfurt"), 4);
    assert_eq!(*group(&after, "Private Access Pilot"), Value::Null);
    assert_eq!(after["connectorGroups"].as_array().unwrap().len(), 12, "no temporary group is left");

    let state = folder.join("after.json");
    fs::write(&state, after.to_string()).unwrap();
    let (code, told, _) = plan(&[text(&state), desired]);
    assert_eq!((code, told.contains("Nothing to do")), (Some(0), true), "{told}");
}

/// The page on plans shows what the tool says, and the README the picture that it draws.
#[test]
fn the_documents_plan_is_the_tools() {
    let folder = folder("documents");
    let read = |name: &str| fs::read_to_string(root().join(name)).unwrap();
    let (_, told, _) = plan(&["--keep-available", "examples/contoso.jsonl", "examples/plan/contoso.yaml"]);
    let page = read("src/docs/planning.md");
    let shown = page.split("examples/contoso.jsonl examples/plan/contoso.yaml\n```\n\n```text\n").nth(1).unwrap();
    assert_eq!(shown.split("\n```").next().unwrap(), told.trim_end());

    let (picture, desired) = (folder.join("region.mmd"), "examples/plan/region.yaml");
    plan(&["--keep-available", "--mermaid", text(&picture), "examples/contoso.jsonl", desired]);
    let (readme, picture) = (read("README.md"), fs::read_to_string(&picture).unwrap());
    assert!(readme.contains(&format!("```mermaid\n{}\n```\n", picture.trim_end())), "{picture}");
    assert!(readme.contains(&format!("```yaml\n{}```\n", read(desired))));
}

#[test]
fn a_desired_state_is_read_as_json_too_and_a_plan_told_as_json() {
    let (code, told, error) = plan(&["--json", "examples/contoso.jsonl", "examples/plan/contoso.json"]);
    assert_eq!(code, Some(2), "{error}");
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["steps"].as_array().unwrap().len(), 2, "a rename, and all applications at once");
    assert_eq!(told["best"], true);
}

/// A line of the replay that does nothing is told with its reason, and the others count.
#[test]
fn a_line_that_changes_nothing_is_told() {
    let file = folder("refused").join("refused.jsonl");
    let contoso = fs::read_to_string(root().join("examples/contoso.jsonl")).unwrap();
    let again = contoso.lines().next().unwrap();
    fs::write(&file, format!("{contoso}{again}\n{{}}\n")).unwrap();
    let (code, _, error) = plan(&[text(&file), "examples/plan/contoso.json"]);
    assert_eq!(code, Some(2), "{error}");
    let lines: Vec<&str> = error.lines().collect();
    assert!(lines[0].contains("refused.jsonl: line 496: refused createTenant: there is tenant 7e000000"), "{error}");
    assert!(lines[1].contains("refused.jsonl: line 497: invalid at column 2: missing field `command`"), "{error}");
    assert_eq!(lines.len(), 2);
}

/// What Graph answers becomes a tenant, which is planned for and loads into a replay.
#[test]
fn a_folder_of_answers_is_a_tenant() {
    let folder = folder("import");
    let (document, lines) = (folder.join("tenant.json"), folder.join("steps.jsonl"));
    let (code, _, error) = plan(&["--import", "examples/plan/import", "--out", text(&document)]);
    assert_eq!(code, Some(0), "{error}");
    let tenant: Value = serde_json::from_str(&fs::read_to_string(&document).unwrap()).unwrap();
    assert_eq!(tenant["id"], "5e000000-0000-4000-8000-000000000001");
    assert_eq!(tenant["defaultRegion"], "eur");
    let count = |list: &str| tenant[list].as_array().unwrap().len();
    assert_eq!((count("connectorGroups"), count("connectors"), count("applications")), (4, 3, 4));
    assert_eq!(tenant["connectors"][2]["inactiveSince"], "2026-03-02T08:00:00Z", "as Graph does not say since when");
    assert_eq!((applications(&tenant, "Datacenter A"), applications(&tenant, "Default")), (2, 1));
    let expenses = &tenant["applications"][0]["onPremisesPublishing"];
    assert_eq!(expenses["internalUrl"], "https://expenses.fabrikam.local/");
    assert_eq!(tenant["applications"][3]["onPremisesPublishing"], Value::Null, "it is not published");

    let desired = "examples/plan/fabrikam.yaml";
    let (code, told, error) = plan(&["--out", text(&lines), "examples/plan/import", desired]);
    assert_eq!(code, Some(2), "{told}{error}");
    let (answers, after) = replay(&["--load", text(&document), text(&lines)]);
    assert!(answers.iter().all(|answer| answer["accepted"].is_array()), "{answers:?}");
    assert_eq!(applications(&after, "Datacenter B"), 1);
}

/// Each error names the file and the field.
#[test]
fn what_is_wrong_is_told_with_file_and_field() {
    let folder = folder("wrong");
    let broken = |name: &str, file: &str, content: &str| -> PathBuf {
        let copy = folder.join(name);
        for part in ["", "members", "applications"] {
            fs::create_dir_all(copy.join(part)).unwrap();
            for entry in fs::read_dir(root().join("examples/plan/import").join(part)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    fs::copy(&path, copy.join(part).join(path.file_name().unwrap())).unwrap();
                }
            }
        }
        if content.is_empty() {
            fs::remove_file(copy.join(file)).unwrap();
        } else {
            fs::write(copy.join(file), content).unwrap();
        }
        copy
    };
    let group = "5d000000-0000-4000-8000-000000000002";
    let members = format!("members/{group}.json");
    let denied = r#"{"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges."}}"#;
    let twice = r#"{"value": [{"id": "5c000000-0000-4000-8000-000000000003", "status": "active"}]}"#;
    for (name, file, content, expected) in [
        ("none", "connectorGroups.json", "", "connectorGroups.json is not there"),
        ("page", "connectors.2.json", "", "connectors.json: @odata.nextLink: there is another page"),
        ("type", "connectors.json", r#"{"value": [{"id": 7}]}"#, "connectors.json: value[0].id: invalid type"),
        ("field", "connectors.json", r#"{"value": [{}]}"#, "connectors.json: value[0]: missing field `id`"),
        ("denied", &members, denied, "the answer is an error, Authorization_RequestDenied: Insufficient privileges."),
        ("twice", &members, twice, "is a member of"),
        ("json", "connectors.json", "{", "connectors.json: EOF"),
        ("list", "connectors.json", r#"{"id": 1}"#, "connectors.json: value: there is none"),
    ] {
        let copy = broken(name, file, content);
        let (code, _, error) = plan(&["--import", text(&copy)]);
        assert_eq!(code, Some(1), "{name}: {error}");
        assert!(error.contains(expected), "{name}: {error}");
    }
    let marked = broken("mark", "tenant.json", "\u{feff}{}");
    assert_eq!(plan(&["--import", text(&marked)]).0, Some(0), "a byte order mark is no error");

    let desired = folder.join("desired.yaml");
    for (content, expected) in [
        ("connectorGroups: [{nmae: x}]", "nmae"),
        ("connectorGroups: [{name: Nowhere, connectors: {in: Default, named: x}}]", "desired.yaml"),
        ("absent: [Default]", "connector group \"Default\" is the default"),
        ("absent: [Datacenter A]", "2 connectors and 2 applications"),
        // An id in quotes is what somebody wrote, and no group's.
        (
            "connectorGroups: [{name: New, connectors: [5d000000-0000-4000-8000-000000000001]}]",
            "there is no connector \"5d000000-0000-4000-8000-000000000001\"",
        ),
        ("connectorGroups: [{name: New, connectors: [nobody]}]", "there is no connector \"nobody\""),
        ("connectorGroups: [{name: Default group for AD Sync Fabric, region: nam}]", "syncFabric"),
    ] {
        fs::write(&desired, content).unwrap();
        let (code, _, error) = plan(&["examples/plan/import", text(&desired)]);
        assert_eq!(code, Some(1), "{content}: {error}");
        assert!(error.contains(expected), "{content}: {error}");
    }
    for wrong in [&["--nothing"][..], &[], &["--out"], &["no-such-file.json", "examples/plan/fabrikam.yaml"]] {
        let (code, _, error) = plan(wrong);
        assert_eq!(code, Some(1), "{error}");
        assert!(error.starts_with("plan: ") || error.starts_with("error: "), "{error}");
    }
}
