//! What the journal of a run keeps, record by record: enough to go on, or to go back, wherever the run was cut off.

extern crate alloc;

use alloc::collections::BTreeMap;

use connector_groups::{ConnectorGroupId, TenantId};
use serde::{Deserialize, Serialize};

use crate::work::{Places, Work};

/// What a journal calls itself. A reader refuses another number.
pub(crate) const FORMAT: &str = "connector-groups/journal/1";

/// The first record: what is to be done, and where. It has the whole work, so that a run needs no other file to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Begun {
    pub(crate) format: String,
    /// The hash of the plan file, so that no journal goes with another plan.
    pub(crate) plan: String,
    pub(crate) tenant: TenantId,
    pub(crate) graph: String,
    pub(crate) state: Places,
    pub(crate) work: Work,
}

/// Every further record. Effects are counted from 0 through the whole work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(crate) enum Record {
    /// Written before requests are sent. Without it, nothing was sent.
    Asked {
        is_back: bool,
        effects: Vec<usize>,
        /// Groups that had the name of the one to be made already. One of that name that is not among them is the new one.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        known: Vec<ConnectorGroupId>,
    },
    /// Written after a read has shown what became of requests. What is in neither list is still open.
    Settled {
        is_back: bool,
        done: Vec<usize>,
        /// Effects that have not happened, as a read has shown, or that were led the other way before it was known.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        undone: Vec<usize>,
        /// The service's ids of groups, by the plan's.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        ids: BTreeMap<ConnectorGroupId, ConnectorGroupId>,
    },
    /// From here on the way leads back, or on again.
    Turned { is_back: bool },
    /// All effects on things that are gone. They are neither done nor taken back from here on.
    LeftOut { effects: Vec<usize> },
    /// The run gave up, and why. It can go on.
    Stopped { why: String },
    /// Everything is done.
    Applied,
    /// Everything is as it was before.
    RolledBack,
}
