//! Loading a document and replaying lines, each beside parsing the same, and the lines also beside checking what they say and
//! keeping it in hash maps.

use core::{cell::RefCell, hash::BuildHasher, hint::black_box};
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
        Once::new(Kept::default, move |kept| {
            for_each(&lines, |command| _ = black_box(kept.apply(&command).expect("accepted")));
            assert_eq!(kept.applications.len(), lines.len() / 4, "all are kept");
        })
    };
    let directory = Rc::new(start());
    let replay = {
        let (directory, lines) = (directory.clone(), lines.clone());
        // A clone shares all with what it was made of, which is next to nothing.
        Once::new(move || Directory::clone(&directory), move |directory| apply_all(directory, &lines))
    };
    let replayed = RefCell::new(Directory::clone(&directory));
    let is_replayed = move || {
        let directory = &mut *replayed.borrow_mut();
        apply_all(directory, &lines);
        let published = directory.tenants().map(|tenant| tenant.default_connector_group().applications_count());
        assert_eq!(published.sum::<u32>(), applications / 8, "every other one is in another group");
    };
    let contenders = vec![
        Contender::ours(Checked { work: replay, check: is_replayed }),
        Contender::floor("floor: parse them", parse),
        Contender::floor("floor: parse, check and keep them", keep),
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

/// As many lines as the program reads before it applies them.
const AT_ONCE: usize = 64;

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

/// As the program does it: some dozens of lines are read before the first of them is applied.
fn for_each(lines: &[String], mut apply: impl FnMut(DirectoryCommand)) {
    let mut piece = Vec::with_capacity(AT_ONCE);
    for lines in lines.chunks(AT_ONCE) {
        piece.extend(lines.iter().map(|line| read(line)));
        piece.drain(..).for_each(&mut apply);
    }
}

fn apply_all(directory: &mut Directory, lines: &[String]) {
    for_each(lines, |command| {
        let DirectoryCommand::InTenant { tenant, command } = command else { panic!("none of the lines") };
        // The events of the tenant, as those of the floor are, and not of the directory.
        black_box(directory.apply_in(tenant, &command).expect("accepted"));
    });
}

/// What the commands of [`lines`] say, where it can be found again, checked, and with what has happened: no order, no
/// snapshot, and URLs are found by their hashes alone.
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

/// What has happened, with what was there before, so that it could be taken back.
#[expect(dead_code, reason = "nobody takes it back")]
enum Happened {
    Created { id: u128, app_id: u128, name: Arc<str> },
    Published { id: u128, publishing: Box<PublishingChanges>, group: u128 },
    Renamed { id: u128, from: Arc<str>, to: Arc<str> },
    Moved { id: u128, from: u128, to: u128 },
}

impl Kept {
    /// Refuses unknown and taken ids, URLs that are none or another's, and a move of what is not published. Nothing is changed
    /// before all is checked.
    fn apply(&mut self, command: &DirectoryCommand) -> Result<Vec<Happened>, &'static str> {
        let DirectoryCommand::InTenant { tenant: TENANT, command } = command else { return Err("no such tenant") };
        let find = |kept: &Self, id: ApplicationId| kept.ids.get(&id.as_u128()).copied().ok_or("no such application");
        let happened = match command {
            Command::CreateApplication(create) => {
                if self.ids.contains_key(&create.id.as_u128()) || self.app_ids.contains_key(&create.app_id.as_u128()) {
                    return Err("taken");
                }
                let (id, app_id) = (create.id.as_u128(), create.app_id.as_u128());
                Happened::Created { id, app_id, name: create.display_name.clone() }
            }
            Command::PublishApplication(publish) => {
                let number = find(self, publish.application)?;
                let changes = &publish.on_premises_publishing;
                if let Change::Set(internal) = &changes.internal_url {
                    url_is_free(&self.internal_urls, internal, number)?;
                }
                if let Change::Set(external) = &changes.external_url {
                    url_is_free(&self.external_urls, external, number)?;
                }
                let id = publish.application.as_u128();
                Happened::Published { id, publishing: changes.clone(), group: group(0).as_u128() }
            }
            Command::UpdateApplication(update) => {
                let from = &self.applications[find(self, update.id)?].name;
                match &update.display_name {
                    Some(to) if to != from => {
                        Happened::Renamed { id: update.id.as_u128(), from: from.clone(), to: to.clone() }
                    }
                    _ => return Ok(Vec::new()),
                }
            }
            Command::AddApplication(add) => {
                let application = &self.applications[find(self, add.application)?];
                let (from, to) = (application.group, add.connector_group.as_u128());
                if ![group(0), group(1)].contains(&add.connector_group) {
                    return Err("no such group");
                }
                if application.publishing.is_none() {
                    return Err("not published");
                }
                if from == to {
                    return Ok(Vec::new());
                }
                Happened::Moved { id: add.application.as_u128(), from, to }
            }
            other => panic!("{} is none of the lines", other.name()),
        };
        self.keep(&happened);
        Ok(vec![happened])
    }

    fn keep(&mut self, happened: &Happened) {
        match happened {
            Happened::Created { id, app_id, name } => {
                let number = self.applications.len();
                self.ids.insert(*id, number);
                self.app_ids.insert(*app_id, number);
                self.applications.push(KeptApplication { name: name.clone(), publishing: None, group: 0 });
            }
            Happened::Published { id, publishing, group } => {
                let number = self.ids[id];
                if let (Change::Set(internal), Change::Set(external)) =
                    (&publishing.internal_url, &publishing.external_url)
                {
                    self.internal_urls.insert(hash_of_url(internal), number);
                    self.external_urls.insert(hash_of_url(external), number);
                }
                let application = &mut self.applications[number];
                (application.publishing, application.group) = (Some(publishing.clone()), *group);
            }
            Happened::Renamed { id, to, .. } => self.applications[self.ids[id]].name = to.clone(),
            Happened::Moved { id, to, .. } => self.applications[self.ids[id]].group = *to,
        }
    }
}

/// Whether a text is an absolute URL with a name as its host, and nobody else's in any case. Nothing else is asked of it.
fn url_is_free(urls: &HashMap<u64, usize, FixedState>, text: &str, but: usize) -> Result<(), &'static str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or("no URL")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_name = !host.is_empty() && host.split('.').all(|label| !label.is_empty());
    let is_odd = text.chars().any(|character| character.is_whitespace() || character.is_control());
    if !is_name || is_odd {
        return Err("no URL");
    }
    let another = urls.get(&hash_of_url(text)).filter(|user| **user != but);
    another.map_or(Ok(()), |_| Err("another's URL"))
}

fn hash_of_url(url: &str) -> u64 {
    FixedState::default().hash_one(url.to_ascii_lowercase())
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
