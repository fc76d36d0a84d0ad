//! The service principal.

use crate::{ids::ServicePrincipalId, model::properties::ApplicationProperties};

objects! {
    /// An application's presence in its tenant (Graph: `servicePrincipal`); an application has one at most.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ServicePrincipal {
        /// Its id, unique in the tenant.
        pub id: ServicePrincipalId,
        /// Its properties, such as `tags`, by which tools find published applications.
        #[serde(default, skip_serializing_if = "ApplicationProperties::is_empty")]
        pub properties: ApplicationProperties,
    }
}
