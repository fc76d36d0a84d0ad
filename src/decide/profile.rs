//! The tenant's publishing profile.

use alloc::vec::Vec;

use crate::{event::Event, model::properties::ProfilePropertyChanges, state::State};

/// Nothing is refused: what a profile may say is not documented.
pub(super) fn update(state: &State, changes: &ProfilePropertyChanges) -> Vec<Event> {
    let from = state.profile();
    let to = from.merged(changes);
    let updated = (*from != to).then(|| Event::ProfileUpdated { from: to.changes_to(from), to: from.changes_to(&to) });
    Vec::from_iter(updated)
}
