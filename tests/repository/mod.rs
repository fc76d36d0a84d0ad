//! Which files the repository has, and what stands in them: for the tests that are about the repository itself.

use std::{fs, path::Path, process::Command};

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every file of the repository, by its name from the root. Git says which they are, so that a stray file fails no test; a
/// packaged crate has no git, and holds what was packaged and nothing else.
pub(crate) fn all_files() -> Vec<String> {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    let listed = listed.ok().filter(|output| output.status.success() && root().join(".git").exists());
    let Some(output) = listed else {
        let mut found = Vec::new();
        walk(root(), &mut found);
        return found;
    };
    let names = String::from_utf8(output.stdout).unwrap();
    // One that is deleted and not committed yet is still in the list.
    names.split('\0').filter(|name| root().join(name).is_file()).map(String::from).collect()
}

fn walk(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") && !path.ends_with(".git") {
            walk(&path, found);
        } else if path.is_file() {
            found.push(path.strip_prefix(root()).unwrap().to_string_lossy().into_owned());
        }
    }
}

pub(crate) fn is_rust(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "rs")
}
