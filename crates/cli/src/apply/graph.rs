//! Graph over the network, as the run of a plan asks it.

use core::time::Duration;
use std::thread;

use indicatif::ProgressBar;
use serde_json::Value;

use super::service::{Answer, Exchange, Failure};
use crate::{
    export::client::{Client, Once},
    output,
};

pub(crate) struct Graph<'a> {
    client: &'a Client,
    bar: &'a ProgressBar,
}

impl<'a> Graph<'a> {
    pub(crate) const fn new(client: &'a Client, bar: &'a ProgressBar) -> Self {
        Self { client, bar }
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
        self.bar.set_message(output::escaped(&format!("waiting for {} s: {why}", pause.as_secs())));
        thread::sleep(pause);
        self.bar.set_message("");
    }

    fn root(&self) -> String {
        self.client.base().into()
    }
}
