//! Things as Graph knows them: their properties, and what they are related to.

use alloc::{
    borrow::Cow,
    boxed::Box,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::cmp::Ordering;

use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::schema::{APPLICATION, CONNECTOR, DIRECTORY_OBJECT, GROUP, IP_SEGMENT, PropertyType, REGION, Type};
use crate::{
    Tenant,
    ids::AnyId,
    model::{ApplicationSegment, OnPremisesPublishing, OpenMembers, Presence, Properties},
    view::{ApplicationView, ConnectorGroupView, ConnectorView},
};

/// A property's value, as filters and orders compare it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Property<'a> {
    Null,
    Bool(bool),
    Text(Cow<'a, str>),
    /// A GUID, which is written where it stands: a page has two hundred.
    Id(AnyId),
    /// A number, a list or an object.
    Json(Value),
}

impl From<Value> for Property<'_> {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::String(text) => Self::Text(text.into()),
            value => Self::Json(value),
        }
    }
}

impl Property<'_> {
    pub(super) fn id(id: impl Into<Uuid>) -> Self {
        Self::Id(id.into().into())
    }

    /// With a GUID as the text that it is to queries.
    pub(super) fn spelled(self) -> Self {
        match self {
            Self::Id(id) => Self::Text(id.to_string().into()),
            other => other,
        }
    }

    /// Which comes first. Lists and objects have no order, and stay where they are.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        // Nulls come before values. The other ranks only keep the order total: a property is of one kind.
        let rank = |property: &Self| match property {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Text(_) | Self::Id(_) => 2,
            Self::Json(_) => 3,
        };
        match (self, other) {
            (Self::Bool(one), Self::Bool(other)) => one.cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            // As their texts.
            (Self::Id(one), Self::Id(other)) => one.cmp(other),
            (Self::Json(one), Self::Json(other)) => {
                one.as_f64().zip(other.as_f64()).map_or(Ordering::Equal, |(one, other)| one.total_cmp(&other))
            }
            _ => rank(self).cmp(&rank(other)),
        }
    }
}

/// Only where it is selected, of a single application, in beta.
pub(super) const PUBLISHING: &str = "onPremisesPublishing";

/// A thing of a tenant.
pub(super) trait Entity<'a>: Copy {
    /// What its type has.
    fn schema(self) -> &'static Type;

    /// Its id as text.
    fn key(self) -> String;

    /// One of its properties: of the table, or one that is kept.
    fn property(self, name: &str) -> Property<'a>;

    /// What it is related to.
    fn navigate(self, navigation: &str) -> Related<'a>;

    /// How it is published, if it is, without the secrets that are written and not read back.
    fn publishing(self) -> Option<OnPremisesPublishing> {
        None
    }

    /// Whether it is published.
    fn is_published(self) -> bool {
        false
    }

    /// The properties that are kept as they were written, where some are.
    fn kept(self) -> Map<String, Value> {
        Map::new()
    }

    /// The same, where nothing need be made for it.
    fn members(self) -> Option<OpenMembers<'a>> {
        None
    }

    /// Whether there are none of those. Where they are made, there are some, and the type says so.
    fn keeps_nothing(self) -> bool {
        self.members().is_none_or(|mut members| members.next().is_none())
    }
}

/// The things that another is related to; lists with the place where they can be read on.
pub(super) enum Related<'a> {
    Nothing,
    Group(ConnectorGroupView<'a>),
    /// One that Graph shows as a list.
    Groups(ConnectorGroupView<'a>),
    AllGroups(Box<dyn Iterator<Item = ConnectorGroupView<'a>> + 'a>, String),
    Application(ApplicationView<'a>),
    Connectors(Box<dyn Iterator<Item = ConnectorView<'a>> + 'a>, String),
    Applications(Box<dyn Iterator<Item = ApplicationView<'a>> + 'a>, String),
    Segments(Box<dyn Iterator<Item = Segment<'a>> + 'a>, String),
    /// A complex property that is shown with a thing.
    Complex(Property<'a>),
    /// What is kept as it was written, and what it is.
    Kept(Vec<Value>, &'static Type),
}

impl Related<'_> {
    /// How many things there are, if they are fewer than two; two stands for more.
    pub(super) fn up_to_two(self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Group(_) | Self::Groups(_) | Self::Application(_) | Self::Complex(_) => 1,
            Self::AllGroups(groups, _) => groups.take(2).count(),
            Self::Connectors(connectors, _) => connectors.take(2).count(),
            Self::Applications(applications, _) => applications.take(2).count(),
            Self::Segments(segments, _) => segments.take(2).count(),
            Self::Kept(values, _) => values.len().min(2),
        }
    }
}

impl<'a> Entity<'a> for ConnectorGroupView<'a> {
    fn schema(self) -> &'static Type {
        &GROUP
    }

    fn key(self) -> String {
        self.id().to_string()
    }

    fn property(self, name: &str) -> Property<'a> {
        match name {
            "id" => Property::id(self.id()),
            "name" => Property::Text(self.name().as_str().into()),
            "connectorGroupType" => Property::Text(self.connector_group_type().as_str().into()),
            "isDefault" => Property::Bool(self.is_default()),
            "region" => Property::Text(self.region().as_str().into()),
            _ => Property::Null,
        }
    }

    fn navigate(self, navigation: &str) -> Related<'a> {
        let path = |list| format!("onPremisesPublishingProfiles/applicationProxy/connectorGroups/{}/{list}", self.id());
        match navigation {
            "members" => Related::Connectors(Box::new(self.members()), path("members")),
            "applications" => Related::Applications(applications(self), path("applications")),
            _ => Related::Nothing,
        }
    }
}

/// A count of things as a length.
pub(super) fn length(count: u32) -> usize {
    debug_assert!(usize::try_from(count).is_ok(), "{count} things are in memory");
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// The applications of a group. The engine passes over those of other groups, so that the last one ends the search.
fn applications(group: ConnectorGroupView<'_>) -> Box<dyn Iterator<Item = ApplicationView<'_>> + '_> {
    Box::new(group.applications().take(length(group.applications_count())))
}

impl<'a> Entity<'a> for ConnectorView<'a> {
    fn schema(self) -> &'static Type {
        &CONNECTOR
    }

    fn key(self) -> String {
        self.id().to_string()
    }

    fn property(self, name: &str) -> Property<'a> {
        match name {
            "id" => Property::id(self.id()),
            "machineName" => Property::Text(self.machine_name().into()),
            "externalIp" => Property::Text(self.external_ip().into()),
            "status" => Property::Text(match self.presence() {
                Presence::Active => "active".into(),
                Presence::Inactive { .. } => "inactive".into(),
            }),
            "version" => Property::Text(self.version().into()),
            _ => Property::Null,
        }
    }

    fn navigate(self, navigation: &str) -> Related<'a> {
        match navigation {
            "memberOf" => Related::Groups(self.connector_group()),
            _ => Related::Nothing,
        }
    }
}

impl<'a> Entity<'a> for ApplicationView<'a> {
    fn schema(self) -> &'static Type {
        &APPLICATION
    }

    fn key(self) -> String {
        self.id().to_string()
    }

    fn property(self, name: &str) -> Property<'a> {
        match name {
            "id" => Property::id(self.id()),
            "appId" => Property::id(self.app_id()),
            "displayName" => Property::Text(self.display_name().into()),
            PUBLISHING => self.publishing().and_then(|it| serde_json::to_value(it).ok()).unwrap_or_default().into(),
            _ => kept_or_unset(self.properties(), &APPLICATION, name),
        }
    }

    fn navigate(self, navigation: &str) -> Related<'a> {
        match (navigation, self.connector_group()) {
            ("connectorGroup", Some(group)) => Related::Group(group),
            (PUBLISHING, _) => Related::Complex(self.property(PUBLISHING)),
            ("owners", _) => Related::Kept(relation(&self.kept(), "owners"), &DIRECTORY_OBJECT),
            _ => Related::Nothing,
        }
    }

    fn publishing(self) -> Option<OnPremisesPublishing> {
        Some(OnPremisesPublishing {
            verified_custom_domain_key_credential: None,
            verified_custom_domain_password_credential: None,
            ..self.on_premises_publishing()?
        })
    }

    fn is_published(self) -> bool {
        self.connector_group().is_some()
    }

    fn kept(self) -> Map<String, Value> {
        object(self.properties())
    }

    fn members(self) -> Option<OpenMembers<'a>> {
        Some(self.properties().members())
    }
}

/// A segment with its application.
#[derive(Clone, Copy)]
pub(super) struct Segment<'a> {
    pub(super) application: ApplicationView<'a>,
    pub(super) segment: &'a ApplicationSegment,
}

impl<'a> Entity<'a> for Segment<'a> {
    fn schema(self) -> &'static Type {
        &IP_SEGMENT
    }

    fn key(self) -> String {
        self.segment.id.to_string()
    }

    fn property(self, name: &str) -> Property<'a> {
        match name {
            "id" => Property::id(self.segment.id),
            "destinationHost" => Property::Text((&*self.segment.destination_host).into()),
            "destinationType" => Property::Text((&*self.segment.destination_type).into()),
            "protocol" => Property::Text(self.segment.protocol.as_str().into()),
            "ports" => Property::Json(self.segment.ports.iter().map(|ports| Value::from(&**ports)).collect()),
            _ => kept_or_unset(&self.segment.properties, &IP_SEGMENT, name),
        }
    }

    fn navigate(self, navigation: &str) -> Related<'a> {
        match navigation {
            "application" => Related::Application(self.application),
            _ => Related::Nothing,
        }
    }

    fn kept(self) -> Map<String, Value> {
        object(&self.segment.properties)
    }

    fn members(self) -> Option<OpenMembers<'a>> {
        Some(self.segment.properties.members())
    }
}

impl Segment<'_> {
    /// The segments of all applications.
    pub(super) fn all(tenant: &Tenant) -> Box<dyn Iterator<Item = Segment<'_>> + '_> {
        Box::new(tenant.application_segments().map(|(application, segment)| Segment { application, segment }))
    }
}

/// Open properties as JSON.
pub(super) fn object<K>(properties: &Properties<K>) -> Map<String, Value> {
    // Most things keep nothing, and a page asks each of a hundred.
    if properties.is_empty() {
        return Map::new();
    }
    match serde_json::to_value(properties) {
        Ok(Value::Object(members)) => members,
        // Their JSON is an object.
        _ => Map::new(),
    }
}

/// What a relation has that is kept among the properties, under its own name.
pub(super) fn relation(kept: &Map<String, Value>, name: &str) -> Vec<Value> {
    kept.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// A property as it is kept, or else Graph's default for it, or nothing.
pub(super) fn kept_or_unset<K>(kept: &Properties<K>, schema: &Type, name: &str) -> Property<'static> {
    // Most things keep nothing, and need no JSON made of that.
    let kept = if kept.is_empty() { None } else { object(kept).remove(name) };
    let unset = || schema.property(name).map(PropertyType::default_value);
    kept.or_else(unset).unwrap_or_default().into()
}

/// A thing that is kept as JSON.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept<'a> {
    pub(super) value: &'a Value,
    pub(super) schema: &'static Type,
}

impl<'a> Entity<'a> for Kept<'a> {
    fn schema(self) -> &'static Type {
        self.schema
    }

    fn key(self) -> String {
        self.value.get("id").and_then(Value::as_str).unwrap_or_default().to_string()
    }

    fn property(self, name: &str) -> Property<'a> {
        let unset = || self.schema.property(name).map(PropertyType::default_value);
        self.value.get(name).cloned().or_else(unset).unwrap_or_default().into()
    }

    fn navigate(self, _: &str) -> Related<'a> {
        Related::Nothing
    }

    fn kept(self) -> Map<String, Value> {
        self.value.as_object().cloned().unwrap_or_default()
    }

    fn keeps_nothing(self) -> bool {
        false
    }
}

/// Whether the schema has this region, in any case (`connectorGroupRegion` of Graph's beta metadata).
pub(super) fn is_documented_region(region: &str) -> bool {
    REGION.read(region).is_some()
}
