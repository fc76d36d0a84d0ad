//! What public scripts, pages and clients send, with what must come back. The numbers W are those of the list in which the
//! reports were gathered.

use serde_json::{Value, json};

use crate::{
    server::{HOST, PROXY, Server, group_path},
    world::{
        TENANT, add_connector, application, connector, create_application, create_group, group, publish, register,
    },
};

pub(crate) const TEMPLATE: &str = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";

/// A tenant with a connector, and an application made of the template: its id and its client id.
pub(crate) fn instantiated() -> (Server, String, String) {
    let mut server = Server::new().lines([register(1)]);
    let made = server.post(&format!("/v1.0/applicationTemplates/{TEMPLATE}/instantiate"), &json!({"displayName": "x"}));
    let text = |name: &str| made.is(201).body["application"][name].as_str().unwrap().to_string();
    let (id, app_id) = (text("id"), text("appId"));
    (server, id, app_id)
}

fn publishing(server: &mut Server, id: &str) -> Value {
    server.get(&format!("/beta/applications/{id}/onPremisesPublishing")).is(200).body.clone()
}

/// W3, W17: public scripts read the ids by these names, each on its version, and made of the template of their cloud.
#[test]
fn the_template_answers_by_the_names_of_each_version() {
    let mut server = Server::new();
    for template in [TEMPLATE, "4602d0b4-76bb-404b-bca9-2652e1a39c6d", "5A532E38-1581-4918-9658-008DC27C1D68"] {
        for (version, id, other) in [("beta", "objectId", "id"), ("v1.0", "id", "objectId")] {
            let path = format!("/{version}/applicationTemplates/{template}/instantiate");
            let made = server.post(&path, &json!({"DisplayName": "Expenses"}));
            for part in ["application", "servicePrincipal"] {
                let made = &made.is(201).body[part];
                assert!(made[id].is_string() && made.get(other).is_none(), "{path}: {made}");
                assert_eq!(made["displayName"], "Expenses");
            }
            let application = made.body["application"][id].as_str().unwrap();
            server.get(&format!("/v1.0/applications/{application}")).is(200);
            // As the page shows it, of the service principal alone.
            let tags = ["IntegratedApp", "CustomSingleSignOnApplication"];
            let tags = json!(tags.map(|tag| format!("WindowsAzureActiveDirectory{tag}")));
            let principal = made.body["servicePrincipal"][id].as_str().unwrap();
            let read = server.get(&format!("/v1.0/servicePrincipals/{principal}")).is(200).body.clone();
            for principal in [&made.body["servicePrincipal"], &read] {
                assert_eq!((&principal["tags"], &principal["appRoleAssignmentRequired"]), (&tags, &json!(true)));
            }
            assert_eq!(made.body["application"]["tags"], json!([]));
        }
    }
    server.post("/beta/applicationTemplates/x/instantiate", &json!({"displayName": "x"})).is(404);
}

/// Clients ask for it to know whose tenant their token is for.
#[test]
fn the_organization_is_the_tenant() {
    let mut server = Server::new();
    let expected = json!({"id": TENANT, "displayName": null, "tenantType": "AAD", "verifiedDomains": []});
    for version in ["beta", "v1.0"] {
        let path = format!("/{version}/organization");
        assert_eq!(server.get(&path).is(200).body["value"], json!([expected]));
        assert_eq!(server.get(&format!("{path}?$select=id")).is(200).body["value"], json!([{"id": TENANT}]));
        assert_eq!(server.get(&format!("{path}/$count")).is(200).body, "1");
        let one = format!("{path}/{}", TENANT.to_uppercase());
        let read = server.get(&one).is(200).body.clone();
        assert_eq!((&read["id"], &read["tenantType"]), (&expected["id"], &expected["tenantType"]));
        assert_eq!(server.get(&format!("{one}/id")).is(200).body["value"], TENANT);
        server.get(&format!("{one}/displayName")).is(204);
        let selected = server.get(&format!("{path}?$select=assignedPlans,city,onPremisesSyncEnabled"));
        assert_eq!(
            selected.is(200).body["value"],
            json!([{"assignedPlans": [], "city": null, "onPremisesSyncEnabled": null}])
        );
        server.get(&format!("{path}/x")).is_refused(404, "Request_ResourceNotFound");
        server.get(&format!("{path}?$skiptoken=x")).is_refused(400, "Directory_ExpiredPageToken");
        server.post(&path, &json!({})).is(405);
    }
}

#[test]
fn templates_are_listed_and_found_by_name() {
    let mut server = Server::new();
    for path in [
        "/v1.0/applicationTemplates",
        "/v1.0/applicationTemplates?$filter=displayName eq 'Custom'",
        "/beta/applicationTemplates?$filter=displayname%20eq%20'Custom'&$select=Id",
    ] {
        assert_eq!(server.get(&path.replace(' ', "%20")).is(200).ids(), [TEMPLATE], "{path}");
    }
    assert_eq!(server.get("/v1.0/applicationTemplates/$count").is(200).body, "1");
    assert_eq!(server.get(&format!("/v1.0/applicationTemplates/{TEMPLATE}")).is(200).body["displayName"], "Custom");
    server.get("/v1.0/applicationTemplates/x").is_refused(404, "Request_ResourceNotFound");
    server.get("/v1.0/applicationTemplates?$skiptoken=x").is_refused(400, "Directory_ExpiredPageToken");
}

/// W4: `Microsoft365DSC` and a public azd sample write the complex property by its own path.
#[test]
fn publishing_is_written_by_its_own_path() {
    let (mut server, id, _) = instantiated();
    let path = format!("/beta/applications/{id}/onPremisesPublishing");
    let body =
        json!({"applicationType": "nonwebapp", "isAccessibleViaZTNAClient": true, "trafficRoutingMethod": "none"});
    server.patch(&path, &body).is(204);
    let read = publishing(&mut server, &id);
    assert_eq!((&read["applicationType"], &read["trafficRoutingMethod"]), (&json!("nonwebapp"), &json!("none")));
    server.patch(&path, &json!({"displayName": "x"})).is_refused(400, "BadRequest");
    server.patch(&path, &json!([])).is_refused(400, "BadRequest");
    server.patch("/beta/applications/x/onPremisesPublishing", &body).is_refused(404, "Request_ResourceNotFound");
    let sentinel = "PowerShellDeleteApplication";
    server.patch(&path, &json!({"InternalUrl": sentinel, "ExternalUrl": sentinel})).is(204);
    server.get(&path).is(204);
}

/// W6: the cmdlets `Get-EntraBetaApplicationProxyConnector -Filter`, `-SearchString` and `-Top`.
#[test]
fn options_are_read_in_any_case() {
    let mut server = Server::new().lines([register(1), register(2), register(3)]);
    for (query, count) in [
        ("$Filter=machineName eq 'host1.contoso.local' OR startswith(machineName,'host1')", 1),
        ("$Top=2", 2),
        ("$SELECT=ID,MachineName&$OrderBy=MACHINENAME DESC&$Count=True", 3),
        ("Filter=MachineName Eq 'host2.contoso.local'", 1),
    ] {
        let answer = server.get(&format!("{PROXY}/connectors?{}", query.replace(' ', "%20")));
        assert_eq!(answer.is(200).ids().len(), count, "{query}");
    }
    let selected = server.get(&format!("{PROXY}/connectors?$select=MACHINENAME&$top=1"));
    assert_eq!(
        selected.is(200).body["value"],
        json!([{"machineName": "host1.contoso.local"}]),
        "answered as it is spelled"
    );
    let expanded = server.get(&format!("{}?$Expand=Members($Select=Id)", group_path(0)));
    assert_eq!(expanded.is(200).body["members"][0], json!({"id": connector(1)}));
}

/// W7: seven Microsoft sample scripts filter so.
#[test]
fn properties_are_read_in_any_case() {
    let mut server = Server::new().lines([create_application(1), create_application(2)]);
    let found = server.get("/v1.0/applications?$filter=DisplayName%20eq%20'app%202'");
    assert_eq!(found.is(200).ids(), [application(2)]);
    assert_eq!(found.body["value"][0]["displayName"], "App 2");
    server.line(publish(1, &json!({})));
    let read = server.get(&format!("/beta/applications/{}?$select=Id,OnPremisesPublishing", application(1)));
    assert_eq!(read.is(200).body["onPremisesPublishing"]["isOnPremPublishingEnabled"], true);
    assert_eq!(
        server.get(&format!("/beta/applications(APPID='{}')", crate::world::app_id(1))).is(200).body["id"],
        application(1)
    );
}

/// W9: three public scripts move a connector so, one of which knows no other way.
#[test]
fn a_connector_is_put_into_its_group() {
    let mut server = Server::new().lines([register(1), create_group(1, "eur")]);
    let path = format!("{PROXY}/connectors/{}/memberOf/$ref", connector(1));
    for _ in 0..2 {
        server.put(&path, &Server::link("connectorGroups", &group(1))).is(204);
        assert_eq!(server.get(&format!("{PROXY}/connectors/{}/memberOf", connector(1))).ids(), [group(1)]);
    }
    let mut documented = server.documented();
    documented.put(&path, &Server::link("connectorGroups", &group(0))).is(204);
    documented.put(&path, &Server::link("connectors", &group(0))).is_refused(400, "Request_BadRequest");
}

/// W10.
#[test]
fn a_group_that_has_something_is_refused_as_seen() {
    let mut server = Server::new().lines([register(1), create_group(1, "eur"), add_connector(1, 1)]);
    server.delete(&group_path(1)).is_refused(400, "ApplicationsOrConnectorsAssigned_BadRequest");
}

/// W12: Quick Access and its kin are found by a tag of the application; checks ask with `ConsistencyLevel`.
#[test]
fn collections_of_texts_are_asked_by_any() {
    let mut server = Server::new().lines([create_application(1)]);
    let any = "$filter=tags/any(t:t eq 'NetworkAccessQuickAccessApplication')";
    for query in [any.into(), format!("{any}&$count=true")] {
        let request = Server::request("GET", &format!("/v1.0/applications?{}", query.replace(' ', "%20")));
        let answer = server.send(&request.header("ConsistencyLevel", "eventual").body(Vec::new()).unwrap());
        assert_eq!(answer.is(200).body["value"], json!([]));
    }
    for (filter, count) in [
        ("not tags/any(t:t eq 'x')", 1),
        ("tags/any()", 0),
        ("not tags/any()", 1),
        ("Tags/All(t:t eq 'x')", 1),
        ("identifierUris/any(u:startswith(u,'https') or u eq 'api://x')", 0),
        ("keyCredentials/any(k:k/displayName eq 'x' and tags/any(t:t eq k/displayName))", 0),
        ("web/redirectUris/any(u:u eq 'https://a/')", 0),
        ("signInAudience eq 'AzureADMyOrg' and applicationTemplateId eq null", 1),
        ("web/homePageUrl eq null", 1),
        ("oauth2RequirePostResponse", 0),
    ] {
        let answer = server.advanced(&format!("/v1.0/applications?$count=true&$filter={}", filter.replace(' ', "%20")));
        assert_eq!(answer.is(200).ids().len(), count, "{filter}");
    }
    for (filter, reason) in [
        ("tags eq 'x'", "the collection 'tags' is asked by any or all"),
        ("displayName/any(t:t eq 'x')", "any and all are asked of a collection"),
        ("tags/any(t)", "unexpected 't)'"),
        ("tags/any(t u:t eq 'x')", "unexpected 't u:t eq 'x')'"),
        ("tags/all()", "unexpected ')'"),
        ("tags/any(t:t eq 5)", "a number is compared with something else"),
        ("tags/any(t:u eq 'x')", "there is no property 'u'"),
        ("tags/any(t:t eq 'x') and t eq 'x'", "there is no property 't'"),
        ("api/x/y eq 'x' and displayName/x eq 'y'", "there is no property 'displayName/x'"),
        ("displayName eq -x", "'-x' is no number"),
    ] {
        let answer = server.get(&format!("/v1.0/applications?$filter={}", filter.replace(' ', "%20")));
        assert_eq!(
            answer.is_refused(400, "BadRequest").message(),
            format!("Invalid filter clause: {reason}."),
            "{filter}"
        );
    }
}

/// W15: what is no member of an enumeration is not kept as if it were one.
#[test]
fn a_member_that_an_enumeration_lacks_is_refused_by_name() {
    let (mut server, id, _) = instantiated();
    let path = format!("/beta/applications/{id}");
    for (publishing, what) in [
        (
            json!({"trafficRoutingMethod": "spiral"}),
            "'onPremisesPublishing/trafficRoutingMethod' has no member 'spiral'",
        ),
        (
            json!({"externalAuthenticationType": "unknownFutureValue"}),
            "'onPremisesPublishing/externalAuthenticationType' has no member 'unknownFutureValue'",
        ),
        (json!({"applicationType": ""}), "'onPremisesPublishing/applicationType' has no member ''"),
        (
            json!({"singleSignOnSettings": {"singleSignOnMode": "x"}}),
            "'onPremisesPublishing/singleSignOnSettings/singleSignOnMode' has no member 'x'",
        ),
        (
            json!({"isHttpOnlyCookieEnabled": "yes"}),
            "'onPremisesPublishing/isHttpOnlyCookieEnabled' must be true or false",
        ),
    ] {
        let answer = server.patch(&path, &json!({"onPremisesPublishing": publishing}));
        assert_eq!(answer.is_refused(400, "BadRequest").message(), format!("The property {what}."));
    }
    let spelled = json!({"externalAuthenticationType": "PASSTHRU", "applicationServerTimeout": "long",
        "singleSignOnSettings": {"SingleSignOnMode": "OnPremisesKerberos",
            "KerberosSignOnSettings": {"kerberosSignOnMappingAttributeType": "onpremisessamaccountname"}}});
    server.patch(&path, &json!({"onPremisesPublishing": spelled})).is(204);
    let read = publishing(&mut server, &id);
    assert_eq!(
        (&read["externalAuthenticationType"], &read["applicationServerTimeout"]),
        (&json!("passthru"), &json!("Long"))
    );
    assert_eq!(
        read["singleSignOnSettings"],
        json!({"singleSignOnMode": "onPremisesKerberos", "kerberosSignOnSettings":
            {"kerberosServicePrincipalName": null, "kerberosSignOnMappingAttributeType": "onPremisesSAMAccountName"}})
    );
}

/// W16: `Set-…` cmdlets send their parameters' spelling.
#[test]
fn bodies_are_read_in_any_case() {
    let (mut server, id, _) = instantiated();
    let path = format!("/beta/applications/{id}");
    server.patch(&path, &json!({"OnPremisesPublishing": {"ApplicationServerTimeout": "Long"}})).is(204);
    assert_eq!(publishing(&mut server, &id)["applicationServerTimeout"], "Long");
    let twice = json!({"onPremisesPublishing": {"internalUrl": "https://a.b/", "InternalUrl": "https://c.d/"}});
    let answer = server.patch(&path, &twice);
    let text = "The property 'onPremisesPublishing/internalUrl' is given twice.";
    assert_eq!(answer.is_refused(400, "BadRequest").message(), text);
}

/// W18, W24: what a base URL with a final slash, older forms and a check for being there make of a path.
#[test]
fn paths_are_read_as_clients_write_them() {
    let mut server = Server::new().lines([create_application(1), register(1)]);
    let plain = server.get("/beta/applications").body["value"].clone();
    for path in [
        "/beta//applications",
        "//beta/applications//",
        "/beta/myorganization/applications",
        "/beta/MyOrganization//applications/",
        &format!("/beta/{TENANT}/applications"),
        &format!("/beta/{}/applications", TENANT.to_uppercase()),
    ] {
        assert_eq!(server.get(path).is(200).body["value"], plain, "{path}");
        let batch = json!({"requests": [{"id": "1", "method": "GET", "url": path.trim_start_matches('/')}]});
        assert_eq!(server.post("/beta//$batch", &batch).body["responses"][0]["body"]["value"], plain, "{path}");
    }
    let batch = json!({"Requests": [{"Id": "1", "METHOD": "get", "Url": "//applications//"}]});
    assert_eq!(server.post("/beta/$batch", &batch).body["responses"][0]["body"]["value"], plain);
    assert_eq!(server.get("/v1.0/myorganization/applications").is(200).ids(), [application(1)]);
    // Terraform's SDK Hamilton writes the tenant into its paths. Another one is no part of it, and neither is a second time.
    for path in [format!("{}/applications", application(1)), format!("{TENANT}/{TENANT}/applications")] {
        server.get(&format!("/v1.0/{path}")).is_refused(400, "BadRequest");
    }
    let page = server.get(&format!("{}?$top=1", PROXY.replace("beta", &format!("beta/{TENANT}")) + "/connectors"));
    assert_eq!(page.is(200).ids(), [connector(1)]);
    server.get(&format!("/beta/{TENANT}/$metadata")).is(200);
    let link = json!({"@odata.id": format!("https://graph.microsoft.com//beta//connectorGroups//{}/", group(0))});
    server.post(&format!("{PROXY}//connectors//{}/memberOf/$ref", connector(1)), &link).is(204);
    for path in ["/beta/applications".to_string(), group_path(0), group_path(9), "/beta/$metadata".into()] {
        let read = server.get(&path);
        let head = server.send(&Server::request("HEAD", &path).body(Vec::new()).unwrap());
        assert_eq!((head.status, head.header("content-type")), (read.status, read.header("content-type")), "{path}");
        assert!(head.header("content-length").parse::<usize>().unwrap() > 0, "{path}");
    }
    let batch = json!({"requests": [{"id": "1", "method": "HEAD", "url": "/applications"}]});
    let response = server.post("/beta/$batch", &batch).body["responses"][0].clone();
    assert_eq!((&response["status"], response.get("body")), (&json!(200), None));
}

/// W19: `Set-EntraBetaApplicationProxyConnectorGroup -Name`.
#[test]
fn a_group_is_renamed_in_pascal_case() {
    let mut server = Server::new().lines([create_group(1, "eur")]);
    server.patch(&group_path(1), &json!({"Name": "New"})).is(204);
    assert_eq!(server.get(&group_path(1)).body["name"], "New");
    let made = server.post(&format!("{PROXY}/connectorGroups"), &json!({"Name": "A", "REGION": "Nam"}));
    assert_eq!((&made.is(200).body["name"], &made.body["region"]), (&json!("A"), &json!("nam")));
}

/// W20: the Terraform provider `azuread` reads these of each application.
#[test]
fn properties_that_nobody_has_set_have_graphs_default() {
    let mut server = Server::new().lines([create_application(1)]);
    let path = format!("/beta/applications/{}", application(1));
    let read = server.get(&format!("{path}?$select=signInAudience,oauth2RequirePostResponse,tags,web,notes"));
    let context = read.is(200).body["@odata.context"].clone();
    let web = json!({"homePageUrl": null, "logoutUrl": null, "redirectUris": [], "redirectUriSettings": [],
        "implicitGrantSettings": {"enableAccessTokenIssuance": false, "enableIdTokenIssuance": false}});
    assert_eq!(
        read.body,
        json!({"@odata.context": context, "signInAudience": "AzureADMyOrg", "oauth2RequirePostResponse": false,
            "tags": [], "web": web, "notes": null})
    );
    assert_eq!(server.get(&format!("{path}/owners")).is(200).body["value"], json!([]));
    assert_eq!(server.advanced(&format!("{path}/owners/$count")).is(200).body, "0");
    assert_eq!(server.get(&format!("{path}?$expand=owners")).is(200).body["owners"], json!([]));
    server.get(&format!("{path}/owners/{}", application(1))).is_refused(404, "Request_ResourceNotFound");
    server.get("/beta/applications/x/owners").is_refused(404, "Request_ResourceNotFound");
}

/// W23: check 25401 of the Zero Trust Assessment.
#[test]
fn published_applications_are_found_by_a_filter() {
    let mut server = Server::new().lines([create_application(1), create_application(2), publish(2, &json!({}))]);
    let filter = "onPremisesPublishing/isOnPremPublishingEnabled%20eq%20true";
    assert_eq!(server.get(&format!("/beta/applications?filter={filter}")).is(200).ids(), [application(2)]);
    assert_eq!(server.advanced(&format!("/beta/applications/$count?$filter={filter}")).is(200).body, "1");
    let other = "OnPremisesPublishing/ApplicationType%20eq%20'enterpriseapp'";
    assert_eq!(server.get(&format!("/beta/applications?$filter={other}")).is(200).ids(), [application(2)]);
    server.get(&format!("/v1.0/applications?$filter={filter}")).is(400);
    server.get("/beta/applications?$filter=onPremisesPublishing/x%20eq%20'y'").is_refused(400, "BadRequest");
}

/// A server behind a proxy: links lead to where the client has asked, if the proxy is trusted.
#[test]
fn links_lead_back_through_a_trusted_proxy() {
    let mut server = Server::new().lines([create_application(1), create_application(2)]);
    let send = |server: &mut Server, protocol: &str, host: &str| {
        let request = Server::request("GET", "/beta/applications?$top=1");
        let request = request.header("x-forwarded-proto", protocol).header("x-forwarded-host", host);
        server.send(&request.body(Vec::new()).unwrap())
    };
    let next = |answer: &crate::server::Answer| answer.body["@odata.nextLink"].as_str().unwrap().to_string();
    assert!(next(&send(&mut server, "http", "other.example")).starts_with(&format!("https://{HOST}/")));
    server.options.trusts_forwarded_headers = true;
    assert!(
        next(&send(&mut server, "http", "other.example:81, inner.example")).starts_with("http://other.example:81/")
    );
    send(&mut server, "ftp", "other.example").is_refused(400, "BadRequest");
    send(&mut server, "https", "a b").is_refused(400, "BadRequest");
    assert!(server.get("/beta/applications?$top=1").body["@odata.nextLink"].as_str().unwrap().contains(HOST));
}

/// Terraform's provider names its owner with every new service principal.
#[test]
fn a_new_service_principal_has_the_owners_that_it_is_made_with() {
    let mut server = Server::new();
    let made = server.post("/v1.0/applications", &json!({"displayName": "x"}));
    let links = ["https://graph.microsoft.com/v1.0/directoryObjects/a"];
    let body = json!({"appId": made.is(201).body["appId"], "owners@odata.bind": links});
    let made = server.post("/v1.0/servicePrincipals", &body);
    let path = format!("/v1.0/servicePrincipals/{}/owners", made.is(201).body["id"].as_str().unwrap());
    assert_eq!(server.get(&path).ids(), ["a"]);
}
