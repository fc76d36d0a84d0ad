//! Coverage: how often each command, selection and refusal occurred.

use alloc::collections::BTreeMap;
use core::fmt;

use super::VERBS;
use crate::{
    command::{Command, DirectoryCommand, Selection},
    directory::DirectoryEvent,
    refusal::Refusal,
};

/// How often each command, selection, event and refusal came up. It is written as a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Coverage {
    /// Commands by their tag: how often accepted, how often refused; within a transaction that is refused, its reason.
    pub commands: BTreeMap<&'static str, (u64, u64)>,
    /// Selections by their field.
    pub selections: BTreeMap<&'static str, u64>,
    /// Refusals by their code, those within `bulk` and `transaction` too.
    pub refusals: BTreeMap<&'static str, u64>,
}

fn add(count: &mut u64) {
    *count = count.saturating_add(1);
}

impl Coverage {
    /// Counts a command and its result.
    pub fn count(&mut self, command: &DirectoryCommand, result: &Result<alloc::vec::Vec<DirectoryEvent>, Refusal>) {
        self.command(command.name(), result.is_ok());
        if let DirectoryCommand::InTenant { command, .. } = command {
            match command {
                Command::ReassignApplications(bulk) => self.selection(&bulk.applications),
                Command::MoveConnectors(bulk) => self.selection(&bulk.connectors),
                Command::Transaction(transaction) => match result {
                    Ok(_) => transaction.commands.iter().for_each(|inner| self.command(inner.name(), true)),
                    // Only the refused one is known: those before it were accepted for nothing, those behind it were never decided.
                    Err(Refusal::Transaction { index, .. }) => {
                        let refused = usize::try_from(*index).ok().and_then(|index| transaction.commands.get(index));
                        if let Some(inner) = refused {
                            self.command(inner.name(), false);
                        }
                    }
                    Err(_) => {}
                },
                _ => {}
            }
        }
        if let Err(refusal) = result {
            self.refusal(refusal);
        }
    }

    fn command(&mut self, name: &'static str, is_accepted: bool) {
        let (accepted, refused) = self.commands.entry(name).or_default();
        add(if is_accepted { accepted } else { refused });
    }

    fn selection<Id>(&mut self, selection: &Selection<Id>) {
        add(self.selections.entry(selection.name()).or_default());
    }

    fn refusal(&mut self, refusal: &Refusal) {
        add(self.refusals.entry(refusal.code()).or_default());
        // Refusals within others count too: some come up hardly anywhere but in a list.
        match refusal {
            Refusal::Bulk { refused } => refused.iter().for_each(|entry| self.refusal(&entry.reason)),
            Refusal::Transaction { reason, .. } => self.refusal(reason),
            _ => {}
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{:<28} {:>10} {:>10}", "command", "accepted", "refused")?;
        for name in VERBS {
            let (accepted, refused) = self.commands.get(name).copied().unwrap_or_default();
            writeln!(formatter, "{name:<28} {accepted:>10} {refused:>10}")?;
        }
        for (title, counts) in [("selection", &self.selections), ("refusal", &self.refusals)] {
            writeln!(formatter, "\n{title:<28} {:>10}", "times")?;
            for (name, count) in counts {
                writeln!(formatter, "{name:<28} {count:>10}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::{string::ToString, vec::Vec};

    use super::*;

    #[test]
    fn a_coverage_is_written_as_tables() {
        let table = Coverage::default().to_string();
        let rows: Vec<&str> = table.lines().filter_map(|line| line.split_whitespace().next()).collect();
        assert_eq!(rows.first(), Some(&"command"));
        assert!(VERBS.iter().chain(&["selection", "refusal"]).all(|name| rows.contains(name)), "{table}");
    }
}
