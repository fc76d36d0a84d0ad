//! The picture of an impact.

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
    words::{Names, change, clean, count, mark, published, standing},
};
use crate::{
    count::wide,
    ids::ConnectorGroupId,
    impact::Availability,
    impact::{ConnectorGroupChange, Flow, Hazard, Impact},
    state::ConnectorGroupView,
};

pub(super) fn picture(impact: &Impact, options: &PictureOptions) -> Picture {
    let mut drawing = Drawing {
        impact,
        options,
        names: Names { impact, options },
        graph: Graph::default(),
        nodes: BTreeMap::new(),
        others: None,
    };
    let groups = drawing.connector_groups();
    let flows = drawing.flows();
    let remarks = drawing.hazards();
    Picture { graph: drawing.graph, tables: vec![groups, flows], remarks }
}

struct Drawing<'a> {
    impact: &'a Impact,
    options: &'a PictureOptions,
    names: Names<'a>,
    graph: Graph,
    /// The box of each group. `None` stands for unpublished applications, which have no group.
    nodes: BTreeMap<Option<ConnectorGroupId>, usize>,
    /// Stands for all groups that are not shown.
    others: Option<usize>,
}

impl<'a> Drawing<'a> {
    fn connector_groups(&mut self) -> Table {
        let mut table = Table::new(&["connector group", "region", "availability", "active connectors", "applications"]);
        let max = self.options.connector_groups_max;
        let impact = self.impact;
        for group in impact.connector_groups().take(max) {
            let lines = self.group_lines(&group);
            let mark = group.after.map_or(Mark::Plain, mark);
            self.nodes.insert(Some(group.id()), self.graph.node(Shape::Group, mark, node_lines(&lines)));
            table.row(lines);
        }
        // Groups beyond the limit become one box: arrows and hazards that belong to any of them still have an end.
        let rest = self.impact.connector_groups().skip(max).count();
        if rest > 0 {
            let text = format!("… and {rest} more connector groups");
            self.others = Some(self.graph.node(Shape::Group, Mark::Plain, vec![text.clone()]));
            table.row([text]);
        }
        table
    }

    /// Name, region, availability, active connectors, applications.
    fn group_lines(&self, group: &ConnectorGroupChange<'_>) -> [String; 5] {
        let name = |group: ConnectorGroupView<'_>| clean(group.name().as_str(), self.options);
        let region = |group: ConnectorGroupView<'_>| clean(group.region().as_str(), self.options);
        match (group.before, group.after) {
            (Some(before), Some(after)) => [
                change(&*name(before), &*name(after)),
                change(&*region(before), &*region(after)),
                change(standing(before), standing(after)),
                change(before.active_connectors_count(), after.active_connectors_count()),
                change(before.applications_count(), after.applications_count()),
            ],
            (Some(one), None) | (None, Some(one)) => {
                let standing = if group.after.is_some() { standing(one) } else { "deleted" };
                let is_new = if group.before.is_none() { " (new)" } else { "" };
                let (active, applications) = (one.active_connectors_count(), one.applications_count());
                [
                    format!("{}{is_new}", name(one)),
                    region(one),
                    standing.to_string(),
                    active.to_string(),
                    applications.to_string(),
                ]
            }
            // No such change is in the list; an empty row is what a reader would take for one.
            (None, None) => [const { String::new() }; 5],
        }
    }

    fn flows(&mut self) -> Table {
        let mut table = Table::new(&["applications", "from", "to", "availability"]);
        // Several flows may join the same boxes: with different availabilities, or because both ends stand for folded groups.
        // They become one arrow.
        let mut ways = BTreeMap::<(usize, usize), Way>::new();
        let impact = self.impact;
        for flow in impact.flows() {
            let (from, to) = (self.node(flow.from()), self.node(flow.to()));
            if !flow.stays() {
                ways.entry((from, to)).or_default().add(flow);
            }
        }
        for ((from, to), way) in ways {
            self.graph.edge(from, to, way.label(), Line::Solid);
        }
        let max = self.options.connector_groups_max;
        let name = |group: Option<ConnectorGroupView<'_>>| match group {
            Some(group) => clean(group.name().as_str(), self.options),
            None => published(None).to_string(),
        };
        for flow in self.impact.flows().take(max) {
            let to = if flow.stays() { String::from("stay") } else { name(flow.to()) };
            let served = change(published(flow.before()), published(flow.after()));
            table.row([flow.applications_count().to_string(), name(flow.from()), to, served]);
        }
        let rest = self.impact.flows().skip(max);
        let applications = rest.map(|flow| u64::from(flow.applications_count())).fold(0, u64::saturating_add);
        if applications > 0 {
            table.row([applications.to_string(), String::from("… and more")]);
        }
        table
    }

    fn node(&mut self, group: Option<ConnectorGroupView<'a>>) -> usize {
        let id = group.map(ConnectorGroupView::id);
        if let Some(node) = self.nodes.get(&id).copied().or(self.others.filter(|_| id.is_some())) {
            return node;
        }
        // Most groups of a flow are drawn already, as groups that change. A group is not if as many applications enter as leave.
        let lines = group.map_or_else(
            || vec![published(None).to_string()],
            |group| vec![clean(group.name().as_str(), self.options)],
        );
        let mark = group.map_or(Mark::Plain, mark);
        let node = self.graph.node(Shape::Group, mark, lines);
        self.nodes.insert(id, node);
        node
    }

    fn hazards(&mut self) -> Vec<String> {
        let hazards = self.impact.hazards();
        let mut remarks = Vec::new();
        for hazard in hazards.iter().take(self.options.applications_max) {
            let text = self.names.hazard(hazard);
            // Red is for what breaks now; all other hazards break when something else happens.
            let mark = match hazard {
                Hazard::NoActiveConnector { .. } => Mark::Unavailable,
                _ => Mark::AtRisk,
            };
            let remark = self.graph.node(Shape::Remark, mark, vec![text.clone()]);
            if let Some(node) = self.place_of(hazard) {
                self.graph.edge(remark, node, String::new(), Line::Dotted);
            }
            remarks.push(format!("! {text}"));
        }
        let rest = hazards.len().saturating_sub(self.options.applications_max);
        if rest > 0 {
            let text = count(wide(rest), "more hazard");
            self.graph.node(Shape::Remark, Mark::AtRisk, vec![text.clone()]);
            remarks.push(format!("! {text}"));
        }
        remarks
    }

    /// Where a hazard is.
    fn place_of(&self, hazard: &Hazard) -> Option<usize> {
        let id = match hazard {
            Hazard::NoActiveConnector { connector_group, .. }
            | Hazard::OneActiveConnector { connector_group, .. }
            | Hazard::WildcardRegion { connector_group, .. } => *connector_group,
            Hazard::DefaultInUse { .. } => self.impact.default_connector_group().id(),
        };
        self.nodes.get(&Some(id)).copied().or(self.others)
    }
}

/// The cells of a row as the lines of a box.
fn node_lines([name, region, availability, active, applications]: &[String; 5]) -> Vec<String> {
    vec![
        name.clone(),
        region.clone(),
        availability.clone(),
        format!("active connectors: {active}"),
        format!("applications: {applications}"),
    ]
}

/// What goes from one box to another.
#[derive(Default)]
struct Way {
    applications: u64,
    served: Vec<(Option<Availability>, Option<Availability>)>,
}

impl Way {
    fn add(&mut self, flow: Flow<'_>) {
        self.applications = self.applications.saturating_add(flow.applications_count().into());
        self.served.push((flow.before(), flow.after()));
    }

    /// How many, and how they fare where they all fare alike.
    fn label(&self) -> String {
        let applications = count(self.applications, "application");
        match self.served.as_slice() {
            // Only where all of an arrow fare alike: one label for several flows would be wrong for some.
            [(before, after)] if before != after => {
                format!("{applications}: {}", change(published(*before), published(*after)))
            }
            _ => applications,
        }
    }
}
