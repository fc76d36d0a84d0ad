//! How service principals are made, changed and deleted.

use alloc::{format, string::ToString};

use http::Method;
use serde_json::{Map, Value};

use super::{
    application::{OF_PROXY, is_of_proxy, tagged},
    engine::{Writer, together},
    entity::Entity,
    error::{Code, Error},
    json::{read_only, unchanged},
    kept,
    open::Open,
    principal,
    query::Query,
    reply::Reply,
    route::Key,
    schema::SERVICE_PRINCIPAL,
    shown::Shown,
};
use crate::command::{CreateServicePrincipal, DeleteServicePrincipal, UpdateServicePrincipal};

/// A new one, for the application of the body's `appId`; by `PATCH`, for that of its key. The application has to be there, as
/// the engine knows none of other tenants.
pub(super) fn create(writer: &mut Writer<'_, '_>, key: Option<&str>) -> Result<Reply, Error> {
    let (call, version) = (writer.call, writer.version);
    Query::none(call)?;
    let mut members = call.members(&SERVICE_PRINCIPAL)?;
    let missing = || Error::new(Code::InvalidBody, "The property 'appId' is missing.");
    let app_id = match key {
        Some(app_id) => {
            unchanged(&mut members, "appId", app_id)?;
            app_id.into()
        }
        None => members.text("appId")?.ok_or_else(missing)?,
    };
    let found = app_id.parse().ok().and_then(|id| writer.tenant().ok()?.application_by_app_id(id));
    let absent = || {
        let text =
            format!("The appId '{app_id}' of the service principal does not reference a valid application object.");
        Error::new(Code::InvalidReference, &text)
    };
    let application = found.ok_or_else(absent)?;
    unchanged(&mut members, "displayName", application.display_name())?;
    read_only(&mut members, &["id"])?;
    let mut more = writer.session.created();
    // Terraform's provider sends it with every new one.
    if let Some(links) = members.take("owners@odata.bind") {
        more.insert("owners".into(), kept::owners(&links)?);
    }
    // As one that was there before the publishing.
    if application.on_premises_publishing().is_some_and(|publishing| is_of_proxy(&publishing)) {
        let given = members.take("tags");
        let tags = given.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
        more.extend(tagged(tags, &[OF_PROXY]).or(given).map(|tags| ("tags".into(), tags)));
    }
    let none = Map::new();
    let properties = Open { members, schema: &SERVICE_PRINCIPAL, version, kept: &none, shown: &none }.changes(more)?;
    let (application, id) = (application.id(), writer.session.next_service_principal_id());
    writer.apply(CreateServicePrincipal { id, application, properties }.into())?;
    let principal = principal::find(writer.tenant()?, &Key::Id(id.to_string()))?;
    let view = writer.view();
    Ok(Reply::created(Shown::one(principal, "servicePrincipals", view).written(), view.link("servicePrincipals", &id)))
}

/// `PATCH` or `DELETE` of one.
pub(super) fn change(writer: &mut Writer<'_, '_>, key: &Key) -> Result<Reply, Error> {
    let (call, version) = (writer.call, writer.version);
    Query::none(call)?;
    let found = match (principal::find(writer.tenant()?, key), key) {
        (Err(_), Key::AppId(id)) if call.method == Method::PATCH && call.creates_missing => {
            return create(writer, Some(id));
        }
        (found, _) => found?,
    };
    let id = found.thing.id;
    if call.method != Method::PATCH {
        let mut commands = kept::with_principal(writer.tenant()?, found.thing)?;
        commands.push(DeleteServicePrincipal { id }.into());
        writer.apply(together(commands))?;
        return Ok(Reply::no_content());
    }
    let mut members = call.members(&SERVICE_PRINCIPAL)?;
    unchanged(&mut members, "id", &id.to_string())?;
    unchanged(&mut members, "appId", &found.application.app_id().to_string())?;
    // Its name is that of its application.
    unchanged(&mut members, "displayName", found.application.display_name())?;
    let (own, shown) = (found.own(), found.kept());
    let body = Open { members, schema: &SERVICE_PRINCIPAL, version, kept: &own, shown: &shown };
    if let Some(properties) = body.changes(Map::new())? {
        writer.apply(UpdateServicePrincipal { id, properties }.into())?;
    }
    Ok(Reply::no_content())
}
