//! The application.

use alloc::{boxed::Box, sync::Arc, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AppId, ApplicationId, ConnectorGroupId},
    model::{
        properties::ApplicationProperties, publishing::OnPremisesPublishing, segment::ApplicationSegment,
        service_principal::ServicePrincipal,
    },
};

/// An application (Graph: `application`). Its JSON is that of a tenant document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ApplicationDocument", into = "ApplicationDocument")]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// Its client id, unique in the tenant too.
    pub app_id: AppId,
    /// Its name, not unique, possibly empty.
    pub display_name: Arc<str>,
    /// Every other property of Graph's application.
    pub properties: ApplicationProperties,
    /// Its service principal, if it has one.
    pub service_principal: Option<ServicePrincipal>,
    /// Whether it is published through application proxy; `None` while it is not.
    pub publication: Option<Publication>,
}

impl Application {
    /// A new application, of which nothing else is said.
    pub(crate) fn unpublished(id: ApplicationId, app_id: AppId, display_name: Arc<str>) -> Self {
        let properties = ApplicationProperties::default();
        Self { id, app_id, display_name, properties, service_principal: None, publication: None }
    }
}

/// What an application has while it is published, both parts or neither (I3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The one group that it is assigned to.
    pub connector_group: ConnectorGroupId,
    /// How it is published.
    pub on_premises_publishing: Box<OnPremisesPublishing>,
    /// Its segments, in the order in which they were added.
    pub application_segments: Vec<ApplicationSegment>,
}

objects! {
    /// An application as it stands in a tenant document: Graph's flat properties, which may contradict each other.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ApplicationDocument {
        /// Its id.
        pub id: ApplicationId,
        /// Its client id.
        pub app_id: AppId,
        /// Its name.
        pub display_name: Arc<str>,
        /// Every other property; absent while there are none.
        #[serde(default, skip_serializing_if = "ApplicationProperties::is_empty")]
        pub properties: ApplicationProperties,
        /// Its service principal; absent while it has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub service_principal: Option<ServicePrincipal>,
        /// Its segments, in the order in which they were added; absent while there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub application_segments: Vec<ApplicationSegment>,
        /// How it is published; null while it is not.
        #[serde(default)]
        pub on_premises_publishing: Option<Box<OnPremisesPublishing>>,
        /// The group that it is assigned to; null while it is not published.
        #[serde(default)]
        pub connector_group: Option<ConnectorGroupId>,
    }
}

/// An application is published without a group, has a group without being published (I3), or has segments without being
/// published (I9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "application {0} must have a connector group if it is published, and neither a group nor segments otherwise (I3, I9)"
)]
pub struct ContradictoryPublication(pub ApplicationId);

impl TryFrom<ApplicationDocument> for Application {
    type Error = ContradictoryPublication;

    fn try_from(document: ApplicationDocument) -> Result<Self, ContradictoryPublication> {
        let (publishing, group) = (document.on_premises_publishing, document.connector_group);
        // Both or neither (I3), and segments only with both (I9): the typed record has no field for what a document
        // must not say.
        let publication = match (publishing, group) {
            (None, None) if document.application_segments.is_empty() => None,
            (Some(on_premises_publishing), Some(connector_group)) => Some(Publication {
                connector_group,
                on_premises_publishing,
                application_segments: document.application_segments,
            }),
            _ => return Err(ContradictoryPublication(document.id)),
        };
        let plain = Self::unpublished(document.id, document.app_id, document.display_name);
        let (properties, service_principal) = (document.properties, document.service_principal);
        Ok(Self { properties, service_principal, publication, ..plain })
    }
}

impl From<Application> for ApplicationDocument {
    fn from(application: Application) -> Self {
        let Application { id, app_id, display_name, properties, service_principal, publication } = application;
        let (connector_group, on_premises_publishing, application_segments) = match publication {
            Some(Publication { connector_group, on_premises_publishing, application_segments }) => {
                (Some(connector_group), Some(on_premises_publishing), application_segments)
            }
            None => (None, None, Vec::new()),
        };
        Self {
            id,
            app_id,
            display_name,
            properties,
            service_principal,
            application_segments,
            on_premises_publishing,
            connector_group,
        }
    }
}
