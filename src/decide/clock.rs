//! Advancing the clock.

use alloc::vec::Vec;

use super::{Decision, checks};
use crate::{
    event::{Event, Removed},
    model::connector::INACTIVE_DAYS_MAX,
    state::State,
    timestamp::Timestamp,
};

/// a connector that was inactive for ten days is removed; its group stays.
pub(super) fn advance(state: &State, to: Timestamp) -> Decision {
    let from = state.now();
    checks::clock(from, to)?;
    // Ten days before the new time, so one comparison finds who is due, the boundary included.
    let until = to.saturating_sub_days(INACTIVE_DAYS_MAX);
    let expired = state.connectors_inactive_until(until);
    let connectors: Vec<_> =
        expired.map(|connector| Removed { place: connector.place(), thing: connector.to_connector() }).collect();
    // Time first, then the expirations that it causes. Undo goes the other way round.
    let advanced = (from != to).then_some(Event::ClockAdvanced { from, to });
    let expired = (!connectors.is_empty()).then_some(Event::ConnectorsExpired { connectors });
    Ok(advanced.into_iter().chain(expired).collect())
}
