//! The group-related part of a diff's commands: moves, regions, deletions, names.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::ToString,
    sync::Arc,
    vec::Vec,
};

use super::{
    Diff, Difference,
    commands::{Leftover, Progress, is_same_kind},
};
use crate::{
    command::{
        AddApplication, AddConnector, DeleteConnectorGroup, ReassignApplications, Selection, UpdateConnectorGroup,
    },
    detour,
    ids::{ApplicationId, ConnectorGroupId, ConnectorId},
    model::group::ConnectorGroup,
    state::{ApplicationView, ConnectorGroupView},
};

/// Things that have to enter one group.
#[derive(Default)]
struct Arrivals {
    connectors: Vec<ConnectorId>,
    applications: Vec<ApplicationId>,
}

impl Progress {
    /// Moves things and changes regions. A region changes once its group is empty and before anything enters it, because
    /// members lock it.
    ///
    /// Each round may unblock the next one: a changed region lets arrivals in, and arrivals empty the groups that they come
    /// from. The loop ends: a round with progress removes an entry from one of two finite maps; a round without progress
    /// gives up all regions that are left, after which every arrival is let in.
    pub(super) fn move_all(&mut self, diff: &Diff) {
        let mut arrivals = self.arrivals(diff);
        let mut regions = regions(&diff.connector_groups);
        loop {
            let left = (arrivals.len(), regions.len());
            regions.retain(|id, region| {
                let is_empty =
                    |group: ConnectorGroupView<'_>| group.connectors_count() == 0 && group.applications_count() == 0;
                let ready = self.tenant.connector_group(*id).is_none_or(is_empty);
                if ready {
                    self.attempt_or_leave(UpdateConnectorGroup::new(*id).region(region.clone()));
                }
                !ready
            });
            let (later, now) = arrivals.into_iter().partition(|(id, _)| regions.contains_key(id));
            arrivals = later;
            self.let_arrive(now);
            if (arrivals.len(), regions.len()) == left {
                if regions.is_empty() {
                    return;
                }
                // The groups that are left wait for each other, or for members that stay. Breaking such a cycle takes a
                // parking group, which is a planner's job; here the moves go ahead without the regions.
                for connector_group in core::mem::take(&mut regions).into_keys() {
                    self.leave(Leftover::RegionLocked { connector_group });
                }
            }
        }
    }

    fn arrivals(&self, diff: &Diff) -> BTreeMap<ConnectorGroupId, Arrivals> {
        let mut arrivals = BTreeMap::<ConnectorGroupId, Arrivals>::new();
        for difference in &diff.connectors {
            let (id, to) = match difference {
                Difference::Changed { from, to } if from.member_of != to.member_of => (to.id, to.member_of),
                // No command removes a connector, but its group can only be deleted without it.
                Difference::Removed(connector) if diff.to.connector_group(connector.member_of).is_none() => {
                    (connector.id, diff.to.default_connector_group().id())
                }
                Difference::Added(_) | Difference::Removed(_) | Difference::Changed { .. } => continue,
            };
            arrivals.entry(to).or_default().connectors.push(id);
        }
        for difference in &diff.applications {
            let (Difference::Added(to) | Difference::Changed { to, .. }) = difference else { continue };
            let Some(publication) = &to.publication else { continue };
            // Compared with the state so far, not with the first one: an application that was published just now is in the default
            // group, and has to go on from there.
            let group = self.tenant.application(to.id).and_then(ApplicationView::connector_group);
            if group.map(ConnectorGroupView::id) != Some(publication.connector_group) {
                arrivals.entry(publication.connector_group).or_default().applications.push(to.id);
            }
        }
        arrivals
    }

    fn let_arrive(&mut self, arrivals: BTreeMap<ConnectorGroupId, Arrivals>) {
        for (connector_group, Arrivals { connectors, applications }) in arrivals {
            self.move_connectors(&connectors, connector_group);
            self.reassign(applications, connector_group);
        }
    }

    fn move_connectors(&mut self, ids: &[ConnectorId], connector_group: ConnectorGroupId) {
        // A bulk command is accepted or refused as a whole, so that it is split only after a refusal: one command if possible.
        if self.attempt(detour::move_all(ids, connector_group)).is_ok() {
            return;
        }
        let is_free = |id: &ConnectorId| detour::goes_straight(&self.tenant, *id, connector_group);
        let (direct, by_way): (Vec<_>, Vec<_>) = ids.iter().partition(|id| is_free(id));
        if !direct.is_empty() {
            self.attempt_or_leave(detour::move_all(&direct, connector_group));
        }
        // Where not all can go together, each is tried by itself, so that the leftovers name those that cannot.
        match detour::through_default(&self.tenant, &by_way, connector_group) {
            Some(commands) => commands.into_iter().for_each(|command| self.attempt_or_leave(command)),
            None => by_way
                .into_iter()
                .for_each(|connector| self.attempt_or_leave(AddConnector { connector, connector_group })),
        }
    }

    fn reassign(&mut self, ids: Vec<ApplicationId>, connector_group: ConnectorGroupId) {
        if ids.is_empty() {
            return;
        }
        let applications = Selection::Ids(ids.clone());
        // One application can refuse the bulk command for all. Singly, only those that are refused become leftovers.
        if self.attempt(ReassignApplications { applications, connector_group }).is_err() {
            for application in ids {
                self.attempt_or_leave(AddApplication { application, connector_group });
            }
        }
    }

    pub(super) fn delete_groups(&mut self, groups: &[Difference<ConnectorGroup>]) {
        for difference in groups {
            if let Difference::Removed(group) = difference {
                self.attempt_or_leave(DeleteConnectorGroup { id: group.id });
            }
        }
    }

    /// Renames groups, in rounds, because each rename may free the name that another one waits for. If a round renames
    /// nothing, a group that is part of a circle of names takes its id as a temporary name, which nobody else has.
    ///
    /// It ends: a round renames a group, or one more group gives up its name, which each does once at most.
    pub(super) fn rename_groups(&mut self, groups: &[Difference<ConnectorGroup>]) {
        let wanted = groups.iter().filter_map(|difference| match difference {
            Difference::Changed { from, to } if !is_same_kind(from, to) => None,
            Difference::Added(to) | Difference::Changed { to, .. } => Some((to.id, Arc::<str>::from(to.name.as_str()))),
            Difference::Removed(_) => None,
        });
        let is_there = |id: &ConnectorGroupId| self.tenant.connector_group(*id).is_some();
        let mut wanted: Vec<_> = wanted.filter(|(id, _)| is_there(id)).collect();
        let rename = |id: ConnectorGroupId, name: Arc<str>| UpdateConnectorGroup::new(id).name(name);
        let mut gave_up = BTreeSet::new();
        loop {
            let count = wanted.len();
            wanted.retain(|(id, name)| {
                let has_it = self.tenant.connector_group(*id).is_some_and(|group| group.name().as_str() == &**name);
                !has_it && self.attempt(rename(*id, name.clone())).is_err()
            });
            if wanted.len() < count {
                continue;
            }
            let needed = |id| wanted.iter().find(|(other, _)| *other == id).map(|(id, name)| rename(*id, name.clone()));
            let in_circle = |id: &ConnectorGroupId| detour::waits_for_itself(&self.tenant, *id, wanted.len(), needed);
            let first = wanted.iter().map(|(id, _)| *id).find(|id| !gave_up.contains(id) && in_circle(id));
            // Whoever is refused for another reason keeps its name, and the loop below reports it.
            let Some(id) = first else { break };
            gave_up.insert(id);
            self.attempt_or_leave(rename(id, id.to_string().into()));
        }
        for (id, name) in wanted {
            self.attempt_or_leave(rename(id, name));
        }
    }
}

/// The groups whose region is to change, by id.
fn regions(groups: &[Difference<ConnectorGroup>]) -> BTreeMap<ConnectorGroupId, Arc<str>> {
    let changed = groups.iter().filter_map(|difference| match difference {
        Difference::Changed { from, to } if from.region != to.region && is_same_kind(from, to) => {
            Some((to.id, to.region.as_str().into()))
        }
        _ => None,
    });
    changed.collect()
}
