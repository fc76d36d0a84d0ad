//! Documents from strangers: everything wrong is told at once, and nothing wrong gets in.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test stops where it fails"
)]

mod attached;

use connector_groups::{
    AppId, Directory, DirectoryCommand, Tenant, Violation,
    document::{Document, Violations},
    ids::ApplicationSegmentId,
    model::SegmentProperty,
    refusal::{
        Kind,
        UrlProperty::{ExternalUrl, InternalUrl},
    },
};
use serde_json::{Value, json};

fn id(kind: &str, number: u32) -> String {
    format!("{kind}-0000-4000-8000-{number:012}")
}

fn group(number: u32) -> String {
    id("9d000000", number)
}

/// A tenant with a default group, a syncFabric one, one connector and two published applications.
fn right() -> Value {
    let application = |number: u32| {
        json!({"id": id("a0000000", number), "appId": id("b0000000", number), "displayName": "App",
            "onPremisesPublishing": {"internalUrl": format!("https://app{number}.contoso.local/")}, "connectorGroup": group(1)})
    };
    json!({
        "id": id("7e000000", 1), "defaultRegion": "eur", "now": "2026-03-02T08:00:00Z",
        "rules": {"uniqueNames": true, "regionalConnectorMoves": false},
        "connectorGroups": [
            {"id": group(1), "name": "Default", "connectorGroupType": "applicationProxy", "isDefault": true, "region": "eur"},
            {"id": group(2), "name": "Default", "connectorGroupType": "syncFabric", "isDefault": false, "region": "japan"},
        ],
        "connectors": [{"id": id("c0000000", 1), "machineName": "host", "externalIp": "192.0.2.1", "status": "inactive",
            "inactiveSince": "2026-02-20T08:00:00.000001Z", "version": "1", "memberOf": group(1)}],
        "applications": [application(1), application(2)],
    })
}

fn load(document: Value) -> Result<Tenant, Violations> {
    Tenant::try_from(serde_json::from_value::<Document>(document).unwrap())
}

fn violations(document: Value) -> Vec<Violation> {
    load(document).unwrap_err().violations
}

/// The document with the value at a JSON pointer put in place of what is there, or added.
fn with(pointer: &str, value: Value) -> Value {
    let mut document = right();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Value::Array(list) if name == "-" => list.push(value),
        Value::Array(list) => list[name.parse::<usize>().unwrap()] = value,
        Value::Object(fields) => drop(fields.insert(name.to_string(), value)),
        _ => unreachable!("a pointer into a scalar"),
    }
    document
}

#[test]
fn a_right_document_loads_and_saves_to_the_same_bytes() {
    let tenant = load(right()).unwrap();
    let saved = serde_json::to_string(&tenant).unwrap();
    let again: Tenant = serde_json::from_str(&saved).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), saved);
    assert_eq!(tenant.audit(), []);
}

#[test]
fn tenants_are_equal_where_nothing_in_their_documents_differs() {
    assert_eq!(load(right()).unwrap(), load(right()).unwrap());
    let others = [
        with("/id", json!(id("7e000000", 2))),
        with("/defaultRegion", json!("nam")),
        with("/now", json!("2026-03-02T07:59:59Z")),
        with("/rules/regionalConnectorMoves", json!(true)),
        with("/connectorGroups/0/name", json!("Other")),
        with("/connectors/0/machineName", json!("other")),
        with("/applications/0/displayName", json!("Other")),
    ];
    for other in others {
        assert_ne!(load(other.clone()).unwrap(), load(right()).unwrap(), "{other}");
    }
}

#[test]
fn each_violation_is_told_with_its_ids() {
    let (g1, g2) = (group(1).parse().unwrap(), group(2).parse().unwrap());
    let connector = id("c0000000", 1).parse().unwrap();
    let (a1, a2) = (id("a0000000", 1).parse().unwrap(), id("a0000000", 2).parse().unwrap());
    let missing = group(9);
    let connector_group = missing.parse().unwrap();
    let cases = [
        ("/defaultRegion", json!(""), Violation::InvalidDefaultRegion { region: "".into() }),
        ("/connectorGroups/0/isDefault", json!(false), Violation::NoDefaultGroup),
        ("/connectorGroups/0/name", json!("\u{2003}"), Violation::BlankName { connector_group: g1 }),
        (
            "/connectorGroups/1/region",
            json!("unknownFutureValue"),
            Violation::InvalidRegion { connector_group: g2, region: "unknownFutureValue".into() },
        ),
        (
            "/connectorGroups/1/connectorGroupType",
            json!("applicationProxy"),
            Violation::SharedName { first: g1, second: g2 },
        ),
        ("/connectors/0/memberOf", json!(missing), Violation::MemberOfMissingGroup { connector, connector_group }),
        ("/connectors/0/memberOf", json!(group(2)), Violation::MemberOfServiceGroup { connector, connector_group: g2 }),
        ("/connectors/0/status", json!("active"), Violation::ContradictoryPresence { connector }),
        ("/connectors/0/inactiveSince", json!(null), Violation::ContradictoryPresence { connector }),
        (
            "/connectors/0/inactiveSince",
            json!("2026-03-02T08:00:00.000001Z"),
            Violation::InactiveInFuture { connector, since: "2026-03-02T08:00:00.000001Z".parse().unwrap() },
        ),
        (
            "/connectors/0/inactiveSince",
            json!("2026-02-20T08:00:00Z"),
            Violation::Overdue { connector, since: "2026-02-20T08:00:00Z".parse().unwrap() },
        ),
        ("/applications/0/connectorGroup", json!(null), Violation::ContradictoryPublication { application: a1 }),
        ("/applications/0/onPremisesPublishing", json!(null), Violation::ContradictoryPublication { application: a1 }),
        (
            "/applications/0/connectorGroup",
            json!(missing),
            Violation::AssignedToMissingGroup { application: a1, connector_group },
        ),
        (
            "/applications/0/connectorGroup",
            json!(group(2)),
            Violation::AssignedToServiceGroup { application: a1, connector_group: g2 },
        ),
        (
            "/applications/0/onPremisesPublishing/externalUrl",
            json!("https://10.0.0.1/"),
            Violation::InvalidUrl { property: ExternalUrl, application: a1 },
        ),
        (
            "/applications/1/onPremisesPublishing/internalUrl",
            json!("HTTPS://APP1.contoso.local/"),
            Violation::SharedUrl { property: InternalUrl, first: a1, second: a2 },
        ),
        (
            "/applications/1/id",
            json!(id("a0000000", 1)),
            Violation::DuplicateId { kind: Kind::Application, id: id("a0000000", 1).parse().unwrap() },
        ),
        (
            "/applications/1/appId",
            json!(id("b0000000", 1)),
            Violation::DuplicateId { kind: Kind::Application, id: id("b0000000", 1).parse::<AppId>().unwrap().into() },
        ),
    ];
    let segment = |number: u32, host: &str| json!({"id": id("56000000", number), "destinationHost": host, "destinationType": "ip", "protocol": "tcp", "ports": []});
    let (s1, s2): (ApplicationSegmentId, ApplicationSegmentId) =
        (id("56000000", 1).parse().unwrap(), id("56000000", 2).parse().unwrap());
    let attachments = [
        (
            "/applications/0/applicationSegments",
            json!([segment(1, "10.0.0.1"), segment(2, "10.0.0.1")]),
            Violation::OverlappingSegments { first: s1, second: s2 },
        ),
        (
            "/applications/0/applicationSegments",
            json!([segment(1, "10.0.0.1"), segment(1, "10.0.0.2")]),
            Violation::DuplicateId { kind: Kind::ApplicationSegment, id: s1.into() },
        ),
        (
            "/applications/0/applicationSegments",
            json!([segment(1, "nowhere at all")]),
            Violation::InvalidSegment { property: SegmentProperty::DestinationHost, segment: s1 },
        ),
        (
            "/applications/0/onPremisesPublishing/externalUrl",
            json!("https://a.contoso.com"),
            Violation::InvalidUrl { property: ExternalUrl, application: a1 },
        ),
        (
            "/applications/0/onPremisesPublishing/externalUrl",
            json!(format!("api://{}/", id("b0000000", 2))),
            Violation::InvalidUrl { property: ExternalUrl, application: a1 },
        ),
    ];
    for (pointer, value, violation) in cases.into_iter().chain(attachments) {
        let found = violations(with(pointer, value.clone()));
        assert_eq!(found, [violation], "{pointer} = {value}");
    }
}

#[test]
fn two_defaults_and_a_default_of_another_type_are_told_at_once() {
    let found = violations(with("/connectorGroups/1/isDefault", json!(true)));
    let second = group(2).parse().unwrap();
    let first = group(1).parse().unwrap();
    let expected =
        [Violation::TwoDefaultGroups { first, second }, Violation::DefaultGroupType { connector_group: second }];
    assert_eq!(found, expected);
}

#[test]
fn repeated_groups_and_connectors_are_told() {
    for list in ["connectorGroups", "connectors"] {
        let first = right()[list][0].clone();
        let found = violations(with(&format!("/{list}/-"), first));
        assert!(found.iter().any(|violation| matches!(violation, Violation::DuplicateId { .. })), "{list}: {found:?}");
    }
}

#[test]
fn everything_wrong_is_told_in_document_order() {
    let mut document = right();
    document["defaultRegion"] = json!("");
    document["connectorGroups"][0]["name"] = json!(" ");
    document["connectors"][0]["status"] = json!("active");
    document["applications"][0]["connectorGroup"] = json!(group(9));
    document["applications"][1]["connectorGroup"] = json!(null);
    let error = serde_json::from_value::<Tenant>(document.clone()).unwrap_err().to_string();
    assert_eq!(violations(document).len(), 5);
    for part in [&*id("7e000000", 1), "(R-32)", "(I8)", "(I6)", &*id("a0000000", 1), "(I3)", &*id("a0000000", 2)] {
        assert!(error.contains(part), "{part} in {error}");
    }
}

#[test]
fn a_directory_tells_of_repeated_tenants_and_of_each_tenant() {
    let wrong = with("/connectorGroups/0/isDefault", json!(false));
    let directory = json!({"tenants": [right(), right(), wrong]});
    let error = serde_json::from_value::<Directory>(directory).unwrap_err().to_string();
    assert!(error.contains("two tenants have the id") && error.contains("(I1)"), "{error}");
    let directory: Directory = serde_json::from_value(json!({"tenants": [right()]})).unwrap();
    assert_eq!(directory.tenants_count(), 1);
}

#[test]
fn what_is_no_document_is_told_by_field() {
    let cases = [
        ("/connectorGroups/0/isDefault", json!("yes"), "expected a boolean"),
        ("/connectorGroups/0/surprise", json!(1), "unknown field `surprise`"),
        ("/connectors/0/id", json!("1"), "expected a GUID"),
        ("/connectors/0/status", json!("asleep"), "unknown variant `asleep`"),
        ("/connectors/0/inactiveSince", json!("yesterday"), "expected an RFC 3339 time"),
        ("/applications/0/onPremisesPublishing/internalUrl", json!(["x"]), "expected a string"),
        (
            "/applications/0/onPremisesPublishing/isOnPremPublishingEnabled",
            json!(false),
            "as the application is published",
        ),
        ("/rules/uniqueNames", json!(null), "expected a boolean"),
        ("/rules/strict", json!(true), "unknown field `strict`"),
        ("/now", json!(null), "expected an RFC 3339 time"),
        ("/connectorGroups", json!({}), "expected a sequence"),
    ];
    for (pointer, value, message) in cases {
        let error = serde_json::from_value::<Tenant>(with(pointer, value)).unwrap_err().to_string();
        assert!(error.contains(message), "{pointer}: {error}");
    }
    for missing in ["id", "defaultRegion", "now", "rules", "connectorGroups", "connectors", "applications"] {
        let mut document = right();
        document.as_object_mut().unwrap().remove(missing);
        let error = serde_json::from_value::<Tenant>(document).unwrap_err().to_string();
        assert!(error.contains(&format!("missing field `{missing}`")), "{error}");
    }
}

#[test]
fn hostile_texts_are_answered_shortly() {
    let megabyte = "x".repeat(1 << 20);
    let named = load(with("/connectorGroups/0/name", json!(megabyte))).unwrap();
    assert_eq!(named.default_connector_group().name().as_str().len(), megabyte.len(), "no limit is known (R-47)");
    for pointer in ["/connectors/0/id", "/now"] {
        let error = serde_json::from_value::<Tenant>(with(pointer, json!(megabyte))).unwrap_err().to_string();
        assert!(error.len() < 200, "{pointer}: a message of {} bytes", error.len());
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(serde_json::from_str::<Tenant>(&deep).is_err());
    let text = serde_json::to_string(&right()).unwrap();
    let waf = format!(r#""onPremisesPublishing":{{"wafAllowedHeaders":{{"a":{deep}}},"#);
    let error = serde_json::from_str::<Tenant>(&text.replacen(r#""onPremisesPublishing":{"#, &waf, 1)).unwrap_err();
    assert!(error.to_string().contains("recursion limit exceeded"), "{error}");
    let twice = text.replacen(r#""defaultRegion":"eur","#, r#""defaultRegion":"eur","defaultRegion":"eur","#, 1);
    assert!(
        serde_json::from_str::<Tenant>(&twice).unwrap_err().to_string().contains("duplicate field `defaultRegion`")
    );
    for length in (0..text.len()).step_by(7) {
        assert!(serde_json::from_str::<Tenant>(text.get(..length).unwrap_or_default()).is_err(), "cut at {length}");
    }
}

/// How an application may be published, with every object that there can be.
fn publishing() -> Value {
    json!({
        "internalUrl": "https://full.contoso.local/",
        "singleSignOnSettings": {"singleSignOnMode": "onPremisesKerberos", "kerberosSignOnSettings": {
            "kerberosServicePrincipalName": "HTTP/full", "kerberosSignOnMappingAttributeType": "userPrincipalName"}},
        "segmentsConfiguration": {"applicationSegments": [{"port": 443}]},
        "onPremisesApplicationSegments": [{"internalUrl": "https://a.contoso.local/", "corsConfigurations": [
            {"resource": "/", "allowedOrigins": ["*"], "maxAgeInSeconds": 5}]}],
        "verifiedCustomDomainCertificatesMetadata": {"thumbprint": "aa", "subjectName": "full"},
        "verifiedCustomDomainKeyCredential": {"value": {"key": 1}},
        "verifiedCustomDomainPasswordCredential": {"value": {"key": 1}},
        "wafIpRanges": [{"range": {"from": "192.0.2.1"}}],
        "wafAllowedHeaders": {"headers": {"name": "x"}},
    })
}

/// Where the objects of a text are. Those that are kept as they came are looked at, but not into: theirs may be anything.
fn objects(value: &Value, pointer: &str) -> Vec<String> {
    let kept = ["segmentsConfiguration", "KeyCredential", "PasswordCredential", "wafIpRanges", "wafAllowedHeaders"];
    match value {
        Value::Object(_) if kept.iter().any(|name| pointer.contains(name)) => vec![pointer.to_string()],
        Value::Object(fields) => {
            let inside = fields.iter().flat_map(|(name, field)| objects(field, &format!("{pointer}/{name}")));
            core::iter::once(pointer.to_string()).chain(inside).collect()
        }
        Value::Array(list) => {
            list.iter().enumerate().flat_map(|(at, item)| objects(item, &format!("{pointer}/{at}"))).collect()
        }
        _ => Vec::new(),
    }
}

/// Every text that has an array where the right one has an object: of the object's values, and an empty one.
fn with_arrays(right: &Value) -> impl Iterator<Item = (String, Value)> {
    objects(right, "").into_iter().flat_map(|pointer| {
        let values: Vec<Value> = right.pointer(&pointer).unwrap().as_object().unwrap().values().cloned().collect();
        [values, Vec::new()].map(|array| {
            let mut wrong = right.clone();
            *wrong.pointer_mut(&pointer).unwrap() = Value::Array(array);
            (pointer.clone(), wrong)
        })
    })
}

/// What is wrong with it is that it is an array, not what happens to be in it.
fn assert_is_no_object<T>(read: Result<T, serde_json::Error>, what: &str) {
    let error = read.err().map(|error| error.to_string());
    assert!(error.as_ref().is_some_and(|error| error.contains("invalid type: sequence")), "{what}: {error:?}");
}

#[test]
fn an_array_is_no_object_in_a_document() {
    let full = with("/applications/0/onPremisesPublishing", publishing());
    let directory = json!({"tenants": [full]});
    assert!(serde_json::from_value::<Directory>(directory.clone()).is_ok());
    let wrong: Vec<_> = with_arrays(&directory).collect();
    assert_eq!(wrong.len(), 2 * 20, "the objects are found");
    for (pointer, wrong) in wrong {
        assert_is_no_object(serde_json::from_str::<Directory>(&wrong.to_string()), &pointer);
        assert_is_no_object(serde_json::from_value::<Directory>(wrong), &pointer);
    }
}

/// A line with its tag before and after its other fields, which are read on from where they were set aside.
fn with_tag_first_and_last(line: &Value) -> Vec<String> {
    let Some(fields) = line.as_object() else { return vec![line.to_string()] };
    let tag = fields["command"].to_string();
    let others = fields.iter().filter(|(name, _)| *name != "command");
    let others = others.map(|(name, field)| format!(r#""{name}":{field}"#)).collect::<Vec<_>>().join(",");
    vec![format!(r#"{{"command":{tag},{others}}}"#), format!(r#"{{{others},"command":{tag}}}"#)]
}

#[test]
fn an_array_is_no_object_in_a_line() {
    let (tenant, application) = (id("7e000000", 1), id("a0000000", 1));
    let publish =
        json!({"command": "publishApplication", "application": application, "onPremisesPublishing": publishing()});
    let assign = json!({"command": "assignApplications", "assignments": [{"application": application, "connectorGroup": group(1)}]});
    let reassign =
        json!({"command": "reassignApplications", "applications": {"all": true}, "connectorGroup": group(1)});
    let transaction = json!({"command": "transaction", "tenant": tenant, "commands": [publish, assign, reassign]});
    let create = json!({"command": "createTenant", "id": tenant, "defaultRegion": "eur", "now": "2026-03-02T08:00:00Z",
        "defaultConnectorGroup": {"id": group(1)}, "rules": {"uniqueNames": true}});
    let files = [include_str!("../examples/contoso.jsonl"), include_str!("../examples/refusals.jsonl")];
    let contoso = files.iter().flat_map(|file| file.lines()).filter_map(|line| serde_json::from_str(line).ok());
    let mut wrong_count = 0;
    for right in contoso.chain([transaction, create]) {
        let read = |line: &String| serde_json::from_str::<DirectoryCommand>(line);
        // Some lines of the refusals are no commands.
        if with_tag_first_and_last(&right).iter().any(|line| read(line).is_err()) {
            continue;
        }
        for (pointer, wrong) in with_arrays(&right) {
            wrong_count += 1;
            for line in with_tag_first_and_last(&wrong) {
                assert_is_no_object(read(&line), &format!("{pointer} in {line}"));
            }
        }
    }
    assert!(wrong_count > 1000, "{wrong_count} arrays are no objects");
}

#[test]
fn a_text_is_no_object_and_no_number() {
    let (tenant, connector) = (id("7e000000", 1), id("c0000000", 1));
    let report = json!({"command": "reportConnector", "tenant": tenant, "id": connector, "status": {"active": null}});
    let numbered =
        json!({"command": "transaction", "tenant": tenant, "commands": [{"command": 4, "connector": connector}]});
    let by_number = json!({"command": "reportConnector", "tenant": tenant, "id": connector, "status": 0});
    for line in [report, numbered, by_number].iter().flat_map(with_tag_first_and_last) {
        let error = serde_json::from_str::<DirectoryCommand>(&line).unwrap_err().to_string();
        assert!(error.contains("invalid type"), "{line}: {error}");
    }
    assert!(serde_json::from_value::<Tenant>(with("/connectors/0/status", json!({"inactive": null}))).is_err());
}

/// So many that hashes share what a table tells them apart by at first.
#[test]
fn of_many_urls_those_that_are_shared_are_told_and_no_others() {
    let mut document = right();
    let applications = document["applications"].as_array_mut().unwrap();
    for number in 3..5_000 {
        let url = format!("https://app{number}.contoso.local/");
        applications.push(json!({"id": id("a0000000", number), "appId": id("b0000000", number), "displayName": "App",
            "onPremisesPublishing": {"internalUrl": url}, "connectorGroup": group(1)}));
    }
    assert_eq!(load(document.clone()).unwrap().applications_count(), 4_999);
    document["applications"][4_998]["onPremisesPublishing"]["internalUrl"] = json!("https://APP7.contoso.local/");
    let told = violations(document);
    assert!(matches!(&told[..], [Violation::SharedUrl { property: InternalUrl, .. }]), "{told:?}");
}
