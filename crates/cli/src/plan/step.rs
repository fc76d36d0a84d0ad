//! One step of a plan, as data that each format shows in its own way.

extern crate alloc;

use alloc::collections::BTreeMap;

use connector_groups::{
    ApplicationId, Availability, Command, ConnectorGroupId, ConnectorId, Event, Impact, Selection, Tenant,
    command::{MoveConnectors, ReassignApplications},
};

use super::{
    names::{self, Shared, count},
    warning::Warning,
};

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

impl Step {
    /// Its lines without the names of the things that move.
    pub(super) fn summary(&self) -> Vec<String> {
        self.changes.iter().map(|change| format!("{} {}", change.mark, change.text)).collect()
    }
}

impl Moves {
    pub(super) fn of(events: &[Event]) -> Self {
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
pub(super) fn exact(command: &Command, moves: &Moves) -> Command {
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

pub(super) fn changes(
    (before, now): (&Tenant, &Tenant),
    events: &[Event],
    moves: &Moves,
    shared: &Shared,
    sums: &mut Sums,
) -> Vec<Change> {
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
    lines.extend(ways(before, now, &moves.connectors, "connector", |id| shared.connector(now, id)));
    lines.extend(ways(before, now, &moves.applications, "application", |id| shared.application(now, id)));
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

pub(super) fn effects(impact: &Impact) -> Vec<Effect> {
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
