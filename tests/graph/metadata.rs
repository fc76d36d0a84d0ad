//! `$metadata`: what it says of what is served.

use std::collections::BTreeSet;

use http::Request;

use crate::server::Server;

/// The document of a version, which needs no token.
fn document(version: &str) -> String {
    let request = Request::builder().uri(format!("/{version}/$metadata")).body(Vec::new()).unwrap();
    let answer = Server::new().send(&request);
    assert_eq!(answer.is(200).header("content-type"), "application/xml");
    answer.body.as_str().unwrap().to_string()
}

/// The values of an attribute of an element.
fn values<'a>(document: &'a str, element: &str, attribute: &str) -> Vec<&'a str> {
    let lines = document.lines().filter(|line| line.starts_with(&format!("<{element} ")));
    lines.map(|line| line.split(&format!("{attribute}=\"")).nth(1).unwrap().split('"').next().unwrap()).collect()
}

/// The names of the models that the beta SDK for Python (`msgraph-beta-sdk` 1.66.0) has for these routes.
#[test]
fn types_have_the_names_of_the_sdks_models() {
    let beta = document("beta");
    let entities: BTreeSet<&str> = values(&beta, "EntityType", "Name").into_iter().collect();
    for model in [
        "application",
        "applicationTemplate",
        "connector",
        "connectorGroup",
        "directoryObject",
        "onPremisesPublishingProfile",
    ] {
        assert!(entities.contains(model), "{model}");
    }
    let complex: BTreeSet<&str> = values(&beta, "ComplexType", "Name").into_iter().collect();
    for model in [
        "corsConfiguration",
        "kerberosSignOnSettings",
        "keyCredential",
        "onPremisesApplicationSegment",
        "onPremisesPublishing",
        "onPremisesPublishingSingleSignOn",
        "passwordCredential",
        "segmentConfiguration",
        "verifiedCustomDomainCertificatesMetadata",
        "webApplication",
    ] {
        assert!(complex.contains(model), "{model}");
    }
    assert_eq!(
        values(&beta, "EnumType", "Name"),
        [
            "connectorGroupRegion",
            "connectorGroupType",
            "connectorStatus",
            "externalAuthenticationType",
            "kerberosSignOnMappingAttributeType",
            "singleSignOnMode",
            "trafficRoutingMethod"
        ]
    );
    assert!(beta.contains(r#"<Property Name="isAccessibleViaZTNAClient" Type="Edm.Boolean"/>"#));
    assert!(beta.contains(r#"<NavigationProperty Name="connectorGroup" Type="graph.connectorGroup"/>"#));
    assert!(beta.contains(
        r#"<NavigationProperty Name="connectors" Type="Collection(graph.connector)" ContainsTarget="true"/>"#
    ));
}

/// Every type that is named is there, and named once; every name can stand in XML as it is.
#[test]
fn the_document_is_closed_and_well_formed() {
    for version in ["beta", "v1.0"] {
        let document = document(version);
        let names: Vec<&str> = ["EntityType", "ComplexType", "EnumType"]
            .iter()
            .flat_map(|element| values(&document, element, "Name"))
            .collect();
        let distinct: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(distinct.len(), names.len(), "{names:?}");
        for named in document.split("graph.").skip(1) {
            let name = named.split(['"', ')']).next().unwrap();
            assert!(distinct.contains(name) || name.is_empty(), "{version}: {name}");
        }
        for value in document.split('"').skip(1).step_by(2) {
            assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:/()".contains(&byte)), "{value}");
        }
        let mut open = Vec::new();
        for tag in document.split('<').skip(2) {
            let tag = tag.split('>').next().unwrap();
            match tag.strip_prefix('/') {
                Some(name) => assert_eq!(open.pop().unwrap(), name),
                None if tag.ends_with('/') => {}
                None => open.push(tag.split(' ').next().unwrap()),
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}

/// What only beta has is not told of v1.0.
#[test]
fn v1_has_applications_without_publishing() {
    let (beta, v1) = (document("beta"), document("v1.0"));
    for name in ["onPremisesPublishing", "connectorGroup", "onPremisesPublishingProfiles"] {
        assert!(beta.contains(&format!("Name=\"{name}\"")), "{name}");
        assert!(!v1.contains(&format!("Name=\"{name}\"")), "{name}");
    }
    assert!(v1.contains(r#"<EntitySet Name="applications" EntityType="microsoft.graph.application"/>"#));
}

/// Each set, and each relation of what is in it, leads somewhere.
#[test]
fn what_the_document_names_has_a_route() {
    let mut server = Server::new();
    for set in values(&document("beta"), "EntitySet", "Name") {
        server.get(&format!("/beta/{set}")).is(200);
    }
    for path in [
        "onPremisesPublishingProfiles/applicationProxy/connectorGroups",
        "onPremisesPublishingProfiles/applicationProxy/connectors",
        "onPremisesPublishingProfiles/applicationProxy/connectorGroups/x/members",
        "onPremisesPublishingProfiles/applicationProxy/connectorGroups/x/applications",
        "onPremisesPublishingProfiles/applicationProxy/connectors/x/memberOf",
        "applications/x/connectorGroup",
        "applications/x/owners",
    ] {
        assert!([200, 404].contains(&server.get(&format!("/beta/{path}")).status), "{path}");
    }
    server.post("/beta/$metadata", &serde_json::json!({})).is_refused(405, "MethodNotAllowed");
}
