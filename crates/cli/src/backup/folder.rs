//! The folder of a backup: a manifest that says what is there and what is not, the tenant's document, and what the document
//! cannot say.

extern crate alloc;

use alloc::collections::BTreeMap;
use core::fmt::Write;
use std::path::Path;

use connector_groups::{Tenant, Timestamp, document::Document};
use hmac_sha256::Hash;
use serde::Deserialize;
use serde_json::{Value, json};

use super::content::{Content, NEVER};
use crate::{
    import::{self, Imported},
    safe, state,
    words::count,
};

/// What a manifest is called.
pub(crate) const MANIFEST: &str = "backup.json";
/// What a manifest calls itself. A reader refuses another number.
const FORMAT: &str = "connector-groups/backup/1";
const DOCUMENT: &str = "document.json";
const BESIDE: &str = "beside.json";

/// The files of a backup, the manifest last.
pub(crate) fn files(content: &Content, imported: &Imported, from: &str) -> Result<Vec<(String, String)>, String> {
    let tenant = serde_json::to_value(&imported.tenant).map_err(|error| error.to_string())?;
    // Two files: anything that reads a tenant document reads the first one, and what it cannot hold is in the second.
    let mut files = vec![(DOCUMENT.into(), pretty(&tenant)?), (BESIDE.into(), pretty(&imported.report())?)];
    let hashes: serde_json::Map<_, _> =
        files.iter().map(|(name, text): &(String, String)| (name.clone(), json!(sha256(text)))).collect();
    let segments = imported.tenant.application_segments_count();
    let manifest = json!({
        "format": FORMAT,
        "program": concat!("connector-groups ", env!("CARGO_PKG_VERSION")),
        "taken": content.taken,
        "from": {"kind": content.kind, "where": from},
        "tenant": content.tenant,
        "counts": {
            "connectorGroups": content.groups.len(),
            "connectors": content.connectors.len(),
            "applications": content.applications.len(),
            "publishedApplications": content.applications.iter().filter(|one| one.is_published).count(),
            "applicationSegments": segments,
            "servicePrincipals": content.applications.iter().filter(|one| one.service_principal.is_some()).count(),
        },
        "has": has(content, segments),
        "lacks": content.lacks,
        "never": NEVER,
        "files": hashes,
    });
    // Last, as it has the hashes of the others: a copy of the folder that stops midway has no manifest, and is no backup.
    files.push((MANIFEST.into(), pretty(&manifest)?));
    Ok(files)
}

/// What can come back, in words.
fn has(content: &Content, segments: usize) -> Vec<String> {
    let placed = content.connectors.iter().filter(|one| one.place.is_some()).count();
    let assigned = content.applications.iter().filter(|one| one.place.is_some()).count();
    let published = content.applications.iter().filter(|one| one.publishing.is_some()).count();
    vec![
        format!("names and regions of {}", count(content.groups.len(), "connector group")),
        format!("the groups of {}", count(placed, "connector")),
        format!("the groups of {}", count(assigned, "application")),
        format!("the publishing of {}", count(published, "application")),
        count(segments, "segment"),
    ]
}

/// On many lines, so that two backups can be compared line by line.
fn pretty(value: &Value) -> Result<String, String> {
    let text = serde_json::to_string_pretty(value).map_err(|error| error.to_string())?;
    Ok(safe::json(&text) + "\n")
}

fn sha256(text: &str) -> String {
    let mut hash = String::from("sha256:");
    for byte in Hash::hash(text.as_bytes()) {
        _ = write!(hash, "{byte:02x}");
    }
    hash
}

/// What is read of a manifest. The rest of it is for people, who may add to it.
#[derive(Deserialize)]
struct Manifest {
    format: String,
    taken: Option<Timestamp>,
    files: BTreeMap<String, String>,
}

/// The tenant of a backup that `backup` wrote. A file that is not as it was written is refused: half of a backup would be
/// taken for the whole.
pub(crate) fn read(folder: &Path) -> Result<Imported, String> {
    let text = |name: &str| {
        let path = folder.join(name);
        import::read(&path, path.display().to_string()).map(|source| source.text).map_err(|problem| problem.to_string())
    };
    let path = folder.join(MANIFEST);
    let manifest: Manifest = state::json(&path, &text(MANIFEST)?)?;
    if manifest.format != FORMAT {
        return Err(format!("{}: the format is {:?}; this program reads {FORMAT:?}", path.display(), manifest.format));
    }
    // Hashes are there against accidents, not against whoever writes the manifest anew.
    let checked = |name: &str| {
        let content = text(name)?;
        match manifest.files.get(name) {
            Some(hash) if *hash == sha256(&content) => Ok(content),
            Some(_) => Err(format!(
                "{}: is not as it was written, as its hash in {MANIFEST} tells; to restore from it as it is, name the file itself",
                folder.join(name).display()
            )),
            None => Err(format!("{}: {MANIFEST} does not name it", folder.join(name).display())),
        }
    };
    let document: Document = state::json(&folder.join(DOCUMENT), &checked(DOCUMENT)?)?;
    let tenant = Tenant::try_from(document)
        .map_err(|violations| format!("{}: {}", folder.join(DOCUMENT).display(), state::told(&violations)))?;
    let mut imported = Imported::from(tenant);
    let beside: import::Beside = state::json(&folder.join(BESIDE), &checked(BESIDE)?)?;
    imported.take_back(beside);
    // The document does not tell when Graph was asked; its own time is the tenant's.
    imported.fetched = manifest.taken;
    Ok(imported)
}
