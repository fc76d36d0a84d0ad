//! Relations that are kept as they come, under their own names among the properties of an application or a service
//! principal: owners, and assignments of roles. What they lead to is not known here, but for service principals of the tenant,
//! which have each assignment between them on both sides.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::{
    engine::{Writer, together},
    entity::{Entity, object, relation},
    error::{Code, Error},
    find,
    json::read_only,
    principal,
    query::Query,
    reference,
    reply::{Reply, written},
    route::{Holder, Key, List},
    schema::ROLE_ASSIGNMENT,
};
use crate::{
    Command, Tenant,
    command::{UpdateApplication, UpdateServicePrincipal},
    model::ServicePrincipal,
};

/// What can own: links to any of these are taken.
const OWNERS: &[&str] = &["directoryObjects", "users", "servicePrincipals"];

/// Who has this one is assigned without a role.
const NO_ROLE: &str = "00000000-0000-0000-0000-000000000000";

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
pub(super) struct Relation<'w, 'a, 's> {
    pub(super) writer: &'w mut Writer<'a, 's>,
    pub(super) holder: &'w Holder,
    pub(super) name: &'static str,
}

impl Relation<'_, '_, '_> {
    /// `POST owners/$ref`; `DELETE owners/$ref?@id=…`.
    pub(super) fn reference(&mut self) -> Result<Reply, Error> {
        if self.writer.call.method == Method::DELETE {
            let key = reference::of_query(self.writer.call, OWNERS)?;
            return self.remove(&reference::id(&key)?);
        }
        Query::none(self.writer.call)?;
        let id = reference::id(&reference::of_body(self.writer.call, OWNERS)?)?;
        let mut values = values(self.writer.tenant()?, self.holder, self.name)?;
        if values.iter().any(|value| is(value, &id)) {
            let text = format!(
                "One or more added object references already exist for the following modified properties: '{}'.",
                self.name
            );
            return Err(Error::new(Code::InvalidReference, &text));
        }
        values.push(json!({"id": id}));
        self.set(values, Vec::new())?;
        Ok(Reply::no_content())
    }

    /// Takes one away.
    pub(super) fn remove(&mut self, id: &str) -> Result<Reply, Error> {
        let tenant = self.writer.tenant()?;
        // Two owners of one id, which an import may bring, go together.
        let (gone, stay): (Vec<_>, Vec<_>) =
            values(tenant, self.holder, self.name)?.into_iter().partition(|value| is(value, id));
        if gone.is_empty() {
            return Err(Error::resource_not_found(id));
        }
        let others = other_sides(tenant, self.name, &gone, Change::Goes)?;
        self.set(stay, others)?;
        Ok(Reply::no_content())
    }

    /// `POST appRoleAssignedTo` or `appRoleAssignments`: an assignment, kept as it came, with an id of its own.
    pub(super) fn assign(&mut self) -> Result<Reply, Error> {
        Query::none(self.writer.call)?;
        let mut members = self.writer.call.members(&ROLE_ASSIGNMENT)?;
        read_only(&mut members, &["id"])?;
        let mut assignment = Map::new();
        for name in ["appRoleId", "principalId", "resourceId"] {
            let missing = || Error::new(Code::InvalidBody, &format!("The property '{name}' is missing."));
            assignment.insert(name.into(), members.text(name)?.ok_or_else(missing)?.into());
        }
        let tenant = self.writer.tenant()?;
        let (mut values, ids) = (values(tenant, self.holder, self.name)?, assignment.clone());
        let name_of = |side: &str| {
            let id = ids.get(side).and_then(Value::as_str).unwrap_or_default();
            let found = principal::find(tenant, &Key::Id(id.into())).ok();
            found.map(|found| found.application.display_name())
        };
        // The service looks these up. Of users and groups nothing is known here, but what is sent, as the tutorial sends
        // `principalType`.
        let principal_name = name_of("principalId");
        for (name, known) in [
            ("principalType", principal_name.map(|_| "ServicePrincipal")),
            ("principalDisplayName", principal_name),
            ("resourceDisplayName", name_of("resourceId")),
        ] {
            let sent = members.nullable_text(name)?;
            let text = known.map(String::from).or(sent);
            assignment.extend(text.map(|text| (name.into(), text.into())));
        }
        members.finish()?;
        if !is_role(tenant, &ids) {
            return Err(Error::new(Code::UnknownRole, "Permission being assigned was not found on application"));
        }
        // The three ids are what an assignment is; the same three again would be a second one that changes nothing.
        if values.iter().any(|value| ids.iter().all(|(name, given)| value.get(name) == Some(given))) {
            return Err(Error::new(Code::InvalidReference, "Permission being assigned already exists on the object"));
        }
        assignment.insert("id".into(), self.writer.session.next_any_id().to_string().into());
        let now = Value::from(format!("{}", self.writer.session.context.now));
        assignment.insert("createdDateTime".into(), now.clone());
        assignment.insert("creationTimestamp".into(), now);
        let new = Value::Object(assignment.clone());
        values.push(new.clone());
        let others = other_sides(self.writer.tenant()?, self.name, &[new], Change::Comes)?;
        self.set(values, others)?;
        assignment
            .retain(|name, _| ROLE_ASSIGNMENT.property(name).is_none_or(|known| self.writer.version.has(known.in_v1)));
        let list = List::Kept(self.holder.clone(), self.name);
        let context = self.writer.view().context(&[&list.path(), "/$entity"]);
        assignment.insert("@odata.context".into(), context.into());
        Ok(Reply::json(StatusCode::CREATED, written(&assignment)))
    }

    /// Keeps the relation so, and does what belongs to it.
    fn set(&mut self, values: Vec<Value>, mut others: Vec<Command>) -> Result<(), Error> {
        others.insert(0, kept(self.writer.tenant()?, self.holder, self.name, values)?);
        self.writer.apply(together(others))
    }
}

/// Whether the resource of an assignment has its role, or may have it: an export can come without roles, and of a service
/// principal that is not here nothing is known.
fn is_role(tenant: &Tenant, assignment: &Map<String, Value>) -> bool {
    let text = |name: &str| assignment.get(name).and_then(Value::as_str).unwrap_or_default();
    let resource = Holder::Principal(Key::Id(text("resourceId").into()));
    let roles = values(tenant, &resource, "appRoles").unwrap_or_default();
    roles.is_empty() || text("appRoleId") == NO_ROLE || roles.iter().any(|role| is(role, text("appRoleId")))
}

/// The command that keeps a relation so; one without things is not kept.
fn kept(tenant: &Tenant, holder: &Holder, name: &str, values: Vec<Value>) -> Result<Command, Error> {
    // So that a relation which was filled and emptied again is equal to one that never was.
    let value = if values.is_empty() { Value::Null } else { values.into() };
    let changes = json!({ name: value });
    let invalid = |error| Error::new(Code::InvalidBody, &format!("{error}"));
    Ok(match holder {
        Holder::Application(key) => {
            let properties = Some(serde_json::from_value(changes).map_err(invalid)?);
            UpdateApplication { id: find::application(tenant, key)?.id(), display_name: None, properties }.into()
        }
        Holder::Principal(key) => {
            let properties = serde_json::from_value(changes).map_err(invalid)?;
            UpdateServicePrincipal { id: principal::find(tenant, key)?.thing.id, properties }.into()
        }
    })
}

/// What happens to an assignment of a role.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Comes,
    Goes,
}

/// An assignment of a role is one thing in two relations: `appRoleAssignments` of who is assigned, and `appRoleAssignedTo` of
/// the service principal whose role it is.
const SIDES: &[(&str, &str, &str)] = &[
    ("appRoleAssignedTo", "principalId", "appRoleAssignments"),
    ("appRoleAssignments", "resourceId", "appRoleAssignedTo"),
];

/// The same assignments on their other sides, as far as those are service principals of the tenant: of users and groups
/// nothing is known here.
fn other_sides(tenant: &Tenant, name: &str, assignments: &[Value], change: Change) -> Result<Vec<Command>, Error> {
    let Some((_, of, other)) = SIDES.iter().find(|(side, ..)| *side == name) else { return Ok(Vec::new()) };
    let mut sides: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for assignment in assignments {
        let id = assignment.get(of).and_then(Value::as_str).unwrap_or_default();
        sides.entry(id.to_ascii_lowercase()).or_default().push(assignment);
    }
    let commands = sides.into_iter().filter_map(|(id, assignments)| {
        let holder = Holder::Principal(Key::Id(id));
        let mut values = values(tenant, &holder, other).ok()?;
        if change == Change::Comes {
            values.extend(assignments.into_iter().cloned());
        } else {
            // One without an id, which an import may bring, is not known from another.
            let ids: Vec<&str> = assignments.iter().filter_map(|gone| gone.get("id")?.as_str()).collect();
            values.retain(|value| !ids.iter().any(|id| is(value, id)));
        }
        Some(kept(tenant, &holder, other, values))
    });
    commands.collect()
}

/// What goes with a service principal: its assignments, on their other sides.
pub(super) fn with_principal(tenant: &Tenant, principal: &ServicePrincipal) -> Result<Vec<Command>, Error> {
    let own = object(&principal.properties);
    let mut commands = Vec::new();
    for (side, ..) in SIDES {
        commands.extend(other_sides(tenant, side, &relation(&own, side), Change::Goes)?);
    }
    Ok(commands)
}
