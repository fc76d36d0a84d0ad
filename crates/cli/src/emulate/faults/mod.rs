//! Failure on purpose: rules that say which requests fail, and how. Equal requests in the same order fail in the same way.

mod throttle;

use connector_groups::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};

use self::throttle::{Buckets, Throttle};
use crate::emulate::{
    calls::{
        call::{Call, check_method},
        route::matches,
    },
    http::answer::read,
};

/// The rules, in the order in which they are asked.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Faults(Vec<Rule>);

/// Which requests fail, and how. What is not given matches every request.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "a rule, or a list of rules")]
struct Rule {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// A route template, in which `*` stands for anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<TenantId>,
    /// Part of the user agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    /// The id of the application that has signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<String>,
    /// Only the request of a batch with this id.
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<String>,
    /// The one of the requests that match, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    nth: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    /// In milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    delay: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drop: Option<Dropped>,
    /// So many reads do not see the write.
    #[serde(skip_serializing_if = "Option::is_none")]
    lag: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    throttle: Option<Throttle>,
    /// How many requests have matched, and how many of them have failed.
    #[serde(default)]
    matched: u64,
    #[serde(default)]
    failed: u64,
    #[serde(skip)]
    buckets: Buckets,
}

/// When a connection ends without an answer.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Dropped {
    /// Nothing was done.
    Before,
    /// All was done.
    After,
}

/// What becomes of a request.
#[derive(Default)]
pub(crate) struct Verdict {
    /// Of the rules that say so.
    pub(crate) names: Vec<String>,
    pub(crate) answer: Option<Answer>,
    pub(crate) delay: u64,
    pub(crate) drop: Option<Dropped>,
    pub(crate) lag: Option<u32>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) retry_after: Option<u64>,
    /// What else Graph would tell.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Faults {
    /// Reads one rule or a list of them; one of the same name takes the place of the former one.
    pub(crate) fn add(&mut self, text: &[u8]) -> Result<(), String> {
        // A value first: an enum of a rule and a list would say of a mistake only that it is neither.
        let rules = match serde_json::from_slice(text).map_err(|error| error.to_string())? {
            serde_json::Value::Array(rules) => rules,
            rule => vec![rule],
        };
        let rules: Vec<Rule> = rules.into_iter().map(read).collect::<Result<_, _>>()?;
        rules.iter().try_for_each(Rule::check)?;
        // All were checked before the first is taken, so that a list is taken whole or not at all.
        for rule in rules {
            match self.0.iter_mut().find(|known| known.name == rule.name) {
                Some(known) => *known = rule,
                None => self.0.push(rule),
            }
        }
        Ok(())
    }

    /// Whether there was a rule of this name.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|rule| rule.name != name);
        self.0.len() < before
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the rules say of a request, or of one request of a batch (`part`). Every rule counts each request that it
    /// matches, whatever other rules say, so that counts do not depend on the order of rules.
    pub(crate) fn judge(&mut self, call: &Call, part: Option<&str>, now: Timestamp) -> Verdict {
        let mut verdict = Verdict::default();
        for rule in &mut self.0 {
            if rule.matches(call, part) {
                rule.judge(call, now, &mut verdict);
            }
        }
        verdict
    }
}

impl Rule {
    fn check(&self) -> Result<(), String> {
        let wrong = |text: &str| Err(format!("fault {:?}: {text}", self.name));
        // Names are joined by commas in a header and in the journal, and parted there again.
        let is_token = |letter: char| letter.is_ascii_graphic() && letter != ',';
        if self.name.is_empty() || self.name.len() > 64 || !self.name.chars().all(is_token) {
            return wrong("a name is 1 to 64 visible ASCII characters without a comma");
        }
        let answers = self.status.is_some() || self.throttle.is_some();
        if !answers && self.delay.is_none() && self.drop.is_none() && self.lag.is_none() {
            return wrong("one of status, delay, drop, lag and throttle is needed");
        }
        if self.status.is_some_and(|status| !(400..600).contains(&status)) {
            return wrong("a status is 400 to 599");
        }
        if self.nth.is_some() && (self.from.is_some() || self.to.is_some()) {
            return wrong("nth stands alone; from and to make a range");
        }
        if [self.nth, self.from, self.to].contains(&Some(0)) {
            return wrong("requests are counted from 1");
        }
        if self.from.zip(self.to).is_some_and(|(from, to)| from > to) {
            return wrong("from is behind to, so that no request is meant");
        }
        if let Some(Err(other)) = self.method.as_deref().map(check_method) {
            return wrong(&other);
        }
        if self.throttle.as_ref().is_some_and(|throttle| !throttle.is_possible()) {
            return wrong("a limit has at least one request and one second");
        }
        // A part shares its connection and its time with the whole batch.
        if self.part.is_some() && !answers {
            return wrong("one part of a batch can have a status, and nothing else");
        }
        Ok(())
    }

    /// A part of a batch can be answered in another way; what is done to a connection or to reads is for whole requests.
    fn matches(&self, call: &Call, part: Option<&str>) -> bool {
        let answers = self.status.is_some() || self.throttle.is_some();
        let is_in_scope = match (part, &self.part) {
            (Some(part), Some(asked)) => part == asked,
            (Some(_), None) => answers,
            (None, asked) => asked.is_none(),
        };
        is_in_scope
            && self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&call.method))
            && self.route.as_ref().is_none_or(|route| matches(route, &call.route))
            && self.tenant.is_none_or(|tenant| call.tenant == Some(tenant))
            && self.client.as_ref().is_none_or(|client| call.client.contains(client.as_str()))
            && self.application.as_ref().is_none_or(|id| call.application.as_ref() == Some(id))
    }

    fn judge(&mut self, call: &Call, now: Timestamp, verdict: &mut Verdict) {
        self.matched = self.matched.saturating_add(1);
        let (from, to) = match self.nth {
            Some(nth) => (nth, nth),
            None => (self.from.unwrap_or(1), self.to.unwrap_or(u64::MAX)),
        };
        if !(from..=to).contains(&self.matched) {
            return;
        }
        let (mut retry_after, mut headers) = (self.retry_after, Vec::new());
        // A request outside the range has left already, and takes nothing out of a bucket.
        if let Some(throttle) = &self.throttle {
            let Some(throttled) = self.buckets.take(throttle, call, now) else { return };
            retry_after = retry_after.or(Some(throttled.seconds));
            headers = throttled.headers;
        }
        // Delays add up; of everything else, the first rule decides.
        self.failed = self.failed.saturating_add(1);
        verdict.names.push(self.name.clone());
        verdict.delay = verdict.delay.saturating_add(self.delay.unwrap_or(0));
        verdict.drop = verdict.drop.or(self.drop);
        verdict.lag = verdict.lag.or(self.lag);
        if let (None, Some(status)) = (&verdict.answer, self.status.or(self.throttle.as_ref().map(|_| 429))) {
            let (code, message) = words(status);
            verdict.answer = Some(Answer {
                status,
                code: self.code.clone().unwrap_or_else(|| code.into()),
                message: self.message.clone().unwrap_or_else(|| message.into()),
                retry_after,
                headers,
            });
        }
    }
}

/// The code and message of a status, where a rule gives none. Those of 429 are documented
/// (`learn.microsoft.com/graph/throttling`); the others are in general use in Graph.
const fn words(status: u16) -> (&'static str, &'static str) {
    match status {
        429 => ("TooManyRequests", "Please retry again later."),
        503 => ("serviceNotAvailable", "The service is temporarily unavailable."),
        500 => ("InternalServerError", "An internal server error occurred."),
        504 => ("GatewayTimeout", "The gateway timed out."),
        403 => ("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
        _ => ("UnknownError", "A failure on purpose."),
    }
}
