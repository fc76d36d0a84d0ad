//! What is measured: for each piece of work, who does it, each checked against the others before anything is timed.

pub(crate) mod bulk;
pub(crate) mod moves;
pub(crate) mod world;

use core::{hint::black_box, time::Duration};
use std::time::Instant;

/// One piece of work at one size, and all who do it.
pub(crate) struct Case<'a> {
    pub(crate) name: &'static str,
    /// How many applications there are.
    pub(crate) applications: u32,
    /// How many things one run is about, of which the figures are: moves, commands, pages.
    pub(crate) things: u32,
    pub(crate) contenders: Vec<Contender<'a>>,
}

/// How a figure is to be read.
#[derive(Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Role {
    Ours,
    /// Less than the whole work: a limit, or what ours is to be measured by.
    Floor,
    /// The same work.
    Peer,
}

pub(crate) struct Contender<'a> {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    pub(crate) work: Box<dyn Contend + 'a>,
}

pub(crate) trait Contend {
    /// Goes to where the work begins.
    fn reset(&mut self) {}

    /// Does the work so many times, and tells how long that took without what was around it.
    fn run(&mut self, times: u32) -> Duration;

    /// What the work has come to after one run, in the same words for all who do it; `None` of a floor.
    fn outcome(&mut self) -> Option<Vec<u32>>;
}

impl<'a> Contender<'a> {
    pub(crate) fn ours(work: impl Contend + 'a) -> Self {
        Self { name: "ours", role: Role::Ours, work: Box::new(work) }
    }

    pub(crate) fn floor(name: &'static str, work: impl Contend + 'a) -> Self {
        Self { name, role: Role::Floor, work: Box::new(work) }
    }

    pub(crate) fn peer(name: &'static str, work: impl Contend + 'a) -> Self {
        Self { name, role: Role::Peer, work: Box::new(work) }
    }
}

impl Case<'_> {
    /// Runs each once and compares what that came to; tells how long each took.
    ///
    /// # Panics
    /// Where two disagree: no figure of this case is then worth printing.
    pub(crate) fn check(&mut self) -> Vec<Duration> {
        let mut agreed: Option<(&str, Vec<u32>)> = None;
        let check = |contender: &mut Contender<'_>| {
            contender.work.reset();
            let took = contender.work.run(1);
            match (contender.work.outcome(), &agreed) {
                (Some(outcome), None) => agreed = Some((contender.name, outcome)),
                (Some(outcome), Some((other, agreed))) => {
                    assert!(outcome == *agreed, "{}: {} disagrees with {other}", self.name, contender.name);
                }
                (None, _) => {}
            }
            took
        };
        self.contenders.iter_mut().map(check).collect()
    }
}

/// Work without a state that it changes, and what it comes to.
pub(crate) struct Reading<F, O> {
    read: F,
    outcome: O,
}

impl<R, F: FnMut() -> R> Reading<F, fn(&R) -> Option<Vec<u32>>> {
    pub(crate) fn new(read: F, outcome: fn(&R) -> Option<Vec<u32>>) -> Self {
        Self { read, outcome }
    }

    /// Something to measure others by.
    pub(crate) fn floor(read: F) -> Self {
        Self::new(read, |_| None)
    }
}

impl<R, F: FnMut() -> R> Contend for Reading<F, fn(&R) -> Option<Vec<u32>>> {
    fn run(&mut self, times: u32) -> Duration {
        let start = Instant::now();
        for _ in 0..times {
            black_box((self.read)());
        }
        start.elapsed()
    }

    fn outcome(&mut self) -> Option<Vec<u32>> {
        (self.outcome)(&(self.read)())
    }
}

/// Work for which something must be made ready each time, which is not timed; nor is the end of what it leaves.
pub(crate) struct Once<P, W> {
    prepare: P,
    work: W,
}

impl<I, R, P: FnMut() -> I, W: FnMut(&mut I) -> R> Once<P, W> {
    pub(crate) const fn new(prepare: P, work: W) -> Self {
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
