//! Conversion between documents and tenants. A document may violate invariants and a [`Tenant`] may not, so
//! loading audits the whole document and reports every violation.

use alloc::{string::String, vec::Vec};
use core::fmt;

use crate::{
    audit::{Violation, audit},
    columns::HashSeed,
    count::count_of,
    ids::TenantId,
    model::{
        application::Application,
        connector::Connector,
        group::{ConnectorGroup, Name},
        region::Region,
    },
    state::State,
    tenant::Tenant,
};

pub use crate::model::{
    application::ApplicationDocument,
    connector::ConnectorDocument,
    document::{ConnectorGroupDocument, DirectoryDocument, Document},
};

/// All that is wrong with a document; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violations {
    /// The tenant of the document.
    pub tenant: TenantId,
    /// The violations, in document order, overlaps of segments last.
    pub violations: Vec<Violation>,
}

impl fmt::Display for Violations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "tenant {} has {}", self.tenant, count_of(&self.violations, "violation"))?;
        self.violations.iter().try_for_each(|violation| write!(formatter, "; {violation}"))
    }
}

impl core::error::Error for Violations {}

impl TryFrom<Document> for Tenant {
    type Error = Violations;

    fn try_from(document: Document) -> Result<Self, Violations> {
        Self::try_from_document(document, HashSeed::default())
    }
}

impl Tenant {
    /// The tenant that a document describes, with a hash seed as in
    /// [`Directory::with_hash_seed`](crate::Directory::with_hash_seed); `Tenant::try_from` takes the default one.
    ///
    /// # Errors
    /// All that is wrong with the document.
    pub fn from_document(document: Document, hash_seed: u64) -> Result<Self, Violations> {
        Self::try_from_document(document, HashSeed::of(hash_seed))
    }

    pub(crate) fn try_from_document(document: Document, hash_seed: HashSeed) -> Result<Self, Violations> {
        let violations = audit(&document);
        let tenant = document.id;
        // The audit judges first and completely, so a caller hears of all violations and not only of the
        // first that stops the building.
        let state = if violations.is_empty() { build(document, hash_seed) } else { None };
        debug_assert!(state.is_some() || !violations.is_empty(), "the audit passed what cannot be built");
        state.map(Self::from_state).ok_or(Violations { tenant, violations })
    }
}

/// The state that a document without violations describes. `None` only if the audit found a violation.
fn build(document: Document, hash_seed: HashSeed) -> Option<State> {
    let default_region = Region::new(&document.default_region)?;
    let read = |group: ConnectorGroupDocument| {
        let ConnectorGroupDocument { id, name, connector_group_type, is_default, region } = group;
        let (name, region) = (Name::new(&name)?, Region::new(&region)?);
        Some(ConnectorGroup { id, name, connector_group_type, is_default, region })
    };
    let groups: Vec<ConnectorGroup> = document.connector_groups.into_iter().map(read).collect::<Option<_>>()?;
    let default = groups.iter().find(|group| group.is_default)?;
    let mut state =
        State::without_groups(hash_seed, document.id, default_region, document.now, document.rules, default);
    state.set_profile(document.on_premises_publishing_profile);
    for group in &groups {
        state.push_connector_group(group);
    }
    for connector in document.connectors {
        state.push_connector(&Connector::try_from(connector).ok()?);
    }
    let spelled = |mut application: ApplicationDocument| {
        // As a command would have it, so that the same facts are the same document.
        application.on_premises_publishing.iter_mut().for_each(|publishing| publishing.spell_enumerations());
        Application::try_from(application)
    };
    let mut are_right = true;
    let applications = document.applications.into_iter().map(spelled);
    // Handed on one by one: a list of them would be written and read once more, and be as large as the document.
    state.fill_with_applications(applications.map_while(|application| {
        are_right &= application.is_ok();
        application.ok()
    }));
    are_right.then_some(state)
}

impl From<&Tenant> for Document {
    fn from(tenant: &Tenant) -> Self {
        let group = |group: ConnectorGroup| ConnectorGroupDocument {
            id: group.id,
            name: group.name.as_str().into(),
            connector_group_type: group.connector_group_type,
            is_default: group.is_default,
            region: group.region.as_str().into(),
        };
        Self {
            id: tenant.id(),
            default_region: tenant.default_region().as_str().into(),
            now: tenant.now(),
            rules: tenant.rules(),
            on_premises_publishing_profile: tenant.on_premises_publishing_profile().clone(),
            connector_groups: tenant.connector_groups().map(|view| group(view.into())).collect(),
            connectors: tenant.connectors().map(|view| Connector::from(view).into()).collect(),
            applications: tenant.applications().map(|view| Application::from(view).into()).collect(),
        }
    }
}

impl From<Tenant> for Document {
    fn from(tenant: Tenant) -> Self {
        Self::from(&tenant)
    }
}

/// All that is wrong with a directory's document; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct DirectoryViolations {
    /// Tenants whose id an earlier one has (I4).
    pub duplicate_tenants: Vec<TenantId>,
    /// The violations of each tenant that has any.
    pub tenants: Vec<Violations>,
}

impl fmt::Display for DirectoryViolations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let duplicates = self.duplicate_tenants.iter().map(|id| alloc::format!("two tenants have the id {id} (I4)"));
        let tenants = self.tenants.iter().map(|violations| alloc::format!("{violations}"));
        formatter.write_str(&duplicates.chain(tenants).collect::<Vec<String>>().join("; "))
    }
}

impl core::error::Error for DirectoryViolations {}
