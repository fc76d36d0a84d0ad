//! Which set each element is in, as a union-find, so that a whole set moves at once.
//!
//! ```text
//! element ─► node ─► root ─► set          Moving the whole of A to B attaches A's root below B's, or B's below
//! element ──────┘  ┌─►                    A's where A's tree is the deeper one; nothing else is touched.
//! element ─► node ─┘
//! ```
//!
//! Union by rank: a node is at most log2 of all unions deep. A node that nothing is in any more is used again, so that a
//! long history leaves neither long paths nor more nodes than there are elements and sets. There is no path compression:
//! a lookup takes `&self`, and a write to a shared page would cost more than the few steps that it saves.

use alloc::{vec, vec::Vec};
use core::{iter, ops::BitOr};

use super::{
    bit_set::{BitSet, bits},
    pages::Pages,
    slot::Slot,
    work,
};

const PAGE: usize = 1024;

#[derive(Debug, Clone, Default)]
pub(crate) struct UnionFind {
    /// The node of each element; none where it is in no set.
    of: Pages<Option<Slot>, PAGE>,
    nodes: Pages<Node, 64>,
    /// The root of each set that has ever held something.
    roots: Pages<Option<Slot>, 128>,
    /// The first node that is free.
    free: Option<Slot>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Node {
    parent: Parent,
    /// More than that of every node directly in it.
    rank: u8,
    /// How many elements and nodes are directly in it.
    held: u32,
}

#[derive(Debug, Clone, Copy)]
enum Parent {
    Set(Slot),
    Node(Slot),
    /// It is free, and so is the next one.
    Free(Option<Slot>),
}

impl Default for Parent {
    fn default() -> Self {
        Self::Free(None)
    }
}

impl UnionFind {
    /// The set of an element.
    pub(crate) fn find(&self, element: Slot) -> Option<Slot> {
        self.set_of(self.of.get(element.index()).copied().flatten()?)
    }

    /// Whether an element is in any set: not a step up from its node.
    pub(crate) fn is_in_some_set(&self, element: Slot) -> bool {
        self.of.get(element.index()).is_some_and(Option::is_some)
    }

    /// As [`is_in_some_set`](Self::is_in_some_set), to ask of many.
    pub(crate) fn those_in_some_set(&self) -> impl Fn(Slot) -> bool + '_ {
        let of = self.of.reader();
        move |element| of.get(element.index()).is_some_and(Option::is_some)
    }

    fn set_of(&self, mut node: Slot) -> Option<Slot> {
        loop {
            work::step();
            match self.nodes.get(node.index())?.parent {
                Parent::Set(set) => return Some(set),
                Parent::Node(parent) => node = parent,
                Parent::Free(_) => return None,
            }
        }
    }

    /// Room for so many elements; those that are new are in no set.
    pub(crate) fn lengthen_to(&mut self, elements: usize) {
        self.of.lengthen_to(elements);
    }

    /// The elements of these sets, made in one go.
    pub(crate) fn of(set_of_each: &[Option<Slot>]) -> Self {
        let mut sets = Self::default();
        let mut held = Vec::new();
        let mut of = Vec::with_capacity(set_of_each.len());
        for set in set_of_each {
            let node = set.map(|set| sets.root(set));
            if let Some(node) = node {
                held.resize(held.len().max(node.index().saturating_add(1)), 0_u32);
                held.get_mut(node.index()).into_iter().for_each(|held| *held = held.saturating_add(1));
            }
            of.push(node);
        }
        for (node, held) in (0..).zip(held) {
            sets.nodes.get_mut(node).into_iter().for_each(|node| node.held = held);
        }
        sets.of = of.into_iter().collect();
        sets
    }

    /// How many are in the root of each set: all that are in it, where no sets have been merged.
    pub(crate) fn counts_of_roots(&self) -> impl Iterator<Item = (Slot, u32)> + '_ {
        let roots = (0..).map(Slot::at).zip(self.roots.iter());
        roots.filter_map(|(set, root)| Some((set, self.nodes.get(root?.index())?.held)))
    }

    /// Puts an element into a set, or into none; the set that it was in.
    pub(crate) fn assign(&mut self, element: Slot, set: Option<Slot>) -> Option<Slot> {
        let former = self.of.get(element.index()).copied().flatten();
        let former_set = former.and_then(|node| self.set_of(node));
        let node = set.map(|set| self.root(set));
        if node == former {
            return former_set;
        }
        let mut is_left_empty = false;
        let leave = |former: &mut Node| {
            debug_assert!(former.held > 0, "an element leaves a node that holds none");
            former.held = former.held.saturating_sub(1);
            is_left_empty = former.held == 0;
        };
        let enter = |node: &mut Node| node.held = node.held.saturating_add(1);
        self.nodes.change_both(former.map(Slot::index), leave, node.map(Slot::index), enter);
        self.of.set(element.index(), node);
        if let Some(former) = former.filter(|_| is_left_empty) {
            self.release(former, 0);
        }
        former_set
    }

    /// All that is in one set goes to another, in a time that does not depend on how much it is.
    pub(crate) fn union(&mut self, from: Slot, to: Slot) {
        let (lower, upper) = (self.root(from), self.root(to));
        let rank = |node: Slot| self.nodes.get(node.index()).map_or(0, |node| node.rank);
        let is_empty = |node: Slot| self.nodes.get(node.index()).is_none_or(|node| node.held == 0);
        if from == to || is_empty(lower) {
            return;
        }
        if is_empty(upper) {
            // The two sets change nodes: no union, so that going to and fro costs no depth.
            self.attach(lower, Parent::Set(to));
            self.attach(upper, Parent::Set(from));
            self.roots.set(to.index(), Some(lower));
            self.roots.set(from.index(), Some(upper));
            return;
        }
        let (lower, upper) = if rank(lower) > rank(upper) { (upper, lower) } else { (lower, upper) };
        let rank_above = rank(lower).saturating_add(1);
        self.attach(lower, Parent::Node(upper));
        self.attach(upper, Parent::Set(to));
        self.roots.set(from.index(), None);
        self.roots.set(to.index(), Some(upper));
        if let Some(node) = self.nodes.get_mut(upper.index()) {
            node.held = node.held.saturating_add(1);
            node.rank = node.rank.max(rank_above);
        }
    }

    /// Chosen elements go to a set together; who leaves which set is told, a node at a time.
    pub(crate) fn move_to(&mut self, elements: &BitSet, set: Slot) -> Vec<(Slot, u32)> {
        let root = self.root(set);
        let mut left = vec![0_u32; self.nodes.len()];
        let mut came = 0_u32;
        for (page, words) in elements.pages::<PAGE>().enumerate() {
            if words.iter().all(|word| *word == 0) {
                continue;
            }
            let end = page.saturating_add(1).saturating_mul(PAGE).min(self.of.len());
            let Some(page) = self.of.page_mut(end.saturating_sub(1)) else { continue };
            for (word, nodes) in words.iter().zip(page.chunks_mut(64)) {
                came = came.saturating_add(word.count_ones());
                let mut leave = |former: Option<Slot>, many: u32| {
                    if let Some(count) = former.and_then(|former| left.get_mut(former.index())) {
                        *count = count.saturating_add(many);
                    }
                };
                if let (u64::MAX, Some(former)) = (*word, shared(nodes).copied()) {
                    work::element();
                    leave(former, u64::BITS);
                    nodes.fill(Some(root));
                    continue;
                }
                for bit in bits(*word) {
                    work::element();
                    leave(nodes.get_mut(bit).and_then(|node| node.replace(root)), 1);
                }
            }
        }
        if let Some(node) = self.nodes.get_mut(root.index()) {
            node.held = node.held.saturating_add(came);
        }
        let nodes: Vec<(Slot, u32)> = (0..).map(Slot::at).zip(left).filter(|(_, count)| *count > 0).collect();
        let sets = nodes.iter().filter_map(|(node, count)| Some((self.set_of(*node)?, *count))).collect();
        for (node, count) in nodes {
            self.release(node, count);
        }
        sets
    }

    /// Removes those who are in a set; whether all who were chosen are in some set.
    pub(crate) fn remove_members_of(&self, chosen: &mut BitSet, set: Slot) -> bool {
        let are_there = self.resolved(|found| found == Some(set));
        let is_there =
            |node: Option<Slot>| node.and_then(|node| are_there.get(node.index())).is_some_and(|there| *there);
        let mut are_all_in_some = true;
        let none: &[Option<Slot>] = &[];
        for (words, page) in chosen.pages_mut::<PAGE>().zip(self.of.pages().chain(iter::repeat(none))) {
            for (word, nodes) in words.iter_mut().zip(page.chunks(64).chain(iter::repeat(none))) {
                if let Some(node) = shared(nodes).copied() {
                    work::element();
                    are_all_in_some &= node.is_some() || *word == 0;
                    *word &= u64::from(is_there(node)).wrapping_sub(1);
                    continue;
                }
                for bit in bits(*word) {
                    work::element();
                    let found = nodes.get(bit).copied().flatten();
                    are_all_in_some &= found.is_some();
                    *word &= !u64::from(is_there(found)).wrapping_shl(u32::try_from(bit).unwrap_or(0));
                }
            }
        }
        are_all_in_some
    }

    /// The elements of these sets, which are in order.
    pub(crate) fn members_of(&self, sets: &[Slot]) -> BitSet {
        let mut chosen = BitSet::with_room(self.of.len());
        let are_in = self.resolved(|set| set.is_some_and(|set| sets.binary_search(&set).is_ok()));
        for (words, page) in chosen.pages_mut::<PAGE>().zip(self.of.pages()) {
            for (word, nodes) in words.iter_mut().zip(page.chunks(64)) {
                for (place, node) in (0_u32..).zip(nodes) {
                    let is_in = node.and_then(|node| are_in.get(node.index())).is_some_and(|is_in| *is_in);
                    *word |= u64::from(is_in).wrapping_shl(place);
                }
            }
        }
        chosen
    }

    /// The elements of a set from a slot on, in order, 64 at a time: where none of them is in the set, none is looked
    /// at by itself.
    pub(crate) fn members_from(&self, set: Slot, start: usize) -> impl Iterator<Item = Slot> + '_ {
        let mut members = None;
        let first = start.wrapping_shr(6);
        let pieces = (first..self.of.len().div_ceil(64)).flat_map(move |piece| {
            let start = piece.wrapping_shl(6);
            let nodes = self.of.piece(start, 64);
            let mut word = 0;
            // Which nodes are the set's is found out once as many elements were visited as there are nodes.
            if members.is_none() && piece.wrapping_sub(first).wrapping_shl(6) >= self.nodes.len().wrapping_shr(2) {
                members = Some(Members::of(self.resolved(|found| found == Some(set))));
            }
            match &members {
                Some(members) => word = members.among(nodes),
                None => {
                    for (place, node) in (0_u32..).zip(nodes) {
                        let is_in = node.is_some_and(|node| self.set_of(node) == Some(set));
                        word |= u64::from(is_in).wrapping_shl(place);
                    }
                }
            }
            bits(word).map(move |bit| Slot::at(start | bit))
        });
        pieces.skip_while(move |slot| slot.index() < start)
    }

    /// Each element that is in a set, in order, with its set.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Slot, Slot)> + '_ {
        let sets = self.resolved(|set| set);
        self.each().filter_map(move |(index, node)| Some((Slot::at(index), (*sets.get(node?.index())?)?)))
    }

    /// Adds the elements that may be in another set in `other`, where a set is told from another by its slots.
    pub(crate) fn differences(&self, other: &Self, chosen: &mut BitSet, is_other: impl Fn(Slot, Slot) -> bool) {
        self.of.unshared(&other.of).for_each(|page| chosen.insert_around(page));
        // A node that is free in either has nobody in it on a page that both have.
        let differs =
            |node| self.set_of(node).zip(other.set_of(node)).is_some_and(|(here, there)| is_other(here, there));
        let nodes: Vec<bool> = (0..self.nodes.len()).map(|node| differs(Slot::at(node))).collect();
        if !nodes.contains(&true) {
            return;
        }
        for (index, node) in self.each() {
            if node.and_then(|node| nodes.get(node.index())).is_some_and(|differs| *differs) {
                chosen.insert(Slot::at(index));
            }
        }
    }

    /// The node of each element, as far as they were ever written.
    fn each(&self) -> impl Iterator<Item = (usize, Option<Slot>)> + '_ {
        let pages = self.of.pages().enumerate();
        pages.flat_map(|(page, nodes)| (page.saturating_mul(PAGE)..).zip(nodes.iter().copied()))
    }

    /// For each node what is to be known of its set, so that no path is walked for each element.
    fn resolved<T>(&self, of: impl Fn(Option<Slot>) -> T) -> Vec<T> {
        (0..self.nodes.len()).map(|node| of(self.set_of(Slot::at(node)))).collect()
    }

    /// As many elements as `other` has room for, and more, are in no set.
    pub(crate) fn widen_to(&mut self, other: &Self) {
        self.lengthen_to(other.of.len());
    }

    /// The root of a set; a new one where it has none.
    fn root(&mut self, set: Slot) -> Slot {
        if let Some(root) = self.roots.get(set.index()).copied().flatten() {
            return root;
        }
        self.roots.lengthen_to(set.index().saturating_add(1));
        let fresh = Node { parent: Parent::Set(set), rank: 0, held: 0 };
        let node = self.free.unwrap_or_else(|| {
            self.nodes.push(fresh);
            Slot::at(self.nodes.len().saturating_sub(1))
        });
        if let Some(Parent::Free(next)) = self.nodes.get(node.index()).map(|node| node.parent) {
            self.free = next;
        }
        self.nodes.set(node.index(), fresh);
        self.roots.set(set.index(), Some(node));
        node
    }

    /// So many things less are in a node; one that is empty is free, unless it is the topmost of its set.
    fn release(&mut self, node: Slot, count: u32) {
        let mut next = Some((node, count));
        while let Some((node, count)) = next.take() {
            let Some(found) = self.nodes.get_mut(node.index()) else { return };
            debug_assert!(found.held >= count, "{count} leave a node that holds {}", found.held);
            found.held = found.held.saturating_sub(count);
            if found.held > 0 {
                return;
            }
            found.rank = 0;
            if let Parent::Node(parent) = found.parent {
                found.parent = Parent::Free(self.free);
                self.free = Some(node);
                next = Some((parent, 1));
            }
        }
    }

    fn attach(&mut self, node: Slot, parent: Parent) {
        if let Some(node) = self.nodes.get_mut(node.index()) {
            node.parent = parent;
        }
    }
}

/// The one node that all of 64 elements are in: compared all at once, so that those who come from one set, as most lists
/// do, are not looked at one by one.
fn shared(nodes: &[Option<Slot>]) -> Option<&Option<Slot>> {
    let first = nodes.first().filter(|_| nodes.len() == 64)?;
    let number = Slot::number_of(*first);
    nodes.iter().fold(true, |same, node| same & (Slot::number_of(*node) == number)).then_some(first)
}

/// Which nodes are a set's.
struct Members {
    are_in: Vec<bool>,
    /// The number of the one node that is, where it is only one.
    only: Option<u32>,
}

impl Members {
    fn of(are_in: Vec<bool>) -> Self {
        let mut nodes = are_in.iter().enumerate().filter(|(_, is_in)| **is_in);
        let only = nodes.next().map_or(Some(u32::MAX), |(node, _)| Some(Slot::number_of(Some(Slot::at(node)))));
        let only = only.filter(|_| nodes.next().is_none());
        Self { are_in, only }
    }

    /// A bit for each of 64 elements that is in such a node.
    fn among(&self, nodes: &[Option<Slot>]) -> u64 {
        // Compared all at once: most pieces have nobody, of most sets.
        let nobody = |only| !nodes.iter().fold(false, |any, node| any | (Slot::number_of(*node) == only));
        if self.only.is_some_and(nobody) {
            return 0;
        }
        let is_in =
            |node: &Option<Slot>| node.and_then(|node| self.are_in.get(node.index())).is_some_and(|is_in| *is_in);
        let bit = |(place, node): (u32, &Option<Slot>)| u64::from(is_in(node)).wrapping_shl(place);
        (0..).zip(nodes).map(bit).fold(0, BitOr::bitor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn depth(sets: &UnionFind, element: usize) -> usize {
        let mut node = sets.of.get(element).copied().flatten();
        core::iter::from_fn(|| {
            let found = node?;
            node = match sets.nodes.get(found.index())?.parent {
                Parent::Node(parent) => Some(parent),
                _ => None,
            };
            Some(found)
        })
        .count()
    }

    /// More than two words of chosen.
    const ELEMENTS: usize = 150;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Against a plain list of sets; a clone keeps what it was.
        #[test]
        fn as_a_list_of_groups(moves in prop::collection::vec((0_u8..5, 0..ELEMENTS, 0_u32..6, 0_u32..7), 0..200)) {
            let (mut sets, mut list) = (UnionFind::default(), vec![None; ELEMENTS]);
            sets.lengthen_to(list.len());
            let mut clones = Vec::new();
            for (what, element, from, to) in moves {
                let to = (to < 6).then(|| Slot::new(to));
                match (what, to) {
                    (0, Some(to)) => {
                        sets.union(Slot::new(from), to);
                        list.iter_mut().filter(|set| **set == Some(Slot::new(from))).for_each(|set| *set = Some(to));
                    }
                    (1 | 2, Some(to)) => {
                        // Most of them, so that whole words of chosen are full, or every other one.
                        let listed = || (element / 2..ELEMENTS).step_by(usize::from(what));
                        let mut chosen = BitSet::with_room(ELEMENTS);
                        listed().for_each(|element| chosen.insert(Slot::at(element)));
                        let are_all_in_some = sets.remove_members_of(&mut chosen, to);
                        prop_assert_eq!(are_all_in_some, listed().all(|element| list[element].is_some()));
                        let moving = listed().filter(|element| list[*element] != Some(to)).map(Slot::at);
                        prop_assert!(chosen.iter().eq(moving));
                        let left = sets.move_to(&chosen, to);
                        let those_from = |set| chosen.iter().filter(|slot| list[slot.index()] == Some(set)).count();
                        for set in (0..6).map(Slot::new) {
                            let told = left.iter().filter(|(from, _)| *from == set).map(|(_, count)| *count).sum::<u32>();
                            prop_assert_eq!(usize::try_from(told).unwrap(), those_from(set));
                        }
                        chosen.iter().for_each(|slot| list[slot.index()] = Some(to));
                    }
                    _ => {
                        sets.assign(Slot::at(element), to);
                        list[element] = to;
                    }
                }
                clones.push((sets.clone(), list.clone()));
                prop_assert!(sets.nodes.len() <= ELEMENTS * 2 + 6, "{} nodes", sets.nodes.len());
            }
            let (sets, list) = clones.last().cloned().unwrap_or_default();
            for sets in [UnionFind::of(&list), sets] {
                for set in (0..6).map(Slot::new) {
                    let expected = |start: usize| list.iter().enumerate().skip(start).filter(|(_, of)| **of == Some(set));
                    for start in [0, 7] {
                        let expected = expected(start).map(|(element, _)| Slot::at(element));
                        prop_assert!(sets.members_from(set, start).eq(expected));
                    }
                    let expected = expected(0).map(|(element, _)| Slot::at(element));
                    prop_assert!(sets.members_of(&[set]).iter().eq(expected));
                }
                let expected = list.iter().enumerate().filter_map(|(index, set)| Some((Slot::at(index), (*set)?)));
                prop_assert!(sets.iter().eq(expected));
            }
            for (sets, list) in clones {
                for (element, set) in list.iter().enumerate() {
                    prop_assert_eq!(sets.find(Slot::at(element)), *set);
                    prop_assert!(depth(&sets, element) <= 12);
                }
            }
        }
    }

    #[test]
    fn going_to_and_fro_needs_no_new_nodes() {
        let mut sets = UnionFind::default();
        sets.lengthen_to(1);
        sets.assign(Slot::new(0), Some(Slot::new(0)));
        for turn in 0..1_000 {
            sets.union(Slot::new(turn % 2), Slot::new((turn + 1) % 2));
        }
        assert_eq!((sets.nodes.len(), depth(&sets, 0)), (2, 1));
    }

    /// Sets that are gathered and scattered for long: the paths stay short and the nodes few.
    #[test]
    fn a_long_history_leaves_short_paths() {
        let mut sets = UnionFind::default();
        let mut seed = 1_u64;
        let mut below = |limit: u32| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            u32::try_from((seed >> 33) % u64::from(limit)).unwrap()
        };
        sets.lengthen_to(1_000);
        let turns = if cfg!(miri) { 200 } else { 200_000 };
        for _ in 0..turns {
            sets.assign(Slot::new(below(1_000)), Some(Slot::new(below(20))));
            sets.union(Slot::new(below(20)), Slot::new(below(20)));
        }
        let deepest = (0..1_000).map(|element| depth(&sets, element)).max().unwrap();
        assert!(deepest <= 12, "{deepest}");
        assert!(sets.nodes.len() <= 1_100, "{}", sets.nodes.len());
    }
}
