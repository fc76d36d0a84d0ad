//! Drills: what each failure would take from users, and in which order connectors can be patched without any.
//!
//! A connector serves the applications of its one group and of no other (R-60, R-62). So a failure is judged by counts of a
//! group, never by its applications: what is left is the number of active connectors less those that fail. A drill therefore
//! costs one visit to each group and connector, and any pair of connectors is answered from the two rows of its members.

mod load;
mod schedule;

use alloc::{collections::BTreeMap, vec::Vec};
use core::fmt;

use serde::{Deserialize, Serialize};

pub use load::{CAPACITIES, GroupLoad, Load, LoadOfNoGroup, capacity};
pub use schedule::{DecidedBy, NotScheduled, Schedule, ScheduleOptions, Unschedulable};

use crate::{
    count::{count, count_of, wide},
    ids::{ConnectorGroupId, ConnectorId},
    impact::Availability,
    model::region::Region,
    state::{ConnectorGroupView, ConnectorView},
    tenant::Tenant,
};

/// What a failure takes from users, in applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Toll {
    /// Those that have an active connector and would have none (R-28).
    pub cut_off: u32,
    /// Those that have two active connectors or more and would have one (R-63).
    pub without_spare: u32,
}

impl Toll {
    /// What the applications of a group pay when so many of its active connectors become so many.
    const fn of(applications: u32, before: u32, after: u32) -> Self {
        match (before, after) {
            (1.., 0) => Self { cut_off: applications, without_spare: 0 },
            (2.., 1) => Self { cut_off: 0, without_spare: applications },
            _ => Self { cut_off: 0, without_spare: 0 },
        }
    }

    const fn and(self, other: Self) -> Self {
        // Tolls of different groups: their applications are different ones, of which a tenant has fewer than 2^32.
        Self {
            cut_off: self.cut_off.saturating_add(other.cut_off),
            without_spare: self.without_spare.saturating_add(other.without_spare),
        }
    }

    /// Whether nobody would notice.
    #[must_use]
    pub const fn is_nothing(self) -> bool {
        self.cut_off == 0 && self.without_spare == 0
    }
}

impl fmt::Display for Toll {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.cut_off, self.without_spare) {
            (0, 0) => formatter.write_str("nobody loses a connector that matters"),
            (cut_off, 0) => write!(formatter, "{} cut off", count(cut_off, "application")),
            (0, spare) => write!(formatter, "{} left without a spare connector", count(spare, "application")),
            (cut_off, spare) => {
                write!(formatter, "{} cut off, {spare} left without a spare connector", count(cut_off, "application"))
            }
        }
    }
}

/// The failure of one connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorFailure {
    /// The connector.
    pub connector: ConnectorId,
    /// Its group, whose applications it serves.
    pub connector_group: ConnectorGroupId,
    /// Whether it is connected. The failure of one that is not takes nothing away.
    pub is_active: bool,
    /// What its failure takes.
    pub toll: Toll,
}

/// The failure of all connectors of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupFailure {
    /// The group.
    pub connector_group: ConnectorGroupId,
    /// Its active connectors before the failure.
    pub active_connectors: u32,
    /// Its applications.
    pub applications: u32,
    /// What the failure takes.
    pub toll: Toll,
}

impl GroupFailure {
    /// How the group is served before any failure.
    #[must_use]
    pub const fn availability(&self) -> Availability {
        Availability::of(self.active_connectors)
    }
}

/// The failure of all connectors of all groups of a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegionFailure {
    /// The region.
    pub region: Region,
    /// Its groups, in creation order.
    pub connector_groups: Vec<ConnectorGroupId>,
    /// What the failure takes.
    pub toll: Toll,
}

/// The failure of two connectors at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PairFailure {
    /// Both, in creation order.
    pub connectors: [ConnectorId; 2],
    /// What their failure takes.
    pub toll: Toll,
    /// Whether it cuts off applications that the failure of either alone leaves served.
    pub only_together: bool,
}

/// All pairs of connectors in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PairCounts {
    /// All there are.
    pub all: u64,
    /// Those that cut somebody off.
    pub cut_off: u64,
    /// Those that cut somebody off whom neither alone cuts off: the two active connectors of a group in use.
    pub only_together: u64,
}

/// All single failures of connectors, groups and regions, and all pairs of connectors.
///
/// Made by [`Tenant::drill`]. It keeps one row for each connector, group and region. Pairs have no rows: there are half a
/// million of a thousand connectors, and [`pair`](Self::pair) answers each from the rows of its two members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Drill {
    /// Applications that have no active connector as it is (R-28).
    pub unserved: u32,
    /// Applications that have one active connector as it is (R-63).
    pub without_spare: u32,
    /// Each connector, in creation order.
    pub connectors: Vec<ConnectorFailure>,
    /// Each group, in creation order.
    pub connector_groups: Vec<GroupFailure>,
    /// Each region that a group has, by name.
    pub regions: Vec<RegionFailure>,
    /// How many pairs there are, and how many cut somebody off.
    pub pairs: PairCounts,
    /// The pairs that cut somebody off whom neither alone cuts off, in creation order of their groups. All other pairs cost
    /// what their members cost one by one.
    pub critical_pairs: Vec<PairFailure>,
}

/// Drills.
impl Tenant {
    /// All single failures of connectors, groups and regions, and all pairs of connectors: who would be cut off, and who would
    /// be left without a spare (R-28, R-62, R-63).
    ///
    /// Cost: one visit to each group and each connector, whatever number of applications there are.
    ///
    /// ```
    /// # use connector_groups::Directory;
    /// # let mut directory = Directory::default();
    /// # for line in include_str!("../../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
    /// #     directory.apply(&serde_json::from_str(line).unwrap()).unwrap();
    /// # }
    /// # let tenant = directory.tenants().next().unwrap();
    /// let drill = tenant.drill();
    /// let worst = drill.connectors.iter().max_by_key(|failure| failure.toll).expect("Contoso has connectors");
    /// let group = tenant.connector_group(worst.connector_group).expect("its group");
    /// assert_eq!((worst.toll.cut_off, group.name().as_str()), (20, "Default"));
    /// // Of the 406 pairs of 29 connectors these cut users off although either alone would not.
    /// assert_eq!((drill.pairs.all, drill.critical_pairs.len()), (406, 4));
    /// ```
    #[must_use]
    pub fn drill(&self) -> Drill {
        let mut drill = Drill {
            unserved: 0,
            without_spare: 0,
            connectors: Vec::new(),
            connector_groups: Vec::new(),
            regions: Vec::new(),
            pairs: PairCounts::default(),
            critical_pairs: Vec::new(),
        };
        let mut regions = BTreeMap::<&Region, (Vec<ConnectorGroupId>, Toll)>::new();
        for group in self.connector_groups() {
            let row = group_failure(group);
            let count = match row.availability() {
                Availability::Unavailable => &mut drill.unserved,
                Availability::AtRisk => &mut drill.without_spare,
                // These are what is hoped for, and are counted nowhere.
                Availability::HighlyAvailable => &mut 0,
            };
            *count = count.saturating_add(row.applications);
            let (groups, toll) = regions.entry(group.region()).or_default();
            groups.push(row.connector_group);
            *toll = toll.and(row.toll);
            drill.critical_pairs.extend(critical_pair(group, row));
            drill.connector_groups.push(row);
        }
        drill.regions = regions
            .into_iter()
            .map(|(region, (connector_groups, toll))| RegionFailure { region: region.clone(), connector_groups, toll })
            .collect();
        drill.connectors = self
            .connectors()
            .map(|connector| {
                let (group, is_active) = (connector.connector_group(), connector.is_active());
                let active = group.active_connectors_count();
                let after = active.saturating_sub(u32::from(is_active));
                let toll = Toll::of(group.applications_count(), active, after);
                ConnectorFailure { connector: connector.id(), connector_group: group.id(), is_active, toll }
            })
            .collect();
        drill.pairs = drill.count_pairs();
        drill
    }
}

fn group_failure(group: ConnectorGroupView<'_>) -> GroupFailure {
    let (active, applications) = (group.active_connectors_count(), group.applications_count());
    GroupFailure {
        connector_group: group.id(),
        active_connectors: active,
        applications,
        toll: Toll::of(applications, active, 0),
    }
}

/// A pair cuts off what neither alone does only if it is all that serves a group: both are its active connectors, and there
/// is no third. So a group has one such pair or none, and no other pair has to be looked at.
fn critical_pair(group: ConnectorGroupView<'_>, row: GroupFailure) -> Option<PairFailure> {
    // A single one cuts off alone, and of three one is left: only two are critical together.
    if row.active_connectors != 2 || row.applications == 0 {
        return None;
    }
    let mut active = group.members().filter(|connector| connector.is_active()).map(ConnectorView::id);
    let connectors = [active.next()?, active.next()?];
    debug_assert!(active.next().is_none(), "a group has as many active connectors as it counts");
    Some(PairFailure { connectors, toll: row.toll, only_together: true })
}

impl Drill {
    /// The pairs in numbers, without a look at each. Of `n` connectors, `l` of which are the last of a group in use, each pair
    /// with one of those cuts somebody off: all pairs less those among the other `n - l`. Critical pairs come on top, as neither
    /// member is a last one.
    fn count_pairs(&self) -> PairCounts {
        let of = |number: u64| number.saturating_mul(number.saturating_sub(1)).div_euclid(2);
        let connectors = wide(self.connectors.len());
        let last = cutting_off(&self.connectors, |failure| failure.toll);
        let (all, only_together) = (of(connectors), wide(self.critical_pairs.len()));
        let with_last = all.saturating_sub(of(connectors.saturating_sub(last)));
        PairCounts { all, cut_off: with_last.saturating_add(only_together), only_together }
    }

    /// Each pair of connectors once, in creation order, with what its failure takes. Nothing is listed before it is read.
    ///
    /// Cost: a constant for each pair that is read, after a visit to each connector and the logarithm of the number of groups.
    pub fn pairs(&self) -> impl Iterator<Item = PairFailure> + '_ {
        let by_id: BTreeMap<_, _> = self.connector_groups.iter().map(|group| (group.connector_group, group)).collect();
        let with_group = self.connectors.iter().filter_map(|one| Some((one, *by_id.get(&one.connector_group)?)));
        let rows: Vec<_> = with_group.collect();
        debug_assert_eq!(rows.len(), self.connectors.len(), "each connector's group has a row");
        let (mut one, mut other) = (0_usize, 0_usize);
        core::iter::from_fn(move || {
            other = other.saturating_add(1);
            if other >= rows.len() {
                one = one.saturating_add(1);
                other = one.saturating_add(1);
            }
            Some(of_two(*rows.get(one)?, *rows.get(other)?))
        })
    }

    /// What the failure of two connectors takes; `None` where one of them is none of the tenant's, or both are the same.
    ///
    /// Cost: a look at each connector and each group; [`pairs`](Self::pairs) is for all of them.
    #[must_use]
    pub fn pair(&self, one: ConnectorId, other: ConnectorId) -> Option<PairFailure> {
        let row = |id: ConnectorId| {
            let connector = self.connectors.iter().enumerate().find(|(_, row)| row.connector == id)?;
            let is_its = |group: &&GroupFailure| group.connector_group == connector.1.connector_group;
            Some((connector, self.connector_groups.iter().find(is_its)?))
        };
        let ((one, of_one), (other, of_other)) = (row(one)?, row(other)?);
        match one.0.cmp(&other.0) {
            core::cmp::Ordering::Less => Some(of_two((one.1, of_one), (other.1, of_other))),
            core::cmp::Ordering::Equal => None,
            core::cmp::Ordering::Greater => Some(of_two((other.1, of_other), (one.1, of_one))),
        }
    }
}

type Row<'a> = (&'a ConnectorFailure, &'a GroupFailure);

fn of_two((one, group): Row<'_>, (other, _): Row<'_>) -> PairFailure {
    let connectors = [one.connector, other.connector];
    let alone = one.toll.and(other.toll);
    // Two of one group are both gone from the same applications. In all other cases each takes its own.
    if one.connector_group != other.connector_group || !one.is_active || !other.is_active {
        return PairFailure { connectors, toll: alone, only_together: false };
    }
    let after = group.active_connectors.saturating_sub(2);
    let toll = Toll::of(group.applications, group.active_connectors, after);
    PairFailure { connectors, toll, only_together: toll.cut_off > 0 }
}

/// How many of these failures cut somebody off.
fn cutting_off<T>(failures: &[T], toll: fn(&T) -> Toll) -> u64 {
    wide(failures.iter().filter(|failure| toll(failure).cut_off > 0).count())
}

/// The whole in one line.
impl fmt::Display for Drill {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} of {} and {} of {} cut users off when they fail; {} of {} do so only together; {} of {} do",
            cutting_off(&self.connectors, |failure| failure.toll),
            count_of(&self.connectors, "connector"),
            cutting_off(&self.connector_groups, |failure| failure.toll),
            count_of(&self.connector_groups, "connector group"),
            self.pairs.only_together,
            count(self.pairs.all, "pair"),
            cutting_off(&self.regions, |failure| failure.toll),
            count_of(&self.regions, "region"),
        )
    }
}
