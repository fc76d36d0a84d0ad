//! A graph in the DOT language.

use core::fmt::{self, Write};

use super::graph::{Graph, Line, Shape};

pub(super) struct Dot<'a>(pub(super) &'a Graph);

impl fmt::Display for Dot<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("digraph {\n    rankdir=LR\n    node [fontname=\"sans-serif\" fontsize=11]\n")?;
        formatter.write_str("    edge [fontname=\"sans-serif\" fontsize=10]\n")?;
        for (index, node) in self.0.nodes.iter().enumerate() {
            let (area, line) = node.mark.colours();
            let (shape, style) = look(node.shape);
            write!(formatter, "    n{index} [label=\"")?;
            for (index, text) in node.lines.iter().enumerate() {
                // A backslash and an `n`, DOT's own sign for a line break. It must not pass through `Escaped`, which would
                // double the backslash.
                let between = if index == 0 { "" } else { "\\n" };
                write!(formatter, "{between}{}", Escaped(text))?;
            }
            writeln!(formatter, "\" shape={shape} style=\"{style}\" fillcolor=\"{area}\" color=\"{line}\"]")?;
        }
        for edge in &self.0.edges {
            write!(formatter, "    n{} -> n{}", edge.from, edge.to)?;
            let style = match edge.line {
                Line::Solid => "solid",
                Line::Dotted => "dotted",
            };
            writeln!(formatter, " [label=\"{}\" style={style}]", Escaped(&edge.label))?;
        }
        formatter.write_str("}\n")
    }
}

const fn look(shape: Shape) -> (&'static str, &'static str) {
    match shape {
        Shape::Group => ("hexagon", "filled"),
        Shape::Connector => ("box", "filled,rounded"),
        Shape::Application => ("box", "filled"),
        Shape::Remark => ("note", "filled"),
    }
}

/// A text within quotes: the quote and the backslash are escaped, and the ampersand, which would begin an entity.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '"' | '\\' => write!(formatter, "\\{character}"),
            '&' => formatter.write_str("&amp;"),
            _ => formatter.write_char(character),
        })
    }
}
