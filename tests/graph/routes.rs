//! Every route, and the list of what an emulator should check itself against (domain.md §5.3).

use serde_json::json;

use crate::{
    server::{PROXY, Server},
    world::group,
};

#[test]
fn groups_are_listed_in_creation_order() {
    let mut server = Server::new();
    let created = server.post(&format!("{PROXY}/connectorGroups"), &json!({"name": "Datacenter A", "isDefault": true}));
    assert_eq!(created.is(200).body["isDefault"], false);
    let answer = server.get(&format!("{PROXY}/connectorGroups"));
    assert_eq!(answer.is(200).ids(), [group(0).as_str(), created.body["id"].as_str().unwrap()]);
    assert_eq!(
        answer.body["@odata.context"],
        "https://graph.example.com:8443/beta/$metadata#onPremisesPublishingProfiles('applicationProxy')/connectorGroups"
    );
    assert_eq!(
        answer.body["value"][0],
        json!({"id": group(0), "name": "Default", "connectorGroupType": "applicationProxy", "isDefault": true, "region": "eur"})
    );
}
