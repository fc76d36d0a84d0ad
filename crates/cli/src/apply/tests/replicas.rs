//! Reads that go to several replicas, some of which show an older state all the while.

use connector_groups::{
    Command, Tenant,
    command::{CreateConnectorGroup, UpdateConnectorGroup},
};
use serde_json::json;

use super::{
    super::{action::End, record::Record, survey},
    faults::{Fault, Memory, Replica},
    proof::{PLANS, cases, pune},
};
use crate::work::{
    Effect, Places, Settings, Thing, Work,
    generated::{Planned, contoso, generated},
};

/// A third of all reads show an older state: that before the last write, or that before the run. Nothing happens twice, nothing
/// is taken for done that is not, and nothing is said to have drifted.
#[test]
fn replicas_that_lag_all_the_while() {
    let plans = generated(PLANS);
    let (mut waited, mut settings) = (0, 0);
    for (case, replica) in
        cases(&plans).iter().step_by(6).flat_map(|case| [(case, Replica::LastWrite), (case, Replica::Start)])
    {
        let requests = case.calm().world.requests;
        // Lost answers above all: a read alone cannot tell what became of them.
        for fault in
            [Fault::DropBefore, Fault::DropAfter, Fault::Busy, Fault::Refused, Fault::KillBefore, Fault::KillAfter]
        {
            for at in 1..=requests {
                let what = format!("{replica:?} {fault:?} {at}");
                let mut world = case.world.clone();
                (world.replica, world.faults) = (Some(replica), vec![(fault, at)]);
                let mut left = case.go_on(world, Memory::default(), false);
                if left.end != Ok(End::Applied) {
                    assert!(left.world.was_ended(), "{:?} {what}", left.end);
                    left = case.go_on(left.world, left.journal, at % 2 == 0 && !case.is_one_way);
                }
                waited += usize::from(left.world.waited.as_secs() > 7);
                let is_back = left.end == Ok(End::RolledBack);
                assert!(is_back || left.end == Ok(End::Applied), "{:?} {what}", left.end);
                case.assert_places(&left, is_back, &what);
            }
        }
        // Nor is an old state told as a change that somebody else has made.
        let mut left = case.calm();
        left.world.replica = Some(replica);
        let end = Places::of(left.world.tenant());
        for _ in 0..10 {
            left.world.faults = vec![(Fault::Busy, left.world.requests + 2)];
            let mut told = |expected: &Places, settings: &Settings| {
                survey::differences(&mut left.world, &case.patience, settings, |places, now| {
                    let mut all = expected.differences(places);
                    all.extend(settings.differences(now, |id| id.to_string()));
                    all
                })
                .unwrap()
            };
            let (mut expected, after) = (end.clone(), Settings::after(&case.work));
            assert_eq!(told(&expected, &after), []);
            let [id, name, region] = ["7d000000-0000-4000-8000-000000000001", "Gone", "eur"].map(String::from);
            expected.apply(&Effect::CreateConnectorGroup { id: id.parse().unwrap(), name, region }).unwrap();
            let lasting = told(&expected, &after);
            assert_eq!(lasting.len(), 1, "what lasts is told: {lasting:?}");
            let before = Settings::before(&case.work);
            let lasting = told(&end, &before);
            // Not always, as the replica may show what was before the run.
            assert!(lasting.is_empty() || before != after, "{lasting:?}");
            settings += lasting.len();
        }
    }
    assert!(waited > 20, "{waited}");
    assert!(settings > 20, "{settings}");
}

/// Contoso with a plan of these steps alone.
fn planned(tenant: &Tenant, steps: Vec<Command>) -> Planned {
    let mut end = tenant.clone();
    for step in &steps {
        end.apply(step).unwrap();
    }
    Planned { work: Work::of(tenant, &steps).unwrap(), end, steps, ..pune() }
}

/// A group gives up its name, and a new one gets it; or a new group is made, deleted on the way back, and made again. A replica
/// that lags shows a group with that name and region, which is not the new one, whose creation never arrived.
#[test]
fn a_group_that_had_the_name_is_not_the_new_one() {
    let tenant = contoso();
    let sydney = tenant.connector_groups().find(|group| group.name().as_str() == "Sydney Branch").unwrap();
    let rename = UpdateConnectorGroup::new(sydney.id()).name("Former Branch");
    let id = "00000000-0000-4000-8000-000000000001".parse().unwrap();
    let create = CreateConnectorGroup::new(id, "Sydney Branch").region("aus");
    let renamed = planned(&tenant, vec![rename.into(), create.into()]);
    let made = planned(&tenant, vec![CreateConnectorGroup::new(id, "Perth Branch").region("aus").into()]);
    let plans = [renamed, made];
    for (case, replica) in cases(&plans).iter().zip([Replica::Start, Replica::LastWrite]) {
        let there = case.calm();
        let back = case.go_on(there.world, there.journal, true);
        let first = back.world.requests + 1;
        let calm = case.go_on(back.world.clone(), back.journal.clone(), false);
        for at in first..=calm.world.requests {
            let mut world = back.world.clone();
            (world.replica, world.faults) = (Some(replica), vec![(Fault::DropBefore, at)]);
            let left = case.go_on(world, back.journal.clone(), false);
            assert_eq!(left.end, Ok(End::Applied), "{at}");
            case.assert_at(&left, false, &at.to_string());
        }
    }
}

/// Somebody deletes an application that a run moves, at any place of the run. The run stops there, with the groups that there are, and
/// says that nothing leads on before the application is back. Without it, it goes on from each such place.
#[test]
fn an_application_that_is_gone_is_told_with_what_leads_on() {
    let planned = pune();
    let case = &cases(core::slice::from_ref(&planned))[0];
    let moved = case.work.steps[8].effects.iter().find_map(|effect| match effect {
        Effect::MoveApplication { id, .. } => Some(*id),
        _ => None,
    });
    let delete: Command =
        serde_json::from_value(json!({"command": "deleteApplication", "id": moved.unwrap()})).unwrap();
    let effects = (0..).zip(case.work.steps.iter().flat_map(|step| &step.effects));
    let is_gone = |effect: &Effect| effect.thing() == Thing::Application(moved.unwrap());
    let effects: Vec<usize> = effects.filter(|(_, effect)| is_gone(effect)).map(|(at, _)| at).collect();
    let mut told = 0;
    for at in (1..case.calm().journal.writes).step_by(3) {
        let journal = Memory { fault: Some((Fault::KillAfterRecord, at)), ..Memory::default() };
        let mut left = case.go_on(case.world.clone(), journal, false);
        left.world.meddle(delete.clone());
        let left = case.go_on(left.world, Memory { records: left.journal.records, ..Memory::default() }, false);
        let Ok(End::Stopped(why)) = left.end else { continue };
        let mut records = left.journal.records;
        records.push(Record::LeftOut { effects: effects.clone() });
        let less = case.go_on(left.world, Memory { records, ..Memory::default() }, false);
        assert_eq!(less.end, Ok(End::Applied), "{at}");
        assert!(why.contains("it is gone") && why.contains("until it is back"), "{why}");
        assert!(!why.contains("00000000-0000-4000-8000-0000000000"), "a stand-in: {why}");
        told += 1;
    }
    assert!(told > 2, "{told}");
}
