//! The functions that other languages call, as another language calls them. Also run by Miri.

#![allow(
    missing_docs,
    unsafe_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::multiple_unsafe_ops_per_block,
    clippy::undocumented_unsafe_blocks,
    reason = "a test stops where it fails, and is a caller that keeps its word"
)]

use std::{mem::MaybeUninit, ptr, slice};

use connector_groups_abi::{Status, exports::*};

const TENANT: &str = "7e000000-0000-4000-8000-000000000001";
const CREATE: &str = r#"{"command":"createTenant","id":"7e000000-0000-4000-8000-000000000001","defaultRegion":"eur","now":"2026-03-02T08:00:00Z","defaultConnectorGroup":{"id":"9d000000-0000-4000-8000-000000000000"}}"#;
const GROUP: &str = r#"{"tenant":"7e000000-0000-4000-8000-000000000001","command":"createConnectorGroup","id":"9d000000-0000-4000-8000-000000000001","name":"A","region":"nam"}"#;

/// What one call gave: its bytes are copied and dropped, a new directory's handle is kept.
fn call(ask: impl FnOnce(*mut Answer) -> Status) -> (Status, u32, String) {
    let mut answer = MaybeUninit::<Answer>::uninit();
    let status = ask(answer.as_mut_ptr());
    let answer = unsafe { answer.assume_init() };
    if answer.data.is_null() {
        return (status, answer.handle, String::new());
    }
    let text = unsafe { slice::from_raw_parts(answer.data, answer.length) };
    let text = String::from_utf8(text.to_vec()).unwrap();
    assert_eq!(cg_drop(answer.handle), Status::Ok);
    assert_eq!(cg_drop(answer.handle), Status::Handle, "an answer is dropped once");
    (status, 0, text)
}

type Ask = unsafe extern "C" fn(u32, *const u8, usize, *mut Answer) -> Status;
const ASKS: [Ask; 6] = [cg_apply, cg_decide, cg_respond, cg_document, cg_impact, cg_plan];

fn ask(function: Ask, directory: u32, text: &str) -> (Status, String) {
    let (status, _, text) = call(|answer| unsafe { function(directory, text.as_ptr(), text.len(), answer) });
    (status, text)
}

fn directory() -> u32 {
    let (status, directory, _) = call(|answer| unsafe { cg_directory(7, ptr::null(), 0, answer) });
    assert_eq!(status, Status::Ok);
    directory
}

#[test]
fn commands_are_answered_a_line_each() {
    let directory = directory();
    let (status, answers) = ask(cg_apply, directory, &format!("{CREATE}\n\n{GROUP}\n{GROUP}\nnothing"));
    assert_eq!(status, Status::Ok);
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers.len(), 4);
    assert!(answers[1].starts_with(r#"{"accepted":[{"event":"connectorGroupCreated""#), "{answers:?}");
    assert!(answers[2].starts_with(r#"{"refused":{"code":"alreadyExists""#), "{answers:?}");
    assert_eq!(answers[3], r#"{"invalid":"expected ident at line 5 column 2"}"#);
    let delete =
        GROUP.replace("createConnectorGroup", "deleteConnectorGroup").replace(r#","name":"A","region":"nam""#, "");
    let before = ask(cg_document, directory, "");
    let dry = ask(cg_decide, directory, &delete);
    assert!(dry.1.starts_with(r#"{"accepted":[{"event":"connectorGroupDeleted""#), "{dry:?}");
    assert_eq!(ask(cg_document, directory, ""), before, "a dry run changes nothing");
    assert_eq!(ask(cg_apply, directory, &delete), dry);
    assert_ne!(ask(cg_document, directory, ""), before);
    assert_eq!(ask(cg_apply, directory, ""), (Status::Ok, String::new()), "no lines, no answers");
    assert_eq!(cg_drop(directory), Status::Ok);
}

#[test]
fn a_request_is_answered() {
    let directory = directory();
    ask(cg_apply, directory, &format!("{CREATE}\n{GROUP}"));
    let request = format!(
        "GET https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups?$select=name\r\n\
         authorization: Bearer {TENANT}\r\n:call: {{\"now\":\"2026-03-02T08:00:00Z\",\"pageSize\":1}}\r\n\r\n"
    );
    let (status, response) = ask(cg_respond, directory, &request);
    assert_eq!(status, Status::Ok);
    assert!(response.starts_with("200\ncontent-type: application/json"), "{response}");
    assert!(response.contains("\"name\":\"Default\"") && !response.contains("\"name\":\"A\""), "{response}");
    assert!(response.contains("@odata.nextLink"), "{response}");
    for wrong in [
        "",
        "GET",
        "GET /\nno colon",
        "GET /\n:call: {\"then\":1}",
        "GET /\n:call: {\"stale\":4000000000}",
        "G T /\n\n",
        "GET \u{1}\n",
    ] {
        assert!(matches!(ask(cg_respond, directory, wrong).0, Status::Input | Status::Handle), "{wrong:?}");
    }
    // Lagging reads come from a snapshot.
    let (_, old, _) = call(|answer| unsafe { cg_snapshot(directory, answer) });
    let rename = GROUP.replace("createConnectorGroup", "updateConnectorGroup").replace("\"A\"", "\"B\"");
    ask(cg_apply, directory, &rename);
    let all = request.replace("\"pageSize\":1", &format!("\"stale\":{old}"));
    assert!(ask(cg_respond, directory, &all).1.contains("\"name\":\"A\""));
    let itself = request.replace("\"pageSize\":1", &format!("\"stale\":{directory}"));
    assert!(ask(cg_respond, directory, &itself).1.contains("\"name\":\"B\""));
    assert_eq!((cg_drop(directory), cg_drop(old)), (Status::Ok, Status::Ok));
}

#[test]
fn documents_snapshots_and_what_sets_them_apart() {
    let first = directory();
    ask(cg_apply, first, CREATE);
    let (_, snapshot, _) = call(|answer| unsafe { cg_snapshot(first, answer) });
    let empty = ask(cg_document, first, "").1;
    ask(cg_apply, first, GROUP);
    let full = ask(cg_document, first, "").1;
    assert_eq!(ask(cg_document, snapshot, "").1, empty);
    let question = format!(r#"{{"tenant":"{TENANT}"}}"#);
    let diff = |from, to| call(|answer| unsafe { cg_diff(from, to, question.as_ptr(), question.len(), answer) }).2;
    assert!(
        diff(snapshot, first).contains(r#""commands":[{"command":"createConnectorGroup""#),
        "{}",
        diff(snapshot, first)
    );
    assert!(diff(first, first).contains(r#""commands":[]"#));
    let (status, second, _) = call(|answer| unsafe { cg_directory(0, full.as_ptr(), full.len(), answer) });
    assert_eq!((status, ask(cg_document, second, "").1), (Status::Ok, full.clone()));
    assert_eq!(cg_restore(first, snapshot), Status::Ok);
    assert_eq!(ask(cg_document, first, "").1, empty);
    assert_eq!(cg_restore(first, first), Status::Ok);
    // A tenant alone is a directory of one.
    let tenant = full.strip_prefix("{\"tenants\":[").unwrap().strip_suffix("]}").unwrap();
    let (status, third, _) = call(|answer| unsafe { cg_directory(0, tenant.as_ptr(), tenant.len(), answer) });
    assert_eq!((status, ask(cg_document, third, "").1), (Status::Ok, full.clone()));
    let broken = full.replace("\"isDefault\":true", "\"isDefault\":false");
    let (status, _, text) = call(|answer| unsafe { cg_directory(0, broken.as_ptr(), broken.len(), answer) });
    assert_eq!(status, Status::Violations);
    assert!(text.starts_with(&format!(r#"{{"violations":[{{"tenant":"{TENANT}","violation":"#)), "{text}");
    assert_eq!(call(|answer| unsafe { cg_audit(broken.as_ptr(), broken.len(), answer) }), (Status::Ok, 0, text));
    let twice = format!("{},{tenant}]}}", full.strip_suffix("]}").unwrap());
    assert!(call(|answer| unsafe { cg_audit(twice.as_ptr(), twice.len(), answer) }).2.contains("I4"));
    assert_eq!(call(|answer| unsafe { cg_audit(full.as_ptr(), full.len(), answer) }).2, r#"{"violations":[]}"#);
    for handle in [first, second, third, snapshot] {
        assert_eq!(cg_drop(handle), Status::Ok);
    }
}

#[test]
fn impact_and_plan() {
    let directory = directory();
    ask(cg_apply, directory, &format!("{CREATE}\n{GROUP}"));
    let delete =
        GROUP.replace("createConnectorGroup", "deleteConnectorGroup").replace(r#","name":"A","region":"nam""#, "");
    assert!(ask(cg_impact, directory, &delete).1.starts_with(r#"{"impact":{"connectorGroups":[{"id":"9d"#));
    assert!(ask(cg_impact, directory, GROUP).1.starts_with(r#"{"refused":{"code":"alreadyExists""#));
    let loss = |loss: &str| ask(cg_impact, directory, &format!(r#"{{"tenant":"{TENANT}","loss":{loss}}}"#));
    assert!(loss(r#"{"region":"eur"}"#).1.starts_with(r#"{"impact":{"#));
    assert!(loss(r#"{"connector":"9d000000-0000-4000-8000-000000000009"}"#).1.contains("connectorNotFound"));
    assert_eq!(loss("{}").0, Status::Input);
    assert_eq!(ask(cg_impact, directory, CREATE).0, Status::Input, "a tenant is nothing to lose");
    assert!(ask(cg_impact, directory, &delete.replace("7e", "7f")).1.contains("tenantNotFound"));
    let plan = |desired: &str| ask(cg_plan, directory, &format!(r#"{{"tenant":"{TENANT}","desired":{desired}}}"#));
    assert!(plan(r#"{"absent":["A"]}"#).1.starts_with(r#"{"plan":{"steps":[{"command":"deleteConnectorGroup""#));
    assert!(
        plan(r#"{"connectorGroups":[{"name":"A","connectors":["Z"]}]}"#)
            .1
            .starts_with(r#"{"unreachable":{"reasons":[{"reason":"connectorNotFound""#)
    );
    assert_eq!(plan(r#"{"absent":"A"}"#).0, Status::Input);
    assert_eq!(cg_drop(directory), Status::Ok);
}

#[test]
fn what_is_wrong_is_an_error() {
    let first = directory();
    let dropped = directory();
    assert_eq!(cg_drop(dropped), Status::Ok);
    let next = directory();
    assert_ne!(dropped, next, "a number is given out once");
    let buffer = cg_buffer(8);
    for wrong in [0, dropped, buffer, u32::MAX] {
        for function in ASKS {
            let (status, text) = ask(function, wrong, "GET /\n\n");
            assert_eq!(status, Status::Handle);
            assert_eq!(text, format!("{wrong} is not the handle of a directory"));
        }
        assert_eq!(call(|answer| unsafe { cg_snapshot(wrong, answer) }).0, Status::Handle);
        assert_eq!((cg_restore(wrong, first), cg_restore(first, wrong)), (Status::Handle, Status::Handle));
        for (from, to) in [(wrong, first), (first, wrong)] {
            assert_eq!(call(|answer| unsafe { cg_diff(from, to, b"{}".as_ptr(), 2, answer) }).0, Status::Handle);
        }
    }
    for function in ASKS {
        assert_eq!(call(|answer| unsafe { function(first, ptr::null(), 3, answer) }).0, Status::Pointer);
        assert_eq!(call(|answer| unsafe { function(first, b"x".as_ptr(), usize::MAX, answer) }).0, Status::Pointer);
        assert_eq!(unsafe { function(first, ptr::null(), 0, ptr::null_mut()) }, Status::Pointer);
        let mut room = [0_u64; 8];
        let unaligned = room.as_mut_ptr().cast::<u8>().wrapping_add(1).cast();
        assert_eq!(unsafe { function(first, ptr::null(), 0, unaligned) }, Status::Pointer);
        for text in [&b"\xff\xfe"[..], b"GET /\xff\n\n", b"{\"tenant\":\"\xc3\x28\"}", b"\0"] {
            let (status, _, answer) = call(|answer| unsafe { function(first, text.as_ptr(), text.len(), answer) });
            assert!(matches!(status, Status::Ok | Status::Input), "{status:?} {answer}");
        }
    }
    assert_eq!(cg_buffer(usize::MAX), 0, "there is no such memory");
    assert_eq!((cg_drop(first), cg_drop(next), cg_drop(buffer)), (Status::Ok, Status::Ok, Status::Ok));
    assert_eq!((cg_drop(first), cg_drop(0)), (Status::Handle, Status::Handle));
    assert!(cg_buffer_data(buffer).is_null() && cg_buffer_data(0).is_null());
}

#[test]
fn a_buffer_is_written_and_read() {
    let buffer = cg_buffer(CREATE.len());
    let data = cg_buffer_data(buffer);
    unsafe { ptr::copy_nonoverlapping(CREATE.as_ptr(), data, CREATE.len()) };
    let directory = directory();
    let (status, _, text) = call(|answer| unsafe { cg_apply(directory, data, CREATE.len(), answer) });
    assert_eq!(status, Status::Ok);
    assert!(text.starts_with(r#"{"accepted""#), "{text}");
    assert_eq!(data, cg_buffer_data(buffer), "it stays where it is");
    assert_eq!((cg_drop(buffer), cg_drop(directory)), (Status::Ok, Status::Ok));
    assert_eq!(cg_version(), VERSION);
}

#[test]
fn threads_do_not_see_each_other() {
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let directory = directory();
                let accepted = ask(cg_apply, directory, CREATE).1;
                assert!(accepted.starts_with(r#"{"accepted""#), "{accepted}");
                assert_eq!(cg_drop(directory), Status::Ok);
            });
        }
    });
}
