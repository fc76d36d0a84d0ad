use alloc::boxed::Box;

use crate::{ids::AppId, model::application::Publication, rules::Rules};

use super::*;

fn group(number: u128) -> ConnectorGroup {
    ConnectorGroup {
        id: ConnectorGroupId::from_u128(number),
        name: Name::new("Group").unwrap(),
        connector_group_type: ConnectorGroupType::ApplicationProxy,
        is_default: number == 0,
        region: Region::new("eur").unwrap(),
    }
}

fn state() -> State {
    let (id, region) = (TenantId::from_u128(0), Region::new("eur").unwrap());
    let name = Name::new("Group").unwrap();
    let rules = Rules { unique_names: false, regional_connector_moves: false };
    let mut state = State::without_groups(id, region, Timestamp::UNIX_EPOCH, rules, name);
    state.push_connector_group(&group(0));
    state
}

/// What comes and goes leaves no dead slots behind, whichever kind it is of.
#[test]
fn dead_slots_are_squeezed_out_of_each_list() {
    const MANY: u128 = 2_100;
    let (mut groups, mut connectors, mut applications) = (state(), state(), state());
    for number in 1..=MANY {
        groups.push_connector_group(&group(number));
        let (machine_name, external_ip, version) = ("h".into(), "i".into(), "1".into());
        let (id, presence) = (ConnectorId::from_u128(number), Presence::Active);
        let member_of = ConnectorGroupId::from_u128(0);
        connectors.push_connector(&Connector { id, machine_name, external_ip, presence, version, member_of });
        let (id, app_id) = (ApplicationId::from_u128(number), AppId::from_u128(number));
        applications.push_application(&Application { id, app_id, display_name: "a".into(), publication: None });
    }
    for number in 1..=MANY {
        groups.remove_connector_group(ConnectorGroupId::from_u128(number));
        assert!(!groups.groups.roster.is_sparse());
        connectors.remove_connectors(core::iter::once(ConnectorId::from_u128(number)));
        assert!(!connectors.connectors.roster.is_sparse());
        applications.remove_application(ApplicationId::from_u128(number));
        assert!(!applications.applications.roster.is_sparse());
    }
    assert_eq!((groups.connector_groups_count(), connectors.connectors_count()), (1, 0));
}

/// So many published applications in the default group, and another group.
fn state_with(applications: u128) -> State {
    let mut state = state();
    state.push_connector_group(&group(1));
    for number in 0..applications {
        state.push_application(&published(number));
    }
    state
}

fn published(number: u128) -> Application {
    let on_premises_publishing = Box::default();
    let publication = Some(Publication { connector_group: ConnectorGroupId::from_u128(0), on_premises_publishing });
    let (id, app_id) = (ApplicationId::from_u128(number), AppId::from_u128(number));
    Application { id, app_id, display_name: "a".into(), publication }
}

fn ids(numbers: impl Iterator<Item = u128>) -> Vec<ApplicationId> {
    numbers.map(ApplicationId::from_u128).collect()
}

fn views<'a>(state: &'a State, numbers: &[u128]) -> Vec<ApplicationView<'a>> {
    numbers.iter().map(|number| state.application(ApplicationId::from_u128(*number)).unwrap()).collect()
}

#[test]
fn a_list_tells_whether_an_id_may_be_in_it_twice() {
    let state = state_with(64);
    let may_repeat = |numbers: Vec<ApplicationId>| state.find_applications(&numbers).1;
    assert!(!may_repeat(ids(0..64)));
    assert!(!may_repeat(ids((0..64).chain([90]))));
    assert!(may_repeat(ids((0..64).chain([90, 91]))));
    assert!(may_repeat(ids((0..64).chain([0]))));
    // Too few for a bit for every slot: nobody has looked.
    assert!(may_repeat(ids(0..2)));
    assert!(!may_repeat(ids(0..3)));
    let (found, _) = state.find_applications(&ids([5, 90, 0].into_iter()));
    let found: Vec<_> = found.iter().map(|found| found.map(|application| application.id().as_u128())).collect();
    assert_eq!(found, [Some(5), None, Some(0)]);
}

#[test]
fn many_leave_as_slots_and_a_few_as_ids() {
    let state = state_with(130);
    assert!(Leaving::many(&state, &views(&state, &[1, 2, 3, 4])).is_none());
    let leaving = Leaving::many(&state, &views(&state, &[129, 2, 63, 64, 0])).unwrap();
    assert_eq!(leaving.len(), 5);
    let from = ConnectorGroupId::from_u128(0);
    assert!(leaving.iter().eq([0, 2, 63, 64, 129].map(|number| (ApplicationId::from_u128(number), from))));
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
    let some = Leaving::many(&before, &views(&before, &[1, 3, 5])).unwrap();
    let all = Leaving::group(before.default_connector_group());
    for (leaving, left) in [(some, 3_u32), (all, 64)] {
        assert_eq!(u32::try_from(leaving.len()), Ok(left));
        for is_laid_out_anew in [false, true] {
            let mut state = before.clone();
            if is_laid_out_anew {
                state = state.laid_out_anew(Vacancies::Applications);
            }
            assert_eq!(state.is_laid_out_as(&before), !is_laid_out_anew);
            state.let_leave(&leaving, other);
            assert_eq!((count(&state, default), count(&state, other)), (64 - left, left));
            assert_eq!(groups(&state).iter().filter(|group| **group == 1).count(), leaving.len());
            // What comes and goes in between has room in the snapshot's columns, too.
            state.push_application(&published(99));
            state.push_connector_group(&group(9));
            state.remove_application(ApplicationId::from_u128(99));
            state.remove_connector_group(ConnectorGroupId::from_u128(9));
            state.take_back(&leaving);
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
    let mut state = before.clone();
    state.remove_application(ApplicationId::from_u128(7));
    assert!(state.is_laid_out_as(&before));
    state.restore_application(7, &published(7));
    assert!(!state.is_laid_out_as(&before));
}
