//! The lists of groups, each told by a file, and what can be said of them.

extern crate alloc;

use alloc::collections::{BTreeMap, BTreeSet};
use core::cell::RefCell;

use connector_groups::{ConnectorGroupId, Timestamp};

use super::{
    findings::{Findings, Level},
    folder::Folder,
    imported::{Assume, Untold},
    layout::Part,
    node::{Node, Place, Problem, Problems},
    things::Group,
};

/// What the lists are read with.
pub(super) struct Reading<'a> {
    pub(super) folder: &'a Folder,
    pub(super) assume: &'a Assume,
    pub(super) groups: &'a [Group],
    pub(super) now: Timestamp,
    pub(super) untold: RefCell<Untold>,
}

/// A thing's place in a group, and where that is told.
pub(super) type Places<Id> = BTreeMap<Id, (ConnectorGroupId, Node)>;
/// What is in the lists of groups that are told.
pub(super) type Lists<Id> = BTreeMap<ConnectorGroupId, BTreeSet<Id>>;

impl Reading<'_> {
    /// The groups whose lists matter: others hold agents of other services.
    pub(super) fn ours(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(|group| group.is_ours())
    }

    /// A group's list, from its own object or a file of its own; `None` where neither tells it.
    pub(super) fn told(
        &self,
        group: &Group,
        part: Part,
        expanded: Option<&Vec<Node>>,
    ) -> Result<Option<Vec<Node>>, Problem> {
        let file = self.folder.list(part)?;
        let (Some(one), Some(two)) = (expanded, &file) else { return Ok(file.or_else(|| expanded.cloned())) };
        if ids(one)? == ids(two)? {
            return Ok(file);
        }
        let message = format!(
            "the list of connector group {} is another one here than in {}: they are of different times",
            group.id,
            self.folder.shown(&part.file(1))
        );
        Err(group.node.problem(message))
    }

    /// Refuses lists of groups that are in no list themselves: what is in them is somewhere, and would be read as nowhere.
    pub(super) fn check_unlisted(&self, folder: &str) -> Result<(), Problems> {
        let mut problems = Vec::new();
        for (file, id) in self.folder.named_after_ids(folder)? {
            if !self.groups.iter().any(|group| group.id == id) {
                let message = format!(
                    "is the list of connector group {id}, which is not in connectorGroups.json: fetch the groups again, all \
                     pages of them. {}. If the group is gone, take this file away",
                    Part::ConnectorGroups.advice()
                );
                problems.push(Problem::of_file(file.display().to_string(), message));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
    }

    /// What to say of lists that no file tells, where nobody said that they are empty.
    pub(super) fn missing(&self, part: Part, group: &Group, what: &str) -> Problem {
        let message = format!(
            "no file tells the {what} of connector group {:?}. {}; or say --assume-empty {} if it has none",
            group.name,
            part.advice(),
            group.id
        );
        Problem::of_file(self.folder.shown(&part.file(1)), message)
    }

    pub(super) fn assumed(&self, part: Part, group: &Group, what: &str, findings: &mut Findings) {
        let message = format!("connector group {:?} is taken to have no {what}, as --assume-empty says", group.name);
        findings.add(Level::Warning, "assumed-empty", || Place::whole(self.folder.shown(&part.file(1))), message);
    }

    /// Things that say themselves that they are in a group whose list is there and does not have them. Not of the default group:
    /// what nobody has assigned is in it, and its lists may leave that out (R-13b).
    pub(super) fn missing_from<Id: Ord + Copy + core::fmt::Display>(
        &self,
        mut lists: Lists<Id>,
        places: &Places<Id>,
        kind: &str,
    ) -> Vec<Problem> {
        lists.remove(&self.default_group());
        let is_missing = |id: &Id, group: &ConnectorGroupId| lists.get(group).is_some_and(|list| !list.contains(id));
        let missing = places.iter().filter(|(id, (group, _))| is_missing(id, group));
        let told = missing.map(|(id, (group, node))| {
            node.problem(format!(
                "{kind} {id} is in connector group {group} here and not in that group's list: they are of different times; fetch \
                 both again"
            ))
        });
        told.collect()
    }

    pub(super) fn default_group(&self) -> ConnectorGroupId {
        // There is one: a folder without it is refused before anything else is read.
        self.groups.iter().find(|group| group.is_default).map(|group| group.id).unwrap_or_default()
    }
}

fn ids(nodes: &[Node]) -> Result<BTreeSet<String>, Problem> {
    nodes.iter().map(|node| Ok(node.members()?.required("id")?.text()?.to_ascii_lowercase())).collect()
}

/// Puts a thing into a group, in which no other file may deny that it is.
pub(super) fn put<Id: Ord + Copy + core::fmt::Display>(
    places: &mut Places<Id>,
    id: Id,
    group: ConnectorGroupId,
    node: &Node,
    kind: &str,
    relation: &str,
) -> Result<(), Problem> {
    match places.get(&id) {
        Some((other, told)) if *other != group => Err(node.problem(format!(
            "{kind} {id} is {relation} connector group {group} here and of {other} at {}: it moved while the files were fetched; fetch both again",
            told.place()
        ))),
        _ => {
            places.insert(id, (group, node.clone()));
            Ok(())
        }
    }
}
