//! Collects the applications and groups that events touch, without visiting the applications of a whole
//! group.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use crate::{
    event::Event,
    ids::{ApplicationId, ConnectorGroupId},
    state::{ApplicationView, BulkMove, ConnectorGroupView, ConnectorView, State},
};

#[derive(Default)]
pub(super) struct Touched {
    /// Applications that events name, in the order of the events; may repeat.
    applications: Vec<ApplicationId>,
    connector_groups: BTreeSet<ConnectorGroupId>,
    /// For each group, the groups whose original applications it contains now, counting moves of whole
    /// groups only.
    held: BTreeMap<ConnectorGroupId, Vec<ConnectorGroupId>>,
    /// The groups that `held` contains or contained.
    tracked: BTreeSet<ConnectorGroupId>,
}

impl Touched {
    /// Notes an event that is about to happen to this state.
    pub(super) fn note(&mut self, state: &State, event: &Event) {
        match event {
            Event::ConnectorGroupCreated(group) => self.group(group.id),
            Event::ConnectorGroupRenamed { id, .. } | Event::ConnectorGroupRegionChanged { id, .. } => self.group(*id),
            Event::ConnectorGroupDeleted(removed) => self.group(removed.thing.id),
            Event::ConnectorRegistered(connector) => self.group(connector.member_of),
            Event::ConnectorReported { id, .. } => {
                let group = state.connector(*id).map(ConnectorView::connector_group);
                self.connector_groups.extend(group.map(ConnectorGroupView::id));
            }
            Event::ConnectorsMoved { connector_group, connectors } => {
                self.group(*connector_group);
                self.connector_groups.extend(connectors.iter().map(|moved| moved.from));
            }
            Event::ConnectorsExpired { connectors } => {
                self.connector_groups.extend(connectors.iter().map(|removed| removed.thing.member_of));
            }
            // None of these changes who serves whom.
            Event::ClockAdvanced { .. }
            | Event::ApplicationRenamed { .. }
            | Event::ApplicationPropertiesUpdated { .. }
            | Event::ServicePrincipalCreated(_)
            | Event::ServicePrincipalUpdated { .. }
            | Event::ServicePrincipalDeleted(_)
            | Event::ApplicationSegmentAdded(_)
            | Event::ApplicationSegmentUpdated { .. }
            | Event::ApplicationSegmentRemoved(_)
            | Event::ProfileUpdated { .. } => {}
            Event::ApplicationCreated { id, .. } | Event::PublishingUpdated { id, .. } => self.applications.push(*id),
            Event::ApplicationDeleted(removed) => {
                self.applications.push(removed.thing.id);
                let publication = removed.thing.publication.as_ref();
                self.connector_groups.extend(publication.map(|publication| publication.connector_group));
            }
            Event::ApplicationPublished { id, connector_group, .. }
            | Event::ApplicationUnpublished { id, connector_group, .. } => {
                self.applications.push(*id);
                self.group(*connector_group);
            }
            Event::ApplicationsReassigned { connector_group, applications } => {
                self.group(*connector_group);
                match applications.as_bulk().ok().and_then(BulkMove::whole_groups) {
                    Some(groups) => groups.iter().for_each(|from| self.whole_group(*from, *connector_group)),
                    None => {
                        for moved in applications.iter() {
                            self.applications.push(moved.id);
                            self.group(moved.from);
                        }
                    }
                }
            }
        }
    }

    fn group(&mut self, id: ConnectorGroupId) {
        self.connector_groups.insert(id);
    }

    fn whole_group(&mut self, from: ConnectorGroupId, to: ConnectorGroupId) {
        for group in [from, to] {
            self.group(group);
            // On its first whole move a group contains only its own original applications. `tracked` keeps
            // that from being entered again after they have left.
            if self.tracked.insert(group) {
                self.held.insert(group, Vec::from([group]));
            }
        }
        let mut joined = self.held.insert(from, Vec::new()).unwrap_or_default();
        let held = self.held.entry(to).or_default();
        // The shorter list is appended to the longer one. An entry is then copied only into a list at least
        // twice as long, so at most log2 of the groups times.
        if joined.len() > held.len() {
            core::mem::swap(&mut joined, held);
        }
        held.append(&mut joined);
    }

    /// The group that contains, after all events, the applications of each group that no event named.
    pub(super) fn whole_groups(&self) -> BTreeMap<ConnectorGroupId, ConnectorGroupId> {
        let each = |(to, from): (&ConnectorGroupId, &Vec<ConnectorGroupId>)| {
            let to = *to;
            from.iter().map(move |from| (*from, to)).collect::<Vec<_>>()
        };
        self.held.iter().flat_map(each).collect()
    }

    /// The named applications, each once, in creation order.
    pub(super) fn applications_in_order(&self, before: &State, after: &State) -> Vec<ApplicationId> {
        // Slots order things within one state only. So those that existed before are sorted there, and new
        // ones, which are younger, in the state after.
        let mut former: Vec<_> = self.applications.iter().filter_map(|id| before.application(*id)).collect();
        former.sort_unstable_by_key(|application| application.creation_order());
        let is_new = |id: &&ApplicationId| before.application(**id).is_none();
        let mut new: Vec<_> = self.applications.iter().filter(is_new).filter_map(|id| after.application(*id)).collect();
        new.sort_unstable_by_key(|application| application.creation_order());
        let mut all: Vec<_> = former.into_iter().chain(new).map(ApplicationView::id).collect();
        // Equal ids are side by side, as they have equal slots.
        all.dedup();
        all
    }

    /// The touched groups, in creation order.
    pub(super) fn connector_groups_in_order(&self, before: &State, after: &State) -> Vec<ConnectorGroupId> {
        // As with applications: sorted where they exist, old ones before new ones. A set repeats no id.
        let mut former: Vec<_> = self.connector_groups.iter().filter_map(|id| before.connector_group(*id)).collect();
        former.sort_unstable_by_key(|group| group.creation_order());
        let is_new = |id: &&ConnectorGroupId| before.connector_group(**id).is_none();
        let mut new: Vec<_> =
            self.connector_groups.iter().filter(is_new).filter_map(|id| after.connector_group(*id)).collect();
        new.sort_unstable_by_key(|group| group.creation_order());
        former.into_iter().chain(new).map(ConnectorGroupView::id).collect()
    }
}
