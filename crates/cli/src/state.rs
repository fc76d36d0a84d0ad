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
///
/// # Errors
/// What is wrong with it, or what else it is.
pub(crate) fn directory(path: &Path, text: &str) -> Result<Directory, String> {
    document(path, text).map_err(|why| other(path, text).unwrap_or(why))
}

/// What a text is that is no state of a tenant, where it tells that itself.
fn other(path: &Path, text: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Head {
        format: Option<String>,
        command: Option<IgnoredAny>,
    }
    let path = path.display();
    // The first value alone: lines of commands are many.
    let head: Head = serde_json::Deserializer::from_str(text).into_iter().next()?.ok()?;
    let is = match head.format.as_deref().and_then(|format| format.strip_prefix("connector-groups/")) {
        Some(kind) if kind.starts_with("plan/") => String::from("a plan file, which `connector-groups apply` takes"),
        Some(kind) if kind.starts_with("journal/") => String::from("the journal of a run of `connector-groups apply`"),
        Some(kind) => format!("a file of another kind, connector-groups/{kind}"),
        None if head.command.is_some() => format!(
            "a replay file, lines of commands: `connector-groups replay {path}` runs them, and other subcommands take it as \
             TENANT where its name ends in .jsonl"
        ),
        None => return None,
    };
    Some(format!(
        "{path}: is {is}; here the document of a tenant or a directory is read, such as `plan --import` writes"
    ))
}

fn document(path: &Path, text: &str) -> Result<Directory, String> {
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
