//! The properties of a body that the engine keeps as they come.

use alloc::{format, string::String};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{
    error::{Code, Error},
    json::Members,
    route::Version,
    schema::{Kind, Type},
};

/// Open properties as a command has them; `None` where there is none.
pub(super) fn properties<C: DeserializeOwned>(members: Map<String, Value>) -> Result<Option<C>, Error> {
    if members.is_empty() {
        return Ok(None);
    }
    // The engine has names of its own, which no open property can have.
    let invalid = |error| Error::new(Code::InvalidProperty, &format!("Invalid property: {error}"));
    serde_json::from_value(Value::Object(members)).map(Some).map_err(invalid)
}

/// The open properties of a body, and what they are held against.
///
/// A name that no table has is spelled as it is kept, so that two cases of one name never stand side by side. A relation is
/// no property: it is written by its own path, and refused by its name here.
pub(super) struct Open<'m> {
    pub(super) members: Members,
    pub(super) schema: &'m Type,
    pub(super) version: Version,
    /// What is kept already, with which they are merged.
    pub(super) kept: &'m Map<String, Value>,
    /// What a tool has read, which may give back what is read-only as it stands.
    pub(super) shown: &'m Map<String, Value>,
}

impl Open<'_> {
    /// What the body asks, and what the wire adds by itself; `None` where that is nothing.
    pub(super) fn changes<C: DeserializeOwned>(self, more: Map<String, Value>) -> Result<Option<C>, Error> {
        properties(self.asked(more)?)
    }

    /// The same as JSON, whatever type reads it: this is compiled once.
    fn asked(self, more: Map<String, Value>) -> Result<Map<String, Value>, Error> {
        let Self { members, schema, version, kept, shown } = self;
        let mut changes = Map::new();
        for (name, value) in members.into_inner() {
            let known = schema.property(&name);
            // The first spelling stays: a name is a property, whatever case a later request writes it in.
            let spelled = kept.keys().find(|other| other.eq_ignore_ascii_case(&name)).cloned();
            let may_be_given = match known {
                Some(known) => version.has(known.in_v1),
                // An extension has an underscore in its name. Any other name is misspelt or belongs elsewhere, unless it came
                // with an export, of a Graph that is newer than the tables.
                None => name.contains('_') || spelled.is_some(),
            };
            if !may_be_given || name.contains('@') || schema.navigation(&name, Version::Beta).is_some() {
                return Err(Error::invalid_property(&name));
            }
            if let Some(known) = known.filter(|known| known.is_read_only) {
                if shown.get(known.name).unwrap_or(&known.default_value()) != &value {
                    return Err(Error::read_only(known.name));
                }
                continue;
            }
            let name = spelled.unwrap_or(name);
            let value = match (known.map(|known| known.kind), kept.get(&name)) {
                // One that no table has can be complex as well.
                (Some(Kind::Object(_) | Kind::Open(_)) | None, Some(present)) => merged(present, value),
                _ => value,
            };
            changes.insert(name, value);
        }
        changes.extend(more);
        // Only after the merge of names: the check is of what would be stored.
        distinct(changes.get("identifierUris"))?;
        Ok(changes)
    }
}

/// A complex property with what is given of it: `OData` leaves alone what a body does not name, and null takes away.
fn merged(present: &Value, given: Value) -> Value {
    match (present, given) {
        (Value::Object(present), Value::Object(given)) => {
            let mut result = present.clone();
            for (name, value) in given {
                // Spelled as it is kept: two cases of one name never stand side by side.
                let name = result.keys().find(|known| known.eq_ignore_ascii_case(&name)).cloned().unwrap_or(name);
                let value = match result.remove(&name) {
                    Some(present) => merged(&present, value),
                    None => value,
                };
                if !value.is_null() {
                    result.insert(name, value);
                }
            }
            Value::Object(result)
        }
        (_, given) => given,
    }
}

/// Graph refuses `identifierUris` that hold one value twice, in whatever case.
fn distinct(uris: Option<&Value>) -> Result<(), Error> {
    let uris = uris.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    // A map of JSON and no set of texts, which would be compiled for this alone.
    let mut seen = Map::new();
    for uri in uris {
        if seen.insert(uri.to_ascii_lowercase(), Value::Null).is_some() {
            let text = "Request contains a property with duplicate values.";
            return Err(Error::new(Code::DuplicateInDifferentCase, text));
        }
    }
    Ok(())
}
