//! Backups and the way back to them: by the program, from all that people have.

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
mod folders;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use folders::*;
use serde_json::{Value, json};

const GROUPS: &str = "onPremisesPublishingProfiles/applicationProxy";

struct Told {
    code: Option<i32>,
    out: String,
    error: String,
}

fn run(arguments: &[&str]) -> Told {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connector-groups"));
    let output = command.args(arguments).current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Told { code: output.status.code(), out: text(output.stdout), error: text(output.stderr) }
}

fn out(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("backup").join(name);
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.parent().unwrap()).unwrap();
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn value(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// A tenant of 200 applications, much of which is lost, is the same again when the plan is carried out.
#[test]
fn contoso_comes_back() {
    let folder = out("contoso");
    fs::create_dir_all(&folder).unwrap();
    let (backup, now, steps, report) =
        (folder.join("backup"), folder.join("now.jsonl"), folder.join("steps.jsonl"), folder.join("report.json"));
    let told = run(&["backup", "examples/contoso.jsonl", "--out", text(&backup)]);
    assert_eq!(told.code, Some(0), "{}", told.error);
    assert!(told.error.contains("left out: 1 connector group of other services"), "{}", told.error);
    let manifest = value(&backup.join("backup.json"));
    assert_eq!(manifest["counts"]["connectorGroups"], 11, "one of the twelve is the service's: {manifest}");
    assert_eq!(
        (&manifest["counts"]["publishedApplications"], &manifest["lacks"]),
        (&json!(201), &json!([])),
        "{manifest}"
    );
    assert_eq!(manifest["taken"], value(&backup.join("document.json"))["now"]);

    // A group goes with all that was in it, another one is renamed, and applications are deleted.
    let document = value(&backup.join("document.json"));
    let list = |name: &str| document[name].as_array().unwrap();
    let group = |name: &str| list("connectorGroups").iter().find(|group| group["name"] == name).unwrap()["id"].clone();
    let (pune, default) = (group("Pune Development"), group("Default"));
    let in_pune: Vec<_> = list("applications").iter().filter(|one| one["connectorGroup"] == pune).collect();
    assert!(in_pune.len() > 10);
    let commands = [
        json!({"command": "moveConnectors", "connectors": {"in": pune}, "connectorGroup": default}),
        json!({"command": "reassignApplications", "applications": {"in": pune}, "connectorGroup": default}),
        json!({"command": "deleteConnectorGroup", "id": pune}),
        json!({"command": "updateConnectorGroup", "id": group("Finance DMZ"), "name": "Not finance"}),
        json!({"command": "deleteApplication", "id": in_pune[0]["id"]}),
        json!({"command": "unpublishApplication", "application": in_pune[1]["id"]}),
    ];
    let mut lines = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/contoso.jsonl")).unwrap();
    for mut command in commands {
        command["tenant"] = document["id"].clone();
        lines = lines + &command.to_string() + "\n";
    }
    fs::write(&now, &lines).unwrap();

    let arguments = ["restore", "--recreate-applications", "--lines", text(&steps), "--report", text(&report)];
    let told = run(&[&arguments[..], &["--out", text(&folder.join("plan.json")), text(&backup), text(&now)]].concat());
    assert_eq!(told.code, Some(2), "{}{}", told.out, told.error);
    assert!(told.out.contains("create \"Pune Development\" in region ind"), "{}", told.out);
    assert!(told.error.contains("before the plan: created application"), "{}", told.error);
    let plan = value(&folder.join("plan.json"));
    assert_eq!(plan["outages"], json!([]), "nobody is cut off");
    assert_eq!(plan["newConnectorGroups"], json!([pune]));
    assert_eq!(value(&report)["notes"]["left"], json!([]));

    fs::write(&now, lines + &fs::read_to_string(&steps).unwrap()).unwrap();
    let again = folder.join("again");
    assert_eq!(run(&["backup", text(&now), "--out", text(&again)]).code, Some(0));
    let by_id = |path: &Path| {
        let mut document = value(&path.join("document.json"));
        for name in ["connectorGroups", "connectors", "applications"] {
            document[name].as_array_mut().unwrap().sort_by_key(|one| one["id"].to_string());
        }
        document
    };
    assert_eq!(by_id(&again), by_id(&backup));
    let told = run(&["restore", text(&backup), text(&now)]);
    assert_eq!(told.code, Some(0), "nothing is left to do: {}", told.out);
}

/// Without a word nothing is created anew: the deleted items keep ids, secrets and assignments.
#[test]
fn what_is_gone_is_told_with_what_to_do() {
    let export = whole("backup-gone");
    let backup = out("gone");
    assert_eq!(run(&["backup", text(&export.0), "--out", text(&backup)]).code, Some(0));
    for list in [
        "applications.json".into(),
        format!("applications/{DATACENTER}.json"),
        format!("members/{DATACENTER}.json"),
        "connectors.json".into(),
    ] {
        export.json(&list, &json!([]));
    }
    let told = run(&["restore", text(&backup), text(&export.0)]);
    assert_eq!(told.code, Some(0), "{}", told.error);
    for words in [
        "gone: application \"Expenses\" (appId 5b000000-0000-4000-8000-000000000001): bring it back from the deleted items",
        "gone: connector \"proxy-01\" (5c000000-0000-4000-8000-000000000001) of \"Datacenter A\": install it again",
    ] {
        assert!(told.error.contains(words), "{words}: {}", told.error);
    }
    let told = run(&["restore", "--recreate-applications", text(&backup), text(&export.0)]);
    assert_eq!(told.code, Some(2), "{}", told.error);
    assert!(
        told.error.contains("created application \"Expenses\"") && told.error.contains("published application"),
        "{}",
        told.error
    );
}

/// Ids differ after a loss: names decide, and where they do not, all that could be meant is told.
#[test]
fn an_ambiguous_name_is_refused_with_its_candidates() {
    let export = whole("backup-ambiguous");
    let backup = out("ambiguous");
    assert_eq!(run(&["backup", text(&export.0), "--out", text(&backup)]).code, Some(0));
    let mut made_again = groups();
    let (one, two) = ("5d000000-0000-4000-8000-0000000000a1", "5d000000-0000-4000-8000-0000000000a2");
    made_again[1]["id"] = json!(one);
    for list in ["members", "applications"] {
        export.remove(&format!("{list}/{DATACENTER}.json"));
    }
    let lists = |group: &str| {
        let (members, applications) =
            if group == one { (json!([connector()]), json!([application()])) } else { (json!([]), json!([])) };
        export.json(&format!("members/{group}.json"), &members);
        export.json(&format!("applications/{group}.json"), &applications);
    };
    lists(one);
    export.json("connectorGroups.json", &made_again);
    let told = run(&["restore", text(&backup), text(&export.0)]);
    assert_eq!(told.code, Some(0), "one of the name is it: {}{}", told.out, told.error);
    assert!(
        told.error.contains(&format!(
            "found by name: connector group \"Datacenter A\": {DATACENTER} in the backup is {one} now"
        )),
        "{}",
        told.error
    );

    let mut second = made_again[1].clone();
    (second["id"], second["name"]) = (json!(two), json!(" DATACENTER a"));
    made_again.as_array_mut().unwrap().push(second);
    lists(two);
    export.json("connectorGroups.json", &made_again);
    let told = run(&["restore", text(&backup), text(&export.0)]);
    assert_eq!(told.code, Some(1), "{}", told.out);
    let words = format!(
        "connector group \"Datacenter A\" ({DATACENTER}) of the backup is not there by its id, and could be connector group \"Datacenter A\" ({one}) or connector group \" DATACENTER a\" ({two})"
    );
    assert!(told.error.contains(&words) && told.error.contains("--match ID=ID"), "{}", told.error);

    let told = run(&["restore", "--match", &format!("{DATACENTER}={two}"), text(&backup), text(&export.0)]);
    assert_eq!(told.code, Some(2), "{}{}", told.out, told.error);
    assert!(
        told.out.contains("name \" DATACENTER a\" → \"Datacenter A\"")
            && told.error.contains(&format!("came since, and stays: connector group \"Datacenter A\" ({one})")),
        "{}{}",
        told.out,
        told.error
    );
    let told = run(&["restore", "--match", &format!("{one}={two}"), text(&backup), text(&export.0)]);
    assert!(told.code == Some(1) && told.error.contains("they are no two things of one kind"), "{}", told.error);
    for wrong in ["a", "a=b", "=", &format!("{one}={two}={two}")] {
        assert_eq!(run(&["restore", "--match", wrong, text(&backup), text(&export.0)]).code, Some(1), "{wrong}");
    }
}

/// A backup says what it lacks, and its exit status does.
#[test]
fn a_backup_says_what_it_lacks() {
    let export = Export::whole("backup-lacks");
    export.json(
        &format!("onPremisesPublishing/{APPLICATION}.json"),
        &publishing(&json!({"applicationType": "nonwebapp"})),
    );
    export.remove(&format!("members/{DATACENTER}.json"));
    export.remove("organization.json");
    let backup = out("lacks");
    let told = run(&["backup", text(&export.0), "--out", text(&backup)]);
    assert_eq!(told.code, Some(3), "{}", told.error);
    let manifest = value(&backup.join("backup.json"));
    let lacks: Vec<String> = manifest["lacks"].as_array().unwrap().iter().map(ToString::to_string).collect();
    for words in [
        &format!("{GROUPS}/connectorGroups/GROUP/members; "),
        "the group of 1 connector",
        "the segments of 1 application of Private Access",
        "service principals",
        "the publishing profile",
    ] {
        assert!(
            lacks.iter().any(|lack| lack.contains(words)) && told.error.contains(words.trim_end_matches("; ")),
            "{words}: {lacks:?}"
        );
    }
    assert!(manifest["never"].to_string().contains("secrets"), "{manifest}");
    // What is not known is not moved: the connector is where somebody has put it meanwhile.
    let told = run(&["restore", text(&backup), text(&Export::whole("backup-lacks-now").0)]);
    assert!(told.code == Some(0) && !told.out.contains("connector from"), "{}{}", told.out, told.error);
    assert!(told.error.contains("not in the backup: the members of 1 connector group"), "{}", told.error);
    let again = run(&["backup", text(&backup), "--out", text(&out("lacks-again"))]);
    assert!(again.code == Some(1) && again.error.contains("is a backup already"), "{}", again.error);
}

/// A file that is not as it was written is half of a backup.
#[test]
fn a_backup_that_was_changed_is_refused() {
    let export = whole("backup-changed");
    let backup = out("changed");
    assert_eq!(run(&["backup", text(&export.0), "--out", text(&backup)]).code, Some(0));
    let restored = |expected: &str| {
        let told = run(&["restore", text(&backup), text(&export.0)]);
        assert!(told.code == Some(1) && told.error.contains(expected), "{expected}: {}", told.error);
    };
    let (document, manifest) = (backup.join("document.json"), backup.join("backup.json"));
    let kept = [&document, &manifest].map(|path| fs::read_to_string(path).unwrap());
    fs::write(&document, kept[0].replace("Expenses", "Something else")).unwrap();
    restored("document.json: is not as it was written");
    let told = run(&["restore", text(&document), text(&export.0)]);
    assert_eq!(told.code, Some(2), "the document itself is what its owner says: {}", told.error);
    fs::remove_file(&document).unwrap();
    restored("document.json: cannot be read");
    fs::write(&document, &kept[0]).unwrap();
    for (change, expected) in [
        (kept[1].replace("backup/1", "backup/2"), "this program reads \"connector-groups/backup/1\""),
        (kept[1].replacen("\"files\"", "\"files\": {}, \"others\"", 1), "backup.json does not name it"),
        (
            kept[1].replacen("\"format\"", "\"format\": \"connector-groups/backup/1\", \"format\"", 1),
            "duplicate field `format`",
        ),
        ("[".repeat(100_000), "backup.json: [0]: invalid type"),
        (String::new(), "EOF"),
    ] {
        fs::write(&manifest, change).unwrap();
        restored(expected);
    }
    fs::write(&manifest, &kept[1]).unwrap();
    assert_eq!(run(&["restore", text(&backup), text(&export.0)]).code, Some(0));
    let told = run(&["restore", text(&export.0), text(&backup)]);
    assert!(told.code == Some(1) && told.error.contains("the tenant as it is stands second"), "{}", told.error);
}

/// What Microsoft's script writes: `Get-Mg…` objects by ConvertTo-Json, and a hash table for each application, by Windows
/// PowerShell in UTF-16.
#[test]
fn microsofts_script_is_read_for_what_it_has() {
    let folder = Export::new("microsoft");
    let group = |id: &str, name: &str, region: &str| json!({"Applications": null, "ConnectorGroupType": "applicationProxy", "Id": id, "IsDefault": id == DEFAULT, "Members": null, "Name": name, "Region": region, "AdditionalProperties": {}});
    let list = json!([
        group(DEFAULT, "Default", "eur"),
        group(DATACENTER, "Datacenter A", "eur"),
        group("5d000000-0000-4000-8000-0000000000b1", "Lost", "nam")
    ]);
    folder.write("ConnectorGroups_20261025.json", utf16(&list.to_string(), u16::to_le_bytes));
    folder.json("ConnectorGroups_20261018.json", &json!([group(DEFAULT, "Older", "eur")]));
    let segment = json!({"id": "5f000000-0000-4000-8000-000000000001", "destinationHost": "10.1.0.0/16", "destinationType": "ipRangeCidr", "port": 0, "ports": ["443-443"], "protocol": "tcp"});
    let exported = json!({"AppName": "Expenses", "AppId": APP_ID, "Segments": [segment]});
    folder.write("AppSegments_Expenses_20261025.json", utf16(&exported.to_string(), u16::to_le_bytes));
    let gone = json!({"AppName": "Gone", "AppId": "5b000000-0000-4000-8000-0000000000ff", "Segments": null});
    folder.json("AppSegments_Gone_20261025.json", &gone);

    let now = whole("microsoft-now");
    let private = publishing(&json!({"applicationType": "nonwebapp"}));
    now.json(&format!("onPremisesPublishing/{APPLICATION}.json"), &private);
    now.json(&format!("segments/{APPLICATION}.json"), &json!([]));
    let mut renamed = groups();
    renamed[1]["name"] = json!("Somewhere else");
    now.json("connectorGroups.json", &renamed);
    let told = run(&["restore", text(&folder.0), text(&now.0)]);
    assert_eq!(told.code, Some(2), "{}", told.error);
    for words in ["create \"Lost\" in region nam", "name \"Somewhere else\" → \"Datacenter A\""] {
        assert!(told.out.contains(words), "{words}: {}", told.out);
    }
    assert!(told.error.contains("before the plan: added segment \"10.1.0.0/16\""), "{}", told.error);
    assert!(!told.out.contains("move 1"), "nobody knows who was where: {}", told.out);
    assert!(
        told.error.contains("gone: application \"Gone\"") && told.error.contains("by its client id alone"),
        "{}",
        told.error
    );
    assert!(!told.error.contains("came since"), "a backup without applications cannot tell: {}", told.error);
    assert!(told.error.contains("not in the backup: the members of connector groups"), "{}", told.error);

    // The document has a row for each thing that it lacks.
    let report = folder.0.with_extension("report.json");
    run(&["restore", "--report", text(&report), text(&folder.0), text(&now.0)]);
    let document =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../src/docs/administration.md")).unwrap();
    let lacks = value(&report)["backup"]["lacks"].as_array().unwrap().clone();
    assert_eq!(lacks.len(), 9, "{lacks:?}");
    for lack in lacks {
        let what = lack["what"].as_str().unwrap();
        assert!(document.contains(what), "the document tells: {what}");
    }
    let backup = run(&["backup", text(&folder.0), "--out", text(&out("microsoft"))]);
    assert!(
        backup.code == Some(1) && backup.error.contains("without members and without applications"),
        "{}",
        backup.error
    );
    folder.json("AppSegments_Wiki_20261101.json", &exported);
    let error = run(&["restore", text(&folder.0), text(&now.0)]).error;
    assert!(error.contains("AppSegments_Wiki_20261101.json: is newer than the last groups, of 20261025"), "{error}");
    folder.remove("AppSegments_Wiki_20261101.json");
    folder.json("ConnectorGroups_20261025.json", &json!([]));
    let error = run(&["restore", text(&folder.0), text(&now.0)]).error;
    assert!(error.contains("isDefault: no connector group is the default"), "{error}");
    fs::remove_file(folder.0.join("ConnectorGroups_20261025.json")).unwrap();
    folder.remove("ConnectorGroups_20261018.json");
    assert!(run(&["restore", text(&folder.0), text(&now.0)]).error.contains("no ConnectorGroups_yyyyMMdd.json"));
}

/// `EntraExporter` keeps who is where, but for what is empty, and neither publishing nor segments.
#[test]
fn entra_exporter_is_read_for_what_it_has() {
    let export = Export::new("exporter-backup");
    let profile = "OnPremisesPublishingProfiles/ApplicationProxy";
    for (at, id) in [(0, DEFAULT), (1, DATACENTER)] {
        export.json(&format!("{profile}/ConnectorGroups/{id}/{id}.json"), &groups()[at]);
    }
    export.json(&format!("{profile}/Connectors/{CONNECTOR}/{CONNECTOR}.json"), &connector());
    let own = format!("{profile}/ConnectorGroups/{DATACENTER}");
    export.json(&format!("{own}/Members/{CONNECTOR}/{CONNECTOR}.json"), &connector());
    export.json(&format!("{own}/Applications/{APPLICATION}/{APPLICATION}.json"), &application());
    let now = whole("exporter-now");
    for (group, members, applications) in
        [(DEFAULT, json!([connector()]), json!([application()])), (DATACENTER, json!([]), json!([]))]
    {
        now.json(&format!("members/{group}.json"), &members);
        now.json(&format!("applications/{group}.json"), &applications);
    }
    let told = run(&["restore", text(&export.0), text(&now.0)]);
    assert_eq!(told.code, Some(2), "{}", told.error);
    for words in [
        "move 1 connector from \"Default\" to \"Datacenter A\"",
        "move 1 application from \"Default\" to \"Datacenter A\"",
    ] {
        assert!(told.out.contains(words), "{words}: {}", told.out);
    }
    for words in [
        "the members of 1 connector group: EntraExporter leaves no folder for an empty list",
        "the publishing (URLs, sign-on, type) of 1 application: EntraExporter asks for applications by v1.0",
        "service principals: EntraExporter writes them only with -All",
        "the publishing profile: EntraExporter does not ask for it",
    ] {
        assert!(told.error.contains(words), "{words}: {}", told.error);
    }
}

/// Names may hold what a terminal obeys; neither tool lets it through, and the backup keeps them as they are.
#[test]
fn no_name_of_a_backup_drives_a_terminal() {
    let hostile = "\u{1b}[2J\u{9b}31m\u{202e}\r\nevil";
    let export = whole("backup-hostile");
    let mut evil = groups();
    evil[1]["name"] = json!(hostile);
    export.json("connectorGroups.json", &evil);
    let mut machine = connector();
    machine["machineName"] = json!(hostile);
    export.json("connectors.json", &json!([machine]));
    export.json(&format!("members/{DATACENTER}.json"), &json!([machine]));
    let backup = out("hostile");
    let mut texts = vec![run(&["backup", text(&export.0), "--out", text(&backup)])];
    assert_eq!(value(&backup.join("document.json"))["connectorGroups"][1]["name"], hostile);
    // All is lost: each kind of note has a hostile name in it.
    let now = whole("backup-hostile-now");
    let mut others = groups();
    (others[1]["id"], others[1]["name"]) =
        (json!("5d000000-0000-4000-8000-0000000000c1"), json!(format!("{hostile}2")));
    now.json("connectorGroups.json", &others);
    now.json("connectors.json", &json!([]));
    now.remove(&format!("onPremisesPublishing/{APPLICATION}.json"));
    for list in ["members", "applications"] {
        now.remove(&format!("{list}/{DATACENTER}.json"));
        now.json(&format!("{list}/5d000000-0000-4000-8000-0000000000c1.json"), &json!([]));
    }
    for format in ["text", "json", "markdown", "mermaid", "dot", "html", "sarif"] {
        texts.push(run(&["restore", "--recreate-applications", "--format", format, text(&backup), text(&now.0)]));
        assert_eq!(texts.last().unwrap().code, Some(2), "{}", texts.last().unwrap().error);
    }
    let document = fs::read_to_string(backup.join("document.json")).unwrap()
        + &fs::read_to_string(backup.join("backup.json")).unwrap();
    let all = texts.iter().flat_map(|told| [&told.out, &told.error]).chain([&document]);
    for told in all {
        let driving = |letter: char| (letter.is_control() && letter != '\n') || letter == '\u{202e}';
        assert!(!told.contains(driving), "{told:?}");
    }
}
