//! Service principals: what they show, and how they are found.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use serde_json::{Map, Value, json};

use super::{
    entity::{Entity, Property, Related, object, relation},
    error::Error,
    find,
    route::{Key, Version},
    schema::{PropertyType, SERVICE_PRINCIPAL, Type},
};
use crate::{Tenant, TenantId, model::ServicePrincipal, view::ApplicationView};

/// A service principal with its application.
#[derive(Clone, Copy)]
pub(super) struct Principal<'a> {
    pub(super) tenant: TenantId,
    pub(super) application: ApplicationView<'a>,
    pub(super) thing: &'a ServicePrincipal,
}

impl<'a> Entity<'a> for Principal<'a> {
    fn schema(self) -> &'static Type {
        &SERVICE_PRINCIPAL
    }

    fn key(self) -> String {
        self.thing.id.to_string()
    }

    fn property(self, name: &str) -> Property<'a> {
        match name {
            "id" => Property::id(self.thing.id),
            "appId" => Property::id(self.application.app_id()),
            "displayName" => Property::Text(self.application.display_name().into()),
            _ => {
                let unset = || SERVICE_PRINCIPAL.property(name).map(PropertyType::default_value);
                self.kept().remove(name).or_else(unset).unwrap_or_default().into()
            }
        }
    }

    fn navigate(self, navigation: &str) -> Related<'a> {
        let known = SERVICE_PRINCIPAL.navigation(navigation, Version::Beta);
        known.map_or(Related::Nothing, |known| Related::Kept(relation(&self.own(), known.name), known.target))
    }

    /// What it has itself, and what it has of its application.
    fn kept(self) -> Map<String, Value> {
        let mut kept = self.own();
        let application = self.application.kept();
        for (name, path) in INHERITED {
            let value = match path.split_once('/') {
                Some((outer, inner)) => application.get(outer).and_then(|value| value.get(inner)),
                None => application.get(*path),
            };
            let is_set =
                value.is_some_and(|value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()));
            if let Some(value) = value.filter(|_| is_set && !kept.contains_key(*name)) {
                kept.insert((*name).into(), value.clone());
            }
        }
        let union = |mut values: Vec<Value>, more: Vec<Value>| {
            let new: Vec<Value> = more.into_iter().filter(|value| !values.contains(value)).collect();
            values.extend(new);
            values
        };
        let tags = union(relation(&kept, "tags"), relation(&application, "tags"));
        if !tags.is_empty() {
            kept.insert("tags".into(), tags.into());
        }
        let copied = union(relation(&application, "identifierUris"), Vec::from([json!(self.application.app_id())]));
        let names = union(relation(&kept, "servicePrincipalNames"), copied);
        kept.insert("servicePrincipalNames".into(), names.into());
        kept.entry("appDisplayName").or_insert_with(|| json!(self.application.display_name()));
        kept.entry("appOwnerOrganizationId").or_insert_with(|| json!(self.tenant));
        kept
    }

    fn keeps_nothing(self) -> bool {
        false
    }
}

/// What a service principal shows of its application unless it has its own, by the descriptions of both on their pages.
const INHERITED: &[(&str, &str)] = &[
    ("appDescription", "description"),
    ("appRoles", "appRoles"),
    ("applicationTemplateId", "applicationTemplateId"),
    ("homepage", "web/homePageUrl"),
    ("info", "info"),
    ("logoutUrl", "web/logoutUrl"),
    ("oauth2PermissionScopes", "api/oauth2PermissionScopes"),
    ("replyUrls", "web/redirectUris"),
    ("samlMetadataUrl", "samlMetadataUrl"),
    ("signInAudience", "signInAudience"),
    ("verifiedPublisher", "verifiedPublisher"),
];

impl Principal<'_> {
    /// What was written of it, and nothing that it has of its application.
    pub(super) fn own(self) -> Map<String, Value> {
        object(&self.thing.properties)
    }
}

/// The service principal that a key names: its own id, or the client id of its application.
pub(super) fn find<'a>(tenant: &'a Tenant, key: &Key) -> Result<Principal<'a>, Error> {
    let found = match key {
        Key::Id(id) => id.parse().ok().and_then(|id| tenant.service_principal(id)),
        Key::AppId(id) => id.parse().ok().and_then(|id| {
            let application = tenant.application_by_app_id(id)?;
            Some((application, application.service_principal()?))
        }),
        Key::UniqueName(_) => None,
    };
    let (application, principal) = found.ok_or_else(|| find::no_such(key))?;
    Ok(Principal { tenant: tenant.id(), application, thing: principal })
}
