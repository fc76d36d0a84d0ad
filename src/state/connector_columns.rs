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
        let Connector { machine_name, mut external_ip, mut version, .. } = connector.clone();
        // Mostly the connector before is at the same site and has the same version: one text for both.
        if let Some(before) = slot.index().checked_sub(1).and_then(|before| self.texts(Slot::at(before))) {
            share(&mut external_ip, &before.external_ip);
            share(&mut version, &before.version);
        }
        let texts = Some(Texts { machine_name, external_ip, version });
        if slot.index() == self.texts.len() {
            self.texts.push(texts);
            // Active for the moment; `set_presence` below also keeps the set of inactive connectors right.
            self.presences.lengthen_to(self.texts.len());
            self.groups.push(group);
        } else {
            self.texts.set(slot.index(), texts);
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
        // Mostly all are active, and then the column takes no memory.
        if self.presence(slot) != presence {
            self.presences.set(slot.index(), presence.inactive_since());
        }
    }

    pub(super) fn remove(&mut self, slot: Slot) {
        // Takes the connector out of the set of inactive ones, which would otherwise lead to a dead slot.
        self.set_presence(slot, Presence::Active);
        self.by_id.remove(slot);
        self.texts.set(slot.index(), None);
    }
}

/// Makes two equal texts one.
fn share(text: &mut Arc<str>, with: &Arc<str>) {
    if text == with {
        text.clone_from(with);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ConnectorGroupId;

    fn connector(number: u8, version: &str, presence: Presence) -> Connector {
        Connector {
            id: ConnectorId::from_u128(number.into()),
            machine_name: "host".into(),
            external_ip: "192.0.2.1".into(),
            presence,
            version: version.into(),
            member_of: ConnectorGroupId::default(),
        }
    }

    /// The address and the version are one text for those that follow each other; the machine's name is its own.
    #[test]
    fn what_neighbours_have_in_common_is_kept_once() {
        let mut connectors = Connectors::default();
        for (number, version) in (0..).zip(["1", "1", "2"]) {
            connectors.push(&connector(number, version, Presence::Active), Slot::new(0));
        }
        let texts = |number| connectors.texts(Slot::new(number)).unwrap();
        let [first, second, third] = [0, 1, 2].map(texts);
        assert!(Arc::ptr_eq(&first.version, &second.version) && Arc::ptr_eq(&first.external_ip, &third.external_ip));
        assert_eq!((&*second.version, &*third.version, &*third.external_ip), ("1", "2", "192.0.2.1"));
    }

    #[test]
    fn active_connectors_take_no_memory_in_the_column_of_presences() {
        let mut connectors = Connectors::default();
        let since = Timestamp::UNIX_EPOCH;
        let slot = connectors.push(&connector(0, "1", Presence::Active), Slot::new(0));
        assert_eq!((connectors.presences.pages().count(), connectors.presence(slot)), (0, Presence::Active));
        let slot = connectors.push(&connector(1, "1", Presence::Inactive { since }), Slot::new(0));
        assert_eq!(
            (connectors.presences.pages().count(), connectors.presence(slot)),
            (1, Presence::Inactive { since })
        );
        connectors.remove(slot);
        let slot = connectors.restore(1, &connector(1, "1", Presence::Active), Slot::new(0));
        assert_eq!(connectors.presence(slot), Presence::Active);
    }
}
