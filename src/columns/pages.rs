//! A list in copy-on-write pages: a clone is one reference count, a write copies what it shares with another clone and no
//! more: one page of `N` entries, and a branch of at most 32 for each level above it.
//!
//! ```text
//! page                                    one is all there is of a small list: [T; up to N]
//! spine ─┬► branch ─┬► page               up to 32 branches of up to 32 pages
//!        │          └► page
//!        └► branch ─► …
//! trunk ─► spine ─► branch ─► page        as many spines as there must be
//! ```
//!
//! A page that was never written takes no memory. Reads of it answer `None`, which stands for the default.
//! So a column costs nothing where most things leave it at its default.
//!
//! `im::Vector` does the same with smaller nodes; it needs `std`, and takes three times as long for the first write after
//! a clone. The tests hold this list against it.

use alloc::{sync::Arc, vec::Vec};
use core::{mem, ops::Range, ptr};

use super::work;

/// The pages of a branch, and those of a spine.
const BRANCH: usize = 32;
const SPINE: usize = BRANCH * BRANCH;

/// `N`, the entries of a page, is a power of two.
#[derive(Debug)]
pub(crate) struct Pages<T, const N: usize> {
    root: Root<T>,
    len: usize,
}

/// As low as it can be. Each level has its type, so that a read shifts by constants.
#[derive(Debug)]
enum Root<T> {
    /// Nothing was written yet. A clone counts no reference: many columns of a tenant are like that.
    Nothing,
    Page(Page<T>),
    Spine(Spine<T>),
    Trunk(Trunk<T>),
}

/// `Arc<[T]>` and not `Arc<Vec<T>>`: each level of a read follows one pointer less.
type Page<T> = Arc<[T]>;
type Branch<T> = Arc<[Page<T>]>;
type Spine<T> = Arc<[Branch<T>]>;
type Trunk<T> = Arc<[Spine<T>]>;

impl<T> Clone for Root<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Nothing => Self::Nothing,
            Self::Page(page) => Self::Page(Arc::clone(page)),
            Self::Spine(spine) => Self::Spine(Arc::clone(spine)),
            Self::Trunk(trunk) => Self::Trunk(Arc::clone(trunk)),
        }
    }
}

impl<T, const N: usize> Clone for Pages<T, N> {
    fn clone(&self) -> Self {
        Self { root: self.root.clone(), len: self.len }
    }
}

impl<T, const N: usize> Default for Pages<T, N> {
    fn default() -> Self {
        Self { root: Root::Nothing, len: 0 }
    }
}

/// The number of a node that holds so many, and the place in it, of what has this number one level down.
const fn split(number: usize, size: usize) -> (usize, usize) {
    // Sizes are powers of two, so shifts and masks replace divisions and remainders.
    (number.wrapping_shr(size.trailing_zeros()), number & size.wrapping_sub(1))
}

/// A copy of a list that goes on with `more` up to this length.
fn lengthened<T: Clone>(entries: &[T], len: usize, more: T) -> Arc<[T]> {
    // By way of a `Vec`: collected from an iterator, each type of entry would be compiled once for each kind of iterator.
    let mut copy = Vec::with_capacity(len);
    copy.extend_from_slice(entries);
    copy.resize(len, more);
    copy.into()
}

/// What stands at a place of a node, for writing.
fn below<T>(node: &mut Arc<[Arc<[T]>]>, place: usize) -> Option<&mut Arc<[T]>> {
    if node.len() <= place {
        *node = lengthened(node, place.saturating_add(1), Arc::default());
    }
    Arc::make_mut(node).get_mut(place)
}

/// One level up: the nodes of these, 32 to each. One of nothing but what was never written is empty.
fn gathered<T>(nodes: &[Arc<[T]>]) -> Vec<Arc<[Arc<[T]>]>> {
    let node =
        |nodes: &[Arc<[T]>]| if nodes.iter().all(|node| node.is_empty()) { Arc::default() } else { nodes.into() };
    nodes.chunks(BRANCH).map(node).collect()
}

/// Where two lists of nodes do not share one, with what there is in both.
fn unshared<'a, T>(ones: &'a [Arc<[T]>], others: &'a [Arc<[T]>]) -> impl Iterator<Item = (usize, &'a [T], &'a [T])> {
    let both = (0..ones.len().max(others.len())).map(move |place| {
        let [one, other] = [ones, others].map(|nodes| nodes.get(place).map_or(&[][..], |node| node));
        (place, one, other)
    });
    // Equal pointers prove equal content, so a shared node is skipped with all below it unseen. Two empty ones are equal, but
    // need not have the same address.
    both.filter(|(_, one, other)| !(ptr::eq(*one, *other) || one.is_empty() && other.is_empty()))
}

fn page_of<T>(spine: &[Branch<T>], number: usize) -> Option<&Page<T>> {
    let (branch, page) = split(number, BRANCH);
    spine.get(branch)?.get(page)
}

/// Apart, so that a read of a list that is not that long is short enough to stand where it is made.
#[cold]
fn page_far_down<T>(trunk: &[Spine<T>], number: usize) -> Option<&Page<T>> {
    let (spine, number) = split(number, SPINE);
    page_of(trunk.get(spine)?, number)
}

impl<T> Root<T> {
    fn of(pages: &[Page<T>]) -> Self {
        let branches = gathered(pages);
        let spines = gathered(&branches);
        match (pages, &*spines) {
            (_, spines) if spines.iter().all(|spine| spine.is_empty()) => Self::Nothing,
            ([page], _) => Self::Page(page.clone()),
            (_, [spine]) => Self::Spine(spine.clone()),
            _ => Self::Trunk(spines.into()),
        }
    }

    /// Itself, or what it would be one level higher.
    fn raised(self) -> Self {
        match self {
            Self::Nothing => Self::Spine(Arc::default()),
            Self::Page(page) => Self::Spine([[page].into()].into()),
            Self::Spine(spine) => Self::Trunk([spine].into()),
            trunk @ Self::Trunk(_) => trunk,
        }
    }

    fn trunk(&self) -> Trunk<T> {
        match self {
            Self::Trunk(trunk) => Arc::clone(trunk),
            lower => lower.clone().raised().trunk(),
        }
    }

    /// Two that stand at the same one are the same.
    fn address(&self) -> *const () {
        match self {
            Self::Nothing => ptr::null(),
            Self::Page(page) => Arc::as_ptr(page).cast(),
            Self::Spine(spine) => Arc::as_ptr(spine).cast(),
            Self::Trunk(trunk) => Arc::as_ptr(trunk).cast(),
        }
    }

    /// For how many pages there is room without another level.
    const fn room(&self) -> usize {
        match self {
            Self::Nothing | Self::Page(_) => 1,
            Self::Spine(_) => SPINE,
            Self::Trunk(_) => usize::MAX,
        }
    }
}

impl<T, const N: usize> Pages<T, N> {
    /// The first page begins with four entries, or with one where that is a cache line.
    const FIRST_PAGE: usize = if size_of::<T>() < 64 { 4 } else { 1 };

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// The number of the page of an index.
    const fn number(index: usize) -> usize {
        // `N` is a power of two, so shifts and masks replace divisions and remainders.
        index.wrapping_shr(N.trailing_zeros())
    }

    /// The position of an index in its page.
    const fn position(index: usize) -> usize {
        index & N.wrapping_sub(1)
    }

    /// The entry at an index; `None` if it was never written, which stands for the default.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        let number = Self::number(index);
        match &self.root {
            Root::Spine(spine) => page_of(spine, number)?.get(Self::position(index)),
            Root::Page(page) => page.get(index),
            Root::Nothing => None,
            Root::Trunk(trunk) => page_far_down(trunk, number)?.get(Self::position(index)),
        }
    }

    fn page(&self, number: usize) -> &[T] {
        let page = match &self.root {
            Root::Spine(spine) => page_of(spine, number),
            Root::Page(page) => (number == 0).then_some(page),
            Root::Nothing => None,
            Root::Trunk(trunk) => page_far_down(trunk, number),
        };
        page.map_or(&[], |page| page)
    }

    /// Prepares for this many reads, each in two steps where [`get`](Self::get) takes up to five.
    ///
    /// Setting it up costs one read for each page. It is skipped when fewer entries than pages will be
    /// read, so that reading one entry of a long column costs one entry.
    pub(crate) fn reader(&self, entries: usize) -> Reader<'_, T, N> {
        let is_worth_it = entries >= Self::number(self.len);
        let pages = self.pages().take(if is_worth_it { usize::MAX } else { 0 });
        // Only a slice of exactly `N` entries converts to an array. The short first page of a small list
        // and pages without memory become `None`, and reads of those take the slow path.
        let pages: Vec<_> = pages.map(|page| page.try_into().ok()).collect();
        work::pages_side_by_side(pages.len());
        Reader { pages, all: self }
    }

    /// The pages in order: `N` entries each, but for the first of a list that is shorter, and none in what was never written.
    /// Those at the end may be left out if they were never written.
    pub(crate) fn pages(&self) -> impl Iterator<Item = &[T]> {
        let end = match &self.root {
            Root::Nothing => 0,
            Root::Page(_) => 1,
            // No further than the last branch.
            Root::Spine(spine) => {
                let last = spine.last().map_or(0, |branch| branch.len());
                spine.len().saturating_sub(1).saturating_mul(BRANCH).saturating_add(last)
            }
            Root::Trunk(_) => self.len.div_ceil(N),
        };
        (0..end).map(|number| self.page(number))
    }

    /// So many entries from one on that are in one page, as far as they were written.
    pub(crate) fn piece(&self, start: usize, len: usize) -> &[T] {
        let rest = self.page(Self::number(start)).get(Self::position(start)..).unwrap_or(&[]);
        rest.get(..len).unwrap_or(rest)
    }

    /// The ranges of entries that may differ from another list: all pages that the two lists do not share.
    pub(crate) fn unshared(&self, other: &Self) -> impl Iterator<Item = Range<usize>> + use<T, N> {
        let mut starts = Vec::new();
        // Mostly all of it is shared, and then nothing is put on one level.
        if self.root.address() != other.root.address() {
            let start = |place: usize, pages: usize| place.saturating_mul(pages).saturating_mul(N);
            for (spine, ones, others) in unshared(&self.root.trunk(), &other.root.trunk()) {
                for (branch, ones, others) in unshared(ones, others) {
                    let pages = unshared(ones, others).map(|(page, _, _)| start(page, 1));
                    starts.extend(pages.map(|page| start(spine, SPINE) | start(branch, BRANCH) | page));
                }
            }
        }
        starts.into_iter().map(|start| start..start.saturating_add(N))
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
    /// As [`Pages::get`], with what stands for the default where nothing was written.
    pub(crate) fn get_or<'b>(&self, index: usize, default: &'b T) -> &'b T
    where
        'a: 'b,
    {
        match self.pages.get(Pages::<T, N>::number(index)) {
            Some(Some(page)) => page.get(Pages::<T, N>::position(index)).unwrap_or(default),
            _ => self.get_elsewhere(index).unwrap_or(default),
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

/// A list that is filled from its start, page by page, without a look-up for each entry.
pub(crate) struct Filling<T, const N: usize> {
    pages: Vec<Page<T>>,
    /// What is to be the next page.
    entries: Vec<T>,
}

impl<T, const N: usize> Default for Filling<T, N> {
    fn default() -> Self {
        Self { pages: Vec::new(), entries: Vec::new() }
    }
}

impl<T: Clone + PartialEq + Default, const N: usize> Filling<T, N> {
    pub(crate) fn push(&mut self, entry: T) {
        if self.entries.len() == N {
            self.turn();
        }
        self.entries.push(entry);
    }

    fn turn(&mut self) {
        // A page of defaults reads the same without memory.
        let is_default = self.entries.iter().all(|entry| *entry == T::default());
        let page: Page<T> = self.entries.drain(..).collect();
        self.pages.push(if is_default { Page::default() } else { page });
    }

    pub(crate) fn finish(mut self) -> Pages<T, N> {
        let len = self.pages.len().saturating_mul(N).saturating_add(self.entries.len());
        // All pages but the first have `N` entries, also the last one: a reader can then use it, and a push need not
        // lengthen it.
        if !self.pages.is_empty() {
            self.entries.resize(N, T::default());
        }
        if !self.entries.is_empty() {
            self.turn();
        }
        Pages { root: Root::of(&self.pages), len }
    }
}

impl<T: Clone + PartialEq + Default, const N: usize> FromIterator<T> for Pages<T, N> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        let mut filling = Filling::default();
        entries.into_iter().for_each(|entry| filling.push(entry));
        filling.finish()
    }
}

impl<T: Clone + Default, const N: usize> Pages<T, N> {
    /// The entry at an index, for writing; `None` beyond the end.
    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        if index >= self.len {
            return None;
        }
        self.page_mut(index)?.get_mut(Self::position(index))
    }

    /// The page of an index, for writing, long enough to contain the index.
    pub(crate) fn page_mut(&mut self, index: usize) -> Option<&mut [T]> {
        let (number, position) = (Self::number(index), Self::position(index));
        while number >= self.root.room() {
            self.root = mem::replace(&mut self.root, Root::Nothing).raised();
        }
        let (spine, number_in_spine) = split(number, SPINE);
        let (branch, page) = split(number_in_spine, BRANCH);
        if matches!(self.root, Root::Nothing) {
            self.root = Root::Page(Page::default());
        }
        let page = match &mut self.root {
            Root::Nothing => return None,
            Root::Page(page) => page,
            Root::Spine(branches) => below(below(branches, branch)?, page)?,
            Root::Trunk(spines) => below(below(below(spines, spine)?, branch)?, page)?,
        };
        if page.len() <= position {
            // The first page doubles as the list grows, so that a small tenant stays small. All other pages
            // are allocated whole. `position` is the first index that does not fit, so twice that is at least
            // twice the page.
            let doubled = position.saturating_mul(2).clamp(Self::FIRST_PAGE.min(N), N);
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
        let [one, other] = [one, other].map(|index| index.filter(|index| *index < self.len));
        if let (Some(one), Some(other)) = (one, other)
            && Self::number(one) == Self::number(other)
        {
            // The higher index, because a short first page grows only up to the index that is asked for.
            let Some(page) = self.page_mut(one.max(other)) else { return };
            page.get_mut(Self::position(one)).map(change_one);
            page.get_mut(Self::position(other)).map(change_other);
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
            let first = (0..8).map(|doubled| 4 << doubled).find(|size| *size > number).unwrap();
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
        assert_eq!((reader.get_or(300, &0), list.get(300)), (&2, Some(&2)));
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
