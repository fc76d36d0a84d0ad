//! A history against a list of documents.

use connector_groups::{command::UpdateConnectorGroup, workload::Step, *};
use proptest::{prelude::*, sample::Index};

use super::{
    rules,
    steps::{RULES, step, tenant},
    to_json,
};

/// What is done to a history.
#[derive(Debug, Clone)]
enum Deed {
    Apply(Step),
    Undo,
    Redo,
    GoTo(Index),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        12 => step().prop_map(Deed::Apply),
        2 => Just(Deed::Undo),
        2 => Just(Deed::Redo),
        1 => any::<Index>().prop_map(Deed::GoTo),
    ];
    prop::collection::vec(deed, 0..250)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// Whatever is done, undone and done again: every point that is kept is the exact document of then, and the events from
    /// any point on lead to the present.
    #[test]
    fn a_history_is_its_documents(
        rules in rules(), deeds in deeds(), max in prop_oneof![Just(usize::MAX), 0_usize..40],
    ) {
        let mut history = History::with_steps_max(tenant(RULES[rules]), max);
        let (mut documents, mut present) = (vec![to_json(history.present())], 0_usize);
        let mut first = 0_usize;
        for deed in deeds {
            match deed {
                Deed::Apply(step) => {
                    let command = step.resolve_in(history.present());
                    let expected = history.present().decide(&command);
                    let result = history.apply(&command).map(<[Event]>::to_vec);
                    prop_assert_eq!(&result, &expected);
                    if expected.is_ok_and(|events| !events.is_empty()) {
                        documents.truncate(present + 1);
                        documents.push(to_json(history.present()));
                        present += 1;
                        first = first.max((present).saturating_sub(max.max(1)));
                        let last = history.entries().next_back().unwrap();
                        prop_assert_eq!((last.command, last.point), (Some(&command), u64::try_from(present).unwrap()));
                    }
                }
                Deed::Undo => {
                    prop_assert_eq!(history.undo().is_some(), present > first);
                    present = present.saturating_sub(1).max(first);
                    prop_assert_eq!(&to_json(history.present()), &documents[present]);
                }
                Deed::Redo => {
                    prop_assert_eq!(history.redo().is_some(), present + 1 < documents.len());
                    present = (present + 1).min(documents.len() - 1);
                    prop_assert_eq!(&to_json(history.present()), &documents[present]);
                }
                Deed::GoTo(index) => {
                    let point = index.index(documents.len() + 1);
                    let is_kept = (first..documents.len()).contains(&point);
                    prop_assert_eq!(history.go_to(u64::try_from(point).unwrap()).is_some(), is_kept);
                    present = if is_kept { point } else { present };
                }
            }
            let points = (history.first_point(), history.point(), history.last_point());
            let expected = (first, present, documents.len() - 1);
            prop_assert_eq!(points, (expected.0.try_into().unwrap(), expected.1.try_into().unwrap(), expected.2.try_into().unwrap()));
        }
        prop_assert_eq!(history.entries().len(), documents.len() - 1 - first);
        for (point, document) in documents.iter().enumerate() {
            let at = history.at(u64::try_from(point).unwrap());
            prop_assert_eq!(at.is_some(), point >= first);
            let events = history.events_since(u64::try_from(point).unwrap());
            prop_assert_eq!(events.is_some(), (first..=present).contains(&point));
            let Some(mut at) = at else { continue };
            prop_assert_eq!(&to_json(&at), document);
            if let Some(events) = events {
                at.evolve(&events.cloned().collect::<Vec<_>>());
                prop_assert_eq!(&to_json(&at), &documents[present]);
            }
        }
        prop_assert!(history.at(u64::try_from(documents.len()).unwrap()).is_none());
        let mut copy = History::new(history.at(history.first_point()).unwrap());
        copy.evolve(Vec::new());
        prop_assert_eq!(copy.point(), 0);
        let events = history.events_since(history.first_point()).unwrap().cloned().collect::<Vec<_>>();
        copy.evolve(events);
        prop_assert_eq!(copy.present(), history.present());
    }
}

/// Past several snapshots, whole and with a bound that leaves one of them or none.
#[test]
fn every_point_of_a_long_history_is_what_it_was() {
    let name = |tenant: &Tenant| tenant.default_connector_group().name().to_string();
    for max in [1_000, 100, 10] {
        let mut history = History::with_steps_max(tenant(RULES[0]), max);
        let mut names = vec![name(history.present())];
        let id = history.present().default_connector_group().id();
        for number in 0..300 {
            let new = format!("Name {number}");
            names.push(new.clone());
            let events = history.apply(&UpdateConnectorGroup { id, name: Some(new.into()), region: None }.into());
            assert_eq!(events.unwrap().len(), 1);
        }
        let first = history.first_point();
        assert_eq!(first, 300_u64.saturating_sub(max.try_into().unwrap()));
        for (point, expected) in (0..).zip(&names) {
            let at = history.at(point);
            assert_eq!(at.as_ref().map(name), (point >= first).then(|| expected.clone()), "{point}");
        }
        while history.undo().is_some() {
            assert_eq!(name(history.present()), names[usize::try_from(history.point()).unwrap()]);
        }
        assert_eq!((history.point(), history.last_point()), (first, 300));
    }
}
