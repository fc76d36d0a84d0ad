//! `plan`: plans a change of a tenant and shows it before it is made, as `terraform plan` does.

mod import;
mod input;
mod words;

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use connector_groups::{
    ConnectorGroupId, DirectoryCommand, Impact, Plan, Tenant,
    picture::{Picture, PictureOptions},
    plan::{Aim, Parking, PlanOptions},
};

/// As `terraform plan -detailed-exitcode` answers where there are changes.
const CHANGES: u8 = 2;

/// Options of `plan`.
#[derive(clap::Args)]
#[command(
    override_usage = "connector-groups plan [OPTIONS] TENANT DESIRED\n       connector-groups plan --import FOLDER [--out FILE]"
)]
pub(crate) struct Options {
    /// No application loses its last active connector on the way; where that cannot be, as few as can be
    #[arg(long)]
    keep_available: bool,
    /// What must leave a group while its region changes may wait in any group, not only in a temporary one
    #[arg(long)]
    park_anywhere: bool,
    /// Which tenant of a directory
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// Write the steps as lines of the replay format
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write the steps as a picture for Graphviz
    #[arg(long, value_name = "FILE")]
    dot: Option<PathBuf>,
    /// Write the steps as a Mermaid picture
    #[arg(long, value_name = "FILE")]
    mermaid: Option<PathBuf>,
    /// Print the plan as JSON in place of words
    #[arg(long)]
    json: bool,
    /// Print the tenant document of a folder of Graph's answers
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["from", "desired"])]
    import: Option<PathBuf>,
    /// A tenant document, a directory, a replay file (`.jsonl`), or a folder of Graph's answers
    #[arg(value_name = "TENANT", required_unless_present = "import")]
    from: Option<String>,
    /// The desired state, as JSON or as YAML (`.yaml`, `.yml`): what it does not name stays as it is
    #[arg(value_name = "DESIRED", required_unless_present = "import")]
    desired: Option<String>,
}

/// The exit status is 0 where nothing is to be done, 2 where there is a plan, and 1 where there is none or the input is wrong.
pub(crate) fn run(options: &Options) -> ExitCode {
    let result = match (&options.import, &options.from, &options.desired) {
        (Some(folder), ..) => options.import(folder),
        (None, Some(tenant), Some(desired)) => options.plan(tenant, desired),
        _ => Err(String::from("a tenant and a desired state are needed")),
    };
    result.unwrap_or_else(|message| {
        eprintln!("plan: {message}");
        ExitCode::FAILURE
    })
}

impl Options {
    fn options(&self) -> PlanOptions {
        let mut options = PlanOptions::default();
        if self.keep_available {
            options.aim = Aim::KeepAvailable;
        }
        if self.park_anywhere {
            options.parking = Parking::Anywhere;
        }
        options
    }

    fn import(&self, folder: &Path) -> Result<ExitCode, String> {
        let tenant = import::tenant(folder)?;
        let text = serde_json::to_string_pretty(&tenant).map_err(|error| error.to_string())?;
        match &self.out {
            Some(file) => write(file, &format!("{text}\n"))?,
            None => print(&text)?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn plan(&self, tenant: &str, desired: &str) -> Result<ExitCode, String> {
        let tenant = input::tenant(tenant, self.tenant.as_deref())?;
        let desired = input::desired(desired)?;
        let plan = tenant
            .plan(&desired, self.options(), new_ids())
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
            words::plan(&tenant, &plan, &impacts, self.options())
        };
        print(&text)?;
        Ok(if plan.steps.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(CHANGES) })
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

fn write(file: &Path, text: &str) -> Result<(), String> {
    std::fs::write(file, text).map_err(|error| format!("cannot write {}: {error}", file.display()))
}

/// Prints a text and a line break; a reader that has closed the pipe has read enough.
fn print(text: &str) -> Result<(), String> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(format!("cannot write: {error}")),
        _ => Ok(()),
    }
}
