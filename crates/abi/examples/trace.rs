//! Traces that hold the bindings together: what to ask, and what the engine answers in Rust.
//!
//! ```text
//! trace write COMMANDS > calls      calls for so many generated commands, all corpora, the Contoso story and its requests
//! trace run < calls > answers       what the engine answers, called directly and not through the exports
//! trace time                        nanoseconds of some calls, as a JSON line
//! ```
//!
//! A call is a line `NAME LENGTH`, so many bytes, and a line feed; an answer is a line `STATUS LENGTH`, the bytes and a line
//! feed. Every binding has a program that reads the one and writes the other. The calls are of one directory: `new` begins
//! another, `load` too where the document is right, `snapshot` keeps a copy, `restore` goes back to it, and `diff` is
//! from it to the present.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a program of the tests stops where it fails"
)]

use std::{
    fs,
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::Path,
    time::Instant,
};

use connector_groups::{Directory, DirectoryCommand, Tenant, directory::Answer, workload::Workload};
use connector_groups_abi::{Failure, Status, analysis, engine, wire::Incoming};

const COMMANDS_A_DIRECTORY: usize = 5_000;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["write", commands] => write(commands.parse().unwrap(), &mut BufWriter::new(io::stdout().lock())),
        ["run"] => run(&mut BufReader::new(io::stdin().lock()), &mut BufWriter::new(io::stdout().lock())),
        ["time"] => time(),
        _ => panic!("trace write COMMANDS | run | time"),
    }
}

fn call(output: &mut impl Write, name: &str, bytes: &[u8]) -> io::Result<()> {
    writeln!(output, "{name} {}", bytes.len())?;
    output.write_all(bytes)?;
    output.write_all(b"\n")
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn write(commands: usize, output: &mut impl Write) -> io::Result<()> {
    corpora(output)?;
    for (seed, begin) in (0_u64..).zip((0..commands).step_by(COMMANDS_A_DIRECTORY)) {
        generated(seed, COMMANDS_A_DIRECTORY.min(commands - begin), output)?;
    }
    Ok(())
}

/// Every file of the corpora that are of lines, documents or requests, and the Contoso story.
fn corpora(output: &mut impl Write) -> io::Result<()> {
    let contoso = fs::read(root().join("examples/contoso.jsonl"))?;
    let files = |folder: &str| -> io::Result<Vec<Vec<u8>>> {
        let entries = fs::read_dir(root().join(folder))?.collect::<io::Result<Vec<_>>>()?;
        let mut paths: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
        paths.sort();
        paths.into_iter().filter(|path| path.is_file()).map(fs::read).collect()
    };
    for lines in [files("fuzz/corpus/replay")?, files("tests/replays")?, vec![contoso.clone()]].concat() {
        call(output, "new", b"7")?;
        call(output, "apply", &lines)?;
        call(output, "document", b"")?;
    }
    for document in files("fuzz/corpus/documents")? {
        call(output, "audit", &document)?;
        call(output, "load", &document)?;
        let line = document.split(|byte| *byte == b'\n').next().unwrap_or_default();
        call(output, "load", line)?;
        call(output, "document", b"")?;
    }
    let tenant = "7e000000-0000-4000-8000-000000000001";
    for file in files("fuzz/corpus/request")? {
        call(output, "new", b"0")?;
        call(output, "apply", &contoso)?;
        for (number, line) in file.split(|byte| *byte == b'\n').skip(1).enumerate() {
            let mut parts = line.splitn(3, |byte| *byte == b' ');
            let (method, url, body) =
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next());
            let call_line = format!("\n:call: {{\"anonymous\":\"{tenant}\",\"requestId\":\"{number:032x}\"}}\n\n");
            let request = [method, b" ", url, call_line.as_bytes(), body.unwrap_or_default()].concat();
            call(output, "respond", &request)?;
        }
    }
    call(output, "respond", b"no request")?;
    call(output, "apply", b"\xff\xfe\n{\"command\":\"\xc3\"}")
}

/// Generated commands in batches of 1 to 50 lines, and between them requests and questions about what has come to be.
fn generated(seed: u64, commands: usize, output: &mut impl Write) -> io::Result<()> {
    let (mut directory, mut workload, mut left) = (Directory::default(), Workload::new(seed), commands);
    call(output, "new", seed.to_string().as_bytes())?;
    for round in 0_usize.. {
        let count = left.min(1 + round * 7 % 50);
        left -= count;
        let mut lines = Vec::new();
        for _ in 0..count {
            let command = workload.next_command(&directory);
            _ = directory.apply(&command);
            lines.extend(serde_json::to_vec(&command)?);
            lines.push(b'\n');
        }
        call(output, "apply", &lines)?;
        let chosen = round % directory.tenants_count().max(1);
        let tenant = directory.tenants().nth(chosen).cloned();
        if let Some(tenant) = tenant {
            for (number, request) in (0_usize..).zip(requests(&tenant, round)) {
                call(output, "respond", &request)?;
                // The generator goes on from where the requests have led to.
                let request = Incoming::read(&request).unwrap();
                _ = request.respond(&mut directory, None);
                assert!(number < 10, "a few a round");
            }
            let question = serde_json::to_vec(&workload.next_command(&directory))?;
            call(output, "decide", &question)?;
            call(output, "impact", &question)?;
            if round.is_multiple_of(20) {
                questions(tenant.id().to_string().as_str(), output)?;
            }
        }
        if left == 0 {
            break;
        }
    }
    call(output, "document", b"")?;
    call(output, "audit", &serde_json::to_vec(&directory)?)
}

fn questions(tenant: &str, output: &mut impl Write) -> io::Result<()> {
    call(output, "diff", format!(r#"{{"tenant":"{tenant}"}}"#).as_bytes())?;
    call(output, "snapshot", b"")?;
    call(output, "impact", format!(r#"{{"tenant":"{tenant}","loss":{{"region":"eur"}}}}"#).as_bytes())?;
    let group = r#"{"name":"Planned","region":"nam","connectors":{"named":"c"}}"#;
    let new_ids = r#"["aaaaaaaa-0000-4000-8000-000000000001","aaaaaaaa-0000-4000-8000-000000000002"]"#;
    let plan = format!(r#"{{"tenant":"{tenant}","desired":{{"connectorGroups":[{group}]}},"newIds":{new_ids}}}"#);
    call(output, "plan", plan.as_bytes())
}

/// A few of the requests that clients send, about things that are there and one that is not.
fn requests(tenant: &Tenant, round: usize) -> Vec<Vec<u8>> {
    let missing = || String::from("00000000-0000-4000-8000-0000000000ff");
    let pick = |count: usize| round % (count + 1);
    let group = tenant.connector_groups().nth(pick(tenant.connector_groups_count()));
    let group = group.map_or_else(missing, |group| group.id().to_string());
    let connector = tenant.connectors().nth(pick(tenant.connectors_count()));
    let connector = connector.map_or_else(missing, |connector| connector.id().to_string());
    let application = tenant.applications().nth(pick(tenant.applications_count()));
    let application = application.map_or_else(missing, |application| application.id().to_string());
    let profile = "/beta/onPremisesPublishingProfiles/applicationProxy";
    let link = format!(r#"{{"@odata.id":"https://graph.microsoft.com{profile}/connectorGroups/{group}"}}"#);
    let all = [
        ("GET", format!("{profile}/connectorGroups?$filter=region%20eq%20'nam'&$count=true"), String::new()),
        ("GET", format!("{profile}/connectorGroups/{group}?$expand=members,applications"), String::new()),
        ("GET", format!("{profile}/connectorGroups/{group}/members?$top=2"), String::new()),
        ("GET", format!("{profile}/connectors/{connector}/memberOf"), String::new()),
        ("GET", format!("/beta/applications/{application}?$select=id,onPremisesPublishing"), String::new()),
        ("GET", format!("/beta/applications/{application}/connectorGroup"), String::new()),
        ("POST", format!("{profile}/connectorGroups"), format!(r#"{{"name":"Group {round}","region":"eur"}}"#)),
        ("PATCH", format!("{profile}/connectorGroups/{group}"), format!(r#"{{"name":"Ünïcode {round} \u0001"}}"#)),
        ("DELETE", format!("{profile}/connectorGroups/{group}"), String::new()),
        (
            "POST",
            format!("{profile}/connectorGroups/{group}/members/$ref"),
            link.replace("connectorGroups", "connectors").replace(&group, &connector),
        ),
        ("PUT", format!("/beta/applications/{application}/connectorGroup/$ref"), link),
        ("DELETE", format!("/beta/applications/{application}/connectorGroup/$ref"), String::new()),
        ("POST", String::from("/beta/applications"), format!(r#"{{"displayName":"App {round}"}}"#)),
        (
            "PATCH",
            format!("/beta/applications/{application}"),
            format!(
                r#"{{"onPremisesPublishing":{{"internalUrl":"https://a{round}.contoso.local/","externalUrl":"https://a{round}.contoso.com/"}}}}"#
            ),
        ),
        ("GET", String::from("/v1.0/applications?$search=x"), String::new()),
        (
            "POST",
            String::from("/beta/$batch"),
            format!(
                r#"{{"requests":[{{"id":"1","method":"GET","url":"/applications/{application}"}},{{"id":"2","method":"DELETE","url":"/applications/{application}","dependsOn":["1"]}}]}}"#
            ),
        ),
    ];
    (0..3).map(|offset| {
        let (method, path, body) = &all[(round * 3 + offset) % all.len()];
        let id = round * 10 + offset + 1;
        let (tenant, now) = (tenant.id(), tenant.now());
        format!(
            "{method} https://graph.microsoft.com{path}\nauthorization: Bearer {tenant}\ncontent-type: application/json\n\
             client-request-id: r{id}\n:call: {{\"now\":\"{now}\",\"requestId\":\"{id:032x}\"}}\n\n{body}"
        ).into_bytes()
    })
    .collect()
}

fn run(input: &mut impl BufRead, output: &mut impl Write) -> io::Result<()> {
    let (mut directory, mut kept) = (Directory::default(), Directory::default());
    let mut head = String::new();
    while input.read_line(&mut head)? > 0 {
        let (name, length) = head.trim_end().split_once(' ').unwrap();
        let mut bytes = vec![0; length.parse().unwrap()];
        input.read_exact(&mut bytes)?;
        input.read_exact(&mut [0])?;
        let answer = answer(&mut directory, &mut kept, name, &bytes);
        let (status, bytes) = answer.map_or_else(|failure| (failure.status, failure.text), |bytes| (Status::Ok, bytes));
        call(output, &number(status).to_string(), &bytes)?;
        head.clear();
    }
    Ok(())
}

const fn number(status: Status) -> u8 {
    match status {
        Status::Ok => 0,
        Status::Handle => 1,
        Status::Pointer => 2,
        Status::Input => 3,
        Status::Violations => 4,
        Status::Memory => 5,
        Status::Panic => 6,
    }
}

fn answer(directory: &mut Directory, kept: &mut Directory, name: &str, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    match name {
        "new" => *directory = Directory::with_hash_seed(std::str::from_utf8(bytes).unwrap().parse().unwrap()),
        "load" => *directory = engine::directory(bytes, 0)?,
        "snapshot" => *kept = directory.clone(),
        "restore" => *directory = kept.clone(),
        "apply" => return Ok(applied(directory, bytes)),
        "decide" => return Ok(applied(&mut directory.clone(), bytes)),
        "respond" => return Ok(Incoming::read(bytes)?.respond(directory, None)),
        "document" => return Ok(serde_json::to_vec(directory).unwrap()),
        "impact" => return analysis::impact(directory, bytes),
        "plan" => return analysis::plan(directory, bytes),
        "diff" => return analysis::diff(kept, directory, bytes),
        "audit" => return engine::audit(bytes),
        _ => panic!("{name}"),
    }
    Ok(Vec::new())
}

/// Lines straight to the engine; only what an invalid one says is the interface's own.
fn applied(directory: &mut Directory, bytes: &[u8]) -> Vec<u8> {
    if bytes
        .split(|byte| *byte == b'\n')
        .any(|line| !line.trim_ascii().is_empty() && serde_json::from_slice::<DirectoryCommand>(line).is_err())
    {
        return engine::apply(directory, bytes).unwrap();
    }
    let mut answers = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
        let command: DirectoryCommand = serde_json::from_slice(line).unwrap();
        answers.extend(serde_json::to_vec(&Answer::from(directory.apply(&command))).unwrap());
        answers.push(b'\n');
    }
    answers
}

/// The same calls that every binding times.
fn time() -> io::Result<()> {
    let begin = Instant::now();
    let contoso = fs::read(root().join("examples/contoso.jsonl"))?;
    let mut directory = Directory::with_hash_seed(7);
    let cold = begin.elapsed().as_nanos();
    engine::apply(&mut directory, &contoso).unwrap();
    let tenant = directory.tenants().next().unwrap().id();
    let line = format!(
        r#"{{"tenant":"{tenant}","command":"updateConnectorGroup","id":"9d000000-0000-4000-8000-000000000001","name":"Datacenter Amsterdam"}}"#
    );
    let request = format!(
        "GET https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups/9d000000-0000-4000-8000-000000000001\nauthorization: Bearer {tenant}\n:call: {{\"now\":\"2026-03-02T08:00:00Z\"}}\n\n"
    );
    let mut each = |name: &str, count: u32, ask: &mut dyn FnMut(&mut Directory)| {
        let begin = Instant::now();
        (0..count).for_each(|_| ask(&mut directory));
        format!("\"{name}\":{}", begin.elapsed().as_nanos() / u128::from(count))
    };
    let apply =
        each("apply", 20_000, &mut |directory| _ = std::hint::black_box(engine::apply(directory, line.as_bytes())));
    let respond = each("respond", 20_000, &mut |directory| {
        let incoming = Incoming::read(request.as_bytes()).unwrap();
        std::hint::black_box(incoming.respond(directory, None));
    });
    let snapshot = each("snapshot", 20_000, &mut |directory| _ = std::hint::black_box(directory.clone()));
    println!("{{\"language\":\"rust\",\"cold\":{cold},{apply},{respond},{snapshot}}}");
    Ok(())
}
