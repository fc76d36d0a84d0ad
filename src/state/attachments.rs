//! What few applications have, and the tenant's profile: how they are read and written.

use alloc::vec::Vec;

use super::{State, views::ApplicationView};
use crate::{
    columns::Slot,
    ids::{ApplicationId, ApplicationSegmentId, ServicePrincipalId},
    model::{
        properties::{ApplicationPropertyChanges, ProfileProperties, ProfilePropertyChanges},
        segment::ApplicationSegment,
        service_principal::ServicePrincipal,
    },
};

impl State {
    pub(crate) const fn profile(&self) -> &ProfileProperties {
        &self.profile
    }

    pub(crate) fn set_profile(&mut self, profile: ProfileProperties) {
        self.profile = profile;
    }

    pub(crate) fn change_profile(&mut self, changes: &ProfilePropertyChanges) {
        self.profile = self.profile.merged(changes);
    }

    /// The applications that have something attached, in creation order. Visits no others.
    fn with_attachments(&self) -> impl Iterator<Item = ApplicationView<'_>> {
        let (by_id, attachments) = (&self.applications.by_id, &self.applications.attachments);
        let late = by_id.late_behind(None).filter(|slot| attachments.get(*slot).is_some());
        by_id.in_order(attachments.slots(), |slot| *slot, late).map(|slot| ApplicationView { state: self, slot })
    }

    pub(crate) fn service_principals(&self) -> impl Iterator<Item = (ApplicationView<'_>, &ServicePrincipal)> {
        self.with_attachments().filter_map(|application| Some((application, application.service_principal()?)))
    }

    pub(crate) fn service_principal(&self, id: ServicePrincipalId) -> Option<(ApplicationView<'_>, &ServicePrincipal)> {
        let slot = self.applications.attachments.by_service_principal(id)?;
        let service_principal = self.applications.attachments.service_principal(slot)?;
        Some((ApplicationView { state: self, slot }, service_principal))
    }

    pub(crate) fn application_segments_count(&self) -> usize {
        self.applications.attachments.segments_count()
    }

    pub(crate) fn application_segments(&self) -> impl Iterator<Item = (ApplicationView<'_>, &ApplicationSegment)> {
        self.with_attachments()
            .flat_map(|application| application.application_segments().map(move |segment| (application, segment)))
    }

    pub(crate) fn application_segment(
        &self,
        id: ApplicationSegmentId,
    ) -> Option<(ApplicationView<'_>, &ApplicationSegment)> {
        let (slot, segment) = self.applications.attachments.segment(id)?;
        Some((ApplicationView { state: self, slot }, segment))
    }

    /// The first segment in the order of the tenant document that overlaps one that is there or not, itself apart (I9).
    pub(crate) fn overlapping_segment(
        &self,
        segment: &ApplicationSegment,
    ) -> Option<(ApplicationView<'_>, &ApplicationSegment)> {
        let by_id = &self.applications.by_id;
        let (slot, segment) = self.applications.attachments.overlapping(segment, |slot| by_id.rank(slot))?;
        Some((ApplicationView { state: self, slot }, segment))
    }

    pub(crate) fn change_application_properties(&mut self, id: ApplicationId, changes: &ApplicationPropertyChanges) {
        if let Some(slot) = self.applications.by_id.slot(id) {
            let attachments = &mut self.applications.attachments;
            let properties = attachments.get(slot).map(|extras| extras.properties.clone()).unwrap_or_default();
            attachments.set_properties(slot, properties.merged(changes));
        }
    }

    /// The applications with this unique name, in any ASCII case, in creation order.
    pub(crate) fn applications_by_unique_name(&self, name: &str) -> impl Iterator<Item = ApplicationView<'_>> {
        let mut found: Vec<Slot> = self.applications.attachments.by_unique_name(name).collect();
        self.applications.by_id.sort(&mut found);
        found.into_iter().map(|slot| ApplicationView { state: self, slot })
    }

    pub(crate) fn attach_service_principal(&mut self, application: ApplicationId, thing: &ServicePrincipal) {
        if let Some(slot) = self.applications.by_id.slot(application) {
            self.applications.attachments.set_service_principal(slot, Some(thing));
        }
    }

    pub(crate) fn detach_service_principal(&mut self, id: ServicePrincipalId) {
        if let Some(slot) = self.applications.attachments.by_service_principal(id) {
            self.applications.attachments.set_service_principal(slot, None);
        }
    }

    pub(crate) fn change_service_principal(&mut self, id: ServicePrincipalId, changes: &ApplicationPropertyChanges) {
        if let Some(slot) = self.applications.attachments.by_service_principal(id) {
            self.applications.attachments.change(slot, |extras| {
                if let Some(thing) = &mut extras.service_principal {
                    thing.properties = thing.properties.merged(changes);
                }
            });
        }
    }

    /// A segment of an application, at a place among its others or behind them.
    pub(crate) fn insert_segment(&mut self, application: ApplicationId, place: usize, segment: &ApplicationSegment) {
        if let Some(slot) = self.applications.by_id.slot(application) {
            self.applications.attachments.insert_segment(slot, place, segment);
        }
    }

    pub(crate) fn replace_segment(&mut self, segment: &ApplicationSegment) {
        self.applications.attachments.replace_segment(segment);
    }

    pub(crate) fn remove_segment(&mut self, id: ApplicationSegmentId) {
        self.applications.attachments.remove_segment(id);
    }

    /// Whether one here and one there have the same attached.
    pub(super) fn has_attached_as(&self, slot: Slot, other: &Self, there: Slot) -> bool {
        let (attachments, others) = (&self.applications.attachments, &other.applications.attachments);
        let (here, there_too) = (attachments.get(slot), others.get(there));
        // Segments are kept by id, so that the same ids are not yet the same segments.
        here == there_too && attachments.segments_of(slot).eq(others.segments_of(there))
    }
}
