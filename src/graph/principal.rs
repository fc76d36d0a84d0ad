//! Service principals: what they show, and what is done to them.

use alloc::{
    format,
    string::{String, ToString},
};

use http::{Method, StatusCode, header};
use serde_json::{Map, Value, json};

use super::{
    call::Call,
    engine::{apply, tenant},
    entity::{Entity, Property, Related, kept_or_unset, object, relation},
    error::{Code, Error},
    json::{Members, read_only, unchanged},
    open,
    query::Query,
    reply::Reply,
    route::{Key, Version},
    schema::{SERVICE_PRINCIPAL, Type},
    session::Session,
    shown::{Shown, View},
};
use crate::{
    Directory, Tenant, TenantId,
    command::{CreateServicePrincipal, DeleteServicePrincipal, UpdateServicePrincipal},
    model::ServicePrincipal,
    view::ApplicationView,
};

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
        let kept = kept_or_unset(&self.thing.properties, &SERVICE_PRINCIPAL, name);
        match (name, &kept) {
            ("id", _) => Property::Text(self.key().into()),
            ("appId", _) => Property::Text(self.application.app_id().to_string().into()),
            ("displayName", _) | ("appDisplayName", Property::Null) => {
                Property::Text((&**self.application.display_name()).into())
            }
            ("applicationTemplateId", Property::Null) => self.application.property(name),
            ("appOwnerOrganizationId", Property::Null) => Property::Text(self.tenant.to_string().into()),
            // Graph gives the client id as the first name of a service principal.
            ("servicePrincipalNames", Property::Json(Value::Array(names))) if names.is_empty() => {
                Property::Json(json!([self.application.app_id()]))
            }
            _ => kept,
        }
    }

    fn navigate(self, navigation: &str) -> Related<'a> {
        Related::Kept(relation(&self.kept(), navigation))
    }

    fn kept(self) -> Map<String, Value> {
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
    let (application, principal) = found.ok_or_else(|| Error::resource_not_found(key.as_str()))?;
    Ok(Principal { tenant: tenant.id(), application, thing: principal })
}

/// A new one, for the application of the body's `appId`; that has to be there, as the engine knows no applications of other
/// tenants.
pub(super) fn create(
    directory: &mut Directory,
    call: &Call<'_>,
    version: Version,
    session: &mut Session<'_>,
) -> Result<Reply, Error> {
    Query::none(call)?;
    let mut members = Members::of(call.json()?, &SERVICE_PRINCIPAL)?;
    let missing = || Error::new(Code::InvalidBody, "The property 'appId' is missing.");
    let app_id = members.text("appId")?.ok_or_else(missing)?;
    let found = app_id.parse().ok().and_then(|id| tenant(directory, call).ok()?.application_by_app_id(id));
    let absent = || {
        let text =
            format!("The appId '{app_id}' of the service principal does not reference a valid application object.");
        Error::new(Code::InvalidReference, &text)
    };
    let application = found.ok_or_else(absent)?;
    unchanged(&mut members, "displayName", application.display_name())?;
    read_only(&mut members, &["id"])?;
    let properties = open::changes(members, &SERVICE_PRINCIPAL, version, &Map::new(), Map::new())?;
    let (id, application) = (session.next_service_principal_id(), application.id());
    apply(directory, call, session, CreateServicePrincipal { id, application, properties }.into())?;
    let principal = find(tenant(directory, call)?, &Key::Id(id.to_string()))?;
    let body = Shown::one(principal, "servicePrincipals", View { call, version });
    let mut reply = Reply::json(StatusCode::CREATED, &body);
    reply.headers.push((header::LOCATION, format!("{}/{}/servicePrincipals/{id}", call.root, version.as_str())));
    Ok(reply)
}

/// `PATCH` or `DELETE` of one.
pub(super) fn change(
    directory: &mut Directory,
    call: &Call<'_>,
    version: Version,
    key: &Key,
    session: &mut Session<'_>,
) -> Result<Reply, Error> {
    Query::none(call)?;
    let found = find(tenant(directory, call)?, key)?;
    let id = found.thing.id;
    if call.method != Method::PATCH {
        apply(directory, call, session, DeleteServicePrincipal { id }.into())?;
        return Ok(Reply::no_content());
    }
    let mut members = Members::of(call.json()?, &SERVICE_PRINCIPAL)?;
    unchanged(&mut members, "id", &id.to_string())?;
    unchanged(&mut members, "appId", &found.application.app_id().to_string())?;
    // Its name is that of its application.
    unchanged(&mut members, "displayName", found.application.display_name())?;
    if let Some(properties) = open::changes(members, &SERVICE_PRINCIPAL, version, &found.kept(), Map::new())? {
        apply(directory, call, session, UpdateServicePrincipal { id, properties }.into())?;
    }
    Ok(Reply::no_content())
}
