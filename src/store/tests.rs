use crate::{ids::AppId, rules::Rules};

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
