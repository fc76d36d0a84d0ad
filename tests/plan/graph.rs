//! Every state of a small world as a number, with every command between them that the engine accepts. Knows nothing of plans.

use std::collections::{BTreeMap, BinaryHeap, HashMap};

use connector_groups::{command::*, document::Document, model::ConnectorStatus, *};

/// A place: which of the world's groups, in the order of `World::groups`.
pub(crate) type Place = usize;

/// What the world holds. Groups are numbered; the first is the default.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) groups: usize,
    /// How many of the last groups may be created. They alone may be missing at first.
    pub(crate) new: usize,
    pub(crate) names: Vec<&'static str>,
    pub(crate) regions: Vec<&'static str>,
    /// Whether each connector is active.
    pub(crate) connectors: Vec<bool>,
    pub(crate) applications: usize,
    pub(crate) rules: Rules,
}

pub(crate) fn group(place: Place) -> ConnectorGroupId {
    ConnectorGroupId::from_u128(place as u128)
}

pub(crate) fn connector(number: usize) -> ConnectorId {
    ConnectorId::from_u128(number as u128)
}

pub(crate) fn application(number: usize) -> ApplicationId {
    ApplicationId::from_u128(number as u128)
}

/// What is the case: name and region of each group that is there, and where things are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct State {
    pub(crate) groups: Vec<Option<(String, String)>>,
    pub(crate) connectors: Vec<Place>,
    pub(crate) applications: Vec<Place>,
}

impl State {
    pub(crate) fn of(world: &World, tenant: &Tenant) -> Self {
        let place = |id: ConnectorGroupId| usize::try_from(id.as_u128()).unwrap();
        let of_group =
            |id| tenant.connector_group(id).map(|group| (group.name().to_string(), group.region().to_string()));
        Self {
            groups: (0..world.groups).map(|number| of_group(group(number))).collect(),
            connectors: tenant.connectors().map(|connector| place(connector.connector_group().id())).collect(),
            applications: tenant.applications().map(|one| place(one.connector_group().unwrap().id())).collect(),
        }
    }

    pub(crate) fn serves(&self, world: &World, place: Place) -> bool {
        self.connectors.iter().zip(&world.connectors).any(|(at, active)| *at == place && *active)
    }
}

impl World {
    pub(crate) fn tenant(&self, state: &State) -> Tenant {
        let mut directory = Directory::default();
        let (name, region) = state.groups[0].clone().unwrap();
        let create = CreateTenant {
            id: TenantId::from_u128(0),
            default_region: "eur".into(),
            now: Timestamp::UNIX_EPOCH,
            default_connector_group: DefaultConnectorGroup { id: group(0), name: Some(name.into()) },
            rules: Some(self.rules),
        };
        directory.apply(&DirectoryCommand::CreateTenant(create)).unwrap();
        let mut tenant = directory.tenants().next().unwrap().clone();
        let mut commands: Vec<Command> = Vec::new();
        for (number, record) in state.groups.iter().enumerate().skip(1) {
            if let Some((name, region)) = record {
                let (name, region) = (name.as_str().into(), Some(region.as_str().into()));
                commands.push(CreateConnectorGroup { id: group(number), name, region }.into());
            }
        }
        // Into another group while the default's region is the tenant's, so that no switch stands in the way.
        for (number, (at, active)) in state.connectors.iter().zip(&self.connectors).enumerate() {
            let id = connector(number);
            let register =
                RegisterConnector { id, machine_name: "".into(), external_ip: "".into(), version: "".into() };
            commands.push(register.into());
            commands.push(AddConnector { connector: id, connector_group: group(*at) }.into());
            let status = Some(if *active { ConnectorStatus::Active } else { ConnectorStatus::Inactive });
            commands.push(ReportConnector { id, status, external_ip: None, version: None }.into());
        }
        for number in 0..self.applications {
            let id = application(number);
            commands
                .push(CreateApplication { id, app_id: AppId::from_u128(id.as_u128()), display_name: "".into() }.into());
            commands.push(PublishApplication { application: id, on_premises_publishing: Box::default() }.into());
        }
        if region != "eur" {
            let document = |tenant: &Tenant| Document::from(tenant);
            for command in &commands {
                tenant.apply(command).unwrap();
            }
            let mut document = document(&tenant);
            document.connector_groups[0].region = region.as_str().into();
            tenant = document.try_into().unwrap();
            commands.clear();
        }
        for command in commands {
            tenant.apply(&command).unwrap();
        }
        for (number, at) in state.applications.iter().enumerate() {
            tenant
                .apply(&AddApplication { application: application(number), connector_group: group(*at) }.into())
                .unwrap();
        }
        assert_eq!(State::of(self, &tenant), *state);
        tenant
    }

    /// Every command on groups and on what is in them, bulk commands on every choice of things included.
    fn commands(&self) -> Vec<Command> {
        let mut all: Vec<Command> = Vec::new();
        let text = |text: &&str| -> std::sync::Arc<str> { (*text).into() };
        for number in 0..self.groups {
            let id = group(number);
            let names: Vec<_> = self.names.iter().map(text).collect();
            let regions: Vec<_> = self.regions.iter().map(text).collect();
            for region in regions.iter().cloned().map(Some).chain([None]) {
                for name in names.iter().cloned().map(Some).chain([None]) {
                    if name.is_some() || region.is_some() {
                        all.push(
                            UpdateConnectorGroup {
                                id,
                                name: name.clone().map(Into::into),
                                region: region.clone().map(Into::into),
                            }
                            .into(),
                        );
                    }
                    if let (Some(name), Some(region), true) = (&name, &region, number >= self.groups - self.new) {
                        let region = Some(region.clone());
                        all.push(
                            CreateConnectorGroup { id, name: name.clone().into(), region: region.map(Into::into) }
                                .into(),
                        );
                    }
                }
            }
            all.push(DeleteConnectorGroup { id }.into());
            for chosen in 1..1_usize << self.connectors.len() {
                let ids = (0..self.connectors.len()).filter(|number| chosen & (1 << number) != 0).map(connector);
                all.push(MoveConnectors { connectors: Selection::Ids(ids.collect()), connector_group: id }.into());
            }
        }
        let ways = (self.groups + 1).pow(u32::try_from(self.applications).unwrap());
        for way in 1..ways {
            let mut rest = way;
            let mut assignments = Vec::new();
            for number in 0..self.applications {
                let to = rest % (self.groups + 1);
                rest /= self.groups + 1;
                if to > 0 {
                    assignments.push(Assignment { application: application(number), connector_group: group(to - 1) });
                }
            }
            all.push(AssignApplications { assignments }.into());
        }
        all
    }
}

/// All that can be reached.
pub(crate) struct Graph {
    pub(crate) world: World,
    pub(crate) states: Vec<State>,
    pub(crate) numbers: HashMap<State, usize>,
    edges: Vec<Vec<u32>>,
}

impl Graph {
    pub(crate) fn new(world: World, firsts: &[State]) -> Self {
        let commands = world.commands();
        let mut graph = Self { world, states: Vec::new(), numbers: HashMap::new(), edges: Vec::new() };
        let mut tenants = Vec::new();
        for first in firsts {
            let tenant = graph.world.tenant(first);
            graph.number(first.clone(), tenant, &mut tenants);
        }
        while graph.edges.len() < graph.states.len() {
            let tenant = tenants[graph.edges.len()].clone();
            let mut edges = Vec::new();
            for command in &commands {
                let mut after: Tenant = tenant.clone();
                if after.apply(command).is_ok_and(|events| !events.is_empty()) {
                    let state = State::of(&graph.world, &after);
                    edges.push(u32::try_from(graph.number(state, after, &mut tenants)).unwrap());
                }
            }
            edges.sort_unstable();
            edges.dedup();
            graph.edges.push(edges);
        }
        graph
    }

    fn number(&mut self, state: State, tenant: Tenant, tenants: &mut Vec<Tenant>) -> usize {
        let next = self.states.len();
        let number = *self.numbers.entry(state.clone()).or_insert(next);
        if number == next {
            self.states.push(state);
            tenants.push(tenant);
        }
        number
    }

    /// Whatever the way costs that costs least, in applications without a connector, then steps. Harm counts where `keep`.
    pub(crate) fn cheapest(
        &self,
        first: &State,
        keep: bool,
        may_be: impl Fn(&State) -> bool,
        is_goal: impl Fn(&State) -> bool,
    ) -> Option<(u64, usize)> {
        let served = |state: &State, before: u32| -> (u32, u64) {
            if !keep {
                return (0, 0);
            }
            let now = state.applications.iter().map(|at| state.serves(&self.world, *at));
            let now = now.enumerate().fold(0, |all, (number, serves)| all | (u32::from(serves) << number));
            (before | now, u64::from((before & !now).count_ones()))
        };
        let at = self.numbers[first];
        let mut best = BTreeMap::from([((at, served(first, 0).0), (0, 0))]);
        let mut open = BinaryHeap::from([std::cmp::Reverse(((0, 0), at, served(first, 0).0))]);
        while let Some(std::cmp::Reverse((cost, at, before))) = open.pop() {
            if best[&(at, before)] < cost {
                continue;
            }
            if is_goal(&self.states[at]) {
                return Some(cost);
            }
            for next in &self.edges[at] {
                let next = *next as usize;
                let state = &self.states[next];
                if !may_be(state) {
                    continue;
                }
                let (after, harm) = served(state, before);
                let cost: (u64, usize) = (cost.0 + harm, cost.1 + 1);
                if best.get(&(next, after)).is_none_or(|best| cost < *best) {
                    best.insert((next, after), cost);
                    open.push(std::cmp::Reverse((cost, next, after)));
                }
            }
        }
        None
    }
}
