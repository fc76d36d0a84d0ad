//! Rebalancing beside every other way to place things, in worlds small enough to try them all.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a test stops where it fails, and has std"
)]

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use connector_groups::{
    command::*, document::Document, model::ConnectorStatus, plan::PlanOptions, rebalance::*, workload::Workload, *,
};

const GROUPS: usize = 3;

#[derive(Debug, Clone)]
struct World {
    regions: [&'static str; GROUPS],
    /// The tenant's, which that of the default group need not be.
    default_region: &'static str,
    rules: Rules,
    /// Where each is, and whether it is active.
    connectors: Vec<(usize, bool)>,
    /// Where each is, and what it weighs.
    applications: Vec<(usize, u32)>,
}

fn group(place: usize) -> ConnectorGroupId {
    ConnectorGroupId::from_u128(place as u128)
}

impl World {
    fn new(roll: &mut impl FnMut(usize) -> usize) -> Self {
        let regions = [(); GROUPS].map(|()| ["eur", "nam"][roll(2)]);
        let connectors = (0..=roll(5)).map(|_| (roll(GROUPS), roll(4) > 0)).collect();
        let applications = (0..roll(6)).map(|_| (roll(GROUPS), [1, 1, 2, 5, 0][roll(5)])).collect();
        let default_region = ["eur", "nam"][roll(2)];
        let rules = Rules { unique_names: false, regional_connector_moves: roll(2) == 0 };
        Self { regions, default_region, rules, connectors, applications }
    }

    fn tenant(&self) -> Tenant {
        let mut directory = Directory::default();
        let create = CreateTenant {
            id: TenantId::from_u128(0),
            default_region: self.default_region.into(),
            now: Timestamp::UNIX_EPOCH,
            default_connector_group: DefaultConnectorGroup { id: group(0), name: None },
            rules: None,
        };
        directory.apply(&DirectoryCommand::CreateTenant(create)).unwrap();
        let mut tenant = directory.tenants().next().unwrap().clone();
        let region = Some(self.regions[0].into());
        let mut commands: Vec<Command> = vec![UpdateConnectorGroup { id: group(0), name: None, region }.into()];
        for place in 1..GROUPS {
            let region = Some(self.regions[place].into());
            commands.push(CreateConnectorGroup { id: group(place), name: "One".into(), region }.into());
        }
        for (number, (place, active)) in self.connectors.iter().enumerate() {
            let id = ConnectorId::from_u128(number as u128);
            let (machine_name, external_ip, version) = ("".into(), "".into(), "".into());
            commands.push(RegisterConnector { id, machine_name, external_ip, version }.into());
            commands.push(AddConnector { connector: id, connector_group: group(*place) }.into());
            let status = Some(if *active { ConnectorStatus::Active } else { ConnectorStatus::Inactive });
            commands.push(ReportConnector { id, status, external_ip: None, version: None }.into());
        }
        for (number, (place, _)) in self.applications.iter().enumerate() {
            let id = ApplicationId::from_u128(number as u128);
            let app_id = AppId::from_u128(number as u128);
            commands.push(CreateApplication { id, app_id, display_name: "".into() }.into());
            commands.push(PublishApplication { application: id, on_premises_publishing: Box::default() }.into());
            commands.push(AddApplication { application: id, connector_group: group(*place) }.into());
        }
        for command in commands {
            tenant.apply(&command).unwrap();
        }
        // By the document, as each connector is where it is whatever the rules say of moves.
        Tenant::try_from(Document { rules: self.rules, ..Document::from(&tenant) }).unwrap()
    }

    /// For each connector the groups that accepted commands lead it to, its own included.
    fn reached(&self) -> Vec<BTreeSet<usize>> {
        let tenant = self.tenant();
        let reached_by = |number: usize| {
            let connector = ConnectorId::from_u128(number as u128);
            let mut reached = BTreeSet::from([self.connectors[number].0]);
            let mut open = vec![tenant.clone()];
            while let Some(tenant) = open.pop() {
                for place in 0..GROUPS {
                    let mut after = tenant.clone();
                    let add = AddConnector { connector, connector_group: group(place) };
                    if after.apply(&add.into()).is_ok() && reached.insert(place) {
                        open.push(after);
                    }
                }
            }
            reached
        };
        (0..self.connectors.len()).map(reached_by).collect()
    }

    fn weights(&self) -> BTreeMap<ApplicationId, u32> {
        let weighed = self.applications.iter().enumerate();
        weighed.map(|(number, (_, weight))| (ApplicationId::from_u128(number as u128), *weight)).collect()
    }

    fn active(&self) -> [u32; GROUPS] {
        let mut active = [0; GROUPS];
        self.connectors.iter().filter(|(_, active)| *active).for_each(|(place, _)| active[*place] += 1);
        active
    }

    fn load(&self) -> [u64; GROUPS] {
        let mut load = [0; GROUPS];
        self.applications.iter().for_each(|(place, weight)| load[*place] += u64::from(*weight));
        load
    }

    /// The greatest load per connector, as a number that compares: all counts here divide 60.
    fn greatest(&self) -> u64 {
        let (active, load) = (self.active(), self.load());
        let per = |place: usize| match (load[place], active[place]) {
            (0, _) => 0,
            (_, 0) => u64::MAX,
            (load, active) => load * 60 / u64::from(active),
        };
        (0..GROUPS).map(per).max().unwrap()
    }

    /// For each level up to `at_least`, in how many groups it is missing.
    fn missing(&self, at_least: u32) -> Vec<usize> {
        let active = self.active();
        let is_used = |place: usize| self.applications.iter().any(|application| application.0 == place);
        let lacks = |level: u32| (0..GROUPS).filter(|place| is_used(*place) && active[*place] < level).count();
        (1..=at_least).map(lacks).collect()
    }

    /// Every world that differs in where these things are.
    fn others(&self, reach: Reach, count: usize, place: impl Fn(&mut Self, usize) -> Option<&mut usize>) -> Vec<Self> {
        let mut all = vec![self.clone()];
        for number in 0..count {
            let mut more = Vec::new();
            for world in &all {
                for to in 0..GROUPS {
                    let mut other = world.clone();
                    let Some(at) = place(&mut other, number) else { continue };
                    let near = self.regions[*at] == self.regions[to];
                    if *at != to && (near || reach == Reach::Anywhere) {
                        *at = to;
                        more.push(other);
                    }
                }
            }
            all.extend(more);
        }
        all
    }
}

fn roll(workload: &mut Workload, sides: usize) -> usize {
    workload.next_step().subject as usize % sides
}

/// The tenant after the plan for a rebalance, which is planned and not only told.
fn carried_out(tenant: &Tenant, rebalance: &Rebalance) -> Tenant {
    let plan = tenant.plan(&rebalance.desired, PlanOptions::default(), []).unwrap();
    let mut after = tenant.clone();
    plan.steps.iter().for_each(|step| _ = after.apply(step).unwrap());
    for group in &rebalance.groups {
        let now = after.connector_group(group.connector_group).unwrap();
        assert_eq!(now.active_connectors_count(), group.connectors_after);
    }
    after
}

#[test]
fn connectors_are_placed_as_well_as_they_can_be_with_the_fewest_moves() {
    let mut workload = Workload::new(1);
    let (mut moved, mut unreached, mut held_back) = (0, 0, 0);
    for _ in 0..600 {
        let world = World::new(&mut |sides| roll(&mut workload, sides));
        let at_least = u32::try_from(roll(&mut workload, 3)).unwrap();
        let reach = if roll(&mut workload, 2) == 0 { Reach::SameRegion } else { Reach::Anywhere };
        let even = roll(&mut workload, 2) == 0;
        let aim = RebalanceAim { reach, at_least, even, weights: world.weights(), ..RebalanceAim::default() };
        let tenant = world.tenant();
        let rebalance = tenant.rebalance(&aim);
        let score = |other: &World| {
            let missing = other.missing(at_least);
            let greatest = if even && missing.iter().all(|count| *count == 0) { other.greatest() } else { 0 };
            let moving = other.connectors.iter().zip(&world.connectors).filter(|(now, was)| now.0 != was.0).count();
            (missing, greatest, moving)
        };
        let reached = world.reached();
        let mut others = world.others(reach, world.connectors.len(), place_of_active);
        others.retain(|other| other.connectors.iter().zip(&reached).all(|(now, reached)| reached.contains(&now.0)));
        held_back += usize::from(reached.iter().any(|reached| reached.len() < GROUPS));
        let best = others.iter().map(score).min().unwrap();
        let after = carried_out(&tenant, &rebalance);
        let mut now = world.clone();
        for (number, connector) in after.connectors().enumerate() {
            now.connectors[number].0 = usize::try_from(connector.connector_group().id().as_u128()).unwrap();
        }
        assert_eq!(score(&now), best, "{world:?} {aim:?} {rebalance:?}");
        assert_eq!(rebalance.moves, best.2);
        assert_eq!(rebalance.is_reached(), best.0.iter().all(|count| *count == 0), "{world:?} {aim:?} {rebalance:?}");
        moved += usize::from(rebalance.moves > 0);
        unreached += usize::from(!rebalance.is_reached());
    }
    assert!(moved > 100 && unreached > 50 && held_back > 100, "{moved} {unreached} {held_back}");
}

/// More is wanted than there is, at levels whose order takes large numbers to tell.
#[test]
fn what_there_is_goes_round_before_anybody_has_more() {
    let (regions, rules) = (["eur"; GROUPS], Rules::default());
    let (connectors, applications) = (vec![(0, true); 30], vec![(0, 1), (1, 1), (2, 1)]);
    let tenant = World { regions, default_region: "eur", rules, connectors, applications }.tenant();
    for at_least in [10, 16, 40, u32::MAX] {
        let rebalance = tenant.rebalance(&RebalanceAim { at_least, ..RebalanceAim::default() });
        let after: Vec<u32> = rebalance.groups.iter().map(|group| group.connectors_after).collect();
        assert_eq!((after, rebalance.moves), (vec![10; GROUPS], 20), "{at_least}");
        assert_eq!(rebalance.is_reached(), at_least == 10);
    }
}

fn place_of_active(world: &mut World, number: usize) -> Option<&mut usize> {
    Some(&mut world.connectors[number]).filter(|connector| connector.1).map(|connector| &mut connector.0)
}

#[test]
fn applications_are_placed_as_well_as_they_can_be_with_the_fewest_moves() {
    let mut workload = Workload::new(2);
    let mut moved = 0;
    for _ in 0..600 {
        let mut world = World::new(&mut |sides| roll(&mut workload, sides));
        // Each counts once, whatever it weighs.
        let weights = world.weights();
        world.applications.iter_mut().for_each(|application| application.1 = 1);
        let at_least = u32::try_from(roll(&mut workload, 3)).unwrap();
        let reach = if roll(&mut workload, 2) == 0 { Reach::SameRegion } else { Reach::Anywhere };
        let even = roll(&mut workload, 2) == 0;
        let aim = RebalanceAim { movable: Movable::Applications, reach, at_least, even, weights };
        let tenant = world.tenant();
        let rebalance = tenant.rebalance(&aim);
        let able = world.active().map(|active| active >= at_least.max(1));
        // By region, or all as one: worst first, so that no region pays for another.
        let pools = |place: usize| if reach == Reach::Anywhere { "" } else { world.regions[place] };
        let score = |other: &World| {
            let stranded = other.applications.iter().filter(|(place, _)| !able[*place]).count();
            let moving = other.applications.iter().zip(&world.applications).filter(|(now, was)| now.0 != was.0).count();
            let mut loads = BTreeMap::<_, u64>::new();
            for (place, able) in able.iter().enumerate() {
                let per = if *able { other.load()[place] * 60 / u64::from(other.active()[place]) } else { 0 };
                let greatest = loads.entry(Reverse(pools(place))).or_default();
                *greatest = per.max(*greatest);
            }
            let loads: Vec<_> = loads.into_values().collect();
            // What matters second matters only after what matters first.
            if even { (stranded, loads, moving, Vec::new()) } else { (stranded, Vec::new(), moving, loads) }
        };
        let others =
            world.others(reach, world.applications.len(), |world, number| Some(&mut world.applications[number].0));
        let best = others.iter().map(score).min().unwrap();
        let after = carried_out(&tenant, &rebalance);
        let mut now = world.clone();
        for (number, application) in after.applications().enumerate() {
            let group = application.connector_group().unwrap();
            now.applications[number].0 = usize::try_from(group.id().as_u128()).unwrap();
        }
        assert_eq!(score(&now), best, "{world:?} {aim:?} {rebalance:?}");
        assert_eq!(rebalance.moves, best.2);
        for (place, told) in rebalance.groups.iter().enumerate() {
            let (active, load) = (world.active()[place], now.load()[place]);
            assert_eq!((told.load_before, told.load_after), (world.load()[place], load));
            assert_eq!(told.missing, if load == 0 { 0 } else { at_least.saturating_sub(active) });
        }
        moved += usize::from(rebalance.moves > 0);
    }
    assert!(moved > 100, "{moved}");
}

/// connectors of another region go by way of the default group, as far as they may leave that.
#[test]
fn connectors_go_where_they_may_go() {
    let aim = RebalanceAim { reach: Reach::Anywhere, at_least: 1, even: false, ..RebalanceAim::default() };
    for (default_region, region, is_reached) in [("eur", "nam", true), ("asia", "nam", false), ("asia", "eur", true)] {
        let (connectors, applications) = (vec![(1, true); 2], vec![(1, 1), (2, 1)]);
        let (regions, rules) = (["eur", region, "aus"], Rules::default());
        let world = World { regions, default_region: "eur", rules, connectors, applications };
        let mut document = Document::from(&world.tenant());
        document.rules = Rules { regional_connector_moves: true, ..Rules::default() };
        document.connector_groups[0].region = default_region.into();
        let tenant: Tenant = document.try_into().unwrap();
        let rebalance = tenant.rebalance(&aim);
        assert_eq!((rebalance.moves, rebalance.is_reached()), (usize::from(is_reached), is_reached), "{region}");
        carried_out(&tenant, &rebalance);
    }
}
