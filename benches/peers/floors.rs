//! What the memory allows, with nothing around it.

use core::hint::black_box;
use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::{Data, at};

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
