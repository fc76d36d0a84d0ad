//! Snapshots, and what they are for: the first write after one, a dry run, undo.

use core::{
    cell::{Cell, RefCell},
    hint::black_box,
    time::Duration,
};
use std::{rc::Rc, time::Instant};

use connector_groups::{Command, Tenant};

use super::{
    case::{Case, Contend, Contender, Measure, Once, floor_of},
    world::{Shared, World},
};
use crate::peers::{Engine, HERE, THERE, Work, at};

/// A copy of all of it takes a peer longer than anybody waits for, above this size.
const MANY: u32 = 1_000_000;
/// So many writes, at random, in turn.
const WRITES: u32 = 1_024;

pub fn cases(world: &World, measure: Measure<'_>) {
    let everything = [Work::All { to: HERE }];
    world.ours().borrow_mut().engine.begin(&world.data, &everything);
    if world.has_peers() {
        world.careful().borrow_mut().engine.begin(&world.data, &everything);
        world.persistent().borrow_mut().engine.begin(&world.data, &everything);
    }
    let applications = world.data.len();
    let mut case = |name, things, contenders| measure(Case { name, applications, things, contenders });
    let group = Work::Group { from: HERE, to: THERE };
    let list = Work::List { applications: world.data.order.clone(), to: THERE };
    let one = Work::One { application: world.data.order[0], to: THERE };
    case("snapshot", 1, snapshots(world));
    case("first write after a snapshot", 1, first_writes(world));
    case("dry run, whole group", 1, dry_runs(world, &group));
    case("dry run, list", applications, dry_runs(world, &list));
    case("dry run, one", 1, dry_runs(world, &one));
    case("undo, whole group", 1, undoes(world, &group));
    case("undo, list", applications, undoes(world, &list));
}

fn snapshots(world: &World) -> Vec<Contender<'_>> {
    let ours = world.ours();
    let mut contenders = vec![Contender::ours(floor_of(move || ours.borrow().engine.tenant.clone()))];
    if world.has_peers() {
        let (careful, naive, persistent) = (world.careful(), world.naive(), world.persistent());
        contenders.extend([
            Contender::peer("careful", Once::new(|| (), move |()| careful.borrow().engine.clone())),
            Contender::peer("naive", Once::new(|| (), move |()| naive.borrow().engine.clone())),
            Contender::peer("persistent", floor_of(move || persistent.borrow().engine.clone())),
        ]);
    }
    contenders
}

/// A snapshot is taken and held, and one application moves.
fn first_writes(world: &World) -> Vec<Contender<'_>> {
    fn write<'a, E: Engine + 'a, S: 'a>(world: &World, shared: Shared<E>, snapshot: fn(&E) -> S) -> impl Contend + 'a {
        let numbers = world.data.order.iter().cycle().take(at(WRITES));
        let works = numbers.zip(0_u32..).map(|(number, turn)| {
            let there = (turn / world.data.len()).is_multiple_of(2);
            Work::One { application: *number, to: if there { THERE } else { HERE } }
        });
        let prepared: Vec<E::Prepared> = works.map(|work| shared.borrow().engine.prepare(&world.data, &work)).collect();
        let (reader, next) = (shared.clone(), Cell::new(0));
        let take = move || snapshot(&reader.borrow().engine);
        Once::new(take, move |_| {
            next.set((next.get() + 1) % prepared.len());
            shared.borrow_mut().engine.apply(&prepared[next.get()])
        })
    }
    let column: im::Vector<u32> = world.data.order.iter().copied().collect();
    let column = Rc::new(RefCell::new(column));
    let (reader, order, mut next) = (column.clone(), &world.data.order, 0);
    let set = move |_: &mut im::Vector<u32>| {
        next = (next + 1) % order.len();
        column.borrow_mut().set(at(order[next]), 7)
    };
    let mut contenders = vec![
        Contender::ours(write(world, world.ours(), |ours| ours.tenant.clone())),
        Contender::floor("floor: im::Vector of u32", Once::new(move || reader.borrow().clone(), set)),
    ];
    if world.has_peers() {
        contenders.push(Contender::peer("persistent", write(world, world.persistent(), Clone::clone)));
    }
    contenders
}

/// What is decided and left at that, beside the same applied to a copy, which is what others have to do.
fn dry_runs<'a>(world: &'a World, work: &Work) -> Vec<Contender<'a>> {
    world.ours().borrow_mut().engine.begin(&world.data, &[Work::All { to: HERE }]);
    let applied = MoveAndBack::new(world, work, Part::Move);
    let (tenant, command) = (applied.tenant.clone(), applied.command.clone());
    let mut contenders = vec![
        Contender::ours(Once::new(|| (), move |()| tenant.decide(black_box(&command)))),
        Contender::floor("floor: applying it", applied),
    ];
    if world.data.len() < MANY {
        let careful = world.careful();
        let prepared = careful.borrow().engine.prepare(&world.data, work);
        let on_a_copy = move |(): &mut ()| {
            let mut copy = careful.borrow().engine.clone();
            copy.apply(&prepared).is_ok().then_some(copy)
        };
        contenders.push(Contender::peer("careful", Once::new(|| (), on_a_copy)));
    }
    contenders
}

fn undoes<'a>(world: &'a World, work: &Work) -> Vec<Contender<'a>> {
    world.ours().borrow_mut().engine.begin(&world.data, &[Work::All { to: HERE }]);
    let part = |part| MoveAndBack::new(world, work, part);
    vec![Contender::ours(part(Part::Undo)), Contender::floor("floor: its move", part(Part::Move))]
}

pub enum Part {
    Move,
    Undo,
}

/// A move and its undoing, one of the two timed.
pub struct MoveAndBack {
    tenant: Tenant,
    command: Command,
    part: Part,
}

impl MoveAndBack {
    /// Begins where ours is.
    pub fn new(world: &World, work: &Work, part: Part) -> Self {
        let ours = world.ours();
        let engine = &ours.borrow().engine;
        Self { tenant: engine.tenant.clone(), command: engine.prepare(&world.data, work), part }
    }
}

impl Contend for MoveAndBack {
    fn run(&mut self, times: u32) -> Duration {
        let mut took = Duration::ZERO;
        for _ in 0..times {
            let start = Instant::now();
            let events = self.tenant.apply(black_box(&self.command)).expect("accepted");
            let moved = start.elapsed();
            let start = Instant::now();
            self.tenant.undo(black_box(&events));
            let undone = start.elapsed();
            took += match self.part {
                Part::Move => moved,
                Part::Undo => undone,
            };
        }
        took
    }

    fn outcome(&mut self) -> Option<Vec<u32>> {
        let before = self.tenant.clone();
        let events = self.tenant.apply(&self.command).expect("accepted");
        assert!(!events.is_empty(), "nothing to measure");
        self.tenant.undo(&events);
        assert!(self.tenant == before, "undo has not led back");
        None
    }
}
