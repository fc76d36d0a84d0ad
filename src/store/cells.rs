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

use super::{pages::Pages, slot::Slot};

#[derive(Debug, Clone, Default)]
pub(super) struct Cells {
    /// The cell of each application; none where it is not published.
    of: Pages<Option<Slot>, 1024>,
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

    fn group_of(&self, mut cell: Slot) -> Option<Slot> {
        loop {
            match self.nodes.get(cell.index())?.above {
                Above::Group(group) => return Some(group),
                Above::Cell(above) => cell = above,
                Above::Free(_) => return None,
            }
        }
    }

    /// Room for one more application, in no group.
    pub(super) fn push(&mut self) {
        self.of.push(None);
    }

    pub(super) fn set_group(&mut self, application: Slot, group: Option<Slot>) {
        let former = self.of.get(application.index()).copied().flatten();
        let cell = group.map(|group| self.top(group));
        if cell == former {
            return;
        }
        if let Some(cell) = cell.and_then(|cell| self.nodes.get_mut(cell.index())) {
            cell.held = cell.held.saturating_add(1);
        }
        self.of.set(application.index(), cell);
        if let Some(former) = former {
            self.release(former, 1);
        }
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

    /// Applications, in ascending order, go to a group together; who leaves which group is told, a cell at a time.
    pub(super) fn gather(&mut self, applications: &[Slot], group: Slot) -> Vec<(Slot, u32)> {
        let top = self.top(group);
        let mut left = vec![0_u32; self.nodes.len()];
        let mut came = 0_u32;
        self.of.update_ascending(applications.iter().map(|slot| slot.index()), |cell| {
            let former = cell.replace(top);
            if let Some(count) = former.and_then(|former| left.get_mut(former.index())) {
                *count = count.saturating_add(1);
            }
            came = came.saturating_add(1);
        });
        if let Some(cell) = self.nodes.get_mut(top.index()) {
            cell.held = cell.held.saturating_add(came);
        }
        let cells: Vec<(Slot, u32)> =
            left.into_iter().enumerate().map(|(cell, count)| (Slot::at(cell), count)).collect();
        let groups = cells.iter().filter_map(|(cell, count)| Some((self.group_of(*cell)?, *count))).collect();
        for (cell, count) in cells {
            self.release(cell, count);
        }
        groups
    }

    /// As many applications as `other` has room for, and more, are in no group.
    pub(super) fn widen_to(&mut self, other: &Self) {
        for _ in self.of.len()..other.of.len() {
            self.push();
        }
    }

    /// The topmost cell of a group; a new one where it has none.
    fn top(&mut self, group: Slot) -> Slot {
        if let Some(top) = self.tops.get(group.index()).copied().flatten() {
            return top;
        }
        while self.tops.len() <= group.index() {
            self.tops.push(None);
        }
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

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Against a plain list of groups; a clone keeps what it was.
        #[test]
        fn as_a_list_of_groups(moves in prop::collection::vec((any::<bool>(), 0_usize..40, 0_u32..6, 0_u32..7), 0..400)) {
            let (mut cells, mut list) = (Cells::default(), vec![None; 40]);
            for _ in &list {
                cells.push();
            }
            let mut clones = Vec::new();
            for (whole, application, from, to) in moves {
                let to = (to < 6).then(|| Slot::new(to));
                match to {
                    Some(to) if whole => {
                        cells.merge(Slot::new(from), to);
                        list.iter_mut().filter(|group| **group == Some(Slot::new(from))).for_each(|group| *group = Some(to));
                    }
                    _ => {
                        cells.set_group(Slot::at(application), to);
                        list[application] = to;
                    }
                }
                clones.push((cells.clone(), list.clone()));
                prop_assert!(cells.nodes.len() <= 40 * 2 + 6, "{} cells", cells.nodes.len());
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
        cells.push();
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
        (0..1_000).for_each(|_| cells.push());
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
