//! Plans by the program, and small tenants to plan for.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};

pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

pub(crate) fn program(subcommand: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connector-groups"));
    command.arg(subcommand).args(arguments).current_dir(root()).output().unwrap()
}

pub(crate) fn plan(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = program("plan", arguments);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A folder for one test's files.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

pub(crate) fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Gives a plan that a test has changed the digest that the program would give it.
pub(crate) fn signed(plan: &mut Value) {
    plan.as_object_mut().unwrap().remove("digest");
    let hash = hmac_sha256::Hash::hash(plan.to_string().as_bytes());
    plan["digest"] = format!("sha256:{}", hash.map(|byte| format!("{byte:02x}")).concat()).into();
}

/// A tenant of two groups in the folder of a test, in which only the names and the publishing differ.
pub(crate) fn tenant(folder: &Path, name: &str, publishing: &Value) -> PathBuf {
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
pub(crate) fn desired(folder: &Path, yaml: &str) -> PathBuf {
    let file = folder.join("desired.yaml");
    fs::write(&file, yaml).unwrap();
    file
}
