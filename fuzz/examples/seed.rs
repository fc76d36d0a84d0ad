//! Writes a first corpus: what the generator makes of a few seeds, as the bytes of each target.
//!
//! ```text
//! cargo run --manifest-path fuzz/Cargo.toml --example seed
//! ```

use std::{fs, path::Path};

use connector_groups::{
    Directory, DirectoryCommand, Tenant, Timestamp,
    graph::{Context, Options, respond},
    workload::Workload,
};

use serde_json::Value;

#[path = "../../tests/graph/spelling.rs"]
mod spelling;

/// What the generator asks of Contoso, as the requests that say so; the first letters are options.
fn requests(seed: u64) -> String {
    let letters = ["", "d", "p", "deucp"][usize::try_from(seed % 4).unwrap()];
    let mut text = String::from(letters);
    let mut directory = connector_groups_fuzz::contoso();
    let id = directory.tenants().next().unwrap().id();
    let options = Options { anonymous: Some(id), ..Options::default() };
    let mut workload = Workload::new(seed);
    for number in 0..40 {
        let (tenant, read) = (
            directory.tenant(id).unwrap(),
            format!("GET {}", READS[usize::try_from(seed + number).unwrap() % READS.len()]),
        );
        let request = (0..100).find_map(|_| spelling::request(&workload.next_step().resolve_in(tenant), tenant));
        let line = match request {
            Some((method, path, body)) if number % 3 != 0 => format!("{method} {path} {body}"),
            _ => read,
        };
        text += &format!("\n{line}");
        let mut parts = line.splitn(3, ' ');
        let (method, url) = (parts.next().unwrap(), parts.next().unwrap());
        let body = parts.next().unwrap_or_default();
        let request = http::Request::builder()
            .method(method)
            .uri(url)
            .header("content-type", "application/json")
            .body(body)
            .unwrap();
        _ = respond(&mut directory, &request, &Context::new(Timestamp::UNIX_EPOCH, number.into()), &options);
    }
    text
}

/// The commands of the generator have no properties, principals or segments in most of their first steps; a tenant with all
/// of them, and what changes them.
const ATTACHED: &str = r#"{"command":"createTenant","id":"7e000000-0000-4000-8000-000000000001","defaultRegion":"eur","now":"2026-03-02T08:00:00Z","defaultConnectorGroup":{"id":"9d000000-0000-4000-8000-000000000000"}}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"createApplication","id":"a0000000-0000-4000-8000-000000000001","appId":"b0000000-0000-4000-8000-000000000001","displayName":"A","properties":{"tags":["x"],"web":{"redirectUris":["https://a/"]},"notes":null,"uniqueName":"one","owners":[{"id":"5a000000-0000-4000-8000-00000000000a"}]}}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"createServicePrincipal","id":"e0000000-0000-4000-8000-000000000001","application":"a0000000-0000-4000-8000-000000000001","properties":{"tags":["y"],"appRoleAssignedTo":[{"id":"f0000000-0000-4000-8000-000000000001","appRoleId":"00000000-0000-0000-0000-000000000000","principalId":"e0000000-0000-4000-8000-000000000002","resourceId":"e0000000-0000-4000-8000-000000000001"}]}}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"createApplication","id":"a0000000-0000-4000-8000-000000000002","appId":"b0000000-0000-4000-8000-000000000002","displayName":"B","properties":{"uniqueName":"ONE"}}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"createServicePrincipal","id":"e0000000-0000-4000-8000-000000000002","application":"a0000000-0000-4000-8000-000000000002","properties":{"appRoleAssignments":[{"id":"f0000000-0000-4000-8000-000000000001","appRoleId":"00000000-0000-0000-0000-000000000000","principalId":"e0000000-0000-4000-8000-000000000002","resourceId":"e0000000-0000-4000-8000-000000000001"}]}}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"publishApplication","application":"a0000000-0000-4000-8000-000000000001","onPremisesPublishing":{"applicationType":"NonWebApp","isAccessibleViaZTNAClient":true}}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"addApplicationSegment","id":"d0000000-0000-4000-8000-000000000001","application":"a0000000-0000-4000-8000-000000000001","destinationHost":"10.1.0.0/16","destinationType":"ipRangeCidr","protocol":"tcp, UDP","ports":["1-80","443"],"properties":{"action":"tunnel"}}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"addApplicationSegment","id":"d0000000-0000-4000-8000-000000000002","application":"a0000000-0000-4000-8000-000000000001","destinationHost":"10.2.0.1..10.2.0.9","destinationType":"ipRange","ports":["1-1"]}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"addApplicationSegment","id":"d0000000-0000-4000-8000-000000000003","application":"a0000000-0000-4000-8000-000000000001","destinationHost":"2001:db8::1","destinationType":"ip","protocol":"udp","ports":["53"]}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"addApplicationSegment","id":"d0000000-0000-4000-8000-000000000004","application":"a0000000-0000-4000-8000-000000000001","destinationHost":"contoso.local","destinationType":"dnsSuffix"}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"addApplicationSegment","id":"d0000000-0000-4000-8000-000000000005","application":"a0000000-0000-4000-8000-000000000001","destinationHost":"*.contoso.com","destinationType":"fqdn","ports":["0-65535"]}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"addApplicationSegment","id":"d0000000-0000-4000-8000-000000000006","application":"a0000000-0000-4000-8000-000000000001","destinationHost":"10.1.2.3","destinationType":"ip","ports":["80-90"]}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"updateApplicationSegment","id":"d0000000-0000-4000-8000-000000000002","destinationHost":"10.3.0.1..10.2.0.9","ports":[]}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"updateApplicationSegment","id":"d0000000-0000-4000-8000-000000000003","destinationHost":"2001:db8::/32","destinationType":"ipRangeCidr","properties":{"action":null,"port":0}}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"updateApplication","id":"a0000000-0000-4000-8000-000000000001","displayName":"B","properties":{"tags":null,"more":{"a":[1]}}}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"updateServicePrincipal","id":"e0000000-0000-4000-8000-000000000001","properties":{"notes":"n"}}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"updateApplication","id":"a0000000-0000-4000-8000-000000000002","properties":{"uniqueName":"two"}}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"updateProfile","properties":{"isDefaultAccessEnabled":false}}"#;

/// What comes after those: a document holds what the first make, and the events what each does.
const DETACHED: &str = r#"
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"removeApplicationSegment","id":"d0000000-0000-4000-8000-000000000001"}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"deleteServicePrincipal","id":"e0000000-0000-4000-8000-000000000001"}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"unpublishApplication","application":"a0000000-0000-4000-8000-000000000001"}
{"tenant":"7e000000-0000-4000-8000-000000000001","command":"deleteApplication","id":"a0000000-0000-4000-8000-000000000001"}"#;

/// Requests, with the ids that their answers give filled in where later ones name them.
struct Recorder {
    directory: Directory,
    options: Options,
    lines: Vec<String>,
}

impl Recorder {
    fn new() -> Self {
        let directory = connector_groups_fuzz::contoso();
        let options = Options { anonymous: directory.tenants().next().map(Tenant::id), ..Options::default() };
        Self { directory, options, lines: Vec::new() }
    }

    /// The answer's body, or null.
    fn send(&mut self, method: &str, url: &str, body: &str) -> Value {
        let number = u128::try_from(self.lines.len()).unwrap();
        self.lines.push(format!("{method} {url} {body}").trim_end().into());
        let request = http::Request::builder()
            .method(method)
            .uri(url)
            .header("host", "graph.example.com")
            .header("consistencylevel", "eventual")
            .header("content-type", "application/json");
        let Ok(request) = request.body(body.to_string()) else { return Value::Null };
        let context = Context::new(Timestamp::UNIX_EPOCH, number);
        let response = respond(&mut self.directory, &request, &context, &self.options).response;
        serde_json::from_slice(response.body()).unwrap_or_default()
    }

    fn text(self, letters: &str) -> String {
        format!("{letters}\n{}", self.lines.join("\n"))
    }
}

/// A trace of `tests/traces`, as far as one input can hold it.
fn trace(text: &str) -> String {
    let mut recorder = Recorder::new();
    let mut names: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let line =
            names.iter().fold(line.to_string(), |line, (name, value)| line.replace(&format!("{{{name}}}"), value));
        let line: Value = serde_json::from_str(&line).unwrap();
        let Some((method, url)) = line["send"].as_str().and_then(|send| send.split_once(' ')) else { continue };
        let body = line.get("body").map_or_else(String::new, Value::to_string);
        let answer = recorder.send(method, &url.replace(' ', "%20"), &body);
        for (name, pointer) in line["take"].as_object().into_iter().flatten() {
            let value = answer.pointer(pointer.as_str().unwrap()).and_then(Value::as_str).unwrap_or("x");
            names.push((name.clone(), value.into()));
        }
    }
    recorder.text("")
}

/// Who has this one is assigned without a role.
const NO_ROLE: &str = "00000000-0000-0000-0000-000000000000";

/// Assignments of roles between service principals, written and taken away on each side, and what goes with a principal.
fn assignments() -> String {
    let mut recorder = Recorder::new();
    let mut made = [0, 1].map(|number| {
        let body = format!(r#"{{"displayName":"Principal {number}","tags":["x"],"uniqueName":"p{number}"}}"#);
        let path = "/v1.0/applicationTemplates/8adf8e6e-67b2-4cf2-a259-e3dc5476c621/instantiate";
        let made = recorder.send("POST", path, &body);
        let text = |pointer: &str| made.pointer(pointer).and_then(Value::as_str).unwrap().to_string();
        (text("/application/id"), text("/servicePrincipal/id"))
    });
    for (verb, of_application) in [("servicePrincipals", false), ("applications", true)] {
        let [(_, resource), (_, client)] = &made;
        let sides = [
            format!("/v1.0/servicePrincipals/{resource}/appRoleAssignedTo"),
            format!("/beta/servicePrincipals/{client}/appRoleAssignments"),
        ];
        let mut last = String::new();
        // The two of the template, and none.
        let roles = ["18d14569-c3bd-439b-9a66-3a2aee01d14f", "b9632174-c057-4f7e-951b-be3adc52bfe6", NO_ROLE];
        for (role, side) in roles.iter().flat_map(|role| sides.iter().map(move |side| (role, side))) {
            let body = format!(r#"{{"principalId":"{client}","resourceId":"{resource}","appRoleId":"{role}"}}"#);
            if let Some(id) = recorder.send("POST", side, &body)["id"].as_str() {
                last = id.into();
            }
        }
        recorder.send("GET", &format!("{}?$filter=principalId%20eq%20'{client}'&$count=true", sides[0]), "");
        recorder.send("DELETE", &format!("{}/{last}", sides[usize::from(!of_application)]), "");
        recorder.send("GET", &format!("{}/$count", sides[0]), "");
        let gone = if of_application { &made[0].0 } else { &made[1].1 };
        recorder.send("DELETE", &format!("/v1.0/{verb}/{gone}"), "");
        recorder.send("GET", &sides[0], "");
        recorder.send("GET", &sides[1], "");
        let app_id = recorder.send("GET", "/v1.0/applications(uniqueName='p1')", "")["appId"].to_string();
        let again = recorder.send("POST", "/v1.0/servicePrincipals", &format!(r#"{{"appId":{app_id}}}"#));
        made[1].1 = again["id"].as_str().unwrap_or("x").into();
    }
    recorder.text("")
}

/// Relations made and ended from both sides, each in every spelling, so that what ends one finds it.
fn relations() -> [String; 2] {
    let proxy = "/beta/onPremisesPublishingProfiles/applicationProxy";
    let group = |number: u8| format!("9d000000-0000-4000-8000-{number:012}");
    let link = |list: &str, id: &str| format!(r#"{{"@odata.id":"https://x/{list}/{id}"}}"#);
    let mut recorder = Recorder::new();
    let connector = "c0000000-0000-4000-8000-000000000001";
    let (members, member_of) =
        (format!("{proxy}/connectorGroups/{}/members", group(2)), format!("{proxy}/connectors/{connector}/memberOf"));
    for (method, path) in [
        ("GET", format!("{members}/{connector}")),
        ("GET", format!("{member_of}/{}", group(2))),
        ("DELETE", format!("{members}/$ref?@id=https://x/connectors/{connector}")),
        ("DELETE", format!("{member_of}/$ref?@id=https://x/connectorGroups/{}", group(2))),
        ("DELETE", format!("{members}/{connector}/$ref")),
        ("DELETE", format!("{member_of}/{}/$ref", group(2))),
    ] {
        recorder.send("POST", &format!("{members}/$ref"), &link("connectors", connector));
        recorder.send(method, &path, "");
        recorder.send("PUT", &format!("{member_of}/$ref"), &link("connectorGroups", &group(1)));
    }
    let made = recorder.send("POST", &format!("{proxy}/connectorGroups"), r#"{"name":"New"}"#);
    let path = format!("{proxy}/connectorGroups/{}", made["id"].as_str().unwrap());
    recorder.send("PATCH", &path, r#"{"region":"aus"}"#);
    recorder.send("DELETE", &path, "");
    let of_connectors = recorder.text("");

    let mut recorder = Recorder::new();
    let path = "/v1.0/applicationTemplates/8adf8e6e-67b2-4cf2-a259-e3dc5476c621/instantiate";
    let made = recorder.send("POST", path, r#"{"displayName":"Owned"}"#);
    let text = |pointer: &str| made.pointer(pointer).and_then(Value::as_str).unwrap().to_string();
    let application = format!("/beta/applications/{}", text("/application/id"));
    let principal = format!("/beta/servicePrincipals/{}", text("/servicePrincipal/id"));
    let user = "5a000000-0000-4000-8000-00000000000a";
    for thing in [&application, &principal] {
        for end in [format!("$ref?@id=https://x/users/{user}"), format!("{user}/$ref")] {
            recorder.send("POST", &format!("{thing}/owners/$ref"), &link("directoryObjects", user));
            recorder.send("GET", &format!("{thing}/owners/{user}"), "");
            recorder.send("DELETE", &format!("{thing}/owners/{end}"), "");
        }
    }
    let publishing = r#"{"internalUrl":"https://o.local","externalUrl":"https://o.contoso.com"}"#;
    recorder.send("PATCH", &format!("{application}/onPremisesPublishing"), publishing);
    let assigned = format!("{proxy}/connectorGroups/{}/applications", group(2));
    recorder.send("POST", &assigned, &link("applications", &text("/application/id")));
    recorder.send("GET", &format!("{assigned}/{}", text("/application/id")), "");
    recorder.send("GET", &format!("{application}/connectorGroup"), "");
    recorder.send("DELETE", &format!("{application}/connectorGroup/$ref"), "");
    recorder.send("PUT", &format!("{application}/connectorGroup/$ref"), &link("connectorGroups", &group(1)));
    recorder.send("DELETE", &application, "");
    [of_connectors, recorder.text("d")]
}

/// Each operation that the wire has, of things that there are, in inputs of forty requests.
fn operations() -> Vec<String> {
    let mut inputs = Vec::new();
    let operations = connector_groups::graph::operations();
    for (number, part) in operations.chunks(34).enumerate() {
        let mut recorder = Recorder::new();
        let made = recorder.send(
            "POST",
            "/beta/applicationTemplates/8adf8e6e-67b2-4cf2-a259-e3dc5476c621/instantiate",
            r#"{"displayName":"Files"}"#,
        );
        let text = |pointer: &str| made.pointer(pointer).and_then(Value::as_str).unwrap().to_string();
        let (application, principal) = (text("/application/objectId"), text("/servicePrincipal/objectId"));
        recorder.send(
            "PATCH",
            &format!("/beta/applications/{application}/onPremisesPublishing"),
            r#"{"applicationType":"nonwebapp"}"#,
        );
        let segments = format!(
            "/beta/applications/{application}/onPremisesPublishing/segmentsConfiguration/microsoft.graph.ipSegmentConfiguration/applicationSegments"
        );
        let segment =
            r#"{"destinationHost":"10.0.0.0/8","destinationType":"ipRangeCidr","protocol":"tcp,udp","ports":["1-80"]}"#;
        let segment = recorder.send("POST", &segments, segment)["id"].as_str().unwrap().to_string();
        let assignment =
            format!(r#"{{"principalId":"{principal}","resourceId":"{principal}","appRoleId":"{NO_ROLE}"}}"#);
        let assigned =
            recorder.send("POST", &format!("/beta/servicePrincipals/{principal}/appRoleAssignedTo"), &assignment);
        let assigned = assigned["id"].as_str().unwrap().to_string();
        let owner = format!(r#"{{"@odata.id":"https://x/directoryObjects/{principal}"}}"#);
        recorder.send("POST", &format!("/beta/applications/{application}/owners/$ref"), &owner);
        // What is deleted answers to nothing that comes after.
        let (ends, others): (Vec<_>, Vec<_>) = part.iter().partition(|operation| operation.method == "DELETE");
        for operation in others.into_iter().chain(ends) {
            let ids: &[&str] = match operation.route.split('/').nth(1).unwrap_or_default() {
                "servicePrincipals" => &[&principal, &assigned],
                "applications" if operation.route.contains("Segments") => &[&application, &segment],
                "applications" => &[&application, &principal],
                "organization" => &["7e000000-0000-4000-8000-000000000001"],
                "applicationTemplates" => &["8adf8e6e-67b2-4cf2-a259-e3dc5476c621"],
                _ if operation.route.contains("applicationSegments") => &[&segment],
                _ if operation.route.contains("/connectors") => {
                    &["c0000000-0000-4000-8000-000000000001", "9d000000-0000-4000-8000-000000000001"]
                }
                _ => &["9d000000-0000-4000-8000-000000000001", "c0000000-0000-4000-8000-000000000001"],
            };
            let route = ids.iter().fold(operation.route.clone(), |route, id| route.replacen("{id}", id, 1));
            let property = match operation.route.rsplit('/').nth(2).unwrap_or_default() {
                "connectorGroups" => "name",
                "connectors" => "status",
                "organization" => "id",
                "applications" | "servicePrincipals" => "displayName",
                _ => "isEnabled",
            };
            let url = format!("/beta{}", route.replace("{property}", property));
            let body = match operation.method.as_str() {
                "GET" | "DELETE" => String::new(),
                "PUT" => r#"{"@odata.id":"x/connectorGroups/9d000000-0000-4000-8000-000000000002"}"#.into(),
                _ if route.ends_with("$batch") => BATCHES[0].into(),
                _ if route.contains("owners") => owner.replace("directoryObjects", "users"),
                _ if route.ends_with("memberOf/$ref") => r#"{"@odata.id":"x/connectorGroups/9d000000-0000-4000-8000-000000000002"}"#.into(),
                _ if route.ends_with("members/$ref") => r#"{"@odata.id":"x/connectors/c0000000-0000-4000-8000-000000000002"}"#.into(),
                _ if route.contains("appRole") => assignment.replacen(&principal, &application, 1),
                _ if route.ends_with("instantiate") => r#"{"displayName":"Other"}"#.into(),
                _ if route.contains("Segments") => r#"{"destinationHost":"*.a.b","destinationType":"fqdn","ports":["1-2"],"action":"exclude"}"#.into(),
                _ if route.ends_with("onPremisesPublishing") => r#"{"internalUrl":"https://a.b","singleSignOnSettings":{"SingleSignOnMode":"saml"}}"#.into(),
                _ if route.ends_with("applicationProxy") => r#"{"isDefaultAccessEnabled":true}"#.into(),
                _ if route.starts_with("/servicePrincipals") => r#"{"appId":"b0000000-0000-4000-8000-000000000002","Tags":["HideApp"],"info":{"a":1}}"#.into(),
                _ if route.contains("connectorGroups") => r#"{"Name":"x","region":"nam"}"#.into(),
                _ => r#"{"displayName":"x","identifierUris":["api://a"],"web":{"redirectUris":["https://x"]},"more":{"A":1}}"#.into(),
            };
            recorder.send(operation.method.as_str(), &url, &body);
        }
        inputs.push(recorder.text(["", "d", "p"][number % 3]));
    }
    inputs
}

const READS: [&str; 29] = [
    "/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups?$expand=members($select=id),applications&$top=2",
    "/beta/onPremisesPublishingProfiles('applicationProxy')/connectorGroups?$filter=region%20eq%20'eur'%20and%20not%20startswith(name,'D')",
    "/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups?$orderby=region,name%20desc&$count=true&$skip=1",
    "/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups/9d000000-0000-4000-8000-000000000001/members/$ref",
    "/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups/9d000000-0000-4000-8000-000000000001/applications",
    "/beta/onPremisesPublishingProfiles/applicationproxy/connectors?%24filter=status+in+('active','inactive')&select=id",
    "/beta/onPremisesPublishingProfiles/applicationProxy/connectors/$count?$filter=machineName+ne+null",
    "/beta/onPremisesPublishingProfiles/provisioning/agents",
    "/beta/applications(appId='b0000000-0000-4000-8000-000000000001')/connectorGroup/$ref",
    "/beta/applications/a0000000-0000-4000-8000-000000000001?$select=id,onPremisesPublishing&$expand=connectorGroup",
    "/beta/applications/a0000000-0000-4000-8000-000000000001/onPremisesPublishing",
    "/beta/applications?$skiptoken=a0000000-0000-4000-8000-000000000002&$top=3",
    "/v1.0/applications/$count",
    "/beta/connectorGroups",
    "/v1.0/servicePrincipals?$filter=tags/any(t:t%20eq%20'HideApp')%20or%20servicePrincipalNames/any(n:startswith(n,'api'))&$count=true",
    "/beta/servicePrincipals(appId='b0000000-0000-4000-8000-000000000001')?$expand=appRoleAssignedTo,owners($select=id)",
    "/beta/servicePrincipals/$count?$filter=accountEnabled",
    "/beta/applications?$filter=identifierUris/all(u:u%20eq%20'x')%20and%20web/redirectUris/any()&$select=web,nothing,Tags",
    "/beta/applications?$filter=onPremisesPublishing/isOnPremPublishingEnabled%20eq%20true&$orderby=displayName%20desc",
    "/beta/applications?$filter=createdByAppId%20eq%20a0000000-0000-4000-8000-000000000001%20or%20createdDateTime%20eq%202026-03-02T08:00:00Z",
    "/beta/applications/a0000000-0000-4000-8000-000000000001/owners/$ref?$top=1",
    "/beta/applications(uniqueName='x')/displayName",
    "/beta/onPremisesPublishingProfiles/applicationProxy/applicationSegments?$expand=application($select=id)&$orderby=destinationHost",
    "/beta/onPremisesPublishingProfiles?$expand=connectors,connectorGroups",
    "/v1.0/myorganization//applicationTemplates?$filter=displayName%20eq%20'Custom'",
    "/beta/$metadata",
    "/beta/applications?$filter=uniqueName%20eq%20'X'%20and%20displayName%20ne%20null&$select=uniqueName",
    "/beta/onPremisesPublishingProfiles/$count?$filter=isEnabled",
    "/v1.0/servicePrincipals?$expand=appRoleAssignments&$filter=appRoles/any(r:r/displayName%20eq%20'User')",
];

const BATCHES: [&str; 3] = [
    r#"{"requests":[{"id":"1","method":"GET","url":"/applications?$top=1"},{"id":"2","method":"DELETE","url":"/applications/x","dependsOn":["1"]},{"id":"3","method":"GET","url":"/applications","depends_on":["2"]}]}"#,
    r#"{"requests":[{"id":"1","method":"POST","url":"/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups","headers":{"Content-Type":"application/json"},"body":{"name":"New","region":"japan"}}]}"#,
    r#"{"requests":[{"id":"1","method":"POST","url":"/applicationTemplates/8adf8e6e-67b2-4cf2-a259-e3dc5476c621/instantiate","body":{"displayName":"New"}},{"id":"2","method":"POST","url":"/$batch","body":{"requests":[]}}]}"#,
];

fn main() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for target in ["replay", "documents", "steps", "events", "request"] {
        fs::create_dir_all(corpus.join(target)).unwrap();
    }
    for seed in 0..40 {
        let mut directory = Directory::default();
        let mut workload = Workload::new(seed);
        let (mut lines, mut steps, mut events) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..60 {
            let step = workload.next_step();
            let command = step.resolve(&directory);
            lines.push(serde_json::to_string(&command).unwrap());
            steps.push(step.verb);
            steps.extend(step.subject.to_le_bytes());
            steps.extend(step.object.to_le_bytes());
            let before = directory.clone();
            if directory.apply(&command).is_ok()
                && let DirectoryCommand::InTenant { tenant, command } = &command
            {
                let tenant = before.tenant(*tenant).unwrap();
                let text = serde_json::to_string(&tenant.decide(command).unwrap()).unwrap();
                events = [serde_json::to_string(tenant).unwrap(), text].join("\n").into_bytes();
            }
        }
        let write =
            |target: &str, bytes: &[u8]| fs::write(corpus.join(target).join(format!("seed-{seed:02}")), bytes).unwrap();
        if seed % 2 == 0 {
            write("request", requests(seed).as_bytes());
        }
        write("replay", lines.join("\n").as_bytes());
        write("steps", &steps);
        write("events", &[&events[..], b"\n", &steps[..180]].concat());
        let tenant =
            directory.tenants().next().map(|tenant| serde_json::to_string(tenant).unwrap()).unwrap_or_default();
        write("documents", &[tenant.as_bytes(), b"\n", &steps[..180]].concat());
    }
    let write = |path: &str, text: &str| fs::write(corpus.join(path), text).unwrap();
    for (number, text) in operations().iter().enumerate() {
        write(&format!("request/operations-{number}"), text);
    }
    write("request/assignments", &assignments());
    for (number, text) in relations().iter().enumerate() {
        write(&format!("request/relations-{number}"), text);
    }
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/traces")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        write(&format!("request/trace-{name}"), &trace(&fs::read_to_string(&path).unwrap()));
    }
    write("replay/attached", &format!("{ATTACHED}{DETACHED}"));
    let mut directory = Directory::default();
    for line in ATTACHED.lines() {
        _ = directory.apply(&serde_json::from_str::<DirectoryCommand>(line).unwrap());
    }
    let tenant = serde_json::to_string(directory.tenants().next().unwrap()).unwrap();
    let steps = fs::read(corpus.join("steps/seed-00")).unwrap();
    fs::write(corpus.join("documents/attached"), [tenant.as_bytes(), b"\n", &steps[..180]].concat()).unwrap();
    for (number, line) in DETACHED.trim().lines().enumerate() {
        let DirectoryCommand::InTenant { command, .. } = serde_json::from_str(line).unwrap() else { unreachable!() };
        let events = serde_json::to_string(&directory.tenants().next().unwrap().decide(&command).unwrap()).unwrap();
        let text = [tenant.as_bytes(), b"\n", events.as_bytes(), b"\n", &steps[..180]].concat();
        fs::write(corpus.join(format!("events/attached-{number}")), text).unwrap();
    }
    for (number, body) in BATCHES.iter().enumerate() {
        let text = format!("t\nPOST /beta/$batch {body}\n\nPOST /beta/$batch {body}").replacen('t', "", number.min(1));
        fs::write(corpus.join(format!("request/batch-{number}")), text).unwrap();
    }
}
