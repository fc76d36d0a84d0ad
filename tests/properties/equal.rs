//! Tenants that are equal take each other's events, whatever each has been through.

use connector_groups::{
    AppId, ApplicationId, Tenant,
    command::{CreateApplication, DeleteApplication},
    document::Document,
    workload::Step,
};
use proptest::prelude::*;

use super::{
    assert_recount, rules,
    steps::{RULES, step, tenant},
    to_json,
};

/// What one of two equal tenants does by itself, so that it is equal again and yet has been elsewhere.
#[derive(Debug, Clone)]
pub(crate) enum Detour {
    None,
    /// Both are one again.
    Parting,
    /// Read from its document, to be found with another seed.
    Read(u64),
    Undone(Step),
    Deleted,
}

pub(crate) fn detours() -> impl Strategy<Value = Vec<(Detour, bool, Step)>> {
    let detour = prop_oneof![
        6 => Just(Detour::None),
        1 => Just(Detour::Parting),
        1 => any::<u64>().prop_map(Detour::Read),
        2 => step().prop_map(Detour::Undone),
        1 => Just(Detour::Deleted),
    ];
    prop::collection::vec((detour, any::<bool>(), step()), 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Events hold for every tenant that is equal to the one that they were decided for, whatever came and went in either
    /// since they parted.
    #[test]
    fn an_equal_tenant_takes_the_events(rules in rules(), path in detours()) {
        let mut tenants = [tenant(RULES[rules]), tenant(RULES[rules])];
        tenants[1] = tenants[0].clone();
        for (detour, here, step) in &path {
            let [one, other] = &mut tenants;
            let one_way = if *here { &mut *one } else { &mut *other };
            match detour {
                Detour::None => {}
                Detour::Parting => *other = one.clone(),
                Detour::Read(seed) => *one_way = Tenant::from_document(Document::from(&*one_way), *seed).unwrap(),
                Detour::Undone(step) => {
                    let events = one_way.apply(&step.resolve_in(one_way)).unwrap_or_default();
                    one_way.undo(&events);
                }
                Detour::Deleted => {
                    let id = ApplicationId::from_u128(u128::MAX);
                    let display_name = "Gone".into();
                    one_way.apply(&CreateApplication { id, app_id: AppId::from_u128(u128::MAX), display_name }.into()).unwrap();
                    one_way.apply(&DeleteApplication { id }.into()).unwrap();
                }
            }
            let before = to_json(one);
            let Ok(events) = one.apply(&step.resolve_in(one)) else { continue };
            other.evolve(&events);
            prop_assert_eq!(to_json(other), to_json(one));
            assert_recount(other);
            let mut undone = other.clone();
            undone.undo(&events);
            prop_assert_eq!(to_json(&undone), before);
            assert_recount(&undone);
        }
    }
}
