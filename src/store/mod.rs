//! The state of one tenant: what is kept, how it is found, how it changes. It knows no command and no rule.
//!
//! ```text
//! State ── groups ────── roster (order, ids, id → slot) · records · tallies · members · folded name → slots
//!       ── connectors ── roster · texts · presences · group · inactive ones by time
//!       ── applications  roster · app ids · cells (which group) · names · URLs · settings · appId, both URLs → slot
//!
//! id ──index──► slot ──┬─ ids ──────── is it really this one?         [pages] a column: copy-on-write, 4 bytes a slot
//!   a bucket of eight  ├─ names, URLs, settings …                     [index] 8 bytes a key: half a hash, and a slot
//!   half hashes and    └─ cell ──► (cell ──►) group ── tally          [cells] a whole group moves as one
//!   slots, 64 bytes
//!                                                                     [marks] many slots, a bit each, in order
//! list of ids ──► marks of who is there ──► less those who are in the target ──► an event: state before and marks
//! ```
//!
//! Everything is a list in copy-on-write [`pages`], indexed by [`slot`]: a clone of the state is one reference count a
//! list, and a write copies one page of each list it touches. Outside this folder nobody sees a slot: reads answer with
//! views, writes take ids. A write of an id that is not there does nothing. What each path costs is counted in [`work`].

mod applications;
mod cells;
mod connectors;
mod groups;
mod hash;
mod index;
mod leaving;
mod list;
mod marks;
mod pages;
mod roster;
mod slot;
pub(crate) mod table;
#[cfg(test)]
mod tests;
mod unlike;
mod views;
mod work;

use alloc::{collections::BTreeMap, sync::Arc, vec::Vec};

use applications::Applications;
use connectors::Connectors;
use groups::{Groups, Record};
pub(crate) use hash::HashSeed;
pub(crate) use index::first_repeated;
pub(crate) use leaving::{Leavers, Leaving};
use marks::Marks;
use slot::Slot;
pub(crate) use unlike::Unlike;
pub use views::{ApplicationView, ConnectorGroupView, ConnectorView};

use crate::{
    ids::{AppId, ApplicationId, ConnectorGroupId, ConnectorId, TenantId},
    model::{
        application::Application,
        connector::{Connector, Presence, Report},
        group::{ConnectorGroup, ConnectorGroupType, Name},
        publishing::OnPremisesPublishing,
        region::Region,
    },
    rules::Rules,
    timestamp::Timestamp,
};

#[derive(Clone)]
pub(crate) struct State {
    id: TenantId,
    default_region: Region,
    now: Timestamp,
    rules: Rules,
    groups: Groups,
    connectors: Connectors,
    applications: Applications,
    /// What a view of nothing would show; no view of nothing is made.
    no_group: Record,
    no_text: Arc<str>,
}

/// The kind of things before each of which a vacancy is left when the state is laid out anew, for things that come back.
#[derive(Clone, Copy, PartialEq)]
enum Vacancies {
    None,
    Groups,
    Connectors,
    Applications,
}

impl State {
    pub(crate) fn new(
        hash_seed: HashSeed,
        id: TenantId,
        default_region: Region,
        now: Timestamp,
        rules: Rules,
        default: &ConnectorGroup,
    ) -> Self {
        let mut state = Self::without_groups(hash_seed, id, default_region, now, rules, default.name.clone());
        state.push_connector_group(default);
        state
    }

    pub(crate) fn without_groups(
        hash_seed: HashSeed,
        id: TenantId,
        default_region: Region,
        now: Timestamp,
        rules: Rules,
        any_name: Name,
    ) -> Self {
        let connector_group_type = ConnectorGroupType::ApplicationProxy;
        Self {
            id,
            now,
            rules,
            groups: Groups::new(hash_seed),
            connectors: Connectors::new(hash_seed),
            applications: Applications::new(hash_seed),
            no_group: Record { name: any_name, connector_group_type, region: default_region.clone() },
            no_text: "".into(),
            default_region,
        }
    }

    /// What all its indexes hash with.
    pub(crate) const fn hash_seed(&self) -> HashSeed {
        self.applications.roster.seed()
    }

    /// The same, hashed with another seed.
    pub(crate) fn hashed_with(&self, seed: HashSeed) -> Self {
        self.laid_out_anew(seed, Vacancies::None)
    }

    pub(crate) const fn id(&self) -> TenantId {
        self.id
    }

    pub(crate) const fn default_region(&self) -> &Region {
        &self.default_region
    }

    pub(crate) const fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) const fn rules(&self) -> Rules {
        self.rules
    }

    pub(crate) fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }
}

/// Connector groups.
impl State {
    pub(crate) fn connector_groups_count(&self) -> usize {
        self.groups.roster.len()
    }

    pub(crate) fn connector_groups(&self) -> impl Iterator<Item = ConnectorGroupView<'_>> {
        self.groups.roster.iter().map(|slot| ConnectorGroupView { state: self, slot })
    }

    pub(crate) fn connector_groups_after(
        &self,
        after: ConnectorGroupId,
    ) -> Option<impl Iterator<Item = ConnectorGroupView<'_>>> {
        let after = self.groups.roster.slot(after)?;
        Some(self.groups.roster.after(after).map(|slot| ConnectorGroupView { state: self, slot }))
    }

    pub(crate) fn connector_group(&self, id: ConnectorGroupId) -> Option<ConnectorGroupView<'_>> {
        self.groups.roster.slot(id).map(|slot| ConnectorGroupView { state: self, slot })
    }

    pub(crate) fn default_connector_group(&self) -> ConnectorGroupView<'_> {
        // I1: there is one from the first event on.
        ConnectorGroupView { state: self, slot: self.groups.default.unwrap_or_default() }
    }

    /// The groups that have this name, trimmed and lower-cased, in creation order.
    pub(crate) fn connector_groups_named(&self, name: &Name) -> impl Iterator<Item = ConnectorGroupView<'_>> {
        let mut slots: Vec<Slot> = self.groups.named(name).collect();
        slots.sort_unstable();
        slots.into_iter().map(|slot| ConnectorGroupView { state: self, slot })
    }

    pub(crate) fn push_connector_group(&mut self, group: &ConnectorGroup) {
        self.groups.push(group);
    }

    pub(crate) fn restore_connector_group(&mut self, place: usize, group: &ConnectorGroup) {
        if !self.groups.restore(place, group) {
            *self = self.laid_out_anew(self.hash_seed(), Vacancies::Groups);
            self.groups.restore(place, group);
        }
    }

    pub(crate) fn remove_connector_group(&mut self, id: ConnectorGroupId) {
        if let Some(slot) = self.groups.roster.slot(id) {
            self.groups.remove(slot);
            self.squeeze();
        }
    }

    pub(crate) fn rename_connector_group(&mut self, id: ConnectorGroupId, name: &Name) {
        if let Some(slot) = self.groups.roster.slot(id) {
            self.groups.rename(slot, name);
        }
    }

    pub(crate) fn set_region(&mut self, id: ConnectorGroupId, region: &Region) {
        if let Some(slot) = self.groups.roster.slot(id) {
            self.groups.set_region(slot, region);
        }
    }
}

/// Connectors.
impl State {
    pub(crate) fn connectors_count(&self) -> usize {
        self.connectors.roster.len()
    }

    pub(crate) fn connectors(&self) -> impl Iterator<Item = ConnectorView<'_>> {
        self.connectors.roster.iter().map(|slot| ConnectorView { state: self, slot })
    }

    pub(crate) fn connectors_after(&self, after: ConnectorId) -> Option<impl Iterator<Item = ConnectorView<'_>>> {
        let after = self.connectors.roster.slot(after)?;
        Some(self.connectors.roster.after(after).map(|slot| ConnectorView { state: self, slot }))
    }

    pub(crate) fn connector(&self, id: ConnectorId) -> Option<ConnectorView<'_>> {
        self.connectors.roster.slot(id).map(|slot| ConnectorView { state: self, slot })
    }

    /// The connectors that turned inactive at `until` or before, in creation order. Visits no other.
    pub(crate) fn connectors_inactive_until(&self, until: Timestamp) -> impl Iterator<Item = ConnectorView<'_>> {
        let mut slots: Vec<Slot> = self.connectors.inactive_until(until).collect();
        slots.sort_unstable();
        slots.into_iter().map(|slot| ConnectorView { state: self, slot })
    }

    pub(crate) fn push_connector(&mut self, connector: &Connector) {
        if let Some(group) = self.groups.roster.slot(connector.member_of) {
            let slot = self.connectors.push(connector, group);
            self.enter_group(slot, group);
        }
    }

    pub(crate) fn restore_connector(&mut self, place: usize, connector: &Connector) {
        let Some(group) = self.groups.roster.slot(connector.member_of) else { return };
        if let Some(slot) = self.connectors.restore(place, connector, group) {
            self.enter_group(slot, group);
            return;
        }
        *self = self.laid_out_anew(self.hash_seed(), Vacancies::Connectors);
        let Some(group) = self.groups.roster.slot(connector.member_of) else { return };
        if let Some(slot) = self.connectors.restore(place, connector, group) {
            self.enter_group(slot, group);
        }
    }

    fn enter_group(&mut self, slot: Slot, group: Slot) {
        if let Some(members) = self.groups.members_mut(group) {
            let place = members.binary_search(&slot).unwrap_or_else(|place| place);
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
        let slots: Vec<Slot> = ids.filter_map(|id| self.connectors.roster.slot(id)).collect();
        let mut groups = Vec::new();
        for slot in slots {
            let group = self.connectors.group(slot);
            groups.push(group);
            self.tally_connector(group, slot, u32::saturating_sub);
            self.connectors.set_group(slot, NOWHERE);
            self.connectors.remove(slot);
        }
        groups.sort_unstable();
        groups.dedup();
        for group in groups {
            self.drop_former_members(group);
        }
        self.squeeze();
    }

    /// Strikes those off a group's list who are in another by now.
    fn drop_former_members(&mut self, group: Slot) {
        let connectors = &self.connectors;
        if let Some(members) = self.groups.members_mut(group) {
            members.retain(|member| connectors.group(*member) == group);
        }
    }

    pub(crate) fn report_connector(&mut self, id: ConnectorId, report: &Report) {
        let Some(slot) = self.connectors.roster.slot(id) else { return };
        if let Some(presence) = report.presence {
            let group = self.connectors.group(slot);
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

    /// Moves each connector to its group. The lists of members are put right once a group, however many move.
    pub(crate) fn move_connectors(&mut self, moves: impl Iterator<Item = (ConnectorId, ConnectorGroupId)>) {
        let mut left = Vec::new();
        let mut entered = BTreeMap::<Slot, Vec<Slot>>::new();
        for (id, to) in moves {
            let slots = (self.connectors.roster.slot(id), self.groups.roster.slot(to));
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
            if let Some(members) = self.groups.members_mut(group) {
                members.extend(slots);
                members.sort_unstable();
                members.dedup();
            }
            self.drop_former_members(group);
        }
    }
}

/// No group has this slot: a connector that goes is put here while its group's list is put right.
const NOWHERE: Slot = Slot::new(u32::MAX);

/// Applications.
impl State {
    pub(crate) fn applications_count(&self) -> usize {
        self.applications.roster.len()
    }

    pub(crate) fn applications(&self) -> impl Iterator<Item = ApplicationView<'_>> {
        self.applications.roster.iter().map(|slot| ApplicationView { state: self, slot })
    }

    /// Every group with the applications that are in it, both in creation order.
    pub(crate) fn applications_by_group(&self) -> Vec<(ConnectorGroupView<'_>, Vec<ApplicationId>)> {
        let count = |slot| usize::try_from(self.groups.tally(slot).applications).unwrap_or(0);
        let id_at = self.applications.roster.ids();
        let mut by_slot: Vec<Vec<_>> = Vec::with_capacity(self.groups.roster.slots());
        by_slot.extend((0..self.groups.roster.slots()).map(|group| Vec::with_capacity(count(Slot::at(group)))));
        for (slot, group) in self.applications.cells.iter() {
            if let Some(applications) = by_slot.get_mut(group.index()) {
                applications.push(id_at(slot));
            }
        }
        let mut taken = |group: Slot| by_slot.get_mut(group.index()).map(core::mem::take).unwrap_or_default();
        self.groups.roster.iter().map(|slot| (ConnectorGroupView { state: self, slot }, taken(slot))).collect()
    }

    /// The applications that are in these groups, in creation order.
    pub(crate) fn applications_in(
        &self,
        groups: impl Iterator<Item = ConnectorGroupId>,
    ) -> impl Iterator<Item = ApplicationView<'_>> {
        let mut groups: Vec<Slot> = groups.filter_map(|id| self.groups.roster.slot(id)).collect();
        groups.sort_unstable();
        let marks = (!groups.is_empty()).then(|| self.applications.cells.in_groups(&groups));
        marks.into_iter().flat_map(Marks::into_slots).map(|slot| ApplicationView { state: self, slot })
    }

    /// The applications whose external URL stands for many (R-35), in creation order. Visits no other.
    pub(crate) fn wildcard_applications(&self) -> impl Iterator<Item = ApplicationView<'_>> {
        self.applications.wildcards().map(|slot| ApplicationView { state: self, slot })
    }

    pub(crate) fn applications_after(&self, after: ApplicationId) -> Option<impl Iterator<Item = ApplicationView<'_>>> {
        let after = self.applications.roster.slot(after)?;
        Some(self.applications.roster.after(after).map(|slot| ApplicationView { state: self, slot }))
    }

    pub(crate) fn application(&self, id: ApplicationId) -> Option<ApplicationView<'_>> {
        self.applications.roster.slot(id).map(|slot| ApplicationView { state: self, slot })
    }

    pub(crate) fn application_by_app_id(&self, app_id: AppId) -> Option<ApplicationView<'_>> {
        self.applications.by_app_id(app_id).map(|slot| ApplicationView { state: self, slot })
    }

    /// The published application that has this internal URL, in any ASCII case (I5).
    pub(crate) fn application_by_internal_url(&self, url: &str) -> Option<ApplicationView<'_>> {
        self.applications.by_internal_url(url).map(|slot| ApplicationView { state: self, slot })
    }

    /// The published application that has this external URL, in any ASCII case (I5).
    pub(crate) fn application_by_external_url(&self, url: &str) -> Option<ApplicationView<'_>> {
        self.applications.by_external_url(url).map(|slot| ApplicationView { state: self, slot })
    }

    /// How an application is published of which nothing is said.
    pub(crate) fn publishing_defaults(&self) -> &OnPremisesPublishing {
        &self.applications.defaults
    }

    pub(crate) fn push_application(&mut self, application: &Application) {
        let group = self.group_of(application);
        self.groups.tally_moved(None, group, 1);
        self.applications.push(application, group);
    }

    /// All applications of a state that has none yet; their groups are there.
    pub(crate) fn fill_with_applications(&mut self, applications: impl ExactSizeIterator<Item = Application>) {
        let groups = &self.groups.roster;
        self.applications = Applications::of(self.hash_seed(), applications, |group| groups.slot(group));
        for (group, applications) in self.applications.cells.counts_of_tops() {
            self.groups.tally_mut(group).into_iter().for_each(|tally| tally.applications = applications);
        }
    }

    pub(crate) fn restore_application(&mut self, place: usize, application: &Application) {
        let group = self.group_of(application);
        if !self.applications.restore(place, application, group) {
            *self = self.laid_out_anew(self.hash_seed(), Vacancies::Applications);
            let group = self.group_of(application);
            self.applications.restore(place, application, group);
        }
        self.groups.tally_moved(None, self.group_of(application), 1);
    }

    fn group_of(&self, application: &Application) -> Option<Slot> {
        self.groups.roster.slot(application.publication.as_ref()?.connector_group)
    }

    pub(crate) fn remove_application(&mut self, id: ApplicationId) {
        if let Some(slot) = self.applications.roster.slot(id) {
            self.groups.tally_moved(self.applications.group(slot), None, 1);
            self.applications.remove(slot);
            self.squeeze();
        }
    }

    pub(crate) fn rename_application(&mut self, id: ApplicationId, display_name: &Arc<str>) {
        if let Some(slot) = self.applications.roster.slot(id) {
            self.applications.set_display_name(slot, display_name);
        }
    }

    pub(crate) fn publish_application(
        &mut self,
        id: ApplicationId,
        group: ConnectorGroupId,
        publishing: &OnPremisesPublishing,
    ) {
        let slots = (self.applications.roster.slot(id), self.groups.roster.slot(group));
        if let (Some(slot), Some(group)) = slots {
            self.applications.set_publishing(slot, Some(publishing));
            self.assign(slot, Some(group));
        }
    }

    pub(crate) fn unpublish_application(&mut self, id: ApplicationId) {
        if let Some(slot) = self.applications.roster.slot(id) {
            self.assign(slot, None);
            self.applications.set_publishing(slot, None);
        }
    }

    pub(crate) fn set_publishing(&mut self, id: ApplicationId, publishing: Option<&OnPremisesPublishing>) {
        if let Some(slot) = self.applications.roster.slot(id) {
            self.applications.set_publishing(slot, publishing);
        }
    }

    pub(crate) fn reassign_applications(&mut self, moves: impl Iterator<Item = (ApplicationId, ConnectorGroupId)>) {
        for (id, to) in moves {
            let slots = (self.applications.roster.slot(id), self.groups.roster.slot(to));
            if let (Some(slot), Some(to)) = slots {
                self.assign(slot, Some(to));
            }
        }
    }

    fn assign(&mut self, application: Slot, group: Option<Slot>) {
        let former = self.applications.set_group(application, group);
        self.groups.tally_moved(former, group, 1);
    }
}

/// The layout of the whole.
impl State {
    /// Squeezes dead slots out once they are more than half of a long list, so that each removal pays for its share.
    fn squeeze(&mut self) {
        let sparse = self.groups.roster.is_sparse()
            || self.connectors.roster.is_sparse()
            || self.applications.roster.is_sparse();
        if sparse {
            *self = self.laid_out_anew(self.hash_seed(), Vacancies::None);
        }
    }

    /// The same things in the same order in new columns, without dead slots but for the vacancies asked for.
    ///
    /// One vacancy before each thing, not only the one that is needed: a long history of deletions that is undone would
    /// pay for a layout at every step.
    fn laid_out_anew(&self, hash_seed: HashSeed, vacancies: Vacancies) -> Self {
        let (id, region, name) = (self.id, self.default_region.clone(), self.no_group.name.clone());
        let mut state = Self::without_groups(hash_seed, id, region, self.now, self.rules, name);
        for group in self.connector_groups() {
            if vacancies == Vacancies::Groups {
                state.groups.push_vacancy();
            }
            state.push_connector_group(&group.to_connector_group());
        }
        for connector in self.connectors() {
            if vacancies == Vacancies::Connectors {
                state.connectors.push_vacancy();
            }
            state.push_connector(&connector.to_connector());
        }
        for application in self.applications() {
            if vacancies == Vacancies::Applications {
                state.applications.push_vacancy();
            }
            state.push_application(&application.to_application());
        }
        state
    }
}
