//! What a backup or the tenant as it is does not tell: it is no change, and it is told.

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
#[allow(dead_code, reason = "another test uses the rest")]
mod planning;

use std::{
    fs,
    path::{Path, PathBuf},
};

use folders::*;
use planning::text;
use serde_json::json;

/// The exit status of the program, with what it says on standard output and on standard error.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = planning::program(arguments[0], &arguments[1..]);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A backup of a folder, and the exit status with which it was taken.
fn backup(export: &Export, code: i32) -> PathBuf {
    let folder = planning::folder(&format!("{}-backup", export.0.file_name().unwrap().display())).join("backup");
    let (status, _, error) = run(&["backup", text(&export.0), "--out", text(&folder)]);
    assert_eq!(status, Some(code), "{error}");
    folder
}

fn restored(backup: &Path, now: &Export) -> (Option<i32>, String) {
    let (code, _, error) = run(&["restore", text(backup), text(&now.0)]);
    (code, error)
}

/// What one side does not tell is no difference: neither the backup's lists nor those of the tenant as it is.
#[test]
fn what_is_not_told_is_no_change() {
    let (export, now) = (whole("untold"), whole("untold-now"));
    export.json("profile.json", &json!({"id": "applicationProxy", "isDefaultAccessEnabled": true}));
    for file in ["servicePrincipals.json", "profile.json"] {
        now.remove(file);
    }
    let (code, error) = restored(&backup(&export, 0), &now);
    assert!(code == Some(0) && !error.contains("before the plan"), "{error}");
    // Of a group without a list, nobody knows who was in it: an application of it may have been published.
    export.remove(&format!("applications/{DATACENTER}.json"));
    export.remove(&format!("onPremisesPublishing/{APPLICATION}.json"));
    let (code, error) = restored(&backup(&export, 3), &now);
    assert!(code == Some(0) && !error.contains("published"), "{error}");
    // Where all groups have one, it was not, and is to be unpublished.
    export.json(&format!("applications/{DATACENTER}.json"), &json!([]));
    let (code, error) = restored(&backup(&export, 0), &now);
    let words = "before the plan: unpublished application \"Expenses\"";
    assert!(code == Some(2) && error.contains(words), "{error}");
}

/// Lists of different times are no whole tenant: the backup says so with its exit status, and so does whoever restores it.
#[test]
fn a_tenant_that_changed_all_the_while_is_told() {
    let export = whole("untold-drift");
    export.json("export.json", &json!({"drift": ["connectorGroups.json gained 1"]}));
    let backup = backup(&export, 3);
    let words = "not in the backup: one moment without 1 change: the tenant changed while it was fetched";
    assert!(fs::read_to_string(backup.join("backup.json")).unwrap().contains("one moment without 1 change"));
    let (code, error) = restored(&backup, &whole("untold-drift-now"));
    assert!(code == Some(0) && error.contains(words), "{error}");
}

/// With `--quiet` there are no remarks, of a refused line of a replay file neither.
#[cfg(feature = "export")]
#[test]
fn quiet_leaves_out_what_is_no_error() {
    let folder = planning::folder("untold-quiet");
    let (file, now, backup) = (folder.join("refused.jsonl"), folder.join("now.json"), folder.join("backup"));
    let lines = fs::read_to_string(planning::root().join("examples/contoso.jsonl")).unwrap();
    fs::write(&file, format!("{lines}{}\n", lines.lines().next().unwrap())).unwrap();
    let (code, _, error) = run(&["backup", "--quiet", text(&file), "--out", text(&backup)]);
    assert_eq!((code, &*error), (Some(0), ""));
    let document = fs::read_to_string(backup.join("document.json")).unwrap();
    fs::write(&now, document.replace("\"Expenses\"", "\"Renamed\"")).unwrap();
    for sides in [[&backup, &now], [&file, &file]] {
        let sides = sides.map(|side| text(side));
        let (code, out, error) = run(&[&["restore"], &sides[..]].concat());
        assert_ne!(error, "");
        assert_eq!(run(&[&["restore", "--quiet"], &sides[..]].concat()), (code, out, String::new()));
        for format in ["mermaid", "dot"] {
            let (_, _, error) = run(&[&["restore", "--quiet", "--format", format], &sides[..]].concat());
            assert_eq!(error, "", "{format}");
        }
    }
    // What it lacks is why the exit status is not 0.
    let export = whole("untold-quiet");
    export.remove("profile.json");
    let (code, _, error) = run(&["backup", "--quiet", text(&export.0), "--out", text(&folder.join("lacks"))]);
    assert_eq!((code, error.lines().count()), (Some(3), 1), "{error}");
}

/// Publishing and segments of which the tenant as it is tells nothing are compared with nothing.
#[test]
fn what_the_tenant_does_not_tell_is_not_compared() {
    let segments = format!("segments/{APPLICATION}.json");
    let (export, now) = (whole("untold-publishing"), whole("untold-publishing-now"));
    for folder in [&export, &now] {
        folder.json(
            &format!("onPremisesPublishing/{APPLICATION}.json"),
            &publishing(&json!({"applicationType": "nonwebapp", "isAccessibleViaZTNAClient": true})),
        );
    }
    export.json(
        &segments,
        &json!([{"id": "5e100000-0000-4000-8000-000000000001", "destinationHost": "198.51.100.7", "destinationType": "ip", "ports": ["443-443"], "protocol": "tcp"}]),
    );
    let backup = backup(&export, 0);
    let (code, error) = restored(&backup, &now);
    let words = format!("not known now, and left: the segments of application \"Expenses\" (appId {APP_ID}): GET ");
    assert!(code == Some(0) && error.contains(&words) && !error.contains("before the plan"), "{error}");
    now.remove(&format!("onPremisesPublishing/{APPLICATION}.json"));
    let (code, error) = restored(&backup, &now);
    let more = format!("not known now, and left: how application \"Expenses\" (appId {APP_ID}) is published: GET ");
    let is_told = error.contains(&words) && error.contains(&more);
    assert!(code == Some(0) && is_told && !error.contains("in the end"), "{error}");
}

/// Without the list of all applications, one that is in no group is not there or not published: nobody knows which, and it is not
/// made a second time.
#[test]
fn without_the_list_of_applications_none_is_called_gone() {
    let (export, now) = (whole("untold-list"), whole("untold-list-now"));
    let backup = backup(&export, 0);
    now.json(&format!("applications/{DATACENTER}.json"), &json!([]));
    now.remove(&format!("onPremisesPublishing/{APPLICATION}.json"));
    now.remove("applications.json");
    for arguments in [&[][..], &["--recreate-applications"]] {
        let (code, _, error) = run(&[&["restore", text(&backup), text(&now.0)], arguments].concat());
        let words = "left: application \"Expenses\" (appId 5b000000-0000-4000-8000-000000000001): it is gone or not published, and no file tells which. GET ";
        let is_told = error.contains(words) && !error.contains("restore: gone") && !error.contains("created");
        assert!(code == Some(0) && is_told, "{error}");
    }
    // With it, that is known.
    now.json("applications.json", &json!([]));
    let (code, error) = restored(&backup, &now);
    assert!(code == Some(0) && error.contains("restore: gone: application \"Expenses\""), "{error}");
}

/// Whatever looks at a tenant takes a backup for one, with what its document cannot say. What takes a single file names it.
#[test]
fn a_backup_is_a_tenant() {
    let backup = backup(&whole("backup-tenant"), 0);
    let document = backup.join("document.json");
    let desired = backup.with_extension("desired.json");
    fs::write(&desired, json!({"connectorGroups": [{"id": DATACENTER, "rename": "Elsewhere"}]}).to_string()).unwrap();
    let planned = |tenant: &Path| {
        let (code, told, error) = run(&["plan", "--format", "json", text(tenant), text(&desired)]);
        assert_eq!(code, Some(2), "{error}");
        told
    };
    assert_eq!(planned(&backup), planned(&document));
    for subcommand in ["drill", "schedule"] {
        assert_eq!(run(&[subcommand, text(&backup)]), run(&[subcommand, text(&document)]));
    }
    fs::write(&document, fs::read_to_string(&document).unwrap() + " ").unwrap();
    let folder = text(&backup);
    for (arguments, expected) in [
        (&["drill", folder][..], "document.json: is not as it was written"),
        (&["plan", "--import", folder], "is that of a backup, and no import: its `document.json`"),
        (&["replay", "--load", folder], "is a folder, and a file is read here, such as its document.json"),
        (&["emulate", "--seed", folder, "--", "true"], "it is a backup: "),
    ] {
        let (code, _, error) = run(arguments);
        assert!(code == Some(1) && error.contains(expected), "{error}");
    }
}

/// An option that names nothing would be passed over, and a check of nothing would pass.
#[test]
fn an_option_that_can_mean_nothing_is_refused() {
    let folder = planning::folder("nothing");
    let (wanted, empty) = (planning::desired(&folder, "connectorGroups: []"), folder.join("empty.jsonl"));
    fs::write(&empty, "\n").unwrap();
    let (wanted, empty) = (text(&wanted), text(&empty));
    let contoso = "examples/contoso.jsonl";
    for (arguments, code, expected) in [
        (
            &["plan", "--accept-region", "", contoso, wanted][..],
            1,
            "a value is required for '--accept-region <REGION>'",
        ),
        (&["plan", "--assume-empty", "", contoso, wanted], 1, "a value is required for '--assume-empty <GROUP>'"),
        (
            &["drill", "--assume-empty", "Datacenter Dublni", contoso],
            1,
            "--assume-empty: there is no connector group \"Datacenter Dublni\". Did you mean \"Datacenter Dublin\"",
        ),
        (&["plan", "--import", "examples/plan/import", "--lines", "x"], 1, "cannot be used with"),
        (
            &["plan", "--beside", wanted, "examples/plan/import", wanted],
            1,
            "says by itself what is unknown: leave --beside",
        ),
        (
            &["drill", "--tenant", "7e000000-0000-4000-8000-000000000001", "examples/plan/import"],
            1,
            "is of tenant 5e000000-0000-4000-8000-000000000001, and --tenant says 7e000000",
        ),
        (&["drill", "--cores", "8", contoso], 1, "--load <GROUP=NUMBER>"),
        (&["conformance", "--traces", "0", "true"], 2, "invalid value '0' for '--traces"),
        (&["conformance", "--steps", "0", "true"], 2, "invalid value '0' for '--steps"),
        (&["conformance", "--trace", empty, "true"], 2, "empty.jsonl: is empty"),
        (&["conformance", "--yes-tenant", "Contoso", "true"], 2, "'--yes-tenant <NAME>' cannot be used with"),
        (&["conformance", "--profile", "documented", "true"], 2, "cannot be used with"),
        (
            &["backup", contoso, "--tries", "5", "--out", "never"],
            1,
            "--tries: is for --graph, and examples/contoso.jsonl is read without it",
        ),
        (&["restore", "--readings", "5", contoso, contoso], 1, "--readings: is for --graph"),
    ] {
        let (ended, _, error) = run(arguments);
        assert!(ended == Some(code) && error.contains(expected), "{arguments:?}: {error}");
    }
}
