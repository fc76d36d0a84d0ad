//! The harness finds what is wrong with other implementations: twenty-two that drift as real ones do, each the oracle with
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

mod oracle;

use connector_groups::{
    command::*,
    directory::{Answer, DirectoryEvent},
    document::{ConnectorDocument, ConnectorGroupDocument, DirectoryDocument},
    model::{ConnectorGroupType, OnPremisesPublishing},
    workload::{Comparison, Conformance, Difference, Implementation, Weights},
    *,
};
use oracle::{Oracle, directory::DirectoryOracle};

/// What a faulty implementation answers where its fault shows; `None` where it answers as it should.
type Fault = fn(&mut Oracle, &Command) -> Option<Result<Vec<Event>, Refusal>>;

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

fn group(oracle: &mut Oracle, id: ConnectorGroupId) -> Option<&mut ConnectorGroupDocument> {
    oracle.document.connector_groups.iter_mut().find(|group| group.id == id)
}

fn is_default(oracle: &mut Oracle, id: ConnectorGroupId) -> bool {
    group(oracle, id).is_some_and(|group| group.is_default)
}

/// A deletion as the oracle would do it, had the group been empty and not the default.
fn delete_anyway(oracle: &mut Oracle, id: ConnectorGroupId) -> Result<Vec<Event>, Refusal> {
    let kept = oracle.document.clone();
    let default = kept.connector_groups.iter().find(|group| group.is_default && group.id != id);
    let default = default.or(kept.connector_groups.iter().find(|group| group.id != id)).map(|group| group.id);
    for connector in oracle.document.connectors.iter_mut().filter(|connector| connector.member_of == id) {
        connector.member_of = default.unwrap_or(id);
    }
    for application in oracle.document.applications.iter_mut().filter(|one| one.connector_group == Some(id)) {
        application.connector_group = default;
    }
    group(oracle, id).unwrap().is_default = false;
    let result = oracle.apply(&DeleteConnectorGroup { id }.into());
    if let Some(default) = default.filter(|_| !oracle.document.connector_groups.iter().any(|group| group.is_default)) {
        group(oracle, default).unwrap().is_default = true;
    }
    result
}

/// The command, and where it is refused with this code, nothing at all instead.
fn forgives(oracle: &mut Oracle, command: &Command, code: &str) -> Result<Vec<Event>, Refusal> {
    let result = oracle.apply(command);
    if result.as_ref().is_err_and(|refusal| refusal.code() == code) { Ok(vec![]) } else { result }
}

/// The drifts of the service that are known from reports, and what scripts and mocks make of the rest.
const FAULTS: [(&str, Fault); 22] = [
    ("a region can be changed while the group is in use", |oracle, command| {
        matches!(command, Command::UpdateConnectorGroup(_)).then_some(())?;
        let kept = (oracle.document.connectors.clone(), oracle.document.applications.clone());
        (oracle.document.connectors, oracle.document.applications) = (vec![], vec![]);
        let result = oracle.apply(command);
        (oracle.document.connectors, oracle.document.applications) = kept;
        Some(result)
    }),
    ("a deletion cascades to the default group", |oracle, command| {
        let Command::DeleteConnectorGroup(DeleteConnectorGroup { id }) = *command else { return None };
        match oracle.apply(command) {
            Err(Refusal::GroupNotEmpty { .. }) => Some(delete_anyway(oracle, id)),
            result => Some(result),
        }
    }),
    ("a deletion looks at connectors only", |oracle, command| {
        let Command::DeleteConnectorGroup(DeleteConnectorGroup { id }) = *command else { return None };
        match oracle.apply(command) {
            Err(Refusal::GroupNotEmpty { connectors: 0, .. }) => Some(delete_anyway(oracle, id)),
            result => Some(result),
        }
    }),
    ("the default group can be deleted", |oracle, command| {
        let Command::DeleteConnectorGroup(DeleteConnectorGroup { id }) = *command else { return None };
        let others = oracle.document.connector_groups.len() > 1;
        match oracle.apply(command) {
            Err(Refusal::GroupIsDefault { .. }) if others => Some(delete_anyway(oracle, id)),
            result => Some(result),
        }
    }),
    ("the default group cannot be renamed", |oracle, command| {
        let Command::UpdateConnectorGroup(UpdateConnectorGroup { id, .. }) = *command else { return None };
        is_default(oracle, id).then_some(Err(Refusal::GroupIsDefault { connector_group: id }))
    }),
    ("a connector stays in its old group too", |oracle, command| {
        let Command::AddConnector(AddConnector { connector, .. }) = *command else { return None };
        let from = oracle.document.connectors.iter().find(|one| one.id == connector)?.member_of;
        let result = oracle.apply(command);
        let moved = oracle.document.connectors.iter_mut().find(|one| one.id == connector)?;
        moved.member_of = from;
        Some(result)
    }),
    ("a bulk command does what it can", |oracle, command| {
        let Command::ReassignApplications(bulk) = command else { return None };
        let Err(Refusal::Bulk { refused }) = oracle.apply(command) else { return None };
        let Selection::Ids(ids) = &bulk.applications else { return None };
        let wrong = |index: usize| refused.iter().any(|entry| usize::try_from(entry.index) == Ok(index));
        let ids = ids.iter().enumerate().filter(|(index, _)| !wrong(*index)).map(|(_, id)| *id).collect();
        let applications = Selection::Ids(ids);
        Some(oracle.apply(&ReassignApplications { applications, connector_group: bulk.connector_group }.into()))
    }),
    ("a bulk command tells the first refused entry only", |oracle, command| match oracle.apply(command) {
        Err(Refusal::Bulk { mut refused }) => {
            refused.truncate(1);
            Some(Err(Refusal::Bulk { refused }))
        }
        result => Some(result),
    }),
    ("a transaction keeps what came before its refusal", |oracle, command| {
        let Command::Transaction(Transaction { commands }) = command else { return None };
        let result = oracle.apply(command);
        if let Err(Refusal::Transaction { index, .. }) = &result {
            for command in &commands[..usize::try_from(*index).unwrap()] {
                _ = oracle.apply(command);
            }
        }
        Some(result)
    }),
    ("an application is published into the newest group", |oracle, command| {
        let Command::PublishApplication(publish) = command else { return None };
        let mut result = oracle.apply(command);
        if let Ok([Event::ApplicationPublished { connector_group, .. }]) = result.as_deref_mut() {
            let proxy =
                |group: &&ConnectorGroupDocument| group.connector_group_type == ConnectorGroupType::ApplicationProxy;
            *connector_group = oracle.document.connector_groups.iter().rfind(proxy)?.id;
            let published = oracle.document.applications.iter_mut().find(|one| one.id == publish.application)?;
            published.connector_group = Some(*connector_group);
        }
        Some(result)
    }),
    ("an application that is not published can be assigned", |oracle, command| {
        matches!(command, Command::AddApplication(_)).then_some(())?;
        Some(forgives(oracle, command, "applicationNotPublished"))
    }),
    ("un-assigning twice is accepted", |oracle, command| {
        matches!(command, Command::RemoveApplication(_)).then_some(())?;
        Some(forgives(oracle, command, "alreadyInDefault"))
    }),
    ("moving a connector to where it is is refused", |oracle, command| {
        let Command::AddConnector(AddConnector { connector, connector_group }) = *command else { return None };
        let there =
            oracle.document.connectors.iter().any(|one| one.id == connector && one.member_of == connector_group);
        there.then_some(Err(Refusal::AlreadyInDefault { id: connector.into() }))
    }),
    ("inactive connectors do not hold a group", |oracle, command| {
        let Command::DeleteConnectorGroup(DeleteConnectorGroup { id }) = *command else { return None };
        let Err(Refusal::GroupNotEmpty { applications: 0, .. }) = oracle.apply(command) else { return None };
        let here = |one: &&ConnectorDocument| one.member_of == id;
        let all_inactive = oracle.document.connectors.iter().filter(here).all(|one| one.inactive_since.is_some());
        all_inactive.then(|| delete_anyway(oracle, id))
    }),
    ("inactive connectors stay for ever", |oracle, command| {
        let Command::AdvanceClock(AdvanceClock { now }) = *command else { return None };
        let from = oracle.document.now;
        (now > from).then(|| {
            oracle.document.now = now;
            Ok(vec![Event::ClockAdvanced { from, to: now }])
        })
    }),
    ("inactive connectors go a day late", |oracle, command| {
        let Command::AdvanceClock(AdvanceClock { now }) = *command else { return None };
        let from = oracle.document.now;
        let day = 86_400_000_000;
        let early = Timestamp::from_unix_microseconds(now.unix_microseconds() - day)?;
        let mut later = Oracle { document: oracle.document.clone() };
        later.document.now = early.min(from);
        let result = later.apply(&AdvanceClock { now: early.max(later.document.now) }.into());
        (now > from).then(|| {
            oracle.document = later.document;
            oracle.document.now = now;
            result.map(|events| {
                let expired = events.into_iter().filter(|event| matches!(event, Event::ConnectorsExpired { .. }));
                [Event::ClockAdvanced { from, to: now }].into_iter().chain(expired).collect()
            })
        })
    }),
    ("a group of the service can be changed", |oracle, command| {
        let Command::UpdateConnectorGroup(UpdateConnectorGroup { id, .. }) = *command else { return None };
        let real = group(oracle, id)?.connector_group_type.clone();
        group(oracle, id)?.connector_group_type = ConnectorGroupType::ApplicationProxy;
        let result = oracle.apply(command);
        group(oracle, id)?.connector_group_type = real;
        Some(result)
    }),
    ("a new group is always in the tenant's region", |oracle, command| {
        let Command::CreateConnectorGroup(create) = command else { return None };
        Some(oracle.apply(&CreateConnectorGroup { region: None, ..create.clone() }.into()))
    }),
    ("names are unique always", |oracle, command| {
        let rules = oracle.document.rules;
        matches!(command, Command::CreateConnectorGroup(_)).then_some(())?;
        oracle.document.rules.unique_names = true;
        let result = oracle.apply(command);
        oracle.document.rules = rules;
        Some(result)
    }),
    ("two applications may share a URL", |oracle, command| {
        matches!(command, Command::PublishApplication(_)).then_some(())?;
        Some(forgives(oracle, command, "urlInUse"))
    }),
    ("publishing again puts all else back to its default", |oracle, command| {
        let Command::PublishApplication(publish) = command else { return None };
        let before = oracle.document.clone();
        let result = oracle.apply(command);
        let Ok([Event::PublishingUpdated { id, from, .. }]) = result.as_deref() else { return Some(result) };
        let (id, from) = (*id, from.clone());
        let to = Box::new(OnPremisesPublishing::default().merged(&publish.on_premises_publishing));
        oracle.document = before;
        oracle.document.applications.iter_mut().find(|one| one.id == id)?.on_premises_publishing = Some(to.clone());
        Some(Ok(vec![Event::PublishingUpdated { id, from, to }]))
    }),
    ("a sentinel is a region like any other", |oracle, command| {
        matches!(command, Command::UpdateConnectorGroup(_)).then_some(())?;
        Some(forgives(oracle, command, "invalidRegion"))
    }),
];

fn difference(fault: Fault, comparison: Comparison) -> Option<Difference> {
    // A state that no tenant can be in cannot be deleted as a tenant either.
    let weights = Weights::default().with("deleteTenant", 0).unwrap();
    let conformance = Conformance { traces: 500, comparison, weights, ..Conformance::default() };
    conformance.run(|| Faulty { oracle: DirectoryOracle::default(), fault }).err()
}

/// Each is found, in a trace of a handful of commands that shows nothing but the fault.
#[test]
fn every_drift_is_found_in_a_few_commands() {
    for (name, fault) in FAULTS {
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
fn outcomes_alone_show_most_drifts() {
    for comparison in [Comparison::Code, Comparison::Outcome] {
        let found = FAULTS.iter().filter(|(_, fault)| difference(*fault, comparison).is_some()).count();
        assert!(found >= 18, "{comparison:?}: {found}");
    }
}

#[test]
fn the_oracle_conforms() {
    let coverage = Conformance { traces: 40, ..Conformance::default() }.run(DirectoryOracle::default).unwrap();
    assert_eq!(coverage.commands.len(), 22, "{coverage}");
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
