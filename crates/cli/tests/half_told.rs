//! Exports that tell half of something, or two things of one: nothing of it may pass for the whole.

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

use std::path::Path;

use folders::*;
use planning::text;
use serde_json::{Value, json};

const OTHER: &str = "5a000000-0000-4000-8000-0000000000ff";

/// What a restore of the first folder onto the second one says, with its exit status.
fn restored(was: &Path, now: &Export) -> (Option<i32>, String) {
    let output = planning::program("restore", &["--as", "graph", text(was), text(&now.0)]);
    let told = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(told).unwrap())
}

fn members() -> String {
    format!("members/{DATACENTER}.json")
}

fn assigned() -> String {
    format!("applications/{DATACENTER}.json")
}

fn own() -> String {
    format!("onPremisesPublishing/{APPLICATION}.json")
}

fn with(mut thing: Value, name: &str, value: impl Into<Value>) -> Value {
    thing[name] = value.into();
    thing
}

/// An application, as it comes without `$select`, is no publishing; nor is a batch of answers. A restore of it would take all
/// settings back.
#[test]
fn an_application_tells_nothing_of_its_publishing() {
    let now = whole("half-publishing-now");
    for (name, file) in [
        ("plain", with(application(), "tags", json!([]))),
        ("batch", json!({"responses": [{"id": "1", "status": 200, "body": publishing(&json!({}))}]})),
        ("powershell", json!({"Id": APPLICATION, "AppId": APP_ID, "OnPremisesPublishing": {"ExternalUrl": null}})),
    ] {
        let export = whole(&format!("half-publishing-{name}"));
        export.json(&own(), &file);
        let imported = export.imports(&[]);
        assert_eq!(imported.report["unknownPublishing"], json!([APPLICATION]), "{name}: {}", imported.report);
        let (code, told) = restored(&export.0, &now);
        assert!(code == Some(0) && !told.contains("PATCH"), "{name}: {told}");
        // The document has a stand-in, which is no publishing either.
        let document = export.0.with_extension("tenant.json");
        let (code, told) = restored(&document, &now);
        assert!(code == Some(0) && !told.contains("PATCH") && told.contains("the publishing"), "{name}: {told}");
    }
}

/// A list with chosen properties may leave the name out.
#[test]
fn a_name_that_no_file_tells_stays() {
    let (export, now) = (whole("half-name"), whole("half-name-now"));
    let nameless = json!([{"id": APPLICATION, "appId": APP_ID}]);
    export.json("applications.json", &nameless);
    export.json(&assigned(), &nameless);
    assert!(export.imports(&[]).has_finding("no-name", APPLICATION));
    for (was, is) in [(&export, &now), (&now, &export)] {
        let (code, told) = restored(&was.0, is);
        assert!(code == Some(0) && !told.contains("displayName\""), "{told}");
    }
}

/// The folder is whole but for some files; the import stops with these words.
fn refuses(name: &str, files: &[(String, Value)], words: &str) {
    let export = whole(&format!("half-{name}"));
    for (file, value) in files {
        export.json(file, value);
    }
    let error = export.refused(&[]);
    assert!(error.contains(words), "{name}: {error}");
}

#[test]
fn what_cannot_be_whole_is_refused() {
    let expanded = with(groups()[1].clone(), "members", json!([connector()]));
    let page = |more: &str, value: Value| json!({"value": groups(), more: value});
    for (name, files, words) in [
        // Things of another kind, each of which has an `id`.
        ("group", vec![(members(), expanded)], "has `connectorGroupType`, and connectors belong here"),
        ("applications", vec![(members(), json!([application()]))], "has `appId`, and connectors belong here"),
        ("connectors", vec![(assigned(), json!([connector()]))], "has `machineName`, and applications belong here"),
        ("stranger", vec![(members(), json!([{"id": OTHER}]))], "the property `status` is missing"),
        // Pages and counts.
        ("first", vec![("connectors.1.json".into(), json!([]))], "each of them is a first page"),
        (
            "counted",
            vec![("connectorGroups.json".into(), page("@odata.count", json!(50)))],
            "50 items are counted, and 2 are here: GET https://graph.microsoft.com/beta/onPremisesPublishingProfiles/",
        ),
        (
            "counted-members",
            vec![(
                "connectorGroups.json".into(),
                json!([
                    groups()[0],
                    with(with(groups()[1].clone(), "members", json!([connector()])), "members@odata.count", 35)
                ]),
            )],
            "`members` has 35 items, and 1 are here",
        ),
        (
            "next",
            vec![("connectorGroups.json".into(), page("NextLink", json!("https://g/?2")))],
            "GET https://g/?2 and keep",
        ),
        (
            "odata",
            vec![("connectorGroups.json".into(), page("OdataNextLink", json!("https://g/?2")))],
            "page 2 is missing",
        ),
        // Cut off, and named after another id.
        (
            "cut",
            vec![(
                "connectorGroups.json".into(),
                json!([groups()[0], with(groups()[1].clone(), "members", "System.Object System.Object")]),
            )],
            "`members` is not there; ConvertTo-Json has cut it off",
        ),
        (
            "app-id",
            vec![(format!("segments/{APP_ID}.json"), json!([]))],
            "is named after an `appId`: name it after the id, 5a00",
        ),
    ] {
        refuses(name, &files, words);
    }
    let export = whole("half-no-folder");
    assert!(Export(export.0.join("nowhere")).refused(&[]).contains("nowhere: there is no such folder"));
}

/// Which of two values counts would be a guess.
#[test]
fn two_values_of_one_thing_are_refused() {
    let elsewhere = json!([{"id": DEFAULT}]);
    let tagged = |tags: Value| json!([with(application(), "tags", tags)]);
    let at = |url: &str| publishing(&json!({"internalUrl": "https://a.contoso.local/", "externalUrl": url}));
    let told_of_group = |name: &str| with(application(), "connectorGroup", json!({"id": name}));
    for (name, files, words) in [
        (
            "tags",
            vec![("applications.json".into(), tagged(json!(["A"]))), (assigned(), tagged(json!(["B"])))],
            "\"tags\" of application 5a000000-0000-4000-8000-000000000001 is another one here than at ",
        ),
        (
            "publishing",
            vec![
                (
                    "applications.json".into(),
                    json!([with(
                        application(),
                        "onPremisesPublishing",
                        at("https://a.contoso.com/")["onPremisesPublishing"].clone()
                    )]),
                ),
                (own(), at("https://b.contoso.com/")),
            ],
            "the publishing of application 5a000000-0000-4000-8000-000000000001 is another one here than at ",
        ),
        (
            "member-of",
            vec![(
                "connectors.json".into(),
                json!([
                    with(connector(), "memberOf", elsewhere.clone()),
                    with(connector(), "memberOf", json!([{"id": DATACENTER}]))
                ]),
            )],
            "it moved while the files were fetched",
        ),
        (
            "item",
            vec![(members(), json!([with(connector(), "memberOf", elsewhere)]))],
            "it moved while the files were fetched",
        ),
        ("assigned-item", vec![(assigned(), json!([told_of_group(DEFAULT)]))], "it moved while the files were fetched"),
        (
            "not-listed",
            vec![
                ("connectors.json".into(), json!([with(connector(), "memberOf", json!([{"id": DATACENTER}]))])),
                (members(), json!([])),
            ],
            "and not in that group's list: they are of different times",
        ),
        (
            "not-assigned",
            vec![("applications.json".into(), json!([told_of_group(DATACENTER)])), (assigned(), json!([]))],
            "and not in that group's list: they are of different times",
        ),
    ] {
        refuses(name, &files, words);
    }
}

/// A file whose name is no id is told, as nothing reads it.
#[test]
fn files_that_nothing_reads_are_told() {
    let export = whole("half-passed-over");
    export.json("members/Datacenter A.json", &json!([]));
    export.json(&format!("segments/{OTHER}.json"), &json!([]));
    let imported = export.imports(&[]);
    assert!(imported.has_finding("passed-over", "files here are named after the ids of connector groups"));
    assert!(imported.has_finding("passed-over", "no other file tells of this application"));
}

/// A run of the exporter that broke off leaves a folder without its object.
#[test]
fn a_folder_of_the_exporter_without_its_object_is_refused() {
    let export = Export::new("half-exporter");
    let root = "OnPremisesPublishingProfiles/ApplicationProxy/ConnectorGroups";
    for group in groups().as_array().unwrap() {
        let id = group["id"].as_str().unwrap();
        export.json(&format!("{root}/{id}/{id}.json"), group);
    }
    export.json(&format!("{root}/{DATACENTER}/Members/{CONNECTOR}/{CONNECTOR}.json"), &connector());
    export.imports(&["--assume-empty", "all"]);
    export.remove(&format!("{root}/{DATACENTER}/{DATACENTER}.json"));
    let error = export.refused(&["--assume-empty", "all"]);
    assert!(error.contains(&format!("{DATACENTER}.json: is not there, and its folder is")), "{error}");
}

/// PowerShell writes names with capital letters, keeps in `AdditionalProperties` what its objects lack, and joins lists that are
/// nested too deep.
#[test]
fn powershells_spelling_is_no_change() {
    let (plain, powershell) = (whole("half-plain"), whole("half-powershell"));
    let named = with(application(), "uniqueName", "expenses");
    let app = |more: Value| json!([with(with(named.clone(), "tags", json!(["HideApp", "X"])), "web", more)]);
    let web = json!({"homePageUrl": "https://h.contoso.com/", "redirectUris": ["https://r.contoso.com/"]});
    plain.json("applications.json", &app(web));
    let pascal = json!({
        "Id": APPLICATION, "AppId": APP_ID, "DisplayName": "Expenses", "Tags": ["HideApp", "X"], "IdentifierUris": null,
        "Web": {
            "HomePageUrl": "https://h.contoso.com/", "RedirectUris": ["https://r.contoso.com/"], "LogoutUrl": null,
            "ImplicitGrantSettings": {"EnableIdTokenIssuance": null, "AdditionalProperties": {}}, "AdditionalProperties": {},
        },
        "Api": {"KnownClientApplications": null, "AdditionalProperties": {}},
        "AdditionalProperties": {"@odata.type": "#microsoft.graph.application", "uniqueName": "expenses"},
    });
    powershell.json("applications.json", &json!([pascal]));
    let (code, told) = restored(&powershell.0, &plain);
    assert!(code == Some(0) && !told.contains("PATCH"), "{told}");
    assert_eq!(plain.imports(&[]).tenant["applications"], powershell.imports(&[]).tenant["applications"]);

    let settings = |more: Value| {
        let mut all = json!({"internalUrl": "https://a.contoso.local/", "externalUrl": "https://a.contoso.com/"});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        publishing(&all)
    };
    plain.json(&own(), &settings(json!({"isHttpOnlyCookieEnabled": true})));
    powershell.json(&own(), &settings(json!({"AdditionalProperties": {"isHttpOnlyCookieEnabled": true}})));
    assert_eq!(plain.imports(&[]).tenant["applications"], powershell.imports(&[]).tenant["applications"]);

    for (name, joined) in [
        ("tags", json!({"Tags": "HideApp X"})),
        ("web", json!({"Web": {"HomePageUrl": "https://h.contoso.com/", "RedirectUris": "https://r.contoso.com/"}})),
    ] {
        let mut joined_too = pascal.clone();
        joined_too.as_object_mut().unwrap().extend(joined.as_object().unwrap().clone());
        powershell.json("applications.json", &json!([joined_too]));
        let (code, told) = restored(&powershell.0, &plain);
        assert!(code == Some(0) && told.contains("has cut it off"), "{name}: {told}");
    }
}
