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

#[allow(dead_code, reason = "another test uses the rest")]
mod folders;

use std::fs;

use folders::*;
use serde_json::json;

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

/// Without a list of all applications, those that are assigned are known.
#[test]
fn i2_the_list_of_all_applications_may_be_missing() {
    let export = Export::whole("i2-no-list");
    export.remove("applications.json");
    let imported = export.imports(&[]);
    assert_eq!(imported.places(), (DATACENTER, DATACENTER));
    assert!(imported.has_finding("no-list", "only applications that are assigned"), "{}", imported.report);
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
    assert_eq!(
        (&read["internalUrl"], &read["externalUrl"]),
        (&json!(url), &json!(url)),
        "the tenant holds them (R-74)"
    );
    assert_eq!(imported.report["kept"], json!({}));
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
    assert!(error.contains("use ConvertTo-Json -Depth 10"), "{error}");
}

/// I12: PowerShell writes a text in the place of what is nested deeper than it goes: nothing is known of that.
#[test]
fn i12_what_powershell_has_cut_off_is_unknown() {
    let own = format!("onPremisesPublishing/{APPLICATION}.json");
    for (name, told) in [
        ("object", json!("@{externalUrl=https://*.fabrikam.com/; internalUrl=https://*.fabrikam.local/}")),
        ("type", json!("Microsoft.Graph.Beta.PowerShell.Models.MicrosoftGraphOnPremisesPublishing")),
        (
            "nested",
            json!({"externalUrl": "https://x.fabrikam.com/", "singleSignOnSettings": "@{singleSignOnMode=none}"}),
        ),
        ("deep", json!({"singleSignOnSettings": {"kerberosSignOnSettings": "System.Collections.Hashtable"}})),
        ("list", json!({"onPremisesApplicationSegments": "System.Object[]"})),
        ("in-a-list", json!({"onPremisesApplicationSegments": ["@{internalUrl=https://x.fabrikam.local/}"]})),
        (
            "texts",
            json!({"onPremisesApplicationSegments": [{"corsConfigurations": [{"allowedOrigins": "https://a https://b"}]}]}),
        ),
        ("unknown", json!({"externalUrl": "https://x.fabrikam.com/", "someNewThing": "@{a=1}"})),
    ] {
        for is_listed in [true, false] {
            let export = Export::whole(&format!("i12-{name}-{is_listed}"));
            if is_listed {
                let mut listed = application();
                listed["onPremisesPublishing"] = told.clone();
                export.json("applications.json", &json!([listed]));
            } else {
                export.json(&own, &publishing(&told));
            }
            let imported = export.imports(&[]);
            assert_eq!(imported.report["unknownPublishing"], json!([APPLICATION]), "{name}: {}", imported.report);
            let advice = "its publishing is unknown; ConvertTo-Json has cut it off: use ConvertTo-Json -Depth 10";
            assert!(imported.has_finding("unknown-publishing", advice), "{name}: {}", imported.report);
            assert!(!imported.has_finding("kept", ""), "{name}: {}", imported.report);
        }
    }
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
        &json!({"value": [{"id": "1", "destinationHost": "10.0.0.0/8", "destinationType": "ipRangeCidr", "newProperty": true}]}),
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
    export.json(&format!("members/{DATACENTER}.json"), &json!({"value": [lost]}));
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

/// A segment as Graph answers it, by the last part of its id.
fn segment(number: u32, kind: &str, host: &str, ports: &str) -> serde_json::Value {
    let id = format!("5f000000-0000-4000-8000-{number:012}");
    json!({"id": id, "destinationHost": host, "destinationType": kind, "port": 0, "ports": [ports], "protocol": "tcp", "action": "tunnel", "inclusions": null})
}

/// I9: segments are the tenant's; one that breaks a rule is told and kept beside it, and the others stay.
#[test]
fn i9_segments_are_held() {
    let export = Export::whole("i9");
    let file = format!("segments/{APPLICATION}.json");
    let private = publishing(&json!({"applicationType": "nonwebapp"}));
    export.json(&format!("onPremisesPublishing/{APPLICATION}.json"), &private);
    let wide = segment(1, "ipRangeCidr", "10.0.0.0/8", "1-65535");
    // PowerShell's spelling, and a suffix of names whose protocol is not told.
    let powershell = json!({"Id": "5f000000-0000-4000-8000-000000000002", "DestinationHost": "Contoso.local", "DestinationType": "dnsSuffix", "Ports": ["53-53"], "Port": 7, "AdditionalProperties": {}});
    export.json(&file, &json!({"value": [wide, powershell]}));
    let imported = export.imports(&[]);
    let held = &imported.tenant["applications"][0]["applicationSegments"];
    assert_eq!(held[0]["destinationHost"], "10.0.0.0/8");
    assert_eq!(held[0]["properties"], json!({"port": 0, "action": "tunnel"}));
    assert_eq!((&held[1]["protocol"], &held[1]["properties"]), (&json!("0"), &json!({"port": 7})));
    assert_eq!(held.as_array().unwrap().len(), 2);
    assert_eq!((&imported.report["segments"], &imported.report["findings"]), (&json!({}), &json!([])));

    // The second overlaps the first; the third overlaps the second alone, which goes, so that it stays.
    let mut no_type = segment(6, "ip", "192.0.2.1", "80");
    no_type["destinationType"] = json!(null);
    let list = [
        segment(1, "ipRange", "10.0.0.1..10.0.0.10", "80"),
        segment(2, "ipRange", "10.0.0.10..10.0.0.20", "80"),
        segment(3, "ip", "10.0.0.20", "80"),
        segment(4, "ip", "not an address", "80"),
        segment(5, "ip", "10.9.9.9", "2-1"),
        no_type,
        segment(3, "ip", "10.0.0.99", "80"),
    ];
    export.json(&file, &json!(list));
    let imported = export.imports(&[]);
    let held = imported.tenant["applications"][0]["applicationSegments"].as_array().unwrap();
    let hosts: Vec<_> = held.iter().map(|one| one["destinationHost"].as_str().unwrap()).collect();
    assert_eq!(hosts, ["10.0.0.1..10.0.0.10", "10.0.0.20"]);
    assert_eq!(imported.report["segments"][APPLICATION].as_array().unwrap().len(), 5, "{}", imported.report);
    for (rule, words) in [
        ("I9", "overlap (I9); it is kept beside the tenant"),
        ("R-51", "destinationHost of segment 5f000000-0000-4000-8000-000000000004"),
        ("R-51", "ports of segment 5f000000-0000-4000-8000-000000000005"),
        ("R-51", "`destinationType` is missing"),
        ("I4", "have the id 5f000000-0000-4000-8000-000000000003"),
    ] {
        assert!(imported.has_finding(rule, words), "{rule} {words}: {}", imported.report);
    }

    // An application that is not published has none.
    let export = Export::whole("i9-unpublished");
    export.json(&file, &json!([segment(1, "ip", "10.0.0.1", "80")]));
    export.json(&format!("applications/{DATACENTER}.json"), &json!([]));
    let imported = export.imports(&[]);
    assert!(imported.has_finding("I9", "is not published"), "{}", imported.report);
    assert_eq!(imported.report["segments"][APPLICATION][0]["destinationHost"], "10.0.0.1");
}

/// I10: service principals are found by their application's client id; the profile and other properties are held too.
#[test]
fn i10_service_principals_and_open_properties_are_held() {
    let export = Export::whole("i10");
    let principal = json!({"id": "5d100000-0000-4000-8000-000000000001", "appId": APP_ID.to_uppercase(), "displayName": "Expenses", "tags": ["WindowsAzureActiveDirectoryOnPremApp"]});
    let other = json!({"id": "5d100000-0000-4000-8000-000000000002", "appId": "5b000000-0000-4000-8000-00000000ffff"});
    export.json("servicePrincipals.json", &json!({"value": [principal, other, {"id": "no application"}]}));
    export.json("profile.json", &json!({"id": "applicationProxy", "isEnabled": true, "isDefaultAccessEnabled": false}));
    let mut described = application();
    described["identifierUris"] = json!(["https://expenses.fabrikam.com/"]);
    export.json("applications.json", &json!([described]));
    let imported = export.imports(&[]);
    let read = &imported.tenant["applications"][0];
    assert_eq!(read["servicePrincipal"]["id"], principal["id"]);
    assert_eq!(read["servicePrincipal"]["properties"], json!({"tags": ["WindowsAzureActiveDirectoryOnPremApp"]}));
    assert_eq!(read["properties"]["identifierUris"], json!(["https://expenses.fabrikam.com/"]));
    assert_eq!(imported.tenant["onPremisesPublishingProfile"], json!({"isDefaultAccessEnabled": false}));
    let kept = &imported.report["kept"]["servicePrincipals/5d100000-0000-4000-8000-000000000001"];
    assert_eq!(kept["displayName"], "Expenses", "what has no place in the tenant is beside it");
    assert!(imported.has_finding("other-principals", "2 service principals"), "{}", imported.report);

    let mut second = principal.clone();
    second["id"] = json!("5d100000-0000-4000-8000-000000000003");
    export.json("servicePrincipals.json", &json!([principal, second]));
    let error = export.refused(&[]);
    assert!(
        error.contains("servicePrincipals.json:1:") && error.contains("is the second service principal"),
        "{error}"
    );
}

/// I11: names of properties and of types in any case, and a query that a final slash must not end.
#[test]
fn i11_case_does_not_matter_and_a_slash_goes_before_a_query() {
    let export = Export::whole("i11");
    let upper = |id: &str, name: &str, is_default: bool| json!({"ID": id.to_uppercase(), "NAME": name, "ConnectorGroupTYPE": "APPLICATIONPROXY", "ISDEFAULT": is_default, "rEgIoN": "EUR"});
    export.json(
        "connectorGroups.json",
        &json!({"VALUE": [upper(DEFAULT, "Default", true), upper(DATACENTER, "Datacenter A", false)]}),
    );
    let own = json!({"INTERNALURL": "https://expenses.fabrikam.local/a?next=/b", "externalAuthenticationType": "AADPREAUTHENTICATION"});
    export.json(&format!("onPremisesPublishing/{APPLICATION}.json"), &publishing(&own));
    let imported = export.imports(&[]);
    assert_eq!(imported.places(), (DATACENTER, DATACENTER));
    let read = &imported.tenant["applications"][0]["onPremisesPublishing"];
    assert_eq!(read["internalUrl"], "https://expenses.fabrikam.local/a/?next=/b");
    assert_eq!(read["externalAuthenticationType"], "aadPreAuthentication");
    assert!(imported.has_finding("R-50", "final slash"), "{}", imported.report);

    // Lines and columns are those of the text, whatever its encoding.
    export.write("connectors.json", utf16("[\r\n  {\"id\": 7}]", u16::to_le_bytes));
    let error = export.refused(&[]);
    assert!(error.contains("connectors.json:2:10: a text was expected here, not a number"), "{error}");
}
