//! Writes a first corpus: what the generator makes of a few seeds, as the bytes of each target.
//!
//! ```text
//! cargo run --manifest-path fuzz/Cargo.toml --example seed
//! ```

use std::{fs, path::Path};

use connector_groups::{
    Directory, DirectoryCommand, Timestamp,
    graph::{Context, Options, respond},
    workload::Workload,
};

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
        let request = http::Request::builder().method(method).uri(url).body(body).unwrap();
        _ = respond(&mut directory, &request, &Context::new(Timestamp::UNIX_EPOCH, number.into()), &options);
    }
    text
}

const READS: [&str; 14] = [
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
    for (number, body) in BATCHES.iter().enumerate() {
        let text = format!("t\nPOST /beta/$batch {body}\n\nPOST /beta/$batch {body}").replacen('t', "", number.min(1));
        fs::write(corpus.join(format!("request/batch-{number}")), text).unwrap();
    }
}
