//! Events, refusals and counts in words, for all subcommands.

mod events;
mod names;
mod outcomes;
mod refusals;

use connector_groups::Tenant;

pub(crate) use self::{
    events::event,
    names::{Names, quoted},
    outcomes::outcome,
    refusals::rule,
};

/// "1 application", "2 applications", "0 entries".
pub(crate) fn count(number: usize, noun: &str) -> String {
    match (number, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {noun}s"),
    }
}

/// Which tenant is spoken of, and how large it is.
pub(crate) fn headline(tenant: &Tenant) -> String {
    format!(
        "Tenant {}: {}, {}, {}.",
        tenant.id(),
        count(tenant.connector_groups_count(), "connector group"),
        count(tenant.connectors_count(), "connector"),
        count(tenant.applications_count(), "application"),
    )
}

/// The first few of a long list, and how many more there are.
fn listed(texts: impl Iterator<Item = String>, length: usize, separator: &str) -> String {
    const FEW: usize = 5;
    let mut few: Vec<String> = texts.take(FEW).collect();
    if let Some(more) = length.checked_sub(FEW).filter(|more| *more > 0) {
        few.push(format!("and {more} more"));
    }
    few.join(separator)
}
