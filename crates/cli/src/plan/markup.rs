//! A plan as Markdown, for a pull request or a ticket, and as an HTML page of its own, with a picture.

use core::fmt::Write;

use super::{report::Report, step::Change, text::Fold};
use crate::safe::{html, markdown};

pub(super) fn to_markdown(report: &Report, mermaid: &str, fold: Fold) -> String {
    let mut text = format!("# Plan for tenant {}\n\n{}\n", report.tenant().id(), markdown(&report.headline()));
    if report.is_empty() {
        text.push_str("\nNothing to do: the tenant is as desired.\n");
    } else {
        _ = write!(text, "\n**{}.** {}.\n", report.sums(), markdown(&report.verdict()));
        _ = write!(text, "\n{}.\n", markdown(&report.requests().words()));
    }
    for outage in report.outages() {
        // Above the steps: it is what a reviewer has to know before anything else.
        _ = write!(text, "\n> **Outage:** {}\n", markdown(&outage));
    }
    for what in &report.beforehand {
        _ = write!(text, "\n> **Before the plan**, and not done by it: {}\n", markdown(what));
    }
    for step in &report.steps {
        markdown_changes(step.number, &step.changes, fold, &mut text);
        for effect in &step.effects {
            let mark = if effect.is_worse { "**worse:** " } else { "" };
            _ = writeln!(text, "- {mark}{}", markdown(&effect.text));
        }
        for warning in &step.warnings {
            _ = writeln!(text, "- **{}:** {} ({})", warning.level.as_str(), markdown(&warning.text), warning.rule);
        }
    }
    for (number, change) in report.settings_changes() {
        markdown_changes(number, &[change], fold, &mut text);
    }
    if !report.warnings.is_empty() {
        text.push_str("\n## To be known\n\n| level | rule | what |\n|---|---|---|\n");
        for warning in &report.warnings {
            _ = writeln!(text, "| {} | {} | {} |", warning.level.as_str(), warning.rule, markdown(&warning.text));
        }
    }
    if !report.steps.is_empty() {
        // A fence that no line of the picture closes: names in it are escaped by the engine.
        _ = write!(text, "\n## Picture\n\n```mermaid\n{}\n```\n", mermaid.trim_end());
    }
    text
}

fn markdown_changes(number: usize, changes: &[Change], fold: Fold, text: &mut String) {
    _ = write!(text, "\n## Step {number}\n\n");
    for change in changes {
        _ = writeln!(text, "- {} {}", markdown(&change.mark.to_string()), markdown(&change.text));
        let (shown, more) = fold.of(&change.things);
        for name in shown {
            _ = writeln!(text, "  - {}", markdown(name));
        }
        if more > 0 {
            _ = writeln!(text, "  - … and {more} more");
        }
    }
}

/// Colours that tell apart on white for the colour-blind too; words say the same.
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}\
    table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.3rem .6rem;text-align:left}\
    .critical,.worse{color:#a00;font-weight:bold}.warning{color:#8a5a00}code{font-size:.95em}svg{max-width:100%;height:auto}";

pub(super) fn to_html(report: &Report, fold: Fold) -> String {
    let title = format!("Plan for tenant {}", report.tenant().id());
    let mut text = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>{title}</title><style>{STYLE}</style></head><body>\n\
         <h1>{title}</h1>\n<p>{}</p>\n",
        html(&report.headline())
    );
    if report.is_empty() {
        text.push_str("<p>Nothing to do: the tenant is as desired.</p>\n");
    } else {
        _ = writeln!(text, "<p><strong>{}.</strong> {}.</p>", report.sums(), html(&report.verdict()));
        _ = writeln!(text, "<p>{}.</p>", html(&report.requests().words()));
        text.push_str(&super::svg::picture(report));
    }
    for outage in report.outages() {
        _ = writeln!(text, "<p class=\"critical\">Outage: {}</p>", html(&outage));
    }
    for what in &report.beforehand {
        _ = writeln!(text, "<p class=\"critical\">Before the plan, and not done by it: {}</p>", html(what));
    }
    text.push_str("<ol>\n");
    for step in &report.steps {
        text.push_str("<li>");
        html_changes(&step.changes, fold, &mut text);
        for effect in &step.effects {
            let class = if effect.is_worse { " class=\"worse\"" } else { "" };
            _ = write!(text, "<div{class}>{}</div>", html(&effect.text));
        }
        for warning in &step.warnings {
            let level = warning.level.as_str();
            _ = write!(text, "<div class=\"{level}\">{level}: {} ({})</div>", html(&warning.text), warning.rule);
        }
        text.push_str("</li>\n");
    }
    for (_, change) in report.settings_changes() {
        text.push_str("<li>");
        html_changes(&[change], fold, &mut text);
        text.push_str("</li>\n");
    }
    text.push_str("</ol>\n");
    if !report.warnings.is_empty() {
        text.push_str("<h2>To be known</h2>\n<table><tr><th>level</th><th>rule</th><th>what</th></tr>\n");
        for warning in &report.warnings {
            let level = warning.level.as_str();
            _ = writeln!(
                text,
                "<tr><td class=\"{level}\">{level}</td><td>{}</td><td>{}</td></tr>",
                warning.rule,
                html(&warning.text)
            );
        }
        text.push_str("</table>\n");
    }
    text.push_str("</body></html>\n");
    text
}

fn html_changes(changes: &[Change], fold: Fold, text: &mut String) {
    for change in changes {
        _ = write!(text, "<div><code>{}</code> {}</div>", html(&change.mark.to_string()), html(&change.text));
        let (shown, more) = fold.of(&change.things);
        if !shown.is_empty() {
            let more = if more > 0 { format!(", … and {more} more") } else { String::new() };
            _ = write!(text, "<div>{}{more}</div>", html(&shown.join(", ")));
        }
    }
}
