//! Folders of Graph's answers, written file by file and imported by the program.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

pub(crate) const DEFAULT: &str = "5d000000-0000-4000-8000-000000000001";
pub(crate) const DATACENTER: &str = "5d000000-0000-4000-8000-000000000002";
pub(crate) const CONNECTOR: &str = "5c000000-0000-4000-8000-000000000001";
pub(crate) const APPLICATION: &str = "5a000000-0000-4000-8000-000000000001";
pub(crate) const APP_ID: &str = "5b000000-0000-4000-8000-000000000001";

/// A folder of files that is written file by file.
pub(crate) struct Export(pub(crate) PathBuf);

pub(crate) struct Imported {
    pub(crate) code: Option<i32>,
    pub(crate) tenant: Value,
    pub(crate) report: Value,
    pub(crate) error: String,
}

impl Export {
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("import").join(name);
        _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// A tenant with one connector and one application in its second group; publishing is not there.
    pub(crate) fn whole(name: &str) -> Self {
        let export = Self::new(name);
        export.json("connectorGroups.json", &json!({"value": groups()}));
        export.json("connectors.json", &json!({"value": [connector()]}));
        for (group, members, applications) in
            [(DEFAULT, json!([]), json!([])), (DATACENTER, json!([connector()]), json!([application()]))]
        {
            export.json(&format!("members/{group}.json"), &json!({"value": members}));
            export.json(&format!("applications/{group}.json"), &json!({"value": applications}));
        }
        export.json("applications.json", &json!({"value": [application()]}));
        export.json("organization.json", &json!({"value": [{"id": "5e000000-0000-4000-8000-000000000001"}]}));
        export
    }

    pub(crate) fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn json(&self, file: &str, value: &Value) {
        self.write(file, value.to_string());
    }

    pub(crate) fn remove(&self, file: &str) {
        fs::remove_file(self.0.join(file)).unwrap();
    }

    pub(crate) fn import(&self, arguments: &[&str]) -> Imported {
        let (out, report) = (self.0.with_extension("tenant.json"), self.0.with_extension("report.json"));
        _ = fs::remove_file(&out);
        let output = Command::new(env!("CARGO_BIN_EXE_connector-groups"))
            .arg("plan")
            .arg("--import")
            .arg(&self.0)
            .args([Path::new("--out"), &out, Path::new("--report"), &report])
            .args(arguments)
            .output()
            .unwrap();
        let read = |path: &Path| fs::read(path).map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap());
        let error = String::from_utf8(output.stderr).unwrap();
        Imported { code: output.status.code(), tenant: read(&out), report: read(&report), error }
    }

    pub(crate) fn imports(&self, arguments: &[&str]) -> Imported {
        let imported = self.import(arguments);
        assert_eq!(imported.code, Some(0), "{}", imported.error);
        imported
    }

    /// The message of an import that is refused.
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let imported = self.import(arguments);
        assert_eq!(imported.code, Some(1), "{}", imported.tenant);
        imported.error
    }
}

impl Imported {
    pub(crate) fn has_finding(&self, rule: &str, words: &str) -> bool {
        let findings = self.report["findings"].as_array().unwrap();
        findings.iter().any(|one| one["rule"] == rule && one["message"].as_str().unwrap().contains(words))
    }

    /// Where the one connector and the one application are.
    pub(crate) fn places(&self) -> (&str, &str) {
        let of = |list: &str, name: &str| self.tenant[list][0][name].as_str().unwrap_or_default();
        (of("connectors", "memberOf"), of("applications", "connectorGroup"))
    }
}

pub(crate) fn groups() -> Value {
    let group = |id: &str, name: &str, is_default: bool| json!({"id": id, "name": name, "connectorGroupType": "applicationProxy", "isDefault": is_default, "region": "eur"});
    json!([group(DEFAULT, "Default", true), group(DATACENTER, "Datacenter A", false)])
}

pub(crate) fn connector() -> Value {
    json!({"id": CONNECTOR, "machineName": "proxy-01", "externalIp": "198.51.100.1", "status": "active", "version": "1.5"})
}

pub(crate) fn application() -> Value {
    json!({"id": APPLICATION, "appId": APP_ID, "displayName": "Expenses"})
}

pub(crate) fn publishing(properties: &Value) -> Value {
    json!({"id": APPLICATION, "onPremisesPublishing": properties})
}

pub(crate) fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    ['\u{feff}'].into_iter().chain(text.chars()).collect::<String>().encode_utf16().flat_map(unit).collect()
}

/// A folder that lacks nothing.
pub(crate) fn whole(name: &str) -> Export {
    let export = Export::whole(name);
    let own = publishing(
        &json!({"internalUrl": "https://expenses.contoso.local/", "externalUrl": "https://expenses.contoso.com/"}),
    );
    export.json(&format!("onPremisesPublishing/{APPLICATION}.json"), &own);
    export.json("servicePrincipals.json", &json!([{"id": "5d100000-0000-4000-8000-000000000001", "appId": APP_ID}]));
    export.json("profile.json", &json!({"id": "applicationProxy"}));
    export
}
