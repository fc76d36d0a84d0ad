//! Segments that overlap (I9), found by a sweep and not by comparing each with each.

use alloc::{
    collections::{BTreeMap, BinaryHeap},
    string::String,
    vec::Vec,
};
use core::cmp::Reverse;

use super::{Auditor, Violation};
use crate::model::segment::{ApplicationSegment, Destination, ports};

impl Auditor<'_> {
    /// I9: each segment that overlaps an earlier one, beside the first of those.
    ///
    /// Cost: the number of segments times its logarithm where none overlap. Each one that the sweep has met is then held
    /// against all others of its space.
    pub(super) fn overlaps(&mut self) {
        let all: Vec<&ApplicationSegment> =
            self.document.applications.iter().flat_map(|application| &application.application_segments).collect();
        let areas = all.iter().enumerate().filter_map(|(position, segment)| Area::of(position, segment));
        let mut areas: Vec<Area> = areas.collect();
        areas.sort_unstable_by(|one, other| {
            one.space.cmp(&other.space).then(one.from.cmp(&other.from)).then(one.position.cmp(&other.position))
        });
        // The first that each overlaps, by the later one's position.
        let mut first: Vec<Option<usize>> = all.iter().map(|_| None).collect();
        for areas in areas.chunk_by(|one, other| one.space == other.space) {
            for met in met(areas) {
                for other in areas.iter().filter(|other| other.position != met.position && other.overlaps(met)) {
                    let (earlier, later) = (met.position.min(other.position), met.position.max(other.position));
                    if let Some(found) = first.get_mut(later) {
                        *found = Some(found.map_or(earlier, |found| found.min(earlier)));
                    }
                }
            }
        }
        let found = first.into_iter().zip(&all).filter_map(|(first, second)| Some((all.get(first?)?.id, second.id)));
        self.violations.extend(found.map(|(first, second)| Violation::OverlappingSegments { first, second }));
    }
}

/// Those that overlap one that begins before them, by a walk over areas in the order of where they begin.
///
/// What it has met is not kept, so that all that is kept is disjoint. Of two that overlap, one at least is therefore among
/// those that it has met.
fn met(areas: &[Area]) -> Vec<&Area> {
    let mut met = Vec::new();
    // Those that are kept and have not ended, by where they end; and their traffic, each piece by its protocol and first port.
    let mut open: BinaryHeap<Reverse<(u128, usize)>> = BinaryHeap::new();
    let mut taken: BTreeMap<(u8, u32), u32> = BTreeMap::new();
    for (at, area) in areas.iter().enumerate() {
        while let Some(Reverse((_, ended))) = open.peek().copied().filter(|Reverse((to, _))| *to < area.from) {
            open.pop();
            for (protocol, (from, _)) in areas.get(ended).into_iter().flat_map(Area::traffic) {
                taken.remove(&(protocol, from));
            }
        }
        // Of disjoint pieces that begin before this one ends, only the last can reach into it.
        let is_taken = |(protocol, (from, to))| {
            let last = taken.range((protocol, 0)..=(protocol, to)).next_back();
            last.is_some_and(|(_, end)| *end >= from)
        };
        if area.traffic().any(is_taken) {
            met.push(area);
        } else {
            open.push(Reverse((area.to, at)));
            taken.extend(area.traffic().map(|(protocol, (from, to))| ((protocol, from), to)));
        }
    }
    met
}

/// Where destinations can meet at all. Within one, a destination is an interval.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Space {
    Ipv4,
    Ipv6,
    Name { is_suffix: bool, lower_case: String },
    Other { destination_type: String, host: String },
}

/// What a segment takes of its space: an interval of destinations, with protocols and ports.
struct Area {
    space: Space,
    /// Of the segment, in document order.
    position: usize,
    from: u128,
    to: u128,
    protocols: u8,
    /// In order, and disjoint.
    ports: Vec<(u32, u32)>,
}

/// Behind all ports: a segment without ports overlaps only others without.
const NO_PORT: (u32, u32) = (65_536, 65_536);

impl Area {
    /// `None` for a segment of which a part cannot be read, which is a violation of its own.
    fn of(position: usize, segment: &ApplicationSegment) -> Option<Self> {
        let (space, from, to) = match segment.destination()? {
            Destination::Addresses { is_ipv6: false, from, to } => (Space::Ipv4, from, to),
            Destination::Addresses { is_ipv6: true, from, to } => (Space::Ipv6, from, to),
            Destination::Name { is_suffix, name } => {
                (Space::Name { is_suffix, lower_case: name.to_ascii_lowercase() }, 0, 0)
            }
            Destination::Other { destination_type, host } => {
                (Space::Other { destination_type: destination_type.into(), host: host.into() }, 0, 0)
            }
        };
        let mut given: Vec<(u32, u32)> =
            ports(&segment.ports)?.into_iter().map(|(from, to)| (from.into(), to.into())).collect();
        if given.is_empty() {
            given.push(NO_PORT);
        }
        given.sort_unstable();
        let mut ports: Vec<(u32, u32)> = Vec::new();
        for (from, to) in given {
            match ports.last_mut() {
                Some((_, end)) if from <= *end => *end = to.max(*end),
                _ => ports.push((from, to)),
            }
        }
        Some(Self { space, position, from, to, protocols: segment.protocol.bits(), ports })
    }

    /// Each protocol with each range of ports.
    fn traffic(&self) -> impl Iterator<Item = (u8, (u32, u32))> + '_ {
        let protocols = [1, 2, 4].into_iter().filter(|protocol| self.protocols & protocol != 0);
        protocols.flat_map(|protocol| self.ports.iter().map(move |ports| (protocol, *ports)))
    }

    /// Whether two areas of one space have a destination, a protocol and a port in common.
    fn overlaps(&self, other: &Self) -> bool {
        let share_a_port = |(from, to): &(u32, u32)| other.ports.iter().any(|(low, high)| from <= high && low <= to);
        self.from <= other.to
            && other.from <= self.to
            && self.protocols & other.protocols != 0
            && self.ports.iter().any(share_a_port)
    }
}
