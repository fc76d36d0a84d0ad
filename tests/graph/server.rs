//! A directory behind the wire, and requests to it; after every request an audit, and a look at what a refusal changed.

use connector_groups::{
    Directory, DirectoryCommand, Timestamp,
    graph::{Caller, Code, Context, Options, Profile, Quirks, read, respond},
};
use http::{Method, Request};
use serde_json::{Value, json};

use crate::world::{TENANT, create_tenant, group};

pub(crate) const HOST: &str = "graph.example.com:8443";
pub(crate) const PROXY: &str = "/beta/onPremisesPublishingProfiles/applicationProxy";

/// A response, its body read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    fn of(response: http::Response<Vec<u8>>) -> Self {
        let (parts, body) = response.into_parts();
        let is_json =
            !body.is_empty() && parts.headers.get("content-type").is_some_and(|value| value == "application/json");
        let body =
            if is_json { serde_json::from_slice(&body).unwrap() } else { String::from_utf8(body).unwrap().into() };
        Self { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_else(|| panic!("no error: {self:?}"))
    }

    pub(crate) fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_else(|| panic!("no error: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// One property of every thing of a list.
    pub(crate) fn all(&self, property: &str) -> Vec<&str> {
        let things = self.body["value"].as_array().unwrap_or_else(|| panic!("no list: {self:?}"));
        things.iter().map(|thing| thing[property].as_str().unwrap()).collect()
    }

    pub(crate) fn ids(&self) -> Vec<&str> {
        self.all("id")
    }

    pub(crate) fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    pub(crate) fn is_refused(&self, status: u16, code: &str) -> &Self {
        assert_eq!((self.status, self.code()), (status, code), "{self:?}");
        self
    }
}

pub(crate) struct Server {
    pub(crate) directory: Directory,
    pub(crate) options: Options,
    pub(crate) stale: Option<Directory>,
    pub(crate) caller: Option<Caller>,
    requests: u128,
}

impl Server {
    /// A tenant with its default group 0, region `eur`.
    pub(crate) fn new() -> Self {
        Self::with_rules(&json!({}))
    }

    pub(crate) fn with_rules(rules: &Value) -> Self {
        let mut server = Self {
            directory: Directory::default(),
            options: Options::default(),
            stale: None,
            caller: None,
            requests: 0,
        };
        server.line(create_tenant(rules));
        server
    }

    /// The next request has the id of the last one.
    pub(crate) fn request_id_again(&mut self) {
        self.requests -= 1;
    }

    pub(crate) fn documented(mut self) -> Self {
        self.options.profile = Profile::Documented;
        self
    }

    pub(crate) fn with_quirks(mut self, quirks: Quirks) -> Self {
        self.options.quirks = quirks;
        self
    }

    /// A command that does not come by the wire: of the service, or of a test that wants a certain id.
    pub(crate) fn line(&mut self, mut line: Value) {
        if line["command"] != "createTenant" {
            line["tenant"] = TENANT.into();
        }
        let command: DirectoryCommand = serde_json::from_value(line.clone()).unwrap();
        self.directory.apply(&command).unwrap_or_else(|refusal| panic!("{line}: {refusal}"));
    }

    pub(crate) fn lines(mut self, lines: impl IntoIterator<Item = Value>) -> Self {
        lines.into_iter().for_each(|line| self.line(line));
        self
    }

    pub(crate) fn request(method: &str, url: &str) -> http::request::Builder {
        Request::builder()
            .method(method)
            .uri(url)
            .header("host", HOST)
            .header("authorization", format!("Bearer {TENANT}"))
    }

    /// Sends a request and holds the answer against what every answer must be.
    pub(crate) fn send(&mut self, request: &Request<Vec<u8>>) -> Answer {
        self.requests += 1;
        let now: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let (stale, caller) = (self.stale.clone(), self.caller.clone());
        let context = Context { stale, caller, ..Context::new(now, self.requests) };
        let before = self.directory.clone();
        let looked = read(&before, request, &context, &self.options);
        let outcome = respond(&mut self.directory, request, &context, &self.options);
        let response = outcome.response;
        // The events are the whole of what has changed: a log that has them can be replayed and undone.
        let mut replayed = before.clone();
        replayed.evolve(&outcome.events);
        assert_eq!(replayed, self.directory, "{request:?} has changed more than it tells: {:?}", outcome.events);
        replayed.undo(&outcome.events);
        assert_eq!(replayed, before, "{request:?} cannot be undone: {:?}", outcome.events);
        // All that a request asks for is one command, accepted or refused as a whole. A batch has one for each of its own.
        let is_batch = request.uri().path().ends_with("batch");
        assert!(is_batch || outcome.decisions.len() <= 1, "{request:?} is several commands: {:?}", outcome.decisions);
        assert_eq!(looked.is_some(), [Method::GET, Method::HEAD].contains(request.method()));
        if let Some(looked) = looked {
            assert_eq!(
                (looked.status(), looked.headers(), looked.body()),
                (response.status(), response.headers(), response.body())
            );
            assert_eq!(self.directory, before, "a GET has changed something");
        }
        assert!(self.directory.tenants().all(|tenant| tenant.audit().is_empty()), "{request:?}");
        let answer = Answer::of(response);
        if answer.status >= 400 {
            assert_eq!(self.directory, before, "{request:?} is refused and yet changes something");
        }
        if request.method() == Method::HEAD {
            assert_eq!(answer.body, "", "an answer to HEAD has a body");
        } else if answer.status >= 400 {
            let known = Code::ALL.iter().any(|code| code.status() == answer.status && code.as_str() == answer.code());
            assert!(known, "in no row of the table: {answer:?}");
        }
        answer
    }

    pub(crate) fn get(&mut self, url: &str) -> Answer {
        self.send(&Self::request("GET", url).body(Vec::new()).unwrap())
    }

    /// What the directory answers to advanced queries alone.
    pub(crate) fn advanced(&mut self, url: &str) -> Answer {
        self.send(&Self::request("GET", url).header("ConsistencyLevel", "eventual").body(Vec::new()).unwrap())
    }

    pub(crate) fn delete(&mut self, url: &str) -> Answer {
        self.send(&Self::request("DELETE", url).body(Vec::new()).unwrap())
    }

    pub(crate) fn post(&mut self, url: &str, body: &Value) -> Answer {
        self.with_body("POST", url, body)
    }

    pub(crate) fn patch(&mut self, url: &str, body: &Value) -> Answer {
        self.with_body("PATCH", url, body)
    }

    pub(crate) fn put(&mut self, url: &str, body: &Value) -> Answer {
        self.with_body("PUT", url, body)
    }

    fn with_body(&mut self, method: &str, url: &str, body: &Value) -> Answer {
        let request = Self::request(method, url).header("content-type", "application/json");
        self.send(&request.body(body.to_string().into_bytes()).unwrap())
    }

    /// The body `{"@odata.id": …}` of a link into application proxy.
    pub(crate) fn link(list: &str, id: &str) -> Value {
        json!({"@odata.id": format!("https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy/{list}/{id}")})
    }

    /// The group of an application, as it reads.
    pub(crate) fn group_of(&mut self, application: &str) -> String {
        let answer = self.get(&format!("/beta/applications/{application}/connectorGroup"));
        answer.is(200).body["id"].as_str().unwrap().to_string()
    }
}

/// The path of a group.
pub(crate) fn group_path(number: u32) -> String {
    format!("{PROXY}/connectorGroups/{}", group(number))
}
