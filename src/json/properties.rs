//! Properties that a thing has besides those of the model: an open object, kept as it came, and changes of it.

use alloc::{collections::BTreeMap, format, sync::Arc};
use core::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::open::{Json, members};

/// What has open properties, so that it says which names they cannot have.
pub trait Owner {
    /// The names that the model has; no open property has one of them, in any ASCII case.
    const RESERVED: &'static [&'static str];
}

type Members = Arc<BTreeMap<Arc<str>, Json>>;

/// The open properties of a thing. No member is null: a null is as an absent one. A clone is one reference count.
#[derive(Debug, Clone, PartialEq)]
pub struct Properties<K>(pub(super) Members, PhantomData<K>);

/// Changes of open properties, by member: a null removes one, anything else takes its place.
#[derive(Debug, Clone, PartialEq)]
pub struct PropertyChanges<K>(Members, PhantomData<K>);

/// Equality is reflexive: JSON has no NaN.
impl<K: PartialEq> Eq for Properties<K> {}
impl<K: PartialEq> Eq for PropertyChanges<K> {}

impl<K> Default for Properties<K> {
    fn default() -> Self {
        Self(Arc::default(), PhantomData)
    }
}

impl<K> Default for PropertyChanges<K> {
    fn default() -> Self {
        Self(Arc::default(), PhantomData)
    }
}

impl<K> Properties<K> {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Their names, in order.
    #[must_use]
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.0.keys().map(|name| &**name)
    }

    /// What the member of this name is, where that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    /// These with `changes` merged over them, member by member.
    #[must_use]
    pub fn merged(&self, changes: &PropertyChanges<K>) -> Self {
        // A clone is one reference count. It becomes a copy at the first member that really changes, so an update that
        // changes nothing shares the properties with all snapshots.
        let mut merged = self.0.clone();
        for (name, value) in &*changes.0 {
            if self.0.get(name) == Some(value) {
                continue;
            }
            let members = Arc::make_mut(&mut merged);
            if value.is_null() {
                members.remove(name);
            } else {
                members.insert(name.clone(), value.clone());
            }
        }
        Self(merged, PhantomData)
    }

    /// The changes that lead from these to others: only members that differ, null for those that go.
    #[must_use]
    pub fn changes_to(&self, to: &Self) -> PropertyChanges<K> {
        // Only what differs: an event keeps both directions, and undo must not touch a member that stayed.
        let others = to.0.iter().filter(|(name, value)| self.0.get(*name) != Some(value));
        let others = others.map(|(name, value)| (name.clone(), value.clone()));
        let gone = self.0.keys().filter(|name| !to.0.contains_key(*name)).map(|name| (name.clone(), Json::Null));
        PropertyChanges(Arc::new(others.chain(gone).collect()), PhantomData)
    }
}

impl<K> PropertyChanges<K> {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of the members that are asked for, in order.
    #[must_use]
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.0.keys().map(|name| &**name)
    }
}

/// Members under names that are not the model's. A name in another case would be the same property to Graph.
fn read<'de, K: Owner, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Arc<str>, Json>, D::Error> {
    let members = members(deserializer)?;
    let is_reserved = |name: &str| K::RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name));
    match members.keys().find(|name| is_reserved(name)) {
        Some(name) => Err(de::Error::custom(format!("`{name}` is no open property"))),
        None => Ok(members),
    }
}

impl<'de, K: Owner> Deserialize<'de> for Properties<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = read::<K, D>(deserializer)?;
        members.retain(|_, value| !value.is_null());
        Ok(Self(Arc::new(members), PhantomData))
    }
}

impl<'de, K: Owner> Deserialize<'de> for PropertyChanges<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::<K, D>(deserializer).map(|members| Self(Arc::new(members), PhantomData))
    }
}

impl<K> Serialize for Properties<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(&*self.0)
    }
}

impl<K> Serialize for PropertyChanges<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(&*self.0)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    enum Thing {}

    impl Owner for Thing {
        const RESERVED: &'static [&'static str] = &["id"];
    }

    fn properties(text: &str) -> Properties<Thing> {
        serde_json::from_str(text).unwrap()
    }

    fn changes(text: &str) -> PropertyChanges<Thing> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_merge_goes_by_top_level_member_and_null_removes_one() {
        let from = properties(r#"{"tags":["a"],"web":{"a":1,"b":2},"gone":null,"Tags":1}"#);
        assert_eq!(from, properties(r#"{"tags":["a"],"web":{"a":1,"b":2},"Tags":1}"#), "a null is as an absent one");
        let to = from.merged(&changes(r#"{"web":{"a":1},"tags":null,"new":0,"absent":null}"#));
        assert_eq!(to, properties(r#"{"Tags":1,"new":0,"web":{"a":1}}"#));
        assert_eq!(from.changes_to(&to), changes(r#"{"new":0,"tags":null,"web":{"a":1}}"#));
        assert_eq!(to.merged(&to.changes_to(&from)), from);
        assert!(from.changes_to(&from).is_empty() && properties("{}").is_empty());
    }

    #[test]
    fn a_name_of_the_model_is_no_open_property_in_any_case() {
        for text in [r#"{"id":1}"#, r#"{"ID":null}"#, "[]", "null"] {
            assert!(serde_json::from_str::<Properties<Thing>>(text).is_err(), "{text}");
            assert!(serde_json::from_str::<PropertyChanges<Thing>>(text).is_err(), "{text}");
        }
        let error = serde_json::from_str::<PropertyChanges<Thing>>(r#"{"iD":1}"#).unwrap_err();
        assert!(error.to_string().contains("`iD` is no open property"));
    }
}
