//! What events touch, without looking at what a whole group holds.

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
    /// Maybe more than once.
    applications: Vec<ApplicationId>,
    connector_groups: BTreeSet<ConnectorGroupId>,
    /// Whose former applications a group holds by now, as far as whole groups have moved.
    held: BTreeMap<ConnectorGroupId, Vec<ConnectorGroupId>>,
    /// The groups that are in `held`, or were.
    tracked: BTreeSet<ConnectorGroupId>,
}

impl Touched {
    /// Takes down an event that is about to happen to this state.
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
            Event::ClockAdvanced { .. } | Event::ApplicationRenamed { .. } => {}
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
            if self.tracked.insert(group) {
                self.held.insert(group, Vec::from([group]));
            }
        }
        let mut joined = self.held.insert(from, Vec::new()).unwrap_or_default();
        let held = self.held.entry(to).or_default();
        // The shorter list goes to the longer one, so that many moves cost little more than their number.
        if joined.len() > held.len() {
            core::mem::swap(&mut joined, held);
        }
        held.append(&mut joined);
    }

    /// Where the applications of each group went that were never named: all of them together.
    pub(super) fn whole_groups(&self) -> BTreeMap<ConnectorGroupId, ConnectorGroupId> {
        let each = |(to, from): (&ConnectorGroupId, &Vec<ConnectorGroupId>)| {
            let to = *to;
            from.iter().map(move |from| (*from, to)).collect::<Vec<_>>()
        };
        self.held.iter().flat_map(each).collect()
    }

    /// The applications that are named, each once, in creation order.
    pub(super) fn applications_in_order(&self, before: &State, after: &State) -> Vec<ApplicationId> {
        let mut former: Vec<_> = self.applications.iter().filter_map(|id| before.application(*id)).collect();
        former.sort_unstable_by_key(|application| application.creation_order());
        let is_new = |id: &&ApplicationId| before.application(**id).is_none();
        let mut new: Vec<_> = self.applications.iter().filter(is_new).filter_map(|id| after.application(*id)).collect();
        new.sort_unstable_by_key(|application| application.creation_order());
        let mut all: Vec<_> = former.into_iter().chain(new).map(ApplicationView::id).collect();
        all.dedup();
        all
    }

    /// The groups that are touched, in creation order.
    pub(super) fn connector_groups_in_order(&self, before: &State, after: &State) -> Vec<ConnectorGroupId> {
        let mut former: Vec<_> = self.connector_groups.iter().filter_map(|id| before.connector_group(*id)).collect();
        former.sort_unstable_by_key(|group| group.creation_order());
        let is_new = |id: &&ConnectorGroupId| before.connector_group(**id).is_none();
        let mut new: Vec<_> =
            self.connector_groups.iter().filter(is_new).filter_map(|id| after.connector_group(*id)).collect();
        new.sort_unstable_by_key(|group| group.creation_order());
        former.into_iter().chain(new).map(ConnectorGroupView::id).collect()
    }
}
