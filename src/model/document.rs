//! The snapshot format: a tenant and a directory as JSON, which may say anything.

use alloc::{sync::Arc, vec::Vec};

use crate::{
    ids::{ConnectorGroupId, TenantId},
    model::Rules,
    model::{
        application::ApplicationDocument, connector::ConnectorDocument, group::ConnectorGroupType,
        properties::ProfileProperties,
    },
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
        /// The rules that the sources leave open, each on or off.
        pub rules: Rules,
        /// What its publishing profile says; absent while that is nothing.
        #[serde(default, skip_serializing_if = "ProfileProperties::is_empty")]
        pub on_premises_publishing_profile: ProfileProperties,
        /// In creation order, the default group among them (I1).
        pub connector_groups: Vec<ConnectorGroupDocument>,
        /// In creation order.
        pub connectors: Vec<ConnectorDocument>,
        /// In creation order, published or not.
        pub applications: Vec<ApplicationDocument>,
    }

    /// A group as it stands in a tenant document.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ConnectorGroupDocument {
        /// Unique in the tenant (I4).
        pub id: ConnectorGroupId,
        /// Not blank; unique only where `uniqueNames` says so.
        pub name: Arc<str>,
        /// `applicationProxy`, or a type of the service.
        pub connector_group_type: ConnectorGroupType,
        /// Whether it is the default.
        pub is_default: bool,
        /// In any case; kept in lower case.
        pub region: Arc<str>,
    }

    /// A directory as JSON.
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub struct DirectoryDocument {
        /// Its tenants, in creation order.
        pub tenants: Vec<Document>,
    }
}
