//! Documents with properties, service principals, segments and a profile.

use connector_groups::{
    Tenant, Violation,
    document::Document,
    model::{Application, ContradictoryPublication},
    refusal::Kind,
};
use proptest::prelude::*;
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

/// A small segment: addresses by their last byte, protocols, ranges of ports.
type Small = (core::ops::RangeInclusive<u8>, &'static [&'static str], Vec<core::ops::RangeInclusive<u16>>);

fn small() -> impl Strategy<Value = Small> {
    let addresses = (0_u8..8, 0_u8..3).prop_map(|(from, more)| from..=from + more);
    let protocols = prop::sample::select(vec![&["tcp"][..], &["udp"], &["tcp", "udp"]]);
    let range = (1_u16..12, 0_u16..6).prop_map(|(from, more)| from..=from + more);
    (addresses, protocols, prop::collection::vec(range, 0..4))
}

/// Everything that a small segment takes, one by one; no port is a port of its own.
fn takes((addresses, protocols, ports): &Small) -> Vec<(u8, &'static str, u16)> {
    let ports: Vec<u16> = if ports.is_empty() { vec![0] } else { ports.iter().flat_map(Clone::clone).collect() };
    let mut all = Vec::new();
    for address in addresses.clone() {
        for protocol in *protocols {
            all.extend(ports.iter().map(|port| (address, *protocol, *port)));
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// However many overlap, what is told is what a list of every address, protocol and port tells.
    #[test]
    fn overlaps_are_those_of_every_address_protocol_and_port(all in prop::collection::vec(small(), 0..12)) {
        let segment = |(number, (addresses, protocols, ports)): (u32, &Small)| {
            let ports: Vec<String> = ports.iter().map(|range| format!("{}-{}", range.start(), range.end())).collect();
            json!({"id": id("56000000", number), "destinationType": "ipRange", "protocol": protocols.join(","), "ports": ports,
                "destinationHost": format!("10.0.0.{}..10.0.0.{}", addresses.start(), addresses.end())})
        };
        let segments: Vec<Value> = (0..).zip(&all).map(segment).collect();
        let of = |number: usize| id("56000000", number.try_into().unwrap()).parse().unwrap();
        let mut expected = Vec::new();
        for (later, one) in all.iter().enumerate() {
            let taken = takes(one);
            let first = all[..later].iter().position(|other| takes(other).iter().any(|piece| taken.contains(piece)));
            expected.extend(first.map(|first| Violation::OverlappingSegments { first: of(first), second: of(later) }));
        }
        let document = with("/applications/0/applicationSegments", json!(segments));
        let found = load(document).err().map(|wrong| wrong.violations).unwrap_or_default();
        prop_assert_eq!(found, expected);
    }
}
