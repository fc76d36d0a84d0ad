//! By which names the emulator is reached, and by which it is not.

use core::time::Duration;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

use super::support::*;

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
