//! Rebalancing: a placement that gives every used group enough active connectors, and loads them evenly if asked to, with the
//! fewest moves (feature `rebalance`).
//!
//! Connectors are assigned to the places that groups need by the Hungarian method (crate `pathfinding`), which is exact.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::ToString,
    vec::Vec,
};

use pathfinding::{kuhn_munkres::kuhn_munkres, matrix::Matrix};
use serde::{Deserialize, Serialize};

use crate::{
    count::{length, narrow, wide},
    detour,
    ids::{ApplicationId, ConnectorGroupId, ConnectorId},
    plan::{Desired, DesiredGroup, Things},
    state::{ApplicationView, ConnectorGroupView, ConnectorView},
    tenant::Tenant,
};

/// The kind of things that a rebalancing moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Movable {
    /// Active connectors move to groups that need them; applications stay.
    #[default]
    Connectors,
    /// Applications move to groups with connectors, each with weight 1; connectors stay.
    Applications,
}

/// How far moves may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Reach {
    /// To groups of the same region.
    #[default]
    SameRegion,
    /// To any group.
    Anywhere,
}

objects! {
    /// The aim of a rebalancing.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RebalanceAim {
        /// The kind of things that may move.
        pub movable: Movable,
        /// The groups that they may move to.
        pub reach: Reach,
        /// How many active connectors a group with applications should have at least; two make it highly available (R-63).
        /// Where applications are moved, only groups with as many take any.
        pub at_least: u32,
        /// Whether, once all have that, the greatest load per active connector should be as small as it can be.
        pub even: bool,
        /// Weights of applications, 1 for those that are absent. They count only where connectors move: an even distribution
        /// of applications with different weights is a bin-packing problem, so that moving applications ignores weights.
        pub weights: BTreeMap<ApplicationId, u32>,
        ..default
    }
}

impl Default for RebalanceAim {
    fn default() -> Self {
        Self {
            movable: Movable::default(),
            reach: Reach::default(),
            at_least: 2,
            even: false,
            weights: BTreeMap::new(),
        }
    }
}

/// One group before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GroupBalance {
    /// An `applicationProxy` group.
    pub connector_group: ConnectorGroupId,
    /// Its active connectors, before.
    pub connectors_before: u32,
    /// Its active connectors, after.
    pub connectors_after: u32,
    /// The weight of its applications, before.
    pub load_before: u64,
    /// The weight of its applications, after.
    pub load_after: u64,
    /// Active connectors that it lacks, because no connector that could move there is left.
    pub missing: u32,
}

/// The best placement that the rules allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Rebalance {
    /// The desired state for [`Tenant::plan`]. It names only things that move.
    pub desired: Desired,
    /// How many connectors or applications move: the fewest for this placement.
    pub moves: usize,
    /// Each `applicationProxy` group, in creation order.
    pub groups: Vec<GroupBalance>,
}

impl Rebalance {
    /// Whether every group has what it should.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.groups.iter().all(|group| group.missing == 0)
    }
}

/// Rebalancing.
impl Tenant {
    /// Where connectors or applications should go so that an aim is reached with the fewest moves; where it cannot be
    /// reached, as nearly as it can: first one active connector for as many groups as can be, then a second, and so on.
    ///
    /// Every group keeps its region. Under `regionalConnectorMoves` a connector goes where commands lead it, by way of the
    /// default group where need be (R-16): out of a group of another region than the tenant's it comes no further than the
    /// default group while that is of another region too.
    ///
    /// Cost: a visit to each application, and the Hungarian method's: the cube of the active connectors.
    ///
    /// # Example: what was spare goes where one is missing
    /// ```
    /// # use connector_groups::{
    /// #     ConnectorGroupId, Directory, plan::PlanOptions, rebalance::RebalanceAim,
    /// # };
    /// # let mut directory = Directory::default();
    /// # for line in include_str!("../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
    /// #     directory.apply(&serde_json::from_str(line).unwrap()).unwrap();
    /// # }
    /// # let tenant = directory.tenants().next().unwrap();
    /// let rebalance = tenant.rebalance(&RebalanceAim::default());
    /// let plan = tenant.plan(&rebalance.desired, PlanOptions::default(), (1..).map(ConnectorGroupId::from_u128))?;
    /// assert_eq!(plan.steps.is_empty(), rebalance.moves == 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn rebalance(&self, aim: &RebalanceAim) -> Rebalance {
        match aim.movable {
            Movable::Connectors => Connectors::new(self, aim).rebalance(),
            Movable::Applications => applications(self, aim),
        }
    }

    fn own_groups(&self) -> impl Iterator<Item = ConnectorGroupView<'_>> {
        self.connector_groups().filter(|group| group.is_application_proxy())
    }
}

type Loads = BTreeMap<ConnectorGroupId, u64>;

fn loads(tenant: &Tenant, weights: &BTreeMap<ApplicationId, u32>) -> Loads {
    let mut loads: Loads = tenant.own_groups().map(|group| (group.id(), group.applications_count().into())).collect();
    for (application, weight) in weights {
        let group = tenant.application(*application).and_then(ApplicationView::connector_group);
        if let Some(load) = group.and_then(|group| loads.get_mut(&group.id())) {
            // Counted as 1 so far; each application has one weight at most, so that its 1 is still there.
            debug_assert!(*load > 0, "a group of no load has application {application}");
            *load = load.saturating_sub(1).saturating_add((*weight).into());
        }
    }
    loads
}

struct Connectors<'a> {
    tenant: &'a Tenant,
    aim: &'a RebalanceAim,
    loads: Loads,
    active: Vec<ConnectorView<'a>>,
    /// Pairs of groups (from, to) between which the rules let connectors move; every group is paired with itself.
    open: BTreeSet<(ConnectorGroupId, ConnectorGroupId)>,
}

/// How many active connectors each group should have.
type Needs = BTreeMap<ConnectorGroupId, u32>;
/// The group whose need each connector fills, by the connector's index in `active`. Connectors that fill none are absent.
type Places = BTreeMap<usize, ConnectorGroupId>;

impl<'a> Connectors<'a> {
    fn new(tenant: &'a Tenant, aim: &'a RebalanceAim) -> Self {
        let active: Vec<_> = tenant.connectors().filter(|connector| connector.is_active()).collect();
        // Whether a connector may move depends on the two groups alone (R-16), so that one connector of a group speaks for all.
        let firsts: BTreeMap<_, _> = active.iter().map(|one| (one.connector_group().id(), one.id())).collect();
        let mut open = BTreeSet::new();
        for (from, connector) in firsts {
            let region = tenant.connector_group(from).map(ConnectorGroupView::region);
            for to in tenant.own_groups() {
                let in_reach = aim.reach == Reach::Anywhere || region == Some(to.region());
                if from == to.id() || (in_reach && may_go(tenant, connector, to.id())) {
                    open.insert((from, to.id()));
                }
            }
        }
        Self { tenant, aim, loads: loads(tenant, &aim.weights), active, open }
    }

    fn rebalance(&self) -> Rebalance {
        // Used means having applications, not having a load: applications of weight 0 need a connector too.
        let used = self.tenant.own_groups().filter(|group| group.applications_count() > 0);
        let least: Needs = used.map(|group| (group.id(), self.aim.at_least)).collect();
        let mut needs = least.clone();
        let mut places = self.assign(&needs);
        if self.aim.even && places.len() == total(&needs) {
            // Binary search for the smallest feasible load. It is sound because feasibility is monotone: a greater load per
            // connector means that no group needs more, and whoever can fill all needs can fill fewer. Comparing the totals
            // first only spares a matching that is bound to fail.
            let candidates = self.candidates();
            let enough = |load: &(u64, u32)| {
                let needs = self.needs(&least, *load);
                total(&needs) <= self.active.len() && self.assign(&needs).len() == total(&needs)
            };
            let smallest = candidates.partition_point(|load| !enough(load));
            if let Some(load) = candidates.get(smallest) {
                needs = self.needs(&least, *load);
                places = self.assign(&needs);
            }
        }
        self.told(&needs, &places)
    }

    /// Every load per connector that a group could have, as a fraction (weight, connectors), in ascending order.
    ///
    /// The greatest load per connector is the load of some group divided by the number of its connectors. So the best value
    /// is one of these fractions, and no value between two of them has to be tried.
    fn candidates(&self) -> Vec<(u64, u32)> {
        let connectors = narrow(self.active.len());
        let heavy = self.loads.values().filter(|load| **load > 0);
        let mut all: Vec<_> = heavy.flat_map(|load| (1..=connectors).map(|count| (*load, count))).collect();
        // Fractions are compared by cross-multiplication: division would round, and could swap or merge two of them.
        let times = |load: u64, count: u32| u128::from(load).saturating_mul(count.into());
        all.sort_by(|(one, one_count), (other, other_count)| times(*one, *other_count).cmp(&times(*other, *one_count)));
        all
    }

    /// The load of one of our groups; `loads` has all of them.
    fn load(&self, id: ConnectorGroupId) -> u64 {
        let load = self.loads.get(&id).copied();
        debug_assert!(load.is_some(), "connector group {id} has no load");
        load.unwrap_or(0)
    }

    /// The connectors that each group needs so that none carries more than `load / count`.
    fn needs(&self, least: &Needs, (load, count): (u64, u32)) -> Needs {
        let need = |(id, least): (&ConnectorGroupId, &u32)| {
            let own = u128::from(self.load(*id)).saturating_mul(count.into());
            // n connectors are enough if own / n <= load / count. So n is own * count / load, rounded up; candidates have no load 0.
            let even = own.checked_add(u128::from(load).saturating_sub(1)).and_then(|sum| sum.checked_div(load.into()));
            debug_assert!(even.is_some(), "a candidate has no load");
            // More than 2^32 connectors are more than there are, and so is the greatest number of 32 bits.
            (*id, u32::try_from(even.unwrap_or(0)).unwrap_or(u32::MAX).max(*least))
        };
        least.iter().map(need).collect()
    }

    /// Fills as many needs as possible, the first need of every group before any second one, with the fewest moves.
    ///
    /// It is a matching of connectors (rows) with places (columns) of maximum weight. The k-th place of a group has level k.
    fn assign(&self, needs: &Needs) -> Places {
        // Why these weights give "as many first places as possible, then as many second ones, and so on":
        //
        // The sets of places that connectors can fill at one time are the independent sets of a matroid (a transversal one).
        // In a matroid the greedy algorithm, which takes elements by descending weight, finds a basis of maximum weight. It
        // looks at the order of the weights only, not at their differences. So whatever positive weights descend by level,
        // a maximum basis has as many places of the levels 1 to k as any independent set, for every k at once. Weights that
        // grow exponentially, so that one first place outweighs all second ones, are not needed; they would overflow.
        //
        // Why moves come last: each weight is a multiple of (connectors + 1), and each move costs 1. All moves together cost
        // at most `connectors`, which is less than any difference between the worths of two sets of places.
        //
        // Places beyond `at_least`, which only an even load asks for, share the lowest weight: no order is promised there.
        let connectors = narrow(self.active.len());
        let levels = self.aim.at_least.min(connectors).saturating_add(2);
        let worth = |level: u32| {
            i64::from(connectors).saturating_add(1).saturating_mul(levels.saturating_sub(level).max(1).into())
        };
        let place = |(id, need): (&ConnectorGroupId, &u32)| {
            (1..=connectors.min(*need)).map(|level| (*id, worth(level))).collect::<Vec<_>>()
        };
        let places: Vec<_> = needs.iter().flat_map(place).collect();
        // Behind the places, one column of weight 0 for each connector: those that fill no place are matched there and stay
        // where they are. As there are as many of them as rows, one is always free, so that no matching of maximum weight
        // contains a forbidden move (-1).
        let columns = places.len().saturating_add(self.active.len());
        let weight = |connector: &ConnectorView<'_>, column: usize| {
            let from = connector.connector_group().id();
            match places.get(column) {
                None => 0,
                Some((to, worth)) if from == *to => *worth,
                Some((to, worth)) if self.open.contains(&(from, *to)) => worth.saturating_sub(1),
                Some(_) => -1,
            }
        };
        let rows = self
            .active
            .iter()
            .map(|connector| (0..columns).map(|column| weight(connector, column)).collect::<Vec<_>>());
        let Ok(matrix) = Matrix::from_rows(rows) else { return Places::new() };
        let (_, columns) = kuhn_munkres(&matrix);
        let filled =
            columns.iter().enumerate().filter_map(|(connector, column)| Some((connector, places.get(*column)?.0)));
        filled.collect()
    }

    fn told(&self, needs: &Needs, places: &Places) -> Rebalance {
        let mut after = BTreeMap::<_, u32>::new();
        let mut moving = BTreeMap::<_, Vec<_>>::new();
        for (place, connector) in self.active.iter().enumerate() {
            let from = connector.connector_group().id();
            let to = places.get(&place).copied().unwrap_or(from);
            let count = after.entry(to).or_default();
            *count = count.saturating_add(1);
            if to != from {
                moving.entry(to).or_default().push(connector.id().to_string().into());
            }
        }
        let moves = moving.values().map(Vec::len).fold(0, usize::saturating_add);
        let groups = self.tenant.own_groups().map(|group| {
            let id = group.id();
            let load = self.load(id);
            let connectors_after = after.get(&id).copied().unwrap_or(0);
            GroupBalance {
                connector_group: id,
                connectors_before: group.active_connectors_count(),
                connectors_after,
                load_before: load,
                load_after: load,
                missing: needs.get(&id).copied().unwrap_or(0).saturating_sub(connectors_after),
            }
        });
        let connector_groups = moving.into_iter().map(|(id, connectors)| DesiredGroup {
            id: Some(id),
            connectors: Things::These(connectors),
            ..DesiredGroup::default()
        });
        let desired = Desired { connector_groups: connector_groups.collect(), absent: Vec::new() };
        Rebalance { desired, moves, groups: groups.collect() }
    }
}

fn total(needs: &Needs) -> usize {
    needs.values().map(|need| length(*need)).fold(0, usize::saturating_add)
}

/// Whether a connector may go there, at once or through the default group (R-16).
fn may_go(tenant: &Tenant, connector: ConnectorId, connector_group: ConnectorGroupId) -> bool {
    detour::goes_straight(tenant, connector, connector_group)
        || detour::through_default(tenant, &[connector], connector_group).is_some()
}

/// Moves applications, within each region or across all: finds the smallest load per connector at which all applications
/// have room, then moves only those that exceed the room of their group.
fn applications(tenant: &Tenant, aim: &RebalanceAim) -> Rebalance {
    let mut pools = BTreeMap::<_, Vec<ConnectorGroupView<'_>>>::new();
    for group in tenant.own_groups() {
        let region = (aim.reach == Reach::SameRegion).then(|| group.region());
        pools.entry(region).or_default().push(group);
    }
    let mut after = BTreeMap::new();
    let mut moving = BTreeMap::<_, Vec<_>>::new();
    for pool in pools.values() {
        let room = rooms(pool, aim);
        let stay = |group: &ConnectorGroupView<'_>| room.get(&group.id()).copied().unwrap_or(0);
        // Applications beyond the room of their group, the youngest of each. A group that may take none has no entry in `room`,
        // so that all of its applications leave. The iterator is lazy: groups with room draw from it below.
        let mut leaving =
            pool.iter().filter(|group| u64::from(group.applications_count()) > stay(group)).flat_map(|group| {
                let stays = usize::try_from(stay(group)).unwrap_or(usize::MAX);
                group.applications().skip(stays)
            });
        for group in pool {
            let here = u64::from(group.applications_count());
            // If no group of the pool may take any, nobody draws from `leaving`, and everything stays.
            let stays = if room.is_empty() { here } else { here.min(stay(group)) };
            let free = usize::try_from(stay(group).saturating_sub(here)).unwrap_or(usize::MAX);
            let coming: Vec<_> = leaving.by_ref().take(free).map(|one| one.id().to_string().into()).collect();
            let count = stays.saturating_add(wide(coming.len()));
            after.insert(group.id(), count);
            if !coming.is_empty() {
                moving.insert(group.id(), coming);
            }
        }
    }
    let moves = moving.values().map(Vec::len).fold(0, usize::saturating_add);
    let groups = tenant.own_groups().map(|group| {
        let load_after = after.get(&group.id()).copied();
        debug_assert!(load_after.is_some(), "each group is in one pool");
        let load_after = load_after.unwrap_or(0);
        let missing = if load_after == 0 { 0 } else { aim.at_least.saturating_sub(group.active_connectors_count()) };
        GroupBalance {
            connector_group: group.id(),
            connectors_before: group.active_connectors_count(),
            connectors_after: group.active_connectors_count(),
            load_before: group.applications_count().into(),
            load_after,
            missing,
        }
    });
    let connector_groups = moving.into_iter().map(|(id, applications)| DesiredGroup {
        id: Some(id),
        applications: Things::These(applications),
        ..DesiredGroup::default()
    });
    let desired = Desired { connector_groups: connector_groups.collect(), absent: Vec::new() };
    Rebalance { desired, moves, groups: groups.collect() }
}

/// How many applications each group of a pool has room for at the smallest load per connector that has room for all; where it
/// need not be even, no less than it has. Empty where no group has enough connectors, so that all stay.
fn rooms(pool: &[ConnectorGroupView<'_>], aim: &RebalanceAim) -> BTreeMap<ConnectorGroupId, u64> {
    let able: Vec<_> = pool.iter().filter(|group| group.active_connectors_count() >= aim.at_least.max(1)).collect();
    let all = pool.iter().map(|group| u64::from(group.applications_count())).fold(0, u64::saturating_add);
    let room = |load: u64, per: u64, group: &ConnectorGroupView<'_>| {
        let active = u64::from(group.active_connectors_count());
        let room = load.saturating_mul(active).checked_div(per).unwrap_or(0);
        if aim.even { room } else { room.max(group.applications_count().into()) }
    };
    let fits =
        |load: u64, per: u64| able.iter().map(|group| room(load, per, group)).fold(0, u64::saturating_add) >= all;
    // A room grows only where load * active / per passes a whole number. So the smallest load that fits is k / active for
    // some group and a whole number k: for each number of connectors, binary search finds the smallest k that fits. With k / per
    // = all, a single group has room for everything, which is the upper end. The least of these fractions wins, compared by
    // cross-multiplication.
    let mut best: Option<(u64, u64)> = None;
    for per in able.iter().map(|group| u64::from(group.active_connectors_count())).collect::<BTreeSet<_>>() {
        let (mut low, mut high) = (0, all.saturating_mul(per));
        while low != high {
            let middle = low.midpoint(high);
            if fits(middle, per) { high = middle } else { low = middle.saturating_add(1) }
        }
        if best.is_none_or(|(load, other)| low.saturating_mul(other) < load.saturating_mul(per)) {
            best = Some((low, per));
        }
    }
    let Some((load, per)) = best else { return BTreeMap::new() };
    able.iter().map(|group| (group.id(), room(load, per, group))).collect()
}
