//! The targets' bodies: bytes in, a panic where something does not hold.

use std::sync::LazyLock;

use connector_groups::{
    audit::audit,
    directory::Answer,
    document::{DirectoryDocument, Document},
    graph::{Context, Options, Profile, Quirks},
    workload::Step,
    *,
};

use super::oracle::{Oracle, directory::DirectoryOracle};

/// Lines of the replay format, or anything else: each is answered, every invariant holds, every answer can be written, and
/// the events of all accepted ones lead back to nothing. Answers with the commands that were accepted.
pub fn replay(bytes: &[u8]) -> Vec<DirectoryCommand> {
    let mut directory = Directory::default();
    let (mut history, mut accepted) = (Vec::new(), Vec::new());
    for line in bytes.split(|byte| *byte == b'\n') {
        let Ok(command) = serde_json::from_slice::<DirectoryCommand>(line) else { continue };
        let text = serde_json::to_string(&command).unwrap();
        assert_eq!(serde_json::from_str::<DirectoryCommand>(&text).unwrap(), command);
        let result = directory.apply(&command);
        serde_json::to_string(&Answer::from(result.clone())).unwrap();
        if let Ok(events) = result {
            history.push(events);
            accepted.push(command);
        }
    }
    assert!(directory.tenants().all(|tenant| tenant.audit().is_empty()));
    let json = serde_json::to_string(&directory).unwrap();
    assert_eq!(serde_json::from_str::<Directory>(&json).unwrap(), directory);
    for events in history.iter().rev() {
        directory.undo(events);
    }
    assert_eq!(directory, Directory::default());
    accepted
}

/// A tenant document, or anything else; what is read is right, is read again as it was written, and can be worked with. Behind the
/// document's line, steps. Answers with the tenant that was read.
pub fn documents(bytes: &[u8]) -> Option<Tenant> {
    let (document, steps) = line(bytes);
    let document = serde_json::from_slice::<Document>(document).ok()?;
    let violations = audit(&document);
    match Tenant::try_from(document.clone()) {
        Ok(mut tenant) => {
            assert_eq!(violations, []);
            // Regions are read in any case and written in lower case; all else stays as it came.
            let document = Document::from(&tenant);
            assert_eq!(Tenant::try_from(document.clone()).unwrap(), tenant);
            let json = serde_json::to_string(&tenant).unwrap();
            assert_eq!(serde_json::from_str::<Tenant>(&json).unwrap(), tenant);
            let read = tenant.clone();
            let mut oracle = Oracle { document };
            for step in steps_of(steps).take(40) {
                let command = step.resolve_in(&tenant);
                assert_eq!(tenant.apply(&command), oracle.apply(&command), "{command:?}");
            }
            assert_eq!(Document::from(&tenant), oracle.document);
            assert_eq!(tenant.audit(), []);
            Some(read)
        }
        Err(refused) => {
            assert_eq!(refused.violations, violations);
            None
        }
    }
}

/// Steps against the oracle: the same answers and the same directory.
pub fn steps(bytes: &[u8]) {
    let mut directory = Directory::default();
    let mut oracle = DirectoryOracle::default();
    for step in steps_of(bytes).take(200) {
        let command = step.resolve(&directory);
        assert_eq!(directory.apply(&command), oracle.apply(&command), "{command:?}");
        assert_eq!(directory.tenants().flat_map(Tenant::audit).next(), None);
    }
    assert_eq!(DirectoryDocument::from(&directory), oracle.document());
}

/// Events that happened elsewhere, or anything else, after a document: letting them happen never fails, nor does taking
/// them back; and where they are what a command did here, all is as before.
pub fn events(bytes: &[u8]) {
    let (document, rest) = line(bytes);
    let Ok(tenant) = serde_json::from_slice::<Tenant>(document) else { return };
    let (events, steps) = line(rest);
    if let Ok(events) = serde_json::from_slice::<Vec<Event>>(events) {
        let text = serde_json::to_string(&events).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Event>>(&text).unwrap(), events);
        let mut elsewhere = tenant.clone();
        elsewhere.evolve(&events);
        elsewhere.undo(&events);
    }
    let mut here = tenant.clone();
    let mut history = Vec::new();
    for step in steps_of(steps).take(40) {
        let command = step.resolve_in(&here);
        if let Ok(events) = here.decide(&command) {
            let text = serde_json::to_string(&events).unwrap();
            let read: Vec<Event> = serde_json::from_str(&text).unwrap();
            assert_eq!(read, events);
            here.evolve(&read);
            history.push(events);
        }
    }
    assert_eq!(here.audit(), []);
    for events in history.iter().rev() {
        here.undo(events);
    }
    assert_eq!(here, tenant);
}

/// The directory that requests begin with: the first things of Contoso.
pub fn contoso() -> Directory {
    static CONTOSO: LazyLock<Directory> = LazyLock::new(|| {
        let mut directory = Directory::default();
        for line in include_str!("../../examples/contoso.jsonl").lines().take(100) {
            if let Ok(command) = serde_json::from_str::<DirectoryCommand>(line) {
                _ = directory.apply(&command);
            }
        }
        directory
    });
    CONTOSO.clone()
}

/// A line of options (letters), then a request a line: method, URL, body. Each is answered, reads change nothing and nor
/// do refusals, and every invariant holds. Answers with the methods and paths that were not refused.
pub fn request(bytes: &[u8]) -> Vec<(String, String)> {
    let mut answered = Vec::new();
    let (letters, lines) = line(bytes);
    let has = |letter: u8| letters.contains(&letter);
    let mut directory = contoso();
    let tenant = directory.tenants().next().unwrap().id();
    let options = Options {
        profile: if has(b'd') { Profile::Documented } else { Profile::Live },
        quirks: Quirks {
            empty_group_applications_not_found: has(b'e'),
            unpublished_not_enabled: has(b'u'),
            connectorless_tenant_not_enabled: has(b'c'),
        },
        page_size: if has(b'p') { 1 } else { 100 },
        body_bytes_max: 2_000,
        anonymous: (!has(b't')).then_some(tenant),
        ..Options::default()
    };
    for (number, line) in lines.split(|byte| *byte == b'\n').take(40).enumerate() {
        let mut parts = line.splitn(3, |byte| *byte == b' ');
        let (method, url, body) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next());
        let request = http::Request::builder().method(method).uri(url).header("host", "graph.example.com");
        // The directory counts and orders only where this is asked for.
        let request = if has(b'b') { request } else { request.header("consistencylevel", "eventual") };
        let request = request.header("content-type", "application/json");
        let Ok(request) = request.body(body.unwrap_or_default()) else { continue };
        let context = Context::new(Timestamp::UNIX_EPOCH, u128::try_from(number).unwrap());
        let before = directory.clone();
        let read = graph::read(&directory, &request, &context, &options);
        let response = graph::respond(&mut directory, &request, &context, &options).response;
        let status = response.status().as_u16();
        assert!([200, 201, 204, 400, 401, 404, 405, 409, 413, 424, 501].contains(&status), "{request:?}: {response:?}");
        if status >= 400 || *request.method() == http::Method::GET {
            assert_eq!(directory, before, "{request:?}");
        }
        if status < 400 {
            answered.push((request.method().to_string(), request.uri().path().into()));
        }
        if let Some(read) = read {
            assert_eq!(read.body(), response.body());
        }
        if *request.method() != http::Method::HEAD
            && response.headers().get("content-type").is_some_and(|value| value == "application/json")
        {
            let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
            if let Some(link) = body.get("@odata.nextLink") {
                link.as_str().unwrap().parse::<http::Uri>().unwrap();
            }
        }
    }
    assert!(directory.tenants().all(|tenant| tenant.audit().is_empty()));
    answered
}

fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (line, rest) = bytes.split_at(end);
    (line, rest.get(1..).unwrap_or_default())
}

fn steps_of(bytes: &[u8]) -> impl Iterator<Item = Step> {
    bytes.chunks_exact(9).filter_map(|chunk| chunk.try_into().ok()).map(Step::from_bytes)
}
