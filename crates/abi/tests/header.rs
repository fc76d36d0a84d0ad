//! The header is what cbindgen makes of the source.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    reason = "a test stops where it fails"
)]

use std::{fs, path::Path};

#[test]
fn the_header_is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    let builder = cbindgen::Builder::new().with_config(config);
    let bindings =
        builder.with_src(root.join("src/exports.rs")).with_src(root.join("src/status.rs")).generate().unwrap();
    let mut made = Vec::new();
    bindings.write(&mut made);
    let made = String::from_utf8(made).unwrap();
    let file = root.join("include/connector_groups.h");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &made).unwrap();
    }
    assert_eq!(fs::read_to_string(file).unwrap(), made, "UPDATE=1 cargo test -p connector-groups-abi --test header");
    let is_function = |rest: &&str| {
        let after = rest.trim_start_matches(|letter: char| letter.is_ascii_lowercase() || letter == '_');
        after.starts_with('(')
    };
    assert_eq!(made.split("cg_").skip(1).filter(is_function).count(), 15, "every function of the interface");
}
