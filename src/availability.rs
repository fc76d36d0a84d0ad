//! High availability: which connectors can serve an application.

use core::hash::{BuildHasher, Hasher};

use foldhash::quality::FixedState;
use serde::{Deserialize, Serialize};

use crate::store::{ApplicationView, ConnectorGroupView, ConnectorView};

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

impl Availability {
    /// What so many active connectors amount to.
    #[must_use]
    pub const fn of(active_connectors: u32) -> Self {
        match active_connectors {
            0 => Self::Unavailable,
            1 => Self::AtRisk,
            _ => Self::HighlyAvailable,
        }
    }
}

impl<'a> ConnectorGroupView<'a> {
    /// How well the group is served: by its own active connectors, never another group's. O(1).
    #[must_use]
    pub fn availability(self) -> Availability {
        Availability::of(self.active_connectors_count())
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
