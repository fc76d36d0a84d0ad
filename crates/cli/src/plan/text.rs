//! A plan for a terminal, read from top to bottom as `terraform plan` is: `+` create, `~` change, `-` delete, `→` move.

use core::fmt::Write;

use super::{
    report::Report,
    step::Change,
    warning::{Level, Warning},
};

/// More things than these are folded.
const NAMED_MAX: usize = 10;
/// Where a line of names is broken, in characters.
const WIDTH: usize = 100;

/// How much is shown.
#[derive(Clone, Copy)]
pub(super) struct Fold {
    /// Everything, however long.
    pub(super) is_off: bool,
}

impl Fold {
    /// The things that are shown, and how many are not.
    pub(super) fn of<T>(self, things: &[T]) -> (&[T], usize) {
        if self.is_off || things.len() <= NAMED_MAX {
            return (things, 0);
        }
        let shown = things.get(..NAMED_MAX).unwrap_or(things);
        (shown, things.len().saturating_sub(NAMED_MAX))
    }
}

pub(super) fn plan(report: &Report, fold: Fold) -> String {
    let mut text = report.headline();
    text.push('\n');
    for what in &report.beforehand {
        _ = write!(text, "\n! before the plan, and not done by it: {what}");
    }
    for step in &report.steps {
        changes(step.number, &step.changes, fold, &mut text);
        for effect in &step.effects {
            _ = write!(text, "\n       {} {}", if effect.is_worse { '!' } else { ' ' }, effect.text);
        }
        for warning in &step.warnings {
            _ = write!(text, "\n       ! {} ({})", warning.text, warning.rule);
        }
    }
    for (number, change) in report.settings_changes() {
        changes(number, &[change], fold, &mut text);
    }
    if report.is_empty() {
        text.push_str("\nNothing to do: the tenant is as desired.");
    } else {
        let (sums, verdict, requests) = (report.sums(), report.verdict(), report.requests().words());
        _ = write!(text, "\n\nPlan: {sums}.\n{verdict}.\n{requests}.");
    }
    for outage in report.outages() {
        _ = write!(text, "\n! {outage}");
    }
    warnings(&report.warnings, fold, &mut text);
    text
}

fn changes(number: usize, changes: &[Change], fold: Fold, text: &mut String) {
    for (at, change) in changes.iter().enumerate() {
        // The number stands before the first line of a step only, so that the eye finds the steps.
        let number = if at == 0 { format!("\n{number:>3}. ") } else { String::from("\n     ") };
        _ = write!(text, "{number}{} {}", change.mark, change.text);
        for line in lines(&change.things, fold) {
            _ = write!(text, "\n         {line}");
        }
    }
}

fn warnings(warnings: &[Warning], fold: Fold, text: &mut String) {
    if warnings.is_empty() {
        return;
    }
    text.push_str("\n\nTo be known about the plan and its end:");
    let (shown, more) = fold.of(warnings);
    for warning in shown {
        let mark = if warning.level == Level::Note { ' ' } else { '!' };
        _ = write!(text, "\n{mark} {}: {} ({})", warning.level.as_str(), warning.text, warning.rule);
    }
    if more > 0 {
        _ = write!(text, "\n  … and {more} more (--all shows them)");
    }
}

/// Names one after the other, in lines that a terminal holds.
fn lines(things: &[String], fold: Fold) -> Vec<String> {
    let (shown, more) = fold.of(things);
    let mut lines = vec![String::new()];
    let rest = (more > 0).then(|| format!("… and {more} more (--all shows them)"));
    let last = shown.len().saturating_sub(1);
    let named = shown
        .iter()
        .enumerate()
        .map(|(at, name)| if at == last && rest.is_none() { name.clone() } else { format!("{name},") });
    for word in named.chain(rest.clone()) {
        let is_full = lines
            .last()
            .is_some_and(|line| !line.is_empty() && line.chars().count().saturating_add(word.chars().count()) > WIDTH);
        if is_full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}
