//! `plan`: plans a change of a tenant and shows it before it is made, as `terraform plan` does.

mod checks;
mod desired;
pub(crate) mod input;
mod machine;
mod markup;
pub(crate) mod names;
mod reasons;
mod report;
mod requests;
mod scripts;
mod step;
mod svg;
mod text;
mod warning;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use connector_groups::{
    Command, ConnectorGroupId, Desired, DirectoryCommand, Plan, Tenant, TenantId,
    picture::{Picture, PictureOptions},
    plan::{Aim, Parking, PlanOptions, Unreachable},
};
use serde_json::Value;

#[cfg(feature = "export")]
pub(crate) use self::machine::{FORMAT, digest};
use self::{
    input::Which,
    report::Report,
    scripts::{As, graph, powershell, terraform},
    text::Fold,
    warning::Warning,
};
#[cfg(feature = "export")]
use crate::work::Places;
use crate::{
    import::{self, Assume, Imported},
    out::{self, Earlier},
    output,
    progress::Waiting,
    safe,
    work::Work,
};

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

  # A real tenant: what `connector-groups export` has fetched
  connector-groups plan --keep-available --out change.plan.json export desired.yaml
  connector-groups plan --import export --out tenant.json --report findings.json
  connector-groups plan --beside findings.json tenant.json desired.yaml

  # An export that says nothing of an empty group, a region that came after this program, and all names
  connector-groups plan --assume-empty \"Idle connectors\" --accept-region gbr --all export desired.yaml

  # The steps as commands to replay, as a page to read, and for programs
  connector-groups plan --lines steps.jsonl --format html TENANT DESIRED > plan.html
  connector-groups replay examples/contoso.jsonl steps.jsonl
  connector-groups plan --format json TENANT DESIRED

  # For other tools: requests of Graph, a script for PowerShell, resources for Terraform
  connector-groups plan --as graph TENANT DESIRED > requests.json
  connector-groups plan --as powershell TENANT DESIRED > change.ps1
  connector-groups plan --as terraform TENANT DESIRED > change.tf

  # In a script: errors only on standard error
  connector-groups plan --quiet --out change.plan.json export desired.yaml > change.txt

  # One tenant of a directory with several
  connector-groups plan --tenant 7e000000-0000-4000-8000-000000000001 state.json DESIRED

The exit status is 0 where there is nothing to do, 2 where there is a plan, and 1 where there is no
way or the input is wrong.";

/// Options of `plan`.
#[derive(clap::Args)]
#[command(
    override_usage = "connector-groups plan [OPTIONS] TENANT DESIRED\n       connector-groups plan --import FOLDER [--out FILE]",
    after_help = EXAMPLES
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
    #[command(flatten)]
    output: Output,
    /// A region that Graph's documents do not name, such as `--accept-region gbr`; may be given more than once
    #[arg(long, value_name = "REGION", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    accept_region: Vec<String>,
    /// Print the tenant document of a folder of Graph's answers
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["from", "desired", "keep_available", "park_anywhere", "tenant",
        "accept_region", "lines", "format", "runs_as", "all"])]
    import: Option<PathBuf>,
    /// With `--import`: write what was found on the way, and all that a tenant document cannot say, as JSON
    #[arg(long, value_name = "FILE", requires = "import")]
    report: Option<PathBuf>,
    /// What `--report` wrote beside a tenant document: what is unknown there, of which the plan then warns
    #[arg(long, value_name = "FILE", conflicts_with = "import")]
    beside: Option<PathBuf>,
    /// A group of which no file tells members or applications has none: its id or name, or `all`; may be given more than once
    #[arg(long, value_name = "GROUP", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    assume_empty: Vec<String>,
    /// Say nothing on standard error but errors
    #[arg(long)]
    quiet: bool,
    /// A tenant document, a directory, a replay file (`.jsonl`), a backup, or a folder of Graph's answers
    #[arg(value_name = "TENANT", required_unless_present = "import")]
    from: Option<String>,
    /// The desired state, as JSON or as YAML (`.yaml`, `.yml`): what it does not name stays as it is
    #[arg(value_name = "DESIRED", required_unless_present = "import")]
    desired: Option<String>,
}

/// Where a plan goes, and how it is printed.
#[derive(clap::Args)]
pub(crate) struct Output {
    /// Write the plan file: each step with the exact ids, the state that it starts from, and the state that it leads to
    #[arg(long, value_name = "PLAN")]
    out: Option<PathBuf>,
    /// Write the steps as lines of the replay format
    #[arg(long, value_name = "FILE")]
    lines: Option<PathBuf>,
    /// How to print the plan
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Print the plan as something that another tool runs
    #[arg(long = "as", value_enum, value_name = "KIND", conflicts_with = "format")]
    runs_as: Option<As>,
    /// Name all things that move and all warnings; otherwise ten of each
    #[arg(long)]
    pub(crate) all: bool,
}

/// How a plan is printed.
#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// The plan file; also where there is no plan
    Json,
    /// For a pull request or a ticket
    Markdown,
    /// A flowchart for Mermaid
    Mermaid,
    /// A graph for Graphviz
    Dot,
    /// A page of its own, with a picture
    Html,
    /// Hazards and findings for a code host
    Sarif,
}

/// The exit status is 0 where nothing is to be done, 2 where there is a plan, and 1 where there is none or the input is wrong.
pub(crate) fn run(options: &Options) -> ExitCode {
    let inputs = [&options.import, &options.beside].into_iter().flatten().map(PathBuf::as_path);
    let inputs = inputs.chain([&options.from, &options.desired].into_iter().flatten().map(Path::new));
    let outputs = options.output.files(options.report.as_deref());
    ended("plan", &outputs, &inputs.collect::<Vec<_>>(), || match (&options.import, &options.from, &options.desired) {
        (Some(folder), ..) => options.import(folder),
        (None, Some(tenant), Some(desired)) => options.plan(tenant, desired),
        _ => Err(String::from("a tenant and a desired state are needed")),
    })
}

/// Runs what reads and writes these files: the exit status, and what is to be said where there is nothing new.
pub(crate) fn ended(
    subcommand: &str,
    outputs: &[&Path],
    inputs: &[&Path],
    run: impl FnOnce() -> Result<ExitCode, String>,
) -> ExitCode {
    let earlier = Earlier::of(outputs);
    let code = out::apart(outputs, inputs).and_then(|()| run()).unwrap_or_else(|message| {
        output::say(subcommand, &message);
        ExitCode::FAILURE
    });
    if code == ExitCode::FAILURE {
        earlier.told().for_each(|told| output::say(subcommand, &told));
    }
    code
}

impl Options {
    fn assume(&self) -> Assume {
        Assume::new(&self.assume_empty)
    }

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

    fn tell(&self, imported: &Imported) {
        if !self.quiet {
            input::tell("plan", imported);
        }
    }

    fn import(&self, folder: &Path) -> Result<ExitCode, String> {
        let imported = import::tenant(folder, &self.assume()).map_err(|problems| problems.to_string())?;
        self.tell(&imported);
        if let Some(file) = &self.report {
            write(file, &json(&imported.report())?)?;
        }
        let text = serde_json::to_value(&imported.tenant).map_err(|error| error.to_string())?;
        match &self.output.out {
            Some(file) => write(file, &json(&text)?)?,
            None => output::print_data(&json(&text)?)?,
        }
        if let Some(unknown) = imported.unknown().filter(|_| !self.quiet) {
            let report = self.report.as_deref().unwrap_or_else(|| Path::new("FILE")).display();
            output::say(
                "plan",
                &format!(
                    "the document cannot say what is unknown: {unknown}. A plan for it alone does not warn of that: plan for {} \
                     itself, or with what `--report {report}` writes, `plan --beside {report}`",
                    folder.display()
                ),
            );
        }
        Ok(ExitCode::SUCCESS)
    }

    fn plan(&self, tenant: &str, desired_file: &str) -> Result<ExitCode, String> {
        let which = Which { option: "--tenant", id: self.tenant.as_deref() };
        let told = (!self.quiet).then_some("plan");
        let mut imported = input::tenant(told, tenant, which, &self.assume())?;
        if let Some(file) = &self.beside {
            if Path::new(tenant).is_dir() {
                return Err(format!("{tenant}: is a folder, which says by itself what is unknown: leave --beside out"));
            }
            input::beside(&mut imported, file)?;
        }
        self.tell(&imported);
        let tenant = &imported.tenant;
        let desired = desired::desired(desired_file)?;
        // Before planning: a region that the service would refuse makes every plan with it worthless, and a search for
        // one takes seconds.
        for problems in [
            checks::unknown_regions(tenant, &desired, &self.accept_region),
            checks::unknown_renames(tenant, &desired),
            checks::contradictions(tenant, &desired),
        ] {
            if !problems.is_empty() {
                return Err(format!("{desired_file}: {}", problems.join("\n  ")));
            }
        }
        let slips = checks::likely_slips(tenant, &desired);
        // The search may take seconds, and a silent program looks as if it hung.
        let waiting = (!self.quiet).then(|| Waiting::new("planning"));
        let plan = tenant.plan(&desired, self.options(), new_ids());
        drop(waiting);
        let plan = match plan {
            Ok(plan) => plan,
            Err(unreachable) => return self.output.impossible(&imported, &unreachable, &slips, desired_file),
        };
        let mut report = Report::new(&imported, &desired, &plan, self.options())?;
        // In front: a slip of the pen makes everything that follows moot.
        report.warnings.splice(0..0, slips);
        self.output.deliver_report(&report, (desired_file, ""))
    }
}

impl Output {
    /// The files that are to be written.
    pub(crate) fn files<'a>(&'a self, report: Option<&'a Path>) -> Vec<&'a Path> {
        self.out.as_deref().into_iter().chain(self.lines.as_deref()).chain(report).collect()
    }

    /// Writes the plan where it is asked for, and prints it. A remark is told after the name of a subcommand, or not without one.
    pub(crate) fn deliver(
        &self,
        subcommand: Option<&str>,
        imported: &Imported,
        before: Before,
        (desired, plan, options): (&Desired, &Plan, PlanOptions),
        source: &str,
    ) -> Result<ExitCode, String> {
        let tenant = imported.tenant.id();
        let first = before.commands.iter().map(|command| line(tenant, command)).collect::<Result<String, _>>()?;
        let mut report = Report::new(imported, desired, plan, options)?;
        (report.settings, report.beforehand) = (before.settings, before.beforehand);
        if let Some(subcommand) = subcommand
            && matches!(self.format, Format::Mermaid | Format::Dot)
            && !report.not_in_a_picture().is_empty()
        {
            output::say(subcommand, "the picture shows connector groups alone: all else is in its comments");
        }
        let code = self.deliver_report(&report, (source, &first))?;
        Ok(if first.is_empty() { code } else { ExitCode::from(CHANGES) })
    }

    /// Says that there is no plan, and why.
    pub(crate) fn no_way(
        &self,
        imported: &Imported,
        unreachable: &Unreachable,
        source: &str,
    ) -> Result<ExitCode, String> {
        self.impossible(imported, unreachable, &[], source)
    }

    fn deliver_report(&self, report: &Report, (source, first_lines): (&str, &str)) -> Result<ExitCode, String> {
        if let Some(file) = &self.out {
            write(file, &json(&machine::plan(report)?)?)?;
        }
        if let Some(file) = &self.lines {
            write(file, &(String::from(first_lines) + &lines(report)?))?;
        }
        let shown = match self.runs_as {
            None => self.shown(report, source)?,
            Some(As::Replay) => String::from(first_lines) + &lines(report)?,
            Some(As::Graph) => json(&graph(report)?)?,
            Some(As::PowerShell) => powershell(report)?,
            Some(As::Terraform) => terraform(report)?,
        };
        output::print_data(shown.trim_end())?;
        Ok(if report.plan.steps.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(CHANGES) })
    }

    /// The plan as it is printed. Each format makes names safe for its own reader.
    fn shown(&self, report: &Report, desired: &str) -> Result<String, String> {
        let fold = Fold { is_off: self.all };
        let picture = || {
            let steps = report.steps.iter().map(|step| (&step.command, &step.impact));
            Picture::of_plan(steps, &PictureOptions::default())
        };
        Ok(match self.format {
            // Control characters in a name would move the cursor of the terminal, and could paint another plan over
            // this one.
            Format::Text => output::visible(&text::plan(report, fold)),
            Format::Json => json(&machine::plan(report)?)?,
            Format::Markdown => markup::to_markdown(report, &picture().mermaid().to_string(), fold),
            Format::Mermaid => output::visible(&with_comments(&picture().mermaid().to_string(), "%%", report)),
            Format::Dot => output::visible(&with_comments(&picture().dot().to_string(), "//", report)),
            Format::Html => markup::to_html(report, fold),
            Format::Sarif => {
                let warnings: Vec<_> = report.all_warnings().cloned().collect();
                json(&machine::sarif(report.imported, &warnings, desired))?
            }
        })
    }

    /// Says why there is no plan: to a machine on standard output, to a person on standard error.
    fn impossible(
        &self,
        imported: &Imported,
        unreachable: &Unreachable,
        slips: &[Warning],
        desired: &str,
    ) -> Result<ExitCode, String> {
        let tenant = &imported.tenant;
        match self.format {
            Format::Json => output::print_data(&json(&machine::impossible(tenant, unreachable))?)?,
            Format::Sarif => output::print_data(&json(&machine::sarif_impossible(tenant, unreachable, desired))?)?,
            _ => return Err(no_plan(tenant, unreachable, slips)),
        }
        Ok(ExitCode::FAILURE)
    }
}

/// Why there is no plan, with what may be a slip of the pen.
fn no_plan(tenant: &Tenant, unreachable: &Unreachable, slips: &[Warning]) -> String {
    let slips = slips.iter().map(|slip| slip.text.clone());
    let lines: Vec<_> = [reasons::text(tenant, unreachable)].into_iter().chain(slips).collect();
    lines.join("\n  ")
}

/// What leads to the state from which a plan starts.
pub(crate) struct Before<'a> {
    /// All of it, for a replay.
    pub(crate) commands: &'a [Command],
    /// Those of them that change settings, which are the last steps of the plan.
    pub(crate) settings: Work,
    /// The others, in words.
    pub(crate) beforehand: Vec<String>,
}

/// A picture of groups, and in comments what it cannot show.
fn with_comments(picture: &str, mark: &str, report: &Report) -> String {
    let mut text = String::from(picture.trim_end());
    for what in report.not_in_a_picture() {
        text.extend(["\n", mark, " ", &output::escaped(&what)]);
    }
    text
}

/// A plan that was made again, for `apply --replan`.
#[cfg(feature = "export")]
pub(crate) struct Again {
    pub(crate) state: Places,
    pub(crate) work: Work,
    /// How many applications are without an active connector at some step.
    pub(crate) outages: usize,
    /// The plan for people.
    pub(crate) text: String,
}

/// Plans for a desired state from a folder of Graph's answers, with changes of settings behind the plan.
#[cfg(feature = "export")]
pub(crate) fn again(
    folder: &Path,
    desired: &Desired,
    options: PlanOptions,
    settings: Work,
) -> Result<Result<Again, String>, String> {
    let imported = import::tenant(folder, &Assume::default()).map_err(|problems| problems.to_string())?;
    let tenant = &imported.tenant;
    // Somebody may have renamed or deleted the group since: to make a new one in its place is nothing that was looked at.
    let renames = checks::unknown_renames(tenant, desired);
    if !renames.is_empty() {
        return Ok(Err(format!("the plan's desired state: {}", renames.join("\n  "))));
    }
    let slips = checks::likely_slips(tenant, desired);
    let plan = match tenant.plan(desired, options, new_ids()) {
        Ok(plan) => plan,
        Err(why) => return Ok(Err(no_plan(tenant, &why, &slips))),
    };
    let mut report = Report::new(&imported, desired, &plan, options)?;
    report.warnings.splice(0..0, slips);
    report.settings = settings;
    let text = text::plan(&report, Fold { is_off: false });
    let mut work = report.work;
    work.steps.extend(report.settings.steps);
    Ok(Ok(Again {
        state: Places::of(tenant),
        text,
        outages: plan.outages.iter().map(|outage| outage.applications.len()).sum(),
        work,
    }))
}

/// SHA-256, as the plan file and the journal write it.
#[cfg(feature = "export")]
pub(crate) fn hash(bytes: &[u8]) -> String {
    machine::hex(&hmac_sha256::Hash::hash(bytes))
}

/// Ids for groups that the desired state gives none: easy to tell from those that the service gives.
fn new_ids() -> impl Iterator<Item = ConnectorGroupId> {
    // With the bits of version 4, as strict readers of GUIDs want them, and all else zero but the number.
    (1..).map(|number| ConnectorGroupId::from_u128(0x4000_8000_0000_0000_0000 | number))
}

fn lines(report: &Report) -> Result<String, String> {
    report.steps.iter().map(|step| line(report.tenant().id(), &step.command)).collect()
}

/// A command as a line of the replay format.
fn line(tenant: TenantId, command: &Command) -> Result<String, String> {
    let line = DirectoryCommand::InTenant { tenant, command: command.clone() };
    serde_json::to_string(&line).map(|line| line + "\n").map_err(|error| error.to_string())
}

pub(crate) fn json(value: &Value) -> Result<String, String> {
    let text = serde_json::to_string_pretty(value).map_err(|error| error.to_string())?;
    Ok(safe::json(&text))
}

/// Writes a text and, where it has none, a final line break.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), String> {
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    out::file(file, &format!("{text}{end}"))
}
