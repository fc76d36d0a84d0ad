//! Reads: pages, groups, routes.

use connector_groups::{
    ApplicationId, Availability, Command, ConnectorGroupId, Selection,
    command::{AddApplication, MoveConnectors},
    view::ApplicationView,
};
use rusqlite::params;
use uuid::Uuid;

use super::{
    case::{Case, Contender, Measure, Reading, floor_of},
    world::World,
};
use crate::peers::{
    Dice, Engine, HERE, SPREAD, THERE, Thing, Work, at,
    sqlite::{Keys, Route},
};

const PAGE: u32 = 100;
/// So many pages are a run.
const PAGES: u32 = 64;
const KEYS: u32 = 256;

/// The applications of a group, behind one of them or from the first on.
#[derive(Clone, Copy)]
struct Page {
    group: u32,
    after: Option<u32>,
}

pub fn cases(world: &World, measure: Measure<'_>) {
    let spread = world.data.order.iter().map(|number| (*number, number % SPREAD));
    begin(world, &[Work::Assign { assignments: spread.collect() }]);
    let mut dice = Dice(1);
    let applications = world.data.len();
    let typical = (0..PAGES).map(|_| Page { group: dice.below(SPREAD), after: Some(dice.below(applications)) });
    let mut case = |name, things, contenders| measure(Case { name, applications, things, contenders });
    case("a page of 100", PAGES, pages(world, typical.collect()));
    case("every group with its applications", 1, every_group(world));
    case("group view", SPREAD + 2, vec![Contender::ours(floor_of(group_views(world)))]);
    case("route, 16 connectors", KEYS, vec![Contender::ours(floor_of(routes(world)))]);
    begin(world, &[Work::All { to: HERE }, Work::One { application: applications - 1, to: THERE }]);
    case("a page, worst", 1, pages(world, vec![Page { group: THERE, after: None }]));
}

fn begin(world: &World, works: &[Work]) {
    world.ours().borrow_mut().engine.begin(&world.data, works);
    world.careful().borrow_mut().engine.begin(&world.data, works);
    let sqlite = world.sqlite(Keys::Integers);
    let sqlite = &mut sqlite.borrow_mut().engine;
    sqlite.route = Route::TemporaryTable;
    sqlite.index_by_group();
    sqlite.begin(&world.data, works);
}

/// Each application by its number, with where a list of it ends.
fn numbers(world: &World, lists: &[Vec<ApplicationId>]) -> Vec<u32> {
    let numbers = world.data.application_numbers();
    lists.iter().flat_map(|list| list.iter().map(|id| numbers[id]).chain([u32::MAX])).collect()
}

fn pages(world: &World, pages: Vec<Page>) -> Vec<Contender<'_>> {
    let data = &world.data;
    let (ours, careful, sqlite) = (world.ours(), world.careful(), world.sqlite(Keys::Integers));
    let by_id = |page: &Page| (data.group(page.group), page.after.map(|number| data.application(number)));
    let by_guid = |page: &Page| {
        let guid = |thing| Uuid::from_u128(data.guid(thing));
        (guid(Thing::Group(page.group)), page.after.map(|number| guid(Thing::Application(number))))
    };
    let (by_ids, by_guids) =
        (pages.iter().map(by_id).collect::<Vec<_>>(), pages.iter().map(by_guid).collect::<Vec<_>>());
    let of_ours = move || -> Vec<Vec<ApplicationId>> {
        let tenant = &ours.borrow().engine.tenant;
        let page = |(group, after): &(ConnectorGroupId, Option<ApplicationId>)| {
            let group = tenant.connector_group(*group).expect("a group");
            match after {
                Some(after) => group
                    .applications_after(*after)
                    .into_iter()
                    .flatten()
                    .take(at(PAGE))
                    .map(ApplicationView::id)
                    .collect(),
                None => group.applications().take(at(PAGE)).map(ApplicationView::id).collect(),
            }
        };
        by_ids.iter().map(page).collect()
    };
    let of_careful = move || -> Vec<Vec<Uuid>> {
        let careful = &careful.borrow().engine;
        by_guids.iter().map(|(group, after)| careful.page(*group, *after, at(PAGE)).collect()).collect()
    };
    let of_sqlite = move || -> Vec<Vec<u32>> {
        let sqlite = &sqlite.borrow().engine;
        let sql = "SELECT id FROM applications WHERE connector_group = ? AND id > ? ORDER BY id LIMIT ?";
        let mut statement = sqlite.connection.prepare_cached(sql).unwrap();
        let mut page = |page: &Page| {
            let after = page.after.map_or(-1, i64::from);
            let rows = statement.query_map(params![page.group, after, PAGE], |row| row.get(0)).unwrap();
            rows.map(Result::unwrap).collect()
        };
        pages.iter().map(&mut page).collect()
    };
    vec![
        Contender::ours(Reading::new(of_ours, |lists| Some(numbers(world, &lists)))),
        Contender::peer("careful", Reading::new(of_careful, |lists| Some(numbers(world, &of_guids(&lists))))),
        Contender::peer("SQLite, integers", Reading::new(of_sqlite, |lists| Some(ended(&lists)))),
    ]
}

fn of_guids(lists: &[Vec<Uuid>]) -> Vec<Vec<ApplicationId>> {
    lists.iter().map(|list| list.iter().map(|id| ApplicationId::from_u128(id.as_u128())).collect()).collect()
}

fn ended(lists: &[Vec<u32>]) -> Vec<u32> {
    lists.iter().flat_map(|list| list.iter().copied().chain([u32::MAX])).collect()
}

/// One pass over all applications, each to its group's list.
fn every_group(world: &World) -> Vec<Contender<'_>> {
    let (ours, careful, sqlite) = (world.ours(), world.careful(), world.sqlite(Keys::Integers));
    let of_ours = move || -> Vec<Vec<ApplicationId>> {
        let tenant = &ours.borrow().engine.tenant;
        tenant.applications_by_connector_group().into_iter().map(|(_, ids)| ids).collect()
    };
    let of_careful = move || careful.borrow().engine.by_group();
    let groups = world.data.groups.len();
    let of_sqlite = move || -> Vec<Vec<u32>> {
        let sqlite = &sqlite.borrow().engine;
        let sql = "SELECT connector_group, id FROM applications WHERE connector_group IS NOT NULL ORDER BY 1, 2";
        let mut statement = sqlite.connection.prepare_cached(sql).unwrap();
        let mut rows = statement.query([]).unwrap();
        let mut lists = vec![Vec::new(); groups];
        while let Some(row) = rows.next().unwrap() {
            lists[at(row.get(0).unwrap())].push(row.get(1).unwrap());
        }
        lists
    };
    vec![
        Contender::ours(Reading::new(of_ours, |lists| Some(numbers(world, &lists)))),
        Contender::peer("careful", Reading::new(of_careful, |lists| Some(numbers(world, &of_guids(&lists))))),
        Contender::peer("SQLite, integers", Reading::new(of_sqlite, |lists| Some(ended(&lists)))),
    ]
}

/// What the admin centre shows of each group.
fn group_views(world: &World) -> impl FnMut() -> usize {
    let ours = world.ours();
    let ids: Vec<ConnectorGroupId> =
        (0..).zip(&world.data.groups).map(|(number, _)| world.data.group(number)).collect();
    move || {
        let tenant = &ours.borrow().engine.tenant;
        let view = |id: &ConnectorGroupId| {
            let group = tenant.connector_group(*id).expect("a group");
            let texts = group.name().as_str().len() + group.region().as_str().len();
            let counts = at(group.connectors_count() + group.applications_count());
            texts + counts + usize::from(group.is_default()) + usize::from(group.availability() > Availability::AtRisk)
        };
        ids.iter().map(view).sum()
    }
}

/// A tenant whose first application is in a group of sixteen connectors, and its requests.
fn routes(world: &World) -> impl FnMut() -> usize {
    let mut tenant = world.ours().borrow().engine.tenant.clone();
    let application = world.data.application(0);
    let away = MoveConnectors { connectors: Selection::All, connector_group: world.data.group(HERE) };
    let sixteen = (0..16).map(|number| world.data.connector(number)).collect();
    let back = MoveConnectors { connectors: Selection::Ids(sixteen), connector_group: world.data.group(THERE) };
    let assign = AddApplication { application, connector_group: world.data.group(THERE) };
    for command in [Command::from(away), back.into(), assign.into()] {
        tenant.apply(&command).expect("accepted");
    }
    let keys: Vec<[u8; 8]> = (0..u64::from(KEYS)).map(u64::to_be_bytes).collect();
    move || {
        let view = tenant.application(application).expect("the first");
        let route = |key: &[u8; 8]| view.route(key).expect("one of sixteen").machine_name().len();
        keys.iter().map(route).sum()
    }
}
