//! What every one of them needs of a plan.

extern crate alloc;

use alloc::collections::{BTreeMap, BTreeSet};

use connector_groups::{Command, ConnectorGroupId};

use crate::{
    output,
    plan::{report::Report, step::Change},
    work::{Effect, Request},
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

/// A step as requests, which may be sent in any order.
pub(super) struct Part {
    pub(super) number: usize,
    /// What it does, on one line that is safe in a comment.
    pub(super) title: String,
    pub(super) requests: Vec<Request>,
}

impl Part {
    /// All steps of a plan, and behind them those that change settings of applications.
    pub(super) fn all(report: &Report) -> Result<Vec<Self>, String> {
        let part = |number, changes: &[Change], requests| {
            let changes: Vec<_> = changes.iter().map(|change| change.text.as_str()).collect();
            let title = output::escaped(&format!("step {number}: {}", changes.join("; ")));
            Self { number, title, requests }
        };
        let mut parts = Vec::new();
        for step in &report.steps {
            let number = step.number;
            let requests = Request::of(&step.command).map_err(|why| format!("step {number}: {why}"))?;
            parts.push(part(number, &step.changes, requests));
        }
        for ((number, change), (_, step)) in report.settings_changes().zip(report.settings()) {
            parts.push(part(number, &[change], step.effects.iter().map(Effect::request).collect()));
        }
        Ok(parts)
    }
}

/// What is to be done before the plan and is not in the output, a line each that is safe in a comment.
pub(super) fn beforehand(report: &Report) -> Vec<String> {
    report.beforehand.iter().map(|what| output::escaped(&format!("not in here, do it first: {what}"))).collect()
}
