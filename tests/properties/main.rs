//! Laws that hold whatever is asked, in whatever order: over commands that name few ids, so that they meet each other.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::single_match_else,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a test stops where it fails, and has std"
)]

mod diff;
mod equal;
mod history;
mod impact;
#[path = "../oracle/mod.rs"]
mod oracle;
mod returns;
mod steps;

use connector_groups::{
    Command, Directory, DirectoryCommand, Event, Refusal, Selection, Tenant,
    command::{AddApplication, AddConnector, Assignment, CreateApplication, DeleteApplication, Transaction},
    directory::{Answer, DirectoryEvent},
    document::{DirectoryDocument, Document},
    model::{Application, Presence},
    view::ConnectorView,
    workload::Step,
};
use oracle::directory::DirectoryOracle;
use proptest::{prelude::*, sample::select};
use steps::{RULES, TENANT, step, steps, tenant};

fn to_json(tenant: &Tenant) -> String {
    serde_json::to_string(tenant).unwrap()
}

fn reached(rules: usize, path: &[Step]) -> Tenant {
    let mut tenant = tenant(RULES[rules]);
    for step in path {
        _ = tenant.apply(&step.resolve_in(&tenant));
    }
    tenant
}

fn rules() -> impl Strategy<Value = usize> {
    0..RULES.len()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Every invariant after every step, and every count and index as a recount has it.
    #[test]
    fn invariants_hold_after_every_command(rules in rules(), path in steps(0..60)) {
        let mut tenant = tenant(RULES[rules]);
        for step in &path {
            let command = &step.resolve_in(&tenant);
            _ = tenant.apply(command);
            prop_assert_eq!(tenant.audit(), vec![]);
            assert_recount(&tenant);
        }
    }

    /// T4: a refusal changes nothing; events alone lead where the command led, here and through JSON; undo leads back;
    /// an earlier snapshot stays as it was.
    #[test]
    fn events_are_the_whole_change(rules in rules(), path in steps(0..60)) {
        let mut tenant = tenant(RULES[rules]);
        for step in &path {
            let command = &step.resolve_in(&tenant);
            let (before, json) = (tenant.clone(), to_json(&tenant));
            let dry_run = tenant.decide(command);
            prop_assert_eq!(&to_json(&tenant), &json, "a decision reads only");
            let result = tenant.apply(command);
            prop_assert_eq!(&dry_run, &result, "a dry run tells what apply does");
            prop_assert_eq!(&to_json(&before), &json, "a snapshot never changes");
            let Ok(events) = result else {
                prop_assert_eq!(&to_json(&tenant), &json, "a refused command changes nothing");
                continue;
            };
            let text = serde_json::to_string(&events).unwrap();
            let read: Vec<Event> = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&read, &events);
            let mut replayed = before.clone();
            replayed.evolve(&read);
            prop_assert_eq!(to_json(&replayed), to_json(&tenant));
            if events.is_empty() || !matches!(command, Command::Transaction(_)) {
                // A transaction may undo what it did, and still tells of both.
                prop_assert_eq!(events.is_empty(), before == tenant, "no events if and only if nothing changed");
            }
            let mut undone = tenant.clone();
            undone.undo(&events);
            prop_assert_eq!(to_json(&undone), json);
            assert_recount(&undone);
        }
    }

    /// The engine and the naive second implementation: the same answers, events and documents.
    #[test]
    fn the_oracle_says_the_same(path in steps(0..80)) {
        let mut directory = Directory::default();
        let mut oracle = DirectoryOracle::default();
        for step in &path {
            let command = step.resolve(&directory);
            prop_assert_eq!(directory.apply(&command), oracle.apply(&command), "{:?}", command);
            prop_assert_eq!(DirectoryDocument::from(&directory), oracle.document());
        }
    }

    /// Other ids, the same story: no rule looks into an id.
    #[test]
    fn renamed_ids_give_the_same_run_renamed(path in steps(0..60), mask in any::<u16>()) {
        let renamed = |json: &str| rename(json, mask);
        let (mut directory, mut other) = (Directory::default(), Directory::default());
        for step in &path {
            let command = step.resolve(&directory);
            let text = renamed(&serde_json::to_string(&command).unwrap());
            let answer = Answer::from(directory.apply(&command));
            let theirs = Answer::from(other.apply(&serde_json::from_str(&text).unwrap()));
            prop_assert_eq!(renamed(&serde_json::to_string(&answer).unwrap()), serde_json::to_string(&theirs).unwrap());
        }
        let json = |directory: &Directory| serde_json::to_string(directory).unwrap();
        prop_assert_eq!(renamed(&json(&directory)), json(&other));
    }

    /// Undo to any earlier point, step by step.
    #[test]
    fn a_history_is_undone_to_any_point(rules in rules(), path in steps(0..60)) {
        let mut tenant = tenant(RULES[rules]);
        let mut history = Vec::new();
        for step in &path {
            let command = &step.resolve_in(&tenant);
            let before = to_json(&tenant);
            if let Ok(events) = tenant.apply(command) {
                history.push((before, events));
            }
        }
        for (before, events) in history.into_iter().rev() {
            tenant.undo(&events);
            prop_assert_eq!(to_json(&tenant), before);
        }
    }

    /// Saving and loading gives the same bytes, and a tenant that goes on as the first would.
    #[test]
    fn a_document_is_the_whole_state(rules in rules(), path in steps(0..60), rest in steps(0..20)) {
        let mut tenant = reached(rules, &path);
        let mut loaded: Tenant = serde_json::from_str(&to_json(&tenant)).unwrap();
        prop_assert_eq!(&loaded, &tenant);
        prop_assert_eq!(to_json(&loaded), to_json(&tenant));
        for step in &rest {
            let command = &step.resolve_in(&tenant);
            prop_assert_eq!(loaded.apply(command), tenant.apply(command));
        }
        prop_assert_eq!(to_json(&loaded), to_json(&tenant));
    }

    /// A transaction is its commands one after the other, or its first refusal with its place.
    #[test]
    fn a_transaction_equals_its_commands(rules in rules(), path in steps(0..40), inner in steps(0..6)) {
        let before = reached(rules, &path);
        let inner = inner.iter().map(|step| step.resolve_in(&before));
        let inner: Vec<Command> = inner.filter(|command| !matches!(command, Command::Transaction(_))).collect();
        let (mut one_by_one, mut all) = (before.clone(), Vec::new());
        let mut refusal = None;
        for (index, command) in (0..).zip(&inner) {
            match one_by_one.apply(command) {
                Ok(events) => all.extend(events),
                Err(reason) => {
                    refusal = Some(Refusal::Transaction { index, reason: Box::new(reason) });
                    break;
                }
            }
        }
        let mut at_once = before.clone();
        let result = at_once.apply(&Transaction { commands: inner }.into());
        match refusal {
            Some(refusal) => {
                prop_assert_eq!(result, Err(refusal));
                prop_assert_eq!(at_once, before);
            }
            None => {
                prop_assert_eq!(result, Ok(all));
                prop_assert_eq!(at_once, one_by_one);
            }
        }
    }

    /// A bulk command that is accepted does what its entries do one by one, in any order; one that is refused names just
    /// the entries that would be refused alone.
    #[test]
    fn bulk_equals_the_singles(rules in rules(), path in steps(20..60), last in step()) {
        let before = reached(rules, &path);
        let last = bulk_of(last).resolve_in(&before);
        let singles: Vec<Command> = match &last {
            Command::ReassignApplications(bulk) => {
                let Selection::Ids(ids) = &bulk.applications else { return Ok(()) };
                let one = |id: &_| AddApplication { application: *id, connector_group: bulk.connector_group }.into();
                ids.iter().map(one).collect()
            }
            Command::MoveConnectors(bulk) => {
                let Selection::Ids(ids) = &bulk.connectors else { return Ok(()) };
                ids.iter().map(|id| AddConnector { connector: *id, connector_group: bulk.connector_group }.into()).collect()
            }
            Command::AssignApplications(bulk) => {
                let one = |entry: &Assignment| {
                    AddApplication { application: entry.application, connector_group: entry.connector_group }.into()
                };
                bulk.assignments.iter().map(one).collect()
            }
            _ => return Ok(()),
        };
        let mut at_once = before.clone();
        match at_once.apply(&last) {
            Ok(_) => {
                let mut one_by_one = before.clone();
                for single in singles.iter().rev() {
                    prop_assert!(one_by_one.apply(single).is_ok());
                }
                prop_assert_eq!(at_once, one_by_one);
            }
            Err(Refusal::Bulk { refused }) => {
                for (index, single) in (0..).zip(&singles) {
                    let alone = before.decide(single).err();
                    let entry = refused.iter().find(|entry| entry.index == index);
                    prop_assert_eq!(alone.as_ref(), entry.map(|entry| &entry.reason));
                }
            }
            Err(_) => {}
        }
    }

    /// Each command is read back from its JSON as it was, whatever the order of its fields.
    #[test]
    fn a_command_is_its_json(step in step(), turn in any::<prop::sample::Index>()) {
        let line = DirectoryCommand::InTenant { tenant: TENANT, command: step.resolve_in(&tenant(RULES[0])) };
        let text = serde_json::to_string(&line).unwrap();
        prop_assert_eq!(&serde_json::from_str::<DirectoryCommand>(&text).unwrap(), &line);
        let serde_json::Value::Object(fields) = serde_json::from_str(&text).unwrap() else { panic!("no object") };
        let mut fields: Vec<_> = fields.into_iter().collect();
        let places = fields.len();
        fields.rotate_left(turn.index(places));
        let body: Vec<_> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        let turned = format!("{{{}}}", body.join(","));
        prop_assert_eq!(&serde_json::from_str::<DirectoryCommand>(&turned).unwrap(), &line);
    }

    /// Whatever is cut out of a line or put into it, reading it answers, and so does the engine.
    #[test]
    fn no_line_panics(rules in rules(), path in steps(0..20), step in step(), at in any::<prop::sample::Index>(),
        length in 0_usize..20, junk in select(vec!["", "{", "]", "null", "\"", "\\u0000", "1e999", "é", "[[[["])) {
        let mut directory = Directory::default();
        directory.apply(&steps::create_tenant(RULES[rules])).unwrap();
        for step in path {
            _ = directory.apply(&step.resolve(&directory));
        }
        let mut line = serde_json::to_vec(&step.resolve(&directory)).unwrap();
        let start = at.index(line.len());
        let end = (start + length).min(line.len());
        line.splice(start..end, junk.bytes());
        if let Ok(command) = serde_json::from_slice::<DirectoryCommand>(&line) {
            _ = directory.apply(&command);
        }
        prop_assert!(directory.tenants().all(|tenant| tenant.audit().is_empty()));
    }

    /// Tenants do not see each other (T6), and a directory's log replays, undoes and saves like a tenant's.
    #[test]
    fn tenants_are_closed_worlds(path in steps(0..60)) {
        let mut directory = Directory::default();
        let mut log: Vec<(String, Vec<DirectoryEvent>)> = Vec::new();
        for step in path {
            let command = step.resolve(&directory);
            let tenant = match &command {
                DirectoryCommand::CreateTenant(command) => command.id,
                DirectoryCommand::DeleteTenant(command) => command.id,
                DirectoryCommand::InTenant { tenant, .. } => *tenant,
                other => unreachable!("{other:?} is about no tenant"),
            };
            let before = directory.clone();
            let json = serde_json::to_string(&directory).unwrap();
            match directory.apply(&command) {
                Ok(events) => log.push((json, events)),
                Err(_) => prop_assert_eq!(serde_json::to_string(&directory).unwrap(), json),
            }
            for other in before.tenants().filter(|other| other.id() != tenant) {
                prop_assert_eq!(directory.tenant(other.id()), Some(other));
            }
        }
        let json = serde_json::to_string(&directory).unwrap();
        let loaded: Directory = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&loaded, &directory);
        prop_assert_eq!(serde_json::to_string(&DirectoryDocument::from(&loaded)).unwrap(), json);
        let mut replayed = Directory::default();
        for (_, events) in &log {
            let text = serde_json::to_string(events).unwrap();
            replayed.evolve(&serde_json::from_str::<Vec<DirectoryEvent>>(&text).unwrap());
        }
        prop_assert_eq!(&replayed, &directory);
        for (before, events) in log.iter().rev() {
            replayed.undo(events);
            prop_assert_eq!(&serde_json::to_string(&replayed).unwrap(), before);
        }
    }

    /// The choice of a route is stable, stays in the group, and moves only for the requests of the connector that went.
    #[test]
    fn a_route_moves_only_where_it_must(path in steps(20..60), keys in prop::collection::vec(any::<[u8; 8]>(), 1..20)) {
        let before = reached(0, &path);
        for connector in before.connectors().filter(|connector| connector.is_active()) {
            let mut after = before.clone();
            let status = Some(connector_groups::model::ConnectorStatus::Inactive);
            let report = connector_groups::command::ReportConnector { id: connector.id(), status, external_ip: None, version: None };
            after.apply(&report.into()).unwrap();
            for (application, key) in before.applications().flat_map(|application| keys.iter().map(move |key| (application, key))) {
                let route = application.route(key);
                prop_assert_eq!(route, application.route(key));
                prop_assert!(route.is_none_or(|to| to.is_active() && Some(to.connector_group()) == application.connector_group()));
                let now = after.application(application.id()).unwrap().route(key);
                if route == Some(connector) {
                    prop_assert!(now.is_none_or(|to| to.id() != connector.id()));
                } else {
                    prop_assert_eq!(route.map(ConnectorView::id), now.map(ConnectorView::id));
                }
            }
        }
    }
}

/// Each of the generator's ids with its number masked: another id, and no two the same. The ids of different kinds differ
/// in their first digits.
fn rename(json: &str, mask: u16) -> String {
    let parts = json.split("-8000-").enumerate().map(|(at, part)| {
        let Some((number, rest)) = part.split_at_checked(12).filter(|_| at > 0) else { return part.to_string() };
        let number = u64::from_str_radix(number, 16).unwrap() ^ u64::from(mask);
        format!("{number:012x}{rest}")
    });
    parts.collect::<Vec<_>>().join("-8000-")
}

/// A step as one of the three bulk commands.
fn bulk_of(step: Step) -> Step {
    Step { verb: 12 + step.verb % 3, ..step }
}

/// The choice between connectors is uniform over keys: chi-square, at a level that chance reaches once in ten thousand.
#[test]
fn a_route_is_uniform() {
    for (connectors, critical) in [(2_u32, 15.14), (3, 18.42), (5, 23.51), (8, 29.88)] {
        let mut tenant = tenant(RULES[0]);
        for number in 3..connectors {
            let id = connector_groups::ConnectorId::from_u128(number.into());
            let (machine_name, external_ip, version) = ("h".into(), "192.0.2.1".into(), "1".into());
            let command = connector_groups::command::RegisterConnector { id, machine_name, external_ip, version };
            tenant.apply(&command.into()).unwrap();
        }
        let inactive: Vec<_> =
            tenant.connectors().skip(connectors.try_into().unwrap()).map(ConnectorView::id).collect();
        for id in inactive {
            let status = Some(connector_groups::model::ConnectorStatus::Inactive);
            let report = connector_groups::command::ReportConnector { id, status, external_ip: None, version: None };
            tenant.apply(&report.into()).unwrap();
        }
        for application in tenant.applications() {
            let mut counts = std::collections::BTreeMap::new();
            for key in 0..40_000_u32 {
                let chosen = application.route(&key.to_le_bytes()).unwrap();
                *counts.entry(chosen.id()).or_insert(0_u32) += 1;
            }
            let expected = 40_000.0 / f64::from(connectors);
            let chi_square: f64 = counts.values().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
            assert_eq!(counts.len(), usize::try_from(connectors).unwrap());
            assert!(chi_square < critical, "{connectors} connectors: {chi_square}");
        }
    }
}

/// Every count and every way to find a thing, against a walk over all there is.
fn assert_recount(tenant: &Tenant) {
    for group in tenant.connector_groups() {
        let members: Vec<_> = tenant.connectors().filter(|connector| connector.connector_group() == group).collect();
        assert!(group.members().eq(members.iter().copied()), "members in creation order");
        assert_eq!(usize::try_from(group.connectors_count()).unwrap(), members.len());
        let active = members.iter().filter(|connector| connector.presence() == Presence::Active).count();
        assert_eq!(usize::try_from(group.active_connectors_count()).unwrap(), active);
        let applications = tenant.applications().filter(|application| application.connector_group() == Some(group));
        assert!(group.applications().eq(applications));
        assert_eq!(usize::try_from(group.applications_count()).unwrap(), group.applications().count());
        assert_eq!(tenant.connector_group(group.id()), Some(group));
        assert!(tenant.connector_groups_by_name(group.name().as_str()).any(|named| named == group));
    }
    assert!(tenant.default_connector_group().is_default());
    assert_eq!(tenant.connector_groups().count(), tenant.connector_groups_count());
    assert_eq!(tenant.connectors().count(), tenant.connectors_count());
    assert_eq!(tenant.applications().count(), tenant.applications_count());
    assert!(tenant.connectors().all(|connector| tenant.connector(connector.id()) == Some(connector)));
    for application in tenant.applications() {
        assert_eq!(tenant.application(application.id()), Some(application));
        assert_eq!(tenant.application_by_app_id(application.app_id()), Some(application));
        if let Some(publishing) = application.on_premises_publishing() {
            let by_internal = publishing.internal_url.and_then(|url| tenant.application_by_internal_url(&url));
            assert!(by_internal.is_none_or(|found| found == application));
            let by_external = publishing.external_url.and_then(|url| tenant.application_by_external_url(&url));
            assert!(by_external.is_none_or(|found| found == application));
        }
    }
}

/// Deletions past the point where the store squeezes its columns, undone past it again: order and all come back.
#[test]
fn a_long_history_of_deletions_comes_back() {
    let mut tenant = tenant(RULES[0]);
    let id = |number: u128| connector_groups::ApplicationId::from_u128(1_000 + number);
    for number in 0..3_000 {
        let app_id = connector_groups::AppId::from_u128(1_000 + number);
        tenant
            .apply(&CreateApplication { id: id(number), app_id, display_name: "a".into(), properties: None }.into())
            .unwrap();
    }
    let before = Document::from(&tenant);
    let mut history = Vec::new();
    for number in (0..3_000_u128).filter(|number| number % 7 != 0) {
        history.push(tenant.apply(&DeleteApplication { id: id(number * 11 % 3_000) }.into()).unwrap_or_default());
    }
    let kept: Vec<Application> = tenant.applications().map(Application::from).collect();
    assert!(kept.is_sorted_by_key(|application| application.id), "creation order is kept");
    assert_recount(&tenant);
    for events in history.iter().rev() {
        tenant.undo(events);
    }
    assert_eq!(Document::from(&tenant), before);
    assert_recount(&tenant);
}
