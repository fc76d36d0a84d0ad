//! A list in copy-on-write pages: a clone is one reference count, a write copies what it shares with another clone and no
//! more: one page of `N` entries, one branch of 32 pages, and the spine of branches.
//!
//! ```text
//! spine ─► branch ─► page ─► [T; up to N]
//!    │        └────► page
//!    └───► branch ─► …        32 pages a branch
//! ```
//!
//! A page that was never written takes no memory. Reads of it answer `None`, which stands for the default.
//! So a column costs nothing where most things leave it at its default.
//!
//! `im::Vector` does the same with smaller nodes; it needs `std`, and takes three times as long for the first write after
//! a clone. The tests hold this list against it.

use alloc::{sync::Arc, vec::Vec};
use core::{ops::Range, ptr};

use super::work;

const BRANCH_PAGES_LOG2: u32 = 5;
const FIRST_PAGE_ENTRIES: usize = 4;

/// `N`, the entries of a page, is a power of two.
#[derive(Debug)]
pub(crate) struct Pages<T, const N: usize> {
    /// `Arc<[T]>` and not `Arc<Vec<T>>`: each level of a read follows one pointer less.
    spine: Arc<[Branch<T>]>,
    len: usize,
}

type Branch<T> = Arc<[Page<T>]>;
type Page<T> = Arc<[T]>;

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

/// The branch of an entry, its page in the branch, and its position in the page.
const fn place<const N: usize>(index: usize) -> (usize, usize, usize) {
    // `N` is a power of two, so shifts and masks replace divisions and remainders.
    let page = index.wrapping_shr(N.trailing_zeros());
    let in_branch = page & 1_usize.wrapping_shl(BRANCH_PAGES_LOG2).wrapping_sub(1);
    (page.wrapping_shr(BRANCH_PAGES_LOG2), in_branch, index & N.wrapping_sub(1))
}

/// A copy of a list that goes on with `more` up to this length.
fn lengthened<T: Clone>(entries: &[T], len: usize, more: T) -> Arc<[T]> {
    // By way of a `Vec`: collected from an iterator, each type of entry would be compiled once for each kind of iterator.
    let mut copy = Vec::with_capacity(len);
    copy.extend_from_slice(entries);
    copy.resize(len, more);
    copy.into()
}

impl<T, const N: usize> Pages<T, N> {
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// The entry at an index; `None` if it was never written, which stands for the default.
    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        let (branch, page, entry) = place::<N>(index);
        self.spine.get(branch)?.get(page)?.get(entry)
    }

    /// Prepares for this many reads, each in two steps where [`get`](Self::get) takes four.
    ///
    /// Setting it up costs one step for each page. It is skipped when fewer entries than pages will be
    /// read, so that reading one entry of a long column costs one entry.
    pub(crate) fn reader(&self, entries: usize) -> Reader<'_, T, N> {
        // The shift divides by `N`: the length in whole pages.
        let is_worth_it = entries >= self.len.wrapping_shr(N.trailing_zeros());
        let pages = self.pages().take(if is_worth_it { usize::MAX } else { 0 });
        // Only a slice of exactly `N` entries converts to an array. The short first page of a small list
        // and pages without memory become `None`, and reads of those take the slow path.
        let pages: Vec<_> = pages.map(|page| page.try_into().ok()).collect();
        work::pages_side_by_side(pages.len());
        Reader { pages, all: self }
    }

    /// The pages in order, as far as they were written: `N` entries each, but for the first of a list that is shorter.
    pub(crate) fn pages(&self) -> impl Iterator<Item = &[T]> {
        self.spine.iter().flat_map(|branch| branch.iter()).map(|page| &**page)
    }

    /// So many entries from one on that are in one page, as far as they were written.
    pub(crate) fn piece(&self, start: usize, len: usize) -> &[T] {
        let (branch, page, entry) = place::<N>(start);
        let page = self.spine.get(branch).and_then(|branch| branch.get(page));
        let rest = page.and_then(|page| page.get(entry..)).unwrap_or(&[]);
        rest.get(..len).unwrap_or(rest)
    }

    /// The ranges of entries that may differ from another list: all pages that the two lists do not share.
    pub(crate) fn unshared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = Range<usize>> + 'a {
        // Equal pointers prove equal content, so a shared spine or branch is skipped with all its pages
        // unseen.
        let are_one = Arc::ptr_eq(&self.spine, &other.spine);
        let branches = if are_one { 0 } else { self.spine.len().max(other.spine.len()) };
        let unshared = (0..branches).filter(|branch| match (self.spine.get(*branch), other.spine.get(*branch)) {
            (Some(here), Some(there)) => !Arc::ptr_eq(here, there),
            _ => true,
        });
        let starts = unshared.flat_map(|branch| {
            let start = branch.wrapping_shl(BRANCH_PAGES_LOG2).saturating_mul(N);
            (start..).step_by(N).take(1_usize.wrapping_shl(BRANCH_PAGES_LOG2))
        });
        starts.map(|start| start..start.saturating_add(N)).filter(|page| {
            let (here, there) = (self.piece(page.start, N), other.piece(page.start, N));
            // Two empty pieces are equal, but need not have the same address.
            !(ptr::eq(here, there) || here.is_empty() && there.is_empty())
        })
    }

    /// Lengthens the list to this many entries; the new ones are at their default.
    pub(crate) fn lengthen_to(&mut self, len: usize) {
        self.len = self.len.max(len);
    }
}

/// All pages side by side.
pub(crate) struct Reader<'a, T, const N: usize> {
    /// The pages with exactly `N` entries; `None` for any other page.
    pages: Vec<Option<&'a [T; N]>>,
    all: &'a Pages<T, N>,
}

impl<'a, T, const N: usize> Reader<'a, T, N> {
    /// As [`Pages::get`].
    pub(crate) fn get(&self, index: usize) -> Option<&'a T> {
        match self.pages.get(index.wrapping_shr(N.trailing_zeros())) {
            Some(Some(page)) => page.get(index & N.wrapping_sub(1)),
            _ => self.get_elsewhere(index),
        }
    }

    #[cold]
    fn get_elsewhere(&self, index: usize) -> Option<&'a T> {
        self.all.get(index)
    }
}

impl<T: Copy + Default, const N: usize> Pages<T, N> {
    /// Every entry.
    pub(crate) fn iter(&self) -> impl Iterator<Item = T> {
        (0..self.len).map(|index| self.get(index).copied().unwrap_or_default())
    }
}

impl<T: Clone + PartialEq + Default, const N: usize> FromIterator<T> for Pages<T, N> {
    /// Builds the list page by page, without a lookup for each entry.
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        let (mut entries, mut len, mut pages) = (entries.into_iter(), 0_usize, Vec::new());
        loop {
            let mut page: Page<T> = entries.by_ref().take(N).collect();
            if page.is_empty() {
                break;
            }
            len = len.saturating_add(page.len());
            // All pages but the first have `N` entries, also the last one: a reader can then use it, and a
            // push need not lengthen it.
            if page.len() != N && !pages.is_empty() {
                page = lengthened(&page, N, T::default());
            }
            // A page of defaults reads the same without memory.
            if page.iter().all(|entry| *entry == T::default()) {
                page = Page::default();
            }
            pages.push(page);
        }
        let spine = pages.chunks(1_usize.wrapping_shl(BRANCH_PAGES_LOG2)).map(Branch::from).collect();
        Self { spine, len }
    }
}

impl<T: Clone + Default, const N: usize> Pages<T, N> {
    /// The entry at an index, for writing; `None` beyond the end.
    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        if index >= self.len {
            return None;
        }
        let (_, _, entry) = place::<N>(index);
        self.page_mut(index)?.get_mut(entry)
    }

    /// The page of an index, for writing, long enough to contain the index.
    pub(crate) fn page_mut(&mut self, index: usize) -> Option<&mut [T]> {
        let (branch, page, entry) = place::<N>(index);
        if self.spine.len() <= branch {
            // Pages are numbered across branches by whoever passes over them, so each branch but the last one is whole:
            // what was never written is an empty page there, which takes no memory of its own. All branches that nothing
            // was written to are one.
            let whole = |pages: &[Page<T>]| lengthened(pages, 1_usize.wrapping_shl(BRANCH_PAGES_LOG2), Page::default());
            let mut spine = self.spine.to_vec();
            if let Some(last) = spine.last_mut() {
                *last = whole(last);
            }
            spine.resize(branch, whole(&[]));
            spine.push(Branch::default());
            self.spine = spine.into();
        }
        let branch = Arc::make_mut(&mut self.spine).get_mut(branch)?;
        if branch.len() <= page {
            *branch = lengthened(branch, page.saturating_add(1), Page::default());
        }
        let page = Arc::make_mut(branch).get_mut(page)?;
        if page.len() <= entry {
            // The first page doubles as the list grows, so that a small tenant stays small. All other pages
            // are allocated whole. `entry` is the first index that does not fit, so twice that is at least
            // twice the page.
            let doubled = entry.saturating_mul(2).clamp(FIRST_PAGE_ENTRIES.min(N), N);
            let entries = if index < N { doubled } else { N };
            *page = lengthened(page, entries, T::default());
        }
        work::page(page);
        Some(Arc::make_mut(page))
    }

    /// Changes two entries, where they exist. Both are often in one page, which is then made writable once:
    /// checking at each level that no clone shares it takes longer than the rest of the write.
    pub(crate) fn change_both(
        &mut self,
        one: Option<usize>,
        change_one: impl FnOnce(&mut T),
        other: Option<usize>,
        change_other: impl FnOnce(&mut T),
    ) {
        let page = |index: usize| index.wrapping_shr(N.trailing_zeros());
        let [one, other] = [one, other].map(|index| index.filter(|index| *index < self.len));
        if let (Some(one), Some(other)) = (one, other)
            && page(one) == page(other)
        {
            // The higher index, because a short first page grows only up to the index that is asked for.
            let Some(page) = self.page_mut(one.max(other)) else { return };
            let (_, _, one) = place::<N>(one);
            let (_, _, other) = place::<N>(other);
            page.get_mut(one).map(change_one);
            page.get_mut(other).map(change_other);
            return;
        }
        one.and_then(|one| self.get_mut(one)).map(change_one);
        other.and_then(|other| self.get_mut(other)).map(change_other);
    }

    /// Sets an entry that exists; nothing where it does not.
    pub(crate) fn set(&mut self, index: usize, value: T) {
        if let Some(entry) = self.get_mut(index) {
            *entry = value;
        }
    }

    pub(crate) fn push(&mut self, value: T) {
        // The length first: `set` ignores an index beyond the end.
        self.len = self.len.saturating_add(1);
        self.set(self.len.saturating_sub(1), value);
    }
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};
    use core::iter;

    use proptest::prelude::*;

    use super::*;

    fn at(pages: &Pages<u32, 8>, index: usize) -> Option<u32> {
        (index < pages.len()).then(|| pages.get(index).copied().unwrap_or_default())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever is written, and whenever it is cloned, the list and each clone stay what `im::Vector` says.
        #[test]
        fn as_im_vector(operations in prop::collection::vec((0_u8..6, any::<u16>(), any::<u32>()), 0..600)) {
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
                        prop_assert_eq!(at(&pages, index), vector.get(index).copied());
                    }
                    3 => {
                        let more = usize::from(index % 50);
                        pages.lengthen_to(pages.len() + more);
                        vector.extend(iter::repeat_n(0, more));
                    }
                    4 => {
                        // Near each other or far apart, one of them twice, none, or behind the end.
                        let one = usize::from(index) % (vector.len() + 2);
                        let other = (value % 5 > 0).then(|| (one + usize::try_from(value % 11).unwrap()).saturating_sub(3));
                        let later = |number: &mut u32| *number = number.wrapping_mul(3).wrapping_add(1);
                        pages.change_both(Some(one), |number| *number = value, other, later);
                        vector.get_mut(one).into_iter().for_each(|number| *number = value);
                        other.and_then(|other| vector.get_mut(other)).into_iter().for_each(later);
                    }
                    _ => clones.push((pages.clone(), vector.clone())),
                }
            }
            for (clone, _) in &clones {
                let unshared: Vec<usize> = clone.unshared(&pages).flatten().collect();
                let shared = (0..clone.len()).filter(|index| unshared.binary_search(index).is_err());
                prop_assert!(shared.clone().all(|index| at(clone, index) == at(&pages, index)));
            }
            clones.push((pages.iter().collect(), vector.clone()));
            clones.push((pages, vector));
            for (pages, vector) in clones {
                prop_assert_eq!(pages.len(), vector.len());
                prop_assert!(pages.iter().eq(vector.iter().copied()));
                prop_assert!((0..=pages.len()).all(|index| at(&pages, index) == vector.get(index).copied()));
                prop_assert!(pages.pages().all(|page| page.len() <= 8));
            }
        }
    }

    fn sizes<const N: usize>(pages: &Pages<usize, N>) -> Vec<usize> {
        pages.pages().map(<[usize]>::len).collect()
    }

    #[test]
    fn the_first_page_doubles_and_the_others_are_whole() {
        let mut pages = Pages::<usize, 64>::default();
        for number in 0..200 {
            pages.push(number);
            let first = (0..8).map(|doubled| FIRST_PAGE_ENTRIES << doubled).find(|size| *size > number).unwrap();
            let mut expected = alloc::vec![64; number / 64 + 1];
            expected[0] = first.min(64);
            assert_eq!(sizes(&pages), expected);
            assert!(pages.iter().eq(0..=number));
        }
    }

    /// Pages are counted across branches: a gap of pages at the end of a branch that nothing was written to must not shift
    /// those behind it.
    #[test]
    fn a_gap_at_the_end_of_a_branch_shifts_no_page() {
        let mut list = Pages::<u8, 4>::default();
        list.lengthen_to(400);
        list.set(0, 1);
        list.set(300, 2);
        let written = list.pages().enumerate().filter(|(_, page)| page.iter().any(|entry| *entry != 0));
        assert_eq!(written.map(|(page, _)| page).collect::<Vec<_>>(), [0, 300 / 4]);
        let reader = list.reader(400);
        assert_eq!((reader.get(300), list.get(300)), (Some(&2), Some(&2)));
    }

    #[test]
    fn a_list_made_in_one_go_has_whole_pages_behind_the_first() {
        for (len, expected) in [(0, Vec::new()), (3, vec![3]), (64, vec![64]), (65, vec![64, 64]), (130, vec![64; 3])] {
            let pages: Pages<usize, 64> = (1..=len).collect();
            assert_eq!((pages.len(), sizes(&pages)), (len, expected));
        }
    }

    #[test]
    fn a_page_is_shared_until_it_is_written_to() {
        let mut pages = (0..2_000_usize).collect::<Pages<_, 8>>();
        let clone = pages.clone();
        assert_eq!(clone.unshared(&pages).count(), 0);
        for index in [9, 1_030, 1_031] {
            pages.set(index, 7);
        }
        (0..3).for_each(|_| pages.push(7));
        assert!(clone.unshared(&pages).eq([8..16, 1_024..1_032, 2_000..2_008]));
        assert!(pages.unshared(&clone).eq([8..16, 1_024..1_032, 2_000..2_008]));
        assert_eq!(pages.unshared(&pages.iter().collect()).count(), 251);
    }

    #[test]
    fn nothing_behind_the_end_is_changed() {
        let mut pages = Pages::<usize, 64>::default();
        (0..3).for_each(|number| pages.push(number));
        pages.change_both(Some(3), |number| *number = 7, Some(1), |number| *number = 7);
        pages.lengthen_to(4);
        assert!(pages.iter().eq([0, 7, 2, 0]));
    }

    #[test]
    fn what_was_never_written_takes_no_memory() {
        let mut pages = Pages::<usize, 64>::default();
        pages.lengthen_to(10_000);
        assert_eq!((pages.len(), sizes(&pages)), (10_000, Vec::new()));
        pages.set(130, 7);
        assert_eq!((pages.get(130), pages.get(131), pages.get(1)), (Some(&7), Some(&0), None));
        assert_eq!(sizes(&pages), [0, 0, 64]);
        assert_eq!(pages.iter().sum::<usize>(), 7);
    }
}
