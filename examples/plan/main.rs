//! Plans a change of a tenant and shows it before it is made, as `terraform plan` does.
//!
//! ```text
//! cargo run --release --example plan -- [OPTION...] TENANT DESIRED
//! cargo run --release --example plan -- --import FOLDER [--out FILE]
//! ```
//!
//! `TENANT` is a tenant document, a directory as `replay --state` prints it, a replay file (`.jsonl`), or a folder of what
//! Graph's list calls answer ([`import`] says which). `DESIRED` is a desired state, as JSON or (`.yaml`, `.yml`) as YAML: what
//! it does not name stays as it is.
//!
//! * `--keep-available`: no application loses its last active connector on the way; where that cannot be, as few as can be.
//! * `--park-anywhere`: what must leave a group while its region changes may wait in any group, not only in a temporary one.
//! * `--tenant ID`: which tenant of a directory.
//! * `--out FILE`: the steps as lines of the replay format.
//! * `--dot FILE`, `--mermaid FILE`: the steps as a picture.
//! * `--json`: the plan itself on standard output, in place of words.
//! * `--import FOLDER`: the tenant document of such a folder, on standard output or in `--out FILE`.
//!
//! The exit status is 0 where nothing is to be done, 2 where there is a plan, and 1 where there is none or the input is wrong.

mod import;
mod input;
#[path = "../replay/state.rs"]
mod state;
mod words;

use std::{io::Write, path::Path, process::ExitCode};

use connector_groups::{
    ConnectorGroupId, DirectoryCommand, Impact, Plan, Tenant,
    picture::{Picture, PictureOptions},
    plan::{Aim, Parking, PlanOptions},
};

const USAGE: &str = "usage: plan [--keep-available] [--park-anywhere] [--tenant ID] [--out FILE] [--dot FILE] [--mermaid FILE] \
                     [--json] TENANT DESIRED\n       plan --import FOLDER [--out FILE]";
/// As `terraform plan -detailed-exitcode` answers where there are changes.
const CHANGES: u8 = 2;

fn main() -> ExitCode {
    match Call::read(std::env::args().skip(1)).and_then(|call| call.run()) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("plan: {message}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Default)]
struct Call {
    options: PlanOptions,
    tenant: Option<String>,
    out: Option<String>,
    dot: Option<String>,
    mermaid: Option<String>,
    import: Option<String>,
    json: bool,
    help: bool,
    files: Vec<String>,
}

impl Call {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut call = Self::default();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} of what?\n{USAGE}"));
            match argument.as_str() {
                "--keep-available" => call.options.aim = Aim::KeepAvailable,
                "--park-anywhere" => call.options.parking = Parking::Anywhere,
                "--json" => call.json = true,
                "--help" => call.help = true,
                "--tenant" => call.tenant = Some(value()?),
                "--out" => call.out = Some(value()?),
                "--dot" => call.dot = Some(value()?),
                "--mermaid" => call.mermaid = Some(value()?),
                "--import" => call.import = Some(value()?),
                option if option.starts_with("--") => return Err(format!("unexpected argument {option}\n{USAGE}")),
                _ => call.files.push(argument),
            }
        }
        Ok(call)
    }

    fn run(&self) -> Result<ExitCode, String> {
        match (&self.import, &*self.files) {
            _ if self.help => {
                println!("{USAGE}");
                Ok(ExitCode::SUCCESS)
            }
            (Some(folder), []) => self.import(Path::new(folder)),
            (None, [tenant, desired]) => self.plan(tenant, desired),
            _ => Err(String::from(USAGE)),
        }
    }

    fn import(&self, folder: &Path) -> Result<ExitCode, String> {
        let tenant = import::tenant(folder)?;
        let text = serde_json::to_string_pretty(&tenant).map_err(|error| error.to_string())?;
        match &self.out {
            Some(file) => write(file, &format!("{text}\n"))?,
            None => println!("{text}"),
        }
        Ok(ExitCode::SUCCESS)
    }

    fn plan(&self, tenant: &str, desired: &str) -> Result<ExitCode, String> {
        let tenant = input::tenant(tenant, self.tenant.as_deref())?;
        let desired = input::desired(desired)?;
        let plan = tenant
            .plan(&desired, self.options, new_ids())
            .map_err(|unreachable| words::unreachable(&tenant, &unreachable))?;
        let impacts = impacts(&tenant, &plan)?;
        if let Some(file) = &self.out {
            write(file, &lines(&tenant, &plan)?)?;
        }
        let picture = || Picture::of_plan(plan.steps.iter().zip(&impacts), &PictureOptions::default());
        if let Some(file) = &self.dot {
            write(file, &picture().dot().to_string())?;
        }
        if let Some(file) = &self.mermaid {
            write(file, &picture().mermaid().to_string())?;
        }
        let text = if self.json {
            serde_json::to_string_pretty(&plan).map_err(|error| error.to_string())?
        } else {
            words::plan(&tenant, &plan, &impacts, self.options)
        };
        match writeln!(std::io::stdout(), "{text}") {
            // Whoever reads it has read enough of it.
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(format!("cannot write: {error}")),
            _ if plan.steps.is_empty() => Ok(ExitCode::SUCCESS),
            _ => Ok(ExitCode::from(CHANGES)),
        }
    }
}

/// Ids for groups that the desired state gives none: easy to tell from those that the service gives.
fn new_ids() -> impl Iterator<Item = ConnectorGroupId> {
    (1..).map(|number| ConnectorGroupId::from_u128(0x4000_8000_0000_0000_0000 | number))
}

/// What each step changes for availability, on what those before it leave.
fn impacts(tenant: &Tenant, plan: &Plan) -> Result<Vec<Impact>, String> {
    let mut tenant = tenant.clone();
    let step = |command| {
        let impact = tenant.impact(command).map_err(|refusal| refusal.to_string())?;
        tenant.apply(command).map_err(|refusal| refusal.to_string())?;
        Ok(impact)
    };
    plan.steps.iter().map(step).collect()
}

fn lines(tenant: &Tenant, plan: &Plan) -> Result<String, String> {
    let line = |command: &connector_groups::Command| {
        let line = DirectoryCommand::InTenant { tenant: tenant.id(), command: command.clone() };
        serde_json::to_string(&line).map(|line| line + "\n").map_err(|error| error.to_string())
    };
    plan.steps.iter().map(line).collect()
}

fn write(file: &str, text: &str) -> Result<(), String> {
    std::fs::write(file, text).map_err(|error| format!("cannot write {file}: {error}"))
}
