//! Lines in, answers out: `connector-groups replay` as a user runs it.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::std_instead_of_alloc,
    reason = "a test stops where it fails, and has std"
)]

use std::{
    collections::BTreeSet,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_connector-groups");
/// Where the traces and the examples are.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn replay(arguments: &[&str], input: &[u8]) -> Output {
    run("replay", arguments, input)
}

fn run(subcommand: &str, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(PROGRAM)
        .arg(subcommand)
        .args(arguments)
        .current_dir(ROOT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    _ = writer.join().unwrap();
    output
}

/// A file of one test's own.
fn scratch(name: &str) -> String {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).to_str().unwrap().into()
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(ROOT).join(name)).unwrap()
}

fn answers(output: &Output) -> Vec<serde_json::Value> {
    output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
}

/// The trace is answered to the byte as it was written down beside it. To write it down anew, replay it by hand, and read
/// the answers before you keep them.
#[test]
fn a_trace_is_answered_as_written_down() {
    let output = replay(&["--state", "--check"], &file("tests/replays/lines.jsonl"));
    assert!(output.status.success(), "{output:?}");
    let expected = file("tests/replays/lines.answers.jsonl");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), String::from_utf8(expected).unwrap());
}

/// The same answers without the directory at their end.
#[test]
fn json_answers_each_line_and_no_more() {
    let output = replay(&["--json"], &file("tests/replays/lines.jsonl"));
    let expected = String::from_utf8(file("tests/replays/lines.answers.jsonl")).unwrap();
    let (answers, _) = expected.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end(), answers);
}

/// Contoso is a clean tenant: everything in its file is accepted.
#[test]
fn contoso_is_accepted_line_by_line() {
    let output = replay(&["--check", "--state", "examples/contoso.jsonl"], b"");
    assert!(output.status.success(), "{output:?}");
    let answers = answers(&output);
    let (state, answers) = answers.split_last().unwrap();
    assert!(answers.iter().all(|answer| answer["accepted"].is_array()));
    let tenant = &state["state"]["tenants"][0];
    assert_eq!(tenant["connectorGroups"].as_array().unwrap().len(), 12);
    assert_eq!(tenant["connectors"].as_array().unwrap().len(), 29, "one of 30 has expired");
    let published = |application: &&serde_json::Value| !application["onPremisesPublishing"].is_null();
    assert_eq!(tenant["applications"].as_array().unwrap().iter().filter(published).count(), 201);
    let again = replay(&["--state"], &file("examples/contoso.jsonl"));
    assert_eq!(again.stdout, output.stdout, "the same input, the same bytes");
}

/// After Contoso, every refusal that there is, and lines that are no commands; none of it changes Contoso.
#[test]
fn the_refusals_show_every_code() {
    let output = replay(&["--check", "--state", "examples/contoso.jsonl", "examples/refusals.jsonl"], b"");
    assert!(output.status.success(), "{output:?}");
    let both = answers(&output);
    let contoso = answers(&replay(&["--state", "examples/contoso.jsonl"], b""));
    assert_eq!(both.last(), contoso.last(), "Contoso is as before");
    // Two need something that the same transaction makes first.
    let codes =
        |answer: &serde_json::Value| [answer["refused"]["code"].clone(), answer["refused"]["reason"]["code"].clone()];
    let codes: Vec<serde_json::Value> = both.iter().flat_map(codes).collect();
    let refused: BTreeSet<&str> = codes.iter().filter_map(serde_json::Value::as_str).collect();
    assert_eq!(refused.len(), 28, "{refused:?}");
    let invalid: Vec<&str> = both.iter().filter_map(|answer| answer["invalid"].as_str()).collect();
    assert!(matches!(invalid[..], [first, second, third]
        if first.contains("moveEverything") && second.contains("force") && third.contains("EOF")));
}

const TENANT: &str = "7e000000-0000-4000-8000-000000000001";

/// Lines of one tenant. `$` stands for the long part of ids.
fn story(commands: &[&str]) -> String {
    let create = format!(
        r#"{{"command":"createTenant","id":"{TENANT}","defaultRegion":"eur","now":"2026-03-02T08:00:00Z","defaultConnectorGroup":{{"id":"9d000000$0"}}}}"#
    );
    let lines = commands.iter().map(|command| format!(r#"{{"tenant":"{TENANT}",{command}}}"#));
    let lines: Vec<String> = [create].into_iter().chain(lines).collect();
    lines.join("\n").replace('$', "-0000-4000-8000-00000000000")
}

fn told(arguments: &[&str], input: &str) -> String {
    let output = replay(arguments, input.as_bytes());
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().replace("-0000-4000-8000-00000000000", "$")
}

/// Every kind of event, a refusal, a transaction and nonsense, to the byte as a person reads them.
#[test]
fn a_person_reads_what_happened_and_why_not() {
    let lines = story(&[
        r#""command":"createConnectorGroup","id":"9d000000$1","name":"Branch","region":"nam""#,
        r#""command":"registerConnector","id":"c0000000$1","machineName":"one","externalIp":"192.0.2.1","version":"1.5""#,
        r#""command":"registerConnector","id":"c0000000$2","machineName":"two","externalIp":"192.0.2.2","version":"1.5""#,
        r#""command":"addConnector","connector":"c0000000$1","connectorGroup":"9d000000$1""#,
        r#""command":"addConnector","connector":"c0000000$1","connectorGroup":"9d000000$1""#,
        r#""command":"createApplication","id":"a0000000$1","appId":"b0000000$1","displayName":"Payroll""#,
        r#""command":"publishApplication","application":"a0000000$1","onPremisesPublishing":{"internalUrl":"https://a.local/"}"#,
        r#""command":"publishApplication","application":"a0000000$1","onPremisesPublishing":{"applicationServerTimeout":"Long"}"#,
        r#""command":"addApplication","application":"a0000000$1","connectorGroup":"9d000000$1""#,
        r#""command":"updateConnectorGroup","id":"9d000000$1","region":"eur""#,
        r#""command":"moveConnectors","connectors":{"all":true},"connectorGroup":"9d000000$0""#,
        r#""command":"moveConnectors","connectors":{"all":true},"connectorGroup":"9d000000$1""#,
        r#""command":"reportConnector","id":"c0000000$1","status":"inactive","version":"1.6""#,
        r#""command":"updateApplication","id":"a0000000$1","displayName":"Pay""#,
        r#""command":"transaction","commands":[{"command":"unpublishApplication","application":"a0000000$1"},{"command":"deleteApplication","id":"a0000000$1"}]"#,
        r#""command":"transaction","commands":[{"command":"removeConnector","connector":"c0000000$1"},{"command":"deleteConnectorGroup","id":"9d000000$1"}]"#,
        r#""command":"advanceClock","now":"2026-03-12T08:00:00Z""#,
        r#""command":"updateConnectorGroup","id":"9d000000$0","name":"Idle""#,
        r#""command":"deleteConnectorGroup""#,
    ]);
    let lines = format!("{lines}\n\n{{\n{{\"command\":\"deleteTenant\",\"id\":\"{TENANT}\"}}");
    let expected = r#"     1  created tenant 7e000000$1 with default region eur and default connector group "Default" (9d000000$0)
     2  created connector group "Branch" (9d000000$1) in region nam
     3  connector "one" (c0000000$1) registered into connector group "Default" (9d000000$0)
     4  connector "two" (c0000000$2) registered into connector group "Default" (9d000000$0)
     5  moved connector "one" (c0000000$1) from connector group "Default" (9d000000$0) to connector group "Branch" (9d000000$1)
     6  addConnector changed nothing: connector "one" (c0000000$1) is as the command asks already
     7  created application "Payroll" (a0000000$1)
     8  published application "Payroll" (a0000000$1) in connector group "Default" (9d000000$0)
     9  changed how application "Payroll" (a0000000$1) is published: applicationServerTimeout
    10  assigned application "Payroll" (a0000000$1) from connector group "Default" (9d000000$0) to connector group "Branch" (9d000000$1)
    11  refused updateConnectorGroup: connector group "Branch" (9d000000$1) has 1 connector and 1 application (R-30). A region changes only while the group is empty: move them to another group, change the region, move them back.
    12  moved connector "one" (c0000000$1) from connector group "Branch" (9d000000$1) to connector group "Default" (9d000000$0)
    13  moved 2 connectors from connector group "Default" (9d000000$0) to connector group "Branch" (9d000000$1)
    14  connector "one" (c0000000$1) reported status active → inactive, version "1.5" → "1.6"
    15  renamed application "Payroll" to "Pay" (a0000000$1)
    16  unpublished application "Pay" (a0000000$1), which was in connector group "Branch" (9d000000$1); deleted application "Pay" (a0000000$1)
    17  refused transaction: command 2 of 2 (deleteConnectorGroup) is refused, and with it the whole transaction (T4): connector group "Branch" (9d000000$1) has 1 connector and 0 applications (R-40). Nothing is deleted with a group: move them to another group first.
    18  the time moved on from 2026-03-02T08:00:00Z to 2026-03-12T08:00:00Z; removed connector "one" (c0000000$1): inactive for ten days (R-37)
    19  renamed connector group "Default" to "Idle" (9d000000$0)
    20  invalid at column 82: missing field `id`
    22  invalid at column 2: EOF while parsing an object
    23  deleted tenant 7e000000$1 with 2 connector groups, 1 connector and 0 applications

22 commands: 18 accepted, 2 refused, 2 invalid.
     1 refused: regionLocked (R-30)
     1 refused: transaction (T4)
     1 invalid: JSON, but not a command
     1 invalid: not JSON
"#;
    assert_eq!(told(&[], &lines), expected);
    assert_eq!(told(&["--check"], &lines), expected);
}

/// The lines of each file are counted by themselves, and the summary counts all; a file that is not there stops the replay
/// before its first command.
#[test]
fn several_files_are_one_replay() {
    let (first, second) = (scratch("first.jsonl"), scratch("second.jsonl"));
    std::fs::write(&first, story(&[])).unwrap();
    std::fs::write(&second, story(&[r#""command":"deleteConnectorGroup","id":"9d000000$0""#])).unwrap();
    let text = told(&[&first, &second, &second], "");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..2], [&*format!("{first}:"), lines[1]]);
    assert!(lines[1].starts_with("     1  created tenant"));
    assert!(
        lines[3].starts_with(&format!("     1  refused createTenant: there is tenant {} already (I4).", "7e000000$1"))
    );
    assert!(lines[4].starts_with("     2  refused deleteConnectorGroup: connector group \"Default\" (9d000000$0)"));
    let summary = "5 commands: 1 accepted, 4 refused, 0 invalid.\n     2 refused: alreadyExists (I4)\n     2 refused: groupIsDefault (R-4)\n";
    assert!(text.ends_with(summary), "{text}");
    let missing = replay(&[&first, "no/such/file.jsonl"], b"");
    assert_eq!((missing.status.code(), missing.stdout.len()), (Some(1), 0));
}

/// A bulk command tells how many come from where, and the first few of what it cannot do.
#[test]
fn long_lists_are_told_in_short() {
    let number = 1..8;
    let each =
        |command: &str| number.clone().map(|number| command.replace('#', &number.to_string())).collect::<Vec<_>>();
    let missing = each(r#""a0000000$#""#).join(",");
    let commands = [
        each(r#""command":"createConnectorGroup","id":"9d000000$#","name":"Group #""#),
        each(r#""command":"registerConnector","id":"c0000000$#","machineName":"m","externalIp":"","version":"""#),
        each(r#""command":"addConnector","connector":"c0000000$#","connectorGroup":"9d000000$#""#),
        vec![
            r#""command":"moveConnectors","connectors":{"all":true},"connectorGroup":"9d000000$0""#.into(),
            format!(
                r#""command":"reassignApplications","applications":{{"ids":[{missing}]}},"connectorGroup":"9d000000$0""#
            ),
        ],
    ]
    .concat();
    let commands: Vec<&str> = commands.iter().map(|command| &**command).collect();
    let text = told(&[], &story(&commands));
    let lines: Vec<&str> = text.lines().collect();
    let from = |number: u32| format!("1 from connector group \"Group {number}\" (9d000000${number})");
    let from: Vec<String> = (1..6).map(from).collect();
    assert_eq!(
        lines[22],
        format!(
            "    23  moved 7 connectors to connector group \"Default\" (9d000000$0): {}, and 2 more",
            from.join(", ")
        )
    );
    let not_there =
        |number: u32| format!("entry {number}: there is no application a0000000${number} in this tenant (R-70)");
    let not_there: Vec<String> = (1..6).map(not_there).collect();
    assert_eq!(
        lines[23],
        format!(
            "    24  refused reassignApplications: 7 entries of the list are refused, and with them the whole command (T4): \
             {}; and 2 more. Take them out, or mend them.",
            not_there.join("; ")
        )
    );
}

/// Ids are those of one tenant: with several, each line says of which tenant it speaks.
#[test]
fn with_several_tenants_each_is_named() {
    let second = TENANT.replace('1', "2");
    let lines = story(&[r#""command":"deleteConnectorGroup","id":"9d000000$0""#]);
    let text = told(&[], &format!("{lines}\n{}", lines.replace(TENANT, &second)));
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[1].starts_with("     2  refused deleteConnectorGroup:"), "{text}");
    assert!(lines[3].starts_with("     4  tenant 7e000000$2: refused deleteConnectorGroup:"), "{text}");
}

/// What a terminal would interpret is spelled out, in answers, summaries, plans and messages alike.
#[test]
fn names_drive_no_terminal() {
    let evil = r"\u001b]0;x\u0007\u001b[2J\n     9  deleted\u009b1m\u202e\u007f";
    let rename = format!(r#""command":"createConnectorGroup","id":"9d000000$1","name":"{evil}""#);
    let delete = r#""command":"deleteConnectorGroup","id":"9d000000$1""#;
    let region = format!(r#""command":"createConnectorGroup","id":"9d000000$2","name":"x","region":"{evil}""#);
    let unknown = format!(r#""command":"{evil}""#);
    let lines = story(&[&rename, &region, delete, &unknown]);
    let text = told(&[], &lines);
    assert!(
        text.contains(
            r#"connector group "\u{1b}]0;x\u{7}\u{1b}[2J\u{a}     9  deleted\u{9b}1m\u{202e}\u{7f}" (9d000000$1)"#
        ),
        "{text}"
    );
    assert_eq!(text.lines().count(), 5 + 3, "one line a command, and the summary: {text}");
    let is_harmless = |letter: char| letter == '\n' || !(letter.is_control() || letter == '\u{202e}');
    assert!(text.chars().all(is_harmless));
    // Answers for programs are seen in a terminal too.
    let text = String::from_utf8(replay(&["--state"], lines.as_bytes()).stdout).unwrap();
    assert!(text.contains(r"\u009b1m\u202e\u007f") && text.chars().all(is_harmless), "{text}");

    let (tenant, desired) = (scratch("evil.jsonl"), scratch("evil.json"));
    std::fs::write(&tenant, story(&[&rename])).unwrap();
    let group = "9d000000-0000-4000-8000-000000000001";
    std::fs::write(&desired, format!(r#"{{"connectorGroups":[{{"id":"{group}","region":"{evil}"}}]}}"#)).unwrap();
    let plan = run("plan", &[&tenant, &desired], b"");
    let missing = run("plan", &["\u{1b}[2J.json", &desired], b"");
    for output in [&plan, &missing] {
        let text = String::from_utf8([&*output.stdout, &*output.stderr].concat()).unwrap();
        assert!(text.contains("\\u{1b}[2J") && text.chars().all(is_harmless), "{text}");
    }
}

/// Windows begins files with a byte order mark.
#[test]
fn a_byte_order_mark_is_no_part_of_a_file() {
    let marked = |name: &str, text: &str| {
        let path = scratch(name);
        std::fs::write(&path, format!("\u{feff}{text}")).unwrap();
        path
    };
    let lines = marked("marked.jsonl", &story(&[]));
    let text = told(&[&lines, &lines], "");
    assert!(text.contains("2 commands: 1 accepted, 1 refused, 0 invalid."), "the second file has a mark too: {text}");
    assert_eq!(told(&["-"], &story(&[])), told(&[&lines], ""), "`-` is standard input");
    let state = replay(&["--state", &lines], b"");
    let state = String::from_utf8(state.stdout).unwrap();
    let state = marked("marked.json", state.lines().last().unwrap());
    assert!(replay(&["--load", &state], b"").status.success());
    let desired = marked("desired.json", "{}");
    for tenant in [&lines, &state] {
        let output = run("plan", &[tenant, &desired], b"");
        assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]), "{output:?}");
    }
    let output = run("conformance", &["--trace", &lines, PROGRAM, "replay", "--json"], b"");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    // Lines are read as they come, so that another encoding is refused and not taken for lines that are wrong.
    let wide: Vec<u8> = format!("\u{feff}{}", story(&[])).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let refused = replay(&[], &wide);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("is UTF-16: save it as UTF-8"));
}

/// Whoever reads the output may stop whenever they like, on either stream.
#[test]
fn a_closed_pipe_is_no_panic() {
    let desired = "examples/plan/contoso.json";
    let calls: &[(&[&str], i32)] = &[
        (&["replay", "examples/contoso.jsonl"], 0),
        (&["replay", "--state", "examples/contoso.jsonl"], 0),
        (&["replay", "no/such/file"], 1),
        (&["plan", "examples/contoso.jsonl", desired], 2),
        (&["plan", "--format", "json", "examples/contoso.jsonl", desired], 2),
        (&["plan", "--import", "examples/plan/import"], 0),
        (&["plan", "no/such/file", desired], 1),
        (&["conformance", "--traces", "2", "cat"], 1),
        (&["conformance", "--traces", "2", PROGRAM, "replay", "--json"], 0),
        (&["conformance", "no-such-program-anywhere"], 2),
        (&["--help"], 0),
        (&["replay", "--surprise"], 2),
    ];
    for (arguments, status) in calls {
        let closed = || {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            writer
        };
        let mut command = Command::new(PROGRAM);
        command.args(*arguments).current_dir(ROOT).stdin(Stdio::null()).stdout(closed()).stderr(closed());
        assert_eq!(command.status().unwrap().code(), Some(*status), "{arguments:?}");
    }
}

/// No option without an example, in the short help too.
#[test]
fn each_option_has_its_example() {
    let exports = if cfg!(feature = "export") {
        vec![("export", 12), ("apply", 16), ("conformance", 16), ("backup", 14), ("restore", 22)]
    } else {
        Vec::new()
    };
    let all = [("replay", 4), ("plan", 14), ("emulate", 27), ("load", 6), ("drill", 8), ("schedule", 8)];
    for (subcommand, options) in all.into_iter().chain(exports) {
        for help in ["-h", "--help"] {
            let output = run(subcommand, &[help], b"");
            let text = String::from_utf8(output.stdout).unwrap();
            let (above, examples) = text.split_once("\nExamples:\n").unwrap();
            let names = above.lines().filter_map(|line| line.trim().strip_prefix("--")?.split(' ').next());
            let names: Vec<String> = names.map(|name| format!("--{name}")).collect();
            assert_eq!(names.len(), options, "{subcommand}: {names:?}");
            for name in names {
                assert!(examples.contains(&name), "{subcommand} {help} has no example of {name}");
            }
        }
        let version = run(subcommand, &["--version"], b"");
        let version = String::from_utf8(version.stdout).unwrap();
        assert_eq!(version, format!("connector-groups-{subcommand} {}\n", env!("CARGO_PKG_VERSION")));
    }
}

#[test]
fn only_what_cannot_be_read_fails() {
    let missing = replay(&["no/such/file.jsonl"], b"");
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("no/such/file.jsonl"));
    assert_eq!(replay(&["--surprise"], b"").status.code(), Some(2));
    let nonsense = replay(&["--json"], b"{}\n\n[\n\xff\n");
    assert!(nonsense.status.success());
    assert_eq!(answers(&nonsense).len(), 3, "each line but the blank one has its answer");
    let empty = replay(&["--state"], b"");
    assert_eq!(empty.stdout, b"{\"state\":{\"tenants\":[]}}\n");
}

/// Deep nesting and long texts are answered like any other bad line, and shortly.
#[test]
fn hostile_lines_are_answered_shortly() {
    let tenant = r#""tenant":"7e000000-0000-4000-8000-000000000001""#;
    let nested = |depth: usize| {
        let open = r#"{"command":"transaction","commands":["#.repeat(depth);
        format!(r#"{{{tenant},"command":"transaction","commands":[{open}{}]}}"#, "]}".repeat(depth))
    };
    let megabyte = "x".repeat(1 << 20);
    let lines = [
        nested(10),
        nested(10_000),
        "[".repeat(1 << 20),
        format!(r#"{{{tenant},"command":"{megabyte}"}}"#),
        format!(r#"{{{tenant},"command":"deleteApplication","id":"{megabyte}"}}"#),
        format!(r#"{{{tenant},"command":"deleteApplication","{megabyte}":1}}"#),
        format!(r#"{{{tenant},"command":"advanceClock","now":"{megabyte}"}}"#),
    ];
    let output = replay(&["--json"], lines.join("\n").as_bytes());
    assert!(output.status.success());
    let answers = answers(&output);
    assert_eq!(answers.len(), lines.len());
    assert_eq!(answers[0]["refused"]["code"], "tenantNotFound");
    for answer in &answers[1..] {
        let message = answer["invalid"].as_str().unwrap();
        assert!(message.len() < 600, "a message of {} bytes", message.len());
    }
    assert!(answers[1]["invalid"].as_str().unwrap().contains("recursion limit"));
}

/// The harness drives a child process line by line: the engine's own replay answers as the engine does, and a program that
/// does not is shown with the shortest trace.
#[test]
fn a_child_process_is_held_against_the_engine() {
    let conformance = |arguments: &[&str]| {
        Command::new(PROGRAM).arg("conformance").args(arguments).current_dir(ROOT).output().unwrap()
    };
    let output = conformance(&["--traces", "3", "--steps", "50", PROGRAM, "replay", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let output = conformance(&["--traces", "3", "cat"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 3, "one line, and both answers: {text}");
    for wrong in
        [&["--traces"][..], &["--traces", "x", "cat"], &["no-such-program-anywhere"], &[], &["--what", "1", "cat"]]
    {
        assert_eq!(conformance(wrong).status.code(), Some(2), "{wrong:?}");
    }
    assert_eq!(conformance(&["--trace", "examples/contoso.jsonl", PROGRAM, "replay", "--json"]).status.code(), Some(0));
    assert_eq!(
        conformance(&["--trace", "examples/contoso.jsonl", "--answers", "examples/contoso.jsonl"]).status.code(),
        Some(1)
    );
}
