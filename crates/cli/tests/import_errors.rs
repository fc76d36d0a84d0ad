//! What is wrong with an export: told by its place, by its meaning, and with what to do.

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

use std::{fs, path::Path};

use folders::*;
use serde_json::{Value, json};

/// An error in the place of a list is empty only where the service says so of a list that is empty.
#[test]
fn errors_are_read_by_their_meaning() {
    let error = |code: &str| json!({"error": {"code": code, "message": "No."}});
    let (members, applications) = (format!("members/{DEFAULT}.json"), format!("applications/{DEFAULT}.json"));
    let own = format!("onPremisesPublishing/{APPLICATION}.json");
    for (name, file, code, expected) in [
        ("none", &members, "ConnectorGroup_NotFound", ""),
        ("no-applications", &applications, "ApplicationsForGroup_NotFound", ""),
        ("not-enabled", &own, "OnPremisesPublishing_NotEnabled", ""),
        ("gone", &members, "Request_ResourceNotFound", "was deleted while the export ran"),
        ("tenant", &members, "Tenant_NotFound", "was deleted while the export ran"),
        ("denied", &members, "Authorization_RequestDenied", "Directory.ReadWrite.All"),
        ("throttled", &applications, "TooManyRequests", "fetch it again: GET https://graph.microsoft.com/beta/"),
        ("denied-publishing", &own, "Authorization_RequestDenied", "Directory.ReadWrite.All"),
        ("disabled", &"connectorGroups.json".to_string(), "OnPremisesPublishing_NotEnabled", "no application proxy"),
    ] {
        let export = Export::whole(&format!("error-{name}"));
        export.json(file, &error(code));
        if expected.is_empty() {
            export.imports(&[]);
        } else {
            let refused = export.refused(&[]);
            assert!(refused.contains(expected) && refused.contains(code), "{name}: {refused}");
        }
    }
}

/// Each message names the file, the line and the column.
#[test]
fn what_is_wrong_is_told_with_file_line_and_column() {
    for (name, file, content, expected) in [
        (
            "type",
            "connectors.json",
            "{\"value\": [\n  {\"id\": 7}]}",
            "connectors.json:2:10: a text was expected here, not a number; of PowerShell, use ConvertTo-Json -EnumsAsStrings",
        ),
        ("missing", "connectors.json", "[\n {}]", "connectors.json:2:2: the property `id` is missing"),
        ("id", "connectors.json", "[{\"id\": \"x\", \"status\": \"active\"}]", "connectors.json:1:9: "),
        (
            "end",
            "connectors.json",
            "{",
            "connectors.json:1:1: EOF while parsing an object: the file is cut off here; fetch it again",
        ),
        ("none", "connectors.json", "{\"odd\": 1}", "connectors.json:1:1: is neither a list"),
        (
            "twice",
            "connectors.json",
            "[{\"id\": \"a\",\n\"ID\": \"b\"}]",
            "connectors.json:2:7: the property \"id\" is here twice",
        ),
        ("tenant", "tenant.json", "{\"nwo\": 1}", "tenant.json:1:1: nwo: unknown field"),
    ] {
        let export = Export::whole(&format!("wrong-{name}"));
        export.write(file, content);
        let error = export.refused(&[]);
        assert!(error.contains(expected), "{name}: {error}");
    }
    let export = Export::whole("wrong-moved");
    export.json(&format!("members/{DEFAULT}.json"), &json!({"value": [connector()]}));
    let error = export.refused(&[]);
    assert!(error.contains("it moved while the files were fetched") && error.matches(":1:11").count() == 2, "{error}");

    let export = Export::whole("wrong-deep");
    export.write("connectors.json", "[".repeat(200_000) + &"]".repeat(200_000));
    assert!(export.refused(&[]).contains("connectors.json:1:"));
    let export = Export::whole("wrong-deep-rest");
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    export.write("connectors.json", format!("[{{\"id\": \"{CONNECTOR}\", \"status\": \"active\", \"x\": {deep}}}]"));
    assert!(export.refused(&[]).contains("recursion limit"));
}

/// What people have in place of an answer is told by what it looks like, with what to do.
#[test]
fn a_file_that_is_no_answer_is_told_by_what_it_looks_like() {
    for (name, content, expected) in [
        (
            "html",
            "<!DOCTYPE html>\n<title>502 Bad Gateway</title>",
            ":1:1: is HTML or XML and no answer of Graph: fetch it",
        ),
        ("empty", " \r\n", ": is empty: fetch it again"),
        ("cut", "{\"value\": [\n {\"id\":\n", ":2:7: EOF while parsing a value: the file is cut off here; fetch it"),
        ("zip", "PK\u{3}\u{4}\u{0}", "is a zip archive: unpack it"),
        ("zeros", "\0\0\0\0", "begins with zeros"),
        (
            "before",
            "WARNING: in \u{1b}preview\n{}",
            "no JSON (\"WARNING: in \\u{1b}preview\"): fetch it again, with standard",
        ),
        ("behind", "{\"value\": []}\nWARNING: old", ":2:1: text that is no JSON follows (\"WARNING: old\"): fetch it"),
        ("lines", "{\"id\": 1}\n{\"id\": 2}", ":2:1: a second value begins here: put all of them into one list"),
        ("other", "nonsense", ":1:2: is no JSON (\"nonsense\"): use ConvertTo-Json, or ask the tool for JSON"),
        (
            "csv",
            "\"Id\",\"Name\"\n\"1\",\"x\"",
            "looks like CSV (\"\\\"Id\\\",\\\"Name\\\"\"): use ConvertTo-Json in place of",
        ),
        ("text", "\"{\\\"value\\\": []}\"", ":1:1: an object was expected here, not a text; JSON was put into a text"),
        (
            "pages",
            "[{\"value\": []}]",
            ":1:2: is a page within a list: put what is in the `value` of each page into one list",
        ),
        (
            "others",
            "[{\"id\": \"5a000000-0000-4000-8000-000000000001\", \"appId\": \"x\"}]",
            ":1:2: has `appId`, and connectors belong here: GET",
        ),
    ] {
        let export = Export::whole(&format!("looks-{name}"));
        export.write("connectors.json", content);
        let error = export.refused(&[]);
        assert!(error.contains(expected) && error.contains("connectors.json"), "{name}: {error}");
    }
    let export = Export::whole("looks-file");
    let file = Export(export.0.join("connectors.json"));
    assert!(file.refused(&[]).contains("is no folder; unpack an archive"));
}

/// One id with two values is an error that names both places; the same said twice is none.
#[test]
fn two_files_that_contradict_each_other_are_refused() {
    let changed = |name: &str, value: &str| {
        let mut connector = connector();
        connector[name] = value.into();
        connector
    };
    for (name, value) in [("machineName", "other"), ("externalIp", "192.0.2.1"), ("version", "2.0")] {
        let export = Export::whole(&format!("twice-page-{name}"));
        export.json("connectors.json", &json!([connector(), changed(name, value)]));
        let error = export.refused(&[]);
        assert!(error.contains(&format!("the {name} of connector {CONNECTOR} is \"{value}\" here and")), "{error}");
        assert_eq!(error.matches("connectors.json:1:").count(), 2, "{error}");

        let export = Export::whole(&format!("twice-lists-{name}"));
        export.json(&format!("members/{DATACENTER}.json"), &json!([changed(name, value)]));
        let error = export.refused(&[]);
        assert!(
            error.contains(&format!("members/{DATACENTER}.json:1:")) && error.contains("connectors.json:1:"),
            "{error}"
        );
    }
    let export = Export::whole("twice-application");
    let mut renamed = application();
    renamed["displayName"] = "Another".into();
    export.json(&format!("applications/{DATACENTER}.json"), &json!([renamed]));
    let error = export.refused(&[]);
    assert!(
        error.contains("the displayName of application") && error.contains("\"Another\" here and \"Expenses\""),
        "{error}"
    );

    // Said twice, in another case, or not said the second time.
    let export = Export::whole("twice-same");
    export.json("connectors.json", &json!([connector(), changed("status", "Active"), changed("machineName", "")]));
    export.json(&format!("members/{DATACENTER}.json"), &json!([{"id": CONNECTOR}]));
    assert_eq!(export.imports(&[]).tenant["connectors"][0]["machineName"], "proxy-01");
}

/// A file of the publishing alone tells what a list of PowerShell's has lost; nothing is made of other properties that are cut off.
#[test]
fn what_is_cut_off_elsewhere_is_left_out() {
    let export = Export::whole("cut-off");
    let mut listed = application();
    listed["onPremisesPublishing"] = json!("@{externalUrl=x}");
    listed["web"] = json!("@{redirectUris=System.Object[]}");
    export.json("applications.json", &json!([listed]));
    export.json(
        &format!("onPremisesPublishing/{APPLICATION}.json"),
        &publishing(&json!({"externalUrl": "https://x.fabrikam.com/"})),
    );
    let imported = export.imports(&[]);
    assert_eq!(imported.report["unknownPublishing"], json!([]));
    assert!(imported.has_finding("cut-off", "`web` is not there, so that it is unknown"), "{}", imported.report);
    assert!(!format!("{}{}", imported.tenant, imported.report["kept"]).contains("@{"), "{}", imported.report);
    // A name is a name.
    let mut named = application();
    named["displayName"] = json!("@{System.Object[]}");
    export.json("applications.json", &json!([named]));
    export.json(&format!("applications/{DATACENTER}.json"), &json!([named]));
    assert_eq!(export.imports(&[]).tenant["applications"][0]["displayName"], "@{System.Object[]}");
}

/// Connectors come and go between two requests: nothing is built on one that did.
#[test]
fn a_connector_with_two_statuses_counts_as_inactive() {
    let of = |status: &str| {
        let mut connector = connector();
        connector["status"] = status.into();
        connector
    };
    let members = format!("members/{DATACENTER}.json");
    for (listed, member) in [("active", "inactive"), ("inactive", "active"), ("active", "hibernating")] {
        let export = Export::whole(&format!("status-{listed}-{member}"));
        export.json("connectors.json", &json!([of(listed)]));
        export.json(&members, &json!([of(member)]));
        let imported = export.imports(&[]);
        assert_eq!(imported.tenant["connectors"][0]["status"], "inactive", "{listed} {member}");
        let words = format!("connector {CONNECTOR} is \"{member}\" here and \"{listed}\" at ");
        assert!(imported.has_finding("status", &words), "{}", imported.report);
        let findings = imported.report["findings"].as_array().unwrap();
        let told = findings.iter().find(|one| one["rule"] == "status").unwrap();
        assert!(told["file"].as_str().unwrap().ends_with(&members), "{told}");
        assert!(told["message"].as_str().unwrap().contains("connectors.json:1:"), "{told}");
    }
}

/// An export that went wrong has many files that are none.
#[test]
fn all_broken_files_are_told_at_once() {
    let export = Export::whole("broken");
    export.write("connectors.json", "<html>");
    export.json(&format!("members/{DEFAULT}.json"), &json!({"error": {"code": "TooManyRequests", "message": "No."}}));
    export.write(&format!("applications/{DATACENTER}.2.json"), "{");
    let error = export.refused(&[]);
    assert_eq!(error.matches("broken/").count(), 3, "{error}");
    for told in ["connectors.json:1:1: is HTML", "TooManyRequests: No.; fetch it again", ".2.json:1:1: EOF"] {
        assert!(error.contains(told), "{told}: {error}");
    }
    for number in 1..=30 {
        export.write(&format!("segments/5a000000-0000-4000-8000-0000000000{number:02}.json"), "");
    }
    let error = export.refused(&[]);
    assert!(error.trim_end().ends_with("\n  and 13 more"), "{error}");
}

/// A file that says which thing it is about, and is named after another one.
#[test]
fn an_answer_about_another_thing_is_refused() {
    let other = "5a000000-0000-4000-8000-000000000002";
    let own = format!("onPremisesPublishing/{APPLICATION}.json");
    let context = |path: &str| format!("https://graph.microsoft.com/beta/$metadata#{path}");
    let profile = "onPremisesPublishingProfiles('applicationProxy')/connectorGroups";
    for (name, file, content) in [
        ("id", own.clone(), json!({"id": other, "onPremisesPublishing": {}})),
        (
            "context",
            own.clone(),
            json!({"@odata.context": context(&format!("applications('{other}')/onPremisesPublishing/$entity"))}),
        ),
        (
            "members",
            format!("members/{DEFAULT}.json"),
            json!({"@odata.context": context(&format!("{profile}('{other}')/members")), "value": []}),
        ),
    ] {
        let export = Export::whole(&format!("about-{name}"));
        export.json(&file, &content);
        let error = export.refused(&[]);
        let named_after = if name == "members" { DEFAULT } else { APPLICATION };
        let expected = format!("the answer is about {other}, and the file is named after {named_after}: ");
        assert!(error.contains(&expected) && error.contains(&file) && error.contains("fetch it again: GET"), "{error}");
    }
    let export = Export::whole("about-itself");
    export.json(
        &own,
        &json!({"@odata.context": context("applications(id,onPremisesPublishing)/$entity"), "id": APPLICATION}),
    );
    let members = context(&format!("{profile}('{DEFAULT}')/members"));
    export.json(&format!("members/{DEFAULT}.json"), &json!({"@odata.context": members, "value": []}));
    export.imports(&[]);
}

/// A list of a group that is not listed is not passed over: what is in it would be read as in no list.
#[test]
fn a_list_of_an_unlisted_group_is_refused() {
    let gone = "5d000000-0000-4000-8000-000000000009";
    for file in [format!("members/{gone}.json"), format!("applications/{gone}.1.json")] {
        let export = Export::whole(&format!("unlisted-{}", file.replace('/', "-")));
        export.json(&file, &json!([]));
        let error = export.refused(&[]);
        let expected = format!("{file}: is the list of connector group {gone}, which is not in connectorGroups.json");
        assert!(error.contains(&expected) && error.contains("If the group is gone, take this file away"), "{error}");
    }
}

/// What is assumed of a group that is not there would otherwise be assumed of none.
#[test]
fn a_group_that_is_not_there_is_not_assumed_to_be_empty() {
    let export = Export::whole("assume-unknown");
    let error = export.refused(&["--assume-empty", "Datacentre A", "--assume-empty", APPLICATION]);
    assert!(
        error.contains("--assume-empty: there is no connector group \"Datacentre A\". Did you mean \"Datacenter A\"?"),
        "{error}"
    );
    assert!(error.contains(&format!("--assume-empty: there is no connector group \"{APPLICATION}\".")), "{error}");
    export.imports(&["--assume-empty", " datacenter a ", "--assume-empty", DEFAULT]);
}

/// A region is the same one with blanks around it.
#[test]
fn a_region_is_read_without_blanks() {
    let export = Export::whole("region-blanks");
    let mut all = groups();
    all[1]["region"] = "Nam ".into();
    export.json("connectorGroups.json", &all);
    export.json("tenant.json", &json!({"defaultRegion": " EUR"}));
    let tenant = export.imports(&[]).tenant;
    assert_eq!((&tenant["connectorGroups"][1]["region"], &tenant["defaultRegion"]), (&json!("nam"), &json!("eur")));
}

/// An import goes on where the tenant can be held without what breaks a rule.
#[test]
fn what_breaks_a_rule_is_a_finding() {
    let export = Export::whole("rule");
    let mut second = application();
    second["id"] = json!("5a000000-0000-4000-8000-000000000002");
    second["appId"] = json!("5b000000-0000-4000-8000-000000000002");
    export.json(&format!("applications/{DEFAULT}.json"), &json!([second]));
    for (application, url) in
        [(APPLICATION, "https://10.0.0.1/"), ("5a000000-0000-4000-8000-000000000002", "https://same.local/")]
    {
        let own = json!({"onPremisesPublishing": {"internalUrl": url, "externalUrl": "https://same.fabrikam.com/"}});
        export.json(&format!("onPremisesPublishing/{application}.json"), &own);
    }
    let imported = export.imports(&[]);
    assert!(imported.has_finding("R-50", APPLICATION), "{}", imported.report);
    assert!(imported.has_finding("I5", "externalUrl"), "{}", imported.report);
    assert_eq!(
        imported.report["kept"][format!("applications/{APPLICATION}")]["onPremisesPublishing"]["internalUrl"],
        "https://10.0.0.1/"
    );
    assert_eq!(imported.tenant["applications"].as_array().unwrap().len(), 2);

    // A published application that no list has: its group is not guessed.
    export.json(&format!("applications/{DATACENTER}.json"), &json!([]));
    let error = export.refused(&[]);
    assert!(error.contains("is published, and no file tells its connector group"), "{error}");
    // A connector in no list is in the default group, as the service reports it.
    let export = Export::whole("nowhere");
    export.json(&format!("members/{DATACENTER}.json"), &json!([]));
    let imported = export.imports(&[]);
    assert_eq!(imported.places().0, DEFAULT);
    assert!(imported.has_finding("R-13b", CONNECTOR), "{}", imported.report);
    // A group's region is the tenant's, and without any there is none to guess.
    let mut groups = groups();
    groups[1]["region"] = Value::Null;
    export.json("connectorGroups.json", &groups);
    assert_eq!(export.imports(&[]).tenant["connectorGroups"][1]["region"], "eur");
    groups[0]["region"] = Value::Null;
    export.json("connectorGroups.json", &groups);
    assert!(export.refused(&[]).contains("no file tells the region of the default group"));
    export.json("tenant.json", &json!({"defaultRegion": "nam"}));
    assert_eq!(export.imports(&[]).tenant["defaultRegion"], "nam");
}

/// What `EntraExporter` writes: each object in a file and a folder of its own. It writes nothing for an empty list.
#[test]
fn a_folder_of_entra_exporter_is_read() {
    let export = Export::new("exporter");
    let profile = "OnPremisesPublishingProfiles/ApplicationProxy";
    for (at, id) in [(0, DEFAULT), (1, DATACENTER)] {
        export.json(&format!("{profile}/ConnectorGroups/{id}/{id}.json"), &groups()[at]);
    }
    export.json(&format!("{profile}/Connectors/{CONNECTOR}/{CONNECTOR}.json"), &connector());
    let own = format!("{profile}/ConnectorGroups/{DATACENTER}");
    export.json(&format!("{own}/Members/{CONNECTOR}/{CONNECTOR}.json"), &connector());
    export.json(&format!("{own}/Applications/{APPLICATION}/{APPLICATION}.json"), &application());
    export.json(&format!("Applications/{APPLICATION}/{APPLICATION}.json"), &application());
    let error = export.refused(&[]);
    assert!(error.contains("members of connector group \"Default\"") && !error.contains("Datacenter A"), "{error}");
    let tenant = "5e000000-0000-4000-8000-000000000009";
    export.json("Organization/Organization.json", &json!({"id": tenant}));
    let principal = json!({"id": "5d100000-0000-4000-8000-000000000001", "appId": APP_ID, "accountEnabled": true});
    let id = principal["id"].as_str().unwrap();
    export.json(&format!("ServicePrincipals/{id}/{id}.json"), &principal);
    let imported = export.imports(&["--assume-empty", "Default"]);
    assert_eq!(imported.places(), (DATACENTER, DATACENTER));
    assert_eq!(imported.tenant["id"], tenant);
    assert_eq!(
        imported.tenant["applications"][0]["servicePrincipal"],
        json!({"id": id, "properties": {"accountEnabled": true}})
    );
}

/// Names may hold what a terminal obeys; no output does.
#[test]
fn no_name_drives_a_terminal() {
    let export = Export::whole("hostile");
    let mut hostile = groups();
    hostile[1]["name"] = json!("\u{1b}[2J\u{9b}31m\u{202e}\r\nevil");
    hostile[1]["region"] = Value::Null;
    export.json("connectorGroups.json", &hostile);
    let imported = export.imports(&[]);
    let text = fs::read_to_string(export.0.with_extension("tenant.json")).unwrap();
    for text in [text, imported.error] {
        let driving = |character: char| (character.is_control() && character != '\n') || character == '\u{202e}';
        assert!(!text.contains(driving), "{text:?}");
    }
    assert_eq!(imported.tenant["connectorGroups"][1]["name"], hostile[1]["name"], "the name is kept");
}

/// Each kind of finding and of warning is told in the document.
#[test]
fn the_document_tells_each_kind_of_message() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = fs::read_to_string(root.join("../../src/docs/administration.md")).unwrap();
    let mut kinds = std::collections::BTreeSet::new();
    let mut folders = Vec::from([root.join("src/import"), root.join("src/plan")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(path).unwrap();
            for start in ["Level::Warning,", "Level::Note,", "rule:"] {
                for rest in text.split(start).skip(1) {
                    let kind = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
                    kinds.extend(kind.map(String::from));
                }
            }
        }
    }
    assert!(kinds.len() > 10, "{kinds:?}");
    for kind in kinds {
        assert!(document.contains(&format!("`{kind}`")) || document.contains(&format!("| {kind} |")), "{kind}");
    }
}
