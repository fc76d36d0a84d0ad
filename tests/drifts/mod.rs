//! Faults, each planted into the oracle: the drifts of the service that are known, and what scripts and mocks make of the rest.

mod attachments;

use connector_groups::{
    command::*,
    document::{ConnectorDocument, ConnectorGroupDocument},
    model::{ConnectorGroupType, OnPremisesPublishing},
    *,
};

use super::oracle::Oracle;

/// What a faulty implementation answers where its fault shows; `None` where it answers as it should.
pub(crate) type Fault = fn(&mut Oracle, &Command) -> Option<Result<Vec<Event>, Refusal>>;

/// Every fault with its name.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, Fault)> {
    GROUPS.into_iter().chain(attachments::ATTACHMENTS)
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
const GROUPS: [(&str, Fault); 22] = [
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
        let app_id = before.applications.iter().find(|one| one.id == id)?.app_id;
        let to = Box::new(OnPremisesPublishing::default().merged(&publish.on_premises_publishing, app_id));
        oracle.document = before;
        oracle.document.applications.iter_mut().find(|one| one.id == id)?.on_premises_publishing = Some(to.clone());
        Some(Ok(vec![Event::PublishingUpdated { id, from, to }]))
    }),
    ("a sentinel is a region like any other", |oracle, command| {
        matches!(command, Command::UpdateConnectorGroup(_)).then_some(())?;
        Some(forgives(oracle, command, "invalidRegion"))
    }),
];
