//! What each path costs, counted: a path that is flat in the tenant's size does the same work at a thousand applications as at
//! twenty thousand.

use alloc::vec::Vec;

use super::{
    super::HashSeed,
    super::bulk_move::{BulkMove, ToMove},
    State, group, ids, state_with,
};
use crate::{
    columns::work::{self, Work},
    ids::{ApplicationId, ConnectorGroupId},
};

/// What a path costs at two sizes, a small one and twenty times that.
fn work_at_two_sizes(path: impl Fn(&mut State, u128)) -> (Work, Work) {
    let at = |applications: u128| {
        let mut state = state_with(applications);
        // A snapshot shares every page.
        let _snapshot = state.clone();
        work::of(|| path(&mut state, applications))
    };
    (at(1_000), at(20_000))
}

/// Flat in the number of applications: moving a whole group, taking it back, and listing a page.
#[test]
fn a_whole_group_goes_and_comes_back_at_no_cost_in_its_size() {
    let (default, other) = (ConnectorGroupId::from_u128(0), ConnectorGroupId::from_u128(1));
    let (small, big) = work_at_two_sizes(|state, _| {
        let bulk = BulkMove::groups([state.default_connector_group()].into_iter()).unwrap();
        state.apply_bulk_move(&bulk, other);
        state.undo_bulk_move(&bulk);
        assert_eq!(state.connector_group(default).unwrap().applications().take(100).count(), 100);
    });
    assert_eq!(small.elements, 0);
    assert!(big.pages <= small.pages && big.pages <= 4, "{small:?}, {big:?}");
    assert!(big.buckets <= 8 && big.steps <= small.steps, "{small:?}, {big:?}");
}

/// One command after a snapshot copies the pages that it writes to, four: the application's node, what both nodes hold,
/// which is the other group's topmost one, both counts.
#[test]
fn one_move_after_a_snapshot_copies_a_few_pages() {
    let other = ConnectorGroupId::from_u128(1);
    let (small, big) = work_at_two_sizes(|state, _| {
        state.reassign_applications([(ApplicationId::from_u128(500), other)].into_iter());
    });
    assert!(small.pages == 4 && big.pages == 4, "{small:?}, {big:?}");
    assert!(big.buckets <= 8 && big.steps <= 2 && big.elements == 0, "{small:?}, {big:?}");
}

/// A list costs a look into about one bucket for each id, and two visits to each node, or to 64 of them at once where they
/// are one, whatever the tenant holds.
#[test]
fn a_list_costs_a_little_over_a_bucket_for_each_id() {
    let [other, third] = [1, 2].map(ConnectorGroupId::from_u128);
    let reassign = |state: &mut State, listed: Vec<ApplicationId>| {
        let before = state.clone();
        let to = before.connector_group(other).unwrap();
        let Some(ToMove::Many(bulk)) = before.list_applications(&listed).not_yet_in(to) else {
            panic!("all of many leave")
        };
        state.apply_bulk_move(&bulk, other);
    };
    let (small, big) = work_at_two_sizes(|state, applications| reassign(state, ids(0..applications)));
    let mut mixed = state_with(1_000);
    mixed.push_connector_group(&group(2));
    mixed.reassign_applications(ids((0..1_000).step_by(2)).into_iter().map(|id| (id, third)));
    assert_eq!(work::of(|| reassign(&mut mixed, ids(0..1_000))).elements, 2_000);
    for (work, applications) in [(small, 1_000), (big, 20_000)] {
        assert!(work.elements <= 2 * (applications / 64 + 64), "{work:?}");
        assert!(
            (applications..=applications * 5 / 4).contains(&work.buckets) && (1..20).contains(&work.steps),
            "{work:?}"
        );
        assert!(work.pages <= applications / 1_024 + 4, "{work:?}");
    }
}

/// A list of one costs what one costs, however long the columns are: nothing is made for all of the tenant's applications.
#[test]
fn a_list_of_one_is_flat_in_the_tenants_size() {
    let other = ConnectorGroupId::from_u128(1);
    let (small, big) = work_at_two_sizes(|state, _| {
        let to = state.connector_group(other).unwrap();
        let listed = ids([500].into_iter());
        let mut list = state.list_applications(&listed);
        assert!(matches!(list.not_yet_in(to), Some(ToMove::Few(_))));
        assert_eq!(list.unfit().count(), 0);
    });
    assert_eq!((big.side_by_side, big.elements), (0, 0), "{big:?}");
    assert!(big.buckets <= small.buckets && big.steps <= small.steps, "{small:?}, {big:?}");
}

/// Two states of one past are compared on the pages that were written to since.
#[test]
fn a_comparison_looks_where_something_changed() {
    let other = ConnectorGroupId::from_u128(1);
    let (small, big) = work_at_two_sizes(|state, _| {
        let before = state.clone();
        state.rename_application(ApplicationId::from_u128(3), &"b".into());
        state.reassign_applications([(ApplicationId::from_u128(500), other)].into_iter());
        state.remove_application(ApplicationId::from_u128(700));
        let diff = before.applications_diff(state);
        let diff = diff.iter().map(|(from, to)| (from.unwrap().id().as_u128(), to.is_some()));
        assert_eq!(diff.collect::<Vec<_>>(), [(3, true), (500, true), (700, false)]);
    });
    assert!(small.steps > 1_000 && big.steps <= 6_000, "{small:?}, {big:?}");
}

/// Those that share nothing are compared without a look-up as long as they go on alike.
#[test]
fn equal_states_are_compared_side_by_side() {
    let mut state = state_with(3_000);
    let other = state.laid_out_anew(HashSeed::default());
    let compare = |state: &State| work::of(|| assert!(state.applications_diff(&other).len() <= 1));
    assert_eq!(compare(&state).buckets, 0);
    state.remove_application(ApplicationId::from_u128(7));
    assert!(compare(&state).buckets < 20);
}
