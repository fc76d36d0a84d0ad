//! What few applications have: properties that the model does not know, a service principal, segments.
//!
//! One column, whose pages take no memory until something is written to them, so that an application without any of it costs
//! nothing. A segment is kept by its id in a table of its own, so that it is found in one step; its application keeps the
//! order. Where segments lead is kept as areas: addresses or the hash of a name by ports, in one class a protocol.

use alloc::{collections::BTreeSet, sync::Arc, vec::Vec};
use core::ops::Range;

use crate::{
    columns::{Area, Areas, HashSeed, Index, Pages, Rank, Slot, Table},
    ids::{ApplicationSegmentId, ServicePrincipalId},
    model::{
        application::Application,
        properties::ApplicationProperties,
        segment::{self, ApplicationSegment, Destination},
        service_principal::ServicePrincipal,
    },
};

/// How many applications share a page.
const PAGE: usize = 64;

/// Graph's second alternate key of applications. The model does not have it, so it is one of their open properties.
const UNIQUE_NAME: &str = "uniqueName";

/// Stands for the port of a segment without ports: two of those have it in common, and none has it in common with a port.
const NO_PORT: u32 = 65_536;

/// What an application has of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Extras {
    pub(super) properties: ApplicationProperties,
    pub(super) service_principal: Option<ServicePrincipal>,
    /// Its segments, in the order in which they were added.
    pub(super) segments: Vec<ApplicationSegmentId>,
}

impl Extras {
    fn is_empty(&self) -> bool {
        self.properties.is_empty() && self.service_principal.is_none() && self.segments.is_empty()
    }
}

/// A segment and whose it is.
#[derive(Debug, Clone)]
struct Placed {
    application: Slot,
    segment: Arc<ApplicationSegment>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Attachments {
    extras: Pages<Option<Arc<Extras>>, PAGE>,
    by_service_principal: Index,
    /// Only of applications that have a unique name, so that the others take no place in it.
    by_unique_name: Index,
    segments: Table<ApplicationSegmentId, Placed>,
    ipv4: Areas,
    ipv6: Areas,
    /// Names and what nothing is known of, each a hash of its text as its position.
    names: Areas,
}

/// What an entry of the column takes, on a page that something was written to.
#[cfg(test)]
pub(super) const ENTRY_BYTES: usize = size_of::<Option<Arc<Extras>>>();

impl Attachments {
    /// How many entries of the column are in memory.
    #[cfg(test)]
    pub(super) fn extras_in_memory(&self) -> usize {
        self.extras.pages().map(<[_]>::len).sum()
    }

    /// How many applications stand in the index of unique names.
    #[cfg(test)]
    pub(super) fn names_in_index(&self) -> usize {
        self.by_unique_name.len()
    }

    pub(super) fn new(seed: HashSeed) -> Self {
        Self {
            by_service_principal: Index::new(seed),
            by_unique_name: Index::new(seed),
            segments: Table::new(seed),
            ..Self::default()
        }
    }

    pub(super) fn lengthen_to(&mut self, len: usize) {
        self.extras.lengthen_to(len);
    }

    /// What an application has; `None` where that is nothing.
    pub(super) fn get(&self, slot: Slot) -> Option<&Extras> {
        self.extras.get(slot.index())?.as_deref()
    }

    /// The slots of applications that have something, in the order of slots. Passes over pages that nothing was written to.
    pub(super) fn slots(&self) -> impl Iterator<Item = Slot> + '_ {
        let pages = (0..).step_by(PAGE).zip(self.extras.pages());
        pages.flat_map(|(start, page)| {
            let entries = page.iter().enumerate().filter(|(_, extras)| extras.is_some());
            entries.map(move |(index, _)| Slot::at(index.saturating_add(start)))
        })
    }

    pub(super) fn unshared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = Range<usize>> + 'a {
        self.extras.unshared(&other.extras)
    }

    /// Changes what an application has. An entry of which nothing is left is a vacant one again, so that equal states have
    /// equal columns.
    pub(super) fn change(&mut self, slot: Slot, change: impl FnOnce(&mut Extras)) {
        if let Some(entry) = self.extras.get_mut(slot.index()) {
            let mut extras = entry.take().unwrap_or_default();
            change(Arc::make_mut(&mut extras));
            if !extras.is_empty() {
                *entry = Some(extras);
            }
        }
    }

    /// All that a new application comes with.
    pub(super) fn fill(&mut self, slot: Slot, application: &Application) {
        if !application.properties.is_empty() {
            self.set_properties(slot, application.properties.clone());
        }
        if let Some(service_principal) = &application.service_principal {
            self.set_service_principal(slot, Some(service_principal));
        }
        for segment in application.publication.iter().flat_map(|publication| &publication.application_segments) {
            self.insert_segment(slot, usize::MAX, segment);
        }
    }

    /// Leaves an application with nothing.
    pub(super) fn clear(&mut self, slot: Slot) {
        if self.get(slot).is_some() {
            self.set_service_principal(slot, None);
            self.remove_segments(slot);
            self.set_properties(slot, ApplicationProperties::default());
        }
    }

    // Open properties.

    pub(super) fn set_properties(&mut self, slot: Slot, properties: ApplicationProperties) {
        let hash_in = |properties: &ApplicationProperties| {
            properties.text(UNIQUE_NAME).map(|name| self.by_unique_name.seed().hash_ignoring_ascii_case(name))
        };
        let former = self.get(slot).and_then(|extras| hash_in(&extras.properties));
        let new = hash_in(&properties);
        // Most changes are of other properties, and then the index is not touched.
        if former != new {
            if let Some(former) = former {
                self.by_unique_name.remove(former, slot);
            }
            if let Some(new) = new {
                self.by_unique_name.insert(new, slot);
            }
        }
        self.change(slot, |extras| extras.properties = properties);
    }

    /// The applications with this unique name, in any ASCII case and no particular order.
    pub(super) fn by_unique_name<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Slot> + 'a {
        let found = self.by_unique_name.under(self.by_unique_name.seed().hash_ignoring_ascii_case(name));
        let known = |slot| self.get(slot)?.properties.text(UNIQUE_NAME);
        found.filter(move |slot| known(*slot).is_some_and(|known| known.eq_ignore_ascii_case(name)))
    }

    // Service principals.

    fn hash(&self, id: ServicePrincipalId) -> u64 {
        self.by_service_principal.seed().hash_bits(id.as_u128())
    }

    pub(super) fn service_principal(&self, slot: Slot) -> Option<&ServicePrincipal> {
        self.get(slot)?.service_principal.as_ref()
    }

    /// The application whose service principal has this id.
    pub(super) fn by_service_principal(&self, id: ServicePrincipalId) -> Option<Slot> {
        let is_it = |slot| self.service_principal(slot).is_some_and(|found| found.id == id);
        self.by_service_principal.find(self.hash(id), is_it)
    }

    pub(super) fn set_service_principal(&mut self, slot: Slot, service_principal: Option<&ServicePrincipal>) {
        if let Some(former) = self.service_principal(slot).map(|former| former.id) {
            self.by_service_principal.remove(self.hash(former), slot);
        }
        if let Some(new) = service_principal {
            self.by_service_principal.insert(self.hash(new.id), slot);
        }
        self.change(slot, |extras| extras.service_principal = service_principal.cloned());
    }

    // Segments.

    /// A segment with its application.
    pub(super) fn segment(&self, id: ApplicationSegmentId) -> Option<(Slot, &ApplicationSegment)> {
        self.segments.get(id).map(|placed| (placed.application, &*placed.segment))
    }

    pub(super) fn segments_count(&self) -> usize {
        self.segments.len()
    }

    /// The segments of an application, in their order.
    pub(super) fn segments_of(&self, slot: Slot) -> impl DoubleEndedIterator<Item = &ApplicationSegment> {
        let ids = self.get(slot).map(|extras| extras.segments.as_slice()).unwrap_or_default();
        ids.iter().filter_map(|id| self.segment(*id).map(|(_, segment)| segment))
    }

    /// A new segment at a place among those of its application, the last one where they are fewer. One whose id is taken is
    /// not for this state.
    pub(super) fn insert_segment(&mut self, slot: Slot, place: usize, segment: &ApplicationSegment) {
        if self.segment(segment.id).is_some() {
            return;
        }
        self.set_areas(segment, Areas::insert);
        self.segments.push(segment.id, Placed { application: slot, segment: Arc::new(segment.clone()) });
        self.change(slot, |extras| extras.segments.insert(place.min(extras.segments.len()), segment.id));
    }

    pub(super) fn replace_segment(&mut self, segment: &ApplicationSegment) {
        let Some((application, former)) = self.segment(segment.id) else { return };
        let former = former.clone();
        self.set_areas(&former, Areas::remove);
        self.set_areas(segment, Areas::insert);
        if let Some(placed) = self.segments.get_mut(segment.id) {
            placed.segment = Arc::new(segment.clone());
        }
        // Nothing changes here, but the page is written to: a structural diff looks at pages that two states do not share.
        self.change(application, |_| {});
    }

    pub(super) fn remove_segment(&mut self, id: ApplicationSegmentId) {
        let Some((application, former)) = self.segment(id) else { return };
        let former = former.clone();
        self.set_areas(&former, Areas::remove);
        self.segments.remove(id);
        self.change(application, |extras| extras.segments.retain(|other| *other != id));
    }

    pub(super) fn remove_segments(&mut self, slot: Slot) {
        let ids = self.get(slot).map(|extras| extras.segments.clone()).unwrap_or_default();
        for id in &ids {
            if let Some((_, former)) = self.segment(*id) {
                let former = former.clone();
                self.set_areas(&former, Areas::remove);
                self.segments.remove(*id);
            }
        }
        if !ids.is_empty() {
            self.change(slot, |extras| extras.segments.clear());
        }
    }

    /// The first segment, in the order of applications and then of their segments, that overlaps one that may be new.
    pub(super) fn overlapping(
        &self,
        segment: &ApplicationSegment,
        rank: impl Fn(Slot) -> Rank,
    ) -> Option<(Slot, &ApplicationSegment)> {
        let destination = segment.destination()?;
        let mut found = BTreeSet::new();
        let mut note = |owner| {
            let id = ApplicationSegmentId::from_u128(owner);
            // Two names may have one hash, so that they are compared.
            let other = self.segment(id).filter(|(_, other)| other.id != segment.id);
            let meeting = other.filter(|(_, other)| other.destination().is_some_and(|other| other.meets(destination)));
            found.extend(meeting.map(|(application, _)| (rank(application), id)));
        };
        for area in self.areas(segment, destination) {
            self.index(destination).each_meeting(&area, &mut note);
        }
        let (rank, only) = *found.first()?;
        // Where an application has several of them, its own order tells which is the first.
        let are_several = found.iter().nth(1).is_some_and(|(other, _)| *other == rank);
        let (application, segment) = self.segment(only)?;
        if !are_several {
            return Some((application, segment));
        }
        let first = self.segments_of(application).find(|other| found.contains(&(rank, other.id)))?;
        Some((application, first))
    }

    fn index(&self, destination: Destination<'_>) -> &Areas {
        match destination {
            Destination::Addresses { is_ipv6: false, .. } => &self.ipv4,
            Destination::Addresses { is_ipv6: true, .. } => &self.ipv6,
            Destination::Name { .. } | Destination::Other { .. } => &self.names,
        }
    }

    fn set_areas(&mut self, segment: &ApplicationSegment, set: fn(&mut Areas, Area, u128)) {
        // A segment that is not right comes by foreign events only; it overlaps nothing.
        let Some(destination) = segment.destination() else { return };
        let areas = self.areas(segment, destination);
        let index = match destination {
            Destination::Addresses { is_ipv6: false, .. } => &mut self.ipv4,
            Destination::Addresses { is_ipv6: true, .. } => &mut self.ipv6,
            Destination::Name { .. } | Destination::Other { .. } => &mut self.names,
        };
        for area in areas {
            set(index, area, segment.id.as_u128());
        }
    }

    /// What a segment covers: an area for each range of its ports.
    fn areas(&self, segment: &ApplicationSegment, destination: Destination<'_>) -> Vec<Area> {
        let seed = self.by_service_principal.seed();
        // The kind in the upper half, so that a host and a suffix of one name are apart.
        let of_text = |kind: u128, text: &str| {
            let position = kind.wrapping_shl(64) | u128::from(seed.hash_ignoring_ascii_case(text));
            (position, position)
        };
        let positions = match destination {
            Destination::Addresses { is_ipv6: _, from, to } => (from, to),
            Destination::Name { is_suffix, name } => of_text(u128::from(is_suffix), name),
            Destination::Other { destination_type: _, host } => of_text(2, host),
        };
        // Ports that cannot be read are those of a foreign event, as `decide` refuses them: such a segment takes no port.
        let ranges = segment::joined(&segment::ports(&segment.ports).unwrap_or_default());
        let mut levels: Vec<(u32, u32)> = ranges.into_iter().map(|(from, to)| (from.into(), to.into())).collect();
        if levels.is_empty() {
            levels.push((NO_PORT, NO_PORT));
        }
        let classes = segment.protocol.bits();
        levels.into_iter().map(|levels| Area { positions, levels, classes }).collect()
    }
}
