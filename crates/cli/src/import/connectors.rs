//! The connectors, each in its group.

extern crate alloc;

use alloc::collections::BTreeMap;

use connector_groups::{ConnectorGroupId, ConnectorId, document::ConnectorDocument, model::ConnectorStatus};
use serde_json::{Map, Value};

use super::{
    findings::{Findings, Level},
    layout::Part,
    lists::{Lists, Places, Reading, put},
    node::{Node, Problem, Problems},
    things::Connector,
};

/// A connector as a document has it, and where the files tell of it.
pub(super) struct PlacedConnector {
    pub(super) document: ConnectorDocument,
    pub(super) rest: Map<String, Value>,
}

impl Reading<'_> {
    pub(super) fn connectors(&self, findings: &mut Findings) -> Result<Vec<PlacedConnector>, Problems> {
        let listed = self.folder.list(Part::Connectors)?;
        let has_list = listed.is_some();
        let mut all = Vec::new();
        let mut known: BTreeMap<ConnectorId, usize> = BTreeMap::new();
        let mut places: Places<ConnectorId> = Places::new();
        for node in listed.unwrap_or_default() {
            let connector = Connector::read(node, findings)?;
            if let Some(group) = connector.member_of {
                put(&mut places, connector.id, group, &connector.node, "connector", "a member of")?;
            }
            // Pages that were fetched while something moved may have a connector twice.
            add_connector(&mut all, &mut known, connector, findings)?;
        }
        self.check_unlisted(Part::MEMBERS)?;
        // `$expand=memberOf` on each connector tells the members of all groups.
        let is_told_by_connectors = has_list && places.len() == all.len();
        let (mut problems, mut untold) = (Vec::new(), false);
        let mut lists = Lists::new();
        for group in self.ours() {
            let part = Part::Members(group.id);
            match self.told(group, part, group.members.as_ref())? {
                Some(nodes) => {
                    let list = lists.entry(group.id).or_default();
                    for node in nodes {
                        let connector = member(node, &known, findings)?;
                        list.insert(connector.id);
                        if let Some(other) = connector.member_of {
                            put(&mut places, connector.id, other, &connector.node, "connector", "a member of")?;
                        }
                        // Two files that put one thing into two groups were fetched at two times; neither can be
                        // believed, so this ends the import.
                        put(&mut places, connector.id, group.id, &connector.node, "connector", "a member of")?;
                        if has_list && !known.contains_key(&connector.id) {
                            let message = format!(
                                "connector {} is a member of {:?} and not in connectors.json: the tenant changed meanwhile",
                                connector.id, group.name
                            );
                            findings.add(Level::Warning, "drift", || connector.node.place(), message.clone());
                            self.untold.borrow_mut().drift.push(message);
                        }
                        add_connector(&mut all, &mut known, connector, findings)?;
                    }
                }
                None if is_told_by_connectors => {}
                None if self.assume.covers(group) => {
                    untold = true;
                    self.assumed(part, group, "connectors", findings);
                }
                None if self.assume.is_lenient => _ = self.untold.borrow_mut().members.insert(group.id),
                None => problems.push(self.missing(part, group, "members")),
            }
        }
        problems.extend(self.missing_from(lists, &places, "connector"));
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        // A connector that is in no list is in the default group (R-13b) where all lists are there. Where some are missing,
        // one of them may have it, so that its group is unknown.
        let is_incomplete = !self.untold.borrow().members.is_empty();
        let default = self.default_group();
        let documents = all.into_iter().map(|connector| {
            let member_of = places.get(&connector.id).map_or_else(
                || {
                    if is_incomplete {
                        self.untold.borrow_mut().connectors.insert(connector.id);
                        return default;
                    }
                    let why = if untold { "no file tells its group" } else { "it is in no group's list" };
                    let message =
                        format!("connector {} is read as a member of the default group: {why} (R-13b)", connector.id);
                    findings.add(Level::Warning, "R-13b", || connector.node.place(), message);
                    default
                },
                |(group, _)| *group,
            );
            self.placed(connector, member_of)
        });
        Ok(documents.collect())
    }

    fn placed(&self, connector: Connector, member_of: ConnectorGroupId) -> PlacedConnector {
        let Connector { id, machine_name, external_ip, status, version, member_of: _, rest, node: _ } = connector;
        let document = ConnectorDocument {
            id,
            machine_name: machine_name.into(),
            external_ip: external_ip.into(),
            status,
            // Graph does not tell since when. From now on it has its ten days, so that no reading expires it.
            inactive_since: (status == ConnectorStatus::Inactive).then_some(self.now),
            version: version.into(),
            member_of,
        };
        PlacedConnector { document, rest }
    }
}

fn add_connector(
    all: &mut Vec<Connector>,
    known: &mut BTreeMap<ConnectorId, usize>,
    connector: Connector,
    findings: &mut Findings,
) -> Result<(), Problem> {
    if let Some(first) = known.get(&connector.id).and_then(|at| all.get_mut(*at)) {
        return first.merge(&connector, findings);
    }
    known.insert(connector.id, all.len());
    all.push(connector);
    Ok(())
}

/// A member of a group. Where `connectors.json` tells of it, its id is enough.
fn member(node: Node, known: &BTreeMap<ConnectorId, usize>, findings: &mut Findings) -> Result<Connector, Problem> {
    let members = node.members()?;
    let id = members.required("id")?.parsed()?;
    if members.get("status").is_none() && known.contains_key(&id) {
        return Ok(Connector {
            id,
            machine_name: String::new(),
            external_ip: String::new(),
            // A placeholder that `connectors.json` overrules; only the id and the group of this one are used.
            status: ConnectorStatus::Inactive,
            version: String::new(),
            member_of: None,
            rest: Map::new(),
            node,
        });
    }
    Connector::read(node, findings)
}
