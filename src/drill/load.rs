//! Load and capacity: whether the connectors that are left carry what users ask for.
//!
//! The figures are second-hand: third parties quote them, Microsoft's documents do not. They say how many transactions
//! a second one connector carries on a machine of so many cores.

use alloc::{collections::BTreeMap, vec::Vec};
use core::fmt;

use serde::{Deserialize, Serialize};

use super::Drill;
use crate::{
    count::count,
    ids::{ConnectorGroupId, ConnectorId},
};

/// Cores of a machine, and the transactions a second that a connector on it carries. Second-hand.
pub const CAPACITIES: [(u32, u32); 4] = [(2, 586), (4, 1_150), (8, 1_190), (16, 1_200)];

/// The transactions a second that a connector on a machine with so many cores carries; `None` for numbers of cores without a
/// figure. Second-hand.
#[must_use]
pub fn capacity(cores: u32) -> Option<u32> {
    CAPACITIES.iter().find(|(with, _)| *with == cores).map(|(_, carries)| *carries)
}

objects! {
    /// What users ask for, and what a connector carries. Both are the caller's: the engine measures no traffic.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Load {
        /// Transactions a second that one connector carries, for example from [`capacity`]. A connector that carries nothing
        /// makes every load too much.
        pub per_connector: u32,
        /// Transactions a second of the applications of each group together. A group that is not named has no known load.
        pub connector_groups: BTreeMap<ConnectorGroupId, u32>,
    }
}

/// A group under its load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupLoad {
    /// The group.
    pub connector_group: ConnectorGroupId,
    /// Transactions a second, as given.
    pub load: u32,
    /// Transactions a second that its active connectors carry together.
    pub carries: u64,
    /// How many active connectors it has.
    pub active_connectors: u32,
    /// How many active connectors the load needs; `None` where no number is enough.
    pub needed: Option<u32>,
    /// How many of its active connectors may fail at once before the rest carries less than the load; `None` where they
    /// carry less as it is.
    pub bears: Option<u32>,
}

/// A load is given for a group that the tenant does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a load is given for connector group {connector_group}, which the tenant does not have")]
pub struct LoadOfNoGroup {
    /// As given.
    pub connector_group: ConnectorGroupId,
}

impl Drill {
    /// Each group that has a load, in creation order, with the failures that it bears.
    ///
    /// # Errors
    /// A load for a group that the tenant does not have.
    pub fn loads(&self, load: &Load) -> Result<Vec<GroupLoad>, LoadOfNoGroup> {
        let mut left = load.connector_groups.clone();
        let mut loads = Vec::new();
        for group in &self.connector_groups {
            if let Some(asked) = left.remove(&group.connector_group) {
                loads.push(GroupLoad::of(group.connector_group, group.active_connectors, asked, load.per_connector));
            }
        }
        match left.pop_first() {
            Some((connector_group, _)) => Err(LoadOfNoGroup { connector_group }),
            None => Ok(loads),
        }
    }

    /// The connectors whose failure alone leaves their group with less than its load needs, in creation order.
    pub fn overloads<'a>(&'a self, loads: &[GroupLoad]) -> impl Iterator<Item = ConnectorId> + use<'a> {
        // A group that is overloaded as it is owes that to no failure.
        let bears_none = loads.iter().filter(|load| load.bears == Some(0)).map(|load| load.connector_group);
        let groups: alloc::collections::BTreeSet<_> = bears_none.collect();
        let overloads =
            self.connectors.iter().filter(move |one| one.is_active && groups.contains(&one.connector_group));
        overloads.map(|one| one.connector)
    }
}

impl GroupLoad {
    fn of(connector_group: ConnectorGroupId, active_connectors: u32, load: u32, per_connector: u32) -> Self {
        let needed = match (load, per_connector) {
            (0, _) => Some(0),
            (_, 0) => None,
            (load, per) => Some(load.div_ceil(per)),
        };
        let bears = needed.and_then(|needed| active_connectors.checked_sub(needed));
        let carries = u64::from(active_connectors).saturating_mul(per_connector.into());
        Self { connector_group, load, carries, active_connectors, needed, bears }
    }
}

impl fmt::Display for GroupLoad {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (load, carries) = (self.load, self.carries);
        write!(formatter, "connector group {}: a load of {load} transactions a second, ", self.connector_group)?;
        match self.bears {
            None => write!(formatter, "more than the {carries} that its active connectors carry")?,
            Some(0) => write!(formatter, "and no connector may fail: they carry {carries}")?,
            Some(bears) => write!(formatter, "and {} may fail", count(bears, "connector"))?,
        }
        formatter.write_str(" (R-86, second-hand)")
    }
}
