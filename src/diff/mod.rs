//! The differences between two states of a tenant: as data, as a report, and as commands.

mod attachments;
mod commands;
mod moves;
mod report;

use alloc::vec::Vec;

use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};

use crate::{
    ids::TenantId,
    model::Rules,
    model::{
        application::Application, connector::Connector, group::ConnectorGroup, properties::ProfileProperties,
        region::Region,
    },
    state::Differences,
    tenant::Tenant,
    timestamp::Timestamp,
};

pub use commands::{DiffCommands, Leftover};

/// The differences between two states of a tenant.
///
/// It keeps both states, each a snapshot. [`Display`](core::fmt::Display) is a report, one line a difference;
/// [`commands`](Self::commands) leads from the one to the other.
///
/// # Example: what a change of mind would take
/// ```
/// # use connector_groups::Directory;
/// # let mut directory = Directory::default();
/// # for line in include_str!("../../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
/// #     directory.apply(&serde_json::from_str(line).unwrap()).unwrap();
/// # }
/// # let tenant = directory.tenants().next().unwrap();
/// use connector_groups::{Command, command::UpdateConnectorGroup, diff::diff};
/// let finance = tenant.connector_groups_by_name("Finance DMZ").next().expect("Contoso has one").id();
/// let mut renamed = tenant.clone();
/// renamed.apply(&UpdateConnectorGroup { id: finance, name: Some("Finance".into()), region: None }.into())?;
/// let diff = diff(&renamed, tenant);
/// assert_eq!(diff.to_string(), format!("~ connector group \"Finance\" {finance}: name \"Finance\" → \"Finance DMZ\"\n"));
/// let back = UpdateConnectorGroup { id: finance, name: Some("Finance DMZ".into()), region: None };
/// assert_eq!(diff.commands().commands, [Command::from(back)]);
/// # Ok::<(), connector_groups::Refusal>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    from: Tenant,
    to: Tenant,
    tenant: Option<Difference<TenantProperties>>,
    connector_groups: Vec<Difference<ConnectorGroup>>,
    connectors: Vec<Difference<Connector>>,
    applications: Vec<Difference<Application>>,
}

/// How one thing differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Difference<T> {
    /// It is in the second state only.
    Added(T),
    /// It is in the first state only.
    Removed(T),
    /// It is in both.
    Changed {
        /// Its record in the first state.
        from: T,
        /// Its record in the second state.
        to: T,
    },
}

/// A tenant's properties, without its lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TenantProperties {
    /// Its id.
    pub id: TenantId,
    /// The region of groups that are created without one.
    pub default_region: Region,
    /// The tenant's clock.
    pub now: Timestamp,
    /// Its switches.
    pub rules: Rules,
    /// What its publishing profile says.
    #[serde(default, skip_serializing_if = "ProfileProperties::is_empty")]
    pub on_premises_publishing_profile: ProfileProperties,
}

impl From<&Tenant> for TenantProperties {
    fn from(tenant: &Tenant) -> Self {
        let (default_region, rules) = (tenant.default_region().clone(), tenant.rules());
        let on_premises_publishing_profile = tenant.on_premises_publishing_profile().clone();
        Self { id: tenant.id(), default_region, now: tenant.now(), rules, on_premises_publishing_profile }
    }
}

/// The differences that lead from `from` to `to`. Creation order is no difference.
///
/// Cost: proportional to the pages that changed, if one state was made from the other, or both from a third; if a whole group
/// moved, also one look at each application. Otherwise one pass over both states. Records are made for differences only.
#[must_use]
pub fn diff(from: &Tenant, to: &Tenant) -> Diff {
    let properties = (TenantProperties::from(from), TenantProperties::from(to));
    Diff {
        // Clones are snapshots: they share all pages, and let the report look up the groups' names in both states.
        from: from.clone(),
        to: to.clone(),
        tenant: changed(properties.0, properties.1),
        connector_groups: differences(from.state().connector_groups_diff(to.state())),
        connectors: differences(from.state().connectors_diff(to.state())),
        applications: differences(from.state().applications_diff(to.state())),
    }
}

fn changed<T: PartialEq>(from: T, to: T) -> Option<Difference<T>> {
    (from != to).then_some(Difference::Changed { from, to })
}

fn differences<V: Into<T>, T>(differences: Differences<V>) -> Vec<Difference<T>> {
    let difference = |(from, to): (Option<V>, Option<V>)| match (from.map(V::into), to.map(V::into)) {
        (Some(from), Some(to)) => Some(Difference::Changed { from, to }),
        (Some(from), None) => Some(Difference::Removed(from)),
        (None, to) => to.map(Difference::Added),
    };
    differences.into_iter().filter_map(difference).collect()
}

impl Diff {
    /// The first state.
    #[must_use]
    pub const fn from(&self) -> &Tenant {
        &self.from
    }

    /// The second one.
    #[must_use]
    pub const fn to(&self) -> &Tenant {
        &self.to
    }

    /// The difference of the tenants' own properties; `None` if they are equal.
    #[must_use]
    pub const fn tenant(&self) -> Option<&Difference<TenantProperties>> {
        self.tenant.as_ref()
    }

    /// The groups that differ, in creation order, those added last.
    #[must_use]
    pub fn connector_groups(&self) -> &[Difference<ConnectorGroup>] {
        &self.connector_groups
    }

    /// The connectors that differ, in creation order, those added last; one in another group has another `member_of`.
    #[must_use]
    pub fn connectors(&self) -> &[Difference<Connector>] {
        &self.connectors
    }

    /// The applications that differ, in creation order, those added last; one in another group has another publication.
    #[must_use]
    pub fn applications(&self) -> &[Difference<Application>] {
        &self.applications
    }

    /// Whether the two states are equal, creation order aside.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tenant.is_none()
            && self.connector_groups.is_empty()
            && self.connectors.is_empty()
            && self.applications.is_empty()
    }
}

impl Serialize for Diff {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The two states stay out: a reader has them, and they may be a million times larger than what differs.
        let mut fields = serializer.serialize_struct("Diff", 4)?;
        fields.serialize_field("tenant", &self.tenant)?;
        fields.serialize_field("connectorGroups", &self.connector_groups)?;
        fields.serialize_field("connectors", &self.connectors)?;
        fields.serialize_field("applications", &self.applications)?;
        fields.end()
    }
}
