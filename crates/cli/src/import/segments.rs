//! Segments of Private Access applications, as files tell them: those that the engine can hold, and the others as they came.

use connector_groups::model::{ApplicationSegment, SegmentProperties, SegmentProtocol};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{
    findings::{Findings, Level},
    node::{ADDITIONAL, Node, Problem},
};

/// Properties as Graph spells them, for files in which PowerShell has spelled them.
const SPELLED: [&str; 5] = ["port", "action", "inclusions", "exclusions", "servicePrincipalName"];

/// What a file tells of one segment.
pub(crate) enum Told {
    /// One that the engine can hold by itself, and the value that it was read from.
    Held(ApplicationSegment, Value),
    /// One that is kept as it came.
    Beside(Value),
}

/// The segments of a list. One that is not as Graph documents it is a finding, and the others are read.
pub(crate) fn read(application: &str, nodes: &[Node], findings: &mut Findings) -> Result<Vec<Told>, Problem> {
    let read = |node: &Node| {
        let value = node.value()?;
        Ok(match segment(node) {
            Ok(segment) => Told::Held(segment, value),
            Err(problem) => {
                let message = format!(
                    "a segment of application {application} cannot be held: {}; it is kept beside the tenant",
                    problem.message
                );
                findings.add(Level::Warning, "R-51", || problem.place.clone(), message);
                Told::Beside(value)
            }
        })
    };
    nodes.iter().map(read).collect()
}

fn segment(node: &Node) -> Result<ApplicationSegment, Problem> {
    let members = node.members()?;
    let destination_type = members.required("destinationType")?.text()?;
    // What is not there means what the service takes it for.
    let is_suffix = destination_type.eq_ignore_ascii_case("dnsSuffix");
    let unset = if is_suffix { SegmentProtocol::Zero } else { SegmentProtocol::Tcp };
    let ports = members.get("ports").map(Node::items).transpose()?.unwrap_or_default();
    let mut rest = Map::new();
    for (name, member) in members.iter() {
        let known = ["id", "destinationHost", "destinationType", "protocol", "ports", ADDITIONAL];
        if known.iter().any(|known| known.eq_ignore_ascii_case(name)) || name.contains("@odata") || member.is_null() {
            continue;
        }
        if member.is_cut_off() {
            return Err(member.expected("a value"));
        }
        let spelled = SPELLED.iter().find(|spelled| spelled.eq_ignore_ascii_case(name));
        rest.insert(spelled.map_or(name, |spelled| spelled).into(), member.value()?);
    }
    // What the model refuses ends in `Err`, and the segment is kept as it came: half of a segment would let other traffic in.
    let properties: SegmentProperties = typed(node, Value::Object(rest))?;
    Ok(ApplicationSegment {
        id: members.required("id")?.parsed()?,
        destination_host: members.required("destinationHost")?.text()?.into(),
        destination_type: destination_type.into(),
        protocol: members.get("protocol").map_or(Ok(unset), |protocol| typed(protocol, protocol.value()?))?,
        ports: ports.iter().map(|port| port.text().map(Into::into)).collect::<Result<_, _>>()?,
        properties,
    })
}

fn typed<T: DeserializeOwned>(node: &Node, value: Value) -> Result<T, Problem> {
    serde_json::from_value(value).map_err(|error| node.problem(error.to_string()))
}
