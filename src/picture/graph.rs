//! A picture as boxes and arrows, independent of the output format.

use alloc::{string::String, vec::Vec};

use crate::impact::Availability;

#[derive(Debug, Clone, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
}

#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) shape: Shape,
    pub(super) mark: Mark,
    /// Printable text, not yet escaped for any output format.
    pub(super) lines: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Group,
    Connector,
    Application,
    Remark,
}

/// The meaning of a box's colour. The text repeats it, for readers who see no colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Plain,
    Unavailable,
    AtRisk,
    HighlyAvailable,
}

#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: String,
    pub(super) line: Line,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Solid,
    Dotted,
}

impl Mark {
    pub(super) const ALL: [Self; 4] = [Self::Plain, Self::Unavailable, Self::AtRisk, Self::HighlyAvailable];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Unavailable => "unavailable",
            Self::AtRisk => "atRisk",
            Self::HighlyAvailable => "highlyAvailable",
        }
    }

    /// The colours of area and border. Black text is readable on each area, on light and on dark pages; the areas can be told
    /// apart by readers with red-green colour blindness.
    pub(super) const fn colours(self) -> (&'static str, &'static str) {
        match self {
            // Dark lines on light areas, and a word beside each colour: readable in print, in dark mode, and without
            // telling red from green.
            Self::Plain => ("#eceff1", "#607d8b"),
            Self::Unavailable => ("#f4b6b6", "#9b1c1c"),
            Self::AtRisk => ("#ffe08a", "#8a6100"),
            Self::HighlyAvailable => ("#b7e1cd", "#1b6e4b"),
        }
    }
}

impl From<Availability> for Mark {
    fn from(availability: Availability) -> Self {
        match availability {
            Availability::Unavailable => Self::Unavailable,
            Availability::AtRisk => Self::AtRisk,
            Availability::HighlyAvailable => Self::HighlyAvailable,
        }
    }
}

impl Graph {
    pub(super) fn node(&mut self, shape: Shape, mark: Mark, lines: Vec<String>) -> usize {
        let place = self.nodes.len();
        self.nodes.push(Node { shape, mark, lines });
        place
    }

    pub(super) fn edge(&mut self, from: usize, to: usize, label: String, line: Line) {
        self.edges.push(Edge { from, to, label, line });
    }
}
