//! Objects whose field `command` says how their other fields are read.

use alloc::{borrow::Cow, vec::Vec};
use core::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{self, IntoDeserializer, value::MapAccessDeserializer},
};

use super::open::Json;

/// An object whose `command` says what its other fields are.
///
/// Serde's own internally tagged enums keep every value of the object before they read one; here the fields that follow
/// the tag are read as they come, which matters to a list of a million ids.
pub(crate) trait Tagged: Sized {
    type Tag: for<'de> Deserialize<'de>;

    fn read<'de, D: Deserializer<'de>>(tag: Self::Tag, fields: D) -> Result<Self, D::Error>;
}

/// Reads an object by its tag.
pub(crate) fn read<'de, T: Tagged, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(TaggedVisitor(PhantomData))
}

struct TaggedVisitor<T>(PhantomData<T>);

impl<'de, T: Tagged> de::Visitor<'de> for TaggedVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a command, an object with a field `command`")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        // Only fields before the tag are kept as values. Callers mostly write the tag first, and then
        // nothing is kept.
        let mut before = Vec::new();
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if key == "command" {
                let tag = map.next_value()?;
                let fields = AroundTag { before: before.into_iter(), value: None, map };
                return T::read(tag, MapAccessDeserializer::new(fields));
            }
            before.push((key, map.next_value()?));
        }
        Err(de::Error::missing_field("command"))
    }
}

/// The fields that came before the tag, then those that follow it.
struct AroundTag<'de, A> {
    before: alloc::vec::IntoIter<(Cow<'de, str>, Json)>,
    value: Option<Json>,
    map: A,
}

impl<'de, A: de::MapAccess<'de>> de::MapAccess<'de> for AroundTag<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: de::DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let key = match self.before.next() {
            Some((key, value)) => {
                self.value = Some(value);
                Some(key)
            }
            None => self.map.next_key()?,
        };
        match key {
            // The tag was read already, so a second one is an error, as it is for any field.
            Some(key) if key == "command" => Err(de::Error::duplicate_field("command")),
            Some(key) => seed.deserialize(key.into_deserializer()).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: de::DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        // A key from `before` has left its value here; any other key has its value still in the input.
        match self.value.take() {
            Some(value) => seed.deserialize(value.into_deserializer()),
            None => self.map.next_value_seed(seed),
        }
    }
}
