//! Which tokens a client gets for itself, what the wire takes of them, and what they permit.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::support::*;

#[test]
fn a_secret_gets_a_token_that_the_wire_takes() {
    let emulator = Emulator::start(&[]);
    let (_, document) = emulator.own("GET", "/organizations/v2.0/.well-known/openid-configuration", "");
    let endpoint = format!("http://{}/organizations/oauth2/v2.0/token", emulator.address);
    assert_eq!(document["token_endpoint"], endpoint, "a name stands for the only tenant");
    let (status, answer) = emulator.sign_in("contoso.onmicrosoft.com", SECRET);
    assert_eq!((status, &answer["token_type"]), (200, &json!("Bearer")), "{answer}");
    let token = answer["access_token"].as_str().unwrap();
    let claims = claims(token);
    assert_eq!((&claims["tid"], &claims["appid"], &claims["idtyp"]), (&json!(TENANT), &json!(CLIENT), &json!("app")));
    assert!(claims["roles"].as_array().unwrap().contains(&json!("Directory.ReadWrite.All")), "{claims}");
    assert_eq!(emulator.graph(token, "GET", GROUPS, "").0, 200);
    assert_eq!(emulator.graph(TENANT, "GET", GROUPS, "").0, 200, "the bare id of a tenant, as ever");
    let (_, keys) = emulator.own("GET", "/common/discovery/v2.0/keys", "");
    assert_eq!((&keys["keys"][0]["kty"], &keys["keys"][0]["alg"]), (&json!("RSA"), &json!("RS256")), "{keys}");

    // A signature that is another one by its first letter.
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    let forged = format!("{signed}.{other}{}", signature.get(1..).unwrap());
    let (status, answer) = emulator.graph(&forged, "GET", GROUPS, "");
    assert_eq!((status, &answer["error"]["code"]), (401, &json!("InvalidAuthenticationToken")), "{answer}");
}

#[test]
fn a_sign_in_that_a_client_gets_wrong_is_refused_as_there() {
    let emulator = Emulator::start(&[]);
    let number = |(status, answer): (u16, Value)| (status, answer["error_codes"][0].as_u64().unwrap());
    let scope = "grant_type=client_credentials&client_secret=x&scope=https://graph.microsoft.com/User.Read";
    assert_eq!(number(emulator.sign_in(TENANT, scope)), (400, 1_002_012));
    assert_eq!(emulator.sign_in(TENANT, &format!("{SECRET}+openid+profile")).0, 200, "as MSAL for Go asks");
    let no_secret = SECRET.replace("client_secret=any&", "");
    assert_eq!(number(emulator.sign_in(TENANT, &no_secret)), (401, 7_000_216));
    assert_eq!(number(emulator.sign_in(CLIENT, SECRET)), (400, 90_002), "no such tenant");
    assert_eq!(number(emulator.sign_in(TENANT, "grant_type=magic")), (400, 70_003));
    assert_eq!(number(emulator.sign_in(TENANT, "grant_type=refresh_token&refresh_token=a.b.c")), (400, 70_008));
    let token = format!("/{TENANT}/oauth2/v2.0/token");
    assert_eq!(emulator.own("GET", &token, "").0, 405);
    assert_eq!(emulator.own("HEAD", &token, "").0, 405);
    assert_eq!(emulator.own("GET", "/subscriptions?api-version=2022-12-01", "").0, 401);
}

/// A token that this run has given opens what it was asked for.
#[test]
fn a_token_for_another_audience_does_not_open_graph() {
    let emulator = Emulator::start(&["--proxy", "127.0.0.1:0", "--tls-name", "emulator.test"]);
    let token = |resource: &str| -> String {
        let form = SECRET.replace("https%3A%2F%2Fgraph.microsoft.com", resource);
        emulator.sign_in(TENANT, &form).1["access_token"].as_str().unwrap().into()
    };
    let own = format!("http://{}", emulator.address);
    for resource in [
        "https://graph.microsoft.com/",
        "https://GRAPH.microsoft.us",
        "https://dod-graph.microsoft.us",
        "https://microsoftgraph.chinacloudapi.cn/",
        "00000003-0000-0000-c000-000000000000",
        "https://emulator.test",
        &own,
    ] {
        assert_eq!(emulator.graph(&token(resource), "GET", GROUPS, "").0, 200, "{resource}");
    }
    for resource in [
        "https://management.azure.com",
        "https://management.core.windows.net/",
        "https://graph.windows.net",
        "https://graph.microsoft.com.evil.test",
        "https://graph.microsoft.com/other",
        "api://graph.microsoft.com",
        "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    ] {
        let (status, answer) = emulator.graph(&token(resource), "GET", GROUPS, "");
        assert_eq!((status, &answer["error"]["code"]), (401, &json!("InvalidAuthenticationToken")), "{resource}");
        assert_eq!(answer["error"]["message"], "Access token validation failure. Invalid audience.");
    }
    assert_eq!(emulator.graph(&token("https://management.azure.com"), "GET", "/subscriptions", "").0, 200);
    let (_, by_password) = emulator.sign_in(TENANT, "grant_type=password&username=u&password=p&scope=openid");
    let identity = by_password["id_token"].as_str().unwrap();
    assert_eq!(emulator.graph(identity, "GET", GROUPS, "").0, 401, "an identity token is for its client");
}

/// RFC 6749 §2.3.1: id and secret are percent-encoded before they are joined.
#[test]
fn a_client_may_say_who_it_is_by_http_basic() {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let emulator = Emulator::start(&[]);
    let (_, document) = emulator.own("GET", "/common/v2.0/.well-known/openid-configuration", "");
    let methods = json!(["client_secret_post", "private_key_jwt", "client_secret_basic"]);
    assert_eq!(document["token_endpoint_auth_methods_supported"], methods);
    let ask = |scheme: &str, pair: &str, form: &str| {
        let host = format!("host: {}", emulator.address);
        let basic = format!("authorization: {scheme} {}", BASE64_STANDARD.encode(pair));
        let (status, answer) = emulator.send("POST", &format!("/{TENANT}/oauth2/v2.0/token"), &[&host, &basic], form);
        (status, answer["error_codes"][0].as_u64(), answer)
    };
    let form = SECRET.strip_prefix("client_secret=any&").unwrap();
    let (status, _, answer) = ask("basic", "the%3Aclient+%2B:a%2Fsecret:x", form);
    assert_eq!(status, 200, "{answer}");
    let said = claims(answer["access_token"].as_str().unwrap());
    assert_eq!((&said["appid"], &said["appidacr"]), (&json!("the:client +"), &json!("1")));
    let (status, _, answer) = ask("Basic", &format!("{CLIENT}:s"), &format!("client_id={CLIENT}&{form}"));
    assert_eq!(status, 200, "{answer}");
    assert_eq!(ask("Basic", "client:", form).1, Some(7_000_216), "no secret");
    // A 401 names the scheme that it asks for.
    let host = format!("host: {}", emulator.address);
    let refused =
        emulator.text("POST", &format!("/{TENANT}/oauth2/v2.0/token"), &[&host], &format!("client_id=x&{form}"));
    assert!(
        refused.starts_with("HTTP/1.1 401 ") && refused.contains("www-authenticate: Basic realm=\"\"\r\n"),
        "{refused}"
    );
    assert_eq!(ask("Basic", "no colon", form).1, Some(900_144), "no pair");
    assert_eq!(ask("Basic", "another:s", &format!("client_id={CLIENT}&{form}")).0, 400, "two clients");
}

/// An assertion stands for a certificate; the older endpoint names a resource and writes numbers as texts.
#[test]
fn older_and_rarer_ways_lead_to_a_token_too() {
    let emulator = Emulator::start(&[]);
    let assertion = emulator.token();
    let form = SECRET.replace("client_secret=any", &format!("client_assertion={assertion}"));
    let (_, answer) = emulator.sign_in(TENANT, &form);
    assert_eq!(claims(answer["access_token"].as_str().unwrap())["appidacr"], "2");
    let form = format!(
        "client_id={CLIENT}&client_secret=x&grant_type=client_credentials&resource=https://graph.microsoft.com/"
    );
    let (_, answer) = emulator.own("POST", &format!("/{TENANT}/oauth2/token"), &form);
    assert_eq!((&answer["expires_in"], &answer["resource"]), (&json!("3599"), &json!("https://graph.microsoft.com")));
    let host = format!("host: {}", emulator.address);
    let token = format!("authorization: Bearer {}", answer["access_token"].as_str().unwrap());
    let (_, subscriptions) = emulator.send("GET", "/subscriptions?api-version=2022-12-01", &[&host, &token], "");
    assert_eq!(subscriptions["value"][0]["tenantId"], TENANT);
    let (_, cloud) = emulator.own("GET", "/metadata/endpoints?api-version=2022-09-01", "");
    assert_eq!(cloud["microsoftGraphResourceId"], format!("http://{}", emulator.address));
    let (_, clouds) = emulator.own("GET", "/metadata/endpoints?api-version=2019-05-01", "");
    assert!(clouds.is_array(), "{clouds}");
    let (_, instance) = emulator.own("GET", "/common/discovery/instance?api-version=1.1", "");
    assert_eq!(instance["metadata"][0]["aliases"][0], emulator.address);
}

#[test]
fn permissions_are_enforced_where_that_is_asked_for() {
    let grants = ["--enforce-permissions", "--grant", "Application.Read.All", "--grant"];
    let mut arguments = grants.to_vec();
    let all = format!("{CLIENT}=Directory.ReadWrite.All");
    arguments.push(&all);
    let emulator = Emulator::start(&arguments);
    let reader = emulator.own("POST", &format!("/{TENANT}/oauth2/v2.0/token"), &format!("client_id=reader&{SECRET}")).1;
    let reader = reader["access_token"].as_str().unwrap();
    let (status, answer) = emulator.graph(reader, "GET", GROUPS, "");
    assert_eq!(
        (status, &answer["error"]["code"]),
        (403, &json!("NotAdminRoleNoEnoughCustomPermission_UnauthorizedAccess")),
        "{answer}"
    );
    assert_eq!(emulator.graph(reader, "GET", "/beta/applications", "").0, 200);
    let (status, answer) = emulator.graph(reader, "POST", "/beta/applications", r#"{"displayName":"x"}"#);
    assert_eq!((status, &answer["error"]["code"]), (403, &json!("Authorization_RequestDenied")), "{answer}");
    assert_eq!(emulator.graph(TENANT, "GET", "/beta/applications", "").0, 403, "a bare id was granted nothing");
    assert_eq!(emulator.graph(&emulator.token(), "GET", GROUPS, "").0, 200);
    let batch = json!({"requests": [
        {"id": "1", "method": "GET", "url": "/applications"},
        {"id": "2", "method": "GET", "url": GROUPS},
    ]});
    let (_, answer) = emulator.graph(reader, "POST", "/beta/$batch", &batch.to_string());
    let statuses: Vec<&Value> = answer["responses"].as_array().unwrap().iter().map(|part| &part["status"]).collect();
    assert_eq!(statuses, [200, 403]);
}

/// What a program lacks is told where whoever runs it looks: in the line of the log, and not to the program.
#[test]
fn the_log_tells_the_least_permission_that_was_missing() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_connector-groups"))
        .args(["emulate", "--listen", "127.0.0.1:0", "--tenant", TENANT, "--enforce-permissions"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let emulator = Emulator { child, address: line.trim().strip_prefix("http://").unwrap().into(), output };
    assert_eq!(emulator.graph(TENANT, "GET", GROUPS, "").0, 403);
    loop {
        line.clear();
        assert!(log.read_line(&mut line).unwrap() > 0, "the log has ended");
        if line.contains(" GET ") {
            break;
        }
    }
    assert!(line.contains(" 403 ") && line.ends_with(", needs at least Directory.ReadWrite.All\n"), "{line}");
}
