//! The applications of a state: how they are read and written, and how their groups' tallies follow.

use alloc::{sync::Arc, vec::Vec};

use super::{
    State,
    application_columns::Applications,
    views::{ApplicationView, ConnectorGroupView},
};
use crate::{
    columns::Slot,
    count::length,
    ids::{AppId, ApplicationId, ConnectorGroupId},
    model::{application::Application, publishing::OnPremisesPublishing, segment::ApplicationSegment},
};

impl State {
    pub(crate) fn applications_count(&self) -> usize {
        self.applications.by_id.len()
    }

    pub(crate) fn applications(&self) -> impl DoubleEndedIterator<Item = ApplicationView<'_>> + ExactSizeIterator {
        self.applications.by_id.iter().map(|slot| ApplicationView { state: self, slot })
    }

    /// Every group with the applications that are in it, both in creation order.
    pub(crate) fn applications_by_group(&self) -> Vec<(ConnectorGroupView<'_>, Vec<ApplicationId>)> {
        // The tallies tell the final lengths, so no list is moved while it grows.
        let count = |slot| length(self.groups.tally(slot).applications);
        let id_at = self.applications.by_id.ids(self.applications.by_id.len());
        let mut by_slot: Vec<Vec<_>> = Vec::with_capacity(self.groups.by_id.slots());
        by_slot.extend((0..self.groups.by_id.slots()).map(|group| Vec::with_capacity(count(Slot::at(group)))));
        let by_id = &self.applications.by_id;
        let late = by_id.late_behind(None).filter_map(|slot| Some((slot, self.applications.group(slot)?)));
        for (slot, group) in by_id.in_order(self.applications.groups.iter(), |(slot, _)| *slot, late) {
            if let Some(applications) = by_slot.get_mut(group.index()) {
                applications.push(id_at(slot));
            }
        }
        let mut taken = |group: Slot| by_slot.get_mut(group.index()).map(core::mem::take).unwrap_or_default();
        self.groups.by_id.iter().map(|slot| (ConnectorGroupView { state: self, slot }, taken(slot))).collect()
    }

    /// The applications that are in these groups, in creation order.
    pub(crate) fn applications_in(
        &self,
        groups: impl Iterator<Item = ConnectorGroupId>,
    ) -> impl Iterator<Item = ApplicationView<'_>> {
        let mut groups: Vec<Slot> = groups.filter_map(|id| self.groups.by_id.slot(id)).collect();
        // `members_of` looks sets up by binary search.
        groups.sort_unstable();
        let members = (!groups.is_empty()).then(|| self.applications.members_of(&groups));
        members.into_iter().flatten().map(|slot| ApplicationView { state: self, slot })
    }

    /// The applications whose external URL stands for many, in creation order. Visits no other.
    pub(crate) fn wildcard_applications(&self) -> impl Iterator<Item = ApplicationView<'_>> {
        self.applications.wildcards().map(|slot| ApplicationView { state: self, slot })
    }

    pub(crate) fn applications_after(
        &self,
        after: ApplicationId,
    ) -> Option<impl DoubleEndedIterator<Item = ApplicationView<'_>>> {
        let after = self.applications.by_id.slot(after)?;
        Some(self.applications.by_id.after(after).map(|slot| ApplicationView { state: self, slot }))
    }

    pub(crate) fn application(&self, id: ApplicationId) -> Option<ApplicationView<'_>> {
        self.applications.by_id.slot(id).map(|slot| ApplicationView { state: self, slot })
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

    /// The publishing of an application for which no property was set.
    pub(crate) fn publishing_defaults(&self) -> &OnPremisesPublishing {
        &self.applications.defaults
    }

    /// Keeps what is the same in every tenant where another one has it.
    pub(crate) fn share_with(&mut self, other: &Self) {
        self.applications.defaults = Arc::clone(&other.applications.defaults);
    }

    pub(crate) fn push_application(&mut self, application: &Application) {
        let group = self.group_of(application);
        self.groups.tally_moved(None, group, 1);
        self.applications.push(application, group);
    }

    /// All applications of a state that has none yet; their groups are there.
    pub(crate) fn fill_with_applications(&mut self, applications: impl Iterator<Item = Application>) {
        let (groups, defaults) = (&self.groups.by_id, self.applications.defaults.clone());
        self.applications = Applications::of(self.hash_seed(), defaults, applications, |group| groups.slot(group));
        // Nothing was merged yet, so the count of each root is the count of its group, and no application
        // is counted a second time.
        for (group, applications) in self.applications.groups.counts_of_roots() {
            self.groups.tally_mut(group).into_iter().for_each(|tally| tally.applications = applications);
        }
    }

    pub(crate) fn restore_application(&mut self, place: usize, application: &Application) {
        let group = self.group_of(application);
        self.groups.tally_moved(None, group, 1);
        self.applications.restore(place, application, group);
        self.squeeze();
    }

    fn group_of(&self, application: &Application) -> Option<Slot> {
        self.groups.by_id.slot(application.publication.as_ref()?.connector_group)
    }

    pub(crate) fn remove_application(&mut self, id: ApplicationId) {
        if let Some(slot) = self.applications.by_id.slot(id) {
            // Counted out first: after the removal the slot no longer tells its group.
            self.groups.tally_moved(self.applications.group(slot), None, 1);
            self.applications.remove(slot);
            self.squeeze();
        }
    }

    pub(crate) fn rename_application(&mut self, id: ApplicationId, display_name: &Arc<str>) {
        if let Some(slot) = self.applications.by_id.slot(id) {
            self.applications.set_display_name(slot, display_name);
        }
    }

    pub(crate) fn publish_application(
        &mut self,
        id: ApplicationId,
        group: ConnectorGroupId,
        publishing: &OnPremisesPublishing,
        segments: &[ApplicationSegment],
    ) {
        let slots = (self.applications.by_id.slot(id), self.groups.by_id.slot(group));
        if let (Some(slot), Some(group)) = slots {
            self.applications.set_publishing(slot, Some(publishing));
            self.assign(slot, Some(group));
            for segment in segments {
                self.applications.attachments.insert_segment(slot, usize::MAX, segment);
            }
        }
    }

    pub(crate) fn unpublish_application(&mut self, id: ApplicationId) {
        if let Some(slot) = self.applications.by_id.slot(id) {
            self.assign(slot, None);
            self.applications.set_publishing(slot, None);
            self.applications.attachments.remove_segments(slot);
        }
    }

    pub(crate) fn set_publishing(&mut self, id: ApplicationId, publishing: Option<&OnPremisesPublishing>) {
        if let Some(slot) = self.applications.by_id.slot(id) {
            self.applications.set_publishing(slot, publishing);
        }
    }

    pub(crate) fn reassign_applications(&mut self, moves: impl Iterator<Item = (ApplicationId, ConnectorGroupId)>) {
        for (id, to) in moves {
            let slots = (self.applications.by_id.slot(id), self.groups.by_id.slot(to));
            if let (Some(slot), Some(to)) = slots {
                self.assign(slot, Some(to));
            }
        }
    }

    pub(super) fn assign(&mut self, application: Slot, group: Option<Slot>) {
        let former = self.applications.set_group(application, group);
        self.groups.tally_moved(former, group, 1);
    }
}
