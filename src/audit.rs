//! Checks every invariant on a document, from scratch. Shares no code with the rules in `decide`, so that a
//! mistake there is not repeated here.

use alloc::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    string::String,
    sync::Arc,
    vec::Vec,
};
use core::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use crate::{
    ids::{AnyId, ApplicationId, ApplicationSegmentId, ConnectorGroupId, ConnectorId, ServicePrincipalId},
    model::{
        application::ApplicationDocument,
        connector::{ConnectorDocument, ConnectorStatus, INACTIVE_DAYS_MAX},
        document::{ConnectorGroupDocument, Document},
        group::ConnectorGroupType,
        publishing::OnPremisesPublishing,
        segment::{ApplicationSegment, Destination, SegmentProperty, ports},
        url,
    },
    refusal::{Kind, UrlProperty},
    timestamp::Timestamp,
};

/// An invariant that does not hold, with the ids of what breaks it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// The tenant's default region is empty or the sentinel.
    #[error("the default region {region:?} is not a region (R-32)")]
    InvalidDefaultRegion {
        /// As the document has it.
        region: Arc<str>,
    },
    /// No group is the default.
    #[error("no connector group is the default (I1)")]
    NoDefaultGroup,
    /// More than one group is the default.
    #[error("connector groups {first} and {second} are both the default (I1)")]
    TwoDefaultGroups {
        /// The earlier one in the document.
        first: ConnectorGroupId,
        /// A later one; each of several is told beside the first.
        second: ConnectorGroupId,
    },
    /// The default group is of a type other than `applicationProxy`.
    #[error("the default connector group {connector_group} is not of type applicationProxy (I1)")]
    DefaultGroupType {
        /// Marked as the default, and of a type of the service.
        connector_group: ConnectorGroupId,
    },
    /// A connector's group does not exist.
    #[error("connector {connector} is a member of connector group {connector_group}, which does not exist (I2)")]
    MemberOfMissingGroup {
        /// Whose `memberOf` leads nowhere.
        connector: ConnectorId,
        /// The id that no group of the document has.
        connector_group: ConnectorGroupId,
    },
    /// A connector's group is of a type other than `applicationProxy`.
    #[error(
        "connector {connector} is a member of connector group {connector_group}, which is not of type applicationProxy (I2)"
    )]
    MemberOfServiceGroup {
        /// Whose `memberOf` is wrong.
        connector: ConnectorId,
        /// Of a type that holds no connectors of application proxy.
        connector_group: ConnectorGroupId,
    },
    /// A published application's group does not exist.
    #[error("application {application} is assigned to connector group {connector_group}, which does not exist (I3)")]
    AssignedToMissingGroup {
        /// Whose `connectorGroup` leads nowhere.
        application: ApplicationId,
        /// The id that no group of the document has.
        connector_group: ConnectorGroupId,
    },
    /// A published application's group is of a type other than `applicationProxy`.
    #[error(
        "application {application} is assigned to connector group {connector_group}, which is not of type applicationProxy (I3)"
    )]
    AssignedToServiceGroup {
        /// Whose `connectorGroup` is wrong.
        application: ApplicationId,
        /// Of a type that serves no applications of application proxy.
        connector_group: ConnectorGroupId,
    },
    /// A published application without a group, or a group without publishing.
    #[error("application {application} has a connector group if and only if it is published (I3)")]
    ContradictoryPublication {
        /// Which has a group or a publishing, and not the other.
        application: ApplicationId,
    },
    /// Two things of a kind have one id, or two applications one `appId`.
    #[error("two of kind {} have the id {id} (I4)", kind.as_str())]
    DuplicateId {
        /// What they are.
        kind: Kind,
        /// The id, or the `appId`.
        id: AnyId,
    },
    /// Two published applications share a URL.
    #[error("applications {first} and {second} share the {property} (I5)")]
    SharedUrl {
        /// Which URL.
        property: UrlProperty,
        /// The earlier one in the document.
        first: ApplicationId,
        /// A later one with the same URL, in any case.
        second: ApplicationId,
    },
    /// A URL that could not have been published.
    #[error(
        "{property} of application {application} is neither an absolute http(s) URL with a domain name nor api:// and its own appId, with a final slash (R-50)"
    )]
    InvalidUrl {
        /// Which URL.
        property: UrlProperty,
        /// Whose URL it is.
        application: ApplicationId,
    },
    /// Two segments have a protocol, a port and a destination in common.
    #[error("segments {first} and {second} overlap (I9)")]
    OverlappingSegments {
        /// The first in document order that the other overlaps.
        first: ApplicationSegmentId,
        /// The later one in the document.
        second: ApplicationSegmentId,
    },
    /// An application has segments and is not published.
    #[error("application {application} has segments and is not published (I9)")]
    UnpublishedSegments {
        /// Which has segments, and no publishing to have them in.
        application: ApplicationId,
    },
    /// A segment that could not have been added.
    #[error("{property} of segment {segment} is not of its kind (R-51)")]
    InvalidSegment {
        /// The first field that is not of its kind.
        property: SegmentProperty,
        /// Whose field it is.
        segment: ApplicationSegmentId,
    },
    /// A connector's `status` and `inactiveSince` contradict each other.
    #[error("connector {connector} has inactiveSince if and only if it is inactive (I6)")]
    ContradictoryPresence {
        /// Which is active with `inactiveSince`, or inactive without.
        connector: ConnectorId,
    },
    /// A connector has been inactive for ten days or more, and is still there.
    #[error("connector {connector} has been inactive since {since}, for 10 days or more (I6)")]
    Overdue {
        /// Which the clock should have removed.
        connector: ConnectorId,
        /// Since when.
        since: Timestamp,
    },
    /// A connector has been inactive since a time that is yet to come.
    #[error("connector {connector} is inactive since {since}, which is yet to come (I7)")]
    InactiveInFuture {
        /// Whose `inactiveSince` is behind the tenant's `now`.
        connector: ConnectorId,
        /// Since when.
        since: Timestamp,
    },
    /// A group's name is empty or white space only.
    #[error("the name of connector group {connector_group} is blank (I8)")]
    BlankName {
        /// Whose name is empty or white space.
        connector_group: ConnectorGroupId,
    },
    /// Under `uniqueNames`, two `applicationProxy` groups share a name.
    #[error("connector groups {first} and {second} share a name (I8)")]
    SharedName {
        /// The earlier one in the document.
        first: ConnectorGroupId,
        /// A later one with the same name, trimmed and in any case.
        second: ConnectorGroupId,
    },
    /// A group's region is empty or the sentinel.
    #[error(
        "the region {region:?} of connector group {connector_group} is not a region: it is empty or `unknownFutureValue`"
    )]
    InvalidRegion {
        /// Whose region it is.
        connector_group: ConnectorGroupId,
        /// As the document has it.
        region: Arc<str>,
    },
}

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

/// The position of each value in a list, for a property that must be unique. The values themselves are not
/// copied.
struct Seen {
    positions: HashTable<usize>,
    hasher: FixedState,
}

impl Seen {
    /// With room for all values from the start, so that the table is never rebuilt.
    fn with_room(values: usize) -> Self {
        Self { positions: HashTable::with_capacity(values), hasher: FixedState::default() }
    }

    /// The first position with the same value, if it is an earlier one. `at` answers the value at a
    /// position.
    fn earlier<T: Hash + Eq>(&mut self, position: usize, at: impl Fn(usize) -> Option<T>) -> Option<usize> {
        let value = at(position);
        let hash = |value: &Option<T>| self.hasher.hash_one(value);
        let hash_of_value = hash(&value);
        let found = self.positions.find(hash_of_value, |earlier| at(*earlier) == value).copied();
        // A repeated value is not entered, so every repetition is reported against its first occurrence.
        if found.is_none() {
            self.positions.insert_unique(hash_of_value, position, |position| hash(&at(*position)));
        }
        found
    }
}

/// A text that is compared and hashed without regard to ASCII case.
struct AnyCase<'a>(&'a str);

impl PartialEq for AnyCase<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for AnyCase<'_> {}

impl Hash for AnyCase<'_> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        // Eight bytes at a time are lower-cased without a copy of the text. The length is hashed as well,
        // since the last piece is padded with zeros.
        for piece in self.0.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word.iter_mut().zip(piece).for_each(|(to, from)| *to = from.to_ascii_lowercase());
            hasher.write_u64(u64::from_ne_bytes(word));
        }
        hasher.write_usize(self.0.len());
    }
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
        let is_it = |position: &usize| groups.get(*position).is_some_and(|group| group.id == id);
        let found = groups.get(*self.groups.positions.find(hash, is_it)?)?;
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

    /// I9, by a walk over all segments in the order of where they begin: each is held against those that begin before it
    /// ends, and against no others.
    fn overlaps(&mut self) {
        let all: Vec<&ApplicationSegment> =
            self.document.applications.iter().flat_map(|application| &application.application_segments).collect();
        let mut by_space: BTreeMap<Space, Vec<(u128, u128, usize)>> = BTreeMap::new();
        for (position, segment) in all.iter().enumerate() {
            if let Some((space, from, to)) = segment.destination().map(Space::of) {
                by_space.entry(space).or_default().push((from, to, position));
            }
        }
        // The first that each overlaps, by the later one's position.
        let mut first: BTreeMap<usize, usize> = BTreeMap::new();
        for segments in by_space.values_mut() {
            segments.sort_unstable();
            for (at, (_, to, one)) in segments.iter().enumerate() {
                let behind = segments.iter().skip(at.saturating_add(1));
                for (_, _, other) in behind.take_while(|(from, _, _)| from <= to) {
                    let (earlier, later) = ((*one).min(*other), (*one).max(*other));
                    let (Some(one), Some(other)) = (all.get(earlier), all.get(later)) else { continue };
                    if share_traffic(one, other) {
                        first.entry(later).and_modify(|found| *found = earlier.min(*found)).or_insert(earlier);
                    }
                }
            }
        }
        let found = first.into_iter().filter_map(|(second, first)| Some((all.get(first)?.id, all.get(second)?.id)));
        let found: Vec<_> = found.map(|(first, second)| Violation::OverlappingSegments { first, second }).collect();
        self.violations.extend(found);
    }
}

/// Where destinations can meet at all. Within one, a destination is an interval.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Space {
    Ipv4,
    Ipv6,
    Name { is_suffix: bool, lower_case: String },
    Other { destination_type: String, host: String },
}

impl Space {
    fn of(destination: Destination<'_>) -> (Self, u128, u128) {
        match destination {
            Destination::Addresses { is_ipv6: false, from, to } => (Self::Ipv4, from, to),
            Destination::Addresses { is_ipv6: true, from, to } => (Self::Ipv6, from, to),
            Destination::Name { is_suffix, name } => {
                (Self::Name { is_suffix, lower_case: name.to_ascii_lowercase() }, 0, 0)
            }
            Destination::Other { destination_type, host } => {
                (Self::Other { destination_type: destination_type.into(), host: host.into() }, 0, 0)
            }
        }
    }
}

/// Whether two segments have a protocol in common, and a port or both none.
fn share_traffic(one: &ApplicationSegment, other: &ApplicationSegment) -> bool {
    let (Some(ports), Some(others)) = (ports(&one.ports), ports(&other.ports)) else { return false };
    let has_one_of = |(from, to): &(u16, u16)| others.iter().any(|(low, high)| from <= high && low <= to);
    let share_ports = (ports.is_empty() && others.is_empty()) || ports.iter().any(has_one_of);
    one.protocol.bits() & other.protocol.bits() != 0 && share_ports
}
