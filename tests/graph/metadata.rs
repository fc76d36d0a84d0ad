//! `$metadata`: what it says of what is served.

use std::collections::BTreeSet;

use http::Request;
use serde_json::Value;

use crate::{
    declared::Metadata,
    server::{PROXY, Server},
};

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

/// What the SDKs read of an answer and is not served, with what it is there: most are relations to things that are not here.
const NOT_SERVED: &[(&str, &[&str])] = &[
    (
        "application",
        &[
            "appManagementPolicies",
            "createdOnBehalfOf",
            "extensionProperties",
            "federatedIdentityCredentials",
            "homeRealmDiscoveryPolicies",
            "logo",
            "synchronization",
            "tokenIssuancePolicies",
            "tokenLifetimePolicies",
        ],
    ),
    ("onPremisesPublishingProfile", &["agentGroups", "agents", "publishedResources", "sensors"]),
    (
        "servicePrincipal",
        &[
            "appManagementPolicies",
            "claimsMappingPolicies",
            "claimsPolicy",
            "createdObjects",
            "delegatedPermissionClassifications",
            "endpoints",
            "federatedIdentityCredentials",
            "homeRealmDiscoveryPolicies",
            "licenseDetails",
            "memberOf",
            "oauth2PermissionGrants",
            "ownedObjects",
            "permissionGrantPreApprovalPolicies",
            "remoteDesktopSecurityConfiguration",
            "synchronization",
            "tokenIssuancePolicies",
            "tokenLifetimePolicies",
            "transitiveMemberOf",
        ],
    ),
];

/// What is served and the SDKs do not know: seen in answers of the service (R-51's source), or inherited there.
const NOT_IN_THE_SDKS: &[(&str, &str)] = &[
    ("application", "deletedDateTime"),
    ("ipApplicationSegment", "exclusions"),
    ("ipApplicationSegment", "inclusions"),
    ("servicePrincipal", "createdDateTime"),
    ("servicePrincipal", "deletedDateTime"),
];

/// The names in `sdk_models.json` are facts, taken from the packages that its source names.
#[test]
fn names_are_those_of_the_sdks() {
    let facts: Value = serde_json::from_str(include_str!("sdk_models.json")).unwrap();
    let declared = Metadata::read();
    let list = |value: &Value| -> BTreeSet<String> {
        value.as_array().into_iter().flatten().map(|name| name.as_str().unwrap().to_string()).collect()
    };
    let mut checked = 0;
    for of in facts["beta"].as_object().unwrap().keys() {
        // Some names are in the models of one version only, and served in both.
        let known: BTreeSet<String> = &list(&facts["beta"][of]) | &list(&facts["v1.0"][of]);
        let served: BTreeSet<String> =
            declared.properties[of].iter().map(|(name, _)| name).chain(&declared.relations[of]).cloned().collect();
        let not_served: BTreeSet<String> = NOT_SERVED
            .iter()
            .filter(|(known, _)| known == of)
            .flat_map(|(_, names)| names.iter().map(|name| (*name).to_string()))
            .collect();
        let missing: BTreeSet<&String> = known.difference(&served).collect();
        assert_eq!(missing, not_served.iter().collect(), "{of}: what the SDKs read and is not served");
        let foreign: Vec<&str> = served.difference(&known).map(String::as_str).filter(|name| *name != "id").collect();
        let expected: Vec<&str> =
            NOT_IN_THE_SDKS.iter().filter(|(known, _)| known == of).map(|(_, name)| *name).collect();
        assert_eq!(foreign, expected, "{of}: what is served and no SDK reads");
        checked += served.len();
    }
    assert!(checked > 150, "{checked}");
    let members = facts["enumerations"].as_object().unwrap();
    assert_eq!(members.keys().collect::<Vec<_>>(), declared.members.keys().collect::<Vec<_>>());
    for (of, names) in members {
        assert_eq!(list(names), declared.members[of].iter().cloned().collect(), "{of}");
    }
    let beta = document("beta");
    assert!(beta.contains(r#"<Property Name="isAccessibleViaZTNAClient" Type="Edm.Boolean"/>"#));
    assert!(beta.contains(r#"<NavigationProperty Name="connectorGroup" Type="graph.connectorGroup"/>"#));
    assert!(beta.contains(
        r#"<NavigationProperty Name="connectors" Type="Collection(graph.connector)" ContainsTarget="true"/>"#
    ));
}

/// A relation that is not served is refused by its name.
#[test]
fn what_is_not_served_is_refused_by_its_name() {
    let mut server = Server::new();
    for (of, names) in NOT_SERVED {
        for name in *names {
            let path = match *of {
                "onPremisesPublishingProfile" => format!("{PROXY}/{name}"),
                of => format!("/beta/{of}s/x/{name}"),
            };
            let answer = server.get(&path);
            assert!([400, 404].contains(&answer.status) && answer.message().contains(name), "{path}: {answer:?}");
        }
    }
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

/// A key is never null and all else may be; a property of an enumeration that is declared has its type.
#[test]
fn keys_and_enumerations_have_their_types() {
    let beta = document("beta");
    for line in [
        r#"<Property Name="id" Type="Edm.String" Nullable="false"/>"#,
        r#"<Property Name="displayName" Type="Edm.String"/>"#,
        r#"<Property Name="connectorGroupType" Type="graph.connectorGroupType"/>"#,
    ] {
        assert!(beta.lines().any(|other| other == line), "{line}");
    }
    assert!(beta.lines().filter(|line| line.contains("Nullable")).all(|line| line.contains(r#"Name="id""#)));
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
        "onPremisesPublishingProfiles/applicationProxy/applicationSegments",
        "servicePrincipals/x/appRoleAssignedTo",
        "servicePrincipals/x/appRoleAssignments",
        "servicePrincipals/x/owners",
    ] {
        assert!([200, 404].contains(&server.get(&format!("/beta/{path}")).status), "{path}");
    }
    server.post("/beta/$metadata", &serde_json::json!({})).is_refused(405, "Request_BadRequest");
}
