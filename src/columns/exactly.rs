//! An iterator whose length is known from elsewhere.

/// An iterator that yields this many items, a count that is kept beside what it passes over. It stops there, so that a
/// search does not go on to the end of a column behind the last item.
#[derive(Debug, Clone)]
pub(crate) struct Exactly<I> {
    items: I,
    left: usize,
}

impl<I: Iterator> Exactly<I> {
    pub(crate) const fn new(items: I, len: usize) -> Self {
        Self { items, left: len }
    }
}

impl<I: Iterator> Iterator for Exactly<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.left = self.left.checked_sub(1)?;
        let next = self.items.next();
        debug_assert!(next.is_some(), "a count says {} more than there are", self.left.saturating_add(1));
        next
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<I: DoubleEndedIterator> DoubleEndedIterator for Exactly<I> {
    fn next_back(&mut self) -> Option<I::Item> {
        self.left = self.left.checked_sub(1)?;
        let next = self.items.next_back();
        debug_assert!(next.is_some(), "a count says {} more than there are", self.left.saturating_add(1));
        next
    }
}

impl<I: Iterator> ExactSizeIterator for Exactly<I> {}
