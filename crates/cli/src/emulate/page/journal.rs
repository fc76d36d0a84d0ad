//! The journal on the page: the last calls, newest first, with the rule behind each refusal. It reads itself anew only where
//! that was asked for, as a page that changes by itself disturbs whoever reads it aloud.

use core::fmt::{self, Display};
use std::sync::Mutex;

use connector_groups::Refusal;

use super::html::{Escaped, Html};
use crate::{
    emulate::{
        calls::{
            call::{Call, Decided},
            journal::Journal,
        },
        held::held,
    },
    words,
};

/// As many as a page has rows, as newest first there is no next page: the journal goes on meanwhile.
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

/// The rule behind a refusal; of a list or a transaction, that behind its first reason.
fn rule(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Transaction { reason, .. } => rule(reason),
        other => {
            let first = if let Refusal::Bulk { refused } = other { refused.first() } else { None };
            let (number, statement) = words::rule(first.map_or(other, |first| &first.reason));
            format!("{number}: {statement}.")
        }
    }
}
