//! A list in copy-on-write pages: a clone is one reference count, a write copies what it shares with another clone and no
//! more: one page of `N` entries, one branch of 32 pages, and the spine of branches.
//!
//! ```text
//! spine ─► branch ─► page ─► [T; up to N]
//!    │        └────► page
//!    └───► branch ─► …        32 pages a branch
//! ```
//!
//! `im::Vector` does the same with smaller nodes; it needs `std`, and takes three times as long for the first write after
//! a clone. The tests hold this list against it.

use alloc::{sync::Arc, vec::Vec};
use core::iter;

const BRANCH_PAGES_LOG2: u32 = 5;
const FIRST_PAGE_ENTRIES: usize = 4;

/// `N`, the entries of a page, is a power of two.
#[derive(Debug)]
pub(super) struct Pages<T, const N: usize> {
    spine: Arc<Vec<Branch<T>>>,
    len: usize,
}

type Branch<T> = Arc<Vec<Arc<[T]>>>;

impl<T, const N: usize> Clone for Pages<T, N> {
    fn clone(&self) -> Self {
        Self { spine: Arc::clone(&self.spine), len: self.len }
    }
}

impl<T, const N: usize> Default for Pages<T, N> {
    fn default() -> Self {
        Self { spine: Arc::default(), len: 0 }
    }
}

/// Where an entry is: its branch, its page in there, its place in there.
const fn place<const N: usize>(index: usize) -> (usize, usize, usize) {
    let page = index.wrapping_shr(N.trailing_zeros());
    let in_branch = page & 1_usize.wrapping_shl(BRANCH_PAGES_LOG2).wrapping_sub(1);
    (page.wrapping_shr(BRANCH_PAGES_LOG2), in_branch, index & N.wrapping_sub(1))
}

impl<T, const N: usize> Pages<T, N> {
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, index: usize) -> Option<&T> {
        let (branch, page, entry) = place::<N>(index);
        // Beyond `len` a page is filled up with defaults.
        if index >= self.len {
            return None;
        }
        self.spine.get(branch)?.get(page)?.get(entry)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.spine.iter().flat_map(|branch| branch.iter()).flat_map(|page| page.iter()).take(self.len)
    }
}

impl<T: Clone + Default, const N: usize> Pages<T, N> {
    /// So many entries, all at their default.
    pub(super) fn of_defaults(len: usize) -> Self {
        let mut pages = Self::default();
        for _ in 0..len {
            pages.push(T::default());
        }
        pages
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        let (branch, page, entry) = place::<N>(index);
        if index >= self.len {
            return None;
        }
        let page = Arc::make_mut(Arc::make_mut(&mut self.spine).get_mut(branch)?).get_mut(page)?;
        Arc::make_mut(page).get_mut(entry)
    }

    /// Changes the entries at ascending indexes, each page looked up once.
    pub(super) fn update_ascending(&mut self, indexes: impl Iterator<Item = usize>, mut update: impl FnMut(&mut T)) {
        let len = self.len;
        let mut indexes = indexes.take_while(|index| *index < len).peekable();
        let spine = Arc::make_mut(&mut self.spine);
        while let Some(first) = indexes.peek().copied() {
            let (branch, page, _) = place::<N>(first);
            let page = spine.get_mut(branch).and_then(|branch| Arc::make_mut(branch).get_mut(page));
            let Some(page) = page.map(Arc::make_mut) else { return };
            let beyond = (first | N.wrapping_sub(1)).saturating_add(1);
            while let Some(index) = indexes.next_if(|index| (first..beyond).contains(index)) {
                if let Some(entry) = page.get_mut(index & N.wrapping_sub(1)) {
                    update(entry);
                }
            }
            // One that does not ascend ends it, so that a wrong caller cannot keep it running.
            if indexes.peek().is_some_and(|next| *next < beyond) {
                return;
            }
        }
    }

    /// Sets an entry that exists; nothing where it does not.
    pub(super) fn set(&mut self, index: usize, value: T) {
        if let Some(entry) = self.get_mut(index) {
            *entry = value;
        }
    }

    pub(super) fn push(&mut self, value: T) {
        let (branch, page, entry) = place::<N>(self.len);
        let spine = Arc::make_mut(&mut self.spine);
        if branch == spine.len() {
            spine.push(Arc::default());
        }
        let Some(branch) = spine.get_mut(branch) else { return };
        let branch = Arc::make_mut(branch);
        // The first page grows with the list, so that a small tenant stays small; all others are made whole.
        let entries = if self.len < N { entry.saturating_mul(2).clamp(FIRST_PAGE_ENTRIES, N) } else { N };
        match branch.get_mut(page) {
            None => branch.push(iter::repeat_n(T::default(), entries).collect()),
            Some(page) if entry == page.len() => {
                *page = page.iter().cloned().chain(iter::repeat(T::default())).take(entries).collect();
            }
            Some(_) => {}
        }
        self.len = self.len.saturating_add(1);
        self.set(self.len.saturating_sub(1), value);
    }
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever is written, and whenever it is cloned, the list and each clone stay what `im::Vector` says.
        #[test]
        fn as_im_vector(operations in prop::collection::vec((0_u8..4, any::<u16>(), any::<u32>()), 0..600)) {
            let (mut pages, mut vector) = (Pages::<u32, 8>::default(), im::Vector::new());
            let mut clones = Vec::new();
            for (operation, index, value) in operations {
                match operation {
                    0 | 1 => {
                        pages.push(value);
                        vector.push_back(value);
                    }
                    2 => {
                        let index = usize::from(index) % (vector.len() + 1);
                        pages.set(index, value);
                        if index < vector.len() {
                            vector.set(index, value);
                        }
                        prop_assert_eq!(pages.get(index), vector.get(index));
                    }
                    _ => clones.push((pages.clone(), vector.clone())),
                }
            }
            clones.push((pages, vector));
            for (pages, vector) in clones {
                prop_assert_eq!(pages.len(), vector.len());
                prop_assert!(pages.iter().eq(vector.iter()));
                prop_assert!((0..=pages.len()).all(|index| pages.get(index) == vector.get(index)));
            }
        }
    }

    #[test]
    fn the_first_page_doubles_and_the_others_are_whole() {
        let mut pages = Pages::<usize, 64>::default();
        for number in 0..200 {
            pages.push(number);
            let sizes: Vec<_> = pages.spine.iter().flat_map(|branch| branch.iter()).map(|page| page.len()).collect();
            let first = (0..8).map(|doubled| FIRST_PAGE_ENTRIES << doubled).find(|size| *size > number).unwrap();
            let mut expected = vec![64; number / 64 + 1];
            expected[0] = first.min(64);
            assert_eq!(sizes, expected);
            assert!(pages.iter().copied().eq(0..=number));
        }
    }
}
