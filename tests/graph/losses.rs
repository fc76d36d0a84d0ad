//! Nothing is lost on the way: each property of `$metadata`, in three spellings, by each way to write it, is read back as it
//! was written, or refused by its name.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{
    declared::{Metadata, SPELLINGS},
    reports::instantiated,
    server::{Answer, PROXY, Server, group_path},
    world::{app_id, application, create_application, create_group, register},
};

pub(crate) const SEGMENTS: &str =
    "onPremisesPublishing/segmentsConfiguration/microsoft.graph.ipSegmentConfiguration/applicationSegments";

/// Sends a body: method, URL and the body.
type Way = fn(&mut Server, &str, &str, &Value) -> Answer;

/// The ways to write a body.
const WAYS: [Way; 2] = [
    |server, method, url, body| {
        let request = Server::request(method, url).header("content-type", "application/json");
        server.send(&request.body(body.to_string().into_bytes()).unwrap())
    },
    |server, method, url, body| {
        let request = json!({"id": "1", "method": method, "url": url, "headers": {"Content-Type": "application/json"}, "body": body});
        let mut answer = server.post("/beta/$batch", &json!({"requests": [request]}));
        answer.status = u16::try_from(answer.body["responses"][0]["status"].as_u64().unwrap()).unwrap();
        answer.body = answer.body["responses"][0]["body"].take();
        answer
    },
];

/// A kind of thing: where it is made and how, and what of it is not for a caller to write.
struct Case {
    of: &'static str,
    server: Server,
    /// Where one is made, if a request makes it, and what the body needs besides.
    made_at: Option<(String, Value)>,
    /// The thing that is changed.
    path: String,
    /// Properties that another value is refused of, with their name.
    read_only: &'static [&'static str],
    /// Properties that a test of their own writes.
    elsewhere: &'static [&'static str],
    /// What some properties must hold to be taken at all.
    values: Value,
}

fn cases() -> Vec<Case> {
    let server = || Server::new().lines([register(1), create_group(1, "eur"), create_application(1)]);
    let (mut private, id, _) = instantiated();
    private
        .patch(&format!("/beta/applications/{id}/onPremisesPublishing"), &json!({"applicationType": "nonwebapp"}))
        .is(204);
    let segments = format!("/beta/applications/{id}/{SEGMENTS}");
    let segment = json!({"destinationHost": "a.contoso.com", "destinationType": "fqdn", "ports": ["1-1"]});
    let first = private.post(&segments, &segment).is(200).body["id"].as_str().unwrap().to_string();
    let mut with_principal = server();
    let principal = with_principal.post("/beta/servicePrincipals", &json!({"appId": app_id(1)}));
    let principal = principal.is(201).body["id"].as_str().unwrap().to_string();
    Vec::from([
        Case {
            of: "connectorGroup",
            server: server(),
            made_at: Some((format!("{PROXY}/connectorGroups"), json!({"name": "new"}))),
            path: group_path(1),
            read_only: &["id", "isDefault", "connectorGroupType"],
            elsewhere: &[],
            values: json!({"isDefault": true, "connectorGroupType": "syncFabric"}),
        },
        Case {
            of: "application",
            server: server(),
            made_at: Some(("/beta/applications".into(), json!({"displayName": "new"}))),
            path: format!("/beta/applications/{}", application(1)),
            read_only: &[
                "id",
                "appId",
                "applicationTemplateId",
                "createdByAppId",
                "createdDateTime",
                "deletedDateTime",
                "disabledByMicrosoftStatus",
                "publisherDomain",
            ],
            elsewhere: &["onPremisesPublishing"],
            values: json!({}),
        },
        Case {
            of: "servicePrincipal",
            server: with_principal,
            // An application has one at most; `made` below takes it away first.
            made_at: Some(("/beta/servicePrincipals".into(), json!({"appId": app_id(1)}))),
            path: format!("/beta/servicePrincipals/{principal}"),
            read_only: &[
                "id",
                "displayName",
                "appDisplayName",
                "appOwnerOrganizationId",
                "applicationTemplateId",
                "createdByAppId",
                "createdDateTime",
                "deletedDateTime",
                "disabledByMicrosoftStatus",
                "resourceSpecificApplicationPermissions",
                "servicePrincipalType",
                "signInAudience",
            ],
            elsewhere: &["appId"],
            values: json!({}),
        },
        Case {
            of: "ipApplicationSegment",
            server: private,
            made_at: Some((segments.clone(), json!({"destinationHost": "b.contoso.com", "destinationType": "fqdn"}))),
            path: format!("{segments}/{first}"),
            read_only: &["id"],
            elsewhere: &[],
            values: json!({"destinationHost": "other.contoso.com", "destinationType": "dnsSuffix", "ports": ["9-9"], "protocol": "tcp,udp"}),
        },
        Case {
            of: "onPremisesPublishingProfile",
            server: server(),
            made_at: None,
            path: PROXY.into(),
            read_only: &["id", "isEnabled"],
            elsewhere: &[],
            values: json!({}),
        },
    ])
}

/// Reads a property by each way to read it.
fn is_read(server: &mut Server, path: &str, of: &str, name: &str, value: &Value) {
    for (spelling, other) in SPELLINGS.iter().zip([str::to_lowercase, str::to_string, str::to_uppercase]) {
        let read = server.get(&format!("{path}?$select={}", spelling(name)));
        let found = &read.is(200).body[name];
        // The names of a service principal are those of its application too.
        let holds = match name {
            "servicePrincipalNames" => found.as_array().unwrap().contains(&value[0]),
            _ => found == value,
        };
        assert!(holds, "{of}/{name} is {found}, not {value}");
        let plain = server.get(&format!("{path}/{}", other(name)));
        if plain.status == 200 && value.is_object() {
            assert!(value.as_object().unwrap().iter().all(|(part, value)| plain.body[part] == *value), "{of}/{name}");
        } else if plain.status == 200 && name != "servicePrincipalNames" {
            assert_eq!(&plain.body["value"], value, "{of}/{name}");
        }
    }
    let whole = server.get(path);
    assert!(whole.is(200).body.get(name).is_some(), "{of}/{name} is not shown");
}

#[test]
fn every_property_that_is_written_is_read_back_or_refused_by_its_name() {
    let metadata = Metadata::read();
    let mut written = 0;
    for Case { of, mut server, made_at, path, read_only, elsewhere, values } in cases() {
        let properties = metadata.properties[of].iter().filter(|(name, _)| !elsewhere.contains(&name.as_str()));
        for (name, kind) in properties {
            let value = values.get(name).cloned().unwrap_or_else(|| metadata.value(kind));
            for spelling in SPELLINGS {
                let body = json!({ spelling(name): metadata.spelled(&value, kind, spelling) });
                for way in WAYS {
                    let before = server.directory.clone();
                    let answer = way(&mut server, "PATCH", &path, &body);
                    if read_only.contains(&name.as_str()) {
                        let named =
                            answer.body["error"]["message"].as_str().unwrap_or_default().contains(name.as_str());
                        assert!(answer.status == 400 && named, "{of}/{name}: {answer:?}");
                    } else {
                        answer.is(204);
                        is_read(&mut server, &path, of, name, &value);
                        written += 1;
                    }
                    if let Some((list, needed)) = &made_at {
                        server.directory = before.clone();
                        let mut body = body.clone();
                        for (needed, value) in needed.as_object().unwrap() {
                            if needed != name {
                                body[needed] = value.clone();
                            }
                        }
                        if of == "servicePrincipal" {
                            server.delete(&path).is(204);
                        }
                        let made = way(&mut server, "POST", list, &body);
                        if made.status == 400 {
                            let named = made.body["error"]["message"].as_str().unwrap().contains(name.as_str());
                            assert!(named && read_only.contains(&name.as_str()), "{of}/{name}: {made:?}");
                        } else if read_only.contains(&name.as_str()) {
                            // What the system presets is let go when a group is made, as was seen.
                            assert_ne!(made.body[name], value, "{of}/{name}");
                        } else {
                            let id = made.body["id"].as_str().unwrap_or_else(|| panic!("{of}/{name}: {made:?}"));
                            is_read(&mut server, &format!("{list}/{id}"), of, name, &value);
                            written += 1;
                        }
                    }
                    server.directory = before;
                }
            }
        }
        // A relation is written by its own path.
        for name in &metadata.relations[of] {
            for spelling in SPELLINGS {
                let refused = server.patch(&path, &json!({ spelling(name): [] }));
                let named = refused.is(400).message().to_lowercase().contains(&name.to_lowercase());
                assert!(named, "{of}/{name}: {refused:?}");
            }
        }
    }
    assert!(written > 800, "{written}");
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

/// Every property of publishing, by each of its two paths, by itself and in a batch.
#[test]
fn nothing_of_a_publishing_is_lost() {
    let metadata = Metadata::read();
    let (mut server, id, _) = instantiated();
    let (application, sub) =
        (format!("/beta/applications/{id}"), format!("/beta/applications/{id}/onPremisesPublishing"));
    server.patch(&sub, &json!({"isStateSessionEnabled": false})).is(204);
    let plain = server.get(&sub).body.clone();
    let mut written = 0;
    for (name, kind) in &metadata.properties["onPremisesPublishing"] {
        let Some(value) = other(name, &plain[name]) else { continue };
        for spelling in SPELLINGS {
            let body = json!({ spelling(name): metadata.spelled(&value, kind, spelling) });
            for way in WAYS {
                for (path, body) in
                    [(&sub, body.clone()), (&application, json!({ spelling("onPremisesPublishing"): body }))]
                {
                    way(&mut server, "PATCH", path, &body).is(204);
                    let read = server.get(&format!("{application}?$select={}", spelling("onPremisesPublishing")));
                    assert_eq!(read.is(200).body["onPremisesPublishing"][name], value, "{name}");
                    assert_eq!(server.get(&sub).body[name], value, "{name}");
                    server.patch(&sub, &json!({ name.as_str(): null })).is(204);
                    written += 1;
                }
            }
        }
    }
    assert!(written > 12 * 20, "{written}");
}

/// Of a complex property, a body changes what it names and nothing else, whether its parts are declared or not.
#[test]
fn a_change_of_a_part_keeps_the_others() {
    let mut server = Server::new().lines([create_application(1)]);
    let path = format!("/beta/applications/{}", application(1));
    for name in ["api", "info", "optionalClaims", "contoso_else"] {
        let inner = json!({"one": 1, "Two": {"a": [1], "b": 2}});
        server.patch(&path, &json!({ name: inner })).is(204);
        server.patch(&path, &json!({ name: {"two": {"B": 3}, "three": null, "One": null, "four": "x"} })).is(204);
        let read = server.get(&format!("{path}?$select={name}"));
        assert_eq!(read.is(200).body[name], json!({"Two": {"a": [1], "b": 3}, "four": "x"}), "{name}");
        for twice in [json!({ name: {"a": 1, "A": 2} }), json!({ name: {"list": [{"b": {"c": 1, "C": 1}}]} })] {
            let message = server.patch(&path, &twice).is_refused(400, "BadRequest").message().to_string();
            assert!(
                message.starts_with(&format!("The property '{name}/")) && message.ends_with("is given twice."),
                "{message}"
            );
        }
    }
}

/// Assignments of roles, which no table keeps but the service principal.
#[test]
fn assignments_of_roles_keep_what_is_written() {
    let mut server = Server::new().lines([create_application(1)]);
    let principal = server.post("/v1.0/servicePrincipals", &json!({"appId": app_id(1)}));
    let principal = principal.is(201).body["id"].as_str().unwrap().to_string();
    let mut roles = 0;
    for (list, spelling) in
        ["appRoleAssignedTo", "appRoleAssignments"].iter().flat_map(|list| SPELLINGS.map(|spelling| (list, spelling)))
    {
        for (number, way) in WAYS.iter().enumerate() {
            let texts = ["principalType", "principalDisplayName", "resourceDisplayName"]
                .map(|name| (name, format!("{name}{number}")));
            // The three ids are what an assignment is.
            roles += 1;
            let ids = ["appRoleId", "principalId", "resourceId"]
                .map(|name| (name, format!("00000000-0000-4000-8000-{roles:012}")));
            let written: BTreeMap<&str, String> = texts.into_iter().chain(ids).collect();
            let body: Map<String, Value> = written.iter().map(|(name, text)| (spelling(name), json!(text))).collect();
            let path = format!("/beta/servicePrincipals/{principal}/{list}");
            let made = way(&mut server, "POST", &path, &body.into());
            let id = made.is(201).body["id"].as_str().unwrap().to_string();
            let read = server.get(&format!("{path}/{id}")).body.clone();
            assert!(written.iter().all(|(name, text)| read[name] == *text), "{read}");
            let refused = way(
                &mut server,
                "POST",
                &path,
                &json!({"appRoleId": principal, "principalId": principal, "resourceId": principal, spelling("unknown"): 1}),
            );
            assert!(refused.is(400).message().to_lowercase().contains("unknown"), "{refused:?}");
            server.delete(&format!("{path}/{id}")).is(204);
        }
    }
}
