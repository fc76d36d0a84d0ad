//! Groups, connectors and applications as Graph answers them.

use connector_groups::{
    AppId, ApplicationId, ConnectorGroupId, ConnectorId,
    model::{ConnectorGroupType, ConnectorStatus},
};
use serde_json::{Map, Value};

use super::{
    cut_off::{self, CUT_OFF},
    findings::{Findings, Level},
    node::{ADDITIONAL, Members, Node, Problem, with_additional},
};
use crate::words::quoted;

/// A group and what its object tells of its lists (`$expand`).
pub(crate) struct Group {
    pub(crate) id: ConnectorGroupId,
    pub(crate) name: String,
    pub(crate) connector_group_type: ConnectorGroupType,
    pub(crate) is_default: bool,
    pub(crate) region: Option<String>,
    pub(crate) members: Option<Vec<Node>>,
    pub(crate) applications: Option<Vec<Node>>,
    pub(crate) rest: Map<String, Value>,
    pub(crate) node: Node,
}

pub(crate) struct Connector {
    pub(crate) id: ConnectorId,
    pub(crate) machine_name: String,
    pub(crate) external_ip: String,
    pub(crate) status: ConnectorStatus,
    pub(crate) version: String,
    /// What its object tells of its group (`$expand=memberOf`).
    pub(crate) member_of: Option<ConnectorGroupId>,
    pub(crate) rest: Map<String, Value>,
    pub(crate) node: Node,
}

/// An application as one file tells of it; several may.
pub(crate) struct Application {
    pub(crate) id: ApplicationId,
    pub(crate) app_id: Option<AppId>,
    pub(crate) display_name: Option<String>,
    /// What its object tells of its group (`$expand=connectorGroup`).
    pub(crate) connector_group: Option<ConnectorGroupId>,
    pub(crate) publishing: Option<Node>,
    pub(crate) rest: Map<String, Value>,
    pub(crate) node: Node,
}

impl Group {
    pub(crate) fn read(node: Node, findings: &mut Findings) -> Result<Self, Problem> {
        let members = node.members()?;
        let type_node = members.required("connectorGroupType")?;
        let type_text = type_node.text()?;
        // In any case: as another type, the group would be passed over with all that is in it. An unknown type is kept.
        let type_text =
            if type_text.eq_ignore_ascii_case("applicationProxy") { "applicationProxy" } else { &*type_text };
        let connector_group_type =
            serde_json::from_value(Value::from(type_text)).map_err(|error| type_node.problem(error.to_string()))?;
        Ok(Self {
            id: members.required("id")?.parsed()?,
            name: members.required("name")?.text()?,
            connector_group_type,
            is_default: members.get("isDefault").map(Node::flag).transpose()?.unwrap_or_default(),
            region: members.get("region").map(Node::text).transpose()?.map(|region| region.trim().into()),
            members: expanded(&members, "members")?,
            applications: expanded(&members, "applications")?,
            rest: rest(
                &members,
                &["id", "name", "connectorGroupType", "isDefault", "region", "members", "applications"],
                findings,
            )?,
            node,
        })
    }

    pub(crate) fn is_ours(&self) -> bool {
        self.connector_group_type == ConnectorGroupType::ApplicationProxy
    }
}

impl Connector {
    pub(crate) fn read(node: Node, findings: &mut Findings) -> Result<Self, Problem> {
        let members = node.members()?;
        let id = members.required("id")?.parsed()?;
        let text = |name| members.get(name).map(Node::text).transpose().map(Option::unwrap_or_default);
        let mut rest = rest(&members, &["id", "machineName", "externalIp", "status", "version", "memberOf"], findings)?;
        let status_node = members.required("status")?;
        let status = match status_node.text()?.to_ascii_lowercase().as_str() {
            "active" => ConnectorStatus::Active,
            "inactive" => ConnectorStatus::Inactive,
            other => {
                // Never count on a connector of which it is not known that it serves.
                let message = format!("{other:?} is a status that is not known; the connector counts as inactive");
                findings.add(Level::Warning, "unknown-member", || status_node.place(), message);
                rest.insert("status".into(), status_node.value()?);
                ConnectorStatus::Inactive
            }
        };
        let member_of = match expanded(&members, "memberOf")? {
            Some(groups) => match groups.as_slice() {
                [] => None,
                [group] => Some(group.members()?.required("id")?.parsed()?),
                [_, second, ..] => {
                    return Err(second.problem("a connector is a member of one group (R-10), and here are two"));
                }
            },
            None => None,
        };
        Ok(Self {
            id,
            machine_name: text("machineName")?,
            external_ip: text("externalIp")?,
            status,
            version: text("version")?,
            member_of,
            rest,
            node,
        })
    }

    /// Compares what another file tells of the same connector. It must be the same, as which one counts would be a guess; but for
    /// the status, as connectors come and go between two requests: of two, the one counts on which nothing is built.
    pub(crate) fn merge(&mut self, other: &Self, findings: &mut Findings) -> Result<(), Problem> {
        let (before, now) = (self.node.members()?, other.node.members()?);
        for name in ["machineName", "externalIp", "status", "version"] {
            let (Some(before), Some(now)) = (before.get(name), now.get(name)) else { continue };
            let (one, two) = (before.text()?, now.text()?);
            // PowerShell's objects have an empty text for what was not selected.
            if one.is_empty() || two.is_empty() || one.eq_ignore_ascii_case(&two) {
                continue;
            }
            if name != "status" {
                return Err(now.differs(&format!("the {name} of connector {}", self.id), &two, &one, before));
            }
            let message = format!(
                "connector {} is {} here and {} at {}: it came or went while the files were fetched, and counts as inactive",
                self.id,
                quoted(&two),
                quoted(&one),
                before.place()
            );
            findings.add(Level::Warning, "status", || now.place(), message);
            self.status = ConnectorStatus::Inactive;
        }
        Ok(())
    }
}

impl Application {
    pub(crate) fn read(node: Node, findings: &mut Findings) -> Result<Self, Problem> {
        let members = node.members()?;
        let known = ["id", "appId", "displayName", "connectorGroup", "onPremisesPublishing"];
        let connector_group = match members.get("connectorGroup") {
            // PowerShell writes an object of nulls for what was not expanded.
            Some(group) if group.is_object() => group.members()?.get("id").map(Node::parsed).transpose()?,
            _ => None,
        };
        Ok(Self {
            id: members.required("id")?.parsed()?,
            app_id: members.get("appId").map(Node::parsed).transpose()?,
            display_name: members.get("displayName").map(Node::text).transpose()?,
            connector_group,
            publishing: members.get("onPremisesPublishing").cloned(),
            rest: rest(&members, &known, findings)?,
            node,
        })
    }

    /// Takes over what another file tells of the same application.
    pub(crate) fn merge(&mut self, other: Self) -> Result<(), Problem> {
        if let (Some(one), Some(two)) = (self.app_id, other.app_id)
            && one != two
        {
            return Err(other.node.problem(format!(
                "application {} has appId {two} here and {one} at {}",
                self.id,
                self.node.place()
            )));
        }
        if let (Some(one), Some(two)) = (&self.display_name, &other.display_name)
            && one != two
            && ![one, two].iter().any(|name| name.is_empty())
        {
            return Err(other.node.differs(
                &format!("the displayName of application {}", self.id),
                two,
                one,
                &self.node,
            ));
        }
        // The first file that tells something counts: a member of a group's list has less than the application itself.
        self.app_id = self.app_id.or(other.app_id);
        self.display_name = self.display_name.take().or(other.display_name);
        self.connector_group = self.connector_group.or(other.connector_group);
        self.publishing = self.publishing.take().or(other.publishing);
        for (name, value) in other.rest {
            if self.rest.get(&name).is_some_and(|present| contradicts(present, &value)) {
                return Err(other.node.problem(format!(
                    "{name:?} of application {} is another one here than at {}: it changed while the files were fetched; fetch \
                     both again",
                    self.id,
                    self.node.place()
                )));
            }
            self.rest.entry(name).or_insert(value);
        }
        Ok(())
    }
}

/// Whether two values of one property cannot both be right. What one of them does not tell is no contradiction: versions of Graph
/// and clients differ in how much they tell, and in the case of names.
pub(super) fn contradicts(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Null, _) | (_, Value::Null) => false,
        (Value::Object(one), Value::Object(other)) => {
            one.iter().filter(|(name, _)| !name.contains("@odata")).any(|(name, one)| {
                let other = other.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
                other.is_some_and(|(_, other)| contradicts(one, other))
            })
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() != other.len() || one.iter().zip(other).any(|(one, other)| contradicts(one, other))
        }
        // PowerShell writes a list of one as its item, and members of enumerations in another case.
        (Value::Array(list), one) | (one, Value::Array(list)) => list.as_slice() != [one.clone()],
        (Value::String(one), Value::String(other)) => !one.eq_ignore_ascii_case(other),
        (one, other) => one != other,
    }
}

/// What an object tells of one of its lists; `None` where it tells nothing. A list of which more pages are left is a problem.
fn expanded(members: &Members, name: &str) -> Result<Option<Vec<Node>>, Problem> {
    // Graph expands the first items only, and says that there are more. The rest would look like things that are not there.
    if let Some(next) = members.get(&format!("{name}@odata.nextLink")) {
        let address = next.text()?;
        return Err(
            next.problem(format!("`{name}` goes on: GET {address}, and put its `value` behind the list that is here"))
        );
    }
    let Some(list) = members.get(name) else { return Ok(None) };
    // PowerShell's empty text, and what it has cut off.
    if list.is_text() {
        return if list.text()?.is_empty() {
            Ok(None)
        } else {
            Err(list.problem(format!("`{name}` is not there; {CUT_OFF}")))
        };
    }
    let items = list.items_or_one()?;
    let counted =
        members.get(&format!("{name}@odata.count")).map(Node::value).transpose()?.and_then(|count| count.as_u64());
    match counted.filter(|counted| *counted > u64::try_from(items.len()).unwrap_or(u64::MAX)) {
        Some(counted) => {
            Err(list.problem(format!("`{name}` has {counted} items, and {} are here: fetch it by itself", items.len())))
        }
        None => Ok(Some(items)),
    }
}

/// The properties that are not read otherwise, but for annotations and what has no value, or none that was kept. Names have
/// Graph's spelling where they come from PowerShell's objects, which begin each with a capital letter.
pub(crate) fn rest(members: &Members, known: &[&str], findings: &mut Findings) -> Result<Map<String, Value>, Problem> {
    let (mut rest, is_of_powershell) = (Map::new(), members.is_of_powershell());
    for (name, node) in members.iter() {
        let is_known = known.iter().any(|known| known.eq_ignore_ascii_case(name));
        if is_known || name.contains("@odata") || node.is_null() || name == ADDITIONAL {
            continue;
        }
        let value = node.value()?;
        if let Some(path) = cut_off::within(name, &value) {
            let what = if path.is_empty() { String::from("it") } else { format!("all of `{name}`") };
            let message = format!("`{name}{path}` is not there, so that {what} is unknown; {CUT_OFF}");
            findings.add(Level::Warning, "cut-off", || node.place(), message);
            continue;
        }
        let value = if is_of_powershell { plain(value) } else { value };
        if !value.is_null() {
            rest.insert(if is_of_powershell { lowered(name) } else { name.into() }, value);
        }
    }
    Ok(rest)
}

fn lowered(name: &str) -> String {
    let mut rest = name.chars();
    rest.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(rest).collect()
}

/// A value of one of PowerShell's objects as Graph would have it: they have each property, and null in each that was not there.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let said = with_additional(members).map(|(name, value)| (lowered(&name), plain(value)));
            let said: Map<_, _> = said.filter(|(name, value)| !value.is_null() && !name.contains("@odata")).collect();
            if said.is_empty() { Value::Null } else { Value::Object(said) }
        }
        Value::Array(items) => Value::Array(items.into_iter().map(plain).collect()),
        other => other,
    }
}

/// Takes those properties that the engine holds as they come; what it refuses, such as a name that it has a field for, stays.
pub(super) fn modelled<T: serde::de::DeserializeOwned + Default>(rest: &mut Map<String, Value>) -> T {
    let mut taken = Map::new();
    let names: Vec<String> = rest.keys().filter(|name| *name != "onPremisesPublishing").cloned().collect();
    for name in names {
        let Some(value) = rest.get(&name).filter(|value| !value.is_null()) else { continue };
        // One by one: a single name that the engine refuses must not take the others with it.
        let alone = Map::from_iter([(name.clone(), value.clone())]);
        if serde_json::from_value::<T>(Value::Object(alone)).is_ok() {
            taken.extend(rest.remove_entry(&name));
        }
    }
    serde_json::from_value(Value::Object(taken)).unwrap_or_default()
}
