//! What a change, or a loss, would do to availability, and what sets two states apart; beside a comparison of everything.
//!
//! Each group has two connectors, in so large a tenant as in a small one, and all others are in a group without applications:
//! so what changes stays the same, whatever the tenant holds. Where it grows with the tenant, the figure is for one thing that
//! changes.

use connector_groups::{
    ApplicationId, Availability, Command, ConnectorGroupId, Impact, Region, Tenant,
    command::{AddApplication, DeleteApplication, UpdateApplication},
    diff::{Diff, Difference, diff},
    document::Document,
    impact::{AvailabilityChange, Loss},
    model::Application,
    view::{ApplicationView, ConnectorGroupView},
};
use uuid::Uuid;

use super::{
    case::{Case, Contender, Measure, Reading},
    world::World,
};
use crate::peers::{Engine, HERE, REGIONS, SPREAD, THERE, Thing, Work, at, careful::Careful};

/// So many applications are on a list, whatever the tenant holds.
const LISTED: u32 = 100;
/// So many things change between two states, whatever the tenant holds.
const CHANGED: u32 = 10;

/// What might be.
enum What {
    Done(Work),
    ConnectorFails(u32),
    RegionFails(&'static str),
}

pub fn cases(world: &World, measure: Measure<'_>) {
    let data = &world.data;
    let (applications, connectors) = (data.len(), u32::try_from(data.connectors.len()).unwrap());
    let spread = data.order.iter().map(|number| (*number, number % SPREAD));
    begin(world, &[Work::Assign { assignments: spread.collect() }]);
    let in_turn = (0..SPREAD).map(|to| (to, (to..connectors).step_by(at(SPREAD)).collect()));
    let in_turn: Vec<Work> = in_turn.map(|(to, connectors)| Work::Connectors { connectors, to }).collect();
    begin(world, &in_turn);
    let mut case = |name, things, contenders| measure(Case { name, applications, things, contenders });
    let nam = || What::RegionFails(REGIONS[1]);
    case("what if a region with a connector for 20 applications fails", connectors / 2, impact(world, &nam()));

    begin(world, &[Work::Connectors { connectors: (2 * SPREAD..connectors).collect(), to: HERE }]);
    let one = Work::Connectors { connectors: vec![0], to: 1 };
    let list = Work::List { applications: data.order.iter().copied().take(at(LISTED)).collect(), to: THERE };
    case("impact of moving a connector", 1, impact(world, &What::Done(one)));
    case("impact of moving a whole group", 1, impact(world, &What::Done(Work::Group { from: 2, to: THERE })));
    case("impact of a list of 100", LISTED, impact(world, &What::Done(list)));
    case("what if a connector fails", 1, impact(world, &What::ConnectorFails(0)));
    case("what if a region with 16 connectors fails", SPREAD, impact(world, &nam()));
    case("dependents of a group", 1, dependents(world));

    let tenant = world.ours().borrow().engine.tenant.clone();
    case("diff of ten changes", CHANGED, diffs(world, &tenant, some_changes(world, &tenant)));
    let mut moved = tenant.clone();
    let command = world.ours().borrow().engine.prepare(data, &Work::Group { from: 2, to: THERE });
    moved.apply(&command).expect("accepted");
    case("diff of a moved group", data.len() / SPREAD, diffs(world, &tenant, moved));
    let loaded = Tenant::try_from(Document::from(&tenant)).expect("a valid document");
    case("diff of equal tenants that share nothing", applications, diffs(world, &tenant, loaded));
}

fn begin(world: &World, works: &[Work]) {
    world.ours().borrow_mut().engine.begin(&world.data, works);
    world.careful().borrow_mut().engine.begin(&world.data, works);
}

/// An impact with its counts and its warnings; beside what everybody else has to do: a copy of all, the change, and a look at
/// how each application is served before and after.
fn impact<'a>(world: &'a World, what: &What) -> Vec<Contender<'a>> {
    let data = &world.data;
    let tenant = world.ours().borrow().engine.tenant.clone();
    let careful = world.careful();
    let told = |impact: Impact| {
        assert!(impact.applications_count() > 0 && !impact.hazards().is_empty(), "nothing to measure");
        impact
    };
    let ours: Box<dyn FnMut() -> Impact + 'a> = match what {
        What::Done(work) => {
            let command: Command = world.ours().borrow().engine.prepare(data, work);
            Box::new(move || told(tenant.impact(&command).expect("accepted")))
        }
        What::ConnectorFails(number) => {
            let loss = Loss::Connector(data.connector(*number));
            Box::new(move || told(tenant.what_if(&loss).expect("it is there")))
        }
        What::RegionFails(region) => {
            let loss = Loss::Region(Region::new(region).expect("a region"));
            Box::new(move || told(tenant.what_if(&loss).expect("a region is no id")))
        }
    };
    let change: Box<dyn Fn(&mut Careful) + 'a> = match what {
        What::Done(work) => {
            let work = careful.borrow().engine.prepare(data, work);
            Box::new(move |careful| _ = careful.apply(&work).expect("accepted"))
        }
        What::ConnectorFails(number) => {
            let id = Uuid::from_u128(data.guid(Thing::Connector(*number)));
            Box::new(move |careful| careful.lose(id))
        }
        What::RegionFails(region) => {
            let region = *region;
            Box::new(move |careful| careful.lose_region(region))
        }
    };
    let everything = move || -> Vec<(u32, usize, usize)> {
        let before = &careful.borrow().engine;
        let mut after = before.clone();
        change(&mut after);
        let both = (0..).zip(before.served().zip(after.served()));
        let both = both.map(|(number, (before, after))| (number, before.min(2), after.min(2)));
        both.filter(|(_, before, after)| before != after).collect()
    };
    let in_words = |changes: Vec<(u32, usize, usize)>| {
        let said = |count: usize| u32::try_from(count).unwrap();
        Some(changes.into_iter().flat_map(|(number, before, after)| [number, said(before), said(after)]).collect())
    };
    vec![
        Contender::ours(Reading::new(ours, move |impact| in_words(changes(world, &impact)))),
        Contender::peer("careful", Reading::new(everything, in_words)),
    ]
}

fn changes(world: &World, impact: &Impact) -> Vec<(u32, usize, usize)> {
    let numbers = world.data.application_numbers();
    let level = |availability: Option<Availability>| match availability.expect("all are published") {
        Availability::Unavailable => 0,
        Availability::AtRisk => 1,
        Availability::HighlyAvailable => 2,
    };
    let change = |change: AvailabilityChange| (numbers[&change.application], level(change.before), level(change.after));
    impact.applications().map(change).collect()
}

/// How many applications a group serves, and how they would fare without it.
fn dependents(world: &World) -> Vec<Contender<'_>> {
    let tenant = world.ours().borrow().engine.tenant.clone();
    let careful = world.careful();
    let (group, guid) = (world.data.group(2), Uuid::from_u128(world.data.guid(Thing::Group(2))));
    let ours = move || {
        let dependents = tenant.dependents_of_connector_group(group).expect("a group");
        assert!(dependents.is_last() && dependents.availability_without() == Availability::Unavailable);
        dependents.applications_count()
    };
    let counted = move || careful.borrow().engine.in_group(guid);
    vec![
        Contender::ours(Reading::new(ours, |count| Some(vec![count]))),
        Contender::peer("careful", Reading::new(counted, |count| Some(vec![u32::try_from(count).unwrap()]))),
    ]
}

/// Ten things are moved, renamed, deleted.
fn some_changes(world: &World, tenant: &Tenant) -> Tenant {
    let mut changed = tenant.clone();
    for (turn, number) in (0..CHANGED).zip(&world.data.order) {
        let (id, there) = (world.data.application(*number), world.data.group(THERE));
        let command: Command = match turn % 3 {
            0 => AddApplication { application: id, connector_group: there }.into(),
            1 => UpdateApplication { id, display_name: Some("Renamed".into()), properties: None }.into(),
            _ => DeleteApplication { id }.into(),
        };
        changed.apply(&command).expect("accepted");
    }
    changed
}

/// A diff, beside a look at each application of both.
fn diffs<'a>(world: &'a World, from: &Tenant, to: Tenant) -> Vec<Contender<'a>> {
    let (one, other) = ((from.clone(), to.clone()), (from.clone(), to));
    let ours = move || diff(&one.0, &one.1);
    let everything = move || -> Vec<(ApplicationId, Option<ConnectorGroupId>)> {
        let (from, to) = &other;
        let mut different = Vec::new();
        for application in from.applications() {
            let there = to.application(application.id());
            if there.is_none_or(|there| there.to_application() != application.to_application()) {
                let group = there.and_then(ApplicationView::connector_group).map(ConnectorGroupView::id);
                different.push((application.id(), group));
            }
        }
        different
    };
    let in_words = move |different: Vec<(ApplicationId, Option<ConnectorGroupId>)>| {
        let numbers = world.data.application_numbers();
        let groups = world.data.group_numbers();
        let group = |id: ConnectorGroupId| groups[&id.as_u128()];
        Some(different.into_iter().flat_map(|(id, to)| [numbers[&id], to.map_or(u32::MAX, group)]).collect())
    };
    let listed = |diff: Diff| {
        assert!(diff.connector_groups().is_empty() && diff.connectors().is_empty());
        let application = |difference: &Difference<Application>| match difference {
            Difference::Removed(from) => (from.id, None),
            Difference::Changed { to, .. } | Difference::Added(to) => {
                (to.id, to.publication.as_ref().map(|publication| publication.connector_group))
            }
        };
        diff.applications().iter().map(application).collect()
    };
    vec![
        Contender::ours(Reading::new(ours, move |diff| in_words(listed(diff)))),
        Contender::peer("records", Reading::new(everything, in_words)),
    ]
}
