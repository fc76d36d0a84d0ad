//! Graph over the network, as the run of a plan asks it.

use core::{sync::atomic::Ordering, time::Duration};

use serde_json::Value;

use super::service::{Answer, Exchange, Failure};
use crate::export::client::{Client, Once};

pub(crate) struct Graph<'a> {
    client: &'a Client,
}

impl<'a> Graph<'a> {
    pub(crate) const fn new(client: &'a Client) -> Self {
        Self { client }
    }
}

impl Exchange for Graph<'_> {
    fn exchange(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, Failure> {
        let body = body.map(ToString::to_string);
        match self.client.once(method, path, body.as_deref()) {
            Ok(Once::Answered(status, retry_after, text)) => Ok(Answer { status, retry_after, text }),
            Ok(Once::Lost(why)) => Err(Failure::Lost(why)),
            Err(why) => Err(Failure::Fatal(why)),
        }
    }

    fn wait(&mut self, pause: Duration, why: &str) {
        self.client.wait(pause, why);
    }

    fn root(&self) -> String {
        self.client.base().into()
    }

    fn is_stopped(&self) -> bool {
        self.client.stop().load(Ordering::Relaxed)
    }
}
