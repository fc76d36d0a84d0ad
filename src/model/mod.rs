//! What a caller sees: connector groups, connectors, applications and their publishing.

pub(crate) mod application;
pub(crate) mod connector;
pub(crate) mod document;
mod given;
pub(crate) mod group;
pub(crate) mod properties;
pub(crate) mod publishing;
pub(crate) mod region;
mod rules;
pub(crate) mod segment;
pub(crate) mod service_principal;
pub(crate) mod url;

#[cfg(feature = "graph")]
pub(crate) use crate::json::OpenMembers;
pub use crate::json::{OpenObject, Owner, Properties, PropertyChanges};
pub use application::{Application, ContradictoryPublication, Publication};
pub use connector::{Connector, ConnectorStatus, ContradictoryPresence, INACTIVE_DAYS_MAX, Presence};
pub use given::{Given, Meaning};
pub use group::{ConnectorGroup, ConnectorGroupType, Name, ServiceGroupType};
pub use properties::{
    ApplicationProperties, ApplicationPropertyChanges, OfApplication, OfProfile, OfSegment, ProfileProperties,
    ProfilePropertyChanges, SegmentProperties, SegmentPropertyChanges,
};
pub use publishing::{
    CertificateMetadata, Change, CorsConfiguration, Enabled, KerberosSignOnSettings, OnPremisesApplicationSegment,
    OnPremisesPublishing, PublishingChanges, SingleSignOnSettings,
};
pub use region::Region;
pub use rules::Rules;
pub use segment::{ApplicationSegment, SegmentProperty, SegmentProtocol};
pub use service_principal::ServicePrincipal;
