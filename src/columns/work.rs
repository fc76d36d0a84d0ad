//! Counters of what the columns do, for tests only: a path that stops being O(1), or does its work twice,
//! fails a test instead of passing slowly. In other builds nothing is counted, at no cost.

use alloc::sync::Arc;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Work {
    /// Pages of a column that were copied because a snapshot shares them.
    pub(crate) pages: usize,
    /// Buckets of an index that were looked into.
    pub(crate) buckets: usize,
    /// Steps from node to node, from an element up to its set.
    pub(crate) steps: usize,
    /// Elements whose node was read or written one by one, or 64 at once.
    pub(crate) elements: usize,
    /// Pages that a reader put side by side.
    pub(crate) side_by_side: usize,
    /// Nodes of a tree that were looked at or made.
    pub(crate) nodes: usize,
    /// Words of an order, and counts of it, that were passed.
    pub(crate) words: usize,
    /// Words of a bit set that was made.
    pub(crate) bits: usize,
    /// Things that were laid out anew.
    pub(crate) laid_out: usize,
    /// Entries that an index took over when it grew.
    pub(crate) grown: usize,
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
    // The closure is never called, so the compiler removes it with the whole counter.
    let _ = change;
}

/// Counts a page that is about to be copied: one that is not empty and that another clone shares.
pub(crate) fn page<T>(page: &Arc<[T]>) {
    count(|work| work.pages = work.pages.saturating_add(usize::from(Arc::strong_count(page) > 1 && !page.is_empty())));
}

pub(crate) fn bucket() {
    count(|work| work.buckets = work.buckets.saturating_add(1));
}

pub(crate) fn step() {
    count(|work| work.steps = work.steps.saturating_add(1));
}

pub(crate) fn element() {
    count(|work| work.elements = work.elements.saturating_add(1));
}

pub(crate) fn pages_side_by_side(pages: usize) {
    count(|work| work.side_by_side = work.side_by_side.saturating_add(pages));
}

pub(crate) fn node() {
    count(|work| work.nodes = work.nodes.saturating_add(1));
}

pub(crate) fn word() {
    count(|work| work.words = work.words.saturating_add(1));
}

pub(crate) fn bits(words: usize) {
    count(|work| work.bits = work.bits.saturating_add(words));
}

pub(crate) fn laid_out() {
    count(|work| work.laid_out = work.laid_out.saturating_add(1));
}

pub(crate) fn grown(entries: usize) {
    count(|work| work.grown = work.grown.saturating_add(entries));
}

#[cfg(test)]
impl Work {
    /// All of it together, one thing counted as another, but for words, of which a cache line has eight.
    pub(crate) fn sum(&self) -> usize {
        let Self { pages, buckets, steps, elements, side_by_side, nodes, words, bits, laid_out, grown } = *self;
        pages + buckets + steps + elements + side_by_side + nodes + words / 8 + bits + laid_out + grown
    }
}

/// What is done meanwhile.
#[cfg(test)]
pub(crate) fn of(action: impl FnOnce()) -> Work {
    let before = DONE.get();
    action();
    let after = DONE.get();
    Work {
        pages: after.pages - before.pages,
        buckets: after.buckets - before.buckets,
        steps: after.steps - before.steps,
        elements: after.elements - before.elements,
        side_by_side: after.side_by_side - before.side_by_side,
        nodes: after.nodes - before.nodes,
        words: after.words - before.words,
        bits: after.bits - before.bits,
        laid_out: after.laid_out - before.laid_out,
        grown: after.grown - before.grown,
    }
}
