//! The part of a diff's commands that goes by what few applications have: service principals and segments.
//!
//! What is no more as it should be goes first, of all applications, and what should be there comes last: so no id and no
//! destination that one gives up is in the way of another.

use alloc::vec::Vec;

use super::{Difference, commands::Progress};
use crate::{
    command::{
        AddApplicationSegment, CreateServicePrincipal, DeleteServicePrincipal, RemoveApplicationSegment,
        UpdateApplicationSegment, UpdateServicePrincipal,
    },
    ids::ApplicationSegmentId,
    model::{application::Application, segment::ApplicationSegment},
};

impl Progress {
    /// Service principals under other ids, and segments from the first on that leads elsewhere: a segment keeps its place, so
    /// that those behind it are added again in the order that is wanted.
    pub(super) fn take_away_attachments(&mut self, applications: &[Difference<Application>]) {
        for to in wanted(applications) {
            let Some(application) = self.tenant.application(to.id) else { continue };
            let service_principal = application.service_principal().map(|present| present.id);
            let wanted = to.service_principal.as_ref().map(|wanted| wanted.id);
            let present = application.application_segments();
            let kept = present.zip(segments(to)).take_while(|(present, wanted)| leads_alike(present, wanted)).count();
            let others: Vec<ApplicationSegmentId> =
                application.application_segments().skip(kept).map(|segment| segment.id).collect();
            for id in service_principal.into_iter().filter(|id| Some(*id) != wanted) {
                self.attempt_or_leave(DeleteServicePrincipal { id });
            }
            for id in others {
                self.attempt_or_leave(RemoveApplicationSegment { id });
            }
        }
    }

    /// What is missing, and the properties of what is there.
    pub(super) fn add_attachments(&mut self, applications: &[Difference<Application>]) {
        for to in wanted(applications) {
            if let Some(wanted) = &to.service_principal {
                let id = wanted.id;
                if let Some((_, present)) = self.tenant.service_principal(id) {
                    let properties = present.properties.changes_to(&wanted.properties);
                    self.attempt_or_leave(UpdateServicePrincipal { id, properties });
                } else {
                    let properties = Some(wanted.properties.clone()).filter(|properties| !properties.is_empty());
                    self.attempt_or_leave(CreateServicePrincipal { id, application: to.id, properties });
                }
            }
            for wanted in segments(to) {
                self.add_segment(to, wanted);
            }
        }
    }

    fn add_segment(&mut self, to: &Application, wanted: &ApplicationSegment) {
        let id = wanted.id;
        if let Some((_, present)) = self.tenant.application_segment(id) {
            let properties = Some(present.properties.changes_to(&wanted.properties));
            let (destination_host, destination_type, protocol, ports) = (None, None, None, None);
            self.attempt_or_leave(UpdateApplicationSegment {
                id,
                destination_host,
                destination_type,
                protocol,
                ports,
                properties,
            });
            return;
        }
        self.attempt_or_leave(AddApplicationSegment {
            id,
            application: to.id,
            destination_host: wanted.destination_host.clone(),
            destination_type: wanted.destination_type.clone(),
            protocol: Some(wanted.protocol.as_str().into()),
            ports: Some(wanted.ports.clone()),
            properties: Some(wanted.properties.clone()).filter(|properties| !properties.is_empty()),
        });
    }
}

/// The applications that should be there and differ.
fn wanted(applications: &[Difference<Application>]) -> impl Iterator<Item = &Application> {
    applications.iter().filter_map(|difference| match difference {
        Difference::Added(to) | Difference::Changed { from: _, to } => Some(to),
        Difference::Removed(_) => None,
    })
}

fn segments(application: &Application) -> impl Iterator<Item = &ApplicationSegment> {
    application.publication.iter().flat_map(|publication| &publication.application_segments)
}

/// Whether one segment could become the other by its properties alone.
fn leads_alike(one: &ApplicationSegment, other: &ApplicationSegment) -> bool {
    *one == ApplicationSegment { properties: one.properties.clone(), ..other.clone() }
}
