//! Microsoft Graph's own requests, answered without a socket, a clock or a service.
//!
//! Run it with `cargo run --features graph --example wire`.

use core::error::Error;

use connector_groups::{
    Directory, Timestamp,
    graph::{self, Context, Options},
};
use http::{Method, Request, Response, StatusCode};

const GROUPS: &str = "https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups";
const TENANT: &str = "7e000000-0000-4000-8000-000000000001";
const TOKYO: &str = "9d000000-0000-4000-8000-000000000008";

/// The answer to a request. A server has the time and a random number here; tests want neither.
fn send(directory: &mut Directory, method: Method, url: &str, body: &str) -> Result<Response<Vec<u8>>, Box<dyn Error>> {
    let request = Request::builder()
        .method(method)
        .uri(url)
        .header("authorization", format!("Bearer {TENANT}"))
        .header("content-type", "application/json")
        .body(body.as_bytes().to_vec())?;
    let context = Context::new(Timestamp::UNIX_EPOCH, 1);
    Ok(graph::respond(directory, &request, &context, &Options::default()))
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut directory = Directory::default();
    for line in include_str!("contoso.jsonl").lines().filter(|line| !line.is_empty()) {
        directory.apply(&serde_json::from_str(line)?)?;
    }

    let list = send(
        &mut directory,
        Method::GET,
        &format!("{GROUPS}?$filter=region eq 'ind'&$select=name").replace(' ', "%20"),
        "",
    )?;
    let list: serde_json::Value = serde_json::from_slice(list.body())?;
    assert_eq!(list.pointer("/value/0/name"), Some(&"Pune Development".into()));

    // The same rules as everywhere: a region changes only while the group is empty.
    let refused = send(&mut directory, Method::PATCH, &format!("{GROUPS}/{TOKYO}"), r#"{"region":"eur"}"#)?;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    println!("{}", String::from_utf8_lossy(refused.body()));

    let renamed = send(&mut directory, Method::PATCH, &format!("{GROUPS}/{TOKYO}"), r#"{"name":"Tokyo"}"#)?;
    assert!(renamed.status().is_success());
    let tenant = directory.tenant(TENANT.parse()?).ok_or("Contoso is there")?;
    assert_eq!(tenant.connector_groups_by_name("Tokyo").count(), 1);
    Ok(())
}
