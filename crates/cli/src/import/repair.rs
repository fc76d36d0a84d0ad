//! From what the files tell to a tenant: what breaks a rule of the engine is set aside and told, as long as the rest holds.

extern crate alloc;

use alloc::collections::{BTreeMap, BTreeSet};

use connector_groups::{
    ApplicationId, Rules, Tenant, TenantId, Timestamp, Violation,
    audit::audit,
    document::{ApplicationDocument, ConnectorGroupDocument, Document},
    ids::AnyId,
    model::ProfileProperties,
    refusal::{Kind, UrlProperty},
};
use serde_json::Value;

use super::{
    applications::PlacedApplication,
    connectors::PlacedConnector,
    findings::{Findings, Level},
    imported::Imported,
    node::{Node, Place, Problem, Problems},
    publishing,
    things::Group,
};

/// What the files tell, before any rule of the engine is asked.
pub(super) struct Parts {
    pub(super) id: TenantId,
    pub(super) region: String,
    pub(super) now: Timestamp,
    pub(super) rules: Rules,
    /// What the publishing profile says, and what of it the engine does not hold.
    pub(super) profile: (ProfileProperties, serde_json::Map<String, Value>),
    pub(super) groups: Vec<Group>,
    pub(super) connectors: Vec<PlacedConnector>,
    pub(super) applications: Vec<PlacedApplication>,
}

/// The tenant that they are.
pub(super) fn tenant(parts: Parts, mut findings: Findings) -> Result<Imported, Problems> {
    let Parts { id, region, now, rules, profile: (profile, profile_rest), groups, connectors, applications } = parts;
    let mut kept = BTreeMap::new();
    let mut keep = |name: String, rest: serde_json::Map<String, Value>| {
        if !rest.is_empty() {
            kept.insert(name, rest);
        }
    };
    keep("onPremisesPublishingProfile".into(), profile_rest);
    let mut places = BTreeMap::new();
    let mut connector_groups = Vec::new();
    for group in groups {
        let own = group.region.unwrap_or_else(|| {
            let message = format!(
                "connector group {:?} has no region; it is read with the tenant's, {region} (R-32)",
                group.name
            );
            findings.add(Level::Note, "R-32", || group.node.place(), message);
            region.clone()
        });
        places.insert(group.id.to_string(), group.node.place());
        keep(format!("connectorGroups/{}", group.id), group.rest);
        connector_groups.push(ConnectorGroupDocument {
            id: group.id,
            name: group.name.into(),
            connector_group_type: group.connector_group_type,
            is_default: group.is_default,
            region: own.into(),
        });
    }
    let mut documents = Vec::new();
    for PlacedConnector { document, rest } in connectors {
        keep(format!("connectors/{}", document.id), rest);
        documents.push(document);
    }
    let (mut unknown_publishing, mut unknown_segments) = (BTreeSet::new(), BTreeSet::new());
    let mut beside = Beside::default();
    let mut application_documents = Vec::new();
    let mut nodes = BTreeMap::new();
    for application in applications {
        let id = application.document.id;
        if application.is_publishing_unknown {
            unknown_publishing.insert(id);
        }
        if !application.are_segments_told && is_private_access(&application.document) {
            unknown_segments.insert(id);
        }
        beside.given.insert(id, application.segments);
        if !application.segments_beside.is_empty() {
            beside.segments.insert(id, application.segments_beside);
        }
        keep(format!("applications/{id}"), application.rest);
        if let Some(principal) = &application.document.service_principal {
            keep(format!("servicePrincipals/{}", principal.id), application.principal_rest);
        }
        nodes.insert(id, application.node);
        application_documents.push(application.document);
    }
    let mut document = Document {
        id,
        default_region: region.into(),
        now,
        rules,
        on_premises_publishing_profile: profile,
        connector_groups,
        connectors: documents,
        applications: application_documents,
    };
    repair(&mut document, &nodes, &mut kept, &mut findings);
    beside.repair(&mut document, &nodes, &mut findings);
    // What is wrong still is what a tenant cannot do without, such as a group that a connector names and nobody has.
    let tenant = Tenant::try_from(document).map_err(|violations| {
        let problem = |violation: &Violation| Problem {
            place: place_of(&violation.to_string(), &places),
            message: violation.to_string(),
        };
        Problems(violations.violations.iter().map(problem).collect())
    })?;
    Ok(Imported {
        unknown_publishing,
        segments: beside.segments,
        unknown_segments,
        kept,
        findings,
        ..Imported::from(tenant)
    })
}

fn is_private_access(application: &ApplicationDocument) -> bool {
    let publishing = application.on_premises_publishing.as_ref();
    publishing.is_some_and(|publishing| matches!(&*publishing.application_type, "nonwebapp" | "quickaccessapp"))
}

/// The place of the group that a violation names.
fn place_of(violation: &str, places: &BTreeMap<String, Place>) -> Place {
    // Violations tell ids of many kinds in fields of many names; their text has the id in any case.
    let named = places.iter().find(|(id, _)| violation.contains(id.as_str()));
    named.map_or_else(|| Place::whole(String::from("the folder")), |(_, place)| place.clone())
}

/// Sets aside what the engine does not hold and the rest can do without: URLs, and a rule that the tenant does not keep.
fn repair(
    document: &mut Document,
    nodes: &BTreeMap<ApplicationId, Node>,
    kept: &mut BTreeMap<String, serde_json::Map<String, Value>>,
    findings: &mut Findings,
) {
    // The engine's own audit says what is wrong. A second list of rules here would drift from it.
    let violations = audit(document);
    let positions: BTreeMap<_, _> =
        document.applications.iter().enumerate().map(|(position, application)| (application.id, position)).collect();
    for violation in violations {
        let message = format!("{violation}; it is kept beside the tenant");
        let (application, property, rule) = match violation {
            Violation::InvalidUrl { property, application } => (application, property, "R-50"),
            // The second gives way, as the service would have refused it: the first was there.
            Violation::SharedUrl { property, second, .. } => (second, property, "I5"),
            Violation::SharedName { .. } => {
                // Live tenants may hold groups of one name; the switch is the caller's wish, not the tenant's.
                document.rules.unique_names = false;
                findings.add(
                    Level::Warning,
                    "I8",
                    || Place::whole(String::from("tenant.json")),
                    format!("{violation}: read without the rule uniqueNames"),
                );
                continue;
            }
            _ => continue,
        };
        let position = positions.get(&application).copied().unwrap_or(usize::MAX);
        let publishing = document.applications.get_mut(position).and_then(|one| one.on_premises_publishing.as_mut());
        let is_internal = matches!(property, UrlProperty::InternalUrl);
        if let Some(url) = publishing.and_then(|publishing| publishing::without_url(publishing, is_internal)) {
            let rest = kept.entry(format!("applications/{application}")).or_default();
            let inner = rest.entry("onPremisesPublishing").or_insert_with(|| Value::Object(serde_json::Map::new()));
            if let Value::Object(inner) = inner {
                inner.insert(if is_internal { "internalUrl" } else { "externalUrl" }.into(), Value::from(&*url));
            }
            let place = || nodes.get(&application).map_or_else(|| Place::whole(String::new()), Node::place);
            findings.add(Level::Warning, rule, place, message);
        }
    }
}

/// Segments as they came: one that the document has to lose is kept in the words of its file.
#[derive(Default)]
struct Beside {
    /// Of those in the document, by their application and in its order.
    given: BTreeMap<ApplicationId, Vec<Value>>,
    /// Of those that it does not hold.
    segments: BTreeMap<ApplicationId, Vec<Value>>,
}

impl Beside {
    /// Sets segments aside that break a rule, of two that overlap the second, until none does.
    fn repair(&mut self, document: &mut Document, nodes: &BTreeMap<ApplicationId, Node>, findings: &mut Findings) {
        // It ends: each pass takes at least one segment away.
        loop {
            // The last of one id is the one that goes, where two have it.
            let mut at = BTreeMap::new();
            for (application, one) in document.applications.iter().enumerate() {
                for (position, segment) in one.application_segments.iter().enumerate() {
                    at.insert(segment.id, (application, position));
                }
            }
            if at.is_empty() {
                return;
            }
            // By place, so that what is wrong in two ways goes once, and with its first reason.
            let mut gone: BTreeMap<(usize, usize), (String, &str)> = BTreeMap::new();
            for violation in audit(document) {
                let message = violation.to_string();
                match violation {
                    Violation::InvalidSegment { segment, .. } => {
                        gone.extend(at.get(&segment).map(|place| (*place, (message, "R-51"))));
                    }
                    // One that overlaps another that goes may stay: the next pass looks at it again.
                    Violation::OverlappingSegments { first, second } => {
                        let is_first_gone = at.get(&first).is_some_and(|place| gone.contains_key(place));
                        let place = at.get(&second).filter(|_| !is_first_gone);
                        gone.extend(place.map(|place| (*place, (message, "I9"))));
                    }
                    Violation::DuplicateId { kind: Kind::ApplicationSegment, id } => {
                        let found = at.iter().find(|(segment, _)| AnyId::from(**segment) == id);
                        gone.extend(found.map(|(_, place)| (*place, (message, "I4"))));
                    }
                    Violation::UnpublishedSegments { application } => {
                        let found = at.values().find(|(position, _)| {
                            document.applications.get(*position).is_some_and(|one| one.id == application)
                        });
                        gone.extend(found.map(|place| (*place, (message, "I9"))));
                    }
                    _ => {}
                }
            }
            if gone.is_empty() {
                return;
            }
            // From the last to the first, so that positions stay right.
            for ((application, position), (message, rule)) in gone.into_iter().rev() {
                let Some(one) = document.applications.get_mut(application) else { continue };
                one.application_segments.remove(position);
                let value = self.given.get_mut(&one.id).map(|given| given.remove(position)).unwrap_or_default();
                self.segments.entry(one.id).or_default().push(value);
                let place = || nodes.get(&one.id).map_or_else(|| Place::whole(String::new()), Node::place);
                findings.add(Level::Warning, rule, place, format!("{message}; it is kept beside the tenant"));
            }
        }
    }
}
