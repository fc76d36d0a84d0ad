//! The application.

use alloc::{boxed::Box, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AppId, ApplicationId, ConnectorGroupId},
    model::publishing::OnPremisesPublishing,
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
    /// Whether it is published through application proxy; `None` while it is not.
    pub publication: Option<Publication>,
}

/// What an application has while it is published, both parts or neither (I3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The one group that it is assigned to.
    pub connector_group: ConnectorGroupId,
    /// How it is published.
    pub on_premises_publishing: Box<OnPremisesPublishing>,
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
        /// How it is published; null while it is not.
        #[serde(default)]
        pub on_premises_publishing: Option<Box<OnPremisesPublishing>>,
        /// The group that it is assigned to; null while it is not published.
        #[serde(default)]
        pub connector_group: Option<ConnectorGroupId>,
    }
}

/// An application is published without a group, or has a group without being published (I3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("application {0} has a connector group if and only if it is published (I3)")]
pub struct ContradictoryPublication(pub ApplicationId);

impl TryFrom<ApplicationDocument> for Application {
    type Error = ContradictoryPublication;

    fn try_from(document: ApplicationDocument) -> Result<Self, ContradictoryPublication> {
        let ApplicationDocument { id, app_id, display_name, on_premises_publishing, connector_group } = document;
        let publication = match (on_premises_publishing, connector_group) {
            (None, None) => None,
            (Some(on_premises_publishing), Some(connector_group)) => {
                Some(Publication { connector_group, on_premises_publishing })
            }
            // Neither half is dropped silently: the caller would lose an assignment or settings without
            // hearing of it.
            (Some(_), None) | (None, Some(_)) => return Err(ContradictoryPublication(id)),
        };
        Ok(Self { id, app_id, display_name, publication })
    }
}

impl From<Application> for ApplicationDocument {
    fn from(application: Application) -> Self {
        let Application { id, app_id, display_name, publication } = application;
        let (connector_group, on_premises_publishing) = match publication {
            Some(Publication { connector_group, on_premises_publishing }) => {
                (Some(connector_group), Some(on_premises_publishing))
            }
            None => (None, None),
        };
        Self { id, app_id, display_name, on_premises_publishing, connector_group }
    }
}
