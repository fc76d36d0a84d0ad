//! Texts of things, many side by side in one piece of memory.
//!
//! ```text
//! chunk = where each of 32 texts ends │ "Expenses" "Payroll" "" "Wiki" …
//! ```
//!
//! A text takes its bytes and five more. One of its own would take a pointer with a length, two reference counts and what is
//! lost to round sizes: 32 bytes and more. What is next to each other is also read in one go. A chunk is copied when a text
//! of it is written, so that texts are for what seldom changes. A chunk of nothing but empty texts takes no memory.

use alloc::{boxed::Box, string::String, sync::Arc};
use core::ops::Range;

use super::{counted_bits::count, pages::Pages, slot::Slot};

const TEXTS: usize = 32;
const PAGE: usize = 16;

#[derive(Debug, Clone, Default)]
pub(crate) struct Texts(Pages<Option<Arc<Chunk>>, PAGE>);

#[derive(Debug, Clone, PartialEq, Default)]
struct Chunk {
    text: Box<str>,
    /// Where each text ends, and the next one begins.
    ends: [u32; TEXTS],
}

/// The chunk of a slot, and its place in the chunk.
fn place(slot: Slot) -> (usize, usize) {
    (slot.index().wrapping_shr(TEXTS.trailing_zeros()), slot.index() & TEXTS.wrapping_sub(1))
}

impl Chunk {
    /// The chunk of these texts, and empty ones behind them.
    fn of(texts: &[Arc<str>]) -> Self {
        let mut ends = [0; TEXTS];
        let mut text = String::with_capacity(texts.iter().map(|text| text.len()).fold(0, usize::saturating_add));
        let all = texts.iter().map(|text| &**text).chain(core::iter::repeat(""));
        for (end, next) in ends.iter_mut().zip(all) {
            text.push_str(next);
            *end = position(text.len());
        }
        Self { text: text.into(), ends }
    }

    fn range(&self, place: usize) -> Range<usize> {
        let end = |place: usize| self.ends.get(place).map_or(0, |end| count(*end));
        place.checked_sub(1).map_or(0, end)..end(place)
    }

    fn get(&self, place: usize) -> &str {
        self.text.get(self.range(place)).unwrap_or_default()
    }

    fn set(&mut self, place: usize, text: &str) {
        let former = self.range(place);
        let before = self.text.get(..former.start).unwrap_or_default();
        let behind = self.text.get(former.end..).unwrap_or_default();
        self.text = [before, text, behind].concat().into();
        let (former, new) = (position(former.len()), position(text.len()));
        for end in self.ends.iter_mut().skip(place) {
            *end = end.saturating_sub(former).saturating_add(new);
        }
    }
}

/// A length within a chunk, whose texts together have less than four gigabytes.
fn position(length: usize) -> u32 {
    debug_assert!(u32::try_from(length).is_ok(), "{length} bytes of texts in a chunk");
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Texts {
    /// A column of these texts.
    pub(crate) fn of(texts: &[Arc<str>]) -> Self {
        let chunk = |texts: &[Arc<str>]| {
            let are_empty = texts.iter().all(|text| text.is_empty());
            (!are_empty).then(|| Arc::new(Chunk::of(texts)))
        };
        Self(texts.chunks(TEXTS).map(chunk).collect())
    }

    /// The text of a slot; empty where none was written.
    pub(crate) fn get(&self, slot: Slot) -> &str {
        let (chunk, place) = place(slot);
        self.0.get(chunk).and_then(Option::as_ref).map_or("", |chunk| chunk.get(place))
    }

    /// Lengthens to this many slots; the new ones have an empty text.
    pub(crate) fn lengthen_to(&mut self, slots: usize) {
        self.0.lengthen_to(slots.div_ceil(TEXTS));
    }

    /// Sets the text of a slot that there is room for. An equal text is written too: whoever compares two columns learns that
    /// something happened to the slot.
    pub(crate) fn set(&mut self, slot: Slot, text: &str) {
        let (chunk, place) = place(slot);
        if let Some(chunk) = self.0.get_mut(chunk) {
            Arc::make_mut(chunk.get_or_insert_default()).set(place, text);
        }
    }

    /// The ranges of slots that may differ from another column: all chunks that the two do not share.
    pub(crate) fn unshared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = Range<usize>> + 'a {
        let chunk = |of: &'a Self, index| of.0.get(index).and_then(Option::as_ref);
        let unshared = self.0.unshared(&other.0).flatten();
        let unshared = unshared.filter(move |index| match (chunk(self, *index), chunk(other, *index)) {
            (Some(here), Some(there)) => !Arc::ptr_eq(here, there),
            (here, there) => here.is_some() || there.is_some(),
        });
        unshared.map(|chunk| {
            let start = chunk.saturating_mul(TEXTS);
            start..start.saturating_add(TEXTS)
        })
    }
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use proptest::prelude::*;

    use super::*;

    const LEN: usize = 600;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Against a plain list, at every length of the texts; a clone keeps what it was, and what was not written is shared.
        #[test]
        fn as_a_list(
            start in prop::collection::vec("[aä]{0,3}", 0..LEN),
            writes in prop::collection::vec((0..LEN, "[bö]{0,9}"), 0..40),
        ) {
            let shared: Vec<Arc<str>> = start.iter().map(|text| text.as_str().into()).collect();
            let (mut texts, mut list) = (Texts::of(&shared), start);
            list.resize(LEN, String::new());
            texts.lengthen_to(LEN);
            let (before, former) = (texts.clone(), list.clone());
            for (index, text) in &writes {
                texts.set(Slot::at(*index), text);
                list[*index].clone_from(text);
            }
            for (texts, list) in [(&texts, &list), (&before, &former)] {
                prop_assert!(list.iter().enumerate().all(|(index, text)| texts.get(Slot::at(index)) == text));
            }
            let mut written: Vec<usize> = writes.iter().map(|(index, _)| index / TEXTS).collect();
            written.sort_unstable();
            written.dedup();
            let unshared = written.iter().map(|chunk| chunk * TEXTS..(chunk + 1) * TEXTS);
            prop_assert!(texts.unshared(&before).eq(unshared.clone()) && before.unshared(&texts).eq(unshared));
        }
    }

    #[test]
    fn empty_texts_take_no_memory_until_one_is_written() {
        let mut texts = Texts::of(&vec![Arc::default(); 100]);
        let in_memory = |texts: &Texts| texts.0.pages().flatten().flatten().count();
        assert_eq!((in_memory(&texts), texts.get(Slot::new(99)), texts.get(Slot::new(1_000))), (0, "", ""));
        texts.set(Slot::new(99), "");
        assert_eq!((in_memory(&texts), texts.get(Slot::new(99))), (1, ""));
        texts.set(Slot::new(1_000), "behind the end");
        assert_eq!((in_memory(&texts), texts.get(Slot::new(1_000))), (1, ""));
    }
}
