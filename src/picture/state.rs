//! The picture of a tenant.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use super::{
    Picture, PictureOptions,
    graph::{Graph, Line, Mark, Shape},
    table::Table,
    words::{availability, clean, count, is_empty, mark, standing},
};
use crate::{
    count::{length, wide},
    ids::ConnectorGroupId,
    impact::Availability,
    model::group::ConnectorGroupType,
    state::{ApplicationView, ConnectorGroupView, ConnectorView},
    tenant::Tenant,
};

pub(super) fn picture(tenant: &Tenant, options: &PictureOptions) -> Picture {
    let mut graph = Graph::default();
    let mut table = Table::new(&["connector group", "region", "availability", "connectors", "applications"]);
    // In one pass beforehand: see there.
    let applications = first_applications(tenant, options);
    for group in tenant.connector_groups().take(options.connector_groups_max) {
        let node = group_node(&mut graph, group, options);
        for application in applications.get(&group.id()).into_iter().flatten() {
            let lines = vec![clean(application.display_name(), options)];
            let application = graph.node(Shape::Application, mark(group), lines);
            graph.edge(application, node, String::new(), Line::Solid);
        }
        let shown = applications.get(&group.id()).map_or(0, Vec::len);
        debug_assert!(wide(shown) <= group.applications_count().into(), "more applications are drawn than there are");
        // Counted and not listed: a group of a million is drawn as quickly as one of ten.
        let rest = u64::from(group.applications_count()).saturating_sub(wide(shown));
        if rest > 0 {
            let rest = graph.node(Shape::Application, mark(group), vec![more(rest, shown, "application")]);
            graph.edge(rest, node, String::new(), Line::Solid);
        }
        connector_nodes(&mut graph, node, group, options);
        let connectors = format!("{} of {} active", group.active_connectors_count(), group.connectors_count());
        let name = clean(group.name().as_str(), options);
        let region = clean(group.region().as_str(), options);
        let applications = group.applications_count().to_string();
        table.row([name, region, says(group).to_string(), connectors, applications]);
    }
    if let Some(rest) = rest_of_groups(tenant, options) {
        graph.node(Shape::Group, Mark::Plain, rest.to_vec());
        let [what, standing, connectors, applications] = rest;
        table.row([what, String::new(), standing, connectors, applications]);
    }
    Picture { graph, tables: vec![table], remarks: Vec::new() }
}

/// "5 applications", or "… and 5 more applications" where some are shown.
fn more(rest: u64, shown: usize, one: &str) -> String {
    let plural = if rest == 1 { "" } else { "s" };
    if shown == 0 { count(rest, one) } else { format!("… and {rest} more {one}{plural}") }
}

fn says(group: ConnectorGroupView<'_>) -> &str {
    match group.connector_group_type() {
        ConnectorGroupType::Service(other) => other.as_str(),
        ConnectorGroupType::ApplicationProxy => standing(group),
    }
}

fn group_node(graph: &mut Graph, group: ConnectorGroupView<'_>, options: &PictureOptions) -> usize {
    let (active, all) = (group.active_connectors_count(), group.connectors_count());
    let default = if group.is_default() { ", default" } else { "" };
    let lines = vec![
        clean(group.name().as_str(), options),
        format!("{}{default}", clean(group.region().as_str(), options)),
        clean(says(group), options),
        format!("{active} of {} active", count(all, "connector")),
    ];
    graph.node(Shape::Group, mark(group), lines)
}

fn connector_nodes(graph: &mut Graph, node: usize, group: ConnectorGroupView<'_>, options: &PictureOptions) {
    let marked = |connector: &ConnectorView<'_>| {
        if connector.is_active() { (Mark::HighlyAvailable, "active") } else { (Mark::Unavailable, "inactive") }
    };
    for connector in group.members().take(options.connectors_max) {
        let (mark, status) = marked(&connector);
        let lines = vec![clean(connector.machine_name(), options), status.to_string()];
        let connector = graph.node(Shape::Connector, mark, lines);
        graph.edge(node, connector, String::new(), Line::Solid);
    }
    let rest: Vec<_> = group.members().skip(options.connectors_max).collect();
    if !rest.is_empty() {
        let active = rest.iter().filter(|connector| connector.is_active()).count();
        let number = wide(rest.len());
        let lines = vec![more(number, options.connectors_max, "connector"), format!("{active} active")];
        let rest = graph.node(Shape::Connector, Mark::Plain, lines);
        graph.edge(node, rest, String::new(), Line::Solid);
    }
}

/// The first applications of each group that is shown, in one pass that ends when all are found.
fn first_applications<'a>(
    tenant: &'a Tenant,
    options: &PictureOptions,
) -> BTreeMap<ConnectorGroupId, Vec<ApplicationView<'a>>> {
    // A group stores a count, not a membership list: asking each group for its first members would be a pass each.
    let groups = tenant.connector_groups().take(options.connector_groups_max);
    let most = |group: ConnectorGroupView<'_>| length(group.applications_count()).min(options.applications_max);
    let mut missing: BTreeMap<_, _> = groups.map(|group| (group.id(), most(group))).collect();
    // The pass ends when nothing is missing, so that a group without applications must not keep it going.
    missing.retain(|_, most| *most > 0);
    let mut found = BTreeMap::<_, Vec<_>>::new();
    let mut applications = tenant.applications();
    while !missing.is_empty() {
        let Some(application) = applications.next() else { break };
        let Some(id) = application.connector_group().map(ConnectorGroupView::id) else { continue };
        let Some(most) = missing.get_mut(&id) else { continue };
        found.entry(id).or_default().push(application);
        *most = most.saturating_sub(1);
        if *most == 0 {
            missing.remove(&id);
        }
    }
    found
}

/// A summary of the groups that are not shown, in four lines; `None` if all are shown.
fn rest_of_groups(tenant: &Tenant, options: &PictureOptions) -> Option<[String; 4]> {
    let rest: Vec<_> = tenant.connector_groups().skip(options.connector_groups_max).collect();
    if rest.is_empty() {
        return None;
    }
    let standing = [Availability::Unavailable, Availability::AtRisk, Availability::HighlyAvailable].map(|standing| {
        let number = rest.iter().filter(|group| !is_empty(**group) && group.availability() == standing).count();
        format!("{number} {}", availability(standing))
    });
    let (active, connectors) =
        (sum(&rest, ConnectorGroupView::active_connectors_count), sum(&rest, ConnectorGroupView::connectors_count));
    let number = wide(rest.len());
    Some([
        more(number, options.connector_groups_max, "connector group"),
        standing.join(", "),
        format!("{active} of {connectors} active"),
        sum(&rest, ConnectorGroupView::applications_count).to_string(),
    ])
}

fn sum<'a>(groups: &[ConnectorGroupView<'a>], of: fn(ConnectorGroupView<'a>) -> u32) -> u64 {
    groups.iter().map(|group| u64::from(of(*group))).fold(0, u64::saturating_add)
}
