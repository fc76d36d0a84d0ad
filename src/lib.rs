#![doc = include_str!("docs/links.txt")]
#![doc = include_str!("../README.md")]
//!
//! # Reading these pages
//!
//! A number such as R-30 names a rule: I an invariant of a state, T one of a change, R a fact about the service, C a choice of
//! ours. [`docs::rules`] has the statement, the source and the tests of each. "Graph:" is followed by the name that Microsoft
//! Graph has for a thing. Lists are in *creation order*, the order in which things were made, whatever was deleted since.
//! [`docs::glossary`] has the words, [`docs::reference`] every command, event and refusal.
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
#[cfg(test)]
mod tests;
pub mod timestamp;
pub mod view;
mod words;
#[cfg(feature = "workload")]
pub mod workload;

#[doc(inline)]
pub use audit::Violation;
#[doc(inline)]
pub use command::{Command, DirectoryCommand, Selection};
#[doc(inline)]
pub use directory::Directory;
#[doc(inline)]
pub use event::Event;
#[doc(inline)]
pub use history::History;
#[doc(inline)]
pub use ids::{AppId, ApplicationId, ConnectorGroupId, ConnectorId, TenantId};
#[doc(inline)]
pub use impact::{Availability, Hazard, Impact};
#[doc(inline)]
pub use model::{Name, Region, Rules};
#[doc(inline)]
pub use plan::{Desired, Plan};
#[doc(inline)]
pub use refusal::Refusal;
#[doc(inline)]
pub use tenant::Tenant;
#[doc(inline)]
pub use timestamp::Timestamp;
