//! The templates of the gallery that applications for application proxy are made of.

use alloc::string::{String, ToString};

use serde_json::{Value, json};

use super::{
    entity::{Entity, Property, Related},
    schema::{TEMPLATE, Type},
};

/// A template of the gallery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Template {
    pub(super) id: &'static str,
}

/// The template of applications that are in no gallery, in the worldwide cloud (page `applicationtemplate-instantiate`) and
/// in those of the United States and China, as public scripts have them. They do the same everywhere here; a client that is
/// made for one cloud knows only its own.
static TEMPLATES: [Template; 3] = [
    Template { id: "8adf8e6e-67b2-4cf2-a259-e3dc5476c621" },
    Template { id: "4602d0b4-76bb-404b-bca9-2652e1a39c6d" },
    Template { id: "5a532e38-1581-4918-9658-008dc27c1d68" },
];

impl Template {
    /// The template of this id, of whatever cloud.
    pub(super) fn find(id: &str) -> Option<&'static Self> {
        TEMPLATES.iter().find(|known| known.id.eq_ignore_ascii_case(id))
    }

    /// The roles that an application made of it has: tools assign users and groups to the first of them, by its name.
    /// (Tutorial "configure application proxy using Microsoft Graph", where the roles are read.)
    pub(super) fn app_roles() -> Value {
        let role = |name: &str, id: &str| {
            json!({"id": id, "displayName": name, "description": name, "allowedMemberTypes": ["User"], "isEnabled": true,
                "origin": "Application", "value": null})
        };
        json!([
            role("User", "18d14569-c3bd-439b-9a66-3a2aee01d14f"),
            role("msiam_access", "b9632174-c057-4f7e-951b-be3adc52bfe6"),
        ])
    }

    /// The tags of its service principal (page `applicationtemplate-instantiate`).
    pub(super) fn tags_of_principal() -> Value {
        json!(["WindowsAzureActiveDirectoryIntegratedApp", "WindowsAzureActiveDirectoryCustomSingleSignOnApplication"])
    }

    /// Those that a cloud lists: its own, so that a client that looks for one by its name finds one.
    pub(super) fn listed() -> &'static [Self] {
        TEMPLATES.get(..1).unwrap_or_default()
    }
}

impl<'a> Entity<'a> for &'static Template {
    fn schema(self) -> &'static Type {
        &TEMPLATE
    }

    fn key(self) -> String {
        self.id.to_string()
    }

    fn property(self, name: &str) -> Property<'a> {
        match name {
            "id" => Property::Text(self.id.into()),
            "displayName" => Property::Text("Custom".into()),
            _ => TEMPLATE.property(name).map_or(Property::Null, |known| known.default_value().into()),
        }
    }

    fn navigate(self, _: &str) -> Related<'a> {
        Related::Nothing
    }
}
