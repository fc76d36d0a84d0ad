//! A service with one fault: the engine's wire, and what may happen between it and whoever asks.

extern crate alloc;

use alloc::collections::BTreeSet;
use core::time::Duration;

use connector_groups::{
    ApplicationId, Directory, Tenant, Timestamp,
    document::{DirectoryDocument, Document},
    graph::{self, Context, Options},
};
use serde_json::{Value, json};

use super::super::{
    record::Record,
    run::Journal,
    service::{Answer, Exchange, Failure},
};
use crate::work::generated::Planned;

/// What happens at one request, or at one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// 429, nothing done.
    Busy,
    /// 503, nothing done; and with everything done.
    Unavailable,
    UnavailableAfter,
    DropBefore,
    DropAfter,
    /// Reads after this request do not see what it did, so many of them.
    Lag(usize),
    /// The answer is lost, and reads do not see what was done.
    DropAfterAndLag(usize),
    /// One request of a `$batch` is 429; or done, and its answer is missing.
    PartBusy,
    PartLost,
    /// Another administrator's policy: 403.
    Refused,
    /// The process ends before the request is sent; and before its answer comes.
    KillBefore,
    KillAfter,
    /// From this request on, nothing but 503; or nothing at all.
    Down,
    Cut,
    /// The process ends before a record is on disk, in the middle of it, and after it.
    KillBeforeRecord,
    KillInRecord,
    KillAfterRecord,
}

impl Fault {
    pub(crate) const AT_REQUESTS: [Self; 16] = [
        Self::Busy,
        Self::Unavailable,
        Self::UnavailableAfter,
        Self::DropBefore,
        Self::DropAfter,
        Self::Lag(1),
        Self::Lag(4),
        Self::DropAfterAndLag(1),
        Self::DropAfterAndLag(4),
        Self::PartBusy,
        Self::PartLost,
        Self::Refused,
        Self::KillBefore,
        Self::KillAfter,
        Self::Down,
        Self::Cut,
    ];
    pub(crate) const AT_RECORDS: [Self; 3] = [Self::KillBeforeRecord, Self::KillInRecord, Self::KillAfterRecord];
}

/// The service, with what it has seen.
#[derive(Clone)]
pub(crate) struct World {
    directory: Directory,
    tenant: Tenant,
    /// The fault and the number of the request at which it happens, counted from 1.
    pub(crate) fault: (Fault, usize),
    pub(crate) requests: usize,
    /// What lagging reads show, and how many of them still do.
    stale: Option<(Directory, usize)>,
    /// Commands that changed something.
    pub(crate) effects: usize,
    /// Applications that may be without an active connector, as the plan has them so at some step.
    allowed: BTreeSet<ApplicationId>,
    pub(crate) waited: Duration,
}

fn unserved(tenant: &Tenant) -> BTreeSet<ApplicationId> {
    let cut_off = |one: &connector_groups::view::ApplicationView| {
        one.connector_group().is_some_and(|group| group.active_connectors_count() == 0)
    };
    tenant.applications().filter(cut_off).map(connector_groups::view::ApplicationView::id).collect()
}

impl World {
    pub(crate) fn new(planned: &Planned) -> Self {
        let document = DirectoryDocument { tenants: vec![Document::from(&planned.tenant)] };
        let mut allowed = unserved(&planned.tenant);
        let mut now = planned.tenant.clone();
        for command in &planned.steps {
            now.apply(command).unwrap();
            allowed.extend(unserved(&now));
        }
        Self {
            directory: Directory::try_from(document).unwrap(),
            tenant: planned.tenant.clone(),
            fault: (Fault::None, 0),
            requests: 0,
            stale: None,
            effects: 0,
            allowed,
            waited: Duration::ZERO,
        }
    }

    pub(crate) fn tenant(&self) -> &Tenant {
        self.directory.tenant(self.tenant.id()).unwrap()
    }

    /// Another administrator does something.
    pub(crate) fn meddle(&mut self, command: connector_groups::Command) {
        let tenant = self.tenant.id();
        self.directory.apply(&connector_groups::DirectoryCommand::InTenant { tenant, command }).unwrap();
        // Whom that cuts off, the run did not.
        self.allowed.extend(unserved(self.directory.tenant(tenant).unwrap()));
    }

    fn answer(&mut self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let text = body.map(ToString::to_string).unwrap_or_default();
        let request = http::Request::builder()
            .method(method)
            .uri(format!("/beta/{path}"))
            .header("host", "graph")
            .header("authorization", format!("Bearer {}", self.tenant.id()))
            .header("content-type", "application/json")
            .body(text.into_bytes())
            .unwrap();
        let number = u128::try_from(self.requests).unwrap();
        let context = Context::new(Timestamp::UNIX_EPOCH, 0xabcd << 64 | number);
        let only_reads = method == "GET" || body.is_some_and(|body| body.to_string().contains("\"method\":\"GET\""));
        let response = if only_reads {
            let mut shown = match &mut self.stale {
                Some((stale, left)) if *left > 0 => {
                    *left -= 1;
                    stale.clone()
                }
                _ => self.directory.clone(),
            };
            graph::respond(&mut shown, &request, &context, &Options::default()).response
        } else {
            let outcome = graph::respond(&mut self.directory, &request, &context, &Options::default());
            self.effects += outcome.decisions.iter().filter(|one| one.events_count > 0).count();
            let cut_off: Vec<_> = unserved(self.tenant()).difference(&self.allowed).copied().collect();
            assert_eq!(cut_off, [], "the plan promised an active connector: {method} {path}");
            outcome.response
        };
        let text = String::from_utf8(response.body().clone()).unwrap();
        Answer { status: response.status().as_u16(), retry_after: None, text }
    }

    /// A `$batch` of which the first request is not done, or is done and not told.
    fn part(&mut self, path: &str, body: &Value, is_done: bool) -> Answer {
        let mut body = body.clone();
        let requests = body["requests"].as_array_mut().unwrap();
        let first = if is_done { requests[0].clone() } else { requests.remove(0) };
        let mut answer = self.answer("POST", path, Some(&body));
        let mut whole: Value = serde_json::from_str(&answer.text).unwrap();
        let responses = whole["responses"].as_array_mut().unwrap();
        if is_done {
            responses.remove(0);
        } else {
            responses.push(json!({"id": first["id"], "status": 429, "headers": {"Retry-After": "3"}, "body": {}}));
        }
        answer.text = whole.to_string();
        answer
    }
}

impl Exchange for World {
    fn exchange(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, Failure> {
        self.requests += 1;
        let (fault, at) = self.fault;
        let lasts = matches!(fault, Fault::Down | Fault::Cut) && self.requests > at;
        let fault = if self.requests == at || lasts { fault } else { Fault::None };
        let status = |status| Answer { status, retry_after: Some(Duration::from_secs(7)), text: "{}".into() };
        let lost = || Failure::Lost("the connection broke".into());
        let killed = || Failure::Fatal("killed".into());
        match (fault, body) {
            (Fault::Busy, _) => return Ok(status(429)),
            (Fault::Unavailable | Fault::Down, _) => return Ok(status(503)),
            (Fault::Refused, _) => return Ok(status(403)),
            (Fault::DropBefore | Fault::Cut, _) => return Err(lost()),
            (Fault::KillBefore, _) => return Err(killed()),
            (Fault::PartBusy, Some(body)) if path == "$batch" => return Ok(self.part(path, body, false)),
            (Fault::PartLost, Some(body)) if path == "$batch" => return Ok(self.part(path, body, true)),
            (Fault::Lag(reads) | Fault::DropAfterAndLag(reads), _) if method != "GET" => {
                self.stale = Some((self.directory.clone(), reads));
            }
            _ => {}
        }
        let answer = self.answer(method, path, body);
        match fault {
            Fault::UnavailableAfter => Ok(status(503)),
            Fault::DropAfter | Fault::DropAfterAndLag(_) => Err(lost()),
            Fault::KillAfter => Err(killed()),
            _ => Ok(answer),
        }
    }

    fn wait(&mut self, pause: Duration, _: &str) {
        self.waited += pause;
    }

    fn root(&self) -> String {
        "https://graph/beta".into()
    }
}

/// A journal in memory, which keeps what a disk would have kept.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) records: Vec<Record>,
    pub(crate) writes: usize,
    pub(crate) fault: Option<(Fault, usize)>,
}

impl Journal for Memory {
    fn write(&mut self, record: &Record) -> Result<(), String> {
        self.writes += 1;
        let fault = self.fault.filter(|(_, at)| *at == self.writes).map(|(fault, _)| fault);
        if let Some(Fault::KillBeforeRecord | Fault::KillInRecord) = fault {
            // Half a line is no record.
            return Err("killed".into());
        }
        // What is read again is what was written.
        let line = serde_json::to_string(record).unwrap();
        self.records.push(serde_json::from_str(&line).unwrap());
        if fault.is_some() { Err("killed".into()) } else { Ok(()) }
    }
}

/// One request without a fault: its status, and its answer.
pub(crate) fn ask(world: &mut World, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    let answer = world.exchange(method, path, body).unwrap();
    (answer.status, serde_json::from_str(&answer.text).unwrap_or_default())
}
