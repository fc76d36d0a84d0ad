//! Files in: tenants and desired states, with the file and the field named where something is wrong.

use std::path::Path;

use connector_groups::{Desired, Directory, Tenant, TenantId};

use super::import;
use crate::{
    input, line, output,
    state::{self, json},
    words,
};

pub(crate) fn desired(file: &str) -> Result<Desired, String> {
    let path = Path::new(file);
    let text = input::text(path)?;
    let is_yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    if is_yaml { yaml(file, &text) } else { json(path, &text) }
}

#[cfg(feature = "yaml")]
fn yaml(file: &str, text: &str) -> Result<Desired, String> {
    serde_saphyr::from_str(text).map_err(|error| format!("{file}: {error}"))
}

#[cfg(not(feature = "yaml"))]
fn yaml(file: &str, _: &str) -> Result<Desired, String> {
    Err(format!(
        "{file}: this build reads no YAML; build it with the default features, or write the desired state as JSON"
    ))
}

pub(crate) fn tenant(file: &str, id: Option<&str>) -> Result<Tenant, String> {
    let path = Path::new(file);
    if path.is_dir() {
        return import::tenant(path);
    }
    let text = input::text(path)?;
    let is_replay = path.extension().is_some_and(|extension| extension == "jsonl");
    let directory = if is_replay { replayed(path, &text) } else { state::directory(path, &text)? };
    if let Some(id) = id {
        let id: TenantId = id.parse().map_err(|error| format!("--tenant {id}: {error}"))?;
        return directory.tenant(id).cloned().ok_or_else(|| format!("{file}: there is no tenant {id}"));
    }
    let mut tenants = directory.tenants();
    match (tenants.next(), tenants.next()) {
        (Some(tenant), None) => Ok(tenant.clone()),
        (None, _) => Err(format!("{file}: there is no tenant")),
        (Some(_), Some(_)) => Err(format!("{file}: there are several tenants; --tenant ID says which")),
    }
}

/// What a replay of these lines leaves. A refused line changes nothing, and neither does one that is no command: each is told,
/// as whoever plans may have counted on it.
fn replayed(path: &Path, text: &str) -> Directory {
    let mut directory = Directory::default();
    for (number, line) in (1_u64..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let outcome = line::apply(&mut directory, line.as_bytes());
        if !outcome.is_accepted() {
            let told = words::outcome(&directory, &outcome);
            output::say("plan", &format!("{}: line {number}: {told}", path.display()));
        }
    }
    directory
}
