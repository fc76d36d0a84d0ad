//! Every operation that the wire has, found by asking the router itself about each path that the table of types allows.
//!
//! So the list cannot say anything that the router does not, and what is told about routes elsewhere can be held against it.

use alloc::{format, string::String, vec::Vec};

use http::Method;

use super::{
    route::{self, Target},
    schema::{IP_SEGMENT, SETS, Type},
};

/// An operation that the wire has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// Its method; what has GET has HEAD too.
    pub method: Method,
    /// Its path below the version, with `{id}` for ids and `{property}` for any property of the type.
    pub route: String,
    /// Whether `/v1.0` has it as well as `/beta`.
    pub in_v1: bool,
}

/// Every operation, in the order of the table of types.
///
/// ```
/// let operations = connector_groups::graph::operations();
/// let route = "/applications/{id}/connectorGroup/$ref";
/// assert!(operations.iter().any(|operation| operation.method == "PUT" && operation.route == route));
/// ```
#[must_use]
pub fn operations() -> Vec<Operation> {
    let mut routes = Vec::from(["/$batch".into(), "/$metadata".into()]);
    for (set, of, _) in SETS {
        list(&format!("/{set}"), of, &mut routes);
    }
    let operations = routes.into_iter().flat_map(|route| {
        let methods = |version: &str| target(version, &route).map_or(&[][..], |target| target.methods());
        let (beta, v1) = (methods("beta"), methods("v1.0"));
        let operation = |method: &Method| Operation {
            method: method.clone(),
            route: if is_property(&route) { in_general(&route) } else { route.clone() },
            in_v1: v1.contains(method),
        };
        beta.iter().map(operation).collect::<Vec<_>>()
    });
    let mut distinct: Vec<Operation> = Vec::new();
    for operation in operations {
        let known =
            distinct.iter_mut().find(|known| known.method == operation.method && known.route == operation.route);
        match known {
            // Some properties are only in beta; that v1.0 has any of them is enough.
            Some(known) => known.in_v1 |= operation.in_v1,
            None => distinct.push(operation),
        }
    }
    distinct
}

fn target(version: &str, route: &str) -> Option<Target> {
    route::target(&format!("/{version}{route}"), None).ok().map(|(_, target)| target)
}

fn is_property(route: &str) -> bool {
    matches!(target("beta", route), Some(Target::Property(..)))
}

/// The route of a property, without its name.
fn in_general(route: &str) -> String {
    let end = route.rfind('/').unwrap_or(route.len());
    format!("{}/{{property}}", route.get(..end).unwrap_or_default())
}

/// The paths of a list and of what is in it, as far as they lead anywhere.
fn list(path: &str, of: &'static Type, routes: &mut Vec<String>) {
    let is_there = |path: &str| target("beta", path).is_some();
    let ends = ["", "/$count", "/$ref", "/{id}/$ref"].map(|end| format!("{path}{end}"));
    routes.extend(ends.into_iter().filter(|path| is_there(path)));
    // The one profile that is served is not there under any id, but by its name.
    let things = ["{id}", "applicationProxy"].map(|key| format!("{path}/{key}"));
    let Some(thing) = things.into_iter().find(|path| is_there(path)) else { return };
    routes.push(thing.clone());
    let below = of.properties.iter().map(|property| property.name).chain(["instantiate"]);
    routes.extend(below.map(|name| format!("{thing}/{name}")).filter(|path| is_there(path)));
    let segments = format!("{thing}/{}", route::SEGMENTS);
    if is_there(&segments) {
        list(&segments, &IP_SEGMENT, routes);
    }
    for navigation in of.navigations {
        let path = format!("{thing}/{}", navigation.name);
        if navigation.is_list() && is_there(&path) {
            list(&path, navigation.target, routes);
        } else {
            routes.extend([path.clone(), format!("{path}/$ref")].into_iter().filter(|path| is_there(path)));
        }
    }
}
