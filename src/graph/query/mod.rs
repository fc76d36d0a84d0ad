//! Query options. What is not understood is refused: nothing is silently ignored.

mod filter;
mod page;
mod parse;
mod words;

use alloc::{borrow::Cow, format, string::String, vec::Vec};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    call::{Call, decoded},
    error::{Code, Error, shortened},
    route::Version,
    schema::{Projection, PropertyType, Relates, Type},
    shown::{Expand, Shape},
};
use filter::Filter;

pub(super) use page::{count, page, suffix};

/// The options that a single thing has.
pub(super) const OF_ONE: &[&str] = &["select", "expand"];
/// The options that a complex property has by itself.
pub(super) const OF_COMPLEX: &[&str] = &["select"];
/// The options that a list has.
pub(super) const OF_LIST: &[&str] =
    &["select", "expand", "filter", "search", "orderby", "top", "skip", "skiptoken", "count"];
/// The options that a list of links has.
pub(super) const OF_REFERENCES: &[&str] = &["filter", "orderby", "top", "skip", "skiptoken", "count"];
/// The options that the number of things has.
pub(super) const OF_COUNT: &[&str] = &["filter", "search"];

/// Which queries a list answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Queries {
    /// All of them: it is none of the directory's.
    All,
    /// Those that the directory answers by default: no count, no negation, no order.
    Basic,
    /// A search too, for which `ConsistencyLevel: eventual` is enough.
    Eventual,
    /// Those too for which the directory asks for that header and `$count=true`.
    Advanced,
}

impl Queries {
    /// What the directory has in no query, refused in its words.
    fn refuse(self, text: &str) -> Result<(), Error> {
        if self == Self::All { Ok(()) } else { Err(Error::new(Code::UnsupportedQuery, text)) }
    }

    /// What only an advanced query may have, refused in the service's words.
    fn allow(self, text: &str) -> Result<(), Error> {
        match self {
            Self::Basic | Self::Eventual => Err(Error::new(Code::UnsupportedQuery, text)),
            Self::All | Self::Advanced => Ok(()),
        }
    }
}

/// Which names mean something where a query is read.
#[derive(Clone, Copy)]
pub(super) struct Scope<'k> {
    pub(super) schema: &'static Type,
    pub(super) version: Version,
    /// Whether what only a single thing shows can be named.
    pub(super) has_hidden: bool,
    pub(super) queries: Queries,
    /// The name of a property that is in no table and was kept all the same.
    pub(super) kept: &'k dyn Fn(&str) -> Option<String>,
}

impl Scope<'_> {
    /// A property by its name in any case: as it is spelled, and what the table says of it.
    fn resolve(self, name: &str) -> Result<(Cow<'static, str>, Option<&'static PropertyType>), Error> {
        if let Some(known) = self.schema.property(name) {
            let invalid = Error::invalid_property(known.name);
            return if !self.version.has(known.in_v1) {
                Err(invalid)
            } else if self.has_hidden || known.shown != Projection::OfOne {
                Ok((known.name.into(), Some(known)))
            } else {
                Err(Error { code: Code::HiddenProperty, ..invalid })
            };
        }
        // What is kept as a relation is read as one.
        let is_property = self.schema.is_open && self.schema.navigation(name, Version::Beta).is_none();
        let kept = Some(name).filter(|_| is_property).and_then(|name| (self.kept)(name));
        kept.map(|name| (name.into(), None)).ok_or_else(|| Error::invalid_property(name))
    }

    /// A name to select. Of an open type it can be one that nothing has: the cmdlet `Get-EntraBetaPrivateAccessApplication`
    /// selects what only service principals have of applications, and the service answers without it.
    fn selectable(self, name: &str) -> Result<Cow<'static, str>, Error> {
        let has_no_other_meaning =
            self.schema.property(name).is_none() && self.schema.navigation(name, Version::Beta).is_none();
        match self.resolve(name) {
            Ok((name, _)) => Ok(name),
            Err(_) if self.schema.is_open && has_no_other_meaning && is_identifier(name) => Ok(Cow::Owned(name.into())),
            Err(error) => Err(error),
        }
    }
}

/// Whether a name can be that of a property, as the Common Schema Definition Language has it.
fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    let begins = bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
    begins && name.len() <= 128 && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The options of a request, decoded, each known, allowed and given once.
#[derive(Debug, Default)]
pub(super) struct Query {
    options: Vec<(&'static str, String)>,
}

impl Query {
    /// Reads the query of a call. In beta the `$` before a name may be left out.
    pub(super) fn read(call: &Call<'_>, allowed: &[&'static str]) -> Result<Self, Error> {
        let mut query = Self::default();
        for pair in call.query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (name.replace('+', " "), value.replace('+', " "));
            let (name, value) = (decoded(&name)?, decoded(&value)?.into_owned());
            let plain = name.strip_prefix('$').unwrap_or(&name);
            let refused = |reason| {
                let text = format!("The query option '{}' is {reason}.", shortened(&name, 64));
                Error::new(Code::UnknownOption, &text)
            };
            // The one format there is may be named.
            let is_json = value.eq_ignore_ascii_case("json") || value.eq_ignore_ascii_case("application/json");
            if !allowed.is_empty() && is_json && plain.eq_ignore_ascii_case("format") {
                continue;
            }
            // An option that is not understood is refused: to pass over a `$filter` would answer with things that
            // nobody asked for.
            let known = allowed
                .iter()
                .find(|allowed| allowed.eq_ignore_ascii_case(plain))
                .ok_or_else(|| refused("not supported here"))?;
            if query.get(known).is_some() {
                return Err(refused("given twice"));
            }
            query.options.push((known, value));
        }
        Ok(query)
    }

    /// A route without options.
    pub(super) fn none(call: &Call<'_>) -> Result<(), Error> {
        Self::read(call, &[]).map(|_| ())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a list of names has this one, in any case.
    pub(super) fn names(&self, option: &str, name: &str) -> bool {
        let parts = self.get(option).into_iter().flat_map(outer_parts);
        let mut names = parts.map(|part| part.split('(').next().unwrap_or_default().trim());
        names.any(|part| part.eq_ignore_ascii_case(name))
    }

    /// What is asked of a thing, or of each of a list.
    pub(super) fn shape(&self, scope: Scope<'_>) -> Result<Shape, Error> {
        let expand = self.get("expand").map(|text| expanded(text, scope)).transpose()?.unwrap_or_default();
        let select = self.get("select").filter(|text| !text.trim().is_empty());
        let select = select.map(|text| selected(text, &expand, scope)).transpose()?;
        Ok(Shape { select, expand })
    }

    /// What must hold of each thing, by `$filter` and by `$search`. Asked of each thing, either may name what only a single
    /// thing shows.
    fn filter(&self, scope: Scope<'_>) -> Result<Option<Filter>, Error> {
        let scope = Scope { has_hidden: true, ..scope };
        let filter = self.get("filter").map(|text| parse::filter(text, scope)).transpose()?;
        let search = self.get("search").map(|text| parse::search(text, scope)).transpose()?;
        Ok(match (filter, search) {
            (Some(filter), Some(search)) => Some(Filter::All(Vec::from([filter, search]))),
            (filter, search) => filter.or(search),
        })
    }

    /// A number, or `None` where it is not asked for.
    fn number(&self, name: &str) -> Result<Option<usize>, Error> {
        let digits = |text: &&str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
        self.get(name)
            .map(|text| {
                let number = Some(text).filter(digits).and_then(|text| text.parse().ok());
                number.ok_or_else(|| invalid(name, text, "is no number"))
            })
            .transpose()
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, Error> {
        match self.get(name) {
            None => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(text) => Err(invalid(name, text, "is neither true nor false")),
        }
    }

    /// What is ordered by, and whether downwards.
    fn order(&self, scope: Scope<'_>) -> Result<Vec<(Cow<'static, str>, bool)>, Error> {
        let Some(text) = self.get("orderby") else { return Ok(Vec::new()) };
        scope.queries.allow("Sorting not supported for current query.")?;
        let key = |part: &str| {
            let mut words = part.split_whitespace();
            let (name, _) = scope.resolve(words.next().unwrap_or_default())?;
            let direction = words.next().map(str::to_ascii_lowercase);
            match (direction.as_deref(), words.next()) {
                (None | Some("asc"), None) => Ok((name, false)),
                (Some("desc"), None) => Ok((name, true)),
                _ => Err(invalid("orderby", text, "is not a list of properties with asc or desc")),
            }
        };
        text.split(',').map(key).collect()
    }

    /// The same query, from where this token says.
    fn behind(&self, token: &str) -> String {
        // The link carries the whole query, as a page by itself has to be shown in the same way; where it starts is the
        // token's alone.
        let kept = self.options.iter().filter(|(name, _)| !["skip", "skiptoken"].contains(name));
        let kept = kept.map(|(name, value)| (*name, value.as_str())).chain([("skiptoken", token)]);
        let option = |(name, value)| format!("${name}={}", utf8_percent_encode(value, ENCODED));
        kept.map(option).collect::<Vec<_>>().join("&")
    }
}

/// What is encoded in the value of an option; what a query may hold as it is stays readable.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b',').remove(b'(').remove(b')').remove(b'\'');

fn invalid(name: &str, text: &str, reason: &str) -> Error {
    let text = shortened(text, 64);
    Error::new(Code::InvalidOption, &format!("The query option '${name}' {reason}: '{text}'."))
}

/// A list of names; a comma behind the last one is passed over, as Microsoft's `OData` library does. A public module sends one.
fn list(text: &str) -> &str {
    let text = text.trim();
    text.strip_suffix(',').unwrap_or(text)
}

/// The selected properties, each once. What is expanded may be named among them, and is shown anyway.
fn selected(text: &str, expand: &[Expand], scope: Scope<'_>) -> Result<Vec<Cow<'static, str>>, Error> {
    let mut names: Vec<Cow<'static, str>> = Vec::new();
    for name in list(text).split(',').map(str::trim) {
        let found: Vec<Cow<'static, str>> = if name == "*" {
            scope.schema.selected_by_all(scope.version).map(|known| known.name.into()).collect()
        } else if expand.iter().any(|expand| expand.navigation.eq_ignore_ascii_case(name)) {
            Vec::new()
        } else {
            Vec::from([scope.selectable(name)?])
        };
        for name in found {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    Ok(names)
}

/// `members`, or `members($select=id,version)`; more within is not supported.
fn expanded(text: &str, scope: Scope<'_>) -> Result<Vec<Expand>, Error> {
    let mut expands: Vec<Expand> = Vec::new();
    for part in outer_parts(list(text)) {
        let (name, within) = part.trim().split_once('(').map_or((part.trim(), None), |(name, rest)| (name, Some(rest)));
        let known = scope.schema.navigation(name, scope.version);
        // Of a list of applications, the service was seen to refuse the group of each.
        let known = known.filter(|known| scope.has_hidden || known.relates != Relates::OneOfOne);
        let known = known.ok_or_else(|| Error::invalid_property(name))?;
        let select = within
            .map(|within| {
                // Options within are parted by semicolons, which no name has.
                let within = within.strip_suffix(')').filter(|within| !within.contains(';'));
                let names = within.and_then(|within| within.split_once('='));
                let names = names.filter(|(option, _)| option.trim_start_matches('$').eq_ignore_ascii_case("select"));
                let (_, names) = names.ok_or_else(|| invalid("expand", text, "has more than a $select within"))?;
                selected(names, &[], Scope { schema: known.target, has_hidden: !known.is_list(), ..scope })
            })
            .transpose()?;
        if expands.iter().any(|expand| expand.navigation == known.name) {
            return Err(invalid("expand", text, "names a relation twice"));
        }
        expands.push(Expand { navigation: known.name, is_list: known.is_list(), select });
    }
    Ok(expands)
}

/// The parts between the commas that are not in parentheses.
fn outer_parts(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_u32;
    text.split(move |letter| {
        match letter {
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    })
}
