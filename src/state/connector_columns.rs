//! Connectors.

use alloc::{collections::BTreeSet, sync::Arc};
use core::ops::Range;

use crate::{
    columns::{HashSeed, Pages, Slot, SlotMap},
    ids::ConnectorId,
    model::connector::{Connector, Presence},
    timestamp::Timestamp,
};

#[derive(Debug, Clone, Default)]
pub(super) struct Connectors {
    pub(super) by_id: SlotMap<ConnectorId>,
    texts: Pages<Option<Texts>, 32>,
    presences: Pages<Option<Timestamp>, 256>,
    groups: Pages<Slot, 1024>,
    /// Inactive connectors by the time at which they became inactive. Advancing the clock visits only those
    /// that are due.
    inactive: Arc<BTreeSet<(Timestamp, Slot)>>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Texts {
    pub(super) machine_name: Arc<str>,
    pub(super) external_ip: Arc<str>,
    pub(super) version: Arc<str>,
}

impl Connectors {
    pub(super) fn new(seed: HashSeed) -> Self {
        Self { by_id: SlotMap::new(seed), ..Self::default() }
    }

    pub(super) fn texts(&self, slot: Slot) -> Option<&Texts> {
        self.texts.get(slot.index())?.as_ref()
    }

    pub(super) fn texts_mut(&mut self, slot: Slot) -> Option<&mut Texts> {
        self.texts.get_mut(slot.index())?.as_mut()
    }

    pub(super) fn presence(&self, slot: Slot) -> Presence {
        let since = self.presences.get(slot.index()).copied().flatten();
        since.map_or(Presence::Active, |since| Presence::Inactive { since })
    }

    pub(super) fn group(&self, slot: Slot) -> Slot {
        debug_assert!(slot.index() < self.groups.len(), "{slot:?} is no connector");
        self.groups.get(slot.index()).copied().unwrap_or_default()
    }

    pub(super) fn set_group(&mut self, slot: Slot, group: Slot) {
        self.groups.set(slot.index(), group);
    }

    /// The slots on all pages of columns that are not shared with `other`, except those of the slot map.
    pub(super) fn unshared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = Range<usize>> + 'a {
        let presences = self.presences.unshared(&other.presences);
        self.texts.unshared(&other.texts).chain(presences).chain(self.groups.unshared(&other.groups))
    }

    /// The connectors that became inactive at `until` or before, ordered by that time.
    pub(super) fn inactive_until(&self, until: Timestamp) -> impl Iterator<Item = Slot> + '_ {
        self.inactive.iter().take_while(move |(since, _)| *since <= until).map(|(_, slot)| *slot)
    }

    pub(super) fn push(&mut self, connector: &Connector, group: Slot) -> Slot {
        let slot = self.by_id.push(connector.id);
        self.fill(slot, connector, group);
        slot
    }

    /// Restores a removed connector at its place.
    pub(super) fn restore(&mut self, place: usize, connector: &Connector, group: Slot) -> Slot {
        let slot = self.by_id.restore(place, connector.id);
        self.fill(slot, connector, group);
        slot
    }

    fn fill(&mut self, slot: Slot, connector: &Connector, group: Slot) {
        let Connector { machine_name, external_ip, version, .. } = connector.clone();
        let texts = Some(Texts { machine_name, external_ip, version });
        if slot.index() == self.texts.len() {
            self.texts.push(texts);
            // Active for the moment; `set_presence` below also keeps the set of inactive connectors right.
            self.presences.push(None);
            self.groups.push(group);
        } else {
            self.texts.set(slot.index(), texts);
            self.presences.set(slot.index(), None);
            self.groups.set(slot.index(), group);
        }
        self.set_presence(slot, connector.presence);
    }

    pub(super) fn set_presence(&mut self, slot: Slot, presence: Presence) {
        // The set is ordered by time first, so the former time is needed to find the former entry.
        if let Presence::Inactive { since } = self.presence(slot) {
            Arc::make_mut(&mut self.inactive).remove(&(since, slot));
        }
        if let Presence::Inactive { since } = presence {
            Arc::make_mut(&mut self.inactive).insert((since, slot));
        }
        self.presences.set(slot.index(), presence.inactive_since());
    }

    pub(super) fn remove(&mut self, slot: Slot) {
        // Takes the connector out of the set of inactive ones, which would otherwise lead to a dead slot.
        self.set_presence(slot, Presence::Active);
        self.by_id.remove(slot);
        self.texts.set(slot.index(), None);
    }
}
