//! A tenant that was read, and how well it is known.

use alloc::collections::{BTreeMap, BTreeSet};

use connector_groups::{
    ApplicationId, ConnectorGroupId, ConnectorId, Tenant, TenantId, Timestamp, view::ApplicationView,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{findings::Findings, things::Group};
use crate::words::{count, no_group};

/// Groups of which it may be said that what no file tells is empty.
#[derive(Debug, Clone, Default)]
pub(crate) struct Assume {
    pub(crate) all: bool,
    pub(crate) groups: BTreeSet<ConnectorGroupId>,
    pub(crate) names: BTreeSet<String>,
    /// What no file tells is not known and no problem: for a backup, which says what it lacks.
    pub(crate) is_lenient: bool,
}

impl Assume {
    /// As the command line gives it: `all`, ids, names.
    pub(crate) fn new(given: &[String]) -> Self {
        let mut assume = Self::default();
        for text in given {
            match text.parse() {
                Ok(id) => _ = assume.groups.insert(id),
                Err(_) if text == "all" => assume.all = true,
                Err(_) => _ = assume.names.insert(text.clone()),
            }
        }
        assume
    }

    pub(super) fn covers(&self, group: &Group) -> bool {
        self.all || self.groups.contains(&group.id) || self.names.iter().any(|name| means(name, &group.name))
    }

    /// What is said of groups that are not there: a slip of the pen, as what it was meant for would say nothing of it.
    pub(crate) fn unknown<'a>(&self, groups: impl Iterator<Item = (ConnectorGroupId, &'a str)>) -> Vec<String> {
        let (known, called): (BTreeSet<_>, Vec<_>) = groups.unzip();
        let ids = self.groups.difference(&known).map(ToString::to_string);
        let names = self.names.iter().filter(|name| !called.iter().any(|group| means(name, group))).cloned();
        let told = ids.chain(names).map(|given| no_group(&given, called.iter().copied()));
        told.map(|told| format!("--assume-empty: {told}")).collect()
    }
}

/// In any case, as somebody types it. A name that several groups have means all of them.
fn means(name: &str, group: &str) -> bool {
    name.trim().to_lowercase() == group.trim().to_lowercase()
}

/// What no file tells of who is where, where that is no problem.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Untold {
    /// Groups whose members no file tells.
    pub(crate) members: BTreeSet<ConnectorGroupId>,
    /// Groups whose applications no file tells.
    pub(crate) assigned: BTreeSet<ConnectorGroupId>,
    /// Connectors that are in no list, while lists are missing; they are read as members of the default group.
    pub(crate) connectors: BTreeSet<ConnectorId>,
    /// Published applications whose group no file tells; they are read into the default group.
    pub(crate) applications: BTreeSet<ApplicationId>,
    /// Applications that no group's list has. The list of all of them has chosen properties alone (`$select`), so that of theirs
    /// only those are told that are there.
    #[serde(default)]
    pub(crate) in_part: BTreeSet<ApplicationId>,
    /// What changed between the last two readings of `export`. Its lists are of no one moment.
    #[serde(default)]
    pub(crate) drift: Vec<String>,
    /// No list of all applications.
    pub(crate) no_applications: bool,
    /// No list of service principals.
    pub(crate) no_principals: bool,
    /// Nothing about the publishing profile.
    pub(crate) no_profile: bool,
}

/// A tenant, and what is known about how well it is known.
pub(crate) struct Imported {
    pub(crate) tenant: Tenant,
    /// Published applications of which no file tells how they are published.
    pub(crate) unknown_publishing: BTreeSet<ApplicationId>,
    /// Segments that the tenant cannot hold, by their application and as they came.
    pub(crate) segments: BTreeMap<ApplicationId, Vec<Value>>,
    /// Private Access applications whose segments no file tells.
    pub(crate) unknown_segments: BTreeSet<ApplicationId>,
    /// What the model does not hold, by the thing that it belongs to, such as `applications/ID`.
    pub(crate) kept: BTreeMap<String, Map<String, Value>>,
    pub(crate) untold: Untold,
    /// When `export` read it.
    pub(crate) fetched: Option<Timestamp>,
    pub(crate) findings: Findings,
}

/// What stands beside a tenant document, as [`Imported::report`] writes it. Findings are not read back: they were told when it
/// was written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Beside {
    pub(crate) tenant: TenantId,
    unknown_publishing: BTreeSet<ApplicationId>,
    unknown_segments: BTreeSet<ApplicationId>,
    segments: BTreeMap<ApplicationId, Vec<Value>>,
    kept: BTreeMap<String, Map<String, Value>>,
    untold: Untold,
}

impl From<Tenant> for Imported {
    /// A tenant document says everything.
    fn from(tenant: Tenant) -> Self {
        Self {
            tenant,
            unknown_publishing: BTreeSet::new(),
            segments: BTreeMap::new(),
            unknown_segments: BTreeSet::new(),
            kept: BTreeMap::new(),
            untold: Untold::default(),
            fetched: None,
            findings: Findings::default(),
        }
    }
}

impl Imported {
    /// The findings and all that the tenant's document cannot say, as JSON.
    pub(crate) fn report(&self) -> Value {
        let findings = self.findings.iter().map(|finding| {
            json!({
                "level": finding.level.as_str(), "rule": finding.rule, "file": finding.place.file,
                "line": finding.place.line, "column": finding.place.column, "message": finding.message,
            })
        });
        json!({
            "tenant": self.tenant.id(),
            "findings": findings.collect::<Vec<_>>(),
            "unknownPublishing": self.unknown_publishing,
            "unknownSegments": self.unknown_segments,
            "segments": self.segments,
            "kept": self.kept,
            "untold": self.untold,
        })
    }

    /// Whether the segments of an application in the tenant are all that it has.
    pub(crate) fn knows_segments(&self, id: ApplicationId) -> bool {
        // Whether one is of Private Access, and has segments, is told by its publishing.
        ![&self.unknown_publishing, &self.unknown_segments].iter().any(|unknown| unknown.contains(&id))
            && !self.segments.contains_key(&id)
    }

    /// What is unknown and a plan would have to know, in words; the document cannot say it.
    pub(crate) fn unknown(&self) -> Option<String> {
        let told = |what: &str, applications: usize| {
            (applications > 0).then(|| format!("the {what} of {}", count(applications, "application")))
        };
        let all = [told("publishing", self.unknown_publishing.len()), told("segments", self.unknown_segments.len())];
        let all: Vec<_> = all.into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.join(" and "))
    }

    /// Takes publishing without any URL for unknown. `plan --import` writes such a stand-in where no file tells the publishing, and
    /// a document cannot say which is one. The service has no application that is published without a URL.
    pub(crate) fn doubt_stand_ins(&mut self) {
        let stand_ins = self.tenant.applications().filter(|application| {
            let publishing = application.on_premises_publishing();
            publishing.is_some_and(|one| one.internal_url.is_none() && one.external_url.is_none())
        });
        self.unknown_publishing.extend(stand_ins.map(ApplicationView::id));
    }

    /// Takes up what was written beside the tenant.
    pub(crate) fn take_back(&mut self, beside: Beside) {
        let Beside { tenant: _, unknown_publishing, unknown_segments, segments, kept, untold } = beside;
        self.unknown_publishing = unknown_publishing;
        self.unknown_segments = unknown_segments;
        self.segments = segments;
        self.kept = kept;
        self.untold = untold;
    }
}
