//! Bodies: JSON read strictly, a property given twice being an error.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Number, Value};

use super::error::{Code, Error};

/// The object that a body must be.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, Error> {
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
    pub(super) const fn new(members: Map<String, Value>) -> Self {
        Self(members)
    }

    /// The members of a body, annotations (`@odata.type` and its like) apart.
    pub(super) fn of(body: &[u8]) -> Result<Self, Error> {
        let mut members = object(body)?;
        members.retain(|name, _| !is_annotation(name));
        Ok(Self(members))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
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

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Nothing may be left over.
    pub(super) fn finish(self) -> Result<(), Error> {
        self.0.into_iter().next().map_or(Ok(()), |(name, _)| Err(Error::invalid_property(&name)))
    }
}

pub(super) fn is_annotation(name: &str) -> bool {
    name.starts_with("@odata.")
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
