//! What an import has to say about a tenant that it could read.

extern crate alloc;

use alloc::collections::BTreeMap;

use super::node::Place;

/// Of findings of one kind, so many are kept one by one; all are counted. A big export with one fault in each file would
/// otherwise be a report that nobody reads.
const OF_A_KIND_MAX: usize = 100;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// The file says something that breaks a rule, and the tenant was read without it.
    Warning,
    /// Something was filled in as the rules say, or set aside.
    Note,
}

impl Level {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One thing that was found.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) level: Level,
    /// The kind of finding, or the number of the rule that it is about.
    pub(crate) rule: &'static str,
    pub(crate) place: Place,
    pub(crate) message: String,
}

/// All that was found, in the order of reading.
#[derive(Debug, Clone, Default)]
pub(crate) struct Findings {
    list: Vec<Finding>,
    counts: BTreeMap<&'static str, usize>,
}

impl Findings {
    /// Adds a finding. The place is only looked for where the finding is kept, because to count lines costs a visit to the
    /// file.
    pub(crate) fn add(&mut self, level: Level, rule: &'static str, place: impl FnOnce() -> Place, message: String) {
        let count = self.counts.entry(rule).or_default();
        *count = count.saturating_add(1);
        if *count <= OF_A_KIND_MAX {
            self.list.push(Finding { level, rule, place: place(), message });
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.list.iter()
    }

    /// Kinds of which more were found than are kept, and how many more.
    pub(crate) fn left_out(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let more = self.counts.iter().map(|(rule, count)| (*rule, count.saturating_sub(OF_A_KIND_MAX)));
        more.filter(|(_, more)| *more > 0)
    }
}
