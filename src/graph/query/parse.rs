//! Reads a `$filter`: `eq`, `ne`, `ge`, `le`, `startswith`, `in`, `any`, `all`, `/$count`, `and`, `or`, `not` and parentheses
//! over the properties of a type. And a `$search`, which has the same chains and parentheses.
//!
//! The text comes from strangers. Reading it takes time in proportion to its length and a stack in proportion to its
//! nesting, and both have a limit.

mod compared;
mod search;

use alloc::{borrow::Cow, boxed::Box, format, string::String, vec::Vec};

use super::{
    super::{
        error::{Code, Error, shortened},
        schema::{TEMPLATE, Type},
    },
    Scope,
    filter::{Collection, Filter, Operand, Path, Start},
};
use crate::{Timestamp, ids::AnyId};
use compared::{Compared, compared};

pub(super) use search::search;

/// A longer filter is refused.
const BYTES_MAX: usize = 8192;
/// So many parentheses, `not`s and `any`s within each other; one more is refused.
const DEPTH_MAX: u32 = 32;

/// A test of two texts.
type TextTest = fn(Operand, Operand) -> Filter;

/// Those tests, by their names.
const TEXT_TESTS: [(&str, TextTest); 2] = [("startswith", Filter::StartsWith), ("contains", Filter::Contains)];

/// The words of the page on advanced queries.
const NO_ENDS_WITH: &str = "Operator 'endsWith' is not supported because the required parameters might be missing. Try adding \
    $count=true query parameter and ConsistencyLevel:eventual header. Refer to \
    https://aka.ms/graph-docs/advanced-queries for more information";

/// Reads a filter over the properties of a type.
pub(super) fn filter(text: &str, scope: Scope<'_>) -> Result<Filter, Error> {
    read(text, Asked::Filter, scope)
}

fn read(text: &str, asked: Asked, scope: Scope<'_>) -> Result<Filter, Error> {
    let mut parser = Parser { rest: text.trim(), asked, scope, depth: 0, variables: Vec::new() };
    if text.len() > BYTES_MAX {
        return Err(parser.refused(&format!("it is longer than {BYTES_MAX} bytes")));
    }
    let filter = parser.any()?;
    parser.rest.is_empty().then_some(filter).ok_or_else(|| parser.unexpected())
}

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Filter,
    Search,
}

/// Several parts as one; one by itself stays what it is.
fn joined(mut parts: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => join(parts.into_iter().chain(last).collect()),
    }
}

/// Reads a filter or a search from its start.
struct Parser<'a, 's> {
    rest: &'a str,
    asked: Asked,
    scope: Scope<'s>,
    depth: u32,
    /// The names that the `any`s around this place give to their elements, and what these are.
    variables: Vec<(&'a str, Compared)>,
}

impl<'a> Parser<'a, '_> {
    fn refused(&self, reason: &str) -> Error {
        let asked = match self.asked {
            Asked::Filter => "filter",
            Asked::Search => "search",
        };
        Error::new(Code::InvalidOption, &format!("Invalid {asked} clause: {reason}."))
    }

    fn unexpected(&self) -> Error {
        if self.rest.is_empty() {
            return self.refused("it ends too early");
        }
        self.refused(&format!("unexpected '{}'", shortened(self.rest, 32)))
    }

    fn advance(&mut self, bytes: usize) {
        debug_assert!(self.rest.is_char_boundary(bytes), "only what was read is left behind");
        self.rest = self.rest.get(bytes..).unwrap_or_default().trim_start();
    }

    /// The word that comes next, not yet taken.
    fn word(&self) -> &'a str {
        let end = self.rest.find(|letter: char| !(letter.is_alphanumeric() || "_@$./:+-".contains(letter)));
        self.rest.get(..end.unwrap_or(self.rest.len())).unwrap_or_default()
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let found = self.word().eq_ignore_ascii_case(word);
        if found {
            self.advance(word.len());
        }
        found
    }

    /// The word that joins two parts; that of a search stands in capital letters.
    fn takes_join(&mut self, word: &str, in_search: &str) -> bool {
        match self.asked {
            Asked::Filter => self.takes_word(word),
            Asked::Search => self.word() == in_search && self.takes(in_search),
        }
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
        // The parser calls itself, and a stack overflow cannot be answered with 400.
        if self.depth >= DEPTH_MAX {
            return Err(self.refused(&format!("it is nested more than {DEPTH_MAX} deep")));
        }
        self.depth = self.depth.saturating_add(1);
        let result = read(self)?;
        self.depth = self.depth.saturating_sub(1);
        Ok(result)
    }

    fn any(&mut self) -> Result<Filter, Error> {
        let first = self.all()?;
        let mut parts = Vec::from([first]);
        // `or` binds weaker than `and`, so it is read around it: a chain of alternatives, each a chain of conditions.
        while self.takes_join("or", "OR") {
            parts.push(self.all()?);
        }
        Ok(joined(parts, Filter::Any))
    }

    fn all(&mut self) -> Result<Filter, Error> {
        let mut parts = Vec::from([self.one()?]);
        while self.takes_join("and", "AND") {
            parts.push(self.one()?);
        }
        Ok(joined(parts, Filter::All))
    }

    fn one(&mut self) -> Result<Filter, Error> {
        if self.takes("(") {
            let filter = self.nested(Self::any)?;
            self.expect(")")?;
            return Ok(filter);
        }
        match self.asked {
            Asked::Filter => self.condition(),
            Asked::Search => self.clause(),
        }
    }

    /// One condition of a filter.
    fn condition(&mut self) -> Result<Filter, Error> {
        if self.takes_word("not") {
            self.scope.queries.allow("Unsupported Query.")?;
            return self.nested(|parser| Ok(Filter::Not(Box::new(parser.one()?))));
        }
        for (name, make) in TEXT_TESTS {
            if self.word().eq_ignore_ascii_case(name) {
                return self.text_test(name, make);
            }
        }
        let (path, quantifier) = self.word().rsplit_once('/').unwrap_or_default();
        for (name, is_every) in [("any", false), ("all", true)] {
            if quantifier.eq_ignore_ascii_case(name) && self.is_call() {
                return self.quantified(path, is_every);
            }
        }
        if let Some(path) = self.word().strip_suffix("/$count") {
            return self.counted(path);
        }
        let operand = self.operand()?;
        if self.takes_word("eq") {
            return self.equal(operand);
        }
        if self.takes_word("ge") {
            let least = self.bound(&operand)?;
            return Ok(Filter::AtMost(least, operand));
        }
        if self.takes_word("le") {
            let most = self.bound(&operand)?;
            return Ok(Filter::AtMost(operand, most));
        }
        if self.takes_word("ne") {
            self.scope.queries.allow("Unsupported property filter clause operator 'NotEqualsMatch'.")?;
            return Ok(Filter::Not(Box::new(self.equal(operand)?)));
        }
        if self.takes_word("in") {
            return self.in_list(operand);
        }
        // A property by itself is a condition where it is true or false: `$filter=isDefault`.
        match self.kind(&operand) {
            Compared::Bool => Ok(Filter::Is(operand)),
            _ => Err(self.unexpected()),
        }
    }

    /// `owners/$count eq 0`: the directory answers whether there are none, or one.
    fn counted(&mut self, path: &str) -> Result<Filter, Error> {
        self.scope.queries.allow("Unsupported Query.")?;
        let relation = self.scope.schema.navigation(path, self.scope.version).filter(|known| known.is_list());
        let collection = match relation {
            Some(known) => Collection::Relation(known.name),
            None => match self.path(path)? {
                (path, Compared::Texts | Compared::List | Compared::Unknown) => Collection::Property(path),
                _ => return Err(self.refused("$count is asked of a collection")),
            },
        };
        self.advance(self.word().len());
        let is_not = self.takes_word("ne");
        if !is_not && !self.takes_word("eq") {
            return Err(self.unexpected());
        }
        let number = match self.word() {
            "0" => 0,
            "1" => 1,
            _ => return Err(self.refused("$count is compared with 0 and 1 only")),
        };
        self.advance(1);
        let filter = Filter::Count(collection, number);
        Ok(if is_not { Filter::Not(Box::new(filter)) } else { filter })
    }

    fn no_function(&self) -> Error {
        self.refused(&format!("there is no function '{}'", shortened(self.word(), 64)))
    }

    /// Whether a parenthesis follows the word that comes next.
    fn is_call(&self) -> bool {
        self.rest.get(self.word().len()..).is_some_and(|rest| rest.starts_with('('))
    }

    /// `tags/any(t:t eq 'x')`, `tags/any()`, `tags/all(t:…)`.
    fn quantified(&mut self, path: &str, is_every: bool) -> Result<Filter, Error> {
        let (path, of) = self.path(path)?;
        let elements = match of {
            Compared::Texts => Compared::Text,
            Compared::List | Compared::Unknown => Compared::Unknown,
            _ => return Err(self.refused("any and all are asked of a collection")),
        };
        self.advance(self.word().len());
        self.expect("(")?;
        if !is_every && self.takes(")") {
            return Ok(Filter::Some(path, None));
        }
        let (name, _) = self.rest.split_once(':').ok_or_else(|| self.unexpected())?;
        let is_name =
            !name.trim().is_empty() && name.trim().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name {
            return Err(self.unexpected());
        }
        self.advance(name.len().saturating_add(1));
        self.variables.push((name.trim(), elements));
        let test = self.nested(Self::any)?;
        self.variables.pop();
        self.expect(")")?;
        Ok(if is_every { Filter::Every(path, Box::new(test)) } else { Filter::Some(path, Some(Box::new(test))) })
    }

    /// What a path names, and what is there. Names are read in any case.
    fn path(&self, text: &str) -> Result<(Path, Compared), Error> {
        let unknown = |name: &str| self.refused(&format!("there is no property '{}'", shortened(name, 64)));
        let mut names = text.split('/');
        let first = names.next().unwrap_or_default();
        // Innermost first: a name that is given again hides the outer one, as in every language.
        let variable = self.variables.iter().rev().enumerate().find(|(_, (name, _))| *name == first);
        let (start, mut at, mut within) = if let Some((levels, (_, of))) = variable {
            (Start::Element(levels), *of, None)
        } else {
            let (name, known) = self.scope.resolve(first).map_err(|_| unknown(first))?;
            let (at, within) = known.map_or((Compared::Unknown, None), |known| compared(known.kind));
            (Start::Property(name), at, within)
        };
        let mut steps = Vec::new();
        for name in names {
            let of: Option<&'static Type> = within;
            let step = match of.and_then(|of| of.property(name)) {
                Some(known) => {
                    (at, within) = compared(known.kind);
                    known.name.into()
                }
                // Of what the table does not describe, any part can be asked for.
                None if of.map_or(at == Compared::Unknown, |of| of.is_open) => {
                    (at, within) = (Compared::Unknown, None);
                    name.into()
                }
                None => return Err(unknown(text)),
            };
            steps.push(step);
        }
        Ok((Path { start, steps }, at))
    }

    fn text_test(&mut self, name: &str, make: TextTest) -> Result<Filter, Error> {
        // The page on templates has it; the directory does not search within texts.
        if name == "contains" && self.scope.schema.name != TEMPLATE.name {
            self.scope.queries.refuse("Unsupported property filter clause operator 'Contains'.")?;
            return Err(self.no_function());
        }
        self.advance(name.len());
        self.expect("(")?;
        let text = self.operand()?;
        self.expect(",")?;
        let part = self.operand()?;
        self.expect(")")?;
        for operand in [&text, &part] {
            if ![Compared::Text, Compared::Unknown].contains(&self.kind(operand)) {
                return Err(self.refused(&format!("{name} takes text")));
            }
        }
        let filter = make(text, part);
        // Some clients write the comparison out.
        if self.takes_word("eq") {
            return match self.operand()? {
                Operand::Bool(true) => Ok(filter),
                Operand::Bool(false) => {
                    self.scope.queries.allow("Unsupported Query.")?;
                    Ok(Filter::Not(Box::new(filter)))
                }
                _ => Err(self.refused(&format!("{name} is true or false"))),
            };
        }
        Ok(filter)
    }

    fn equal(&mut self, one: Operand) -> Result<Filter, Error> {
        let other = self.operand()?;
        self.comparable(&one, &other)?;
        Ok(Filter::Equal(one, other))
    }

    /// The least or the most that an operand may be.
    fn bound(&mut self, one: &Operand) -> Result<Operand, Error> {
        let other = self.operand()?;
        self.comparable(one, &other)?;
        if [self.kind(one), self.kind(&other)].contains(&Compared::Bool) {
            return Err(self.refused("true and false have no order"));
        }
        Ok(other)
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
        let is_number = |word: &str| word.starts_with(|first: char| first.is_ascii_digit() || first == '-');
        let literal = unquoted(word);
        let operand = match word {
            "" => return Err(self.unexpected()),
            _ if word.eq_ignore_ascii_case("true") => Operand::Bool(true),
            _ if word.eq_ignore_ascii_case("false") => Operand::Bool(false),
            _ if word.eq_ignore_ascii_case("null") => Operand::Null,
            _ if self.is_call() => {
                if word.eq_ignore_ascii_case("endswith") {
                    self.scope.queries.allow(NO_ENDS_WITH)?;
                }
                return Err(self.no_function());
            }
            // Before numbers and names: a GUID may begin with a digit, or with a letter as a name does.
            _ if literal.is_some() => Operand::Text(literal.unwrap_or_default()),
            _ if is_number(word) => {
                let number = word.parse().map_err(|_| self.refused(&format!("'{}' is no number", shortened(word, 64))));
                Operand::Number(number?)
            }
            _ => {
                let (path, of) = self.path(word)?;
                if matches!(of, Compared::Texts | Compared::List) {
                    return Err(
                        self.refused(&format!("the collection '{}' is asked by any or all", shortened(word, 64)))
                    );
                }
                Operand::Path(path)
            }
        };
        self.advance(word.len());
        Ok(operand)
    }

    /// A text in quotes, in which a quote is doubled.
    fn text(&mut self, mut quoted: &'a str) -> Result<Operand, Error> {
        let mut text = String::new();
        loop {
            let (part, rest) = quoted.split_once('\'').ok_or_else(|| self.refused("a quote is not closed"))?;
            text.push_str(part);
            // Two quotes are one of the text; a single one ends it.
            let Some(more) = rest.strip_prefix('\'') else {
                self.rest = rest.trim_start();
                return Ok(Operand::Text(text));
            };
            text.push('\'');
            quoted = more;
        }
    }

    fn kind(&self, operand: &Operand) -> Compared {
        match operand {
            // It was found when it was read.
            Operand::Path(path) => self.kind_of(path),
            Operand::Text(_) => Compared::Text,
            Operand::Bool(_) => Compared::Bool,
            Operand::Number(_) => Compared::Number,
            Operand::Null => Compared::Unknown,
        }
    }

    fn kind_of(&self, path: &Path) -> Compared {
        let start = match &path.start {
            Start::Property(name) => Cow::Borrowed(&**name),
            Start::Element(levels) => {
                let variable = self.variables.iter().rev().nth(*levels);
                Cow::Borrowed(variable.map_or("", |(name, _)| *name))
            }
        };
        let text = path.steps.iter().fold(String::from(start), |text, step| format!("{text}/{step}"));
        self.path(&text).map_or(Compared::Unknown, |(_, of)| of)
    }

    /// Two operands are of one type; null, and what the table does not describe, are of any.
    fn comparable(&self, one: &Operand, other: &Operand) -> Result<(), Error> {
        match (self.kind(one), self.kind(other)) {
            (Compared::Unknown, _) | (_, Compared::Unknown) => Ok(()),
            (one, other) if one == other => Ok(()),
            (Compared::Number, _) | (_, Compared::Number) => {
                Err(self.refused("a number is compared with something else"))
            }
            _ => Err(self.refused("a text is compared with true or false")),
        }
    }
}

/// What `OData` writes without quotes and JSON as a text: a GUID, as `az rest` asks for `principalId`, a time, or a day, which
/// stands for its start.
fn unquoted(word: &str) -> Option<String> {
    // Of the ids any will do; it is the form that is asked for.
    let is_id = word.parse::<AnyId>().is_ok();
    let time = || word.parse::<Timestamp>().or_else(|_| format!("{word}T00:00:00Z").parse());
    if is_id { Some(word.into()) } else { time().ok().map(|time| format!("{time}")) }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            super::{route::Version, schema::GROUP},
            Queries,
        },
        *,
    };

    /// So that what has a key is found without a look at the others.
    #[test]
    fn a_key_is_sought_wherever_it_must_hold() {
        let name = |property: &str, text: &str| (property == "name").then(|| String::from(text));
        for (text, expected) in [
            ("name eq 'a'", Some("a")),
            ("Name eq 'a'", Some("a")),
            ("'a' eq name", Some("a")),
            ("(name eq 'a')", Some("a")),
            ("region eq 'nam' and name eq 'a'", Some("a")),
            ("region eq 'nam' and ('a' eq name and isDefault)", Some("a")),
            ("region eq 'nam'", None),
            ("name eq 'a' or name eq 'b'", None),
            ("not (name eq 'a')", None),
            ("startswith(name,'a')", None),
        ] {
            let scope = Scope {
                schema: &GROUP,
                version: Version::Beta,
                has_hidden: true,
                queries: Queries::All,
                kept: &|_| None,
            };
            assert_eq!(filter(text, scope).unwrap().sought(&name).as_deref(), expected, "{text}");
        }
    }
}
