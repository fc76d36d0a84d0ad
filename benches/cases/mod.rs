//! What is measured: for each piece of work, who does it, each checked against the others before anything is timed.

pub mod bulk;
mod case;
pub mod criterion;
pub mod impact;
pub mod load;
pub mod moves;
pub mod reads;
pub mod single;
pub mod snapshot;
pub mod world;

pub use self::case::{Case, Contend, Contender, Measure, Once, Reading, Role, floor_of};
use self::world::World;

/// The cases of one subject.
pub struct Section {
    pub name: &'static str,
    pub cases: fn(&World, Measure<'_>),
    /// Larger ones would take longer than anybody waits for, or need a peer that takes no part.
    pub applications_max: u32,
}

/// All of them. Reads are last: they give `SQLite` the index that they need, which slows down its writes.
pub const SECTIONS: [Section; 6] = [
    Section { name: "bulk", cases: bulk::cases, applications_max: u32::MAX },
    Section { name: "snapshot", cases: snapshot::cases, applications_max: u32::MAX },
    Section { name: "single", cases: single::cases, applications_max: u32::MAX },
    Section { name: "load", cases: load::cases, applications_max: 100_000 },
    Section { name: "impact", cases: impact::cases, applications_max: 1_000_000 },
    Section { name: "reads", cases: reads::cases, applications_max: 1_000_000 },
];
