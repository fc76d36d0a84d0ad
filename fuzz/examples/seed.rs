//! Writes a first corpus: what the generator makes of a few seeds, as the bytes of each target.
//!
//! ```text
//! cargo run --manifest-path fuzz/Cargo.toml --example seed
//! ```

use std::{fs, path::Path};

use connector_groups::{Directory, DirectoryCommand, workload::Workload};

fn main() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for target in ["replay", "documents", "steps", "events"] {
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
        let write = |target: &str, bytes: &[u8]| fs::write(corpus.join(target).join(format!("seed-{seed:02}")), bytes).unwrap();
        write("replay", lines.join("\n").as_bytes());
        write("steps", &steps);
        write("events", &[&events[..], b"\n", &steps[..180]].concat());
        let tenant = directory.tenants().next().map(|tenant| serde_json::to_string(tenant).unwrap()).unwrap_or_default();
        write("documents", &[tenant.as_bytes(), b"\n", &steps[..180]].concat());
    }
}
