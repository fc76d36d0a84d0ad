//! JSON that says each thing once.

use core::fmt;
use std::collections::HashSet;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};

/// JSON in which no object names a member twice, as then which one counts would be a guess; what it says is passed over.
pub(super) struct Once;

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OnceVisitor)
    }
}

struct OnceVisitor;

impl<'de> Visitor<'de> for OnceVisitor {
    type Value = Once;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Once, A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if names.contains(&name) {
                return Err(Error::custom(format!("the member {name:?} is here twice")));
            }
            names.insert(name);
            map.next_value::<Once>()?;
        }
        Ok(Once)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Once, A::Error> {
        while list.next_element::<Once>()?.is_some() {}
        Ok(Once)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_str<E>(self, _: &str) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_unit<E>(self) -> Result<Once, E> {
        Ok(Once)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::state::json;

    #[test]
    fn a_member_that_is_there_twice_is_found_wherever_it_is() {
        let path = Path::new("plan.json");
        for text in ["null", "[1, -1, 0.5, true, \"a\", {\"a\": {\"b\": 1}, \"b\": [{\"b\": 1}, {\"b\": 2}]}]"] {
            assert!(json::<Once>(path, text).is_ok(), "{text}");
        }
        let error = json::<Once>(path, "[\n{\"a\": [{\"\\u0062\": 1, \"b\": 2}]}]").map(|_| ()).unwrap_err();
        assert_eq!(error, "plan.json: [0].a[0]: the member \"b\" is here twice at line 2 column 24");
    }
}
