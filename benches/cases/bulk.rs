//! Bulk commands: a whole group, lists, selections, connectors.

use super::{
    case::{Case, Contender, Measure, floor_of},
    moves::Script,
    snapshot::{MoveAndBack, Part},
    world::World,
};
use crate::peers::{
    HERE, REGIONS, SPREAD, TENTH_IN_ANOTHER_CASE, THERE, Work, at,
    floors::{IdProbe, Lines, Scatter},
    sqlite::{Keys, Route},
};

/// From this size on, those who are never the fastest have their turn in the two main cases only.
const MANY: u32 = 1_000_000;

/// One case: its script, of how many things a run is, and who takes part besides ours and the careful peer.
struct Plan {
    name: &'static str,
    things: u32,
    script: Script,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Statement,
    List,
    Connectors,
    /// A history that not all need to live through.
    AfterHistory,
}

fn plan(name: &'static str, things: u32, kind: Kind, setup: Vec<Work>, timed: Vec<Work>) -> Plan {
    let timed = timed.into_iter().map(|work| vec![work]).collect();
    Plan { name, things, kind, script: Script { setup, history: 0, timed, back: None } }
}

fn plans(world: &World) -> Vec<Plan> {
    let applications = world.data.len();
    let order = &world.data.order;
    let list = |to| Work::List { applications: order.clone(), to };
    let all_to = |to| vec![Work::All { to }];
    let mut bad = order.clone();
    bad[at(applications / 2)] = applications;
    let spread = |shift: u32| Work::Assign {
        assignments: order.iter().map(|number| (*number, (number + shift) % SPREAD)).collect(),
    };
    let group = |from, to| Work::Group { from, to };
    let named = |to| Work::Named { prefix: TENTH_IN_ANOTHER_CASE, to };
    let everybody: Vec<u32> = (0..u32::try_from(world.data.connectors.len()).unwrap()).rev().collect();
    let connectors = |to| Work::Connectors { connectors: everybody.clone(), to };
    let mut tenth = plan(
        "list, a tenth moved",
        applications,
        Kind::List,
        vec![Work::All { to: HERE }, named(THERE)],
        vec![list(HERE)],
    );
    tenth.script.back = Some(named(THERE));
    let (here_and_back, there) = (vec![group(HERE, THERE), group(THERE, HERE)], vec![list(THERE), list(HERE)]);
    let mut history = plan(
        "whole group, after a million moves",
        1,
        Kind::AfterHistory,
        vec![spread(0)],
        vec![group(2, 3), group(3, 2)],
    );
    history.script.history = 1_000_000;
    let by_region = |from: usize, to| Work::Region { region: REGIONS[from], to };
    let tenth_elsewhere = vec![Work::All { to: 2 }, named(1)];
    vec![
        plan("whole group", 1, Kind::Statement, all_to(HERE), here_and_back),
        plan("list, all moved", applications, Kind::List, all_to(HERE), there),
        tenth,
        plan("list, none moved", applications, Kind::List, all_to(HERE), vec![list(HERE)]),
        plan(
            "list, one bad entry",
            applications,
            Kind::List,
            all_to(HERE),
            vec![Work::List { applications: bad, to: THERE }],
        ),
        plan("to many groups", applications, Kind::List, vec![spread(1)], vec![spread(0), spread(1)]),
        plan(
            "by region",
            applications / 10 * 9,
            Kind::Statement,
            tenth_elsewhere,
            vec![by_region(0, HERE), by_region(2, 2)],
        ),
        plan("by name", applications / 10, Kind::Statement, all_to(HERE), vec![named(THERE), named(HERE)]),
        plan("all", applications, Kind::Statement, all_to(HERE), vec![Work::All { to: THERE }, Work::All { to: HERE }]),
        plan(
            "connectors",
            u32::try_from(everybody.len()).unwrap(),
            Kind::Connectors,
            Vec::new(),
            vec![connectors(HERE), connectors(THERE)],
        ),
        history,
    ]
}

pub fn cases(world: &World, measure: Measure<'_>) {
    for plan in plans(world) {
        measure(plan.case(world));
    }
}

impl Plan {
    fn case<'a>(&'a self, world: &'a World) -> Case<'a> {
        let script = &self.script;
        let applications = world.data.len();
        let mut contenders = vec![world.ours_at(script)];
        if self.kind == Kind::List {
            let order = &world.data.order;
            let (mut scatter, mut to) = (Scatter::new(&world.data, order), 0);
            let write = move || {
                to += 1;
                scatter.write(to);
            };
            contenders.push(Contender::floor("floor: scatter", floor_of(write)));
            let probe = IdProbe::new(&world.data, order);
            contenders.push(Contender::floor("floor: id probe", floor_of(move || probe.probe())));
            let (one, two) = (Lines::<1>::new(&world.data), Lines::<2>::new(&world.data));
            contenders.push(Contender::floor("floor: L(1)", floor_of(move || one.read())));
            contenders.push(Contender::floor("floor: L(2)", floor_of(move || two.read())));
        }
        if world.has_peers() {
            self.add_peers(world, &mut contenders);
        }
        if self.name == "list, one bad entry" {
            let list = Work::List { applications: world.data.order.clone(), to: THERE };
            let accepted = MoveAndBack::new(world, &list, Part::Move);
            contenders.push(Contender::floor("floor: all of it accepted", accepted));
        }
        Case { name: self.name, applications, things: self.things.max(1), contenders }
    }

    fn add_peers<'a>(&'a self, world: &'a World, contenders: &mut Vec<Contender<'a>>) {
        let (script, applications) = (&self.script, world.data.len());
        contenders.push(world.careful_at(script));
        let everybody = applications < MANY || ["whole group", "list, all moved"].contains(&self.name);
        match self.kind {
            Kind::Statement => {
                contenders.push(world.persistent_at(script));
                contenders.push(world.sqlite_at(script, Keys::Integers, None));
                if everybody {
                    contenders.push(world.naive_at(script));
                    contenders.push(world.sqlite_at(script, Keys::Texts, None));
                }
            }
            Kind::List => {
                contenders.push(world.persistent_at(script));
                contenders.push(world.sqlite_at(script, Keys::Integers, Some(Route::PerRow)));
                if everybody {
                    contenders.push(world.naive_at(script));
                    contenders.push(world.sqlite_at(script, Keys::Integers, Some(Route::TemporaryTable)));
                    contenders.push(world.sqlite_at(script, Keys::Texts, Some(Route::PerRow)));
                    contenders.push(world.sqlite_at(script, Keys::Texts, Some(Route::TemporaryTable)));
                }
            }
            Kind::Connectors | Kind::AfterHistory => {}
        }
    }
}
