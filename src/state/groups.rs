//! The connector groups of a state: how they are read and written.

use alloc::vec::Vec;

use super::{State, views::ConnectorGroupView};
use crate::{
    columns::Slot,
    ids::ConnectorGroupId,
    model::{
        group::{ConnectorGroup, Name},
        region::Region,
    },
};

impl State {
    pub(crate) fn connector_groups_count(&self) -> usize {
        self.groups.by_id.len()
    }

    pub(crate) fn connector_groups(
        &self,
    ) -> impl DoubleEndedIterator<Item = ConnectorGroupView<'_>> + ExactSizeIterator {
        self.groups.by_id.iter().map(|slot| ConnectorGroupView { state: self, slot })
    }

    pub(crate) fn connector_groups_after(
        &self,
        after: ConnectorGroupId,
    ) -> Option<impl DoubleEndedIterator<Item = ConnectorGroupView<'_>>> {
        let after = self.groups.by_id.slot(after)?;
        Some(self.groups.by_id.after(after).map(|slot| ConnectorGroupView { state: self, slot }))
    }

    pub(crate) fn connector_group(&self, id: ConnectorGroupId) -> Option<ConnectorGroupView<'_>> {
        self.groups.by_id.slot(id).map(|slot| ConnectorGroupView { state: self, slot })
    }

    pub(crate) fn default_connector_group(&self) -> ConnectorGroupView<'_> {
        // I1: the first event of a tenant creates the default group, and no command deletes it.
        debug_assert!(self.groups.default.is_some(), "a tenant has its default group (I1)");
        ConnectorGroupView { state: self, slot: self.groups.default.unwrap_or_default() }
    }

    /// The groups with this name, trimmed and lower-cased, in creation order.
    pub(crate) fn connector_groups_named(
        &self,
        name: &Name,
    ) -> impl DoubleEndedIterator<Item = ConnectorGroupView<'_>> + ExactSizeIterator {
        let mut slots: Vec<Slot> = self.groups.named(name).collect();
        // The index answers in no particular order.
        self.groups.by_id.sort(&mut slots);
        slots.into_iter().map(|slot| ConnectorGroupView { state: self, slot })
    }

    pub(crate) fn push_connector_group(&mut self, group: &ConnectorGroup) {
        self.groups.push(group);
    }

    pub(crate) fn restore_connector_group(&mut self, place: usize, group: &ConnectorGroup) {
        self.groups.restore(place, group);
        self.squeeze();
    }

    pub(crate) fn remove_connector_group(&mut self, id: ConnectorGroupId) {
        if let Some(slot) = self.groups.by_id.slot(id) {
            self.groups.remove(slot);
            self.squeeze();
        }
    }

    pub(crate) fn rename_connector_group(&mut self, id: ConnectorGroupId, name: &Name) {
        if let Some(slot) = self.groups.by_id.slot(id) {
            self.groups.rename(slot, name);
        }
    }

    pub(crate) fn set_region(&mut self, id: ConnectorGroupId, region: &Region) {
        if let Some(slot) = self.groups.by_id.slot(id) {
            self.groups.set_region(slot, region);
        }
    }
}
