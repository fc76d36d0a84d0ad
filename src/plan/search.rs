//! The shortest plan, by best-first search (A*) with a lower bound as its heuristic: exact, for tasks that are small enough.
//!
//! Costs are pairs, compared in order: outages, then steps. A state's bound is (outages so far, steps so far + lower bound
//! of the steps left). No plan through that state costs less: outages only add up, and if none is added, the steps decide.
//! So the first complete state that is taken from the queue ends a best plan.

use alloc::{
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    sync::Arc,
    vec,
    vec::Vec,
};
use core::{cmp::Reverse, fmt};

use serde::{Deserialize, Serialize};

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
/// The most different commands that assign applications in one state: the branching factor that applications may have.
const WAYS_MAX: usize = 700;
/// The most classes of connectors that may go to one group: every subset is a command, here 31 of them.
const CHOICES_MAX: usize = 5;

/// The most groups of a task. A key writes a group as one byte and no group as 255, so that as many never collide.
const GROUPS_MAX: usize = 199;

/// What the search has found out.
pub(super) enum Found {
    /// The best plan of all, which costs less than the known one.
    Better(Vec<Command>),
    /// No plan costs less than the known one. If none was known, there is none.
    NoBetter,
    /// The task is too large for an exhaustive search.
    Unknown(GaveUp),
}

/// Which part of a task was too large for the search, so that a plan may not be the shortest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum GaveUp {
    /// One command assigns applications in every combination of places. With so many kinds of them there are too many.
    Applications {
        /// How many kinds of applications may move: those of a kind start in one group and end in one group.
        kinds: usize,
        /// How many combinations the search looks at in one state.
        most: usize,
    },
    /// Any part of what goes to a group may go first. With so many kinds of connectors there are too many parts.
    Connectors {
        /// The group that they may go to.
        connector_group: ConnectorGroupId,
        /// How many kinds of connectors may go there.
        kinds: usize,
        /// How many kinds the search takes apart.
        most: usize,
    },
    /// The change has too many groups.
    ConnectorGroups {
        /// How many there are.
        groups: usize,
        /// How many the search takes.
        most: usize,
    },
    /// So many states were looked at, and none of them settled which plan is the best.
    States {
        /// How many.
        states: usize,
    },
}

impl fmt::Display for GaveUp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Applications { kinds, most } => write!(
                formatter,
                "the search for a shorter way gave up on applications: {kinds} kinds of them move, in more than {most} combinations"
            ),
            Self::Connectors { connector_group, kinds, most } => write!(
                formatter,
                "the search for a shorter way gave up on connectors: {kinds} kinds of them may go to connector group {connector_group}, and it takes {most} apart"
            ),
            Self::ConnectorGroups { groups, most } => write!(
                formatter,
                "the search for a shorter way gave up on connector groups: {groups} take part, and it takes {most}"
            ),
            Self::States { states } => {
                write!(formatter, "the search for a shorter way gave up after {states} states")
            }
        }
    }
}

/// What a plan costs: outages (applications times steps without an active connector), then steps.
type Cost = (u64, usize);

pub(super) struct Node {
    pub(super) tenant: Tenant,
    pub(super) outage_cost: OutageCost,
    steps: usize,
    before: Option<(usize, Command)>,
}

impl Node {
    pub(super) fn first(task: &Task) -> Self {
        let Walk { tenant, outage_cost, .. } = Walk::new(task);
        Self { tenant, outage_cost, steps: 0, before: None }
    }

    /// What a command leads to; `None` where it is refused, or has no effect and would lead to the same state for one step
    /// more. `at` is the number of this node.
    pub(super) fn next(&self, at: usize, task: &Task, command: Command) -> Option<Self> {
        let (mut tenant, mut outage_cost) = (self.tenant.clone(), self.outage_cost.clone());
        tenant.apply(&command).ok().filter(|events| !events.is_empty())?;
        if task.options.aim == Aim::KeepAvailable {
            outage_cost.count(task, &tenant);
        }
        Some(Self { tenant, outage_cost, steps: self.steps.saturating_add(1), before: Some((at, command)) })
    }
}

/// Looks for a plan that costs less than `known`. Gives up once it keeps more than `states_max` states, unless the state
/// that it takes from the queue next is complete.
pub(super) fn search(task: &Task, known: Option<Cost>, states_max: usize) -> Found {
    let choices = match Choices::of(task) {
        Ok(choices) => choices,
        Err(gave_up) => return Found::Unknown(gave_up),
    };
    let mut nodes = vec![Node::first(task)];
    let mut best = BTreeMap::<Vec<u8>, Cost>::new();
    // A max-heap, turned around: least bound first. Of equal bounds the longer path comes first, as it is nearer to an end;
    // then the older node, so that equal input gives equal plans.
    let mut open = BinaryHeap::from([Reverse((0, at_least(task, &task.start), Reverse(0), 0_usize))]);
    while let Some(Reverse((outage_cost, _, _, at))) = open.pop() {
        let Some(node) = nodes.get(at) else { continue };
        let cost = (outage_cost, node.steps);
        // A cheaper path to this state was found after this entry was queued; that path has an entry of its own. Since states are
        // queued again whenever they get cheaper, the bound has to be admissible, but not consistent.
        if best.get(&Choices::key(task, node)).is_some_and(|best| *best != cost) {
            continue;
        }
        if Walk::is_done(task, &node.tenant) {
            return Found::Better(path_to(&nodes, at));
        }
        if nodes.len() > states_max {
            return Found::Unknown(GaveUp::States { states: states_max });
        }
        let next = choices.commands(task, &node.tenant).into_iter().filter_map(|command| node.next(at, task, command));
        let next: Vec<_> = next.collect();
        for node in next {
            let cost = (node.outage_cost.total, node.steps);
            let bound = (node.outage_cost.total, node.steps.saturating_add(at_least(task, &node.tenant)));
            // Branch and bound: nothing beyond this state can be better than the plan that is known.
            if known.is_some_and(|known| bound >= known) {
                continue;
            }
            let key = Choices::key(task, &node);
            if best.get(&key).is_none_or(|best| cost < *best) {
                best.insert(key, cost);
                open.push(Reverse((bound.0, bound.1, Reverse(node.steps), nodes.len())));
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

/// The moves that the search tries. Everything else about commands is left to the engine.
pub(super) struct Choices {
    /// For each class of applications, the groups that it may be assigned to.
    applications: Vec<Vec<ConnectorGroupId>>,
    /// For each group, the classes of connectors that may be moved to it: the other way round, as one command has one target.
    connectors: BTreeMap<ConnectorGroupId, Vec<usize>>,
    /// Whether a group may have the tenant's default region on the way, so that connectors leave it again.
    by_region: bool,
    /// Whether names must be unique, so that groups may need a spare one on the way.
    spare_names: bool,
}

impl Choices {
    /// An error if there are too many choices for an exhaustive search.
    pub(super) fn of(task: &Task) -> Result<Self, GaveUp> {
        let tenant = &task.start;
        let by_region = tenant.rules().regional_connector_moves;
        let default = tenant.default_connector_group().id();
        // Groups that have to be empty at some time, for their region to change. The default group is one of them where
        // connectors pass through it, because it may need another region for that.
        let mut emptied: BTreeSet<_> =
            task.groups.iter().filter(|group| is_pending(tenant, group)).map(|one| one.id).collect();
        if by_region {
            emptied.insert(default);
        }
        // Where anything may wait anywhere, a connector that ends where it starts may serve another group for a while.
        let may_lend = task.options == PlanOptions { aim: Aim::KeepAvailable, parking: Parking::Anywhere };
        let places = |from: ConnectorGroupId, to: ConnectorGroupId, detour: Option<ConnectorGroupId>| -> Vec<_> {
            let must_leave = emptied.contains(&from);
            let may_wait = match task.options.parking {
                Parking::Apart => must_leave,
                Parking::Anywhere => may_lend || from != to || must_leave,
            };
            let may_move = from != to || may_wait;
            let parking = task.parking.iter().copied().filter(|_| may_wait).chain(detour.filter(|_| may_move));
            // Its first group is a place to wait as well: it may go back there.
            let origin = Some(from).filter(|_| may_move);
            let places: BTreeSet<_> = parking.chain([to]).chain(origin).collect();
            places.into_iter().collect()
        };
        // One command assigns every class independently: to one of its places, or (the one more) nowhere. Hence the product. A class
        // with one place stays there. The list is given up as soon as it is too long, which may be at a millionth of it.
        let (mut applications, mut ways, mut kinds) = (Vec::new(), 1_usize, 0_usize);
        for class in &task.applications {
            let places = places(class.from, class.to, None);
            kinds = kinds.saturating_add(usize::from(places.len() > 1));
            ways = ways.saturating_mul(places.len().saturating_add(1));
            if ways <= WAYS_MAX {
                applications.push(places);
            }
        }
        if ways > WAYS_MAX {
            return Err(GaveUp::Applications { kinds, most: WAYS_MAX });
        }
        let mut connectors = BTreeMap::<_, Vec<usize>>::new();
        for (class, members) in task.connectors.iter().enumerate() {
            for place in places(members.from, members.to, by_region.then_some(default)) {
                connectors.entry(place).or_default().push(class);
            }
        }
        if let Some((group, classes)) = connectors.iter().find(|(_, classes)| classes.len() > CHOICES_MAX) {
            let (connector_group, kinds) = (*group, classes.len());
            return Err(GaveUp::Connectors { connector_group, kinds, most: CHOICES_MAX });
        }
        let groups = task.groups.len();
        if groups > GROUPS_MAX {
            return Err(GaveUp::ConnectorGroups { groups, most: GROUPS_MAX });
        }
        Ok(Self { applications, connectors, by_region, spare_names: tenant.rules().unique_names })
    }

    /// Every command that the search tries in a state. The engine refuses those that are not allowed.
    pub(super) fn commands(&self, task: &Task, tenant: &Tenant) -> Vec<Command> {
        let mut commands = Vec::new();
        for group in &task.groups {
            self.of_group(task, tenant, group, &mut commands);
        }
        for (to, classes) in &self.connectors {
            let here = classes.iter().copied().filter(|class| connector_at(tenant, *class) != Some(*to));
            // All subsets of the classes that are not there yet: each class doubles the list, once without and once with it.
            let mut chosen = vec![Vec::new()];
            for class in here {
                let with = chosen.iter().map(|classes| [&**classes, &[class]].concat());
                chosen.extend(with.collect::<Vec<_>>());
            }
            let chosen = chosen.into_iter().filter(|classes| !classes.is_empty());
            commands.extend(chosen.map(|classes| send(classes, *to)));
        }
        // All combinations of moves: each class adds, to every combination so far, one copy for each place that it may go to.
        let mut chosen = vec![BTreeMap::new()];
        for (class, places) in self.applications.iter().enumerate() {
            let at = application_at(tenant, class);
            let mut extended = Vec::new();
            for to in places.iter().filter(|to| Some(**to) != at && tenant.connector_group(**to).is_some()) {
                extended.extend(chosen.iter().cloned().map(|mut moves: BTreeMap<_, _>| {
                    moves.insert(class, *to);
                    moves
                }));
            }
            chosen.extend(extended);
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
                // In the default region connectors may pass through the new group; its own region can follow later.
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
        // A spare name helps only if somebody waits for the present one. Names are compared as R-46 does: trimmed, in any case.
        let is_wanted =
            |other: &Group| other.id != id && other.name.trim().to_lowercase() == name.trim().to_lowercase();
        let takes_spare = self.spare_names && name != &*group.spare && task.groups.iter().any(is_wanted);
        let region = now.region().as_str();
        let (mut names, mut regions) = (vec![None], vec![None]);
        if group.is_wanted() {
            names.extend((name != &*group.name).then(|| Some(group.name.clone())));
            regions.extend((region != &*group.region).then(|| Some(group.region.clone())));
        } else {
            // Its name and region may change all the same until then: the name may be wanted, connectors may pass through.
            commands.push(DeleteConnectorGroup { id }.into());
        }
        names.extend(takes_spare.then(|| Some(group.spare.clone())));
        // The default region may be the present one. Such a command has no effect, and `search` drops it.
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

    /// A state as bytes: two states of one search have equal keys only if the same plans lead on from them.
    pub(super) fn key(task: &Task, node: &Node) -> Vec<u8> {
        let tenant = &node.tenant;
        let place = |id: Option<ConnectorGroupId>| {
            let place = task.groups.iter().position(|group| Some(group.id) == id);
            place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX)
        };
        // On the way a group has one of three names (wanted, spare, original) and one of three regions (wanted, default,
        // original), so that two bits each tell them apart; 0 is left for a group that does not exist.
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
        // The history matters too: an application that never had an active connector suffers no outage without one.
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
            on_premises_publishing_profile: crate::model::ProfileProperties::default(),
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
        assert!(matches!(search(&task, None, 0), Found::Unknown(GaveUp::States { states: 0 })));
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
            let mut node = Node::first(&task);
            node.tenant.apply(command).unwrap();
            Choices::key(&task, &node)
        };
        assert_eq!(commands.iter().map(key).collect::<BTreeSet<_>>().len(), 10);
    }
}
