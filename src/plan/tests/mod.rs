//! How good the straight ways are, in numbers: through tasks that a generator makes up, with no search behind them.

mod every_state;

use alloc::vec::Vec;

use super::{
    goal::{Fate, Goal, GoalGroup},
    *,
};
use crate::{
    Directory, Rules,
    document::{ConnectorGroupDocument, Document},
    ids::ConnectorGroupId,
    model::ConnectorGroupType,
    view::ConnectorGroupView,
    workload::Workload,
};

const NEW: ConnectorGroupId = ConnectorGroupId::from_u128(1 << 100);
const TEMPORARY: ConnectorGroupId = ConnectorGroupId::from_u128(1 << 101);

fn tenants() -> impl Iterator<Item = Tenant> {
    (0..u64::MAX).flat_map(|seed| {
        let (mut directory, mut workload) = (Directory::default(), Workload::new(seed));
        for _ in 0..150 {
            let command = workload.next_command(&directory);
            _ = directory.apply(&command);
        }
        directory.tenants().cloned().collect::<Vec<_>>()
    })
}

/// The same with other names and under both switches, where that can be, with its default group empty and in another region
/// than its own or not.
fn strict(tenant: &Tenant, is_closed: bool) -> Option<Tenant> {
    let mut document = Document::from(tenant);
    document.rules = Rules { unique_names: true, regional_connector_moves: true };
    for (number, group) in document.connector_groups.iter_mut().enumerate() {
        group.name = alloc::format!("Group {number}").into();
    }
    if is_closed {
        let ours =
            |group: &&mut ConnectorGroupDocument| group.connector_group_type == ConnectorGroupType::ApplicationProxy;
        let (mut default, others): (Vec<_>, Vec<_>) =
            document.connector_groups.iter_mut().filter(ours).partition(|group| group.is_default);
        let (default, other) = (default.first_mut()?, others.first()?.id);
        default.region = "aus".into();
        let here = document.connectors.iter_mut().filter(|connector| connector.member_of == default.id);
        here.for_each(|connector| connector.member_of = other);
        let here = document.applications.iter_mut().filter(|one| one.connector_group == Some(default.id));
        here.for_each(|application| application.connector_group = Some(other));
    }
    document.try_into().ok()
}

fn goal(tenant: &Tenant, roll: &mut impl FnMut(usize) -> usize) -> Goal {
    let mut goal = Goal::default();
    let names: Vec<Arc<str>> = tenant.connector_groups().map(|group| group.name().as_str().into()).collect();
    let regions = [None, Some("eur"), Some("nam")];
    // Much is to change, or little.
    let sides = [5, 10, 20][roll(3)];
    for group in tenant.connector_groups() {
        let fate = match roll(sides) {
            _ if !group.is_application_proxy() => continue,
            0 if !group.is_default() => Fate::Goes,
            0..=3 => Fate::Stays,
            _ => continue,
        };
        let stays = fate == Fate::Stays;
        let name = names.get(roll(names.len() * 2)).filter(|_| stays).cloned();
        let region = regions[roll(3)].filter(|_| stays).map(Arc::from);
        goal.groups.push(GoalGroup { id: group.id(), name, region, fate });
    }
    if roll(2) == 0 {
        let (name, region) = (names.get(roll(names.len() * 2)).cloned(), regions[roll(3)].map(Arc::from));
        goal.groups.push(GoalGroup { id: NEW, name: name.or_else(|| Some("New".into())), region, fate: Fate::Comes });
    }
    let targets: Vec<_> = goal.groups.iter().filter(|group| group.fate != Fate::Goes).map(|group| group.id).collect();
    let goes =
        |group: ConnectorGroupView<'_>| goal.groups.iter().any(|one| one.id == group.id() && one.fate == Fate::Goes);
    let mut place = |from: ConnectorGroupView<'_>| {
        (!targets.is_empty() && (goes(from) || roll(3) == 0)).then(|| targets[roll(targets.len())])
    };
    let connectors = tenant.connectors().filter_map(|one| Some((one.id(), place(one.connector_group())?)));
    let connectors = connectors.collect();
    let applications = tenant.applications().filter_map(|one| Some((one.id(), place(one.connector_group()?)?)));
    let applications = applications.collect();
    Goal { connectors, applications, ..goal }
}

/// What comes out of all tasks. Whoever makes the ways better writes other numbers here.
#[derive(Debug, PartialEq, Default)]
struct Sums {
    done: usize,
    steps: usize,
    at_least: usize,
    outage_cost: u64,
    /// What is left to do where no way leads there.
    left: usize,
}

#[test]
fn the_straight_ways_are_as_good_as_they_were() {
    let mut dice = Workload::new(3);
    let mut roll = |sides: usize| usize::try_from(dice.next_step().subject).unwrap() % sides.max(1);
    let goals: Vec<_> = tenants()
        .take(600)
        .map(|tenant| {
            let tenant = if roll(2) == 0 { strict(&tenant, roll(2) == 0).unwrap_or(tenant) } else { tenant };
            (goal(&tenant, &mut roll), tenant)
        })
        .collect();
    let mut sums = Vec::new();
    for aim in [Aim::FewestSteps, Aim::KeepAvailable] {
        for parking in [Parking::Apart, Parking::Anywhere] {
            let mut sum = Sums::default();
            for (goal, tenant) in &goals {
                let task = Task::new(tenant, goal, PlanOptions { aim, parking }, Some(TEMPORARY));
                let at_least = at_least(&task, &task.start);
                match straight_ways(&task, at_least) {
                    (Some(walk), _) => {
                        sum.done += 1;
                        sum.steps += walk.steps.len();
                        sum.at_least += at_least;
                        sum.outage_cost += walk.outage_cost.total;
                    }
                    (None, nearest) => sum.left += nearest.left(&task).len(),
                }
            }
            sums.push(sum);
        }
    }
    let expected = [(941, 915, 214, 142), (867, 832, 180, 142), (979, 937, 153, 143), (904, 832, 128, 143)];
    let expected =
        expected.map(|(steps, at_least, outage_cost, left)| Sums { done: 472, steps, at_least, outage_cost, left });
    assert_eq!(sums, expected);
}
