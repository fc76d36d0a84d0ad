//! A sorted list whose parts are shared: a clone is one reference count, a write makes the nodes from the root down to what
//! it changes anew.
//!
//! An AVL tree (Adelson-Velsky and Landis 1962). Each node keeps the sum of all entries from it down, whatever a sum means
//! for them, so that a search passes over what it does not need.

use alloc::sync::Arc;
use core::cmp::Ordering;

use super::work;

/// What a tree holds.
pub(super) trait Entry: Copy {
    /// What is known of several entries together.
    type Sum: Copy + core::fmt::Debug;

    /// Where an entry stands beside another one; equal only if they are the same.
    fn order(&self, other: &Self) -> Ordering;

    fn sum(&self) -> Self::Sum;

    fn add(one: Self::Sum, other: Self::Sum) -> Self::Sum;
}

#[derive(Debug, Clone)]
pub(super) struct Tree<E: Entry>(pub(super) Link<E>);

type Link<E> = Option<Arc<Node<E>>>;

#[derive(Debug)]
pub(super) struct Node<E: Entry> {
    pub(super) entry: E,
    /// Of all entries of this node and below it.
    pub(super) sum: E::Sum,
    height: u8,
    pub(super) left: Link<E>,
    pub(super) right: Link<E>,
}

impl<E: Entry> Default for Tree<E> {
    fn default() -> Self {
        Self(None)
    }
}

impl<E: Entry> Tree<E> {
    pub(super) fn insert(&mut self, entry: E) {
        self.0 = Some(inserted(self.0.as_deref(), entry));
    }

    /// Takes an entry out again, if it is there.
    pub(super) fn remove(&mut self, entry: E) {
        self.0 = removed(self.0.as_ref(), &entry);
    }
}

impl<E: Entry<Sum = usize>> Tree<E> {
    pub(super) fn len(&self) -> usize {
        len(self.0.as_ref())
    }

    /// How many entries come before a point, and the first one behind it. `is_before` is told of an entry and how many come
    /// before that one; it must be true of all before the point and false of all others.
    pub(super) fn split(&self, mut is_before: impl FnMut(&E, usize) -> bool) -> (usize, Option<E>) {
        let (mut top, mut before, mut first) = (self.0.as_ref(), 0_usize, None);
        while let Some(node) = top {
            work::node();
            let here = before.saturating_add(len(node.left.as_ref()));
            if is_before(&node.entry, here) {
                before = here.saturating_add(1);
                top = node.right.as_ref();
            } else {
                first = Some(node.entry);
                top = node.left.as_ref();
            }
        }
        (before, first)
    }
}

fn len<E: Entry<Sum = usize>>(tree: Option<&Arc<Node<E>>>) -> usize {
    tree.map_or(0, |node| node.sum)
}

fn height<E: Entry>(tree: Option<&Arc<Node<E>>>) -> u8 {
    tree.map_or(0, |node| node.height)
}

/// A node of two trees whose heights differ by one at most.
fn node<E: Entry>(left: Link<E>, entry: E, right: Link<E>) -> Arc<Node<E>> {
    work::node();
    let sum = left.iter().chain(&right).fold(entry.sum(), |sum, node| E::add(sum, node.sum));
    let height = height(left.as_ref()).max(height(right.as_ref())).saturating_add(1);
    Arc::new(Node { entry, sum, height, left, right })
}

/// A node of two trees whose heights differ by two at most: the higher one gives up a part of itself to the other side.
fn balanced<E: Entry>(left: Link<E>, entry: E, right: Link<E>) -> Arc<Node<E>> {
    let (left_height, right_height) = (height(left.as_ref()), height(right.as_ref()));
    match (&left, &right) {
        (Some(high), _) if left_height > right_height.saturating_add(1) => {
            match &high.right {
                // A single rotation would leave the inner part as deep as it is, so that this one comes to the top.
                Some(inner) if inner.height > height(high.left.as_ref()) => node(
                    Some(node(high.left.clone(), high.entry, inner.left.clone())),
                    inner.entry,
                    Some(node(inner.right.clone(), entry, right)),
                ),
                inner => node(high.left.clone(), high.entry, Some(node(inner.clone(), entry, right))),
            }
        }
        (_, Some(high)) if right_height > left_height.saturating_add(1) => match &high.left {
            Some(inner) if inner.height > height(high.right.as_ref()) => node(
                Some(node(left, entry, inner.left.clone())),
                inner.entry,
                Some(node(inner.right.clone(), high.entry, high.right.clone())),
            ),
            inner => node(Some(node(left, entry, inner.clone())), high.entry, high.right.clone()),
        },
        _ => node(left, entry, right),
    }
}

fn inserted<E: Entry>(tree: Option<&Node<E>>, entry: E) -> Arc<Node<E>> {
    let Some(top) = tree else { return node(None, entry, None) };
    if entry.order(&top.entry).is_lt() {
        balanced(Some(inserted(top.left.as_deref(), entry)), top.entry, top.right.clone())
    } else {
        balanced(top.left.clone(), top.entry, Some(inserted(top.right.as_deref(), entry)))
    }
}

fn removed<E: Entry>(tree: Option<&Arc<Node<E>>>, entry: &E) -> Link<E> {
    let top = tree?;
    match entry.order(&top.entry) {
        Ordering::Less => Some(balanced(removed(top.left.as_ref(), entry), top.entry, top.right.clone())),
        Ordering::Greater => Some(balanced(top.left.clone(), top.entry, removed(top.right.as_ref(), entry))),
        Ordering::Equal => match &top.right {
            None => top.left.clone(),
            // The next entry in order takes its place.
            Some(right) => {
                let (next, rest) = without_first(right);
                Some(balanced(top.left.clone(), next, rest))
            }
        },
    }
}

/// The first entry of a tree, and all others.
fn without_first<E: Entry>(tree: &Arc<Node<E>>) -> (E, Link<E>) {
    match &tree.left {
        None => (tree.entry, tree.right.clone()),
        Some(left) => {
            let (first, rest) = without_first(left);
            (first, Some(balanced(rest, tree.entry, tree.right.clone())))
        }
    }
}

/// Every node is as high as it says, and no side is higher than the other by more than one.
#[cfg(test)]
pub(super) fn assert_balanced<E: Entry>(tree: Option<&Arc<Node<E>>>) -> u8 {
    let Some(node) = tree else { return 0 };
    let (left, right) = (assert_balanced(node.left.as_ref()), assert_balanced(node.right.as_ref()));
    assert!(left.abs_diff(right) <= 1);
    assert_eq!(node.height, left.max(right) + 1);
    node.height
}
