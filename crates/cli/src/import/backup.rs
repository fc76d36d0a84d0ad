//! The folder of a backup, read again.

use alloc::collections::BTreeMap;
use core::fmt::Write;
use std::path::Path;

use connector_groups::{Tenant, Timestamp, document::Document};
use hmac_sha256::Hash;
use serde::Deserialize;

use super::{
    imported::{Beside, Imported},
    text::text,
};
use crate::state;

/// What a manifest is called.
pub(crate) const MANIFEST: &str = "backup.json";
/// What a manifest calls itself. A reader refuses another number.
pub(crate) const FORMAT: &str = "connector-groups/backup/1";
pub(crate) const DOCUMENT: &str = "document.json";
pub(crate) const BESIDE: &str = "beside.json";

/// Whether a folder is one that `backup` wrote.
pub(crate) fn is_one(folder: &Path) -> bool {
    folder.join(MANIFEST).is_file()
}

pub(crate) fn sha256(text: &str) -> String {
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
    let text = |name: &str| text(&folder.join(name));
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
    let beside: Beside = state::json(&folder.join(BESIDE), &checked(BESIDE)?)?;
    imported.take_back(beside);
    // The document does not tell when Graph was asked; its own time is the tenant's.
    imported.fetched = manifest.taken;
    Ok(imported)
}
