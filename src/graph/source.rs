//! A list of a tenant as queries read it: how long it is, all of it, what is behind an id, and what has a key.

use alloc::{boxed::Box, string::String, vec::Vec};

use super::{entity::Entity, schema::Type};

/// A list: how long it is, and its things.
pub(super) struct Source<'a, T> {
    pub(super) total: usize,
    pub(super) schema: &'static Type,
    things: Box<Things<'a, T>>,
    keyed: Box<Keyed<'a, T>>,
}

/// All things, or those behind an id; none where the tenant has no such id.
type Things<'a, T> = dyn Fn(Option<&str>) -> Option<Box<dyn Iterator<Item = T> + 'a>> + 'a;

/// The few things that can have this text as this property, where there is an index of them.
type Keyed<'a, T> = dyn Fn(&str, &str) -> Option<Vec<T>> + 'a;

impl<'a, T: 'a> Source<'a, T> {
    pub(super) fn new(
        schema: &'static Type,
        total: usize,
        things: impl Fn(Option<&str>) -> Option<Box<dyn Iterator<Item = T> + 'a>> + 'a,
    ) -> Self {
        Self { total, schema, things: Box::new(things), keyed: Box::new(|_, _| None) }
    }

    pub(super) fn keyed(self, keyed: impl Fn(&str, &str) -> Option<Vec<T>> + 'a) -> Self {
        Self { keyed: Box::new(keyed), ..self }
    }

    /// The things behind the one with this id, wherever the tenant has that.
    pub(super) fn behind(&self, id: &str) -> Option<impl Iterator<Item = T>> {
        (self.things)(Some(id))
    }

    pub(super) fn all(&self) -> Box<dyn Iterator<Item = T> + 'a> {
        (self.things)(None).unwrap_or_else(|| Box::new(core::iter::empty()))
    }

    /// The things that can have this text as this property; `None` where only a look at all of them tells.
    pub(super) fn few(&self, property: &str, text: &str) -> Option<Vec<T>> {
        (self.keyed)(property, text)
    }
}

impl<'a, T: Entity<'a> + 'a> Source<'a, T> {
    /// The name of a property that one of the things keeps, as it is spelled there. It is sought only where the table has
    /// no such name, so that a look at all of them costs nothing in the usual case.
    pub(super) fn kept_name(&self, name: &str) -> Option<String> {
        self.all()
            .find_map(|thing| thing.kept().into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)))
            .map(|(known, _)| known)
    }
}
