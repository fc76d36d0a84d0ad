//! Users sign in: codes, refresh tokens, passwords.

use serde_json::json;

use super::support::*;

/// Where an answer leads.
fn located(answer: &str) -> &str {
    answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_else(|| panic!("{answer}"))
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
    let (_, more) = emulator.own("POST", &format!("/{TENANT}/oauth2/v2.0/devicecode"), &form);
    assert_eq!(bring(TENANT, code), (200, None));
    assert_eq!(bring(TENANT, code), (400, Some(54_005)), "once");
    let more = more["device_code"].as_str().unwrap();
    advance(899);
    assert_eq!(bring(TENANT, more), (200, None));
    assert_eq!(bring(TENANT, code), refused);
    advance(1);
    assert_eq!(bring(TENANT, more), refused, "over, whether it was brought or not");
    let (_, last) = emulator.own("POST", &format!("/{TENANT}/oauth2/v2.0/devicecode"), &form);
    advance(900);
    assert_eq!(bring(TENANT, last["device_code"].as_str().unwrap()), refused);
}

/// RFC 6749 §6, RFC 8628 §3.4: what a client was given is for no other. Refresh tokens may be used again, as Entra's.
#[test]
fn a_code_or_refresh_token_is_for_the_client_that_it_was_given_to() {
    let emulator = Emulator::start(&[]);
    let scope = "scope=offline_access+Directory.Read.All";
    let asked = format!("client_id={CLIENT}&{scope}");
    let (_, code) = emulator.own("POST", &format!("/{TENANT}/oauth2/v2.0/devicecode"), &asked);
    let (_, tokens) = emulator.sign_in(TENANT, &format!("grant_type=password&username=u&password=p&{scope}"));
    let refresh = format!("grant_type=refresh_token&refresh_token={}", tokens["refresh_token"].as_str().unwrap());
    let device = format!("grant_type=device_code&device_code={}", code["device_code"].as_str().unwrap());
    for form in [&refresh, &device] {
        let other = format!("client_id=other&{form}");
        let (status, answer) = emulator.own("POST", &format!("/{TENANT}/oauth2/v2.0/token"), &other);
        assert_eq!((status, &answer["error"]), (400, &json!("invalid_grant")), "{form}");
        assert_eq!(answer["error_codes"][0], 700_007, "{form}");
        assert_eq!(emulator.sign_in(TENANT, form).0, 200, "{form}: a foreign hand has not used it up");
    }
    assert_eq!(emulator.sign_in(TENANT, &refresh).0, 200);
}

/// Discovery promises what there is, and whatever else is asked for is refused by its name.
#[test]
fn only_a_code_and_known_challenges_are_given() {
    let emulator = Emulator::start(&[]);
    let document = "/common/v2.0/.well-known/openid-configuration";
    let (_, promised) = emulator.own("GET", document, "");
    assert_eq!(promised["response_types_supported"], json!(["code"]));
    assert_eq!(emulator.own("HEAD", document, ""), (200, json!("")));
    let authorize = |more: &str| {
        let query = format!("client_id={CLIENT}&scope=openid&redirect_uri=http://localhost:9/&state=s&{more}");
        let path = format!("/{TENANT}/oauth2/v2.0/authorize?{query}");
        let text = emulator.text("GET", &path, &[&format!("host: {}", emulator.address)], "");
        located(&text).to_owned()
    };
    for (kind, number) in [("id_token", 700_054), ("code+id_token", 700_054), ("token", 700_051), ("none", 700_054)] {
        let location = authorize(&format!("response_type={kind}&nonce=n&response_mode=query"));
        let error = "http://localhost:9/?error=unsupported_response_type&error_description=AADSTS";
        assert!(location.starts_with(&format!("{error}{number}%3A+")) && location.ends_with("&state=s"), "{location}");
    }
    assert!(authorize("response_type=id_token").starts_with("http://localhost:9/#error=unsupported_response_type&"));
    let invalid = "http://localhost:9/?error=invalid_request&error_description=AADSTS9002313";
    for method in ["S512", "s256", "PLAIN"] {
        let location = authorize(&format!("response_type=code&code_challenge=x&code_challenge_method={method}"));
        assert!(location.starts_with(invalid), "{location}");
    }
    let location = authorize("response_type=code&code_challenge=x&code_challenge_method=plain");
    assert!(location.starts_with("http://localhost:9/?code="), "{location}");
    assert!(authorize("").starts_with("http://localhost:9/?error=invalid_request"), "a client says what it wants");
    let nobody = format!("/{TENANT}/oauth2/v2.0/authorize?response_type=token&redirect_uri=http://localhost:9/");
    assert_eq!(emulator.own("GET", &nobody, "").0, 400, "a client says who it is");
    assert_eq!(emulator.own("HEAD", "/subscriptions", "").0, 401);
}

/// The verifier and its hash are the example of RFC 7636, appendix B.
#[test]
fn a_browser_is_sent_back_with_a_code_that_only_its_client_can_use() {
    let emulator = Emulator::start(&[]);
    let ask = |more: &str| {
        let path = format!(
            "/{TENANT}/oauth2/v2.0/authorize?client_id={CLIENT}&response_type=code&scope=openid+.default&nonce=n\
             &state=a%26b{more}"
        );
        emulator.text("GET", &path, &[&format!("host: {}", emulator.address)], "")
    };
    let challenge = "&code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let answer = ask(&format!("{challenge}&redirect_uri=http%3A%2F%2Flocalhost%3A9%2Fback"));
    let location = located(&answer);
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
    let other = format!("client_id=other&grant_type=authorization_code&code={code}&code_verifier={verifier}");
    let (status, answer) = emulator.own("POST", &format!("/{TENANT}/oauth2/v2.0/token"), &other);
    assert_eq!((status, &answer["error_codes"][0]), (400, &json!(700_007)), "{answer}");
    let (status, answer) = bring(verifier, uri);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(claims(answer["id_token"].as_str().unwrap())["nonce"], "n");
    let (status, again) = bring(verifier, uri);
    assert_eq!((status, &again["error"], &again["error_codes"][0]), (400, &json!("invalid_grant"), &json!(54_005)));
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
