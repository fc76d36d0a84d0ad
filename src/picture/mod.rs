//! Pictures of a tenant, of an impact, of a drill and of a sequence of commands: as Mermaid, as DOT and as a table for a terminal.
//!
//! A picture is made once, as a graph and tables of plain texts; what writes it knows nothing of tenants. Same input, same
//! bytes. Names are shown as they are but for what cannot be printed, and whatever they contain, they end up as text.

mod dot;
mod drill;
mod graph;
mod impact;
mod mermaid;
mod plan;
mod state;
mod table;
mod words;

use alloc::{string::String, vec::Vec};
use core::fmt;

use graph::Graph;
use table::Table;

use crate::{command::Command, drill::Drill, impact::Impact, tenant::Tenant};

/// How much of a picture is spelled out; the rest is folded into counts.
///
/// ```
/// # use connector_groups::picture::PictureOptions;
/// let options = PictureOptions { applications_max: 0, ..PictureOptions::default() }; // Counts only.
/// assert_eq!(options.connectors_max, 8);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureOptions {
    /// So many groups, and so many steps of a plan.
    pub connector_groups_max: usize,
    /// So many connectors a group.
    pub connectors_max: usize,
    /// So many applications a group, and so many hazards.
    pub applications_max: usize,
    /// So many characters a name; the rest of it is left out.
    pub text_characters_max: usize,
}

impl Default for PictureOptions {
    fn default() -> Self {
        Self { connector_groups_max: 40, connectors_max: 8, applications_max: 8, text_characters_max: 48 }
    }
}

/// A picture that is ready to be written.
///
/// # Example: the Contoso tenant without its factory in Singapore
/// ```
/// # use connector_groups::Directory;
/// # let mut directory = Directory::default();
/// # for line in include_str!("../../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
/// #     directory.apply(&serde_json::from_str(line).unwrap()).unwrap();
/// # }
/// # let tenant = directory.tenants().next().unwrap();
/// use connector_groups::{impact::Loss, picture::{Picture, PictureOptions}};
/// let singapore = tenant.connector_groups_by_name("Singapore Factory").next().expect("Contoso has one");
/// let impact = tenant.what_if(&Loss::ConnectorGroup(singapore.id())).expect("it was just found");
/// let picture = Picture::of_impact(&impact, &PictureOptions::default());
/// assert!(picture.mermaid().to_string().starts_with("flowchart LR\n"));
/// assert!(picture.dot().to_string().starts_with("digraph {\n"));
/// assert!(picture.table().to_string().contains("Singapore Factory"));
/// ```
#[derive(Debug, Clone)]
pub struct Picture {
    graph: Graph,
    tables: Vec<Table>,
    /// Lines below the tables.
    remarks: Vec<String>,
}

impl Picture {
    /// A tenant as it stands: its groups with their connectors and applications.
    #[must_use]
    pub fn of_tenant(tenant: &Tenant, options: &PictureOptions) -> Self {
        state::picture(tenant, options)
    }

    /// What would change: the groups as they are and would be, where applications would go, and the hazards.
    #[must_use]
    pub fn of_impact(impact: &Impact, options: &PictureOptions) -> Self {
        impact::picture(impact, options)
    }

    /// What each failure would take: the groups without a spare, the connectors and regions that cut them off, and tables of
    /// all that matters, the worst first. The drill is that of the tenant.
    #[must_use]
    pub fn of_drill(tenant: &Tenant, drill: &Drill, options: &PictureOptions) -> Self {
        drill::picture(tenant, drill, options)
    }

    /// Commands one after the other, each with its impact on what those before it leave.
    #[must_use]
    pub fn of_plan<'a>(steps: impl IntoIterator<Item = (&'a Command, &'a Impact)>, options: &PictureOptions) -> Self {
        plan::picture(steps, options)
    }

    /// As a Mermaid flowchart.
    #[must_use]
    pub fn mermaid(&self) -> impl fmt::Display + '_ {
        mermaid::Mermaid(&self.graph)
    }

    /// As a graph in the DOT language, for Graphviz.
    #[must_use]
    pub fn dot(&self) -> impl fmt::Display + '_ {
        dot::Dot(&self.graph)
    }

    /// As tables for a terminal, in plain text: columns are as wide as a terminal shows them, and no escape sequence comes
    /// out of a name.
    #[must_use]
    pub fn table(&self) -> impl fmt::Display + '_ {
        table::Tables { tables: &self.tables, remarks: &self.remarks }
    }
}
