//! Desired states: JSON or YAML, with the place and the field named where something is wrong.

extern crate alloc;

use alloc::{collections::BTreeMap, sync::Arc};
use std::path::Path;

use connector_groups::{
    Desired,
    plan::{Selected, Things},
};

use crate::{
    input,
    state::{Kind, is_yaml, of_kind},
    words::quoted,
};

/// A desired state is written by hand or by a script; a longer one is a mistake.
const BYTES_MAX: usize = 64 << 20;

/// Reads a desired state. A file with nothing in it asks for nothing, as `{}` does.
pub(super) fn desired(file: &str) -> Result<Desired, String> {
    let path = Path::new(file);
    let text = input::text(path)?;
    if text.len() > BYTES_MAX {
        return Err(format!("{file}: a desired state may have {BYTES_MAX} bytes, not {}", text.len()));
    }
    let desired: Option<Desired> = if text.trim().is_empty() {
        None
    } else if is_yaml(path) {
        yaml(file, &text)?
    } else {
        of_kind(Kind::Desired, path, &text)?
    };
    let mut desired = desired.unwrap_or_default();
    trim_regions(&mut desired);
    check_names(file, &desired)?;
    Ok(desired)
}

/// Two groups of one name, which without ids would be the same group, or two new ones that nobody tells apart.
fn check_names(file: &str, desired: &Desired) -> Result<(), String> {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    let groups = desired.connector_groups.iter().enumerate().filter(|(_, group)| group.id.is_none());
    for (at, name) in groups.filter_map(|(at, group)| Some((at, group.name.as_deref()?))) {
        if let Some(first) = names.insert(name.trim().to_lowercase(), at) {
            return Err(format!(
                "{file}: connectorGroups[{first}] and connectorGroups[{at}] are both called {}: put them together, or say by \
                 `id` which group each is",
                quoted(name)
            ));
        }
    }
    Ok(())
}

/// Regions without the blanks around them, as names are read. The engine takes any text, and the service knows no region with
/// blanks: a plan with one would stop half way.
fn trim_regions(desired: &mut Desired) {
    let trim = |region: &mut Arc<str>| *region = region.trim().into();
    for group in &mut desired.connector_groups {
        group.region.as_mut().map(trim).unwrap_or_default();
        for things in [&mut group.connectors, &mut group.applications] {
            if let Things::Selected(Selected::InRegion(region)) = things {
                trim(region);
            }
        }
    }
}

#[cfg(feature = "yaml")]
fn yaml(file: &str, text: &str) -> Result<Option<Desired>, String> {
    use serde_saphyr::{MessageFormatter, UserMessageFormatter};

    let mut field = String::new();
    // The reader's own limits hold for aliases, nesting and repeated keys: each is an error.
    let read = serde_saphyr::with_deserializer_from_str(text, |deserializer| {
        serde_path_to_error::deserialize(deserializer).map_err(|error| {
            field = error.path().to_string();
            error.into_inner()
        })
    });
    read.map_err(|error| {
        let error = error.without_snippet();
        let place = error.location().map(|place| format!(":{}:{}", place.line(), place.column())).unwrap_or_default();
        let field = if ["", ".", "?"].contains(&&*field) { String::new() } else { format!("{field}: ") };
        format!("{file}{place}: {field}{}", plain(&UserMessageFormatter.format_message(error)))
    })
}

/// What the reader of YAML says, in words for whoever wrote the file.
#[cfg(feature = "yaml")]
fn plain(message: &str) -> String {
    let plain = [
        ("expected mapping start", "properties were expected here, `name: value`"),
        ("expected sequence start", "a list was expected here, `[one, another]`, or lines that begin with `-`"),
        ("expected string scalar", "a text was expected here"),
        ("expected mapping end", "one property alone was expected here, and this is another"),
        ("tabs disallowed", "lines begin with blanks in YAML, and here is a tab"),
        ("reference to unknown value", "a text that begins with `*` stands in quotes"),
    ];
    if let Some((_, name)) = message.split_once("duplicate mapping key") {
        return format!("{} is here a second time", name.trim_end_matches("is not allowed here").trim());
    }
    let found = plain.iter().find(|(start, _)| message.starts_with(start));
    found.map_or_else(|| message.into(), |(_, plain)| String::from(*plain))
}

#[cfg(not(feature = "yaml"))]
fn yaml(file: &str, _: &str) -> Result<Option<Desired>, String> {
    Err(format!(
        "{file}: this build reads no YAML; build it with the default features, or write the desired state as JSON"
    ))
}
