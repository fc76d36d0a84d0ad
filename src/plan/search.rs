//! The shortest way, by best-first search (A*) with a bound that no way can beat: exact, for tasks that are small enough.

use alloc::{
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    sync::Arc,
    vec,
    vec::Vec,
};
use core::cmp::Reverse;

use super::{
    Aim, Parking, PlanOptions,
    bound::at_least,
    goal::Fate,
    group::{Group, create, is_pending},
    small::{application_at, assign, connector_at, send},
    task::Task,
    walk::{OutageCost, Walk},
};
use crate::{
    command::{Command, DeleteConnectorGroup, UpdateConnectorGroup},
    ids::ConnectorGroupId,
    tenant::Tenant,
};

/// How many states are kept before the search gives up.
pub(super) const STATES_MAX: usize = 30_000;
/// In how many ways applications may go in one command, for a task to be small.
const WAYS_MAX: usize = 700;
/// How many connectors may be chosen from for one command, for a task to be small.
const CHOICES_MAX: usize = 5;

/// What the search has found out.
pub(super) enum Found {
    /// The best way of all, better than the one that was known.
    Better(Vec<Command>),
    /// There is no better way than the one that was known; where none was, there is none.
    NoBetter,
    /// It was too much to look at.
    Unknown,
}

/// What a way costs: applications without a connector they had, then steps.
type Cost = (u64, usize);

struct Node {
    tenant: Tenant,
    outage_cost: OutageCost,
    steps: usize,
    before: Option<(usize, Command)>,
}

/// Looks for a way that costs less than `known`. Gives up where it keeps more states than `states_max`, and that which it
/// looks at is not the end.
pub(super) fn search(task: &Task, known: Option<Cost>, states_max: usize) -> Found {
    let Some(choices) = Choices::of(task) else { return Found::Unknown };
    let first = Walk::new(task);
    let mut nodes = vec![Node { tenant: first.tenant, outage_cost: first.outage_cost, steps: 0, before: None }];
    let mut best = BTreeMap::<Vec<u8>, Cost>::new();
    let mut open = BinaryHeap::from([Reverse((0, at_least(task, &task.start), Reverse(0), 0_usize))]);
    while let Some(Reverse((outage_cost, _, _, at))) = open.pop() {
        let Some(node) = nodes.get(at) else { continue };
        let cost = (outage_cost, node.steps);
        if best.get(&Choices::key(task, node)).is_some_and(|best| *best != cost) {
            continue;
        }
        if Walk::is_done(task, &node.tenant) {
            return Found::Better(path_to(&nodes, at));
        }
        if nodes.len() > states_max {
            return Found::Unknown;
        }
        let steps = node.steps.saturating_add(1);
        let mut next = Vec::new();
        for command in choices.commands(task, &node.tenant) {
            let mut tenant = node.tenant.clone();
            if tenant.apply(&command).is_ok_and(|events| !events.is_empty()) {
                let mut outage_cost = node.outage_cost.clone();
                if task.options.aim == Aim::KeepAvailable {
                    outage_cost.count(task, &tenant);
                }
                next.push(Node { tenant, outage_cost, steps, before: Some((at, command)) });
            }
        }
        for node in next {
            let cost = (node.outage_cost.total, steps);
            let bound = (node.outage_cost.total, steps.saturating_add(at_least(task, &node.tenant)));
            if known.is_some_and(|known| bound >= known) {
                continue;
            }
            let key = Choices::key(task, &node);
            if best.get(&key).is_none_or(|best| cost < *best) {
                best.insert(key, cost);
                open.push(Reverse((bound.0, bound.1, Reverse(steps), nodes.len())));
                nodes.push(node);
            }
        }
    }
    Found::NoBetter
}

fn path_to(nodes: &[Node], mut at: usize) -> Vec<Command> {
    let mut steps = Vec::new();
    while let Some((before, command)) = nodes.get(at).and_then(|node| node.before.as_ref()) {
        steps.push(command.clone());
        at = *before;
    }
    steps.reverse();
    steps
}

/// Where each class may go.
struct Choices {
    applications: Vec<Vec<ConnectorGroupId>>,
    connectors: BTreeMap<ConnectorGroupId, Vec<usize>>,
    /// Whether a group may have the tenant's default region on the way, so that connectors leave it again.
    by_region: bool,
    spare_names: bool,
}

impl Choices {
    /// `None` where there are too many.
    fn of(task: &Task) -> Option<Self> {
        let tenant = &task.start;
        let by_region = tenant.rules().regional_connector_moves;
        let default = tenant.default_connector_group().id();
        let mut restless: BTreeSet<_> =
            task.groups.iter().filter(|group| is_pending(tenant, group)).map(|one| one.id).collect();
        if by_region {
            restless.insert(default);
        }
        let lends = task.options == PlanOptions { aim: Aim::KeepAvailable, parking: Parking::Anywhere };
        let places = |from: ConnectorGroupId, to: ConnectorGroupId, more: Option<ConnectorGroupId>| -> Vec<_> {
            let is_restless = restless.contains(&from);
            let waits = match task.options.parking {
                Parking::Apart => is_restless,
                Parking::Anywhere => lends || from != to || is_restless,
            };
            let moves = from != to || waits;
            let parking = task.parking.iter().copied().filter(|_| waits).chain(more.filter(|_| moves));
            let back = Some(from).filter(|_| moves);
            let places: BTreeSet<_> = parking.chain([to]).chain(back).collect();
            places.into_iter().collect()
        };
        let applications: Vec<_> = task.applications.iter().map(|class| places(class.from, class.to, None)).collect();
        let ways = applications.iter().try_fold(1_usize, |ways, places| {
            let ways = ways.checked_mul(places.len().checked_add(1)?)?;
            (ways <= WAYS_MAX).then_some(ways)
        });
        ways?;
        let mut connectors = BTreeMap::<_, Vec<usize>>::new();
        for (class, members) in task.connectors.iter().enumerate() {
            for place in places(members.from, members.to, by_region.then_some(default)) {
                connectors.entry(place).or_default().push(class);
            }
        }
        let few = connectors.values().all(|classes| classes.len() <= CHOICES_MAX) && task.groups.len() < 200;
        few.then_some(Self { applications, connectors, by_region, spare_names: tenant.rules().unique_names })
    }

    /// What may be worth trying next.
    fn commands(&self, task: &Task, tenant: &Tenant) -> Vec<Command> {
        let mut commands = Vec::new();
        for group in &task.groups {
            self.of_group(task, tenant, group, &mut commands);
        }
        for (to, classes) in &self.connectors {
            let here = classes.iter().copied().filter(|class| connector_at(tenant, *class) != Some(*to));
            let mut chosen = vec![Vec::new()];
            for class in here {
                let with = chosen.iter().map(|classes| [&**classes, &[class]].concat());
                chosen.extend(with.collect::<Vec<_>>());
            }
            let chosen = chosen.into_iter().filter(|classes| !classes.is_empty());
            commands.extend(chosen.map(|classes| send(classes, *to)));
        }
        let mut chosen = vec![BTreeMap::new()];
        for (class, places) in self.applications.iter().enumerate() {
            let at = application_at(tenant, class);
            let mut more = Vec::new();
            for to in places.iter().filter(|to| Some(**to) != at && tenant.connector_group(**to).is_some()) {
                more.extend(chosen.iter().cloned().map(|mut moves: BTreeMap<_, _>| {
                    moves.insert(class, *to);
                    moves
                }));
            }
            chosen.extend(more);
        }
        commands.extend(chosen.iter().filter(|moves| !moves.is_empty()).map(assign));
        commands
    }

    fn of_group(&self, task: &Task, tenant: &Tenant, group: &Group, commands: &mut Vec<Command>) {
        let id = group.id;
        let default_region = || Arc::<str>::from(tenant.default_region().as_str());
        let Some(now) = tenant.connector_group(id) else {
            if matches!(group.fate, Some(Fate::Comes) | None) {
                commands.push(create(group, &group.name));
                if self.by_region {
                    let region = Group { region: default_region(), ..group.clone() };
                    commands.push(create(&region, &group.name));
                    commands.push(create(&region, &group.spare));
                }
                if self.spare_names {
                    commands.push(create(group, &group.spare));
                }
            }
            return;
        };
        let name = now.name().as_str();
        let is_wanted =
            |other: &Group| other.id != id && other.name.trim().to_lowercase() == name.trim().to_lowercase();
        let takes_spare = self.spare_names && name != &*group.spare && task.groups.iter().any(is_wanted);
        let region = now.region().as_str();
        let (mut names, mut regions) = (vec![None], vec![None]);
        if group.is_wanted() {
            names.extend((name != &*group.name).then(|| Some(group.name.clone())));
            regions.extend((region != &*group.region).then(|| Some(group.region.clone())));
        } else {
            // Before it goes, its name may be wanted, and connectors may pass through it.
            commands.push(DeleteConnectorGroup { id }.into());
        }
        names.extend(takes_spare.then(|| Some(group.spare.clone())));
        // What changes nothing is no step, and is dropped where it is tried.
        regions.extend(self.by_region.then(|| Some(default_region())).filter(|region| !regions.contains(region)));
        for name in &names {
            for region in &regions {
                if name.is_some() || region.is_some() {
                    commands.push(
                        UpdateConnectorGroup {
                            id,
                            name: name.clone().map(Into::into),
                            region: region.clone().map(Into::into),
                        }
                        .into(),
                    );
                }
            }
        }
    }

    /// Equal where the states are.
    fn key(task: &Task, node: &Node) -> Vec<u8> {
        let tenant = &node.tenant;
        let place = |id: Option<ConnectorGroupId>| {
            let place = task.groups.iter().position(|group| Some(group.id) == id);
            place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX)
        };
        let which = |text: &str, known: [&str; 2]| match known.iter().position(|one| *one == text) {
            Some(0) => 1_u8,
            Some(_) => 2,
            None => 3,
        };
        let groups = task.groups.iter().map(|group| {
            tenant.connector_group(group.id).map_or(0, |now| {
                let name = which(now.name().as_str(), [&group.name, &group.spare]);
                let region = which(now.region().as_str(), [&group.region, tenant.default_region().as_str()]);
                name | region.wrapping_shl(2)
            })
        });
        let connectors = (0..task.connectors.len()).map(|class| place(connector_at(tenant, class)));
        let applications = (0..task.applications.len()).map(|class| place(application_at(tenant, class)));
        let served = node.outage_cost.served.iter().map(|served| u8::from(*served));
        groups.chain(connectors).chain(applications).chain(served).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Rules,
        model::{
            document::{ConnectorGroupDocument, Document},
            group::ConnectorGroupType,
        },
        plan::goal::{Goal, GoalGroup},
        timestamp::Timestamp,
    };

    const GROUP: ConnectorGroupId = ConnectorGroupId::from_u128(1);

    /// An empty group's name and region are to change.
    fn task() -> Task {
        let id = ConnectorGroupId::from_u128;
        let group = |number: u128, name: &str, region: &str| ConnectorGroupDocument {
            id: id(number),
            name: name.into(),
            connector_group_type: ConnectorGroupType::ApplicationProxy,
            is_default: number == 0,
            region: region.into(),
        };
        let document = Document {
            id: crate::TenantId::from_u128(0),
            default_region: "eur".into(),
            now: Timestamp::UNIX_EPOCH,
            rules: Rules::default(),
            connector_groups: vec![group(0, "Default", "eur"), group(1, "a", "aus")],
            connectors: Vec::new(),
            applications: Vec::new(),
        };
        let tenant = Tenant::try_from(document).unwrap();
        let wanted = GoalGroup { id: GROUP, name: Some("b".into()), region: Some("nam".into()), fate: Fate::Stays };
        let goal = Goal { groups: vec![wanted], ..Goal::default() };
        Task::new(&tenant, &goal, PlanOptions::default(), None)
    }

    /// One step leads there, so that the first state must be left and no other.
    #[test]
    fn the_search_gives_up_where_it_has_too_many_states() {
        let task = task();
        assert!(matches!(search(&task, None, 0), Found::Unknown));
        assert!(matches!(search(&task, None, 1), Found::Better(steps) if steps.len() == 1));
    }

    /// A state is told from the others by whatever name and region a group may have on the way, and by its not being there.
    #[test]
    fn no_two_states_have_one_key() {
        let task = task();
        let spare = task.groups.iter().find(|group| group.id == GROUP).unwrap().spare.clone();
        let mut commands = vec![Command::from(DeleteConnectorGroup { id: GROUP })];
        for name in ["a".into(), "b".into(), spare] {
            for region in ["aus", "nam", "eur"] {
                let (name, region) = (Some(Arc::clone(&name).into()), Some(region.into()));
                commands.push(UpdateConnectorGroup { id: GROUP, name, region }.into());
            }
        }
        let key = |command: &Command| {
            let mut tenant = task.start.clone();
            tenant.apply(command).unwrap();
            Choices::key(&task, &Node { tenant, outage_cost: Walk::new(&task).outage_cost, steps: 0, before: None })
        };
        assert_eq!(commands.iter().map(key).collect::<BTreeSet<_>>().len(), 10);
    }
}
