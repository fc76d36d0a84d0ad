//! Every state that a small world can reach, and every command in each: the engine beside the oracle, the invariants at every
//! state, the transition invariants at every edge.
//!
//! Time is endless, so states count as one that differ only in when they are: no rule looks at the time itself.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a test stops where it fails, and has std"
)]

mod attached_worlds;
#[allow(dead_code, reason = "one tenant is enough here")]
mod oracle;

use std::collections::{HashSet, VecDeque};

use connector_groups::{
    audit::audit,
    command::*,
    document::Document,
    model::*,
    view::{ApplicationView, ConnectorView},
    *,
};
use oracle::Oracle;

const DAY: i64 = 86_400_000_000;
const GROUPS: [ConnectorGroupId; 3] =
    [ConnectorGroupId::from_u128(0), ConnectorGroupId::from_u128(1), ConnectorGroupId::from_u128(2)];

/// What the world holds: how many of each, and in how many ways they may differ.
#[derive(Clone, Copy)]
struct World {
    connectors: u128,
    applications: u128,
    names: &'static [&'static str],
    urls: &'static [Option<&'static str>],
    /// Whether new things come and old ones go; where not, they are there from the beginning.
    comes_and_goes: bool,
    days: &'static [i64],
}

impl World {
    fn connector_ids(self) -> impl Iterator<Item = ConnectorId> + Clone {
        (0..self.connectors).map(ConnectorId::from_u128)
    }

    fn application_ids(self) -> impl Iterator<Item = ApplicationId> + Clone {
        (0..self.applications).map(ApplicationId::from_u128)
    }

    fn register(id: ConnectorId) -> Command {
        RegisterConnector { id, machine_name: "h".into(), external_ip: "i".into(), version: "1".into() }.into()
    }

    fn create(id: ApplicationId) -> Command {
        CreateApplication { id, app_id: AppId::from_u128(id.as_u128()), display_name: "a".into(), properties: None }
            .into()
    }

    /// Everything that can be asked here. Time is told in days from now.
    fn commands(self, now: Timestamp) -> Vec<Command> {
        let regions = [Some("eur"), Some("nam")];
        let mut all: Vec<Command> = Vec::new();
        for id in GROUPS {
            for region in regions.iter().chain(&[None]).map(|region| region.map(Into::into)) {
                all.push(UpdateConnectorGroup { id, name: None, region }.into());
            }
            for name in self.names {
                all.push(UpdateConnectorGroup { id, name: Some((*name).into()), region: None }.into());
                let region = Some("nam".into());
                all.push(UpdateConnectorGroup { id, name: Some((*name).into()), region: region.clone() }.into());
                all.push(CreateConnectorGroup { id, name: (*name).into(), region }.into());
                all.push(CreateConnectorGroup { id, name: (*name).into(), region: None }.into());
            }
            let connector_group_type = ServiceGroupType::sync_fabric();
            if id == GROUPS[2] {
                all.push(ProvisionConnectorGroup { id, name: "One".into(), connector_group_type, region: None }.into());
            }
            all.push(DeleteConnectorGroup { id }.into());
            for connector in self.connector_ids() {
                all.push(AddConnector { connector, connector_group: id }.into());
            }
            for application in self.application_ids() {
                all.push(AddApplication { application, connector_group: id }.into());
            }
            let mut both: Vec<Selection<ApplicationId>> = vec![Selection::Ids(self.application_ids().collect())];
            both.extend([
                Selection::All,
                Selection::In(GROUPS[0]),
                Selection::In(GROUPS[1]),
                Selection::InRegion("nam".into()),
            ]);
            for applications in both {
                all.push(ReassignApplications { applications, connector_group: id }.into());
            }
            let mut both: Vec<Selection<ConnectorId>> = vec![Selection::Ids(self.connector_ids().collect())];
            both.extend([Selection::All, Selection::In(GROUPS[1]), Selection::InRegion("nam".into())]);
            for connectors in both {
                all.push(MoveConnectors { connectors, connector_group: id }.into());
            }
            let each = |application| Assignment { application, connector_group: id };
            let mut assignments: Vec<_> = self.application_ids().map(each).collect();
            all.push(AssignApplications { assignments: assignments.clone() }.into());
            // Each to another group, the later one first, and one of them twice.
            assignments.reverse();
            assignments.iter_mut().skip(1).for_each(|assignment| assignment.connector_group = GROUPS[0]);
            all.push(AssignApplications { assignments: assignments.clone() }.into());
            assignments.extend(assignments.first().copied());
            all.push(AssignApplications { assignments }.into());
        }
        // Out and back again in one: the region choreography of R-36.
        let choreography = vec![
            MoveConnectors { connectors: Selection::In(GROUPS[1]), connector_group: GROUPS[0] }.into(),
            ReassignApplications { applications: Selection::In(GROUPS[1]), connector_group: GROUPS[0] }.into(),
            UpdateConnectorGroup { id: GROUPS[1], name: None, region: Some("nam".into()) }.into(),
        ];
        all.push(Transaction { commands: choreography }.into());
        for id in self.connector_ids() {
            all.push(RemoveConnector { connector: id }.into());
            if self.comes_and_goes {
                all.push(Self::register(id));
            }
            for status in [ConnectorStatus::Active, ConnectorStatus::Inactive] {
                all.push(ReportConnector { id, status: Some(status), external_ip: None, version: None }.into());
            }
        }
        for application in self.application_ids() {
            all.push(UpdateApplication { id: application, display_name: Some("a".into()), properties: None }.into());
            if self.comes_and_goes {
                all.push(Self::create(application));
                all.push(DeleteApplication { id: application }.into());
            }
            all.push(UnpublishApplication { application }.into());
            all.push(RemoveApplication { application }.into());
            for url in self.urls {
                let internal_url = url.map_or(Change::Reset, |url| Change::Set(url.into()));
                let on_premises_publishing =
                    Box::new(PublishingChanges { internal_url, ..PublishingChanges::default() });
                all.push(PublishApplication { application, on_premises_publishing }.into());
            }
        }
        for days in self.days {
            let now = Timestamp::from_unix_microseconds(now.unix_microseconds() + days * DAY).unwrap();
            all.push(AdvanceClock { now }.into());
        }
        all
    }

    fn first(self, rules: Rules) -> Tenant {
        let id = TenantId::from_u128(0);
        let mut directory = Directory::default();
        let create = CreateTenant {
            id,
            default_region: "eur".into(),
            now: START,
            default_connector_group: DefaultConnectorGroup { id: GROUPS[0], name: None },
            rules: Some(rules),
        };
        directory.apply(&DirectoryCommand::CreateTenant(create)).unwrap();
        let mut tenant = directory.tenant(id).unwrap().clone();
        if !self.comes_and_goes {
            let things = self.connector_ids().map(Self::register).chain(self.application_ids().map(Self::create));
            things.for_each(|command| _ = tenant.apply(&command).unwrap());
        }
        tenant
    }
}

/// When each state is, once its times are moved there.
const START: Timestamp = Timestamp::UNIX_EPOCH;

/// The same state, with its present at the start: only how long ago something was is a fact.
fn moved_to_start(tenant: &Tenant) -> Document {
    let mut document = Document::from(tenant);
    let shift = document.now.unix_microseconds();
    document.now = START;
    for connector in &mut document.connectors {
        let moved = |since: Timestamp| Timestamp::from_unix_microseconds(since.unix_microseconds() - shift).unwrap();
        connector.inactive_since = connector.inactive_since.map(moved);
    }
    document
}

fn counts(document: &Document, id: ConnectorGroupId) -> (usize, usize) {
    let connectors = document.connectors.iter().filter(|connector| connector.member_of == id).count();
    let applications =
        document.applications.iter().filter(|application| application.connector_group == Some(id)).count();
    (connectors, applications)
}

/// T1, T2, T3, T5 between two states, told without the rules that should make them true.
fn assert_transition(before: &Document, after: &Document, command: &Command) {
    for group in &before.connector_groups {
        let Some(now) = after.connector_groups.iter().find(|other| other.id == group.id) else {
            assert!(!group.is_default, "T2 {command:?}");
            assert_eq!(counts(before, group.id), (0, 0), "T2 {command:?}");
            continue;
        };
        let is_transaction = matches!(command, Command::Transaction(_));
        if now.region != group.region && !is_transaction {
            assert_eq!(counts(before, group.id), (0, 0), "T1 {command:?}");
        }
        assert_eq!(now.is_default, group.is_default, "T3 {command:?}");
        assert_eq!(now.connector_group_type, group.connector_group_type, "T3 {command:?}");
        if group.connector_group_type != ConnectorGroupType::ApplicationProxy {
            assert_eq!(now, group, "T5 {command:?}");
            assert_eq!(counts(after, group.id), (0, 0), "T5 {command:?}");
        }
    }
}

struct Seen {
    states: usize,
    accepted: usize,
    refused: usize,
}

fn explore(first: &Tenant, commands: &[Command]) -> Seen {
    let mut known = HashSet::from([serde_json::to_string(&moved_to_start(first)).unwrap()]);
    let mut open = VecDeque::from([moved_to_start(first)]);
    let mut seen = Seen { states: 0, accepted: 0, refused: 0 };
    while let Some(document) = open.pop_front() {
        seen.states += 1;
        assert_eq!(audit(&document), []);
        let before = Tenant::try_from(document.clone()).unwrap();
        assert_eq!(Document::from(&before), document);
        for command in commands {
            let mut after = before.clone();
            let result = after.apply(command);
            let mut oracle = Oracle { document: document.clone() };
            assert_eq!(result, oracle.apply(command), "{command:?} on {document:?}");
            let Ok(events) = result else {
                seen.refused += 1;
                assert_eq!(after, before, "T4 {command:?}");
                continue;
            };
            seen.accepted += 1;
            if events.is_empty() {
                assert_eq!(after, before, "{command:?}");
                continue;
            }
            let now = Document::from(&after);
            assert_eq!(now, oracle.document, "{command:?} on {document:?}");
            assert_transition(&document, &now, command);
            let state = moved_to_start(&after);
            after.undo(&events);
            assert_eq!(after, before, "undo of {command:?}");
            if known.insert(serde_json::to_string(&state).unwrap()) {
                open.push_back(state);
            }
        }
    }
    seen
}

/// Under all rules; the second names are for the worlds in which names must differ.
fn under_all_rules(name: &str, mut world: World, unique: &'static [&'static str]) -> usize {
    let mut states = 0;
    for unique_names in [false, true] {
        if unique_names {
            world.names = unique;
        }
        for regional_connector_moves in [false, true] {
            let rules = Rules { unique_names, regional_connector_moves };
            let seen = explore(&world.first(rules), &world.commands(START));
            println!(
                "{name}, uniqueNames {unique_names}, regionalConnectorMoves {regional_connector_moves}: {} states, {} commands \
                 accepted, {} refused",
                seen.states, seen.accepted, seen.refused
            );
            states += seen.states;
        }
    }
    states
}

/// Things that are there from the beginning, in all the ways that they can be.
#[test]
#[ignore = "takes minutes without optimisation; .ci/run has its command"]
fn every_state_of_a_small_world() {
    let names: &[&str] = &["Default", " "];
    let world =
        World { connectors: 2, applications: 1, names, urls: &[None], comes_and_goes: false, days: &[-1, 0, 5] };
    assert_eq!(under_all_rules("settled", world, &["Default", "One", " "]), SETTLED);
}

/// Things that come and go, so that their order differs too.
#[test]
#[ignore = "takes minutes without optimisation; .ci/run has its command"]
fn every_state_of_a_world_of_arrivals() {
    let urls: &[Option<&str>] = &[None, Some("https://a.example/"), Some("nowhere")];
    let world = World { connectors: 0, applications: 2, names: &["Default"], urls, comes_and_goes: true, days: &[] };
    let applications = under_all_rules("applications come and go", world, &["Default", "One"]);
    let world =
        World { connectors: 2, applications: 0, names: &["One"], urls: &[], comes_and_goes: true, days: &[0, 5] };
    assert_eq!((applications, under_all_rules("connectors come and go", world, &["One"])), ARRIVALS);
}

/// T6: two tenants side by side, whose commands name each other's things. Whatever is asked of one, the other stays as it is,
/// and neither ever holds what the other has.
#[test]
fn every_state_of_two_tenants() {
    let tenants = [TenantId::from_u128(0), TenantId::from_u128(1)];
    let connectors = [ConnectorId::from_u128(0), ConnectorId::from_u128(1)];
    let applications = [ApplicationId::from_u128(0), ApplicationId::from_u128(1)];
    let mut commands = Vec::new();
    for tenant in tenants {
        let mut ask = |command: Command| commands.push(DirectoryCommand::InTenant { tenant, command });
        for (connector, application) in connectors.into_iter().zip(applications) {
            for connector_group in &GROUPS[..2] {
                ask(AddConnector { connector, connector_group: *connector_group }.into());
                ask(AddApplication { application, connector_group: *connector_group }.into());
            }
            ask(RemoveConnector { connector }.into());
            ask(RemoveApplication { application }.into());
            ask(UnpublishApplication { application }.into());
            ask(PublishApplication { application, on_premises_publishing: Box::default() }.into());
        }
        for connector_group in GROUPS[..2].iter().copied() {
            ask(MoveConnectors { connectors: Selection::Ids(connectors.into()), connector_group }.into());
            ask(ReassignApplications { applications: Selection::Ids(applications.into()), connector_group }.into());
            ask(MoveConnectors { connectors: Selection::All, connector_group }.into());
            ask(ReassignApplications { applications: Selection::All, connector_group }.into());
            let each = |application: &ApplicationId| Assignment { application: *application, connector_group };
            ask(AssignApplications { assignments: applications.iter().map(each).collect() }.into());
        }
    }
    let mut first = Directory::default();
    for (tenant, (connector, application)) in tenants.into_iter().zip(connectors.into_iter().zip(applications)) {
        let default_connector_group = DefaultConnectorGroup { id: GROUPS[0], name: None };
        let (default_region, now): (std::sync::Arc<str>, _) = ("eur".into(), START);
        let create = CreateTenant {
            id: tenant,
            default_region: default_region.into(),
            now,
            default_connector_group,
            rules: None,
        };
        first.apply(&DirectoryCommand::CreateTenant(create)).unwrap();
        let group = CreateConnectorGroup { id: GROUPS[1], name: "One".into(), region: None };
        for command in [group.into(), World::register(connector), World::create(application)] {
            first.apply(&DirectoryCommand::InTenant { tenant, command }).unwrap();
        }
    }
    let is_own = |directory: &Directory| {
        tenants.iter().zip(connectors.iter().zip(&applications)).all(|(tenant, (connector, application))| {
            let tenant = directory.tenant(*tenant).unwrap();
            tenant.connectors().map(ConnectorView::id).eq([*connector])
                && tenant.applications().map(ApplicationView::id).eq([*application])
        })
    };
    assert!(is_own(&first));
    let json = |directory: &Directory| serde_json::to_string(directory).unwrap();
    let (mut known, mut open) = (HashSet::from([json(&first)]), VecDeque::from([first.clone()]));
    while let Some(before) = open.pop_front() {
        for command in &commands {
            let DirectoryCommand::InTenant { tenant, .. } = command else { continue };
            let mut after = before.clone();
            let result = after.apply(command);
            for other in tenants {
                assert!(other == *tenant || after.tenant(other) == before.tenant(other), "T6 {command:?}");
            }
            assert!(is_own(&after), "T6 {command:?}");
            if result.is_ok() && known.insert(json(&after)) {
                open.push_back(after);
            }
        }
    }
    println!("two tenants: {} states, {} commands in each", known.len(), commands.len());
    // Each tenant's connector is in one of two groups, its application in one of them or in none.
    assert_eq!(known.len(), (2 * 3) * (2 * 3));
}

/// All of it at once. Takes minutes: `cargo test --release --test reachable -- --ignored --nocapture`.
#[test]
#[ignore = "a long proof with its own command"]
fn every_state_of_a_bigger_world() {
    let (names, urls): (&[&str], &[Option<&str>]) = (&["Default", "One"], &[None, Some("https://a.example/")]);
    let world = World { connectors: 2, applications: 2, names, urls, comes_and_goes: false, days: &[-1, 0, 5] };
    assert_eq!(under_all_rules("bigger", world, names), BIGGER);
}

/// Counted once: a rule that is lost or made up changes them.
const SETTLED: usize = 27_680;
const ARRIVALS: (usize, usize) = (8_680, 20_544);
const BIGGER: usize = 1_225_664;
