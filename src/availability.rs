//! High availability: which connectors can serve an application, and what a command would change of that.

use alloc::vec::Vec;
use core::hash::{BuildHasher, Hasher};

use foldhash::quality::FixedState;
use serde::{Deserialize, Serialize};

use crate::{
    event::Event,
    evolve::evolve,
    ids::ApplicationId,
    store::{ApplicationView, ConnectorGroupView, ConnectorView, State},
};

/// How well a group, and so each application assigned to it, is served. Ordered from worse to better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Availability {
    /// No active connector: users get a gateway time-out.
    Unavailable,
    /// One active connector: when it fails or updates, nothing serves.
    AtRisk,
    /// Two active connectors or more.
    HighlyAvailable,
}

impl<'a> ConnectorGroupView<'a> {
    /// How well the group is served: by its own active connectors, never another group's. O(1).
    #[must_use]
    pub fn availability(self) -> Availability {
        match self.active_connectors_count() {
            0 => Availability::Unavailable,
            1 => Availability::AtRisk,
            _ => Availability::HighlyAvailable,
        }
    }

    /// The connector that takes the request with this key; see [`ApplicationView::route`].
    fn route(self, request_key: &[u8]) -> Option<ConnectorView<'a>> {
        // Rendezvous hashing: each connector has its own weight for each key, and the heaviest active one takes it. When
        // that one goes, the next heaviest does; every other key keeps its connector.
        let hash = FixedState::with_seed(ROUTE_SEED);
        let mut of_key = hash.build_hasher();
        of_key.write_u64(hash.hash_one(request_key));
        let weight = |connector: &ConnectorView<'_>| {
            // What all weights have in common is hashed once.
            let mut weight = of_key.clone();
            weight.write_u128(connector.id().as_u128());
            weight.finish()
        };
        self.members().filter(|connector| connector.is_active()).max_by_key(weight)
    }
}

/// Fixed, so that a request goes the same way in every run.
const ROUTE_SEED: u64 = 0x0070_07e5;

impl<'a> ApplicationView<'a> {
    /// How well the application is served; `None` while it is not published.
    #[must_use]
    pub fn availability(self) -> Option<Availability> {
        self.connector_group().map(ConnectorGroupView::availability)
    }

    /// The connector that takes the request with this key: one of the active ones of the application's own group (R-61,
    /// R-62), `None` where there is none.
    ///
    /// Uniform over keys; the same for the same key and state; and when a connector goes inactive, only the requests that
    /// it had go elsewhere. (The live service picks about at random; a fixed choice is ours, so that a test can ask twice.)
    #[must_use]
    pub fn route(self, request_key: &[u8]) -> Option<ConnectorView<'a>> {
        self.connector_group().and_then(|group| group.route(request_key))
    }
}

/// What a command would change for availability, in creation order of the applications.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Impact {
    /// Each published application whose availability would change, those newly published or no longer included.
    pub applications: Vec<AvailabilityChange>,
}

/// What would change for one application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AvailabilityChange {
    /// The application.
    pub application: ApplicationId,
    /// As it is; `None` where it is not published.
    pub before: Option<Availability>,
    /// As it would be; `None` where it would not be published.
    pub after: Option<Availability>,
}

impl Impact {
    /// The applications that would become unavailable.
    pub fn become_unavailable(&self) -> impl Iterator<Item = ApplicationId> + '_ {
        self.that(|change| change.after == Some(Availability::Unavailable))
    }

    /// The applications that would be left with one active connector.
    pub fn become_at_risk(&self) -> impl Iterator<Item = ApplicationId> + '_ {
        self.that(|change| change.after == Some(Availability::AtRisk) && change.before > change.after)
    }

    /// The applications that would be served better than they are.
    pub fn become_better(&self) -> impl Iterator<Item = ApplicationId> + '_ {
        self.that(|change| change.before.is_some() && change.before < change.after)
    }

    fn that(&self, is: fn(&AvailabilityChange) -> bool) -> impl Iterator<Item = ApplicationId> + '_ {
        self.applications.iter().filter(move |change| is(change)).map(|change| change.application)
    }
}

/// The difference that events would make, found by making it on a copy and comparing every application.
pub(crate) fn impact(state: &State, events: &[Event]) -> Impact {
    let mut after = state.clone();
    for event in events {
        evolve(&mut after, event);
    }
    let change = |application: ApplicationId| {
        let availability = |state: &State| state.application(application).and_then(ApplicationView::availability);
        AvailabilityChange { application, before: availability(state), after: availability(&after) }
    };
    let new = after.applications().filter(|application| state.application(application.id()).is_none());
    let all = state.applications().chain(new).map(|application| change(application.id()));
    Impact { applications: all.filter(|change| change.before != change.after).collect() }
}
