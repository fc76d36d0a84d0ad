//! What the store does, counted under test, so that a path that stops being O(1), or does twice the work, fails a test
//! instead of passing slowly. Elsewhere nothing is counted, at no cost.

use alloc::sync::Arc;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Work {
    /// Pages of a column that were copied because a snapshot shares them.
    pub(super) pages: usize,
    /// Buckets of an index that were looked into.
    pub(super) buckets: usize,
    /// Steps from cell to cell, from an application up to its group.
    pub(super) steps: usize,
    /// Applications whose cell was read or written one by one, or 64 at once.
    pub(super) applications: usize,
}

#[cfg(test)]
std::thread_local! {
    static DONE: core::cell::Cell<Work> = core::cell::Cell::default();
}

fn count(change: impl FnOnce(&mut Work)) {
    #[cfg(test)]
    DONE.with(|done| {
        let mut work = done.get();
        change(&mut work);
        done.set(work);
    });
    #[cfg(not(test))]
    let _ = change;
}

/// A page is about to be written to.
pub(super) fn page<T>(page: &Arc<[T]>) {
    count(|work| work.pages = work.pages.saturating_add(usize::from(Arc::strong_count(page) > 1 && !page.is_empty())));
}

pub(super) fn bucket() {
    count(|work| work.buckets = work.buckets.saturating_add(1));
}

pub(super) fn step() {
    count(|work| work.steps = work.steps.saturating_add(1));
}

pub(super) fn application() {
    count(|work| work.applications = work.applications.saturating_add(1));
}

/// What is done meanwhile.
#[cfg(test)]
pub(super) fn of(action: impl FnOnce()) -> Work {
    let before = DONE.get();
    action();
    let after = DONE.get();
    Work {
        pages: after.pages - before.pages,
        buckets: after.buckets - before.buckets,
        steps: after.steps - before.steps,
        applications: after.applications - before.applications,
    }
}
