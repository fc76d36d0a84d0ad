//! The subcommand: its options, the check for drift, and what it says.

extern crate alloc;

use alloc::collections::BTreeSet;
use core::time::Duration;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use indicatif::{ProgressBar, ProgressStyle};

use super::{
    journal::Journal,
    patience::Patience,
    plan_file::PlanFile,
    runner::{Failed, Runner, TOLD_MAX},
    survey,
};
use crate::{
    export::{
        self,
        client::Client,
        token::{self, Source},
    },
    output, plan,
    work::{self, Difference, Effect, How, Places, Work},
};

const EXAMPLES: &str = "\
Examples:
  # Plan, look, apply
  connector-groups export --az --out export
  connector-groups plan --keep-available --out change.plan.json export desired.yaml
  connector-groups apply --az change.plan.json

  # Cut off, or stopped: go on, or back to where it began
  connector-groups apply --az --resume change.plan.json
  connector-groups apply --az --rollback change.plan.json

  # Somebody has deleted a thing that the run moves: go on without it
  connector-groups apply --az --resume --leave-out-gone change.plan.json

  # The tenant changed since: plan again from what it is, and apply that if it does no more harm
  connector-groups apply --az --replan change.plan.json

  # In a script: a token from the environment, more patience, errors only, a journal elsewhere, a proxy's certificate
  connector-groups apply --token-env TOKEN --settle 600 --tries 30 --quiet --journal run.jsonl --ca-file proxy.pem \\
      change.plan.json

  # Sign in with a browser in a tenant, as a client and at an address of your own
  connector-groups apply --device-code --tenant contoso.com --client-id 5b000000-0000-4000-8000-000000000001 \\
      --login https://login.microsoftonline.us --graph https://graph.microsoft.us change.plan.json

  # A rehearsal in the emulator, on a copy of the tenant; its own journal is not in the way of the real run
  connector-groups plan --import export --out tenant.json
  export TENANT=$(jq -r .id tenant.json)
  connector-groups emulate --listen 127.0.0.1:8080 --seed tenant.json &
  connector-groups apply --token-env TENANT --graph http://127.0.0.1:8080 --journal rehearsal.journal change.plan.json
  kill %1

Before each request, the journal says on disk what is sent; after it, what a read has shown. The run
stops at the first refusal, and before it would cut off applications that the plan keeps available.
Ctrl-C stops it when what was sent is settled; a second one ends it at once.

The exit status is 0 where the plan was applied, or with --rollback taken back; 3 where the run stopped
or was cut off, and --resume and --rollback lead on; 4 where the tenant is not as planned, or not as the
journal has it, and nothing was done; 1 where something else is wrong, and nothing was done; 2 for a wrong call.";

/// Options of `apply`.
#[derive(clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// Where Graph is, without the version
    #[arg(long, value_name = "URL", default_value = "https://graph.microsoft.com")]
    graph: String,
    #[command(flatten)]
    source: token::Options,
    /// Trust these certificates (PEM) in place of those that the system trusts
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Where the journal of the run is; by default PLAN.journal
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Go on with a run that was cut off or stopped
    #[arg(long, group = "further")]
    resume: bool,
    /// Take back what a run did, the last step first
    #[arg(long, group = "further")]
    rollback: bool,
    /// With --resume or --rollback: leave out connectors and applications that are gone, and name them
    #[arg(long, requires = "further")]
    leave_out_gone: bool,
    /// Where the tenant is not as planned: plan again, for the same desired state
    #[arg(long, conflicts_with_all = ["resume", "rollback"])]
    replan: bool,
    /// How long a write may take until reads show it
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    settle: u32,
    /// How often in a row Graph may fail to answer
    #[arg(long, value_name = "NUMBER", default_value_t = 10)]
    tries: u32,
    /// Say nothing on standard error but errors
    #[arg(long)]
    quiet: bool,
    /// What `plan --out` wrote
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
}

/// The run stopped, and its journal leads on.
const STOPPED: u8 = 3;
/// The tenant is not as planned.
const DRIFT: u8 = 4;
pub(crate) fn run(options: &Options) -> ExitCode {
    match options.apply() {
        Ok(text) => {
            if !options.quiet {
                output::say("apply", &text);
            }
            ExitCode::SUCCESS
        }
        Err(Failed::Before(why)) => {
            output::say("apply", &why);
            ExitCode::FAILURE
        }
        Err(Failed::Drift { differences, beforehand }) => {
            refused("not as planned", &differences);
            let advice = if options.replan { "plan again" } else { "plan again, or use --replan" };
            if beforehand.is_empty() {
                output::say("apply", &format!("nothing was done; {advice}"));
            } else {
                refused("before the plan, and not done by it", &beforehand);
                output::say(
                    "apply",
                    &format!(
                        "nothing was done: what is to be done before the plan comes first; where all of it is done, {advice}"
                    ),
                );
            }
            ExitCode::from(DRIFT)
        }
        Err(Failed::NotAsKept(differences)) => {
            refused("not as the journal has it", &differences);
            let journal = options.journal_path().display().to_string();
            output::say(
                "apply",
                &format!(
                    "nothing was done: {journal} is of a run elsewhere, or others have changed what it did. Where no more than \
                     connectors or applications is gone, --leave-out-gone leads on without them. Plan again from what the tenant \
                     is; for a run of this plan from its beginning, name another journal with --journal FILE"
                ),
            );
            ExitCode::from(DRIFT)
        }
        Err(Failed::Within(why)) => {
            output::say("apply", &why);
            let journal = options.journal_path().display().to_string();
            output::say(
                "apply",
                &format!(
                    "the journal is {journal}: where nothing is in the way, --resume goes on from here, --rollback leads back to \
                     where the run began"
                ),
            );
            ExitCode::from(STOPPED)
        }
    }
}

/// Tells the first of many.
fn refused(what: &str, differences: &[String]) {
    for difference in differences.iter().take(TOLD_MAX) {
        output::say("apply", &format!("{what}: {difference}"));
    }
    let more = differences.len().saturating_sub(TOLD_MAX);
    if more > 0 {
        output::say("apply", &format!("{what}: {more} more"));
    }
}

impl Options {
    fn journal_path(&self) -> PathBuf {
        self.journal.clone().unwrap_or_else(|| beside(&self.plan))
    }

    fn apply(&self) -> Result<String, Failed> {
        let plan = PlanFile::read(&self.plan)?;
        let journal = self.journal_path();
        let bar = bar(self.quiet);
        // A request that changes something is tried once by the client: the run knows when it may be sent again.
        let source = Source::new(&self.source)?;
        let client = Client::new(&self.graph, source, self.ca_file.as_deref(), self.tries, bar.clone())?;
        let client = client.telling(self.quiet);
        let settle = Duration::from_secs(u64::from(self.settle));
        let patience = Patience { settle, tries: self.tries.max(1), ..Patience::default() };
        let runner = Runner { client: &client, bar: &bar, is_quiet: self.quiet, patience };
        let outcome = if self.resume || self.rollback {
            runner.go_on(&journal, &plan.hash, self.rollback, self.leave_out_gone)
        } else {
            self.begin(&plan, &journal, &runner)
        };
        bar.finish_and_clear();
        outcome
    }

    /// A first run: only on a tenant that is as planned.
    fn begin(&self, plan: &PlanFile, journal: &Path, runner: &Runner) -> Result<String, Failed> {
        // Before anything is asked of the service, as a run that was begun must be ended first.
        if journal.exists() {
            return Err(Failed::Before(Journal::in_the_way(journal, &plan.hash)));
        }
        let tenant = runner.check_tenant(plan.tenant, "the plan")?;
        let settings = work::Settings::before(&plan.work);
        let drift = survey::differences(&mut runner.service(), &runner.patience, &settings, |places, now| {
            let mut all = drift(plan, places);
            all.extend(settings.differences(now, |id| plan.state.application(id)));
            all
        })?;
        let drift: Vec<_> = drift.iter().map(ToString::to_string).collect();
        let (mut state, mut work) = (plan.state.clone(), plan.work.clone());
        if !drift.is_empty() {
            if !self.replan {
                return Err(not_as_planned(plan, drift));
            }
            for difference in drift.iter().take(TOLD_MAX) {
                runner.say(&format!("not as planned: {difference}"));
            }
            (state, work) = plan_again(plan, runner)?;
        }
        if work.steps.is_empty() {
            return Ok("nothing to do: the tenant is as desired".into());
        }
        runner.run_work(journal, &plan.hash, tenant, state, work)
    }
}

/// Plans for the same desired state from the tenant as it is. What that does is told, and it may cut off no more applications
/// than the plan that somebody has looked at.
fn plan_again(plan: &PlanFile, runner: &Runner) -> Result<(Places, Work), Failed> {
    let folder = tempfile::tempdir().map_err(|error| format!("cannot make a temporary folder: {error}"))?;
    let export = folder.path().join("export");
    export::into(runner.client, &export, runner.bar)?;
    // The desired state has no settings: they are led to where the plan has them, from what they are now.
    let settings = work::Settings::before(&plan.work);
    let settings = survey::settings(&mut runner.service(), &runner.patience, &settings)?;
    let settings = settings.led_on(&plan.work).map_err(|why| not_as_planned(plan, vec![why]))?;
    let again = plan::again(&export, &plan.desired, plan.options, settings)?;
    let again = again.map_err(|why| not_as_planned(plan, vec![why]))?;
    runner.say(&again.text);
    if again.outages > plan.outages {
        let why = format!(
            "the new plan leaves {} applications without an active connector on its way, the one that was looked at {}",
            again.outages, plan.outages
        );
        return Err(not_as_planned(plan, vec![why]));
    }
    Ok((again.state, again.work))
}

fn not_as_planned(plan: &PlanFile, differences: Vec<String>) -> Failed {
    Failed::Drift { differences, beforehand: plan.beforehand.clone() }
}

/// The journal beside the plan.
fn beside(plan: &Path) -> PathBuf {
    let mut name = plan.as_os_str().to_owned();
    name.push(".journal");
    name.into()
}

fn bar(is_quiet: bool) -> ProgressBar {
    let bar = if is_quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
    match ProgressStyle::with_template("{elapsed} {bar:30} {pos} of {len} {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// What is otherwise than planned. The status of a connector counts where the plan touches its group: elsewhere connectors may
/// come and go.
fn drift(plan: &PlanFile, now: &Places) -> Vec<Difference> {
    let mut touched = BTreeSet::new();
    for step in &plan.work.steps {
        touched.extend(step.served.iter().chain(&step.served_back));
        for effect in &step.effects {
            match effect {
                Effect::CreateConnectorGroup { id, .. }
                | Effect::UpdateConnectorGroup { id, .. }
                | Effect::DeleteConnectorGroup { id, .. } => _ = touched.insert(*id),
                Effect::MoveConnector { from, to, .. } | Effect::MoveApplication { from, to, .. } => {
                    touched.extend([*from, *to]);
                }
                Effect::UpdateApplication { .. } => {}
            }
        }
    }
    let mut differences = plan.state.differences(now);
    differences.retain(|one| one.how != How::Status || !one.groups.is_disjoint(&touched));
    differences
}
