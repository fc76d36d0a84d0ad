//! What a `$filter` or a `$search` means: which things of a list it holds of.
//!
//! Text compares in any ASCII case, as in Graph's directory.

use alloc::{borrow::Cow, boxed::Box, string::String, vec::Vec};

use serde_json::{Number, Value};

use super::{
    super::entity::{Entity, PUBLISHING, Property},
    words,
};
use crate::Timestamp;

/// A filter that was read, its types being right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Filter {
    Any(Vec<Self>),
    All(Vec<Self>),
    Not(Box<Self>),
    Equal(Operand, Operand),
    /// `le`, and `ge` the other way round.
    AtMost(Operand, Operand),
    StartsWith(Operand, Operand),
    Contains(Operand, Operand),
    /// The text has each of these words, or one that begins with it.
    Words(Path, Vec<String>),
    /// `owners/$count eq 0`, or 1: a collection has so many.
    Count(Collection, usize),
    In(Operand, Vec<Operand>),
    Is(Operand),
    /// `tags/any(t:…)`: one element at least passes the test, or there is one.
    Some(Path, Option<Box<Self>>),
    /// `tags/all(t:…)`: no element fails the test.
    Every(Path, Box<Self>),
}

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Operand {
    Path(Path),
    Text(String),
    Bool(bool),
    Number(Number),
    Null,
}

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Collection {
    Relation(&'static str),
    Property(Path),
}

/// A property, or the element that an `any` looks at, and the way into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Path {
    pub(super) start: Start,
    pub(super) steps: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Start {
    Property(Cow<'static, str>),
    /// The element of the `any` that is so many levels further out.
    Element(usize),
}

/// The elements that the `any`s around a test look at, from the innermost out.
#[derive(Clone, Copy)]
struct Elements<'e> {
    innermost: Option<&'e Value>,
    outer: Option<&'e Elements<'e>>,
}

impl<'e> Elements<'e> {
    const NONE: Self = Self { innermost: None, outer: None };

    fn at(&self, levels: usize) -> Option<&'e Value> {
        match levels.checked_sub(1) {
            None => self.innermost,
            Some(levels) => self.outer?.at(levels),
        }
    }
}

impl Path {
    fn value<'a, T: Entity<'a>>(&self, thing: T, elements: Elements<'_>) -> Property<'a> {
        let start = match &self.start {
            // Asked of every application of a list, and all else of its publishing need not be built for it.
            Start::Property(name) if name == PUBLISHING && self.steps == ["isOnPremPublishingEnabled"] => {
                return if thing.is_published() { Property::Bool(true) } else { Property::Null };
            }
            Start::Property(name) => thing.property(name).spelled(),
            Start::Element(levels) => {
                let element = elements.at(*levels);
                debug_assert!(element.is_some(), "a variable is read within its `any` only");
                element.cloned().unwrap_or_default().into()
            }
        };
        self.steps.iter().fold(start, |value, step| match value {
            Property::Json(Value::Object(mut members)) => members.remove(step).unwrap_or_default().into(),
            _ => Property::Null,
        })
    }
}

impl Operand {
    fn value<'v, 'a: 'v, T: Entity<'a>>(&'v self, thing: T, elements: Elements<'_>) -> Property<'v> {
        match self {
            Self::Path(path) => path.value(thing, elements),
            Self::Text(text) => Property::Text(text.as_str().into()),
            Self::Bool(value) => Property::Bool(*value),
            Self::Number(number) => Property::Json(Value::Number(number.clone())),
            Self::Null => Property::Null,
        }
    }
}

impl Filter {
    /// What is found by the first property, and the text that it must have, under which something can be.
    pub(in super::super) fn sought<T>(&self, find: &dyn Fn(&str, &str) -> Option<T>) -> Option<T> {
        match self {
            Self::Equal(Operand::Path(path), Operand::Text(text))
            | Self::Equal(Operand::Text(text), Operand::Path(path)) => match &path.start {
                Start::Property(name) if path.steps.is_empty() => find(name, text),
                _ => None,
            },
            // Of an `and`, one part with a key is enough: the others are asked of the few that it leaves. An `or` could
            // be met by things without that key.
            Self::All(parts) => parts.iter().find_map(|part| part.sought(find)),
            _ => None,
        }
    }

    /// Whether it holds of a thing.
    pub(in super::super) fn holds<'a, T: Entity<'a>>(&self, thing: T) -> bool {
        self.holds_with(thing, Elements::NONE)
    }

    fn holds_with<'a, T: Entity<'a>>(&self, thing: T, elements: Elements<'_>) -> bool {
        match self {
            Self::Any(parts) => parts.iter().any(|part| part.holds_with(thing, elements)),
            Self::All(parts) => parts.iter().all(|part| part.holds_with(thing, elements)),
            Self::Not(part) => !part.holds_with(thing, elements),
            Self::Equal(one, other) => is_equal(&one.value(thing, elements), &other.value(thing, elements)),
            Self::AtMost(one, other) => is_at_most(&one.value(thing, elements), &other.value(thing, elements)),
            Self::In(one, others) => {
                let one = one.value(thing, elements);
                others.iter().any(|other| is_equal(&one, &other.value(thing, elements)))
            }
            Self::StartsWith(text, prefix) => match (text.value(thing, elements), prefix.value(thing, elements)) {
                (Property::Text(text), Property::Text(prefix)) => {
                    // By bytes: a prefix that ends within a character of the text is none.
                    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(&prefix))
                }
                _ => false,
            },
            Self::Contains(text, part) => match (text.value(thing, elements), part.value(thing, elements)) {
                (Property::Text(text), Property::Text(part)) => {
                    part.is_empty()
                        || text.as_bytes().windows(part.len()).any(|found| found.eq_ignore_ascii_case(part.as_bytes()))
                }
                _ => false,
            },
            Self::Words(path, wanted) => match path.value(thing, elements) {
                Property::Text(text) => words::all_in(wanted, &text),
                _ => false,
            },
            Self::Count(Collection::Relation(name), count) => thing.navigate(name).up_to_two() == *count,
            Self::Count(Collection::Property(path), count) => list(path.value(thing, elements)).len() == *count,
            Self::Is(operand) => operand.value(thing, elements) == Property::Bool(true),
            Self::Some(path, None) => !list(path.value(thing, elements)).is_empty(),
            Self::Some(path, Some(test)) => {
                let mut values = list(path.value(thing, elements)).into_iter();
                values.any(|value| test.holds_of_element(thing, &value, elements))
            }
            Self::Every(path, test) => {
                let mut values = list(path.value(thing, elements)).into_iter();
                values.all(|value| test.holds_of_element(thing, &value, elements))
            }
        }
    }

    fn holds_of_element<'a, T: Entity<'a>>(&self, thing: T, element: &Value, outer: Elements<'_>) -> bool {
        self.holds_with(thing, Elements { innermost: Some(element), outer: Some(&outer) })
    }
}

fn list(property: Property<'_>) -> Vec<Value> {
    match property {
        Property::Json(Value::Array(values)) => values,
        _ => Vec::new(),
    }
}

fn is_equal(one: &Property<'_>, other: &Property<'_>) -> bool {
    match (one, other) {
        (Property::Text(one), Property::Text(other)) => one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}

/// Whether a number, a time or a text in any case comes before another, or is equal to it. Null is neither.
fn is_at_most(one: &Property<'_>, other: &Property<'_>) -> bool {
    match (one, other) {
        (Property::Text(one), Property::Text(other)) => {
            let times = one.parse::<Timestamp>().ok().zip(other.parse::<Timestamp>().ok());
            let in_lower_case = |byte: u8| byte.to_ascii_lowercase();
            let texts = || one.bytes().map(in_lower_case).le(other.bytes().map(in_lower_case));
            times.map_or_else(texts, |(one, other)| one <= other)
        }
        (Property::Json(Value::Number(_)), Property::Json(Value::Number(_))) => one.compare(other).is_le(),
        _ => false,
    }
}
