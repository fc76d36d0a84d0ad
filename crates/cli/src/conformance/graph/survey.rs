//! What a service's tenant has before the first trace.

use super::{
    reference::{Connector, Seed},
    request::{self, Request},
    service::Service,
};

/// What a tenant begins with, as it is read from a service.
///
/// # Errors
/// There is no default group, or a connector that is named is not in it.
pub(super) fn survey(service: &mut impl Service, connectors: Option<&[String]>) -> Result<Seed, String> {
    let list = |service: &mut dyn Service, path: &str| -> Result<Vec<serde_json::Value>, String> {
        let answer = service.send(&Request::get(path.into()))?;
        let list = answer.body.get("value").and_then(serde_json::Value::as_array).filter(|_| answer.is_accepted());
        list.cloned().ok_or_else(|| format!("GET {path}: {}", answer.told()))
    };
    let text = |value: &serde_json::Value, name: &str| {
        value.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_string()
    };
    let groups = list(service, &request::groups())?;
    let default = groups.iter().find(|group| {
        group.get("isDefault").and_then(serde_json::Value::as_bool) == Some(true)
            && text(group, "connectorGroupType").eq_ignore_ascii_case("applicationProxy")
    });
    let default = default.ok_or("the tenant has no default connector group")?;
    let id = |value: &serde_json::Value| text(value, "id");
    let default_group = id(default).parse().map_err(|_| format!("the id of the default group is {:?}", id(default)))?;
    let members = list(service, &format!("{}/members", request::group(default_group)))?;
    // The command line's ids are in lower case already.
    let is_named = |found: &serde_json::Value| connectors.is_none_or(|named| named.contains(&id(found).to_lowercase()));
    let mut seed = Seed {
        default_group,
        default_name: text(default, "name"),
        default_region: text(default, "region"),
        connectors: Vec::new(),
    };
    for found in members.iter().filter(|found| is_named(found)) {
        seed.connectors.push(Connector {
            id: id(found).parse().map_err(|_| format!("the id of a connector is {:?}", id(found)))?,
            machine_name: text(found, "machineName"),
            external_ip: text(found, "externalIp"),
            version: text(found, "version"),
            is_active: text(found, "status").eq_ignore_ascii_case("active"),
        });
    }
    // A trace begins with its connectors in the default group, and puts them back there.
    let has = |name: &String| seed.connectors.iter().any(|connector| connector.id.to_string() == *name);
    match connectors.into_iter().flatten().find(|name| !has(name)) {
        Some(name) => Err(format!("connector {name} is not in the default group: move it there first")),
        None => Ok(seed),
    }
}
