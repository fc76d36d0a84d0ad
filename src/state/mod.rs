//! The state of one tenant: what it stores, how things are found, and how it changes. It knows no command
//! and no rule.
//!
//! ```text
//! State ── groups ────── slot map (order, ids, id → slot) · records · tallies · members · folded name → slots
//!       ── connectors ── slot map · texts · presences · group · inactive ones by time
//!       ── applications  slot map · app ids · union-find (which group) · names · URLs · settings · appId, both URLs → slot
//!            └ attachments  properties, service principal, ids of segments · segments · where those lead
//!
//! list of ids ──► bit set of who is there ──► less those who are in the target ──► an event: state before and bit set
//! ```
//!
//! Everything is a list of [`columns`](crate::columns): a clone of the state is one reference count a list, and a write
//! copies one page of each list it touches. Outside this folder nobody sees a slot: reads answer with views, writes take
//! ids. A write of an id that is not there does nothing.

mod application_columns;
mod applications;
mod attachment_columns;
mod attachments;
mod bulk_move;
mod connector_columns;
mod connectors;
mod group_columns;
mod groups;
mod list;
mod structural_diff;
#[cfg(test)]
mod tests;
mod views;

use application_columns::Applications;
pub(crate) use bulk_move::{Assigned, BulkMove, ToMove};
use connector_columns::Connectors;
use group_columns::{Groups, Record};
pub(crate) use structural_diff::Differences;
pub use views::{ApplicationView, ConnectorGroupView, ConnectorView};

use crate::{
    columns::{HashSeed, work},
    ids::TenantId,
    model::Rules,
    model::{
        group::ConnectorGroup,
        properties::{ApplicationProperties, ProfileProperties},
        region::Region,
    },
    timestamp::Timestamp,
};

#[derive(Clone)]
pub(crate) struct State {
    id: TenantId,
    default_region: Region,
    now: Timestamp,
    rules: Rules,
    groups: Groups,
    connectors: Connectors,
    applications: Applications,
    /// What an application has whose column of attachments says nothing.
    empty_properties: ApplicationProperties,
    profile: ProfileProperties,
}

impl State {
    pub(crate) fn new(
        hash_seed: HashSeed,
        id: TenantId,
        default_region: Region,
        now: Timestamp,
        rules: Rules,
        default: &ConnectorGroup,
    ) -> Self {
        let mut state = Self::without_groups(hash_seed, id, default_region, now, rules, default);
        state.push_connector_group(default);
        state
    }

    /// A state that is to be filled, beginning with its groups; `default` is among those, at its place in their order.
    pub(crate) fn without_groups(
        hash_seed: HashSeed,
        id: TenantId,
        default_region: Region,
        now: Timestamp,
        rules: Rules,
        default: &ConnectorGroup,
    ) -> Self {
        Self {
            id,
            now,
            rules,
            groups: Groups::new(hash_seed, Record::of(default)),
            connectors: Connectors::new(hash_seed),
            applications: Applications::new(hash_seed),
            empty_properties: ApplicationProperties::default(),
            profile: ProfileProperties::default(),
            default_region,
        }
    }

    /// The seed that all its indexes hash with.
    pub(crate) const fn hash_seed(&self) -> HashSeed {
        self.applications.by_id.seed()
    }

    /// A copy whose indexes hash with another seed.
    pub(crate) fn hashed_with(&self, seed: HashSeed) -> Self {
        self.laid_out_anew(seed)
    }

    pub(crate) const fn id(&self) -> TenantId {
        self.id
    }

    pub(crate) const fn default_region(&self) -> &Region {
        &self.default_region
    }

    pub(crate) const fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) const fn rules(&self) -> Rules {
        self.rules
    }

    pub(crate) const fn set_id(&mut self, id: TenantId) {
        self.id = id;
    }

    pub(crate) fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }
}

/// The layout of the whole.
impl State {
    /// Removes dead slots, and puts late ones in place, once they outnumber the others in a long list, so that each
    /// removal and each return pays for its share.
    fn squeeze(&mut self) {
        let sparse =
            self.groups.by_id.is_sparse() || self.connectors.by_id.is_sparse() || self.applications.by_id.is_sparse();
        if sparse {
            *self = self.laid_out_anew(self.hash_seed());
        }
    }

    /// A copy of the tenant without groups, connectors or applications, not even a default group.
    pub(crate) fn without_things(&self) -> Self {
        self.emptied(self.hash_seed())
    }

    fn emptied(&self, hash_seed: HashSeed) -> Self {
        let (id, region) = (self.id, self.default_region.clone());
        let default = self.default_connector_group().to_connector_group();
        let mut emptied = Self::without_groups(hash_seed, id, region, self.now, self.rules, &default);
        emptied.share_with(self);
        Self { profile: self.profile.clone(), ..emptied }
    }

    /// The same things in the same order in new columns, without dead slots and all in place.
    fn laid_out_anew(&self, hash_seed: HashSeed) -> Self {
        let mut state = self.emptied(hash_seed);
        // Groups first: connectors and applications are entered by the slot of their group.
        for group in self.connector_groups() {
            work::laid_out();
            state.push_connector_group(&group.to_connector_group());
        }
        for connector in self.connectors() {
            work::laid_out();
            state.push_connector(&connector.to_connector());
        }
        for application in self.applications() {
            work::laid_out();
            state.push_application(&application.to_application());
        }
        state
    }
}
