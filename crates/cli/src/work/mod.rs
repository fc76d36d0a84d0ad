//! A plan as single effects: what the wire has no bulk command for is done one thing at a time.
//!
//! An [`Effect`] says what must hold before it, what holds after it, and what leads back. [`Request`] is the one place that
//! knows which request of Graph an engine command is; the scripts that `plan --as` prints and `apply` are made from it.

#![cfg_attr(not(feature = "export"), allow(dead_code, reason = "some of it only `apply` needs"))]

mod effect;
#[cfg(test)]
pub(crate) mod generated;
pub(crate) mod members;
mod places;
mod request;
mod settings;
mod steps;
mod values;

pub(crate) use self::{
    effect::Effect,
    places::Places,
    request::{Body, Piece, Request, join},
    steps::{Step, Work},
};
#[cfg(feature = "export")]
pub(crate) use self::{
    effect::{Change, Thing},
    places::{Connector, Difference, How, Place},
    values::Settings,
};
