//! `$filter`: `eq`, `ne`, `startswith`, `in`, `and`, `or`, `not` and parentheses over the plain properties of a type.
//!
//! The text comes from strangers. Reading it takes time in proportion to its length and a stack in proportion to its
//! nesting, and both have a limit. Text compares in any ASCII case, as in Graph's directory.

use alloc::{borrow::Cow, boxed::Box, format, string::String, vec::Vec};

use super::super::{
    entity::{Entity, Property, Schema},
    error::{Code, Error, shortened},
};

/// A longer filter is refused.
const BYTES_MAX: usize = 8192;
/// So many parentheses and `not`s within each other; one more is refused.
const DEPTH_MAX: u32 = 32;

/// A filter that was read, its types being right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Filter {
    Any(Vec<Self>),
    All(Vec<Self>),
    Not(Box<Self>),
    Equal(Operand, Operand),
    StartsWith(Operand, Operand),
    In(Operand, Vec<Operand>),
    Is(Operand),
}

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Operand {
    Property(&'static str),
    Text(String),
    Bool(bool),
    Null,
}

impl Operand {
    fn value<'v, 'a: 'v, T: Entity<'a>>(&'v self, thing: T) -> Property<'v> {
        match self {
            Self::Property(name) => thing.property(name),
            Self::Text(text) => Property::Text(Cow::Borrowed(text)),
            Self::Bool(value) => Property::Bool(*value),
            Self::Null => Property::Null,
        }
    }
}

impl Filter {
    /// Reads a filter over the properties of a type.
    pub(in super::super) fn parse(text: &str, schema: Schema) -> Result<Self, Error> {
        if text.len() > BYTES_MAX {
            return Err(refused(&format!("it is longer than {BYTES_MAX} bytes")));
        }
        let mut parser = Parser { rest: text.trim(), schema, depth: 0 };
        let filter = parser.any()?;
        parser.rest.is_empty().then_some(filter).ok_or_else(|| parser.unexpected())
    }

    /// What is found by the first property, and the text that it must have, under which something can be.
    pub(in super::super) fn sought<T>(&self, find: &dyn Fn(&str, &str) -> Option<T>) -> Option<T> {
        match self {
            Self::Equal(Operand::Property(name), Operand::Text(text))
            | Self::Equal(Operand::Text(text), Operand::Property(name)) => find(name, text),
            Self::All(parts) => parts.iter().find_map(|part| part.sought(find)),
            _ => None,
        }
    }

    /// Whether it holds of a thing.
    pub(in super::super) fn holds<'a, T: Entity<'a>>(&self, thing: T) -> bool {
        match self {
            Self::Any(parts) => parts.iter().any(|part| part.holds(thing)),
            Self::All(parts) => parts.iter().all(|part| part.holds(thing)),
            Self::Not(part) => !part.holds(thing),
            Self::Equal(one, other) => is_equal(&one.value(thing), &other.value(thing)),
            Self::In(one, others) => {
                let one = one.value(thing);
                others.iter().any(|other| is_equal(&one, &other.value(thing)))
            }
            Self::StartsWith(text, prefix) => match (text.value(thing), prefix.value(thing)) {
                (Property::Text(text), Property::Text(prefix)) => {
                    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(&prefix))
                }
                _ => false,
            },
            Self::Is(operand) => operand.value(thing) == Property::Bool(true),
        }
    }
}

fn is_equal(one: &Property<'_>, other: &Property<'_>) -> bool {
    match (one, other) {
        (Property::Text(one), Property::Text(other)) => one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}

/// Several parts as one; one by itself stays what it is.
fn joined(mut parts: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => join(parts.into_iter().chain(last).collect()),
    }
}

fn refused(reason: &str) -> Error {
    Error::new(Code::InvalidOption, &format!("Invalid filter clause: {reason}."))
}

/// Reads a filter from its start.
struct Parser<'a> {
    rest: &'a str,
    schema: Schema,
    depth: u32,
}

impl<'a> Parser<'a> {
    fn unexpected(&self) -> Error {
        if self.rest.is_empty() {
            return refused("it ends too early");
        }
        refused(&format!("unexpected '{}'", shortened(self.rest, 32)))
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default().trim_start();
    }

    /// The word that comes next, not yet taken.
    fn word(&self) -> &'a str {
        let end = self.rest.find(|letter: char| !(letter.is_alphanumeric() || "_@$./:-".contains(letter)));
        self.rest.get(..end.unwrap_or(self.rest.len())).unwrap_or_default()
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let found = self.word().eq_ignore_ascii_case(word);
        if found {
            self.advance(word.len());
        }
        found
    }

    fn takes(&mut self, sign: &str) -> bool {
        let found = self.rest.starts_with(sign);
        if found {
            self.advance(sign.len());
        }
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), Error> {
        if self.takes(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// One level deeper, as far as that is allowed.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        if self.depth >= DEPTH_MAX {
            return Err(refused(&format!("it is nested more than {DEPTH_MAX} deep")));
        }
        self.depth = self.depth.saturating_add(1);
        let result = read(self)?;
        self.depth = self.depth.saturating_sub(1);
        Ok(result)
    }

    fn any(&mut self) -> Result<Filter, Error> {
        let first = self.all()?;
        let mut parts = Vec::from([first]);
        while self.takes_word("or") {
            parts.push(self.all()?);
        }
        Ok(joined(parts, Filter::Any))
    }

    fn all(&mut self) -> Result<Filter, Error> {
        let mut parts = Vec::from([self.one()?]);
        while self.takes_word("and") {
            parts.push(self.one()?);
        }
        Ok(joined(parts, Filter::All))
    }

    fn one(&mut self) -> Result<Filter, Error> {
        if self.takes_word("not") {
            return self.nested(|parser| Ok(Filter::Not(Box::new(parser.one()?))));
        }
        if self.takes("(") {
            let filter = self.nested(Self::any)?;
            self.expect(")")?;
            return Ok(filter);
        }
        if self.word().eq_ignore_ascii_case("startswith") {
            return self.starts_with();
        }
        let operand = self.operand()?;
        if self.takes_word("eq") {
            return self.equal(operand);
        }
        if self.takes_word("ne") {
            return Ok(Filter::Not(Box::new(self.equal(operand)?)));
        }
        if self.takes_word("in") {
            return self.in_list(operand);
        }
        match self.kind(&operand) {
            Some(Kind::Bool) => Ok(Filter::Is(operand)),
            _ => Err(self.unexpected()),
        }
    }

    fn starts_with(&mut self) -> Result<Filter, Error> {
        self.advance("startswith".len());
        self.expect("(")?;
        let text = self.operand()?;
        self.expect(",")?;
        let prefix = self.operand()?;
        self.expect(")")?;
        for operand in [&text, &prefix] {
            if self.kind(operand) == Some(Kind::Bool) {
                return Err(refused("startswith takes text"));
            }
        }
        let filter = Filter::StartsWith(text, prefix);
        // Some clients write the comparison out.
        if self.takes_word("eq") {
            return match self.operand()? {
                Operand::Bool(true) => Ok(filter),
                Operand::Bool(false) => Ok(Filter::Not(Box::new(filter))),
                _ => Err(refused("startswith is true or false")),
            };
        }
        Ok(filter)
    }

    fn equal(&mut self, one: Operand) -> Result<Filter, Error> {
        let other = self.operand()?;
        self.comparable(&one, &other)?;
        Ok(Filter::Equal(one, other))
    }

    fn in_list(&mut self, one: Operand) -> Result<Filter, Error> {
        self.expect("(")?;
        let mut others = Vec::new();
        loop {
            let other = self.operand()?;
            self.comparable(&one, &other)?;
            others.push(other);
            if !self.takes(",") {
                self.expect(")")?;
                return Ok(Filter::In(one, others));
            }
        }
    }

    fn operand(&mut self) -> Result<Operand, Error> {
        if let Some(quoted) = self.rest.strip_prefix('\'') {
            return self.text(quoted);
        }
        let word = self.word();
        let operand = match word {
            "" => return Err(self.unexpected()),
            "true" => Operand::Bool(true),
            "false" => Operand::Bool(false),
            "null" => Operand::Null,
            _ => {
                let known = self.schema.properties.iter().find(|known| **known == word);
                let is_function = self.rest.get(word.len()..).is_some_and(|rest| rest.starts_with('('));
                let kind = if is_function { "function" } else { "property" };
                let unknown = || refused(&format!("there is no {kind} '{}'", shortened(word, 64)));
                Operand::Property(known.ok_or_else(unknown)?)
            }
        };
        self.advance(word.len());
        Ok(operand)
    }

    /// A text in quotes, in which a quote is doubled.
    fn text(&mut self, mut quoted: &'a str) -> Result<Operand, Error> {
        let mut text = String::new();
        loop {
            let (part, rest) = quoted.split_once('\'').ok_or_else(|| refused("a quote is not closed"))?;
            text.push_str(part);
            let Some(more) = rest.strip_prefix('\'') else {
                self.rest = rest.trim_start();
                return Ok(Operand::Text(text));
            };
            text.push('\'');
            quoted = more;
        }
    }

    fn kind(&self, operand: &Operand) -> Option<Kind> {
        match operand {
            Operand::Property(name) if self.schema.booleans.contains(name) => Some(Kind::Bool),
            Operand::Property(_) | Operand::Text(_) => Some(Kind::Text),
            Operand::Bool(_) => Some(Kind::Bool),
            Operand::Null => None,
        }
    }

    /// Two operands are of one type; null is of any.
    fn comparable(&self, one: &Operand, other: &Operand) -> Result<(), Error> {
        match (self.kind(one), self.kind(other)) {
            (Some(one), Some(other)) if one != other => Err(refused("a text is compared with true or false")),
            _ => Ok(()),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::ConnectorGroupView;

    /// So that what has a key is found without a look at the others.
    #[test]
    fn a_key_is_sought_wherever_it_must_hold() {
        let name = |property: &str, text: &str| (property == "name").then(|| String::from(text));
        for (text, expected) in [
            ("name eq 'a'", Some("a")),
            ("'a' eq name", Some("a")),
            ("(name eq 'a')", Some("a")),
            ("region eq 'nam' and name eq 'a'", Some("a")),
            ("region eq 'nam' and ('a' eq name and isDefault)", Some("a")),
            ("region eq 'nam'", None),
            ("name eq 'a' or name eq 'b'", None),
            ("not (name eq 'a')", None),
            ("startswith(name,'a')", None),
        ] {
            let filter = Filter::parse(text, <ConnectorGroupView<'_> as Entity<'_>>::SCHEMA).unwrap();
            assert_eq!(filter.sought(&name).as_deref(), expected, "{text}");
        }
    }
}
