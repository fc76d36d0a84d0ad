//! The picture of a drill: which failures cut users off, and who has no spare.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::cmp::Reverse;

use super::{
    Picture, PictureOptions,
    graph::{Graph, Line, Mark, Shape},
    table::Table,
    words::{availability, clean, count},
};
use crate::{
    drill::{Drill, GroupFailure, RegionFailure},
    ids::{ConnectorGroupId, ConnectorId},
    tenant::Tenant,
};

/// A group with so many active connectors or fewer has no spare while one of them is patched.
const SPARSE_MAX: u32 = 2;

pub(super) fn picture(tenant: &Tenant, drill: &Drill, options: &PictureOptions) -> Picture {
    let drawing = Drawing { tenant, drill, options };
    let tables = vec![drawing.regions(), drawing.connector_groups(), drawing.connectors(), drawing.pairs()];
    Picture { graph: drawing.graph(), tables, remarks: drawing.remarks() }
}

struct Drawing<'a> {
    tenant: &'a Tenant,
    drill: &'a Drill,
    options: &'a PictureOptions,
}

impl<'a> Drawing<'a> {
    fn group(&self, id: ConnectorGroupId) -> String {
        let group = self.tenant.connector_group(id);
        group.map_or_else(|| id.to_string(), |group| clean(group.name().as_str(), self.options))
    }

    fn connector(&self, id: ConnectorId) -> String {
        let connector = self.tenant.connector(id);
        connector.map_or_else(|| id.to_string(), |connector| clean(connector.machine_name(), self.options))
    }

    /// The rows of a table: the first ones, and how many are left out.
    fn fill<T, const N: usize>(&self, table: &mut Table, things: &[T], row: impl Fn(&T) -> [String; N]) {
        for thing in things.iter().take(self.options.connector_groups_max) {
            table.row(row(thing));
        }
        let rest = things.len().saturating_sub(self.options.connector_groups_max);
        if rest > 0 {
            table.row([format!("… and {rest} more")]);
        }
    }

    /// Groups in use, the worst first.
    fn in_use(&self) -> Vec<&'a GroupFailure> {
        let mut groups: Vec<_> = self.drill.connector_groups.iter().filter(|group| group.applications > 0).collect();
        groups.sort_by_key(|group| (group.active_connectors, Reverse(group.applications)));
        groups
    }

    fn regions(&self) -> Table {
        let mut table = Table::new(&["region fails", "connector groups", "applications cut off"]);
        let mut regions: Vec<_> = self.drill.regions.iter().filter(|region| region.toll.cut_off > 0).collect();
        regions.sort_by_key(|region| Reverse(region.toll.cut_off));
        self.fill(&mut table, &regions, |region| {
            let name = clean(region.region.as_str(), self.options);
            [name, region.connector_groups.len().to_string(), region.toll.cut_off.to_string()]
        });
        table
    }

    fn connector_groups(&self) -> Table {
        let mut table = Table::new(&[
            "connector group fails",
            "availability",
            "active connectors",
            "spares",
            "applications cut off",
        ]);
        self.fill(&mut table, &self.in_use(), |group| {
            [
                self.group(group.connector_group),
                availability(group.availability()).to_string(),
                group.active_connectors.to_string(),
                group.active_connectors.saturating_sub(1).to_string(),
                group.toll.cut_off.to_string(),
            ]
        });
        table
    }

    fn connectors(&self) -> Table {
        let mut table = Table::new(&["connector fails", "connector group", "applications cut off", "without a spare"]);
        let mut failures: Vec<_> = self.drill.connectors.iter().filter(|failure| !failure.toll.is_nothing()).collect();
        failures.sort_by_key(|failure| Reverse(failure.toll));
        self.fill(&mut table, &failures, |failure| {
            [
                self.connector(failure.connector),
                self.group(failure.connector_group),
                failure.toll.cut_off.to_string(),
                failure.toll.without_spare.to_string(),
            ]
        });
        table
    }

    fn pairs(&self) -> Table {
        let mut table = Table::new(&["both fail", "", "applications cut off"]);
        let mut pairs: Vec<_> = self.drill.critical_pairs.iter().collect();
        pairs.sort_by_key(|pair| Reverse(pair.toll));
        self.fill(&mut table, &pairs, |pair| {
            let [one, other] = pair.connectors.map(|connector| self.connector(connector));
            [one, other, pair.toll.cut_off.to_string()]
        });
        table
    }

    fn remarks(&self) -> Vec<String> {
        let drill = self.drill;
        let mut remarks = vec![drill.to_string()];
        if drill.unserved > 0 {
            remarks.push(format!(
                "! {} without an active connector as it is (R-28)",
                count(drill.unserved, "application")
            ));
        }
        if drill.without_spare > 0 {
            remarks.push(format!(
                "! {} with one active connector as it is (R-63)",
                count(drill.without_spare, "application")
            ));
        }
        remarks
    }

    /// Groups without a spare, what serves them, and the regions that they share.
    fn graph(&self) -> Graph {
        let mut graph = Graph::default();
        let sparse: Vec<_> = self.in_use().into_iter().filter(|group| group.active_connectors <= SPARSE_MAX).collect();
        let mut nodes = BTreeMap::new();
        for group in sparse.iter().take(self.options.connector_groups_max) {
            let lines = vec![
                self.group(group.connector_group),
                availability(group.availability()).to_string(),
                count(group.applications, "application"),
            ];
            let node = graph.node(Shape::Group, group.availability().into(), lines);
            // No failure takes anything from a group that nothing serves.
            if group.active_connectors > 0 {
                nodes.insert(group.connector_group, node);
            }
            self.failing_connectors(&mut graph, node, group);
        }
        let rest = sparse.len().saturating_sub(self.options.connector_groups_max);
        if rest > 0 {
            let text = format!("… and {rest} more connector groups without a spare");
            graph.node(Shape::Group, Mark::Plain, vec![text]);
        }
        for region in self.drill.regions.iter().filter(|region| region.toll.cut_off > 0) {
            self.failing_region(&mut graph, &nodes, region);
        }
        graph
    }

    fn failing_connectors(&self, graph: &mut Graph, node: usize, group: &GroupFailure) {
        let Some(view) = self.tenant.connector_group(group.connector_group) else { return };
        let applications = count(group.applications, "application");
        let label = match group.active_connectors {
            1 => format!("alone cuts off {applications}"),
            _ => format!("both cut off {applications}"),
        };
        for connector in view.members().filter(|connector| connector.is_active()) {
            let lines = vec![clean(connector.machine_name(), self.options), String::from("fails")];
            let connector = graph.node(Shape::Connector, Mark::Plain, lines);
            graph.edge(connector, node, label.clone(), Line::Solid);
        }
    }

    fn failing_region(&self, graph: &mut Graph, nodes: &BTreeMap<ConnectorGroupId, usize>, region: &RegionFailure) {
        let name = clean(region.region.as_str(), self.options);
        let lines =
            vec![format!("region {name} fails"), format!("{} cut off", count(region.toll.cut_off, "application"))];
        let from = graph.node(Shape::Remark, Mark::Unavailable, lines);
        for node in region.connector_groups.iter().filter_map(|id| nodes.get(id)) {
            graph.edge(from, *node, String::new(), Line::Dotted);
        }
    }
}
