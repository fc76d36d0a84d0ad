//! Things as Graph shows them: their properties, what can be selected and expanded.

use alloc::{
    borrow::Cow,
    boxed::Box,
    format,
    string::{String, ToString},
    vec::Vec,
};

use serde_json::{Map, Value};

use super::{Profile, call::Call, route::Version};
use crate::{ApplicationView, ConnectorGroupView, ConnectorView, OnPremisesPublishing, Presence};

/// A property's value, as filters and orders compare it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Property<'a> {
    Null,
    Bool(bool),
    Text(Cow<'a, str>),
}

impl From<Property<'_>> for Value {
    fn from(property: Property<'_>) -> Self {
        match property {
            Property::Null => Self::Null,
            Property::Bool(value) => Self::Bool(value),
            Property::Text(text) => Self::String(text.into_owned()),
        }
    }
}

/// What a type has: its plain properties, those among them that are true or false, and what can be expanded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schema {
    pub(super) properties: &'static [&'static str],
    pub(super) booleans: &'static [&'static str],
    pub(super) navigations: &'static [(&'static str, &'static [&'static str])],
}

const GROUP: &[&str] = &["id", "name", "connectorGroupType", "isDefault", "region"];
const CONNECTOR: &[&str] = &["id", "machineName", "externalIp", "status", "version"];
const APPLICATION: &[&str] = &["id", "appId", "displayName"];

/// Only where it is selected, of a single application, in beta.
pub(super) const PUBLISHING: &str = "onPremisesPublishing";

/// A thing of a tenant.
pub(super) trait Entity<'a>: Copy {
    const SCHEMA: Schema;

    /// Its id as text.
    fn key(self) -> String;

    /// One of the plain properties of its schema.
    fn property(self, name: &str) -> Property<'a>;

    /// What it is related to.
    fn navigate(self, navigation: &str) -> Related<'a>;
}

/// The things that another is related to; lists with the place where they can be read on.
pub(super) enum Related<'a> {
    Nothing,
    Group(ConnectorGroupView<'a>),
    /// One that Graph shows as a list.
    Groups(ConnectorGroupView<'a>),
    Connectors(Box<dyn Iterator<Item = ConnectorView<'a>> + 'a>, String),
    Applications(Box<dyn Iterator<Item = ApplicationView<'a>> + 'a>, String),
}

impl<'a> Entity<'a> for ConnectorGroupView<'a> {
    const SCHEMA: Schema = Schema {
        properties: GROUP,
        booleans: &["isDefault"],
        navigations: &[("members", CONNECTOR), ("applications", APPLICATION)],
    };

    fn key(self) -> String {
        self.id().to_string()
    }

    fn property(self, name: &str) -> Property<'a> {
        match name {
            "id" => Property::Text(self.key().into()),
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

/// The applications of a group. The engine passes over those of other groups, so that the last one ends the search.
fn applications(group: ConnectorGroupView<'_>) -> Box<dyn Iterator<Item = ApplicationView<'_>> + '_> {
    let count = usize::try_from(group.applications_count()).unwrap_or(usize::MAX);
    Box::new(group.applications().take(count))
}

impl<'a> Entity<'a> for ConnectorView<'a> {
    const SCHEMA: Schema = Schema { properties: CONNECTOR, booleans: &[], navigations: &[("memberOf", GROUP)] };

    fn key(self) -> String {
        self.id().to_string()
    }

    fn property(self, name: &str) -> Property<'a> {
        match name {
            "id" => Property::Text(self.key().into()),
            "machineName" => Property::Text((&**self.machine_name()).into()),
            "externalIp" => Property::Text((&**self.external_ip()).into()),
            "status" => Property::Text(match self.presence() {
                Presence::Active => "active".into(),
                Presence::Inactive { .. } => "inactive".into(),
            }),
            "version" => Property::Text((&**self.version()).into()),
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
    const SCHEMA: Schema = Schema { properties: APPLICATION, booleans: &[], navigations: &[("connectorGroup", GROUP)] };

    fn key(self) -> String {
        self.id().to_string()
    }

    fn property(self, name: &str) -> Property<'a> {
        match name {
            "id" => Property::Text(self.key().into()),
            "appId" => Property::Text(self.app_id().to_string().into()),
            "displayName" => Property::Text((&**self.display_name()).into()),
            _ => Property::Null,
        }
    }

    fn navigate(self, navigation: &str) -> Related<'a> {
        match (navigation, self.connector_group()) {
            ("connectorGroup", Some(group)) => Related::Group(group),
            _ => Related::Nothing,
        }
    }
}

/// How things are shown: whole or in part, with what they are related to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// The selected properties; all plain ones where there is no selection.
    pub(super) select: Option<Vec<&'static str>>,
    pub(super) expand: Vec<Expand>,
}

/// One thing to expand, with what is selected of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expand {
    pub(super) navigation: &'static str,
    pub(super) select: Option<Vec<&'static str>>,
}

/// A thing as JSON.
pub(super) fn object<'a, T: Entity<'a>>(
    thing: T,
    shape: &Shape,
    call: &Call<'_>,
    version: Version,
) -> Map<String, Value> {
    let selected = shape.select.as_deref().unwrap_or(T::SCHEMA.properties);
    let plain = selected.iter().filter(|name| **name != PUBLISHING);
    let mut members: Map<String, Value> =
        plain.map(|name| ((*name).to_string(), shown(name, thing.property(name), call))).collect();
    for Expand { navigation, select } in &shape.expand {
        let shape = Shape { select: select.clone(), expand: Vec::new() };
        let name = (*navigation).to_string();
        match thing.navigate(navigation) {
            Related::Nothing => members.extend([(name, Value::Null)]),
            Related::Group(group) => {
                members.insert(name, Value::Object(object(group, &shape, call, version)));
            }
            Related::Groups(only) => {
                members.insert(name, Value::Array(Vec::from([object(only, &shape, call, version).into()])));
            }
            Related::Connectors(list, path) => members.extend(expanded(list, &name, &path, &shape, call, version)),
            Related::Applications(list, path) => members.extend(expanded(list, &name, &path, &shape, call, version)),
        }
    }
    members
}

/// A list within a thing: its first page, and where there is more, a link to all behind that.
fn expanded<'a, T: Entity<'a>>(
    mut list: impl Iterator<Item = T>,
    name: &str,
    path: &str,
    shape: &Shape,
    call: &Call<'_>,
    version: Version,
) -> Vec<(String, Value)> {
    let page: Vec<T> = list.by_ref().take(call.options.page_size).collect();
    let next = list.next().and(page.last()).map(|last| {
        let select = shape.select.as_ref().map_or_else(String::new, |names| format!("$select={}&", names.join(",")));
        format!("{}/{}/{path}?{select}$skiptoken={}", call.root, version.as_str(), last.key())
    });
    let things = page.into_iter().map(|thing| Value::Object(object(thing, shape, call, version)));
    let mut members = Vec::from([(name.to_string(), things.collect())]);
    members.extend(next.map(|link| (format!("{name}@odata.nextLink"), Value::String(link))));
    members
}

/// A value as it is shown. Under the documented profile a region outside the schema is its sentinel, unless the client
/// asks for such members, as evolvable enumerations have it.
fn shown(name: &str, property: Property<'_>, call: &Call<'_>) -> Value {
    let documented = call.options.profile == Profile::Documented && !call.includes_unknown_members;
    match &property {
        Property::Text(region) if documented && name == "region" && !is_documented_region(region) => {
            Value::String("unknownFutureValue".into())
        }
        _ => property.into(),
    }
}

/// Whether the schema has this region, in any case (domain.md §1.1).
pub(super) fn is_documented_region(region: &str) -> bool {
    ["nam", "eur", "aus", "asia", "ind"].iter().any(|known| known.eq_ignore_ascii_case(region))
}

/// How an application is published, without the secrets that are written and not read back.
pub(super) fn publishing(publishing: OnPremisesPublishing) -> Value {
    let readable = OnPremisesPublishing {
        verified_custom_domain_key_credential: None,
        verified_custom_domain_password_credential: None,
        ..publishing
    };
    serde_json::to_value(readable).unwrap_or_default()
}
