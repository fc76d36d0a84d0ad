//! A plan for machines: the plan file, which says exactly what is to be done and from what state, and SARIF.

extern crate alloc;

use alloc::collections::{BTreeMap, BTreeSet};
use core::fmt::Write;

use connector_groups::{Command, ConnectorGroupId, Tenant, plan::Unreachable};
use hmac_sha256::Hash;
use serde_json::{Map, Value, json};

use super::{reasons, report::Report, step::Step, warning::Warning};
use crate::{
    import::Imported,
    work::{self, Places},
};

/// What a plan file calls itself. A reader refuses another number.
pub(crate) const FORMAT: &str = "connector-groups/plan/2";
/// The property with the digest of all others.
const DIGEST: &str = "digest";

/// The plan file.
pub(super) fn plan(report: &Report) -> Result<Value, String> {
    let mut plan = content(report);
    let digest = digest(&plan.to_string())?;
    if let Value::Object(members) = &mut plan {
        members.insert(DIGEST.into(), digest.into());
    }
    Ok(plan)
}

/// What ties a plan file together: a hash of all else that it says, in any spacing. Whoever cuts steps off or edits one has
/// no plan any more, as its steps, their effects and its end do not belong together.
pub(crate) fn digest(plan: &str) -> Result<String, String> {
    // From the text, as `apply` reads it: a number with many digits may be read as its neighbour.
    let mut plan: Map<String, Value> = serde_json::from_str(plan).map_err(|error| error.to_string())?;
    plan.remove(DIGEST);
    Ok(hex(&Hash::hash(Value::Object(plan).to_string().as_bytes())))
}

fn content(report: &Report) -> Value {
    let (start, end) = (report.tenant(), &report.end);
    // Only what the plan touches is in its preconditions: a change elsewhere in the tenant, which happens every day,
    // must not make a plan stale.
    let touched = touched(report);
    let moved = moved(report);
    let unknown: Vec<_> =
        moved.applications.keys().filter(|id| report.imported.unknown_publishing.contains(id)).collect();
    let new_groups = report.steps.iter().filter_map(|step| match &step.command {
        Command::CreateConnectorGroup(command) => Some(command.id),
        _ => None,
    });
    let new_groups: Vec<_> = new_groups.collect();
    json!({
        "format": FORMAT,
        "result": "plan",
        "tenant": {"id": start.id(), "defaultRegion": start.default_region(), "fingerprint": fingerprint(start)},
        "options": {"aim": report.options.aim, "parking": report.options.parking},
        // Ids that stand for those that the service will give.
        "newConnectorGroups": new_groups,
        "preconditions": {
            "connectorGroups": groups(start, &touched),
            "connectors": moved.connectors.iter().map(|(id, (from, _))| json!({"id": id, "memberOf": from})).collect::<Vec<_>>(),
            "applications": moved.applications.iter().map(|(id, (from, _))| json!({"id": id, "connectorGroup": from})).collect::<Vec<_>>(),
        },
        // What the plan needs, and does not do.
        "beforehand": report.beforehand,
        "steps": report.steps.iter().zip(&report.work.steps).map(|(step, work)| self::step(step, work)).chain(settings(report)).collect::<Vec<_>>(),
        // Who is where at the start, and what for: `apply` refuses another tenant, and plans again where it is asked to.
        "state": Places::of(start),
        "desired": report.desired,
        "expected": {
            "fingerprint": fingerprint(end),
            "connectorGroups": groups(end, &touched),
            "connectors": moved.connectors.iter().map(|(id, (_, to))| json!({"id": id, "memberOf": to})).collect::<Vec<_>>(),
            "applications": moved.applications.iter().map(|(id, (_, to))| json!({"id": id, "connectorGroup": to})).collect::<Vec<_>>(),
            "absent": touched.iter().filter(|id| end.connector_group(**id).is_none()).collect::<Vec<_>>(),
        },
        "atLeast": report.plan.at_least,
        "best": report.plan.best,
        "gaveUp": report.plan.gave_up,
        "wire": report.requests().json(),
        "outages": report.plan.outages,
        "unknown": {"publishing": unknown},
        "warnings": report.all_warnings().map(warning).collect::<Vec<_>>(),
    })
}

/// Why there is no plan.
pub(super) fn impossible(tenant: &Tenant, unreachable: &Unreachable) -> Value {
    let reasons = reasons::told(tenant, unreachable)
        .into_iter()
        .map(|told| json!({"message": told.text, "didYouMean": told.suggestions, "reason": told.reason}));
    json!({
        "format": FORMAT, "result": "impossible", "tenant": {"id": tenant.id()},
        "certain": unreachable.certain, "reasons": reasons.collect::<Vec<_>>(),
    })
}

fn step(step: &Step, work: &work::Step) -> Value {
    json!({
        "number": step.number,
        "command": step.command,
        "summary": step.summary(),
        // Where each thing must be before the step; after it, it is where the command says.
        "before": {
            "connectors": step.moves.connectors.iter().map(|(id, from, _)| json!({"id": id, "memberOf": from})).collect::<Vec<_>>(),
            "applications": step.moves.applications.iter().map(|(id, from, _)| json!({"id": id, "connectorGroup": from})).collect::<Vec<_>>(),
        },
        // Single requests, each with the state that it starts from, that it leads to, and that leads back.
        "effects": work.effects,
        "served": work.served,
        "servedBack": work.served_back,
        "oneWay": work.one_way,
        "warnings": step.warnings.iter().map(warning).collect::<Vec<_>>(),
    })
}

fn settings(report: &Report) -> impl Iterator<Item = Value> {
    report.settings().map(|(number, work)| {
        json!({
            "number": number, "summary": [work.title], "effects": work.effects, "served": [], "servedBack": [],
            "oneWay": null, "warnings": [],
        })
    })
}

fn warning(warning: &Warning) -> Value {
    json!({"level": warning.level.as_str(), "rule": warning.rule, "step": warning.step, "message": warning.text})
}

/// Each thing that moves, by where it starts and where it comes to rest.
#[derive(Default)]
struct Moved {
    connectors: BTreeMap<connector_groups::ConnectorId, (ConnectorGroupId, ConnectorGroupId)>,
    applications: BTreeMap<connector_groups::ApplicationId, (ConnectorGroupId, ConnectorGroupId)>,
}

fn moved(report: &Report) -> Moved {
    let mut moved = Moved::default();
    for step in &report.steps {
        for (id, from, to) in &step.moves.connectors {
            // The first step says where it starts, each later one where it has come to: what waits in between is no
            // part of a precondition.
            moved.connectors.entry(*id).or_insert((*from, *to)).1 = *to;
        }
        for (id, from, to) in &step.moves.applications {
            moved.applications.entry(*id).or_insert((*from, *to)).1 = *to;
        }
    }
    moved
}

/// Groups that a step names, or from which or to which something moves.
fn touched(report: &Report) -> BTreeSet<ConnectorGroupId> {
    let mut touched = BTreeSet::new();
    for step in &report.steps {
        match &step.command {
            Command::CreateConnectorGroup(command) => _ = touched.insert(command.id),
            Command::UpdateConnectorGroup(command) => _ = touched.insert(command.id),
            Command::DeleteConnectorGroup(command) => _ = touched.insert(command.id),
            _ => {}
        }
        touched.extend(step.moves.connectors.iter().flat_map(|(_, from, to)| [*from, *to]));
        touched.extend(step.moves.applications.iter().flat_map(|(_, from, to)| [*from, *to]));
    }
    touched
}

fn groups(tenant: &Tenant, ids: &BTreeSet<ConnectorGroupId>) -> Vec<Value> {
    let group = |id: &ConnectorGroupId| {
        let group = tenant.connector_group(*id)?;
        Some(json!({
            "id": id, "name": group.name().as_str(), "region": group.region(), "isDefault": group.is_default(),
            "connectors": group.connectors_count(), "activeConnectors": group.active_connectors_count(),
            "applications": group.applications_count(),
        }))
    };
    ids.iter().filter_map(group).collect()
}

/// A hash of all that a plan depends on: groups, where connectors and applications are, and which connectors are active.
/// Things are sorted by id, because two exports list them in two orders.
pub(super) fn fingerprint(tenant: &Tenant) -> String {
    let mut lines: Vec<String> = Vec::new();
    for group in tenant.connector_groups() {
        let kind = group.connector_group_type().as_str();
        lines.push(format!(
            "group {} {:?} {kind} {} {}",
            group.id(),
            group.name().as_str(),
            group.is_default(),
            group.region()
        ));
    }
    for connector in tenant.connectors() {
        lines.push(format!(
            "connector {} {} {}",
            connector.id(),
            connector.connector_group().id(),
            connector.is_active()
        ));
    }
    for application in tenant.applications() {
        let group = application.connector_group().map(|group| group.id().to_string()).unwrap_or_default();
        lines.push(format!("application {} {group}", application.id()));
    }
    // A hash of lines and not of the document: it must not change with a spelling, a default or the order of an export.
    lines.sort_unstable();
    let mut hash = Hash::new();
    for line in &lines {
        hash.update(line.as_bytes());
        hash.update(b"\n");
    }
    hex(&hash.finalize())
}

pub(super) fn hex(hash: &[u8; 32]) -> String {
    let mut text = String::from("sha256:");
    for byte in hash {
        _ = write!(text, "{byte:02x}");
    }
    text
}

/// Warnings and findings as SARIF 2.1.0, which code hosts show beside the lines of a change.
pub(super) fn sarif(imported: &Imported, warnings: &[Warning], desired: &str) -> Value {
    let result = |level: &str, rule: &str, message: &str, location: Value| json!({"ruleId": rule, "level": level, "message": {"text": message}, "locations": [{"physicalLocation": location}]});
    let artifact = |file: &str| json!({"uri": uri(file)});
    let mut results: Vec<Value> = Vec::new();
    for warning in warnings {
        let step = warning.step.map(|step| format!("step {step}: ")).unwrap_or_default();
        let location = json!({"artifactLocation": artifact(desired)});
        results.push(result(warning.level.sarif(), warning.rule, &format!("{step}{}", warning.text), location));
    }
    for finding in imported.findings.iter() {
        let mut location = json!({"artifactLocation": artifact(&finding.place.file)});
        if finding.place.line > 0
            && let Value::Object(location) = &mut location
        {
            location
                .insert("region".into(), json!({"startLine": finding.place.line, "startColumn": finding.place.column}));
        }
        results.push(result(finding.level.as_str(), finding.rule, &finding.message, location));
    }
    run(&results)
}

/// Why there is no plan, as SARIF.
pub(super) fn sarif_impossible(tenant: &Tenant, unreachable: &Unreachable, desired: &str) -> Value {
    let result = |told: reasons::Told| {
        json!({
            "ruleId": "impossible", "level": "error", "message": {"text": told.text},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(desired)}}}],
        })
    };
    run(&reasons::told(tenant, unreachable).into_iter().map(result).collect::<Vec<_>>())
}

fn run(results: &[Value]) -> Value {
    let mut rules: BTreeMap<String, Value> = BTreeMap::new();
    for result in results {
        let id = result.get("ruleId").and_then(Value::as_str).unwrap_or_default();
        // SARIF declares each rule once, whatever the number of its results.
        rules.insert(id.into(), json!({"id": id}));
    }
    let driver = json!({
        "name": "connector-groups", "version": env!("CARGO_PKG_VERSION"), "rules": rules.into_values().collect::<Vec<_>>(),
    });
    let mut sarif = Map::new();
    sarif.insert("$schema".into(), json!("https://json.schemastore.org/sarif-2.1.0.json"));
    sarif.insert("version".into(), json!("2.1.0"));
    sarif.insert(
        "runs".into(),
        json!([{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}]),
    );
    Value::Object(sarif)
}

/// A path as a relative or absolute URI reference.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            b'\\' => uri.push('/'),
            _ => _ = write!(uri, "%{byte:02X}"),
        }
    }
    uri
}
