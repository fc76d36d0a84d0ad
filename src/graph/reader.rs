//! What is read: lists, single things, their numbers and relations.

use alloc::{
    borrow::Cow,
    format,
    string::{String, ToString},
    vec::Vec,
};

use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    answer::{Body, Reply},
    call::Call,
    entity::{Entity, PUBLISHING},
    error::{Code, Error},
    find,
    lists::{self, Source},
    query::{OF_COUNT, OF_LIST, OF_ONE, OF_REFERENCES, Query, count, page, suffix},
    route::{Key, List, Target, Version},
    shown::{Shown, View},
};
use crate::{Tenant, model::OnPremisesPublishing};

pub(super) const PROFILE: &str = "onPremisesPublishingProfiles('applicationProxy')";

/// Answers a GET.
pub(super) fn answer(tenant: &Tenant, call: &Call<'_>, version: Version, target: &Target) -> Result<Reply, Error> {
    let reader = Reader { tenant, call, version };
    match target {
        Target::List(list) => reader.list(list),
        Target::Count(list) => reader.count(list),
        Target::References(list) => reader.references(list),
        Target::Item(list, key) => reader.item(list, key),
        Target::Profiles => reader.profiles(),
        Target::Profile => reader.profile(),
        Target::ApplicationGroup(key) => reader.application_group(key),
        Target::ApplicationGroupReference(key) => reader.application_group_reference(key),
        Target::Publishing(key) => reader.publishing(key),
        // These have no GET, and were refused by their methods.
        Target::Batch | Target::Instantiate(_) | Target::Reference(..) => Err(Error::segment("")),
    }
}

struct Reader<'a, 'c> {
    tenant: &'a Tenant,
    call: &'c Call<'c>,
    version: Version,
}

impl<'a> Reader<'a, '_> {
    fn list(&self, list: &List) -> Result<Reply, Error> {
        let query = Query::read(self.call, OF_LIST)?;
        if *list == List::Applications && query.get("select").is_some_and(|names| names.contains(PUBLISHING)) {
            return Err(Error::new(
                Code::InvalidProperty,
                &format!("Invalid property '{PUBLISHING}' of a collection."),
            ));
        }
        let context = self.context(&path(list));
        match list {
            List::Groups => self.page(&lists::groups(self.tenant), &query, &context),
            List::Connectors => self.page(&lists::connectors(self.tenant), &query, &context),
            List::Applications => self.page(&lists::applications(self.tenant), &query, &context),
            List::Members(group) => self.page(&lists::members(self.tenant, group)?, &query, &context),
            List::GroupApplications(group) => {
                self.page(&lists::group_applications(self.tenant, group, self.call.options.quirks)?, &query, &context)
            }
            List::MemberOf(connector) => self.page(&lists::member_of(self.tenant, connector)?, &query, &context),
        }
    }

    fn page<T: Entity<'a> + 'a>(&self, source: &Source<'a, T>, query: &Query, context: &str) -> Result<Reply, Error> {
        let shape = query.list_shape(T::SCHEMA, self.version)?;
        let context = format!("{context}{}", suffix(shape.select.as_deref()));
        page(source, self.call, query, context, |thing| Shown::part(thing, &shape, self.view()))
    }

    fn count(&self, list: &List) -> Result<Reply, Error> {
        let query = Query::read(self.call, OF_COUNT)?;
        let count = match list {
            List::Groups => count(&lists::groups(self.tenant), &query),
            List::Connectors => count(&lists::connectors(self.tenant), &query),
            List::Applications => count(&lists::applications(self.tenant), &query),
            List::Members(group) => count(&lists::members(self.tenant, group)?, &query),
            List::GroupApplications(group) => {
                count(&lists::group_applications(self.tenant, group, self.call.options.quirks)?, &query)
            }
            List::MemberOf(connector) => count(&lists::member_of(self.tenant, connector)?, &query),
        }?;
        Ok(Reply { status: StatusCode::OK, body: Body::Text(count.to_string()), headers: Vec::new() })
    }

    /// A relation's links.
    fn references(&self, list: &List) -> Result<Reply, Error> {
        let query = Query::read(self.call, OF_REFERENCES)?;
        let context = self.context("Collection($ref)");
        match list {
            List::Members(group) => {
                page(&lists::members(self.tenant, group)?, self.call, &query, context, |connector| {
                    self.link("connectors", &connector.key())
                })
            }
            List::MemberOf(connector) => {
                page(&lists::member_of(self.tenant, connector)?, self.call, &query, context, |group| {
                    self.link("connectorGroups", &group.key())
                })
            }
            // No other list has links; the route refused them.
            List::Groups | List::Connectors | List::Applications | List::GroupApplications(_) => {
                Err(Error::segment("$ref"))
            }
        }
    }

    fn item(&self, list: &List, key: &Key) -> Result<Reply, Error> {
        match list {
            List::Groups => self.one(find::group(self.tenant, key.as_str())?, list),
            List::Connectors => self.one(find::connector(self.tenant, key.as_str())?, list),
            List::Applications => self.one(find::application(self.tenant, key)?, list),
            List::Members(group) => {
                let group = find::group(self.tenant, group)?;
                self.one(find::member(self.tenant, group, key.as_str())?, list)
            }
            List::GroupApplications(group) => {
                let group = find::group(self.tenant, group)?;
                self.one(find::application_in(self.tenant, group, key)?, list)
            }
            List::MemberOf(connector) => {
                let connector = find::connector(self.tenant, connector)?;
                self.one(find::group_of(connector, key.as_str())?, list)
            }
        }
    }

    fn one<T: Entity<'a>>(&self, thing: T, list: &List) -> Result<Reply, Error> {
        let query = Query::read(self.call, OF_ONE)?;
        self.shown(thing, &query, &path(list))
    }

    fn shown<T: Entity<'a>>(&self, thing: T, query: &Query, list: &str) -> Result<Reply, Error> {
        let shape = query.shape(T::SCHEMA, self.version)?;
        let context = format!("{list}{}/$entity", suffix(shape.select.as_deref()));
        let context = Some(self.context(&context));
        Ok(Reply::ok(&Shown { thing, shape: Cow::Owned(shape), view: self.view(), context }))
    }

    /// Of the profiles, the one that there is here.
    fn profiles(&self) -> Result<Reply, Error> {
        Query::none(self.call)?;
        let context = self.context("onPremisesPublishingProfiles");
        let profile = json!({"id": "applicationProxy", "isEnabled": true});
        Ok(Reply::ok(&json!({"@odata.context": context, "value": [profile]})))
    }

    /// The profile itself; that the tenant is enabled is what the engine takes for granted.
    fn profile(&self) -> Result<Reply, Error> {
        Query::none(self.call)?;
        let context = self.context("onPremisesPublishingProfiles/$entity");
        Ok(Reply::ok(&json!({"@odata.context": context, "id": "applicationProxy", "isEnabled": true})))
    }

    fn application_group(&self, key: &Key) -> Result<Reply, Error> {
        let (application, group) = find::assignment(self.tenant, key)?;
        let query = Query::read(self.call, OF_ONE)?;
        self.shown(group, &query, &format!("applications('{}')/connectorGroup", application.id()))
    }

    fn application_group_reference(&self, key: &Key) -> Result<Reply, Error> {
        let (_, group) = find::assignment(self.tenant, key)?;
        Query::none(self.call)?;
        let mut link = self.link("connectorGroups", &group.key());
        if let Value::Object(members) = &mut link {
            members.insert("@odata.context".into(), self.context("$ref").into());
        }
        Ok(Reply::ok(&link))
    }

    /// The complex property by itself. One that is null is 204, as `OData` has it; or 404, as was seen (§4).
    fn publishing(&self, key: &Key) -> Result<Reply, Error> {
        let application = find::application(self.tenant, key)?;
        Query::none(self.call)?;
        let Some(publishing) = application.publishing() else {
            let is_refused = self.call.options.quirks.unpublished_not_enabled;
            return if is_refused { Err(Error::not_enabled()) } else { Ok(Reply::no_content()) };
        };
        let context = self.context(&format!("applications('{}')/{PUBLISHING}", application.id()));
        Ok(Reply::ok(&WithContext { context, publishing }))
    }

    const fn view(&self) -> View<'_> {
        View { call: self.call, version: self.version }
    }

    fn context(&self, path: &str) -> String {
        self.view().context(path)
    }

    fn link(&self, list: &str, id: &str) -> Value {
        let link = format!("{}/{}/{PROFILE}/{list}('{id}')", self.call.root, self.version.as_str());
        json!({"@odata.id": link})
    }
}

/// The complex property by itself.
#[derive(Serialize)]
struct WithContext {
    #[serde(rename = "@odata.context")]
    context: String,
    #[serde(flatten)]
    publishing: OnPremisesPublishing,
}

/// Where a list is, as contexts write it.
pub(super) fn path(list: &List) -> String {
    match list {
        List::Groups => format!("{PROFILE}/connectorGroups"),
        List::Connectors => format!("{PROFILE}/connectors"),
        List::Applications => "applications".into(),
        List::Members(group) => format!("{PROFILE}/connectorGroups('{group}')/members"),
        List::GroupApplications(group) => format!("{PROFILE}/connectorGroups('{group}')/applications"),
        List::MemberOf(connector) => format!("{PROFILE}/connectors('{connector}')/memberOf"),
    }
}
