//! What every one of them needs of a plan.

extern crate alloc;

use alloc::collections::{BTreeMap, BTreeSet};

use connector_groups::{Command, ConnectorGroupId};

use crate::{
    output,
    plan::{report::Report, step::Step},
    work::Request,
};

/// Where links point to; only the ends of their paths count.
pub(super) const ROOT: &str = "https://graph.microsoft.com/beta";

/// The names of groups that the plan makes.
pub(super) struct New(pub(super) BTreeMap<ConnectorGroupId, String>);

impl New {
    pub(super) fn of(report: &Report) -> Self {
        let created = report.steps.iter().filter_map(|step| match &step.command {
            Command::CreateConnectorGroup(command) => Some(command.id),
            _ => None,
        });
        Self((1..).zip(created).map(|(number, id)| (id, format!("group{number}"))).collect())
    }

    pub(super) fn name(&self, id: ConnectorGroupId) -> Option<&str> {
        self.0.get(&id).map(String::as_str)
    }
}

/// Groups that are gone when the plan is done.
pub(super) fn deleted(report: &Report) -> BTreeSet<ConnectorGroupId> {
    let deleted = report.steps.iter().filter_map(|step| match &step.command {
        Command::DeleteConnectorGroup(command) => Some(command.id),
        _ => None,
    });
    deleted.collect()
}

/// What a step does, on one line that is safe in a comment.
pub(super) fn title(step: &Step) -> String {
    let changes: Vec<_> = step.changes.iter().map(|change| change.text.as_str()).collect();
    output::escaped(&format!("step {}: {}", step.number, changes.join("; ")))
}

pub(super) fn requests(step: &Step) -> Result<Vec<Request>, String> {
    Request::of(&step.command).map_err(|why| format!("step {}: {why}", step.number))
}
