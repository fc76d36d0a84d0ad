//! Exports from the emulator: whole, through a service that is busy, and while the tenant changes.

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

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use emulating::Emulator;
use serde_json::{Value, json};

const TENANT: &str = "7e000000-0000-4000-8000-000000000001";

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connector-groups"));
    command.args(arguments).current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    command
}

impl Emulator {
    fn start(arguments: &[&str]) -> Self {
        Self::begun(&[&["--seed", "examples/contoso.jsonl"], arguments].concat())
    }
}

/// A request with its head and body, each a whole one.
fn request(stream: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).unwrap_or(0) == 0 {
            return None;
        }
    }
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let mut body = vec![0; length.map_or(0, |(_, value)| value.trim().parse().unwrap())];
    stream.read_exact(&mut body).ok()?;
    Some((head, body))
}

/// What one request to the emulator answers, from the status line to the end.
fn forwarded(address: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    let lines = head.trim_end().split("\r\n").filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let head = lines.collect::<Vec<_>>().join("\r\n");
    stream.write_all(format!("{head}\r\nconnection: close\r\n\r\n").as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

/// Stands before the emulator. `answer` sees the number of each request, and may answer it in the emulator's place.
fn before(
    emulator: &str,
    answer: impl Fn(usize, &str) -> Option<String> + Send + Sync + 'static,
) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (emulator, count, answer) = (emulator.to_string(), Arc::new(AtomicUsize::new(0)), Arc::new(answer));
    let counted = Arc::clone(&count);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (emulator, counted, answer) = (emulator.clone(), Arc::clone(&counted), Arc::clone(&answer));
            thread::spawn(move || {
                let mut stream = BufReader::new(stream.unwrap());
                let Some((head, body)) = request(&mut stream) else { return };
                let number = counted.fetch_add(1, Ordering::SeqCst) + 1;
                let whole = format!("{head}{}", String::from_utf8_lossy(&body));
                let bytes =
                    answer(number, &whole).map_or_else(|| forwarded(&emulator, &head, &body), String::into_bytes);
                _ = stream.get_mut().write_all(&bytes);
            });
        }
    });
    (address, count)
}

/// A whole answer, after which the connection ends.
fn response(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

fn out(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("export").join(name);
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.parent().unwrap()).unwrap();
    folder
}

fn export(url: &str, out: &Path, arguments: &[&str]) -> Output {
    let own = ["export", "--graph", url, "--token-env", "TEST_TOKEN", "--out", out.to_str().unwrap()];
    program(&[&own, arguments].concat()).env("TEST_TOKEN", TENANT).output().unwrap()
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The plan file of a plan that has nothing to do: its fingerprint tells who is where.
fn nothing_to_do(tenant: &Path) -> Value {
    let name = tenant.file_name().unwrap().to_string_lossy();
    let desired =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("nothing-{name}-{:?}.json", thread::current().id()));
    fs::write(&desired, "{}").unwrap();
    let output =
        program(&["plan", "--format", "json", tenant.to_str().unwrap(), desired.to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn fingerprint(tenant: &Path) -> Value {
    nothing_to_do(tenant)["tenant"]["fingerprint"].clone()
}

/// What was exported is the tenant: who is where, and how each application is published.
#[test]
fn an_export_is_the_tenant() {
    let emulator = Emulator::start(&[]);
    let folder = out("whole");
    let output = export(&format!("http://{}", emulator.address), &folder, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    assert!(!error(&output).contains(TENANT), "the token is not told");
    assert_eq!(nothing_to_do(&folder)["tenant"], nothing_to_do(Path::new("examples/contoso.jsonl"))["tenant"]);
    assert_eq!(nothing_to_do(&folder)["unknown"]["publishing"], json!([]));
    assert!(folder.join("applications.2.json").is_file(), "a list of several pages");

    // Application by application, the publishing is that of the tenant.
    let imported = folder.with_extension("tenant.json");
    let arguments = ["plan", "--import", folder.to_str().unwrap(), "--out", imported.to_str().unwrap()];
    assert!(program(&arguments).output().unwrap().status.success());
    let tenant: Value = serde_json::from_slice(&fs::read(imported).unwrap()).unwrap();
    let replayed = program(&["replay", "--json", "--state", "examples/contoso.jsonl"]).output().unwrap();
    let replayed = if replayed.status.success() {
        replayed
    } else {
        program(&["replay", "--state", "examples/contoso.jsonl"]).output().unwrap()
    };
    let last = replayed.stdout.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty()).unwrap();
    let state: Value = serde_json::from_slice(last).unwrap();
    let published = |tenant: &Value| -> std::collections::BTreeMap<String, Value> {
        let applications = tenant["applications"].as_array().unwrap().iter();
        let told = |one: &Value| {
            json!([one["onPremisesPublishing"], one["applicationSegments"], one["servicePrincipal"]["id"]])
        };
        applications.map(|one| (one["id"].to_string(), told(one))).collect()
    };
    assert_eq!(published(&tenant), published(&state["state"]["tenants"][0]));

    let again = export(&format!("http://{}", emulator.address), &folder, &[]);
    assert!(again.status.code() == Some(1) && error(&again).contains("not empty"), "{}", error(&again));
}

/// The token comes from a browser by a code, or from the Azure CLI; neither is told. Twenty requests go in a batch: the tenant
/// has 204 applications, and far fewer requests are sent.
#[test]
fn a_token_comes_by_a_code_or_from_the_azure_cli() {
    let emulator = Emulator::start(&[]);
    let (address, count) = before(&emulator.address, |_, _| None);
    let url = format!("http://{address}");
    let folder = out("device");
    let own = ["export", "--graph", &url, "--device-code", "--tenant", TENANT, "--login", &url, "--out"];
    let output = program(&own).arg(&folder).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    assert!(error(&output).contains("code") && !error(&output).contains("eyJ"), "{}", error(&output));
    assert_eq!(fingerprint(&folder), fingerprint(Path::new("examples/contoso.jsonl")));
    let requests = count.load(Ordering::SeqCst);
    assert!((20..100).contains(&requests), "{requests} requests");

    if cfg!(windows) {
        return;
    }
    let tools = out("tools");
    fs::create_dir_all(&tools).unwrap();
    for (script, code, told) in [
        (format!("#!/bin/sh\n[ \"$1 $2\" = 'account get-access-token' ] && echo {TENANT}\n"), 0, ""),
        (
            String::from("#!/bin/sh\necho 'Please run az login' >&2\nexit 1\n"),
            1,
            "is `az login` done? Please run az login",
        ),
    ] {
        fs::write(tools.join("az"), script).unwrap();
        assert!(Command::new("chmod").arg("+x").arg(tools.join("az")).status().unwrap().success());
        let folder = out("az");
        let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
        let output =
            program(&["export", "--graph", &url, "--az", "--out"]).arg(&folder).env("PATH", path).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", error(&output));
        assert!(error(&output).contains(told) && folder.exists() == (code == 0), "{}", error(&output));
    }
}

/// Some tenants answer an empty list with 404; the export keeps it, and the import knows what it means.
#[test]
fn an_empty_group_that_is_an_error_is_empty() {
    let emulator = Emulator::start(&["--quirk", "emptyGroupApplicationsNotFound"]);
    let folder = out("quirk");
    let output = export(&format!("http://{}", emulator.address), &folder, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    assert_eq!(fingerprint(&folder), fingerprint(Path::new("examples/contoso.jsonl")));
}

/// A service that is busy at every second request, by status and within a batch, and drops a connection now and then.
#[test]
fn a_busy_service_is_asked_again() {
    let emulator = Emulator::start(&[]);
    let busy = |number: usize, whole: &str| match number % 4 {
        0 => Some(String::from(
            "HTTP/1.1 429 Too Many Requests\r\nretry-after: 0\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
        )),
        1 if whole.contains("$batch") => {
            // Each part is refused once.
            let body: Value = serde_json::from_str(whole.split_once("\r\n\r\n").unwrap().1).unwrap();
            let part =
                |one: &Value| json!({"id": one["id"], "status": 429, "headers": {"Retry-After": "0"}, "body": {}});
            let parts: Vec<_> = body["requests"].as_array().unwrap().iter().map(part).collect();
            Some(response("200 OK", &json!({"responses": parts}).to_string()))
        }
        2 if number == 6 => Some(String::new()),
        _ => None,
    };
    let (address, count) = before(&emulator.address, busy);
    let folder = out("busy");
    let output = export(&format!("http://{address}"), &folder, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    assert_eq!(fingerprint(&folder), fingerprint(Path::new("examples/contoso.jsonl")));
    assert!(count.load(Ordering::SeqCst) > 20);
}

/// The tenant changes after its lists were read: the lists are read again, until they agree.
#[test]
fn what_changes_meanwhile_is_fetched_again_and_what_goes_on_is_told() {
    for (always, code) in [(false, 0), (true, 3)] {
        let emulator = Emulator::start(&[]);
        let changes = Arc::new(AtomicUsize::new(0));
        let (target, made) = (emulator.address.clone(), Arc::clone(&changes));
        let change = move |_: usize, whole: &str| {
            // With each reading of publishing, a group comes.
            let first = "a0000000-0000-4000-8000-000000000001?$select";
            let is_reading = whole.contains("$batch") && (always || made.load(Ordering::SeqCst) == 0);
            if is_reading && (always && whole.contains("/members") || whole.contains(first)) {
                let number = made.fetch_add(1, Ordering::SeqCst);
                let body = format!("{{\"name\":\"Meanwhile {number}\"}}");
                let head = format!(
                    "POST /beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups HTTP/1.1\r\nhost: {target}\r\n\
                     authorization: Bearer {TENANT}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                let answer = forwarded(&target, &head, body.as_bytes());
                assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
            }
            None
        };
        let (address, _) = before(&emulator.address, change);
        let folder = out(&format!("drift-{code}"));
        let output = export(&format!("http://{address}"), &folder, &[]);
        assert_eq!(output.status.code(), Some(code), "{}", error(&output));
        assert!(changes.load(Ordering::SeqCst) > 0);
        let kept: Value = serde_json::from_slice(&fs::read(folder.join("export.json")).unwrap()).unwrap();
        assert_eq!(kept["drift"] == json!([]), code == 0, "{kept}");
        if code == 0 {
            let groups = fs::read_to_string(folder.join("connectorGroups.json")).unwrap();
            assert!(groups.contains("Meanwhile 0"), "the second reading is kept");
        } else {
            assert!(error(&output).contains("connectorGroups.json gained"), "{}", error(&output));
        }
    }
}

/// A backup over the wire, something lost over the wire, and the way back planned over the wire.
#[test]
fn a_backup_is_taken_and_restored_over_the_wire() {
    let emulator = Emulator::start(&[]);
    let url = format!("http://{}", emulator.address);
    let (folder, plan) = (out("backup"), out("restore.plan.json"));
    let own = ["--graph", &url, "--token-env", "TEST_TOKEN"];
    let backup = [&["backup"][..], &own, &["--out", folder.to_str().unwrap()]].concat();
    let output = program(&backup).env("TEST_TOKEN", TENANT).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("backup.json")).unwrap()).unwrap();
    assert_eq!((&manifest["counts"]["connectors"], &manifest["lacks"]), (&json!(29), &json!([])), "{manifest}");
    assert!(folder.join("answers/connectorGroups.json").is_file(), "the answers are kept");
    let restore = [&["restore"][..], &own, &["--out", plan.to_str().unwrap(), folder.to_str().unwrap()]].concat();
    let output = program(&restore).env("TEST_TOKEN", TENANT).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "nothing is lost: {}", error(&output));

    let document: Value = serde_json::from_slice(&fs::read(folder.join("document.json")).unwrap()).unwrap();
    let group =
        document["connectorGroups"].as_array().unwrap().iter().find(|one| one["name"] == "Finance DMZ").unwrap();
    let body = r#"{"name":"Lost"}"#;
    let head = format!(
        "PATCH /beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups/{} HTTP/1.1\r\nhost: {}\r\n\
         authorization: Bearer {TENANT}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        group["id"].as_str().unwrap(),
        emulator.address,
        body.len()
    );
    assert!(forwarded(&emulator.address, &head, body.as_bytes()).starts_with(b"HTTP/1.1 2"));
    let output = program(&restore).env("TEST_TOKEN", TENANT).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", error(&output));
    let written: Value = serde_json::from_slice(&fs::read(&plan).unwrap()).unwrap();
    assert_eq!(written["steps"][0]["command"]["name"], "Finance DMZ", "{written}");
    for (arguments, expected) in [
        (&["backup", "--graph", &url, "--out", "nowhere"][..], "say where the token comes from"),
        (&["restore", "--graph", &url, "nowhere"], "nowhere"),
    ] {
        let output = program(arguments).output().unwrap();
        assert!(output.status.code() == Some(1) && error(&output).contains(expected), "{}", error(&output));
    }
    assert_eq!(program(&["export", "--out", "nowhere"]).output().unwrap().status.code(), Some(2), "a wrong call");
}

/// Whatever fails, nothing is written, and the token goes nowhere else.
#[test]
fn what_fails_is_told_and_leaves_nothing() {
    let emulator = Emulator::start(&[]);
    let url = format!("http://{}", emulator.address);
    let denied = |_: usize, whole: &str| {
        let body = r#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges."}}"#;
        whole.contains("/connectors ").then(|| response("403 Forbidden", body))
    };
    let (denying, _) = before(&emulator.address, denied);
    let away = |_: usize, whole: &str| {
        let body = r#"{"value":[],"@odata.nextLink":"https://evil.example/beta/applications"}"#;
        whole.starts_with("GET /beta/applications?").then(|| response("200 OK", body))
    };
    let (leading_away, _) = before(&emulator.address, away);
    let list_round = |_: usize, whole: &str| {
        let host = whole.lines().find_map(|line| line.strip_prefix("host: "))?;
        let body = json!({"value": [], "@odata.nextLink": format!("http://{host}/beta/applications?again")});
        whole.starts_with("GET /beta/applications?").then(|| response("200 OK", &body.to_string()))
    };
    let (list, _) = before(&emulator.address, list_round);
    // What is asked for in a `$batch`.
    let parts_round = |_: usize, whole: &str| {
        let host = whole.lines().find_map(|line| line.strip_prefix("host: "))?;
        let link = whole.split_once("\"url\":\"/")?.1.split('"').next()?;
        let body = json!({"value": [], "@odata.nextLink": format!("http://{host}/beta/{link}")});
        let part = |at: usize| json!({"id": at.to_string(), "status": 200, "body": body});
        let parts: Vec<_> = (0..whole.matches("\"id\":\"").count()).map(part).collect();
        Some(response("200 OK", &json!({"responses": parts}).to_string()))
    };
    let (parts, _) = before(&emulator.address, parts_round);
    for (name, url, token, expected) in [
        (
            "denied",
            format!("http://{denying}"),
            TENANT,
            "403 Authorization_RequestDenied: Insufficient privileges.; the token may not read it",
        ),
        ("away", format!("http://{leading_away}"), TENANT, "which is not below http://127.0.0.1"),
        ("list", format!("http://{list}"), TENANT, "which was read already"),
        ("parts", format!("http://{parts}"), TENANT, "which was read already"),
        ("token", url.clone(), "7e000000-0000-4000-8000-00000000dead", "GET "),
        ("no-token", url, "", "TEST_TOKEN holds no token"),
        ("open", String::from("http://graph.microsoft.com"), TENANT, "neither https nor on this machine"),
    ] {
        let folder = out(name);
        let own =
            ["export", "--graph", &url, "--token-env", "TEST_TOKEN", "--tries", "2", "--out", folder.to_str().unwrap()];
        let output = program(&own).env("TEST_TOKEN", token).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{name}: {}", error(&output));
        assert!(error(&output).contains(expected), "{name}: {}", error(&output));
        assert!(!folder.exists(), "{name}");
    }
}

/// A script of the document, as it stands there.
fn script(language: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../src/docs/administration.md");
    let document = fs::read_to_string(path).unwrap();
    document.split(&format!("```{language}\n")).nth(1).unwrap().split("```").next().unwrap().into()
}

fn has(tool: &str) -> bool {
    Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// The shell script of the document fetches what `export` fetches, file by file.
#[test]
fn the_shell_script_fetches_the_same() {
    if !["sh", "curl", "jq"].into_iter().all(has) {
        eprintln!("NOT RUN: the shell script needs sh, curl and jq");
        return;
    }
    let emulator = Emulator::start(&[]);
    let (folder, file) = (out("script"), out("fetch.sh"));
    fs::write(&file, script("sh")).unwrap();
    let graph = format!("http://{}/beta", emulator.address);
    let run = Command::new("sh").arg(&file).arg(&folder).env("TOKEN", TENANT).env("GRAPH", graph).output().unwrap();
    assert!(run.status.success(), "{}", error(&run));
    assert_eq!(fingerprint(&folder), fingerprint(Path::new("examples/contoso.jsonl")));
    let own = out("script-own");
    assert_eq!(export(&format!("http://{}", emulator.address), &own, &[]).status.code(), Some(0));
    let files = |folder: &Path| -> std::collections::BTreeSet<PathBuf> {
        let (mut files, mut open) = (std::collections::BTreeSet::new(), vec![folder.to_path_buf()]);
        while let Some(next) = open.pop() {
            for path in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    open.push(path);
                } else {
                    _ = files.insert(path.strip_prefix(folder).unwrap().to_path_buf());
                }
            }
        }
        files
    };
    let mut expected = files(&own);
    assert!(expected.remove(Path::new("export.json")), "what export says about itself");
    assert_eq!(files(&folder), expected);
}

/// The PowerShell script of the document is one that PowerShell reads.
#[test]
fn the_powershell_script_is_one() {
    let text = script("powershell");
    assert!(text.contains("Invoke-MgGraphRequest"), "{text}");
    if !has("pwsh") {
        eprintln!("NOT RUN: there is no pwsh here");
        return;
    }
    let file = out("fetch.ps1");
    fs::write(&file, text).unwrap();
    let parse = "$e = $null; [void][Management.Automation.Language.Parser]::ParseFile($args[0], [ref]$null, [ref]$e); exit $e.Count";
    let run = Command::new("pwsh").args(["-NoProfile", "-Command", parse]).arg(&file).status().unwrap();
    assert!(run.success());
}
