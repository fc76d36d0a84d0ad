//! A service with faults: the engine's wire, and what may happen between it and whoever asks.

extern crate alloc;

use alloc::{
    collections::{BTreeSet, VecDeque},
    rc::Rc,
};
use core::{cell::Cell, time::Duration};

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
    /// Reads after this request go to two replicas in turn, of which one does not see what it did.
    Flap(usize),
    /// One request of a `$batch` is 429; or done, and its answer is missing; or 403.
    PartBusy,
    PartLost,
    PartRefused,
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
    pub(crate) const AT_REQUESTS: [Self; 18] = [
        Self::Busy,
        Self::Unavailable,
        Self::UnavailableAfter,
        Self::DropBefore,
        Self::DropAfter,
        Self::Lag(1),
        Self::Lag(4),
        Self::DropAfterAndLag(1),
        Self::DropAfterAndLag(4),
        Self::Flap(3),
        Self::PartBusy,
        Self::PartLost,
        Self::PartRefused,
        Self::Refused,
        Self::KillBefore,
        Self::KillAfter,
        Self::Down,
        Self::Cut,
    ];
    pub(crate) const AT_RECORDS: [Self; 3] = [Self::KillBeforeRecord, Self::KillInRecord, Self::KillAfterRecord];

    /// Whether a run may end before its end because of it.
    pub(crate) const fn may_end_a_run(self) -> bool {
        matches!(self, Self::PartRefused | Self::Refused | Self::KillBefore | Self::KillAfter | Self::Down | Self::Cut)
    }
}

/// Which state a replica that lags all the while shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replica {
    /// The state before the last write.
    LastWrite,
    /// The state before the run.
    Start,
}

/// The service, with what it has seen.
#[derive(Clone)]
pub(crate) struct World {
    directory: Directory,
    tenant: Tenant,
    /// Each fault with the number of the request at which it happens, counted from 1.
    pub(crate) faults: Vec<(Fault, usize)>,
    pub(crate) requests: usize,
    /// What lagging reads show, and whether each of the next ones is one.
    stale: Directory,
    lags: VecDeque<bool>,
    /// A replica to which a third of all reads go.
    pub(crate) replica: Option<Replica>,
    /// How many requests it answers until it is left alone, each part of a `$batch` counted; and how many it has answered.
    pub(crate) limit: Option<usize>,
    answered: usize,
    before_last: Directory,
    start: Directory,
    /// Whether no read yet has seen the last write, and the next would not either. The journal knows it too.
    unseen: Rc<Cell<bool>>,
    /// The service has asked to be left alone until then.
    not_before: Duration,
    /// Somebody has said no: nothing further may be sent.
    is_refused: bool,
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
        let directory = Directory::try_from(document).unwrap();
        Self {
            stale: directory.clone(),
            before_last: directory.clone(),
            start: directory.clone(),
            directory,
            tenant: planned.tenant.clone(),
            faults: Vec::new(),
            requests: 0,
            lags: VecDeque::new(),
            replica: None,
            limit: None,
            answered: 0,
            unseen: Rc::default(),
            not_before: Duration::ZERO,
            is_refused: false,
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

    /// Another process begins, with a journal of its own: it knows nothing of what the one before was told.
    pub(crate) fn begin(&mut self, journal: &mut Memory) {
        self.unseen = Rc::new(Cell::new(self.unseen.get()));
        journal.unseen = Rc::clone(&self.unseen);
        self.faults.retain(|(_, at)| *at > self.requests);
        (self.not_before, self.is_refused) = (Duration::ZERO, false);
    }

    /// Whether a fault has happened that may end a run before its end.
    pub(crate) fn was_ended(&self) -> bool {
        self.faults.iter().any(|(fault, at)| fault.may_end_a_run() && *at <= self.requests)
    }

    /// Whether a read to come shows an old state.
    pub(crate) fn shows_old_states(&self) -> bool {
        self.lags.contains(&true)
    }

    /// What the next read shows.
    fn shown(&mut self) -> Directory {
        let is_stale = self.lags.pop_front().unwrap_or_default();
        if !is_stale {
            self.unseen.set(false);
        }
        // Neither every second nor every third: a run that looks at two lists in turn would see one of them stale for ever.
        let is_replica = self.requests.wrapping_mul(2_654_435_761) >> 16 & 0xff < 85;
        match self.replica.filter(|_| is_replica) {
            _ if is_stale => self.stale.clone(),
            Some(Replica::LastWrite) => self.before_last.clone(),
            Some(Replica::Start) => self.start.clone(),
            None => self.directory.clone(),
        }
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
        let response = if only_reads(method, body) {
            graph::respond(&mut self.shown(), &request, &context, &Options::default()).response
        } else {
            self.before_last = self.directory.clone();
            let outcome = graph::respond(&mut self.directory, &request, &context, &Options::default());
            self.effects += outcome.decisions.iter().filter(|one| one.events_count > 0).count();
            let cut_off: Vec<_> = unserved(self.tenant()).difference(&self.allowed).copied().collect();
            assert_eq!(cut_off, [], "the plan promised an active connector: {method} {path}");
            outcome.response
        };
        let text = String::from_utf8(response.body().clone()).unwrap();
        Answer { status: response.status().as_u16(), retry_after: None, text }
    }

    /// An answer of a service that is busy.
    fn status(&mut self, status: u16) -> Answer {
        let pause = Duration::from_secs(7);
        self.not_before = self.waited + pause;
        Answer { status, retry_after: Some(pause), text: "{}".into() }
    }

    /// From here on reads show the present state, or what comes.
    fn lag(&mut self, lags: VecDeque<bool>) {
        self.stale = self.directory.clone();
        self.unseen.set(lags.front() == Some(&true));
        self.lags = lags;
    }

    /// A request, or those parts of a `$batch`, for which the limit leaves room. The others are 429.
    fn limited(&mut self, limit: usize, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let left = limit.saturating_sub(self.answered);
        let parts = body.and_then(|body| body["requests"].as_array()).cloned().filter(|_| path == "$batch");
        let wanted = parts.as_ref().map_or(1, Vec::len);
        self.answered += wanted;
        if wanted <= left {
            return self.answer(method, path, body);
        }
        let Some((taken, refused)) = parts.as_ref().map(|parts| parts.split_at(left)) else { return self.status(429) };
        let mut whole = json!({"responses": []});
        if !taken.is_empty() {
            let text = self.answer(method, path, Some(&json!({"requests": taken}))).text;
            whole = serde_json::from_str(&text).unwrap();
        }
        let seconds = self.status(429).retry_after.unwrap().as_secs().to_string();
        let busy =
            |part: &Value| json!({"id": part["id"], "status": 429, "headers": {"Retry-After": seconds}, "body": {}});
        whole["responses"].as_array_mut().unwrap().extend(refused.iter().map(busy));
        Answer { status: 200, retry_after: None, text: whole.to_string() }
    }

    /// A `$batch` of which the first request is done and not told, or is not done and has this status.
    fn part(&mut self, path: &str, body: &Value, status: Option<u16>) -> Answer {
        let mut body = body.clone();
        let requests = body["requests"].as_array_mut().unwrap();
        let first = if status.is_some() { requests.remove(0) } else { requests[0].clone() };
        let mut answer = self.answer("POST", path, Some(&body));
        let mut whole: Value = serde_json::from_str(&answer.text).unwrap();
        let responses = whole["responses"].as_array_mut().unwrap();
        match status {
            None => _ = responses.remove(0),
            Some(429) => {
                self.not_before = self.waited + Duration::from_secs(3);
                responses.push(json!({"id": first["id"], "status": 429, "headers": {"Retry-After": "3"}, "body": {}}));
            }
            Some(status) => {
                self.is_refused = true;
                responses.push(json!({"id": first["id"], "status": status, "body": {}}));
            }
        }
        answer.text = whole.to_string();
        answer
    }
}

fn only_reads(method: &str, body: Option<&Value>) -> bool {
    method == "GET" || body.is_some_and(|body| body.to_string().contains("\"method\":\"GET\""))
}

impl Exchange for World {
    fn exchange(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, Failure> {
        self.requests += 1;
        assert!(self.waited >= self.not_before, "Retry-After is kept: {method} {path}");
        assert!(!self.is_refused || only_reads(method, body), "a refusal stops the run: {method} {path}");
        let happens = |(fault, at): &&(Fault, usize)| {
            self.requests == *at || matches!(fault, Fault::Down | Fault::Cut) && self.requests > *at
        };
        let fault = self.faults.iter().find(happens).map(|(fault, _)| *fault);
        let lost = || Failure::Lost("the connection broke".into());
        let killed = || Failure::Fatal("killed".into());
        match (fault, body) {
            (Some(Fault::Busy), _) => return Ok(self.status(429)),
            (Some(Fault::Unavailable | Fault::Down), _) => return Ok(self.status(503)),
            (Some(Fault::Refused), _) => {
                self.is_refused = true;
                return Ok(Answer { status: 403, retry_after: None, text: "{}".into() });
            }
            (Some(Fault::DropBefore | Fault::Cut), _) => return Err(lost()),
            (Some(Fault::KillBefore), _) => return Err(killed()),
            (Some(Fault::PartBusy), Some(body)) if path == "$batch" => return Ok(self.part(path, body, Some(429))),
            (Some(Fault::PartLost), Some(body)) if path == "$batch" => return Ok(self.part(path, body, None)),
            (Some(Fault::PartRefused), Some(body)) if path == "$batch" => return Ok(self.part(path, body, Some(403))),
            (Some(Fault::Lag(reads) | Fault::DropAfterAndLag(reads)), _) if !only_reads(method, body) => {
                self.lag(core::iter::repeat_n(true, reads).collect());
            }
            (Some(Fault::Flap(times)), _) if !only_reads(method, body) => {
                self.lag([false, true].repeat(times).into());
            }
            _ => {}
        }
        let before = self.effects;
        let answer = match self.limit {
            Some(limit) => self.limited(limit, method, path, body),
            None => self.answer(method, path, body),
        };
        if self.effects == before {
            // What happened before, reads show already.
            self.unseen.set(false);
        }
        match fault {
            Some(Fault::UnavailableAfter) => Ok(self.status(503)),
            Some(Fault::DropAfter | Fault::DropAfterAndLag(_)) => Err(lost()),
            Some(Fault::KillAfter) => Err(killed()),
            _ => Ok(answer),
        }
    }

    fn wait(&mut self, pause: Duration, _: &str) {
        self.waited += pause;
        self.answered = 0;
    }

    fn root(&self) -> String {
        "https://graph/beta".into()
    }
}

/// A journal in memory, which keeps what a disk would have kept.
#[derive(Clone, Default)]
pub(crate) struct Memory {
    pub(crate) records: Vec<Record>,
    pub(crate) writes: usize,
    pub(crate) fault: Option<(Fault, usize)>,
    pub(crate) unseen: Rc<Cell<bool>>,
}

impl Journal for Memory {
    fn write(&mut self, record: &Record) -> Result<(), String> {
        self.writes += 1;
        if let Record::Settled { done, .. } = record {
            assert!(done.is_empty() || !self.unseen.get(), "settled is what a read has shown: {record:?}");
        }
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
