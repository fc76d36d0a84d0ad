//! A plan in words, read from top to bottom as `terraform plan` is: `+` create, `~` change, `-` delete, `→` move.

use alloc::collections::BTreeMap;
use core::fmt::Write;

use connector_groups::{
    Availability, ConnectorGroupId, Event, Impact, Plan, Tenant,
    plan::{Aim, PlanOptions, Unreachable},
};

use crate::words::{self, by_source, count, quoted};

pub(crate) fn plan(tenant: &Tenant, plan: &Plan, impacts: &[Impact], options: PlanOptions) -> String {
    let mut text = format!(
        "Tenant {}: {}, {}, {}.\n",
        tenant.id(),
        count(tenant.connector_groups_count(), "connector group"),
        count(tenant.connectors_count(), "connector"),
        count(tenant.applications_count(), "application"),
    );
    if plan.steps.is_empty() {
        text.push_str("\nNothing to do: the tenant is as desired.");
        return text;
    }
    let mut sums = Sums::default();
    let mut now = tenant.clone();
    let mut names = Names::new();
    for ((number, step), impact) in (1..).zip(&plan.steps).zip(impacts) {
        let before = now.clone();
        // The plan was run before it was given away.
        let events = now.apply(step).unwrap_or_default();
        names.extend(now.connector_groups().map(|group| (group.id(), name(&now, group.id()))));
        let words = happened(&before, &now, &events, &mut sums);
        _ = write!(text, "\n{number:>3}. {}", words.join("\n     "));
        for line in told(&now, impact) {
            _ = write!(text, "\n       {line}");
        }
    }
    _ = write!(text, "\n\nPlan: {}.", sums.words());
    _ = write!(text, "\n{}.", verdict(plan, options));
    outages(&names, plan, &mut text);
    text
}

/// Why there is no plan.
pub(crate) fn unreachable(tenant: &Tenant, unreachable: &Unreachable) -> String {
    let mut text = format!("tenant {} cannot be brought there:", tenant.id());
    for reason in &unreachable.reasons {
        _ = write!(text, "\n  {}", named(tenant, &reason.to_string()));
    }
    if !unreachable.certain {
        text.push_str("\n  (the straight way ends there; there were too many others to look at)");
    }
    text
}

/// Names of groups, those that are there for a while included.
type Names = BTreeMap<ConnectorGroupId, String>;

#[derive(Default)]
struct Sums {
    created: usize,
    changed: usize,
    deleted: usize,
    connectors: usize,
    applications: usize,
}

impl Sums {
    fn words(&self) -> String {
        let groups = [(self.created, "create"), (self.changed, "change"), (self.deleted, "delete")];
        let groups = groups.map(|(number, verb)| format!("{number} to {verb}")).join(", ");
        let moves = [(self.connectors, "connector"), (self.applications, "application")];
        let moves = moves.map(|(number, noun)| format!("{} to move", count(number, noun))).join(", ");
        format!("{groups}, {moves}")
    }
}

/// A group by its name, and by its id too where the name is not its own.
fn name(tenant: &Tenant, id: ConnectorGroupId) -> String {
    let Some(group) = tenant.connector_group(id) else { return id.to_string() };
    let shared = tenant.connector_groups_by_name(group.name().as_str()).count() > 1;
    let name = quoted(group.name().as_str());
    if shared { format!("{name} ({id})") } else { name }
}

/// A text with ids of groups in it, with their names in their place. Only an id that the text itself says is replaced: what
/// stands in quotes is somebody's name for something, even if it looks like an id.
fn named(tenant: &Tenant, text: &str) -> String {
    let mut named = String::new();
    let (mut word, mut is_quoted, mut is_escaped) = (String::new(), false, false);
    let say = |named: &mut String, word: &mut String, is_quoted: bool| {
        let group = word.parse().ok().filter(|_| !is_quoted).filter(|id| tenant.connector_group(*id).is_some());
        named.push_str(&group.map_or_else(|| word.clone(), |id| name(tenant, id)));
        word.clear();
    };
    for letter in text.chars() {
        if letter.is_alphanumeric() || letter == '-' {
            word.push(letter);
            is_escaped = false;
            continue;
        }
        say(&mut named, &mut word, is_quoted);
        named.push(letter);
        is_quoted ^= letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
    }
    say(&mut named, &mut word, is_quoted);
    named
}

/// One line a group made, changed or deleted, and one a way that things go.
fn happened(before: &Tenant, now: &Tenant, events: &[Event], sums: &mut Sums) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut changes = BTreeMap::<ConnectorGroupId, Vec<String>>::new();
    for event in events {
        match event {
            Event::ConnectorGroupCreated(group) => {
                sums.created = sums.created.saturating_add(1);
                lines.push(format!("+ create {} in region {}", quoted(group.name.as_str()), group.region));
            }
            Event::ConnectorGroupDeleted(group) => {
                sums.deleted = sums.deleted.saturating_add(1);
                lines.push(format!("- delete {}", quoted(group.thing.name.as_str())));
            }
            Event::ConnectorGroupRenamed { id, from, to } => {
                let change = format!("name {} → {}", quoted(from.as_str()), quoted(to.as_str()));
                changes.entry(*id).or_default().push(change);
            }
            Event::ConnectorGroupRegionChanged { id, from, to } => {
                changes.entry(*id).or_default().push(format!("region {from} → {to}"));
            }
            Event::ConnectorsMoved { connector_group, connectors } => {
                sums.connectors = sums.connectors.saturating_add(connectors.len());
                let from = connectors.iter().map(|one| one.from);
                lines.extend(ways(before, now, from, *connector_group, "connector"));
            }
            Event::ApplicationsReassigned { connector_group, applications } => {
                sums.applications = sums.applications.saturating_add(applications.len());
                let from = applications.iter().map(|one| one.from);
                lines.extend(ways(before, now, from, *connector_group, "application"));
            }
            other => lines.push(format!("~ {}", words::event(words::Names::of(now), other))),
        }
    }
    sums.changed = sums.changed.saturating_add(changes.len());
    lines.extend(changes.iter().map(|(id, changes)| format!("~ change {}: {}", name(before, *id), changes.join(", "))));
    lines
}

fn ways(
    before: &Tenant,
    now: &Tenant,
    from: impl Iterator<Item = ConnectorGroupId>,
    to: ConnectorGroupId,
    noun: &str,
) -> Vec<String> {
    let way = |(from, number): (&ConnectorGroupId, &usize)| {
        format!("→ move {} from {} to {}", count(*number, noun), name(before, *from), name(now, to))
    };
    by_source(from).iter().map(way).collect()
}

/// What a step does to availability.
fn told(now: &Tenant, impact: &Impact) -> Vec<String> {
    let served = |availability| match availability {
        None => "unpublished",
        Some(Availability::Unavailable) => "unavailable",
        Some(Availability::AtRisk) => "at risk",
        Some(Availability::HighlyAvailable) => "highly available",
    };
    let mut flows = BTreeMap::<_, u32>::new();
    for flow in impact.flows().filter(|flow| flow.before() != flow.after()) {
        let number = flows.entry((flow.before(), flow.after())).or_default();
        *number = number.saturating_add(flow.applications_count());
    }
    let flow = |((before, after), number): (&(Option<Availability>, Option<Availability>), &u32)| {
        let mark = if after < before { "!" } else { " " };
        let number = count(usize::try_from(*number).unwrap_or(usize::MAX), "application");
        format!("{mark} {number}: {} → {}", served(*before), served(*after))
    };
    let hazards = impact.hazards();
    let hazards = hazards.iter().map(|hazard| format!("! {}", named(now, &hazard.to_string())));
    flows.iter().map(flow).chain(hazards).collect()
}

fn verdict(plan: &Plan, options: PlanOptions) -> String {
    let steps = count(plan.steps.len(), "step");
    let harmless = options.aim == Aim::FewestSteps || plan.outages.is_empty();
    match (plan.best, harmless) {
        (true, true) if plan.steps.len() > plan.at_least => {
            format!("{steps}; every other way was looked at, and none is shorter")
        }
        (true, true) => format!("{steps}; no way is shorter"),
        (true, false) => format!("{steps}; every other way was looked at, and none does less harm"),
        (false, _) => format!("{steps}; there must be {} at least", plan.at_least),
    }
}

/// Who is without a connector on the way, and why.
fn outages(names: &Names, plan: &Plan, text: &mut String) {
    for outage in &plan.outages {
        let number = count(outage.applications.len(), "application");
        let (step, group) =
            (outage.step.saturating_add(1), names.get(&outage.connector_group).map_or("", String::as_str));
        let until = match outage.until {
            Some(until) => format!("until step {}", until.saturating_add(1)),
            None => String::from("in the end: the desired state leaves their group without an active connector"),
        };
        _ = write!(text, "\n! {number} in {group} without an active connector from step {step} {until}");
    }
}
