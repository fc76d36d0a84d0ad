//! Things as Graph knows them: their properties, and what they are related to.

use alloc::{
    borrow::Cow,
    boxed::Box,
    format,
    string::{String, ToString},
};

use serde::Serialize;

use crate::{
    model::{OnPremisesPublishing, Presence},
    view::{ApplicationView, ConnectorGroupView, ConnectorView},
};

/// A property's value, as filters and orders compare it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub(super) enum Property<'a> {
    Null,
    Bool(bool),
    Text(Cow<'a, str>),
}

/// What a type has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schema {
    /// Its plain properties.
    pub(super) properties: &'static [&'static str],
    /// Those among them that are true or false.
    pub(super) booleans: &'static [&'static str],
    /// What is shown only where it is selected, of a single thing.
    pub(super) selectable: &'static [&'static str],
    /// What can be expanded, with the plain properties of what is there.
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

    /// How it is published, if it is, without the secrets that are written and not read back.
    fn publishing(self) -> Option<OnPremisesPublishing> {
        None
    }
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
        selectable: &[],
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
    const SCHEMA: Schema =
        Schema { properties: CONNECTOR, booleans: &[], selectable: &[], navigations: &[("memberOf", GROUP)] };

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
    const SCHEMA: Schema = Schema {
        properties: APPLICATION,
        booleans: &[],
        selectable: &[PUBLISHING],
        navigations: &[("connectorGroup", GROUP)],
    };

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

    fn publishing(self) -> Option<OnPremisesPublishing> {
        Some(OnPremisesPublishing {
            verified_custom_domain_key_credential: None,
            verified_custom_domain_password_credential: None,
            ..self.on_premises_publishing()?
        })
    }
}

/// Whether the schema has this region, in any case (domain.md §1.1).
pub(super) fn is_documented_region(region: &str) -> bool {
    ["nam", "eur", "aus", "asia", "ind"].iter().any(|known| known.eq_ignore_ascii_case(region))
}
