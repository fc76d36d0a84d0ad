//! The generator: it reaches everything, and equal seeds give equal steps.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::std_instead_of_core,
    reason = "a test stops where it fails"
)]

use connector_groups::{
    Directory, DirectoryCommand, Tenant,
    workload::{Coverage, Step, VERBS, Weights, Workload},
};

/// Traces of 200 steps, each seed its own.
fn run(steps: u64) -> Coverage {
    let mut coverage = Coverage::default();
    for seed in 0..steps.div_ceil(200) {
        let (mut directory, mut workload) = (Directory::default(), Workload::new(seed));
        for _ in 0..200 {
            let command = workload.next_command(&directory);
            let result = directory.apply(&command);
            coverage.count(&command, &result);
            if let Err(refusal) = &result {
                assert_eq!(serde_json::to_value(refusal).unwrap()["code"], refusal.code());
            }
        }
        assert_eq!(directory.tenants().flat_map(Tenant::audit).next(), None);
    }
    coverage
}

/// A million steps; each command is accepted and refused, each refusal and selection comes up, none of them seldom.
#[test]
fn everything_comes_up_in_a_million_steps() {
    let coverage = run(1_000_000);
    println!("{coverage}");
    assert_eq!(coverage.to_string().lines().count(), 1 + VERBS.len() + 2 + 5 + 2 + 28);
    for name in VERBS {
        let (accepted, refused) = coverage.commands.get(name).copied().unwrap_or_default();
        assert!(accepted >= 1_000, "{name} accepted {accepted} times");
        assert!(refused >= 200, "{name} refused {refused} times");
    }
    assert_eq!(coverage.selections.len(), 5);
    assert!(coverage.selections.values().all(|times| *times >= 5_000), "{coverage}");
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/refusal.rs")).unwrap();
    let codes = text.split("pub const fn code(&self)").nth(1).unwrap().split("\n    }\n").next().unwrap();
    let codes: Vec<&str> = codes.split('"').skip(1).step_by(2).collect();
    assert_eq!(codes.len(), 28, "{codes:?}");
    for code in codes {
        let times = coverage.refusals.get(code).copied().unwrap_or(0);
        assert!(times >= 500, "{code} came up {times} times");
    }
}

/// The generator is public: a seed's trace stays as it is from release to release, or the change log says so.
#[test]
fn a_seed_is_a_trace() {
    let trace = |seed| {
        let (mut directory, mut workload, mut text) = (Directory::default(), Workload::new(seed), String::new());
        for _ in 0..500 {
            let command = workload.next_command(&directory);
            _ = directory.apply(&command);
            text.push_str(&serde_json::to_string(&command).unwrap());
        }
        text
    };
    // FNV-1a.
    let hash = |text: String| {
        text.bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    };
    assert_eq!(trace(1), trace(1));
    assert_ne!(trace(1), trace(2));
    assert_eq!((0..20).map(|seed| hash(trace(seed))).fold(0, u64::wrapping_add), GOLDEN);
}

const GOLDEN: u64 = 1_951_984_335_548_536_070;

#[test]
fn weights_choose() {
    let mut weights = Weights::default();
    for verb in VERBS {
        weights = weights.with(verb, u32::from(verb == "removeConnector")).unwrap();
    }
    assert_eq!(weights.clone().with("noSuchCommand", 1), None);
    let mut workload = Workload::new(0).with_weights(weights);
    assert!((0..100).all(|_| workload.next_step().verb == 4));
    let none = VERBS.iter().fold(Weights::default(), |weights, verb| weights.with(verb, 0).unwrap());
    assert_eq!(Workload::new(0).with_weights(none).next_step().verb, 0);
}

/// Nine bytes, the lowest first; zeros are the plainest step; in an empty directory any step makes a tenant.
#[test]
fn steps_are_numbers() {
    let step = Step::from_bytes([3, 1, 0, 0, 0, 2, 1, 0, 0]);
    assert_eq!(step, Step { verb: 3, subject: 1, object: 258 });
    assert!((0..=255).all(|verb| {
        let command = Step { verb, ..Step::default() }.resolve(&Directory::default());
        matches!(command, DirectoryCommand::CreateTenant(_))
    }));
}

#[test]
fn coverage_counts_selections_and_what_is_within_transactions() {
    let mut directory = Directory::default();
    let mut coverage = Coverage::default();
    let tenant = "7e000000-0000-4000-8000-000000000001";
    let group = "9d000000-0000-4000-8000-000000000000";
    let other = "9d000000-0000-4000-8000-000000000001";
    for line in [
        format!(
            r#"{{"command":"createTenant","id":"{tenant}","defaultRegion":"eur","now":"2026-03-02T08:00:00Z",
                "defaultConnectorGroup":{{"id":"{group}"}}}}"#
        ),
        format!(
            r#"{{"command":"reassignApplications","tenant":"{tenant}","applications":{{"all":true}},"connectorGroup":"{group}"}}"#
        ),
        format!(
            r#"{{"command":"moveConnectors","tenant":"{tenant}","connectors":{{"inRegion":"eur"}},"connectorGroup":"{group}"}}"#
        ),
        format!(
            r#"{{"command":"transaction","tenant":"{tenant}","commands":[{{"command":"createConnectorGroup","id":"{other}","name":"One"}}]}}"#
        ),
        format!(
            r#"{{"command":"transaction","tenant":"{tenant}","commands":[{{"command":"deleteConnectorGroup","id":"{group}"}}]}}"#
        ),
        format!(
            r#"{{"command":"reassignApplications","tenant":"{tenant}","applications":{{"ids":["{group}"]}},"connectorGroup":"{group}"}}"#
        ),
    ] {
        let command = serde_json::from_str(&line).unwrap();
        let result = directory.apply(&command);
        coverage.count(&command, &result);
    }
    assert_eq!(coverage.selections, [("all", 1), ("ids", 1), ("inRegion", 1)].into());
    let refusals = [("applicationNotFound", 1), ("bulk", 1), ("groupIsDefault", 1), ("transaction", 1)];
    assert_eq!(coverage.refusals, refusals.into());
    assert_eq!(coverage.commands["transaction"], (1, 1));
    assert_eq!(coverage.commands["createConnectorGroup"], (1, 0));
    assert_eq!(coverage.commands["deleteConnectorGroup"], (0, 1));
}
