//! Areas by what they cover: those that meet another are found without a visit to the others.
//!
//! A [`Tree`] of areas. Each node keeps the bounds of all below it, in both directions, so that a search passes over a
//! subtree that covers nothing of what is looked for, be it for its positions or for its levels.
//!
//! Nodes are in the order of where areas begin, so that many areas at one position lie side by side in the order of their
//! levels. What a search visits is about the depth of the tree for each area that it finds; areas that cover nearly all
//! positions, each at levels of its own, are the worst case, as their bounds tell little.

use core::cmp::Ordering;

use super::{
    tree::{Node, Tree},
    work,
};

/// What an area covers: positions and levels from one to another, both included, in some of eight classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) positions: (u128, u128),
    pub(crate) levels: (u32, u32),
    pub(crate) classes: u8,
}

impl Area {
    /// Whether the two have a position, a level and a class in common.
    fn meets(&self, other: &Self) -> bool {
        self.classes & other.classes != 0
            && self.positions.0 <= other.positions.1
            && other.positions.0 <= self.positions.1
            && self.levels.0 <= other.levels.1
            && other.levels.0 <= self.levels.1
    }

    /// The least area that covers both.
    fn around(&self, other: &Self) -> Self {
        Self {
            positions: (self.positions.0.min(other.positions.0), self.positions.1.max(other.positions.1)),
            levels: (self.levels.0.min(other.levels.0), self.levels.1.max(other.levels.1)),
            classes: self.classes | other.classes,
        }
    }
}

/// An area and whose it is. No two of an owner begin at the same position and level.
#[derive(Debug, Clone, Copy)]
struct Entry {
    area: Area,
    owner: u128,
}

impl super::tree::Entry for Entry {
    type Sum = Area;

    fn order(&self, other: &Self) -> Ordering {
        let key = |entry: &Self| (entry.area.positions.0, entry.area.levels.0, entry.owner);
        key(self).cmp(&key(other))
    }

    fn sum(&self) -> Area {
        self.area
    }

    fn add(one: Area, other: Area) -> Area {
        one.around(&other)
    }
}

/// Areas, each with an owner.
#[derive(Debug, Clone, Default)]
pub(crate) struct Areas(Tree<Entry>);

impl Areas {
    /// Adds an area.
    pub(crate) fn insert(&mut self, area: Area, owner: u128) {
        self.0.insert(Entry { area, owner });
    }

    /// Takes an area out again, if it is there.
    pub(crate) fn remove(&mut self, area: Area, owner: u128) {
        self.0.remove(Entry { area, owner });
    }

    /// The owner of each area that meets this one; one with several such areas comes several times.
    pub(crate) fn each_meeting(&self, area: &Area, found: &mut impl FnMut(u128)) {
        search(self.0.0.as_deref(), area, found);
    }
}

fn search(tree: Option<&Node<Entry>>, area: &Area, found: &mut impl FnMut(u128)) {
    let Some(top) = tree.filter(|top| top.sum.meets(area)) else { return };
    work::node();
    search(top.left.as_deref(), area, found);
    if top.entry.area.meets(area) {
        found(top.entry.owner);
    }
    search(top.right.as_deref(), area, found);
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use proptest::prelude::*;

    use super::{super::tree::assert_balanced, *};

    fn area(from: u8, len: u8, low: u8, high: u8, classes: u8) -> Area {
        let positions = (u128::from(from), u128::from(from.saturating_add(len)));
        Area { positions, levels: (u32::from(low), u32::from(low.saturating_add(high))), classes: classes % 4 }
    }

    fn meeting(areas: &Areas, wanted: &Area) -> Vec<u128> {
        let mut found = Vec::new();
        areas.each_meeting(wanted, &mut |owner| found.push(owner));
        found.sort_unstable();
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Against a plain list, at every step; and a clone stays as it was.
        #[test]
        fn as_a_list(operations in prop::collection::vec((any::<bool>(), any::<[u8; 5]>()), 0..120), asked in any::<[u8; 5]>()) {
            let of = |[from, len, low, high, classes]: [u8; 5]| area(from % 40, len % 12, low % 10, high % 6, classes);
            let (mut areas, mut list) = (Areas::default(), Vec::new());
            let wanted = of(asked);
            let mut before = (areas.clone(), list.clone());
            for (number, (inserts, numbers)) in operations.into_iter().enumerate() {
                if inserts || list.is_empty() {
                    let entry = (of(numbers), u128::try_from(number).unwrap());
                    areas.insert(entry.0, entry.1);
                    list.push(entry);
                } else {
                    let (area, owner) = list.remove(usize::from(numbers[0]) % list.len());
                    areas.remove(area, owner);
                    areas.remove(area, owner);
                }
                if number == 40 {
                    before = (areas.clone(), list.clone());
                }
                assert_balanced(areas.0.0.as_ref());
                for (areas, list) in [(&areas, &list), (&before.0, &before.1)] {
                    let expected: Vec<u128> = list.iter().filter(|(area, _)| area.meets(&wanted)).map(|entry| entry.1).collect();
                    let mut expected = expected;
                    expected.sort_unstable();
                    prop_assert_eq!(meeting(areas, &wanted), expected);
                }
            }
        }
    }

    /// Thousands at one position and thousands side by side: a search looks at a few dozen of them.
    #[test]
    fn a_search_passes_over_what_it_does_not_need() {
        let mut areas = Areas::default();
        for number in 0..4_000_u32 {
            let beside = Area { positions: (u128::from(number), u128::from(number)), levels: (0, 10), classes: 1 };
            areas.insert(beside, number.into());
            let above = Area { positions: (90_000, 99_000), levels: (2 * number, 2 * number), classes: 3 };
            areas.insert(above, (10_000 + number).into());
        }
        let search = |positions, levels, classes| {
            let mut found = Vec::new();
            let work = work::of(|| found = meeting(&areas, &Area { positions, levels, classes }));
            (found, work.nodes)
        };
        for (wanted, expected) in [
            (search((1_234, 1_234), (5, 5), 1), vec![1_234]),
            (search((1_234, 1_234), (11, 11), 1), vec![]),
            (search((1_234, 1_234), (5, 5), 2), vec![]),
            (search((0, 98_000), (4_322, 4_322), 2), vec![12_161]),
            (search((95_000, 95_000), (4_321, 4_321), 3), vec![]),
        ] {
            assert_eq!(wanted.0, expected);
            assert!(wanted.1 < 60, "{} nodes", wanted.1);
        }
    }
}
