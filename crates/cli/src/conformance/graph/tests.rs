//! Servers with one fault each, planted around the engine's own wire, and that each is found.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test stops where it fails"
)]

use connector_groups::{
    Directory, DirectoryCommand,
    command::{AddConnector, CreateConnectorGroup, RegisterConnector},
    graph,
};
use serde_json::{Value, json};

use super::{
    answer::Answer,
    reference::{Connector, Seed, TENANT, respond},
    request::Request,
    run::{Found, Harness},
    service::Service,
};
use crate::{conformance::compare::Compare, import::layout::PROFILE};

/// What a faulty server does in place of the right thing: it may change the request, answer by itself, or change the answer.
type Fault = fn(&mut Local, &Request) -> Option<Answer>;

/// The engine's wire in this process.
struct Local {
    directory: Directory,
    requests: u128,
    fault: Option<Fault>,
}

impl Local {
    fn right(&mut self, request: &Request) -> Answer {
        self.requests += 1;
        let options = graph::Options { anonymous: Some(TENANT), ..graph::Options::default() };
        // The ids that it gives are not those of the trace.
        respond(&mut self.directory, request, self.requests | (0x5e << 120), &options).unwrap()
    }
}

impl Service for Local {
    fn send(&mut self, request: &Request) -> Result<Answer, String> {
        let answer = self.fault.and_then(|fault| fault(self, request));
        Ok(answer.unwrap_or_else(|| self.right(request)))
    }

    fn read(&mut self, request: &Request, _: &dyn Fn(&Answer) -> bool) -> Result<Answer, String> {
        self.send(request)
    }
}

fn seed() -> Seed {
    let connector = |number: u128| Connector {
        id: (0xc0 << 120 | number).into(),
        machine_name: format!("host-{number}"),
        external_ip: "192.0.2.1".into(),
        version: "1.5.4287.0".into(),
        is_active: number != 2,
    };
    Seed {
        default_group: (0x9d_u128 << 120).into(),
        default_name: "Default".into(),
        default_region: "eur".into(),
        connectors: (0..3).map(connector).collect(),
    }
}

fn checked(fault: Option<Fault>, traces: u64, compare: Compare) -> (Option<Found>, Directory) {
    let mut local = Local { directory: seed().directory().unwrap(), requests: 0, fault };
    let mut note = |_: &super::Exchange<'_>| false;
    let mut harness = Harness {
        service: &mut local,
        seed: seed(),
        compare,
        profile: graph::Profile::Live,
        seen: &mut note,
        left: Vec::new(),
    };
    let found = harness.run(0, traces, 120).unwrap();
    (found, local.directory)
}

/// The engine behind other ids: every answer agrees, and nothing is left.
#[test]
fn the_engine_itself_conforms_and_is_left_as_it_was() {
    for compare in [Compare::Whole, Compare::Code] {
        let (found, directory) = checked(None, 12, compare);
        assert!(found.is_none(), "{found:#?}");
        let (left, begun) = (directory.tenant(TENANT).unwrap(), seed().directory().unwrap());
        assert_eq!(left.applications_count(), 0);
        assert_eq!(left.connector_groups_count(), 1);
        assert_eq!(left.default_connector_group(), begun.tenant(TENANT).unwrap().default_connector_group());
        assert_eq!(left.connectors_count(), begun.tenant(TENANT).unwrap().connectors_count());
        assert!(left.connectors().all(|connector| connector.connector_group().is_default()));
    }
}

/// What a tenant had before has ids that a trace may name as those of nothing, and stays as it is.
#[test]
fn what_was_there_before_is_left_alone() {
    let mut directory = seed().directory().unwrap();
    let id = |kind: u128, number: u128| (kind << 120) | (0x4000 << 64) | (0x8000 << 48) | number;
    for number in 0..8 {
        for command in [
            CreateConnectorGroup::new(id(0x60, number).into(), format!("Group {number}")).into(),
            RegisterConnector {
                id: id(0xc0, number).into(),
                machine_name: format!("other-{number}").into(),
                external_ip: "192.0.2.9".into(),
                version: "1.5.4287.0".into(),
            }
            .into(),
            AddConnector { connector: id(0xc0, number).into(), connector_group: id(0x60, number).into() }.into(),
        ] {
            directory.apply(&DirectoryCommand::InTenant { tenant: TENANT, command }).unwrap();
        }
    }
    let before = directory.clone();
    let mut local = Local { directory, requests: 0, fault: None };
    let mut harness = Harness {
        service: &mut local,
        seed: seed(),
        compare: Compare::Code,
        profile: graph::Profile::Live,
        seen: &mut |_| false,
        left: Vec::new(),
    };
    let found = harness.run(0, 12, 120).unwrap();
    assert!(found.is_none(), "{found:#?}");
    assert_eq!(local.directory, before);
}

fn is_write_of(request: &Request, method: &str, part: &str) -> bool {
    request.method == method && request.path.contains(part)
}

const fn empty(status: u16) -> Answer {
    Answer { status, body: Value::Null }
}

fn error(status: u16, code: &str) -> Answer {
    Answer { status, body: json!({"error": {"code": code, "message": ""}}) }
}

/// The right answer with a change.
#[allow(clippy::unnecessary_wraps, reason = "a fault may have no answer of its own")]
fn but(local: &mut Local, request: &Request, change: impl FnOnce(&mut Answer)) -> Option<Answer> {
    let mut answer = local.right(request);
    change(&mut answer);
    Some(answer)
}

/// One test a fault: it is found, in a trace of a few commands, and the script says how to see it.
macro_rules! faults {
    ($($name:ident: $fault:expr;)*) => {$(
        #[test]
        fn $name() {
            let (found, _) = checked(Some($fault), 40, Compare::Code);
            let found = found.unwrap_or_else(|| panic!("not found"));
            assert!(found.trace.len() <= 5, "{found:#?}");
            let script = super::curl::script("http://localhost", &found);
            assert!(script.lines().last().unwrap().contains(found.sent.last().unwrap().request.method), "{script}");
        }
    )*};
}

faults! {
    a_new_group_is_created_as_the_pages_say_and_not_as_the_service_does: |local, request| {
        but(local, request, |answer| {
            if request.method == "POST" && request.path.ends_with("connectorGroups") && answer.status == 200 {
                answer.status = 201;
            }
        })
    };
    the_region_of_a_new_group_is_lost: |local, request| {
        let body = request.body.as_ref().filter(|_| is_write_of(request, "POST", "connectorGroups"))?;
        body.get("region")?;
        let request = Request { body: Some(json!({"name": body["name"]})), ..request.clone() };
        Some(local.right(&request))
    };
    a_new_name_is_accepted_and_lost: |_, request| {
        let is_rename = is_write_of(request, "PATCH", "connectorGroups/") && request.body.as_ref()?.get("region").is_none();
        (is_rename && request.body.as_ref()?.get("name").is_some()).then(|| empty(204))
    };
    a_locked_region_is_no_error: |local, request| {
        but(local, request, |answer| {
            if answer.code() == "ConnectorGroup_RegionLocked" {
                *answer = empty(204);
            }
        })
    };
    a_group_with_something_in_it_is_said_to_be_gone: |local, request| {
        but(local, request, |answer| {
            if answer.code() == "ApplicationsOrConnectorsAssigned_BadRequest" {
                *answer = empty(204);
            }
        })
    };
    a_group_with_something_in_it_is_a_conflict: |local, request| {
        but(local, request, |answer| {
            if answer.code() == "ApplicationsOrConnectorsAssigned_BadRequest" {
                *answer = error(409, "Conflict");
            }
        })
    };
    the_default_group_can_be_deleted: |local, request| {
        but(local, request, |answer| {
            if answer.code() == "ConnectorGroup_IsDefault" {
                *answer = empty(204);
            }
        })
    };
    a_connector_is_said_to_move_and_stays: |_, request| is_write_of(request, "POST", "/memberOf/").then(|| empty(204));
    a_moved_connector_is_still_listed_where_it_was: |local, request| {
        let is_members = request.method == "GET" && request.path == format!("{PROFILE}/connectorGroups/{}/members", seed().default_group);
        is_members.then(|| local.right(&Request::get(format!("{PROFILE}/connectors"))))
    };
    taking_a_connector_out_of_the_default_group_is_no_error: |local, request| {
        but(local, request, |answer| {
            if answer.code() == "ConnectorGroup_AlreadyInDefault" && request.path.contains("/members/") {
                *answer = empty(204);
            }
        })
    };
    an_unknown_group_has_another_code: |local, request| {
        but(local, request, |answer| {
            if answer.code() == "ConnectorGroup_NotFound" {
                *answer = error(404, "ResourceNotFound");
            }
        })
    };
    an_unpublished_application_is_a_bad_request: |local, request| {
        but(local, request, |answer| {
            if answer.code() == "Application_NotFound" {
                answer.status = 400;
            }
        })
    };
    an_application_is_always_said_to_be_in_the_default_group: |local, request| {
        let is_asked = request.method == "GET" && request.path.ends_with("/connectorGroup");
        let right = local.right(request);
        (is_asked && right.is_accepted())
            .then(|| local.right(&Request::get(format!("{PROFILE}/connectorGroups/{}", seed().default_group))))
    };
    what_is_unpublished_stays_published: |_, request| {
        let publishing = request.body.as_ref()?.get("onPremisesPublishing")?;
        (request.method == "PATCH" && publishing.is_null()).then(|| empty(204))
    };
    a_deleted_application_is_still_there: |local, request| {
        let is_delete = request.method == "DELETE" && request.path.starts_with("applications/") && request.path.matches('/').count() == 1;
        let is_there = is_delete && local.right(&Request::get(request.path.clone())).is_accepted();
        is_there.then(|| empty(204))
    };
    two_applications_have_one_internal_url: |local, request| {
        but(local, request, |answer| {
            if answer.code() == "InternalUrl_Duplicate" {
                *answer = empty(204);
            }
        })
    };
    names_are_trimmed: |local, request| {
        but(local, request, |answer| {
            if let Some(Value::String(name)) = answer.body.get_mut("name") {
                *name = name.trim().to_string();
            }
        })
    };
    every_group_is_the_default: |local, request| {
        but(local, request, |answer| {
            if let Some(is_default) = answer.body.get_mut("isDefault") {
                *is_default = true.into();
            }
        })
    };
    a_second_service_principal_is_a_bad_request: |local, request| {
        but(local, request, |answer| {
            if answer.code() == "Request_MultipleObjectsWithSameKeyValue" {
                answer.status = 400;
            }
        })
    };
    overlapping_segments_are_taken: |local, request| {
        but(local, request, |answer| {
            if answer.code() == "Invalid_AppSegments_NonwebApp_Duplicate" {
                *answer = Answer { status: 200, body: json!({"id": "56000000-0000-4000-8000-0000000000ff"}) };
            }
        })
    };
    the_last_of_a_list_is_missing: |local, request| {
        but(local, request, |answer| {
            if let Some(Value::Array(values)) = answer.body.get_mut("value") && values.len() > 1 {
                values.pop();
            }
        })
    };
    a_letter_beyond_ascii_is_mangled: |local, request| {
        but(local, request, |answer| {
            if let Some(Value::String(name)) = answer.body.get_mut("displayName") {
                *name = name.replace('É', "?");
            }
        })
    };
    a_property_that_is_set_back_keeps_its_value: |local, request| {
        let mut request = request.clone();
        let body = request.body.as_mut().filter(|_| request.method == "PATCH")?;
        let publishing = body.get_mut("onPremisesPublishing").and_then(Value::as_object_mut)?;
        publishing.retain(|_, value| !value.is_null());
        Some(local.right(&request))
    };
}

/// What a trace made is taken down although the trace has failed.
#[test]
fn a_trace_that_fails_leaves_nothing() {
    let fault: Fault = |local, request| {
        but(local, request, |answer| {
            if answer.code() == "ConnectorGroup_IsDefault" {
                *answer = empty(204);
            }
        })
    };
    let (found, directory) = checked(Some(fault), 40, Compare::Code);
    assert!(found.is_some());
    let left = directory.tenant(TENANT).unwrap();
    assert_eq!((left.applications_count(), left.connector_groups_count()), (0, 1));
}
