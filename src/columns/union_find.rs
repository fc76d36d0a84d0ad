//! A union-find that tells which set each element is in, so that a whole set moves at once.
//!
//! ```text
//! element ─► node ─► root ─► set          Moving the whole of A to B attaches A's root below B's, or B's below
//! element ──────┘  ┌─►                    A's where A's tree is the deeper one; nothing else is touched.
//! element ─► node ─┘
//! ```
//!
//! Union by rank: a node is at most log2 of all unions deep. An emptied node is used again, so a long
//! history leaves neither long paths nor more nodes than there are elements and sets. There is no path
//! compression: a lookup takes `&self`, and a write to a shared page would cost more than the few steps
//! that it saves.

use alloc::{vec, vec::Vec};
use core::{
    iter,
    ops::{BitOr, Range},
};

use super::{
    bit_set::{BitSet, bits},
    pages::Pages,
    slot::Slot,
    work,
};

const PAGE: usize = 1024;

#[derive(Debug, Clone, Default)]
pub(crate) struct UnionFind {
    /// The node of each element; `None` while the element is in no set.
    of: Pages<Option<Slot>, PAGE>,
    nodes: Pages<Node, 64>,
    /// The root of each set that ever contained something.
    roots: Pages<Option<Slot>, 128>,
    /// Head of the list of free nodes, which goes on through [`Parent::Free`].
    free: Option<Slot>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Node {
    parent: Parent,
    /// Higher than the rank of every node directly below this one.
    rank: u8,
    /// The number of elements and nodes directly below this one.
    held: u32,
}

#[derive(Debug, Clone, Copy)]
enum Parent {
    Set(Slot),
    Node(Slot),
    /// The node is free; so is the next one.
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

    /// A faster [`find`](Self::find), for about this many calls.
    pub(crate) fn finder(&self, elements: usize) -> impl Fn(Slot) -> Option<Slot> + '_ {
        // A reader wants whole pages; the only page of a small list mostly is not whole.
        let of = if self.of.len() > PAGE { Err(self.of.reader(elements)) } else { Ok(self.of.piece(0, PAGE)) };
        // Walking up from each node costs a walk for each, which few calls should not pay.
        let sets = (elements >= self.nodes.len()).then(|| self.resolved(|set| set));
        move |element| {
            let node = match &of {
                Ok(page) => page.get(element.index()).copied().flatten(),
                Err(of) => *of.get_or(element.index(), &None),
            }?;
            match &sets {
                Some(sets) => sets.get(node.index()).copied().flatten(),
                None => self.set_of(node),
            }
        }
    }

    /// Whether an element is in any set. Reads the element only, no node.
    pub(crate) fn is_in_some_set(&self, element: Slot) -> bool {
        self.of.get(element.index()).is_some_and(Option::is_some)
    }

    /// A faster [`is_in_some_set`](Self::is_in_some_set), for about this many calls.
    pub(crate) fn those_in_some_set(&self, elements: usize) -> impl Fn(Slot) -> bool + '_ {
        let of = self.of.reader(elements);
        move |element| of.get_or(element.index(), &None).is_some()
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

    /// Lengthens to this many elements; the new ones are in no set.
    pub(crate) fn lengthen_to(&mut self, elements: usize) {
        self.of.lengthen_to(elements);
    }

    /// Builds the union-find in which each element is in the set given for it.
    pub(crate) fn of(set_of_each: &[Option<Slot>]) -> Self {
        let mut sets = Self::default();
        // Counted in a plain list first: nodes are in copy-on-write pages, where each write costs several
        // steps.
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

    /// The number of things directly below the root of each set: all elements of the set, if no sets were
    /// merged yet.
    pub(crate) fn counts_of_roots(&self) -> impl Iterator<Item = (Slot, u32)> + '_ {
        let roots = (0..).map(Slot::at).zip(self.roots.iter());
        roots.filter_map(|(set, root)| Some((set, self.nodes.get(root?.index())?.held)))
    }

    /// Puts an element into a set, or into none. Answers with its former set.
    pub(crate) fn assign(&mut self, element: Slot, set: Option<Slot>) -> Option<Slot> {
        let former = self.of.get(element.index()).copied().flatten();
        let former_set = former.and_then(|node| self.set_of(node));
        let node = set.map(|set| self.root(set));
        if node == former {
            return former_set;
        }
        // Both counts change in one visit where both nodes are on one page, as they mostly are.
        let mut is_left_empty = false;
        let leave = |former: &mut Node| {
            debug_assert!(former.held > 0, "an element leaves a node that holds none");
            former.held = former.held.saturating_sub(1);
            is_left_empty = former.held == 0;
        };
        let enter = |node: &mut Node| node.held = node.held.saturating_add(1);
        self.nodes.change_both(former.map(Slot::index), leave, node.map(Slot::index), enter);
        self.of.set(element.index(), node);
        // The element was already counted out above; 0 only lets an emptied node become free.
        if let Some(former) = former.filter(|_| is_left_empty) {
            self.release(former, 0);
        }
        former_set
    }

    /// Moves all elements of one set to another, in a time that does not depend on their number.
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
        // Union by rank: the root of the lower rank goes below the other one, so a path grows only where
        // two equal ranks meet, and rank k takes at least 2^k merged sets. Which set the result belongs to
        // does not matter here: the upper root is told below. Elements that leave do not lower a rank; a
        // rank that is too high makes a choice worse, never wrong.
        let (lower, upper) = if rank(lower) > rank(upper) { (upper, lower) } else { (lower, upper) };
        let rank_above = rank(lower).saturating_add(1);
        self.attach(lower, Parent::Node(upper));
        self.attach(upper, Parent::Set(to));
        // The former root of `from` may now be an inner node of `to`. `from` gets a new root when something
        // enters it again.
        self.roots.set(from.index(), None);
        self.roots.set(to.index(), Some(upper));
        if let Some(node) = self.nodes.get_mut(upper.index()) {
            node.held = node.held.saturating_add(1);
            node.rank = node.rank.max(rank_above);
        }
    }

    /// Moves chosen elements to a set. Answers with the sets that lose elements and how many; a set may
    /// occur more than once.
    pub(crate) fn move_to(&mut self, elements: &BitSet, set: Slot) -> Vec<(Slot, u32)> {
        let root = self.root(set);
        let mut left = vec![0_u32; self.nodes.len()];
        let mut came = 0_u32;
        // Page by page, so that a page that a snapshot shares is copied once, and a page without chosen
        // elements is not touched.
        for (page, words) in elements.pages::<PAGE>().enumerate() {
            if words.iter().all(|word| *word == 0) {
                continue;
            }
            let end = page.saturating_add(1).saturating_mul(PAGE).min(self.of.len());
            // `page_mut` makes the page long enough for the index it is given, so the last element of the
            // page is asked for.
            let Some(page) = self.of.page_mut(end.saturating_sub(1)) else { continue };
            for (word, nodes) in words.iter().zip(page.chunks_mut(64)) {
                came = came.saturating_add(word.count_ones());
                let mut leave = |former: Option<Slot>, many: u32| {
                    if let Some(count) = former.and_then(|former| left.get_mut(former.index())) {
                        *count = count.saturating_add(many);
                    }
                };
                // A word of 64 chosen elements that share a node moves with one comparison and one fill.
                // Lists that name most of a group consist of such words.
                if *word == u64::MAX
                    && let Some(former) = shared(nodes).copied()
                {
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
            // Written once, not for each element, and before the former nodes are released.
            node.held = node.held.saturating_add(came);
        }
        let nodes: Vec<(Slot, u32)> = (0..).map(Slot::at).zip(left).filter(|(_, count)| *count > 0).collect();
        // All sets are read before any node is released: a freed node no longer leads to its set.
        let sets = nodes.iter().filter_map(|(node, count)| Some((self.set_of(*node)?, *count))).collect();
        for (node, count) in nodes {
            self.release(node, count);
        }
        sets
    }

    /// Removes the members of a set from the chosen elements. Answers whether all chosen elements were in
    /// some set.
    pub(crate) fn remove_members_of(&self, chosen: &mut BitSet, set: Slot) -> bool {
        let are_there = self.resolved(|found| found == Some(set));
        let is_there =
            |node: Option<Slot>| node.and_then(|node| are_there.get(node.index())).is_some_and(|there| *there);
        let mut are_all_in_some = true;
        let none: &[Option<Slot>] = &[];
        // Behind the last written page all elements are in no set, hence the endless empty pages.
        for (words, page) in chosen.pages_mut::<PAGE>().zip(self.of.pages().chain(iter::repeat(none))) {
            for (word, nodes) in words.iter_mut().zip(page.chunks(64).chain(iter::repeat(none))) {
                if let Some(node) = shared(nodes).copied() {
                    work::element();
                    are_all_in_some &= node.is_some() || *word == 0;
                    // 1 minus 1 is 0, which clears the word; 0 minus 1 wraps to all ones, which keeps it.
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

    /// The elements of these sets. The sets must be sorted.
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

    /// The elements of a set from a slot on, in order. 64 elements are tested at a time, and if none is in
    /// the set, none is visited.
    pub(crate) fn members_from(&self, set: Slot, start: usize) -> impl Iterator<Item = Slot> + '_ {
        // There are two ways to test an element: to walk up from its node, or to look the node up in a
        // table of all nodes. Making the table costs one walk for each node, which a caller who reads only
        // the first few members should not pay. So the search starts with walks, and makes the table once
        // it has visited a quarter as many elements as there are nodes. A short read never pays for the
        // table, and a full scan pays about a quarter more than with the table from the start.
        let mut members = None;
        let first = start.wrapping_shr(6);
        let pieces = (first..self.of.len().div_ceil(64)).flat_map(move |piece| {
            let start = piece.wrapping_shl(6);
            let nodes = self.of.piece(start, 64);
            let mut word = 0;
            // `<< 6` turns pieces into elements, and `>> 2` takes a quarter of the nodes.
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
        // Pieces start at multiples of 64, so the first one may contain members before `start`.
        pieces.skip_while(move |slot| slot.index() < start)
    }

    /// Each element that is in a set, in order, with its set.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Slot, Slot)> + '_ {
        let sets = self.resolved(|set| set);
        self.each().filter_map(move |(index, node)| Some((Slot::at(index), (*sets.get(node?.index())?)?)))
    }

    /// Adds to `chosen` the ranges of elements that may be in another set in `other`. `is_other` tells whether two slots mean
    /// different sets.
    pub(crate) fn differences(
        &self,
        other: &Self,
        chosen: &mut Vec<Range<usize>>,
        is_other: impl Fn(Slot, Slot) -> bool,
    ) {
        // First the elements whose node was written in either; then those whose node is the same but leads
        // elsewhere, as a union writes nodes and no elements.
        chosen.extend(self.of.unshared(&other.of));
        // A node that is free in one of the two has no element on a shared page: its elements left it
        // there, and that wrote their pages.
        let differs =
            |node| self.set_of(node).zip(other.set_of(node)).is_some_and(|(here, there)| is_other(here, there));
        let nodes: Vec<bool> = (0..self.nodes.len()).map(|node| differs(Slot::at(node))).collect();
        if !nodes.contains(&true) {
            return;
        }
        for (index, node) in self.each() {
            if node.and_then(|node| nodes.get(node.index())).is_some_and(|differs| *differs) {
                let behind = index.saturating_add(1);
                match chosen.last_mut().filter(|last| last.end == index) {
                    Some(last) => last.end = behind,
                    None => chosen.push(index..behind),
                }
            }
        }
    }

    /// The node of each element, up to the last page that was written.
    fn each(&self) -> impl Iterator<Item = (usize, Option<Slot>)> + '_ {
        let pages = self.of.pages().enumerate();
        pages.flat_map(|(page, nodes)| (page.saturating_mul(PAGE)..).zip(nodes.iter().copied()))
    }

    /// What `of` says of the set of each node. Each path is walked once for each node, not once for each
    /// element.
    fn resolved<T>(&self, of: impl Fn(Option<Slot>) -> T) -> Vec<T> {
        (0..self.nodes.len()).map(|node| of(self.set_of(Slot::at(node)))).collect()
    }

    /// Lengthens to the number of elements that `other` has; the new ones are in no set.
    pub(crate) fn widen_to(&mut self, other: &Self) {
        self.lengthen_to(other.of.len());
    }

    /// The root of a set. A set without one gets a new one.
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
        // A node that was just pushed already has a set as its parent, so only a node from the free list
        // matches.
        if let Some(Parent::Free(next)) = self.nodes.get(node.index()).map(|node| node.parent) {
            self.free = next;
        }
        self.nodes.set(node.index(), fresh);
        self.roots.set(set.index(), Some(node));
        node
    }

    /// Takes this many things out of a node. An emptied node becomes free, unless it is the root of a set.
    fn release(&mut self, node: Slot, count: u32) {
        // A node that becomes free also leaves its parent, which may become empty in turn. Each step frees
        // a node that one earlier union put below another, so all steps together are no more than the
        // unions. A root stays, since its set refers to it, but starts again at rank 0.
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

/// The node that all of 64 elements are in, if it is only one.
fn shared(nodes: &[Option<Slot>]) -> Option<&Option<Slot>> {
    // No early exit: a loop without branches compares many at once, and lists mostly contain runs from one
    // set.
    let first = nodes.first().filter(|_| nodes.len() == 64)?;
    let number = Slot::number_of(*first);
    nodes.iter().fold(true, |same, node| same & (Slot::number_of(*node) == number)).then_some(first)
}

/// The nodes that belong to one set.
struct Members {
    are_in: Vec<bool>,
    /// The number of the only such node; `None` if there are several.
    only: Option<u32>,
}

impl Members {
    fn of(are_in: Vec<bool>) -> Self {
        let mut nodes = are_in.iter().enumerate().filter(|(_, is_in)| **is_in);
        // Without any such node, a number that no element has, so that every piece is passed over.
        let only = nodes.next().map_or(Some(u32::MAX), |(node, _)| Some(Slot::number_of(Some(Slot::at(node)))));
        let only = only.filter(|_| nodes.next().is_none());
        Self { are_in, only }
    }

    /// A bit for each of 64 elements that is in one of the nodes.
    fn among(&self, nodes: &[Option<Slot>]) -> u64 {
        // Most pieces contain no member of the set. One comparison of all 64 numbers, without branches,
        // finds that out.
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

    /// More elements than a branch of the column has room for, and none of its last ones in any set.
    #[test]
    fn members_far_behind_a_gap_are_found_where_they_are() {
        let (near, far) = (Slot::new(0), Slot::new(35_000));
        let (one, other) = (Slot::new(0), Slot::new(1));
        let mut sets = UnionFind::default();
        sets.lengthen_to(40_000);
        sets.assign(near, Some(one));
        sets.assign(far, Some(other));
        assert_eq!(sets.iter().collect::<Vec<_>>(), [(near, one), (far, other)]);
        assert_eq!(sets.members_of(&[other]).iter().collect::<Vec<_>>(), [far]);
        assert_eq!(sets.members_from(other, 0).collect::<Vec<_>>(), [far]);
        let mut chosen = BitSet::with_room(40_000);
        chosen.insert(far);
        assert_eq!(sets.move_to(&chosen, one), [(other, 1)]);
        assert_eq!((sets.find(far), sets.members_of(&[one]).len()), (Some(one), 2));
        assert_eq!([near, far, Slot::at(39_999)].map(sets.finder(40_000)), [Some(one), Some(one), None]);
    }

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
                // So few that each path is walked, and so many that each node is resolved.
                let finders = [0, ELEMENTS * 3].map(|elements| sets.finder(elements));
                for (element, set) in list.iter().enumerate() {
                    prop_assert_eq!(sets.find(Slot::at(element)), *set);
                    prop_assert!(finders.iter().all(|find| find(Slot::at(element)) == *set));
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
