//! Documents with properties, service principals, segments and a profile.

use connector_groups::{
    Tenant, Violation,
    document::Document,
    model::{Application, ContradictoryPublication},
    refusal::Kind,
};
use serde_json::{Value, json};

use super::{id, load, right, violations, with};

/// What few applications have is absent where there is none, and a document with all of it is read as it was written.
#[test]
fn attachments_are_written_where_they_are_and_read_again() {
    let plain = serde_json::to_string(&load(right()).unwrap()).unwrap();
    for name in ["properties", "servicePrincipal", "applicationSegments", "onPremisesPublishingProfile"] {
        assert!(!plain.contains(&format!("\"{name}\"")), "{name} in {plain}");
    }
    let segment = |number: u32, protocol: &str| {
        json!({"id": id("56000000", number), "destinationHost": format!("10.0.0.{number}"), "destinationType": "IP",
            "protocol": protocol, "ports": ["1-2", "7"], "properties": {"action": "tunnel"}})
    };
    let mut full = right();
    full["onPremisesPublishingProfile"] = json!({"isDefaultAccessEnabled": true});
    full["applications"][1]["properties"] = json!({"tags": ["a"], "gone": null});
    full["applications"][1]["servicePrincipal"] = json!({"id": id("5e000000", 1), "properties": {"notes": "n"}});
    full["applications"][1]["applicationSegments"] = json!([segment(2, "tcp"), segment(1, "UDP,tcp")]);
    let tenant = load(full.clone()).unwrap();
    full["applications"][1]["properties"] = json!({"tags": ["a"]});
    full["applications"][1]["applicationSegments"][1]["protocol"] = json!("tcp,udp");
    let saved = serde_json::to_value(&tenant).unwrap();
    for name in ["properties", "servicePrincipal", "applicationSegments"] {
        assert_eq!(saved["applications"][1][name], full["applications"][1][name]);
    }
    assert_eq!(saved["onPremisesPublishingProfile"], full["onPremisesPublishingProfile"]);
    assert_eq!(serde_json::from_value::<Tenant>(saved.clone()).unwrap(), tenant);
    // Not published, it has no segments; nor has another application its service principal.
    let mut unpublished = saved.clone();
    unpublished["applications"][1]["onPremisesPublishing"] = Value::Null;
    unpublished["applications"][1]["connectorGroup"] = Value::Null;
    let application = id("a0000000", 2).parse().unwrap();
    let document = serde_json::from_value::<Document>(unpublished.clone()).unwrap();
    let read = Application::try_from(document.applications[1].clone());
    assert_eq!(read, Err(ContradictoryPublication(application)));
    assert_eq!(violations(unpublished), [Violation::UnpublishedSegments { application }]);
    let mut shared = saved.clone();
    shared["applications"][0]["servicePrincipal"] = json!({"id": id("5e000000", 1)});
    let kind = Kind::ServicePrincipal;
    assert_eq!(violations(shared), [Violation::DuplicateId { kind, id: id("5e000000", 1).parse().unwrap() }]);
    for (pointer, value) in [
        ("/applications/1/properties", json!({"APPID": 1})),
        ("/applications/1/servicePrincipal/properties", json!({"id": 1})),
        ("/applications/1/applicationSegments/0/properties", json!({"Ports": []})),
        ("/applications/1/applicationSegments/0/protocol", json!("icmp")),
        ("/onPremisesPublishingProfile", json!({"isenabled": true})),
    ] {
        let mut wrong = saved.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        assert!(serde_json::from_value::<Tenant>(wrong).is_err(), "{pointer}");
    }
}

/// Of every two that overlap, the later one is told with the first that it overlaps, wherever they are.
#[test]
fn overlapping_segments_are_told_whatever_they_are() {
    let segment = |number: usize, (destination_type, host, protocol, port): (&str, &str, &str, &str)| {
        let ports: Vec<&str> = [port].into_iter().filter(|port| !port.is_empty()).collect();
        json!({"id": id("56000000", number.try_into().unwrap()), "destinationHost": host,
            "destinationType": destination_type, "protocol": protocol, "ports": ports})
    };
    let all = [
        ("ipRangeCidr", "10.0.0.0/8", "tcp", "80-90"),
        ("ip", "10.1.1.1", "udp", "80"),
        ("ip", "10.1.1.1", "tcp", "91"),
        ("fqdn", "a.contoso.com", "tcp", ""),
        ("ipRange", "9.0.0.0..10.0.0.0", "tcp,udp", "90-100"),
        ("FQDN", "A.contoso.com", "tcp", ""),
        ("dnsSuffix", "a.contoso.com", "tcp", ""),
        ("other", "x", "tcp", "1"),
        ("other", "X", "tcp", "1"),
        ("other", "x", "tcp", "1-2"),
        ("ip", "10.1.1.1", "tcp,udp", "80-91"),
    ];
    let segments: Vec<Value> =
        all.into_iter().enumerate().map(|(number, segment_of)| segment(number, segment_of)).collect();
    let found = violations(with("/applications/0/applicationSegments", json!(segments)));
    let pair = |first: u32, second: u32| Violation::OverlappingSegments {
        first: id("56000000", first).parse().unwrap(),
        second: id("56000000", second).parse().unwrap(),
    };
    assert_eq!(found, [pair(0, 4), pair(3, 5), pair(7, 9), pair(0, 10)]);
}
