//! Things as JSON: whole or in part, with what they are related to.

use alloc::{borrow::Cow, format, string::String, vec::Vec};
use core::fmt;

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    call::Call,
    entity::{Entity, PUBLISHING, Property, Related, is_documented_region},
    options::Profile,
    route::Version,
    schema::Projection,
};

/// What is asked of a thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// The selected properties; all plain ones where there is no selection.
    pub(super) select: Option<Vec<Cow<'static, str>>>,
    pub(super) expand: Vec<Expand>,
}

/// One thing to expand, with what is selected of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expand {
    pub(super) navigation: &'static str,
    pub(super) select: Option<Vec<Cow<'static, str>>>,
}

/// For whom things are shown.
#[derive(Clone, Copy)]
pub(super) struct View<'s> {
    pub(super) call: &'s Call<'s>,
    pub(super) version: Version,
}

impl View<'_> {
    /// What an answer says that it is.
    pub(super) fn context(self, path: &str) -> String {
        format!("{}/{}/$metadata#{path}", self.call.root, self.version.as_str())
    }

    /// Where a thing of a collection can be read.
    pub(super) fn link(self, set: &str, id: &dyn fmt::Display) -> String {
        format!("{}/{}/{set}/{id}", self.call.root, self.version.as_str())
    }
}

/// A thing that writes itself as JSON.
pub(super) struct Shown<'s, T> {
    pub(super) thing: T,
    pub(super) shape: Cow<'s, Shape>,
    pub(super) view: View<'s>,
    pub(super) context: Option<String>,
}

impl<'s, T> Shown<'s, T> {
    /// A thing among others.
    pub(super) const fn part(thing: T, shape: &'s Shape, view: View<'s>) -> Self {
        Self { thing, shape: Cow::Borrowed(shape), view, context: None }
    }

    /// A thing of a list, by itself, in its usual shape.
    pub(super) fn one(thing: T, list: &str, view: View<'s>) -> Self {
        let context = Some(view.context(&format!("{list}/$entity")));
        Self { thing, shape: Cow::Owned(Shape::default()), view, context }
    }
}

impl<'a, T: Entity<'a>> Serialize for Shown<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(context) = &self.context {
            map.serialize_entry("@odata.context", context)?;
        }
        match &self.shape.select {
            Some(names) => {
                for name in names {
                    // As a list shows it too where a caller asks for that, it is not made a tree of JSON first.
                    if name == PUBLISHING {
                        map.serialize_entry(name, &self.thing.publishing())?;
                        continue;
                    }
                    let value = self.thing.property(name);
                    // What no table has, and this thing neither, is not there; null would say that it can be.
                    if value != Property::Null || self.thing.schema().property(name).is_some() {
                        map.serialize_entry(name, &shown(name, value, self.view.call))?;
                    }
                }
            }
            None => self.whole(&mut map)?,
        }
        for Expand { navigation, select } in &self.shape.expand {
            let shape = Shape { select: select.clone(), expand: Vec::new() };
            match self.thing.navigate(navigation) {
                Related::Nothing => map.serialize_entry(navigation, &())?,
                Related::Group(group) => map.serialize_entry(navigation, &Shown::part(group, &shape, self.view))?,
                Related::Groups(only) => map.serialize_entry(navigation, &[Shown::part(only, &shape, self.view)])?,
                Related::AllGroups(list, path) => page(&mut map, navigation, list, &path, &shape, self.view)?,
                Related::Application(application) => {
                    map.serialize_entry(navigation, &Shown::part(application, &shape, self.view))?;
                }
                Related::Kept(objects) => map.serialize_entry(navigation, &objects)?,
                Related::Connectors(list, path) => page(&mut map, navigation, list, &path, &shape, self.view)?,
                Related::Applications(list, path) => page(&mut map, navigation, list, &path, &shape, self.view)?,
            }
        }
        map.end()
    }
}

impl<'a, T: Entity<'a>> Shown<'_, T> {
    /// What is shown where nothing is selected: what its type always shows, and what somebody has set.
    fn whole<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let schema = self.thing.schema();
        for known in schema.always_shown() {
            map.serialize_entry(known.name, &shown(known.name, self.thing.property(known.name), self.view.call))?;
        }
        for (name, value) in self.thing.kept() {
            let known = schema.property(&name);
            let is_hidden = known.is_some_and(|known| known.shown != Projection::WhereSet);
            // What is a relation is read as one.
            let is_relation = schema.navigation(&name, Version::Beta).is_some();
            // A property of beta that was written by way of beta is no part of v1.0.
            let is_there = known.is_none_or(|known| self.view.version.has(known.in_v1));
            if is_there && !is_hidden && !is_relation {
                map.serialize_entry(&name, &value)?;
            }
        }
        Ok(())
    }
}

/// A list within a thing: its first page, and where there is more, a link to all behind that.
fn page<'a, M: SerializeMap, T: Entity<'a>>(
    map: &mut M,
    name: &str,
    mut list: impl Iterator<Item = T>,
    path: &str,
    shape: &Shape,
    view: View<'_>,
) -> Result<(), M::Error> {
    let first: Vec<T> = list.by_ref().take(view.call.options.page_size).collect();
    map.serialize_entry(name, &first.iter().map(|thing| Shown::part(*thing, shape, view)).collect::<Vec<_>>())?;
    // One more is asked for than is shown, so that no link leads to an empty page.
    let Some(end) = list.next().and(first.last()) else { return Ok(()) };
    // The link repeats what was selected, or the next page would have another shape.
    let select = shape.select.as_ref().map_or_else(String::new, |names| format!("$select={}&", names.join(",")));
    let root = format!("{}/{}", view.call.root, view.version.as_str());
    let link = format!("{root}/{path}?{select}$skiptoken={}", end.key());
    map.serialize_entry(&format!("{name}@odata.nextLink"), &link)
}

/// A value as it is shown. Under the documented profile a region outside the schema is its sentinel, unless the client
/// asks for such members, as evolvable enumerations have it.
fn shown<'a>(name: &str, property: Property<'a>, call: &Call<'_>) -> Property<'a> {
    let documented = call.options.profile == Profile::Documented && !call.includes_unknown_members;
    match &property {
        Property::Text(region) if documented && name == "region" && !is_documented_region(region) => {
            Property::Text("unknownFutureValue".into())
        }
        _ => property,
    }
}
