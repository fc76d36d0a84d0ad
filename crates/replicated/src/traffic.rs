//! What clients ask: a large tenant to begin with, then generated commands and bulk commands in it.

use std::iter;

use connector_groups::{
    AppId, ApplicationId, Command, ConnectorGroupId, ConnectorId, Directory, DirectoryCommand, Selection, TenantId,
    Timestamp,
    command::{
        AssignApplications, Assignment, CreateApplication, CreateConnectorGroup, CreateTenant, DefaultConnectorGroup,
        DeleteTenant, PublishApplication, ReassignApplications, RegisterConnector, Transaction, UpdateConnectorGroup,
    },
    view::{ApplicationView, ConnectorGroupView},
    workload::Workload,
};
use rand::{
    Rng,
    rngs::StdRng,
    seq::{IteratorRandom, SliceRandom},
};

const GROUPS: u128 = 6;
/// Applications made in one transaction.
const BATCH: usize = 500;
/// One command in so many is a bulk command in the large tenant.
const BULKS: u32 = 6;

/// The large tenant.
pub(crate) const LARGE: TenantId = TenantId::from_u128(0xb16);

pub(crate) fn in_large(command: impl Into<Command>) -> DirectoryCommand {
    DirectoryCommand::InTenant { tenant: LARGE, command: command.into() }
}

pub(crate) const fn group(number: u128) -> ConnectorGroupId {
    ConnectorGroupId::from_u128(0xb16_0000_0000 | number)
}

pub(crate) const fn application(number: u128) -> ApplicationId {
    ApplicationId::from_u128(0xb16_a000_0000 | number)
}

/// Makes the large tenant: some groups, some connectors, and so many published applications.
pub(crate) fn founding(applications: u128) -> impl Iterator<Item = DirectoryCommand> {
    let tenant = DirectoryCommand::CreateTenant(CreateTenant {
        id: LARGE,
        default_region: "eur".into(),
        now: Timestamp::UNIX_EPOCH,
        default_connector_group: DefaultConnectorGroup { id: group(0), name: None },
        rules: None,
    });
    let groups = (1..GROUPS).map(|number| {
        Command::from(CreateConnectorGroup { id: group(number), name: format!("Group {number}").into(), region: None })
    });
    let connectors = (0..GROUPS).map(|number| {
        Command::from(RegisterConnector {
            id: ConnectorId::from_u128(number),
            machine_name: format!("host-{number}").into(),
            external_ip: "192.0.2.1".into(),
            version: "1.5.4287.0".into(),
        })
    });
    let applications: Vec<Command> = (0..applications)
        .flat_map(|number| {
            let id = application(number);
            let display_name = format!("Application {number}").into();
            let create =
                CreateApplication { id, app_id: AppId::from_u128(id.as_u128()), display_name, properties: None };
            [create.into(), PublishApplication { application: id, on_premises_publishing: Box::default() }.into()]
        })
        .collect();
    let first = in_large(Transaction { commands: groups.chain(connectors).collect() });
    let applications: Vec<_> =
        applications.chunks(BATCH).map(|commands| Transaction { commands: commands.into() }).collect();
    iter::once(tenant).chain(iter::once(first)).chain(applications.into_iter().map(in_large))
}

/// A client's commands out of a seed.
pub(crate) struct Traffic {
    workload: Workload,
    chance: StdRng,
}

impl Traffic {
    pub(crate) fn new(seed: u64, chance: StdRng) -> Self {
        Self { workload: Workload::new(seed), chance }
    }

    /// What to ask next, by what the directory was when the client last looked.
    pub(crate) fn next(&mut self, seen: &Directory) -> DirectoryCommand {
        if self.chance.gen_ratio(1, BULKS) {
            return bulk(seen, &mut self.chance);
        }
        let mut command = self.workload.next_command(seen);
        // The large tenant stays, since the bulk commands need it.
        while command == DirectoryCommand::DeleteTenant(DeleteTenant { id: LARGE }) {
            command = self.workload.next_command(seen);
        }
        command
    }
}

/// A bulk command over at least half of the large tenant's applications.
pub(crate) fn bulk(seen: &Directory, chance: &mut StdRng) -> DirectoryCommand {
    let tenant = seen.tenant(LARGE);
    let mut groups = tenant.iter().flat_map(|tenant| tenant.connector_groups()).map(ConnectorGroupView::id);
    let group = groups.by_ref().choose(chance).unwrap_or(group(0));
    let mut ids: Vec<ApplicationId> = tenant
        .iter()
        .flat_map(|tenant| tenant.applications())
        .filter(|application| application.connector_group().is_some())
        .map(ApplicationView::id)
        .collect();
    ids.shuffle(chance);
    // At least half: enough applications that the engine normally takes its path for bulk moves.
    ids.truncate(chance.gen_range(ids.len() / 2..=ids.len()));
    let whole = |applications| ReassignApplications { applications, connector_group: group };
    match chance.gen_range(0..5) {
        0 => in_large(whole(Selection::All)),
        1 => in_large(whole(Selection::Ids(ids))),
        2 => {
            let to =
                |application| Assignment { application, connector_group: self::group(chance.gen_range(0..GROUPS)) };
            in_large(AssignApplications { assignments: ids.into_iter().map(to).collect() })
        }
        3 => in_large(whole(Selection::In(self::group(chance.gen_range(0..GROUPS))))),
        _ => {
            let name = Some(format!("Group {}", chance.gen_range(0..1000)).into());
            let rename = UpdateConnectorGroup { id: group, name, region: None };
            in_large(Transaction { commands: vec![whole(Selection::Ids(ids)).into(), rename.into()] })
        }
    }
}
