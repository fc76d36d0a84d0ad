//! Checks every invariant on a document, from scratch. Shares no rule with `decide` but the form of a URL and of a segment, which
//! `model` has, so that a mistake there is not repeated here.

mod overlaps;
mod seen;
mod violation;

use alloc::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    string::String,
    vec::Vec,
};
use core::hash::BuildHasher;

use seen::{AnyCase, Seen};
pub use violation::Violation;

use crate::{
    count::length,
    ids::{AnyId, ApplicationSegmentId, ConnectorGroupId, ServicePrincipalId},
    model::{
        application::ApplicationDocument,
        connector::{ConnectorDocument, ConnectorStatus, INACTIVE_DAYS_MAX},
        document::{ConnectorGroupDocument, Document},
        group::ConnectorGroupType,
        publishing::OnPremisesPublishing,
        url,
    },
    refusal::{Kind, UrlProperty},
    timestamp::Timestamp,
};

/// Everything that is wrong with a document, in document order, overlaps of segments last; empty where nothing is.
///
/// Cost: one visit to each thing, and one hash table of positions for each property that must be unique.
#[must_use]
pub fn audit(document: &Document) -> Vec<Violation> {
    let mut auditor = Auditor::of(document);
    if is_no_region(&document.default_region) {
        auditor.violations.push(Violation::InvalidDefaultRegion { region: document.default_region.clone() });
    }
    // Groups first, because connectors and applications look up the type of their group.
    for (position, group) in document.connector_groups.iter().enumerate() {
        auditor.group(position, group, document.rules.unique_names);
    }
    if auditor.default.is_none() {
        auditor.violations.push(Violation::NoDefaultGroup);
    }
    for (position, connector) in document.connectors.iter().enumerate() {
        auditor.connector(position, connector, document.now);
    }
    for (position, application) in document.applications.iter().enumerate() {
        auditor.application(position, application);
    }
    auditor.overlaps();
    auditor.violations
}

fn is_no_region(text: &str) -> bool {
    text.is_empty() || text.eq_ignore_ascii_case("unknownFutureValue")
}

/// The part of a document that was audited so far.
struct Auditor<'a> {
    document: &'a Document,
    violations: Vec<Violation>,
    default: Option<ConnectorGroupId>,
    groups: Seen,
    names: BTreeMap<String, ConnectorGroupId>,
    connectors: Seen,
    applications: Seen,
    app_ids: Seen,
    internal_urls: Seen,
    external_urls: Seen,
    service_principals: BTreeSet<ServicePrincipalId>,
    segments: BTreeSet<ApplicationSegmentId>,
}

impl<'a> Auditor<'a> {
    fn of(document: &'a Document) -> Self {
        let applications = || Seen::with_room(document.applications.len());
        Self {
            document,
            violations: Vec::new(),
            default: None,
            groups: Seen::with_room(document.connector_groups.len()),
            names: BTreeMap::new(),
            connectors: Seen::with_room(document.connectors.len()),
            applications: applications(),
            app_ids: applications(),
            internal_urls: applications(),
            external_urls: applications(),
            service_principals: BTreeSet::new(),
            segments: BTreeSet::new(),
        }
    }

    fn unique(&mut self, is_repeated: bool, kind: Kind, id: impl Into<AnyId>) {
        if is_repeated {
            self.violations.push(Violation::DuplicateId { kind, id: id.into() });
        }
    }

    /// Whether the group with this id, the first where there are two, is of type `applicationProxy`.
    fn is_of_application_proxy(&self, id: ConnectorGroupId) -> Option<bool> {
        let groups = &self.document.connector_groups;
        // `Some`, because `earlier` hashes what `at` answers, which is an option.
        let hash = self.groups.hasher.hash_one(Some(id));
        let is_it = |position: &u32| groups.get(length(*position)).is_some_and(|group| group.id == id);
        let found = groups.get(length(*self.groups.positions.find(hash, is_it)?))?;
        Some(found.connector_group_type == ConnectorGroupType::ApplicationProxy)
    }

    fn group(&mut self, position: usize, group: &ConnectorGroupDocument, unique_names: bool) {
        let connector_group = group.id;
        let groups = &self.document.connector_groups;
        let earlier = self.groups.earlier(position, |position| groups.get(position).map(|group| group.id));
        self.unique(earlier.is_some(), Kind::ConnectorGroup, group.id);
        let of_application_proxy = matches!(group.connector_group_type, ConnectorGroupType::ApplicationProxy);
        if group.is_default {
            match self.default {
                Some(first) => self.violations.push(Violation::TwoDefaultGroups { first, second: group.id }),
                None => self.default = Some(group.id),
            }
            if !of_application_proxy {
                self.violations.push(Violation::DefaultGroupType { connector_group });
            }
        }
        if group.name.chars().all(char::is_whitespace) {
            self.violations.push(Violation::BlankName { connector_group });
        }
        // The key is written out here and not taken from `Name`, so that a mistake in the folding there is
        // found.
        if unique_names && of_application_proxy {
            match self.names.entry(group.name.trim().to_lowercase()) {
                Entry::Occupied(first) => {
                    self.violations.push(Violation::SharedName { first: *first.get(), second: group.id });
                }
                Entry::Vacant(name) => {
                    name.insert(group.id);
                }
            }
        }
        if is_no_region(&group.region) {
            self.violations.push(Violation::InvalidRegion { connector_group, region: group.region.clone() });
        }
    }

    fn connector(&mut self, position: usize, document: &ConnectorDocument, now: Timestamp) {
        let (connector, connector_group) = (document.id, document.member_of);
        let connectors = &self.document.connectors;
        let earlier = self.connectors.earlier(position, |position| connectors.get(position).map(|other| other.id));
        self.unique(earlier.is_some(), Kind::Connector, connector);
        match self.is_of_application_proxy(connector_group) {
            Some(true) => {}
            Some(false) => self.violations.push(Violation::MemberOfServiceGroup { connector, connector_group }),
            None => self.violations.push(Violation::MemberOfMissingGroup { connector, connector_group }),
        }
        let inactive = document.status == ConnectorStatus::Inactive;
        if inactive != document.inactive_since.is_some() {
            self.violations.push(Violation::ContradictoryPresence { connector });
        }
        if let Some(since) = document.inactive_since {
            if since > now {
                self.violations.push(Violation::InactiveInFuture { connector, since });
            // At ten days exactly the connector is overdue: the clock removes it at that moment.
            } else if now.is_days_after(INACTIVE_DAYS_MAX, since) {
                self.violations.push(Violation::Overdue { connector, since });
            }
        }
    }

    fn application(&mut self, position: usize, document: &ApplicationDocument) {
        let application = document.id;
        let applications = &self.document.applications;
        let earlier = self.applications.earlier(position, |position| applications.get(position).map(|other| other.id));
        self.unique(earlier.is_some(), Kind::Application, application);
        let earlier = self.app_ids.earlier(position, |position| applications.get(position).map(|other| other.app_id));
        self.unique(earlier.is_some(), Kind::Application, document.app_id);
        if document.connector_group.is_some() != document.on_premises_publishing.is_some() {
            self.violations.push(Violation::ContradictoryPublication { application });
        }
        if let Some(connector_group) = document.connector_group {
            match self.is_of_application_proxy(connector_group) {
                Some(true) => {}
                Some(false) => self.violations.push(Violation::AssignedToServiceGroup { application, connector_group }),
                None => self.violations.push(Violation::AssignedToMissingGroup { application, connector_group }),
            }
        }
        if let Some(service_principal) = &document.service_principal {
            let is_repeated = !self.service_principals.insert(service_principal.id);
            self.unique(is_repeated, Kind::ServicePrincipal, service_principal.id);
        }
        if document.on_premises_publishing.is_none() && !document.application_segments.is_empty() {
            self.violations.push(Violation::UnpublishedSegments { application });
        }
        for segment in &document.application_segments {
            let is_repeated = !self.segments.insert(segment.id);
            self.unique(is_repeated, Kind::ApplicationSegment, segment.id);
            if let Some(property) = segment.wrong_property() {
                self.violations.push(Violation::InvalidSegment { property, segment: segment.id });
            }
        }
        self.url(UrlProperty::InternalUrl, position, |publishing| publishing.internal_url.as_deref());
        self.url(UrlProperty::ExternalUrl, position, |publishing| publishing.external_url.as_deref());
    }

    fn url(&mut self, property: UrlProperty, position: usize, of: fn(&OnPremisesPublishing) -> Option<&str>) {
        let applications = &self.document.applications;
        // Only published applications have URLs to compare; an unpublished one answers `None` and is never
        // entered.
        let url_at = |position: usize| {
            let application: &'a ApplicationDocument = applications.get(position)?;
            Some((application, of(application.on_premises_publishing.as_deref()?)?))
        };
        let Some((ApplicationDocument { id: application, app_id, .. }, url)) = url_at(position) else { return };
        let (application, app_id) = (*application, *app_id);
        if !url::is_kept(url, app_id) {
            self.violations.push(Violation::InvalidUrl { property, application });
        }
        let seen = match property {
            UrlProperty::InternalUrl => &mut self.internal_urls,
            UrlProperty::ExternalUrl => &mut self.external_urls,
        };
        let earlier = seen.earlier(position, |position| url_at(position).map(|(_, url)| AnyCase(url)));
        if let Some((first, _)) = earlier.and_then(url_at) {
            self.violations.push(Violation::SharedUrl { property, first: first.id, second: application });
        }
    }
}
