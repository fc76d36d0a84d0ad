//! A backup of any kind, from a folder or a file.

extern crate alloc;

use alloc::collections::BTreeMap;
use std::path::Path;

use super::{
    content::{Content, Kind},
    microsoft,
};
use crate::{
    import::{self, Assume, Imported, backup},
    plan::input::{self, Which},
};

#[cfg(feature = "export")]
pub(crate) use crate::export::Fetching;

/// No options, as nothing is fetched.
#[cfg(not(feature = "export"))]
#[derive(clap::Args)]
pub(crate) struct Fetching {
    #[arg(skip)]
    pub(crate) quiet: bool,
}

/// Fetches a tenant. The answers of Graph come with it, by their files.
#[cfg(feature = "export")]
pub(crate) fn fetch(
    graph: &str,
    fetching: &Fetching,
    assume: &Assume,
) -> Result<(Imported, BTreeMap<String, String>), String> {
    let fetched = crate::export::fetch(graph, fetching)?;
    Ok((crate::export::imported(&fetched, assume)?, fetched.files))
}

#[cfg(not(feature = "export"))]
pub(crate) fn fetch(graph: &str, _: &Fetching, _: &Assume) -> Result<(Imported, BTreeMap<String, String>), String> {
    Err(format!("{graph}: this build fetches nothing: build it with the default features, or name a folder"))
}

/// What a folder or file is.
pub(crate) fn kind(path: &Path) -> Kind {
    // From what says most of itself to what says least: a backup has answers of Graph beside its manifest, which would pass
    // for an export.
    if !path.is_dir() {
        Kind::Document
    } else if backup::is_one(path) {
        Kind::Backup
    } else if microsoft::is_one(path) {
        Kind::MicrosoftScript
    } else if import::is_of_exporter(path) {
        Kind::EntraExporter
    } else {
        Kind::Export
    }
}

/// Reads a tenant to keep it or to compare with it: what a document has without a URL is not taken for how it is published.
pub(crate) fn imported(
    subcommand: Option<&str>,
    path: &Path,
    which: Which,
    assume: &Assume,
) -> Result<Imported, String> {
    let mut imported = input::tenant(subcommand, &path.display().to_string(), which, assume)?;
    if kind(path) == Kind::Document {
        imported.doubt_stand_ins();
    }
    Ok(imported)
}

/// Reads a backup of any kind. Refused lines of a replay file are told after the name of a subcommand, or passed over without one.
pub(crate) fn read(subcommand: Option<&str>, path: &Path, which: Which, assume: &Assume) -> Result<Content, String> {
    // What is unknown is no obstacle: it is not led back.
    let lenient = Assume { is_lenient: true, ..assume.clone() };
    let kind = kind(path);
    if kind == Kind::MicrosoftScript {
        // Without members and assignments it is no tenant, so that its content comes by another way.
        return microsoft::read(path).map_err(|problem| problem.to_string());
    }
    Ok(Content::of(kind, &imported(subcommand, path, which, &lenient)?))
}
