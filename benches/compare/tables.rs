//! The results as tables, for the terminal and as Markdown.

use super::{
    figures::{digits, size, time},
    results::{Memory, Results, Tenants},
    targets::Target,
};
use connector_groups_benches::cases::Role;

pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Variants of one peer stand in one column: the fastest is the peer.
fn column(contender: &str) -> &str {
    contender.split(',').next().unwrap_or(contender)
}

/// Ours, and each other with how many times ours it takes.
pub(crate) fn section(results: &Results, section: &str) -> Table {
    let mut columns: Vec<(Role, &str)> = Vec::new();
    for row in results.rows.iter().filter(|row| row.section == section && row.role != Role::Ours) {
        let column = (row.role, column(row.contender));
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    columns.sort_by_key(|(role, column)| (*role == Role::Peer, column.to_lowercase()));
    let names = columns.iter().map(|(_, column)| String::from(*column));
    let head = ["work", "applications", "ours"].map(String::from).into_iter().chain(names).collect();
    let mut rows = Vec::new();
    for case in results.cases(section) {
        for applications in results.sizes() {
            let Some(ours) = results.fastest(case, applications, "ours") else { continue };
            let cell = |(_, column): &(Role, &str)| match results.fastest(case, applications, column) {
                Some(other) => format!("{} ({}x)", time(other), digits(other / ours)),
                None => String::new(),
            };
            let start = [String::from(case), size(applications), time(ours)];
            rows.push(start.into_iter().chain(columns.iter().map(cell)).collect());
        }
    }
    Table { head, rows }
}

/// The cases that matter most, at one size, and what the peers take for the same.
pub(crate) fn headline(results: &Results, applications: u32, cases: &[(&str, &str)]) -> Table {
    let peers = ["careful", "naive", "persistent", "SQLite"];
    let head = ["work", "for", "ours"].into_iter().chain(peers).map(String::from).collect();
    let row = |(case, thing): &(&str, &str)| {
        let ours = results.fastest(case, applications, "ours")?;
        let start = [String::from(*case), String::from(*thing), time(ours)];
        let cell = |peer: &&str| match results.fastest(case, applications, peer) {
            Some(other) => format!("{} ({}x)", time(other), digits(other / ours)),
            None => String::new(),
        };
        Some(start.into_iter().chain(peers.iter().map(cell)).collect())
    };
    let mut rows: Vec<Vec<String>> = cases.iter().filter_map(row).collect();
    let bytes = |who: &str| {
        let same = results.memory.iter().filter(|memory| memory.applications == applications && !memory.named);
        same.filter(|memory| memory.contender.starts_with(who)).map(|memory| memory.bytes).min_by(f64::total_cmp)
    };
    if let Some(ours) = bytes("ours") {
        let cell = |peer: &&str| match bytes(peer) {
            Some(other) => format!("{other:.0} B ({}x)", digits(other / ours)),
            None => String::new(),
        };
        let start = ["memory".into(), "an application".into(), format!("{ours:.0} B")];
        rows.push(start.into_iter().chain(peers.iter().map(cell)).collect());
    }
    Table { head, rows }
}

/// Work that a peer does faster: at which sizes, and what it takes of the time that ours does.
pub(crate) fn slower(results: &Results, sections: &[&str]) -> Table {
    let mut rows = Vec::new();
    for case in sections.iter().flat_map(|section| results.cases(section)) {
        let peers = results.rows.iter().filter(|row| row.case == case && row.role == Role::Peer);
        let mut names: Vec<&str> = peers.map(|row| column(row.contender)).collect();
        names.sort_unstable();
        names.dedup();
        for peer in names {
            let part = |applications: u32| {
                let ours = results.fastest(case, applications, "ours")?;
                Some((applications, results.fastest(case, applications, peer)? / ours))
            };
            let faster = results.sizes().into_iter().filter_map(part).filter(|(_, part)| *part < 1.0);
            let (sizes, parts): (Vec<String>, Vec<String>) =
                faster.map(|(applications, part)| (size(applications), format!("{part:.2}x"))).unzip();
            if !sizes.is_empty() {
                rows.push(vec![case.into(), peer.into(), sizes.join("; "), parts.join("; ")]);
            }
        }
    }
    let head = ["work", "peer", "applications", "fraction of our time"].map(String::from).into();
    Table { head, rows }
}

pub(crate) fn of_targets(targets: &[Target]) -> Table {
    let row = |target: &Target| {
        let met = if target.met { "yes" } else { "NO" };
        vec![target.work.into(), target.demand.clone(), target.measured.clone(), met.into()]
    };
    Table {
        head: ["work", "target", "measured", "met"].map(String::from).into(),
        rows: targets.iter().map(row).collect(),
    }
}

/// How a run grows: a row for each case, a column for each who does it.
pub(crate) fn of_exponents(results: &Results) -> Table {
    let exponents = results.exponents();
    let (mut cases, mut columns) = (Vec::new(), vec!["ours"]);
    for exponent in &exponents {
        if !cases.contains(&exponent.case) {
            cases.push(exponent.case);
        }
        if !columns.contains(&exponent.contender) {
            columns.push(exponent.contender);
        }
    }
    let cell = |case: &str, contender: &str| {
        let found = exponents.iter().find(|exponent| exponent.case == case && exponent.contender == contender);
        found.map_or_else(String::new, |exponent| format!("{:.2}", exponent.power))
    };
    let row = |case: &&str| {
        core::iter::once(String::from(*case)).chain(columns.iter().map(|contender| cell(case, contender))).collect()
    };
    let rows = cases.iter().map(row).collect();
    let head = core::iter::once("work").chain(columns).map(String::from).collect();
    Table { head, rows }
}

/// Bytes for one application.
pub(crate) fn of_memory(results: &Results) -> Table {
    let row = |memory: &Memory| {
        let named = if memory.named { "yes" } else { "no" };
        let bytes = format!("{:.0}", memory.bytes);
        vec![memory.contender.clone(), size(memory.applications), named.into(), bytes]
    };
    Table {
        head: ["who", "applications", "with names", "bytes an application"].map(String::from).into(),
        rows: results.memory.iter().map(row).collect(),
    }
}

/// Bytes for one tenant of many.
pub(crate) fn of_tenants(results: &Results) -> Table {
    let row = |of: &Tenants| {
        let bytes = [of.bytes, of.data, of.bytes - of.data].map(digits);
        [size(of.count), size(of.applications)].into_iter().chain(bytes).collect()
    };
    Table {
        head: ["tenants", "applications in each", "bytes a tenant", "its data", "over its data"]
            .map(String::from)
            .into(),
        rows: results.tenants.iter().map(row).collect(),
    }
}

impl Table {
    pub(crate) const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn lines(&self, start: &str, between: &str, end: &str) -> String {
        let all = || core::iter::once(&self.head).chain(&self.rows);
        let widths: Vec<usize> = (0..self.head.len())
            .map(|column| all().map(|row| row[column].chars().count()).max().unwrap_or_default())
            .collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
            format!("{start}{}{end}\n", cells.collect::<Vec<_>>().join(between))
        };
        let rule = widths.iter().map(|width| "-".repeat(*width)).collect();
        core::iter::once(&self.head).chain([&rule]).chain(&self.rows).map(line).collect()
    }

    pub(crate) fn for_terminal(&self) -> String {
        self.lines("", "  ", "")
    }

    pub(crate) fn as_markdown(&self) -> String {
        self.lines("| ", " | ", " |")
    }
}
