#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a test stops where it fails; the library is linted without `test` too"
    )
)]

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

#[macro_use]
mod json;

pub mod audit;
mod columns;
pub mod command;
mod count;
mod decide;
mod detour;
pub mod diff;
pub mod directory;
pub mod docs;
pub mod document;
pub mod drill;
pub mod event;
mod evolve;
#[cfg(feature = "graph")]
pub mod graph;
pub mod history;
pub mod ids;
pub mod impact;
pub mod model;
#[cfg(feature = "picture")]
pub mod picture;
pub mod plan;
#[cfg(feature = "rebalance")]
pub mod rebalance;
pub mod refusal;
mod select;
mod state;
mod tenant;
pub mod timestamp;
pub mod view;
mod words;
#[cfg(feature = "workload")]
pub mod workload;

pub use audit::Violation;
pub use command::{Command, DirectoryCommand, Selection};
pub use directory::Directory;
pub use event::Event;
pub use history::History;
pub use ids::{AppId, ApplicationId, ConnectorGroupId, ConnectorId, TenantId};
pub use impact::{Availability, Hazard, Impact};
pub use model::{Name, Region, Rules};
pub use plan::{Desired, Plan};
pub use refusal::Refusal;
pub use tenant::Tenant;
pub use timestamp::Timestamp;
