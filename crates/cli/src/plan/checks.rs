//! What a plan has to be warned of: hazards of its steps, what is not known, what is wrong with its end, and what looks like a
//! slip of the pen.

extern crate alloc;

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use connector_groups::{
    ApplicationId, ConnectorGroupId, Desired, Hazard, Impact, Region, Tenant,
    model::OpenObject,
    plan::{DesiredGroup, Selected, Things},
    view::{ApplicationView, ConnectorView},
};
use serde_json::Value;

use super::{
    names::{self, count},
    step::Moves,
    warning::{Level, Warning},
};
use crate::{
    import::Imported,
    words::{no_group, quoted},
};

/// The regions of Graph's schema, and `japan`, which the live service has as well.
const REGIONS: [&str; 6] = ["nam", "eur", "aus", "asia", "ind", "japan"];
/// Names of regions as people write them, for a suggestion.
const REGION_WORDS: [(&str, &str); 12] = [
    ("europe", "eur"),
    ("eu", "eur"),
    ("emea", "eur"),
    ("america", "nam"),
    ("northamerica", "nam"),
    ("us", "nam"),
    ("usa", "nam"),
    ("australia", "aus"),
    ("au", "aus"),
    ("apac", "asia"),
    ("india", "ind"),
    ("jp", "japan"),
];

/// What a step brings.
pub(super) fn of_step(
    imported: &Imported,
    before: &Tenant,
    now: &Tenant,
    number: usize,
    impact: &Impact,
    moves: &Moves,
) -> Vec<Warning> {
    let mut warnings: Vec<_> = impact.hazards().iter().map(|one| hazard(now, one, number)).collect();
    warnings.extend(unknown_wildcards(imported, before, now, number, moves));
    warnings
}

/// A hazard with names, and how much it matters.
fn hazard(now: &Tenant, hazard: &Hazard, step: usize) -> Warning {
    let level = match hazard {
        Hazard::NoActiveConnector { .. } => Level::Critical,
        Hazard::DefaultInUse { .. } => Level::Note,
        // A hazard of a later engine is at least worth a look.
        _ => Level::Warning,
    };
    let text = hazard.text(|id| names::group(now, id), |id| names::application(now, id), ToString::to_string);
    Warning { level, rule: hazard.rule(), step: Some(step), text }
}

/// Whether an application has a wildcard URL decides whether its DNS record breaks. Where that was not fetched, nobody
/// may say that it does not.
fn unknown_wildcards(
    imported: &Imported,
    before: &Tenant,
    now: &Tenant,
    number: usize,
    moves: &Moves,
) -> Option<Warning> {
    let region = |tenant: &Tenant, id: ConnectorGroupId| tenant.connector_group(id).map(|group| group.region().clone());
    let mut regions = BTreeMap::<Region, usize>::new();
    for (id, from, to) in &moves.applications {
        let (from, to) = (region(before, *from), region(now, *to));
        // Only a change of region can break a record: a move within a region keeps the endpoint that it points to.
        if let Some(to) = to.filter(|to| imported.unknown_publishing.contains(id) && from.as_ref() != Some(to)) {
            let number = regions.entry(to).or_default();
            *number = number.saturating_add(1);
        }
    }
    let told = regions.iter().map(|(region, number)| format!("{} to region {region}", count(*number, "application")));
    let told: Vec<_> = told.collect();
    let text = format!(
        "UNKNOWN whether one has a wildcard URL, whose DNS record would have to follow: {}; their publishing was not fetched",
        told.join(", ")
    );
    (!told.is_empty()).then_some(Warning { level: Level::Warning, rule: "R-35", step: Some(number), text })
}

/// What is to be said of the tenant when the plan is done, whether the plan brought it or not.
pub(super) fn of_end(imported: &Imported, end: &Tenant) -> Vec<Warning> {
    let mut warnings = spares(&imported.tenant, end);
    warnings.extend(segments(imported, end));
    let unknown = imported.unknown_segments.len();
    if unknown > 0 {
        let text = format!(
            "UNKNOWN: the segments of {} of Private Access were not fetched, so that broad segments are not looked for",
            count(unknown, "application")
        );
        warnings.push(Warning { level: Level::Note, rule: "R-79", step: None, text });
    }
    // A stable sort: within a level the order stays that of the tenant, so that two runs print the same.
    warnings.sort_by_key(|warning| warning.level);
    warnings
}

/// Two active connectors of a group that is in use are no spare while one is patched, and one is critical.
fn spares(start: &Tenant, end: &Tenant) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for group in end.connector_groups().filter(|group| group.applications_count() > 0) {
        let active = group.active_connectors_count();
        let (level, rule, words) = match active {
            0 => (Level::Critical, "R-28", "no active connector: users get a gateway time-out"),
            1 => (Level::Critical, "R-78", "one active connector: its failure cuts users off"),
            2 => (Level::Warning, "R-78", "two active connectors: no spare while one is patched"),
            _ => continue,
        };
        let before = start.connector_group(group.id());
        // A state that the plan found is told too, as nobody may have looked before, but not as if the plan had made
        // it.
        let as_before =
            before.is_some_and(|before| before.active_connectors_count() == active && before.applications_count() > 0);
        let since = if as_before { ", as before the plan" } else { "" };
        let number = count(usize::try_from(group.applications_count()).unwrap_or(usize::MAX), "application");
        let text = format!("{}, {number}: {words}{since}", names::group(end, group.id()));
        warnings.push(Warning { level, rule, step: None, text });
    }
    warnings
}

/// Segments that Microsoft's operations guide warns of.
fn segments(imported: &Imported, end: &Tenant) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for application in end.applications() {
        let segments = segments_of(imported, application);
        if segments.is_empty() {
            continue;
        }
        let name = names::application(end, application.id());
        let warn = |text: String| Warning { level: Level::Warning, rule: "R-79", step: None, text };
        for (host, kind) in &segments {
            let broad = ["0.0.0.0/0", "::/0"].contains(&host.trim());
            if broad || kind.eq_ignore_ascii_case("dnsSuffix") {
                let why = if broad { "it takes all traffic" } else { "a whole DNS suffix goes through it" };
                warnings.push(warn(format!("{name} has the segment {}: {why}", quoted(host))));
            }
        }
        let is_served = application.connector_group().is_some_and(|group| group.active_connectors_count() > 0);
        if !is_served {
            let number = count(segments.len(), "segment");
            warnings.push(warn(format!("{name} has {number}, and no active connector serves it")));
        }
    }
    warnings
}

/// Host and type of each segment: those of the tenant, those that it cannot hold, and those within publishing.
fn segments_of(imported: &Imported, application: ApplicationView<'_>) -> Vec<(String, String)> {
    let held = application.application_segments();
    let mut all: Vec<_> =
        held.map(|one| (String::from(&*one.destination_host), String::from(&*one.destination_type))).collect();
    let told = |segment: &Value| {
        let text = |property: &str| segment.get(property).and_then(Value::as_str).unwrap_or_default().to_string();
        (text("destinationHost"), text("destinationType"))
    };
    all.extend(imported.segments.get(&application.id()).into_iter().flatten().map(told));
    // An export may have segments within publishing only. Where both are there they are the same ones, and would be
    // told twice.
    if all.is_empty()
        && let Some(within) = application.on_premises_publishing().and_then(|one| one.segments_configuration)
        && let Ok(within) = serde_json::to_value(OpenObject::clone(&within))
    {
        let list = within.get("applicationSegments").and_then(Value::as_array);
        all.extend(list.into_iter().flatten().map(told));
    }
    all
}

/// Regions that nobody knows: the service would refuse them, so that a plan with one is none.
pub(super) fn unknown_regions(tenant: &Tenant, desired: &Desired, accepted: &[String]) -> Vec<String> {
    let mut problems = Vec::new();
    for given in desired.connector_groups.iter().flat_map(regions) {
        let region = given.to_lowercase();
        let is_used = tenant.connector_groups().any(|group| group.region().as_str() == region);
        let is_accepted = accepted.iter().any(|accepted| accepted.eq_ignore_ascii_case(&region));
        // A region that the tenant uses is one, whatever the list of this program says: regions come more often than
        // releases.
        if REGIONS.contains(&region.as_str()) || is_used || is_accepted {
            continue;
        }
        // People write `EU-West` or `us 2`: what is left of it without digits and signs is looked up.
        let plain: String = region.chars().filter(|letter| letter.is_alphabetic()).collect();
        let word = REGION_WORDS.iter().find(|(word, _)| *word == plain).map(|(_, region)| String::from(*region));
        let meant = word.or_else(|| names::suggestions(&region, REGIONS.into_iter()).into_iter().next());
        let meant = meant.map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default();
        problems.push(format!(
            "{} is no region: there are {}.{meant} If the service has a new one, say --accept-region {}",
            quoted(given),
            REGIONS.join(", "),
            quoted(given)
        ));
    }
    problems
}

/// The regions that a desired group names: its own, and those of its selections.
fn regions(group: &DesiredGroup) -> impl Iterator<Item = &str> {
    let selected = [&group.connectors, &group.applications].into_iter().filter_map(|things| match things {
        Things::Selected(Selected::InRegion(region)) => Some(&**region),
        _ => None,
    });
    group.region.as_deref().into_iter().chain(selected)
}

/// Groups that are to get another name and are not there, under the one nor under the other, which a plan that was carried out
/// before has given them.
pub(super) fn unknown_renames(tenant: &Tenant, desired: &Desired) -> Vec<String> {
    let is_named = |name: &str| {
        let is_id = name.parse().is_ok_and(|id| tenant.connector_group(id).is_some());
        is_id || tenant.connector_groups_by_name(name).next().is_some()
    };
    let told = |(at, group): (usize, &DesiredGroup)| {
        let rename = group.rename.as_deref()?;
        let given = match (group.id, group.name.as_deref()) {
            (Some(id), _) if tenant.connector_group(id).is_none() => id.to_string(),
            (None, Some(name)) if !is_named(name) && !is_named(rename) => name.into(),
            _ => return None,
        };
        let names = tenant.connector_groups().map(|group| group.name().as_str());
        Some(format!(
            "connectorGroups[{at}]: {} `rename` is for a group that is there; for a new one, say its name alone",
            no_group(&given, names)
        ))
    };
    desired.connector_groups.iter().enumerate().filter_map(told).collect()
}

/// Names that are to come and to be gone. Where a group has the name already, the plan finds that by itself.
pub(super) fn contradictions(tenant: &Tenant, desired: &Desired) -> Vec<String> {
    let told = |(at, group): (usize, &DesiredGroup)| {
        let name = group.rename.as_deref().or(group.name.as_deref())?.trim();
        let is_new = tenant.connector_groups_by_name(name).next().is_none();
        let is_absent = desired.absent.iter().any(|absent| absent.trim().eq_ignore_ascii_case(name));
        let text = || {
            format!("connectorGroups[{at}]: {} is to be there, and `absent` has it too: take one away", quoted(name))
        };
        (is_new && is_absent).then(text)
    };
    desired.connector_groups.iter().enumerate().filter_map(told).collect()
}

/// Groups that would be made although one of nearly the same name is there, and what means nothing that is there.
pub(super) fn likely_slips(tenant: &Tenant, desired: &Desired) -> Vec<Warning> {
    let mut warnings = new_groups(tenant, desired);
    if desired.connector_groups.is_empty() && desired.absent.is_empty() {
        let text = String::from("the desired state names no connector group: it asks for nothing");
        warnings.push(Warning { level: Level::Warning, rule: "asks-nothing", step: None, text });
    }
    warnings.extend(desired.absent.iter().filter_map(|reference| absent(tenant, reference)));
    let connectors = listed(desired.connector_groups.iter().map(|group| &group.connectors));
    let applications = listed(desired.connector_groups.iter().map(|group| &group.applications));
    for group in &desired.connector_groups {
        if let Things::Selected(selected) = &group.connectors {
            let means = tenant.selected_connectors(desired, selected);
            let names = |one: &ConnectorView| [one.id().to_string(), one.machine_name().to_ascii_lowercase()];
            if means.iter().all(|one| names(one).iter().any(|name| connectors.contains(name))) {
                warnings.extend(selects_nothing(tenant, selected, means.len(), "connector"));
            }
        }
        if let Things::Selected(selected) = &group.applications {
            let means = tenant.selected_applications(desired, selected);
            let names = |one: &ApplicationView| {
                [one.id().to_string(), one.app_id().to_string(), one.display_name().to_ascii_lowercase()]
            };
            if means.iter().all(|one| names(one).iter().any(|name| applications.contains(name))) {
                warnings.extend(selects_nothing(tenant, selected, means.len(), "published application"));
            }
        }
    }
    warnings
}

/// What lists name: ids as they are written out, and names in lower case.
fn listed<'a>(lists: impl Iterator<Item = &'a Things>) -> BTreeSet<String> {
    let references = lists.filter_map(|things| match things {
        Things::These(references) => Some(references),
        Things::Selected(_) => None,
    });
    let written = |reference: &Arc<str>| {
        let id = reference.parse::<ApplicationId>().map(|id| id.to_string());
        id.unwrap_or_else(|_| reference.to_ascii_lowercase())
    };
    references.flatten().map(written).collect()
}

/// A group that is to be absent and is not there. No error: after the plan, that is so for each of them.
fn absent(tenant: &Tenant, reference: &str) -> Option<Warning> {
    let is_id = reference.parse().is_ok_and(|id| tenant.connector_group(id).is_some());
    if is_id || tenant.connector_groups_by_name(reference).next().is_some() {
        return None;
    }
    let (level, rule, more) = match alike(tenant, reference) {
        Some(alike) => {
            (Level::Warning, "did-you-mean", format!("although {} is there: did you mean that one?", quoted(alike)))
        }
        None => (Level::Note, "not-there", "as it is desired".into()),
    };
    Some(Warning {
        level,
        rule,
        step: None,
        text: format!("there is no connector group {}, {more}", quoted(reference)),
    })
}

/// Of a selection that selects nothing: why. What it means may be in lists of names, which go before it. A group or a region is empty
/// after a plan that moved all of it, so that only a name is likely to be a slip.
fn selects_nothing(tenant: &Tenant, selected: &Selected, means: usize, kind: &str) -> Option<Warning> {
    let word = match selected {
        Selected::Named(_) => "named",
        Selected::InRegion(_) => "inRegion",
        Selected::In(_) => "in",
        _ => "all",
    };
    let (level, why) = match selected {
        _ if means > 0 => (Level::Note, format!("all that it means is in lists of names: {}", count(means, kind))),
        Selected::Named(prefix) => {
            let is_pattern = prefix.ends_with('*');
            let more = if is_pattern { "; it is the beginning of a name, and `*` a character of it" } else { "" };
            (Level::Warning, format!("no name of any {kind} begins with {}{more}", quoted(prefix)))
        }
        Selected::InRegion(region) => (Level::Note, format!("no {kind} is in a group of region {}", quoted(region))),
        Selected::In(group) => {
            // One that is not there is told already, as what ends the plan or as what is absent.
            let group = names::meant_group(tenant, group).ok()?;
            (Level::Note, format!("connector group {} has no {kind}", names::group(tenant, group)))
        }
        Selected::All(true) => (Level::Note, format!("there is no {kind}")),
        _ => return None,
    };
    Some(Warning { level, rule: "selects-nothing", step: None, text: format!("`{word}` selects nothing: {why}") })
}

/// A group of administrators whose name looks as if it was meant.
fn alike<'a>(tenant: &'a Tenant, name: &str) -> Option<&'a str> {
    let ours = tenant.connector_groups().filter(|group| group.is_application_proxy());
    let alike = ours.map(|group| group.name().as_str()).filter(|present| names::is_slip(name, present));
    // The nearest: two siblings are told apart by a number or a letter, which is no slip.
    alike.min_by_key(|present| strsim::damerau_levenshtein(&name.to_lowercase(), &present.to_lowercase()))
}

fn new_groups(tenant: &Tenant, desired: &Desired) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for group in desired.connector_groups.iter().filter(|group| group.id.is_none()) {
        let Some(name) = group.name.as_deref() else { continue };
        // Found, so nothing is made and nothing can be a slip.
        if tenant.connector_groups_by_name(name).next().is_some() {
            continue;
        }
        if let Some(alike) = alike(tenant, name) {
            let text = format!(
                "a new group {} is made, although {} is there: did you mean that one?",
                quoted(name),
                quoted(alike)
            );
            warnings.push(Warning { level: Level::Warning, rule: "did-you-mean", step: None, text });
        }
    }
    warnings
}
