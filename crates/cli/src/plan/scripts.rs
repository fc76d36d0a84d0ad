//! A plan as something that another tool runs: requests for Graph, a script for PowerShell, resources for Terraform.
//!
//! All of them are made from [`Request::of`], the requests of a step's command. Ids of new groups are known only when the
//! service has answered, so that each output has a name for them: `group1` and so on, in the order of their making.

mod graph;
mod powershell;
mod terraform;
#[cfg(all(test, feature = "export"))]
mod tests;

extern crate alloc;

use alloc::collections::{BTreeMap, BTreeSet};

use connector_groups::{Command, ConnectorGroupId};

pub(super) use self::{graph::graph, powershell::powershell, terraform::terraform};
use super::report::{Report, Step};
use crate::{output, work::Request};

/// Where links point to; only the ends of their paths count.
const ROOT: &str = "https://graph.microsoft.com/beta";

/// What a plan is run as.
#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
pub(super) enum As {
    /// Lines for `replay`
    Replay,
    /// JSON: the requests of Graph in their order, in batches of at most twenty
    Graph,
    /// A script with the cmdlets of Microsoft.Graph; it can be started again, and has `-WhatIf`
    #[value(name = "powershell")]
    PowerShell,
    /// Resources of the provider `microsoft/msgraph`
    Terraform,
}

/// The names of groups that the plan makes.
struct New(BTreeMap<ConnectorGroupId, String>);

impl New {
    fn of(report: &Report) -> Self {
        let created = report.steps.iter().filter_map(|step| match &step.command {
            Command::CreateConnectorGroup(command) => Some(command.id),
            _ => None,
        });
        Self((1..).zip(created).map(|(number, id)| (id, format!("group{number}"))).collect())
    }

    fn name(&self, id: ConnectorGroupId) -> Option<&str> {
        self.0.get(&id).map(String::as_str)
    }
}

/// Groups that are gone when the plan is done.
fn deleted(report: &Report) -> BTreeSet<ConnectorGroupId> {
    let deleted = report.steps.iter().filter_map(|step| match &step.command {
        Command::DeleteConnectorGroup(command) => Some(command.id),
        _ => None,
    });
    deleted.collect()
}

/// What a step does, on one line that is safe in a comment.
fn title(step: &Step) -> String {
    let changes: Vec<_> = step.changes.iter().map(|change| change.text.as_str()).collect();
    output::escaped(&format!("step {}: {}", step.number, changes.join("; ")))
}

fn requests(step: &Step) -> Result<Vec<Request>, String> {
    Request::of(&step.command).map_err(|why| format!("step {}: {why}", step.number))
}
