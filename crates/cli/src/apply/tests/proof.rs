//! Twenty generated plans, every request and record of each, every kind of fault: each run ends applied, rolled back, or
//! stopped or killed with a journal from which both ways still lead to the end; and nothing is done twice.

extern crate alloc;

use alloc::sync::Arc;

use connector_groups::{Command, command::AddApplication};

use super::{
    super::{
        machine::{End, Machine, Settings},
        record::Record,
        run::run,
    },
    faults::{Fault, Memory, World},
};
use crate::work::{
    Effect, Places, Work,
    generated::{Planned, contoso, generated},
};

const PLANS: usize = 20;

fn settings(planned: usize) -> Settings {
    // Steps in one round, and steps in several.
    Settings { round: [20, 3][planned % 2], ..Settings::default() }
}

struct Case<'a> {
    planned: &'a Planned,
    work: Arc<Work>,
    settings: Settings,
    is_one_way: bool,
}

/// What a run left.
struct Left {
    world: World,
    journal: Memory,
    machine: Machine,
    end: Result<End, String>,
}

impl Case<'_> {
    fn start(&self, request: (Fault, usize), record: Option<(Fault, usize)>) -> Left {
        let mut world = World::new(self.planned);
        world.fault = request;
        self.go_on(world, Memory { fault: record, ..Memory::default() }, false)
    }

    fn go_on(&self, mut world: World, mut journal: Memory, turns: bool) -> Left {
        let mut machine = Machine::new(Arc::clone(&self.work), &journal.records, turns, self.settings);
        let end = run(&mut machine, &mut world, &mut journal, &mut |_| {});
        Left { world, journal, machine, end }
    }

    /// The tenant is as it is at one end of the plan, but for ids that the service gave.
    fn assert_at(&self, left: &Left, is_back: bool, what: &str) {
        let end = if is_back { &self.planned.tenant } else { &self.planned.end };
        let expected = Places::of(end).renamed(|id| left.machine.id(id));
        let differences: Vec<_> =
            expected.differences(&Places::of(left.world.tenant())).iter().map(ToString::to_string).collect();
        assert_eq!(differences, [""; 0], "{what}");
    }

    /// A run with a fault, and then both ways on from where it ended.
    fn prove(&self, request: (Fault, usize), record: Option<(Fault, usize)>, totals: &mut Totals) {
        let what = format!("{request:?} {record:?}");
        let left = self.start(request, record);
        totals.runs += 1;
        totals.requests += left.world.requests;
        match &left.end {
            Ok(End::Applied) => {
                totals.applied += 1;
                assert_eq!(left.world.effects, self.work.effects_count(), "each effect happened once: {what}");
                self.assert_at(&left, false, &what);
                return;
            }
            Ok(End::RolledBack) => panic!("nobody asked for it: {what}"),
            Ok(End::Stopped(_)) => totals.stopped += 1,
            Err(_) => totals.killed += 1,
        }
        for turns in [false, true] {
            let mut world = left.world.clone();
            world.fault = (Fault::None, 0);
            let journal = Memory { records: left.journal.records.clone(), ..Memory::default() };
            let left = self.go_on(world, journal, turns);
            totals.runs += 1;
            let expected = if turns { End::RolledBack } else { End::Applied };
            if let (true, Ok(End::Stopped(why))) = (turns, &left.end) {
                // There is no way back over such a step, and that is told; the way on is still there.
                assert!(self.is_one_way && why.contains("cannot be taken back"), "{why} {what}");
                totals.one_way += 1;
                let left = self.go_on(left.world, left.journal, false);
                assert_eq!(left.end, Ok(End::Applied), "{what}");
                self.assert_at(&left, false, &what);
                continue;
            }
            assert_eq!(left.end, Ok(expected), "{what}");
            self.assert_at(&left, turns, &what);
            if turns {
                assert_eq!(left.world.effects % 2, 0, "what was done was taken back once: {what}");
                assert!(left.world.effects <= 2 * self.work.effects_count(), "{what}");
                let settled = forth_and_back(&left.journal.records);
                assert_eq!(settled, (left.world.effects / 2, left.world.effects / 2), "{what}");
            } else {
                assert_eq!(left.world.effects, self.work.effects_count(), "each effect happened once: {what}");
            }
        }
    }
}

/// How many effects the journal says to have been done, and taken back.
fn forth_and_back(records: &[Record]) -> (usize, usize) {
    let mut counts = (0, 0);
    for record in records {
        if let Record::Settled { is_back, done, .. } = record {
            *(if *is_back { &mut counts.1 } else { &mut counts.0 }) += done.len();
        }
    }
    counts
}

#[derive(Debug, Default)]
struct Totals {
    runs: usize,
    requests: usize,
    applied: usize,
    stopped: usize,
    killed: usize,
    one_way: usize,
}

fn cases(plans: &[Planned]) -> Vec<Case<'_>> {
    let mut cases = Vec::new();
    for (number, planned) in plans.iter().enumerate() {
        let is_one_way = planned.work.steps.iter().any(|step| step.one_way.is_some());
        cases.push(Case { planned, work: Arc::new(planned.work.clone()), settings: settings(number), is_one_way });
    }
    cases
}

/// Without a fault, a plan is applied; and a plan that was applied leads back.
#[test]
fn a_plan_leads_there_and_back() {
    let mut one_way = 0;
    for case in cases(&generated(60)) {
        let left = case.start((Fault::None, 0), None);
        assert_eq!(left.end, Ok(End::Applied));
        case.assert_at(&left, false, "there");
        assert_eq!(left.world.effects, case.work.effects_count());
        assert_eq!(left.world.waited, core::time::Duration::ZERO, "nothing to wait for");
        let left = case.go_on(left.world, left.journal, true);
        if case.is_one_way {
            one_way += 1;
            assert!(
                matches!(&left.end, Ok(End::Stopped(why)) if why.contains("cannot be taken back")),
                "{:?}",
                left.end
            );
        } else {
            assert_eq!(left.end, Ok(End::RolledBack));
            case.assert_at(&left, true, "back");
            assert_eq!(left.world.effects, 2 * case.work.effects_count());
        }
        // Having turned, it goes there once more.
        let left = case.go_on(left.world, left.journal, false);
        assert_eq!(left.end, Ok(End::Applied));
        case.assert_at(&left, false, "there again");
    }
    assert!(one_way < 20, "{one_way}");
}

/// A quarter of the plans, so that several cores share the work.
fn prove_quarter(quarter: usize) {
    let plans = generated(PLANS);
    let mut totals = Totals::default();
    for case in cases(&plans).iter().skip(quarter).step_by(4) {
        let calm = case.start((Fault::None, 0), None);
        for at in 1..=calm.world.requests {
            for fault in Fault::AT_REQUESTS {
                case.prove((fault, at), None, &mut totals);
            }
        }
        for at in 1..=calm.journal.writes {
            for fault in Fault::AT_RECORDS {
                case.prove((Fault::None, 0), Some((fault, at)), &mut totals);
            }
        }
    }
    println!("quarter {quarter} of {} plans: {totals:?}", plans.len());
    assert!(totals.applied > 500 && totals.stopped > 100 && totals.killed > 150, "{totals:?}");
}

#[test]
fn every_fault_at_every_request_and_record_of_the_first_plans() {
    prove_quarter(0);
}

#[test]
fn every_fault_at_every_request_and_record_of_the_second_plans() {
    prove_quarter(1);
}

#[test]
fn every_fault_at_every_request_and_record_of_the_third_plans() {
    prove_quarter(2);
}

#[test]
fn every_fault_at_every_request_and_record_of_the_fourth_plans() {
    prove_quarter(3);
}

fn pune() -> Planned {
    let desired = r#"{"connectorGroups":[
        {"name":"Pune Development","region":"asia"},
        {"name":"Datacenter Frankfurt","region":"eur","connectors":["conn-ams-04.contoso.local","conn-ams-05.contoso.local"],
         "applications":{"in":"Private Access Pilot"}}],"absent":["Private Access Pilot"]}"#;
    Planned::new(&contoso(), &serde_json::from_str(desired).unwrap()).unwrap()
}

/// A connector fails between any two records, and the run is cut off there. Going on, it cuts off nobody whom the plan keeps
/// available: it stops, and goes on when the connector is back.
#[test]
fn a_connector_that_fails_meanwhile_stops_the_run_before_it_cuts_off_applications() {
    let planned = pune();
    let machine_name = |name: &str| planned.tenant.connectors().find(|one| one.machine_name() == name).unwrap().id();
    let case = &cases(core::slice::from_ref(&planned))[0];
    let mut stopped = 0;
    for name in ["conn-pnq-01.contoso.local", "conn-pnq-02.contoso.local"] {
        let report = |status: &str| {
            let id = machine_name(name);
            let json = serde_json::json!({"command": "reportConnector", "id": id, "status": status});
            serde_json::from_value::<Command>(json).unwrap()
        };
        for at in 1..case.start((Fault::None, 0), None).journal.writes {
            let Left { mut world, journal, .. } = case.start((Fault::None, 0), Some((Fault::KillAfterRecord, at)));
            world.meddle(report("inactive"));
            let journal = Memory { records: journal.records, ..Memory::default() };
            // Each write is asserted to cut off nobody else.
            let mut left = case.go_on(world, journal, false);
            if let Ok(End::Stopped(why)) = &left.end {
                assert!(why.contains("would lose their last active connector"), "{why}");
                stopped += 1;
                left.world.meddle(report("active"));
                left = case.go_on(left.world, Memory { records: left.journal.records, ..Memory::default() }, false);
            }
            assert_eq!(left.end, Ok(End::Applied));
            left.world.meddle(report("active"));
            case.assert_at(&left, false, name);
        }
    }
    assert!(stopped > 5, "{stopped}");
}

/// Somebody else moves what a run is about to move. The run stops and says so, and does not move it from there.
#[test]
fn what_somebody_else_has_moved_stops_the_run() {
    let planned = pune();
    let case = &cases(core::slice::from_ref(&planned))[0];
    let application = planned.work.steps[3].effects.iter().find_map(|effect| match effect {
        Effect::MoveApplication { id, .. } => Some(*id),
        _ => None,
    });
    let elsewhere = planned.tenant.connector_groups().find(|group| group.is_default()).unwrap().id();
    let moves = AddApplication { application: application.unwrap(), connector_group: elsewhere };
    // Behind the third step, which is the sixth record.
    let Left { mut world, journal, .. } = case.start((Fault::None, 0), Some((Fault::KillAfterRecord, 6)));
    world.meddle(moves.into());
    let before = world.effects;
    let left = case.go_on(world, Memory { records: journal.records, ..Memory::default() }, false);
    let Ok(End::Stopped(why)) = &left.end else { panic!("{:?}", left.end) };
    assert!(why.contains(&format!("it is in connector group {elsewhere}")), "{why}");
    assert_eq!(left.world.effects, before);
    assert!(left.world.waited >= case.settings.settle, "a read may lag: it was looked at again first");
}
