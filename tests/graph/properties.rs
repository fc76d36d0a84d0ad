//! Laws of the wire, over what the generator and strangers ask.

use connector_groups::{
    Command, DirectoryCommand, Refusal, TenantId,
    graph::{Profile, Quirks},
};
use http::Request;
use proptest::{collection::vec, prelude::*, sample::select};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    server::{Answer, PROXY, Server},
    spelling,
    steps::{RULES, steps},
    world::{TENANT, application, connector, create_application, create_group, group, publish, register},
};

/// What a refusal is on the wire, written down once more: status and code.
fn expected(refusal: &Refusal, command: &Command) -> (u16, &'static str) {
    match refusal.code() {
        "blankName" => (400, "ConnectorGroup_InvalidName"),
        "invalidRegion" => (400, "ConnectorGroup_InvalidRegion"),
        "invalidUrl" if refusal.to_string().starts_with("internal") => (400, "InternalUrl_Invalid"),
        "invalidUrl" => (400, "ExternalUrl_Invalid"),
        "readOnlyProperty" => (400, "Request_BadRequest"),
        "connectorNotFound" => (404, "Connector_NotFound"),
        // Where it is not about a group, an application is a thing of the directory like any other.
        "applicationNotFound" => match command {
            Command::AddApplication(_) | Command::RemoveApplication(_) => (404, "Application_NotFound"),
            _ => (404, "Request_ResourceNotFound"),
        },
        "applicationNotPublished" => (404, "Application_NotFound"),
        "connectorGroupNotFound" => (404, "ConnectorGroup_NotFound"),
        "groupReadOnly" => (400, "ConnectorGroup_ReadOnly"),
        "groupIsDefault" => (400, "ConnectorGroup_IsDefault"),
        "alreadyInDefault" => (400, "ConnectorGroup_AlreadyInDefault"),
        "duplicateName" => (400, "ConnectorGroup_DuplicateName"),
        "regionLocked" => (400, "ConnectorGroup_RegionLocked"),
        "groupNotEmpty" => (400, "ApplicationsOrConnectorsAssigned_BadRequest"),
        "connectorRegionLocked" => (400, "Connector_RegionLocked"),
        "urlInUse" if refusal.to_string().starts_with("internal") => (400, "InternalUrl_Duplicate"),
        "urlInUse" => (400, "ExternalUrl_Duplicate"),
        "servicePrincipalNotFound" => (404, "Request_ResourceNotFound"),
        "servicePrincipalExists" => (409, "Request_MultipleObjectsWithSameKeyValue"),
        "segmentInUse" => (400, "Invalid_AppSegments_NonwebApp_Duplicate"),
        "invalidSegment" if refusal.to_string().starts_with("destinationHost") => match command {
            Command::AddApplicationSegment(add) if add.destination_type.to_ascii_lowercase().starts_with("ip") => {
                (400, "DestinationHost_InvalidIP")
            }
            _ => (400, "DestinationHost_Invalid"),
        },
        "invalidSegment" => (400, "InvalidJson_BadRequest"),
        other => panic!("{other} does not come by the wire"),
    }
}

/// The properties with those that the wire notes by itself.
fn noted<P: Serialize + DeserializeOwned>(properties: Option<&P>, answer: &Answer, names: &[&str]) -> P {
    let mut all = properties.map_or(json!({}), |properties| serde_json::to_value(properties).unwrap());
    for name in names {
        all[*name] = answer.body[*name].clone();
    }
    serde_json::from_value(all).unwrap()
}

/// The wire gives applications of Private Access their tags when they are published, and the service principals of others theirs.
fn tagged(command: &Command, server: &Server) -> Vec<DirectoryCommand> {
    let tenant: TenantId = TENANT.parse().unwrap();
    let id = match command {
        Command::PublishApplication(publish) => publish.application,
        Command::CreateServicePrincipal(create) => create.application,
        _ => return Vec::new(),
    };
    let Some(application) = server.directory.tenant(tenant).unwrap().application(id) else { return Vec::new() };
    let update = |verb: &str, id: Value, kept: Value, tag: &str| {
        let is_tagged = kept["tags"].as_array().is_some_and(|tags| tags.contains(&json!(tag)));
        let line = json!({"tenant": TENANT, "command": verb, "id": id, "properties": {"tags": kept["tags"]}});
        is_tagged.then(|| serde_json::from_value(line).unwrap())
    };
    let kept = serde_json::to_value(application.properties()).unwrap();
    let own = update("updateApplication", json!(id), kept, "HideApp");
    let of_principal = application.service_principal().and_then(|principal| {
        let kept = serde_json::to_value(&principal.properties).unwrap();
        update("updateServicePrincipal", json!(principal.id), kept, "WindowsAzureActiveDirectoryOnPremApp")
    });
    own.into_iter().chain(of_principal).collect()
}

/// The command with the id that the answer has, or else with one that is free.
fn with_id(command: Command, answer: &Answer) -> Command {
    let id = |name: &str, fallback: u128| {
        let text = answer.body[name].as_str();
        text.map_or(fallback, |text| text.parse::<TenantId>().unwrap().as_u128())
    };
    match command {
        Command::CreateConnectorGroup(mut create) => {
            create.id = connector_groups::ConnectorGroupId::from_u128(id("id", u128::MAX));
            create.into()
        }
        Command::CreateApplication(mut create) => {
            create.properties = Some(noted(create.properties.as_ref(), answer, &["createdDateTime", "signInAudience"]));
            create.id = connector_groups::ApplicationId::from_u128(id("id", u128::MAX));
            create.app_id = connector_groups::AppId::from_u128(id("appId", u128::MAX));
            create.into()
        }
        Command::CreateServicePrincipal(mut create) => {
            create.properties = Some(noted(create.properties.as_ref(), answer, &["createdDateTime"]));
            create.id = connector_groups::ids::ServicePrincipalId::from_u128(id("id", u128::MAX));
            create.into()
        }
        Command::AddApplicationSegment(mut add) => {
            add.id = connector_groups::ids::ApplicationSegmentId::from_u128(id("id", u128::MAX));
            add.into()
        }
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// By the wire or by itself, a command is accepted alike, refused for the same reason, and leads to the same state.
    #[test]
    fn the_wire_does_what_the_engine_does(path in steps(0..60), rules in select(&RULES)) {
        let mut server = Server::with_rules(&serde_json::to_value(rules).unwrap());
        server.line(json!({"command": "provisionConnectorGroup", "id": group(9), "name": "Sync", "connectorGroupType": "syncFabric"}));
        let mut engine = server.directory.clone();
        let id: TenantId = TENANT.parse().unwrap();
        for step in path {
            let tenant = engine.tenant(id).unwrap();
            let command = step.resolve_in(tenant);
            let Some((method, path, body)) = spelling::request(&command, tenant) else {
                let command = DirectoryCommand::InTenant { tenant: id, command };
                prop_assert_eq!(engine.apply(&command), server.directory.apply(&command));
                continue;
            };
            let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
            let answer = server.send(&Server::request(method, &path).header("content-type", "application/json").body(body).unwrap());
            let command = with_id(command, &answer);
            match engine.apply(&DirectoryCommand::InTenant { tenant: id, command: command.clone() }) {
                Ok(_) => prop_assert!((200..300).contains(&answer.status), "{:?}: {:?}", command, answer),
                Err(refusal) => {
                    let is_same = (answer.status, answer.code()) == expected(&refusal, &command)
                        // A changed segment's type may be that which stands.
                        || (refusal.code() == "invalidSegment" && answer.code().starts_with("DestinationHost_Invalid"));
                    // A path that leads to nothing is told before what is wrong with the body.
                    let of_body = ["blankName", "invalidRegion", "invalidUrl", "readOnlyProperty", "invalidSegment"];
                    let no_such_path = answer.status == 404 && of_body.contains(&refusal.code());
                    let message = format!("{command:?}: {refusal:?}: {answer:?}");
                    prop_assert!(is_same || no_such_path, "{}", message);
                }
            }
            for tagging in tagged(&command, &server) {
                _ = engine.apply(&tagging);
            }
            prop_assert_eq!(&server.directory, &engine, "{:?}", command);
        }
    }
}

/// A directory in which the ids of the vocabulary below name something or do not.
pub(crate) fn server() -> Server {
    Server::new().lines([
        create_group(1, "nam"),
        register(1),
        register(2),
        create_application(1),
        publish(1, &json!({"internalUrl": "https://a.local/"})),
        create_application(2),
        json!({"command": "provisionConnectorGroup", "id": group(9), "name": "Sync", "connectorGroupType": "syncFabric"}),
    ])
}

fn segment() -> impl Strategy<Value = String> {
    let words = [
        "beta",
        "v1.0",
        "onPremisesPublishingProfiles",
        "applicationProxy",
        "provisioning",
        "connectorGroups",
        "connectors",
        "members",
        "memberOf",
        "applications",
        "connectorGroup",
        "onPremisesPublishing",
        "$ref",
        "$count",
        "$batch",
        "agents",
        "applicationTemplates",
        "servicePrincipals",
        "owners",
        "appRoleAssignedTo",
        "applicationSegments",
        "segmentsConfiguration/microsoft.graph.ipSegmentConfiguration/applicationSegments",
        "onPremisesPublishing/segmentsConfiguration/microsoft.graph.ipSegmentConfiguration/applicationSegments",
        "$metadata",
        "myorganization",
        "8adf8e6e-67b2-4cf2-a259-e3dc5476c621",
        "instantiate",
        "",
        "%",
        "%2F",
        "%ff",
        "applications(appId='x')",
    ];
    let ids = [group(0), group(1), group(9), group(5), connector(1), connector(5), application(1), application(2)];
    prop_oneof![
        4 => select(words.to_vec()).prop_map(String::from),
        3 => select(ids.to_vec()),
        1 => select(ids.to_vec()).prop_map(|id| format!("connectorGroups('{id}')")),
        1 => "[!$&-;=@A-Z_a-z~]{0,12}",
    ]
}

/// Paths that lead somewhere, and paths that do not.
fn path() -> impl Strategy<Value = String> {
    let joined = |segments: Vec<String>| format!("/{}", segments.join("/"));
    prop_oneof![
        vec(segment(), 0..4).prop_map(move |segments| format!("{PROXY}{}", joined(segments))),
        vec(segment(), 0..4).prop_map(move |segments| format!("{PROXY}/connectorGroups{}", joined(segments))),
        vec(segment(), 0..3).prop_map(move |segments| format!("/beta/applications{}", joined(segments))),
        vec(segment(), 0..6).prop_map(joined),
    ]
}

fn query() -> impl Strategy<Value = String> {
    let names = [
        "$filter",
        "%24filter",
        "select",
        "$select",
        "$expand",
        "$orderby",
        "$top",
        "$skip",
        "$skiptoken",
        "$count",
        "@id",
        "$x",
        "",
    ];
    let values = [
        "id",
        "name",
        "name%20eq%20'a'",
        "(((",
        "not(isDefault)",
        "members",
        "members($select=id)",
        "1",
        "0",
        "true",
        "%",
        "connectors/1",
        "'",
        "+",
        ",",
    ];
    let option =
        (select(names.to_vec()), prop_oneof![select(values.to_vec()).prop_map(String::from), "[!$'-;=?-Z_a-z~]{0,20}"]);
    let option = option.prop_map(|(name, value)| format!("{name}={value}"));
    prop_oneof![3 => Just(String::new()), 2 => vec(option, 1..4).prop_map(|options| format!("?{}", options.join("&")))]
}

fn json_value() -> impl Strategy<Value = Value> {
    let texts = [
        "",
        " ",
        "a",
        "nam",
        "unknownFutureValue",
        "https://a.local/",
        "https://A.local/",
        "PowerShellDeleteApplication",
        "x/connectorGroups/1",
    ];
    let links = [
        json!({"@odata.id": format!("x/connectorGroups/{}", group(1))}),
        json!({"@odata.id": format!("x/connectors/{}", connector(1))}),
        json!({"@odata.id": format!("x/applications/{}", application(1))}),
    ];
    let names = [
        "name",
        "region",
        "isDefault",
        "displayName",
        "onPremisesPublishing",
        "internalUrl",
        "externalUrl",
        "@odata.id",
        "@odata.type",
        "singleSignOnSettings",
        "requests",
        "id",
        "method",
        "url",
        "dependsOn",
        "body",
        "segmentsConfiguration",
        "destinationHost",
        "DestinationType",
        "ports",
        "Tags",
        "identifierUris",
        "isDefaultAccessEnabled",
        "appId",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        select(texts.to_vec()).prop_map(Value::from),
        select(links.to_vec()),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            vec((select(names.to_vec()), inner), 0..4).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_string(), value)).collect())
            }),
        ]
    })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => json_value().prop_map(|value| value.to_string().into_bytes()),
        1 => vec(any::<u8>(), 0..40),
        1 => Just(Vec::new()),
    ]
}

fn request() -> impl Strategy<Value = Option<Request<Vec<u8>>>> {
    let methods = ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "QUERY"];
    let tokens = [
        format!("Bearer {TENANT}"),
        format!("Bearer {TENANT}"),
        format!("Bearer {TENANT}"),
        "Bearer x".into(),
        String::new(),
    ];
    let media_types = ["application/json", "application/json", "application/json;charset=x", "text/plain"];
    let parts =
        (select(methods.to_vec()), path(), query(), body(), select(tokens.to_vec()), select(media_types.to_vec()));
    parts.prop_map(|(method, path, query, body, token, media_type)| {
        let request = Request::builder().method(method).uri(path + &query).header("authorization", token);
        request.header("content-type", media_type).body(body).ok()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// Whatever is asked: an answer out of the table, no broken invariant, and nothing changed by a read or a refusal, all
    /// of which `Server::send` checks.
    #[test]
    fn any_request_is_answered(
        requests in vec(request(), 1..20),
        documented in any::<bool>(),
        quirky in any::<bool>(),
    ) {
        let mut server = server();
        server.options.profile = if documented { Profile::Documented } else { Profile::Live };
        server.options.quirks = Quirks {
            empty_group_applications_not_found: quirky,
            unpublished_not_enabled: quirky,
            connectorless_tenant_not_enabled: quirky,
        };
        for request in requests.into_iter().flatten() {
            let known = [200, 201, 204, 400, 401, 404, 405, 409, 415, 424];
            let answer = server.send(&request);
            prop_assert!(known.contains(&answer.status), "{:?}", answer);
        }
    }

    /// The same request to an equal directory has the same response and leads to an equal directory.
    #[test]
    fn the_answer_follows_from_the_request(request in request()) {
        let Some(request) = request else { return Ok(()) };
        let (mut one, mut other) = (server(), server());
        prop_assert_eq!(one.send(&request), other.send(&request));
        prop_assert_eq!(&one.directory, &other.directory);
    }
}

/// Ids follow from the request's id and look like random GUIDs; different requests have different ones.
#[test]
fn ids_follow_from_the_requests_id() {
    let ids = |requests: usize| -> Vec<String> {
        let mut server = Server::new();
        let made = (0..requests).map(|_| server.post("/beta/applications", &json!({"displayName": "x"})));
        made.flat_map(|made| ["id", "appId"].map(|name| made.body[name].as_str().unwrap().to_string())).collect()
    };
    let some = ids(200);
    assert_eq!(ids(200), some);
    let distinct: std::collections::BTreeSet<&String> = some.iter().collect();
    assert_eq!(distinct.len(), 400);
    for id in some {
        assert_eq!((&id[14..15], "89ab".contains(&id[19..20])), ("4", true), "{id}");
    }
}
