//! JSON in which each value knows its place in its file, and names are found in any case.
//!
//! A file is checked as a whole once. Values are then read one level at a time: `serde_json` gives each member as the text
//! that it has, whose address tells where it stands. So a message about two files can name a place in both, long after they
//! were read, and no tree of a big file is built.

extern crate alloc;

use alloc::{borrow::Cow, collections::BTreeSet, rc::Rc};
use core::{fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Map, Value, value::RawValue};

use super::cut_off::{CUT_OFF, is_cut_off};
use crate::words::quoted;

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Source {
    /// How messages call it.
    pub(crate) name: String,
    /// What it says, without a byte order mark.
    pub(crate) text: String,
}

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) file: String,
    /// Counted from 1; 0 where a whole file is meant.
    pub(crate) line: usize,
    /// Counted from 1, in characters; 0 where a whole file is meant.
    pub(crate) column: usize,
}

impl Place {
    /// A file as a whole.
    pub(crate) const fn whole(file: String) -> Self {
        Self { file, line: 0, column: 0 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => formatter.write_str(&self.file),
            line => write!(formatter, "{}:{line}:{}", self.file, self.column),
        }
    }
}

/// Why an import ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) place: Place,
    pub(crate) message: String,
}

impl Problem {
    pub(crate) fn of_file(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: Place::whole(file.into()), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.message)
    }
}

/// Why a folder is no tenant: never empty.
#[derive(Debug)]
pub(crate) struct Problems(pub(crate) Vec<Problem>);

/// Problems that are shown one by one.
const SHOWN_MAX: usize = 20;

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.0.iter().take(SHOWN_MAX).enumerate() {
            let between = if number == 0 { "" } else { "\n  " };
            write!(formatter, "{between}{problem}")?;
        }
        match self.0.len().saturating_sub(SHOWN_MAX) {
            0 => Ok(()),
            more => write!(formatter, "\n  and {more} more"),
        }
    }
}

/// Where PowerShell's objects keep what they have no property for.
pub(super) const ADDITIONAL: &str = "AdditionalProperties";

/// The members of an object with those that PowerShell keeps apart. These come second: of its own, what was not selected is null.
pub(super) fn with_additional(mut members: Map<String, Value>) -> impl Iterator<Item = (String, Value)> {
    let additional = match members.remove(ADDITIONAL) {
        Some(Value::Object(additional)) => additional,
        _ => Map::new(),
    };
    members.into_iter().chain(additional)
}

/// One value of a file.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    source: Rc<Source>,
    start: usize,
    end: usize,
}

/// The members of an object, in the order of the file.
#[derive(Debug)]
pub(crate) struct Members {
    of: Node,
    members: Vec<(String, Node)>,
}

impl Node {
    /// The one value of a file.
    pub(crate) fn of_source(source: Source) -> Result<Self, Problem> {
        // Shared by all values of the file: each has two numbers of its own, and its text stands here once.
        let source = Rc::new(source);
        let whole = Self { start: 0, end: source.text.len(), source };
        let raw: &RawValue = serde_json::from_str(whole.raw()).map_err(|error| unreadable(&whole.source, &error))?;
        Ok(whole.within(raw))
    }

    fn raw(&self) -> &str {
        self.source.text.get(self.start..self.end).unwrap_or_default()
    }

    /// A value that was read from this one's text.
    fn within(&self, raw: &RawValue) -> Self {
        // A borrowed `RawValue` is a part of the text that it was read from, so that addresses tell its place.
        let start = raw.get().as_ptr().addr().saturating_sub(self.source.text.as_ptr().addr());
        debug_assert!(start <= self.source.text.len(), "a raw value is a part of its text");
        Self { source: Rc::clone(&self.source), start, end: start.saturating_add(raw.get().len()) }
    }

    pub(crate) fn place(&self) -> Place {
        let before = self.source.text.get(..self.start).unwrap_or_default();
        // Counted when it is asked for: most values are never named in a message.
        let line = before.bytes().filter(|byte| *byte == b'\n').count().saturating_add(1);
        let in_line = before.rsplit_once('\n').map_or(before, |(_, last)| last);
        Place { file: self.source.name.clone(), line, column: in_line.chars().count().saturating_add(1) }
    }

    pub(crate) fn problem(&self, message: impl Into<String>) -> Problem {
        Problem { place: self.place(), message: message.into() }
    }

    /// That two files tell one thing in two ways: `here` at this place, `there` at the other.
    pub(crate) fn differs(&self, what: &str, here: &str, there: &str, other: &Self) -> Problem {
        let message = format!(
            "{what} is {} here and {} at {}: it changed while the files were fetched; fetch both again",
            quoted(here),
            quoted(there),
            other.place()
        );
        self.problem(message)
    }

    pub(crate) fn is_null(&self) -> bool {
        self.raw() == "null"
    }

    pub(crate) fn is_object(&self) -> bool {
        self.raw().starts_with('{')
    }

    pub(crate) fn is_list(&self) -> bool {
        self.raw().starts_with('[')
    }

    pub(crate) fn is_text(&self) -> bool {
        self.raw().starts_with('"')
    }

    /// What it is, for a message.
    pub(crate) fn kind(&self) -> &'static str {
        match self.raw().bytes().next() {
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'"') => "a text",
            Some(b't' | b'f') => "true or false",
            Some(b'n') => "null",
            _ => "a number",
        }
    }

    fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Problem> {
        serde_json::from_str(self.raw()).map_err(|error| self.problem(without_place(&error)))
    }

    pub(crate) fn expected(&self, what: &str) -> Problem {
        let is_json = |text: &str| text.trim_start().starts_with(['{', '[']);
        let advice = if self.is_cut_off() {
            format!("; {CUT_OFF}")
        } else if self.is_text() && self.text().is_ok_and(|text| is_json(&text)) {
            String::from("; JSON was put into a text: keep what is in it")
        } else {
            String::new()
        };
        self.problem(format!("{what} was expected here, not {}{advice}", self.kind()))
    }

    /// Whether PowerShell has written a text in the place of what is nested here.
    pub(crate) fn is_cut_off(&self) -> bool {
        self.is_text() && self.text().is_ok_and(|text| is_cut_off(&text))
    }

    /// The members of an object. A name that it has twice, in whatever case, is a problem: which one counts is a guess.
    pub(crate) fn members(&self) -> Result<Members, Problem> {
        if !self.is_object() {
            return Err(self.expected("an object"));
        }
        let mut members = self.own_members()?;
        // PowerShell's objects keep there what they have no property for.
        if let Some(at) = members.iter().position(|(name, node)| name == ADDITIONAL && node.is_object()) {
            let additional = members.remove(at).1.own_members()?;
            let names: BTreeSet<_> = additional.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
            // What was not selected is null among the object's own, and says nothing.
            members.retain(|(name, node)| !node.is_null() || !names.contains(&name.to_ascii_lowercase()));
            members.extend(additional);
        }
        let mut names: Vec<_> = members.iter().map(|(name, node)| (name.to_ascii_lowercase(), node)).collect();
        // Sorted rather than compared each with each: one object of an export may have thousands of members.
        names.sort_by(|one, other| one.0.cmp(&other.0));
        let twice = names.iter().zip(names.iter().skip(1)).find(|(one, other)| one.0 == other.0);
        if let Some(((name, _), (_, second))) = twice {
            return Err(second.problem(format!("the property {name:?} is here twice (in whatever case)")));
        }
        Ok(Members { of: self.clone(), members })
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> Result<Vec<Self>, Problem> {
        if !self.is_list() {
            return Err(self.expected("a list"));
        }
        let raw: Vec<&RawValue> = self.read()?;
        Ok(raw.into_iter().map(|value| self.within(value)).collect())
    }

    fn own_members(&self) -> Result<Vec<(String, Self)>, Problem> {
        // Not a map: that would drop one of two equal names without a word, and the order of the file.
        let raw: RawMembers<'_> = self.read()?;
        Ok(raw.0.into_iter().map(|(name, value)| (name.into_owned(), self.within(value))).collect())
    }

    /// The items of a list; one object alone is a list of one, as PowerShell writes it.
    pub(crate) fn items_or_one(&self) -> Result<Vec<Self>, Problem> {
        if self.is_object() { Ok(vec![self.clone()]) } else { self.items() }
    }

    pub(crate) fn text(&self) -> Result<String, Problem> {
        if self.is_text() {
            self.read()
        } else {
            // PowerShell writes the members of an enumeration by their numbers unless it is told otherwise.
            let what_to_do =
                if self.kind() == "a number" { "; of PowerShell, use ConvertTo-Json -EnumsAsStrings" } else { "" };
            Err(self.problem(format!("a text was expected here, not {}{what_to_do}", self.kind())))
        }
    }

    pub(crate) fn flag(&self) -> Result<bool, Problem> {
        self.read()
    }

    /// A text as what it stands for.
    pub(crate) fn parsed<T: FromStr<Err: fmt::Display>>(&self) -> Result<T, Problem> {
        self.text()?.trim().parse().map_err(|error| self.problem(format!("{error}")))
    }

    /// The value as a tree.
    pub(crate) fn value(&self) -> Result<Value, Problem> {
        self.read()
    }
}

impl Members {
    /// A member of this name in any case; one that is null is none.
    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        self.present(name).filter(|node| !node.is_null())
    }

    /// A member of this name in any case, null or not.
    pub(crate) fn present(&self, name: &str) -> Option<&Node> {
        self.members.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, node)| node)
    }

    pub(crate) fn required(&self, name: &str) -> Result<&Node, Problem> {
        self.get(name).ok_or_else(|| self.of.problem(format!("the property `{name}` is missing")))
    }

    /// Whether it is one of PowerShell's objects, whose names begin with a capital letter. What they keep of others is as Graph
    /// spells it.
    pub(crate) fn is_of_powershell(&self) -> bool {
        self.members.iter().any(|(name, _)| name == "Id")
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.members.iter().map(|(name, node)| (name.as_str(), node))
    }
}

/// Why a file is no JSON, by what it looks like, and what to do.
fn unreadable(source: &Source, error: &serde_json::Error) -> Problem {
    let (text, rest) = (source.text.trim(), behind(&source.text, error));
    let is_json = |text: &str| text.starts_with(['{', '[']);
    let problem = |line, column, message| Problem { place: Place { file: source.name.clone(), line, column }, message };
    if text.is_empty() {
        return Problem::of_file(source.name.clone(), "is empty: fetch it again");
    }
    if error.is_eof() {
        let end = source.text.trim_end();
        let line = end.matches('\n').count().saturating_add(1);
        let column = end.rsplit('\n').next().unwrap_or_default().chars().count();
        return problem(line, column, format!("{}: the file is cut off here; fetch it again", without_place(error)));
    }
    let message = if text.starts_with('<') {
        "is HTML or XML and no answer of Graph: fetch it again".into()
    } else if !is_json(text) && text.lines().any(is_json) {
        format!("begins with text that is no JSON ({}): {APART}", shortened(text))
    } else if is_json(text) && is_json(rest) && without_place(error) == TRAILING {
        "a second value begins here: put all of them into one list, `[…, …]`".into()
    } else if is_json(text) && without_place(error) == TRAILING {
        format!("text that is no JSON follows ({}): {APART}", shortened(rest))
    } else if !is_json(text) && text.lines().next().is_some_and(|first| first.contains(',')) {
        format!("looks like CSV ({}): use ConvertTo-Json in place of Export-Csv", shortened(text))
    } else if !is_json(text) {
        format!("is no JSON ({}): use ConvertTo-Json, or ask the tool for JSON", shortened(text))
    } else {
        without_place(error)
    };
    problem(error.line(), error.column(), message)
}

/// What to do about warnings of `az` in a file.
const APART: &str = "fetch it again, with standard error kept apart";
/// What `serde_json` says of a text behind the value.
const TRAILING: &str = "trailing characters";

/// The text from the place of an error on.
fn behind<'a>(text: &'a str, error: &serde_json::Error) -> &'a str {
    let line = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    // The column counts bytes.
    text.get(line.saturating_add(error.column()).saturating_sub(1)..).unwrap_or_default()
}

/// The beginning of a line, in quotes.
fn shortened(text: &str) -> String {
    let line: String = text.lines().next().unwrap_or_default().chars().take(40).collect();
    quoted(&line)
}

/// What `serde_json` says, without the place, which it counts from the beginning of a part.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message).to_string()
}

/// An object's members, as they stand in the text.
struct RawMembers<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for RawMembers<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = RawMembers<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawMembers<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((Key(name), value)) = map.next_entry()? {
                    members.push((name, value));
                }
                Ok(RawMembers(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}
