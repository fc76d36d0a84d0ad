//! Columns: lists in copy-on-write pages, the indexes that find things in them, and the order of creation.
//! Generic: this module knows nothing of tenants, and of an id only that it is a [`Key`].
//!
//! ```text
//! id ──Index──► slot ──┬─ Pages: one column of things         copy-on-write; a clone is one reference count
//!   a bucket of eight  ├─ Pages: another one
//!   half hashes and    └─ UnionFind: node ──► (node ──►) set   a whole set moves as one
//!   slots, 64 bytes
//!                        BitSet: many slots, a bit each, in order
//!
//! Order   = which slots are alive, and in which order their things were made
//! SlotMap = Order + ids + Index: which slot an id has
//! Table   = a SlotMap with one whole thing a slot
//! Texts   = a column of texts, 32 side by side
//! Tree    = a sorted list whose nodes are shared
//! Areas   = a Tree of areas: which of them meet another one
//! ```
//!
//! [`work`] counts the steps of each path in tests, so that a path that becomes slow fails a test.

mod areas;
mod bit_set;
mod counted_bits;
mod exactly;
mod hash;
mod index;
mod key;
mod order;
mod pages;
mod slot;
mod slot_map;
mod table;
mod texts;
mod tree;
mod union_find;
pub(crate) mod work;

pub(crate) use areas::{Area, Areas};
pub(crate) use bit_set::BitSet;
pub(crate) use exactly::Exactly;
pub(crate) use hash::HashSeed;
pub(crate) use index::{Index, first_repeated};
pub(crate) use key::Key;
pub(crate) use order::Rank;
pub(crate) use pages::{Filling, Pages};
pub(crate) use slot::Slot;
pub(crate) use slot_map::SlotMap;
pub(crate) use table::Table;
pub(crate) use texts::Texts;
pub(crate) use union_find::UnionFind;
