//! Every invariant, judged from scratch on a document: nothing here is shared with the rules in `decide`.

use alloc::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    string::String,
    sync::Arc,
    vec::Vec,
};

use crate::{
    ids::{AnyId, ApplicationId, ConnectorGroupId, ConnectorId},
    model::{
        application::ApplicationDocument,
        connector::{ConnectorDocument, ConnectorStatus, INACTIVE_DAYS_MAX},
        document::{ConnectorGroupDocument, Document},
        group::ConnectorGroupType,
        url,
    },
    refusal::{Kind, UrlProperty},
    timestamp::Timestamp,
};

/// An invariant that does not hold (contract §2), with the ids of what breaks it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// The tenant's default region is empty or the sentinel.
    #[error("the default region {region:?} is not a region (R-32)")]
    InvalidDefaultRegion {
        /// As it stands there.
        region: Arc<str>,
    },
    /// No group is the default.
    #[error("no connector group is the default (I1)")]
    NoDefaultGroup,
    /// More than one group is the default.
    #[error("connector groups {first} and {second} are both the default (I1)")]
    TwoDefaultGroups {
        /// The first that is.
        first: ConnectorGroupId,
        /// Another.
        second: ConnectorGroupId,
    },
    /// The default group is of a type other than `applicationProxy`.
    #[error("the default connector group {connector_group} is not of type applicationProxy (I1)")]
    DefaultGroupType {
        /// The group.
        connector_group: ConnectorGroupId,
    },
    /// A connector's group does not exist.
    #[error("connector {connector} is a member of connector group {connector_group}, which does not exist (I2)")]
    MemberOfMissingGroup {
        /// The connector.
        connector: ConnectorId,
        /// The group.
        connector_group: ConnectorGroupId,
    },
    /// A connector's group is of a type other than `applicationProxy`.
    #[error(
        "connector {connector} is a member of connector group {connector_group}, which is not of type applicationProxy (I2)"
    )]
    MemberOfServiceGroup {
        /// The connector.
        connector: ConnectorId,
        /// The group.
        connector_group: ConnectorGroupId,
    },
    /// A published application's group does not exist.
    #[error("application {application} is assigned to connector group {connector_group}, which does not exist (I3)")]
    AssignedToMissingGroup {
        /// The application.
        application: ApplicationId,
        /// The group.
        connector_group: ConnectorGroupId,
    },
    /// A published application's group is of a type other than `applicationProxy`.
    #[error(
        "application {application} is assigned to connector group {connector_group}, which is not of type applicationProxy (I3)"
    )]
    AssignedToServiceGroup {
        /// The application.
        application: ApplicationId,
        /// The group.
        connector_group: ConnectorGroupId,
    },
    /// A published application without a group, or a group without publishing.
    #[error("application {application} has a connector group if and only if it is published (I3)")]
    ContradictoryPublication {
        /// The application.
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
        /// The first that has it.
        first: ApplicationId,
        /// Another.
        second: ApplicationId,
    },
    /// A URL that could not have been published.
    #[error(
        "{property} of application {application} is not an absolute http(s) URL with a domain name and a final slash (R-50)"
    )]
    InvalidUrl {
        /// Which URL.
        property: UrlProperty,
        /// The application.
        application: ApplicationId,
    },
    /// A connector's `status` and `inactiveSince` contradict each other.
    #[error("connector {connector} has inactiveSince if and only if it is inactive (I6)")]
    ContradictoryPresence {
        /// The connector.
        connector: ConnectorId,
    },
    /// A connector has been inactive for ten days or more, and is still there.
    #[error("connector {connector} has been inactive since {since}, for 10 days or more (I6)")]
    Overdue {
        /// The connector.
        connector: ConnectorId,
        /// Since when.
        since: Timestamp,
    },
    /// A connector has been inactive since a time that is yet to come.
    #[error("connector {connector} is inactive since {since}, which is yet to come (I7)")]
    InactiveInFuture {
        /// The connector.
        connector: ConnectorId,
        /// Since when.
        since: Timestamp,
    },
    /// A group's name is empty or white space only.
    #[error("the name of connector group {connector_group} is blank (I8)")]
    BlankName {
        /// The group.
        connector_group: ConnectorGroupId,
    },
    /// Under `uniqueNames`, two `applicationProxy` groups share a name.
    #[error("connector groups {first} and {second} share a name (I8)")]
    SharedName {
        /// The first that has it.
        first: ConnectorGroupId,
        /// Another.
        second: ConnectorGroupId,
    },
    /// A group's region is empty or the sentinel.
    #[error("the region {region:?} of connector group {connector_group} is not a region (domain.md §1.1)")]
    InvalidRegion {
        /// The group.
        connector_group: ConnectorGroupId,
        /// As it stands there.
        region: Arc<str>,
    },
}

/// Everything that is wrong with a document, in document order; empty where nothing is.
///
/// Cost: a few ordered maps over the whole document.
#[must_use]
pub fn audit(document: &Document) -> Vec<Violation> {
    let mut auditor = Auditor::default();
    if is_no_region(&document.default_region) {
        auditor.violations.push(Violation::InvalidDefaultRegion { region: document.default_region.clone() });
    }
    for group in &document.connector_groups {
        auditor.group(group, document.rules.unique_names);
    }
    if auditor.default.is_none() {
        auditor.violations.push(Violation::NoDefaultGroup);
    }
    for connector in &document.connectors {
        auditor.connector(connector, document.now);
    }
    for application in &document.applications {
        auditor.application(application);
    }
    auditor.violations
}

fn is_no_region(text: &str) -> bool {
    text.is_empty() || text.eq_ignore_ascii_case("unknownFutureValue")
}

/// What has been seen of a document so far.
#[derive(Default)]
struct Auditor {
    violations: Vec<Violation>,
    default: Option<ConnectorGroupId>,
    /// Each group, and whether it is of type `applicationProxy`.
    groups: BTreeMap<ConnectorGroupId, bool>,
    names: BTreeMap<String, ConnectorGroupId>,
    ids: BTreeSet<(Kind, AnyId)>,
    app_ids: BTreeSet<AnyId>,
    urls: BTreeMap<(UrlProperty, String), ApplicationId>,
}

impl Auditor {
    fn id(&mut self, kind: Kind, id: AnyId) {
        if !self.ids.insert((kind, id)) {
            self.violations.push(Violation::DuplicateId { kind, id });
        }
    }

    fn group(&mut self, group: &ConnectorGroupDocument, unique_names: bool) {
        let connector_group = group.id;
        self.id(Kind::ConnectorGroup, group.id.into());
        let of_application_proxy = matches!(group.connector_group_type, ConnectorGroupType::ApplicationProxy);
        self.groups.entry(group.id).or_insert(of_application_proxy);
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

    fn connector(&mut self, document: &ConnectorDocument, now: Timestamp) {
        let (connector, connector_group) = (document.id, document.member_of);
        self.id(Kind::Connector, connector.into());
        match self.groups.get(&connector_group) {
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
            } else if now.is_days_after(INACTIVE_DAYS_MAX, since) {
                self.violations.push(Violation::Overdue { connector, since });
            }
        }
    }

    fn application(&mut self, document: &ApplicationDocument) {
        let application = document.id;
        self.id(Kind::Application, application.into());
        if !self.app_ids.insert(document.app_id.into()) {
            self.violations.push(Violation::DuplicateId { kind: Kind::Application, id: document.app_id.into() });
        }
        if document.connector_group.is_some() != document.on_premises_publishing.is_some() {
            self.violations.push(Violation::ContradictoryPublication { application });
        }
        if let Some(connector_group) = document.connector_group {
            match self.groups.get(&connector_group) {
                Some(true) => {}
                Some(false) => self.violations.push(Violation::AssignedToServiceGroup { application, connector_group }),
                None => self.violations.push(Violation::AssignedToMissingGroup { application, connector_group }),
            }
        }
        if let Some(publishing) = &document.on_premises_publishing {
            self.url(UrlProperty::InternalUrl, application, publishing.internal_url.as_deref());
            self.url(UrlProperty::ExternalUrl, application, publishing.external_url.as_deref());
        }
    }

    fn url(&mut self, property: UrlProperty, application: ApplicationId, url: Option<&str>) {
        let Some(url) = url else { return };
        if !url::is_publishable(url) {
            self.violations.push(Violation::InvalidUrl { property, application });
        }
        match self.urls.entry((property, url.to_ascii_lowercase())) {
            Entry::Occupied(first) => {
                self.violations.push(Violation::SharedUrl { property, first: *first.get(), second: application });
            }
            Entry::Vacant(url) => {
                url.insert(application);
            }
        }
    }
}
