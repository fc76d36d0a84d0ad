//! The emulator as programs meet it that know nothing of it: they sign in, and reach it by the names of Microsoft's hosts.

#![cfg(all(unix, feature = "emulate"))]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where it fails"
)]

use core::time::Duration;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};

const TENANT: &str = "7e000000-0000-4000-8000-000000000001";
const GROUPS: &str = "/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups";
const CLIENT: &str = "11111111-0000-4000-8000-000000000001";
const SECRET: &str =
    "client_secret=any&grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";

fn emulate(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connector-groups"));
    command
        .args(["emulate", "--quiet", "--seed", "examples/contoso.jsonl"])
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    command
}

struct Emulator {
    child: Child,
    address: String,
    /// What follows the address on standard output.
    output: BufReader<std::process::ChildStdout>,
}

impl Emulator {
    fn start(arguments: &[&str]) -> Self {
        let mut command = emulate(&["--listen", "127.0.0.1:0"]);
        let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap().into();
        Self { child, address, output }
    }

    /// The status and the body of the answer to a request with these header lines.
    fn send(&self, method: &str, path: &str, headers: &[&str], body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let headers = [headers, &["connection: close"]].concat().join("\r\n");
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.1\r\n{headers}\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap_or_else(|_| body.into()))
    }

    fn own(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        self.send(method, path, &[&format!("host: {}", self.address)], body)
    }

    /// A request to Graph's routes with this token.
    fn graph(&self, token: &str, method: &str, path: &str, body: &str) -> (u16, Value) {
        let host = format!("host: {}", self.address);
        let token = format!("authorization: Bearer {token}");
        self.send(method, path, &[&host, &token, "content-type: application/json"], body)
    }

    fn sign_in(&self, tenant: &str, form: &str) -> (u16, Value) {
        self.own("POST", &format!("/{tenant}/oauth2/v2.0/token"), &format!("client_id={CLIENT}&{form}"))
    }

    fn token(&self) -> String {
        self.sign_in(TENANT, SECRET).1["access_token"].as_str().unwrap().into()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // One that has ended is as good.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn claims(token: &str) -> Value {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

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
    assert_eq!(number(emulator.sign_in(TENANT, &no_secret)), (401, 7_000_218));
    assert_eq!(number(emulator.sign_in(CLIENT, SECRET)), (400, 90_002), "no such tenant");
    assert_eq!(number(emulator.sign_in(TENANT, "grant_type=magic")), (400, 70_003));
    assert_eq!(number(emulator.sign_in(TENANT, "grant_type=refresh_token&refresh_token=a.b.c")), (400, 70_008));
    assert_eq!(emulator.own("GET", &format!("/{TENANT}/oauth2/v2.0/token"), "").0, 405);
    assert_eq!(emulator.own("GET", "/subscriptions?api-version=2022-12-01", "").0, 401);
}

#[test]
fn users_sign_in_by_device_code_password_and_refresh_token() {
    let emulator = Emulator::start(&[]);
    let scope = "scope=openid+offline_access+Directory.ReadWrite.All";
    let path = format!("/{TENANT}/oauth2/v2.0/devicecode");
    let (_, code) = emulator.own("POST", &path, &format!("client_id={CLIENT}&{scope}"));
    let code = code["device_code"].as_str().unwrap();
    assert_eq!(emulator.graph(code, "GET", GROUPS, "").0, 401, "a device code is no access token");
    let form = format!("grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code={code}");
    let (status, by_code) = emulator.sign_in(TENANT, &form);
    assert_eq!(status, 200, "{by_code}");
    assert_eq!(
        claims(by_code["access_token"].as_str().unwrap())["scp"],
        "openid offline_access Directory.ReadWrite.All"
    );
    assert!(by_code["id_token"].is_string() && by_code["client_info"].is_string());
    let refresh = by_code["refresh_token"].as_str().unwrap();
    let (status, refreshed) = emulator.sign_in(TENANT, &format!("grant_type=refresh_token&refresh_token={refresh}"));
    assert_eq!(status, 200, "{refreshed}");
    let token = refreshed["access_token"].as_str().unwrap();
    assert_eq!(emulator.graph(token, "GET", GROUPS, "").0, 200);
    let (_, by_password) = emulator.sign_in(TENANT, &format!("grant_type=password&username=u&password=p&{scope}"));
    assert_eq!(claims(by_password["access_token"].as_str().unwrap())["upn"], "u");
}

/// A code stands for a sign-in in one tenant, for as long as it lasts, and nobody but the emulator can write one.
#[test]
fn a_code_of_another_tenant_or_time_or_hand_is_refused() {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let emulator = Emulator::start(&["--control", "--clock", "2026-03-02T08:00:00Z"]);
    let (_, other) = emulator.own("POST", "/_control/tenants", "{}");
    let form = format!("client_id={CLIENT}&scope=Directory.Read.All");
    let (_, code) = emulator.own("POST", &format!("/{TENANT}/oauth2/v2.0/devicecode"), &form);
    let code = code["device_code"].as_str().unwrap();
    let bring = |tenant: &str, code: &str| {
        let (status, answer) = emulator.sign_in(tenant, &format!("grant_type=device_code&device_code={code}"));
        (status, answer["error_codes"][0].as_u64())
    };
    let refused = (400, Some(70_008));
    assert_eq!(bring(other["id"].as_str().unwrap(), code), refused);
    let mut claimed = claims(code);
    claimed["username"] = json!("somebody.else@contoso.com");
    let [head, _, signature] = <[&str; 3]>::try_from(code.split('.').collect::<Vec<_>>()).unwrap();
    let forged = format!("{head}.{}.{signature}", BASE64_URL_SAFE_NO_PAD.encode(claimed.to_string()));
    assert_eq!(bring(TENANT, &forged), refused);
    let advance = |seconds: u32| {
        let (status, _) = emulator.own("POST", "/_control/clock", &json!({"advance": seconds}).to_string());
        assert_eq!(status, 200);
    };
    advance(899);
    assert_eq!(bring(TENANT, code), (200, None));
    advance(1);
    assert_eq!(bring(TENANT, code), refused);
}

/// The verifier and its hash are the example of RFC 7636, appendix B.
#[test]
fn a_browser_is_sent_back_with_a_code_that_only_its_client_can_use() {
    let emulator = Emulator::start(&[]);
    let ask = |more: &str| {
        let path = format!(
            "/{TENANT}/oauth2/v2.0/authorize?client_id={CLIENT}&scope=openid+.default&nonce=n&state=a%26b{more}"
        );
        let mut stream = TcpStream::connect(&emulator.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", emulator.address).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    };
    let challenge = "&code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let answer = ask(&format!("{challenge}&redirect_uri=http%3A%2F%2Flocalhost%3A9%2Fback"));
    let location = answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
    let query = location.strip_prefix("http://localhost:9/back?code=").unwrap();
    let code = query.strip_suffix("&state=a%26b").unwrap();
    assert_eq!(emulator.graph(code, "GET", GROUPS, "").0, 401, "a code is no access token");
    let bring = |verifier: &str, uri: &str| {
        let form = format!("grant_type=authorization_code&code={code}&code_verifier={verifier}&redirect_uri={uri}");
        emulator.sign_in(TENANT, &form)
    };
    let (verifier, uri) = ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "http://localhost:9/back");
    assert_eq!(bring("another", uri).1["error_codes"][0], 501_481);
    assert_eq!(bring(verifier, "http://localhost:9/other").1["error_codes"][0], 500_112);
    let (status, answer) = bring(verifier, uri);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(claims(answer["id_token"].as_str().unwrap())["nonce"], "n");
    assert_eq!(emulator.graph(answer["access_token"].as_str().unwrap(), "GET", GROUPS, "").0, 200);
    for uri in [
        "https://evil.test/",
        "http://localhost@evil.test/",
        "javascript:x",
        "http://localhost.evil.test/",
        "http://localhost/%22%3E",
    ] {
        assert!(ask(&format!("&redirect_uri={uri}")).starts_with("HTTP/1.1 400 "), "{uri}");
    }
    let page = ask("&response_mode=form_post&redirect_uri=http://localhost:9/");
    assert!(page.contains("name=\"state\" value=\"a&amp;b\""), "{page}");
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

#[test]
fn a_foreign_name_and_a_page_of_another_site_get_nothing() {
    let emulator = Emulator::start(&["--control", "--anonymous", TENANT, "--tls-name", "emulator.test"]);
    for path in ["/", GROUPS, "/_control/state", "/common/discovery/v2.0/keys"] {
        assert_eq!(emulator.send("GET", path, &["host: evil.test"], "").0, 421, "{path}");
        assert_eq!(emulator.send("GET", path, &[], "").0, 400, "{path}");
        assert_eq!(emulator.send("GET", path, &["host: localhost", "host: localhost"], "").0, 400, "{path}");
        assert_eq!(emulator.send("GET", path, &["host: emulator.test:9"], "").0, 200, "{path}");
        let cross = ["host: localhost", "sec-fetch-site: cross-site", "sec-fetch-mode: cors"];
        assert_eq!(emulator.send("GET", path, &cross, "").0, 403, "{path}");
        assert_eq!(emulator.send("GET", path, &["host: localhost", "origin: https://evil.test"], "").0, 403, "{path}");
    }
    let form = ["host: localhost", "origin: null", "content-type: text/plain"];
    assert_eq!(emulator.send("POST", "/_control/commands", &form, "{}").0, 403);
    let visit =
        ["host: localhost", "sec-fetch-site: cross-site", "sec-fetch-mode: navigate", "sec-fetch-dest: document"];
    assert_eq!(emulator.send("GET", "/", &visit, "").0, 200, "a link that a person follows");
}

#[test]
fn tokens_do_not_cross_a_network_in_the_clear() {
    let mut command = emulate(&["--listen", "0.0.0.0:0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    // One that serves all the same would never end.
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((line.as_str(), output.status.code()), ("", Some(1)));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--insecure"));

    // A proxy that others reach takes tunnels, in which clients encrypt, and no request that it would have to encrypt.
    let mut emulator = Emulator::start(&["--proxy", "0.0.0.0:0"]);
    emulator.output.read_line(&mut line).unwrap();
    let (_, port) = line.split(' ').find_map(|part| part.strip_prefix("HTTPS_PROXY=")?.rsplit_once(':')).unwrap();
    let whole = "GET https://graph.microsoft.com/ HTTP/1.1\r\nhost: graph.microsoft.com\r\nconnection: close\r\n\r\n";
    let answer = ask_proxy(&format!("127.0.0.1:{port}"), whole);
    assert!(answer.starts_with("HTTP/1.1 403 ") && answer.contains("takes CONNECT only"), "{answer}");
}

/// What a proxy's client sees, on a connection of its own.
fn ask_proxy(proxy: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(proxy).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn the_proxy_answers_for_the_services_and_refuses_every_other_host() {
    let mut emulator = Emulator::start(&["--proxy", "127.0.0.1:0"]);
    let mut line = String::new();
    emulator.output.read_line(&mut line).unwrap();
    let value = |name: &str| {
        let found = line.split_whitespace().find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("no {name} in {line}")).to_string()
    };
    let proxy = value("HTTPS_PROXY").strip_prefix("http://").unwrap().to_string();
    let trusted = std::fs::read_to_string(value("SSL_CERT_FILE")).unwrap();
    assert!(trusted.starts_with("-----BEGIN CERTIFICATE-----"), "{trusted}");
    assert!(["NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"].iter().all(|name| value(name) == value("SSL_CERT_FILE")));

    let refused =
        ask_proxy(&proxy, "CONNECT example.org:443 HTTP/1.1\r\nhost: example.org:443\r\nconnection: close\r\n\r\n");
    assert!(refused.starts_with("HTTP/1.1 403 ") && refused.contains("no connection to example.org"), "{refused}");
    for request in [
        "CONNECT graph.microsoft.com:80 HTTP/1.1\r\nhost: graph.microsoft.com:80\r\nconnection: close\r\n\r\n",
        "GET http://graph.microsoft.com/ HTTP/1.1\r\nhost: graph.microsoft.com\r\nconnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: graph.microsoft.com\r\nconnection: close\r\n\r\n",
    ] {
        assert!(ask_proxy(&proxy, request).starts_with("HTTP/1.1 403 "), "{request}");
    }
    // As axios asks: the proxy is to encrypt.
    let whole = "GET https://login.microsoftonline.com/common/discovery/instance HTTP/1.1\r\n\
                 host: login.microsoftonline.com\r\nconnection: close\r\n\r\n";
    let answer = ask_proxy(&proxy, whole);
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("login.windows.net"), "{answer}");

    // Through a tunnel, links lead back by HTTPS, although the emulator's own port has no TLS here.
    if Command::new("curl").arg("--version").output().is_ok_and(|output| output.status.success()) {
        let (proxy, trusted) = (value("HTTPS_PROXY"), value("SSL_CERT_FILE"));
        let token = format!("authorization: Bearer {TENANT}");
        let configuration = format!("login.microsoftonline.com/{TENANT}/v2.0/.well-known/openid-configuration");
        for target in [format!("graph.microsoft.com{GROUPS}"), configuration] {
            let url = format!("https://{target}");
            let arguments = ["-sS", "--proxy", &proxy, "--cacert", &trusted, "-H", &token, &url];
            let text = String::from_utf8(Command::new("curl").args(arguments).output().unwrap().stdout).unwrap();
            assert!(text.contains("\"https://") && !text.contains("\"http://"), "{text}");
        }
    }
}

/// A program with its defaults, which knows nothing of the emulator. curl reads the variables that it is given.
#[test]
fn a_command_reaches_the_services_names_and_its_end_is_the_emulators() {
    let run = |script: &str| -> Output { emulate(&["--", "sh", "-c", script]).output().unwrap() };
    let output = run("printf '%s %s' \"$HTTPS_PROXY\" \"$CONNECTOR_GROUPS_URL\"; test -s \"$SSL_CERT_FILE\" && exit 7");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(7), "{text}");
    assert!(
        text.starts_with("http://127.0.0.1:") && text.contains(" https://127.0.0.1:"),
        "nothing but the command's: {text}"
    );
    assert_eq!(run("kill -KILL $$").status.code(), Some(128 + 9));
    let output = emulate(&["--", "/there/is/no/such/program"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot run /there/is/no/such/program"));
    if Command::new("curl").arg("--version").output().is_ok_and(|output| output.status.success()) {
        let script = format!("curl -sS -H 'authorization: Bearer {TENANT}' https://graph.microsoft.com{GROUPS}");
        let answer: Value = serde_json::from_slice(&run(&script).stdout).unwrap();
        let context = answer["@odata.context"].as_str().unwrap();
        assert!(context.starts_with("https://graph.microsoft.com/beta/$metadata#"), "{answer}");
        assert_eq!(run("curl -sS https://example.org").status.code(), Some(56), "the proxy refuses");
    }
}

#[test]
fn signals_reach_the_command() {
    let script = "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done";
    let mut child = emulate(&["--", "sh", "-c", script]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(9));
}
