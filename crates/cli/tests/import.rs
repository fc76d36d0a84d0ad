//! Exports of real tenants as people have them: each is read as it is meant, or refused with what to do.

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

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

const DEFAULT: &str = "5d000000-0000-4000-8000-000000000001";
const DATACENTER: &str = "5d000000-0000-4000-8000-000000000002";
const CONNECTOR: &str = "5c000000-0000-4000-8000-000000000001";
const APPLICATION: &str = "5a000000-0000-4000-8000-000000000001";
const APP_ID: &str = "5b000000-0000-4000-8000-000000000001";

/// A folder of files that is written file by file.
struct Export(PathBuf);

struct Imported {
    code: Option<i32>,
    tenant: Value,
    report: Value,
    error: String,
}

impl Export {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("import").join(name);
        _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// A tenant with one connector and one application in its second group; publishing is not there.
    fn whole(name: &str) -> Self {
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

    fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn json(&self, file: &str, value: &Value) {
        self.write(file, value.to_string());
    }

    fn remove(&self, file: &str) {
        fs::remove_file(self.0.join(file)).unwrap();
    }

    fn import(&self, arguments: &[&str]) -> Imported {
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

    fn imports(&self, arguments: &[&str]) -> Imported {
        let imported = self.import(arguments);
        assert_eq!(imported.code, Some(0), "{}", imported.error);
        imported
    }

    /// The message of an import that is refused.
    fn refused(&self, arguments: &[&str]) -> String {
        let imported = self.import(arguments);
        assert_eq!(imported.code, Some(1), "{}", imported.tenant);
        imported.error
    }
}

impl Imported {
    fn has_finding(&self, rule: &str, words: &str) -> bool {
        let findings = self.report["findings"].as_array().unwrap();
        findings.iter().any(|one| one["rule"] == rule && one["message"].as_str().unwrap().contains(words))
    }

    /// Where the one connector and the one application are.
    fn places(&self) -> (&str, &str) {
        let of = |list: &str, name: &str| self.tenant[list][0][name].as_str().unwrap_or_default();
        (of("connectors", "memberOf"), of("applications", "connectorGroup"))
    }
}

fn groups() -> Value {
    let group = |id: &str, name: &str, is_default: bool| json!({"id": id, "name": name, "connectorGroupType": "applicationProxy", "isDefault": is_default, "region": "eur"});
    json!([group(DEFAULT, "Default", true), group(DATACENTER, "Datacenter A", false)])
}

fn connector() -> Value {
    json!({"id": CONNECTOR, "machineName": "proxy-01", "externalIp": "198.51.100.1", "status": "active", "version": "1.5"})
}

fn application() -> Value {
    json!({"id": APPLICATION, "appId": APP_ID, "displayName": "Expenses"})
}

fn publishing(properties: &Value) -> Value {
    json!({"id": APPLICATION, "onPremisesPublishing": properties})
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    ['\u{feff}'].into_iter().chain(text.chars()).collect::<String>().encode_utf16().flat_map(unit).collect()
}

/// I1: `$expand` tells members and applications within each group, and nothing else is there.
#[test]
fn i1_lists_within_the_groups_are_read() {
    let export = Export::new("i1");
    let mut expanded = groups();
    for (at, members, applications) in [(0, json!([]), json!([])), (1, json!([connector()]), json!([application()]))] {
        expanded[at]["members"] = members;
        expanded[at]["applications"] = applications;
    }
    export.json("connectorGroups.json", &json!({"value": expanded}));
    let imported = export.imports(&[]);
    assert_eq!(imported.places(), (DATACENTER, DATACENTER));
    assert_eq!(imported.tenant["connectors"][0]["machineName"], "proxy-01");

    // A list that goes on elsewhere is not the whole list.
    expanded[1]["members@odata.nextLink"] = json!("https://graph.microsoft.com/beta/next");
    export.json("connectorGroups.json", &json!({"value": expanded}));
    let error = export.refused(&[]);
    assert!(error.contains("`members` goes on: GET https://graph.microsoft.com/beta/next"), "{error}");
}

/// I2: no file tells a list of a group.
#[test]
fn i2_a_list_that_no_file_tells_is_refused_with_the_request_that_fetches_it() {
    let export = Export::whole("i2");
    for (folder, list) in [("members", "members"), ("applications", "applications")] {
        let file = format!("{folder}/{DATACENTER}.json");
        let content = fs::read(export.0.join(&file)).unwrap();
        export.remove(&file);
        let error = export.refused(&[]);
        assert!(error.contains(&format!("no file tells the {list} of connector group \"Datacenter A\"")), "{error}");
        let request = format!(
            "GET https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups/{DATACENTER}/{list} and keep the answer as {file}"
        );
        assert!(error.contains(&request), "{error}");
        assert!(error.contains(&format!("--assume-empty {DATACENTER}")), "{error}");

        // Another group may be assumed to be empty, which does not tell this one.
        assert!(export.refused(&["--assume-empty", DEFAULT]).contains("Datacenter A"));
        for assumed in [DATACENTER, "datacenter a", "all"] {
            let imported = export.imports(&["--assume-empty", assumed]);
            assert!(imported.has_finding("assumed-empty", "Datacenter A"), "{}", imported.report);
        }
        export.write(&file, content);
    }
    export.imports(&[]);
    export.remove("connectorGroups.json");
    assert!(export.refused(&[]).contains("is not there; GET https://graph.microsoft.com/beta/onPremises"));
}

/// Where each connector and each application tells its group, no group's list is needed; where one does not, it is.
#[test]
fn i2_what_all_connectors_and_applications_tell_is_enough() {
    let export = Export::whole("i2-told");
    for group in [DEFAULT, DATACENTER] {
        export.remove(&format!("members/{group}.json"));
        export.remove(&format!("applications/{group}.json"));
    }
    let mut told = connector();
    told["memberOf"] = json!([{"id": DATACENTER}]);
    export.json("connectors.json", &json!({"value": [told]}));
    let group = format!("connectorGroup/{APPLICATION}.json");
    export.json(&group, &groups()[1]);
    assert_eq!(export.imports(&[]).places(), (DATACENTER, DATACENTER));
    export.remove(&group);
    assert!(export.refused(&[]).contains("no file tells the applications"));
    export.json(&group, &json!({"error": {"code": "Application_NotFound", "message": "not configured"}}));
    assert_eq!(export.imports(&[]).places(), (DATACENTER, ""), "it is not published");
}

/// I3: Private Access applications have `api://` URLs, and PowerShell spells their type in its own way.
#[test]
fn i3_private_access_is_read() {
    let export = Export::whole("i3");
    let url = format!("api://{APP_ID}/");
    export.json(
        &format!("onPremisesPublishing/{APPLICATION}.json"),
        &publishing(&json!({"internalUrl": url, "externalUrl": url, "applicationType": "NonWebApp", "externalAuthenticationType": "Passthru"})),
    );
    let imported = export.imports(&[]);
    let read = &imported.tenant["applications"][0]["onPremisesPublishing"];
    assert_eq!(read["applicationType"], "nonwebapp");
    assert_eq!(read["externalAuthenticationType"], "passthru");
    assert_eq!(imported.report["unknownPublishing"], json!([]), "it is known");
    let kept = &imported.report["kept"][format!("applications/{APPLICATION}")]["onPremisesPublishing"];
    for property in ["internalUrl", "externalUrl"] {
        assert!(read[property] == url || kept[property] == url, "{property} is held or kept: {read}");
    }
    assert_eq!(imported.report["unknownSegments"], json!([APPLICATION]));
}

/// I4: arrays, single objects, and four encodings.
#[test]
fn i4_arrays_objects_and_encodings_are_read() {
    let members = format!("members/{DATACENTER}.json");
    for (name, list) in [
        ("array", json!([connector()])),
        ("object", connector()),
        ("value-object", json!({"value": connector()})),
        ("pascal", json!({"Value": [connector()], "Count": 1})),
    ] {
        let export = Export::whole(&format!("i4-{name}"));
        export.json(&members, &list);
        assert_eq!(export.imports(&[]).places(), (DATACENTER, DATACENTER), "{name}");
    }
    let text = groups().to_string();
    for (name, bytes) in [
        ("utf8-bom", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("utf16-le", utf16(&text, u16::to_le_bytes)),
        ("utf16-be", utf16(&text, u16::to_be_bytes)),
    ] {
        let export = Export::whole(&format!("i4-{name}"));
        export.write("connectorGroups.json", bytes);
        assert_eq!(export.imports(&[]).places(), (DATACENTER, DATACENTER), "{name}");
    }
    let export = Export::whole("i4-latin");
    export.write("connectorGroups.json", b"[\n{\"name\": \"Gr\xfc\xdfe\"}]");
    let error = export.refused(&[]);
    assert!(error.contains("connectorGroups.json:2:13: is not UTF-8"), "{error}");
}

/// I5: what `ConvertTo-Json` makes of PowerShell's objects.
#[test]
fn i5_powershells_objects_are_read() {
    let export = Export::whole("i5");
    let group = |id: &str, name: &str, is_default: bool| json!({"Applications": null, "ConnectorGroupType": "applicationProxy", "Id": id, "IsDefault": is_default, "Members": null, "Name": name, "Region": "eur", "AdditionalProperties": {}});
    export.json(
        "connectorGroups.json",
        &json!([group(DEFAULT, "Default", true), group(DATACENTER, "Datacenter A", false)]),
    );
    let connector = json!({"ExternalIP": "198.51.100.1", "Id": CONNECTOR, "MachineName": "proxy-01", "MemberOf": null, "Status": "Active", "Version": "1.5", "AdditionalProperties": {}});
    export.json("connectors.json", &json!([connector]));
    export.json(&format!("members/{DATACENTER}.json"), &connector);
    let not_selected = json!({"InternalUrl": null, "SingleSignOnSettings": {"SingleSignOnMode": null, "KerberosSignOnSettings": {"KerberosServicePrincipalName": null}}});
    let application = json!({"Id": APPLICATION, "AppId": APP_ID, "DisplayName": "Expenses", "ConnectorGroup": {"Id": null}, "OnPremisesPublishing": not_selected});
    export.json("applications.json", &json!([application]));
    let imported = export.imports(&[]);
    assert_eq!(imported.places(), (DATACENTER, DATACENTER));
    assert_eq!(imported.tenant["connectors"][0]["externalIp"], "198.51.100.1");
    assert_eq!(imported.tenant["applications"][0]["displayName"], "Expenses");
    assert_eq!(imported.report["unknownPublishing"], json!([APPLICATION]), "nulls are what was not selected");

    let told = json!({"Id": APPLICATION, "OnPremisesPublishing": {"InternalUrl": "https://expenses.fabrikam.local", "IsAccessibleViaZtnaClient": true, "SingleSignOnSettings": {"SingleSignOnMode": "OnPremisesKerberos", "KerberosSignOnSettings": {"KerberosServicePrincipalName": "HTTP/expenses"}}}});
    export.json(&format!("onPremisesPublishing/{APPLICATION}.json"), &told);
    let imported = export.imports(&[]);
    let read = &imported.tenant["applications"][0]["onPremisesPublishing"];
    assert_eq!(read["internalUrl"], "https://expenses.fabrikam.local/");
    assert!(imported.has_finding("R-50", "final slash"), "{}", imported.report);
    assert_eq!(read["isAccessibleViaZTNAClient"], true);
    assert_eq!(read["singleSignOnSettings"]["singleSignOnMode"], "onPremisesKerberos");
    assert_eq!(read["singleSignOnSettings"]["kerberosSignOnSettings"]["kerberosServicePrincipalName"], "HTTP/expenses");

    // Its default depth writes the name of a type in place of a list.
    let mut cut_off = group(DATACENTER, "Datacenter A", false);
    cut_off["Members"] = json!("Microsoft.Graph.Beta.PowerShell.Models.MicrosoftGraphConnector");
    export.json("connectorGroups.json", &json!([group(DEFAULT, "Default", true), cut_off]));
    let error = export.refused(&[]);
    assert!(error.contains("use ConvertTo-Json -Depth 20"), "{error}");
}

/// I6: what the model does not know is kept.
#[test]
fn i6_unknown_properties_and_members_are_kept() {
    let export = Export::whole("i6");
    let properties = json!({
        "internalUrl": "https://expenses.fabrikam.local/", "applicationType": "someNewApp", "quantum": {"x": 1},
        "singleSignOnSettings": {"singleSignOnMode": "telepathy", "shade": "blue", "kerberosSignOnSettings": {"kerberosServicePrincipalName": "HTTP/x", "hue": 7}},
        "onPremisesApplicationSegments": [{"internalUrl": "https://a.fabrikam.local/", "tint": "red"}],
    });
    export.json(&format!("onPremisesPublishing/{APPLICATION}.json"), &publishing(&properties));
    export.json(
        &format!("segments/{APPLICATION}.json"),
        &json!({"value": [{"id": "1", "destinationHost": "10.0.0.0/8", "newProperty": true}]}),
    );
    let mut unknown = connector();
    unknown["rack"] = json!("7b");
    export.json("connectors.json", &json!({"value": [unknown]}));
    let imported = export.imports(&[]);
    let read = &imported.tenant["applications"][0]["onPremisesPublishing"];
    assert_eq!(read["applicationType"], "someNewApp");
    assert_eq!(read["singleSignOnSettings"]["singleSignOnMode"], "telepathy");
    assert_eq!(read["singleSignOnSettings"]["kerberosSignOnSettings"]["kerberosServicePrincipalName"], "HTTP/x");
    let kept = &imported.report["kept"];
    assert_eq!(kept[format!("connectors/{CONNECTOR}")]["rack"], "7b");
    let everywhere = format!("{kept}{read}");
    for value in ["\"blue\"", ":7", "\"red\"", "{\"x\":1}"] {
        assert!(everywhere.contains(value), "{value} is kept: {everywhere}");
    }
    assert_eq!(imported.report["segments"][APPLICATION][0]["newProperty"], true);

    let mut lost = connector();
    lost["status"] = json!("hibernating");
    export.json("connectors.json", &json!({"value": [lost]}));
    let imported = export.imports(&[]);
    assert_eq!(imported.tenant["connectors"][0]["status"], "inactive", "nothing is built on it");
    assert_eq!(imported.report["kept"][format!("connectors/{CONNECTOR}")]["status"], "hibernating");
}

/// I7: pages in any order; a gap is told by the address of what is missing.
#[test]
fn i7_a_missing_page_is_told_by_its_address() {
    let export = Export::whole("i7");
    let page = |number: u32, next: Option<u32>| {
        let id = format!("5c000000-0000-4000-8000-00000000000{number}");
        let mut page = json!({"@odata.context": "x", "value": [{"id": id, "machineName": "", "externalIp": "", "status": "active", "version": ""}]});
        if let Some(next) = next {
            page["@odata.nextLink"] = json!(format!("https://graph.microsoft.com/beta/page{next}"));
        }
        page
    };
    // The order in which they are written does not matter.
    export.json("connectors.3.json", &page(3, None));
    export.json("connectors.json", &page(1, Some(2)));
    export.json("connectors.2.json", &page(2, Some(3)));
    assert_eq!(export.imports(&[]).tenant["connectors"].as_array().unwrap().len(), 3);

    export.remove("connectors.2.json");
    let error = export.refused(&[]);
    assert!(error.contains("connectors.json:1:"), "the place of the link: {error}");
    assert!(
        error.contains(
            "page 2 is missing; GET https://graph.microsoft.com/beta/page2 and keep the answer as connectors.2.json"
        ),
        "{error}"
    );
    export.remove("connectors.3.json");
    assert!(export.refused(&[]).contains("GET https://graph.microsoft.com/beta/page2"));
    export.json("connectors.json", &page(1, None));
    export.json("connectors.2.json", &page(2, None));
    let error = export.refused(&[]);
    assert!(error.contains("is the last page, as it has no @odata.nextLink"), "{error}");
    export.remove("connectors.json");
    assert!(export.refused(&[]).contains("page 1 is missing"));

    // Lists within folders too.
    let export = Export::whole("i7-members");
    export.json(&format!("members/{DATACENTER}.json"), &page(1, Some(2)));
    export.json(&format!("members/{DATACENTER}.3.json"), &page(3, None));
    assert!(export.refused(&[]).contains("page 2 is missing"));
}

/// I8: publishing that nobody fetched is unknown, not absent.
#[test]
fn i8_publishing_that_was_not_fetched_is_unknown() {
    let export = Export::whole("i8");
    let imported = export.imports(&[]);
    assert_eq!(imported.places(), (DATACENTER, DATACENTER), "it is published all the same");
    assert_eq!(imported.report["unknownPublishing"], json!([APPLICATION]));
    export.json(
        &format!("onPremisesPublishing/{APPLICATION}.json"),
        &publishing(&json!({"internalUrl": "https://x.local/"})),
    );
    assert_eq!(export.imports(&[]).report["unknownPublishing"], json!([]));
    // The sub-path answers without the application around it.
    export.json(&format!("onPremisesPublishing/{APPLICATION}.json"), &json!({"internalUrl": "https://y.local/"}));
    let imported = export.imports(&[]);
    assert_eq!(imported.tenant["applications"][0]["onPremisesPublishing"]["internalUrl"], "https://y.local/");
}

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
            "connectors.json:2:10: a text was expected here, not a number",
        ),
        ("missing", "connectors.json", "[\n {}]", "connectors.json:2:2: the property `id` is missing"),
        ("id", "connectors.json", "[{\"id\": \"x\", \"status\": \"active\"}]", "connectors.json:1:9: "),
        ("end", "connectors.json", "{", "connectors.json:1:1: EOF"),
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
    let imported = export.imports(&["--assume-empty", "Default"]);
    assert_eq!(imported.places(), (DATACENTER, DATACENTER));
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
