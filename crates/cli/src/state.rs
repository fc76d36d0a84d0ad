//! Tenants in a file: a tenant's document, a directory's, or the line with the state that a replay ends with.

use core::fmt;
use std::path::Path;

use connector_groups::{Directory, document::DirectoryDocument};
use serde::de::{DeserializeOwned, IgnoredAny};

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
mod tests {
    use super::*;

    #[test]
    fn of_very_much_the_beginning_is_told() {
        assert_eq!(told(&"ä".repeat(4_000)), "ä".repeat(4_000));
        assert_eq!(told(&"ä".repeat(4_001)), "ä".repeat(4_000) + " …");
    }
}
