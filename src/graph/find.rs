//! What keys name in a tenant. A text that is no id names nothing.

use super::{
    error::{Code, Error},
    route::Key,
};
use crate::{
    AppId, Tenant,
    view::{ApplicationView, ConnectorGroupView, ConnectorView},
};

pub(super) fn group<'a>(tenant: &'a Tenant, id: &str) -> Result<ConnectorGroupView<'a>, Error> {
    // A text that is no GUID names nothing, and is not found as an id of nobody is.
    let group = id.parse().ok().and_then(|id| tenant.connector_group(id));
    group.ok_or_else(|| Error::connector_group_not_found(id))
}

pub(super) fn connector<'a>(tenant: &'a Tenant, id: &str) -> Result<ConnectorView<'a>, Error> {
    let connector = id.parse().ok().and_then(|id| tenant.connector(id));
    connector.ok_or_else(|| Error::connector_not_found(id))
}

/// What a key that leads nowhere is: of nothing, or none at all.
pub(super) fn no_such(key: &Key) -> Error {
    match key {
        Key::AppId(id) if id.parse::<AppId>().is_err() => {
            let text = "Invalid value specified for object reference property 'appId'. Please ensure that this value has an \
                        appropriate syntax and length.";
            Error::new(Code::InvalidAppId, text)
        }
        _ => Error::resource_not_found(key.as_str()),
    }
}

pub(super) fn application<'a>(tenant: &'a Tenant, key: &Key) -> Result<ApplicationView<'a>, Error> {
    application_by(tenant, key).ok_or_else(|| no_such(key))
}

/// A published application with its group; one that is not published is not found here, as was seen.
pub(super) fn assignment<'a>(
    tenant: &'a Tenant,
    key: &Key,
) -> Result<(ApplicationView<'a>, ConnectorGroupView<'a>), Error> {
    let found = application_by(tenant, key).and_then(|application| Some((application, application.connector_group()?)));
    found.ok_or_else(|| Error::application_not_found(key.as_str()))
}

/// A connector that is in a group.
pub(super) fn member<'a>(
    tenant: &'a Tenant,
    group: ConnectorGroupView<'_>,
    id: &str,
) -> Result<ConnectorView<'a>, Error> {
    let connector = connector(tenant, id)?;
    let is_member = connector.connector_group().id() == group.id();
    is_member.then_some(connector).ok_or_else(|| Error::connector_not_found(id))
}

/// A connector's group, named by its id.
pub(super) fn group_of<'a>(connector: ConnectorView<'a>, id: &str) -> Result<ConnectorGroupView<'a>, Error> {
    let group = connector.connector_group();
    let is_named = id.parse() == Ok(group.id());
    is_named.then_some(group).ok_or_else(|| Error::connector_group_not_found(id))
}

/// An application that is assigned to a group.
pub(super) fn application_in<'a>(
    tenant: &'a Tenant,
    group: ConnectorGroupView<'_>,
    key: &Key,
) -> Result<ApplicationView<'a>, Error> {
    let (application, assigned) = assignment(tenant, key)?;
    (assigned.id() == group.id()).then_some(application).ok_or_else(|| Error::application_not_found(key.as_str()))
}

pub(super) fn application_by<'a>(tenant: &'a Tenant, key: &Key) -> Option<ApplicationView<'a>> {
    match key {
        Key::Id(id) => tenant.application(id.parse().ok()?),
        Key::AppId(app_id) => tenant.application_by_app_id(app_id.parse().ok()?),
        Key::UniqueName(name) => {
            let mut named = tenant.applications_by_unique_name(name);
            named.find(|application| application.properties().text("uniqueName") == Some(name))
        }
    }
}
