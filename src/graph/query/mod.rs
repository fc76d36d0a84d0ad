//! Query options. What is not understood is refused: nothing is silently ignored.

mod filter;
mod page;

use alloc::{format, string::String, vec::Vec};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    call::{Call, decoded},
    entity::Schema,
    error::{Code, Error, shortened},
    route::Version,
    shown::{Expand, Shape},
};
use filter::Filter;

pub(super) use page::{count, page, suffix};

/// The options that a single thing has.
pub(super) const OF_ONE: &[&str] = &["select", "expand"];
/// The options that a list has.
pub(super) const OF_LIST: &[&str] = &["select", "expand", "filter", "orderby", "top", "skip", "skiptoken", "count"];
/// The options that a list of links has.
pub(super) const OF_REFERENCES: &[&str] = &["filter", "orderby", "top", "skip", "skiptoken", "count"];
/// The options that the number of things has.
pub(super) const OF_COUNT: &[&str] = &["filter"];

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
            let (name, value) = (decoded(&name.replace('+', " "))?, decoded(&value.replace('+', " "))?);
            let plain = name.strip_prefix('$').unwrap_or(&name);
            let refused = |reason| {
                let text = format!("The query option '{}' is {reason}.", shortened(&name, 64));
                Error::new(Code::UnknownOption, &text)
            };
            let known =
                allowed.iter().find(|allowed| **allowed == plain).ok_or_else(|| refused("not supported here"))?;
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

    /// What is asked of a single thing. In v1.0 a thing is by itself.
    pub(super) fn shape(&self, schema: Schema, version: Version) -> Result<Shape, Error> {
        let schema = match version {
            Version::Beta => schema,
            Version::V1 => Schema { selectable: &[], navigations: &[], ..schema },
        };
        let select = self.get("select").map(|text| selected(text, schema)).transpose()?;
        let expand = self.get("expand").map(|text| expanded(text, schema)).transpose()?;
        Ok(Shape { select, expand: expand.unwrap_or_default() })
    }

    /// What is asked of the things of a list.
    pub(super) fn list_shape(&self, schema: Schema, version: Version) -> Result<Shape, Error> {
        self.shape(Schema { selectable: &[], ..schema }, version)
    }

    fn filter(&self, schema: Schema) -> Result<Option<Filter>, Error> {
        self.get("filter").map(|text| Filter::parse(text, schema)).transpose()
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

    fn flag(&self, name: &str) -> Result<bool, Error> {
        match self.get(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(text) => Err(invalid(name, text, "is neither true nor false")),
        }
    }

    /// What is ordered by, and whether downwards.
    fn order(&self, schema: Schema) -> Result<Vec<(&'static str, bool)>, Error> {
        let Some(text) = self.get("orderby") else { return Ok(Vec::new()) };
        let key = |part: &str| {
            let mut words = part.split_whitespace();
            let name = words.next().unwrap_or_default();
            let known = schema.properties.iter().find(|known| **known == name);
            let known = known.ok_or_else(|| Error::invalid_property(name))?;
            match (words.next(), words.next()) {
                (None | Some("asc"), None) => Ok((*known, false)),
                (Some("desc"), None) => Ok((*known, true)),
                _ => Err(invalid("orderby", text, "is not a list of properties with asc or desc")),
            }
        };
        text.split(',').map(key).collect()
    }

    /// The same query, behind the thing with this id.
    fn behind(&self, id: &str) -> String {
        let kept = self.options.iter().filter(|(name, _)| !["skip", "skiptoken"].contains(name));
        let kept = kept.map(|(name, value)| (*name, value.as_str())).chain([("skiptoken", id)]);
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

/// The selected properties, each once.
fn selected(text: &str, schema: Schema) -> Result<Vec<&'static str>, Error> {
    let mut names: Vec<&'static str> = Vec::new();
    for name in text.split(',').map(str::trim) {
        let known = schema.properties.iter().filter(|known| name == "*" || **known == name);
        let known: Vec<_> = known.chain(schema.selectable.iter().filter(|known| **known == name)).collect();
        if known.is_empty() {
            return Err(Error::invalid_property(name));
        }
        for name in known {
            if !names.contains(name) {
                names.push(name);
            }
        }
    }
    Ok(names)
}

/// `members`, or `members($select=id,version)`; more within is not supported.
fn expanded(text: &str, schema: Schema) -> Result<Vec<Expand>, Error> {
    let mut expands: Vec<Expand> = Vec::new();
    for part in outer_parts(text) {
        let (name, within) = part.trim().split_once('(').map_or((part.trim(), None), |(name, rest)| (name, Some(rest)));
        let known = schema.navigations.iter().find(|(known, _)| *known == name);
        let (navigation, properties) = *known.ok_or_else(|| Error::invalid_property(name))?;
        let select = within
            .map(|within| {
                let names = within
                    .strip_suffix(')')
                    .and_then(|within| within.strip_prefix("$select=").or_else(|| within.strip_prefix("select=")));
                let names = names.ok_or_else(|| invalid("expand", text, "has more than a $select within"))?;
                selected(names, Schema { properties, booleans: &[], selectable: &[], navigations: &[] })
            })
            .transpose()?;
        if expands.iter().any(|expand| expand.navigation == navigation) {
            return Err(invalid("expand", text, "names a relation twice"));
        }
        expands.push(Expand { navigation, select });
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
