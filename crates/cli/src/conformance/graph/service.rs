//! A service that speaks Graph's wire, and one over HTTP.

use core::time::Duration;
use std::{path::Path, thread, time::Instant};

use indicatif::ProgressBar;
use serde_json::Value;

use super::{answer::Answer, request::Request};
use crate::export::{
    client::{Client, Once},
    token::Source,
};

/// Between two reads while the first does not show yet what was written.
const PAUSE: Duration = Duration::from_millis(200);
/// How often a request is sent again while the service is busy.
const TRIES: u32 = 10;
/// No answer makes a run wait for longer at a time.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// Pages of one list; a list that never ends is a fault of the service.
const PAGES_MAX: usize = 1000;

/// Something that answers requests of Graph.
pub(super) trait Service {
    /// Sends a request once. A list is answered with all its pages.
    fn send(&mut self, request: &Request) -> Result<Answer, String>;

    /// Reads, again while the answer does not agree and there is patience left.
    fn read(&mut self, request: &Request, agrees: &dyn Fn(&Answer) -> bool) -> Result<Answer, String>;
}

pub(super) struct Http {
    client: Client,
    patience: Duration,
    /// Put in place of `contoso.com`, where a service takes only domains of its own.
    domain: Option<String>,
}

impl Http {
    pub(super) fn new(
        graph: &str,
        source: Source,
        ca_file: Option<&Path>,
        patience: Duration,
        domain: Option<String>,
    ) -> Result<Self, String> {
        let client = Client::new(graph, source, ca_file, TRIES, ProgressBar::hidden())?;
        Ok(Self { client, patience, domain })
    }

    fn once(&self, request: &Request) -> Result<Answer, String> {
        let there =
            |text: &str| self.domain.as_ref().map_or_else(|| text.into(), |own| text.replace("contoso.com", own));
        let body = request.body.as_ref().map(|body| there(&body.to_string()));
        let path = request.path.replace(' ', "%20");
        for tried in 1..=TRIES {
            match self.client.once(request.method, &path, body.as_deref())? {
                Once::Answered(status, pause, _) if tried < TRIES && may_be_sent_again(request.method, status) => {
                    thread::sleep(pause.unwrap_or(Duration::from_secs(1)).min(PAUSE_MAX));
                }
                Once::Answered(status, _, text) => {
                    let text = match &self.domain {
                        Some(own) => text.replace(own.as_str(), "contoso.com"),
                        None => text,
                    };
                    return Ok(Answer { status, body: serde_json::from_str(&text).unwrap_or_default() });
                }
                // Sending it once more could do it twice; what became of it, the reads behind it show.
                Once::Lost(error) => return Err(error),
            }
        }
        Err(format!("{} {}: the service is busy", request.method, request.path))
    }
}

/// Whether a busy service has certainly not done what it was asked. With 429 it has done nothing. A gateway's answer may come
/// behind a write that was done: another thing would be made, of which nobody knows, or a deletion would find nothing.
fn may_be_sent_again(method: &str, status: u16) -> bool {
    status == 429 || (method == "GET" && matches!(status, 502..=504))
}

impl Service for Http {
    fn send(&mut self, request: &Request) -> Result<Answer, String> {
        let mut answer = self.once(request)?;
        for _ in 0..PAGES_MAX {
            let next = answer.text("@odata.nextLink").map(String::from);
            let Some(next) = next.filter(|_| request.method == "GET") else { return Ok(answer) };
            // The answer grows by its pages, and has the link of the last one, so that the loop knows whether it goes on.
            let path = self.client.below_base(&next)?;
            let page = self.once(&Request { method: "GET", path, body: None })?;
            if !page.is_accepted() {
                return Ok(page);
            }
            let more = page.body.get("value").and_then(Value::as_array).cloned().unwrap_or_default();
            if let Value::Object(members) = &mut answer.body {
                members.remove("@odata.nextLink");
                members.extend(page.text("@odata.nextLink").map(|link| ("@odata.nextLink".into(), link.into())));
                if let Some(Value::Array(values)) = members.get_mut("value") {
                    values.extend(more);
                }
            }
        }
        Err(format!("GET {}: the list does not end", request.path))
    }

    fn read(&mut self, request: &Request, agrees: &dyn Fn(&Answer) -> bool) -> Result<Answer, String> {
        let begin = Instant::now();
        loop {
            let answer = self.send(request)?;
            // At least one read, whatever the patience: its answer is the difference that is told.
            if agrees(&answer) || begin.elapsed() >= self.patience {
                return Ok(answer);
            }
            thread::sleep(PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::may_be_sent_again;

    #[test]
    fn a_write_is_sent_again_only_where_it_was_not_done() {
        for (method, status, expected) in
            [("GET", 429, true), ("GET", 503, true), ("GET", 500, false), ("POST", 429, true), ("POST", 502, false)]
        {
            assert_eq!(may_be_sent_again(method, status), expected, "{method} {status}");
        }
        assert!([502, 503, 504].iter().all(|status| !may_be_sent_again("DELETE", *status)));
    }
}
