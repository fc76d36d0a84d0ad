//! What a person has to know of a way back: what was found by a name, what is gone, what stays.

use alloc::collections::BTreeSet;

use connector_groups::{
    ConnectorGroupId, Tenant,
    model::ProfileProperties,
    view::{ApplicationView, ConnectorView},
};
use serde::Serialize;

use super::matching::Matches;
use crate::{
    backup::content::Content,
    import::{Imported, layout::Part},
    output,
    words::quoted,
};

/// What does not come back by itself, and what stays.
#[derive(Debug, Default, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Notes {
    /// Things that were found by a name.
    pub(super) matched: Vec<String>,
    /// Things that are gone and do not come back by this plan.
    pub(super) gone: Vec<String>,
    /// What nobody compares, as the tenant as it is does not tell it.
    pub(super) unknown: Vec<String>,
    /// Applications that are created anew.
    pub(super) recreated: Vec<String>,
    /// Things that came since the backup; they stay where they are.
    pub(super) since: Vec<String>,
    /// Where the backup contradicts what came since.
    pub(super) conflicts: Vec<String>,
    /// What leads applications back before the plan, in words. Neither the plan file nor a script of `--as` does it.
    pub(super) first: Vec<String>,
    /// Settings of applications that the plan leads back as its last steps, in words.
    pub(super) settings: Vec<String>,
    /// What is to be done by hand.
    pub(super) by_hand: Vec<String>,
    /// What is not as in the backup in the end.
    pub(super) left: Vec<String>,
}

impl Notes {
    /// What was found by a name, what is gone, what is not known, and what came since.
    pub(super) fn about(&mut self, imported: &Imported, content: &Content, matches: &Matches) {
        let now = &imported.tenant;
        let by_name = |kind: &str, name: &str, was: String, is: String| {
            (was != is).then(|| format!("{kind} {}: {was} in the backup is {is} now", quoted(name)))
        };
        for (was, is) in content.groups.iter().zip(&matches.groups) {
            if let Some(is) = is {
                self.matched.extend(by_name("connector group", &was.name, was.id.to_string(), is.to_string()));
            }
        }
        let group =
            |id: ConnectorGroupId| content.groups.iter().find(|group| group.id == id).map(|group| quoted(&group.name));
        for (was, is) in content.connectors.iter().zip(&matches.connectors) {
            if let Some(is) = is {
                self.matched.extend(by_name("connector", &was.machine_name, was.id.to_string(), is.to_string()));
                self.successor(now, &was.machine_name, *is, matches);
            } else {
                let of = was.place.and_then(group).map(|name| format!(" of {name}")).unwrap_or_default();
                self.gone.push(format!(
                    "connector {} ({}){of}: install it again, or its agent; it registers into the default group, and `restore` moves it",
                    quoted(&was.machine_name),
                    was.id
                ));
            }
        }
        for (was, is) in content.applications.iter().zip(&matches.applications) {
            if let (Some(was_id), Some(is)) = (was.id, is) {
                self.matched.extend(by_name("application", &was.name, was_id.to_string(), is.to_string()));
            }
        }
        self.unknown(imported, content, matches);
        self.came_since(now, content, matches);
    }

    /// What the backup tells and the tenant as it is does not.
    fn unknown(&mut self, imported: &Imported, content: &Content, matches: &Matches) {
        let untold = &imported.untold;
        let whole = [
            (untold.no_profile && content.profile != ProfileProperties::default(), "the profile", Part::Profile),
            (
                untold.no_principals && content.applications.iter().any(|one| one.service_principal.is_some()),
                "service principals",
                Part::ServicePrincipals,
            ),
        ];
        self.unknown.extend(
            whole
                .iter()
                .filter(|(is_lacking, ..)| *is_lacking)
                .map(|(_, what, part)| format!("{what}: {}", part.advice())),
        );
        for (was, is) in content.applications.iter().zip(&matches.applications) {
            let called = format!("application {} (appId {})", quoted(&was.name), was.app_id);
            let Some(id) = *is else {
                if untold.no_applications {
                    self.unknown.push(format!(
                        "{called}: it is gone or not published, and no file tells which. {}",
                        Part::Applications.advice()
                    ));
                }
                continue;
            };
            if was.publishing.is_some() && imported.unknown_publishing.contains(&id) {
                self.unknown.push(format!("how {called} is published: {}", Part::Publishing(id).advice()));
            }
            if was.segments.as_ref().is_some_and(|segments| !segments.is_empty()) && !imported.knows_segments(id) {
                self.unknown.push(format!("the segments of {called}: {}", Part::Segments(id).advice()));
            }
        }
    }

    /// A machine that was installed anew has a second connector, and the first is inactive until it goes.
    fn successor(&mut self, now: &Tenant, machine: &str, is: connector_groups::ConnectorId, matches: &Matches) {
        if machine.is_empty() || now.connector(is).is_none_or(ConnectorView::is_active) {
            return;
        }
        let other = now.connectors().find(|other| {
            other.is_active()
                && other.machine_name().eq_ignore_ascii_case(machine)
                && !matches.connectors.contains(&Some(other.id()))
        });
        if let Some(other) = other {
            self.by_hand.push(format!(
                "connector {} ({is}) is inactive, and {} of the same machine is active: if it took its place, say --match {is}={}",
                quoted(machine),
                other.id(),
                other.id()
            ));
        }
    }

    fn came_since(&mut self, now: &Tenant, content: &Content, matches: &Matches) {
        // A backup that knows no connectors or applications cannot tell which came since.
        let groups: BTreeSet<_> = matches.groups.iter().flatten().collect();
        for group in now.connector_groups().filter(|group| group.is_application_proxy()) {
            if !groups.contains(&group.id()) {
                self.since.push(format!("connector group {} ({})", quoted(group.name().as_str()), group.id()));
            }
        }
        if !content.connectors.is_empty() {
            let known: BTreeSet<_> = matches.connectors.iter().flatten().collect();
            for connector in now.connectors().filter(|connector| !known.contains(&connector.id())) {
                self.since.push(format!("connector {} ({})", quoted(connector.machine_name()), connector.id()));
            }
        }
        let knows_all = content.applications.iter().any(|one| one.id.is_some());
        if knows_all {
            let known: BTreeSet<_> = matches.applications.iter().flatten().collect();
            let is_told = |one: &ApplicationView<'_>| one.is_published() || content.knows_unpublished;
            for one in now.applications().filter(|one| is_told(one) && !known.contains(&one.id())) {
                self.since.push(format!("application {} ({})", quoted(one.display_name()), one.id()));
            }
        }
    }

    /// Says on standard error what a person has to know.
    pub(super) fn tell(&self, all: bool) {
        const SHOWN: usize = 10;
        let kinds: [(&str, &[String]); 10] = [
            ("found by name", &self.matched),
            ("gone", &self.gone),
            ("not known now, and left", &self.unknown),
            ("created anew, with ids that the service gives", &self.recreated),
            ("came since, and stays", &self.since),
            ("contradicts", &self.conflicts),
            ("before the plan", &self.first),
            ("in the last steps of the plan", &self.settings),
            ("by hand", &self.by_hand),
            ("not as in the backup in the end", &self.left),
        ];
        for (kind, notes) in kinds {
            let shown = if all { notes.len() } else { SHOWN };
            for note in notes.iter().take(shown) {
                output::say("restore", &format!("{kind}: {}", note.replace('\n', " ")));
            }
            let more = notes.len().saturating_sub(shown);
            if more > 0 {
                output::say("restore", &format!("{kind}: and {more} more (--all shows them)"));
            }
        }
        if !self.first.is_empty() {
            output::say(
                "restore",
                "neither the plan file nor what --as prints for Graph, PowerShell or Terraform does what comes before the plan: do it first (--lines writes all of it), and restore again",
            );
        }
    }
}
