//! The fuzz targets over their corpus, on any toolchain.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a test stops where it fails, and has std"
)]

mod oracle;
#[allow(unreachable_pub, reason = "the fuzz crate exports them")]
#[path = "../fuzz/src/targets.rs"]
mod targets;
mod wire_operation;

use std::{collections::BTreeSet, path::Path};

use connector_groups::{Tenant, graph::operations};
use wire_operation::operation_at;

/// What the target answers to each file.
fn over_the_corpus<T>(target: &str, run: fn(&[u8]) -> T) -> Vec<T> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 20, "{target}: {} files", files.len());
    let answers = files.into_iter().map(|file| {
        // A panic is told with the file that leads to it.
        println!("{}", file.display());
        run(&std::fs::read(&file).unwrap())
    });
    answers.collect()
}

#[test]
fn replay() {
    let accepted = over_the_corpus("replay", targets::replay).into_iter().flatten();
    let accepted =
        accepted.map(|command| serde_json::to_value(command).unwrap()["command"].as_str().unwrap().to_string());
    let accepted: BTreeSet<String> = accepted.collect();
    for command in [
        "addApplicationSegment",
        "updateApplicationSegment",
        "removeApplicationSegment",
        "createServicePrincipal",
        "updateServicePrincipal",
        "deleteServicePrincipal",
        "updateProfile",
    ] {
        assert!(accepted.contains(command), "the corpus has no {command} that is accepted: {accepted:?}");
    }
}

#[test]
fn documents() {
    let tenants: Vec<_> = over_the_corpus("documents", targets::documents).into_iter().flatten().collect();
    let principals = || tenants.iter().flat_map(Tenant::service_principals);
    assert!(tenants.iter().any(|tenant| tenant.application_segments_count() > 1));
    assert!(tenants.iter().any(|tenant| tenant.applications_by_unique_name("one").next().is_some()));
    for name in ["appRoleAssignedTo", "appRoleAssignments", "tags"] {
        assert!(principals().any(|(_, principal)| principal.properties.names().any(|known| known == name)), "{name}");
    }
}

#[test]
fn steps() {
    over_the_corpus("steps", targets::steps);
}

#[test]
fn events() {
    over_the_corpus("events", targets::events);
}

#[test]
fn request() {
    let known: Vec<(String, String)> =
        operations().into_iter().map(|known| (known.method.to_string(), known.route)).collect();
    let answered = over_the_corpus("request", targets::request).into_iter().flatten();
    let answered: BTreeSet<_> = answered.filter_map(|(method, path)| operation_at(&known, &method, &path)).collect();
    let missing: Vec<_> = known.iter().filter(|operation| !answered.contains(operation)).collect();
    assert!(missing.is_empty(), "the corpus asks for none of these so that it is answered: {missing:?}");
}
