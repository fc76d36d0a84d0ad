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

mod commands;
#[path = "../oracle/mod.rs"]
mod oracle;

use commands::{RULES, command, commands, singles, tenant};
use connector_groups::{
    AddApplication, AddConnector, Application, ApplicationView, Assignment, AvailabilityChange, Command, ConnectorView,
    CreateApplication, DeleteApplication, Directory, DirectoryCommand, DirectoryDocument, DirectoryEvent, Document,
    Event, Presence, Refusal, Selection, Tenant, Transaction,
};
use proptest::{prelude::*, sample::select};

fn to_json(tenant: &Tenant) -> String {
    serde_json::to_string(tenant).unwrap()
}

fn reached(rules: usize, path: &[Command]) -> Tenant {
    let mut tenant = tenant(RULES[rules]);
    for command in path {
        _ = tenant.apply(command);
    }
    tenant
}

fn rules() -> impl Strategy<Value = usize> {
    0..RULES.len()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Every invariant after every step (contract §2), and every count and index as a recount has it.
    #[test]
    fn invariants_hold_after_every_command(rules in rules(), path in commands(0..60)) {
        let mut tenant = tenant(RULES[rules]);
        for command in &path {
            _ = tenant.apply(command);
            prop_assert_eq!(tenant.audit(), vec![]);
            assert_recount(&tenant);
        }
    }

    /// T4: a refusal changes nothing; events alone lead where the command led, here and through JSON; undo leads back;
    /// an earlier snapshot stays as it was.
    #[test]
    fn events_are_the_whole_change(rules in rules(), path in commands(0..60)) {
        let mut tenant = tenant(RULES[rules]);
        for command in &path {
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

    /// The engine and the naive second implementation of the contract: the same answers, events and documents.
    #[test]
    fn the_oracle_says_the_same(rules in rules(), path in commands(0..80)) {
        let mut tenant = tenant(RULES[rules]);
        let mut oracle = oracle::Oracle { document: Document::from(&tenant) };
        for command in &path {
            prop_assert_eq!(tenant.apply(command), oracle.apply(command), "{:?}", command);
            prop_assert_eq!(&Document::from(&tenant), &oracle.document);
        }
    }

    /// Undo to any earlier point, step by step.
    #[test]
    fn a_history_is_undone_to_any_point(rules in rules(), path in commands(0..60)) {
        let mut tenant = tenant(RULES[rules]);
        let mut history = Vec::new();
        for command in &path {
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
    fn a_document_is_the_whole_state(rules in rules(), path in commands(0..60), rest in commands(0..20)) {
        let mut tenant = reached(rules, &path);
        let mut loaded: Tenant = serde_json::from_str(&to_json(&tenant)).unwrap();
        prop_assert_eq!(&loaded, &tenant);
        prop_assert_eq!(to_json(&loaded), to_json(&tenant));
        for command in &rest {
            prop_assert_eq!(loaded.apply(command), tenant.apply(command));
        }
        prop_assert_eq!(to_json(&loaded), to_json(&tenant));
    }

    /// A transaction is its commands one after the other, or its first refusal with its place.
    #[test]
    fn a_transaction_equals_its_commands(rules in rules(), path in commands(0..40), inner in singles(0..6)) {
        let before = reached(rules, &path);
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
    fn bulk_equals_the_singles(rules in rules(), path in commands(20..60), last in command()) {
        let before = reached(rules, &path);
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

    /// `impact` is the difference of the availability before and after, and nothing is run for it.
    #[test]
    fn impact_is_what_happens(rules in rules(), path in commands(10..60), last in command()) {
        let before = reached(rules, &path);
        let mut after = before.clone();
        let impact = before.impact(&last);
        let result = after.apply(&last);
        let Ok(impact) = impact else {
            prop_assert_eq!(impact.err(), result.err());
            return Ok(());
        };
        let (mut expected, mut seen) = (Vec::new(), std::collections::BTreeSet::new());
        for application in before.applications().chain(after.applications()).map(ApplicationView::id) {
            let availability = |tenant: &Tenant| tenant.application(application).and_then(ApplicationView::availability);
            let change = AvailabilityChange { application, before: availability(&before), after: availability(&after) };
            if seen.insert(application) && change.before != change.after {
                expected.push(change);
            }
        }
        prop_assert_eq!(impact.applications, expected);
    }

    /// Each command is read back from its JSON as it was, whatever the order of its fields.
    #[test]
    fn a_command_is_its_json(command in command(), turn in any::<prop::sample::Index>()) {
        let line = DirectoryCommand::InTenant { tenant: commands::TENANT, command };
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
    fn no_line_panics(rules in rules(), path in commands(0..20), command in command(), at in any::<prop::sample::Index>(),
        length in 0_usize..20, junk in select(vec!["", "{", "]", "null", "\"", "\\u0000", "1e999", "é", "[[[["])) {
        let mut directory = Directory::default();
        directory.apply(&commands::create_tenant(RULES[rules])).unwrap();
        for command in path {
            _ = directory.apply(&DirectoryCommand::InTenant { tenant: commands::TENANT, command });
        }
        let mut line = serde_json::to_vec(&DirectoryCommand::InTenant { tenant: commands::TENANT, command }).unwrap();
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
    fn tenants_are_closed_worlds(path in prop::collection::vec((0_u128..3, command(), 0_u8..20), 0..60)) {
        let mut directory = Directory::default();
        let mut log: Vec<(String, Vec<DirectoryEvent>)> = Vec::new();
        for (tenant, command, kind) in path {
            let tenant = connector_groups::TenantId::from_u128(tenant);
            let command = match kind {
                0..4 => commands::create_tenant_with_id(tenant),
                4 => DirectoryCommand::DeleteTenant(connector_groups::DeleteTenant { id: tenant }),
                _ => DirectoryCommand::InTenant { tenant, command },
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
    fn a_route_moves_only_where_it_must(path in commands(20..60), keys in prop::collection::vec(any::<[u8; 8]>(), 1..20)) {
        let before = reached(0, &path);
        for connector in before.connectors().filter(|connector| connector.is_active()) {
            let mut after = before.clone();
            let status = Some(connector_groups::ConnectorStatus::Inactive);
            let report = connector_groups::ReportConnector { id: connector.id(), status, external_ip: None, version: None };
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
        tenant.apply(&CreateApplication { id: id(number), app_id, display_name: "a".into() }.into()).unwrap();
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
