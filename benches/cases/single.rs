//! Commands on one thing each, many in a row, at things chosen at random.

use core::{hint::black_box, time::Duration};
use std::time::Instant;

use connector_groups::{
    AppId, ApplicationId, Command, ConnectorGroupId, ConnectorId, Selection, Tenant, Timestamp,
    command::{
        AddApplication, AddConnector, AdvanceClock, AssignApplications, Assignment, CreateApplication,
        CreateConnectorGroup, DeleteApplication, DeleteConnectorGroup, MoveConnectors, ProvisionConnectorGroup,
        PublishApplication, ReassignApplications, RegisterConnector, RemoveApplication, RemoveConnector,
        ReportConnector, Transaction, UnpublishApplication, UpdateApplication, UpdateConnectorGroup,
    },
    model::{Change, PublishingChanges, ServiceGroupType},
    view::{ApplicationView, ConnectorGroupView},
};

use super::{
    case::{Case, Contend, Contender, Measure, floor_of},
    moves::Script,
    world::World,
};
use crate::peers::{Data, Dice, Engine, HERE, THERE, Work, at, sqlite::Keys};

/// So many commands are a run.
const BATCH: u32 = 256;

pub fn cases(world: &World, measure: Measure<'_>) {
    let script = add_application(world);
    measure(add_application_case(world, &script));
    others(world, measure);
}

/// One command that peers know too, at so many different applications that they are not all at hand: run by run the next
/// thousand go there, then all of them back.
fn add_application(world: &World) -> Script {
    let some = || world.data.order.chunks_exact(at(RUN)).take(RUNS);
    let moves = |to| some().map(move |run| run.iter().map(|number| Work::One { application: *number, to }).collect());
    let timed = moves(THERE).chain(moves(HERE)).collect();
    Script { setup: vec![Work::All { to: HERE }], history: 0, timed, back: None }
}

const RUN: u32 = 1_000;
const RUNS: usize = 64;

fn add_application_case<'a>(world: &'a World, script: &'a Script) -> Case<'a> {
    let mut contenders = vec![
        world.ours_at(script),
        Contender::floor("floor: look-up by id", floor_of(look_up(world))),
        Contender::floor(
            "floor: four look-ups, an event and its writes",
            floor_of(look_ups_an_event_and_writes(world)),
        ),
    ];
    if world.has_peers() {
        contenders.extend([
            world.careful_at(script),
            world.naive_at(script),
            world.persistent_at(script),
            world.sqlite_at(script, Keys::Integers, None),
            world.sqlite_at(script, Keys::Texts, None),
        ]);
    }
    Case { name: "addApplication", applications: world.data.len(), things: RUN, contenders }
}

/// The applications of each run.
fn runs(world: &World) -> Vec<Vec<ApplicationId>> {
    let ids = |run: &[u32]| run.iter().map(|number| world.data.application(*number)).collect();
    world.data.order.chunks_exact(at(RUN)).take(RUNS).map(ids).collect()
}

fn look_up(world: &World) -> impl FnMut() -> usize {
    let (ours, runs, mut next) = (world.ours(), runs(world), 0);
    move || {
        let tenant = &ours.borrow().engine.tenant;
        next = (next + 1) % runs.len();
        runs[next].iter().filter(|id| tenant.application(**id).is_some_and(ApplicationView::is_published)).count()
    }
}

/// What nobody can leave out who finds the application and the group to decide, finds both again to change, and answers with
/// what happened; and who writes where the application is and how many each of two groups has, where snapshots may share all
/// of it: to persistent vectors, at places that are known.
fn look_ups_an_event_and_writes(world: &World) -> impl FnMut() {
    let (ours, runs, order) = (world.ours(), runs(world), &world.data.order);
    // Far from where the other floor is at the same time, which would have brought the memory near.
    let mut next = runs.len() / 2;
    let group = |number| world.data.group(number);
    let groups = [group(HERE), group(THERE)];
    let command: Command =
        AddApplication { application: world.data.application(0), connector_group: group(THERE) }.into();
    ours.borrow_mut().engine.begin(&world.data, &[Work::All { to: HERE }]);
    let events = ours.borrow().engine.tenant.decide(&command).expect("accepted");
    assert_eq!(events.len(), 1, "it moves");
    let mut groups_of: im::Vector<u32> = order.iter().map(|_| HERE).collect();
    let mut counts: im::Vector<u32> = world.data.groups.iter().map(|_| world.data.len()).collect();
    move || {
        let tenant = &ours.borrow().engine.tenant;
        next = (next + 1) % runs.len();
        let numbers = order.iter().skip(next * at(RUN));
        for (id, number) in runs[next].iter().zip(numbers) {
            for group in groups {
                black_box(tenant.application(black_box(*id)).is_some_and(ApplicationView::is_published));
                black_box(tenant.connector_group(black_box(group)).is_some_and(ConnectorGroupView::is_default));
            }
            let from = groups_of.set(at(*number), HERE + THERE - groups_of[at(*number)]);
            counts[at(from)] -= 1;
            counts[at(HERE + THERE - from)] += 1;
            black_box(events.clone());
        }
    }
}

/// Things that only these commands are about.
struct Spare {
    groups: Vec<ConnectorGroupId>,
    connectors: Vec<ConnectorId>,
    applications: Vec<ApplicationId>,
}

impl Spare {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        Self {
            groups: (0..BATCH).map(|_| ConnectorGroupId::from_u128(dice.guid())).collect(),
            connectors: (0..BATCH).map(|_| ConnectorId::from_u128(dice.guid())).collect(),
            applications: (0..BATCH).map(|_| ApplicationId::from_u128(dice.guid())).collect(),
        }
    }

    fn create_groups(&self) -> Vec<Command> {
        let create = |(number, id): (usize, &ConnectorGroupId)| {
            CreateConnectorGroup { id: *id, name: format!("Spare {number}").into(), region: None }.into()
        };
        self.groups.iter().enumerate().map(create).collect()
    }

    fn register(&self) -> Vec<Command> {
        let register = |id: &ConnectorId| RegisterConnector {
            id: *id,
            machine_name: "spare.contoso.local".into(),
            external_ip: "192.0.2.1".into(),
            version: "1.5.4287.0".into(),
        };
        self.connectors.iter().map(|id| register(id).into()).collect()
    }

    fn create_applications(&self) -> Vec<Command> {
        let create = |id: &ApplicationId| CreateApplication {
            id: *id,
            app_id: AppId::from_u128(id.as_u128()),
            display_name: "Spare".into(),
            properties: None,
        };
        self.applications.iter().map(|id| create(id).into()).collect()
    }
}

/// Every command but `addApplication`. All are on one tenant, to which spare things were added, and are undone each time.
fn others(world: &World, measure: Measure<'_>) {
    let data = &world.data;
    let (spare, new) = (Spare::new(1), Spare::new(2));
    let mut tenant = world.ours().borrow().engine.tenant.clone();
    let add = |id: &ConnectorId| AddConnector { connector: *id, connector_group: data.group(2) }.into();
    let away: Vec<Command> = spare.connectors.iter().map(add).collect();
    let prelude = [
        spare.create_groups(),
        spare.register(),
        spare.create_applications(),
        vec![ReassignApplications { applications: Selection::All, connector_group: data.group(HERE) }.into()],
    ];
    for command in prelude.iter().flatten() {
        tenant.apply(command).expect("accepted");
    }
    let mut with_connectors_away = tenant.clone();
    for command in &away {
        with_connectors_away.apply(command).expect("accepted");
    }
    let mut case = |name, tenant: &Tenant, commands: Vec<Command>| {
        let things = u32::try_from(commands.len()).unwrap();
        let contenders = vec![Contender::ours(Undone { tenant: tenant.clone(), commands })];
        measure(Case { name, applications: data.len(), things, contenders });
    };
    case("createConnectorGroup", &tenant, new.create_groups());
    case("addConnector", &tenant, away);
    case("registerConnector", &tenant, new.register());
    case("createApplication", &tenant, new.create_applications());
    let remove = |id: &ConnectorId| RemoveConnector { connector: *id }.into();
    case("removeConnector", &with_connectors_away, spare.connectors.iter().map(remove).collect());
    of_groups(&spare, &new, |name, commands| case(name, &tenant, commands));
    of_connectors(data, &spare, |name, commands| case(name, &tenant, commands));
    of_applications(data, &spare, |name, commands| case(name, &tenant, commands));
}

fn of_groups(spare: &Spare, new: &Spare, mut case: impl FnMut(&'static str, Vec<Command>)) {
    let update = |(number, id): (usize, &ConnectorGroupId)| {
        UpdateConnectorGroup { id: *id, name: Some(format!("Other {number}").into()), region: None }.into()
    };
    case("updateConnectorGroup", spare.groups.iter().enumerate().map(update).collect());
    case("deleteConnectorGroup", spare.groups.iter().map(|id| DeleteConnectorGroup { id: *id }.into()).collect());
    let connector_group_type = ServiceGroupType::sync_fabric();
    let provision = |id: &ConnectorGroupId| ProvisionConnectorGroup {
        id: *id,
        name: "Sync".into(),
        connector_group_type: connector_group_type.clone(),
        region: None,
    };
    case("provisionConnectorGroup", new.groups.iter().map(|id| provision(id).into()).collect());
    let now = |microseconds| Timestamp::from_unix_microseconds(microseconds).expect("soon after 1970");
    case("advanceClock", (1..=i64::from(BATCH)).map(|number| AdvanceClock { now: now(number) }.into()).collect());
}

fn of_connectors(data: &Data, spare: &Spare, mut case: impl FnMut(&'static str, Vec<Command>)) {
    let report = |id: &ConnectorId| ReportConnector {
        id: *id,
        status: None,
        external_ip: None,
        version: Some("1.5.4300.0".into()),
    };
    case("reportConnector", spare.connectors.iter().map(|id| report(id).into()).collect());
    let move_one =
        |id: &ConnectorId| MoveConnectors { connectors: Selection::Ids(vec![*id]), connector_group: data.group(3) };
    case("moveConnectors, one", spare.connectors.iter().map(|id| move_one(id).into()).collect());
}

fn of_applications(data: &Data, spare: &Spare, mut case: impl FnMut(&'static str, Vec<Command>)) {
    let some: Vec<ApplicationId> = data.order.iter().take(at(BATCH)).map(|number| data.application(*number)).collect();
    let there = data.group(THERE);
    let mut each = |name, command: &dyn Fn(ApplicationId) -> Command| {
        case(name, some.iter().map(|id| command(*id)).collect());
    };
    each("updateApplication", &|id| {
        UpdateApplication { id, display_name: Some("Other".into()), properties: None }.into()
    });
    each("deleteApplication", &|id| DeleteApplication { id }.into());
    each("unpublishApplication", &|application| UnpublishApplication { application }.into());
    each("removeApplication", &|application| RemoveApplication { application }.into());
    each("publishApplication, again", &|application| {
        let changes = PublishingChanges { is_http_only_cookie_enabled: Change::Set(true), ..Default::default() };
        PublishApplication { application, on_premises_publishing: Box::new(changes) }.into()
    });
    each("reassignApplications, one", &|id| {
        ReassignApplications { applications: Selection::Ids(vec![id]), connector_group: there }.into()
    });
    each("assignApplications, one", &|application| {
        AssignApplications { assignments: vec![Assignment { application, connector_group: there }] }.into()
    });
    each("transaction of one", &|application| {
        Transaction { commands: vec![AddApplication { application, connector_group: there }.into()] }.into()
    });
    let publish = |(number, id): (usize, &ApplicationId)| {
        let url = format!("https://spare{number}.contoso.local/");
        let changes = PublishingChanges { internal_url: Change::Set(url.into()), ..Default::default() };
        PublishApplication { application: *id, on_premises_publishing: Box::new(changes) }.into()
    };
    case("publishApplication", spare.applications.iter().enumerate().map(publish).collect());
}

/// Commands that are undone, untimed, once they are done.
struct Undone {
    tenant: Tenant,
    commands: Vec<Command>,
}

impl Contend for Undone {
    fn run(&mut self, times: u32) -> Duration {
        let mut took = Duration::ZERO;
        let mut done = Vec::with_capacity(self.commands.len());
        for _ in 0..times {
            let start = Instant::now();
            for command in &self.commands {
                done.push(self.tenant.apply(black_box(command)).expect("accepted"));
            }
            took += start.elapsed();
            for events in done.drain(..).rev() {
                assert!(!events.is_empty(), "nothing to measure");
                self.tenant.undo(&events);
            }
        }
        took
    }

    fn outcome(&mut self) -> Option<Vec<u32>> {
        None
    }
}
