//! How a caller makes a command about one application: itself, its publishing, its service principal, its segments. The
//! publishing profile is here too, as its properties are made the same way.

use alloc::{boxed::Box, sync::Arc};

use super::{
    AddApplication, AddApplicationSegment, CreateApplication, CreateServicePrincipal, DeleteApplication,
    DeleteServicePrincipal, PublishApplication, RemoveApplication, RemoveApplicationSegment, UnpublishApplication,
    UpdateApplication, UpdateApplicationSegment, UpdateProfile, UpdateServicePrincipal,
};
use crate::{
    ids::{AppId, ApplicationId, ApplicationSegmentId, ConnectorGroupId, ServicePrincipalId},
    model::{
        properties::{
            ApplicationProperties, ApplicationPropertyChanges, ProfilePropertyChanges, SegmentProperties,
            SegmentPropertyChanges,
        },
        publishing::PublishingChanges,
    },
};

impl CreateApplication {
    /// An application without other properties; see [`properties`](Self::properties).
    ///
    /// ```
    /// use connector_groups::{AppId, ApplicationId, command::CreateApplication};
    ///
    /// let (id, app_id) = (ApplicationId::from_u128(7), AppId::from_u128(8));
    /// let tags = serde_json::from_str(r#"{"tags":["payroll"]}"#)?;
    /// let command = CreateApplication::new(id, app_id, "Payroll").properties(tags);
    /// assert_eq!(command.properties.unwrap().names().collect::<Vec<_>>(), ["tags"]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn new(id: ApplicationId, app_id: AppId, display_name: impl Into<Arc<str>>) -> Self {
        Self { id, app_id, display_name: display_name.into(), properties: None }
    }

    /// What it has besides its ids and its name.
    #[must_use]
    pub fn properties(self, properties: ApplicationProperties) -> Self {
        Self { properties: Some(properties), ..self }
    }
}

impl UpdateApplication {
    /// Changes nothing yet; see [`display_name`](Self::display_name) and [`properties`](Self::properties).
    #[must_use]
    pub const fn new(id: ApplicationId) -> Self {
        Self { id, display_name: None, properties: None }
    }

    /// A new name.
    #[must_use]
    pub fn display_name(self, display_name: impl Into<Arc<str>>) -> Self {
        Self { display_name: Some(display_name.into()), ..self }
    }

    /// What to change of its other properties.
    #[must_use]
    pub fn properties(self, properties: ApplicationPropertyChanges) -> Self {
        Self { properties: Some(properties), ..self }
    }
}

impl DeleteApplication {
    /// Removes this application.
    #[must_use]
    pub const fn new(id: ApplicationId) -> Self {
        Self { id }
    }
}

impl PublishApplication {
    /// Publishes an application, or changes how it is published.
    ///
    /// ```
    /// use connector_groups::{ApplicationId, command::PublishApplication, model::PublishingChanges};
    ///
    /// let changes = PublishingChanges {
    ///     internal_url: "https://intranet.contoso.com/".into(),
    ///     ..PublishingChanges::default()
    /// };
    /// let command = PublishApplication::new(ApplicationId::from_u128(7), changes);
    /// assert_eq!(command.on_premises_publishing.changed().collect::<Vec<_>>(), ["internalUrl"]);
    /// ```
    #[must_use]
    pub fn new(application: ApplicationId, changes: PublishingChanges) -> Self {
        Self { application, on_premises_publishing: Box::new(changes) }
    }
}

impl UnpublishApplication {
    /// Drops the publishing and the assignment of an application.
    #[must_use]
    pub const fn new(application: ApplicationId) -> Self {
        Self { application }
    }
}

impl AddApplication {
    /// Assigns a published application to a group.
    #[must_use]
    pub const fn new(application: ApplicationId, connector_group: ConnectorGroupId) -> Self {
        Self { application, connector_group }
    }
}

impl RemoveApplication {
    /// Assigns a published application to the default group.
    #[must_use]
    pub const fn new(application: ApplicationId) -> Self {
        Self { application }
    }
}

impl CreateServicePrincipal {
    /// A service principal without properties; see [`properties`](Self::properties).
    #[must_use]
    pub const fn new(id: ServicePrincipalId, application: ApplicationId) -> Self {
        Self { id, application, properties: None }
    }

    /// What it has besides its id, such as `tags`.
    #[must_use]
    pub fn properties(self, properties: ApplicationProperties) -> Self {
        Self { properties: Some(properties), ..self }
    }
}

impl UpdateServicePrincipal {
    /// Changes the properties of this service principal.
    ///
    /// ```
    /// use connector_groups::{command::UpdateServicePrincipal, ids::ServicePrincipalId};
    ///
    /// let changes = serde_json::from_str(r#"{"appRoleAssignmentRequired":true,"tags":null}"#)?;
    /// let command = UpdateServicePrincipal::new(ServicePrincipalId::from_u128(7), changes);
    /// assert_eq!(command.properties.names().collect::<Vec<_>>(), ["appRoleAssignmentRequired", "tags"]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub const fn new(id: ServicePrincipalId, properties: ApplicationPropertyChanges) -> Self {
        Self { id, properties }
    }
}

impl DeleteServicePrincipal {
    /// Removes this service principal.
    #[must_use]
    pub const fn new(id: ServicePrincipalId) -> Self {
        Self { id }
    }
}

impl AddApplicationSegment {
    /// A segment with the protocol of its type and without ports; see [`protocol`](Self::protocol) and
    /// [`ports`](Self::ports).
    ///
    /// ```
    /// use connector_groups::{ApplicationId, command::AddApplicationSegment, ids::ApplicationSegmentId};
    ///
    /// let (id, application) = (ApplicationSegmentId::from_u128(9), ApplicationId::from_u128(7));
    /// let command = AddApplicationSegment::new(id, application, "10.1.0.0/16", "ipRangeCidr").ports(["443", "8000-8099"]);
    /// assert_eq!((command.protocol, command.ports.unwrap().len()), (None, 2));
    /// ```
    #[must_use]
    pub fn new(
        id: ApplicationSegmentId,
        application: ApplicationId,
        destination_host: impl Into<Arc<str>>,
        destination_type: impl Into<Arc<str>>,
    ) -> Self {
        let (destination_host, destination_type) = (destination_host.into(), destination_type.into());
        Self { id, application, destination_host, destination_type, protocol: None, ports: None, properties: None }
    }

    /// `tcp`, `udp`, or both with a comma.
    #[must_use]
    pub fn protocol(self, protocol: impl Into<Arc<str>>) -> Self {
        Self { protocol: Some(protocol.into()), ..self }
    }

    /// Its ports, each `n` or `a-b`.
    #[must_use]
    pub fn ports<P: Into<Arc<str>>>(self, ports: impl IntoIterator<Item = P>) -> Self {
        Self { ports: Some(ports.into_iter().map(Into::into).collect()), ..self }
    }

    /// What it has besides, such as `action`.
    #[must_use]
    pub fn properties(self, properties: SegmentProperties) -> Self {
        Self { properties: Some(properties), ..self }
    }
}

impl UpdateApplicationSegment {
    /// Changes nothing yet; see the setters.
    #[must_use]
    pub const fn new(id: ApplicationSegmentId) -> Self {
        Self { id, destination_host: None, destination_type: None, protocol: None, ports: None, properties: None }
    }

    /// A new host.
    #[must_use]
    pub fn destination_host(self, destination_host: impl Into<Arc<str>>) -> Self {
        Self { destination_host: Some(destination_host.into()), ..self }
    }

    /// A new type of the host.
    #[must_use]
    pub fn destination_type(self, destination_type: impl Into<Arc<str>>) -> Self {
        Self { destination_type: Some(destination_type.into()), ..self }
    }

    /// New protocols: `tcp`, `udp`, or both with a comma.
    #[must_use]
    pub fn protocol(self, protocol: impl Into<Arc<str>>) -> Self {
        Self { protocol: Some(protocol.into()), ..self }
    }

    /// New ports in the place of all that it has, each `n` or `a-b`.
    #[must_use]
    pub fn ports<P: Into<Arc<str>>>(self, ports: impl IntoIterator<Item = P>) -> Self {
        Self { ports: Some(ports.into_iter().map(Into::into).collect()), ..self }
    }

    /// What to change of its other properties.
    #[must_use]
    pub fn properties(self, properties: SegmentPropertyChanges) -> Self {
        Self { properties: Some(properties), ..self }
    }
}

impl RemoveApplicationSegment {
    /// Removes this segment.
    #[must_use]
    pub const fn new(id: ApplicationSegmentId) -> Self {
        Self { id }
    }
}

impl UpdateProfile {
    /// Changes the tenant's publishing profile.
    #[must_use]
    pub const fn new(properties: ProfilePropertyChanges) -> Self {
        Self { properties }
    }
}
