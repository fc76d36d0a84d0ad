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

#[allow(dead_code, reason = "another test uses the rest")]
mod planning;

use std::{fs, process::Output};

use planning::*;
use serde_json::{Value, json};

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
    let read = |name: &str| fs::read_to_string(root().join(name)).unwrap();
    let (_, told, _) = plan(&["--keep-available", "examples/contoso.jsonl", "examples/plan/contoso.yaml"]);
    let page = read("src/docs/planning.md");
    let shown = page.split("examples/contoso.jsonl examples/plan/contoso.yaml\n```\n\n```text\n").nth(1).unwrap();
    assert_eq!(shown.split("\n```").next().unwrap(), told.trim_end());

    let desired = "examples/plan/region.yaml";
    let (_, picture, _) = plan(&["--keep-available", "--format", "mermaid", "examples/contoso.jsonl", desired]);
    let readme = read("README.md");
    assert!(readme.contains(&format!("```mermaid\n{}\n```\n", picture.trim_end())), "{picture}");
    assert!(readme.contains(&format!("```yaml\n{}```\n", read(desired))));
}

#[test]
fn a_desired_state_is_read_as_json_too_and_a_plan_told_as_json() {
    let (code, told, error) = plan(&["--format", "json", "examples/contoso.jsonl", "examples/plan/contoso.json"]);
    assert_eq!(code, Some(2), "{error}");
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["steps"].as_array().unwrap().len(), 2, "a rename, and all applications at once");
    assert_eq!(told["best"], true);
}

/// A command of the replay that was refused is told, as it changed nothing then. A line that is none ends the plan.
#[test]
fn a_line_of_a_replay_that_changes_nothing_is_told_and_one_that_is_none_ends_it() {
    let file = folder("refused").join("refused.jsonl");
    let contoso = fs::read_to_string(root().join("examples/contoso.jsonl")).unwrap();
    let again = contoso.lines().next().unwrap();
    let asked = |more: &str| {
        fs::write(&file, format!("{contoso}{again}\n{more}")).unwrap();
        plan(&[text(&file), "examples/plan/contoso.json"])
    };
    let refused = "refused.jsonl: line 496: refused createTenant: there is tenant 7e000000";
    let (code, _, error) = asked("");
    assert_eq!((code, error.lines().count(), error.contains(refused)), (Some(2), 1, true), "{error}");
    // It is a remark, which `--quiet` leaves out.
    let (code, _, error) = plan(&["--quiet", text(&file), "examples/plan/contoso.json"]);
    assert_eq!((code, &*error), (Some(2), ""));
    let (code, _, error) = asked("{}\n");
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!((code, lines.len(), lines[0].contains(refused)), (Some(1), 2, true), "{error}");
    assert!(lines[1].contains("refused.jsonl: line 497: invalid at column 2: missing field `command`"), "{error}");
    let (_, _, error) = asked(&"nonsense\n".repeat(13));
    assert_eq!(error.matches("refused.jsonl: line 5").count(), 7, "{error}");
    assert!(error.trim_end().ends_with("\n  and 3 more lines"), "{error}");
}

/// A plan that fails leaves the file of an earlier one, which answers another question, and says so.
#[test]
fn a_file_from_before_is_told_where_there_is_no_new_one() {
    let folder = folder("earlier");
    let (out, lines) = (folder.join("change.plan.json"), folder.join("steps.jsonl"));
    let desired = desired(&folder, "absent: [Default]");
    let told = |name: &str| format!("plan: {}{name} is from before, and was not written\n", folder.join("").display());
    for arguments in [&["examples/plan/import", text(&desired)][..], &["--format", "json", "nowhere", text(&desired)]] {
        let arguments = [&["--out", text(&out), "--lines", text(&lines)], arguments].concat();
        _ = fs::remove_file(&out);
        let (code, _, error) = plan(&arguments);
        assert_eq!((code, error.contains("from before")), (Some(1), false), "{error}");
        fs::write(&out, "another plan").unwrap();
        let (code, _, error) = plan(&arguments);
        assert_eq!((code, error.contains(&told("change.plan.json"))), (Some(1), true), "{error}");
        assert!(!error.contains("steps.jsonl"), "it is not there: {error}");
    }
    let report = program("restore", &["nowhere", "examples/plan/import", "--report", text(&out)]);
    assert!(String::from_utf8(report.stderr).unwrap().contains("is from before"));
    assert_eq!(plan(&["--out", text(&out), "examples/contoso.jsonl", "examples/plan/contoso.json"]).0, Some(2));
    assert!(value(&fs::read_to_string(&out).unwrap())["steps"].is_array(), "a plan takes its place");
}

/// A tenant document cannot say what is unknown. Whoever writes one is told, and a plan for it gets that from beside it.
#[test]
fn what_is_unknown_is_not_lost_beside_a_document() {
    let folder = folder("beside");
    let (document, report, backup) = (folder.join("tenant.json"), folder.join("report.json"), folder.join("backup"));
    let export = tenant(&folder, "Datacenter A", &Value::Null);
    let desired = desired(&folder, "connectorGroups: [{name: Asia Hub, applications: {in: Datacenter A}}]");
    let (document, desired, report) = (text(&document), text(&desired), text(&report));
    let (code, _, error) = plan(&["--import", text(&export), "--out", document, "--report", report]);
    let told =
        "the document cannot say what is unknown: the publishing of 14 applications. A plan for it alone does not warn";
    assert!(code == Some(0) && error.contains(told), "{error}");
    assert!(error.contains(&format!("plan for {} itself, or with", export.display())), "{error}");
    assert!(error.contains(&format!("`plan --beside {report}`")), "{error}");

    let unknown = "UNKNOWN whether one has a wildcard URL";
    let (_, told, _) = plan(&[text(&export), desired]);
    assert!(told.contains(unknown), "{told}");
    assert_eq!(plan(&["--beside", report, document, desired]).1, told);
    let (code, _, error) = plan(&["--beside", report, "examples/contoso.jsonl", "examples/plan/contoso.yaml"]);
    assert!(code == Some(1) && error.contains("report.json: is about tenant 00000000"), "{error}");

    // A backup has it beside its document.
    program("backup", &[text(&export), "--out", text(&backup)]);
    assert_eq!(plan(&[text(&backup.join("document.json")), desired]).1, told);
    // What lacks lists is a backup, and no tenant that anybody knows.
    fs::remove_file(export.join("applications/5d000000-0000-4000-8000-000000000003.json")).unwrap();
    let lacking = folder.join("lacking");
    program("backup", &[text(&export), "--out", text(&lacking)]);
    for tool in [&["plan", desired][..], &["drill"]] {
        let document = lacking.join("document.json");
        let arguments = [&[text(&document)], &tool[1..]].concat();
        let told = program(tool[0], &arguments);
        let error = String::from_utf8(told.stderr).unwrap();
        assert!(error.contains("lacks members or applications of 1 connector group"), "{error}");
        assert_eq!(told.status.code(), Some(1));
    }
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

/// A region means the same one with blanks around it and in any case: a step with the blanks would never be seen as done.
#[test]
fn regions_are_read_without_blanks() {
    let folder = folder("blanks");
    let desired = desired(&folder, "connectorGroups: [{name: Pune Development, region: \" ASIA \"}]");
    let (code, told, error) = plan(&["--format", "json", "examples/contoso.jsonl", text(&desired)]);
    assert_eq!(code, Some(2), "{error}");
    let plan = value(&told);
    assert_eq!(plan["desired"]["connectorGroups"][0]["region"], "ASIA");
    let steps = plan["steps"].as_array().unwrap();
    let regions: Vec<_> = steps.iter().filter_map(|step| step["effects"][0]["region"]["to"].as_str()).collect();
    assert_eq!(regions, ["asia"]);
}

/// The option that says which tenant is not `--tenant` here, which is where to sign in.
#[test]
fn several_tenants_are_told_apart_by_the_option_that_does_it() {
    let error = |output: &Output| String::from_utf8(output.stderr.clone()).unwrap();
    let folder = folder("several");
    let file = folder.join("two.jsonl");
    let other = "{\"command\":\"createTenant\",\"id\":\"7f000000-0000-4000-8000-000000000001\",\"defaultRegion\":\"eur\",\"now\":\"2026-03-02T08:00:00Z\",\"defaultConnectorGroup\":{\"id\":\"9f000000-0000-4000-8000-000000000000\",\"name\":\"Default\"}}\n";
    let contoso = fs::read_to_string(root().join("examples/contoso.jsonl")).unwrap();
    fs::write(&file, contoso + other).unwrap();
    let (two, kept) = (text(&file), folder.join("kept"));
    for (arguments, option) in [
        (&["backup", two, "--out", text(&kept)][..], "--tenant-id ID"),
        (&["restore", two, "examples/contoso.jsonl"], "--tenant-id ID"),
        (&["restore", "examples/contoso.jsonl", two], "--tenant-id ID"),
        (&["plan", two, "examples/plan/contoso.yaml"], "--tenant ID"),
        (&["drill", two], "--tenant ID"),
    ] {
        let told = program(arguments[0], &arguments[1..]);
        let expected = format!("there are several tenants; {option} says which");
        assert!(told.status.code() == Some(1) && error(&told).contains(&expected), "{arguments:?}: {}", error(&told));
    }
    let told = program("backup", &[two, "--out", text(&kept), "--tenant", "7f000000-0000-4000-8000-000000000001"]);
    assert!(error(&told).contains("--device-code"), "it is where to sign in: {}", error(&told));
    let told = program("backup", &[two, "--out", text(&kept), "--tenant-id", "7e000000-0000-4000-8000-000000000001"]);
    assert!(kept.is_dir(), "{}", error(&told));
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
        // An id in quotes is what somebody wrote, and no group's.
        (
            "connectorGroups: [{name: New, connectors: [5d000000-0000-4000-8000-000000000001]}]",
            "there is no connector \"5d000000-0000-4000-8000-000000000001\"",
        ),
        ("connectorGroups: [{name: New, connectors: [nobody]}]", "there is no connector \"nobody\""),
        ("connectorGroups: [{name: Default group for AD Sync Fabric, region: nam}]", "syncFabric"),
        (
            "connectorGroups: [{name: New, connectors: {inRegion: eurr}}]",
            "\"eurr\" is no region: there are nam, eur, aus, asia, ind, japan. Did you mean eur?",
        ),
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

/// A file with nothing in it, in whichever way, asks for nothing, and that is told.
#[test]
fn a_desired_state_of_nothing_is_one_and_is_told() {
    let folder = folder("nothing");
    for (name, content) in [
        ("empty.yaml", ""),
        ("comment.yaml", "# nothing yet\n"),
        ("marker.yaml", "---\n"),
        ("null.yaml", "null"),
        ("object.yaml", "{}"),
        ("list.yaml", "connectorGroups: []"),
        ("empty.json", " \n"),
        ("null.json", "null"),
        ("object.json", "{}"),
    ] {
        let desired = folder.join(name);
        fs::write(&desired, content).unwrap();
        let (code, told, error) = plan(&["examples/plan/import", text(&desired)]);
        assert_eq!(code, Some(0), "{name}: {error}");
        let expected = "warning: the desired state names no connector group: it asks for nothing (asks-nothing)";
        assert!(told.contains("Nothing to do") && told.contains(expected), "{name}: {told}");
    }
}

/// What is wrong with a YAML file is told by its place and its field, in words of whoever writes it.
#[test]
fn yaml_is_refused_in_plain_words() {
    let folder = folder("yaml");
    for (content, expected) in [
        ("connectorGroups: [{nmae: x}]", ":1:20: connectorGroups[0].nmae: unknown field `nmae`"),
        ("connectorGroups:\n - name: x\n   region: [a]", ":3:12: connectorGroups[0].region: a text was expected here"),
        ("connectorGroups:\n\t- name: x", ":2:2: lines begin with blanks in YAML, and here is a tab"),
        (
            "connectorGroups: [{name: N, connectors: {in: Default, named: x}}]",
            "connectorGroups[0].connectors: one property alone was expected here, and this is another",
        ),
        ("connectorGroups: 7", ":1:18: connectorGroups: a list was expected here, `[one, another]`"),
        ("- a", ":1:1: properties were expected here, `name: value`"),
        ("absent: [x]\nabsent: [y]", ":2:1: `absent` is here a second time"),
        ("absent: [*a]", ":1:10: absent: a text that begins with `*` stands in quotes"),
        (
            "connectorGroups: [{name: New}, {id: 5d000000-0000-4000-8000-000000000001}, {name: ' new'}]",
            ": connectorGroups[0] and connectorGroups[2] are both called \" new\": put them together, or say by `id`",
        ),
    ] {
        let desired = desired(&folder, content);
        let (code, _, error) = plan(&["examples/plan/import", text(&desired)]);
        let own: Vec<_> = error.lines().filter(|line| !line.contains(": note: ")).collect();
        assert_eq!((code, own.len()), (Some(1), 1), "{content}: {error}");
        assert!(
            own[0].starts_with(&format!("plan: {}", text(&desired))) && own[0].contains(expected),
            "{content}: {error}"
        );
        assert!(!error.contains("<input>") && !error.contains("Policy"), "{content}: {error}");
    }
}

/// A name that two groups of the tenant have means neither.
#[test]
fn a_name_of_two_groups_is_ambiguous() {
    let folder = folder("two-names");
    let export = tenant(&folder, "asia hub", &Value::Null);
    for content in [
        "connectorGroups: [{name: Asia Hub, region: nam}]",
        "absent: [Asia Hub]",
        "connectorGroups: [{name: New, connectors: {in: Asia Hub}}]",
    ] {
        let desired = desired(&folder, content);
        let (code, told, error) = plan(&[text(&export), text(&desired)]);
        assert_eq!(code, Some(1), "{content}: {told}");
        let ids = ["5d000000-0000-4000-8000-000000000002", "5d000000-0000-4000-8000-000000000003"];
        assert!(ids.iter().all(|id| error.contains(id)), "{content}: {error}");
    }
}

/// A group that is there under a name is another one: it goes, and the name is free.
#[test]
fn a_name_does_not_come_and_go() {
    let folder = folder("contradiction");
    let planned = |desired: Value| {
        let file = folder.join("desired.json");
        fs::write(&file, desired.to_string()).unwrap();
        plan(&["--quiet", "examples/contoso.jsonl", text(&file)])
    };
    for group in [json!({"name": "Brand New"}), json!({"name": "Datacenter Dublin", "rename": "Brand New"})] {
        let (code, _, error) = planned(json!({"connectorGroups": [group], "absent": ["brand new "]}));
        assert_eq!(
            (code, error.contains("connectorGroups[0]: \"Brand New\" is to be there, and `absent`")),
            (Some(1), true),
            "{error}"
        );
    }
    let exchanged = json!({"connectorGroups": [{"name": "Datacenter Dublin", "rename": "Private Access Pilot"}],
        "absent": ["Private Access Pilot"]});
    let (code, _, error) = planned(exchanged);
    assert!(!error.contains("is to be there"), "{code:?}: {error}");
}

/// A `rename` is of a group that is there. A plan that was carried out has given it the new name already.
#[test]
fn a_rename_of_nothing_is_refused() {
    let folder = folder("rename");
    let desired = folder.join("desired.json");
    let planned = |group: &Value| {
        fs::write(&desired, json!({"connectorGroups": [group]}).to_string()).unwrap();
        plan(&["--quiet", "examples/contoso.jsonl", text(&desired)])
    };
    let (code, out, error) = planned(&json!({"name": "Datacenter Dublni", "rename": "Dublin"}));
    assert_eq!((code, &*out), (Some(1), ""), "{error}");
    assert!(
        error.contains("desired.json: connectorGroups[0]: there is no connector group \"Datacenter Dublni\"."),
        "{error}"
    );
    assert!(error.contains("Did you mean \"Datacenter Dublin\"") && error.contains("`rename` is for"), "{error}");
    let id = "5d000000-0000-4000-8000-00000000ffff";
    let (code, _, error) = planned(&json!({"id": id, "rename": "Dublin"}));
    assert!(code == Some(1) && error.contains(id), "{error}");
    // With --quiet, nothing is said but errors.
    let (code, _, error) = planned(&json!({"name": "Datacenter Dublin", "rename": "Dublin"}));
    assert_eq!((code, &*error), (Some(2), ""));
    let (code, _, error) = planned(&json!({"name": "Dublin", "rename": "Datacenter Dublin"}));
    assert_eq!((code, &*error), (Some(0), ""), "it has its new name already");
}

/// A file in the place of another is told as what it is, and what is needed there, not as what the parser stumbles over.
#[test]
fn a_file_in_the_place_of_another_is_told_as_what_it_is() {
    let folder = folder("other");
    let file = |name: &str, content: &str| {
        let file = folder.join(name);
        fs::write(&file, content).unwrap();
        String::from(text(&file))
    };
    let change = file("change.plan.json", "{\"format\": \"connector-groups/plan/2\", \"atLeast\": 1}");
    let list = file("list.json", " [1]");
    let page = file("connectorGroups.json", "{\"value\": []}");
    let wanted = file("desired.yaml", "connectorGroups: []");
    let wanted_as_json = file("desired.json", "{\"connectorGroups\": []}");
    let (change, list, page, wanted) = (&*change, &*list, &*page, &*wanted);
    let contoso = "examples/contoso.jsonl";
    let tenant = String::from_utf8(program("plan", &["--import", "examples/plan/import"]).stdout).unwrap();
    let tenant = &*file("tenant.json", &tenant);
    let document = "the document of a tenant or a directory, such as";
    for (arguments, is, must_be) in [
        (&["replay", "--load", contoso][..], "a replay file, lines of commands", document),
        (&["replay", "--load", change], "a plan file, which `connector-groups apply` takes", document),
        (&["drill", change], "a plan file", document),
        (&["restore", change, contoso], "a plan file", document),
        (&["plan", list, wanted], "a list", document),
        (&["plan", page, wanted], "an answer of Graph: name the folder that it is in", document),
        (&["plan", wanted, tenant], "YAML, in which only a desired state is read", document),
        (&["plan", &wanted_as_json, tenant], "a desired state, which comes behind the tenant", document),
        (&["plan", contoso, list], "a list", "a desired state"),
        (&["plan", contoso, tenant], "the state of a tenant or a directory", "a desired state"),
        (&["plan", "--beside", list, tenant, wanted], "a list", "the report of an import"),
        (&["plan", "--beside", tenant, tenant, wanted], "the state of a tenant", "the report of an import"),
        (&["apply", contoso, "--graph", "http://127.0.0.1:1", "--token-env", "PATH"], "a replay file", "a plan file"),
        (&["apply", tenant, "--graph", "http://127.0.0.1:1", "--token-env", "PATH"], "the state of", "a plan file"),
    ] {
        let output = program(arguments[0], &arguments[1..]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {error}");
        assert!(
            error.contains(&format!(": is {is}")) && error.contains(&format!("here it must be {must_be}")),
            "{error}"
        );
    }
    // What is wrong within a file of the right kind keeps its place.
    let null = file("null.json", "{\"connectorGroups\": [null]}");
    let (_, _, error) = plan(&[contoso, &null]);
    assert!(error.contains("connectorGroups[0]: invalid type: null, expected an object at line 1"), "{error}");
}
