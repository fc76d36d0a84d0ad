//! The picture of a sequence of commands.

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use super::{
    Picture, PictureOptions,
    graph::{Graph, Line, Mark, Shape},
    table::Table,
    words::{Names, count},
};
use crate::{
    command::Command,
    impact::{Flow, Hazard, Impact},
};

pub(super) fn picture<'a>(
    steps: impl IntoIterator<Item = (&'a Command, &'a Impact)>,
    options: &PictureOptions,
) -> Picture {
    let mut graph = Graph::default();
    let mut table = Table::new(&["step", "command", "unavailable", "at risk", "better", "hazards"]);
    let mut former = None;
    let mut rest = 0_u64;
    for (index, (command, impact)) in steps.into_iter().enumerate() {
        if index >= options.connector_groups_max {
            // Counted although not drawn: an iterator's length is not known in advance.
            rest = rest.saturating_add(1);
            continue;
        }
        // From 1, as a person counts, and as the plan itself is printed.
        let number = index.saturating_add(1);
        let (words, told) = (Names { impact, options }.command(command), Told::of(impact));
        let mut lines = vec![format!("step {number}: {words}")];
        lines.extend(told.lines());
        let node = graph.node(Shape::Application, told.mark(), lines);
        if let Some(former) = former {
            graph.edge(former, node, String::new(), Line::Solid);
        }
        former = Some(node);
        let hazards: Vec<_> = told.hazards.iter().map(Hazard::rule).collect();
        let [unavailable, at_risk, better] =
            [told.unavailable, told.at_risk, told.better].map(|number| number.to_string());
        table.row([number.to_string(), words, unavailable, at_risk, better, hazards.join(" ")]);
    }
    if rest > 0 {
        let text = format!("… and {}", count(rest, "more step"));
        let node = graph.node(Shape::Application, Mark::Plain, vec![text.clone()]);
        if let Some(former) = former {
            graph.edge(former, node, String::new(), Line::Solid);
        }
        table.row([String::new(), text]);
    }
    Picture { graph, tables: vec![table], remarks: Vec::new() }
}

fn number<'a>(impact: &'a Impact, is: fn(Flow<'a>) -> bool) -> u64 {
    let flows = impact.flows().filter(|flow| is(*flow));
    flows.map(Flow::applications_count).map(u64::from).fold(0, u64::saturating_add)
}

/// An impact in numbers.
struct Told {
    unavailable: u64,
    at_risk: u64,
    better: u64,
    hazards: Vec<Hazard>,
}

impl Told {
    fn of(impact: &Impact) -> Self {
        Self {
            unavailable: number(impact, Flow::becomes_unavailable),
            at_risk: number(impact, Flow::becomes_at_risk),
            better: number(impact, Flow::becomes_better),
            hazards: impact.hazards(),
        }
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        let numbers = [(self.unavailable, "unavailable"), (self.at_risk, "at risk"), (self.better, "served better")];
        let numbers = numbers.into_iter().filter(|(number, _)| *number > 0);
        let hazards: Vec<_> = self.hazards.iter().map(Hazard::rule).collect();
        let hazards = (!hazards.is_empty()).then(|| format!("hazards: {}", hazards.join(", ")));
        numbers.map(|(number, how)| format!("{} {how}", count(number, "application"))).chain(hazards)
    }

    fn mark(&self) -> Mark {
        // The worst effect decides the colour; that something else became better must not hide it.
        match self {
            Self { unavailable: 1.., .. } => Mark::Unavailable,
            Self { at_risk: 1.., .. } => Mark::AtRisk,
            Self { better: 1.., .. } => Mark::HighlyAvailable,
            Self { hazards, .. } if !hazards.is_empty() => Mark::AtRisk,
            _ => Mark::Plain,
        }
    }
}
