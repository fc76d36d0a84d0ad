//! Segments that overlap (I9), found by a sweep and not by comparing each with each.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use super::{Auditor, Violation};
use crate::model::segment::{ApplicationSegment, Destination, ports};

impl Auditor<'_> {
    /// I9, by a walk over all segments in the order of where they begin: each is held against those that begin before it
    /// ends, and against no others.
    pub(super) fn overlaps(&mut self) {
        let all: Vec<&ApplicationSegment> =
            self.document.applications.iter().flat_map(|application| &application.application_segments).collect();
        let mut by_space: BTreeMap<Space, Vec<(u128, u128, usize)>> = BTreeMap::new();
        for (position, segment) in all.iter().enumerate() {
            if let Some((space, from, to)) = segment.destination().map(Space::of) {
                by_space.entry(space).or_default().push((from, to, position));
            }
        }
        // The first that each overlaps, by the later one's position.
        let mut first: BTreeMap<usize, usize> = BTreeMap::new();
        for segments in by_space.values_mut() {
            segments.sort_unstable();
            for (at, (_, to, one)) in segments.iter().enumerate() {
                let behind = segments.iter().skip(at.saturating_add(1));
                for (_, _, other) in behind.take_while(|(from, _, _)| from <= to) {
                    let (earlier, later) = ((*one).min(*other), (*one).max(*other));
                    let (Some(one), Some(other)) = (all.get(earlier), all.get(later)) else { continue };
                    if share_traffic(one, other) {
                        first.entry(later).and_modify(|found| *found = earlier.min(*found)).or_insert(earlier);
                    }
                }
            }
        }
        let found = first.into_iter().filter_map(|(second, first)| Some((all.get(first)?.id, all.get(second)?.id)));
        let found: Vec<_> = found.map(|(first, second)| Violation::OverlappingSegments { first, second }).collect();
        self.violations.extend(found);
    }
}

/// Where destinations can meet at all. Within one, a destination is an interval.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Space {
    Ipv4,
    Ipv6,
    Name { is_suffix: bool, lower_case: String },
    Other { destination_type: String, host: String },
}

impl Space {
    fn of(destination: Destination<'_>) -> (Self, u128, u128) {
        match destination {
            Destination::Addresses { is_ipv6: false, from, to } => (Self::Ipv4, from, to),
            Destination::Addresses { is_ipv6: true, from, to } => (Self::Ipv6, from, to),
            Destination::Name { is_suffix, name } => {
                (Self::Name { is_suffix, lower_case: name.to_ascii_lowercase() }, 0, 0)
            }
            Destination::Other { destination_type, host } => {
                (Self::Other { destination_type: destination_type.into(), host: host.into() }, 0, 0)
            }
        }
    }
}

/// Whether two segments have a protocol in common, and a port or both none.
fn share_traffic(one: &ApplicationSegment, other: &ApplicationSegment) -> bool {
    let (Some(ports), Some(others)) = (ports(&one.ports), ports(&other.ports)) else { return false };
    let has_one_of = |(from, to): &(u16, u16)| others.iter().any(|(low, high)| from <= high && low <= to);
    let share_ports = (ports.is_empty() && others.is_empty()) || ports.iter().any(has_one_of);
    one.protocol.bits() & other.protocol.bits() != 0 && share_ports
}
