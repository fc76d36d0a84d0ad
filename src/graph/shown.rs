//! Things as JSON: whole or in part, with what they are related to.

use alloc::{borrow::Cow, format, string::String, vec::Vec};
use core::fmt;

use serde_json::{Map, Value};

use super::{
    call::Call,
    entity::{Entity, Kept, PUBLISHING, Property, Related, is_documented_region},
    options::Profile,
    route::Version,
    schema::{Projection, PropertyType, Type, Unset},
    writer::{self, Object},
};
use crate::model::{OnPremisesPublishing, OpenMembers};

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
    pub(super) is_list: bool,
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
    pub(super) fn context(self, path: &[&str]) -> String {
        let start = [&self.call.root, "/", self.version.as_str(), "/$metadata#"];
        // Every answer has one. It is longer than that, as ids are.
        let mut context = String::with_capacity(192);
        start.iter().chain(path).for_each(|part| context.push_str(part));
        context
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
        let context = Some(view.context(&[list, "/$entity"]));
        Self { thing, shape: Cow::Owned(Shape::default()), view, context }
    }
}

/// How the things of a list are written that keep nothing: the text that all of them have, with a gap for each property of their
/// own. Of a hundred things, no name is looked at a hundred times.
pub(super) struct Pattern {
    /// What is before each gap, and the property that fills it.
    gaps: Vec<(Vec<u8>, &'static str)>,
    end: Vec<u8>,
}

impl Pattern {
    /// Of things that are shown whole, or in part by properties that all of them have; other parts differ from thing to thing.
    pub(super) fn of(schema: &'static Type, shape: &Shape) -> Option<Self> {
        if !shape.expand.is_empty() {
            return None;
        }
        let mut pattern = Self { gaps: Vec::new(), end: Vec::new() };
        let mut out = Vec::new();
        let mut object = Object::begin(&mut out);
        match &shape.select {
            None => {
                for known in schema.always_shown() {
                    let out = object.known(known.name);
                    if known.shown == Projection::Default {
                        default(out, known);
                    } else {
                        pattern.gaps.push((core::mem::take(out), known.name));
                    }
                }
            }
            Some(names) => {
                for name in names {
                    let known = schema.property(name).filter(|known| known.shown != Projection::OfOne)?;
                    pattern.gaps.push((core::mem::take(object.known(known.name)), known.name));
                }
            }
        }
        object.end();
        pattern.end = out;
        Some(pattern)
    }

    /// A thing, by what it has. All types share this.
    fn write<'a>(&self, out: &mut Vec<u8>, call: &Call<'_>, property: &dyn Fn(&str) -> Property<'a>) {
        for (before, name) in &self.gaps {
            out.extend_from_slice(before);
            write_value(out, call, name, property(name));
        }
        out.extend_from_slice(&self.end);
    }
}

/// Many things as they are shown, by their pattern where it fits.
pub(super) struct Many<'s> {
    pub(super) shape: &'s Shape,
    pub(super) view: View<'s>,
    pub(super) pattern: Option<Pattern>,
}

impl Many<'_> {
    pub(super) fn write<'a, T: Entity<'a>>(&self, out: &mut Vec<u8>, thing: T) {
        match &self.pattern {
            Some(pattern) if self.shape.select.is_some() || thing.keeps_nothing() => {
                pattern.write(out, self.view.call, &|name| thing.property(name));
            }
            _ => Shown::part(thing, self.shape, self.view).write(out),
        }
    }
}

impl<'a, T: Entity<'a>> Shown<'_, T> {
    pub(super) fn written(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        self.write(&mut out);
        out
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let (thing, view) = (self.thing, self.view);
        let mut object = Object::begin(out);
        if let Some(context) = &self.context {
            writer::text(object.known("@odata.context"), context);
        }
        let own = Own { schema: thing.schema(), view, property: &|name| thing.property(name) };
        match (&self.shape.select, thing.members()) {
            (Some(names), _) => own.selected(&mut object, names, &|| thing.publishing()),
            (None, Some(members)) => own.with_open(&mut object, members),
            (None, None) => own.with(&mut object, &thing.kept()),
        }
        for expand in &self.shape.expand {
            related(&mut object, expand, thing.navigate(expand.navigation), view);
        }
        object.end();
    }
}

/// What a thing is related to, as one of its members. All types share this.
fn related(object: &mut Object<'_>, expand: &Expand, related: Related<'_>, view: View<'_>) {
    let navigation = expand.navigation;
    // A segment's application alone is shown with how it is published (page `ipapplicationsegment-get`).
    let mut shape = Shape { select: expand.select.clone(), expand: Vec::new() };
    if navigation == "application" && expand.select.is_none() {
        shape.expand.push(Expand { navigation: PUBLISHING, is_list: false, select: None });
    }
    let shape = &shape;
    match related {
        // A list is never null, whatever a thing knows of it.
        Related::Nothing if expand.is_list => object.known(navigation).extend(b"[]"),
        Related::Nothing => object.member(navigation, &()),
        Related::Group(group) => Shown::part(group, shape, view).write(object.known(navigation)),
        Related::Groups(only) => {
            writer::list(object.known(navigation), [only], |out, only| Shown::part(only, shape, view).write(out));
        }
        Related::AllGroups(list, path) => page(object, navigation, list, &path, shape, view),
        Related::Application(application) => Shown::part(application, shape, view).write(object.known(navigation)),
        Related::Complex(property) => write_value(object.known(navigation), view.call, navigation, property),
        Related::Kept(values, schema) => writer::list(object.known(navigation), &values, |out, value| {
            Shown::part(Kept { value, schema }, shape, view).write(out);
        }),
        Related::Connectors(list, path) => page(object, navigation, list, &path, shape, view),
        Related::Applications(list, path) => page(object, navigation, list, &path, shape, view),
        Related::Segments(list, path) => page(object, navigation, list, &path, shape, view),
    }
}

/// A thing's own properties, as they are shown. Knows no types of things, so that all of them share it.
struct Own<'w, 'a> {
    schema: &'static Type,
    view: View<'w>,
    property: &'w dyn Fn(&str) -> Property<'a>,
}

impl Own<'_, '_> {
    fn selected(
        &self,
        object: &mut Object<'_>,
        names: &[Cow<'static, str>],
        publishing: &dyn Fn() -> Option<OnPremisesPublishing>,
    ) {
        for name in names {
            // As a list shows it too where a caller asks for that, it is not made a tree of JSON first.
            if name == PUBLISHING {
                object.member(name, &publishing());
                continue;
            }
            let value = (self.property)(name);
            // What no table has, and this thing neither, is not there; null would say that it can be.
            if value != Property::Null || self.schema.property(name).is_some() {
                write_value(object.name(name), self.view.call, name, value);
            }
        }
    }

    /// What is shown where nothing is selected: what its type always shows, and what somebody has set.
    fn with(&self, object: &mut Object<'_>, kept: &Map<String, Value>) {
        let kept = kept.iter().map(|(name, value)| (name.as_str(), value));
        self.write(object, kept, writer::append);
    }

    fn with_open(&self, object: &mut Object<'_>, kept: OpenMembers<'_>) {
        self.write(object, kept, |out, value| match OpenMembers::text(value) {
            Some(text) => writer::text(out, text),
            None => writer::append(out, value),
        });
    }

    fn write<'k, V>(
        &self,
        object: &mut Object<'_>,
        kept: impl Iterator<Item = (&'k str, V)> + Clone,
        write: impl Fn(&mut Vec<u8>, V),
    ) {
        let mut left = kept.clone().count();
        for known in self.schema.always_shown() {
            let out = object.known(known.name);
            if known.shown != Projection::Default {
                write_value(out, self.view.call, known.name, (self.property)(known.name));
            } else if let Some((_, value)) = kept.clone().find(|(name, _)| *name == known.name) {
                write(out, value);
                left = left.saturating_sub(1);
            } else {
                default(out, known);
            }
        }
        // Mostly that was all, and the whole table need not be searched for each.
        if left == 0 {
            return;
        }
        for (name, value) in kept {
            let known = self.schema.property(name);
            // Among them what stands above.
            let is_hidden = known.is_some_and(|known| known.shown != Projection::WhereSet);
            // What is a relation is read as one.
            let is_relation = self.schema.navigation(name, Version::Beta).is_some();
            // A property of beta that was written by way of beta is no part of v1.0.
            let is_there = known.is_none_or(|known| self.view.version.has(known.in_v1));
            if is_there && !is_hidden && !is_relation {
                write(object.name(name), value);
            }
        }
    }
}

/// The value of a property, behind its name.
fn write_value(out: &mut Vec<u8>, call: &Call<'_>, name: &str, property: Property<'_>) {
    match property {
        Property::Text(region) if name == "region" && is_hidden(&region, call) => {
            writer::text(out, "unknownFutureValue");
        }
        Property::Null => out.extend(b"null"),
        Property::Bool(value) => out.extend(if value { &b"true"[..] } else { b"false" }),
        Property::Id(id) => writer::id(out, id),
        Property::Text(text) => writer::text(out, &text),
        Property::Json(value) => writer::append(out, &value),
    }
}

/// The default, which most things have: it is written without a value of it.
fn default(out: &mut Vec<u8>, known: &PropertyType) {
    match known.unset {
        Unset::Null => out.extend(b"null"),
        Unset::List => out.extend(b"[]"),
        Unset::Text(text) => writer::text(out, text),
        _ => writer::append(out, &known.default_value()),
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
    let mut many = Many { shape, view, pattern: None };
    let mut previous: Option<T> = None;
    let out = object.name(name);
    out.push(b'[');
    for thing in list.by_ref().take(view.call.options.page_size) {
        match previous {
            None => many.pattern = Pattern::of(thing.schema(), shape),
            Some(_) => out.push(b','),
        }
        many.write(out, thing);
        previous = Some(thing);
    }
    out.push(b']');
    // One more is asked for than is shown, so that no link leads to an empty page.
    if let Some((next, previous)) = list.next().zip(previous) {
        next_link(object, name, path, shape, view, &format!("{},{}", previous.key(), next.key()));
    }
}

/// Where the rest of a list within a thing can be read. All types share this.
fn next_link(object: &mut Object<'_>, name: &str, path: &str, shape: &Shape, view: View<'_>, token: &str) {
    // The link repeats what was selected, or the next page would have another shape.
    let select = shape.select.as_ref().map_or_else(String::new, |names| format!("$select={}&", names.join(",")));
    let root = format!("{}/{}", view.call.root, view.version.as_str());
    let link = format!("{root}/{path}?{select}$skiptoken={token}");
    writer::text(object.name(&format!("{name}@odata.nextLink")), &link);
}

/// Whether the sentinel is shown in the place of a region: under the documented profile, of one outside the schema, unless the
/// client asks for such members, as evolvable enumerations have it.
fn is_hidden(region: &str, call: &Call<'_>) -> bool {
    call.options.profile == Profile::Documented && !call.includes_unknown_members && !is_documented_region(region)
}
