//! A piece of work, and all who do it.

use core::{hint::black_box, time::Duration};
use std::time::Instant;

/// One piece of work at one size, and all who do it.
pub struct Case<'a> {
    pub name: &'static str,
    /// How many applications there are.
    pub applications: u32,
    /// How many things one run is about, of which the figures are: moves, commands, pages.
    pub things: u32,
    pub contenders: Vec<Contender<'a>>,
}

/// What is done with each case before the next begins.
pub type Measure<'m> = &'m mut dyn FnMut(Case<'_>);

/// How a figure is to be read.
#[derive(Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    Ours,
    /// Less than the whole work: a limit, or what ours is to be measured by.
    Floor,
    /// The same work.
    Peer,
}

pub struct Contender<'a> {
    pub name: &'static str,
    pub role: Role,
    pub work: Box<dyn Contend + 'a>,
}

pub trait Contend {
    /// Goes to where the work begins.
    fn reset(&mut self) {}

    /// Does the work so many times, and tells how long that took without what was around it.
    fn run(&mut self, times: u32) -> Duration;

    /// What the work has come to after one run, in the same words for all who do it; `None` of a floor.
    fn outcome(&mut self) -> Option<Vec<u32>>;
}

impl<'a> Contender<'a> {
    pub fn ours(work: impl Contend + 'a) -> Self {
        Self { name: "ours", role: Role::Ours, work: Box::new(work) }
    }

    pub fn floor(name: &'static str, work: impl Contend + 'a) -> Self {
        Self { name, role: Role::Floor, work: Box::new(work) }
    }

    pub fn peer(name: &'static str, work: impl Contend + 'a) -> Self {
        Self { name, role: Role::Peer, work: Box::new(work) }
    }
}

impl Case<'_> {
    /// Runs each once and compares what that came to; tells how long each took, all that was around it included, and how
    /// much of that was the work.
    ///
    /// # Panics
    /// Where two disagree: no figure of this case is then worth printing.
    pub fn check(&mut self) -> Vec<(Duration, Duration)> {
        let mut agreed: Option<(&str, Vec<u32>)> = None;
        let check = |contender: &mut Contender<'_>| {
            contender.work.reset();
            let start = Instant::now();
            let worked = contender.work.run(1);
            let took = start.elapsed();
            match (contender.work.outcome(), &agreed) {
                (Some(outcome), None) => agreed = Some((contender.name, outcome)),
                (Some(outcome), Some((other, agreed))) => {
                    assert!(outcome == *agreed, "{}: {} disagrees with {other}", self.name, contender.name);
                }
                (None, _) => {}
            }
            (took, worked)
        };
        self.contenders.iter_mut().map(check).collect()
    }
}

/// Work that changes nothing, and what its answer is in words that all share.
pub struct Reading<F, O> {
    read: F,
    outcome: O,
}

impl<R, F: FnMut() -> R, O: FnMut(R) -> Option<Vec<u32>>> Reading<F, O> {
    pub const fn new(read: F, outcome: O) -> Self {
        Self { read, outcome }
    }
}

/// Something to measure others by.
pub fn floor_of<'a, R: 'a>(read: impl FnMut() -> R + 'a) -> impl Contend + 'a {
    Reading::new(read, |_| None)
}

impl<R, F: FnMut() -> R, O: FnMut(R) -> Option<Vec<u32>>> Contend for Reading<F, O> {
    fn run(&mut self, times: u32) -> Duration {
        let start = Instant::now();
        for _ in 0..times {
            black_box((self.read)());
        }
        start.elapsed()
    }

    fn outcome(&mut self) -> Option<Vec<u32>> {
        (self.outcome)((self.read)())
    }
}

/// Work for which something is made ready each time; that is not timed, nor is the end of what the work leaves.
pub struct Once<P, W> {
    prepare: P,
    work: W,
}

impl<I, R, P: FnMut() -> I, W: FnMut(&mut I) -> R> Once<P, W> {
    pub const fn new(prepare: P, work: W) -> Self {
        Self { prepare, work }
    }
}

impl<I, R, P: FnMut() -> I, W: FnMut(&mut I) -> R> Contend for Once<P, W> {
    fn run(&mut self, times: u32) -> Duration {
        let mut took = Duration::ZERO;
        for _ in 0..times {
            let mut input = (self.prepare)();
            let start = Instant::now();
            let result = black_box((self.work)(&mut input));
            took += start.elapsed();
            drop((result, input));
        }
        took
    }

    fn outcome(&mut self) -> Option<Vec<u32>> {
        None
    }
}
