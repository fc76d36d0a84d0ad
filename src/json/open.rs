//! JSON kept as it came, for the parts of publishing that Graph leaves open or describes nowhere.

use alloc::{collections::BTreeMap, string::String, sync::Arc, vec::Vec};
use core::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, IntoDeserializer},
};

/// Any JSON value. An object's members are in the order of their names, so that equal objects have the same text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    String(Arc<str>),
    Array(Vec<Json>),
    Object(BTreeMap<Arc<str>, Json>),
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Unsigned(value) => serializer.serialize_u64(*value),
            Self::Signed(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::String(value) => serializer.serialize_str(value),
            Self::Array(values) => serializer.collect_seq(values),
            Self::Object(members) => serializer.collect_map(members),
        }
    }
}

struct JsonVisitor;

impl<'de> de::Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Unsigned(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        // A number that is not negative has one form, whichever way the reader calls, so that equal numbers
        // compare as equal.
        Ok(u64::try_from(value).map_or(Json::Signed(value), Json::Unsigned))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::String(value.into()))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut sequence: A) -> Result<Json, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = sequence.next_element()? {
            values.push(value);
        }
        Ok(Json::Array(values))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = BTreeMap::new();
        while let Some(name) = map.next_key::<Arc<str>>()? {
            // A repeated member would silently lose its first value, so it is refused as for every struct.
            if members.contains_key(&name) {
                return Err(de::Error::custom(format_args!("duplicate field `{name}`")));
            }
            members.insert(name, map.next_value()?);
        }
        Ok(Json::Object(members))
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

impl Json {
    pub(crate) const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

/// The members of an object, by name, and of nothing else.
pub(crate) fn members<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Arc<str>, Json>, D::Error> {
    let OpenObject(json) = OpenObject::deserialize(deserializer)?;
    match json {
        Json::Object(members) => Ok(members),
        // `OpenObject` is read from an object only.
        _ => Ok(BTreeMap::new()),
    }
}

/// Read on from a value that was set aside: a command's fields may come before the tag that says what they are.
impl<E: de::Error> IntoDeserializer<'_, E> for Json {
    type Deserializer = JsonDeserializer<E>;

    fn into_deserializer(self) -> JsonDeserializer<E> {
        JsonDeserializer { value: self, error: core::marker::PhantomData }
    }
}

pub(crate) struct JsonDeserializer<E> {
    value: Json,
    error: core::marker::PhantomData<E>,
}

impl<'de, E: de::Error> Deserializer<'de> for JsonDeserializer<E> {
    type Error = E;

    fn deserialize_any<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.value {
            Json::Null => visitor.visit_unit(),
            Json::Bool(value) => visitor.visit_bool(value),
            Json::Unsigned(value) => visitor.visit_u64(value),
            Json::Signed(value) => visitor.visit_i64(value),
            Json::Float(value) => visitor.visit_f64(value),
            Json::String(value) => visitor.visit_string(String::from(&*value)),
            Json::Array(values) => de::value::SeqDeserializer::new(values.into_iter()).deserialize_any(visitor),
            Json::Object(members) => {
                let members = members.into_iter().map(|(name, value)| (String::from(&*name), value));
                de::value::MapDeserializer::new(members).deserialize_any(visitor)
            }
        }
    }

    fn deserialize_option<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.value {
            // A value set aside must read as it would have from the text, where null is an absent option.
            Json::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: de::Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, E> {
        visitor.visit_newtype_struct(self)
    }

    /// From its text only: what serde derives for an identifier takes a number as well, for the variant at that place.
    fn deserialize_identifier<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_string(String::deserialize(self)?)
    }

    fn deserialize_enum<V: de::Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, E> {
        match self.value {
            Json::String(value) => {
                let deserializer: de::value::StringDeserializer<E> = String::from(&*value).into_deserializer();
                deserializer.deserialize_enum(name, variants, visitor)
            }
            _ => self.deserialize_any(visitor),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct ignored_any
    }
}

/// A JSON object kept as it came (an update replaces a nested object whole).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct OpenObject(Json);

impl OpenObject {
    /// What the object tells of, read as from its text.
    ///
    /// ```
    /// use connector_groups::model::{OpenObject, PublishingChanges};
    ///
    /// let object: OpenObject = serde_json::from_str(r#"{"isOnPremPublishingEnabled":5}"#).unwrap();
    /// let changes: Result<PublishingChanges, serde_json::Error> = object.read();
    /// assert!(changes.unwrap_err().to_string().starts_with("invalid type: integer `5`"));
    /// ```
    ///
    /// # Errors
    /// As `T` has them where the object is no such thing.
    pub fn read<T: de::DeserializeOwned, E: de::Error>(self) -> Result<T, E> {
        T::deserialize(self.0.into_deserializer())
    }
}

/// Equality is reflexive: JSON has no NaN.
impl Eq for OpenObject {}

impl<'de> Deserialize<'de> for OpenObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor;

        impl<'de> de::Visitor<'de> for ObjectVisitor {
            type Value = OpenObject;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<OpenObject, A::Error> {
                JsonVisitor.visit_map(map).map(OpenObject)
            }
        }

        deserializer.deserialize_map(ObjectVisitor)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn what_is_not_json_is_told_as_that() {
        let bytes = de::value::BytesDeserializer::<de::value::Error>::new(b"x");
        assert!(Json::deserialize(bytes).unwrap_err().to_string().ends_with("expected JSON"));
        assert!(serde_json::from_str::<OpenObject>("5").unwrap_err().to_string().contains("expected an object"));
    }

    /// Set aside and read on, every kind of value is what it was.
    #[test]
    fn a_value_set_aside_reads_as_it_came() {
        #[derive(Debug, PartialEq, Deserialize)]
        #[serde(rename_all = "camelCase")]
        enum Word {
            Plain,
            With(Option<u8>),
        }

        let text = r#"{"a":[null,true,1,-2,0.5,"text",[],{}],"b":{"c":18446744073709551615}}"#;
        let json: Json = serde_json::from_str(text).unwrap();
        let deserializer: JsonDeserializer<de::value::Error> = json.clone().into_deserializer();
        assert_eq!(Json::deserialize(deserializer).unwrap(), json);
        assert_eq!(serde_json::to_string(&json).unwrap(), text);

        let word = |text: &str| {
            let json: Json = serde_json::from_str(text).unwrap();
            let deserializer: JsonDeserializer<de::value::Error> = json.into_deserializer();
            Word::deserialize(deserializer)
        };
        assert_eq!(word("\"plain\""), Ok(Word::Plain));
        assert!(word("5").is_err() && word("\"other\"").is_err());
        assert_eq!(
            Option::<u8>::deserialize(JsonDeserializer::<de::value::Error> {
                value: Json::Null,
                error: core::marker::PhantomData
            }),
            Ok(None)
        );
    }
}
