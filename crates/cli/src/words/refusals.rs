//! Why not, in words: what stands in the way, the rule, and what to do.

use connector_groups::{
    AppId, Command, DirectoryCommand, Refusal,
    refusal::{Kind, RefusedEntry, UrlProperty},
};

use super::{
    counts::{count, listed},
    names::{Names, called, quoted},
};

/// Why a command was refused, as one line.
pub(super) fn refusal(names: Names<'_>, asked: &DirectoryCommand, refusal: &Refusal) -> String {
    let command = match asked {
        DirectoryCommand::InTenant { tenant: _, command } => Some(command),
        _ => None,
    };
    sentence(names, command, &target(names, asked), refusal)
}

fn sentence(names: Names<'_>, command: Option<&Command>, target: &str, refusal: &Refusal) -> String {
    match refusal {
        Refusal::Bulk { refused } => bulk(names, command, refused),
        Refusal::Transaction { index, reason } => transaction(names, command, *index, reason),
        // Three things in one order: what stands in the way, the rule by which one can look it up, and what to do.
        other => format!("{} ({}). {}.", why(names, command, target, other), rule(other).0, advice(other)),
    }
}

fn bulk(names: Names<'_>, command: Option<&Command>, refused: &[RefusedEntry]) -> String {
    let entry = |one: &RefusedEntry| {
        // From 1, as a person counts the entries of a list; the JSON counts from 0.
        let number = u64::from(one.index).saturating_add(1);
        // Without a target: each reason for which an entry is refused names its thing.
        format!("entry {number}: {} ({})", why(names, command, "", &one.reason), rule(&one.reason).0)
    };
    let entries = listed(refused.iter().map(entry), refused.len(), "; ");
    let verb = if refused.len() == 1 { "is" } else { "are" };
    let number = count(refused.len(), "entry");
    format!(
        "{number} of the list {verb} refused, and with them the whole command (T4): {entries}. Take them out, or mend them."
    )
}

fn transaction(names: Names<'_>, command: Option<&Command>, index: u32, reason: &Refusal) -> String {
    let commands = match command {
        // The refusal has the place of a command, and the command itself is in what was asked.
        Some(Command::Transaction(transaction)) => &*transaction.commands,
        _ => &[],
    };
    let refused = usize::try_from(index).ok().and_then(|index| commands.get(index));
    let name = refused.map_or("", Command::name);
    let target = refused.map(|command| target_of(names, command)).unwrap_or_default();
    let reason = sentence(names, refused, &target, reason);
    let number = u64::from(index).saturating_add(1);
    format!(
        "command {number} of {} ({name}) is refused, and with it the whole transaction (T4): {reason}",
        commands.len()
    )
}

/// The thing that a command is about, for answers that name none.
pub(super) fn target(names: Names<'_>, asked: &DirectoryCommand) -> String {
    match asked {
        DirectoryCommand::CreateTenant(command) => format!("tenant {}", command.id),
        DirectoryCommand::DeleteTenant(command) => format!("tenant {}", command.id),
        DirectoryCommand::InTenant { tenant: _, command } => target_of(names, command),
        other => other.to_string(),
    }
}

fn target_of(names: Names<'_>, command: &Command) -> String {
    match command {
        Command::CreateConnectorGroup(command) => called("connector group", Some(command.name.as_str()), command.id),
        Command::ProvisionConnectorGroup(command) => called("connector group", Some(command.name.as_str()), command.id),
        Command::UpdateConnectorGroup(command) => names.group(command.id),
        Command::PublishApplication(command) => names.application(command.application),
        Command::ReassignApplications(command) => names.group(command.connector_group),
        Command::MoveConnectors(command) => names.group(command.connector_group),
        Command::DeleteConnectorGroup(command) => names.group(command.id),
        Command::AddConnector(command) => names.connector(command.connector),
        Command::RemoveConnector(command) => names.connector(command.connector),
        Command::ReportConnector(command) => names.connector(command.id),
        Command::UpdateApplication(command) => names.application(command.id),
        Command::UnpublishApplication(command) => names.application(command.application),
        Command::AddApplication(command) => names.application(command.application),
        Command::RemoveApplication(command) => names.application(command.application),
        other => String::from(other.name()),
    }
}

/// What stands in the way.
fn why(names: Names<'_>, command: Option<&Command>, target: &str, refusal: &Refusal) -> String {
    match refusal {
        Refusal::TenantNotFound { id } => format!("there is no tenant {id}"),
        Refusal::BlankName => format!("the name for {target} is blank"),
        Refusal::InvalidRegion { region } => format!("{} is no region for {target}", quoted(region)),
        Refusal::InvalidUrl { property } => format!(
            "the {property} {}for {target} is neither an absolute http or https URL with a domain name as host nor api:// and the application's own appId",
            url(command, *property)
        ),
        Refusal::ReadOnlyProperty { property } => format!("{property} of {target} is set by the service alone"),
        Refusal::DuplicateReference { id } => format!("{} is named twice in the list", names.any(*id)),
        Refusal::NestedTransaction => String::from("there is a transaction within the transaction"),
        Refusal::ClockMovedBack { from, to } => format!("the tenant's time is {from}, which is after {to}"),
        Refusal::ConnectorNotFound { id } => format!("there is no connector {id} in this tenant"),
        Refusal::ApplicationNotFound { id } => format!("there is no application {id} in this tenant"),
        Refusal::ConnectorGroupNotFound { id } => format!("there is no connector group {id} in this tenant"),
        Refusal::AlreadyExists { kind, id } => already(names, *kind, &id.to_string()),
        Refusal::GroupReadOnly { connector_group, connector_group_type } => {
            format!("{} of type {connector_group_type} belongs to the service", names.group(*connector_group))
        }
        Refusal::GroupIsDefault { connector_group } => {
            format!("{} is the tenant's default group", names.group(*connector_group))
        }
        Refusal::ApplicationNotPublished { id } => format!("{} is not published", names.application(*id)),
        Refusal::AlreadyInDefault { id } => format!("{} is in the default connector group already", names.any(*id)),
        Refusal::DuplicateName { connector_group } => {
            format!("{} has this name, and the tenant's names are unique", names.group(*connector_group))
        }
        Refusal::RegionLocked { connector_group, connectors, applications }
        | Refusal::GroupNotEmpty { connector_group, connectors, applications } => {
            format!("{} has {}", names.group(*connector_group), contents(*connectors, *applications))
        }
        Refusal::ConnectorRegionLocked { connector, from, to } => {
            format!("{} is in region {from}, and cannot go to region {to}", names.connector(*connector))
        }
        Refusal::UrlInUse { property, application } => {
            format!("the {property} {}is that of {}", url(command, *property), names.application(*application))
        }
        // The engine's own words, with ids: those of what is named by its id alone, and of a later engine.
        other => other.to_string(),
    }
}

/// The URL that the command asks for, where it is known.
fn url(command: Option<&Command>, property: UrlProperty) -> String {
    // A refusal tells which URL is wrong and not what it is. In a transaction, this is the command within it.
    let Some(Command::PublishApplication(command)) = command else { return String::new() };
    let asked = &command.on_premises_publishing;
    let url = match property {
        UrlProperty::InternalUrl => asked.internal_url.value(),
        UrlProperty::ExternalUrl => asked.external_url.value(),
    };
    url.map(|url| quoted(url) + " ").unwrap_or_default()
}

fn already(names: Names<'_>, kind: Kind, id: &str) -> String {
    let thing = match kind {
        Kind::Tenant => format!("tenant {id}"),
        Kind::ConnectorGroup => id.parse().map_or_else(|_| id.into(), |id| names.group(id)),
        Kind::Connector => id.parse().map_or_else(|_| id.into(), |id| names.connector(id)),
        Kind::Application => {
            let Ok(id) = id.parse() else { return format!("there is {id} already") };
            // The taken id may be the `appId`: then the application that has it has another id.
            let by_app_id = names.tenant.filter(|tenant| tenant.application(id).is_none());
            let has_it = by_app_id.and_then(|tenant| tenant.application_by_app_id(AppId::from_u128(id.as_u128())));
            match has_it {
                Some(holder) => return format!("{} has the appId {id}", names.application(holder.id())),
                None => names.application(id),
            }
        }
        Kind::ServicePrincipal => format!("service principal {id}"),
        Kind::ApplicationSegment => format!("segment {id}"),
        other => format!("{} {id}", other.as_str()),
    };
    format!("there is {thing} already")
}

fn contents(connectors: u32, applications: u32) -> String {
    let counted = |number: u32, noun| count(usize::try_from(number).unwrap_or(usize::MAX), noun);
    format!("{} and {}", counted(connectors, "connector"), counted(applications, "application"))
}

/// The rule behind a refusal: its number in the document of rules, and what it says here.
pub(crate) const fn rule(refusal: &Refusal) -> (&'static str, &'static str) {
    match refusal {
        Refusal::TenantNotFound { .. } => ("R-70", "a tenant is there before it is used"),
        Refusal::BlankName => ("R-45", "a group has a name that is not blank"),
        Refusal::InvalidRegion { .. } => ("R-33", "a region is a name, and not the sentinel"),
        Refusal::InvalidUrl { .. } => {
            ("R-50, R-74", "a URL is absolute with a domain name, or api:// and the own appId")
        }
        Refusal::InvalidSegment { .. } => ("R-51", "a segment has a host of its type, protocols and ports"),
        Refusal::ReadOnlyProperty { .. } => ("R-73, C-14", "the system sets this property"),
        Refusal::DuplicateReference { .. } => ("T4", "a list names each thing once"),
        Refusal::ClockMovedBack { .. } => ("I7", "time does not run backwards"),
        Refusal::ConnectorNotFound { .. } => ("R-18", "a connector is there before it is used"),
        Refusal::ApplicationNotFound { .. } => ("R-70", "an application is there before it is used"),
        Refusal::ServicePrincipalNotFound { .. } => ("R-70", "a service principal is there before it is used"),
        Refusal::ApplicationSegmentNotFound { .. } => ("R-70", "a segment is there before it is used"),
        Refusal::ConnectorGroupNotFound { .. } => ("R-42", "a group is there before it is used"),
        Refusal::AlreadyExists { .. } => ("I4", "an id is given once"),
        Refusal::GroupReadOnly { .. } => ("R-49", "administrators change groups of type applicationProxy only"),
        Refusal::GroupIsDefault { .. } => ("R-4", "the default group cannot be deleted"),
        Refusal::ApplicationNotPublished { .. } => ("R-24", "only a published application has a group"),
        Refusal::AlreadyInDefault { .. } => ("R-14, R-23", "from the default group there is nowhere to go back to"),
        Refusal::DuplicateName { .. } => ("R-46", "in this tenant a name is given once"),
        Refusal::RegionLocked { .. } => ("R-30", "a region changes only while the group is empty"),
        Refusal::GroupNotEmpty { .. } => ("R-40", "a group is deleted only while it is empty"),
        Refusal::ConnectorRegionLocked { .. } => ("R-16", "in this tenant connectors stay in their region"),
        Refusal::UrlInUse { .. } => ("R-50", "no two published applications have the same URL"),
        Refusal::ServicePrincipalExists { .. } => ("C-15", "an application has one service principal at most"),
        Refusal::SegmentInUse { .. } => ("R-51", "no two segments of a tenant overlap"),
        // Nested transactions, bulk commands and transactions.
        _ => ("T4", "a list or a transaction is done whole or not at all, and has no transaction in it"),
    }
}

/// What to do about a refusal: a sentence without its full stop.
const fn advice(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::TenantNotFound { .. } => "Create the tenant first, or mend the id",
        Refusal::BlankName => "Give a name that is more than white space",
        Refusal::InvalidRegion { .. } => "Name a region of the service, such as nam, eur, aus, asia or ind",
        Refusal::InvalidUrl { .. } => "Write it as https://host.example.com/",
        Refusal::ReadOnlyProperty { .. } => "Leave the property out",
        Refusal::DuplicateReference { .. } => "Name it once",
        Refusal::NestedTransaction => "Put its commands into the outer one",
        Refusal::ClockMovedBack { .. } => "Give a time that is not before the tenant's",
        Refusal::ConnectorNotFound { .. } => {
            "Mend the id, or register the connector: one that was inactive for ten days is removed"
        }
        Refusal::ApplicationNotFound { .. } => "Mend the id, or create the application first",
        Refusal::ServicePrincipalNotFound { .. } => "Mend the id, or create the service principal first",
        Refusal::ApplicationSegmentNotFound { .. } => "Mend the id, or add the segment first",
        Refusal::ConnectorGroupNotFound { .. } => "Mend the id, or create the connector group first",
        Refusal::AlreadyExists { .. } => "Take another id, or change what is there",
        Refusal::GroupReadOnly { .. } => "Take a group of type applicationProxy",
        Refusal::GroupIsDefault { .. } => "Keep it: it can be renamed, and everything can be moved out of it",
        Refusal::ApplicationNotPublished { .. } => "Publish it first",
        Refusal::AlreadyInDefault { .. } => "To move it, add it to another group",
        Refusal::DuplicateName { .. } => "Take another name",
        Refusal::RegionLocked { .. } => {
            "A region changes only while the group is empty: move them to another group, change the region, move them back"
        }
        Refusal::GroupNotEmpty { .. } => "Nothing is deleted with a group: move them to another group first",
        Refusal::ConnectorRegionLocked { .. } => "Move it to the default group first",
        Refusal::UrlInUse { .. } => "Take another URL, or unpublish that application",
        Refusal::InvalidSegment { .. } => "Mend the host, protocol or ports",
        Refusal::ServicePrincipalExists { .. } => "Change the one that it has",
        Refusal::SegmentInUse { .. } => "Take another host, protocol or port, or remove that segment",
        _ => "Mend the command",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use connector_groups::{ApplicationId, Tenant, command::CreateApplication};

    use super::*;

    /// Also where what is taken is the `appId`.
    #[test]
    fn whoever_has_a_taken_id_is_named() {
        let mut tenant: Tenant = serde_json::from_str(
            r#"{"id":"7e000000-0000-4000-8000-000000000001","defaultRegion":"eur","now":"2026-03-02T08:00:00Z",
                "rules":{"uniqueNames":false,"regionalConnectorMoves":false},"connectors":[],"applications":[],
                "connectorGroups":[{"id":"9d000000-0000-4000-8000-000000000001","name":"Default",
                "connectorGroupType":"applicationProxy","isDefault":true,"region":"eur"}]}"#,
        )
        .unwrap();
        let mut refused = |id, app_id| {
            let (id, app_id) = (ApplicationId::from_u128(id), AppId::from_u128(app_id));
            let create = CreateApplication { id, app_id, display_name: "Payroll".into(), properties: None };
            let Refusal::AlreadyExists { kind, id } = tenant.apply(&create.into()).err()? else { return None };
            Some(already(Names { tenant: Some(&tenant), events: &[] }, kind, &id.to_string()))
        };
        assert_eq!(refused(1, 2), None);
        let holder = format!("application \"Payroll\" ({})", ApplicationId::from_u128(1));
        assert_eq!(refused(1, 3), Some(format!("there is {holder} already")));
        assert_eq!(refused(3, 2), Some(format!("{holder} has the appId {}", AppId::from_u128(2))));
    }
}
