//! A diff as commands. Each is tried on a copy of the tenant; refusals are reported as leftovers.

use alloc::{boxed::Box, collections::BTreeSet, string::ToString, vec::Vec};

use serde::Serialize;

use super::{Diff, Difference};
use crate::{
    command::{
        Command, CreateApplication, CreateConnectorGroup, DeleteApplication, PublishApplication, UnpublishApplication,
        UpdateApplication,
    },
    ids::{ApplicationId, ConnectorGroupId, ConnectorId},
    model::{
        application::Application,
        connector::Connector,
        group::{ConnectorGroup, ConnectorGroupType},
        publishing::{Change, OnPremisesPublishing, PublishingChanges},
    },
    refusal::Refusal,
    state::ApplicationView,
    tenant::Tenant,
};

/// The administrator's commands that lead from the first state of a diff towards the second.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiffCommands {
    /// The commands, each accepted after those before it.
    pub commands: Vec<Command>,
    /// Differences that remain.
    pub leftovers: Vec<Leftover>,
}

/// A difference that remains after the commands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "leftover", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Leftover {
    /// The tenant's id, default region, time or switches: no command of an administrator changes them.
    Tenant,
    /// A connector that only its agent can register.
    ConnectorAdded {
        /// The connector.
        connector: ConnectorId,
    },
    /// A connector that goes only by being inactive for long enough.
    ConnectorRemoved {
        /// The connector.
        connector: ConnectorId,
    },
    /// A status, address, version or host name, which only the agent's connection tells.
    ConnectorReported {
        /// The connector.
        connector: ConnectorId,
    },
    /// A group that only the service makes, or a type or being the default, which never change.
    ServiceGroup {
        /// The group.
        connector_group: ConnectorGroupId,
    },
    /// A region that is locked by what stays in the group, or by a circle of moves: out, change, and in again is for a
    /// planner.
    RegionLocked {
        /// The group.
        connector_group: ConnectorGroupId,
    },
    /// A publishing property that only the system sets.
    ReadOnlyProperty {
        /// The application.
        application: ApplicationId,
    },
    /// A command that is needed and refused.
    Refused {
        /// The refused command.
        command: Command,
        /// Its refusal.
        refusal: Refusal,
    },
}

impl Diff {
    /// Commands that lead from the first state to the second, and what no command does.
    ///
    /// Deletions of applications come first, then new groups, new applications and publishing, then moves with changes of
    /// regions where a group is empty, then deletions of groups and new names. Moves are bulk commands. Each is decided on
    /// what those before it leave, so all of them are accepted. A name or URL that another thing still has is taken by way
    /// of a name or URL of nobody; under `regionalConnectorMoves` a connector goes by way of the default group.
    #[must_use]
    pub fn commands(&self) -> DiffCommands {
        let mut progress = Progress { tenant: self.from.clone(), done: DiffCommands::default() };
        if self.tenant.is_some() {
            progress.leave(Leftover::Tenant);
        }
        // Deletions first: they free client ids and URLs for the applications that follow, and empty groups.
        progress.take_away_applications(&self.applications);
        // New groups before anything can move into them; publishing before moves, as it assigns to the default group.
        progress.create_groups(&self.connector_groups);
        progress.set_applications(&self.applications);
        progress.tell_of_agents(&self.connectors);
        // A group can be deleted only when everything has left it, and its name is free for others only after that.
        progress.move_all(self);
        progress.delete_groups(&self.connector_groups);
        progress.rename_groups(&self.connector_groups);
        progress.done
    }
}

/// The commands and leftovers so far, and the tenant after these commands.
pub(super) struct Progress {
    pub(super) tenant: Tenant,
    done: DiffCommands,
}

impl Progress {
    pub(super) fn leave(&mut self, leftover: Leftover) {
        self.done.leftovers.push(leftover);
    }

    /// Applies a command if it is accepted, and records it if it has an effect.
    pub(super) fn attempt(&mut self, command: impl Into<Command>) -> Result<(), Refusal> {
        let command = command.into();
        let events = self.tenant.apply(&command)?;
        if !events.is_empty() {
            self.done.commands.push(command);
        }
        Ok(())
    }

    /// Applies a command, or records its refusal as a leftover.
    pub(super) fn attempt_or_leave(&mut self, command: impl Into<Command>) {
        let command = command.into();
        if let Err(refusal) = self.attempt(command.clone()) {
            self.leave(Leftover::Refused { command, refusal });
        }
    }

    fn take_away_applications(&mut self, applications: &[Difference<Application>]) {
        for difference in applications {
            match difference {
                Difference::Removed(application) => {
                    self.attempt_or_leave(DeleteApplication { id: application.id });
                }
                // No command changes a client id: the application is created anew with the other one (see `set_applications`).
                Difference::Changed { from, to } if from.app_id != to.app_id => {
                    self.attempt_or_leave(DeleteApplication { id: from.id });
                }
                Difference::Changed { from, to } if to.publication.is_none() => {
                    self.attempt_or_leave(UnpublishApplication { application: from.id });
                }
                Difference::Changed { .. } | Difference::Added(_) => {}
            }
        }
    }

    fn create_groups(&mut self, groups: &[Difference<ConnectorGroup>]) {
        for difference in groups {
            match difference {
                Difference::Added(group) => self.create_group(group),
                Difference::Changed { from, to } if !is_same_kind(from, to) => {
                    self.leave(Leftover::ServiceGroup { connector_group: to.id });
                }
                Difference::Changed { .. } | Difference::Removed(_) => {}
            }
        }
    }

    fn create_group(&mut self, group: &ConnectorGroup) {
        if group.connector_group_type != ConnectorGroupType::ApplicationProxy || group.is_default {
            self.leave(Leftover::ServiceGroup { connector_group: group.id });
            return;
        }
        let named = |name: &str| CreateConnectorGroup {
            id: group.id,
            name: name.into(),
            region: Some(group.region.as_str().into()),
        };
        // Another group may still have the name. The id is a name that is free; `rename_groups` gives the right one at last.
        if self.attempt(named(group.name.as_str())).is_err() {
            self.attempt_or_leave(named(&group.id.to_string()));
        }
    }

    fn set_applications(&mut self, applications: &[Difference<Application>]) {
        let mut wanted = Vec::new();
        for difference in applications {
            let (Difference::Added(to) | Difference::Changed { from: _, to }) = difference else { continue };
            let Application { id, app_id, display_name, publication } = to.clone();
            match self.tenant.application(id) {
                None => self.attempt_or_leave(CreateApplication { id, app_id, display_name }),
                Some(_) => self.attempt_or_leave(UpdateApplication { id, display_name }),
            }
            wanted.extend(publication.map(|publication| (id, publication.on_premises_publishing)));
        }
        self.publish(wanted.clone());
        // `changes_to` leaves this read-only property out, so that it can still differ although nothing was refused.
        for (application, wanted) in wanted {
            let publishing = self.tenant.application(application).and_then(ApplicationView::on_premises_publishing);
            let certificate =
                |publishing: OnPremisesPublishing| publishing.verified_custom_domain_certificates_metadata;
            if publishing.map(certificate) != Some(certificate(*wanted)) {
                self.leave(Leftover::ReadOnlyProperty { application });
            }
        }
    }

    /// Publishes applications, in rounds, because each may free the URL that another one waits for. If a round publishes
    /// nothing, the URLs form cycles: then the first application that has URLs gives them up for a while.
    ///
    /// It ends: a round publishes an application, or one more application gives up its URLs, which each does once at most.
    fn publish(&mut self, mut wanted: Vec<(ApplicationId, Box<OnPremisesPublishing>)>) {
        let mut gave_up = BTreeSet::new();
        loop {
            let count = wanted.len();
            wanted.retain(|(id, to)| self.attempt(self.publishing(*id, to)).is_err());
            if wanted.len() < count {
                continue;
            }
            let has_urls = |id: &ApplicationId| {
                let publishing = self.tenant.application(*id).and_then(ApplicationView::on_premises_publishing);
                publishing
                    .is_some_and(|publishing| publishing.internal_url.is_some() || publishing.external_url.is_some())
            };
            let first = wanted.iter().map(|(id, _)| *id).find(|id| has_urls(id) && !gave_up.contains(id));
            let Some(id) = first else { break };
            gave_up.insert(id);
            let (internal_url, external_url) = (Change::Reset, Change::Reset);
            let no_urls = PublishingChanges { internal_url, external_url, ..PublishingChanges::default() };
            self.attempt_or_leave(PublishApplication { application: id, on_premises_publishing: Box::new(no_urls) });
        }
        for (id, to) in wanted {
            self.attempt_or_leave(self.publishing(id, &to));
        }
    }

    fn publishing(&self, id: ApplicationId, to: &OnPremisesPublishing) -> PublishApplication {
        let from = self.tenant.application(id).and_then(ApplicationView::on_premises_publishing).unwrap_or_default();
        PublishApplication { application: id, on_premises_publishing: Box::new(from.changes_to(to)) }
    }

    fn tell_of_agents(&mut self, connectors: &[Difference<Connector>]) {
        for difference in connectors {
            match difference {
                Difference::Added(connector) => self.leave(Leftover::ConnectorAdded { connector: connector.id }),
                Difference::Removed(connector) => self.leave(Leftover::ConnectorRemoved { connector: connector.id }),
                Difference::Changed { from, to } => {
                    // A move is a command, see `move_all`; all other properties are reported by the agent.
                    if *from != (Connector { member_of: from.member_of, ..to.clone() }) {
                        self.leave(Leftover::ConnectorReported { connector: from.id });
                    }
                }
            }
        }
    }
}

/// Whether one could become the other: type and being the default never change (T3).
pub(super) fn is_same_kind(from: &ConnectorGroup, to: &ConnectorGroup) -> bool {
    from.connector_group_type == to.connector_group_type && from.is_default == to.is_default
}
