//! The harness finds what is wrong with other implementations: thirty-four that drift as real ones do, each the oracle with
//! one fault.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a test stops where it fails, and has std"
)]

mod drifts;
mod oracle;

use connector_groups::{
    directory::{Answer, DirectoryEvent},
    document::DirectoryDocument,
    workload::{Comparison, Conformance, Difference, Implementation, Weights},
    *,
};
use drifts::Fault;
use oracle::directory::DirectoryOracle;

struct Faulty {
    oracle: DirectoryOracle,
    fault: Fault,
}

impl Implementation for Faulty {
    fn answer(&mut self, line: &str) -> String {
        if let Ok(DirectoryCommand::InTenant { tenant: id, command }) = serde_json::from_str(line)
            && let Ok(tenant) = self.oracle.tenant(id)
            && let Some(result) = (self.fault)(tenant, &command)
        {
            let in_tenant = |events: Vec<Event>| {
                events.into_iter().map(|event| DirectoryEvent::InTenant { tenant: id, event }).collect()
            };
            return serde_json::to_string(&Answer::from(result.map(in_tenant))).unwrap();
        }
        self.oracle.answer(line)
    }
}

fn difference(fault: Fault, comparison: Comparison) -> Option<Difference> {
    // A state that no tenant can be in cannot be deleted as a tenant either.
    let weights = Weights::default().with("deleteTenant", 0).unwrap();
    let conformance = Conformance { traces: 500, comparison, weights, ..Conformance::default() };
    conformance.run(|| Faulty { oracle: DirectoryOracle::default(), fault }).err()
}

/// Each is found, in a trace of a handful of commands that shows nothing but the fault.
#[test]
fn every_drift_is_found_in_a_few_commands() {
    for (name, fault) in drifts::all() {
        let found = difference(fault, Comparison::Whole).unwrap_or_else(|| panic!("not found: {name}"));
        println!("{name}:\n{found}\n");
        assert!(found.trace.len() <= 7, "{name}:\n{found}");
        // The trace is a trace for anybody: it says the same when it is run again, and any line less shows nothing.
        let again =
            Conformance::default().run_trace(&found.trace, || Faulty { oracle: DirectoryOracle::default(), fault });
        assert_eq!(again, Err(found.clone()), "{name}");
        for at in 0..found.trace.len() {
            let mut shorter = found.trace.clone();
            shorter.remove(at);
            let fewer =
                Conformance::default().run_trace(&shorter, || Faulty { oracle: DirectoryOracle::default(), fault });
            assert_eq!(fewer, Ok(()), "{name}: line {at} of\n{found}");
        }
    }
}

/// Most show in the outcomes alone, for those who have no events to compare.
#[test]
#[ignore = "takes minutes without optimisation; .ci/run has its command"]
fn outcomes_alone_show_most_drifts() {
    for comparison in [Comparison::Code, Comparison::Outcome] {
        let found = drifts::all().filter(|(_, fault)| difference(*fault, comparison).is_some()).count();
        assert!(found >= 26, "{comparison:?}: {found}");
    }
}

#[test]
fn the_oracle_conforms() {
    let coverage = Conformance { traces: 40, ..Conformance::default() }.run(DirectoryOracle::default).unwrap();
    assert_eq!(coverage.commands.len(), 29, "{coverage}");
    assert_eq!(DirectoryOracle::default().document(), DirectoryDocument::default());
}

/// A recording: lines and answers, and a wrong one among them.
#[test]
fn a_recording_is_checked() {
    let read = |name: &str| -> Vec<String> {
        let path = format!("{}/tests/replays/{name}", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(path).unwrap();
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        lines.map_while(|line| String::from_utf8(line.to_vec()).ok()).collect()
    };
    let (lines, mut answers) = (read("lines.jsonl"), read("lines.answers.jsonl"));
    let conformance = Conformance::default();
    assert_eq!(conformance.check_recording(&lines, &answers), Ok(()));
    let at = answers.iter().position(|answer| answer.starts_with("{\"refused\"")).unwrap();
    answers[at] = r#"{"accepted":[]}"#.into();
    let found = conformance.check_recording(&lines, &answers).unwrap_err();
    assert_eq!(format!("{found:?}"), format!("\n{found}"), "`unwrap` prints it as people read it");
    assert_eq!(found.trace, lines[..=at]);
    assert_eq!(found.actual, answers[at]);
    assert!(found.expected.starts_with("{\"refused\""));
    assert!(
        found
            .to_string()
            .ends_with(&format!("{}\nexpected: {}\nactual:   {}", lines[at], found.expected, found.actual))
    );
    answers.truncate(at);
    assert_eq!(conformance.check_recording(&lines, &answers).unwrap_err().actual, "");
}

/// What counts: the code without the fields, the outcome without the code, an invalid line without its message.
#[test]
fn comparisons_count_what_they_say() {
    let lines = [
        r#"{"command":"deleteTenant","id":"7e000000-0000-4000-8000-000000000001"}"#.to_string(),
        "no command".to_string(),
    ];
    let answers = |first: &str| [first.to_string(), r#"{"invalid":"other words"}"#.to_string()];
    let check = |comparison, first| {
        Conformance { comparison, ..Conformance::default() }.check_recording(&lines, &answers(first)).is_ok()
    };
    let right = r#"{"refused":{"code":"tenantNotFound","id":"7e000000-0000-4000-8000-000000000001"}}"#;
    let other_fields = r#"{"refused":{"code":"tenantNotFound"}}"#;
    let other_code = r#"{"refused":{"code":"other"}}"#;
    for (comparison, expected) in [
        (Comparison::Whole, [true, false, false, false, false]),
        (Comparison::Code, [true, true, false, false, false]),
        (Comparison::Outcome, [true, true, true, false, false]),
    ] {
        let seen =
            [right, other_fields, other_code, r#"{"accepted":[]}"#, "<html>"].map(|first| check(comparison, first));
        assert_eq!(seen, expected, "{comparison:?}");
    }
}

/// Two lists of events count as one where only the outcome counts; what is no answer never does.
#[test]
fn an_accepted_line_counts_as_accepted() {
    let line = r#"{"command":"createTenant","id":"7e000000-0000-4000-8000-000000000001","defaultRegion":"eur",
        "now":"2026-03-02T08:00:00Z","defaultConnectorGroup":{"id":"9d000000-0000-4000-8000-000000000000"}}"#;
    let check = |comparison, answer: &str| {
        let conformance = Conformance { comparison, ..Conformance::default() };
        conformance.check_recording(&[line.replace('\n', " ")], &[answer.to_string()]).is_ok()
    };
    for (comparison, expected) in [(Comparison::Whole, false), (Comparison::Code, true), (Comparison::Outcome, true)] {
        assert_eq!(check(comparison, r#"{"accepted":[]}"#), expected, "{comparison:?}");
        assert!(!check(comparison, r#"{"other":1}"#), "{comparison:?}");
    }
}
