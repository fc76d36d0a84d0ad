//! A graph as a Mermaid flowchart.

use core::fmt::{self, Write};

use super::graph::{Graph, Line, Mark, Node, Shape};

pub(super) struct Mermaid<'a>(pub(super) &'a Graph);

impl fmt::Display for Mermaid<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("flowchart LR\n")?;
        for (index, node) in self.0.nodes.iter().enumerate() {
            // Node names are numbers of ours, so that no name of a tenant can be read as syntax; it is only ever a
            // label.
            let (open, close) = brackets(node.shape);
            writeln!(formatter, "    n{index}{open}\"{}\"{close}:::{}", Label(node), node.mark.name())?;
        }
        for edge in &self.0.edges {
            let arrow = match edge.line {
                Line::Solid => "-->",
                Line::Dotted => "-.->",
            };
            write!(formatter, "    n{} {arrow}", edge.from)?;
            if !edge.label.is_empty() {
                write!(formatter, "|\"{}\"|", Escaped(&edge.label))?;
            }
            writeln!(formatter, " n{}", edge.to)?;
        }
        // Only the colours that occur, so that a small picture stays short.
        for mark in Mark::ALL.into_iter().filter(|mark| self.0.nodes.iter().any(|node| node.mark == *mark)) {
            let (area, line) = mark.colours();
            writeln!(formatter, "    classDef {} fill:{area},stroke:{line},color:#000000", mark.name())?;
        }
        Ok(())
    }
}

const fn brackets(shape: Shape) -> (&'static str, &'static str) {
    match shape {
        Shape::Group => ("{{", "}}"),
        Shape::Connector => ("([", "])"),
        Shape::Application => ("[", "]"),
        Shape::Remark => (">", "]"),
    }
}

struct Label<'a>(&'a Node);

impl fmt::Display for Label<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, line) in self.0.lines.iter().enumerate() {
            let between = if index == 0 { "" } else { "<br/>" };
            write!(formatter, "{between}{}", Escaped(line))?;
        }
        Ok(())
    }
}

/// A text in which every character that Mermaid, Markdown or HTML might take for its own is an entity, as Mermaid writes
/// them.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut former = None;
        let mut characters = self.0.chars().peekable();
        while let Some(character) = characters.next() {
            let is_within_word = is_of_word(former) && is_of_word(characters.peek().copied());
            let is_plain = match character {
                ' ' | ',' | ':' | '/' | '(' | ')' => true,
                // Outside of a word Markdown might read them as a list or as emphasis.
                '.' | '-' | '_' => is_within_word,
                _ => !character.is_ascii() || character.is_ascii_alphanumeric(),
            };
            if is_plain {
                formatter.write_char(character)?;
            } else {
                write!(formatter, "#{};", u32::from(character))?;
            }
            // Mermaid takes these two for the end of a line even where they are entities; a word joiner keeps them apart.
            if character == '\\' && characters.peek() == Some(&'n') {
                formatter.write_str("#8288;")?;
            }
            former = Some(character);
        }
        Ok(())
    }
}

fn is_of_word(character: Option<char>) -> bool {
    character.is_some_and(|character| character.is_ascii_alphanumeric())
}
