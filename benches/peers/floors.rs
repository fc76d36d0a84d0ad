//! What the memory allows, with nothing around it.

use core::hint::black_box;
use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::{Data, Dice, at};

/// Writes one `u32` for each application that moves, its place known already: the limit of memory.
pub struct Scatter {
    groups: Vec<u32>,
    places: Vec<u32>,
}

impl Scatter {
    pub fn new(data: &Data, places: &[u32]) -> Self {
        Self {
            groups: data.applications.iter().map(|application| application.group).collect(),
            places: places.to_vec(),
        }
    }

    pub fn write(&mut self, to: u32) {
        for place in &self.places {
            self.groups[at(*place)] = to;
        }
        // Otherwise nobody would read what was written.
        black_box(&self.groups);
    }
}

/// L(K): reads K cache lines for each entry, at random over as much memory as a list of ours reads.
///
/// Where each line is stands in a list that is read from front to back, so that no read waits for another one: so many lines
/// an entry cannot be had in less time, however they are looked for. What finds the place, and what is done with the line,
/// is not in it.
pub struct Lines<const K: usize> {
    memory: Vec<Line>,
    places: Vec<[u32; K]>,
}

/// As long as a line of the cache, and where one begins.
#[derive(Clone)]
#[repr(align(64))]
struct Line([u64; 8]);

/// What ours keeps of an application where a list looks: 12 bytes of the index, 16 of the id, 4 of the group.
const BYTES: usize = 32;

impl<const K: usize> Lines<K> {
    pub fn new(data: &Data) -> Self {
        let applications = data.len();
        let lines = at(applications) * BYTES / size_of::<Line>();
        let end = u32::try_from(lines).unwrap();
        let mut dice = Dice(u64::from(applications));
        // No line is all zeros, or the system might give all of them the same memory.
        let memory = (0..).map(|number| Line([number; 8])).take(lines).collect();
        Self { memory, places: (0..applications).map(|_| [0; K].map(|_| dice.below(end))).collect() }
    }

    /// The sum keeps the reads from being left out.
    pub fn read(&self) -> u64 {
        let lines = self.places.iter().flatten();
        lines.map(|place| self.memory[at(*place)].0[at(*place) % 8]).fold(0, u64::wrapping_add)
    }
}

/// Looks each id up once, successfully, in a hash map from id to a `u32`, the obvious way done well; nothing else.
pub struct IdProbe {
    places: HashMap<u128, u32, FixedState>,
    ids: Vec<u128>,
}

impl IdProbe {
    pub fn new(data: &Data, order: &[u32]) -> Self {
        Self {
            places: data.applications.iter().map(|application| application.id).zip(0..).collect(),
            ids: order.iter().map(|number| data.applications[at(*number)].id).collect(),
        }
    }

    /// The sum keeps the look-ups from being left out.
    pub fn probe(&self) -> u64 {
        self.ids.iter().map(|id| u64::from(self.places[id])).sum()
    }
}
