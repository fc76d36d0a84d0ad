//! Names that may have been meant by one that is not there.

extern crate alloc;

use alloc::collections::BTreeSet;

use super::names::quoted;

/// Suggestions for a name that is not there.
const SUGGESTIONS_MAX: usize = 3;
/// How alike two names are at least, from 0 to 1, of which one may be meant for the other (Jaro and Winkler).
const ALIKE_MIN: f64 = 0.9;
/// How many letters a misspelled name of average length differs in at most.
const DIFFERENCES_MAX: usize = 2;

/// That no group has the id or name that is given, and which of these names may be meant.
pub(crate) fn no_group<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> String {
    let alike: Vec<_> = suggestions(given, names).iter().map(|name| quoted(name)).collect();
    let meant = if alike.is_empty() { String::new() } else { format!(" Did you mean {}?", alike.join(" or ")) };
    format!("there is no connector group {}.{meant}", quoted(given))
}

/// Names that may have been meant, the likeliest first.
pub(crate) fn suggestions<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let given = given.trim().to_lowercase();
    let likeness = |name: &str| {
        let name = name.to_lowercase();
        let likeness = strsim::jaro_winkler(&given, &name);
        // Two measures: Jaro and Winkler for long names that begin alike, the number of differences for short ones, in
        // which one letter weighs much.
        let is_alike = likeness >= ALIKE_MIN || strsim::damerau_levenshtein(&given, &name) <= DIFFERENCES_MAX;
        (is_alike && name != given).then_some(likeness)
    };
    // Each name once, in order: many connectors may share one, and equal scores must print in the same order each time.
    let names: BTreeSet<&str> = names.collect();
    let mut alike: Vec<_> = names.into_iter().filter_map(|name| Some((likeness(name)?, name))).collect();
    alike.sort_by(|one, other| other.0.total_cmp(&one.0));
    alike.into_iter().take(SUGGESTIONS_MAX).map(|(_, name)| name.into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_is_suggested() {
        assert_eq!(suggestions("expneses", ["Expenses", "Wiki"].into_iter()), ["Expenses"]);
        assert_eq!(suggestions("zzz", ["Expenses", "Wiki"].into_iter()), [""; 0]);
    }
}
