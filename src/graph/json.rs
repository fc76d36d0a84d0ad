//! Bodies: JSON read strictly, a property given twice being an error.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Number, Value};

use super::{
    error::{Code, Error, shortened},
    options::Profile,
    schema::{Kind, PropertyType, Type},
};
use crate::{Timestamp, ids::AnyId};

/// The object that a body must be.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, Error> {
    // Told apart from a body that is wrong: this one was forgotten.
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::new(Code::InvalidBody, "Empty Payload. JSON content expected."));
    }
    match serde_json::from_slice::<Strict>(body) {
        Ok(Strict(Value::Object(members))) => Ok(members),
        Ok(_) => Err(Error::new(Code::InvalidBody, "The body is not a JSON object.")),
        Err(error) => Err(Error::new(Code::InvalidBody, &format!("Unable to read JSON request payload: {error}"))),
    }
}

/// A body's members, taken out one by one; what is left over was not asked for.
pub(super) struct Members(Map<String, Value>);

impl Members {
    /// The members of a body by the names that its type has for them.
    pub(super) fn new(members: Map<String, Value>, schema: &Type, profile: Profile) -> Result<Self, Error> {
        canonical(members, schema, "", profile).map(Self)
    }

    pub(super) fn into_inner(self) -> Map<String, Value> {
        self.0
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// A text; `None` where it is absent.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Error> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Error::new(Code::InvalidBody, &format!("The property '{name}' must be a string."))),
        }
    }

    /// A text; `None` where it is absent or null.
    pub(super) fn nullable_text(&mut self, name: &str) -> Result<Option<String>, Error> {
        if self.0.get(name).is_some_and(Value::is_null) {
            self.0.remove(name);
        }
        self.text(name)
    }

    /// Whether a member is there, and is not null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Nothing may be left over.
    pub(super) fn finish(self) -> Result<(), Error> {
        self.0.into_iter().next().map_or(Ok(()), |(name, _)| Err(Error::invalid_property(&name)))
    }
}

/// A read-only property may be given with the value that it has: tools write back what they have read.
pub(super) fn unchanged(members: &mut Members, name: &str, value: &str) -> Result<(), Error> {
    match members.take(name) {
        None => Ok(()),
        Some(Value::String(given)) if given.eq_ignore_ascii_case(value) => Ok(()),
        Some(_) => Err(Error::read_only(name)),
    }
}

/// None of these may be given of a new thing. Null is nothing: typed clients write it for what they do not set.
pub(super) fn read_only(members: &mut Members, names: &[&str]) -> Result<(), Error> {
    match names.iter().find(|name| members.take(name).is_some_and(|value| !value.is_null())) {
        None => Ok(()),
        Some(name) => Err(Error::read_only(name)),
    }
}

/// What a body says about its own types. A client may leave it out, and nothing depends on it. `x@odata.bind` is none: it
/// relates things, so that it is refused by its name where nobody takes it.
fn is_annotation(name: &str) -> bool {
    let name = name.split_once('@').map_or("", |(_, annotation)| annotation);
    ["odata.type", "odata.context", "odata.id", "odata.etag", "odata.editLink", "odata.count"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// The members of an object by the names, and with the enumeration members, that its type has for them; and so within.
/// Names are read in any case. One that comes twice, in whatever cases, is refused: either could be the one that is meant.
fn canonical(
    members: Map<String, Value>,
    schema: &Type,
    path: &str,
    profile: Profile,
) -> Result<Map<String, Value>, Error> {
    let mut result = Map::new();
    for (name, value) in members {
        if is_annotation(&name) {
            continue;
        }
        let known = schema.property(&name);
        let name = known.map_or(name, |known| known.name.into());
        // A walk over few names: a body has a dozen, and the map keeps one spelling only.
        if result.keys().any(|other: &String| other.eq_ignore_ascii_case(&name)) {
            return Err(given_twice(path, &name));
        }
        let value = match known {
            Some(known) => canonical_value(known, value, path, profile)?,
            // At the top some members are no properties, and whoever takes those refuses the rest.
            None if !path.is_empty() && !schema.is_open => {
                let text = format!("Invalid property '{path}{}'", shortened(&name, 64));
                return Err(Error::new(Code::InvalidProperty, &text));
            }
            None => named_once(value, &format!("{path}{}/", shortened(&name, 64)))?,
        };
        result.insert(name, value);
    }
    Ok(result)
}

fn given_twice(path: &str, name: &str) -> Error {
    Error::new(Code::InvalidBody, &format!("The property '{path}{}' is given twice.", shortened(name, 64)))
}

/// A value that no table describes, in which no name comes twice in two cases either. It keeps its spelling, so that a tool
/// reads what it has written. Reading the body has bounded its depth.
fn named_once(value: Value, path: &str) -> Result<Value, Error> {
    match value {
        Value::Object(members) => {
            let mut result: Map<String, Value> = Map::new();
            for (name, value) in members {
                if result.keys().any(|other| other.eq_ignore_ascii_case(&name)) {
                    return Err(given_twice(path, &name));
                }
                let value = named_once(value, &format!("{path}{}/", shortened(&name, 64)))?;
                result.insert(name, value);
            }
            Ok(Value::Object(result))
        }
        Value::Array(values) => {
            values.into_iter().map(|value| named_once(value, path)).collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
        value => Ok(value),
    }
}

/// The depth is that of the table, however deep the JSON is. What is of another kind than the table says is refused whole:
/// written by one tool and read by a typed one, it would fail far from its cause.
fn canonical_value(known: &PropertyType, value: Value, path: &str, profile: Profile) -> Result<Value, Error> {
    // The service's library (`OData` for .NET) reads a value in quotes where it asks for a plain one, and public scripts send
    // such. The pages know of none.
    let plain = value.as_str().filter(|_| profile == Profile::Live).and_then(|text| match known.kind {
        Kind::Bool => text.to_ascii_lowercase().parse().ok().map(Value::Bool),
        Kind::Number => text.parse::<usize>().ok().map(Value::from),
        _ => None,
    });
    let value = plain.unwrap_or(value);
    let within = || format!("{path}{}/", known.name);
    let wrong =
        |what: &str| Err(Error::new(Code::InvalidBody, &format!("The property '{path}{}' {what}.", known.name)));
    let text = value.as_str();
    let all = |is: fn(&Value) -> bool| value.as_array().is_some_and(|values| values.iter().all(is));
    let (is_right, what) = match known.kind {
        Kind::Any => (true, ""),
        Kind::Text | Kind::Member(_) => (text.is_some(), "must be a string"),
        Kind::Guid => (text.is_some_and(|text| text.parse::<AnyId>().is_ok()), "must be a GUID"),
        Kind::Date => (text.is_some_and(|text| text.parse::<Timestamp>().is_ok()), "must be a date with its time"),
        Kind::Bool => (value.is_boolean(), "must be true or false"),
        Kind::Number => (value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()), "must be a whole number"),
        Kind::Texts => (all(Value::is_string), "must be a list of strings"),
        // What serde derives for a struct takes a list as well, by position, and would read what nobody meant.
        Kind::Object(_) | Kind::Open(_) => (value.is_object(), "is no object"),
        Kind::Objects(_) | Kind::OpenList(_) => (all(Value::is_object), "is no list of objects"),
    };
    if !is_right && !value.is_null() {
        return wrong(what);
    }
    match (known.kind, value) {
        (Kind::Member(of), Value::String(text)) => match of.read(&text) {
            Some(member) => Ok(member.into()),
            // An open enumeration may get members that this table does not know yet; what is unknown is kept and shown
            // as it came.
            None if !of.is_closed => Ok(text.into()),
            None => wrong(&format!("has no member '{}'", shortened(&text, 64))),
        },
        (Kind::Object(of), Value::Object(members)) => canonical(members, of, &within(), profile).map(Value::Object),
        (Kind::Objects(of), Value::Array(values)) => {
            let objects = values.into_iter().map(|value| match value {
                Value::Object(members) => canonical(members, of, &within(), profile).map(Value::Object),
                value => Ok(value),
            });
            objects.collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
        (_, value) => named_once(value, &within()),
    }
}

/// Any JSON value in which no object names a member twice.
pub(super) struct Strict(pub(super) Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> de::Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_string()))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = sequence.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if members.contains_key(&name) {
                return Err(de::Error::custom(format_args!("the property '{name}' is given twice")));
            }
            members.insert(name, map.next_value::<Strict>()?.0);
        }
        Ok(Value::Object(members))
    }
}
