//! Cargo within a program that cargo has started.

use std::process::Command;

/// Cargo, without what the outer one says of the package that it runs: build scripts take note of that, and what they have
/// built would be built again at each change of hands.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(name);
        }
    }
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}
