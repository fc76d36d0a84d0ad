//! The desired state of a tenant, possibly partial.

use alloc::{sync::Arc, vec::Vec};
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{command::Selection, ids::ConnectorGroupId};

objects! {
    /// A desired state. It is partial: things and properties that it does not name keep their state.
    ///
    /// A *reference* is a text: an id, or a name: a group's name (trimmed, in any case), a
    /// connector's `machineName`, an application's `appId` or `displayName`.
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub struct Desired {
        /// Groups that should exist.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub connector_groups: Vec<DesiredGroup>,
        /// References to groups that should not exist. Their members must be named elsewhere: a deletion does not cascade.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub absent: Vec<Arc<str>>,
        ..default
    }

    /// One group that should exist. It is found by `id` if it has one, else by `name`. If it is not found, it is created.
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub struct DesiredGroup {
        /// A new group without an id takes the next of the ids supplied.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub id: Option<ConnectorGroupId>,
        /// With an `id`: the desired name. Without an `id`: the name by which the group is found.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub name: Option<Arc<str>>,
        /// The desired name, if it differs from the name by which the group is found.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub rename: Option<Arc<str>>,
        /// The desired region; without one, an existing group keeps its region.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub region: Option<Arc<str>>,
        /// Connectors that should be in it.
        #[serde(skip_serializing_if = "Things::is_nothing")]
        pub connectors: Things,
        /// Applications that should be assigned to it.
        #[serde(skip_serializing_if = "Things::is_nothing")]
        pub applications: Things,
        ..default
    }
}

/// Connectors or applications: a list of references, or a selection as bulk commands have them, whose `in` may be a group's
/// name. References take precedence: a thing that is named by reference belongs to no selection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Things {
    /// References, one for each thing.
    These(Vec<Arc<str>>),
    /// Everything that a selection means in the tenant before the plan.
    Selected(Selected),
}

/// A selection, with a reference instead of a group's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Selected {
    /// Members of this group.
    In(Arc<str>),
    /// All things of the kind if `true`, none if `false`.
    All(bool),
    /// Things whose group has this region.
    InRegion(Arc<str>),
    /// Things whose name starts with this text.
    Named(Arc<str>),
}

impl Selected {
    /// The selection of a bulk command; `group` finds the group that `in` refers to.
    pub(super) fn selection<Id>(
        &self,
        group: impl FnOnce(&Arc<str>) -> Option<ConnectorGroupId>,
    ) -> Option<Selection<Id>> {
        Some(match self {
            Self::In(reference) => Selection::In(group(reference)?),
            Self::All(true) => Selection::All,
            Self::All(false) => Selection::Ids(Vec::new()),
            Self::InRegion(region) => Selection::InRegion(region.clone().into()),
            Self::Named(prefix) => Selection::Named(prefix.clone()),
        })
    }
}

impl Things {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for Things {
    fn default() -> Self {
        Self::These(Vec::new())
    }
}

impl<'de> Deserialize<'de> for Things {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ThingsVisitor)
    }
}

/// Reads a list or a selection by its first token. An untagged enum would replace errors within by "no variant matched".
struct ThingsVisitor;

impl<'de> de::Visitor<'de> for ThingsVisitor {
    type Value = Things;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of ids or names, or a selection with one field of `in`, `all`, `inRegion`, `named`")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, list: A) -> Result<Things, A::Error> {
        Deserialize::deserialize(de::value::SeqAccessDeserializer::new(list)).map(Things::These)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Things, A::Error> {
        Deserialize::deserialize(de::value::MapAccessDeserializer::new(map)).map(Things::Selected)
    }
}
