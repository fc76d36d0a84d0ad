//! Schedules: rounds in which connectors are down at the same time, the fewest there can be, while each group keeps enough.
//!
//! **Why the schedule is the shortest.** Let a group have `a` active connectors, `s` of which are scheduled, and let `k` have
//! to stay: at most `c = a - k` may be down in one round, so that it needs `⌈s / c⌉` rounds at least. Where at most `n` of all
//! may be down together, all `t` scheduled ones need `⌈t / n⌉`. Let `r` be the greatest of these bounds. Lay all scheduled
//! connectors in a row, group after group, and put number `i` of the row into round `i mod r`. Any `s` neighbours of the row
//! meet a round at most `⌈s / r⌉` times, and `r ≥ ⌈s / c⌉` gives `⌈s / r⌉ ≤ c`; in the same way no round has more than `n`. So
//! `r` rounds are enough, and no schedule has fewer. Inactive connectors count for `n` only: nobody misses them.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use core::{fmt, num::NonZeroU32};

use serde::{Deserialize, Serialize};

use crate::{
    count::{count, count_of, narrow},
    ids::{ConnectorGroupId, ConnectorId},
    state::{ConnectorGroupView, ConnectorView},
    tenant::Tenant,
};

objects! {
    /// What a schedule has to keep.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ScheduleOptions {
        /// How many active connectors each group keeps at each moment.
        pub at_least: u32,
        /// How many connectors of the tenant are down together at most.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub together: Option<NonZeroU32>,
        /// The connectors that are patched; `None` for all. Where some are left out, a group of which none is named keeps what it
        /// has, however few.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub connectors: Option<Vec<ConnectorId>>,
        /// Groups that need to keep none, because an outage of their applications is agreed on.
        pub may_be_down: Vec<ConnectorGroupId>,
        /// Whether groups with connectors and without applications keep as many as the others. Nobody misses their connectors.
        pub every_group: bool,
        ..default
    }
}

/// Groups with applications keep one active connector, and all connectors are patched.
impl Default for ScheduleOptions {
    fn default() -> Self {
        Self { at_least: 1, together: None, connectors: None, may_be_down: Vec::new(), every_group: false }
    }
}

/// Rounds in which connectors are down at the same time. A round begins when all connectors of the round before are active
/// again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// The connectors of each round, by group. No schedule has fewer rounds.
    pub rounds: Vec<Vec<ConnectorId>>,
    /// Why it cannot be fewer; `None` without a connector.
    pub decided_by: Option<DecidedBy>,
}

/// What needs as many rounds as a schedule has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum DecidedBy {
    /// A group that may spare few connectors at a time.
    ConnectorGroup {
        /// The first one in creation order that needs so many.
        id: ConnectorGroupId,
        /// How many of its active connectors are patched.
        connectors: u32,
        /// How many of them may be down together.
        at_a_time: u32,
    },
    /// The number of connectors that may be down together in the whole tenant.
    Together {
        /// How many connectors are patched.
        connectors: u32,
        /// How many may be down together.
        at_a_time: u32,
    },
}

impl fmt::Display for DecidedBy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConnectorGroup { id, connectors, at_a_time } => {
                let connectors = count(*connectors, "active connector");
                write!(formatter, "connector group {id} has {connectors} to patch and spares {at_a_time} at a time")
            }
            Self::Together { connectors, at_a_time } => {
                write!(formatter, "there are {} to patch, {at_a_time} at a time", count(*connectors, "connector"))
            }
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", count_of(&self.rounds, "round"))?;
        self.decided_by.iter().try_for_each(|why| write!(formatter, ": {why}"))
    }
}

/// Why there is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum NotScheduled {
    /// A group cannot keep so many: it has no more active connectors than it has to keep, and one of them is to be patched,
    /// or it has fewer as it is.
    #[error(
        "connector group {connector_group} has {} and must keep {at_least} for its {}",
        count(*active_connectors, "active connector"), count(*applications, "application")
    )]
    TooFew {
        /// The group.
        connector_group: ConnectorGroupId,
        /// How many active connectors it has.
        active_connectors: u32,
        /// How many it has to keep.
        at_least: u32,
        /// How many applications it has.
        applications: u32,
    },
    /// A group of the options is none of the tenant's.
    #[error("there is no connector group {id}")]
    ConnectorGroupNotFound {
        /// As given.
        id: ConnectorGroupId,
    },
    /// A connector of the options is none of the tenant's.
    #[error("there is no connector {id}")]
    ConnectorNotFound {
        /// As given.
        id: ConnectorId,
    },
}

/// There is no schedule, for all of these reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unschedulable {
    /// Never empty: first what the options name and the tenant does not have, then groups in creation order.
    pub reasons: Vec<NotScheduled>,
}

impl fmt::Display for Unschedulable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, reason) in self.reasons.iter().enumerate() {
            let between = if place == 0 { "" } else { "; " };
            write!(formatter, "{between}{reason}")?;
        }
        Ok(())
    }
}

impl core::error::Error for Unschedulable {}

/// Schedules.
impl Tenant {
    /// An order in which connectors can be patched or updated, in the fewest rounds, so that each group keeps enough active
    /// connectors at each moment (R-78: "patch one at a time").
    ///
    /// Cost: one visit to each group and each connector, and the sorting of those that are patched.
    ///
    /// # Errors
    /// Every group that cannot keep as many as it has to, by id; or what the options name and the tenant does not have.
    ///
    /// ```
    /// # use connector_groups::Directory;
    /// # let mut directory = Directory::default();
    /// # for line in include_str!("../../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
    /// #     directory.apply(&serde_json::from_str(line).unwrap()).unwrap();
    /// # }
    /// # let tenant = directory.tenants().next().unwrap();
    /// use connector_groups::drill::ScheduleOptions;
    /// // "Default" has one active connector, which cannot be patched without an outage.
    /// let refused = tenant.schedule(&ScheduleOptions::default()).unwrap_err();
    /// assert_eq!(refused.reasons.len(), 2);
    /// let default = tenant.default_connector_group().id();
    /// let pilot = tenant.connector_groups_by_name("Private Access Pilot").next().expect("Contoso has one").id();
    /// let may_be_down = vec![default, pilot];
    /// let schedule = tenant.schedule(&ScheduleOptions { may_be_down, ..ScheduleOptions::default() })?;
    /// assert_eq!(schedule.rounds.len(), 2);
    /// # Ok::<(), connector_groups::drill::Unschedulable>(())
    /// ```
    pub fn schedule(&self, options: &ScheduleOptions) -> Result<Schedule, Unschedulable> {
        let by_group = self.to_patch(options).map_err(|reasons| Unschedulable { reasons })?;
        let may_be_down: BTreeSet<_> = options.may_be_down.iter().copied().collect();
        let (mut bound, mut decided_by, mut reasons) = (0_u32, None, Vec::new());
        let mut row: Vec<ConnectorId> = Vec::new();
        let none = Vec::new();
        let is_part = by_group.values().map(Vec::len).sum::<usize>() < self.connectors_count();
        for group in self.connector_groups() {
            let patched = by_group.get(&group.id()).unwrap_or(&none);
            row.extend(patched.iter().map(|connector| connector.id()));
            // To patch others cannot harm a group. Where all are patched, one with applications and no connector is told.
            let keeps_none = may_be_down.contains(&group.id()) || (is_part && patched.is_empty());
            match rounds_of(group, patched, options, keeps_none) {
                Err(reason) => reasons.push(reason),
                Ok((rounds, by)) if rounds > bound => (bound, decided_by) = (rounds, Some(by)),
                Ok(_) => {}
            }
        }
        if !reasons.is_empty() {
            return Err(Unschedulable { reasons });
        }
        let all = narrow(row.len());
        let together = options.together.map_or(all, NonZeroU32::get);
        if all > 0 && all.div_ceil(together) > bound {
            bound = all.div_ceil(together);
            decided_by = Some(DecidedBy::Together { connectors: all, at_a_time: together });
        }
        let mut rounds: Vec<Vec<ConnectorId>> = (0..bound).map(|_| Vec::new()).collect();
        for (place, connector) in row.into_iter().enumerate() {
            let round = place.checked_rem(rounds.len()).and_then(|round| rounds.get_mut(round));
            debug_assert!(round.is_some(), "one connector at least gives one round at least");
            if let Some(round) = round {
                round.push(connector);
            }
        }
        Ok(Schedule { rounds, decided_by })
    }

    /// The connectors that are patched, each once, by group.
    fn to_patch(
        &self,
        options: &ScheduleOptions,
    ) -> Result<BTreeMap<ConnectorGroupId, Vec<ConnectorView<'_>>>, Vec<NotScheduled>> {
        let mut reasons = Vec::new();
        let strange = options.may_be_down.iter().filter(|id| self.connector_group(**id).is_none());
        reasons.extend(strange.map(|id| NotScheduled::ConnectorGroupNotFound { id: *id }));
        let named = options.connectors.as_deref().unwrap_or_default();
        let strange = named.iter().filter(|id| self.connector(**id).is_none());
        reasons.extend(strange.map(|id| NotScheduled::ConnectorNotFound { id: *id }));
        if !reasons.is_empty() {
            return Err(reasons);
        }
        let named: Option<BTreeSet<_>> = options.connectors.as_ref().map(|ids| ids.iter().copied().collect());
        let mut by_group = BTreeMap::<_, Vec<_>>::new();
        for connector in self.connectors() {
            if named.as_ref().is_none_or(|named| named.contains(&connector.id())) {
                by_group.entry(connector.connector_group().id()).or_default().push(connector);
            }
        }
        // Inactive ones last: those that matter are spread over the rounds as evenly as can be, side by side.
        for patched in by_group.values_mut() {
            patched.sort_by_key(|connector| !connector.is_active());
        }
        Ok(by_group)
    }
}

/// The rounds that a group needs at least, and why.
fn rounds_of(
    group: ConnectorGroupView<'_>,
    patched: &[ConnectorView<'_>],
    options: &ScheduleOptions,
    keeps_none: bool,
) -> Result<(u32, DecidedBy), NotScheduled> {
    let (active_connectors, applications) = (group.active_connectors_count(), group.applications_count());
    // One with nothing in it keeps nothing, whoever asks.
    let is_empty = group.connectors_count() == 0;
    let is_free = keeps_none || (applications == 0 && (is_empty || !options.every_group));
    let at_least = if is_free { 0 } else { options.at_least };
    let connectors = narrow(patched.iter().filter(|connector| connector.is_active()).count());
    let at_a_time = active_connectors.checked_sub(at_least);
    match at_a_time {
        // One round at least where only inactive ones are patched.
        Some(at_a_time) if connectors == 0 => {
            Ok((u32::from(!patched.is_empty()), DecidedBy::ConnectorGroup { id: group.id(), connectors, at_a_time }))
        }
        Some(at_a_time @ 1..) => {
            let by = DecidedBy::ConnectorGroup { id: group.id(), connectors, at_a_time };
            Ok((connectors.div_ceil(at_a_time), by))
        }
        _ => Err(NotScheduled::TooFew { connector_group: group.id(), active_connectors, at_least, applications }),
    }
}
