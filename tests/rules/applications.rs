//! Applications and their publishing.

use serde_json::{Value, json};

use crate::world::*;

fn assigned(world: &World, number: u32) -> Value {
    world.find("applications", &application(number))["connectorGroup"].clone()
}

fn publishing(world: &World, number: u32) -> Value {
    world.find("applications", &application(number))["onPremisesPublishing"].clone()
}

#[test]
fn i3_r20_an_application_is_published_into_the_default_group() {
    let mut world = World::new().with_groups(&[1], "eur");
    let created = world.accepts(create_application(1));
    let expected =
        json!([{"event": "applicationCreated", "id": application(1), "appId": app_id(1), "displayName": "App 1"}]);
    assert_eq!(created, expected);
    assert_eq!(assigned(&world, 1), Value::Null);
    let events = world.accepts(publish(1, &json!({"internalUrl": "https://a.contoso.local/"})));
    assert_eq!(events[0]["event"], "applicationPublished");
    assert_eq!(events[0]["connectorGroup"], group(0));
    assert_eq!(events[0]["onPremisesPublishing"], publishing(&world, 1));
    assert_eq!(assigned(&world, 1), group(0));
}

#[test]
fn r21_r27_an_application_goes_from_any_group_to_any_group_and_has_one() {
    let mut world = World::new().with_groups(&[1, 2], "nam").with_published(&[1]);
    let events = world.accepts(add_application(1, 1));
    let moved = json!([{"event": "applicationsReassigned", "connectorGroup": group(1),
        "applications": [{"id": application(1), "from": group(0)}]}]);
    assert_eq!(events, moved);
    world.accepts(add_application(1, 2));
    world.ignores(add_application(1, 2));
    assert_eq!(assigned(&world, 1), group(2));
    world.accepts(add_application(1, 0));
}

#[test]
fn r22_r23_removing_assigns_to_default_and_is_refused_there() {
    let mut world = World::new().with_groups(&[1], "eur").with_published(&[1]);
    let there = json!({"code": "alreadyInDefault", "id": application(1)});
    world.refuses(remove_application(1), &there);
    world.accepts(add_application(1, 1));
    world.accepts(remove_application(1));
    assert_eq!(assigned(&world, 1), group(0));
    world.refuses(remove_application(1), &there);
}

#[test]
fn r24_only_a_published_application_has_a_group_to_change() {
    let mut world = World::new().with_groups(&[1], "eur");
    world.accepts(create_application(1));
    let plain = json!({"code": "applicationNotPublished", "id": application(1)});
    world.refuses(add_application(1, 1), &plain);
    world.refuses(add_application(1, 0), &plain);
    world.refuses(remove_application(1), &plain);
    world.accepts(publish(1, &json!({})));
    world.accepts(add_application(1, 1));
}

#[test]
fn r26_unpublishing_drops_publishing_and_assignment_and_publishing_again_starts_over() {
    let mut world = World::new().with_groups(&[1], "eur").with_published(&[1, 2]);
    world.accepts(add_application(1, 1));
    let events = world.accepts(unpublish(1));
    assert_eq!(events[0]["event"], "applicationUnpublished");
    assert_eq!(events[0]["connectorGroup"], group(1));
    assert_eq!((assigned(&world, 1), publishing(&world, 1)), (Value::Null, Value::Null));
    world.ignores(unpublish(1));
    world.accepts(publish(2, &json!({"internalUrl": "https://app1.contoso.local/"})));
    world.accepts(publish(1, &json!({})));
    assert_eq!(assigned(&world, 1), group(0));
    assert_eq!(publishing(&world, 1)["internalUrl"], Value::Null, "nothing of the former publishing is left");
    world.accepts(add_application(1, 1));
    let events = world.accepts(delete_application(1));
    assert_eq!((&events[0]["event"], &events[0]["place"]), (&json!("applicationDeleted"), &json!(0)));
    assert_eq!(events[0]["connectorGroup"], group(1));
    world.accepts(delete_group(1));
    world.refuses(unpublish(1), &application_not_found(1));
}

#[test]
fn r28_a_group_without_active_connectors_takes_applications_all_the_same() {
    let mut world = World::new().with_groups(&[1], "eur").with_published(&[1]);
    world.accepts(add_application(1, 1));
    let id = application(1).parse().unwrap();
    let availability = world.tenant.application(id).unwrap().availability();
    assert_eq!(availability, Some(connector_groups::Availability::Unavailable));
}

#[test]
fn r29_an_application_never_enters_a_service_group() {
    let mut world = World::new().with_sync_fabric().with_published(&[1]);
    world.refuses(add_application(1, 9), &read_only(9));
}

#[test]
fn i4_ids_and_app_ids_are_unique_within_their_kind() {
    let mut world = World::new().with_groups(&[1], "eur").with_connectors(&[1]).with_published(&[1]);
    let taken = |kind: &str, id: String| json!({"code": "alreadyExists", "kind": kind, "id": id});
    world.refuses(create_group(1, "eur"), &taken("connectorGroup", group(1)));
    world.refuses(
        json!({"command": "provisionConnectorGroup", "id": group(0), "name": "x", "connectorGroupType": "x"}),
        &taken("connectorGroup", group(0)),
    );
    world.refuses(register(1), &taken("connector", connector(1)));
    world.refuses(create_application(1), &taken("application", application(1)));
    let create = |id: String, app_id: String| json!({"command": "createApplication", "id": id, "appId": app_id, "displayName": ""});
    world.refuses(create(application(2), app_id(1)), &taken("application", app_id(1)));
    world.accepts(create(group(1), connector(1)));
    world.accepts(delete_application(1));
    world.accepts(create(application(3), app_id(1)));
}

#[test]
fn an_application_is_renamed_and_the_same_name_is_no_change() {
    let mut world = World::new().with_published(&[1]);
    let rename = |name: &str| json!({"command": "updateApplication", "id": application(1), "displayName": name});
    let renamed = json!([{"event": "applicationRenamed", "id": application(1), "from": "App 1", "to": ""}]);
    assert_eq!(world.accepts(rename("")), renamed);
    world.ignores(rename(""));
}

#[test]
fn i5_r50_urls_are_unique_among_published_applications_in_any_ascii_case() {
    let mut world = World::new().with_published(&[1, 2]);
    world.accepts(create_application(3));
    for property in ["internalUrl", "externalUrl"] {
        let host = if property == "internalUrl" { "app1.contoso.local" } else { "app1.contoso.com" };
        let in_use = json!({"code": "urlInUse", "property": property, "application": application(1)});
        for url in [format!("https://{host}/"), format!("HTTPS://{}/", host.to_uppercase())] {
            world.refuses(publish(3, &json!({property: url})), &in_use);
            world.refuses(publish(2, &json!({property: url})), &in_use);
            world.accepts(publish(1, &json!({property: url})));
        }
    }
    world.accepts(publish(3, &json!({"internalUrl": "https://app1.contoso.com/"})));
    world.accepts(publish(1, &json!({"internalUrl": null})));
    world.accepts(publish(2, &json!({"internalUrl": "https://app1.contoso.local/"})));
    world.accepts(unpublish(2));
    world.accepts(publish(1, &json!({"internalUrl": "https://app1.contoso.local/"})));
}

#[test]
fn r50_urls_are_absolute_http_with_a_domain_name() {
    let mut world = World::new();
    world.accepts(create_application(1));
    for property in ["internalUrl", "externalUrl"] {
        let invalid = json!({"code": "invalidUrl", "property": property});
        for url in ["", "app/", "ftp://app/", "https://", "https://10.0.0.1/", "https://[::1]/", "http:///"] {
            world.refuses(publish(1, &json!({property: url})), &invalid);
        }
    }
    world.accepts(publish(1, &json!({"internalUrl": "http://app/", "alternateUrl": "anything"})));
}

#[test]
fn r70_an_application_of_another_tenant_is_not_found() {
    let mut world = World::new().with_groups(&[1], "eur").with_published(&[1]);
    let rename = json!({"command": "updateApplication", "id": application(5), "displayName": "x"});
    for command in [add_application(5, 1), remove_application(5), publish(5, &json!({})), delete_application(5), rename]
    {
        world.refuses(command, &application_not_found(5));
    }
    world.refuses(add_application(1, 5), &group_not_found(5));
}

#[test]
fn publishing_begins_at_its_defaults_and_merges_property_by_property() {
    let mut world = World::new();
    world.accepts(create_application(1));
    world.accepts(publish(1, &json!({})));
    let defaults = json!({
        "internalUrl": null, "externalUrl": null, "alternateUrl": null,
        "useAlternateUrlForTranslationAndRedirect": null, "externalAuthenticationType": null,
        "applicationServerTimeout": "Default", "applicationType": "enterpriseapp",
        "isAccessibleViaZTNAClient": null, "isDnsResolutionEnabled": false,
        "isBackendCertificateValidationEnabled": true, "isContinuousAccessEvaluationEnabled": true,
        "isDeviceAccessEnabled": false, "isHttpOnlyCookieEnabled": false, "isPersistentCookieEnabled": false,
        "isSecureCookieEnabled": true, "isStateSessionEnabled": null, "isTranslateHostHeaderEnabled": true,
        "isTranslateLinksInBodyEnabled": false, "singleSignOnSettings": null, "segmentsConfiguration": null,
        "onPremisesApplicationSegments": null, "trafficRoutingMethod": null,
        "verifiedCustomDomainKeyCredential": null, "verifiedCustomDomainPasswordCredential": null,
        "wafProvider": null, "wafIpRanges": null, "wafAllowedHeaders": null,
        "isOnPremPublishingEnabled": true, "verifiedCustomDomainCertificatesMetadata": null,
    });
    assert_eq!(publishing(&world, 1), defaults);
    world.ignores(publish(1, &json!({"isSecureCookieEnabled": true, "wafProvider": null})));

    let kerberos =
        json!({"kerberosServicePrincipalName": "HTTP/a", "kerberosSignOnMappingAttributeType": "userPrincipalName"});
    let settings = json!({"singleSignOnMode": "onPremisesKerberos", "kerberosSignOnSettings": kerberos});
    let events = world.accepts(publish(
        1,
        &json!({"singleSignOnSettings": settings, "applicationType": "new one",
        "wafAllowedHeaders": {"b": [1, {"c": null}], "a": -1.5}, "isSecureCookieEnabled": false}),
    ));
    assert_eq!(events[0]["event"], "publishingUpdated");
    assert_eq!((&events[0]["from"], &events[0]["to"]), (&defaults, &publishing(&world, 1)));
    world.ignores(publish(1, &json!({"wafAllowedHeaders": {"a": -1.5, "b": [1, {"c": null}]}})));

    world.accepts(publish(1, &json!({"singleSignOnSettings": {"singleSignOnMode": "saml"}, "applicationType": null})));
    let now = publishing(&world, 1);
    let replaced = json!({"singleSignOnMode": "saml", "kerberosSignOnSettings": null});
    assert_eq!(now["singleSignOnSettings"], replaced, "a nested object is replaced whole");
    assert_eq!(now["applicationType"], "enterpriseapp", "null returns to the default");
    assert_eq!(now["isSecureCookieEnabled"], false, "what is absent stays");
}

#[test]
fn an_unknown_property_is_an_error_at_any_depth() {
    for publishing in [
        json!({"surprise": 1}),
        json!({"singleSignOnSettings": {"surprise": 1}}),
        json!({"onPremisesApplicationSegments": [{"corsConfigurations": [{"surprise": 1}]}]}),
    ] {
        let error = serde_json::from_value::<connector_groups::Command>(publish(1, &publishing)).unwrap_err();
        assert!(error.to_string().contains("unknown field `surprise`"), "{error}");
    }
}
