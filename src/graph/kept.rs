//! Relations that are kept as they come, under their own names among the properties of an application or a service
//! principal: owners, and assignments of roles. What they lead to is not known here.

use alloc::{format, string::ToString, vec::Vec};

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::{
    call::Call,
    engine::{apply, tenant},
    entity::{Entity, relation},
    error::{Code, Error},
    find,
    json::{Members, read_only},
    principal,
    query::Query,
    reference,
    reply::Reply,
    route::{Holder, List, Version},
    schema::ROLE_ASSIGNMENT,
    session::Session,
    shown::View,
};
use crate::{
    Command, Directory, Tenant,
    command::{UpdateApplication, UpdateServicePrincipal},
};

/// What can own: links to any of these are taken.
const OWNERS: &[&str] = &["directoryObjects", "users", "servicePrincipals"];

/// The things of a relation.
pub(super) fn values(tenant: &Tenant, holder: &Holder, name: &str) -> Result<Vec<Value>, Error> {
    let kept = match holder {
        Holder::Application(key) => find::application(tenant, key)?.kept(),
        Holder::Principal(key) => principal::find(tenant, key)?.kept(),
    };
    Ok(relation(&kept, name))
}

/// The one with this id.
pub(super) fn value(tenant: &Tenant, holder: &Holder, name: &str, id: &str) -> Result<Value, Error> {
    let found = values(tenant, holder, name)?.into_iter().find(|value| is(value, id));
    found.ok_or_else(|| Error::resource_not_found(id))
}

fn is(value: &Value, id: &str) -> bool {
    value.get("id").and_then(Value::as_str).is_some_and(|known| known.eq_ignore_ascii_case(id))
}

/// The owners that links name, as `owners@odata.bind` of a new application has them.
pub(super) fn owners(links: &Value) -> Result<Value, Error> {
    let invalid = || Error::new(Code::InvalidReference, "The property 'owners@odata.bind' is no list of links.");
    let links = links.as_array().ok_or_else(invalid)?;
    let owners = links.iter().map(|link| {
        let key = reference::key(link.as_str().ok_or_else(invalid)?, OWNERS)?;
        Ok(json!({"id": reference::id(&key)?}))
    });
    owners.collect::<Result<Vec<_>, _>>().map(Value::Array)
}

/// A relation of a thing, to be written.
pub(super) struct Writer<'a, 's> {
    pub(super) directory: &'a mut Directory,
    pub(super) call: &'a Call<'a>,
    pub(super) session: &'a mut Session<'s>,
    pub(super) holder: &'a Holder,
    pub(super) name: &'static str,
}

impl Writer<'_, '_> {
    /// `POST owners/$ref`; `DELETE owners/$ref?@id=…`.
    pub(super) fn reference(&mut self) -> Result<Reply, Error> {
        if self.call.method == Method::DELETE {
            let key = reference::of_query(self.call, OWNERS)?;
            return self.remove(&reference::id(&key)?);
        }
        Query::none(self.call)?;
        let id = reference::id(&reference::of_body(self.call, OWNERS)?)?;
        let mut values = values(tenant(self.directory, self.call)?, self.holder, self.name)?;
        if values.iter().any(|value| is(value, &id)) {
            let text = format!(
                "One or more added object references already exist for the following modified properties: '{}'.",
                self.name
            );
            return Err(Error::new(Code::InvalidReference, &text));
        }
        values.push(json!({"id": id}));
        self.set(values)?;
        Ok(Reply::no_content())
    }

    /// Takes one away.
    pub(super) fn remove(&mut self, id: &str) -> Result<Reply, Error> {
        let mut values = values(tenant(self.directory, self.call)?, self.holder, self.name)?;
        // By comparison of lengths and not by a search beforehand: two owners of one id, which an import may bring, go
        // together.
        let before = values.len();
        values.retain(|value| !is(value, id));
        if values.len() == before {
            return Err(Error::resource_not_found(id));
        }
        self.set(values)?;
        Ok(Reply::no_content())
    }

    /// `POST appRoleAssignedTo` or `appRoleAssignments`: an assignment, kept as it came, with an id of its own.
    pub(super) fn assign(&mut self, version: Version) -> Result<Reply, Error> {
        Query::none(self.call)?;
        let mut members = Members::of(self.call.json()?, &ROLE_ASSIGNMENT)?;
        read_only(&mut members, &["id"])?;
        let mut assignment = Map::new();
        for name in ["appRoleId", "principalId", "resourceId"] {
            let missing = || Error::new(Code::InvalidBody, &format!("The property '{name}' is missing."));
            assignment.insert(name.into(), members.text(name)?.ok_or_else(missing)?.into());
        }
        let (mut values, ids) =
            (values(tenant(self.directory, self.call)?, self.holder, self.name)?, assignment.clone());
        // The tutorial sends `principalType`, which the service would look up: who is assigned is not known here.
        for name in ["principalType", "principalDisplayName", "resourceDisplayName"] {
            assignment.extend(members.nullable_text(name)?.map(|text| (name.into(), text.into())));
        }
        members.finish()?;
        // The three ids are what an assignment is; the same three again would be a second one that changes nothing.
        if values.iter().any(|value| ids.iter().all(|(name, given)| value.get(name) == Some(given))) {
            return Err(Error::new(Code::InvalidReference, "Permission being assigned already exists on the object"));
        }
        assignment.insert("id".into(), self.session.next_any_id().to_string().into());
        let now = Value::from(format!("{}", self.session.context.now));
        assignment.insert("createdDateTime".into(), now.clone());
        assignment.insert("creationTimestamp".into(), now);
        values.push(Value::Object(assignment.clone()));
        assignment.retain(|name, _| ROLE_ASSIGNMENT.property(name).is_none_or(|known| version.has(known.in_v1)));
        self.set(values)?;
        let list = List::Kept(self.holder.clone(), self.name);
        let context = View { call: self.call, version }.context(&format!("{}/$entity", list.path()));
        assignment.insert("@odata.context".into(), context.into());
        Ok(Reply::json(StatusCode::CREATED, &assignment))
    }

    /// Keeps the relation so; one without things is not kept.
    fn set(&mut self, values: Vec<Value>) -> Result<(), Error> {
        // So that a relation which was filled and emptied again is equal to one that never was.
        let value = if values.is_empty() { Value::Null } else { values.into() };
        let changes = json!({ self.name: value });
        let invalid = |error| Error::new(Code::InvalidBody, &format!("{error}"));
        let tenant = tenant(self.directory, self.call)?;
        let command: Command = match self.holder {
            Holder::Application(key) => {
                let properties = Some(serde_json::from_value(changes).map_err(invalid)?);
                UpdateApplication { id: find::application(tenant, key)?.id(), display_name: None, properties }.into()
            }
            Holder::Principal(key) => {
                let properties = serde_json::from_value(changes).map_err(invalid)?;
                UpdateServicePrincipal { id: principal::find(tenant, key)?.thing.id, properties }.into()
            }
        };
        apply(self.directory, self.call, self.session, command)
    }
}
