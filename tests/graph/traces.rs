//! The requests of public tools, one after the other, each trace with its source; and that nothing is lost on the way.

use serde_json::{Value, json};

use crate::{
    reports::instantiated,
    server::{PROXY, Server},
    world::{connector, create_group, group, register},
};

/// Microsoft's tutorial "configure application proxy using Microsoft Graph" (`application-proxy-configure-api` of
/// `microsoftgraph/microsoft-graph-docs-contrib`), from the template to the clean-up.
#[test]
fn the_tutorial_runs_from_the_template_to_the_clean_up() {
    let mut server = Server::new().lines([register(1)]);
    let template = "/v1.0/applicationTemplates/8adf8e6e-67b2-4cf2-a259-e3dc5476c621/instantiate";
    let made = server.post(template, &json!({"displayName": "Contoso IWA App"}));
    let text = |part: &str, name: &str| made.is(201).body[part][name].as_str().unwrap().to_string();
    let (id, app_id, principal) =
        (text("application", "id"), text("application", "appId"), text("servicePrincipal", "id"));
    let url = "https://contosoiwaapp-contoso.msappproxy.net";
    let uris = json!({"identifierUris": [url], "web": {"redirectUris": [url], "homePageUrl": url}});
    server.patch(&format!("/v1.0/applications/{id}"), &uris).is(204);
    let publishing = json!({"onPremisesPublishing": {"externalAuthenticationType": "aadPreAuthentication",
        "internalUrl": "https://contosoiwaapp.com", "externalUrl": url, "isHttpOnlyCookieEnabled": true,
        "isOnPremPublishingEnabled": true, "isPersistentCookieEnabled": true, "isSecureCookieEnabled": true,
        "isStateSessionEnabled": true, "isTranslateHostHeaderEnabled": true, "isTranslateLinksInBodyEnabled": true}});
    server.patch(&format!("/beta/applications/{id}"), &publishing).is(204);
    let connectors = server.get(&format!("{PROXY}/connectors"));
    assert_eq!(connectors.is(200).ids(), [connector(1)]);
    let made = server.post(&format!("{PROXY}/connectorGroups"), &json!({"name": "IWA Demo Connector Group"}));
    let pool = made.is(200).body["id"].as_str().unwrap().to_string();
    let link = |list: &str, id: &str| json!({"@odata.id": format!("https://graph.microsoft.com/onPremisesPublishingProfiles/applicationproxy/{list}/{id}")});
    server.post(&format!("{PROXY}/connectors/{}/memberOf/$ref", connector(1)), &link("connectorGroups", &pool)).is(204);
    server.put(&format!("/beta/applications/{id}/connectorGroup/$ref"), &link("connectorGroups", &pool)).is(204);
    let single_sign_on = json!({"onPremisesPublishing": {"singleSignOnSettings": {"kerberosSignOnSettings":
        {"kerberosServicePrincipalName": "HTTP/iwademo.contoso.com", "kerberosSignOnMappingAttributeType": "userPrincipalName"},
        "singleSignOnMode": "onPremisesKerberos"}}});
    server.patch(&format!("/beta/applications/{id}"), &single_sign_on).is(204);
    let roles =
        server.get(&format!("/v1.0/servicePrincipals?$filter=appId%20eq%20'{app_id}'&$select=id,appId,appRoles"));
    assert_eq!(roles.is(200).ids(), [principal.as_str()]);
    let user = "00000000-0000-4000-8000-00000000000a";
    let assignment =
        json!({"principalId": user, "resourceId": principal, "appRoleId": "00000000-0000-0000-0000-000000000000"});
    server.post(&format!("/v1.0/servicePrincipals/{principal}/appRoleAssignedTo"), &assignment).is(201);
    assert_eq!(server.group_of(&id), pool);
    server.delete(&format!("/v1.0/applications/{id}")).is(204);
    server
        .post(&format!("{PROXY}/connectors/{}/memberOf/$ref", connector(1)), &link("connectorGroups", &group(0)))
        .is(204);
    server.delete(&format!("{PROXY}/connectorGroups/{pool}")).is(204);
}

/// A runbook for Private Access in the manner of `realmjoin/realmjoin-runbooks`, and a teardown in order.
#[test]
fn a_private_access_runbook_runs() {
    let mut server = Server::new().lines([register(1), create_group(1, "eur")]);
    let template = "/beta/applicationTemplates/8adf8e6e-67b2-4cf2-a259-e3dc5476c621/instantiate";
    let groups = server.get(&format!("{PROXY}/connectorGroups"));
    assert!(groups.is(200).ids().contains(&group(1).as_str()));
    let made = server.post(template, &json!({"displayName": "GSA - files"}));
    let id = made.is(201).body["application"]["objectId"].as_str().unwrap().to_string();
    let application = format!("/beta/applications/{id}");
    let publishing = json!({"applicationType": "nonwebapp", "isAccessibleViaZTNAClient": true});
    server.patch(&format!("{application}/onPremisesPublishing"), &publishing).is(204);
    server.put(&format!("{application}/connectorGroup/$ref"), &Server::link("connectorGroups", &group(1))).is(204);
    let segments = format!(
        "{application}/onPremisesPublishing/segmentsConfiguration/microsoft.graph.ipSegmentConfiguration/applicationSegments"
    );
    for host in ["srv1.contoso.com", "srv2.contoso.com"] {
        let segment = json!({"destinationHost": host, "destinationType": "fqdn", "port": 0, "ports": ["445-445"], "protocol": "tcp"});
        server.post(&segments, &segment).is(200);
    }
    server
        .patch(
            &application,
            &json!({"tags": ["IsAccessibleViaZTNAClient", "HideApp", "PrivateAccessNonWebApplication"]}),
        )
        .is(204);
    let tagged =
        server.get("/beta/applications?$filter=tags/any(t:t%20eq%20'PrivateAccessNonWebApplication')&$count=true");
    assert_eq!(tagged.is(200).ids(), [id.as_str()]);
    for segment in server.get(&segments).is(200).ids() {
        server.delete(&format!("{segments}/{segment}")).is(204);
    }
    server.delete(&application).is(204);
    server.delete(&format!("{PROXY}/connectorGroups/{}", group(1))).is(204);
}

/// Another value than the present one, of the same kind.
fn other(name: &str, present: &Value) -> Option<Value> {
    Some(match name {
        // The system sets the first two; the others are secrets, which are written and not read.
        "isOnPremPublishingEnabled"
        | "verifiedCustomDomainCertificatesMetadata"
        | "verifiedCustomDomainKeyCredential"
        | "verifiedCustomDomainPasswordCredential" => return None,
        "internalUrl" | "externalUrl" | "alternateUrl" => json!("https://other.contoso.com/"),
        "externalAuthenticationType" => json!("passthru"),
        "applicationServerTimeout" => json!("Long"),
        "applicationType" => json!("quickaccessapp"),
        "trafficRoutingMethod" => json!("random"),
        "wafProvider" => json!("w"),
        "wafIpRanges" => json!([{"lower": "10.0.0.1"}]),
        "wafAllowedHeaders" | "segmentsConfiguration" => json!({"a": 1}),
        "singleSignOnSettings" => json!({"singleSignOnMode": "saml", "kerberosSignOnSettings": null}),
        "onPremisesApplicationSegments" => {
            json!([{"internalUrl": "https://a/", "externalUrl": null, "alternateUrl": null, "corsConfigurations": null}])
        }
        _ => json!(present != &json!(true)),
    })
}

/// Every property of publishing, in three spellings, by each way to write it: what is written is read.
#[test]
fn nothing_that_is_written_is_lost() {
    let (mut server, id, _) = instantiated();
    let (application, sub) =
        (format!("/beta/applications/{id}"), format!("/beta/applications/{id}/onPremisesPublishing"));
    server.patch(&sub, &json!({"isStateSessionEnabled": false})).is(204);
    let plain = server.get(&sub).body.clone();
    let mut written = 0;
    for (name, present) in plain.as_object().unwrap().iter().filter(|(name, _)| !name.starts_with('@')) {
        let Some(value) = other(name, present) else { continue };
        let pascal = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        for spelling in [name.clone(), pascal, name.to_uppercase()] {
            for way in 0..3 {
                let body = json!({ spelling.as_str(): value });
                let answer = match way {
                    0 => server.patch(&application, &json!({"onPremisesPublishing": body})),
                    1 => server.patch(&sub, &body),
                    _ => {
                        let request = json!({"id": "1", "method": "PATCH", "url": sub, "body": body});
                        let batch = server.post("/beta/$batch", &json!({"requests": [request]}));
                        assert_eq!(batch.body["responses"][0]["status"], 204, "{spelling}");
                        batch
                    }
                };
                assert!([200, 204].contains(&answer.status), "{spelling}: {answer:?}");
                let read = server.get(&format!("{application}?$select={}", "ONPREMISESPUBLISHING"));
                assert_eq!(read.is(200).body["onPremisesPublishing"][name], value, "{spelling}");
                server.patch(&sub, &json!({ name.as_str(): null })).is(204);
                written += 1;
            }
        }
    }
    assert!(written > 9 * 20, "{written}");
}
