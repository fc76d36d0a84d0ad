//! `connector-groups`: replay commands, plan a change, emulate the service, check another implementation.
//!
//! Each subcommand is a module with its own options. `main` only chooses one and turns its end into an exit status.

extern crate alloc;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod conformance;
#[cfg(feature = "emulate")]
mod emulate;
mod input;
mod line;
#[cfg(feature = "load")]
mod load;
mod output;
mod plan;
mod progress;
mod replay;
mod state;
mod words;

/// Work with Microsoft Graph's application proxy connector groups without a tenant.
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
    /// Not in this build: it was built without the feature `load`.
    #[cfg(not(feature = "load"))]
    Load(Missing),
}

/// The arguments of a subcommand that this build does not have: taken, so that the answer is not about them.
#[cfg(not(all(feature = "emulate", feature = "load")))]
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
struct Missing {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    arguments: Vec<String>,
}

#[cfg(not(all(feature = "emulate", feature = "load")))]
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
        Err(error) => {
            _ = error.print();
            return wrong_call(&error);
        }
    };
    match cli.command {
        Command::Replay(options) => replay::run(&options),
        Command::Plan(options) => plan::run(&options),
        #[cfg(feature = "emulate")]
        Command::Emulate(options) => emulate::run(&options),
        Command::Conformance(options) => conformance::run(&options),
        #[cfg(feature = "load")]
        Command::Load(options) => load::run(&options),
        #[cfg(not(feature = "emulate"))]
        Command::Emulate(missing) => missing.run("emulate"),
        #[cfg(not(feature = "load"))]
        Command::Load(missing) => missing.run("load"),
    }
}

/// A wrong call is exit status 2, but for `plan`, where 2 says that there are changes, as `terraform plan` has it.
fn wrong_call(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    let is_plan = std::env::args().nth(1).is_some_and(|name| name == "plan");
    ExitCode::from(if is_plan { 1 } else { 2 })
}
