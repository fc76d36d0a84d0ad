//! Why there is no plan, with what to do about it.

use connector_groups::view::{ApplicationView, ConnectorView};
use connector_groups::{
    ApplicationId, Refusal, Tenant,
    plan::{Reason, Unreachable},
};
use serde_json::Value;

use super::names;

/// A reason in words, and names that may have been meant.
pub(super) struct Told {
    pub(super) text: String,
    pub(super) suggestions: Vec<String>,
    pub(super) reason: Value,
}

/// All reasons.
pub(super) fn told(tenant: &Tenant, unreachable: &Unreachable) -> Vec<Told> {
    unreachable.reasons.iter().map(|reason| one(tenant, reason)).collect()
}

fn one(tenant: &Tenant, reason: &Reason) -> Told {
    let suggestions = match reason {
        Reason::ConnectorGroupNotFound { reference } => {
            names::suggestions(reference, tenant.connector_groups().map(|group| group.name().as_str()))
        }
        Reason::ConnectorNotFound { reference } => {
            names::suggestions(reference, tenant.connectors().map(ConnectorView::machine_name))
        }
        Reason::ApplicationNotFound { reference } => {
            names::suggestions(reference, tenant.applications().map(ApplicationView::display_name))
        }
        _ => Vec::new(),
    };
    let mut text = match reason {
        // The one refusal that an administrator meets daily: what to do stands in the text, not only what is wrong.
        Reason::Refused { refusal, .. } if !unpublished(refusal).is_empty() => {
            not_published(tenant, &unpublished(refusal))
        }
        Reason::Ambiguous { reference, ids } => {
            let ids: Vec<_> = ids.iter().take(SHOWN_MAX).map(ToString::to_string).collect();
            format!(
                "{} is the name of several: name one by its id: {}",
                crate::words::quoted(reference),
                ids.join(", ")
            )
        }
        other => names::in_text(tenant, &other.to_string()),
    };
    if !suggestions.is_empty() {
        let quoted: Vec<_> = suggestions.iter().map(|name| crate::words::quoted(name)).collect();
        text = format!("{text}. Did you mean {}?", quoted.join(" or "));
    }
    Told { text, suggestions, reason: serde_json::to_value(reason).unwrap_or_default() }
}

/// Names in one reason.
const SHOWN_MAX: usize = 10;
/// Reasons that a person reads. To each, names are looked for that may have been meant, which a machine may wait for.
const REASONS_MAX: usize = 20;

/// Applications that a refusal says are not published.
fn unpublished(refusal: &Refusal) -> Vec<ApplicationId> {
    match refusal {
        Refusal::ApplicationNotPublished { id } => vec![*id],
        Refusal::Bulk { refused } => refused.iter().flat_map(|entry| unpublished(&entry.reason)).collect(),
        _ => Vec::new(),
    }
}

fn not_published(tenant: &Tenant, ids: &[ApplicationId]) -> String {
    let names: Vec<_> = ids.iter().take(SHOWN_MAX).map(|id| names::application(tenant, *id)).collect();
    let more = ids.len().saturating_sub(SHOWN_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let verb = if ids.len() == 1 { "is" } else { "are" };
    format!(
        "{}{more} {verb} not published through application proxy, so that no connector group can be assigned (R-24): publish first",
        names.join(", ")
    )
}

/// For a terminal.
pub(super) fn text(tenant: &Tenant, unreachable: &Unreachable) -> String {
    let mut text = format!("tenant {} cannot be brought there:", tenant.id());
    for reason in unreachable.reasons.iter().take(REASONS_MAX) {
        text.push_str("\n  ");
        text.push_str(&one(tenant, reason).text);
    }
    let more = unreachable.reasons.len().saturating_sub(REASONS_MAX);
    if more > 0 {
        text.push_str("\n  and ");
        text.push_str(&names::count(more, "more reason"));
    }
    if !unreachable.certain {
        text.push_str("\n  (the heuristic planner failed, and the task is too large for an exhaustive search)");
    }
    text
}
