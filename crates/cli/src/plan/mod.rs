//! `plan`: plans a change of a tenant and shows it before it is made, as `terraform plan` does.

mod import;
mod input;
mod words;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use connector_groups::{
    ConnectorGroupId, DirectoryCommand, Impact, Plan, Tenant,
    picture::{Picture, PictureOptions},
    plan::{Aim, Parking, PlanOptions},
};

use crate::{output, progress::Waiting};

/// As `terraform plan -detailed-exitcode` answers where there are changes.
const CHANGES: u8 = 2;

const EXAMPLES: &str = "\
Examples:
  # The fewest steps from Contoso as it is to what the file asks for, with what each step would break
  connector-groups plan examples/contoso.jsonl examples/plan/contoso.yaml

  # No application without an active connector on the way
  connector-groups plan --keep-available examples/contoso.jsonl examples/plan/contoso.yaml

  # Where every connector reaches every application, no temporary group is needed
  connector-groups plan --park-anywhere examples/contoso.jsonl examples/plan/contoso.yaml

  # The steps as commands to replay, and as pictures
  connector-groups plan --out steps.jsonl --dot plan.dot --mermaid plan.mmd TENANT DESIRED
  connector-groups replay examples/contoso.jsonl steps.jsonl

  # For programs
  connector-groups plan --json TENANT DESIRED

  # One tenant of a directory with several
  connector-groups plan --tenant 7e000000-0000-4000-8000-000000000001 state.json DESIRED

  # A real tenant: a folder of what Microsoft Graph's list calls have answered
  connector-groups plan --import examples/plan/import --out tenant.json
  connector-groups plan examples/plan/import examples/plan/fabrikam.yaml

The exit status is 0 where there is nothing to do, 2 where there is a plan, and 1 where there is no
way or the input is wrong.";

/// Options of `plan`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
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
        output::say("plan", &message);
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
            None => output::print_data(&text)?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn plan(&self, tenant: &str, desired: &str) -> Result<ExitCode, String> {
        let tenant = input::tenant(tenant, self.tenant.as_deref())?;
        let desired = input::desired(desired)?;
        let waiting = Waiting::new("planning");
        let plan = tenant.plan(&desired, self.options(), new_ids());
        drop(waiting);
        let plan = plan.map_err(|unreachable| words::unreachable(&tenant, &unreachable))?;
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
        if self.json {
            output::print_data(&serde_json::to_string_pretty(&plan).map_err(|error| error.to_string())?)?;
        } else {
            output::print(&words::plan(&tenant, &plan, &impacts, self.options()))?;
        }
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
