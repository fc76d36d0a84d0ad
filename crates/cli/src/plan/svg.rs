//! The picture of an HTML plan: groups as they are on the left, as they will be on the right, and what moves between them.

extern crate alloc;

use alloc::collections::BTreeMap;
use core::fmt::Write;

use connector_groups::{Availability, ConnectorGroupId, Tenant, view::ConnectorGroupView};

use super::{names::count, report::Report};
use crate::safe::html;

/// Groups that are drawn; a picture of more is not looked at.
const GROUPS_MAX: usize = 40;
/// Characters of a name that fit into a box.
const NAME_MAX: usize = 34;
const ROW: usize = 64;
const BOX_HEIGHT: usize = 48;

/// What goes from one group to another over all steps.
#[derive(Default)]
struct Way {
    connectors: usize,
    applications: usize,
}

/// The picture, empty where nothing moves or changes.
pub(super) fn picture(report: &Report) -> String {
    let ways = ways(report);
    let (start, end) = (report.tenant(), &report.end);
    let differs = |id: ConnectorGroupId| start.connector_group(id) != end.connector_group(id);
    let all = start.connector_groups().chain(end.connector_groups()).map(ConnectorGroupView::id);
    let mut rows: Vec<ConnectorGroupId> = Vec::new();
    for id in all.filter(|id| differs(*id) || ways.keys().any(|(from, to)| from == id || to == id)) {
        // In the order of the tenant, new groups last: the same row on both sides is the same group.
        if !rows.contains(&id) && rows.len() < GROUPS_MAX {
            rows.push(id);
        }
    }
    let height = rows.len().saturating_mul(ROW).saturating_add(40);
    let mut svg = format!(
        "<svg role=\"img\" aria-label=\"Groups before and after the plan\" viewBox=\"0 0 900 {height}\" width=\"900\" height=\"{height}\" \
         font-family=\"system-ui,sans-serif\" font-size=\"13\">\n<text x=\"10\" y=\"18\">before</text><text x=\"590\" y=\"18\">after</text>\n"
    );
    let place = |id: &ConnectorGroupId| {
        rows.iter().position(|row| row == id).map(|row| row.saturating_mul(ROW).saturating_add(30))
    };
    for ((from, to), way) in &ways {
        if let (Some(from), Some(to)) = (place(from), place(to)) {
            arrow(&mut svg, from, to, way);
        }
    }
    for id in &rows {
        let Some(y) = place(id) else { continue };
        box_of(&mut svg, start, *id, 10, y);
        box_of(&mut svg, end, *id, 590, y);
    }
    svg.push_str("</svg>\n");
    svg
}

/// Only where things start and where they come to rest counts, not where they wait.
fn ways(report: &Report) -> BTreeMap<(ConnectorGroupId, ConnectorGroupId), Way> {
    let mut connectors = BTreeMap::new();
    let mut applications = BTreeMap::new();
    for step in &report.steps {
        for (id, from, to) in &step.moves.connectors {
            connectors.entry(*id).or_insert((*from, *to)).1 = *to;
        }
        for (id, from, to) in &step.moves.applications {
            applications.entry(*id).or_insert((*from, *to)).1 = *to;
        }
    }
    let mut ways: BTreeMap<_, Way> = BTreeMap::new();
    for way in connectors.into_values().filter(|(from, to)| from != to) {
        let way = ways.entry(way).or_default();
        way.connectors = way.connectors.saturating_add(1);
    }
    for way in applications.into_values().filter(|(from, to)| from != to) {
        let way = ways.entry(way).or_default();
        way.applications = way.applications.saturating_add(1);
    }
    ways
}

fn arrow(svg: &mut String, from: usize, to: usize, way: &Way) {
    let [from, to] = [from, to].map(|y| y.saturating_add(BOX_HEIGHT / 2));
    let things = [(way.connectors, "connector"), (way.applications, "application")];
    let things: Vec<_> =
        things.into_iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(number, noun)).collect();
    let middle = from.saturating_add(to).checked_div(2).unwrap_or_default().saturating_sub(6);
    _ = writeln!(
        svg,
        "<path d=\"M310 {from} C 400 {from} 500 {to} 582 {to}\" fill=\"none\" stroke=\"#555\" stroke-width=\"1.5\"/>\
         <path d=\"M582 {} l8 5 l-8 5 z\" fill=\"#555\"/><text x=\"450\" y=\"{middle}\" text-anchor=\"middle\">{}</text>",
        to.saturating_sub(5),
        things.join(", ")
    );
}

fn box_of(svg: &mut String, tenant: &Tenant, id: ConnectorGroupId, x: usize, y: usize) {
    let Some(group) = tenant.connector_group(id) else { return };
    let is_empty = group.connectors_count() == 0 && group.applications_count() == 0;
    let (fill, words) = match group.availability() {
        _ if is_empty => ("#f4f4f4", "empty"),
        Availability::Unavailable => ("#f9d0d0", "unavailable"),
        Availability::AtRisk => ("#fbe8bf", "at risk"),
        Availability::HighlyAvailable => ("#d3ead6", "highly available"),
    };
    let name = group.name().as_str();
    let short: String = name.chars().take(NAME_MAX).collect();
    let more = if short.len() < name.len() { "…" } else { "" };
    let (first, second, text) = (y.saturating_add(19), y.saturating_add(38), x.saturating_add(10));
    _ = writeln!(
        svg,
        "<rect x=\"{x}\" y=\"{y}\" width=\"300\" height=\"{BOX_HEIGHT}\" rx=\"6\" fill=\"{fill}\" stroke=\"#777\"/>\
         <text x=\"{text}\" y=\"{first}\" font-weight=\"bold\">{}{more}</text>\
         <text x=\"{text}\" y=\"{second}\">{}: {} of {} active, {}, {words}</text>",
        html(&short),
        html(group.region().as_str()),
        group.active_connectors_count(),
        count(usize::try_from(group.connectors_count()).unwrap_or(usize::MAX), "connector"),
        count(usize::try_from(group.applications_count()).unwrap_or(usize::MAX), "application"),
    );
}
