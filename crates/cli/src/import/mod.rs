//! A real tenant from a folder of what Graph answered, without a guess.
//!
//! Who is in a group, and which applications are assigned to it, must be told by a file: a group of which no file tells is a
//! problem, not an empty group, because an empty group looks safe to take away. Publishing that was not fetched is unknown,
//! and stays so. What breaks a rule of the engine is set aside and told as a finding, as long as the rest can be held.

extern crate alloc;

mod applications;
pub(crate) mod backup;
mod connectors;
mod cut_off;
mod findings;
mod folder;
mod imported;
pub(crate) mod layout;
mod lists;
mod node;
mod principals;
mod publishing;
mod repair;
pub(crate) mod segments;
mod text;
mod things;

use alloc::collections::BTreeMap;
use core::cell::RefCell;
use std::{
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use connector_groups::{ConnectorGroupId, Rules, TenantId, Timestamp, model::ProfileProperties};
use serde::Deserialize;
use serde_json::{Map, Value};

use self::layout::Part;
pub(crate) use self::{
    findings::{Findings, Level},
    folder::Folder,
    imported::{Assume, Beside, Imported, Untold},
    node::{Node, Problem, Problems},
    text::text,
    things::Group,
};

/// What only somebody who knows the tenant can say: `tenant.json`, each property if you like.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Known {
    id: Option<TenantId>,
    default_region: Option<String>,
    now: Option<Timestamp>,
    rules: Rules,
}

/// What `export` says about itself.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Exported {
    fetched: Option<Timestamp>,
    drift: Vec<String>,
}

/// The tenant of a folder.
pub(crate) fn tenant(path: &Path, assume: &Assume) -> Result<Imported, Problems> {
    if !path.exists() {
        return Err(Problem::of_file(path.display().to_string(), "there is no such folder").into());
    }
    of_folder(&Folder::new(path), assume)
}

/// The tenant of files that are not written yet, by their paths in the folder `root`.
#[cfg(feature = "export")]
pub(crate) fn of_files(root: &Path, files: &BTreeMap<String, String>, assume: &Assume) -> Result<Imported, Problems> {
    of_folder(&Folder::of_files(root, files), assume)
}

/// Whether a folder is one of `EntraExporter`.
pub(crate) fn is_of_exporter(path: &Path) -> bool {
    // Where both have groups, the folder is read as ours, and so it is one of ours.
    let folder = Folder::new(path);
    folder.own("connectorGroups.json").is_ok_and(|own| own.is_none())
        && folder.list(Part::ConnectorGroups).is_ok_and(|list| list.is_some())
}

fn of_folder(folder: &Folder, assume: &Assume) -> Result<Imported, Problems> {
    read_folder(folder, assume).map_err(|mut problems| {
        // An export that went wrong has many files that are none: whoever mends one wants to know of the others.
        let others: Vec<_> = folder.broken().into_iter().filter(|broken| !problems.0.contains(broken)).collect();
        problems.0.extend(others);
        problems
    })
}

fn read_folder(folder: &Folder, assume: &Assume) -> Result<Imported, Problems> {
    let mut findings = Findings::default();
    let known: Known = own(folder, "tenant.json")?;
    let exported: Exported = own(folder, "export.json")?;
    for drift in &exported.drift {
        let place = || node::Place::whole(folder.shown("export.json"));
        findings.add(Level::Warning, "drift", place, format!("the tenant changed while it was exported: {drift}"));
    }
    let groups = groups(folder, &mut findings)?;
    let unknown = assume.unknown(groups.iter().map(|group| (group.id, &*group.name)));
    if !unknown.is_empty() {
        let problem = |told| Problem::of_file(folder.shown(&Part::ConnectorGroups.file(1)), told);
        return Err(Problems(unknown.into_iter().map(problem).collect()));
    }
    // Groups without a region are in the tenant's. Nothing of Graph tells that one, and the default group has it
    // unless somebody has changed it.
    let region = known
        .default_region
        .as_deref()
        .map(|region| region.trim().into())
        .or_else(|| groups.iter().find(|group| group.is_default).and_then(|group| group.region.clone()));
    let region = region.ok_or_else(|| {
        let message =
            "no file tells the region of the default group: write {\"defaultRegion\": \"eur\"} (or another) there";
        Problem::of_file(folder.shown("tenant.json"), message)
    })?;
    // The time of the answers rather than of reading them: connectors expire by it.
    let now = known.now.or(exported.fetched).map_or_else(|| now(folder), Ok)?;
    let id = known.id.map_or_else(|| organization(folder, &mut findings), Ok)?;
    let reading = lists::Reading { folder, assume, groups: &groups, now, untold: RefCell::default() };
    let connectors = reading.connectors(&mut findings)?;
    let applications = reading.applications(&mut findings)?;
    let profile = profile(folder, &mut findings)?;
    let mut untold = reading.untold.into_inner();
    untold.no_profile = profile.is_none();
    untold.drift.extend(exported.drift);
    let profile = profile.unwrap_or_default();
    let parts = repair::Parts { id, region, now, rules: known.rules, profile, groups, connectors, applications };
    let mut imported = repair::tenant(parts, findings)?;
    (imported.untold, imported.fetched) = (untold, exported.fetched);
    Ok(imported)
}

/// A publishing profile, and what of it the engine does not hold.
type Profile = (ProfileProperties, Map<String, Value>);

/// What the publishing profile says, and what of it the engine does not hold.
fn profile(folder: &Folder, findings: &mut Findings) -> Result<Option<Profile>, Problem> {
    let folder::Told::Object(node) = folder.one(Part::Profile)? else { return Ok(None) };
    let mut rest = things::rest(&node.members()?, &["id", "isEnabled"], findings)?;
    Ok(Some((things::modelled(&mut rest), rest)))
}

/// A file of ours; its default where it is not there.
fn own<T: serde::de::DeserializeOwned + Default>(folder: &Folder, name: &str) -> Result<T, Problem> {
    let Some(node) = folder.own(name)? else { return Ok(T::default()) };
    let value = node.value()?;
    serde_path_to_error::deserialize(&value).map_err(|error| match error.path().to_string().as_str() {
        "." | "?" => node.problem(error.inner().to_string()),
        path => node.problem(format!("{path}: {}", error.inner())),
    })
}

fn groups(folder: &Folder, findings: &mut Findings) -> Result<Vec<Group>, Problems> {
    let part = Part::ConnectorGroups;
    let Some(nodes) = folder.list(part)? else {
        // `plan --import` takes answers alone; elsewhere a backup is read as what it is.
        if folder.own(backup::MANIFEST).is_ok_and(|manifest| manifest.is_some()) {
            let told = "is that of a backup, and no import: its `document.json` is the tenant's document already";
            return Err(Problem::of_file(folder.shown(backup::MANIFEST), told).into());
        }
        return Err(Problem::of_file(folder.shown(&part.file(1)), format!("is not there; {}", part.advice())).into());
    };
    let groups = nodes.into_iter().map(|node| Group::read(node, findings)).collect::<Result<Vec<_>, _>>()?;
    let mut seen: BTreeMap<ConnectorGroupId, &Group> = BTreeMap::new();
    for group in &groups {
        // A page that was fetched after a group came or went repeats one; then another may be missing.
        if let Some(first) = seen.insert(group.id, group) {
            let message = format!(
                "connector group {} is here and at {}: the pages are of different runs",
                group.id,
                first.node.place()
            );
            return Err(group.node.problem(message).into());
        }
    }
    if !groups.iter().any(|group| group.is_default) {
        let message = "isDefault: no connector group is the default (R-1); is a page missing?";
        return Err(Problem::of_file(folder.shown(&part.file(1)), message).into());
    }
    Ok(groups)
}

fn now(folder: &Folder) -> Result<Timestamp, Problem> {
    let since =
        SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_micros()).ok());
    since
        .and_then(Timestamp::from_unix_microseconds)
        .ok_or_else(|| Problem::of_file(folder.shown("tenant.json"), "must say `now`: this machine's clock does not"))
}

fn organization(folder: &Folder, findings: &mut Findings) -> Result<TenantId, Problem> {
    let nodes = folder.list(Part::Organization)?.unwrap_or_default();
    // A tenant is one organization, so that the list has one item.
    if let Some(node) = nodes.first() {
        return Node::members(node)?.required("id")?.parsed();
    }
    let message = format!(
        "no file tells the tenant's id; it is read as {}. {}",
        TenantId::default(),
        Part::Organization.advice()
    );
    let place = || node::Place::whole(folder.shown(&Part::Organization.file(1)));
    findings.add(Level::Note, "tenant-id", place, message);
    Ok(TenantId::default())
}
