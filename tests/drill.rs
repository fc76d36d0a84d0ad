//! Drills and schedules beside brute force: connectors of a copy fail for real, and each application is asked how it is served.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a test stops where it fails, and has std"
)]

#[allow(dead_code, reason = "a part of it is enough here")]
mod world;

use std::{collections::BTreeMap, num::NonZeroU32};

use connector_groups::{
    command::ReportConnector,
    drill::*,
    model::ConnectorStatus,
    view::{ApplicationView, ConnectorView},
    workload::Workload,
    *,
};
use serde_json::json;
use world::*;

/// Tenants that a generator has led through hundreds of commands.
fn tenants(take: usize) -> impl Iterator<Item = Tenant> {
    let of_seed = |seed| {
        let (mut directory, mut workload) = (Directory::default(), Workload::new(seed));
        for _ in 0..300 {
            let command = workload.next_command(&directory);
            _ = directory.apply(&command);
        }
        directory.tenants().cloned().collect::<Vec<_>>()
    };
    (0..u64::MAX).flat_map(of_seed).take(take)
}

/// Tenants in which more is at stake: up to five groups in three regions, with up to four connectors and applications each.
fn dense(take: usize) -> impl Iterator<Item = Tenant> {
    let mut dice = Workload::new(11);
    let mut roll = move |sides: u32| dice.next_step().subject % sides;
    (0..take).map(move |_| {
        let groups: Vec<_> = (0..=roll(5)).map(|_| (roll(5), roll(5))).collect();
        served(&groups, roll(2) == 0).tenant
    })
}

fn report(tenant: &mut Tenant, id: ConnectorId, status: ConnectorStatus) {
    let command = ReportConnector { id, status: Some(status), external_ip: None, version: None };
    tenant.apply(&command.into()).unwrap();
}

/// Whom the failure cuts off, and who has no spare after it: a copy in which the connectors are inactive says so.
fn brute_force(tenant: &Tenant, fail: &[ConnectorId]) -> Toll {
    let mut after = tenant.clone();
    for id in fail {
        report(&mut after, *id, ConnectorStatus::Inactive);
    }
    let mut toll = Toll::default();
    for application in tenant.applications() {
        let before = application.availability();
        match (before, after.application(application.id()).unwrap().availability()) {
            (Some(before), Some(Availability::Unavailable)) if before > Availability::Unavailable => toll.cut_off += 1,
            (Some(Availability::HighlyAvailable), Some(Availability::AtRisk)) => toll.without_spare += 1,
            _ => {}
        }
    }
    toll
}

fn count(tenant: &Tenant, is: Availability) -> usize {
    tenant.applications().filter(|one| one.availability() == Some(is)).count()
}

#[test]
fn a_drill_is_what_happens_when_connectors_fail() {
    let (mut cut_off, mut without_spare, mut together, mut pairs) = (0, 0, 0, 0);
    for tenant in tenants(60).chain(dense(40)) {
        let drill = tenant.drill();
        assert_eq!(drill.unserved as usize, count(&tenant, Availability::Unavailable));
        assert_eq!(drill.without_spare as usize, count(&tenant, Availability::AtRisk));
        let all: Vec<_> = tenant.connectors().map(ConnectorView::id).collect();
        assert_eq!(drill.connectors.iter().map(|failure| failure.connector).collect::<Vec<_>>(), all);
        for failure in &drill.connectors {
            assert_eq!(failure.toll, brute_force(&tenant, &[failure.connector]));
            cut_off += failure.toll.cut_off;
            without_spare += failure.toll.without_spare;
        }
        assert_eq!(drill.connector_groups.len(), tenant.connector_groups_count());
        for failure in &drill.connector_groups {
            let group = tenant.connector_group(failure.connector_group).unwrap();
            let members: Vec<_> = group.members().map(ConnectorView::id).collect();
            assert_eq!(failure.toll, brute_force(&tenant, &members));
        }
        for failure in &drill.regions {
            let is_there = |one: &ConnectorView<'_>| *one.connector_group().region() == failure.region;
            let members: Vec<_> = tenant.connectors().filter(is_there).map(ConnectorView::id).collect();
            assert_eq!(failure.toll, brute_force(&tenant, &members));
        }
        // Every pair, by brute force and in the drill; then what only both together cut off.
        let mut counts = PairCounts::default();
        let mut critical = Vec::new();
        let mut answered = drill.pairs();
        for (place, one) in all.iter().enumerate() {
            for other in &all[place + 1..] {
                let pair = answered.next().unwrap();
                let toll = brute_force(&tenant, &[*one, *other]);
                assert_eq!((pair.connectors, pair.toll), ([*one, *other], toll));
                assert_eq!(drill.pair(*other, *one), Some(pair));
                let alone = [one, other].map(|id| brute_force(&tenant, &[*id]).cut_off).iter().sum::<u32>();
                assert_eq!(pair.only_together, toll.cut_off > alone);
                counts.all += 1;
                counts.cut_off += u64::from(toll.cut_off > 0);
                counts.only_together += u64::from(toll.cut_off > alone);
                critical.extend((toll.cut_off > alone).then_some(pair));
            }
        }
        assert_eq!((answered.next(), drill.pairs), (None, counts));
        critical.sort_by_key(|pair| pair.connectors);
        let mut expected = drill.critical_pairs.clone();
        expected.sort_by_key(|pair| pair.connectors);
        assert_eq!(critical, expected);
        together += counts.only_together;
        pairs += counts.all;
        let read: Drill = serde_json::from_value(serde_json::to_value(&drill).unwrap()).unwrap();
        assert_eq!(read, drill);
    }
    assert!(
        cut_off > 50 && without_spare > 100 && together > 20 && pairs > 1_000,
        "{cut_off} {without_spare} {together} {pairs}"
    );
}

#[test]
fn strangers_and_one_connector_are_no_pair() {
    let world = World::new().with_connectors(&[1, 2]);
    let drill = world.tenant.drill();
    let [one, two, strange] = [1, 2, 3].map(|number| connector(number).parse().unwrap());
    assert!(drill.pair(one, two).is_some());
    assert_eq!((drill.pair(one, one), drill.pair(one, strange), drill.pair(strange, two)), (None, None, None));
    assert_eq!(Tenant::drill(&World::new().tenant).pairs().next(), None);
}

/// Groups with so many active connectors and applications, and one inactive connector each where asked for.
fn served(groups: &[(u32, u32)], inactive: bool) -> World {
    let mut world = World::new();
    let mut number = 0;
    for (place, (connectors, applications)) in (1..).zip(groups) {
        world = world.with_groups(&[place], ["eur", "nam", "asia"][place as usize % 3]);
        for _ in 0..*connectors {
            number += 1;
            world = world.with_connectors(&[number]);
            world.accepts(add_connector(number, place));
        }
        for _ in 0..*applications {
            number += 1;
            world = world.with_published(&[number]);
            world.accepts(add_application(number, place));
        }
        if inactive {
            number += 1;
            world = world.with_connectors(&[number]);
            world.accepts(add_connector(number, place));
            world.accepts(world::report(number, "inactive"));
        }
    }
    world
}

#[test]
fn words_say_what_fails() {
    let drill = served(&[(1, 2), (2, 1), (3, 0)], false).tenant.drill();
    assert_eq!(
        drill.to_string(),
        "1 of 6 connectors and 2 of 4 connector groups cut users off when they fail; 1 of 15 pairs do so only together; \
         2 of 3 regions do"
    );
    let tolls: Vec<_> = drill.connectors.iter().map(|failure| failure.toll.to_string()).collect();
    assert_eq!(tolls[0], "2 applications cut off");
    assert_eq!(tolls[1], "1 application left without a spare connector");
    assert_eq!(tolls[5], "nobody loses a connector that matters");
    assert_eq!(
        Toll { cut_off: 1, without_spare: 2 }.to_string(),
        "1 application cut off, 2 left without a spare connector"
    );
}

/// the second-hand figures, and how many failures a load bears by them.
#[test]
fn a_load_says_how_many_connectors_may_fail() {
    assert_eq!([2, 4, 8, 16].map(capacity), [586, 1_150, 1_190, 1_200].map(Some));
    assert_eq!([0, 1, 3, 32].map(capacity), [None; 4]);
    let world = served(&[(3, 1), (2, 1), (1, 1)], true);
    let drill = world.tenant.drill();
    let id = |number| -> ConnectorGroupId { group(number).parse().unwrap() };
    let load =
        Load { per_connector: 586, connector_groups: BTreeMap::from([(id(1), 586), (id(2), 587), (id(3), 587)]) };
    let loads = drill.loads(&load).unwrap();
    let told: Vec<_> = loads.iter().map(|one| (one.active_connectors, one.needed, one.bears)).collect();
    assert_eq!(told, [(3, Some(1), Some(2)), (2, Some(2), Some(0)), (1, Some(2), None)]);
    // Of group 2 either connector, but not its inactive one; group 3 carries too little as it is.
    let overloads: Vec<_> = drill.overloads(&loads).collect();
    let active = world.tenant.connector_group(id(2)).unwrap().members().filter(|one| one.is_active());
    assert_eq!(overloads, active.map(ConnectorView::id).collect::<Vec<_>>());
    let words: Vec<_> = loads.iter().map(ToString::to_string).collect();
    assert!(words[0].ends_with("a load of 586 transactions a second, and 2 connectors may fail (R-86, second-hand)"));
    assert!(words[1].ends_with("and no connector may fail: they carry 1172 (R-86, second-hand)"), "{words:?}");
    assert!(words[2].ends_with("more than the 586 that its active connectors carry (R-86, second-hand)"));
    let strange = Load { per_connector: 1, connector_groups: BTreeMap::from([(id(9), 1)]) };
    assert_eq!(drill.loads(&strange), Err(LoadOfNoGroup { connector_group: id(9) }));
    let nothing = Load { per_connector: 0, connector_groups: BTreeMap::from([(id(1), 1), (id(2), 0)]) };
    let told: Vec<_> = drill.loads(&nothing).unwrap().iter().map(|one| (one.needed, one.bears)).collect();
    assert_eq!(told, [(None, None), (Some(0), Some(2))]);
}

/// Whether connectors may be down together: the copy in which they are says how many each group keeps.
fn holds(tenant: &Tenant, down: &[ConnectorId], options: &ScheduleOptions) -> bool {
    let mut after = tenant.clone();
    for id in down {
        report(&mut after, *id, ConnectorStatus::Inactive);
    }
    let keeps = after.connector_groups().all(|group| {
        let matters = group.applications_count() > 0 || (options.every_group && group.connectors_count() > 0);
        let named = |named: &Vec<ConnectorId>| group.members().any(|connector| named.contains(&connector.id()));
        let is_all = |named: &Vec<ConnectorId>| named.len() == tenant.connectors_count();
        let matters = matters && options.connectors.as_ref().is_none_or(|some| is_all(some) || named(some));
        !matters || options.may_be_down.contains(&group.id()) || group.active_connectors_count() >= options.at_least
    });
    keeps && options.together.is_none_or(|most| down.len() <= most.get() as usize)
}

/// The fewest rounds of all ways to divide the connectors into rounds; `None` where no way keeps enough.
fn fewest_rounds(tenant: &Tenant, patched: &[ConnectorId], options: &ScheduleOptions) -> Option<usize> {
    let of = |bits: u32| -> Vec<_> {
        (0..patched.len()).filter(|bit| bits >> bit & 1 == 1).map(|bit| patched[bit]).collect()
    };
    let may: Vec<bool> = (0..1_u32 << patched.len()).map(|bits| holds(tenant, &of(bits), options)).collect();
    // Groups keep enough between rounds too, when nothing is down.
    if !may[0] {
        return None;
    }
    let mut fewest = vec![None; may.len()];
    fewest[0] = Some(0);
    for all in 1..may.len() {
        let mut round = all;
        while round > 0 {
            if may[round]
                && let Some(before) = fewest[all & !round]
            {
                let with = before + 1;
                fewest[all] = Some(fewest[all].map_or(with, |known: usize| known.min(with)));
            }
            round = (round - 1) & all;
        }
    }
    fewest[may.len() - 1]
}

#[test]
fn no_schedule_is_shorter_and_none_takes_too_many() {
    let mut dice = Workload::new(5);
    let mut roll = |sides: u32| dice.next_step().subject % sides;
    let (mut scheduled, mut refused, mut by_group, mut by_number) = (0, 0, 0, 0);
    for _ in 0..400 {
        let groups: Vec<_> = (0..=roll(3)).map(|_| (roll(5), roll(3))).collect();
        let world = served(&groups, roll(3) == 0);
        let tenant = &world.tenant;
        let all: Vec<_> = tenant.connectors().map(ConnectorView::id).collect();
        if all.len() > 9 {
            continue;
        }
        let some: Vec<_> = all.iter().copied().filter(|_| roll(4) > 0).collect();
        let connectors = (roll(3) == 0).then_some(some);
        let patched = connectors.clone().unwrap_or(all);
        let options = ScheduleOptions {
            at_least: roll(4),
            together: NonZeroU32::new(roll(5)),
            may_be_down: if roll(4) == 0 { vec![group(1).parse().unwrap()] } else { Vec::new() },
            every_group: roll(4) == 0,
            connectors,
        };
        let fewest = fewest_rounds(tenant, &patched, &options);
        match tenant.schedule(&options) {
            Err(unschedulable) => {
                assert_eq!(fewest, None, "{groups:?} {options:?} {unschedulable}");
                // By name: exactly the groups that have too few.
                for reason in &unschedulable.reasons {
                    let NotScheduled::TooFew { connector_group, active_connectors, at_least, .. } = reason else {
                        panic!("{reason}")
                    };
                    let group = tenant.connector_group(*connector_group).unwrap();
                    assert_eq!((*active_connectors, *at_least), (group.active_connectors_count(), options.at_least));
                    assert!(*active_connectors <= *at_least);
                }
                refused += 1;
            }
            Ok(schedule) => {
                assert_eq!(Some(schedule.rounds.len()), fewest, "{groups:?} {options:?} {schedule}");
                for round in &schedule.rounds {
                    assert!(!round.is_empty() && holds(tenant, round, &options), "{groups:?} {options:?} {schedule}");
                }
                let mut once: Vec<_> = schedule.rounds.concat();
                once.sort();
                let mut patched = patched.clone();
                patched.sort();
                assert_eq!(once, patched, "each connector is patched once");
                match schedule.decided_by {
                    Some(DecidedBy::ConnectorGroup { .. }) => by_group += 1,
                    Some(DecidedBy::Together { .. }) => by_number += 1,
                    None => assert_eq!(schedule.rounds.len(), 0),
                }
                scheduled += 1;
            }
        }
    }
    assert!(
        scheduled > 100 && refused > 50 && by_group > 30 && by_number > 30,
        "{scheduled} {refused} {by_group} {by_number}"
    );
}

#[test]
fn a_schedule_says_why_it_is_so_long_and_why_there_is_none() {
    let world = served(&[(4, 1), (2, 1)], false);
    let schedule = |at_least, together| {
        let options = ScheduleOptions { at_least, together: NonZeroU32::new(together), ..ScheduleOptions::default() };
        world.tenant.schedule(&options).map(|schedule| schedule.to_string()).map_err(|error| error.to_string())
    };
    let (one, two) = (group(1), group(2));
    assert_eq!(
        schedule(1, 0),
        Ok(format!("2 rounds: connector group {one} has 4 active connectors to patch and spares 3 at a time"))
    );
    assert_eq!(schedule(1, 1), Ok("6 rounds: there are 6 connectors to patch, 1 at a time".into()));
    assert_eq!(
        schedule(2, 0),
        Err(format!("connector group {two} has 2 active connectors and must keep 2 for its 1 application"))
    );
    assert_eq!(World::new().tenant.schedule(&ScheduleOptions::default()).unwrap().to_string(), "0 rounds");
    let strange: ScheduleOptions =
        serde_json::from_value(json!({"connectors": [connector(99)], "mayBeDown": [group(99)]})).unwrap();
    let refused = world.tenant.schedule(&strange).unwrap_err();
    let expected = format!("there is no connector group {}; there is no connector {}", group(99), connector(99));
    assert_eq!(refused.to_string(), expected);
    let read: Unschedulable = serde_json::from_value(serde_json::to_value(&refused).unwrap()).unwrap();
    assert_eq!(read, refused);
}

/// Where connectors are named, a group of which none is can lose nothing, however few it has.
#[test]
fn a_group_that_is_not_patched_is_no_reason_against_a_schedule() {
    let mut world = served(&[(2, 1), (1, 1), (0, 1)], false);
    world.accepts(world::report(4, "inactive"));
    let schedule = |numbers: &[u32]| {
        let connectors = Some(numbers.iter().map(|number| connector(*number).parse().unwrap()).collect());
        world.tenant.schedule(&ScheduleOptions { connectors, ..ScheduleOptions::default() })
    };
    assert_eq!(schedule(&[1, 2]).map(|schedule| schedule.rounds.len()), Ok(2));
    assert_eq!(schedule(&[]).map(|schedule| schedule.rounds.len()), Ok(0));
    // One that is patched and keeps too few is a reason, and so are all of them where all connectors are patched, named or not.
    let refused = |told: Result<Schedule, Unschedulable>| told.unwrap_err().reasons.len();
    assert_eq!(refused(schedule(&[1, 4])), 1);
    assert_eq!(refused(schedule(&[1, 2, 4])), 2);
    assert_eq!(refused(world.tenant.schedule(&ScheduleOptions::default())), 2);
}

/// Those whose absence matters come first, so that they are spread over the rounds as evenly as can be.
#[test]
fn inactive_connectors_fill_up_the_rounds() {
    let mut world = served(&[(3, 1)], false);
    world.accepts(world::report(1, "inactive"));
    let schedule = world.tenant.schedule(&ScheduleOptions::default()).unwrap();
    let rounds = [vec![connector(2), connector(1)], vec![connector(3)]];
    assert_eq!(serde_json::to_value(schedule.rounds).unwrap(), json!(rounds));
}

/// The applications that a drill counts are those of the group, so that they can be named.
#[test]
fn who_is_cut_off_are_the_applications_of_the_group() {
    for tenant in tenants(10) {
        for failure in tenant.drill().connectors.iter().filter(|failure| failure.toll.cut_off > 0) {
            let dependents = tenant.dependents_of_connector(failure.connector).unwrap();
            assert!(dependents.is_last());
            let group = tenant.connector_group(failure.connector_group).unwrap();
            let named: Vec<_> = group.applications().map(ApplicationView::id).collect();
            assert_eq!(named.len(), failure.toll.cut_off as usize);
        }
    }
}
