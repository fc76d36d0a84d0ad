//! What segments of applications are related to, from both sides.

use serde_json::json;

use crate::{
    directory::private_access,
    losses::SEGMENTS,
    server::{PROXY, Server, group_path},
};

/// An application of Private Access with one segment: its id, the segment's, and the two lists that have it.
fn with_segment() -> (Server, String, String, [String; 2]) {
    let (mut server, path, id) = private_access();
    let segments = format!("{path}/{SEGMENTS}");
    let body = json!({"destinationHost": "10.0.0.1", "destinationType": "ip", "ports": ["445-445"]});
    let segment = server.post(&segments, &body).is(200).body["id"].as_str().unwrap().to_string();
    (server, id, segment, [format!("{PROXY}/applicationSegments"), segments])
}

/// Maester asks so; only the group of each application of a list was seen to be refused.
#[test]
fn a_list_of_segments_is_expanded_to_their_applications() {
    let (mut server, id, _, lists) = with_segment();
    for list in lists {
        let selected = server.get(&format!("{list}?$expand=application($select=displayName)"));
        assert_eq!(selected.is(200).body["value"][0]["application"], json!({"displayName": "x"}));
        let whole = server.get(&format!("{list}?$expand=application"));
        assert_eq!(whole.is(200).body["value"][0]["application"]["id"], id);
    }
    for list in ["/beta/applications".to_string(), format!("{}/applications", group_path(0))] {
        server.get(&format!("{list}?$expand=connectorGroup")).is_refused(400, "Request_BadRequest");
    }
}

/// As its connectors and its groups are. What is expanded to a list is never null.
#[test]
fn a_profile_is_expanded_to_all_segments() {
    let (mut server, id, segment, [all, of_application]) = with_segment();
    let expand = format!("{PROXY}?$expand=applicationSegments");
    assert_eq!(server.get(&expand).is(200).body["applicationSegments"], server.get(&all).body["value"]);
    let selected = server.get(&format!("{expand}($select=id,destinationHost)"));
    assert_eq!(selected.is(200).body["applicationSegments"], json!([{"id": segment, "destinationHost": "10.0.0.1"}]));
    let body = json!({"destinationHost": "10.0.0.2", "destinationType": "ip", "ports": ["445-445"]});
    let second = server.post(&of_application, &body).is(200).body["id"].as_str().unwrap().to_string();
    server.options.page_size = 1;
    let first = server.get(&format!("{expand}($select=id)"));
    assert_eq!(first.is(200).body["applicationSegments"], json!([{"id": segment}]));
    let next = first.body["applicationSegments@odata.nextLink"].as_str().unwrap();
    assert_eq!(server.get(next).is(200).body["value"], json!([{"id": second}]));
    server.delete(&format!("/beta/applications/{id}")).is(204);
    assert_eq!(server.get(&expand).is(200).body["applicationSegments"], json!([]));
}

/// The page `ipapplicationsegment-get` shows how the application is published, which no other read does unasked.
#[test]
fn the_application_of_a_segment_is_shown_with_its_publishing() {
    let (mut server, id, segment, lists) = with_segment();
    let publishing = server.get(&format!("/beta/applications/{id}?$select=onPremisesPublishing"));
    let publishing = &publishing.is(200).body["onPremisesPublishing"];
    assert_eq!(publishing["applicationType"], "nonwebapp");
    for list in lists {
        let one = server.get(&format!("{list}/{segment}?$expand=application"));
        let application = &one.is(200).body["application"];
        assert_eq!((&application["id"], &application["onPremisesPublishing"]), (&json!(id), publishing));
        let many = server.get(&format!("{list}?$expand=application"));
        assert_eq!(&many.is(200).body["value"][0]["application"], application);
        let selected = server.get(&format!("{list}?$expand=application($select=onPremisesPublishing)"));
        let expected = json!({"onPremisesPublishing": publishing});
        assert_eq!(selected.is(200).body["value"][0]["application"], expected);
        // By its own path as by that of applications (page `ipapplicationsegment-list-application`).
        let path = format!("{list}/{segment}/application");
        assert_eq!(server.get(&path).is(200).body, server.get(&format!("/beta/applications/{id}")).body);
        let named = server.get(&format!("{path}?$select=onPremisesPublishing"));
        assert_eq!(&named.is(200).body["onPremisesPublishing"], publishing);
        server.get(&format!("{list}/{id}/application")).is_refused(404, "ApplicationSegment_NotFound");
        server.get(&format!("{path}/id")).is_refused(400, "BadRequest");
        server.delete(&path).is_refused(405, "Request_BadRequest");
    }
    assert!(server.get(&format!("/beta/applications/{id}")).body.get("onPremisesPublishing").is_none());
}
