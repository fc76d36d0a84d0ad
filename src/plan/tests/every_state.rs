//! The lower bound, held against the true distance in every state of small tasks, and not only in those that lie on a
//! shortest way.

use alloc::{
    boxed::Box,
    collections::{BTreeMap, VecDeque},
    vec::Vec,
};

use super::{
    super::{
        bound::{at_least, of_steps},
        search::{Choices, Node},
        task::Task,
        walk::Walk,
        *,
    },
    TEMPORARY, goal,
};
use crate::{
    Directory, Rules, TenantId, Timestamp,
    command::{
        AddApplication, AddConnector, CreateApplication, CreateConnectorGroup, CreateTenant, PublishApplication,
        RegisterConnector, ReportConnector,
    },
    document::Document,
    ids::{AppId, ApplicationId, ConnectorGroupId, ConnectorId},
    model::{ConnectorStatus, Region},
    workload::Workload,
};

/// A tenant with so few things that every state on the way can be looked at.
fn small_tenant(roll: &mut impl FnMut(usize) -> usize) -> Tenant {
    let id = TenantId::from_u128(1);
    let group = |number: usize| ConnectorGroupId::from_u128(number.try_into().unwrap());
    let rules = Rules { unique_names: roll(3) == 0, regional_connector_moves: roll(3) == 0 };
    let create = CreateTenant::new(id, Region::eur(), Timestamp::UNIX_EPOCH, group(0)).rules(rules);
    let mut directory = Directory::default();
    directory.apply(&create.into()).unwrap();
    let groups = 2 + roll(2);
    let mut commands: Vec<Command> = Vec::new();
    for number in 1..groups {
        let region = ["eur", "eur", "nam"][roll(3)];
        let (name, region) = (alloc::format!("Group {number}").as_str().into(), Some(region.into()));
        commands.push(CreateConnectorGroup { id: group(number), name, region }.into());
    }
    for number in 0..=roll(3) {
        let id = ConnectorId::from_u128(number.try_into().unwrap());
        let (machine_name, external_ip, version) = ("".into(), "".into(), "".into());
        commands.push(RegisterConnector { id, machine_name, external_ip, version }.into());
        commands.push(AddConnector { connector: id, connector_group: group(roll(groups)) }.into());
        let status = Some(ConnectorStatus::Inactive).filter(|_| roll(6) == 0);
        commands.push(ReportConnector { id, status, external_ip: None, version: None }.into());
    }
    for number in 0..=roll(2) {
        let id = ApplicationId::from_u128(number.try_into().unwrap());
        commands.push(CreateApplication::new(id, AppId::from_u128(id.as_u128()), "").into());
        commands.push(PublishApplication { application: id, on_premises_publishing: Box::default() }.into());
        commands.push(AddApplication { application: id, connector_group: group(roll(groups)) }.into());
    }
    for command in commands {
        // Under the switch a connector may not leave for another region, and stays in the default group then.
        _ = directory.apply_in(id, &command);
    }
    directory.tenant(id).unwrap().clone()
}

/// A state that the search may reach.
struct Reached {
    node: Node,
    /// The states from which one command leads here, each with whether it leaves everybody served who was before.
    from: Vec<(usize, bool)>,
}

impl Reached {
    fn new(node: Node) -> Self {
        Self { node, from: Vec::new() }
    }
}

/// Every state that the search can reach; `None` if there are too many.
fn every_state(task: &Task, most: usize) -> Option<Vec<Reached>> {
    let choices = Choices::of(task).ok()?;
    let mut places = BTreeMap::from([(Choices::key(task, &Node::first(task)), 0)]);
    let mut all = Vec::from([Reached::new(Node::first(task))]);
    let mut at = 0;
    while let Some(Reached { node, .. }) = all.get(at) {
        let next = choices.commands(task, &node.tenant).into_iter().filter_map(|command| node.next(at, task, command));
        let next: Vec<_> = next.map(|next| (next.outage_cost.total == node.outage_cost.total, next)).collect();
        for (is_harmless, node) in next {
            let place = *places.entry(Choices::key(task, &node)).or_insert(all.len());
            if place == all.len() {
                all.push(Reached::new(node));
            }
            all[place].from.push((at, is_harmless));
        }
        if all.len() > most {
            return None;
        }
        at += 1;
    }
    Some(all)
}

/// The fewest steps from each state to the goal, perhaps only such that cut nobody off; `None` where no way leads there.
fn distances(task: &Task, all: &[Reached], harmless: bool) -> Vec<Option<usize>> {
    let is_done = |reached: &Reached| Walk::is_done(task, &reached.node.tenant).then_some(0);
    let mut distances: Vec<_> = all.iter().map(is_done).collect();
    let mut open: VecDeque<_> = (0..all.len()).filter(|place| distances[*place].is_some()).collect();
    while let Some(place) = open.pop_front() {
        let further = distances[place].map(|steps| steps + 1);
        for (from, _) in all[place].from.iter().filter(|(_, is_harmless)| *is_harmless || !harmless) {
            if distances[*from].is_none() {
                distances[*from] = further;
                open.push_back(*from);
            }
        }
    }
    distances
}

/// What comes out of many tasks.
#[derive(Debug, Default, PartialEq)]
struct Sums {
    states: usize,
    /// Those whose bound is the distance.
    tight: usize,
}

fn held_against_the_truth(seed: u64, tasks: usize, most: usize) -> Sums {
    let mut dice = Workload::new(seed);
    let mut roll = |sides: usize| usize::try_from(dice.next_step().subject).unwrap() % sides.max(1);
    let mut sums = Sums::default();
    for _ in 0..tasks {
        let tenant = small_tenant(&mut roll);
        let aim = [Aim::FewestSteps, Aim::KeepAvailable][roll(2)];
        let parking = [Parking::Apart, Parking::Anywhere][roll(2)];
        let mut goal = goal(&tenant, &mut roll);
        // Names are compared in any letters.
        for group in goal.groups.iter_mut().filter(|_| roll(2) == 0) {
            group.name = group.name.as_ref().map(|name| name.to_uppercase().into());
        }
        let task = Task::new(&tenant, &goal, PlanOptions { aim, parking }, Some(TEMPORARY));
        let Some(all) = every_state(&task, most) else { continue };
        let by_any = distances(&task, &all, false);
        let by_harmless = distances(&task, &all, aim == Aim::KeepAvailable);
        for ((reached, by_any), by_harmless) in all.iter().zip(by_any).zip(by_harmless) {
            let tenant = &reached.node.tenant;
            let (any, harmless) = (of_steps(&task, tenant), at_least(&task, tenant));
            let told = || alloc::format!("{goal:?}\n{aim:?} {parking:?}\n{:#?}", Document::from(tenant));
            assert!(by_any.is_none_or(|steps| any <= steps), "{any} of {by_any:?}: {}", told());
            assert!(by_harmless.is_none_or(|steps| harmless <= steps), "{harmless} of {by_harmless:?}: {}", told());
            sums.states += 1;
            sums.tight += usize::from(by_harmless == Some(harmless));
        }
    }
    sums
}

/// The search finds a shortest plan only if no state on the way is nearer to the goal than its bound says. Whoever makes the
/// bound better writes a larger second number here.
#[test]
fn the_bound_is_never_above_the_truth_in_any_state() {
    assert_eq!(held_against_the_truth(5, 200, 600), Sums { states: 14_116, tight: 8_458 });
}

#[test]
#[ignore = "takes many minutes: cargo test --release --lib every_state -- --ignored"]
fn the_bound_is_never_above_the_truth_in_many_worlds() {
    assert!(held_against_the_truth(6, 20_000, 3_000).states > 1_000_000);
}
