//! The snapshot format: a tenant and a directory as JSON, which may say anything.

use alloc::{sync::Arc, vec::Vec};

use crate::{
    ids::{ConnectorGroupId, TenantId},
    model::Rules,
    model::{application::ApplicationDocument, connector::ConnectorDocument, group::ConnectorGroupType},
    timestamp::Timestamp,
};

objects! {
    /// A tenant as JSON: lists in creation order, so that the same facts are the same document whatever path led there.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Document {
        /// The tenant's id.
        pub id: TenantId,
        /// The region of groups that are created without one.
        pub default_region: Arc<str>,
        /// The tenant's time.
        pub now: Timestamp,
        /// Its switches.
        pub rules: Rules,
        /// Its groups.
        pub connector_groups: Vec<ConnectorGroupDocument>,
        /// Its connectors.
        pub connectors: Vec<ConnectorDocument>,
        /// Its applications.
        pub applications: Vec<ApplicationDocument>,
    }

    /// A group as it stands in a tenant document.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ConnectorGroupDocument {
        /// Its id.
        pub id: ConnectorGroupId,
        /// Its name.
        pub name: Arc<str>,
        /// Its type.
        pub connector_group_type: ConnectorGroupType,
        /// Whether it is the default.
        pub is_default: bool,
        /// Its region.
        pub region: Arc<str>,
    }

    /// A directory as JSON.
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub struct DirectoryDocument {
        /// Its tenants, in creation order.
        pub tenants: Vec<Document>,
    }
}
