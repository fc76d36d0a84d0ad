//! An impact as JSON: everything spelled out. It is written and not read, as it belongs to two states.

use alloc::vec::Vec;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{Availability, ConnectorGroupChange, Flow, Impact};
use crate::state::ConnectorGroupView;

/// A group as an impact's JSON shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Standing {
    availability: Availability,
    active_connectors: u32,
    connectors: u32,
    applications: u32,
}

impl From<ConnectorGroupView<'_>> for Standing {
    fn from(group: ConnectorGroupView<'_>) -> Self {
        Self {
            availability: group.availability(),
            active_connectors: group.active_connectors_count(),
            connectors: group.connectors_count(),
            applications: group.applications_count(),
        }
    }
}

impl Serialize for Flow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Flow", 5)?;
        fields.serialize_field("from", &self.record.from)?;
        fields.serialize_field("to", &self.record.to)?;
        fields.serialize_field("applications", &self.record.applications)?;
        fields.serialize_field("before", &self.before())?;
        fields.serialize_field("after", &self.after())?;
        fields.end()
    }
}

impl Serialize for ConnectorGroupChange<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ConnectorGroupChange", 3)?;
        fields.serialize_field("id", &self.id())?;
        fields.serialize_field("before", &self.before.map(Standing::from))?;
        fields.serialize_field("after", &self.after.map(Standing::from))?;
        fields.end()
    }
}

/// Each application in full.
impl Serialize for Impact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Impact", 5)?;
        fields.serialize_field("connectorGroups", &self.connector_groups().collect::<Vec<_>>())?;
        fields.serialize_field("flows", &self.flows().collect::<Vec<_>>())?;
        fields.serialize_field("applications", &self.applications().collect::<Vec<_>>())?;
        fields.serialize_field("comeToRestInDefault", &self.come_to_rest_in_default().collect::<Vec<_>>())?;
        fields.serialize_field("hazards", &self.hazards())?;
        fields.end()
    }
}
