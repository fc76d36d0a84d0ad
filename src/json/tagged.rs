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
    /// A field that stands beside those that the tag speaks of.
    type Beside: for<'de> Deserialize<'de>;

    fn read<'de, A: de::MapAccess<'de>>(
        tag: Self::Tag,
        fields: AroundTag<'_, 'de, A, Self::Beside>,
    ) -> Result<Self, A::Error>;
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
                return T::read(tag, AroundTag { before: before.into_iter(), value: None, map, beside: None });
            }
            before.push((key, map.next_value()?));
        }
        Err(de::Error::missing_field("command"))
    }
}

/// The fields that came before the tag, then those that follow it; all but the one that is asked to be put aside.
///
/// One type for the fields of a line and for those of a command within a command: reading is compiled once for each type that
/// fields come from, for every command.
pub(crate) struct AroundTag<'b, 'de, A, B> {
    before: alloc::vec::IntoIter<(Cow<'de, str>, Json)>,
    value: Option<Json>,
    map: A,
    beside: Option<(&'static str, &'b mut Option<B>)>,
}

impl<'de, A: de::MapAccess<'de>, B: Deserialize<'de>> AroundTag<'_, 'de, A, B> {
    /// Puts the field of this name aside, so that the fields of `T` stay the only ones that it knows.
    pub(crate) fn with<'b>(self, name: &'static str, beside: &'b mut Option<B>) -> AroundTag<'b, 'de, A, B> {
        AroundTag { before: self.before, value: self.value, map: self.map, beside: Some((name, beside)) }
    }

    pub(crate) fn into<T: Deserialize<'de>>(self) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(self))
    }

    fn next_name(&mut self) -> Result<Option<Cow<'de, str>>, A::Error> {
        match self.before.next() {
            Some((key, value)) => {
                self.value = Some(value);
                Ok(Some(key))
            }
            None => self.map.next_key(),
        }
    }
}

impl<'de, A: de::MapAccess<'de>, B: Deserialize<'de>> de::MapAccess<'de> for AroundTag<'_, 'de, A, B> {
    type Error = A::Error;

    fn next_key_seed<K: de::DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        loop {
            let Some(key) = self.next_name()? else { return Ok(None) };
            // The tag was read already, so a second one is an error, as it is for any field.
            if key == "command" {
                return Err(de::Error::duplicate_field("command"));
            }
            match &self.beside {
                Some((name, _)) if key == *name => {
                    let (name, value) = (*name, self.next_value()?);
                    let beside = self.beside.as_mut().map(|(_, beside)| &mut **beside);
                    if beside.is_some_and(|beside| beside.replace(value).is_some()) {
                        return Err(de::Error::duplicate_field(name));
                    }
                }
                _ => return seed.deserialize(key.into_deserializer()).map(Some),
            }
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
