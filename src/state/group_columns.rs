//! Columns of connector groups, with the counts and the member list of each group.

use alloc::{sync::Arc, vec::Vec};
use core::ops::Range;

use crate::{
    columns::{HashSeed, Index, Pages, Slot, SlotMap},
    ids::ConnectorGroupId,
    model::{
        group::{ConnectorGroup, ConnectorGroupType, Name},
        region::Region,
    },
};

#[derive(Debug, Clone)]
pub(super) struct Groups {
    pub(super) by_id: SlotMap<ConnectorGroupId>,
    records: Pages<Option<Record>, 16>,
    tallies: Pages<Tally, 128>,
    /// The connectors of each group, in creation order, behind a reference count: a write copies a page of
    /// these pointers and one list, not the lists of all groups on the page.
    members: Pages<Arc<Vec<Slot>>, 32>,
    /// Index by folded name: trimmed and in lower case.
    names: Index,
    /// The default group; `None` only until its turn comes while a state is filled.
    pub(super) default: Option<Slot>,
    /// The record of the default group, which stands here and not in the column. A tenant always has that group (I1), so
    /// every slot has a record, without one that is made up.
    default_record: Record,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    pub(super) name: Name,
    pub(super) connector_group_type: ConnectorGroupType,
    pub(super) region: Region,
}

/// The counts of a group, in a column of their own: every move writes here, and a page with only counts is
/// cheap to copy.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) connectors: u32,
    pub(super) active: u32,
    pub(super) applications: u32,
}

impl Record {
    pub(super) fn of(group: &ConnectorGroup) -> Self {
        let ConnectorGroup { id: _, name, connector_group_type, is_default: _, region } = group.clone();
        Self { name, connector_group_type, region }
    }
}

impl Groups {
    pub(super) fn new(seed: HashSeed, default_record: Record) -> Self {
        Self {
            by_id: SlotMap::new(seed),
            records: Pages::default(),
            tallies: Pages::default(),
            members: Pages::default(),
            names: Index::new(seed),
            default: None,
            default_record,
        }
    }

    fn hash_of_name(&self, name: &Name) -> u64 {
        self.names.seed().hash_ignoring_ascii_case(&name.folded())
    }

    pub(super) fn record(&self, slot: Slot) -> &Record {
        let own = self.records.get(slot.index()).and_then(Option::as_ref);
        debug_assert!(own.is_some() || self.default == Some(slot), "a view of a group that is gone");
        own.unwrap_or(&self.default_record)
    }

    /// The slots on all pages of records that are not shared with `other`, and those of both default groups, whose records
    /// are on no page.
    pub(super) fn unshared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = Range<usize>> + 'a {
        let defaults = [self.default, other.default].into_iter().flatten().map(Slot::index);
        let defaults = defaults.map(|index| index..index.saturating_add(1));
        self.records.unshared(&other.records).chain(defaults)
    }

    pub(super) fn tally(&self, slot: Slot) -> Tally {
        debug_assert!(slot.index() < self.tallies.len(), "{slot:?} is no group");
        self.tallies.get(slot.index()).copied().unwrap_or_default()
    }

    pub(super) fn tally_mut(&mut self, slot: Slot) -> Option<&mut Tally> {
        self.tallies.get_mut(slot.index())
    }

    /// Moves this many applications in the counts: from one group, or none, to another, or none.
    pub(super) fn tally_moved(&mut self, from: Option<Slot>, to: Option<Slot>, moved: u32) {
        // Saturates: foreign events may say that more applications leave a group than are in it.
        let leave = |tally: &mut Tally| tally.applications = tally.applications.saturating_sub(moved);
        let enter = |tally: &mut Tally| tally.applications = tally.applications.saturating_add(moved);
        self.tallies.change_both(from.map(Slot::index), leave, to.map(Slot::index), enter);
    }

    /// Takes over the counts of another state with the same layout.
    pub(super) fn take_tallies_of(&mut self, other: &Self) {
        self.tallies = other.tallies.clone();
        // Slots of groups that were created later remain, with counts of zero.
        self.tallies.lengthen_to(self.records.len());
    }

    pub(super) fn members(&self, slot: Slot) -> &[Slot] {
        self.members.get(slot.index()).map_or(&[], |members| members.as_slice())
    }

    /// The member list of a group, for writing.
    pub(super) fn members_mut(&mut self, slot: Slot) -> Option<&mut Vec<Slot>> {
        self.members.get_mut(slot.index()).map(Arc::make_mut)
    }

    /// The groups with this name, trimmed and lower-cased, in no particular order.
    pub(super) fn named<'a>(&'a self, name: &'a Name) -> impl Iterator<Item = Slot> + 'a {
        // The index only compares parts of hashes, so the names themselves decide.
        let folded = name.folded();
        self.names.under(self.hash_of_name(name)).filter(move |slot| self.record(*slot).name.folded() == folded)
    }

    pub(super) fn push(&mut self, group: &ConnectorGroup) {
        let slot = self.by_id.push(group.id);
        self.fill(slot, group);
    }

    /// Restores a deleted group at its place.
    pub(super) fn restore(&mut self, place: usize, group: &ConnectorGroup) {
        let slot = self.by_id.restore(place, group.id);
        self.fill(slot, group);
    }

    fn fill(&mut self, slot: Slot, group: &ConnectorGroup) {
        let record = Record::of(group);
        let record = if group.is_default { self.make_default(slot, record) } else { Some(record) };
        if slot.index() == self.records.len() {
            self.records.push(record);
            self.tallies.push(Tally::default());
            self.members.push(Arc::default());
        } else {
            self.records.set(slot.index(), record);
            // Only an empty group is deleted (T2), so it comes back with counts of zero and no members.
            self.tallies.set(slot.index(), Tally::default());
            self.members.set(slot.index(), Arc::default());
        }
        self.enter_name(slot, &group.name);
    }

    /// Puts the record of the default group where it belongs, so that none is left for the column.
    fn make_default(&mut self, slot: Slot, record: Record) -> Option<Record> {
        let former_record = core::mem::replace(&mut self.default_record, record);
        // Only foreign events create a second default group. The former one then keeps its record as any other does.
        if let Some(former) = self.default.replace(slot).filter(|former| *former != slot) {
            self.records.set(former.index(), Some(former_record));
        }
        None
    }

    /// Removes a group. Only foreign events remove the default group, or one that something is in: then nothing is done, so
    /// that each connector and each published application keeps a group that is there.
    pub(super) fn remove(&mut self, slot: Slot) {
        let Tally { connectors, active: _, applications } = self.tally(slot);
        if self.default == Some(slot) || connectors != 0 || applications != 0 {
            return;
        }
        // The name leaves its index while the record can still tell it.
        let name = self.record(slot).name.clone();
        self.leave_name(slot, &name);
        self.by_id.remove(slot);
        self.records.set(slot.index(), None);
    }

    pub(super) fn rename(&mut self, slot: Slot, name: &Name) {
        // Old entry first: both names may fold to the same text, and the index must end with one entry.
        let former = self.record(slot).name.clone();
        self.leave_name(slot, &former);
        if let Some(record) = self.record_mut(slot) {
            record.name = name.clone();
        }
        self.enter_name(slot, name);
    }

    pub(super) fn set_region(&mut self, slot: Slot, region: &Region) {
        if let Some(record) = self.record_mut(slot) {
            record.region = region.clone();
        }
    }

    fn record_mut(&mut self, slot: Slot) -> Option<&mut Record> {
        if self.default == Some(slot) {
            return Some(&mut self.default_record);
        }
        self.records.get_mut(slot.index())?.as_mut()
    }

    fn enter_name(&mut self, slot: Slot, name: &Name) {
        self.names.insert(self.hash_of_name(name), slot);
    }

    fn leave_name(&mut self, slot: Slot, name: &Name) {
        self.names.remove(self.hash_of_name(name), slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_given_up_leaves_the_index() {
        let name = |text| Name::new(text).unwrap();
        let group = ConnectorGroup {
            id: ConnectorGroupId::from_u128(1),
            name: name("a"),
            connector_group_type: ConnectorGroupType::ApplicationProxy,
            is_default: true,
            region: Region::new("eur").unwrap(),
        };
        let mut groups = Groups::new(HashSeed::default(), Record::of(&group));
        assert_ne!(groups.hash_of_name(&name("a")), groups.hash_of_name(&name("b")));
        groups.push(&group);
        for text in ["b", "a", "b", "a", "b"] {
            groups.rename(Slot::new(0), &name(text));
        }
        assert_eq!(groups.names.under(groups.hash_of_name(&name("b"))).count(), 1);
    }
}
