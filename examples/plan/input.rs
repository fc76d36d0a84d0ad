//! Files in: tenants and desired states, with the file and the field named where something is wrong.

use std::{fs, path::Path};

use connector_groups::{Desired, Directory, DirectoryCommand, Document, Tenant, TenantId};
use serde::de::DeserializeOwned;

use crate::import;

pub(crate) fn read(path: &Path) -> Result<String, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    // PowerShell writes one.
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), String::from))
}

pub(crate) fn json<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, String> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let told = |field: String, error: serde_json::Error| match field.as_str() {
        "." | "?" | "" => format!("{}: {error}", path.display()),
        field => format!("{}: {field}: {error}", path.display()),
    };
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| told(error.path().to_string(), error.into_inner()))?;
    deserializer.end().map_err(|error| told(String::new(), error))?;
    Ok(value)
}

pub(crate) fn desired(file: &str) -> Result<Desired, String> {
    let path = Path::new(file);
    let text = read(path)?;
    let is_yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    if is_yaml { serde_saphyr::from_str(&text).map_err(|error| format!("{file}: {error}")) } else { json(path, &text) }
}

pub(crate) fn tenant(file: &str, id: Option<&str>) -> Result<Tenant, String> {
    let path = Path::new(file);
    if path.is_dir() {
        return import::tenant(path);
    }
    let text = read(path)?;
    let is_replay = path.extension().is_some_and(|extension| extension == "jsonl");
    let mut directory = if is_replay { replayed(path, &text) } else { documents(path, &text)? };
    if let Some(id) = id {
        let id: TenantId = id.parse().map_err(|error| format!("--tenant {id}: {error}"))?;
        let found = directory.into_iter().find(|tenant| tenant.id() == id);
        return found.ok_or_else(|| format!("{file}: there is no tenant {id}"));
    }
    match (directory.pop(), directory.is_empty()) {
        (Some(tenant), true) => Ok(tenant),
        (None, _) => Err(format!("{file}: there is no tenant")),
        (Some(_), false) => Err(format!("{file}: there are several tenants; --tenant ID says which")),
    }
}

/// What a replay of these lines leaves: refused lines change nothing, and neither do those that are no commands.
fn replayed(path: &Path, text: &str) -> Vec<Tenant> {
    let mut directory = Directory::default();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str::<DirectoryCommand>(line) {
            Ok(command) => _ = directory.apply(&command),
            Err(error) => eprintln!("plan: {}: line {number} is passed over: {error}", path.display()),
        }
    }
    directory.tenants().cloned().collect()
}

/// A tenant, a directory, or the line with the state that a replay ends with.
fn documents(path: &Path, text: &str) -> Result<Vec<Tenant>, String> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Tenants {
        tenants: Vec<Document>,
    }
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct State {
        state: Tenants,
    }
    // Which of them it is, its first field tells.
    let fields: serde_json::Value = json(path, text)?;
    let documents = if fields.get("state").is_some() {
        json::<State>(path, text)?.state.tenants
    } else if fields.get("tenants").is_some() {
        json::<Tenants>(path, text)?.tenants
    } else {
        vec![json(path, text)?]
    };
    let load = |document| Tenant::try_from(document).map_err(|violations| format!("{}: {violations}", path.display()));
    documents.into_iter().map(load).collect()
}
