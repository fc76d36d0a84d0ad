//! What is kept and what is not: a disk that is full for a while, a file that was damaged, secrets.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::support::*;

/// Where the limit on the length of files stands in for a full disk.
#[cfg(target_os = "linux")]
#[test]
fn behind_a_full_disk_it_goes_on_with_what_was_answered() {
    let folder = Folder::new("full");
    // The signal ends programs that do not expect it; ignored, the write fails instead.
    let mut child = Command::new("sh")
        .args(["-c", r#"trap "" XFSZ; exec "$@""#, "sh", PROGRAM, "emulate", "--listen", "127.0.0.1:0"])
        .args(["--quiet", "--control", "--tenant", TENANT, "--data", folder.path()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit_once("//").unwrap().1.into();
    let told = BufReader::new(child.stderr.take().unwrap());
    let emulator = Emulator { child, address };
    let files_up_to = |length: &str| {
        let pid = emulator.child.id().to_string();
        let limit = format!("--fsize={length}:unlimited");
        assert!(Command::new("prlimit").args(["--pid", &pid, &limit]).status().unwrap().success());
    };
    let create = |name: &str| emulator.send("POST", GROUPS, &json!({"name": name}).to_string());
    let ready = || emulator.send("GET", "/readyz", "").status;
    assert_eq!((create("before").status, ready()), (200, 200));
    files_up_to("0");
    for name in ["first", "second"] {
        let refused = create(name);
        assert_eq!(refused.status, 500);
        let told = refused.json();
        assert_eq!(told["error"]["code"], "InternalServerError", "{told}");
        let message = told["error"]["message"].as_str().unwrap();
        assert!(message.starts_with("nothing was changed") && message.contains("Make room"), "{message}");
        assert_eq!(ready(), 503);
    }
    assert_eq!(emulator.send("POST", "/_control/snapshots/full", "").status, 500);
    assert_eq!(emulator.send("GET", "/healthz", "").status, 200);
    assert_eq!(emulator.names(TENANT), ["Default", "before"], "reads go on");
    // Ready again by itself: nobody sends a write to one that is not.
    files_up_to("unlimited");
    assert_eq!((ready(), create("after").status), (200, 200));
    // What fails within a large change leaves nothing of it either.
    files_up_to(&fs::metadata(format!("{}/directory.redb", folder.path())).unwrap().len().to_string());
    let long = "x".repeat(500_000);
    while create(&long).status == 200 {}
    files_up_to("unlimited");
    assert_eq!(create("last").status, 200);
    emulator.done("POST", "/_control/snapshots/kept", &Value::Null);
    let (state, snapshots) = (emulator.get("/_control/state"), emulator.get("/_control/snapshots"));
    emulator.kill();
    let told: Vec<_> = told.lines().map(Result::unwrap).collect();
    assert!(told[0].starts_with("emulate: nothing can be kept: "), "{told:?}");
    assert_eq!(told[1], "emulate: changes are kept again");
    let again = Emulator::start(&["--data", folder.path()]);
    assert_eq!((again.get("/_control/state"), again.get("/_control/snapshots")), (state, snapshots));
}

#[test]
fn a_damaged_file_is_told_in_one_line() {
    let folder = Folder::new("damaged");
    let emulator = Emulator::start(&["--data", folder.path(), "--seed", CONTOSO]);
    emulator.done("POST", GROUPS, &json!({"name": "New"}));
    emulator.kill();
    let file = format!("{}/directory.redb", folder.path());
    let whole = fs::read(&file).unwrap();
    let garbage = [&whole[..10], b"garbage garbage garbage", &whole[33..]].concat();
    for damaged in [&whole[..0], &whole[..500_000], &garbage, b"no database"] {
        fs::write(&file, damaged).unwrap();
        let output = Command::new(PROGRAM)
            .args(["emulate", "--listen", "127.0.0.1:0", "--quiet", "--data", folder.path()])
            .output()
            .unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), told.lines().count()), (Some(1), 1), "{told}");
        assert!(told.contains(&file) && told.contains("put back a copy"), "{told}");
        assert_eq!(fs::read(&file).unwrap(), damaged, "nothing is written over");
    }
}

/// A slip would write a database among somebody's files, which nobody would look for there.
#[test]
fn a_folder_with_an_export_is_no_data_folder() {
    let folder = Folder::new("foreign");
    fs::create_dir_all(format!("{}/lost+found", folder.path())).unwrap();
    Emulator::start(&["--data", folder.path()]).kill();
    fs::remove_file(format!("{}/directory.redb", folder.path())).unwrap();
    fs::write(format!("{}/connectorGroups.json", folder.path()), "{}").unwrap();
    let arguments = ["emulate", "--listen", "127.0.0.1:0", "--quiet", "--data", folder.path()];
    let output = Command::new(PROGRAM).args(arguments).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("connectorGroups.json: name a new folder"), "{told}");
    assert!(!fs::exists(format!("{}/directory.redb", folder.path())).unwrap());
}

/// Graph shows no secret that it was sent, and whoever has a copy of a test's state or journal finds none.
#[test]
fn no_secret_is_kept() {
    let emulator = Emulator::contoso();
    let credentials = json!({
        "passwordCredentials": [{"displayName": "one", "secretText": "TOP-SECRET"}],
        "keyCredentials": [{"usage": "Verify", "type": "AsymmetricX509Cert", "key": "TOP-SECRET"}],
    });
    let mut new = credentials.clone();
    new["displayName"] = json!("With secrets");
    let made = emulator.done("POST", "/beta/applications", &new).json();
    let application = format!("/beta/applications/{}", made["id"].as_str().unwrap());
    let principal = emulator.done("POST", "/beta/servicePrincipals", &json!({"appId": made["appId"]})).json();
    let principal = format!("/beta/servicePrincipals/{}", principal["id"].as_str().unwrap());
    for path in [&application, &principal] {
        emulator.done("PATCH", path, &credentials);
        let shown = emulator.get(path);
        let password = &shown["passwordCredentials"][0];
        assert_eq!((&password["displayName"], &password["secretText"]), (&json!("one"), &Value::Null), "{shown}");
        assert_eq!(shown["keyCredentials"][0]["key"], Value::Null, "{shown}");
        let part = json!({"id": "1", "method": "PATCH", "url": path.strip_prefix("/beta"), "body": credentials,
                          "headers": {"Content-Type": "application/json"}});
        let batch = emulator.done("POST", "/beta/$batch", &json!({"requests": [part]})).json();
        assert_eq!(batch["responses"][0]["status"], 204, "{batch}");
    }
    emulator.send("POST", &format!("{application}/addKey"), &json!({"proof": "TOP-SECRET"}).to_string());
    emulator.send("PATCH", &application, r#"{"passwordCredentials": [{"secretText": "TOP-SECRET"#);
    for path in ["/_control/state", "/_control/journal", "/_control/journal?format=har"] {
        let kept = emulator.get(path).to_string();
        assert!(!kept.contains("TOP-SECRET"), "{path}: {kept}");
    }
    assert!(!emulator.send("GET", "/_control/journal?format=replay", "").body.contains("TOP-SECRET"));
}
