//! Small worlds of what few applications have, and of the ways to publish one.

use connector_groups::{command::*, ids::*, *};
use serde_json::json;

use super::{World, explore};

/// A world of two applications in the tenant's only group, one of them published.
fn two_applications() -> Tenant {
    let world = World { connectors: 0, applications: 2, names: &[], urls: &[], comes_and_goes: false, days: &[] };
    let mut tenant = world.first(Rules::default());
    let published =
        PublishApplication { application: ApplicationId::from_u128(0), on_premises_publishing: Box::default() };
    tenant.apply(&published.into()).unwrap();
    tenant
}

fn read<T: for<'de> serde::Deserialize<'de>>(json: serde_json::Value) -> T {
    serde_json::from_value(json).unwrap()
}

/// Whatever few applications have, in all the ways that it can be: service principals, open properties, segments that overlap
/// or do not, and the profile.
#[test]
fn every_state_of_a_world_of_attachments() {
    let mut commands: Vec<Command> = Vec::new();
    let (tagged, untagged) = (json!({"tags": ["a"]}), json!({"tags": null}));
    for application in [0, 1].map(ApplicationId::from_u128) {
        commands.push(PublishApplication { application, on_premises_publishing: Box::default() }.into());
        commands.push(UnpublishApplication { application }.into());
        for number in [0, 1] {
            let (id, properties) = (ServicePrincipalId::from_u128(number), None);
            commands.push(CreateServicePrincipal { id, application, properties }.into());
        }
    }
    for changes in [&tagged, &untagged] {
        let id = ApplicationId::from_u128(0);
        let properties = Some(read(changes.clone()));
        commands.push(UpdateApplication { id, display_name: None, properties }.into());
        let id = ServicePrincipalId::from_u128(0);
        commands.push(UpdateServicePrincipal { id, properties: read(changes.clone()) }.into());
        commands.push(UpdateProfile { properties: read(changes.clone()) }.into());
    }
    commands.extend([0, 1].map(|number| DeleteServicePrincipal { id: ServicePrincipalId::from_u128(number) }.into()));
    for command in segment_commands(&[("ip", "10.0.0.1"), ("ipRangeCidr", "10.0.0.0/30")], &[&["80-81"]]) {
        commands.push(command);
    }
    let seen = explore(&two_applications(), &commands);
    println!("attachments: {} states, {} commands accepted, {} refused", seen.states, seen.accepted, seen.refused);
    assert_eq!(seen.states, ATTACHMENTS);
}

/// Two segments and all that they may lead to here, added to either application, changed and removed.
fn segment_commands(destinations: &[(&str, &str)], ports: &[&[&str]]) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    for id in [0, 1].map(ApplicationSegmentId::from_u128) {
        commands.push(RemoveApplicationSegment { id }.into());
        for (destination_type, destination_host) in destinations {
            let (destination_type, destination_host) =
                (Some((*destination_type).into()), Some((*destination_host).into()));
            let (protocol, ports, properties) = (None, None, None);
            let update =
                UpdateApplicationSegment { id, destination_host, destination_type, protocol, ports, properties };
            commands.push(update.into());
        }
        for (application, (destination_type, host)) in [0, 1]
            .into_iter()
            .flat_map(|application| destinations.iter().map(move |destination| (application, destination)))
        {
            for ports in ports {
                let add = json!({"command": "addApplicationSegment", "id": id, "application": ApplicationId::from_u128(application),
                    "destinationHost": host, "destinationType": destination_type, "ports": ports});
                commands.push(read(add));
            }
        }
        for protocol in ["udp", "tcp"] {
            commands.push(read(json!({"command": "updateApplicationSegment", "id": id, "protocol": protocol})));
        }
    }
    commands
}

/// More destinations of each kind and more ports, without all else.
#[test]
#[ignore = "takes minutes without optimisation; .ci/run has its command"]
fn every_state_of_a_world_of_segments() {
    let destinations = [
        ("ip", "10.0.0.1"),
        ("ipRange", "10.0.0.1..10.0.0.2"),
        ("fqdn", "a"),
        ("FQDN", "A"),
        ("dnsSuffix", "a"),
        ("ip", "a"),
    ];
    let mut commands = segment_commands(&destinations, &[&["1"], &["1-2", "7"], &[], &["2-1"]]);
    for application in [0, 1].map(ApplicationId::from_u128) {
        commands.push(PublishApplication { application, on_premises_publishing: Box::default() }.into());
        commands.push(UnpublishApplication { application }.into());
    }
    let seen = explore(&two_applications(), &commands);
    println!("segments: {} states, {} commands accepted, {} refused", seen.states, seen.accepted, seen.refused);
    assert_eq!(seen.states, SEGMENTS);
}

/// Every way through types, their defaults, URLs and read-only properties, for two applications.
#[test]
fn every_state_of_a_world_of_publishing() {
    let mut commands: Vec<Command> = Vec::new();
    for application in [0, 1].map(ApplicationId::from_u128) {
        commands.push(UnpublishApplication { application }.into());
        commands.push(DeleteApplication { id: application }.into());
        commands.push(World::create(application));
        for changes in [
            json!({}),
            json!({"applicationType": "NonWebApp"}),
            json!({"applicationType": null}),
            json!({"applicationType": "quickaccessapp", "internalUrl": null}),
            json!({"internalUrl": null}),
            json!({"internalUrl": "https://a.example"}),
            json!({"internalUrl": "https://A.example/", "isOnPremPublishingEnabled": true}),
            json!({"internalUrl": "api://00000000-0000-0000-0000-000000000001"}),
            json!({"isSecureCookieEnabled": null}),
            json!({"isOnPremPublishingEnabled": false}),
            json!({"verifiedCustomDomainCertificatesMetadata": {}}),
        ] {
            commands.push(PublishApplication { application, on_premises_publishing: read(changes) }.into());
        }
    }
    let seen = explore(&two_applications(), &commands);
    println!("publishing: {} states, {} commands accepted, {} refused", seen.states, seen.accepted, seen.refused);
    assert_eq!(seen.states, PUBLISHING);
}

const ATTACHMENTS: usize = 3_696;
const SEGMENTS: usize = 10_208;
const PUBLISHING: usize = 2_989;
