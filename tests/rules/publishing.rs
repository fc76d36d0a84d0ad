//! Publishing: URLs, read-only properties, defaults by type, enumerations.

use serde_json::{Value, json};

use crate::world::*;

fn publishing(world: &World, number: u32) -> Value {
    world.find("applications", &application(number))["onPremisesPublishing"].clone()
}

#[test]
fn r50_a_final_slash_is_appended_and_the_text_is_kept() {
    let mut world = World::new();
    world.accepts(create_application(1));
    world.accepts(create_application(2));
    for property in ["internalUrl", "externalUrl"] {
        for (given, kept) in [
            ("https://App.contoso.com", "https://App.contoso.com/"),
            ("https://App.contoso.com/path", "https://App.contoso.com/path/"),
            ("https://App.contoso.com/path?a=/#b", "https://App.contoso.com/path/?a=/#b"),
            ("https://App.contoso.com/path/", "https://App.contoso.com/path/"),
            ("https://App.contoso.com?a", "https://App.contoso.com/?a"),
        ] {
            world.accepts(publish(1, &json!({property: given})));
            assert_eq!(publishing(&world, 1)[property], kept);
            let view = world.tenant.application(application(1).parse().unwrap()).unwrap();
            let url = if property == "internalUrl" { view.internal_url() } else { view.external_url() };
            assert_eq!(url.map(|url| &**url), Some(kept));
            world.ignores(publish(1, &json!({property: given})));
            let in_use = json!({"code": "urlInUse", "property": property, "application": application(1)});
            world.refuses(publish(2, &json!({property: given.to_lowercase()})), &in_use);
        }
    }
}

#[test]
fn r73_a_read_only_property_takes_the_value_that_it_has_and_no_other() {
    let mut world = World::new();
    world.accepts(create_application(1));
    let read_only = |property: &str| json!({"code": "readOnlyProperty", "property": property});
    let (enabled, metadata) = ("isOnPremPublishingEnabled", "verifiedCustomDomainCertificatesMetadata");
    world.refuses(publish(1, &json!({enabled: false})), &read_only(enabled));
    world.refuses(publish(1, &json!({metadata: {"thumbprint": "00"}})), &read_only(metadata));
    world.accepts(publish(1, &json!({enabled: true, metadata: null})));
    world.ignores(publish(1, &json!({enabled: true, metadata: null})));
    world.ignores(publish(1, &json!({enabled: null})));
    world.refuses(publish(1, &json!({enabled: false})), &read_only(enabled));
    let mut document = serde_json::to_value(&world.tenant).unwrap();
    document["applications"][0]["onPremisesPublishing"][metadata] = json!({"thumbprint": "00", "subjectName": "x"});
    world.tenant = serde_json::from_value(document).unwrap();
    world.ignores(publish(1, &json!({metadata: {"thumbprint": "00", "subjectName": "x"}})));
    world.refuses(publish(1, &json!({metadata: {"thumbprint": "00"}})), &read_only(metadata));
    world.ignores(publish(1, &json!({metadata: null})));
    assert_eq!(publishing(&world, 1)[metadata]["thumbprint"], "00", "null is as absent");
    // readOnlyProperty before urlInUse, and enabled before metadata.
    world = world.with_published(&[2]);
    let taken = json!({"internalUrl": "https://app2.contoso.local", enabled: false, metadata: {}});
    world.refuses(publish(1, &taken), &read_only(enabled));
}

#[test]
fn r74_private_access_has_defaults_and_urls_of_its_own() {
    for name in ["nonwebapp", "quickaccessapp"] {
        let mut world = World::new();
        world.accepts(create_application(1));
        world.accepts(publish(1, &json!({"applicationType": name.to_uppercase()})));
        let url = format!("api://{}/", app_id(1));
        let of_type = json!({
            "applicationType": name, "internalUrl": url, "externalUrl": url, "externalAuthenticationType": "passthru",
            "isSecureCookieEnabled": false, "isTranslateHostHeaderEnabled": false,
            "isBackendCertificateValidationEnabled": false, "onPremisesApplicationSegments": [],
        });
        let is_so = |world: &World, expected: &Value| {
            let publishing = publishing(world, 1);
            expected.as_object().unwrap().iter().all(|(name, value)| publishing[name] == *value)
        };
        assert!(is_so(&world, &of_type), "{}", publishing(&world, 1));
        // Null is the default of the type, for URLs too.
        world.accepts(publish(1, &json!({"internalUrl": "https://a.contoso.com", "isSecureCookieEnabled": true})));
        world.accepts(publish(1, &json!({"internalUrl": null, "isSecureCookieEnabled": null})));
        assert!(is_so(&world, &of_type));
        // Another type changes nothing else; its defaults are those that null means from then on.
        world.accepts(publish(1, &json!({"applicationType": null})));
        assert!(is_so(&world, &json!({"applicationType": "enterpriseapp", "internalUrl": url})));
        world.accepts(publish(1, &json!({"internalUrl": null, "isSecureCookieEnabled": null})));
        assert!(is_so(&world, &json!({"internalUrl": null, "isSecureCookieEnabled": true, "externalUrl": url})));
        world.accepts(publish(1, &json!({"applicationType": name})));
        assert!(is_so(&world, &json!({"internalUrl": null, "isSecureCookieEnabled": true})));
        world.accepts(publish(1, &json!({"applicationType": null, "externalUrl": null})));
        assert!(is_so(&world, &json!({"externalUrl": null})), "the type that stands after the command counts");
    }
    let mut world = World::new();
    world.accepts(create_application(1));
    world.accepts(publish(1, &json!({"applicationType": "microsoftapp"})));
    assert_eq!(publishing(&world, 1)["internalUrl"], Value::Null, "only Private Access has them");
}

#[test]
fn r74_api_and_the_own_client_id_is_a_url_and_no_other_is() {
    let mut world = World::new();
    world.accepts(create_application(1));
    let invalid = json!({"code": "invalidUrl", "property": "externalUrl"});
    for (given, kept) in [
        (format!("API://{}", app_id(1).to_uppercase()), format!("API://{}/", app_id(1).to_uppercase())),
        (format!("api://{}/", app_id(1)), format!("api://{}/", app_id(1))),
    ] {
        world.accepts(publish(1, &json!({"externalUrl": given})));
        assert_eq!(publishing(&world, 1)["externalUrl"], kept);
    }
    for given in [format!("api://{}/a", app_id(1)), format!("api://{}/", app_id(2)), "api://".into(), "api:/a/".into()]
    {
        world.refuses(publish(1, &json!({"externalUrl": given})), &invalid);
    }
    // Where there is no such application, that is what is told.
    world.refuses(publish(5, &json!({"externalUrl": "api://anything"})), &application_not_found(5));
    world.refuses(publish(5, &json!({"externalUrl": "anything"})), &invalid);
}

#[test]
fn r75_members_of_enumerations_are_read_in_any_case_and_other_texts_kept() {
    let mut world = World::new();
    world.accepts(create_application(1));
    let odd = json!({
        "externalAuthenticationType": "AADPREAUTHENTICATION", "applicationServerTimeout": "long",
        "applicationType": "MicrosoftApp", "trafficRoutingMethod": "SESSIONPERSISTENCE",
        "singleSignOnSettings": {"singleSignOnMode": "oauthtoken", "kerberosSignOnSettings":
            {"kerberosServicePrincipalName": "HTTP/A", "kerberosSignOnMappingAttributeType": "ONPREMISESsamaccountname"}},
    });
    let documented = json!({
        "externalAuthenticationType": "aadPreAuthentication", "applicationServerTimeout": "Long",
        "applicationType": "microsoftapp", "trafficRoutingMethod": "sessionPersistence",
        "singleSignOnSettings": {"singleSignOnMode": "oAuthToken", "kerberosSignOnSettings":
            {"kerberosServicePrincipalName": "HTTP/A", "kerberosSignOnMappingAttributeType": "onPremisesSAMAccountName"}},
    });
    world.accepts(publish(1, &odd));
    world.ignores(publish(1, &odd));
    world.ignores(publish(1, &documented));
    for (name, value) in documented.as_object().unwrap() {
        assert_eq!(publishing(&world, 1)[name], *value);
    }
    // A document too is read in any case, and is then the same document.
    let mut document = serde_json::to_value(&world.tenant).unwrap();
    odd.as_object().unwrap().iter().for_each(|(name, value)| {
        document["applications"][0]["onPremisesPublishing"][name] = value.clone();
    });
    let read: connector_groups::Tenant = serde_json::from_value(document).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), serde_json::to_string(&world.tenant).unwrap());
    let other = json!({"applicationServerTimeout": "unknownFutureValue", "trafficRoutingMethod": "New One"});
    world.accepts(publish(1, &other));
    assert_eq!(publishing(&world, 1)["trafficRoutingMethod"], "New One");
    assert_eq!(publishing(&world, 1)["applicationServerTimeout"], "unknownFutureValue");
}
