//! A diff's commands lead from one state to the other, but for what they say they leave.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use connector_groups::{
    diff::*,
    document::*,
    model::*,
    view::{ApplicationView, ConnectorGroupView, ConnectorView},
    workload::Step,
    *,
};
use proptest::prelude::*;

use super::{
    equal::{Detour, detours},
    reached, rules,
    steps::steps,
};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Two states that come from one: the commands are accepted, each does something, and together they do all but the
    /// leftovers.
    #[test]
    fn a_diff_leads_from_one_state_to_the_other(
        rules in rules(), path in steps(0..40), one in steps(0..30), other in steps(0..30),
    ) {
        let ancestor = reached(rules, &path);
        let (from, to) = (later(&ancestor, &one), later(&ancestor, &other));
        assert_leads(&from, &to);
        assert_leads(&to, &from);
    }

    /// To an ancestor and back.
    #[test]
    fn a_diff_leads_back(rules in rules(), path in steps(0..40), more in steps(0..30)) {
        let ancestor = reached(rules, &path);
        let later = later(&ancestor, &more);
        assert_leads(&later, &ancestor);
        let same = diff(&later, &later);
        prop_assert!(same.is_empty());
        prop_assert_eq!(same.commands(), DiffCommands::default());
        prop_assert_eq!(same.to_string(), "");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever two states share, and whatever came and went in either since they parted.
    #[test]
    fn a_diff_is_what_a_comparison_of_everything_finds(rules in rules(), path in detours()) {
        let mut tenants = [reached(rules, &[]), reached(rules, &[])];
        tenants[1] = tenants[0].clone();
        for (detour, here, step) in &path {
            let [one, other] = &mut tenants;
            if let Detour::Parting = detour {
                *other = one.clone();
            }
            let one_way = if *here { one } else { other };
            let events = one_way.apply(&step.resolve_in(one_way)).unwrap_or_default();
            if let Detour::Undone(_) = detour {
                one_way.undo(&events);
            }
            let [one, other] = &tenants;
            assert_complete(one, other);
        }
        let [one, other] = &tenants;
        assert_complete(one, &Tenant::try_from(Document::from(other)).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None, cases: ProptestConfig::default().cases / 4, ..ProptestConfig::default()
    })]

    /// The same where things stand on many pages, most of which are shared.
    #[test]
    fn a_diff_is_what_a_comparison_of_everything_finds_in_a_large_tenant(one in steps(0..12), other in steps(0..12)) {
        static LARGE: OnceLock<Tenant> = OnceLock::new();
        let ancestor = LARGE.get_or_init(large);
        let (one, other) = (later(ancestor, &one), later(ancestor, &other));
        assert_complete(ancestor, &other);
        assert_complete(&one, &other);
        assert_complete(&other, &Tenant::try_from(Document::from(&one)).unwrap());
    }
}

/// More of each kind than stand on one page of any column.
fn large() -> Tenant {
    let group = |number: u128| ConnectorGroupDocument {
        id: ConnectorGroupId::from_u128(number),
        name: format!("Group {number}").into(),
        connector_group_type: ConnectorGroupType::ApplicationProxy,
        is_default: number == 0,
        region: "eur".into(),
    };
    let connector = |number: u128| ConnectorDocument {
        id: ConnectorId::from_u128(number),
        machine_name: "Host".into(),
        external_ip: "192.0.2.1".into(),
        status: ConnectorStatus::Active,
        inactive_since: None,
        version: "1".into(),
        member_of: ConnectorGroupId::from_u128(number % 40),
    };
    let application = |number: u128| ApplicationDocument {
        id: ApplicationId::from_u128(number),
        app_id: AppId::from_u128(number),
        display_name: "App".into(),
        properties: ApplicationProperties::default(),
        service_principal: None,
        application_segments: vec![],
        on_premises_publishing: Some(Box::default()),
        connector_group: Some(ConnectorGroupId::from_u128(number % 40)),
    };
    let document = Document {
        id: TenantId::from_u128(0),
        default_region: "eur".into(),
        now: Timestamp::UNIX_EPOCH,
        rules: Rules::default(),
        on_premises_publishing_profile: ProfileProperties::default(),
        connector_groups: (0..150).map(group).collect(),
        connectors: (0..1_200).map(connector).collect(),
        applications: (0..5_000).map(application).collect(),
    };
    Tenant::try_from(document).unwrap()
}

/// A record of each thing of both, one beside the other, in the order that is promised.
fn differences<I: Ord + Copy, T: PartialEq>(from: Vec<(I, T)>, to: Vec<(I, T)>) -> Vec<Difference<T>> {
    let known: BTreeSet<I> = from.iter().map(|(id, _)| *id).collect();
    let (there, added): (Vec<_>, Vec<_>) = to.into_iter().partition(|(id, _)| known.contains(id));
    let mut there: BTreeMap<I, T> = there.into_iter().collect();
    let former = from.into_iter().filter_map(|(id, from)| match there.remove(&id) {
        Some(to) => (from != to).then_some(Difference::Changed { from, to }),
        None => Some(Difference::Removed(from)),
    });
    former.chain(added.into_iter().map(|(_, thing)| Difference::Added(thing))).collect()
}

fn assert_complete(from: &Tenant, to: &Tenant) {
    let groups = |tenant: &Tenant| tenant.connector_groups().map(|one| (one.id(), one.to_connector_group())).collect();
    let connectors = |tenant: &Tenant| tenant.connectors().map(|one| (one.id(), one.to_connector())).collect();
    let applications = |tenant: &Tenant| tenant.applications().map(|one| (one.id(), one.to_application())).collect();
    let found = diff(from, to);
    assert_eq!(found.connector_groups(), differences(groups(from), groups(to)));
    assert_eq!(found.connectors(), differences(connectors(from), connectors(to)));
    assert_eq!(found.applications(), differences(applications(from), applications(to)));
}

fn later(tenant: &Tenant, path: &[Step]) -> Tenant {
    let mut tenant = tenant.clone();
    for step in path {
        _ = tenant.apply(&step.resolve_in(&tenant));
    }
    tenant
}

fn assert_leads(from: &Tenant, to: &Tenant) {
    let diff = diff(from, to);
    let entries = diff.connector_groups().len() + diff.connectors().len() + diff.applications().len();
    assert_eq!(diff.to_string().lines().count(), entries + usize::from(diff.tenant().is_some()));
    let DiffCommands { commands, leftovers, .. } = diff.commands();
    let mut led = from.clone();
    for command in &commands {
        let events = led.apply(command).unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
        assert!(!events.is_empty(), "{command:?} does nothing");
        let is_system = matches!(
            command,
            Command::RegisterConnector(_)
                | Command::ReportConnector(_)
                | Command::AdvanceClock(_)
                | Command::ProvisionConnectorGroup(_)
        );
        assert!(!is_system, "{command:?}");
    }
    assert_eq!(led.audit(), []);
    assert_eq!(Facts::of(&led, &leftovers), Facts::of(to, &leftovers), "{leftovers:#?}\n{commands:#?}");
    assert_needed(from, to, &leftovers);
}

/// What is left for a reason, and for no other.
fn assert_needed(from: &Tenant, to: &Tenant, leftovers: &[Leftover]) {
    // What stays where it is may be in the way of others.
    let stays = |leftover: &Leftover| {
        matches!(
            leftover,
            Leftover::ServiceGroup { .. } | Leftover::Refused { refusal: Refusal::ConnectorRegionLocked { .. }, .. }
        )
    };
    let something_stays = leftovers.iter().any(stays);
    for leftover in leftovers {
        match leftover {
            Leftover::Tenant => assert_ne!(from.now(), to.now()),
            Leftover::ConnectorAdded { connector } => {
                assert!(from.connector(*connector).is_none() && to.connector(*connector).is_some());
            }
            Leftover::ConnectorRemoved { connector } => {
                assert!(from.connector(*connector).is_some() && to.connector(*connector).is_none());
            }
            Leftover::ConnectorReported { connector } => {
                assert_ne!(from.connector(*connector), to.connector(*connector));
            }
            Leftover::ServiceGroup { connector_group } => {
                let group = to.connector_group(*connector_group).unwrap();
                let former = from.connector_group(*connector_group).map(ConnectorGroupView::connector_group_type);
                assert_ne!(former, Some(group.connector_group_type()));
            }
            Leftover::RegionLocked { connector_group } => {
                // Something stays in it, or goes to another one that waits as well.
                let is_locked = |id: Option<ConnectorGroupId>| {
                    let is_one = |other: &Leftover| matches!(other, Leftover::RegionLocked { connector_group } if Some(*connector_group) == id);
                    leftovers.iter().any(is_one)
                };
                let group = from.connector_group(*connector_group).unwrap();
                let waits = |member: ConnectorView<'_>| {
                    to.connector(member.id()).is_none_or(|member| is_locked(Some(member.connector_group().id())))
                };
                let serves = |application: ApplicationView<'_>| {
                    let group = to.application(application.id()).and_then(ApplicationView::connector_group);
                    is_locked(group.map(ConnectorGroupView::id))
                };
                let is_in_use = group.members().any(waits) || group.applications().any(serves);
                assert!(is_in_use || something_stays || group.is_default(), "{leftovers:#?}");
            }
            Leftover::Refused { refusal: Refusal::GroupReadOnly { connector_group, .. }, .. } => {
                let is_service = |tenant: &Tenant| {
                    let group = tenant.connector_group(*connector_group);
                    group.is_some_and(|group| *group.connector_group_type() != ConnectorGroupType::ApplicationProxy)
                };
                assert!(is_service(from) || is_service(to));
            }
            Leftover::Refused { refusal: Refusal::ConnectorRegionLocked { .. }, .. } => {
                assert!(from.rules().regional_connector_moves);
            }
            Leftover::Refused { refusal: Refusal::GroupNotEmpty { .. } | Refusal::DuplicateName { .. }, .. } => {
                assert!(something_stays, "{leftovers:#?}");
            }
            other => panic!("{other:?}"),
        }
    }
}

/// What must be equal, but for the leftovers: each list in the order of ids.
#[derive(Debug, PartialEq)]
struct Facts {
    connector_groups: Vec<ConnectorGroupDocument>,
    connectors: Vec<Connector>,
    applications: Vec<Application>,
}

impl Facts {
    fn of(tenant: &Tenant, leftovers: &[Leftover]) -> Self {
        let document = Document::from(tenant);
        let mut facts = Self {
            connector_groups: document.connector_groups,
            connectors: tenant.connectors().map(Connector::from).collect(),
            applications: tenant.applications().map(Application::from).collect(),
        };
        for leftover in leftovers {
            facts.overlook(leftover);
        }
        facts.connector_groups.sort_by_key(|group| group.id);
        facts.connectors.sort_by_key(|connector| connector.id);
        facts.applications.sort_by_key(|application| application.id);
        facts
    }

    fn overlook(&mut self, leftover: &Leftover) {
        let nowhere = ConnectorGroupId::from_u128(u128::MAX);
        let mut gone = BTreeSet::new();
        match leftover {
            Leftover::ConnectorAdded { connector } | Leftover::ConnectorRemoved { connector } => {
                self.connectors.retain(|other| other.id != *connector);
            }
            Leftover::ConnectorReported { connector } => {
                for other in self.connectors.iter_mut().filter(|other| other.id == *connector) {
                    let (id, member_of) = (other.id, other.member_of);
                    let text = || "".into();
                    let (machine_name, external_ip, version) = (text(), text(), text());
                    *other =
                        Connector { id, machine_name, external_ip, presence: Presence::Active, version, member_of };
                }
            }
            Leftover::ServiceGroup { connector_group } => _ = gone.insert(*connector_group),
            Leftover::RegionLocked { connector_group } => {
                for group in self.connector_groups.iter_mut().filter(|group| group.id == *connector_group) {
                    group.region = "".into();
                }
            }
            Leftover::Refused { command: Command::AddConnector(command), .. } => {
                for connector in self.connectors.iter_mut().filter(|connector| connector.id == command.connector) {
                    connector.member_of = nowhere;
                }
            }
            Leftover::Refused { command: Command::AddApplication(command), .. } => {
                let is_one = |application: &&mut Application| application.id == command.application;
                for application in self.applications.iter_mut().filter(is_one) {
                    application.publication.as_mut().unwrap().connector_group = nowhere;
                }
            }
            Leftover::Refused { command: Command::DeleteConnectorGroup(command), .. } => _ = gone.insert(command.id),
            Leftover::Refused { command: Command::UpdateConnectorGroup(command), .. } => {
                for group in self.connector_groups.iter_mut().filter(|group| group.id == command.id) {
                    if command.name.is_some() {
                        group.name = "".into();
                    }
                    if command.region.is_some() {
                        group.region = "".into();
                    }
                }
            }
            Leftover::Tenant => {}
            other => panic!("{other:?}"),
        }
        self.connector_groups.retain(|group| !gone.contains(&group.id));
    }
}
