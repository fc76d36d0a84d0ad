//! How far long work has come, on standard error while that is a terminal.

use core::{cell::Cell, time::Duration};
use std::{
    io::{self, IsTerminal},
    time::Instant,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that ends before this shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar, or where the length of the work is not known, a count.
pub(crate) struct Progress {
    bar: ProgressBar,
    start: Instant,
    is_waiting: Cell<bool>,
}

impl Progress {
    /// Work of so many bytes.
    pub(crate) fn of_bytes(length: Option<u64>) -> Self {
        let template = match length {
            Some(_) => "{wide_bar} {percent}% of {total_bytes}, {eta} left",
            None => "{spinner} {bytes} in {elapsed}",
        };
        Self::new(length, template)
    }

    /// Work of so many steps.
    pub(crate) fn of_steps(length: u64) -> Self {
        Self::new(Some(length), "{wide_bar} {pos} of {len}, {eta} left")
    }

    fn new(length: Option<u64>, template: &str) -> Self {
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        // Hidden at first: a bar that shows for a moment only disturbs.
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden()).with_style(style);
        Self { bar, start: Instant::now(), is_waiting: Cell::new(io::stderr().is_terminal()) }
    }

    /// Nothing is shown: what the work prints tells how far it has come.
    pub(crate) fn silent(self) -> Self {
        self.is_waiting.set(false);
        self
    }

    pub(crate) fn advance(&self, by: u64) {
        self.bar.inc(by);
        // Asked at each step, which is cheaper than a thread that would wait for the moment.
        if self.is_waiting.get() && self.start.elapsed() > PATIENCE {
            self.is_waiting.set(false);
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// The terminal as if nothing had been shown.
    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// Work of which nobody knows how long it takes. What it does is shown until this is dropped.
pub(crate) struct Waiting(ProgressBar);

impl Waiting {
    pub(crate) fn new(what: &'static str) -> Self {
        // Hidden by itself where standard error is no terminal.
        let bar = ProgressBar::new_spinner().with_message(what);
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
