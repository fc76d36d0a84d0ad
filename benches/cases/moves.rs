//! Commands that move, by any engine: some to begin with, then those that are timed, each leading to where the next begins.

use core::{hint::black_box, time::Duration};
use std::time::Instant;

use super::{
    case::{Contend, Contender},
    world::{Shared, World},
};
use crate::peers::{
    Answer, Dice, Engine, SPREAD, Work,
    sqlite::{Keys, Route, Sqlite},
};

/// What is to be done.
pub struct Script {
    /// Leads to where the timed work begins; not timed.
    pub setup: Vec<Work>,
    /// So many moves of single applications, at random, after that.
    pub history: u32,
    /// Timed, one list of works after the other, in turn. Each begins where the one before has ended.
    pub timed: Vec<Vec<Work>>,
    /// Leads back to where the timed work began, where it has not done so itself; not timed.
    pub back: Option<Work>,
}

/// One engine at that.
struct Mover<'a, E: Engine> {
    world: &'a World,
    shared: Shared<E>,
    script: &'a Script,
    timed: Vec<Vec<E::Prepared>>,
    back: Option<E::Prepared>,
    answers: Vec<Answer>,
    /// What is told to the engine before each run.
    choose: fn(&mut E),
}

impl<'a, E: Engine> Mover<'a, E> {
    fn new(world: &'a World, shared: Shared<E>, script: &'a Script, choose: fn(&mut E)) -> Self {
        let turn = shared.borrow();
        let prepare = |work: &Work| turn.engine.prepare(&world.data, work);
        let timed = script.timed.iter().map(|works| works.iter().map(prepare).collect()).collect();
        let back = script.back.as_ref().map(prepare);
        drop(turn);
        Self { world, shared, script, timed, back, answers: Vec::new(), choose }
    }
}

impl<E: Engine> Contend for Mover<'_, E> {
    fn reset(&mut self) {
        let turn = &mut *self.shared.borrow_mut();
        let (engine, data) = (&mut turn.engine, &self.world.data);
        engine.begin(data, &self.script.setup);
        let mut dice = Dice(u64::from(self.script.history));
        for _ in 0..self.script.history {
            engine.begin(data, [&Work::One { application: dice.below(data.len()), to: dice.below(SPREAD) }]);
        }
        turn.next = 0;
    }

    fn run(&mut self, times: u32) -> Duration {
        let turn = &mut *self.shared.borrow_mut();
        (self.choose)(&mut turn.engine);
        let mut took = Duration::ZERO;
        if let Some(back) = &self.back {
            for _ in 0..times {
                let start = Instant::now();
                self.answers.clear();
                self.answers.extend(self.timed[0].iter().map(|work| turn.engine.apply(black_box(work))));
                took += start.elapsed();
                turn.engine.apply(back).expect("accepted");
            }
            return took;
        }
        let start = Instant::now();
        for _ in 0..times {
            let works = &self.timed[turn.next % self.timed.len()];
            self.answers.clear();
            self.answers.extend(works.iter().map(|work| turn.engine.apply(black_box(work))));
            turn.next += 1;
        }
        took += start.elapsed();
        took
    }

    fn outcome(&mut self) -> Option<Vec<u32>> {
        let turn = &mut *self.shared.borrow_mut();
        if self.back.is_some() {
            // Where it has led to, before the way back.
            self.answers = self.timed[0].iter().map(|work| turn.engine.apply(work)).collect();
        }
        let connectors = matches!(self.script.timed[0][0], Work::Connectors { .. });
        let data = &self.world.data;
        let mut outcome = if connectors { turn.engine.membership(data) } else { turn.engine.assignment(data) };
        for answer in &self.answers {
            match answer {
                Ok(moved) => outcome.extend([u32::MAX, *moved]),
                Err(refused) => outcome.extend(refused),
            }
        }
        if let Some(back) = &self.back {
            turn.engine.apply(back).expect("accepted");
        }
        Some(outcome)
    }
}

impl World {
    pub fn ours_at<'a>(&'a self, script: &'a Script) -> Contender<'a> {
        Contender::ours(Mover::new(self, self.ours(), script, |_| ()))
    }

    pub fn careful_at<'a>(&'a self, script: &'a Script) -> Contender<'a> {
        Contender::peer("careful", Mover::new(self, self.careful(), script, |_| ()))
    }

    pub fn naive_at<'a>(&'a self, script: &'a Script) -> Contender<'a> {
        Contender::peer("naive", Mover::new(self, self.naive(), script, |_| ()))
    }

    pub fn persistent_at<'a>(&'a self, script: &'a Script) -> Contender<'a> {
        Contender::peer("persistent", Mover::new(self, self.persistent(), script, |_| ()))
    }

    /// A list goes by the route, anything else is one statement.
    pub fn sqlite_at<'a>(&'a self, script: &'a Script, keys: Keys, route: Option<Route>) -> Contender<'a> {
        let per_row: fn(&mut Sqlite) = |engine| engine.route = Route::PerRow;
        let by_table: fn(&mut Sqlite) = |engine| engine.route = Route::TemporaryTable;
        let (name, choose) = match (keys, route) {
            (Keys::Integers, None) => ("SQLite, integers", per_row),
            (Keys::Texts, None) => ("SQLite, GUID texts", per_row),
            (Keys::Integers, Some(Route::PerRow)) => ("SQLite, integers, per row", per_row),
            (Keys::Integers, Some(Route::TemporaryTable)) => ("SQLite, integers, temporary table", by_table),
            (Keys::Texts, Some(Route::PerRow)) => ("SQLite, GUID texts, per row", per_row),
            (Keys::Texts, Some(Route::TemporaryTable)) => ("SQLite, GUID texts, temporary table", by_table),
        };
        Contender::peer(name, Mover::new(self, self.sqlite(keys), script, choose))
    }
}
