//! What a tenant should look like, as far as somebody cares.

use alloc::{sync::Arc, vec::Vec};
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{command::Selection, ids::ConnectorGroupId};

objects! {
    /// A desired state. It is partial: what is not named stays as it is.
    ///
    /// A *reference* is a text: an id, or a name as it is looked up elsewhere: a group's name (trimmed, in any case), a
    /// connector's `machineName`, an application's `appId` or `displayName`.
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub struct Desired {
        /// Groups that should be there.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub connector_groups: Vec<DesiredGroup>,
        /// References to groups that should not be there. What is in them must be named elsewhere: nothing cascades.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub absent: Vec<Arc<str>>,
        ..default
    }

    /// One group that should be there: with an `id`, the group of that id, else the one of that `name`; where there is none,
    /// it is to be created.
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub struct DesiredGroup {
        /// Its id. A group that is to be created without one takes the next of the ids supplied.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub id: Option<ConnectorGroupId>,
        /// Its name: with an `id`, the one that it should have; without, the one that it is found by.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub name: Option<Arc<str>>,
        /// The name that it should have instead of the one that it is found by.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub rename: Option<Arc<str>>,
        /// Its region.
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
/// name. One that is named by reference is no part of a selection elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Things {
    /// These.
    These(Vec<Arc<str>>),
    /// All that a selection means in the tenant as it is now.
    Selected(Selected),
}

/// What a selection names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Selected {
    /// Those of this group.
    In(Arc<str>),
    /// All there are, where `true`.
    All(bool),
    /// Those whose group has this region.
    InRegion(Arc<str>),
    /// Those whose name starts so.
    Named(Arc<str>),
}

impl Selected {
    /// As a bulk command has it, once it is known which group `in` means.
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

/// Says what is wrong within, which an untagged enum would not.
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
