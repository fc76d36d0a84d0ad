use alloc::{boxed::Box, string::ToString, vec::Vec};

use super::*;
use crate::{
    ids::{AppId, ApplicationId, ConnectorGroupId, ConnectorId},
    model::{
        application::{Application, Publication},
        connector::{Connector, Presence},
        group::{ConnectorGroup, ConnectorGroupType, Name},
    },
};

mod attachments;
mod counted;
mod seeds;

pub(super) fn group(number: u128) -> ConnectorGroup {
    ConnectorGroup {
        id: ConnectorGroupId::from_u128(number),
        name: Name::new("Group").unwrap(),
        connector_group_type: ConnectorGroupType::ApplicationProxy,
        is_default: number == 0,
        region: Region::new("eur").unwrap(),
    }
}

fn state() -> State {
    state_of(HashSeed::default())
}

pub(super) fn state_of(hash_seed: HashSeed) -> State {
    let (id, region) = (TenantId::from_u128(0), Region::new("eur").unwrap());
    let rules = Rules { unique_names: false, regional_connector_moves: false };
    State::new(hash_seed, id, region, Timestamp::UNIX_EPOCH, rules, &group(0))
}

/// Only foreign events ask for any of this. Every view still has a group, and the group that it says.
#[test]
fn no_foreign_event_takes_a_group_from_under_what_is_in_it() {
    let mut state = state();
    state.push_connector_group(&group(1));
    state.push_connector(&Connector { member_of: group(1).id, ..connector(1) });
    state.remove_connector_group(group(0).id);
    state.remove_connector_group(group(1).id);
    assert_eq!(state.connector_groups_count(), 2);
    assert_eq!(state.connectors().next().unwrap().connector_group().to_connector_group(), group(1));
    // A second default group: the first one keeps its name and region, and each its slot.
    let second = ConnectorGroup { is_default: true, name: Name::new("Second").unwrap(), ..group(2) };
    state.push_connector_group(&second);
    state.rename_connector_group(group(2).id, &Name::new("Renamed").unwrap());
    let names: Vec<_> = state.connector_groups().map(|group| group.name().as_str()).collect();
    assert_eq!(names, ["Group", "Group", "Renamed"]);
    state.remove_connectors([ConnectorId::from_u128(1)].into_iter());
    state.remove_connector_group(group(1).id);
    assert_eq!(state.connector_groups_count(), 2);
}

/// Its record is on no page, so that the diff has to look at it in any case.
#[test]
fn a_diff_sees_the_default_group() {
    let (before, mut after) = (state(), state());
    after.rename_connector_group(group(0).id, &Name::new("Other").unwrap());
    let name = |view: &Option<ConnectorGroupView<'_>>| view.map(|group| group.name().as_str().to_string());
    let told: Vec<_> = before.connector_groups_diff(&after).iter().map(|(from, to)| (name(from), name(to))).collect();
    assert_eq!(told, [(Some("Group".into()), Some("Other".into()))]);
    let mut copy = before.clone();
    copy.set_region(group(0).id, &Region::new("asia").unwrap());
    assert_eq!(before.connector_groups_diff(&copy).len(), 1);
}

/// What comes and goes leaves no dead slots behind, whichever kind it is of.
#[test]
fn dead_slots_are_squeezed_out_of_each_list() {
    const MANY: u128 = 2_100;
    let (mut groups, mut connectors, mut applications) = (state(), state(), state());
    for number in 1..=MANY {
        groups.push_connector_group(&group(number));
        connectors.push_connector(&connector(number));
        let (id, app_id) = (ApplicationId::from_u128(number), AppId::from_u128(number));
        applications.push_application(&Application::unpublished(id, app_id, "a".into()));
    }
    for number in 1..=MANY {
        groups.remove_connector_group(ConnectorGroupId::from_u128(number));
        assert!(!groups.groups.by_id.is_sparse());
        connectors.remove_connectors(core::iter::once(ConnectorId::from_u128(number)));
        assert!(!connectors.connectors.by_id.is_sparse());
        applications.remove_application(ApplicationId::from_u128(number));
        assert!(!applications.applications.by_id.is_sparse());
    }
    assert_eq!((groups.connector_groups_count(), connectors.connectors_count()), (1, 0));
}

pub(super) fn connector(number: u128) -> Connector {
    let (machine_name, external_ip, version) = ("h".into(), "i".into(), "1".into());
    let (id, member_of) = (ConnectorId::from_u128(number), ConnectorGroupId::from_u128(0));
    Connector { id, machine_name, external_ip, presence: Presence::Active, version, member_of }
}

/// What comes back goes to its place, whether there is a dead slot or everything is laid out anew for it.
#[test]
fn what_comes_back_goes_to_its_place_whatever_kind_it_is_of() {
    let mut state = state_with(3);
    for number in 0..3 {
        state.push_connector(&connector(number));
    }
    let comebacks: [fn(&mut State); 3] = [
        |state| state.restore_connector_group(1, &group(7)),
        |state| state.restore_connector(1, &connector(7)),
        |state| state.restore_application(1, &published(7)),
    ];
    let count =
        |state: &State| (state.connector_groups().count(), state.connectors().count(), state.applications().count());
    let before = state.clone();
    for (comeback, expected) in comebacks.iter().zip([(3, 3, 3), (2, 4, 3), (2, 3, 4)]) {
        let mut alone = before.clone();
        comeback(&mut alone);
        assert_eq!(count(&alone), expected);
        comeback(&mut state);
    }
    assert!(state.connector_groups().map(|group| group.id().as_u128()).eq([0, 7, 1]));
    assert!(state.connectors().map(|connector| connector.id().as_u128()).eq([0, 7, 1, 2]));
    assert!(state.applications().map(|application| application.id().as_u128()).eq([0, 7, 1, 2]));
    let default = state.default_connector_group();
    assert_eq!(
        (default.connectors_count(), default.active_connectors_count(), default.applications_count()),
        (4, 4, 4)
    );
    assert!(default.members().map(|connector| connector.id().as_u128()).eq([0, 7, 1, 2]));
}

/// So many published applications in the default group, and another group.
pub(super) fn state_with(applications: u128) -> State {
    let mut state = state();
    state.push_connector_group(&group(1));
    for number in 0..applications {
        state.push_application(&published(number));
    }
    state
}

pub(super) fn published(number: u128) -> Application {
    let on_premises_publishing = Box::default();
    let (connector_group, application_segments) = (ConnectorGroupId::from_u128(0), Vec::new());
    let publication = Some(Publication { connector_group, on_premises_publishing, application_segments });
    let (id, app_id) = (ApplicationId::from_u128(number), AppId::from_u128(number));
    Application { publication, ..Application::unpublished(id, app_id, "a".into()) }
}

pub(super) fn ids(numbers: impl Iterator<Item = u128>) -> Vec<ApplicationId> {
    numbers.map(ApplicationId::from_u128).collect()
}

fn views<'a>(state: &'a State, numbers: &[u128]) -> Vec<ApplicationView<'a>> {
    numbers.iter().map(|number| state.application(ApplicationId::from_u128(*number)).unwrap()).collect()
}

fn to_move<'a>(state: &'a State, numbers: &[u128], to: u128) -> ToMove<'a> {
    let to = state.connector_group(ConnectorGroupId::from_u128(to)).unwrap();
    ToMove::of(state, views(state, numbers).into_iter(), to)
}

fn many(state: &State, numbers: &[u128], to: u128) -> BulkMove {
    let ToMove::Many(bulk) = to_move(state, numbers, to) else { panic!("they are few") };
    bulk
}

#[test]
fn a_list_tells_what_is_there_and_which_id_is_in_it_twice() {
    let state = state_with(64);
    let repeated =
        |numbers: Vec<ApplicationId>| state.list_applications(&numbers).repeated().map(ApplicationId::as_u128);
    assert_eq!(repeated(ids(0..64)), None);
    assert_eq!(repeated(ids((0..64).chain([90]))), None);
    assert_eq!(repeated(ids((0..64).chain([90, 91]))), None);
    assert_eq!(repeated(ids((0..64).chain([90, 91, 90, 0]))), Some(90));
    assert_eq!(repeated(ids((0..64).chain([3, 0]))), Some(3));
    // Too few for a bit for every slot.
    assert_eq!((repeated(ids(0..2)), repeated(ids([1, 1].into_iter()))), (None, Some(1)));
    let listed = ids([5, 90, 0].into_iter());
    let list = state.list_applications(&listed);
    let found: Vec<_> = list.entries().map(|found| found.map(|application| application.id().as_u128())).collect();
    assert_eq!(found, [Some(5), None, Some(0)]);
    // Whose slot still says its id.
    let mut state = state;
    state.remove_application(ApplicationId::from_u128(0));
    let list = state.list_applications(&listed);
    assert!(list.entries().map(|found| found.is_some()).eq([true, false, false]));
}

/// Who is not named need not be published, however many they are.
#[test]
fn a_list_leaves_whoever_else_is_not_published() {
    let mut state = state_with(128);
    for id in ids(0..64) {
        state.unpublish_application(id);
    }
    let listed = ids(64..128);
    let to = state.connector_group(ConnectorGroupId::from_u128(1)).unwrap();
    assert!(matches!(state.list_applications(&listed).not_yet_in(to), Some(ToMove::Many(bulk)) if bulk.len() == 64));
}

#[test]
fn a_list_leaves_only_if_all_of_it_are_published() {
    let mut state = state_with(64);
    let (app_id, display_name) = (AppId::from_u128(64), "a".into());
    state.push_application(&Application::unpublished(ApplicationId::from_u128(64), app_id, display_name));
    // Both with a bit for every slot and without.
    for size in [2, 40] {
        let to_move = |last: u128, to: u128| {
            let to = state.connector_group(ConnectorGroupId::from_u128(to)).unwrap();
            let listed = ids((0..size).chain([last]));
            match state.list_applications(&listed).not_yet_in(to)? {
                ToMove::Nobody => Some(0),
                ToMove::Few(few) => Some(few.len()),
                ToMove::Many(many) => Some(many.len()),
            }
        };
        let all = usize::try_from(size).unwrap() + 1;
        assert_eq!((to_move(63, 1), to_move(63, 0)), (Some(all), Some(0)));
        assert_eq!((to_move(64, 1), to_move(99, 1)), (None, None));
    }
}

/// They have texts: made anew for each question, they would be allocated each time.
#[test]
fn the_defaults_of_publishing_are_kept() {
    let state = state();
    assert!(core::ptr::eq(state.publishing_defaults(), state.publishing_defaults()));
}

#[test]
fn many_move_as_a_bit_set_and_a_few_one_by_one() {
    let state = state_with(130);
    assert!(matches!(to_move(&state, &[1, 2], 0), ToMove::Nobody));
    assert!(matches!(to_move(&state, &[1, 2, 3, 4], 1), ToMove::Few(few) if few.len() == 4));
    assert!(matches!(to_move(&state_with(128), &[1, 2, 3, 4], 1), ToMove::Few(few) if few.len() == 4));
    let bulk = many(&state, &[129, 2, 63, 64, 0], 1);
    assert_eq!(bulk.len(), 5);
    assert!(bulk.whole_groups().is_none());
    let from = ConnectorGroupId::from_u128(0);
    let whole = BulkMove::groups([state.default_connector_group()].into_iter()).unwrap();
    assert_eq!((whole.len(), whole.whole_groups()), (130, Some([from].as_slice())));
    assert!(bulk.iter().eq([0, 2, 63, 64, 129].map(|number| (ApplicationId::from_u128(number), from))));
}

/// Those who leave one state for several groups are taken back one list after the other.
#[test]
fn lists_side_by_side_come_back_each_by_itself() {
    let mut before = state_with(64);
    before.push_connector_group(&group(2));
    let to = |number: u128| before.connector_group(ConnectorGroupId::from_u128(number)).unwrap();
    let assign = |view: ApplicationView<'_>| {
        let number = view.id().as_u128();
        Assigned::of(view, view.connector_group().unwrap(), to(number % 3))
    };
    let assigned: Vec<_> = views(&before, &(0..64).collect::<Vec<_>>()).into_iter().map(assign).collect();
    let by_target = ToMove::by_target(&before, &assigned);
    let lists: Vec<_> = by_target
        .into_iter()
        .map(|(to, to_move)| match to_move {
            ToMove::Many(bulk) => (to.id(), bulk),
            _ => panic!("they are few"),
        })
        .collect();
    assert_eq!(lists.iter().map(|(to, bulk)| (to.as_u128(), bulk.len())).collect::<Vec<_>>(), [(1, 21), (2, 21)]);
    for is_laid_out_anew in [false, true] {
        let mut states = alloc::vec![before.clone()];
        if is_laid_out_anew {
            states = alloc::vec![before.laid_out_anew(HashSeed::default())];
        }
        for (to, bulk) in &lists {
            let mut after = states.last().unwrap().clone();
            after.apply_bulk_move(bulk, *to);
            states.push(after);
        }
        let mut state = states.pop().unwrap();
        for (_, bulk) in lists.iter().rev() {
            state.undo_bulk_move(bulk);
            let then = states.pop().unwrap();
            assert!(state.applications().eq(then.applications()));
            assert!(
                state
                    .connector_groups()
                    .map(ConnectorGroupView::applications_count)
                    .eq(then.connector_groups().map(ConnectorGroupView::applications_count))
            );
        }
    }
}

/// Slots mean the same until something comes back or all is laid out anew; both ways lead to the same state.
#[test]
fn those_who_left_come_back_by_slot_or_by_id() {
    let (default, other) = (ConnectorGroupId::from_u128(0), ConnectorGroupId::from_u128(1));
    let groups = |state: &State| -> Vec<u128> {
        state.applications().map(|found| found.connector_group().unwrap().id().as_u128()).collect()
    };
    let count = |state: &State, id| state.connector_group(id).unwrap().applications_count();
    let before = state_with(64);
    let some = many(&before, &[1, 3, 5], 1);
    let all = BulkMove::groups([before.default_connector_group()].into_iter()).unwrap();
    for (bulk, left) in [(some, 3_u32), (all, 64)] {
        assert_eq!(u32::try_from(bulk.len()), Ok(left));
        for is_laid_out_anew in [false, true] {
            let mut state = before.clone();
            if is_laid_out_anew {
                state = state.laid_out_anew(HashSeed::default());
            }
            assert_eq!(state.is_laid_out_as(&before), !is_laid_out_anew);
            state.apply_bulk_move(&bulk, other);
            assert_eq!((count(&state, default), count(&state, other)), (64 - left, left));
            assert_eq!(groups(&state).iter().filter(|group| **group == 1).count(), bulk.len());
            // What comes and goes in between has room in the snapshot's columns, too.
            state.push_application(&published(99));
            state.push_connector_group(&group(9));
            state.remove_application(ApplicationId::from_u128(99));
            state.remove_connector_group(ConnectorGroupId::from_u128(9));
            state.undo_bulk_move(&bulk);
            assert_eq!((count(&state, default), count(&state, other)), (64, 0));
            assert_eq!(groups(&state), [0; 64]);
            state.push_application(&published(99));
            state.push_connector_group(&group(9));
            assert_eq!((count(&state, default), groups(&state).len()), (65, 65));
            assert_eq!(count(&state, ConnectorGroupId::from_u128(9)), 0);
            state.restore_connector_group(2, &group(7));
            assert!(!state.is_laid_out_as(&before));
        }
    }
}

/// Two that come from one state: what comes and goes at the end of one of them leaves the same slots to the same things.
#[test]
fn slots_mean_the_same_until_one_before_the_last_goes() {
    let before = state_with(64);
    let id = ApplicationId::from_u128;
    let (mut one, mut other) = (before.clone(), before.clone());
    one.push_application(&published(64));
    one.remove_application(id(64));
    for state in [&mut one, &mut other] {
        state.push_application(&published(65));
    }
    assert!(one.is_laid_out_as(&other) && one.is_laid_out_as(&before));
    other.push_application(&published(66));
    other.remove_application(id(65));
    one.remove_application(id(65));
    one.push_application(&published(66));
    assert!(!one.is_laid_out_as(&other));
    assert_eq!(one.applications.by_id.slots(), 65);
    other.restore_application(64, &published(65));
    assert!(!other.is_laid_out_as(&before));
    one.push_connector_group(&group(8));
    one.remove_connector_group(ConnectorGroupId::from_u128(8));
    assert!(one.is_laid_out_as(&before));
    one.push_connector_group(&group(8));
    one.push_connector_group(&group(9));
    one.remove_connector_group(ConnectorGroupId::from_u128(8));
    assert!(!one.is_laid_out_as(&before));
}

#[test]
fn all_groups_with_their_applications_are_what_each_group_says() {
    let mut state = state_with(300);
    state.push_connector_group(&group(2));
    state.remove_application(ApplicationId::from_u128(4));
    let moves = (0..300).step_by(3).map(|number| (ApplicationId::from_u128(number), ConnectorGroupId::from_u128(1)));
    state.reassign_applications(moves);
    let all = state.applications_by_group();
    assert_eq!(
        all.iter().map(|(group, found)| (group.id().as_u128(), found.len())).collect::<Vec<_>>(),
        [(0, 199), (1, 100), (2, 0)]
    );
    for (group, found) in all {
        let each = state.applications().filter(|application| application.is_in(group));
        assert!(found.into_iter().eq(each.map(ApplicationView::id)));
        let after = group.applications_after(ApplicationId::from_u128(150)).unwrap();
        let later = group.applications().filter(|application| application.id().as_u128() > 150);
        assert!(after.map(ApplicationView::id).eq(later.map(ApplicationView::id)));
    }
}

/// So long that it is found on several cores, where the feature `rayon` is on.
#[test]
fn a_long_list_is_found_as_one_id_after_the_other() {
    let state = state_with(if cfg!(miri) { 100 } else { 50_000 });
    let by_id = &state.applications.by_id;
    let listed = ids((0..if cfg!(miri) { 200 } else { 70_000 }).rev());
    assert!(by_id.slots_of(&listed).into_iter().eq(listed.iter().map(|id| by_id.slot(*id))));
}
