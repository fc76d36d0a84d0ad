//! Traces against a service: what is sent, what is read afterwards, and what is taken down.

use connector_groups::{
    Command, DirectoryCommand,
    command::{CreateApplication, CreateConnectorGroup, CreateServicePrincipal},
    graph::Profile,
    ids::AnyId,
    workload::{Weights, Workload, shortest},
};

use super::{
    about::{about, of_application, of_connector, of_group},
    answer::Answer,
    compare::difference,
    ids::{Ids, with_guids},
    reference::{Reference, Seed, TENANT},
    request::{self, Request},
    service::Service,
};
use crate::{conformance::compare::Compare, import::layout::PROFILE};

/// Everything is read after this many commands, and at the end of a trace; between them only what a command names. A full read
/// is about three requests for each thing, which behind every command would be nearly all that is sent.
const READ_ALL_EVERY: usize = 40;

/// What is checked, and against what.
pub(super) struct Harness<'a, S> {
    pub(super) service: &'a mut S,
    pub(super) seed: Seed,
    pub(super) compare: Compare,
    pub(super) profile: Profile,
    /// Called with each request, both answers and what sets them apart. Where it gives true, the trace goes on after a difference.
    pub(super) seen: &'a mut dyn FnMut(&Exchange<'_>) -> bool,
    /// What could not be taken down, in words.
    pub(super) left: Vec<String>,
}

/// One request and both answers.
pub(super) struct Exchange<'a> {
    pub(super) request: &'a Request,
    pub(super) actual: &'a Answer,
    pub(super) ids: &'a Ids,
    pub(super) difference: Option<&'a str>,
}

/// The first difference of a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Commands, a line each; the last is the one behind which the difference shows.
    pub(super) trace: Vec<String>,
    /// Every write that the trace has sent, and last the request whose answers differ, in the ids of the trace.
    pub(super) sent: Vec<Sent>,
    pub(super) difference: String,
}

/// A request that was sent, and which ids its answer gave: that of the thing, and that of an application as a client.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sent {
    pub(super) request: Request,
    pub(super) made: Vec<(&'static str, String)>,
}

impl Eq for Sent {}

/// One trace on its way.
struct Trace {
    reference: Reference,
    ids: Ids,
    sent: Vec<Sent>,
    /// What the service has made, by its path and the service's id, oldest first.
    made: Vec<String>,
}

impl<S: Service> Harness<'_, S> {
    /// Generates traces and runs them. Whatever a trace has made is taken down behind it.
    ///
    /// # Errors
    /// The service cannot be asked, or what was made cannot be taken down.
    pub(super) fn run(&mut self, seed: u64, traces: u64, steps: u32) -> Result<Option<Found>, String> {
        for number in 0..traces {
            if let Some(found) = self.generated(seed.wrapping_add(number), steps)? {
                return self.shortest(found).map(Some);
            }
        }
        Ok(None)
    }

    /// Runs one trace that somebody has, as [`run`](Self::run).
    pub(super) fn run_trace(&mut self, lines: &[String]) -> Result<Option<Found>, String> {
        match self.replayed(lines)? {
            Some(found) => self.shortest(found).map(Some),
            None => Ok(None),
        }
    }

    fn shortest(&mut self, first: Found) -> Result<Found, String> {
        let mut failed = None;
        // The search takes no errors, so that one is kept beside it. A trace that fails so counts as one that agrees.
        let lines = shortest(first.trace.clone(), |lines| match self.replayed(lines) {
            Ok(found) => found.map(|found| found.trace.len()),
            Err(error) => {
                failed = Some(error);
                None
            }
        });
        if let Some(error) = failed {
            return Err(error);
        }
        // A service that is not the same twice may agree this time. Then the first difference is still a true one.
        Ok(self.replayed(&lines)?.unwrap_or(first))
    }

    fn generated(&mut self, seed: u64, steps: u32) -> Result<Option<Found>, String> {
        let mut workload = Workload::new(seed).with_weights(weights());
        let mut lines = Vec::new();
        self.guarded(|harness, trace| {
            for _ in 0..steps {
                let tenant = trace.reference.tenant()?;
                let command = workload.next_step().resolve_in(tenant);
                // Graph has no request for a list or a transaction: a client sends their commands one by one.
                for command in request::singles(command, tenant) {
                    let command = with_new_id(command, lines.len());
                    if harness.is_left_out(&command) || Request::of(&command, trace.reference.tenant()?).is_none() {
                        continue;
                    }
                    // Before it is sent, as the trace ends with the command that shows the difference.
                    lines.push(line(&command));
                    if let Some(difference) = harness.step(trace, &command, lines.len())? {
                        return Ok(Some(trace.found(&lines, difference)));
                    }
                }
            }
            let difference = harness.read_all(trace)?;
            Ok(difference.map(|difference| trace.found(&lines, difference)))
        })
    }

    fn replayed(&mut self, lines: &[String]) -> Result<Option<Found>, String> {
        self.guarded(|harness, trace| {
            for (text, count) in lines.iter().zip(1_usize..) {
                let command = match serde_json::from_str(text) {
                    Ok(DirectoryCommand::InTenant { command, .. }) => command,
                    Ok(_) => continue,
                    Err(error) => return Err(format!("line {count}: {error}")),
                };
                let before = || lines.iter().take(count).cloned().collect::<Vec<_>>();
                let tenant = trace.reference.tenant()?;
                for command in request::singles(command, tenant) {
                    if let Some(difference) = harness.step(trace, &command, count)? {
                        return Ok(Some(trace.found(&before(), difference)));
                    }
                }
            }
            let difference = harness.read_all(trace)?;
            Ok(difference.map(|difference| trace.found(lines, difference)))
        })
    }

    /// Begins a trace, and takes down what it has made, however it ends.
    fn guarded(
        &mut self,
        body: impl FnOnce(&mut Self, &mut Trace) -> Result<Option<Found>, String>,
    ) -> Result<Option<Found>, String> {
        let mut trace = Trace::new(&self.seed, self.profile)?;
        let result = body(self, &mut trace);
        match (result, self.take_down(&trace)) {
            (result, Ok(())) => result,
            (Ok(None), Err(left)) => Err(left),
            // The difference is what is looked for, and may be why the rest could not be taken down.
            (Ok(Some(found)), Err(left)) => {
                self.left.push(left);
                Ok(Some(found))
            }
            (Err(error), Err(left)) => Err(format!("{error}\n{left}")),
        }
    }

    /// The region of the default group, once changed, might not be put back: connectors that come home lock it.
    fn is_left_out(&self, command: &Command) -> bool {
        let default = self.seed.default_group;
        matches!(command, Command::UpdateConnectorGroup(update) if update.id == default && update.region.is_some())
    }

    /// Sends a command's request to both, then reads what it is about.
    fn step(&mut self, trace: &mut Trace, command: &Command, count: usize) -> Result<Option<String>, String> {
        let number = number_of(command);
        let command = &with_strange_ids(command, &trace.ids)?;
        let tenant = trace.reference.tenant()?;
        // Asked here again, as a trace that somebody has may hold such commands too.
        let request = Request::of(command, tenant).filter(|_| !self.is_left_out(command));
        let Some(request) = request else { return Ok(None) };
        let mut shown = about(command, tenant);
        let (new, difference) = self.ask(trace, &request, number)?;
        if difference.is_some() {
            return Ok(difference);
        }
        shown.extend(new.map(|id| format!("{}/{id}", request.path)));
        // Moves end somewhere else, which only the tenant afterwards tells.
        shown.extend(about(command, trace.reference.tenant()?));
        // What a command is about before and behind it is mostly the same, and each read may wait for the patience.
        shown.sort();
        shown.dedup();
        for path in shown {
            let (_, difference) = self.ask(trace, &Request::get(path), 0)?;
            if difference.is_some() {
                return Ok(difference);
            }
        }
        if count.checked_rem(READ_ALL_EVERY) == Some(0) { self.read_all(trace) } else { Ok(None) }
    }

    /// Reads all that the trace knows of.
    fn read_all(&mut self, trace: &mut Trace) -> Result<Option<String>, String> {
        let mut paths = Vec::from([
            request::groups(),
            format!("{PROFILE}/connectors"),
            String::from("applications?$select=id,appId,displayName"),
            format!("{}/$count", request::group(self.seed.default_group) + "/members"),
        ]);
        let tenant = trace.reference.tenant()?;
        paths.extend(tenant.connector_groups().flat_map(of_group));
        paths.extend(tenant.connectors().flat_map(of_connector));
        paths.extend(tenant.applications().flat_map(of_application));
        paths.extend(tenant.service_principals().map(|(_, found)| format!("servicePrincipals/{}", found.id)));
        for path in paths {
            let (_, difference) = self.ask(trace, &Request::get(path), 0)?;
            if difference.is_some() {
                return Ok(difference);
            }
        }
        Ok(None)
    }

    /// Asks both sides one thing. Gives the id of what was made, in the ids of the trace, and what sets the answers apart.
    fn ask(
        &mut self,
        trace: &mut Trace,
        request: &Request,
        number: u128,
    ) -> Result<(Option<String>, Option<String>), String> {
        let expected = trace.reference.ask(request, number)?;
        let is_read = request.method == "GET";
        let there = Request {
            method: request.method,
            path: trace.ids.there(&request.path),
            body: request
                .body
                .as_ref()
                .map(|body| serde_json::from_str(&trace.ids.there(&body.to_string())).unwrap_or_default()),
        };
        // A read may lag behind a write, so it is repeated until it agrees or the patience is over. A write is sent once.
        let agrees = |answer: &Answer| difference(self.compare, &expected, answer, &trace.ids).is_none();
        let actual = if is_read { self.service.read(&there, &agrees)? } else { self.service.send(&there)? };
        let (mut made, mut new) = (Vec::new(), None);
        // A POST to a `$ref` makes a link, which has no id and is undone with what it links.
        if request.method == "POST" && actual.is_accepted() && !request.path.ends_with("$ref") {
            let id = actual.text("id").ok_or_else(|| format!("POST {}: the answer has no `id`", request.path))?;
            // Whatever was made is taken down, whether it should have been or not.
            trace.made.push(format!("{}/{id}", there.path));
            // Where the engine has made nothing, the trace has no id for it, and the difference of the statuses ends it.
            if expected.is_accepted() {
                for name in ["id", "appId"] {
                    if let (Some(here), Some(there)) = (expected.text(name), actual.text(name)) {
                        trace.ids.pair(here, there);
                        made.push((name, here.to_string()));
                    }
                }
                new = expected.text("id").map(String::from);
            }
        }
        let found = difference(self.compare, &expected, &actual, &trace.ids);
        let exchange = Exchange { request, actual: &actual, ids: &trace.ids, difference: found.as_deref() };
        let goes_on = (self.seen)(&exchange);
        // The script that shows a difference needs each write, and of the reads the one that differs.
        if !is_read || (found.is_some() && !goes_on) {
            trace.sent.push(Sent { request: request.clone(), made });
        }
        Ok((new, found.filter(|_| !goes_on)))
    }

    /// Deletes what the service has made, newest first, and puts connectors back. All of it is tried before anything is said.
    fn take_down(&mut self, trace: &Trace) -> Result<(), String> {
        let mut left = Vec::new();
        let mut send = |request: &Request, is_done: &dyn Fn(&Answer) -> bool| match self.service.send(request) {
            Ok(answer) if is_done(&answer) => {}
            Ok(answer) => left.push(format!("{} {}: {}", request.method, request.path, answer.told())),
            Err(error) => left.push(format!("{} {}: {error}", request.method, request.path)),
        };
        // A group is deleted only while it is empty: applications go first, then connectors come home, then groups go.
        // One that is not there any more is gone too, as a former command may have deleted it.
        let gone = |answer: &Answer| answer.is_accepted() || answer.status == 404;
        let (groups, others): (Vec<_>, Vec<_>) = trace.made.iter().rev().partition(|path| path.starts_with(PROFILE));
        for path in others {
            send(&Request { method: "DELETE", path: path.clone(), body: None }, &gone);
        }
        for connector in &self.seed.connectors {
            let path = format!("{PROFILE}/connectors/{}/memberOf/$ref", connector.id);
            let body = Some(request::link(&request::group(self.seed.default_group)));
            // Where nothing was moved, this moves nothing.
            send(&Request { method: "POST", path, body }, &Answer::is_accepted);
        }
        // Its name is all of the default group that a trace can change, as changes of its region are left out.
        let default = request::group(self.seed.default_group);
        if trace.sent.iter().any(|sent| sent.request.path == default) {
            let body = Some(serde_json::json!({"name": self.seed.default_name}));
            send(&Request { method: "PATCH", path: default, body }, &Answer::is_accepted);
        }
        for path in groups {
            send(&Request { method: "DELETE", path: path.clone(), body: None }, &gone);
        }
        if left.is_empty() {
            return Ok(());
        }
        Err(format!("what was made is not all taken down:\n  {}", left.join("\n  ")))
    }
}

impl Trace {
    fn new(seed: &Seed, profile: Profile) -> Result<Self, String> {
        // Paired with themselves: these are the service's own ids, and a list must not have them where they do not belong.
        let mut ids = Ids::default();
        let group = seed.default_group.to_string();
        ids.pair(&group, &group);
        for connector in &seed.connectors {
            let id = connector.id.to_string();
            ids.pair(&id, &id);
        }
        Ok(Self { reference: Reference::new(seed, profile)?, ids, sent: Vec::new(), made: Vec::new() })
    }

    fn found(&self, lines: &[String], difference: String) -> Found {
        Found { trace: lines.to_vec(), sent: self.sent.clone(), difference }
    }
}

/// The generator's usual weights, but for what Graph has no request for, and for the tenant's profile, which no trace changes.
fn weights() -> Weights {
    let none = [
        "createTenant",
        "deleteTenant",
        "registerConnector",
        "reportConnector",
        "advanceClock",
        "provisionConnectorGroup",
        "updateProfile",
    ];
    none.iter().fold(Weights::default(), |weights, verb| weights.clone().with(verb, 0).unwrap_or(weights))
}

/// A command's new thing under an id that no other line of the trace has: the engine's ids follow from it.
fn with_new_id(command: Command, line: usize) -> Command {
    // The line is written with this id, so that what later lines name is still what it makes when lines before it are dropped.
    // The first byte keeps it apart from the generator's ids.
    let number = u128::try_from(line).unwrap_or_default() | (0x1d << 120);
    match command {
        Command::CreateConnectorGroup(command) => CreateConnectorGroup { id: number.into(), ..command }.into(),
        Command::CreateApplication(command) => CreateApplication { id: number.into(), ..command }.into(),
        Command::CreateServicePrincipal(command) => CreateServicePrincipal { id: number.into(), ..command }.into(),
        Command::AddApplicationSegment(mut command) => {
            command.id = number.into();
            command.into()
        }
        command => command,
    }
}

/// A command in which what the trace neither began with nor made has an id that no tenant has. As it stands in the trace, it
/// may be the id of a thing that the service's tenant had before, and that would be moved or deleted.
fn with_strange_ids(command: &Command, ids: &Ids) -> Result<Command, String> {
    let text = serde_json::to_string(command).map_err(|error| error.to_string())?;
    let strange = with_guids(&text, |id| if ids.knows(id) { None } else { strange(id) });
    serde_json::from_str(&strange).map_err(|error| format!("{error}: {strange}"))
}

/// Another GUID of the same form, and always the same one for the same GUID.
fn strange(id: &str) -> Option<String> {
    // Bits without a pattern, none of which is of the version or the variant.
    const MASK: u128 = 0x6b1f_93d4_58e2_07c9_1a64_d70b_be35_82f1;
    Some(AnyId::from_u128(id.parse::<AnyId>().ok()?.as_u128() ^ MASK).to_string())
}

/// The number that the engine draws ids from; a command that makes nothing needs none.
fn number_of(command: &Command) -> u128 {
    match command {
        Command::CreateConnectorGroup(command) => command.id.as_u128(),
        Command::CreateApplication(command) => command.id.as_u128(),
        Command::CreateServicePrincipal(command) => command.id.as_u128(),
        Command::AddApplicationSegment(command) => command.id.as_u128(),
        _ => 0,
    }
}

fn line(command: &Command) -> String {
    let command = DirectoryCommand::InTenant { tenant: TENANT, command: command.clone() };
    serde_json::to_string(&command).unwrap_or_default()
}
