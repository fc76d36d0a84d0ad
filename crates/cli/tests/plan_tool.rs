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

use serde_json::{Value, json};

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
    let lines = folder.join("steps.jsonl");
    let (contoso, desired) = ("examples/contoso.jsonl", "examples/plan/contoso.yaml");
    let (code, told, _) = plan(&["--keep-available", "--lines", text(&lines), contoso, desired]);
    assert_eq!(code, Some(2), "{told}");
    assert!(!told.contains("without an active connector from step"), "{told}");

    let steps = fs::read_to_string(&lines).unwrap();
    let both = folder.join("both.jsonl");
    fs::write(&both, fs::read_to_string(root().join(contoso)).unwrap() + "\n" + &steps).unwrap();
    let (answers, after) = replay(&[text(&both)]);
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

/// The README shows what the tool says.
#[test]
fn the_readmes_plan_is_the_tools() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let shown = readme.split("examples/contoso.jsonl examples/plan/contoso.yaml\n```\n\n```text\n").nth(1).unwrap();
    let shown = shown.split("\n```").next().unwrap();
    let (_, told, _) = plan(&["--keep-available", "examples/contoso.jsonl", "examples/plan/contoso.yaml"]);
    assert_eq!(shown, told.trim_end());
}

#[test]
fn a_desired_state_is_read_as_json_too_and_a_plan_told_as_json() {
    let (code, told, error) = plan(&["--format", "json", "examples/contoso.jsonl", "examples/plan/contoso.json"]);
    assert_eq!(code, Some(2), "{error}");
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["steps"].as_array().unwrap().len(), 2, "a rename, and all applications at once");
    assert_eq!(told["best"], true);
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
    let (code, told, error) = plan(&["--lines", text(&lines), "examples/plan/import", desired]);
    assert_eq!(code, Some(2), "{told}{error}");
    let (answers, after) = replay(&["--load", text(&document), text(&lines)]);
    assert!(answers.iter().all(|answer| answer["accepted"].is_array()), "{answers:?}");
    assert_eq!(applications(&after, "Datacenter B"), 1);
}

/// Each error names the file and the field.
#[test]
fn what_is_wrong_is_told_with_file_and_field() {
    let folder = folder("wrong");
    let desired = folder.join("desired.yaml");
    for (content, expected) in [
        ("connectorGroups: [{nmae: x}]", "nmae"),
        ("connectorGroups: [{name: Nowhere, connectors: {in: Default, named: x}}]", "desired.yaml"),
        ("absent: [Default]", "connector group \"Default\" is the default"),
        ("absent: [Datacenter A]", "2 connectors and 2 applications"),
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

const FORMATS: [&str; 7] = ["text", "json", "markdown", "mermaid", "dot", "html", "sarif"];

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A tenant of two groups in the folder of a test, in which only the names and the publishing differ.
fn tenant(folder: &Path, name: &str, publishing: &Value) -> PathBuf {
    let group = |id: &str, name: &str, is_default: bool, region: &str| json!({"id": id, "name": name, "connectorGroupType": "applicationProxy", "isDefault": is_default, "region": region});
    let (one, two, three) = (
        "5d000000-0000-4000-8000-000000000001",
        "5d000000-0000-4000-8000-000000000002",
        "5d000000-0000-4000-8000-000000000003",
    );
    let connector = |id: &str, group: &str| json!({"id": format!("5c000000-0000-4000-8000-00000000000{id}"), "machineName": format!("proxy-0{id}"), "externalIp": "", "status": "active", "version": "", "memberOf": [{"id": group}]});
    let application = |at: usize| json!({"id": format!("5a000000-0000-4000-8000-0000000000{at:02}"), "appId": format!("5b000000-0000-4000-8000-0000000000{at:02}"), "displayName": format!("Application {at:02}")});
    let export = folder.join("export");
    fs::create_dir_all(export.join("applications")).unwrap();
    fs::create_dir_all(export.join("onPremisesPublishing")).unwrap();
    let write = |file: &str, value: &Value| fs::write(export.join(file), value.to_string()).unwrap();
    write(
        "connectorGroups.json",
        &json!([
            group(one, "Default", true, "eur"),
            group(two, name, false, "eur"),
            group(three, "Asia Hub", false, "asia")
        ]),
    );
    write("connectors.json", &json!([connector("1", two), connector("2", two), connector("3", three)]));
    write(&format!("applications/{one}.json"), &json!([]));
    let all: Vec<_> = (1..=14).map(application).collect();
    write(&format!("applications/{two}.json"), &json!(all));
    write(&format!("applications/{three}.json"), &json!([]));
    let mut listed = all;
    listed.push(application(15));
    write("applications.json", &json!(listed));
    if !publishing.is_null() {
        let own = json!({"onPremisesPublishing": publishing});
        write("onPremisesPublishing/5a000000-0000-4000-8000-000000000001.json", &own);
    }
    export
}

/// The desired state in a file of its own.
fn desired(folder: &Path, yaml: &str) -> PathBuf {
    let file = folder.join("desired.yaml");
    fs::write(&file, yaml).unwrap();
    file
}

/// A selection is what it meant when the plan was made: an application that is assigned meanwhile does not move with it.
#[test]
fn a_plan_file_has_exact_ids_preconditions_and_what_is_expected() {
    let folder = folder("plan-file");
    let export = tenant(&folder, "Datacenter A", &Value::Null);
    let desired = desired(&folder, "connectorGroups: [{name: Asia Hub, applications: {in: Datacenter A}}]");
    let file = folder.join("change.plan.json");
    let (code, _, error) = plan(&["--out", text(&file), text(&export), text(&desired)]);
    assert_eq!(code, Some(2), "{error}");
    let file = value(&fs::read_to_string(&file).unwrap());
    assert_eq!((&file["format"], &file["result"]), (&json!("connector-groups/plan/1"), &json!("plan")));
    let ids = &file["steps"][0]["command"]["applications"]["ids"];
    assert_eq!(ids.as_array().unwrap().len(), 14, "{}", file["steps"][0]);
    let (from, to) = ("5d000000-0000-4000-8000-000000000002", "5d000000-0000-4000-8000-000000000003");
    assert_eq!(file["preconditions"]["applications"][13]["connectorGroup"], from);
    assert_eq!(file["steps"][0]["before"]["applications"][0]["connectorGroup"], from);
    assert_eq!(file["expected"]["applications"][13]["connectorGroup"], to);
    let counts = |state: &str| -> Vec<_> {
        file[state]["connectorGroups"].as_array().unwrap().iter().map(|one| one["applications"].clone()).collect()
    };
    assert_eq!((counts("preconditions"), counts("expected")), (vec![json!(14), json!(0)], vec![json!(0), json!(14)]));

    // The hash is of the tenant, not of the order of its lists; each thing that a plan depends on changes it.
    let print = |file: &Value| file["tenant"]["fingerprint"].clone();
    let again = |export: &Path| value(&plan(&["--format", "json", text(export), text(&desired)]).1);
    let groups: Value = value(&fs::read_to_string(export.join("connectorGroups.json")).unwrap());
    let turned: Vec<_> = groups.as_array().unwrap().iter().rev().cloned().collect();
    fs::write(export.join("connectorGroups.json"), json!(turned).to_string()).unwrap();
    assert_eq!(print(&again(&export)), print(&file));
    assert_ne!(file["expected"]["fingerprint"], print(&file));
    let connectors = fs::read_to_string(export.join("connectors.json")).unwrap();
    fs::write(export.join("connectors.json"), connectors.replacen("active", "inactive", 1)).unwrap();
    assert_ne!(print(&again(&export)), print(&file));
}

/// Ten things are named and the rest counted; `--all` names all.
#[test]
fn what_moves_is_named() {
    let folder = folder("names");
    let export = tenant(&folder, "Datacenter A", &Value::Null);
    let desired = desired(&folder, "connectorGroups: [{name: Asia Hub, applications: {in: Datacenter A}}]");
    for (arguments, shown) in [(&[][..], 10), (&["--all"], 14)] {
        for format in ["text", "markdown", "html"] {
            let (_, told, _) = plan(&[arguments, &["--format", format], &[text(&export), text(&desired)]].concat());
            let names = (1..=14).filter(|at| told.contains(&format!("Application {at:02}"))).count();
            assert_eq!(names, shown, "{format} {told}");
            assert_eq!(told.contains("and 4 more"), shown == 10, "{format} {told}");
        }
    }
}

/// What was not fetched is not taken for safe: whether a wildcard application breaks, only its publishing tells.
#[test]
fn what_is_unknown_is_weighed() {
    let folder = folder("unknown");
    let known = json!({"externalUrl": "https://*.fabrikam.com/", "internalUrl": "https://*.fabrikam.local/"});
    let export = tenant(&folder, "Datacenter A", &known);
    let asia = desired(&folder, "connectorGroups: [{name: Asia Hub, applications: {in: Datacenter A}}]");
    let told = value(&plan(&["--format", "json", text(&export), text(&asia)]).1);
    let warnings = told["warnings"].as_array().unwrap();
    let messages: Vec<_> =
        warnings.iter().filter(|one| one["rule"] == "R-35").map(|one| one["message"].as_str().unwrap()).collect();
    assert_eq!(messages.len(), 2, "{told}");
    assert!(messages[0].starts_with("\"Application 01\" has a wildcard URL"), "{messages:?}");
    assert!(messages[1].contains("UNKNOWN") && messages[1].contains("13 applications to region asia"), "{messages:?}");
    assert_eq!(told["unknown"]["publishing"].as_array().unwrap().len(), 13);

    // Within a region no record has to follow, so that nothing is left open.
    let near = desired(&folder, "connectorGroups: [{name: Default, applications: {in: Datacenter A}}]");
    let told = plan(&["--format", "json", text(&export), text(&near)]).1;
    assert!(!told.contains("R-35"), "{told}");
}

/// R-78: a group without a spare, and one whose only connector cuts users off.
#[test]
fn r78_groups_without_a_spare_are_told() {
    let folder = folder("spares");
    let export = tenant(&folder, "Datacenter A", &Value::Null);
    let desired = desired(&folder, "connectorGroups: [{name: Asia Hub, applications: [Application 01]}]");
    let told = value(&plan(&["--format", "json", text(&export), text(&desired)]).1);
    let of_end: Vec<_> = told["warnings"].as_array().unwrap().iter().filter(|one| one["rule"] == "R-78").collect();
    assert_eq!(of_end.len(), 2, "{told}");
    assert_eq!(of_end[0]["level"], "critical");
    assert!(of_end[0]["message"].as_str().unwrap().starts_with("\"Asia Hub\", 1 application: one active connector"));
    assert_eq!(of_end[1]["level"], "warning");
    assert!(of_end[1]["message"].as_str().unwrap().ends_with("no spare while one is patched, as before the plan"));
}

/// R-79: segments that take more than was meant, and those that nothing serves.
#[test]
fn r79_broad_segments_are_told() {
    let folder = folder("segments");
    let export = tenant(&folder, "Datacenter A", &json!({"applicationType": "nonwebapp"}));
    fs::create_dir_all(export.join("segments")).unwrap();
    let desired = desired(&folder, "connectorGroups: [{name: Default, applications: [Application 01]}]");
    let of = |segments: &Value| -> Vec<String> {
        let file = export.join("segments/5a000000-0000-4000-8000-000000000001.json");
        if segments.is_null() {
            _ = fs::remove_file(file);
        } else {
            fs::write(file, segments.to_string()).unwrap();
        }
        let told = value(&plan(&["--format", "json", text(&export), text(&desired)]).1);
        let warnings = told["warnings"].as_array().unwrap().iter().filter(|one| one["rule"] == "R-79");
        warnings.map(|one| one["message"].as_str().unwrap().to_string()).collect()
    };
    let unknown = of(&Value::Null);
    assert!(unknown.len() == 1 && unknown[0].starts_with("UNKNOWN: the segments of 1 application"), "{unknown:?}");
    let broad = of(&json!({"value": [
        {"destinationHost": "0.0.0.0/0", "destinationType": "ipRangeCidr"}, {"destinationHost": "::/0", "destinationType": "ipRangeCidr"},
        {"destinationHost": "fabrikam.local", "destinationType": "dnsSuffix"}, {"destinationHost": "10.0.0.1", "destinationType": "ip"}]}));
    assert_eq!(broad.len(), 4, "three broad ones, and that no connector serves them: {broad:?}");
    assert!(broad[3].contains("4 segments, and no active connector serves it"), "{broad:?}");
}

/// What is misspelled, and what is not published, is told by its name and with what to do.
#[test]
fn slips_are_told_with_what_was_meant() {
    let folder = folder("slips");
    let export = tenant(&folder, "Datacenter Dublin", &Value::Null);
    for (yaml, expected) in [
        (
            "connectorGroups: [{name: Asia Hub, region: europe}]",
            "\"europe\" is no region: there are nam, eur, aus, asia, ind, japan. Did you mean eur?",
        ),
        ("connectorGroups: [{name: Asia Hub, region: assia}]", "Did you mean asia?"),
        (
            "connectorGroups: [{name: Asia Hub, applications: [Aplication 03]}]",
            "there is no application \"Aplication 03\". Did you mean \"Application 03\"",
        ),
        ("connectorGroups: [{name: Asia Hub, connectors: [porxy-01]}]", "Did you mean \"proxy-01\""),
        (
            "connectorGroups: [{name: Asia Hub, applications: {in: Datacenter Dubln}}]",
            "Did you mean \"Datacenter Dublin\"?",
        ),
        (
            "connectorGroups: [{name: Asia Hub, applications: [Application 15]}]",
            "\"Application 15\" is not published through application proxy",
        ),
    ] {
        let (code, _, error) = plan(&[text(&export), text(&desired(&folder, yaml))]);
        assert_eq!(code, Some(1), "{yaml}");
        assert!(error.contains(expected), "{yaml}: {error}");
    }
    let (code, _, error) = plan(&[
        "--accept-region",
        "Moon",
        text(&export),
        text(&desired(&folder, "connectorGroups: [{name: New, region: moon}]")),
    ]);
    assert_eq!(code, Some(2), "{error}");
    let (_, told, _) = plan(&[text(&export), text(&desired(&folder, "connectorGroups: [{name: Datacenter Dubiln}]"))]);
    assert!(
        told.contains("a new group \"Datacenter Dubiln\" is made, although \"Datacenter Dublin\" is there"),
        "{told}"
    );

    // Machines are told too where there is no plan.
    let wrong = desired(&folder, "connectorGroups: [{name: Asia Hub, connectors: [porxy-01]}]");
    let (code, told, _) = plan(&["--format", "json", text(&export), text(&wrong)]);
    let told = value(&told);
    assert_eq!((code, &told["result"], &told["certain"]), (Some(1), &json!("impossible"), &json!(true)));
    assert!(told["reasons"][0]["didYouMean"].as_array().unwrap().contains(&json!("proxy-01")));
    assert_eq!(told["reasons"][0]["reason"]["reason"], "connectorNotFound");
    let (code, told, _) = plan(&["--format", "sarif", text(&export), text(&wrong)]);
    assert_eq!((code, &value(&told)["runs"][0]["results"][0]["level"]), (Some(1), &json!("error")));
}

/// SARIF has each warning at the desired state, and each finding at its place in the export.
#[test]
fn sarif_names_places() {
    let folder = folder("sarif");
    let export = tenant(&folder, "Datacenter A", &json!({"internalUrl": "https://a.local"}));
    let desired = desired(&folder, "connectorGroups: [{name: Asia Hub, applications: [Application 01]}]");
    let sarif = value(&plan(&["--format", "sarif", text(&export), text(&desired)]).1);
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().unwrap();
    let rules: Vec<_> = run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| &rule["id"]).collect();
    assert!(results.iter().all(|result| rules.contains(&&result["ruleId"])));
    let slash = results.iter().find(|result| result["ruleId"] == "R-50").unwrap();
    let place = &slash["locations"][0]["physicalLocation"];
    assert!(place["artifactLocation"]["uri"].as_str().unwrap().ends_with("5a000000-0000-4000-8000-000000000001.json"));
    assert_eq!(place["region"]["startLine"], 1);
    let critical = results.iter().find(|result| result["level"] == "error").unwrap();
    assert!(
        critical["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            .as_str()
            .unwrap()
            .ends_with("desired.yaml")
    );
}

/// Whatever is in a name, no format lets it drive a terminal, end a table, or become markup; ids within names stay names.
#[test]
fn names_are_text_in_each_format() {
    let folder = folder("hostile");
    let id = "5d000000-0000-4000-8000-000000000003";
    let name = format!("\u{1b}]0;x\u{7}\u{9b}2J\u{202e}</text><script>alert(1)</script>|`\n```\n{id}");
    let export = tenant(&folder, &name, &Value::Null);
    let desired = desired(
        &folder,
        "connectorGroups: [{name: Asia Hub, applications: {in: 5d000000-0000-4000-8000-000000000002}}]",
    );
    for format in FORMATS {
        let (code, told, error) = plan(&["--format", format, text(&export), text(&desired)]);
        assert_eq!(code, Some(2), "{format}: {error}");
        let driving = |character: char| (character.is_control() && character != '\n') || character == '\u{202e}';
        assert!(!told.contains(driving) && !error.contains(driving), "{format}: {told:?}");
        assert!(format != "html" || !told.contains("<script"), "{told}");
        assert!(format != "markdown" || told.matches("\n```").count() == 2, "one fence, opened and closed: {told}");
        assert!(["dot", "mermaid", "sarif"].contains(&format) || told.contains(id), "{format}: {told}");
    }
}

/// A desired state that would take all memory, says a thing twice, or is nested without end is refused.
#[test]
fn hostile_desired_states_are_refused() {
    let folder = folder("hostile-desired");
    let export = tenant(&folder, "Datacenter A", &Value::Null);
    let bomb = (1..=20).fold(String::from("absent:\n- &a0 [x, x, x, x, x, x, x, x, x]\n"), |text, at| {
        let former = format!("*a{}", at - 1);
        text + &format!("- &a{at} [{}]\n", [former.as_str(); 9].join(", "))
    });
    // Three megabytes that would be a hundred gigabytes.
    let copies = format!("absent: [&a {}{}]\n", "x".repeat(1 << 20), ", *a".repeat(100_000));
    let deep = "[".repeat(100_000);
    for (name, file, content) in [
        ("bomb", "a.yaml", bomb),
        ("copies", "a.yaml", copies),
        ("no anchor", "a.yaml", String::from("connectorGroups: &a [{name: A}]\nabsent: [*b]\n")),
        ("twice", "a.yaml", String::from("absent: [A]\nabsent: [B]\n")),
        ("twice", "a.json", String::from(r#"{"absent": ["A"], "absent": ["B"]}"#)),
        ("twice within", "a.json", String::from(r#"{"connectorGroups": [{"name": "A", "name": "B"}]}"#)),
        ("deep", "a.yaml", deep.clone()),
        ("deep", "a.json", deep),
        ("binary", "a.json", String::from("\u{0}\u{1}")),
    ] {
        let path = folder.join(file);
        fs::write(&path, content).unwrap();
        let (code, _, error) = plan(&[text(&export), text(&path)]);
        assert_eq!(code, Some(1), "{name}");
        assert!(error.contains("plan: ") && error.contains(file) && error.len() < 4000, "{name}: {error:.400}");
    }
    // A list of a million names is long, and no more than that.
    let path = folder.join("long.json");
    let many = json!({"connectorGroups": [{"name": "Asia Hub", "connectors": vec!["x"; 1_000_000]}]});
    fs::write(&path, many.to_string()).unwrap();
    let (code, _, error) = plan(&[text(&export), text(&path)]);
    assert!(code == Some(1) && error.contains("there is no connector \"x\""), "{error:.400}");
    assert!(error.ends_with("and 999980 more reasons\n") && error.len() < 4000, "{}", error.len());
}
