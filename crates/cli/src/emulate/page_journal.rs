//! The journal on the page: the last calls, newest first, with the rule behind each refusal. It reads itself anew only where
//! that was asked for, as a page that changes by itself disturbs whoever reads it aloud.

use core::fmt::{self, Display};
use std::sync::Mutex;

use connector_groups::Refusal;

use super::{
    call::{Call, Decided},
    journal::Journal,
    page::{Escaped, Html},
    writes::held,
};

const CALLS_MAX: usize = 100;

pub(super) fn page(journal: &Mutex<Journal>, is_live: bool) -> Html {
    let (calls, (count, _)) = {
        let journal = held(journal);
        (journal.last(CALLS_MAX), journal.extent())
    };
    let mut html = Html::new("Journal", "<nav aria-label=Pages><a href=\"/\">Tenants</a> · ");
    if is_live {
        html.add(format_args!("<a href=\"/?journal\">Stop reading anew</a></nav><meta http-equiv=refresh content=2>"));
    } else {
        html.add(format_args!("<a href=\"/?journal=live\">Read anew every 2 seconds</a></nav>"));
    }
    html.add(format_args!("<h1>Journal</h1><p>{count} requests so far; these are the last, newest first."));
    html.head(
        format_args!("Requests: {}", calls.len()),
        &["Number", "Time", "Request", "Tenant", "Client", "What it led to", "Status"],
    );
    let row = |html: &mut Html, call: &Call| {
        html.number(&call.number);
        html.add(format_args!("<td>"));
        if let Some(time) = call.time {
            html.add(format_args!("{time}"));
        }
        html.add(format_args!("<td class=url>{} {}", Escaped(&call.method), Escaped(&call.target)));
        html.add(format_args!("<td>"));
        if let Some(tenant) = call.tenant {
            html.add(format_args!("<a href=\"/?tenant={tenant}\"><code>{tenant}</code></a>"));
        }
        html.add(format_args!("<td>{}<td>", Escaped(&call.client)));
        for decided in &call.commands {
            html.add(format_args!("<div>{}</div>", Told(decided)));
        }
        if let Some(fault) = &call.fault {
            html.add(format_args!("<div>fault: {}</div>", Escaped(fault)));
        }
        match call.status {
            Some(status) => html.number(&status),
            None => html.add(format_args!("<td>dropped")),
        }
    };
    html.rows(calls.iter().map(|call| &**call), row, |_| String::new());
    html
}

/// A command and what became of it.
struct Told<'a>(&'a Decided);

impl Display for Told<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.command.name();
        match &self.0.refusal {
            None => write!(formatter, "{name}: done"),
            Some(refusal) => write!(
                formatter,
                "{name} refused: {}. <strong>{}</strong>",
                Escaped(&refusal.to_string()),
                rule(refusal)
            ),
        }
    }
}

/// The rule behind a refusal, by its number in the document of rules, in words.
fn rule(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::TenantNotFound { .. } => "R-70: a tenant is there before it is used.",
        Refusal::BlankName => "R-45: a group has a name that is not blank.",
        Refusal::InvalidRegion { .. } => "R-32: a region is a name, and not the sentinel.",
        Refusal::InvalidUrl { .. } => "R-50: a URL is absolute, with a domain name, and ends with a slash.",
        Refusal::ReadOnlyProperty { .. } => "R-48: the system sets this property.",
        Refusal::DuplicateReference { .. } => "A list names each thing once.",
        Refusal::NestedTransaction => "T4: a transaction is whole or nothing, and has no other one in it.",
        Refusal::ClockMovedBack { .. } => "I7: time does not run backwards.",
        Refusal::ConnectorNotFound { .. } => "R-18: a connector is there before it is used.",
        Refusal::ApplicationNotFound { .. } => "R-70: an application is there before it is used.",
        Refusal::ConnectorGroupNotFound { .. } => "R-42: a group is there before it is used.",
        Refusal::AlreadyExists { .. } => "I4: an id is given once.",
        Refusal::GroupReadOnly { .. } => "T5: administrators change groups of type applicationProxy only.",
        Refusal::GroupIsDefault { .. } => "T2, R-4: the default group cannot be deleted.",
        Refusal::ApplicationNotPublished { .. } => "R-24: only a published application has a group.",
        Refusal::AlreadyInDefault { .. } => "R-14, R-23: from the default group there is nowhere to go back to.",
        Refusal::DuplicateName { .. } => "I8, R-46: in this tenant a name is given once.",
        Refusal::RegionLocked { .. } => "T1, R-30: a region changes only while the group is empty.",
        Refusal::GroupNotEmpty { .. } => "T2, R-40: a group is deleted only while it is empty.",
        Refusal::ConnectorRegionLocked { .. } => "R-16: in this tenant connectors stay in their region.",
        Refusal::UrlInUse { .. } => "I5, R-50: no two published applications have the same URL.",
        Refusal::Bulk { refused } => {
            refused.first().map_or("T4: a list is done whole or not at all.", |first| rule(&first.reason))
        }
        Refusal::Transaction { reason, .. } => rule(reason),
        _ => "See the document of rules.",
    }
}
