//! What is read: lists, single things, their numbers and relations.

use alloc::{
    borrow::Cow,
    format,
    string::{String, ToString},
    vec::Vec,
};

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    call::Call,
    engine::enabled,
    entity::{Entity, Kept, PUBLISHING, Property},
    error::{Code, Error},
    find, kept, lists,
    options::Profile,
    organization, principal,
    profile::ProfileView,
    query::{OF_COMPLEX, OF_COUNT, OF_LIST, OF_ONE, OF_REFERENCES, Queries, Query, Scope, count, page, suffix},
    reply::{Body, Reply, written},
    route::{Holder, Key, List, PROFILE, Target, Version},
    schema::{APPLICATION, Kind, SERVICE_PRINCIPAL, Type},
    segment,
    shown::{Many, Pattern, Shown, View},
    source::Source,
    template::Template,
    writer::append,
};
use crate::Tenant;

/// What a relation that is kept leads to.
fn kept_type(holder: &Holder, name: &str) -> Result<&'static Type, Error> {
    let of = match holder {
        Holder::Application(_) => &APPLICATION,
        Holder::Principal(_) => &SERVICE_PRINCIPAL,
    };
    of.navigation(name, Version::Beta).map(|known| known.target).ok_or_else(|| Error::segment(name))
}

/// Answers a GET.
pub(super) fn answer(tenant: &Tenant, call: &Call<'_>, version: Version, target: &Target) -> Result<Reply, Error> {
    let reader = Reader { tenant, call, version };
    match target {
        Target::List(list) => reader.list(list, &Asked::Things(Query::read(call, OF_LIST)?)),
        Target::Count(list) => reader.list(list, &Asked::Number(Query::read(call, OF_COUNT)?)),
        Target::References(list) => reader.references(list),
        Target::Item(list, key) => reader.item(list, key, None),
        Target::Property(list, key, name) => reader.item(list, key, Some(name)),
        Target::SegmentApplication(list, key) => {
            let owner = if let List::Segments(owner) = list { Some(owner) } else { None };
            reader.one(segment::of(tenant, owner, key.as_str())?.application, &List::Applications, None)
        }
        Target::ApplicationGroup(key) => reader.application_group(key),
        Target::ApplicationGroupReference(key) => reader.application_group_reference(key),
        Target::Publishing(key) => reader.publishing(key),
        // These have no GET, and were refused by their methods.
        Target::Batch | Target::Metadata | Target::Instantiate(_) | Target::Reference(..) => Err(Error::segment("")),
    }
}

/// What is asked of a list, with the options that it may have.
enum Asked {
    Things(Query),
    Number(Query),
}

struct Reader<'a, 'c> {
    tenant: &'a Tenant,
    call: &'c Call<'c>,
    version: Version,
}

impl Reader<'_, '_> {
    /// A list, or how long it is. The query is read before the list is looked for, so that what is wrong with a request is
    /// told whatever the tenant has.
    fn list(&self, list: &List, asked: &Asked) -> Result<Reply, Error> {
        match list {
            List::Profiles => self.of(&lists::profiles(self.tenant), list, asked),
            List::Groups => self.of(&lists::groups(self.tenant), list, asked),
            List::Connectors => self.of(&lists::connectors(self.tenant), list, asked),
            List::Applications => self.of(&lists::applications(self.tenant), list, asked),
            List::Members(group) => self.of(&lists::members(self.tenant, group)?, list, asked),
            List::GroupApplications(group) => {
                self.of(&lists::group_applications(self.tenant, group, self.call.options.quirks)?, list, asked)
            }
            List::MemberOf(connector) => self.of(&lists::member_of(self.tenant, connector)?, list, asked),
            List::ServicePrincipals => self.of(&lists::principals(self.tenant), list, asked),
            List::Segments(key) => self.of(&lists::segments(self.tenant, Some(key))?, list, asked),
            List::AllSegments => self.of(&lists::segments(self.tenant, None)?, list, asked),
            List::Kept(holder, name) => {
                let values = kept::values(self.tenant, holder, name)?;
                self.of(&lists::kept(&values, kept_type(holder, name)?), list, asked)
            }
            List::Templates => self.of(&lists::templates(), list, asked),
            List::Organizations => self.of(&lists::organizations(self.tenant), list, asked),
        }
    }

    fn of<'t, T: Entity<'t> + 't>(&self, source: &Source<'t, T>, list: &List, asked: &Asked) -> Result<Reply, Error> {
        match asked {
            Asked::Things(query) => self.page(source, query, list),
            Asked::Number(query) => {
                let kept = |name: &str| source.kept_name(name);
                let number = count(source, query, self.list_scope(source, self.counted(list)?, &kept))?;
                Ok(Reply { status: StatusCode::OK, body: Body::Text(number.to_string()), headers: Vec::new() })
            }
        }
    }

    fn page<'t, T: Entity<'t> + 't>(&self, source: &Source<'t, T>, query: &Query, list: &List) -> Result<Reply, Error> {
        let kept = |name: &str| source.kept_name(name);
        let scope = self.list_scope(source, self.queries(list, query.flag("count")?), &kept);
        let shape = query.shape(scope)?;
        let context = self.context(&[&list.path(), &suffix(shape.select.as_deref())]);
        let many = Many { shape: &shape, view: self.view(), pattern: Pattern::of(source.schema, &shape) };
        page(source, self.call, query, scope, &context, |out, thing| many.write(out, thing))
    }

    /// The service was seen to refuse, of a list of applications, the publishing and the group of each. Its pages do not say
    /// so.
    fn list_scope<'k, T>(
        &self,
        source: &Source<'_, T>,
        queries: Queries,
        kept: &'k dyn Fn(&str) -> Option<String>,
    ) -> Scope<'k> {
        let has_hidden = self.call.options.profile == Profile::Documented;
        Scope { schema: source.schema, version: self.version, has_hidden, queries, kept }
    }

    /// What a list is counted by, where it can be.
    fn counted(&self, list: &List) -> Result<Queries, Error> {
        match self.queries(list, true) {
            Queries::Basic | Queries::Eventual => {
                Err(Error::new(Code::CountUnsupported, "$count is not currently supported."))
            }
            queries => Ok(queries),
        }
    }

    /// The directory asks for a header before it answers a search, and for a count too before any other advanced query.
    const fn queries(&self, list: &List, is_counted: bool) -> Queries {
        match (list.is_of_directory(), self.call.is_eventual, is_counted) {
            (false, ..) => Queries::All,
            (true, false, _) => Queries::Basic,
            (true, true, false) => Queries::Eventual,
            (true, true, true) => Queries::Advanced,
        }
    }

    /// A relation's links. Connectors and groups are application proxy's; an owner is the directory's, of whatever kind.
    fn references(&self, list: &List) -> Result<Reply, Error> {
        let query = Query::read(self.call, OF_REFERENCES)?;
        match list {
            List::Members(group) => {
                self.links(&lists::members(self.tenant, group)?, &query, list, |id| self.link("connectors", id))
            }
            List::MemberOf(connector) => {
                let source = lists::member_of(self.tenant, connector)?;
                self.links(&source, &query, list, |id| self.link("connectorGroups", id))
            }
            List::Kept(holder, name) => {
                let values = kept::values(self.tenant, holder, name)?;
                let root = format!("{}/{}", self.call.root, self.version.as_str());
                let link = |id: &str| json!({"@odata.id": format!("{root}/directoryObjects/{id}")});
                self.links(&lists::kept(&values, kept_type(holder, name)?), &query, list, link)
            }
            // No other list has links; the route refused them.
            _ => Err(Error::segment("$ref")),
        }
    }

    fn links<'t, T: Entity<'t> + 't>(
        &self,
        source: &Source<'t, T>,
        query: &Query,
        list: &List,
        link: impl Fn(&str) -> Value,
    ) -> Result<Reply, Error> {
        let scope = self.list_scope(source, self.queries(list, query.flag("count")?), &|_| None);
        page(source, self.call, query, scope, &self.context(&["Collection($ref)"]), |out, thing| {
            append(out, &link(&thing.key()));
        })
    }

    /// A thing, or one property of it.
    fn item(&self, list: &List, key: &Key, property: Option<&str>) -> Result<Reply, Error> {
        match list {
            List::Profiles => self.one(ProfileView(self.tenant), list, property),
            List::Groups => self.one(find::group(self.tenant, key.as_str())?, list, property),
            List::Connectors => self.one(find::connector(self.tenant, key.as_str())?, list, property),
            List::Applications => self.one(find::application(self.tenant, key)?, list, property),
            List::Members(group) => {
                let group = find::group(self.tenant, group)?;
                self.one(find::member(self.tenant, group, key.as_str())?, list, property)
            }
            List::GroupApplications(group) => {
                let group = find::group(self.tenant, group)?;
                self.one(find::application_in(self.tenant, group, key)?, list, property)
            }
            List::MemberOf(connector) => {
                let connector = find::connector(self.tenant, connector)?;
                self.one(find::group_of(connector, key.as_str())?, list, property)
            }
            List::ServicePrincipals => self.one(principal::find(self.tenant, key)?, list, property),
            List::Segments(application) => {
                self.one(segment::of(self.tenant, Some(application), key.as_str())?, list, property)
            }
            List::AllSegments => self.one(segment::of(self.tenant, None, key.as_str())?, list, property),
            List::Kept(holder, name) => {
                let value = kept::value(self.tenant, holder, name, key.as_str())?;
                self.one(Kept { value: &value, schema: kept_type(holder, name)? }, list, property)
            }
            List::Organizations => self.one(organization::find(self.tenant, key.as_str())?, list, property),
            List::Templates => {
                let template = Template::find(key.as_str());
                self.one(template.ok_or_else(|| Error::resource_not_found(key.as_str()))?, list, property)
            }
        }
    }

    fn one<'t, T: Entity<'t>>(&self, thing: T, list: &List, property: Option<&str>) -> Result<Reply, Error> {
        let Some(name) = property else {
            let query = Query::read(self.call, OF_ONE)?;
            return self.shown(thing, &query, &list.path());
        };
        let context = [&list.path(), "('", &thing.key(), "')/", name].concat();
        let kind = thing.schema().property(name).map(|known| known.kind);
        self.property(&context, kind, thing.property(name))
    }

    /// A property by itself. Of a complex one, parts can be selected.
    fn property(&self, context: &str, kind: Option<Kind>, value: Property<'_>) -> Result<Reply, Error> {
        let (schema, options) = match kind {
            Some(Kind::Object(schema)) => (schema, OF_COMPLEX),
            _ => (&APPLICATION, &[][..]),
        };
        let query = Query::read(self.call, options)?;
        let (version, queries) = (self.version, Queries::All);
        let select = query.shape(Scope { schema, version, has_hidden: true, queries, kept: &|_| None })?.select;
        let context = self.context(&[context, &suffix(select.as_deref())]);
        // `OData` has a complex property as it is, one that is null as no content, and any other as `value`.
        match value {
            Property::Null => Ok(Reply::no_content()),
            Property::Json(Value::Object(mut members)) => {
                if let Some(select) = select {
                    let selected = |name: Cow<'_, str>| (name.to_string(), members.remove(&*name).unwrap_or_default());
                    members = select.into_iter().map(selected).collect();
                }
                members.insert("@odata.context".into(), context.into());
                Ok(Reply::ok(written(&members)))
            }
            value => Ok(Reply::ok(written(&json!({"@odata.context": context, "value": value})))),
        }
    }

    fn shown<'t, T: Entity<'t>>(&self, thing: T, query: &Query, list: &str) -> Result<Reply, Error> {
        if query.names("select", PUBLISHING) || query.names("expand", "connectorGroup") {
            enabled(self.tenant, self.call)?;
        }
        let kept = |name: &str| {
            thing.kept().into_iter().map(|(known, _)| known).find(|known| known.eq_ignore_ascii_case(name))
        };
        let shape = query.shape(Scope {
            schema: thing.schema(),
            version: self.version,
            has_hidden: true,
            queries: Queries::All,
            kept: &kept,
        })?;
        let context = self.context(&[list, &suffix(shape.select.as_deref()), "/$entity"]);
        let (shape, context) = (Cow::Owned(shape), Some(context));
        Ok(Reply::ok(Shown { thing, shape, view: self.view(), context }.written()))
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
            members.insert("@odata.context".into(), self.context(&["$ref"]).into());
        }
        Ok(Reply::ok(written(&link)))
    }

    /// The complex property by itself. One that is null is 204, as `OData` has it; or
    /// 404, as a public azd sample saw it.
    fn publishing(&self, key: &Key) -> Result<Reply, Error> {
        let application = find::application(self.tenant, key)?;
        if self.call.options.quirks.unpublished_not_enabled && !application.is_published() {
            return Err(Error::not_enabled());
        }
        self.one(application, &List::Applications, Some(PUBLISHING))
    }

    const fn view(&self) -> View<'_> {
        View { call: self.call, version: self.version }
    }

    fn context(&self, path: &[&str]) -> String {
        self.view().context(path)
    }

    fn link(&self, list: &str, id: &str) -> Value {
        let link = format!("{}/{}/{PROFILE}/{list}('{id}')", self.call.root, self.version.as_str());
        json!({"@odata.id": link})
    }
}
