//! Tenants in a file: a tenant's document, a directory's, or the line with the state that a replay ends with.

use core::fmt;
use std::path::Path;

use connector_groups::{Directory, document::DirectoryDocument};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// A value as JSON, with the file and the field named where something is wrong.
pub(crate) fn json<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, String> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let told = |field: String, error: serde_json::Error| match field.as_str() {
        "." | "?" | "" => format!("{}: {error}", path.display()),
        field => format!("{}: {field}: {error}", path.display()),
    };
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| told(error.path().to_string(), error.into_inner()))?;
    // A second value behind the first would go unseen.
    deserializer.end().map_err(|error| told(String::new(), error))?;
    Ok(value)
}

/// JSON in which no object names a member twice, as then which one counts would be a guess; what it says is passed over.
pub(crate) struct Once;

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
        let mut names = std::collections::HashSet::new();
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

/// What is wrong with a document, which says first how much that is; of very much, the beginning.
pub(crate) fn told(violations: &impl fmt::Display) -> String {
    const CHARACTERS_MAX: usize = 4_000;
    let text = violations.to_string();
    match text.char_indices().nth(CHARACTERS_MAX) {
        Some((at, _)) => format!("{} …", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

/// The directory that a text tells of; a tenant alone is one in a directory.
pub(crate) fn directory(path: &Path, text: &str) -> Result<Directory, String> {
    #[derive(serde::Deserialize)]
    struct Kind {
        state: Option<IgnoredAny>,
        tenants: Option<IgnoredAny>,
    }
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct State {
        state: DirectoryDocument,
    }
    // Which of them it is, its fields tell. Read twice rather than as any of the three: then an error names the field of the
    // one that was meant.
    let document = match json(path, text)? {
        Kind { state: Some(_), .. } => json::<State>(path, text)?.state,
        Kind { tenants: Some(_), .. } => json(path, text)?,
        Kind { .. } => DirectoryDocument { tenants: vec![json(path, text)?] },
    };
    Directory::try_from(document).map_err(|violations| format!("{}: {}", path.display(), told(&violations)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_is_there_twice_is_found_wherever_it_is() {
        let path = Path::new("plan.json");
        for text in ["null", "[1, -1, 0.5, true, \"a\", {\"a\": {\"b\": 1}, \"b\": [{\"b\": 1}, {\"b\": 2}]}]"] {
            assert!(json::<Once>(path, text).is_ok(), "{text}");
        }
        let error = json::<Once>(path, "[\n{\"a\": [{\"\\u0062\": 1, \"b\": 2}]}]").map(|_| ()).unwrap_err();
        assert_eq!(error, "plan.json: [0].a[0]: the member \"b\" is here twice at line 2 column 24");
    }

    #[test]
    fn of_very_much_the_beginning_is_told() {
        assert_eq!(told(&"ä".repeat(4_000)), "ä".repeat(4_000));
        assert_eq!(told(&"ä".repeat(4_001)), "ä".repeat(4_000) + " …");
    }
}
