//! A group whose applications all move at once.

use alloc::sync::Arc;

use super::State;
use crate::ids::{ApplicationId, ConnectorGroupId};

/// A group with the state in which it holds who moves: a snapshot, so that it costs the same whatever the group holds.
#[derive(Clone)]
pub(crate) struct WholeGroup(Arc<(State, ConnectorGroupId)>);

impl WholeGroup {
    pub(crate) fn new(state: &State, id: ConnectorGroupId) -> Self {
        Self(Arc::new((state.clone(), id)))
    }

    pub(crate) fn id(&self) -> ConnectorGroupId {
        self.0.1
    }

    /// How many applications it holds.
    pub(crate) fn len(&self) -> usize {
        let group = self.0.0.connector_group(self.id());
        group.map_or(0, |group| usize::try_from(group.applications_count()).unwrap_or(usize::MAX))
    }

    /// The applications that it holds, in creation order.
    pub(crate) fn applications(&self) -> impl Iterator<Item = ApplicationId> + '_ {
        let group = self.0.0.connector_group(self.id()).into_iter();
        group.flat_map(|group| group.applications().map(|application| application.id()))
    }
}

impl State {
    /// Moves what a group holds, all of it.
    pub(crate) fn move_whole_group(&mut self, whole: &WholeGroup, to: ConnectorGroupId) {
        let (Some(from), Some(to)) = (self.groups.roster.slot(whole.id()), self.groups.roster.slot(to)) else { return };
        let moved = self.groups.tally(from).applications;
        self.applications.cells.merge(from, to);
        if let Some(tally) = self.groups.tally_mut(from) {
            tally.applications = tally.applications.saturating_sub(moved);
        }
        if let Some(tally) = self.groups.tally_mut(to) {
            tally.applications = tally.applications.saturating_add(moved);
        }
    }

    /// Takes that back, where this state is laid out as the one before was; else it does nothing and answers false.
    pub(crate) fn take_back_whole_group(&mut self, whole: &WholeGroup, to: ConnectorGroupId) -> bool {
        let (before, from) = &*whole.0;
        let (Some(from), Some(to)) = (self.groups.roster.slot(*from), self.groups.roster.slot(to)) else {
            return false;
        };
        if !Arc::ptr_eq(&self.layout, &before.layout) {
            return false;
        }
        // Every application is again where it was; those that came later are gone by now, and had room.
        let now = core::mem::replace(&mut self.applications.cells, before.applications.cells.clone());
        self.applications.cells.widen_to(&now);
        let moved = before.groups.tally(from).applications;
        if let Some(tally) = self.groups.tally_mut(from) {
            tally.applications = tally.applications.saturating_add(moved);
        }
        if let Some(tally) = self.groups.tally_mut(to) {
            tally.applications = tally.applications.saturating_sub(moved);
        }
        true
    }
}
