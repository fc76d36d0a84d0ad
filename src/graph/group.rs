//! What is done to connector groups, and to connectors by their groups.

use alloc::{format, string::String, vec::Vec};

use http::{Method, StatusCode, header};

use super::{
    engine::Writer,
    entity::is_documented_region,
    error::{Code, Error},
    find,
    json::{Members, read_only, unchanged},
    options::Profile,
    query::Query,
    reference,
    reply::Reply,
    route::{Key, List, Target},
    schema::GROUP,
    shown::Shown,
};
use crate::{
    ConnectorGroupId, ConnectorId,
    command::{
        AddApplication, AddConnector, CreateConnectorGroup, DeleteConnectorGroup, RemoveConnector, UpdateConnectorGroup,
    },
};

/// Answers a call that changes a group, or what is in it.
pub(super) fn answer(writer: &mut Writer<'_, '_>, target: &Target) -> Result<Reply, Error> {
    let call = writer.call;
    match (target, &call.method) {
        (Target::List(List::Groups), _) => create(writer),
        (Target::Item(List::Groups, key), method) if *method == Method::PATCH => update(writer, key),
        (Target::Item(List::Groups, key), _) => delete(writer, key),
        (Target::References(List::Members(group)), method) if *method == Method::POST => add_member(writer, group),
        (Target::References(List::MemberOf(connector)), method) if *method == Method::POST => join(writer, connector),
        (Target::References(List::MemberOf(connector)), method) if *method == Method::PUT => {
            join(writer, connector)?;
            Ok(Reply::no_content())
        }
        (Target::References(List::Members(group)), _) => {
            let key = reference::of_query(call, &["connectors"])?;
            remove(writer, group, &reference::id(&key)?)
        }
        (Target::References(List::MemberOf(connector)), _) => {
            let key = reference::of_query(call, &["connectorGroups"])?;
            remove(writer, &reference::id(&key)?, connector)
        }
        (
            Target::Reference(List::Members(group), connector) | Target::Reference(List::MemberOf(connector), group),
            _,
        ) => {
            Query::none(call)?;
            remove(writer, group, connector)
        }
        (Target::List(List::GroupApplications(group)), _) => add_application(writer, group),
        // All else has no such method, and was refused for that.
        _ => Err(Error::segment("")),
    }
}

/// The system presets type and default, whatever a client sends.
fn create(writer: &mut Writer<'_, '_>) -> Result<Reply, Error> {
    Query::none(writer.call)?;
    let mut members = writer.call.members(&GROUP)?;
    let name = members.text("name")?.ok_or_else(|| Error::new(Code::InvalidName, "The name is missing."))?;
    let region = region(writer, &mut members)?;
    members.take("isDefault");
    members.take("connectorGroupType");
    read_only(&mut members, &["id"])?;
    members.finish()?;
    let id = writer.session.next_group_id();
    let command = CreateConnectorGroup { id, name: name.into(), region: region.map(Into::into) };
    writer.apply(command.into())?;
    match writer.call.options.profile {
        Profile::Live => shown(writer, StatusCode::OK, id),
        Profile::Documented => {
            let link = format!("{}{}/{id}", writer.call.root, writer.call.path.trim_end_matches('/'));
            let headers = Vec::from([(header::LOCATION, link)]);
            Ok(Reply { headers, ..shown(writer, StatusCode::CREATED, id)? })
        }
    }
}

fn update(writer: &mut Writer<'_, '_>, key: &Key) -> Result<Reply, Error> {
    Query::none(writer.call)?;
    let id = find::group(writer.tenant()?, key.as_str())?.id();
    let mut members = writer.call.members(&GROUP)?;
    let (name, region) = (members.text("name")?, region(writer, &mut members)?);
    unchanged(&mut members, "id", &format!("{id}"))?;
    match writer.call.options.profile {
        // Seen to be refused, whatever their value.
        Profile::Live => {
            let given = ["isDefault", "connectorGroupType"].into_iter().find(|name| members.take(name).is_some());
            given.map_or(Ok(()), |name| Err(Error::read_only(name)))?;
        }
        // The page lists both as properties of the body, preset by the system.
        Profile::Documented => {
            members.take("isDefault");
            members.take("connectorGroupType");
        }
    }
    members.finish()?;
    let command = UpdateConnectorGroup { id, name: name.map(Into::into), region: region.map(Into::into) };
    writer.apply(command.into())?;
    match writer.call.options.profile {
        Profile::Live => Ok(Reply::no_content()),
        Profile::Documented => shown(writer, StatusCode::OK, id),
    }
}

fn delete(writer: &mut Writer<'_, '_>, key: &Key) -> Result<Reply, Error> {
    Query::none(writer.call)?;
    let id = find::group(writer.tenant()?, key.as_str())?.id();
    writer.apply(DeleteConnectorGroup { id }.into())?;
    Ok(Reply::no_content())
}

/// A region as text; the engine judges it, but for what only the schema says.
fn region(writer: &Writer<'_, '_>, members: &mut Members) -> Result<Option<String>, Error> {
    let region = members.nullable_text("region")?;
    match &region {
        Some(text) if writer.call.options.profile == Profile::Documented && !is_documented_region(text) => {
            Err(Error::new(Code::InvalidRegion, "The region is none of nam, eur, aus, asia, ind."))
        }
        _ => Ok(region),
    }
}

/// `POST connectorGroups/{id}/members/$ref` moves the connector.
fn add_member(writer: &mut Writer<'_, '_>, group: &str) -> Result<Reply, Error> {
    Query::none(writer.call)?;
    let key = reference::of_body(writer.call, &["connectors"])?;
    let (connector, group) = both(writer, &reference::id(&key)?, group)?;
    writer.apply(AddConnector { connector, connector_group: group }.into())?;
    match writer.call.options.profile {
        Profile::Live => Ok(Reply::no_content()),
        Profile::Documented => {
            let connector = find::connector(writer.tenant()?, &format!("{connector}"))?;
            let body = Shown::one(connector, &List::Connectors.path(), writer.view());
            Ok(Reply::json(StatusCode::CREATED, body.written()))
        }
    }
}

/// `POST connectors/{id}/memberOf/$ref` moves it too.
fn join(writer: &mut Writer<'_, '_>, connector: &str) -> Result<Reply, Error> {
    Query::none(writer.call)?;
    let key = reference::of_body(writer.call, &["connectorGroups"])?;
    let (connector, group) = both(writer, connector, &reference::id(&key)?)?;
    writer.apply(AddConnector { connector, connector_group: group }.into())?;
    match writer.call.options.profile {
        Profile::Live => Ok(Reply::no_content()),
        Profile::Documented => shown(writer, StatusCode::CREATED, group),
    }
}

/// Takes a connector out of the group that it is in, back to the default group.
fn remove(writer: &mut Writer<'_, '_>, group: &str, connector: &str) -> Result<Reply, Error> {
    let tenant = writer.tenant()?;
    let group = find::group(tenant, group)?;
    let connector = find::member(tenant, group, connector)?.id();
    writer.apply(RemoveConnector { connector }.into())?;
    Ok(Reply::no_content())
}

/// The older spelling of assigning an application, of an earlier revision of the page `connectorgroup-post-applications`.
fn add_application(writer: &mut Writer<'_, '_>, group: &str) -> Result<Reply, Error> {
    Query::none(writer.call)?;
    let key = reference::of_body(writer.call, &["applications"])?;
    let tenant = writer.tenant()?;
    let connector_group = find::group(tenant, group)?.id();
    let application = find::application_by(tenant, &key);
    let application = application.ok_or_else(|| Error::application_not_found(key.as_str()))?.id();
    writer.apply(AddApplication { application, connector_group }.into())?;
    match writer.call.options.profile {
        Profile::Live => Ok(Reply::no_content()),
        Profile::Documented => {
            let application = find::application(writer.tenant()?, &key)?;
            let body = Shown::one(application, &List::Applications.path(), writer.view());
            Ok(Reply::json(StatusCode::CREATED, body.written()))
        }
    }
}

fn both(writer: &Writer<'_, '_>, connector: &str, group: &str) -> Result<(ConnectorId, ConnectorGroupId), Error> {
    let tenant = writer.tenant()?;
    Ok((find::connector(tenant, connector)?.id(), find::group(tenant, group)?.id()))
}

/// Answers with a group as it stands now.
fn shown(writer: &Writer<'_, '_>, status: StatusCode, id: ConnectorGroupId) -> Result<Reply, Error> {
    let absent = || Error::connector_group_not_found(&format!("{id}"));
    let group = writer.tenant()?.connector_group(id).ok_or_else(absent)?;
    Ok(Reply::json(status, Shown::one(group, &List::Groups.path(), writer.view()).written()))
}
