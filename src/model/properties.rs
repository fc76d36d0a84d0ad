//! Which things have open properties, and which names those cannot have.

use crate::json::{Owner, Properties, PropertyChanges};

/// An application or a service principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfApplication {}

/// A segment of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfSegment {}

/// The tenant's publishing profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfProfile {}

impl Owner for OfApplication {
    const RESERVED: &'static [&'static str] = &[
        "id",
        "appId",
        "displayName",
        "onPremisesPublishing",
        "connectorGroup",
        "servicePrincipal",
        "applicationSegments",
    ];
}

impl Owner for OfSegment {
    const RESERVED: &'static [&'static str] = &["id", "destinationHost", "destinationType", "protocol", "ports"];
}

impl Owner for OfProfile {
    const RESERVED: &'static [&'static str] = &["id", "isEnabled"];
}

/// Every property of an application, or of a service principal, that the model does not have: kept as it came.
pub type ApplicationProperties = Properties<OfApplication>;
/// Changes of those, by member.
pub type ApplicationPropertyChanges = PropertyChanges<OfApplication>;
/// Every property of a segment that the model does not have, such as `action` or `port`: kept as it came.
pub type SegmentProperties = Properties<OfSegment>;
/// Changes of those, by member.
pub type SegmentPropertyChanges = PropertyChanges<OfSegment>;
/// What the tenant's publishing profile says besides `id` and `isEnabled` (Graph: `onPremisesPublishingProfile`), such as
/// `isDefaultAccessEnabled`: kept as it came.
pub type ProfileProperties = Properties<OfProfile>;
/// Changes of those, by member.
pub type ProfilePropertyChanges = PropertyChanges<OfProfile>;
