//! What every command, event, undo and read costs, counted, in a tenant of a thousand applications and in one of a million
//! (a hundred thousand where the test is not optimised), however it came about: the work does not depend on how many there are.
//!
//! Those of the small tenant are kept in `counted_work.txt` beside this file and compared exactly, so that whoever makes something cost
//! more sees it in a diff. `COUNTED_WORK=write cargo test --lib counted_work` writes the file anew.

use alloc::{collections::BTreeMap, format, string::String, vec, vec::Vec};
use core::fmt::Write;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Command, Event, Tenant, TenantId,
    columns::{HashSeed, work},
    command::Tag,
    ids::{AppId, ApplicationId, ApplicationSegmentId, ConnectorGroupId, ConnectorId, ServicePrincipalId},
    model::{
        Rules,
        application::{Application, Publication},
        connector::{Connector, Presence},
        group::{ConnectorGroup, ConnectorGroupType, Name},
        properties::{ApplicationProperties, SegmentProperties},
        publishing::OnPremisesPublishing,
        region::Region,
        segment::{ApplicationSegment, SegmentProtocol},
        service_principal::ServicePrincipal,
    },
    state::State,
    timestamp::Timestamp,
};

const SMALL: u32 = 1_000;
const LARGE: u32 = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };

/// What a path may cost more in the large tenant: the steps down a tree or along the counts of an order.
const DEPTH: usize = 64;

/// What costs as much as its event holds. A whole group that moved in one transaction with a deletion comes back one by one:
/// the deleted thing took its slot again, and slots no longer mean the same as when the group moved.
const KNOWN: [&str; 1] = ["transaction: undo"];

/// The groups: the default one, three with the applications, one that stays empty, one in another region, one of the service.
const GROUPS: u32 = 8;
const CONNECTORS: u32 = 24;
/// The first applications have a service principal and a segment each.
const ATTACHED: u32 = 8;

fn group_id(number: u32) -> ConnectorGroupId {
    ConnectorGroupId::from_u128(u128::from(number))
}

fn connector_id(number: u32) -> ConnectorId {
    ConnectorId::from_u128(u128::from(number))
}

fn application_id(number: u32) -> ApplicationId {
    ApplicationId::from_u128(u128::from(number))
}

fn group(number: u32) -> ConnectorGroup {
    ConnectorGroup {
        id: group_id(number),
        name: Name::new(&format!("Group {number}")).unwrap(),
        connector_group_type: ConnectorGroupType::ApplicationProxy,
        is_default: number == 0,
        region: Region::new(if number == 5 { "asia" } else { "eur" }).unwrap(),
    }
}

/// The last two of each three groups' connectors have been inactive since the beginning.
fn connector(number: u32) -> Connector {
    Connector {
        id: connector_id(number),
        machine_name: format!("host-{number}").into(),
        external_ip: "192.0.2.1".into(),
        presence: if number >= CONNECTORS - 2 {
            Presence::Inactive { since: Timestamp::UNIX_EPOCH }
        } else {
            Presence::Active
        },
        version: "1".into(),
        member_of: group_id(number % 4),
    }
}

fn application(number: u32) -> Application {
    let url = |kind: &str| (number % 64 < ATTACHED).then(|| format!("https://{kind}{number}.example/").into());
    let on_premises_publishing =
        OnPremisesPublishing { internal_url: url("i"), external_url: url("e"), ..OnPremisesPublishing::default() };
    let segment = ApplicationSegment {
        id: ApplicationSegmentId::from_u128(u128::from(number)),
        destination_host: format!("192.0.2.{number}").into(),
        destination_type: "ip".into(),
        protocol: SegmentProtocol::Tcp,
        ports: vec!["443".into()],
        properties: SegmentProperties::default(),
    };
    let is_attached = number < ATTACHED;
    let named = json!({"uniqueName": format!("app-{number}")});
    let properties =
        if number % 64 < ATTACHED { serde_json::from_value(named).unwrap() } else { ApplicationProperties::default() };
    let publication = Publication {
        connector_group: group_id(1 + number % 3),
        on_premises_publishing: on_premises_publishing.into(),
        application_segments: is_attached.then_some(segment).into_iter().collect(),
    };
    let service_principal = is_attached.then(|| ServicePrincipal {
        id: ServicePrincipalId::from_u128(u128::from(number)),
        properties: ApplicationProperties::default(),
    });
    let plain = Application::unpublished(application_id(number), AppId::from_u128(u128::from(number)), "App".into());
    // One in the middle of the first hundred is not published yet.
    Application { publication: (number != 50).then_some(publication), service_principal, properties, ..plain }
}

/// The same tenant, as it comes about in each way.
struct Ways {
    all: Vec<(&'static str, Tenant)>,
    /// As if read from a document, without what the deletions among the examples take.
    without: Tenant,
}

fn is_deleted(application: ApplicationId) -> bool {
    application == application_id(60)
}

impl Ways {
    fn of(applications: u32) -> Self {
        let (seed, region) = (HashSeed::default(), Region::new("eur").unwrap());
        let rules = Rules { unique_names: false, regional_connector_moves: false };
        let mut state = State::new(seed, TenantId::from_u128(1), region, Timestamp::UNIX_EPOCH, rules, &group(0));
        (1..GROUPS).for_each(|number| state.push_connector_group(&group(number)));
        (0..CONNECTORS).for_each(|number| state.push_connector(&connector(number)));
        (0..applications).for_each(|number| state.push_application(&application(number)));
        let built = Tenant::from_state(state);
        let loaded = loaded(&built, |_| true);
        let hashed = built.hashed_with(HashSeed::of(7));
        Self {
            without: self::loaded(&built, |id| !is_deleted(id)),
            all: vec![
                ("lived", lived(built.clone(), applications)),
                ("built", built),
                ("loaded", loaded),
                ("hashed", hashed),
            ],
        }
    }
}

/// As a document is read, but for its text and its audit.
fn loaded(tenant: &Tenant, is_kept: impl Fn(ApplicationId) -> bool) -> Tenant {
    let kept = tenant.applications().filter(|view| is_kept(view.id())).map(Application::from);
    tenant.with_only(
        tenant
            .connector_groups()
            .map(ConnectorGroup::from)
            .filter(|group| is_kept(application_id(60)) || group.id != group_id(6)),
        tenant.connectors().map(Connector::from),
        kept,
    )
}

fn command(value: &Value) -> Command {
    serde_json::from_value(value.clone()).unwrap()
}

/// Whole groups went to and fro, and dozens were deleted and came back where no slot was left for them.
fn lived(tenant: Tenant, applications: u32) -> Tenant {
    let mut tenant = tenant;
    let mut deleted = Vec::new();
    for number in 0..40 {
        let id = application_id(70 + number * (applications / 50));
        deleted.push(tenant.apply(&command(&json!({"command": "deleteApplication", "id": id}))).unwrap());
        let (from, to) = (group_id(1 + number % 3), group_id(1 + (number + 1) % 3));
        let whole = json!({"command": "reassignApplications", "applications": {"in": from}, "connectorGroup": to});
        deleted.push(tenant.apply(&command(&whole)).unwrap());
    }
    let mut tenant = loaded(&tenant, |_| true);
    deleted.iter().rev().for_each(|events| tenant.undo(events));
    tenant
}

/// Examples of a command, each with those that lead to it. No `_`: a new command does not compile without its examples.
fn examples(tag: &Tag, applications: u32) -> Vec<(&'static str, Vec<Value>)> {
    let (application, other) = (application_id(applications / 2), application_id(applications / 3));
    let [empty, full, away] = [4, 1, 5].map(group_id);
    let one = |value: Value| vec![("", vec![value])];
    match tag {
        Tag::CreateConnectorGroup => one(json!({"id": group_id(99), "name": "New"})),
        Tag::UpdateConnectorGroup => vec![
            ("name", vec![json!({"id": full, "name": "New"})]),
            ("region", vec![json!({"id": empty, "region": "nam"})]),
        ],
        Tag::DeleteConnectorGroup => one(json!({"id": group_id(6)})),
        Tag::AddConnector => one(json!({"connector": connector_id(1), "connectorGroup": empty})),
        Tag::RemoveConnector => one(json!({"connector": connector_id(1)})),
        Tag::CreateApplication => {
            let id = application_id(applications + 1);
            one(json!({"id": id, "appId": id, "displayName": "New", "properties": {"notes": "some"}}))
        }
        Tag::UpdateApplication => {
            one(json!({"id": application, "displayName": "New", "properties": {"notes": "some"}}))
        }
        Tag::DeleteApplication => vec![
            ("", vec![json!({"id": application_id(60)})]),
            ("with all", vec![json!({"id": application_id(3)})]),
            ("the last", vec![json!({"id": application_id(applications - 1)})]),
        ],
        Tag::PublishApplication => vec![
            ("first", vec![json!({"application": application_id(50), "onPremisesPublishing": {}})]),
            (
                "again",
                vec![
                    json!({"application": application, "onPremisesPublishing": {"externalUrl": "https://new.example/"}}),
                ],
            ),
        ],
        Tag::UnpublishApplication => vec![
            ("", vec![json!({"application": application})]),
            ("with all", vec![json!({"application": application_id(3)})]),
        ],
        Tag::AddApplication => vec![
            ("to the empty", vec![json!({"application": application, "connectorGroup": empty})]),
            (
                "nowhere",
                vec![
                    json!({"application": application, "connectorGroup": full}),
                    json!({"application": application, "connectorGroup": full}),
                ],
            ),
        ],
        Tag::RemoveApplication => one(json!({"application": application})),
        Tag::ReassignApplications => vec![
            ("one", vec![json!({"applications": {"ids": [application]}, "connectorGroup": empty})]),
            (
                "ten",
                vec![
                    json!({"applications": {"ids": (100..110).map(application_id).collect::<Vec<_>>()}, "connectorGroup": empty}),
                ],
            ),
            ("a group", vec![json!({"applications": {"in": full}, "connectorGroup": empty})]),
            ("a region", vec![json!({"applications": {"inRegion": "eur"}, "connectorGroup": away})]),
            ("all", vec![json!({"applications": {"all": true}, "connectorGroup": empty})]),
        ],
        Tag::MoveConnectors => vec![
            ("ids", vec![json!({"connectors": {"ids": [connector_id(1), connector_id(2)]}, "connectorGroup": empty})]),
            ("a group", vec![json!({"connectors": {"in": full}, "connectorGroup": empty})]),
            ("all", vec![json!({"connectors": {"all": true}, "connectorGroup": empty})]),
        ],
        Tag::AssignApplications => one(json!({"assignments": [
            {"application": application, "connectorGroup": empty},
            {"application": other, "connectorGroup": away},
        ]})),
        Tag::Transaction => one(json!({"commands": [
            {"command": "createConnectorGroup", "id": group_id(99), "name": "New"},
            {"command": "reassignApplications", "applications": {"in": full}, "connectorGroup": group_id(99)},
            {"command": "deleteApplication", "id": application_id(60)},
        ]})),
        Tag::RegisterConnector => {
            one(json!({"id": connector_id(99), "machineName": "new", "externalIp": "192.0.2.9", "version": "2"}))
        }
        Tag::ReportConnector => one(json!({"id": connector_id(1), "status": "inactive", "version": "2"})),
        Tag::AdvanceClock => vec![
            ("", vec![json!({"now": "1970-01-02T00:00:00Z"})]),
            ("two expire", vec![json!({"now": "1970-02-02T00:00:00Z"})]),
        ],
        Tag::ProvisionConnectorGroup => {
            one(json!({"id": group_id(99), "name": "New", "connectorGroupType": "syncFabric"}))
        }
        Tag::CreateServicePrincipal => {
            one(json!({"id": application_id(99), "application": application, "properties": {"notes": "some"}}))
        }
        Tag::UpdateServicePrincipal => one(json!({"id": application_id(3), "properties": {"notes": "some"}})),
        Tag::AddApplicationSegment => one(json!({
            "id": application_id(99), "application": application, "destinationHost": "192.0.2.99",
            "destinationType": "ip", "ports": ["80"],
        })),
        Tag::UpdateApplicationSegment => one(json!({"id": application_id(3), "ports": ["80"]})),
        Tag::DeleteServicePrincipal | Tag::RemoveApplicationSegment => one(json!({"id": application_id(3)})),
        Tag::UpdateProfile => one(json!({"properties": {"notes": "some"}})),
    }
}

/// The names of all commands, as serde lists them to whoever gives another one.
fn names() -> Vec<String> {
    let unknown = serde_json::from_value::<Tag>(json!("?")).err().unwrap();
    format!("{unknown}").split('`').skip(3).step_by(2).map(String::from).collect()
}

/// Reads a tenant of so many applications.
type Read = fn(&Tenant, u32);

/// What is asked of a tenant without changing it, and how it is read. Left out is what says that it visits all: names of
/// applications and machines, every group with its applications, the audit, the document.
const READS: [(&str, Read); 16] = [
    ("a page of applications", |tenant, _| assert_eq!(tenant.applications().take(100).count(), 100)),
    ("the next page", |tenant, applications| {
        let after = application_id(applications / 2);
        assert_eq!(tenant.applications_after(after).unwrap().take(100).count(), 100);
    }),
    ("a page of a group", |tenant, _| assert_eq!(full(tenant).applications().take(30).count(), 30)),
    ("the next page of a group", |tenant, applications| {
        let after = application_id(applications / 2);
        assert_eq!(full(tenant).applications_after(after).unwrap().take(30).count(), 30);
    }),
    ("groups", |tenant, _| assert!(tenant.connector_groups().all(|group| group.applications_count() < LARGE))),
    ("groups behind one", |tenant, _| assert!(tenant.connector_groups_after(group_id(1)).unwrap().count() >= 6)),
    ("groups by name", |tenant, _| assert_eq!(tenant.connector_groups_by_name("group 1").count(), 1)),
    ("members", |tenant, _| assert_eq!(full(tenant).members_after(connector_id(0)).unwrap().count(), 6)),
    ("connectors", |tenant, _| assert_eq!(tenant.connectors().count(), 24)),
    ("by ids", |tenant, applications| {
        let view = tenant.application(application_id(applications / 2)).unwrap();
        assert_eq!(tenant.application_by_app_id(view.app_id()), Some(view));
        assert_eq!((view.to_application().id, view.is_published()), (view.id(), true));
    }),
    ("by unique name", |tenant, applications| {
        let last = (applications - 1) / 64 * 64;
        let named: Vec<_> = tenant.applications_by_unique_name(&format!("APP-{last}")).collect();
        assert_eq!(named, [tenant.application(application_id(last)).unwrap()]);
    }),
    ("by URLs", |tenant, _| {
        assert!(tenant.application_by_internal_url("https://i3.example/").is_some());
        assert!(tenant.application_by_external_url("https://e3.example/").is_some());
    }),
    ("service principal, segment", |tenant, _| {
        assert!(tenant.service_principal(ServicePrincipalId::from_u128(3)).is_some());
        assert!(tenant.application_segment(ApplicationSegmentId::from_u128(3)).is_some());
    }),
    ("a snapshot", |tenant, _| _ = tenant.clone()),
    ("impact of a move", |tenant, applications| {
        let add = json!({"command": "addApplication", "application": application_id(applications / 2), "connectorGroup": group_id(4)});
        tenant.impact(&command(&add)).unwrap();
    }),
    ("diff of a move", |tenant, applications| {
        let mut moved = tenant.clone();
        let add = json!({"command": "addApplication", "application": application_id(applications / 2), "connectorGroup": group_id(4)});
        moved.apply(&command(&add)).unwrap();
        assert_eq!(crate::diff::diff(tenant, &moved).applications().len(), 1);
    }),
];

fn full(tenant: &Tenant) -> crate::view::ConnectorGroupView<'_> {
    tenant.connector_group(group_id(1)).unwrap()
}

fn sum(action: impl FnOnce()) -> usize {
    let work = work::of(action);
    work.sum()
}

/// What each path costs in a tenant of so many applications, by its name and the way in which the tenant came about.
fn costs(applications: u32) -> BTreeMap<String, BTreeMap<&'static str, usize>> {
    let ways = Ways::of(applications);
    let mut costs = BTreeMap::<String, BTreeMap<&'static str, usize>>::new();
    let mut note = |path: String, way, cost| _ = costs.entry(path).or_default().insert(way, cost);
    for (way, tenant) in &ways.all {
        for name in names() {
            let tag = Tag::deserialize(json!(name)).unwrap();
            for (example, steps) in examples(&tag, applications) {
                let mut tenant = tenant.clone();
                let tagged = steps.iter().map(|fields| {
                    let mut fields = fields.clone();
                    fields["command"] = json!(name);
                    command(&fields)
                });
                let steps: Vec<Command> = tagged.collect();
                let (last, first) = steps.split_last().unwrap();
                for step in first {
                    tenant.apply(step).unwrap();
                }
                let path = |phase: &str| format!("{name} {example}: {phase}").replace(" :", ":");
                // A snapshot shares every page, so that each first write copies one.
                let before = tenant.clone();
                let mut events: Vec<Event> = Vec::new();
                note(path("decide"), *way, sum(|| events = tenant.decide(last).unwrap()));
                note(path("evolve"), *way, sum(|| tenant.evolve(&events)));
                let after = tenant.clone();
                note(path("undo"), *way, sum(|| tenant.undo(&events)));
                assert_eq!(tenant.applications_count(), before.applications_count());
                drop(after);
                let first = |tenant: &Tenant| {
                    let applications: Vec<_> =
                        tenant.applications().take(100).map(crate::view::ApplicationView::id).collect();
                    (
                        applications,
                        tenant.connector_groups().map(crate::view::ConnectorGroupView::id).collect::<Vec<_>>(),
                    )
                };
                // Where the thing is missing and no slot was left for it, as in a tenant that was read in between.
                let mut without = ways.without.clone();
                match events.as_slice() {
                    [Event::ApplicationDeleted(removed)] if is_deleted(removed.thing.id) => {
                        note(path("undo"), "elsewhere", sum(|| without.undo(&events)));
                        assert_eq!(first(&without).0, first(&before).0);
                    }
                    [Event::ConnectorGroupDeleted(_)] => {
                        note(path("undo"), "elsewhere", sum(|| without.undo(&events)));
                        assert_eq!(first(&without).1, first(&before).1);
                    }
                    _ => {}
                }
            }
        }
        for (name, read) in READS {
            note(String::from(name), *way, sum(|| read(tenant, applications)));
        }
    }
    costs
}

#[test]
fn nothing_costs_more_in_a_large_tenant_than_it_is_known_to() {
    let (small, large) = (costs(SMALL), costs(LARGE));
    let mut table = String::new();
    let mut steep = Vec::new();
    for (path, ways) in &small {
        write!(table, "{path}:").unwrap();
        for (way, small) in ways {
            let large = large[path][way];
            write!(table, " {way} {small}").unwrap();
            if large > 2 * small + DEPTH && !KNOWN.contains(&path.as_str()) {
                steep.push(format!("{path}, {way}: {small} and {large}"));
            }
        }
        table.push('\n');
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/counted_work.txt");
    if std::env::var("COUNTED_WORK").is_ok_and(|value| value == "write") {
        std::fs::write(file, &table).unwrap();
    }
    assert!(steep.is_empty(), "in the tenant's size: {steep:#?}");
    for (line, known) in table.lines().zip(include_str!("counted_work.txt").lines().chain(core::iter::repeat(""))) {
        assert_eq!(line, known, "the work is another than it was: see how to write `counted_work.txt`");
    }
}
