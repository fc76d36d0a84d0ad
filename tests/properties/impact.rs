//! What an impact tells, against a comparison of everything before with everything after.

use std::collections::BTreeMap;

use connector_groups::{
    Availability,
    command::*,
    impact::{AvailabilityChange, ConnectorGroupChange, Loss},
    model::{Change, ConnectorStatus, PublishingChanges},
    view::{ApplicationView, ConnectorGroupView, ConnectorView},
    *,
};
use proptest::prelude::*;

use super::{
    reached, rules,
    steps::{RULES, step, steps, tenant},
};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// An impact is the difference between before and after, and nothing is run for it.
    #[test]
    fn impact_is_what_happens(rules in rules(), path in steps(10..60), last in step()) {
        let before = with_wildcards(reached(rules, &path));
        let last = last.resolve_in(&before);
        assert_impact(&before, &last);
    }

    /// Whole groups that go one after the other, among other things.
    #[test]
    fn impact_follows_whole_groups(
        rules in rules(),
        path in steps(10..60),
        moves in prop::collection::vec((0_usize..5, 0_usize..5, prop::option::weighted(0.4, step())), 1..10),
    ) {
        let before = with_wildcards(reached(rules, &path));
        let groups: Vec<_> = before.connector_groups().map(ConnectorGroupView::id).collect();
        let mut after = before.clone();
        let mut commands: Vec<Command> = Vec::new();
        for (from, to, between) in moves {
            let whole = ReassignApplications {
                applications: Selection::In(groups[from % groups.len()]),
                connector_group: groups[to % groups.len()],
            };
            let between = between.map(|step| step.resolve_in(&after));
            let between = between.filter(|command| !matches!(command, Command::Transaction(_)));
            for command in between.into_iter().chain([whole.into()]) {
                if after.apply(&command).is_ok() {
                    commands.push(command);
                }
            }
        }
        assert_impact(&before, &Transaction { commands }.into());
    }

    /// A loss is what the reports of the lost connections would do, and nothing that depends on it goes unnamed.
    #[test]
    fn a_loss_is_its_reports(rules in rules(), path in steps(10..60), which in any::<prop::sample::Index>()) {
        let tenant = reached(rules, &path);
        let connectors: Vec<_> = tenant.connectors().map(ConnectorView::id).collect();
        let groups: Vec<_> = tenant.connector_groups().collect();
        let group = groups[which.index(groups.len())];
        let in_region = |connector: &ConnectorView<'_>| connector.connector_group().region() == group.region();
        let mut losses = vec![
            (Loss::ConnectorGroup(group.id()), group.members().map(ConnectorView::id).collect()),
            (Loss::Region(group.region().clone()), tenant.connectors().filter(in_region).map(ConnectorView::id).collect()),
        ];
        if !connectors.is_empty() {
            let connector = connectors[which.index(connectors.len())];
            losses.push((Loss::Connector(connector), vec![connector]));
            let dependents = tenant.dependents_of_connector(connector).unwrap();
            let impact = tenant.what_if(&Loss::Connector(connector)).unwrap();
            let unavailable: Vec<_> = impact.become_unavailable().collect();
            let expected: Vec<_> =
                dependents.applications().filter(|_| dependents.is_last()).map(ApplicationView::id).collect();
            prop_assert_eq!(unavailable, expected);
        }
        let unavailable: Vec<_> = tenant.what_if(&Loss::ConnectorGroup(group.id())).unwrap().become_unavailable().collect();
        let dependents = tenant.dependents_of_connector_group(group.id()).unwrap();
        let expected: Vec<_> = dependents.applications().filter(|_| dependents.is_last()).map(ApplicationView::id).collect();
        prop_assert_eq!(unavailable, expected);
        for (loss, connectors) in losses {
            let inactive = |id| ReportConnector { id, status: Some(ConnectorStatus::Inactive), external_ip: None, version: None };
            let reports = Transaction { commands: connectors.into_iter().map(|id| inactive(id).into()).collect() };
            let expected = tenant.impact(&reports.clone().into()).unwrap();
            prop_assert_eq!(to_json(&tenant.what_if(&loss).unwrap()), to_json(&expected));
            assert_impact(&tenant, &reports.into());
        }
        prop_assert!(tenant.what_if(&Loss::Connector(ConnectorId::from_u128(u128::MAX))).is_none());
        prop_assert!(tenant.what_if(&Loss::ConnectorGroup(ConnectorGroupId::from_u128(u128::MAX))).is_none());
    }
}

/// Every other published application gets a URL that stands for many; the generator makes none.
fn with_wildcards(mut tenant: Tenant) -> Tenant {
    let published = tenant.applications().filter(|application| application.is_published());
    let ids: Vec<_> = published.map(ApplicationView::id).step_by(2).collect();
    for (number, application) in ids.into_iter().enumerate() {
        let external_url = Change::Set(format!("https://*.w{number}.contoso.com/").into());
        let on_premises_publishing = Box::new(PublishingChanges { external_url, ..PublishingChanges::default() });
        tenant.apply(&PublishApplication { application, on_premises_publishing }.into()).unwrap();
    }
    tenant
}

/// Every hazard is met, so that what the properties say of them is said of something.
#[test]
fn every_hazard_comes_up() {
    let mut counts = BTreeMap::<&str, u32>::new();
    for seed in 0..60 {
        let mut tenant = tenant(RULES[0]);
        let mut workload = workload::Workload::new(seed);
        for _ in 0..60 {
            _ = tenant.apply(&workload.next_step().resolve_in(&tenant));
        }
        let tenant = with_wildcards(tenant);
        for _ in 0..60 {
            let Ok(impact) = tenant.impact(&workload.next_step().resolve_in(&tenant)) else { continue };
            impact.hazards().iter().for_each(|hazard| *counts.entry(hazard.rule()).or_default() += 1);
        }
    }
    println!("{counts:?}");
    for rule in ["R-28", "R-35", "R-63", "R-66"] {
        assert!(counts.get(rule) > Some(&20), "{rule}: {counts:?}");
    }
}

fn to_json(impact: &Impact) -> String {
    serde_json::to_string(impact).unwrap()
}

fn assert_impact(before: &Tenant, command: &Command) {
    let mut after = before.clone();
    let impact = before.impact(command);
    let result = after.apply(command);
    let Ok(impact) = impact else {
        assert_eq!(impact.err(), result.err());
        return;
    };
    let all = all_applications(before, &after);
    let change = |application: &ApplicationId| {
        let group = |tenant: &Tenant| tenant.application(*application).and_then(group_of).map(|id| active(tenant, id));
        let active_connectors = group(&after).unwrap_or(0);
        let availability = |tenant: &Tenant| group(tenant).map(served_by);
        let (before, after) = (availability(before), availability(&after));
        AvailabilityChange { application: *application, before, after, active_connectors }
    };
    let expected: Vec<_> = all.iter().map(change).filter(|change| change.before != change.after).collect();
    assert_eq!(impact.applications().collect::<Vec<_>>(), expected);
    assert_eq!(impact.applications_count(), expected.len());
    let that = |is: fn(&AvailabilityChange) -> bool| -> Vec<_> {
        expected.iter().filter(|change| is(change)).map(|change| change.application).collect()
    };
    assert_eq!(impact.become_unavailable().collect::<Vec<_>>(), that(AvailabilityChange::becomes_unavailable));
    assert_eq!(impact.become_at_risk().collect::<Vec<_>>(), that(AvailabilityChange::becomes_at_risk));
    assert_eq!(impact.become_better().collect::<Vec<_>>(), that(AvailabilityChange::becomes_better));
    assert_flows(&impact, before, &after, &all);
    assert_connector_groups(&impact, before, &after);
    assert_hazards(&impact, before, &after, &all);
}

fn group_of(application: ApplicationView<'_>) -> Option<ConnectorGroupId> {
    application.connector_group().map(ConnectorGroupView::id)
}

fn active(tenant: &Tenant, id: ConnectorGroupId) -> u32 {
    let is_one = |connector: &ConnectorView<'_>| connector.connector_group().id() == id && connector.is_active();
    u32::try_from(tenant.connectors().filter(is_one).count()).unwrap()
}

fn served_by(active_connectors: u32) -> Availability {
    match active_connectors {
        0 => Availability::Unavailable,
        1 => Availability::AtRisk,
        _ => Availability::HighlyAvailable,
    }
}

/// Those before and then those that are new, each in creation order.
fn all_applications(before: &Tenant, after: &Tenant) -> Vec<ApplicationId> {
    let new = after.applications().filter(|application| before.application(application.id()).is_none());
    before.applications().chain(new).map(ApplicationView::id).collect()
}

fn all_groups(before: &Tenant, after: &Tenant) -> Vec<ConnectorGroupId> {
    let new = after.connector_groups().filter(|group| before.connector_group(group.id()).is_none());
    before.connector_groups().chain(new).map(ConnectorGroupView::id).collect()
}

type Way = (Option<ConnectorGroupId>, Option<ConnectorGroupId>);

fn way(before: &Tenant, after: &Tenant, id: ApplicationId) -> Way {
    (before.application(id).and_then(group_of), after.application(id).and_then(group_of))
}

fn assert_flows(impact: &Impact, before: &Tenant, after: &Tenant, all: &[ApplicationId]) {
    let mut expected = BTreeMap::<Way, Vec<ApplicationId>>::new();
    for id in all {
        expected.entry(way(before, after, *id)).or_default().push(*id);
    }
    let standing = |tenant: &Tenant, id: Option<ConnectorGroupId>| {
        id.map(|id| (served_by(active(tenant, id)), tenant.connector_group(id).unwrap().region().clone()))
    };
    expected.retain(|(from, to), _| from != to || standing(before, *from) != standing(after, *to));
    let mut places = Vec::new();
    for flow in impact.flows() {
        let way = (flow.from().map(ConnectorGroupView::id), flow.to().map(ConnectorGroupView::id));
        let applications: Vec<_> = flow.applications().collect();
        assert_eq!(usize::try_from(flow.applications_count()).unwrap(), applications.len());
        assert_eq!(Some(applications), expected.remove(&way), "{way:?}");
        let place = |tenant: &Tenant, id: Option<ConnectorGroupId>| {
            id.map(|id| tenant.connector_groups().position(|group| group.id() == id))
        };
        places.push((place(before, way.0), place(after, way.1)));
        assert_eq!(flow.before(), standing(before, way.0).map(|(availability, _)| availability));
        assert_eq!(flow.after(), standing(after, way.1).map(|(availability, _)| availability));
    }
    assert!(expected.is_empty(), "{expected:?}");
    assert!(places.is_sorted());
    let default = after.default_connector_group().id();
    let at_rest = all.iter().copied().filter(|id| {
        let (from, to) = way(before, after, *id);
        to == Some(default) && from != to
    });
    assert_eq!(impact.come_to_rest_in_default().collect::<Vec<_>>(), at_rest.collect::<Vec<_>>());
}

fn assert_connector_groups(impact: &Impact, before: &Tenant, after: &Tenant) {
    let record = |tenant: &Tenant, id: ConnectorGroupId| {
        let group = tenant.connector_group(id)?;
        Some((group.to_connector_group(), active(tenant, id), group.members().count(), group.applications().count()))
    };
    let changed = all_groups(before, after).into_iter().filter(|id| record(before, *id) != record(after, *id));
    let told: Vec<_> = impact.connector_groups().collect();
    assert_eq!(told.iter().map(ConnectorGroupChange::id).collect::<Vec<_>>(), changed.collect::<Vec<_>>());
    for change in told {
        let id = change.id();
        assert_eq!(change.before, before.connector_group(id));
        assert_eq!(change.after, after.connector_group(id));
        let holds =
            |tenant: &Tenant| record(tenant, id).map(|(_, _, connectors, applications)| connectors + applications);
        assert_eq!(change.becomes_empty(), holds(before) > Some(0) && holds(after) == Some(0));
        for availability in [Availability::Unavailable, Availability::AtRisk, Availability::HighlyAvailable] {
            let was = served_by(active(before, id));
            let is = after.connector_group(id).map(|_| served_by(active(after, id)));
            assert_eq!(change.becomes(availability), was != availability && is == Some(availability));
        }
    }
}

fn assert_hazards(impact: &Impact, before: &Tenant, after: &Tenant, all: &[ApplicationId]) {
    let availability = |tenant: &Tenant, id: Option<ConnectorGroupId>| id.map(|id| served_by(active(tenant, id)));
    let mut expected = Vec::new();
    for group in after.connector_groups() {
        for worst in [Availability::Unavailable, Availability::AtRisk] {
            let newly = all.iter().filter(|id| {
                let (from, to) = way(before, after, **id);
                let was = availability(before, from);
                to == Some(group.id()) && availability(after, to) == Some(worst) && (was.is_none() || was > Some(worst))
            });
            let (connector_group, applications) = (group.id(), u32::try_from(newly.count()).unwrap());
            match worst {
                _ if applications == 0 => {}
                Availability::Unavailable => expected.push(Hazard::NoActiveConnector { connector_group, applications }),
                _ => expected.push(Hazard::OneActiveConnector { connector_group, applications }),
            }
        }
    }
    let endpoint = |tenant: &Tenant, id: ApplicationId| {
        let application = tenant.application(id)?;
        let url = application.on_premises_publishing()?.external_url?;
        let group = application.connector_group()?;
        url.split('/').nth(2)?.contains('*').then(|| (group.id(), group.region().clone()))
    };
    for id in all {
        let Some((connector_group, region)) = endpoint(after, *id) else { continue };
        let was = endpoint(before, *id).map_or_else(|| before.default_region().clone(), |(_, region)| region);
        if was != region {
            expected.push(Hazard::WildcardRegion { application: *id, connector_group, region });
        }
    }
    let applications = u32::try_from(impact.come_to_rest_in_default().count()).unwrap();
    if applications > 0 {
        expected.push(Hazard::DefaultInUse { applications });
    }
    // A list by severity, each kind in creation order.
    expected.sort_by_key(|hazard| match hazard {
        Hazard::NoActiveConnector { .. } => 0,
        Hazard::OneActiveConnector { .. } => 1,
        Hazard::WildcardRegion { .. } => 2,
        _ => 3,
    });
    assert_eq!(impact.hazards(), expected);
}
