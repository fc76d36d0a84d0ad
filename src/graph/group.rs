//! What is done to connector groups, and to connectors by their groups.

use alloc::{format, string::String, vec::Vec};

use http::{Method, StatusCode, header};

use super::{
    call::Call,
    engine::{apply, tenant},
    entity::is_documented_region,
    error::{Code, Error},
    find,
    json::{Members, read_only},
    options::Profile,
    query::Query,
    reference,
    reply::Reply,
    route::{Key, List, Target, Version},
    schema::GROUP,
    session::Session,
    shown::{Shown, View},
};
use crate::{
    ConnectorGroupId, ConnectorId, Directory, Tenant,
    command::{
        AddApplication, AddConnector, CreateConnectorGroup, DeleteConnectorGroup, RemoveConnector, UpdateConnectorGroup,
    },
};

/// Answers a call that changes a group, or what is in it.
pub(super) fn answer(
    directory: &mut Directory,
    call: &Call<'_>,
    version: Version,
    target: &Target,
    session: &mut Session<'_>,
) -> Result<Reply, Error> {
    let mut writer = Writer { directory, call, session, version };
    match (target, &call.method) {
        (Target::List(List::Groups), _) => writer.create(),
        (Target::Item(List::Groups, key), method) if *method == Method::PATCH => writer.update(key),
        (Target::Item(List::Groups, key), _) => writer.delete(key),
        (Target::References(List::Members(group)), method) if *method == Method::POST => writer.add_member(group),
        (Target::References(List::MemberOf(connector)), method) if *method == Method::POST => writer.join(connector),
        (Target::References(List::MemberOf(connector)), method) if *method == Method::PUT => {
            writer.join(connector)?;
            Ok(Reply::no_content())
        }
        (Target::References(List::Members(group)), _) => {
            let key = reference::of_query(call, &["connectors"])?;
            writer.remove(group, &reference::id(&key)?)
        }
        (Target::References(List::MemberOf(connector)), _) => {
            let key = reference::of_query(call, &["connectorGroups"])?;
            writer.remove(&reference::id(&key)?, connector)
        }
        (
            Target::Reference(List::Members(group), connector) | Target::Reference(List::MemberOf(connector), group),
            _,
        ) => {
            Query::none(call)?;
            writer.remove(group, connector)
        }
        (Target::List(List::GroupApplications(group)), _) => writer.add_application(group),
        // All else has no such method, and was refused for that.
        _ => Err(Error::segment("")),
    }
}

struct Writer<'a, 's> {
    directory: &'a mut Directory,
    call: &'a Call<'a>,
    session: &'a mut Session<'s>,
    version: Version,
}

impl Writer<'_, '_> {
    /// The system presets type and default, whatever a client sends.
    fn create(&mut self) -> Result<Reply, Error> {
        Query::none(self.call)?;
        let mut members = Members::of(self.call.json()?, &GROUP)?;
        let name = members.text("name")?.ok_or_else(|| Error::new(Code::InvalidName, "The name is missing."))?;
        let region = self.region(&mut members)?;
        members.take("isDefault");
        members.take("connectorGroupType");
        read_only(&mut members, &["id"])?;
        members.finish()?;
        let id = self.session.next_group_id();
        let command = CreateConnectorGroup { id, name: name.into(), region: region.map(Into::into) };
        apply(self.directory, self.call, self.session, command.into())?;
        match self.call.options.profile {
            Profile::Live => self.group(StatusCode::OK, id),
            Profile::Documented => {
                let link = format!("{}{}/{id}", self.call.root, self.call.path.trim_end_matches('/'));
                let headers = Vec::from([(header::LOCATION, link)]);
                Ok(Reply { headers, ..self.group(StatusCode::CREATED, id)? })
            }
        }
    }

    fn update(&mut self, key: &Key) -> Result<Reply, Error> {
        Query::none(self.call)?;
        let id = find::group(self.tenant()?, key.as_str())?.id();
        let mut members = Members::of(self.call.json()?, &GROUP)?;
        let (name, region) = (members.text("name")?, self.region(&mut members)?);
        match self.call.options.profile {
            Profile::Live => read_only(&mut members, &["id", "isDefault", "connectorGroupType"])?,
            // The page lists both as properties of the body, preset by the system.
            Profile::Documented => {
                read_only(&mut members, &["id"])?;
                members.take("isDefault");
                members.take("connectorGroupType");
            }
        }
        members.finish()?;
        let command = UpdateConnectorGroup { id, name: name.map(Into::into), region: region.map(Into::into) };
        apply(self.directory, self.call, self.session, command.into())?;
        match self.call.options.profile {
            Profile::Live => Ok(Reply::no_content()),
            Profile::Documented => self.group(StatusCode::OK, id),
        }
    }

    fn delete(&mut self, key: &Key) -> Result<Reply, Error> {
        Query::none(self.call)?;
        let id = find::group(self.tenant()?, key.as_str())?.id();
        apply(self.directory, self.call, self.session, DeleteConnectorGroup { id }.into())?;
        Ok(Reply::no_content())
    }

    /// A region as text; the engine judges it, but for what only the schema says.
    fn region(&self, members: &mut Members) -> Result<Option<String>, Error> {
        let region = members.nullable_text("region")?;
        match &region {
            Some(text) if self.call.options.profile == Profile::Documented && !is_documented_region(text) => {
                Err(Error::new(Code::InvalidRegion, "The region is none of nam, eur, aus, asia, ind."))
            }
            _ => Ok(region),
        }
    }

    /// `POST connectorGroups/{id}/members/$ref` moves the connector.
    fn add_member(&mut self, group: &str) -> Result<Reply, Error> {
        Query::none(self.call)?;
        let key = reference::of_body(self.call, &["connectors"])?;
        let (connector, group) = self.both(&reference::id(&key)?, group)?;
        apply(self.directory, self.call, self.session, AddConnector { connector, connector_group: group }.into())?;
        match self.call.options.profile {
            Profile::Live => Ok(Reply::no_content()),
            Profile::Documented => {
                let connector = find::connector(self.tenant()?, &format!("{connector}"))?;
                let body = Shown::one(connector, &List::Connectors.path(), self.view());
                Ok(Reply::json(StatusCode::CREATED, body.written()))
            }
        }
    }

    /// `POST connectors/{id}/memberOf/$ref` moves it too.
    fn join(&mut self, connector: &str) -> Result<Reply, Error> {
        Query::none(self.call)?;
        let key = reference::of_body(self.call, &["connectorGroups"])?;
        let (connector, group) = self.both(connector, &reference::id(&key)?)?;
        apply(self.directory, self.call, self.session, AddConnector { connector, connector_group: group }.into())?;
        match self.call.options.profile {
            Profile::Live => Ok(Reply::no_content()),
            Profile::Documented => self.group(StatusCode::CREATED, group),
        }
    }

    /// Takes a connector out of the group that it is in, back to the default group.
    fn remove(&mut self, group: &str, connector: &str) -> Result<Reply, Error> {
        let tenant = self.tenant()?;
        let group = find::group(tenant, group)?;
        let connector = find::member(tenant, group, connector)?.id();
        apply(self.directory, self.call, self.session, RemoveConnector { connector }.into())?;
        Ok(Reply::no_content())
    }

    /// The older spelling of assigning an application, of an earlier revision of the page `connectorgroup-post-applications`.
    fn add_application(&mut self, group: &str) -> Result<Reply, Error> {
        Query::none(self.call)?;
        let key = reference::of_body(self.call, &["applications"])?;
        let tenant = self.tenant()?;
        let connector_group = find::group(tenant, group)?.id();
        let application = find::application_by(tenant, &key);
        let application = application.ok_or_else(|| Error::application_not_found(key.as_str()))?.id();
        apply(self.directory, self.call, self.session, AddApplication { application, connector_group }.into())?;
        match self.call.options.profile {
            Profile::Live => Ok(Reply::no_content()),
            Profile::Documented => {
                let application = find::application(self.tenant()?, &key)?;
                let body = Shown::one(application, &List::Applications.path(), self.view());
                Ok(Reply::json(StatusCode::CREATED, body.written()))
            }
        }
    }

    fn both(&self, connector: &str, group: &str) -> Result<(ConnectorId, ConnectorGroupId), Error> {
        let tenant = self.tenant()?;
        Ok((find::connector(tenant, connector)?.id(), find::group(tenant, group)?.id()))
    }

    fn tenant(&self) -> Result<&Tenant, Error> {
        tenant(self.directory, self.call)
    }

    const fn view(&self) -> View<'_> {
        View { call: self.call, version: self.version }
    }

    /// Answers with a group as it stands now.
    fn group(&self, status: StatusCode, id: ConnectorGroupId) -> Result<Reply, Error> {
        let absent = || Error::connector_group_not_found(&format!("{id}"));
        let group = self.tenant()?.connector_group(id).ok_or_else(absent)?;
        Ok(Reply::json(status, Shown::one(group, &List::Groups.path(), self.view()).written()))
    }
}
