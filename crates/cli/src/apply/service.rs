//! Graph as the machine sees it: what it reads and sends as requests of HTTP, alone or in a `$batch`.

extern crate alloc;

use alloc::collections::{BTreeMap, BTreeSet};
use core::{
    fmt::{self, Write},
    time::Duration,
};

use connector_groups::{ApplicationId, ConnectorGroupId, ConnectorId};
use serde_json::{Map, Value, json};

use crate::{
    export::client::{error_of, new_page, retry_after},
    import::layout::PROFILE,
    work::Request,
};

/// What Graph takes in one `$batch`.
pub(crate) const BATCH_MAX: usize = 20;
/// Pages of one list; a list that never ends is a fault of the server.
const PAGES_MAX: usize = 10_000;

/// Something to look at, by the service's ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Read {
    Groups,
    Group(ConnectorGroupId),
    ConnectorPlace(ConnectorId),
    ApplicationPlace(ApplicationId),
    /// Some members of an application.
    Application(ApplicationId, Vec<String>),
    Members(ConnectorGroupId),
}

/// What was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    Groups(Vec<Group>),
    /// `None` where there is no such group.
    Group(Option<Group>),
    /// `None` where there is no such thing, or it is in no group.
    Place(Option<ConnectorGroupId>),
    /// `None` where there is no such application.
    Application(Option<Map<String, Value>>),
    /// With whether each is active. A group that is gone has none.
    Members(BTreeMap<ConnectorId, bool>),
    /// No answer, or that of a service that is busy.
    Later {
        pause: Option<Duration>,
        why: String,
    },
    /// An answer that another try will not better.
    Failed(String),
}

impl Seen {
    /// The longest pause that an answer asks for, and why; `None` where all are answered.
    ///
    /// # Errors
    /// An answer that another try will not better.
    pub(super) fn later(seen: &[Self]) -> Result<Option<(Option<Duration>, String)>, String> {
        let mut later = None;
        for one in seen {
            match one {
                Self::Failed(why) => return Err(why.clone()),
                Self::Later { pause, why } => later = later.max(Some((*pause, why.clone()))),
                _ => {}
            }
        }
        Ok(later)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) id: ConnectorGroupId,
    pub(crate) name: String,
    pub(crate) region: String,
}

impl fmt::Display for Group {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} in region {} ({})", self.name, self.region, self.id)
    }
}

/// What became of a request that changes something, as far as its answer tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// With the id of what was made.
    Accepted(Option<ConnectorGroupId>),
    Refused {
        status: u16,
        why: String,
    },
    /// 429: nothing was done.
    Busy {
        pause: Option<Duration>,
        why: String,
    },
    /// No answer, or one of a gateway: it may have been done.
    Lost {
        pause: Option<Duration>,
        why: String,
    },
}

/// An answer of HTTP.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) text: String,
}

impl Answer {
    pub(super) fn value(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// Status, code and message.
    pub(super) fn told(&self, what: &str) -> String {
        let advice = match self.status {
            401 => " The token is wrong, or has run out.",
            403 => " The token may not do it: Directory.ReadWrite.All is needed.",
            _ => "",
        };
        format!("{what}: {}{advice}", error_of(self.status, &self.text))
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The request may have arrived.
    Lost(String),
    /// Nothing further can be sent.
    Fatal(String),
}

/// One request and one answer, tried once.
pub(crate) trait Exchange {
    /// The path is below the version, without a slash before it.
    fn exchange(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, Failure>;
    fn wait(&mut self, pause: Duration, why: &str);
    /// Where the service is, version included, as links name it.
    fn root(&self) -> String;
    /// Whether somebody wants the run to stop where it can go on later.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// A request as it is sent.
pub(super) struct Plain {
    method: &'static str,
    path: String,
    body: Option<Value>,
}

impl Plain {
    pub(super) const fn get(path: String) -> Self {
        Self { method: "GET", path, body: None }
    }
}

/// Looks at all of it.
///
/// # Errors
/// Nothing further can be sent.
pub(crate) fn read(service: &mut dyn Exchange, reads: &[Read]) -> Result<Vec<Seen>, String> {
    let requests: Vec<_> = reads.iter().map(|read| Plain::get(read.path())).collect();
    let answers = all(service, &requests)?;
    let mut seen = Vec::with_capacity(reads.len());
    for ((read, request), answer) in reads.iter().zip(&requests).zip(answers) {
        seen.push(match (answer, read) {
            (Err(why), _) => Seen::Later { pause: None, why },
            (Ok(answer), Read::Groups | Read::Members(_)) => pages(service, read, &request.path, &answer)?,
            (Ok(answer), _) => read.seen(&answer),
        });
    }
    Ok(seen)
}

/// Sends all of it: alone where it is one, else in a `$batch`.
///
/// # Errors
/// Nothing further can be sent.
pub(crate) fn send(service: &mut dyn Exchange, requests: &[Request]) -> Result<Vec<Sent>, String> {
    let root = service.root();
    let plain = |request: &Request| Plain {
        method: request.method,
        path: request.path_as(|id| id.to_string()),
        body: request.body_as(&root, |id| id.to_string()),
    };
    let plain: Vec<_> = requests.iter().map(plain).collect();
    let answers = all(service, &plain)?;
    let sent = |(answer, request): (Result<Answer, String>, &Plain)| {
        let what = format!("{} {}", request.method, request.path);
        match answer {
            Err(why) => Sent::Lost { pause: None, why: format!("{what}: {why}") },
            Ok(answer) => match answer.status {
                200..=299 => {
                    let value = answer.value();
                    Sent::Accepted(value.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok()))
                }
                429 => Sent::Busy { pause: answer.retry_after, why: answer.told(&what) },
                408 | 500 | 502 | 503 | 504 => Sent::Lost { pause: answer.retry_after, why: answer.told(&what) },
                status => Sent::Refused { status, why: answer.told(&what) },
            },
        }
    };
    Ok(answers.into_iter().zip(&plain).map(sent).collect())
}

impl Read {
    pub(super) fn path(&self) -> String {
        match self {
            Self::Groups => format!("{PROFILE}/connectorGroups"),
            Self::Group(id) => format!("{PROFILE}/connectorGroups/{id}"),
            Self::ConnectorPlace(id) => format!("{PROFILE}/connectors/{id}/memberOf"),
            Self::ApplicationPlace(id) => format!("applications/{id}/connectorGroup"),
            Self::Application(id, members) => {
                let members: Vec<_> = members.iter().map(|name| encoded(name)).collect();
                format!("applications/{id}?$select=id,{}", members.join(","))
            }
            Self::Members(id) => format!("{PROFILE}/connectorGroups/{id}/members"),
        }
    }

    /// What an answer says, where it is whole.
    fn seen(&self, answer: &Answer) -> Seen {
        let value = answer.value();
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(String::from);
        let group = |value: &Value| {
            let id = text(value, "id")?.parse().ok()?;
            // What Graph documents for a region that was not given is none.
            Some(Group { id, name: text(value, "name")?, region: region(value) })
        };
        let what = format!("GET {}", self.path());
        match answer.status {
            // An application that is in no group has nothing to show.
            204 if matches!(self, Self::ApplicationPlace(_)) => return Seen::Place(None),
            404 => {
                return match self {
                    Self::Group(_) => Seen::Group(None),
                    Self::ConnectorPlace(_) | Self::ApplicationPlace(_) => Seen::Place(None),
                    Self::Application(..) => Seen::Application(None),
                    Self::Members(_) => Seen::Members(BTreeMap::new()),
                    Self::Groups => Seen::Failed(answer.told(&what)),
                };
            }
            200..=299 => {}
            408 | 429 | 500 | 502 | 503 | 504 => {
                return Seen::Later { pause: answer.retry_after, why: answer.told(&what) };
            }
            _ => return Seen::Failed(answer.told(&what)),
        }
        let list = value.get("value").and_then(Value::as_array);
        let seen = match (self, list) {
            (Self::Group(_), _) => group(&value).map(|group| Seen::Group(Some(group))),
            (Self::Application(..), _) => value.as_object().map(|members| Seen::Application(Some(members.clone()))),
            (Self::ApplicationPlace(_), _) => {
                text(&value, "id").and_then(|id| id.parse().ok()).map(|id| Seen::Place(Some(id)))
            }
            (Self::ConnectorPlace(_), Some(list)) => match list.as_slice() {
                [] => Some(Seen::Place(None)),
                [one] => text(one, "id").and_then(|id| id.parse().ok()).map(|id| Seen::Place(Some(id))),
                _ => None,
            },
            (Self::Groups, Some(list)) => list.iter().map(group).collect::<Option<Vec<_>>>().map(Seen::Groups),
            (Self::Members(_), Some(list)) => {
                let member = |one: &Value| {
                    let is_active = text(one, "status").is_some_and(|status| status.eq_ignore_ascii_case("active"));
                    Some((text(one, "id")?.parse().ok()?, is_active))
                };
                list.iter().map(member).collect::<Option<BTreeMap<_, _>>>().map(Seen::Members)
            }
            (_, None) => None,
        };
        seen.unwrap_or_else(|| Seen::Failed(format!("{what}: the answer is not what Graph documents")))
    }
}

/// A name within a query: it may come from a backup, and must not end the query or begin another option.
fn encoded(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'@' => text.push(char::from(byte)),
            _ => _ = write!(text, "%{byte:02X}"),
        }
    }
    text
}

/// The region of a group as plans have it; none where Graph tells none.
pub(super) fn region(group: &Value) -> String {
    group.get("region").and_then(Value::as_str).unwrap_or_default().trim().to_ascii_lowercase()
}

/// The further pages of a list. A page that fails makes the whole list fail.
fn pages(service: &mut dyn Exchange, read: &Read, path: &str, first: &Answer) -> Result<Seen, String> {
    let mut whole = read.seen(first);
    let mut link = first.value().get("@odata.nextLink").and_then(Value::as_str).map(String::from);
    let mut known = BTreeSet::new();
    for _ in 0..PAGES_MAX {
        let Some(next) = link.take() else { return Ok(whole) };
        if let Err(why) = new_page(&mut known, path, &next) {
            return Ok(Seen::Failed(why));
        }
        // Only what is behind the version counts: the token goes nowhere else.
        let Some((_, next)) = next.split_once("/beta/") else {
            return Ok(Seen::Failed(format!("GET {path}: the next page is said to be at {next}")));
        };
        let answer = match service.exchange("GET", next, None) {
            Ok(answer) => answer,
            Err(Failure::Lost(why)) => return Ok(Seen::Later { pause: None, why }),
            Err(Failure::Fatal(why)) => return Err(why),
        };
        match (&mut whole, read.seen(&answer)) {
            (Seen::Groups(all), Seen::Groups(more)) => all.extend(more),
            (Seen::Members(all), Seen::Members(more)) => all.extend(more),
            (_, other) => return Ok(other),
        }
        link = answer.value().get("@odata.nextLink").and_then(Value::as_str).map(String::from);
    }
    Ok(Seen::Failed(format!("GET {path}: more than {PAGES_MAX} pages")))
}

/// The answer to each request, or why there is none.
pub(super) fn all(service: &mut dyn Exchange, requests: &[Plain]) -> Result<Vec<Result<Answer, String>>, String> {
    let mut answers = Vec::with_capacity(requests.len());
    for requests in requests.chunks(BATCH_MAX) {
        match requests {
            [one] => answers.push(once(service, one.method, &one.path, one.body.as_ref())?),
            several => answers.extend(batch(service, several)?),
        }
    }
    Ok(answers)
}

fn once(
    service: &mut dyn Exchange,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<Result<Answer, String>, String> {
    match service.exchange(method, path, body) {
        Ok(answer) => Ok(Ok(answer)),
        Err(Failure::Lost(why)) => Ok(Err(why)),
        Err(Failure::Fatal(why)) => Err(why),
    }
}

fn batch(service: &mut dyn Exchange, requests: &[Plain]) -> Result<Vec<Result<Answer, String>>, String> {
    let parts = requests.iter().enumerate().map(|(at, request)| {
        let mut part = json!({"id": at.to_string(), "method": request.method, "url": format!("/{}", request.path)});
        if let (Some(body), Some(part)) = (&request.body, part.as_object_mut()) {
            part.insert("headers".into(), json!({"Content-Type": "application/json"}));
            part.insert("body".into(), body.clone());
        }
        part
    });
    let body = json!({"requests": parts.collect::<Vec<_>>()});
    let whole = match once(service, "POST", "$batch", Some(&body))? {
        Ok(answer) if answer.status == 200 => answer,
        // What is true of the whole is true of each part.
        other => return Ok(requests.iter().map(|_| other.clone()).collect()),
    };
    let whole = whole.value();
    let responses = whole.get("responses").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let by_id = |at: usize| {
        let id = at.to_string();
        let part = responses.iter().find(|part| part.get("id").and_then(Value::as_str) == Some(&id))?;
        let status = u16::try_from(part.get("status")?.as_u64()?).ok()?;
        let headers = part.get("headers").and_then(Value::as_object);
        let header = headers.and_then(|all| all.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after")));
        let retry_after = header.and_then(|(_, value)| retry_after(value.as_str()?));
        let text = part.get("body").map(ToString::to_string).unwrap_or_default();
        Some(Answer { status, retry_after, text })
    };
    let answers =
        (0..requests.len()).map(|at| by_id(at).ok_or_else(|| String::from("$batch left it without an answer")));
    Ok(answers.collect())
}
