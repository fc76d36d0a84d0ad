//! What a plan does, step by step, as data that each format shows in its own way.

extern crate alloc;

use alloc::collections::BTreeMap;

use connector_groups::{
    ApplicationId, Availability, Command, ConnectorGroupId, ConnectorId, Desired, Event, Hazard, Impact, Plan,
    Selection, Tenant,
    command::{MoveConnectors, ReassignApplications},
    plan::{Aim, PlanOptions},
};

use super::{
    checks::{self, Level, Warning},
    names::{self, count},
    requests::Requests,
};
use crate::{import::Imported, words::headline, work::Work};

/// A plan in words and in data.
pub(super) struct Report<'a> {
    pub(super) imported: &'a Imported,
    pub(super) plan: &'a Plan,
    pub(super) options: PlanOptions,
    /// What the plan was made for.
    pub(super) desired: &'a Desired,
    /// The steps as single effects.
    pub(super) work: Work,
    pub(super) steps: Vec<Step>,
    pub(super) sums: Sums,
    /// The tenant when all is done.
    pub(super) end: Tenant,
    /// What is to be known about the plan as a whole.
    pub(super) warnings: Vec<Warning>,
}

/// One command, and what it does.
pub(super) struct Step {
    /// Counted from 1.
    pub(super) number: usize,
    /// The command with each thing that it moves by its id, so that nothing else moves with them when it is run later.
    pub(super) command: Command,
    pub(super) impact: Impact,
    pub(super) changes: Vec<Change>,
    pub(super) effects: Vec<Effect>,
    pub(super) warnings: Vec<Warning>,
    pub(super) moves: Moves,
}

/// What moves in one step, and from where.
#[derive(Default)]
pub(super) struct Moves {
    pub(super) connectors: Vec<(ConnectorId, ConnectorGroupId, ConnectorGroupId)>,
    pub(super) applications: Vec<(ApplicationId, ConnectorGroupId, ConnectorGroupId)>,
}

/// One line: a group made, changed or deleted, or things that go from one group to another.
pub(super) struct Change {
    pub(super) mark: char,
    pub(super) text: String,
    /// The names of the things that move.
    pub(super) things: Vec<String>,
}

/// How the availability of applications changes.
pub(super) struct Effect {
    pub(super) is_worse: bool,
    pub(super) text: String,
}

#[derive(Default)]
pub(super) struct Sums {
    created: usize,
    changed: usize,
    deleted: usize,
    connectors: usize,
    applications: usize,
}

impl Sums {
    pub(super) fn words(&self) -> String {
        let groups = [(self.created, "create"), (self.changed, "change"), (self.deleted, "delete")];
        let groups = groups.map(|(number, verb)| format!("{number} to {verb}")).join(", ");
        let moves = [(self.connectors, "connector"), (self.applications, "application")];
        let moves = moves.map(|(number, noun)| format!("{} to move", count(number, noun))).join(", ");
        format!("{groups}, {moves}")
    }
}

impl<'a> Report<'a> {
    /// Runs the plan on a copy of the tenant and writes down what happens.
    pub(super) fn new(
        imported: &'a Imported,
        desired: &'a Desired,
        plan: &'a Plan,
        options: PlanOptions,
    ) -> Result<Self, String> {
        let mut now = imported.tenant.clone();
        let mut sums = Sums::default();
        let mut steps = Vec::new();
        for (number, command) in (1..).zip(&plan.steps) {
            let before = now.clone();
            // The impact is that of the step on what those before it have left, which is what happens when the steps
            // are run.
            let impact = now.impact(command).map_err(|refusal| refusal.to_string())?;
            let events = now.apply(command).map_err(|refusal| refusal.to_string())?;
            let moves = Moves::of(&events);
            let warnings = checks::of_step(imported, &before, &now, number, &impact, &moves);
            steps.push(Step {
                number,
                command: exact(command, &moves),
                changes: changes(&before, &now, &events, &moves, &mut sums),
                effects: effects(&impact),
                impact,
                warnings,
                moves,
            });
        }
        let warnings = checks::of_end(imported, &now);
        let mut work = Work::of(&imported.tenant, &plan.steps)?;
        for (single, step) in work.steps.iter_mut().zip(&steps) {
            single.title = step.summary().join("; ");
        }
        Ok(Self { imported, plan, options, desired, work, steps, sums, end: now, warnings })
    }

    pub(super) fn tenant(&self) -> &Tenant {
        &self.imported.tenant
    }

    pub(super) fn headline(&self) -> String {
        headline(self.tenant())
    }

    /// How good the plan is.
    pub(super) fn verdict(&self) -> String {
        let plan = self.plan;
        let steps = count(plan.steps.len(), "step");
        let harmless = self.options.aim == Aim::FewestSteps || plan.outages.is_empty();
        match (plan.best, harmless) {
            // The lower bound was not met, so only the exhaustive search can say that nothing is shorter.
            (true, true) if plan.steps.len() > plan.at_least => {
                format!("{steps}; every other way was looked at, and none is shorter")
            }
            (true, true) => format!("{steps}; no way is shorter"),
            (true, false) => format!("{steps}; every other way was looked at, and none does less harm"),
            (false, _) => {
                let why =
                    plan.gave_up.map(|why| names::in_text(self.tenant(), &format!("; {why}"))).unwrap_or_default();
                format!("{steps}; there must be {} at least{why}", plan.at_least)
            }
        }
    }

    /// What the plan costs on the wire.
    pub(super) fn requests(&self) -> Requests {
        Requests::of(&self.steps)
    }

    /// Who is without an active connector on the way, and until when.
    pub(super) fn outages(&self) -> Vec<String> {
        let told = |outage: &connector_groups::plan::Outage| {
            let number = count(outage.applications.len(), "application");
            let group = self.group_name(outage.connector_group);
            let step = outage.step.saturating_add(1);
            let until = match outage.until {
                Some(until) => format!("until step {}", until.saturating_add(1)),
                None => String::from("in the end: the desired state leaves their group without an active connector"),
            };
            format!("{number} in {group} without an active connector from step {step} {until}")
        };
        self.plan.outages.iter().map(told).collect()
    }

    /// A group by the name that it has in the end, or at the start, or on the way.
    fn group_name(&self, id: ConnectorGroupId) -> String {
        // The name in the end first: whoever reads the plan afterwards knows the group by that.
        for tenant in [&self.end, self.tenant()] {
            if tenant.connector_group(id).is_some() {
                return names::group(tenant, id);
            }
        }
        let created = self.steps.iter().find_map(|step| match &step.command {
            Command::CreateConnectorGroup(command) if command.id == id => Some(crate::words::quoted(&command.name)),
            _ => None,
        });
        created.unwrap_or_else(|| id.to_string())
    }

    /// All warnings: those of the steps, then those of the whole.
    pub(super) fn all_warnings(&self) -> impl Iterator<Item = &Warning> {
        self.steps.iter().flat_map(|step| &step.warnings).chain(&self.warnings)
    }
}

impl Step {
    /// Its lines without the names of the things that move.
    pub(super) fn summary(&self) -> Vec<String> {
        self.changes.iter().map(|change| format!("{} {}", change.mark, change.text)).collect()
    }
}

impl Moves {
    fn of(events: &[Event]) -> Self {
        let mut moves = Self::default();
        for event in events {
            match event {
                Event::ConnectorsMoved { connector_group, connectors } => {
                    moves.connectors.extend(connectors.iter().map(|one| (one.id, one.from, *connector_group)));
                }
                Event::ApplicationsReassigned { connector_group, applications } => {
                    moves.applications.extend(applications.iter().map(|one| (one.id, one.from, *connector_group)));
                }
                _ => {}
            }
        }
        moves
    }
}

/// The command with ids where a selection was meant.
fn exact(command: &Command, moves: &Moves) -> Command {
    match command {
        Command::MoveConnectors(command) => {
            // A selection would mean whatever is in the group when the plan is run, which may be tomorrow.
            let ids = moves.connectors.iter().map(|(id, ..)| *id).collect();
            MoveConnectors { connectors: Selection::Ids(ids), connector_group: command.connector_group }.into()
        }
        Command::ReassignApplications(command) => {
            let ids = moves.applications.iter().map(|(id, ..)| *id).collect();
            ReassignApplications { applications: Selection::Ids(ids), connector_group: command.connector_group }.into()
        }
        other => other.clone(),
    }
}

fn changes(before: &Tenant, now: &Tenant, events: &[Event], moves: &Moves, sums: &mut Sums) -> Vec<Change> {
    let line = |mark, text| Change { mark, text, things: Vec::new() };
    let mut lines = Vec::new();
    let mut changed = BTreeMap::<ConnectorGroupId, Vec<String>>::new();
    for event in events {
        match event {
            Event::ConnectorGroupCreated(group) => {
                sums.created = sums.created.saturating_add(1);
                let name = crate::words::quoted(group.name.as_str());
                lines.push(line('+', format!("create {name} in region {}", group.region)));
            }
            Event::ConnectorGroupDeleted(group) => {
                sums.deleted = sums.deleted.saturating_add(1);
                lines.push(line('-', format!("delete {}", names::group(before, group.thing.id))));
            }
            Event::ConnectorGroupRenamed { id, from, to } => {
                let [from, to] = [from, to].map(|name| crate::words::quoted(name.as_str()));
                changed.entry(*id).or_default().push(format!("name {from} → {to}"));
            }
            Event::ConnectorGroupRegionChanged { id, from, to } => {
                changed.entry(*id).or_default().push(format!("region {from} → {to}"));
            }
            _ => {}
        }
    }
    sums.changed = sums.changed.saturating_add(changed.len());
    for (id, changes) in changed {
        lines.push(line('~', format!("change {}: {}", names::group(before, id), changes.join(", "))));
    }
    sums.connectors = sums.connectors.saturating_add(moves.connectors.len());
    sums.applications = sums.applications.saturating_add(moves.applications.len());
    lines.extend(ways(before, now, &moves.connectors, "connector", |id| names::connector(now, id)));
    lines.extend(ways(before, now, &moves.applications, "application", |id| names::application(now, id)));
    lines
}

/// One line for all that go from the same group to the same group.
fn ways<Id: Copy>(
    before: &Tenant,
    now: &Tenant,
    moves: &[(Id, ConnectorGroupId, ConnectorGroupId)],
    noun: &str,
    name: impl Fn(Id) -> String,
) -> Vec<Change> {
    let mut ways = BTreeMap::<_, Vec<String>>::new();
    for (id, from, to) in moves {
        // Folded by way and not by command: a reader thinks of groups, and one command may serve several ways.
        ways.entry((*from, *to)).or_default().push(name(*id));
    }
    let way = |((from, to), things): ((ConnectorGroupId, ConnectorGroupId), Vec<String>)| {
        let number = count(things.len(), noun);
        let text = format!("move {number} from {} to {}", names::group(before, from), names::group(now, to));
        Change { mark: '→', text, things }
    };
    ways.into_iter().map(way).collect()
}

fn effects(impact: &Impact) -> Vec<Effect> {
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
    let effect = |((before, after), number): ((Option<Availability>, Option<Availability>), u32)| {
        let number = count(usize::try_from(number).unwrap_or(usize::MAX), "application");
        Effect { is_worse: after < before, text: format!("{number}: {} → {}", served(before), served(after)) }
    };
    flows.into_iter().map(effect).collect()
}

/// A hazard with names, and how much it matters.
pub(super) fn hazard(now: &Tenant, hazard: &Hazard, step: usize) -> Warning {
    let level = match hazard {
        Hazard::NoActiveConnector { .. } => Level::Critical,
        Hazard::DefaultInUse { .. } => Level::Note,
        // A hazard of a later engine is at least worth a look.
        _ => Level::Warning,
    };
    let text = hazard.text(|id| names::group(now, id), |id| names::application(now, id), ToString::to_string);
    Warning { level, rule: hazard.rule(), step: Some(step), text }
}
