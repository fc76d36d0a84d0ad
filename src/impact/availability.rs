//! High availability: which connectors can serve an application.

use core::hash::BuildHasher;

use foldhash::quality::FixedState;
use serde::{Deserialize, Serialize};

use crate::state::{ApplicationView, ConnectorGroupView, ConnectorView};

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
    /// The availability that this many active connectors give.
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
        // Rendezvous hashing: each connector has a weight for each key, and the heaviest active one takes
        // the request. If it becomes inactive, the next heaviest takes over, and all other keys keep their
        // connector.
        // A key of 128 bits, made of two hashes, is XORed with the id of the connector, so that hashing two
        // words gives a weight however long the request key is.
        let [high, low] = ROUTE_SEEDS.map(|seed| u128::from(FixedState::with_seed(seed).hash_one(request_key)));
        let key = high.wrapping_shl(64) | low;
        let of_ids = FixedState::with_seed(0);
        let weight = |connector: ConnectorView<'_>| of_ids.hash_one(connector.id().as_u128() ^ key);
        // If all members are active, as is usual, the presence of each is not read.
        let are_all_active = self.active_connectors_count() == self.connectors_count();
        let active = self.members().enumerate().filter(|(_, connector)| are_all_active || connector.is_active());
        // Equal weights are decided by the place, so the answer is the same in every run.
        let (_, heaviest) = active.map(|(place, connector)| (weight(connector), place)).max()?;
        self.members().nth(heaviest)
    }
}

/// Fixed, so that a request key takes the same connector in every run.
const ROUTE_SEEDS: [u64; 2] = [0x0070_07e5, 0x5eed];

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
