//! Events, refusals and counts in words, for all subcommands.

mod counts;
mod events;
mod meant;
mod names;
mod outcomes;
mod refusals;

use connector_groups::Tenant;

pub(crate) use self::{
    counts::count,
    events::event,
    meant::{no_group, suggestions},
    names::{Names, quoted},
    outcomes::outcome,
    refusals::rule,
};

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
