//! What was taken back comes back to its place, however the tenant came about in between.

use connector_groups::{
    AppId, ApplicationId, Directory, Event, Tenant, TenantId,
    command::{CreateApplication, DeleteApplication},
    document::Document,
    view::{ApplicationView, ConnectorGroupView},
    workload::Step,
};
use proptest::prelude::*;

use super::{
    assert_recount, rules,
    steps::{RULES, step, tenant},
    to_json,
};

/// What is done to a tenant.
#[derive(Debug, Clone)]
enum Deed {
    Apply(Step),
    /// So many of the last steps are taken back.
    Undo(u8),
    /// Read from its document, found with another seed.
    Load(u64),
    /// Copied into a directory with another seed: hashed anew.
    Hash(u64),
    /// Away, and back from a directory's undo.
    Restore,
    /// So many come and go, the first ones first, that the columns are squeezed.
    Squeeze,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        30 => step().prop_map(Deed::Apply),
        12 => (0_u8..12).prop_map(Deed::Undo),
        4 => any::<u64>().prop_map(Deed::Load),
        2 => any::<u64>().prop_map(Deed::Hash),
        1 => Just(Deed::Restore),
        1 => Just(Deed::Squeeze),
    ];
    prop::collection::vec(deed, 0..80)
}

fn in_directory(tenant: &Tenant, seed: u64) -> Directory {
    let mut directory = Directory::with_hash_seed(seed);
    directory.copy_tenant(tenant, tenant.id()).unwrap();
    directory
}

/// So many, then gone again: dead slots before all that comes later, until they are too many.
fn come_and_go(tenant: &mut Tenant) -> Vec<Event> {
    let id = |number: u128| (ApplicationId::from_u128(1 << 64 | number), AppId::from_u128(1 << 64 | number));
    let mut events = Vec::new();
    for (id, app_id) in (0..1_200).map(id) {
        events.extend(
            tenant.apply(&CreateApplication { id, app_id, display_name: "a".into(), properties: None }.into()).unwrap(),
        );
    }
    for (id, _) in (0..1_200).map(id) {
        events.extend(tenant.apply(&DeleteApplication { id }.into()).unwrap());
    }
    events
}

/// Every way to go through things says the same order as the document: from each on, of each group, and all at once.
fn assert_order(tenant: &Tenant) {
    let folded = |group: ConnectorGroupView<'_>| group.name().as_str().trim().to_lowercase();
    let applications: Vec<ApplicationId> = tenant.applications().map(ApplicationView::id).collect();
    for (place, id) in applications.iter().enumerate() {
        let after = tenant.applications_after(*id).unwrap().map(ApplicationView::id);
        assert!(after.eq(applications[place + 1..].iter().copied()));
    }
    for (group, listed) in tenant.applications_by_connector_group() {
        assert!(group.applications().map(ApplicationView::id).eq(listed));
        for id in &applications {
            let rest = tenant.applications_after(*id).unwrap().filter(|view| view.connector_group() == Some(group));
            assert!(group.applications_after(*id).unwrap().eq(rest));
        }
        let connectors: Vec<_> = tenant.connectors().collect();
        for (place, connector) in connectors.iter().enumerate() {
            let rest = connectors[place + 1..].iter().filter(|other| other.connector_group() == group);
            assert!(group.members_after(connector.id()).unwrap().eq(rest.copied()));
            assert!(tenant.connectors_after(connector.id()).unwrap().eq(connectors[place + 1..].iter().copied()));
        }
        let same = tenant.connector_groups().filter(|other| folded(*other) == folded(group));
        assert!(tenant.connector_groups_by_name(group.name().as_str()).eq(same));
    }
    let attached = tenant.applications().filter_map(|view| view.service_principal().map(|found| found.id));
    assert!(tenant.service_principals().map(|(_, found)| found.id).eq(attached));
    let segments = tenant.applications().flat_map(|view| view.application_segments().map(|segment| segment.id));
    assert!(tenant.application_segments().map(|(_, segment)| segment.id).eq(segments));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 32, ..ProptestConfig::default() })]

    /// Whatever is done and taken back, and whatever layout it is taken back in: the exact document of then, every invariant
    /// and count, and every order. A tenant that was only ever loaded decides the same events.
    #[test]
    fn an_undo_leads_back_in_every_layout(rules in rules(), deeds in deeds()) {
        let mut tenant = tenant(RULES[rules]);
        let mut past: Vec<(String, Vec<Event>)> = Vec::new();
        for deed in deeds {
            match deed {
                Deed::Apply(step) => {
                    let (before, command) = (to_json(&tenant), step.resolve_in(&tenant));
                    let plain = Tenant::try_from(Document::from(&tenant)).unwrap();
                    prop_assert_eq!(plain.decide(&command), tenant.decide(&command));
                    if let Ok(events) = tenant.apply(&command) {
                        // Written down and read again, as a journal does, or as they are.
                        let read = serde_json::from_str(&serde_json::to_string(&events).unwrap()).unwrap();
                        past.push((before, if past.len().is_multiple_of(2) { read } else { events }));
                    }
                }
                Deed::Undo(steps) => {
                    for _ in 0..steps {
                        let Some((before, events)) = past.pop() else { break };
                        let then = tenant.clone();
                        tenant.undo(&events);
                        prop_assert_eq!(to_json(&tenant), before);
                        let mut again = tenant.clone();
                        again.evolve(&events);
                        prop_assert_eq!(&again, &then);
                    }
                }
                Deed::Load(seed) => tenant = Tenant::from_document(Document::from(&tenant), seed).unwrap(),
                Deed::Hash(seed) => tenant = in_directory(&tenant, seed).tenant(tenant.id()).unwrap().clone(),
                Deed::Restore => {
                    let mut directory = in_directory(&tenant, 1);
                    let others = [TenantId::from_u128(1), TenantId::from_u128(2)];
                    for id in others {
                        directory.copy_tenant(&tenant, id).unwrap();
                    }
                    let delete = connector_groups::command::DeleteTenant { id: tenant.id() };
                    let events = directory.apply(&delete.into()).unwrap();
                    let mut directory = Directory::from_document((&directory).into(), 2).unwrap();
                    directory.undo(&events);
                    prop_assert!(directory.tenants().map(Tenant::id).eq([tenant.id()].into_iter().chain(others)));
                    tenant = directory.tenant(tenant.id()).unwrap().clone();
                }
                Deed::Squeeze => {
                    let before = to_json(&tenant);
                    past.push((before, come_and_go(&mut tenant)));
                }
            }
            prop_assert_eq!(tenant.audit(), vec![]);
            assert_recount(&tenant);
        }
        assert_order(&tenant);
    }
}
