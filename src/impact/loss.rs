//! Possible failures of connectors, and the applications that depend on a connector or a group.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};

use super::Availability;
use crate::{
    command::{Command, ReportConnector},
    ids::{ApplicationId, ConnectorGroupId, ConnectorId},
    model::{connector::ConnectorStatus, region::Region},
    select,
    state::{ApplicationView, ConnectorGroupView, ConnectorView, State},
};

/// A possible failure: connectors lose their connection, and stay members of their groups.
///
/// ```
/// # use connector_groups::{Region, impact::Loss};
/// let loss: Loss = serde_json::from_str(r#"{"region":"eur"}"#)?;
/// assert_eq!(Some(loss), Region::new("eur").map(Loss::Region));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Loss {
    /// One connector.
    Connector(ConnectorId),
    /// All connectors of a group.
    ConnectorGroup(ConnectorGroupId),
    /// All connectors of all groups of a region.
    Region(Region),
}

impl Loss {
    /// The reports that the service would receive; `None` if there is no such connector or group.
    pub(crate) fn reports(&self, state: &State) -> Option<impl Iterator<Item = Command>> {
        // Collected, because the three kinds of loss give iterators of different types.
        let lost: Vec<ConnectorView<'_>> = match self {
            Self::Connector(id) => Vec::from([state.connector(*id)?]),
            Self::ConnectorGroup(id) => state.connector_group(*id)?.members().collect(),
            Self::Region(region) => {
                let groups = select::connector_groups_in_region(state, Some(region));
                groups.flat_map(ConnectorGroupView::members).collect()
            }
        };
        let report = |connector: ConnectorView<'_>| {
            let status = Some(ConnectorStatus::Inactive);
            ReportConnector { id: connector.id(), status, external_ip: None, version: None }.into()
        };
        Some(lost.into_iter().map(report))
    }
}

/// The applications that depend on a connector or a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dependents<'a> {
    connector_group: ConnectorGroupView<'a>,
    active_connectors_without: u32,
}

impl<'a> Dependents<'a> {
    /// Dependents of a connector: the applications of its group, with the availability that the other
    /// connectors leave.
    pub(crate) fn of_connector(connector: ConnectorView<'a>) -> Self {
        let connector_group = connector.connector_group();
        let active = connector_group.active_connectors_count();
        debug_assert!(active > 0 || !connector.is_active(), "a group counts its active connectors");
        // An inactive connector serves nothing, so its loss takes nothing away.
        let active_connectors_without = active.saturating_sub(u32::from(connector.is_active()));
        Self { connector_group, active_connectors_without }
    }

    /// Dependents of a whole group.
    pub(crate) const fn of_connector_group(connector_group: ConnectorGroupView<'a>) -> Self {
        Self { connector_group, active_connectors_without: 0 }
    }

    /// The group: the connector's own, or the one asked for.
    #[must_use]
    pub const fn connector_group(self) -> ConnectorGroupView<'a> {
        self.connector_group
    }

    /// How many active connectors the group has without it.
    #[must_use]
    pub const fn active_connectors_without(self) -> u32 {
        self.active_connectors_without
    }

    /// How the group's applications would be served without it.
    #[must_use]
    pub fn availability_without(self) -> Availability {
        Availability::of(self.active_connectors_without)
    }

    /// Whether it alone serves them now, so that they would have no active connector without it.
    #[must_use]
    pub fn is_last(self) -> bool {
        self.active_connectors_without == 0 && self.connector_group.active_connectors_count() > 0
    }

    /// How many applications the group serves. O(1).
    #[must_use]
    pub fn applications_count(self) -> u32 {
        self.connector_group.applications_count()
    }

    /// The applications, in creation order. Skips those of other groups.
    #[must_use]
    pub fn applications(self) -> impl ExactSizeIterator<Item = ApplicationView<'a>> {
        self.connector_group.applications()
    }
}

impl Serialize for Dependents<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Dependents", 5)?;
        fields.serialize_field("connectorGroup", &self.connector_group.id())?;
        fields.serialize_field("availability", &self.connector_group.availability())?;
        fields.serialize_field("availabilityWithout", &self.availability_without())?;
        fields.serialize_field("activeConnectorsWithout", &self.active_connectors_without)?;
        let applications: Vec<ApplicationId> = self.applications().map(ApplicationView::id).collect();
        fields.serialize_field("applications", &applications)?;
        fields.end()
    }
}
