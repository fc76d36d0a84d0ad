//! Tenants in a file: a tenant's document, a directory's, or the line with the state that a replay ends with.

use core::fmt;
use std::path::Path;

use connector_groups::{Directory, document::DirectoryDocument};
use serde::de::{DeserializeOwned, IgnoredAny};

/// Whether a file has one of these endings, in any case.
pub(crate) fn ends_in(path: &Path, endings: &[&str]) -> bool {
    let extension = path.extension().unwrap_or_default();
    endings.iter().any(|ending| extension.eq_ignore_ascii_case(ending))
}

/// Whether a file is YAML, by its name.
pub(crate) fn is_yaml(path: &Path) -> bool {
    ends_in(path, &["yaml", "yml"])
}

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

/// What a subcommand reads a file as.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    State,
    #[cfg(feature = "export")]
    Plan,
    Desired,
    Beside,
}

impl Kind {
    /// What such a file is, and where one comes from.
    const fn words(self) -> &'static str {
        match self {
            Self::State => "the document of a tenant or a directory, such as `plan --import` writes",
            #[cfg(feature = "export")]
            Self::Plan => "a plan file, such as `plan --out` writes",
            Self::Desired => "a desired state, an object with `connectorGroups` or `absent`",
            Self::Beside => "the report of an import, such as `plan --import --report` writes",
        }
    }

    /// How its `format` begins, where it has one.
    const fn format(self) -> Option<&'static str> {
        match self {
            #[cfg(feature = "export")]
            Self::Plan => Some("plan/"),
            _ => None,
        }
    }
}

/// As [`json`], for a file that may be of another kind than the one that is read here.
///
/// # Errors
/// What else it is, or else what is wrong with it.
pub(crate) fn of_kind<T: DeserializeOwned>(kind: Kind, path: &Path, text: &str) -> Result<T, String> {
    json(path, text).map_err(|why| other(kind, path, text).unwrap_or(why))
}

/// The directory that a text tells of; a tenant alone is one in a directory.
///
/// # Errors
/// What is wrong with it, or what else it is.
pub(crate) fn directory(path: &Path, text: &str) -> Result<Directory, String> {
    document(path, text).map_err(|why| other(Kind::State, path, text).unwrap_or(why))
}

/// What a text is that is not of the kind that is read, where it tells that itself.
fn other(wanted: Kind, path: &Path, text: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Head {
        format: Option<String>,
        command: Option<IgnoredAny>,
        state: Option<IgnoredAny>,
        tenants: Option<IgnoredAny>,
        default_region: Option<IgnoredAny>,
        unknown_publishing: Option<IgnoredAny>,
        value: Option<IgnoredAny>,
        connector_groups: Option<IgnoredAny>,
        absent: Option<IgnoredAny>,
    }
    let shown = path.display();
    let is_yaml = is_yaml(path);
    // The first value alone: lines of commands are many.
    let first = serde_json::Deserializer::from_str(text).into_iter().next();
    let is = match first {
        _ if is_yaml => String::from("YAML, in which only a desired state is read"),
        None => String::from("empty"),
        Some(Err(error)) if !error.is_data() && wanted == Kind::Desired && !text.trim_start().starts_with('{') => {
            String::from("no JSON, and YAML is read where the name ends in .yaml")
        }
        Some(Err(error)) if !error.is_data() => return None,
        Some(Err(_)) => String::from(value_kind(text)?),
        Some(Ok(Head { format: Some(format), .. })) => match format.strip_prefix("connector-groups/")? {
            kind if wanted.format().is_some_and(|own| kind.starts_with(own)) => return None,
            kind if kind.starts_with("plan/") => String::from("a plan file, which `connector-groups apply` takes"),
            kind if kind.starts_with("journal/") => String::from(
                "the journal of a run of `connector-groups apply`, which goes on by --resume and goes back by --rollback",
            ),
            kind if kind.starts_with("backup/") => String::from("the manifest of a backup: name its folder"),
            kind => format!("a file of another kind, connector-groups/{kind}"),
        },
        Some(Ok(Head { command: Some(_), .. })) => format!(
            "a replay file, lines of commands: `connector-groups replay {shown}` runs them, and other subcommands take it as \
             TENANT where its name ends in .jsonl"
        ),
        Some(Ok(
            Head { state: Some(_), .. } | Head { tenants: Some(_), .. } | Head { default_region: Some(_), .. },
        )) => {
            if wanted == Kind::State {
                return None;
            }
            String::from("the state of a tenant or a directory")
        }
        Some(Ok(Head { unknown_publishing: Some(_), .. })) if wanted != Kind::Beside => {
            String::from("the report of an import, which `plan --beside` takes")
        }
        Some(Ok(Head { value: Some(_), .. })) => {
            String::from("an answer of Graph: name the folder that it is in, with all others of the tenant")
        }
        Some(Ok(Head { connector_groups: Some(_), .. } | Head { absent: Some(_), .. })) if wanted != Kind::Desired => {
            String::from("a desired state, which comes behind the tenant")
        }
        Some(Ok(_)) => return None,
    };
    Some(format!("{shown}: is {is}; here it must be {}", wanted.words()))
}

/// What a JSON value is that is no object, by how it begins.
fn value_kind(text: &str) -> Option<&'static str> {
    Some(match text.trim_start().as_bytes().first()? {
        b'[' => "a list",
        b'"' => "a text",
        b't' | b'f' => "a truth value",
        b'n' => "null",
        b'-' | b'0'..=b'9' => "a number",
        _ => return None,
    })
}

fn document(path: &Path, text: &str) -> Result<Directory, String> {
    #[derive(serde::Deserialize)]
    struct Which {
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
        Which { state: Some(_), .. } => json::<State>(path, text)?.state,
        Which { tenants: Some(_), .. } => json(path, text)?,
        Which { .. } => DirectoryDocument { tenants: vec![json(path, text)?] },
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
