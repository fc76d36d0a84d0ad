//! The folder of a backup as it is written: a manifest that says what is there and what is not, the tenant's document, and what
//! the document cannot say.

use serde_json::{Value, json};

use super::content::{Content, NEVER};
use crate::{
    import::{
        Imported,
        backup::{BESIDE, DOCUMENT, FORMAT, MANIFEST, sha256},
    },
    safe,
    words::count,
};

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
