//! What a caller sees: connector groups, connectors, applications and their publishing.

pub(crate) mod application;
pub(crate) mod connector;
pub(crate) mod document;
mod given;
pub(crate) mod group;
pub(crate) mod publishing;
pub(crate) mod region;
mod rules;
pub(crate) mod url;

pub use crate::json::OpenObject;
pub use application::{Application, ContradictoryPublication, Publication};
pub use connector::{Connector, ConnectorStatus, ContradictoryPresence, INACTIVE_DAYS_MAX, Presence};
pub use given::{Given, Meaning};
pub use group::{ConnectorGroup, ConnectorGroupType, Name, ServiceGroupType};
pub use publishing::{
    ApplicationSegment, CertificateMetadata, Change, CorsConfiguration, Enabled, KerberosSignOnSettings,
    OnPremisesPublishing, PublishingChanges, SingleSignOnSettings,
};
pub use region::Region;
pub use rules::Rules;
