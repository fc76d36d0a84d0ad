//! `connector-groups`: replay commands, plan a change, emulate the service, check another implementation.
//!
//! Each subcommand is a module with its own options. `main` only chooses one and turns its end into an exit status.

extern crate alloc;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[cfg(feature = "export")]
mod apply;
mod backup;
mod conformance;
mod drill;
#[cfg(feature = "emulate")]
mod emulate;
#[cfg(feature = "export")]
mod export;
mod import;
mod input;
mod line;
#[cfg(feature = "load")]
mod load;
mod out;
mod output;
mod plan;
mod progress;
mod replay;
mod restore;
mod safe;
mod schedule;
mod state;
mod words;
mod work;

/// Work with Microsoft Graph's application proxy connector groups, in a tenant or without one.
#[derive(Parser)]
#[command(name = "connector-groups", version, propagate_version = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run commands, one a line, and say what each did or why it was refused.
    Replay(replay::Options),
    /// Plan the way from a tenant to a desired state, and show what each step would break.
    Plan(plan::Options),
    /// Say whom each failure would cut off: of a connector, a group, a region, and of any two connectors.
    Drill(drill::Options),
    /// Order connectors into the fewest rounds of patching that leave each group enough active ones.
    Schedule(schedule::Options),
    /// Fetch a tenant from Graph into a folder that `plan` reads.
    #[cfg(feature = "export")]
    Export(Box<export::Options>),
    /// Do what a plan says in a tenant, step by step, with a way on and a way back from wherever it is cut off.
    #[cfg(feature = "export")]
    Apply(Box<apply::Options>),
    /// Keep a tenant in a folder that says what it has and what not.
    Backup(Box<backup::Options>),
    /// Plan the way back from a tenant as it is to a backup.
    Restore(Box<restore::Options>),
    /// Serve Microsoft Graph's routes for connector groups, for clients that cannot have a real tenant.
    #[cfg(feature = "emulate")]
    Emulate(Box<emulate::Options>),
    /// Check another implementation against the engine, line by line.
    Conformance(conformance::Options),
    /// Put the emulator under load, beside a server that does nothing.
    #[cfg(feature = "load")]
    Load(load::Options),
    /// Not in this build: it was built without the feature `emulate`.
    #[cfg(not(feature = "emulate"))]
    Emulate(Missing),
    /// Not in this build: it was built without the feature `export`.
    #[cfg(not(feature = "export"))]
    Apply(Missing),
    /// Not in this build: it was built without the feature `export`.
    #[cfg(not(feature = "export"))]
    Export(Missing),
    /// Not in this build: it was built without the feature `load`.
    #[cfg(not(feature = "load"))]
    Load(Missing),
}

/// The arguments of a subcommand that this build does not have: taken, so that the answer is not about them.
#[cfg(not(all(feature = "emulate", feature = "export", feature = "load")))]
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
struct Missing {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    arguments: Vec<String>,
}

#[cfg(not(all(feature = "emulate", feature = "export", feature = "load")))]
impl Missing {
    fn run(&self, name: &str) -> ExitCode {
        let _ = &self.arguments;
        output::say(
            "connector-groups",
            &format!(
                "`{name}` is not in this build. Build it with the default features: cargo install --path crates/cli"
            ),
        );
        ExitCode::from(2)
    }
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            // It repeats arguments, which a script may have from anywhere.
            output::complain(&error.render().to_string());
            return wrong_call(&error);
        }
        Err(error) => {
            _ = error.print();
            return wrong_call(&error);
        }
    };
    match cli.command {
        Command::Replay(options) => replay::run(&options),
        Command::Plan(options) => plan::run(&options),
        Command::Drill(options) => drill::run(&options),
        Command::Schedule(options) => schedule::run(&options),
        #[cfg(feature = "emulate")]
        Command::Emulate(options) => emulate::run(&options),
        #[cfg(feature = "export")]
        Command::Apply(options) => apply::run(&options),
        #[cfg(feature = "export")]
        Command::Export(options) => export::run(&options),
        Command::Backup(options) => backup::run(&options),
        Command::Restore(options) => restore::run(&options),
        Command::Conformance(options) => conformance::run(&options),
        #[cfg(feature = "load")]
        Command::Load(options) => load::run(&options),
        #[cfg(not(feature = "emulate"))]
        Command::Emulate(missing) => missing.run("emulate"),
        #[cfg(not(feature = "export"))]
        Command::Apply(missing) => missing.run("apply"),
        #[cfg(not(feature = "export"))]
        Command::Export(missing) => missing.run("export"),
        #[cfg(not(feature = "load"))]
        Command::Load(missing) => missing.run("load"),
    }
}

/// A wrong call is exit status 2, but for `plan` and `restore`, where 2 says that there are changes, as `terraform plan` has it,
/// and for `drill`, where it says that one failure cuts users off.
fn wrong_call(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    let means_more = std::env::args().nth(1).is_some_and(|name| ["plan", "restore", "drill"].contains(&&*name));
    ExitCode::from(if means_more { 1 } else { 2 })
}
