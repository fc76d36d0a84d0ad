//! Drills and schedules as a user asks for them: the words, the JSON, the exit statuses, and names that would drive a terminal.

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

use std::fs;

use planning::*;
use serde_json::Value;

const CONTOSO: &str = "examples/contoso.jsonl";

fn run(subcommand: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = program(subcommand, arguments);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn contosos_drill_names_who_is_cut_off() {
    let (code, told, error) = run("drill", &[CONTOSO]);
    assert_eq!((code, error.as_str()), (Some(2), ""), "{told}");
    for expected in [
        "29 connectors, 204 applications",
        "connector fails",
        "both fail",
        "\"Default\": \"conn-new-03.contoso.local\" is its only active connector",
        "… and 10 more (--all shows them)",
        "\"Private Access Pilot\": no active connector as it is",
        "! 4 applications without an active connector as it is (R-28)",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    let (_, all, _) = run("drill", &["--all", "--pairs", CONTOSO]);
    assert!(!all.contains("--all shows them"), "{all}");
    let pairs = all.split("Each pair of connectors:\n").nth(1).unwrap();
    assert_eq!(pairs.lines().count(), 406);
    assert_eq!(pairs.lines().filter(|line| line.ends_with(", neither alone")).count(), 4);
}

#[test]
fn a_drill_has_ids_for_programs_and_pages_for_people() {
    let (code, told, _) = run("drill", &["--format", "json", "--pairs", CONTOSO]);
    let told = value(&told);
    assert_eq!((code, &told["format"]), (Some(2), &Value::from("connector-groups/drill/1")));
    assert_eq!(told["drill"]["pairs"]["all"], 406);
    assert_eq!(told["pairs"].as_array().unwrap().len(), 406);
    let applications = told["connectorGroups"].as_array().unwrap().iter();
    let applications: usize = applications.map(|group| group["applications"].as_array().unwrap().len()).sum();
    let counted = told["drill"]["connectorGroups"].as_array().unwrap().iter();
    let counted: u64 = counted.map(|group| group["applications"].as_u64().unwrap()).sum();
    assert_eq!(u64::try_from(applications).unwrap(), counted, "each application is named once");
    for (format, start) in [("markdown", "# Drill of tenant"), ("mermaid", "flowchart LR"), ("dot", "digraph {")] {
        let (code, told, _) = run("drill", &["--format", format, CONTOSO]);
        assert_eq!((code, told.starts_with(start)), (Some(2), true), "{told}");
    }
}

#[test]
fn a_load_says_how_many_connectors_may_fail() {
    let loads = ["--load", "Datacenter Dublin=900", "--load", "Default=1200"];
    let (_, told, error) = run("drill", &[&loads[..], &[CONTOSO]].concat());
    assert_eq!(error, "");
    assert!(told.contains("\"Default\": a load of 1200 transactions a second, more than the 1150 that"), "{told}");
    assert!(told.contains("and 3 connectors may fail (R-86, second-hand)"), "{told}");
    assert!(told.contains("2100 transactions a second are more than the 750 that the service takes"), "{told}");
    for (wrong, expected) in [
        (&["--cores", "3", "--load", "Default=1"][..], "--cores 3: there are figures for 2, 4, 8, 16"),
        (&["--load", "Default"], "GROUP=NUMBER is meant"),
        (&["--load", "Default=many"], "invalid digit"),
        (&["--load", "Datacentre Dublin=1"], "Did you mean \"Datacenter Dublin\"?"),
        (&["--load", "Default=1", "--load", "default=2"], "given twice"),
    ] {
        let (code, _, error) = run("drill", &[wrong, &[CONTOSO]].concat());
        assert_eq!((code, error.contains(expected)), (Some(1), true), "{error}");
    }
    let (code, ..) = run("drill", &["--no-such-option", CONTOSO]);
    assert_eq!(code, Some(1), "2 says that somebody would be cut off");
}

#[test]
fn a_schedule_has_the_fewest_rounds_and_names_who_cannot_be_patched() {
    let (code, told, error) = run("schedule", &[CONTOSO]);
    assert_eq!((code, told.as_str()), (Some(1), ""));
    assert!(
        error.contains("connector group \"Default\" has 1 active connector and must keep 1 for its 20 applications"),
        "{error}"
    );
    assert!(error.contains("\"Private Access Pilot\" has 0 active connectors"), "{error}");
    let allowed = ["--allow-outage", "Default", "--allow-outage", "private access pilot"];
    let (code, told, error) = run("schedule", &[&allowed[..], &[CONTOSO]].concat());
    assert_eq!((code, error.as_str()), (Some(0), ""), "{told}");
    assert!(told.starts_with("Round 1: ") && told.contains("\n2 rounds: connector group \""), "{told}");
    let (_, told, _) = run("schedule", &[&allowed[..], &["--together", "4", "--format", "json", CONTOSO]].concat());
    let told = value(&told);
    let rounds = told["rounds"].as_array().unwrap();
    assert_eq!((rounds.len(), told["decidedBy"]["together"]["connectors"].as_u64()), (8, Some(29)));
    assert_eq!(rounds.iter().map(|round| round.as_array().unwrap().len()).max(), Some(4));
    let (code, told, _) = run("schedule", &["--at-least", "9", "--format", "json", CONTOSO]);
    assert_eq!((code, &value(&told)["result"]), (Some(1), &Value::from("impossible")));
    let (code, told, _) = run("schedule", &[&allowed[..], &["--format", "markdown", CONTOSO]].concat());
    assert_eq!((code, told.starts_with("# Schedule for tenant")), (Some(0), true));
    let (code, _, error) = run("schedule", &["--allow-outage", "Defualt", CONTOSO]);
    assert_eq!((code, error.contains("Did you mean \"Default\"?")), (Some(1), true), "{error}");
    assert_eq!(run("schedule", &["--together", "0", CONTOSO]).0, Some(2));
    // Nothing of the pilot group is patched, as it has no connector: it is no reason where some are left out.
    let (code, told, error) = run("schedule", &["--allow-outage", "Default", "--skip-version", "1.5.4287.0", CONTOSO]);
    assert_eq!((code, told.starts_with("Round 1: ")), (Some(0), true), "{error}");
    // A version that nobody has leaves out nobody.
    let (code, _, error) = run("schedule", &["--allow-outage", "Default", "--skip-version", "9.9", CONTOSO]);
    assert_eq!((code, error.contains("\"Private Access Pilot\" has 0 active connectors")), (Some(1), true), "{error}");
}

/// Both read a folder of Graph's answers, and no name in it reaches a terminal as it is.
/// A group with nothing in it is no reason against a schedule, and is told.
#[test]
fn an_empty_group_is_passed_over() {
    let folder = folder("schedule-empty");
    let export = tenant(&folder, "Datacenter A", &Value::Null);
    let (code, _, error) = run("schedule", &["--every-group", text(&export)]);
    // The one connector of a group without applications would be missed.
    assert_eq!(code, Some(1), "{error}");
    assert!(
        error.contains("connector group \"Asia Hub\" has 1 active connector and must keep 1")
            && !error.contains("Default"),
        "{error}"
    );
    let (code, told, error) = run("schedule", &["--every-group", "--allow-outage", "Asia Hub", text(&export)]);
    assert!(code == Some(0) && told.contains("Round 2"), "{error}");
    assert!(error.contains("schedule: passed over, as nothing is in them: \"Default\"\n"), "{error}");
    assert!(!run("schedule", &[text(&export)]).2.contains("passed over"));
}

#[test]
fn no_name_drives_a_terminal() {
    let folder = folder("drill-hostile");
    let export = tenant(&folder, "\u{1b}[2J|<b>`*\u{9b}\u{202e}\nend", &Value::Null);
    let lists = fs::read_to_string(export.join("connectors.json")).unwrap();
    fs::write(export.join("connectors.json"), lists.replace("proxy-01", "\\u001b]0;title\\u0007proxy")).unwrap();
    let is_interpreted = |letter: char| letter != '\n' && (letter.is_control() || letter == '\u{202e}');
    for arguments in [
        &["drill"][..],
        &["drill", "--all", "--pairs"],
        &["drill", "--format", "json"],
        &["drill", "--format", "markdown"],
        &["drill", "--format", "mermaid"],
        &["drill", "--format", "dot"],
        &["schedule"],
        &["schedule", "--format", "json"],
        &["schedule", "--format", "markdown"],
        &["schedule", "--at-least", "3"],
    ] {
        let (code, told, error) = run(arguments[0], &[&arguments[1..], &[text(&export)]].concat());
        assert!(code.is_some_and(|code| code <= 2), "{arguments:?}: {error}");
        assert!(!told.chars().chain(error.chars()).any(is_interpreted), "{arguments:?}: {told:?} {error:?}");
        let is_named = |text: &str| text.contains("end") || text.contains("title");
        assert!(is_named(&told) || is_named(&error), "{arguments:?}: {told} {error}");
    }
    // Nor does an argument, of whichever subcommand.
    for arguments in [
        &["\u{1b}[2J\u{9b}\u{202e}"][..],
        &["drill", "--format", "\u{1b}[2J\u{9b}"],
        &["schedule", "--at-least", "\u{1b}[2J\u{9b}", CONTOSO],
        &["plan", "--format", "\u{1b}[2J\u{202e}"],
        &["restore", "--match", "\u{1b}[2J=\u{9b}", "a", "b"],
    ] {
        let (code, told, error) = run(arguments[0], &arguments[1..]);
        assert!(code.is_some_and(|code| code == 1 || code == 2), "{arguments:?}: {error}");
        assert!(!told.chars().chain(error.chars()).any(is_interpreted), "{arguments:?}: {told:?} {error:?}");
        assert!(error.contains("\\u{1b}[2J"), "{arguments:?}: {error}");
    }
}
