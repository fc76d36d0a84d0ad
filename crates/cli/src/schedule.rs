//! `schedule`: in which order connectors can be patched without an outage.

use core::{fmt::Write as _, num::NonZeroU32};
use std::process::ExitCode;

use alloc::collections::BTreeMap;

use connector_groups::{
    ConnectorId, Tenant,
    drill::{Schedule, ScheduleOptions, Unschedulable},
    view::ConnectorView,
};
use serde_json::json;

use crate::{
    output,
    plan::{
        input,
        names::{self, count},
    },
    safe::{self, markdown},
};

const EXAMPLES: &str = "\
Examples:
  # The fewest rounds in which all connectors can be patched, one active connector left in each group in use
  connector-groups schedule export

  # Two left in each group, five connectors down at a time, an outage of two groups agreed on
  connector-groups schedule --at-least 2 --together 5 --allow-outage Default --allow-outage \"Pilot\" export

  # Only what does not have the new version yet
  connector-groups schedule --skip-version 1.5.4287.0 export

  # For a ticket and for a program
  connector-groups schedule --format markdown export
  connector-groups schedule --format json export

  # Groups without applications too, in one tenant of a replay file; two groups have no connector to spare
  connector-groups schedule --every-group --tenant 7e000000-0000-4000-8000-000000000001 \\
      --allow-outage Default --allow-outage \"Private Access Pilot\" examples/contoso.jsonl

  # An export that says nothing of an empty group
  connector-groups schedule --assume-empty \"Idle connectors\" export

Begin a round when all connectors of the one before are active again. The exit status is 0 where there
is a schedule, 1 where a group cannot keep so many (each is named) or the input is wrong, and 2 where
the call is wrong.";

/// Options of `schedule`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// How many active connectors each group with applications keeps at each moment
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    at_least: u32,
    /// How many connectors of the tenant may be down together at most
    #[arg(long, value_name = "NUMBER")]
    together: Option<NonZeroU32>,
    /// A group that may be without an active connector meanwhile: its id or name; may be given more than once
    #[arg(long, value_name = "GROUP")]
    allow_outage: Vec<String>,
    /// Groups without applications keep as many as the others, unless they have no connectors either
    #[arg(long)]
    every_group: bool,
    /// Leave out connectors of this version; may be given more than once
    #[arg(long, value_name = "VERSION")]
    skip_version: Vec<String>,
    /// How to print the rounds
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    source: input::Source,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// For a program, with ids; also where there is no schedule
    Json,
    /// For a ticket
    Markdown,
}

pub(crate) fn run(options: &Options) -> ExitCode {
    options.schedule().unwrap_or_else(|message| {
        output::say("schedule", &message);
        ExitCode::FAILURE
    })
}

impl Options {
    fn schedule(&self) -> Result<ExitCode, String> {
        let tenant = &self.source.read("schedule")?;
        match tenant.schedule(&self.options(tenant)?) {
            Ok(schedule) => {
                self.tell_empty(tenant);
                match self.format {
                    Format::Text => output::print(text(tenant, &schedule).trim_end())?,
                    Format::Json => output::print_data(&safe::json(&to_json(tenant, &schedule)?))?,
                    Format::Markdown => output::print_data(to_markdown(tenant, &schedule).trim_end())?,
                }
                Ok(ExitCode::SUCCESS)
            }
            Err(unschedulable) => self.impossible(tenant, &unschedulable),
        }
    }

    fn options(&self, tenant: &Tenant) -> Result<ScheduleOptions, String> {
        let may_be_down = self.allow_outage.iter().map(|given| {
            names::meant_group(tenant, given).map_err(|error| format!("--allow-outage {given:?}: {error}"))
        });
        let skipped = |version: &str| self.skip_version.iter().any(|skipped| skipped == version);
        // `None` stands for all connectors. A list is made only where some are left out.
        let left = tenant.connectors().filter(|connector| !skipped(connector.version()));
        let connectors = (!self.skip_version.is_empty()).then(|| left.map(ConnectorView::id).collect());
        let may_be_down = may_be_down.collect::<Result<_, _>>()?;
        Ok(ScheduleOptions {
            at_least: self.at_least,
            together: self.together,
            connectors,
            may_be_down,
            every_group: self.every_group,
        })
    }

    /// Says which groups keep nothing although every group is to.
    fn tell_empty(&self, tenant: &Tenant) {
        let groups = tenant.connector_groups();
        let empty = groups.filter(|group| group.connectors_count() == 0 && group.applications_count() == 0);
        let empty: Vec<_> = empty.map(|group| names::group(tenant, group.id())).collect();
        if self.every_group && !empty.is_empty() {
            output::say("schedule", &format!("passed over, as nothing is in them: {}", empty.join(", ")));
        }
    }

    fn impossible(&self, tenant: &Tenant, unschedulable: &Unschedulable) -> Result<ExitCode, String> {
        // On standard output, where a program looks for the schedule. A person finds the reasons on standard error.
        if self.format == Format::Json {
            let value = json!({
                "format": FORMAT, "result": "impossible", "tenant": tenant.id(), "reasons": unschedulable.reasons,
            });
            let text = serde_json::to_string_pretty(&value).map_err(|error| error.to_string())?;
            output::print_data(&safe::json(&text))?;
            return Ok(ExitCode::FAILURE);
        }
        let reasons = unschedulable.reasons.iter().map(|reason| names::in_text(tenant, &reason.to_string()));
        let reasons: Vec<_> = reasons.collect();
        Err(format!(
            "there is no such schedule:\n  {}\n--allow-outage GROUP leaves a group out, --at-least takes another number",
            reasons.join("\n  ")
        ))
    }
}

/// What the JSON calls itself.
const FORMAT: &str = "connector-groups/schedule/1";

/// The connectors of a round by their groups' names.
fn by_group(tenant: &Tenant, round: &[ConnectorId]) -> BTreeMap<String, Vec<String>> {
    // A name that several groups have comes with the id, so that no two groups fall together here.
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for connector in round.iter().filter_map(|id| tenant.connector(*id)) {
        let group = names::group(tenant, connector.connector_group().id());
        groups.entry(group).or_default().push(names::connector(tenant, connector.id()));
    }
    groups
}

/// How many rounds, and why not fewer: the schedule names what needs so many, a group or the limit of the tenant.
fn verdict(tenant: &Tenant, schedule: &Schedule) -> String {
    match schedule.rounds.len() {
        0 => String::from("Nothing to do: there is no connector to patch."),
        _ => format!("{}. No schedule has fewer rounds.", names::in_text(tenant, &schedule.to_string())),
    }
}

fn text(tenant: &Tenant, schedule: &Schedule) -> String {
    let mut text = String::new();
    for (number, round) in (1..).zip(&schedule.rounds) {
        _ = writeln!(text, "Round {number}: {}", count(round.len(), "connector"));
        for (group, connectors) in by_group(tenant, round) {
            _ = writeln!(text, "  {group}: {}", connectors.join(", "));
        }
        text.push('\n');
    }
    text + &verdict(tenant, schedule)
}

fn to_markdown(tenant: &Tenant, schedule: &Schedule) -> String {
    let mut text = format!("# Schedule for tenant {}\n\n{}\n", tenant.id(), markdown(&verdict(tenant, schedule)));
    for (number, round) in (1..).zip(&schedule.rounds) {
        _ = write!(text, "\n## Round {number}: {}\n\n", count(round.len(), "connector"));
        for (group, connectors) in by_group(tenant, round) {
            // A box for each, to be ticked in the ticket as the round goes on.
            for connector in connectors {
                _ = writeln!(text, "- [ ] {} of {}", markdown(&connector), markdown(&group));
            }
        }
    }
    text
}

fn to_json(tenant: &Tenant, schedule: &Schedule) -> Result<String, String> {
    let connector = |id: &ConnectorId| {
        let connector = tenant.connector(*id)?;
        let (name, group) = (connector.machine_name(), connector.connector_group().id());
        Some(json!({"id": id, "machineName": name, "connectorGroup": group, "isActive": connector.is_active()}))
    };
    let rounds = schedule.rounds.iter().map(|round| round.iter().filter_map(connector).collect::<Vec<_>>());
    let value = json!({
        "format": FORMAT, "result": "schedule", "tenant": tenant.id(),
        "rounds": rounds.collect::<Vec<_>>(), "decidedBy": schedule.decided_by,
    });
    serde_json::to_string_pretty(&value).map_err(|error| error.to_string())
}
