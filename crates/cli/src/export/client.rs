//! Requests to Graph: one alone, or twenty in a `$batch`, each tried again while Graph is busy.

extern crate alloc;

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use core::{
    cell::RefCell,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    fs,
    path::Path,
    thread,
    time::{Instant, SystemTime},
};

use connector_groups::TenantId;
use indicatif::ProgressBar;
use serde_json::{Value, json, value::RawValue};
use ureq::{
    Agent,
    http::Response,
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

use super::token::{Source, check_scheme};
use crate::{import::layout::Part, output, words::quoted};

/// What Graph takes in one `$batch`.
pub(super) const BATCH_MAX: usize = 20;
/// Some megabytes are usual, in a `$batch` too. A server that sends without end must not fill the memory.
const ANSWER_BYTES_MAX: u64 = 256 << 20;
/// For one request, its answer included.
const TIME: Duration = Duration::from_secs(120);
/// The first pause where the answer does not say how long; doubled each time.
const PAUSE: Duration = Duration::from_secs(1);
/// No answer makes the export wait for longer at a time.
const PAUSE_MAX: Duration = Duration::from_secs(300);

/// Waits of this length are told where nobody sees the bar.
const LONG: Duration = Duration::from_secs(5);
/// So often a wait looks whether it is to end.
const STEP: Duration = Duration::from_millis(100);

/// A whole answer of Graph, whatever its status.
pub(super) struct Answer {
    pub(super) status: u16,
    /// The body as it came.
    pub(super) text: String,
}

impl Answer {
    /// The code of an error; empty where there is none.
    pub(super) fn code(&self) -> String {
        let value: Value = serde_json::from_str(&self.text).unwrap_or_default();
        value.pointer("/error/code").and_then(Value::as_str).unwrap_or_default().into()
    }

    /// An answer that is not what was asked for, in words.
    pub(super) fn told(&self, request: &str) -> String {
        let advice = match self.status {
            401 => "; the token is wrong, or has run out",
            403 => "; the token may not read it: Directory.ReadWrite.All is needed",
            _ => "",
        };
        format!("GET {request}: {}{advice}", error_of(self.status, &self.text))
    }
}

/// Status, code and message of an answer that is an error.
pub(crate) fn error_of(status: u16, text: &str) -> String {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let text = |pointer| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    match text("/error/code") {
        "" => format!("{status} without an error of Graph: a proxy or a gateway may have answered"),
        code => format!("{status} {code}: {}", text("/error/message")),
    }
}

/// The head of an answer.
struct Head {
    status: u16,
    content_type: String,
    location: String,
    retry_after: Option<Duration>,
}

impl Head {
    fn of(response: &Response<ureq::Body>) -> Self {
        let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self {
            status: response.status().as_u16(),
            content_type: text("content-type").into(),
            location: text("location").into(),
            retry_after: retry_after(text("retry-after")),
        }
    }

    /// Refuses what is no answer of Graph: a redirect, which is not followed, as the token would go there, and a page for
    /// people. A gateway's page with an error is Graph being busy.
    fn check(&self, url: &str, text: &str) -> Result<(), String> {
        let shown = |text: &str| quoted(&text.chars().take(200).collect::<String>());
        if (300..400).contains(&self.status) {
            return Err(format!(
                "{url}: the answer is {}, a redirect to {}, where the token does not go. The address is wrong, or a proxy or a \
                 sign-in page stands before Graph",
                self.status,
                shown(&self.location)
            ));
        }
        let is_page =
            self.content_type.to_ascii_lowercase().starts_with("text/html") || text.trim_start().starts_with('<');
        if is_page && self.status < 500 && !matches!(self.status, 408 | 429) {
            return Err(format!(
                "{url}: the answer is {} with content type {} and no JSON: probably the page of a proxy or for a sign-in, and \
                 not Graph; look at the address, and at the settings of the proxy",
                self.status,
                shown(&self.content_type)
            ));
        }
        Ok(())
    }
}

/// Refuses a page that was read before: a list that leads back to one of its pages has no end.
pub(crate) fn new_page(known: &mut BTreeSet<String>, path: &str, next: &str) -> Result<(), String> {
    if known.insert(next.into()) {
        return Ok(());
    }
    Err(format!("GET {path}: the next page is said to be {next}, which was read already"))
}

/// What came of one request.
pub(crate) enum Once {
    /// The status, the pause that the answer asks for, and its text.
    Answered(u16, Option<Duration>, String),
    /// There is no whole answer, and the request may have arrived.
    Lost(String),
}

pub(crate) struct Client {
    agent: Agent,
    /// With the version, without a final slash.
    base: String,
    source: Source,
    token: RefCell<String>,
    tries: u32,
    bar: ProgressBar,
    /// Whether long waits are told where nobody sees the bar.
    tells: bool,
    /// No wait lasts longer once this is set.
    stop: Arc<AtomicBool>,
}

impl Client {
    pub(crate) fn new(
        graph: &str,
        source: Source,
        ca_file: Option<&Path>,
        tries: u32,
        bar: ProgressBar,
    ) -> Result<Self, String> {
        check_scheme(graph)?;
        // Those of the system by default: a company's proxy has put its own there.
        let roots = ca_file.map_or(Ok(RootCerts::PlatformVerifier), certificates)?;
        let cryptography = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = TlsConfig::builder().root_certs(roots).unversioned_rustls_crypto_provider(cryptography);
        let config = Agent::config_builder()
            // An error of Graph has a code in its body, which tells what to do.
            .http_status_as_error(false)
            // A redirect would take the token elsewhere.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(TIME))
            .user_agent(concat!("connector-groups/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build())
            .build();
        let agent: Agent = config.into();
        // Before the first request: whoever has to sign in does so at once, and not in the middle of the work.
        let token = source.token(&agent)?;
        let base = base_of(graph)?;
        let (token, tries, stop) = (RefCell::new(token), tries.max(1), Arc::default());
        Ok(Self { agent, base, source, token, tries, bar, tells: false, stop })
    }

    /// One that tells on standard error what it waits for, unless somebody wants to hear of errors alone.
    pub(crate) fn telling(self, is_quiet: bool) -> Self {
        Self { tells: !is_quiet, ..self }
    }

    /// Whoever sets it ends the wait that is on.
    pub(crate) fn stop(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// A link of an answer as a request below the base; a link to elsewhere is refused, as the token would go there.
    pub(crate) fn below_base(&self, link: &str) -> Result<String, String> {
        let rest = link.strip_prefix(&self.base).and_then(|rest| rest.strip_prefix('/'));
        rest.map(String::from)
            .ok_or_else(|| format!("the next page is said to be at {link}, which is not below {}", self.base))
    }

    /// Reads one thing or page below the base, again while Graph is busy.
    pub(super) fn get(&self, request: &str) -> Result<Answer, String> {
        let url = format!("{}/{request}", self.base);
        self.tried(&url, || self.agent.get(&url).header("authorization", self.bearer()).call())
    }

    /// The answers to requests, in their order.
    pub(super) fn get_all(&self, requests: &[String]) -> Result<Vec<Answer>, String> {
        let mut answers = Vec::with_capacity(requests.len());
        for requests in requests.chunks(BATCH_MAX) {
            answers.extend(self.batch(requests)?);
            self.bar.inc(u64::try_from(requests.len()).unwrap_or_default());
        }
        Ok(answers)
    }

    /// One `$batch`. Parts that Graph is too busy for are asked for again, and no others.
    fn batch(&self, requests: &[String]) -> Result<Vec<Answer>, String> {
        // By the place of the request, as parts are answered in any order.
        let mut answers: BTreeMap<usize, Answer> = BTreeMap::new();
        for tried in 1..=self.tries {
            let left = requests.iter().enumerate().filter(|(at, _)| !answers.contains_key(at));
            let parts =
                left.map(|(at, request)| json!({"id": at.to_string(), "method": "GET", "url": format!("/{request}")}));
            let parts: Vec<_> = parts.collect();
            if parts.is_empty() {
                break;
            }
            let mut pause = None;
            for (at, answer, wait) in self.sent(&parts)? {
                let is_last = tried == self.tries;
                // Only the busy parts again: the others were answered, and asking twice would make Graph busier.
                if is_busy(answer.status) && !is_last {
                    pause = pause.max(Some((wait.unwrap_or_else(|| backoff(tried)), busy(answer.status, wait))));
                } else {
                    answers.insert(at, answer);
                }
            }
            if let Some((pause, why)) = pause {
                self.wait(pause.min(PAUSE_MAX), &why);
            }
        }
        if answers.len() != requests.len() {
            return Err(format!("{}/$batch answered {} of {} requests", self.base, answers.len(), requests.len()));
        }
        Ok(answers.into_values().collect())
    }

    /// The parts of one answer to a `$batch`, with the pause that each asks for.
    fn sent(&self, parts: &[Value]) -> Result<Vec<(usize, Answer, Option<Duration>)>, String> {
        #[derive(serde::Deserialize)]
        struct Batch {
            responses: Vec<Part>,
        }
        #[derive(serde::Deserialize)]
        struct Part {
            id: String,
            status: u16,
            #[serde(default)]
            headers: BTreeMap<String, String>,
            body: Option<Box<RawValue>>,
        }
        let url = format!("{}/$batch", self.base);
        let body = json!({"requests": parts}).to_string();
        let answer = self.tried(&url, || {
            let request = self.agent.post(&url).header("authorization", self.bearer());
            request.header("content-type", "application/json").send(body.as_str())
        })?;
        if answer.status != 200 {
            return Err(answer.told("$batch"));
        }
        let batch: Batch = serde_json::from_str(&answer.text).map_err(|error| format!("{url}: {error}"))?;
        let part = |part: Part| {
            let at = part
                .id
                .parse()
                .map_err(|_| format!("{url}: a response has the id {:?}, which no request has", part.id))?;
            let header = part.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after"));
            let text = part.body.map(|body| body.get().to_string()).unwrap_or_default();
            Ok((at, Answer { status: part.status, text }, header.and_then(|(_, value)| retry_after(value))))
        };
        batch.responses.into_iter().map(part).collect()
    }

    /// One request, tried once: whoever sends it knows whether it may be repeated. Only a token that has run out is renewed, as
    /// nothing was done without one.
    pub(crate) fn once(&self, method: &str, request: &str, body: Option<&str>) -> Result<Once, String> {
        let url = format!("{}/{request}", self.base);
        let mut has_renewed = false;
        loop {
            let told = |error: &dyn core::fmt::Display| format!("{url}: {error}");
            let head = ureq::http::Request::builder().method(method).uri(&url).header("authorization", self.bearer());
            let sent = match body {
                None => self.agent.run(head.body(()).map_err(|error| told(&error))?),
                Some(text) => {
                    let head = head.header("content-type", "application/json");
                    self.agent.run(head.body(text.to_string()).map_err(|error| told(&error))?)
                }
            };
            let mut response = match sent {
                Ok(response) => response,
                Err(error) if is_passing(&error) => return Ok(Once::Lost(told(&error))),
                Err(error) => return Err(told(&error)),
            };
            let head = Head::of(&response);
            if head.status == 401 && self.source.renews() && !has_renewed {
                has_renewed = true;
                *self.token.borrow_mut() = self.source.token(&self.agent)?;
                continue;
            }
            // Half an answer is as good as none: the request has arrived.
            return match response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string() {
                Ok(text) => head.check(&url, &text).map(|()| Once::Answered(head.status, head.retry_after, text)),
                Err(error) => Ok(Once::Lost(told(&error))),
            };
        }
    }

    /// The tenant of the token, as far as it may be read.
    pub(crate) fn tenant(&self) -> Result<Option<TenantId>, String> {
        let answer = self.get(&Part::Organization.request())?;
        let value: Value = serde_json::from_str(&answer.text).unwrap_or_default();
        let id = value.pointer("/value/0/id").and_then(Value::as_str).filter(|_| answer.status == 200);
        Ok(id.and_then(|id| id.parse().ok()))
    }

    /// Where the service is, with the version.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token.borrow())
    }

    /// Sends until the answer is one: again after a pause where Graph is busy or the connection broke, with another token
    /// where that one has run out.
    fn tried(&self, url: &str, send: impl Fn() -> Result<Response<ureq::Body>, ureq::Error>) -> Result<Answer, String> {
        let mut has_renewed = false;
        let mut tried = 0_u32;
        loop {
            tried = tried.saturating_add(1);
            let is_last = tried >= self.tries;
            let broken = || String::from("the connection broke");
            let (pause, why) = match send() {
                Ok(mut response) => {
                    let head = Head::of(&response);
                    let status = head.status;
                    // Once: a new token that is refused as well is wrong, and not old.
                    if status == 401 && self.source.renews() && !has_renewed {
                        has_renewed = true;
                        *self.token.borrow_mut() = self.source.token(&self.agent)?;
                        continue;
                    }
                    let text = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
                    match text {
                        Ok(text) if is_last || !is_busy(status) => {
                            return head.check(url, &text).map(|()| Answer { status, text });
                        }
                        Ok(_) => (head.retry_after.unwrap_or_else(|| backoff(tried)), busy(status, head.retry_after)),
                        Err(error) if is_last => return Err(format!("{url}: {error}")),
                        Err(_) => (backoff(tried), broken()),
                    }
                }
                Err(error) if is_last || !is_passing(&error) => return Err(format!("{url}: {error}")),
                Err(_) => (backoff(tried), broken()),
            };
            self.wait(pause.min(PAUSE_MAX), &why);
        }
    }

    /// Waits, and says so: in the bar, or where nobody sees one, in a line of its own, as a silent program looks as if it hung.
    pub(crate) fn wait(&self, pause: Duration, why: &str) {
        let text = format!("waiting for {} s: {why}", pause.as_secs());
        if !self.bar.is_hidden() {
            self.bar.set_message(output::escaped(&text));
        } else if self.tells && pause >= LONG {
            output::say("graph", &text);
        }
        let start = Instant::now();
        while start.elapsed() < pause && !self.stop.load(Ordering::Relaxed) {
            thread::sleep(STEP.min(pause.saturating_sub(start.elapsed())));
        }
        self.bar.set_message("");
    }
}

/// Why a request is sent again later.
fn busy(status: u16, asked: Option<Duration>) -> String {
    match asked {
        Some(_) => format!("as Graph asks ({status})"),
        None => format!("Graph is busy ({status})"),
    }
}

/// Certificates that a file names.
fn certificates(file: &Path) -> Result<RootCerts, String> {
    let pem = fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let certificate = |item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
        Ok(_) => None,
        Err(error) => Some(Err(format!("{}: {error}", file.display()))),
    };
    let certificates = parse_pem(&pem).filter_map(certificate).collect::<Result<Vec<Certificate<'static>>, _>>()?;
    if certificates.is_empty() {
        return Err(format!("{}: there is no certificate in it", file.display()));
    }
    Ok(RootCerts::Specific(Arc::new(certificates)))
}

/// What Graph asks to try again: too many requests, and a back end that does not answer.
const fn is_busy(status: u16) -> bool {
    matches!(status, 429 | 502 | 503 | 504)
}

/// Whether the same request may go through later. An address or a certificate that is wrong stays wrong.
const fn is_passing(error: &ureq::Error) -> bool {
    matches!(
        error,
        ureq::Error::Io(_) | ureq::Error::Timeout(_) | ureq::Error::ConnectionFailed | ureq::Error::Protocol(_)
    )
}

/// How long `Retry-After` says: seconds, or a time.
pub(crate) fn retry_after(value: &str) -> Option<Duration> {
    match value.trim().parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => httpdate::parse_http_date(value).ok()?.duration_since(SystemTime::now()).ok(),
    }
}

fn backoff(tried: u32) -> Duration {
    // Doubled each time, as Graph asks for where it names no time; the exponent is bounded, the pause itself by `wait`.
    PAUSE.saturating_mul(2_u32.saturating_pow(tried.saturating_sub(1).min(8)))
}

/// Where requests go. The address of Graph is often given with its version, as other tools take it.
fn base_of(graph: &str) -> Result<String, String> {
    let address = graph.trim_end_matches('/');
    if address.ends_with("/v1.0") {
        return Err(format!("--graph {graph}: connector groups are in /beta alone; name the address without /v1.0"));
    }
    Ok(format!("{}/beta", address.strip_suffix("/beta").unwrap_or(address)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_graph_may_have_its_version() {
        for address in ["https://graph", "https://graph/", "https://graph/beta", "https://graph/beta/"] {
            assert_eq!(base_of(address).as_deref(), Ok("https://graph/beta"));
        }
        let why = base_of("https://graph/v1.0/").unwrap_err();
        assert!(why.starts_with("--graph https://graph/v1.0/: ") && why.ends_with("without /v1.0"), "{why}");
    }

    #[test]
    fn what_is_no_answer_of_graph_is_told_as_what_it_is() {
        let head = |status, content_type: &str| Head {
            status,
            content_type: content_type.into(),
            location: "https://login.contoso.com/\u{1b}".into(),
            retry_after: None,
        };
        let why = head(302, "text/plain").check("URL", "").unwrap_err();
        assert!(
            why.starts_with("URL: the answer is 302, a redirect to \"https://login.contoso.com/\\u{1b}\""),
            "{why}"
        );
        for (content_type, text) in [("Text/HTML; charset=utf-8", "x"), ("", " <!DOCTYPE html>")] {
            let why = head(200, content_type).check("URL", text).unwrap_err();
            assert!(why.starts_with(&format!("URL: the answer is 200 with content type \"{content_type}\"")), "{why}");
            assert!(why.contains("probably the page of a proxy or for a sign-in"), "{why}");
        }
        for (status, text) in [(200, "{}"), (404, "{\"error\":{}}"), (204, "")] {
            assert_eq!(head(status, "application/json").check("URL", text), Ok(()));
        }
        // A gateway that is busy has a page too, and is asked again.
        for status in [408, 429, 502, 503, 504] {
            assert_eq!(head(status, "text/html").check("URL", "<html>"), Ok(()));
        }
        assert_eq!(error_of(502, "<html>"), "502 without an error of Graph: a proxy or a gateway may have answered");
        assert_eq!(error_of(404, "{\"error\":{\"code\":\"a\",\"message\":\"b\"}}"), "404 a: b");
    }

    #[test]
    fn retry_after_is_seconds_or_a_time() {
        assert_eq!(retry_after("7"), Some(Duration::from_secs(7)));
        let later = SystemTime::now().checked_add(Duration::from_secs(100)).unwrap();
        let pause = retry_after(&httpdate::fmt_http_date(later)).unwrap();
        assert!(pause > Duration::from_secs(90) && pause <= Duration::from_secs(100));
        assert_eq!(retry_after("soon"), None);
    }
}
