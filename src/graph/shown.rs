//! Things as JSON: whole or in part, with what they are related to.

use alloc::{borrow::Cow, format, string::String, vec::Vec};
use core::fmt;

use serde_json::Value;

use super::{
    call::Call,
    entity::{Entity, PUBLISHING, Property, Related, Text, is_documented_region},
    options::Profile,
    route::Version,
    schema::{Projection, PropertyType, Unset},
    writer::{self, Object},
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

/// A thing as it is shown.
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

impl<'a, T: Entity<'a>> Shown<'_, T> {
    pub(super) fn written(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let mut object = Object::begin(out);
        if let Some(context) = &self.context {
            writer::text(object.known("@odata.context"), context);
        }
        match &self.shape.select {
            Some(names) => {
                for name in names {
                    // As a list shows it too where a caller asks for that, it is not made a tree of JSON first.
                    if name == PUBLISHING {
                        object.member(name, &self.thing.publishing());
                        continue;
                    }
                    let value = self.thing.property(name);
                    // What no table has, and this thing neither, is not there; null would say that it can be.
                    if value != Property::Null || self.thing.schema().property(name).is_some() {
                        self.value(object.name(name), name, value);
                    }
                }
            }
            None => self.whole(&mut object),
        }
        for Expand { navigation, select } in &self.shape.expand {
            let shape = Shape { select: select.clone(), expand: Vec::new() };
            match self.thing.navigate(navigation) {
                Related::Nothing => object.member(navigation, &()),
                Related::Group(group) => Shown::part(group, &shape, self.view).write(object.known(navigation)),
                Related::Groups(only) => {
                    writer::list(object.known(navigation), [only], |out, only| {
                        Shown::part(only, &shape, self.view).write(out);
                    });
                }
                Related::AllGroups(list, path) => page(&mut object, navigation, list, &path, &shape, self.view),
                Related::Application(application) => {
                    Shown::part(application, &shape, self.view).write(object.known(navigation));
                }
                Related::Kept(objects) => object.member(navigation, &objects),
                Related::Connectors(list, path) => page(&mut object, navigation, list, &path, &shape, self.view),
                Related::Applications(list, path) => page(&mut object, navigation, list, &path, &shape, self.view),
            }
        }
        object.end();
    }

    /// What is shown where nothing is selected: what its type always shows, and what somebody has set.
    fn whole(&self, object: &mut Object<'_>) {
        let (schema, mut kept) = (self.thing.schema(), self.thing.kept());
        for known in schema.always_shown() {
            let out = object.known(known.name);
            match known.shown {
                // What is kept is asked once for all.
                Projection::Default => kept_or_default(out, known, kept.remove(known.name)),
                _ => self.value(out, known.name, self.thing.property(known.name)),
            }
        }
        // Most things of a page keep nothing, and to begin to walk over that costs as much as a property.
        if kept.is_empty() {
            return;
        }
        for (name, value) in kept {
            let known = schema.property(&name);
            let is_hidden = known.is_some_and(|known| known.shown != Projection::WhereSet);
            // What is a relation is read as one.
            let is_relation = schema.navigation(&name, Version::Beta).is_some();
            // A property of beta that was written by way of beta is no part of v1.0.
            let is_there = known.is_none_or(|known| self.view.version.has(known.in_v1));
            if is_there && !is_hidden && !is_relation {
                object.member(&name, &value);
            }
        }
    }

    /// The value of a property, behind its name.
    fn value(&self, out: &mut Vec<u8>, name: &str, property: Property<'_>) {
        match property {
            Property::Text(region) if name == "region" && is_hidden(&region, self.view.call) => {
                writer::text(out, "unknownFutureValue");
            }
            Property::Null => out.extend(b"null"),
            Property::Bool(value) => out.extend(if value { &b"true"[..] } else { b"false" }),
            Property::Text(Text::Id(id)) => writer::plain(out, &id),
            Property::Text(text) => writer::text(out, &text),
            Property::Json(value) => writer::append(out, &value),
        }
    }
}

/// What is kept, or the default, which most things have: it is written without a value of it.
fn kept_or_default(out: &mut Vec<u8>, known: &PropertyType, kept: Option<Value>) {
    match (kept, known.unset) {
        (Some(value), _) => writer::append(out, &value),
        (None, Unset::Null) => out.extend(b"null"),
        (None, Unset::List) => out.extend(b"[]"),
        (None, Unset::Text(text)) => writer::text(out, text),
        (None, _) => writer::append(out, &known.default_value()),
    }
}

/// A list within a thing: its first page, and where there is more, a link to all behind that.
fn page<'a, T: Entity<'a>>(
    object: &mut Object<'_>,
    name: &str,
    mut list: impl Iterator<Item = T>,
    path: &str,
    shape: &Shape,
    view: View<'_>,
) {
    let first: Vec<T> = list.by_ref().take(view.call.options.page_size).collect();
    writer::list(object.name(name), &first, |out, thing| Shown::part(*thing, shape, view).write(out));
    // One more is asked for than is shown, so that no link leads to an empty page.
    let Some(end) = list.next().and(first.last()) else { return };
    // The link repeats what was selected, or the next page would have another shape.
    let select = shape.select.as_ref().map_or_else(String::new, |names| format!("$select={}&", names.join(",")));
    let root = format!("{}/{}", view.call.root, view.version.as_str());
    let link = format!("{root}/{path}?{select}$skiptoken={}", end.key());
    writer::text(object.name(&format!("{name}@odata.nextLink")), &link);
}

/// Whether the sentinel is shown in the place of a region: under the documented profile, of one outside the schema, unless the
/// client asks for such members, as evolvable enumerations have it.
fn is_hidden(region: &str, call: &Call<'_>) -> bool {
    call.options.profile == Profile::Documented && !call.includes_unknown_members && !is_documented_region(region)
}
