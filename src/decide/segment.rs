//! Segments of applications.

use alloc::{boxed::Box, vec::Vec};

use super::{Decision, checks};
use crate::{
    command::{AddApplicationSegment, UpdateApplicationSegment},
    count::narrow,
    event::{Attached, Event, Removed},
    ids::ApplicationSegmentId,
    model::segment::{ApplicationSegment, SegmentProtocol, is_dns_suffix},
    state::State,
};

pub(super) fn add(state: &State, command: &AddApplicationSegment) -> Decision {
    let AddApplicationSegment { id, application, destination_host, destination_type, protocol, ports, properties } =
        command.clone();
    // What an absent protocol means depends on the type, as the service answers `0` for suffixes.
    let default = if is_dns_suffix(&destination_type) { SegmentProtocol::Zero } else { SegmentProtocol::Tcp };
    let given = protocol.as_deref().map_or(Some(default), SegmentProtocol::read);
    let (ports, properties) = (ports.unwrap_or_default(), properties.unwrap_or_default());
    let thing = ApplicationSegment { id, destination_host, destination_type, protocol: default, ports, properties };
    let thing = checks::segment(thing, given)?;
    let owner = checks::application(state, application)?;
    checks::application_segment_is_free(state, id)?;
    checks::published(owner)?;
    checks::destination_is_free(state, &thing)?;
    Ok(Vec::from([Event::ApplicationSegmentAdded(Box::new(Attached { application, thing }))]))
}

/// The segment is found first, as its fields are judged together with those that stand.
pub(super) fn update(state: &State, command: &UpdateApplicationSegment) -> Decision {
    let UpdateApplicationSegment { id, destination_host, destination_type, protocol, ports, properties } =
        command.clone();
    let (_, from) = checks::application_segment(state, id)?;
    let given = protocol.as_deref().map_or(Some(from.protocol), SegmentProtocol::read);
    let to = ApplicationSegment {
        id,
        destination_host: destination_host.unwrap_or_else(|| from.destination_host.clone()),
        destination_type: destination_type.unwrap_or_else(|| from.destination_type.clone()),
        protocol: from.protocol,
        ports: ports.unwrap_or_else(|| from.ports.clone()),
        properties: properties.map_or_else(|| from.properties.clone(), |changes| from.properties.merged(&changes)),
    };
    let to = checks::segment(to, given)?;
    if *from == to {
        return Ok(Vec::new());
    }
    checks::destination_is_free(state, &to)?;
    let (from, to) = (Box::new(from.clone()), Box::new(to));
    Ok(Vec::from([Event::ApplicationSegmentUpdated { id, from, to }]))
}

pub(super) fn remove(state: &State, id: ApplicationSegmentId) -> Decision {
    let (application, segment) = checks::application_segment(state, id)?;
    let place = application.application_segments().position(|other| other.id == id);
    debug_assert!(place.is_some(), "segment {id} is not among those of its application");
    let place = place.map_or(u32::MAX, narrow);
    let thing = Attached { application: application.id(), thing: segment.clone() };
    Ok(Vec::from([Event::ApplicationSegmentRemoved(Box::new(Removed { place, thing }))]))
}
