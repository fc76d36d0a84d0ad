//! Which group each application is in, so that a whole group moves at once.
//!
//! ```text
//! application ─► cell ─► cell ─► group          Moving the whole of A to B hangs A's topmost cell below B's, or B's
//! application ──────┘  ┌─►                      below A's where A's is the deeper one; nothing else is touched.
//! application ─► cell ─┘
//! ```
//!
//! A cell is at most log2 of all unions deep, and one that nothing is in any more is used again, so that a long history
//! leaves neither long ways nor more cells than there are applications and groups.

use alloc::{vec, vec::Vec};
use core::{iter, ops::BitOr};

use super::{
    marks::{Marks, bits},
    pages::Pages,
    slot::Slot,
    work,
};

const PAGE: usize = 1024;

#[derive(Debug, Clone, Default)]
pub(super) struct Cells {
    /// The cell of each application; none where it is not published.
    of: Pages<Option<Slot>, PAGE>,
    nodes: Pages<Cell, 64>,
    /// The topmost cell of each group that has ever held something.
    tops: Pages<Option<Slot>, 128>,
    /// The first cell that is free.
    free: Option<Slot>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    above: Above,
    /// More than that of every cell directly in it.
    rank: u8,
    /// How many applications and cells are directly in it.
    held: u32,
}

#[derive(Debug, Clone, Copy)]
enum Above {
    Group(Slot),
    Cell(Slot),
    /// It is free, and so is the next one.
    Free(Option<Slot>),
}

impl Default for Above {
    fn default() -> Self {
        Self::Free(None)
    }
}

impl Cells {
    /// The group of an application.
    pub(super) fn group(&self, application: Slot) -> Option<Slot> {
        self.group_of(self.of.get(application.index()).copied().flatten()?)
    }

    /// Whether an application is in any group: not a step up from its cell.
    pub(super) fn is_in_some_group(&self, application: Slot) -> bool {
        self.of.get(application.index()).is_some_and(Option::is_some)
    }

    /// As [`is_in_some_group`](Self::is_in_some_group), to ask of many.
    pub(super) fn those_in_some_group(&self) -> impl Fn(Slot) -> bool + '_ {
        let of = self.of.reader();
        move |application| of.get(application.index()).is_some_and(Option::is_some)
    }

    fn group_of(&self, mut cell: Slot) -> Option<Slot> {
        loop {
            work::step();
            match self.nodes.get(cell.index())?.above {
                Above::Group(group) => return Some(group),
                Above::Cell(above) => cell = above,
                Above::Free(_) => return None,
            }
        }
    }

    /// Room for so many applications; those that are new are in no group.
    pub(super) fn lengthen_to(&mut self, applications: usize) {
        self.of.lengthen_to(applications);
    }

    /// The applications of these groups, made in one go.
    pub(super) fn of(groups: &[Option<Slot>]) -> Self {
        let mut cells = Self::default();
        let mut held = Vec::new();
        let mut of = Vec::with_capacity(groups.len());
        for group in groups {
            let cell = group.map(|group| cells.top(group));
            if let Some(cell) = cell {
                held.resize(held.len().max(cell.index().saturating_add(1)), 0_u32);
                held.get_mut(cell.index()).into_iter().for_each(|held| *held = held.saturating_add(1));
            }
            of.push(cell);
        }
        for (cell, held) in (0..).zip(held) {
            cells.nodes.get_mut(cell).into_iter().for_each(|cell| cell.held = held);
        }
        cells.of = of.into_iter().collect();
        cells
    }

    /// How many are in the topmost cell of each group: all that are in it, where no groups have been merged.
    pub(super) fn counts_of_tops(&self) -> impl Iterator<Item = (Slot, u32)> + '_ {
        let tops = (0..).map(Slot::at).zip(self.tops.iter());
        tops.filter_map(|(group, top)| Some((group, self.nodes.get(top?.index())?.held)))
    }

    /// Puts an application into a group, or into none; the group that it was in.
    pub(super) fn set_group(&mut self, application: Slot, group: Option<Slot>) -> Option<Slot> {
        let former = self.of.get(application.index()).copied().flatten();
        let former_group = former.and_then(|cell| self.group_of(cell));
        let cell = group.map(|group| self.top(group));
        if cell == former {
            return former_group;
        }
        let mut is_left_empty = false;
        let leave = |former: &mut Cell| {
            former.held = former.held.saturating_sub(1);
            is_left_empty = former.held == 0;
        };
        let enter = |cell: &mut Cell| cell.held = cell.held.saturating_add(1);
        self.nodes.change_both(former.map(Slot::index), leave, cell.map(Slot::index), enter);
        self.of.set(application.index(), cell);
        if let Some(former) = former.filter(|_| is_left_empty) {
            self.release(former, 0);
        }
        former_group
    }

    /// All that is in one group goes to another, in a time that does not depend on how much it is.
    pub(super) fn merge(&mut self, from: Slot, to: Slot) {
        let (lower, upper) = (self.top(from), self.top(to));
        let rank = |cell: Slot| self.nodes.get(cell.index()).map_or(0, |cell| cell.rank);
        let is_empty = |cell: Slot| self.nodes.get(cell.index()).is_none_or(|cell| cell.held == 0);
        if from == to || is_empty(lower) {
            return;
        }
        if is_empty(upper) {
            // The two groups change cells: no union, so that going to and fro costs no depth.
            self.hang(lower, Above::Group(to));
            self.hang(upper, Above::Group(from));
            self.tops.set(to.index(), Some(lower));
            self.tops.set(from.index(), Some(upper));
            return;
        }
        let (lower, upper) = if rank(lower) > rank(upper) { (upper, lower) } else { (lower, upper) };
        let above_lower = rank(lower).saturating_add(1);
        self.hang(lower, Above::Cell(upper));
        self.hang(upper, Above::Group(to));
        self.tops.set(from.index(), None);
        self.tops.set(to.index(), Some(upper));
        if let Some(cell) = self.nodes.get_mut(upper.index()) {
            cell.held = cell.held.saturating_add(1);
            cell.rank = cell.rank.max(above_lower);
        }
    }

    /// Marked applications go to a group together; who leaves which group is told, a cell at a time.
    pub(super) fn gather(&mut self, applications: &Marks, group: Slot) -> Vec<(Slot, u32)> {
        let top = self.top(group);
        let mut left = vec![0_u32; self.nodes.len()];
        let mut came = 0_u32;
        for (page, words) in applications.pages::<PAGE>().enumerate() {
            if words.iter().all(|word| *word == 0) {
                continue;
            }
            let end = page.saturating_add(1).saturating_mul(PAGE).min(self.of.len());
            let Some(page) = self.of.page_mut(end.saturating_sub(1)) else { continue };
            for (word, cells) in words.iter().zip(page.chunks_mut(64)) {
                came = came.saturating_add(word.count_ones());
                let mut leave = |former: Option<Slot>, many: u32| {
                    if let Some(count) = former.and_then(|former| left.get_mut(former.index())) {
                        *count = count.saturating_add(many);
                    }
                };
                if let (u64::MAX, Some(former)) = (*word, shared(cells).copied()) {
                    work::application();
                    leave(former, u64::BITS);
                    cells.fill(Some(top));
                    continue;
                }
                for bit in bits(*word) {
                    work::application();
                    leave(cells.get_mut(bit).and_then(|cell| cell.replace(top)), 1);
                }
            }
        }
        if let Some(cell) = self.nodes.get_mut(top.index()) {
            cell.held = cell.held.saturating_add(came);
        }
        let cells: Vec<(Slot, u32)> = (0..).map(Slot::at).zip(left).filter(|(_, count)| *count > 0).collect();
        let groups = cells.iter().filter_map(|(cell, count)| Some((self.group_of(*cell)?, *count))).collect();
        for (cell, count) in cells {
            self.release(cell, count);
        }
        groups
    }

    /// Takes the mark from those who are in a group; whether all who were marked are in some group.
    pub(super) fn strike_those_in(&self, marks: &mut Marks, group: Slot) -> bool {
        let are_there = self.resolved(|found| found == Some(group));
        let is_there =
            |cell: Option<Slot>| cell.and_then(|cell| are_there.get(cell.index())).is_some_and(|there| *there);
        let mut are_all_in_some = true;
        let none: &[Option<Slot>] = &[];
        for (words, page) in marks.pages_mut::<PAGE>().zip(self.of.pages().chain(iter::repeat(none))) {
            for (word, cells) in words.iter_mut().zip(page.chunks(64).chain(iter::repeat(none))) {
                if let Some(cell) = shared(cells).copied() {
                    work::application();
                    are_all_in_some &= cell.is_some() || *word == 0;
                    *word &= u64::from(is_there(cell)).wrapping_sub(1);
                    continue;
                }
                for bit in bits(*word) {
                    work::application();
                    let cell = cells.get(bit).copied().flatten();
                    are_all_in_some &= cell.is_some();
                    *word &= !u64::from(is_there(cell)).wrapping_shl(u32::try_from(bit).unwrap_or(0));
                }
            }
        }
        are_all_in_some
    }

    /// The applications of these groups, which are in order.
    pub(super) fn in_groups(&self, groups: &[Slot]) -> Marks {
        let mut marks = Marks::none_of(self.of.len());
        let are_in = self.resolved(|group| group.is_some_and(|group| groups.binary_search(&group).is_ok()));
        for (words, page) in marks.pages_mut::<PAGE>().zip(self.of.pages()) {
            for (word, cells) in words.iter_mut().zip(page.chunks(64)) {
                for (place, cell) in (0_u32..).zip(cells) {
                    let is_in = cell.and_then(|cell| are_in.get(cell.index())).is_some_and(|is_in| *is_in);
                    *word |= u64::from(is_in).wrapping_shl(place);
                }
            }
        }
        marks
    }

    /// The applications of a group from a slot on, in order, 64 at a time: where none of them is in the group, none is looked
    /// at by itself.
    pub(super) fn in_group_from(&self, group: Slot, start: usize) -> impl Iterator<Item = Slot> + '_ {
        let mut members = None;
        let first = start.wrapping_shr(6);
        let pieces = (first..self.of.len().div_ceil(64)).flat_map(move |piece| {
            let start = piece.wrapping_shl(6);
            let cells = self.of.piece(start, 64);
            let mut word = 0;
            // Which cells are the group's is found out once as many applications were visited as there are cells.
            if members.is_none() && piece.wrapping_sub(first).wrapping_shl(6) >= self.nodes.len().wrapping_shr(2) {
                members = Some(Members::of(self.resolved(|found| found == Some(group))));
            }
            match &members {
                Some(members) => word = members.among(cells),
                None => {
                    for (place, cell) in (0_u32..).zip(cells) {
                        let is_in = cell.is_some_and(|cell| self.group_of(cell) == Some(group));
                        word |= u64::from(is_in).wrapping_shl(place);
                    }
                }
            }
            bits(word).map(move |bit| Slot::at(start | bit))
        });
        pieces.skip_while(move |slot| slot.index() < start)
    }

    /// Each application that is in a group, in order, with its group.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Slot, Slot)> + '_ {
        let groups = self.resolved(|group| group);
        self.each().filter_map(move |(index, cell)| Some((Slot::at(index), (*groups.get(cell?.index())?)?)))
    }

    /// Marks the applications that may be in another group in `other`, where a group is told from another by its slots.
    pub(super) fn unlike(&self, other: &Self, marks: &mut Marks, is_other: impl Fn(Slot, Slot) -> bool) {
        self.of.unshared(&other.of).for_each(|page| marks.mark_about(page));
        // A cell that is free in either has nobody in it on a page that both have.
        let is_unlike =
            |cell| self.group_of(cell).zip(other.group_of(cell)).is_some_and(|(here, there)| is_other(here, there));
        let cells: Vec<bool> = (0..self.nodes.len()).map(|cell| is_unlike(Slot::at(cell))).collect();
        if !cells.contains(&true) {
            return;
        }
        for (index, cell) in self.each() {
            if cell.and_then(|cell| cells.get(cell.index())).is_some_and(|is_unlike| *is_unlike) {
                marks.mark(Slot::at(index));
            }
        }
    }

    /// The cell of each application, as far as they were ever written.
    fn each(&self) -> impl Iterator<Item = (usize, Option<Slot>)> + '_ {
        let pages = self.of.pages().enumerate();
        pages.flat_map(|(page, cells)| (page.saturating_mul(PAGE)..).zip(cells.iter().copied()))
    }

    /// For each cell what is to be known of its group, so that no way is walked for each application.
    fn resolved<T>(&self, of: impl Fn(Option<Slot>) -> T) -> Vec<T> {
        (0..self.nodes.len()).map(|cell| of(self.group_of(Slot::at(cell)))).collect()
    }

    /// As many applications as `other` has room for, and more, are in no group.
    pub(super) fn widen_to(&mut self, other: &Self) {
        self.lengthen_to(other.of.len());
    }

    /// The topmost cell of a group; a new one where it has none.
    fn top(&mut self, group: Slot) -> Slot {
        if let Some(top) = self.tops.get(group.index()).copied().flatten() {
            return top;
        }
        self.tops.lengthen_to(group.index().saturating_add(1));
        let fresh = Cell { above: Above::Group(group), rank: 0, held: 0 };
        let cell = self.free.unwrap_or_else(|| {
            self.nodes.push(fresh);
            Slot::at(self.nodes.len().saturating_sub(1))
        });
        if let Some(Above::Free(next)) = self.nodes.get(cell.index()).map(|cell| cell.above) {
            self.free = next;
        }
        self.nodes.set(cell.index(), fresh);
        self.tops.set(group.index(), Some(cell));
        cell
    }

    /// So many things less are in a cell; one that is empty is free, unless it is the topmost of its group.
    fn release(&mut self, cell: Slot, count: u32) {
        let mut next = Some((cell, count));
        while let Some((cell, count)) = next.take() {
            let Some(found) = self.nodes.get_mut(cell.index()) else { return };
            found.held = found.held.saturating_sub(count);
            if found.held > 0 {
                return;
            }
            found.rank = 0;
            if let Above::Cell(above) = found.above {
                found.above = Above::Free(self.free);
                self.free = Some(cell);
                next = Some((above, 1));
            }
        }
    }

    fn hang(&mut self, cell: Slot, above: Above) {
        if let Some(cell) = self.nodes.get_mut(cell.index()) {
            cell.above = above;
        }
    }
}

/// The one cell that all of 64 applications are in: compared all at once, so that those who come from one group, as most lists
/// do, are not looked at one by one.
fn shared(cells: &[Option<Slot>]) -> Option<&Option<Slot>> {
    let first = cells.first().filter(|_| cells.len() == 64)?;
    let number = Slot::number_of(*first);
    cells.iter().fold(true, |same, cell| same & (Slot::number_of(*cell) == number)).then_some(first)
}

/// Which cells are a group's.
struct Members {
    are_in: Vec<bool>,
    /// The number of the one cell that is, where it is only one.
    only: Option<u32>,
}

impl Members {
    fn of(are_in: Vec<bool>) -> Self {
        let mut cells = are_in.iter().enumerate().filter(|(_, is_in)| **is_in);
        let only = cells.next().map_or(Some(u32::MAX), |(cell, _)| Some(Slot::number_of(Some(Slot::at(cell)))));
        let only = only.filter(|_| cells.next().is_none());
        Self { are_in, only }
    }

    /// A bit for each of 64 applications that is in such a cell.
    fn among(&self, cells: &[Option<Slot>]) -> u64 {
        // Compared all at once: most pieces have nobody, of most groups.
        let nobody = |only| !cells.iter().fold(false, |any, cell| any | (Slot::number_of(*cell) == only));
        if self.only.is_some_and(nobody) {
            return 0;
        }
        let is_in =
            |cell: &Option<Slot>| cell.and_then(|cell| self.are_in.get(cell.index())).is_some_and(|is_in| *is_in);
        let bit = |(place, cell): (u32, &Option<Slot>)| u64::from(is_in(cell)).wrapping_shl(place);
        (0..).zip(cells).map(bit).fold(0, BitOr::bitor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn depth(cells: &Cells, application: usize) -> usize {
        let mut cell = cells.of.get(application).copied().flatten();
        core::iter::from_fn(|| {
            let found = cell?;
            cell = match cells.nodes.get(found.index())?.above {
                Above::Cell(above) => Some(above),
                _ => None,
            };
            Some(found)
        })
        .count()
    }

    /// More than two words of marks.
    const APPLICATIONS: usize = 150;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Against a plain list of groups; a clone keeps what it was.
        #[test]
        fn as_a_list_of_groups(moves in prop::collection::vec((0_u8..5, 0..APPLICATIONS, 0_u32..6, 0_u32..7), 0..200)) {
            let (mut cells, mut list) = (Cells::default(), vec![None; APPLICATIONS]);
            cells.lengthen_to(list.len());
            let mut clones = Vec::new();
            for (what, application, from, to) in moves {
                let to = (to < 6).then(|| Slot::new(to));
                match (what, to) {
                    (0, Some(to)) => {
                        cells.merge(Slot::new(from), to);
                        list.iter_mut().filter(|group| **group == Some(Slot::new(from))).for_each(|group| *group = Some(to));
                    }
                    (1 | 2, Some(to)) => {
                        // Most of them, so that whole words of marks are full, or every other one.
                        let listed = || (application / 2..APPLICATIONS).step_by(usize::from(what));
                        let mut marks = Marks::none_of(APPLICATIONS);
                        listed().for_each(|application| marks.mark(Slot::at(application)));
                        let are_all_in_some = cells.strike_those_in(&mut marks, to);
                        prop_assert_eq!(are_all_in_some, listed().all(|application| list[application].is_some()));
                        let leaving = listed().filter(|application| list[*application] != Some(to)).map(Slot::at);
                        prop_assert!(marks.iter().eq(leaving));
                        let left = cells.gather(&marks, to);
                        let those_from = |group| marks.iter().filter(|slot| list[slot.index()] == Some(group)).count();
                        for group in (0..6).map(Slot::new) {
                            let told = left.iter().filter(|(from, _)| *from == group).map(|(_, count)| *count).sum::<u32>();
                            prop_assert_eq!(usize::try_from(told).unwrap(), those_from(group));
                        }
                        marks.iter().for_each(|slot| list[slot.index()] = Some(to));
                    }
                    _ => {
                        cells.set_group(Slot::at(application), to);
                        list[application] = to;
                    }
                }
                clones.push((cells.clone(), list.clone()));
                prop_assert!(cells.nodes.len() <= APPLICATIONS * 2 + 6, "{} cells", cells.nodes.len());
            }
            let (cells, list) = clones.last().cloned().unwrap_or_default();
            for cells in [Cells::of(&list), cells] {
                for group in (0..6).map(Slot::new) {
                    let expected = |start: usize| list.iter().enumerate().skip(start).filter(|(_, of)| **of == Some(group));
                    for start in [0, 7] {
                        let expected = expected(start).map(|(application, _)| Slot::at(application));
                        prop_assert!(cells.in_group_from(group, start).eq(expected));
                    }
                    let expected = expected(0).map(|(application, _)| Slot::at(application));
                    prop_assert!(cells.in_groups(&[group]).iter().eq(expected));
                }
                let expected = list.iter().enumerate().filter_map(|(index, group)| Some((Slot::at(index), (*group)?)));
                prop_assert!(cells.iter().eq(expected));
            }
            for (cells, list) in clones {
                for (application, group) in list.iter().enumerate() {
                    prop_assert_eq!(cells.group(Slot::at(application)), *group);
                    prop_assert!(depth(&cells, application) <= 12);
                }
            }
        }
    }

    #[test]
    fn going_to_and_fro_needs_no_new_cells() {
        let mut cells = Cells::default();
        cells.lengthen_to(1);
        cells.set_group(Slot::new(0), Some(Slot::new(0)));
        for turn in 0..1_000 {
            cells.merge(Slot::new(turn % 2), Slot::new((turn + 1) % 2));
        }
        assert_eq!((cells.nodes.len(), depth(&cells, 0)), (2, 1));
    }

    /// Groups that gather and scatter for long: the ways stay short and the cells few.
    #[test]
    fn a_long_history_leaves_short_ways() {
        let mut cells = Cells::default();
        let mut seed = 1_u64;
        let mut below = |limit: u32| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            u32::try_from((seed >> 33) % u64::from(limit)).unwrap()
        };
        cells.lengthen_to(1_000);
        let turns = if cfg!(miri) { 200 } else { 200_000 };
        for _ in 0..turns {
            cells.set_group(Slot::new(below(1_000)), Some(Slot::new(below(20))));
            cells.merge(Slot::new(below(20)), Slot::new(below(20)));
        }
        let deepest = (0..1_000).map(|application| depth(&cells, application)).max().unwrap();
        assert!(deepest <= 12, "{deepest}");
        assert!(cells.nodes.len() <= 1_100, "{}", cells.nodes.len());
    }
}
