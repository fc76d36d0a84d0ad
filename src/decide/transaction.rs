//! Transactions.

use alloc::vec::Vec;

use super::{Decision, checks, decide};
use crate::{command::Command, evolve, state::State};

/// Decides each command on the state that the ones before it leave. The only place that copies the state;
/// the copy shares all pages until it is written to.
pub(super) fn run(state: &State, commands: &[Command]) -> Decision {
    checks::not_nested(commands)?;
    let mut state = state.clone();
    let mut all = Vec::new();
    for (index, command) in (0_u32..).zip(commands) {
        // The first refusal ends it: the copy is dropped, and the tenant was never touched (T4).
        let events = checks::in_transaction(index, decide(&state, command))?;
        for event in &events {
            evolve::evolve(&mut state, event);
        }
        all.extend(events);
    }
    Ok(all)
}
