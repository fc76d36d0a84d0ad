//! What a plan tells: each thing that moves, what is unknown, what looks wrong, in each format, whatever is in a name.

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

use std::{fs, path::Path};

use planning::*;
use serde_json::{Value, json};

const FORMATS: [&str; 7] = ["text", "json", "markdown", "mermaid", "dot", "html", "sarif"];

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
    assert_eq!((&file["format"], &file["result"]), (&json!("connector-groups/plan/2"), &json!("plan")));
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

/// What is named and is not there is told, although nothing is to be done for it.
#[test]
fn what_means_nothing_that_is_there_is_told() {
    let folder = folder("means-nothing");
    for (content, expected) in [
        (
            "absent: [Datacentr A]",
            "warning: there is no connector group \"Datacentr A\", although \"Datacenter A\" is there: did you mean that one?",
        ),
        (
            "absent: [Gone for ever]",
            "note: there is no connector group \"Gone for ever\", as it is desired (not-there)",
        ),
        (
            "connectorGroups: [{name: Datacenter A, applications: {named: \"Expenss*\"}}]",
            "warning: `named` selects nothing: no name of any published application begins with \"Expenss*\"; it is the beginning",
        ),
        (
            "connectorGroups: [{name: Datacenter A, connectors: {named: prxy}}]",
            "warning: `named` selects nothing: no name of any connector begins with \"prxy\" (selects-nothing)",
        ),
        (
            "connectorGroups: [{name: Datacenter A, connectors: {inRegion: ind}}]",
            "note: `inRegion` selects nothing: no connector is in a group of region \"ind\" (selects-nothing)",
        ),
        (
            "connectorGroups: [{name: Datacenter A, applications: {in: asia}}]",
            "note: `in` selects nothing: connector group \"Asia\" has no published application (selects-nothing)",
        ),
        (
            "connectorGroups: [{name: Datacenter A, applications: [wiki, 5B000000-0000-4000-8000-000000000001]}, {name: Asia, applications: {in: Datacenter A}}]",
            "note: `in` selects nothing: all that it means is in lists of names: 2 published applications (selects-nothing)",
        ),
        (
            "connectorGroups: [{name: Datacenter A, connectors: [5c000000-0000-4000-8000-000000000002]}, {name: Asia, connectors: {named: proxy-02}}]",
            "note: `named` selects nothing: all that it means is in lists of names: 1 connector (selects-nothing)",
        ),
    ] {
        let desired = desired(&folder, content);
        let (code, told, error) = plan(&["examples/plan/import", text(&desired)]);
        assert_eq!(code, Some(0), "{content}: {error}");
        assert!(told.contains("Nothing to do") && told.contains(expected), "{content}: {told}");
    }
    // Of siblings, the nearest is meant.
    let (siblings, absent) = (tenant(&folder, "Asia Hub 2", &Value::Null), desired(&folder, "absent: [Asia Hubb]"));
    let (_, told, error) = plan(&[text(&siblings), text(&absent)]);
    assert!(told.contains("although \"Asia Hub\" is there"), "{told}{error}");
    // What selects something, or nothing on purpose.
    for content in [
        "connectorGroups: [{name: Datacenter A, applications: {named: eXpens}}]",
        "connectorGroups: [{name: Datacenter A, applications: {all: false}, connectors: {in: Datacenter A}}]",
        "connectorGroups: [{name: Datacenter A, applications: [Wiki]}, {name: Asia, applications: {in: Datacenter A}}]",
        "{connectorGroups: [{name: Datacenter A, applications: {in: Gone for ever}}], absent: [Gone for ever]}",
    ] {
        let desired = desired(&folder, content);
        let (code, told, error) = plan(&["examples/plan/import", text(&desired)]);
        assert!(code != Some(1) && !told.contains("selects-nothing"), "{content}: {told}{error}");
    }
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

/// No output takes the place of an input, or of another output.
#[test]
fn an_output_is_no_input() {
    let folder = folder("outputs");
    let (tenant, wanted, other) = (folder.join("tenant.jsonl"), folder.join("wanted.json"), folder.join("other"));
    fs::copy("../../examples/contoso.jsonl", &tenant).unwrap();
    fs::copy("../../examples/plan/contoso.json", &wanted).unwrap();
    let before = [&tenant, &wanted].map(|file| fs::read(file).unwrap());
    for (option, file) in [("--lines", &tenant), ("--out", &tenant), ("--out", &wanted)] {
        let (code, _, error) = plan(&[option, text(file), text(&tenant), text(&wanted)]);
        assert!(code == Some(1) && error.contains("would be written over what is read"), "{error}");
    }
    let (code, _, error) = plan(&["--out", text(&other), "--lines", text(&other), text(&tenant), text(&wanted)]);
    assert!(code == Some(1) && error.contains("would be written twice"), "{error}");
    assert_eq!([&tenant, &wanted].map(|file| fs::read(file).unwrap()), before);
    assert!(!other.exists());
}
