//! Tables for a terminal.

use alloc::{string::String, vec::Vec};
use core::fmt;

use unicode_width::UnicodeWidthStr;

#[derive(Debug, Clone)]
pub(super) struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(head: &[&'static str]) -> Self {
        Self { head: head.to_vec(), rows: Vec::new() }
    }

    pub(super) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// How many terminal columns each column of the table takes.
    fn widths(&self) -> Vec<usize> {
        let width_of = |column: usize, head: &str| {
            // Terminal columns, not characters: an ideograph takes two of them, a combining mark none.
            let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width());
            cells.fold(head.width(), usize::max)
        };
        self.head.iter().enumerate().map(|(column, head)| width_of(column, head)).collect()
    }
}

pub(super) struct Tables<'a> {
    pub(super) tables: &'a [Table],
    pub(super) remarks: &'a [String],
}

impl fmt::Display for Tables<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A head without rows says nothing, and looks as if something were missing.
        let tables = self.tables.iter().filter(|table| !table.rows.is_empty());
        for (index, table) in tables.enumerate() {
            if index > 0 {
                formatter.write_str("\n")?;
            }
            let widths = table.widths();
            write_row(formatter, &widths, table.head.iter().copied())?;
            for (index, width) in widths.iter().enumerate() {
                let between = if index == 0 { "" } else { "  " };
                write!(formatter, "{between}{:-<width$}", "")?;
            }
            formatter.write_str("\n")?;
            for row in &table.rows {
                write_row(formatter, &widths, row.iter().map(String::as_str))?;
            }
        }
        if !self.remarks.is_empty() && self.tables.iter().any(|table| !table.rows.is_empty()) {
            formatter.write_str("\n")?;
        }
        self.remarks.iter().try_for_each(|remark| writeln!(formatter, "{remark}"))
    }
}

/// One line, without spaces at its end.
fn write_row<'a>(
    formatter: &mut fmt::Formatter<'_>,
    widths: &[usize],
    cells: impl Iterator<Item = &'a str>,
) -> fmt::Result {
    // Padding is owed rather than written: it is paid before the next cell with text, and never at the end of a line.
    let mut gap = 0_usize;
    for (index, (cell, width)) in cells.zip(widths).enumerate() {
        let between = if index == 0 { "" } else { "  " };
        if cell.is_empty() {
            gap = gap.saturating_add(between.len()).saturating_add(*width);
        } else {
            write!(formatter, "{:gap$}{between}{cell}", "")?;
            debug_assert!(cell.width() <= *width, "a column is as wide as its widest cell");
            gap = width.saturating_sub(cell.width());
        }
    }
    formatter.write_str("\n")
}
