//! The connectors of a state: how they are read and written, and how their groups' lists and tallies follow.

use alloc::{collections::BTreeMap, vec::Vec};

use super::{State, views::ConnectorView};
use crate::{
    columns::Slot,
    ids::{ConnectorGroupId, ConnectorId},
    model::connector::{Connector, Presence, Report},
    timestamp::Timestamp,
};

/// The slot of no group. A removed connector is put here while the list of its former group is repaired.
const NOWHERE: Slot = Slot::new(u32::MAX);

impl State {
    pub(crate) fn connectors_count(&self) -> usize {
        self.connectors.by_id.len()
    }

    pub(crate) fn connectors(&self) -> impl DoubleEndedIterator<Item = ConnectorView<'_>> + ExactSizeIterator {
        self.connectors.by_id.iter().map(|slot| ConnectorView { state: self, slot })
    }

    pub(crate) fn connectors_after(
        &self,
        after: ConnectorId,
    ) -> Option<impl DoubleEndedIterator<Item = ConnectorView<'_>>> {
        let after = self.connectors.by_id.slot(after)?;
        Some(self.connectors.by_id.after(after).map(|slot| ConnectorView { state: self, slot }))
    }

    pub(crate) fn connector(&self, id: ConnectorId) -> Option<ConnectorView<'_>> {
        self.connectors.by_id.slot(id).map(|slot| ConnectorView { state: self, slot })
    }

    /// The connectors that became inactive at `until` or before, in creation order. Visits no other.
    pub(crate) fn connectors_inactive_until(&self, until: Timestamp) -> impl Iterator<Item = ConnectorView<'_>> {
        let mut slots: Vec<Slot> = self.connectors.inactive_until(until).collect();
        // The set is ordered by time; events list connectors in creation order.
        self.connectors.by_id.sort(&mut slots);
        slots.into_iter().map(|slot| ConnectorView { state: self, slot })
    }

    pub(crate) fn push_connector(&mut self, connector: &Connector) {
        if let Some(group) = self.groups.by_id.slot(connector.member_of) {
            let slot = self.connectors.push(connector, group);
            self.enter_group(slot, group);
        }
    }

    pub(crate) fn restore_connector(&mut self, place: usize, connector: &Connector) {
        let Some(group) = self.groups.by_id.slot(connector.member_of) else { return };
        let slot = self.connectors.restore(place, connector, group);
        self.enter_group(slot, group);
        self.squeeze();
    }

    fn enter_group(&mut self, slot: Slot, group: Slot) {
        if let Some(members) = self.groups.members_mut(group) {
            // Members are kept in creation order. A new connector goes to the end, a restored one between the
            // others.
            let by_id = &self.connectors.by_id;
            let place = members.partition_point(|member| by_id.rank(*member) < by_id.rank(slot));
            members.insert(place, slot);
        }
        self.tally_connector(group, slot, u32::saturating_add);
    }

    fn tally_connector(&mut self, group: Slot, connector: Slot, change: fn(u32, u32) -> u32) {
        let active = u32::from(self.connectors.presence(connector) == Presence::Active);
        if let Some(tally) = self.groups.tally_mut(group) {
            tally.connectors = change(tally.connectors, 1);
            tally.active = change(tally.active, active);
        }
    }

    pub(crate) fn remove_connectors(&mut self, ids: impl Iterator<Item = ConnectorId>) {
        let slots: Vec<Slot> = ids.filter_map(|id| self.connectors.by_id.slot(id)).collect();
        let mut groups = Vec::new();
        for slot in slots {
            let group = self.connectors.group(slot);
            groups.push(group);
            // Counted out first: `remove` below resets the presence, on which the count of active
            // connectors depends.
            self.tally_connector(group, slot, u32::saturating_sub);
            self.connectors.set_group(slot, NOWHERE);
            self.connectors.remove(slot);
        }
        // Each list is repaired once, however many connectors leave it: taking k of n members out one by
        // one would cost k times n.
        groups.sort_unstable();
        groups.dedup();
        for group in groups {
            self.drop_former_members(group);
        }
        self.squeeze();
    }

    /// Removes connectors from the list of a group that are in another group by now.
    fn drop_former_members(&mut self, group: Slot) {
        let connectors = &self.connectors;
        if let Some(members) = self.groups.members_mut(group) {
            members.retain(|member| connectors.group(*member) == group);
        }
    }

    pub(crate) fn report_connector(&mut self, id: ConnectorId, report: &Report) {
        let Some(slot) = self.connectors.by_id.slot(id) else { return };
        if let Some(presence) = report.presence {
            let group = self.connectors.group(slot);
            // Out under the old presence and in under the new one, so that no transition needs a case of
            // its own.
            self.tally_connector(group, slot, u32::saturating_sub);
            self.connectors.set_presence(slot, presence);
            self.tally_connector(group, slot, u32::saturating_add);
        }
        if report.external_ip.is_none() && report.version.is_none() {
            return;
        }
        if let Some(texts) = self.connectors.texts_mut(slot) {
            texts.external_ip = report.external_ip.clone().unwrap_or_else(|| texts.external_ip.clone());
            texts.version = report.version.clone().unwrap_or_else(|| texts.version.clone());
        }
    }

    /// Moves each connector to its group. The member list of each group is repaired once, however many
    /// move.
    pub(crate) fn move_connectors(&mut self, moves: impl Iterator<Item = (ConnectorId, ConnectorGroupId)>) {
        // The groups of all connectors are set first. A connector then belongs to a list exactly if its
        // group says so, which is how the lists are repaired.
        let mut left = Vec::new();
        let mut entered = BTreeMap::<Slot, Vec<Slot>>::new();
        for (id, to) in moves {
            let slots = (self.connectors.by_id.slot(id), self.groups.by_id.slot(to));
            let (Some(slot), Some(to)) = slots else { continue };
            let from = self.connectors.group(slot);
            if from != to {
                self.tally_connector(from, slot, u32::saturating_sub);
                self.connectors.set_group(slot, to);
                self.tally_connector(to, slot, u32::saturating_add);
                left.push(from);
                entered.entry(to).or_default().push(slot);
            }
        }
        left.sort_unstable();
        left.dedup();
        for group in left {
            self.drop_former_members(group);
        }
        for (group, slots) in entered {
            let by_id = &self.connectors.by_id;
            if let Some(members) = self.groups.members_mut(group) {
                // Only foreign events name a connector twice. Then it must not be listed twice, nor in a
                // group that it has left again.
                members.extend(slots);
                by_id.sort(members);
                members.dedup();
            }
            self.drop_former_members(group);
        }
    }
}
