//! What a drill found, as text, JSON and Markdown, with names.

use core::fmt::Write as _;
use std::io::{self, Write as _};

use connector_groups::{
    ConnectorGroupId, Tenant,
    drill::{Drill, GroupLoad, Load, PairFailure},
};
use serde_json::{Value, json};

use crate::{
    output::{self, escaped, visible},
    plan::names,
    safe::markdown,
    words::headline,
};

/// More names than these are folded.
const NAMED_MAX: usize = 10;
/// More rows of a table are left out, as many as the tables for a terminal leave out (`PictureOptions`).
const ROWS_MAX: usize = 40;
/// What the service itself takes of a tenant's traffic, in transactions a second: its documented limit, above which it
/// answers 429.
const TENANT_TRANSACTIONS_MAX: u64 = 750;

pub(super) struct Report<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) drill: &'a Drill,
    pub(super) load: &'a Load,
    pub(super) loads: &'a [GroupLoad],
    /// Nothing is folded.
    pub(super) all: bool,
    /// Each pair is listed.
    pub(super) pairs: bool,
}

impl Report<'_> {
    /// Groups in use that nothing serves, or that one connector alone serves, each with its applications by name.
    fn cut_off(&self) -> Vec<(String, Vec<String>)> {
        // With two active connectors in a group no single failure cuts its applications off.
        let sparse =
            self.drill.connector_groups.iter().filter(|group| group.applications > 0 && group.active_connectors < 2);
        let told = sparse.filter_map(|failure| {
            let group = self.tenant.connector_group(failure.connector_group)?;
            let mut why = format!("{}: no active connector as it is", names::group(self.tenant, group.id()));
            if let Some(last) = group.members().find(|connector| connector.is_active()) {
                let (group, last) = (names::group(self.tenant, group.id()), names::connector(self.tenant, last.id()));
                why = format!("{group}: {last} is its only active connector");
            }
            let applications = group.applications().map(|one| names::application(self.tenant, one.id()));
            Some((why, applications.collect()))
        });
        told.collect()
    }

    /// So many names, and how many are left out.
    fn folded(&self, names: &[String]) -> String {
        let most = if self.all || names.len() <= NAMED_MAX { names.len() } else { NAMED_MAX };
        let mut text = names.get(..most).unwrap_or(names).join(", ");
        let more = names.len().saturating_sub(most);
        if more > 0 {
            _ = write!(text, ", … and {more} more (--all shows them)");
        }
        text
    }

    fn load_lines(&self) -> Vec<String> {
        let mut lines: Vec<_> = self.loads.iter().map(|load| names::in_text(self.tenant, &load.to_string())).collect();
        let total: u64 = self.loads.iter().map(|load| u64::from(load.load)).fold(0, u64::saturating_add);
        if !lines.is_empty() {
            lines.push(format!("one connector carries {} transactions a second", self.load.per_connector));
        }
        if total > TENANT_TRANSACTIONS_MAX {
            lines.push(format!(
                "{total} transactions a second are more than the {TENANT_TRANSACTIONS_MAX} that the service takes of a tenant before it answers 429"
            ));
        }
        lines
    }

    fn pair(&self, pair: &PairFailure) -> String {
        let [one, other] = pair.connectors.map(|id| names::connector(self.tenant, id));
        let together = if pair.only_together { ", neither alone" } else { "" };
        format!("{one} and {other}: {}{together}", pair.toll)
    }

    /// Pairs are written one by one, as there may be half a million.
    pub(super) fn print_text(&self, tables: &str) -> Result<(), String> {
        let mut text = format!("{}\n\n{}", headline(self.tenant), tables.trim_end());
        let cut_off = self.cut_off();
        if !cut_off.is_empty() {
            text.push_str("\n\nCut off as it is, or by one failure:");
        }
        for (why, applications) in &cut_off {
            _ = write!(text, "\n  {why}\n    {}", self.folded(applications));
        }
        for line in self.load_lines() {
            _ = write!(text, "\n! {line}");
        }
        if !self.pairs {
            return output::print(&text);
        }
        let mut out = io::BufWriter::new(io::stdout().lock());
        let written = (|| {
            writeln!(out, "{}\n\nEach pair of connectors:", visible(&text))?;
            self.drill.pairs().try_for_each(|pair| writeln!(out, "  {}", escaped(&self.pair(&pair))))?;
            out.flush()
        })();
        output::finished(written)
    }

    pub(super) fn json(&self) -> Result<String, String> {
        let group = |id: ConnectorGroupId| {
            let group = self.tenant.connector_group(id)?;
            let applications =
                group.applications().map(|one| json!({"id": one.id(), "displayName": one.display_name()}));
            Some(json!({
                "id": id, "name": group.name().as_str(), "region": group.region(),
                "applications": applications.collect::<Vec<_>>(),
            }))
        };
        let groups = self.drill.connector_groups.iter().filter_map(|failure| group(failure.connector_group));
        let mut value = json!({
            "format": "connector-groups/drill/1",
            "tenant": self.tenant.id(),
            "drill": self.drill,
            "connectorGroups": groups.collect::<Vec<_>>(),
            "loads": self.loads,
            "loadsAreSecondHand": "R-86",
        });
        // In one piece, as JSON has one end: who asks for pairs of a thousand connectors gets a big file.
        if self.pairs
            && let Value::Object(value) = &mut value
        {
            let pairs = self.drill.pairs().map(|pair| json!(pair)).collect();
            value.insert("pairs".into(), Value::Array(pairs));
        }
        serde_json::to_string_pretty(&value).map_err(|error| error.to_string())
    }

    pub(super) fn markdown(&self, mermaid: &str) -> String {
        let (tenant, drill) = (self.tenant, self.drill);
        let mut text = format!("# Drill of tenant {}\n\n{}\n\n{}.\n", tenant.id(), markdown(&headline(tenant)), drill);
        let group = |id| markdown(&names::group(tenant, id));
        let connector = |id| markdown(&names::connector(tenant, id));
        let table = |text: &mut String, head: &str, rows: Vec<String>| {
            if rows.is_empty() {
                return;
            }
            // Names in rows have their bars escaped, so that only the bars written here part columns.
            let columns = head.matches(" | ").count().saturating_add(1);
            _ = write!(text, "\n| {head} |\n|{}\n", "---|".repeat(columns));
            let most = if self.all { rows.len() } else { ROWS_MAX };
            rows.iter().take(most).for_each(|row| _ = writeln!(text, "| {row} |"));
            let more = rows.len().saturating_sub(most);
            if more > 0 {
                _ = writeln!(text, "\n… and {more} more rows.");
            }
        };
        let regions = drill.regions.iter().filter(|failure| failure.toll.cut_off > 0);
        let regions = regions.map(|one| format!("{} | {}", markdown(one.region.as_str()), one.toll)).collect();
        table(&mut text, "region fails | what it takes", regions);
        let mut groups: Vec<_> = drill.connector_groups.iter().filter(|group| group.applications > 0).collect();
        // The nearest to an outage first, and of those the ones that many would notice: the rest of the rows may be left out.
        groups.sort_by_key(|group| (group.active_connectors, core::cmp::Reverse(group.applications)));
        let groups = groups
            .iter()
            .map(|one| format!("{} | {} | {}", group(one.connector_group), one.active_connectors, one.toll))
            .collect();
        table(&mut text, "connector group fails | active connectors | what it takes", groups);
        let mut connectors: Vec<_> = drill.connectors.iter().filter(|failure| !failure.toll.is_nothing()).collect();
        connectors.sort_by_key(|failure| core::cmp::Reverse(failure.toll));
        let connectors = connectors
            .iter()
            .map(|one| format!("{} | {} | {}", connector(one.connector), group(one.connector_group), one.toll))
            .collect();
        table(&mut text, "connector fails | connector group | what it takes", connectors);
        let pairs = drill.critical_pairs.iter().map(|pair| {
            let [one, other] = pair.connectors.map(connector);
            format!("{one} and {other} | {}", pair.toll)
        });
        table(&mut text, "both fail, neither alone would cut anybody off | what it takes", pairs.collect());
        for (why, applications) in self.cut_off() {
            _ = write!(text, "\n- **{}**: {}", markdown(&why), markdown(&self.folded(&applications)));
        }
        for line in self.load_lines() {
            _ = write!(text, "\n- {}", markdown(&line));
        }
        // A fence that no line of the picture closes: names in it are escaped by the engine.
        _ = write!(text, "\n\n## Picture\n\n```mermaid\n{}\n```\n", visible(mermaid.trim_end()));
        text
    }
}
