//! The members of open properties one by one, for whoever writes them without making anything of them first.

use alloc::{collections::btree_map::Iter, sync::Arc};

use super::{open::Json, properties::Properties};

/// The members of open properties, in the order of their names.
#[derive(Debug, Clone)]
pub(crate) struct OpenMembers<'a>(Iter<'a, Arc<str>, Json>);

impl<'a> Iterator for OpenMembers<'a> {
    type Item = (&'a str, &'a Json);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (&**name, value))
    }
}

impl OpenMembers<'_> {
    /// A member's value, where that is a text.
    pub(crate) fn text(value: &Json) -> Option<&str> {
        match value {
            Json::String(text) => Some(text),
            _ => None,
        }
    }
}

impl<K> Properties<K> {
    pub(crate) fn members(&self) -> OpenMembers<'_> {
        OpenMembers(self.0.iter())
    }
}
