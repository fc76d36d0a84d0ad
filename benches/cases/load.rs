//! Loading a document and replaying lines, each beside parsing the same and dropping it.

use core::{cell::RefCell, hash::BuildHasher};
use std::{collections::HashMap, rc::Rc, sync::Arc};

use connector_groups::{
    AppId, ApplicationId, Command, Directory, DirectoryCommand, Tenant, TenantId, Timestamp,
    command::{
        AddApplication, CreateApplication, CreateTenant, DefaultConnectorGroup, PublishApplication, UpdateApplication,
    },
    document::Document,
    model::{Change, PublishingChanges},
};
use foldhash::fast::FixedState;

use super::{
    case::{Case, Contend, Contender, Measure, Once, Reading, floor_of},
    world::World,
};
use crate::peers::{Application, Data, ours::document};

pub fn cases(world: &World, measure: Measure<'_>) {
    let applications = world.data.len();
    let text = Rc::new(serde_json::to_string(&with_urls(&world.data)).unwrap());
    // With the end of the records, which loading cannot leave to anybody either.
    let parse = {
        let text = text.clone();
        floor_of(move || serde_json::from_str::<Document>(&text).unwrap())
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
        vec![Contender::ours(Checked { work: load, check: same }), Contender::floor("floor: parse and drop it", parse)];
    measure(Case { name: "load a document", applications, things: applications, contenders });

    let lines = Rc::new(lines(&world.data));
    let things = u32::try_from(lines.len()).unwrap();
    let parse = {
        let lines = lines.clone();
        Reading::new(move || lines.iter().filter(|line| read(line).name().is_empty()).count(), |_| None)
    };
    let keep = {
        let lines = lines.clone();
        floor_of(move || {
            let mut kept = Kept::default();
            lines.iter().for_each(|line| kept.apply(read(line)));
            assert_eq!(kept.applications.len(), lines.len() / 4, "all are kept");
            kept
        })
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
    let contenders = vec![
        Contender::ours(Checked { work: replay, check }),
        Contender::floor("floor: parse them", parse),
        Contender::floor("floor: parse and keep them", keep),
    ];
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

/// What the commands of [`lines`] say, where it can be found again, and nothing else: no check, no order, no event. URLs are
/// found by their hashes alone.
#[derive(Default)]
struct Kept {
    ids: HashMap<u128, usize, FixedState>,
    app_ids: HashMap<u128, usize, FixedState>,
    internal_urls: HashMap<u64, usize, FixedState>,
    external_urls: HashMap<u64, usize, FixedState>,
    applications: Vec<KeptApplication>,
}

struct KeptApplication {
    name: Arc<str>,
    publishing: Option<Box<PublishingChanges>>,
    group: u128,
}

impl Kept {
    fn apply(&mut self, command: DirectoryCommand) {
        let DirectoryCommand::InTenant { command, .. } = command else { panic!("none of the lines") };
        match command {
            Command::CreateApplication(create) => {
                let number = self.applications.len();
                self.ids.insert(create.id.as_u128(), number);
                self.app_ids.insert(create.app_id.as_u128(), number);
                self.applications.push(KeptApplication { name: create.display_name, publishing: None, group: 0 });
            }
            Command::PublishApplication(publish) => {
                let number = self.ids[&publish.application.as_u128()];
                let changes = publish.on_premises_publishing;
                if let (Change::Set(internal), Change::Set(external)) = (&changes.internal_url, &changes.external_url) {
                    let hash = |url: &str| FixedState::default().hash_one(url);
                    self.internal_urls.insert(hash(internal), number);
                    self.external_urls.insert(hash(external), number);
                }
                let application = &mut self.applications[number];
                (application.publishing, application.group) = (Some(changes), group(0).as_u128());
            }
            Command::UpdateApplication(update) => {
                if let Some(name) = update.display_name {
                    self.applications[self.ids[&update.id.as_u128()]].name = name;
                }
            }
            Command::AddApplication(add) => {
                self.applications[self.ids[&add.application.as_u128()]].group = add.connector_group.as_u128();
            }
            other => panic!("{} is none of the lines", other.name()),
        }
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
