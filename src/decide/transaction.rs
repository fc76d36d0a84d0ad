//! Transactions.

use alloc::vec::Vec;

use super::{Decision, checks, decide};
use crate::{command::Command, evolve, state::State};

/// Each command is decided on the state that those before it would leave. The one place that takes a copy of the state,
/// which costs nothing until it is written to.
pub(super) fn run(state: &State, commands: &[Command]) -> Decision {
    checks::not_nested(commands)?;
    let mut state = state.clone();
    let mut all = Vec::new();
    for (index, command) in (0_u32..).zip(commands) {
        let events = checks::in_transaction(index, decide(&state, command))?;
        for event in &events {
            evolve::evolve(&mut state, event);
        }
        all.extend(events);
    }
    Ok(all)
}
