//! `apply`: does what a plan says, in a tenant, step by step.
//!
//! `machine` decides and `run` does: the machine is told what happened and says what to do next, so that every fault at
//! every place can be tried without a network. `service` speaks Graph, `journal` keeps what is known on disk.

mod action;
mod command;
mod graph;
mod journal;
mod kept;
mod machine;
mod once;
mod patience;
mod plan_file;
mod record;
mod round;
mod run;
mod runner;
mod service;
mod survey;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use self::command::{Options, run};
