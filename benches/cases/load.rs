//! Loading a document and replaying lines, each beside parsing the same and dropping it.

use core::cell::RefCell;
use std::rc::Rc;

use connector_groups::{
    AppId, ApplicationId, Command, Directory, DirectoryCommand, Tenant, TenantId, Timestamp,
    command::{
        AddApplication, CreateApplication, CreateTenant, DefaultConnectorGroup, PublishApplication, UpdateApplication,
    },
    document::Document,
    model::{Change, PublishingChanges},
};

use super::{
    case::{Case, Contend, Contender, Measure, Once, Reading},
    world::World,
};
use crate::peers::{Application, Data, ours::document};

pub fn cases(world: &World, measure: Measure<'_>) {
    let applications = world.data.len();
    let text = Rc::new(serde_json::to_string(&with_urls(&world.data)).unwrap());
    let parse = {
        let text = text.clone();
        Once::new(|| (), move |()| serde_json::from_str::<Document>(&text).unwrap())
    };
    let load = {
        let text = text.clone();
        Once::new(|| (), move |()| serde_json::from_str::<Tenant>(&text).unwrap())
    };
    let same = move || {
        let tenant: Tenant = serde_json::from_str(&text).unwrap();
        assert!(serde_json::to_string(&tenant).unwrap() == *text, "not the document that it was");
    };
    let contenders =
        vec![Contender::ours(Checked { work: load, check: same }), Contender::floor("floor: parse it", parse)];
    measure(Case { name: "load a document", applications, things: applications, contenders });

    let lines = Rc::new(lines(&world.data));
    let things = u32::try_from(lines.len()).unwrap();
    let parse = {
        let lines = lines.clone();
        Reading::new(move || lines.iter().filter(|line| read(line).name().is_empty()).count(), |_| None)
    };
    let directory = Rc::new(start());
    let replay = {
        let (directory, lines) = (directory.clone(), lines.clone());
        // A clone shares all with what it was made of, which is next to nothing.
        Once::new(move || Directory::clone(&directory), move |directory| apply_all(directory, &lines))
    };
    let replayed = RefCell::new(Directory::clone(&directory));
    let check = move || {
        let directory = &mut *replayed.borrow_mut();
        apply_all(directory, &lines);
        let published = directory.tenants().map(|tenant| tenant.default_connector_group().applications_count());
        assert_eq!(published.sum::<u32>(), applications / 8, "every other one is in another group");
    };
    let contenders =
        vec![Contender::ours(Checked { work: replay, check }), Contender::floor("floor: parse them", parse)];
    measure(Case { name: "replay lines", applications, things, contenders });
}

fn internal_url(number: u32) -> String {
    format!("https://application{number}.contoso.local/")
}

fn external_url(number: u32) -> String {
    format!("https://application{number}.contoso.com/")
}

fn with_urls(data: &Data) -> Document {
    let mut document = document(data);
    for (number, application) in (0..).zip(&mut document.applications) {
        if let Some(publishing) = &mut application.on_premises_publishing {
            publishing.internal_url = Some(internal_url(number).into());
            publishing.external_url = Some(external_url(number).into());
        }
    }
    document
}

const TENANT: TenantId = TenantId::from_u128(0x7e);

/// A tenant with its default group and one more.
fn start() -> Directory {
    let mut directory = Directory::default();
    let create = CreateTenant {
        id: TENANT,
        default_region: "eur".into(),
        now: Timestamp::UNIX_EPOCH,
        default_connector_group: DefaultConnectorGroup { id: group(0), name: None },
        rules: None,
    };
    let other = connector_groups::command::CreateConnectorGroup { id: group(1), name: "Other".into(), region: None };
    for command in [DirectoryCommand::CreateTenant(create), in_tenant(other)] {
        directory.apply(&command).expect("accepted");
    }
    directory
}

const fn group(number: u128) -> connector_groups::ConnectorGroupId {
    connector_groups::ConnectorGroupId::from_u128(0x9d00 + number)
}

fn in_tenant(command: impl Into<Command>) -> DirectoryCommand {
    DirectoryCommand::InTenant { tenant: TENANT, command: command.into() }
}

/// Four lines for every fourth application: it is created, published, renamed, and every other one assigned to a group, the
/// others to the one where they are.
fn lines(data: &Data) -> Vec<String> {
    let four = |(number, application): (u32, &Application)| {
        let id = ApplicationId::from_u128(application.id);
        let changes = PublishingChanges {
            internal_url: Change::Set(internal_url(number).into()),
            external_url: Change::Set(external_url(number).into()),
            ..PublishingChanges::default()
        };
        let app_id = AppId::from_u128(application.app_id);
        let to = group(u128::from(number / 4 % 2));
        [
            in_tenant(CreateApplication {
                id,
                app_id,
                display_name: application.name.as_str().into(),
                properties: None,
            }),
            in_tenant(PublishApplication { application: id, on_premises_publishing: Box::new(changes) }),
            in_tenant(UpdateApplication { id, display_name: Some("Renamed".into()), properties: None }),
            in_tenant(AddApplication { application: id, connector_group: to }),
        ]
    };
    let some = (0..).zip(&data.applications).step_by(4);
    some.flat_map(four).map(|command| serde_json::to_string(&command).unwrap()).collect()
}

fn read(line: &str) -> DirectoryCommand {
    serde_json::from_str(line).expect("a command")
}

fn apply_all(directory: &mut Directory, lines: &[String]) {
    for line in lines {
        directory.apply(&read(line)).expect("accepted");
    }
}

/// Work with a check of its own, as no peer does it.
struct Checked<W, C> {
    work: W,
    check: C,
}

impl<W: Contend, C: FnMut()> Contend for Checked<W, C> {
    fn run(&mut self, times: u32) -> core::time::Duration {
        self.work.run(times)
    }

    fn outcome(&mut self) -> Option<Vec<u32>> {
        (self.check)();
        None
    }
}
