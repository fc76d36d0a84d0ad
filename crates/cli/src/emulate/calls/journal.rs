//! What was called: the last requests, found by what they were, as JSON or as HAR, and assertions about them.

use alloc::{collections::VecDeque, sync::Arc};

use connector_groups::TenantId;
use hyper::{StatusCode, body::Bytes};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Value, json};

use super::{
    call::{Call, check_method},
    route::matches,
};
use crate::emulate::http::answer::read;

/// So much is kept, however many requests that is.
const BYTES_MAX: usize = 64 * 1024 * 1024;
/// So much of that are bodies, which only an archive shows. A page of a hundred things is as long as forty calls: without this
/// bound, a test that reads pages would fill the journal with them, and the memory of each thread that answers.
const BODIES_BYTES_MAX: usize = 16 * 1024 * 1024;

pub(crate) struct Journal {
    calls: VecDeque<Arc<Call>>,
    calls_max: usize,
    bytes: usize,
    bodies_bytes: usize,
    /// So many of the oldest calls have lost their bodies.
    without_bodies: usize,
    /// How many there were since the start, those that are forgotten among them.
    count: u64,
}

/// Which calls are meant; what is not given is any.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub(crate) struct Filter {
    #[serde(default, deserialize_with = "method")]
    pub(crate) method: Option<String>,
    /// A route template, in which `*` stands for anything.
    pub(crate) route: Option<String>,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) client: Option<String>,
    /// The id of the application that has signed in.
    pub(crate) application: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) fault: Option<String>,
    /// The code of a refusal.
    pub(crate) refused: Option<String>,
    /// Those with greater numbers, for a test that has seen all up to this one.
    pub(crate) since: Option<u64>,
}

fn method<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let method: Option<String> = Option::deserialize(deserializer)?;
    method.as_deref().map_or(Ok(()), check_method).map_err(D::Error::custom)?;
    Ok(method)
}

impl Filter {
    fn takes(&self, call: &Call) -> bool {
        let refuses = |code: &String| {
            let mut refusals = call.commands.iter().filter_map(|decided| decided.refusal.as_ref());
            refusals.any(|refusal| refusal.code() == code)
        };
        self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&call.method))
            && self.route.as_ref().is_none_or(|route| matches(route, &call.route))
            && self.tenant.is_none_or(|tenant| call.tenant == Some(tenant))
            && self.client.as_ref().is_none_or(|client| call.client.contains(client.as_str()))
            && self.application.as_ref().is_none_or(|id| call.application.as_ref() == Some(id))
            && self.status.is_none_or(|status| call.status == Some(status))
            && self.fault.as_ref().is_none_or(|name| {
                call.fault.as_ref().is_some_and(|names| names.split(", ").any(|fault| fault == name))
            })
            && self.refused.as_ref().is_none_or(refuses)
            && self.since.is_none_or(|since| call.number > since)
    }
}

impl Journal {
    pub(crate) const fn new(calls_max: usize) -> Self {
        Self { calls: VecDeque::new(), calls_max, bytes: 0, bodies_bytes: 0, without_bodies: 0, count: 0 }
    }

    pub(crate) const fn is_kept(&self) -> bool {
        self.calls_max > 0
    }

    /// Adds a call, and gives what had to go for it last: to free a body takes time, which nobody else waits for.
    #[must_use = "it is freed where the journal is not in hand"]
    pub(crate) fn add(&mut self, mut call: Arc<Call>) -> (Option<Arc<Call>>, Option<[Bytes; 2]>) {
        // Numbered when it ends and not when it begins: whoever asks for those since the last that he has seen misses none.
        self.count = self.count.saturating_add(1);
        if let Some(call) = Arc::get_mut(&mut call) {
            call.number = self.count;
        }
        self.bytes = self.bytes.saturating_add(call.bytes());
        self.bodies_bytes = self.bodies_bytes.saturating_add(call.bodies_bytes());
        self.calls.push_back(call);
        let (mut gone, mut bodies) = (None, None);
        while self.bodies_bytes > BODIES_BYTES_MAX {
            let Some(oldest) = self.calls.get_mut(self.without_bodies) else { break };
            let bytes = oldest.bodies_bytes();
            // Whoever writes an archive of it has it as it was.
            bodies = Some(Arc::make_mut(oldest).take_bodies());
            self.without_bodies = self.without_bodies.saturating_add(1);
            self.bodies_bytes = self.bodies_bytes.saturating_sub(bytes);
            self.bytes = self.bytes.saturating_sub(bytes);
        }
        // A call with many events may weigh as much as a hundred without.
        while self.calls.len() > self.calls_max || self.bytes > BYTES_MAX {
            let Some(oldest) = self.calls.pop_front() else { break };
            self.without_bodies = self.without_bodies.saturating_sub(1);
            self.bodies_bytes = self.bodies_bytes.saturating_sub(oldest.bodies_bytes());
            self.bytes = self.bytes.saturating_sub(oldest.bytes());
            gone = Some(oldest);
        }
        (gone, bodies)
    }

    /// Forgets the calls. Their numbers go on, so that `since` means the same before and after.
    pub(crate) fn clear(&mut self) {
        self.calls.clear();
        (self.bytes, self.bodies_bytes, self.without_bodies) = (0, 0, 0);
    }

    /// The calls that a filter takes, oldest first.
    pub(crate) fn calls(&self, filter: &Filter) -> Vec<Arc<Call>> {
        self.calls.iter().filter(|call| filter.takes(call)).cloned().collect()
    }

    /// The last ones, newest first.
    pub(crate) fn last(&self, count: usize) -> Vec<Arc<Call>> {
        self.calls.iter().rev().take(count).cloned().collect()
    }

    /// How many there were, and the number of the oldest that is kept.
    pub(crate) fn extent(&self) -> (u64, u64) {
        let first = self.calls.front().map_or_else(|| self.count.saturating_add(1), |call| call.number);
        (self.count, first)
    }
}

/// What a test expects of the calls.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub(crate) struct Expectation {
    /// Of these calls only.
    #[serde(default)]
    of: Filter,
    calls: Vec<Expected>,
    /// Whether they came in the order of the list.
    #[serde(default)]
    in_order: bool,
    /// Whether there were no others.
    #[serde(default)]
    no_others: bool,
}

/// serde refuses no unknown property beside a flattened one: what is left is read as a [`Filter`], which refuses them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct Expected {
    count: Option<usize>,
    at_least: Option<usize>,
    at_most: Option<usize>,
    #[serde(flatten)]
    rest: serde_json::Map<String, Value>,
}

/// Whether expectations are met, and if not, why not.
#[derive(Serialize)]
pub(crate) struct Outcome {
    pub(crate) met: bool,
    wrong: Vec<String>,
    calls: Vec<String>,
}

impl Expectation {
    pub(crate) fn check(self, journal: &Journal) -> Result<Outcome, String> {
        let calls = journal.calls(&self.of);
        let (mut wrong, mut taken) = (Vec::new(), vec![false; calls.len()]);
        // In order: the place, from 1, of the call that the expectation before was met by. Each takes the first call behind
        // that one, which leaves the most to those after it: if calls can be found in this order, these are.
        let mut behind = 0_usize;
        for (expected, place) in self.calls.into_iter().zip(1..) {
            let words = Value::Object(expected.rest.clone()).to_string();
            let wrong_call = |wrong: String| format!("call {place}: {wrong}");
            let filter: Filter = read(Value::Object(expected.rest)).map_err(wrong_call)?;
            if expected.count.is_some() && expected.at_least.or(expected.at_most).is_some() {
                return Err(wrong_call("count stands alone; atLeast and atMost make a range".into()));
            }
            if expected.at_least.zip(expected.at_most).is_some_and(|(least, most)| least > most) {
                return Err(wrong_call("atLeast is more than atMost, so that no number of calls is right".into()));
            }
            let mut found = 0_usize;
            let mut next = None;
            for ((call, taken), index) in calls.iter().zip(&mut taken).zip(1_usize..) {
                if filter.takes(call) {
                    *taken = true;
                    found = found.saturating_add(1);
                    next = next.or((index > behind).then_some(index));
                }
            }
            // A call that says nothing about its number is one call.
            let exact = expected.count.or_else(|| (expected.at_least.or(expected.at_most).is_none()).then_some(1));
            let least = exact.or(expected.at_least).unwrap_or(0);
            let most = exact.or(expected.at_most).unwrap_or(usize::MAX);
            if !(least..=most).contains(&found) {
                let most = if most == usize::MAX { String::from("any number") } else { most.to_string() };
                wrong.push(format!("call {place} {words}: {least} to {most} expected, {found} found"));
            // Of calls that need not have come, order says nothing.
            } else if self.in_order && least > 0 {
                match next {
                    Some(index) => behind = index,
                    None => wrong.push(format!("call {place} {words}: none after the one before it in the list")),
                }
            }
        }
        let text = |call: &Arc<Call>| {
            let status = call.status.map_or_else(|| String::from("dropped"), |status| status.to_string());
            format!("{} {} {} {status}", call.number, call.method, call.route)
        };
        if self.no_others {
            let others = calls.iter().zip(&taken).filter(|(_, taken)| !**taken);
            wrong.extend(others.map(|(call, _)| format!("not expected: {}", text(call))));
        }
        Ok(Outcome { met: wrong.is_empty(), wrong, calls: calls.iter().map(text).collect() })
    }
}

/// Calls as an HTTP archive (HAR 1.2). It has no tokens: of headers, only those that tell what a call was.
pub(crate) fn har(calls: &[Arc<Call>], root: &str) -> Value {
    let pairs = |query: &str| -> Vec<Value> {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let pair =
            |pair: &str| pair.split_once('=').map_or((pair.into(), String::new()), |(a, b)| (a.into(), b.into()));
        pairs.map(pair).map(|(name, value): (String, String)| json!({"name": name, "value": value})).collect()
    };
    let entry = |call: &Arc<Call>| {
        // What is not known is -1 in this format, and what was never answered has the status 0, as browsers write them.
        let time = u32::try_from(call.microseconds).map_or(f64::from(u32::MAX), f64::from) / 1000.0;
        let status = call.status.unwrap_or(0);
        let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("");
        let mut request = json!({
            "method": call.method, "url": format!("{root}{}", call.target), "httpVersion": "HTTP/1.1", "cookies": [],
            "headers": [{"name": "user-agent", "value": call.client}],
            "queryString": pairs(call.target.split_once('?').map_or("", |(_, query)| query)),
            "headersSize": -1, "bodySize": call.request.bytes,
        });
        if let (true, Some(request)) = (call.request.bytes > 0, request.as_object_mut()) {
            let (media_type, text) = (call.request.media_type(), call.request.text());
            request.insert("postData".into(), json!({"mimeType": media_type, "params": [], "text": text}));
        }
        json!({
            "startedDateTime": call.time, "time": time, "request": request,
            "response": {
                "status": status, "statusText": reason, "httpVersion": "HTTP/1.1", "cookies": [],
                "headers": call.fault.iter().map(|name| json!({"name": "x-emulator-fault", "value": name})).collect::<Vec<_>>(),
                "content": {
                    "size": call.response.bytes, "mimeType": call.response.media_type(), "text": call.response.text(),
                },
                "redirectURL": "", "headersSize": -1, "bodySize": call.response.bytes,
            },
            "cache": {}, "timings": {"send": 0, "wait": time, "receive": 0},
            "_route": call.route, "_tenant": call.tenant, "_application": call.application, "_commands": call.commands,
        })
    };
    let creator = json!({"name": "connector-groups", "version": env!("CARGO_PKG_VERSION")});
    json!({"log": {"version": "1.2", "creator": creator, "entries": calls.iter().map(entry).collect::<Vec<_>>()}})
}

#[cfg(test)]
mod tests {
    use hyper::HeaderMap;

    use super::*;
    use crate::emulate::calls::call::Content;

    /// A test that reads many pages still finds each call, and the last bodies.
    #[test]
    fn bodies_go_before_calls() {
        let mut journal = Journal::new(10_000);
        let page = Bytes::from(vec![b'x'; 20_000]);
        for _ in 0..12_000 {
            let response = Content::new(&HeaderMap::new(), &page);
            drop(journal.add(Arc::new(Call { response, ..Call::default() })));
        }
        let calls = journal.calls(&Filter::default());
        let with_body = calls.iter().filter(|call| call.bodies_bytes() > 0).count();
        assert_eq!((calls.len(), with_body), (10_000, BODIES_BYTES_MAX / 20_000));
        assert!(calls.iter().rev().take(with_body).all(|call| call.bodies_bytes() == 20_000));
        assert_eq!(calls.first().map(|call| call.response.bytes), Some(20_000), "how long it was is still known");
        let bytes: usize = calls.iter().map(|call| call.bytes()).sum();
        assert_eq!((journal.bytes, journal.bodies_bytes), (bytes, with_body * 20_000));
        drop(calls);
        // A call that goes takes its body along.
        for _ in 0..10_000 {
            drop(journal.add(Arc::new(Call::default())));
        }
        assert_eq!((journal.bodies_bytes, journal.without_bodies), (0, 0));
    }
}
