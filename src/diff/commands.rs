//! A diff as commands. Each is tried on a copy of the tenant; refusals are reported as leftovers.

use alloc::{boxed::Box, collections::BTreeSet, string::ToString, vec::Vec};

use serde::{Deserialize, Serialize};

use super::{Diff, Difference, TenantProperties};
use crate::{
    command::{
        Command, CreateApplication, DeleteApplication, PublishApplication, UnpublishApplication, UpdateApplication,
        UpdateProfile,
    },
    detour,
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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DiffCommands {
    /// The commands, each accepted after those before it.
    pub commands: Vec<Command>,
    /// Differences that remain.
    pub leftovers: Vec<Leftover>,
}

/// A difference that remains after the commands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "leftover", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Leftover {
    /// The tenant's id, default region, time or switches: no command of an administrator changes them.
    Tenant,
    /// A connector that only its agent can register.
    ConnectorAdded {
        /// In the second state only.
        connector: ConnectorId,
    },
    /// A connector that goes only by being inactive for long enough.
    ConnectorRemoved {
        /// In the first state only; it is moved to the default group where its own goes.
        connector: ConnectorId,
    },
    /// A status, address, version or host name, which only the agent's connection tells.
    ConnectorReported {
        /// In both states; its group is made right by a command.
        connector: ConnectorId,
    },
    /// A group that only the service makes, or a type or being the default, which never change.
    ServiceGroup {
        /// In the second state, or in both with another type.
        connector_group: ConnectorGroupId,
    },
    /// A region that is locked by what stays in the group, or by a circle of moves: out, change, and in again is for a
    /// planner.
    RegionLocked {
        /// Whose region stays as it is in the first state; its members are moved all the same.
        connector_group: ConnectorGroupId,
    },
    /// A publishing property that only the system sets.
    ReadOnlyProperty {
        /// Whose publishing still differs in the custom domain's certificate.
        application: ApplicationId,
    },
    /// A command that is needed and refused.
    Refused {
        /// As it was tried, on the tenant that the commands before it leave.
        command: Command,
        /// Why the engine did not take it there.
        refusal: Refusal,
    },
}

impl Diff {
    /// Commands that lead from the first state to the second, and what no command does.
    ///
    /// The profile and deletions of applications, service principals and segments come first, then new groups, new
    /// applications, publishing and what is attached to them, then moves with changes of
    /// regions where a group is empty, then deletions of groups and new names. Moves are bulk commands. Each is decided on
    /// what those before it leave, so all of them are accepted. A name or URL that another thing still has is taken by way
    /// of a name or URL of nobody; under `regionalConnectorMoves` a connector goes by way of the default group.
    #[must_use]
    pub fn commands(&self) -> DiffCommands {
        let mut progress = Progress { tenant: self.from.clone(), done: DiffCommands::default() };
        if let Some(Difference::Changed { from, to }) = &self.tenant {
            progress.set_tenant(from, to);
        }
        // Deletions first: they free client ids and URLs for the applications that follow, and empty groups.
        progress.take_away_applications(&self.applications);
        progress.take_away_attachments(&self.applications);
        // New groups before anything can move into them; publishing before moves, as it assigns to the default group.
        progress.create_groups(&self.connector_groups);
        progress.set_applications(&self.applications);
        progress.add_attachments(&self.applications);
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

    fn set_tenant(&mut self, from: &TenantProperties, to: &TenantProperties) {
        let profile = &from.on_premises_publishing_profile;
        // The profile is the one property of a tenant that an administrator changes; it must not hide that another one
        // differs as well.
        let is_profile_alone =
            *from == TenantProperties { on_premises_publishing_profile: profile.clone(), ..to.clone() };
        if !is_profile_alone {
            self.leave(Leftover::Tenant);
        }
        self.attempt_or_leave(UpdateProfile { properties: profile.changes_to(&to.on_premises_publishing_profile) });
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
        let named = |name: &str| detour::create(group.id, name, group.region.as_str());
        // Another group may still have the name. The id is a name that is free; `rename_groups` gives the right one at last.
        if self.attempt(named(group.name.as_str())).is_err() {
            self.attempt_or_leave(named(&group.id.to_string()));
        }
    }

    fn set_applications(&mut self, applications: &[Difference<Application>]) {
        let mut wanted = Vec::new();
        for difference in applications {
            let (Difference::Added(to) | Difference::Changed { from: _, to }) = difference else { continue };
            let Application { id, app_id, display_name, properties, publication, .. } = to.clone();
            match self.tenant.application(id) {
                None => {
                    let properties = Some(properties).filter(|properties| !properties.is_empty());
                    self.attempt_or_leave(CreateApplication { id, app_id, display_name, properties });
                }
                Some(present) => {
                    let changes = present.properties().changes_to(&properties);
                    let properties = Some(changes).filter(|changes| !changes.is_empty());
                    let display_name = Some(display_name).filter(|name| **name != *present.display_name());
                    self.attempt_or_leave(UpdateApplication { id, display_name, properties });
                }
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
            wanted.retain(|(id, to)| self.publishing(*id, to).into_iter().any(|step| self.attempt(step).is_err()));
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
            self.publishing(id, &to).into_iter().for_each(|step| self.attempt_or_leave(step));
        }
    }

    /// What makes an application published so: one command, or two where null would be another default. A property that
    /// should be null under a type whose default is something else is set under the plain type, before the type itself, as
    /// a change of the type changes nothing else.
    fn publishing(&self, id: ApplicationId, to: &OnPremisesPublishing) -> Vec<PublishApplication> {
        let application = self.tenant.application(id);
        // Without the application, which was refused before, all that follows is refused as well and left over: no
        // client id is needed for that.
        let (app_id, from) = (application.map(ApplicationView::app_id).unwrap_or_default(), application);
        let from = from.and_then(ApplicationView::on_premises_publishing);
        let plain = OnPremisesPublishing::default();
        let changes_to = |to: &OnPremisesPublishing| {
            let Some(from) = &from else {
                let changes = OnPremisesPublishing::defaults_of(&to.application_type, app_id).changes_to(to);
                let application_type = plain.changes_to(to).application_type;
                return PublishingChanges { application_type, ..changes };
            };
            from.changes_to(to)
        };
        let step = |changes| PublishApplication { application: id, on_premises_publishing: Box::new(changes) };
        // Tried on paper first: the merge is the engine's own, so what it leads to is what the command would.
        let at_once = changes_to(to);
        let reached = OnPremisesPublishing::merge(from.as_ref(), &at_once, app_id, &plain);
        if reached.changes_to(to) == PublishingChanges::default() {
            return Vec::from([step(at_once)]);
        }
        let first = OnPremisesPublishing { application_type: plain.application_type.clone(), ..to.clone() };
        let application_type = Change::Set(to.application_type.clone());
        Vec::from([step(changes_to(&first)), step(PublishingChanges { application_type, ..Default::default() })])
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
