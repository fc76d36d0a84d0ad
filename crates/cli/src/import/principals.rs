//! Which service principal an application has.

extern crate alloc;

use alloc::collections::{BTreeMap, BTreeSet};

use connector_groups::{
    AppId,
    model::{ApplicationProperties, ServicePrincipal},
};
use serde_json::{Map, Value};

use super::{
    findings::{Findings, Level},
    folder::Folder,
    layout::Part,
    node::{Node, Place, Problem},
    things::{Application, modelled, rest},
};

/// Service principals by the client id of their application.
pub(super) type Principals = BTreeMap<AppId, (ServicePrincipal, Map<String, Value>)>;

/// The service principals of these applications. Most in a tenant are of applications of others, and are passed over.
/// `None` where there is no list of them.
pub(super) fn of(folder: &Folder, all: &[Application], findings: &mut Findings) -> Result<Option<Principals>, Problem> {
    let part = Part::ServicePrincipals;
    let Some(nodes) = folder.list(part)? else { return Ok(None) };
    let ours: BTreeSet<AppId> = all.iter().filter_map(|application| application.app_id).collect();
    let (mut principals, mut others) = (Principals::new(), 0_usize);
    for node in nodes {
        let members = node.members()?;
        // A service principal of Microsoft's own may have no application at all.
        let app_id = members.get("appId").map(Node::parsed::<AppId>).transpose()?;
        // By `appId`: a service principal does not tell the object id of its application.
        let Some(app_id) = app_id.filter(|app_id| ours.contains(app_id)) else {
            others = others.saturating_add(1);
            continue;
        };
        let id = members.required("id")?.parsed()?;
        let mut rest = rest(&members, &["id", "appId"], findings)?;
        let properties: ApplicationProperties = modelled(&mut rest);
        // An application has one at most (C-15). The same one again is of pages that overlap.
        if let Some((first, _)) = principals.insert(app_id, (ServicePrincipal { id, properties }, rest))
            && first.id != id
        {
            let message =
                format!("{id} is the second service principal of application {app_id}; {} was the first", first.id);
            return Err(node.problem(message));
        }
    }
    if others > 0 {
        let message =
            format!("{others} service principals belong to no application that is known here; they are passed over");
        findings.add(Level::Note, "other-principals", || Place::whole(folder.shown(&part.file(1))), message);
    }
    Ok(Some(principals))
}
