//! `conformance --graph`: holds a service that speaks Graph's wire against the engine.
//!
//! The generator's commands become requests; the engine answers them through its own wire, the service over HTTP. Statuses,
//! codes and, by reads, the state are compared. What was made is taken down after each trace.

mod about;
mod answer;
mod capture;
mod compare;
mod curl;
mod ids;
mod reference;
mod request;
mod run;
mod service;
mod survey;
#[cfg(test)]
mod tests;

use core::time::Duration;
use std::{
    io::{self, BufRead, IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
    time::SystemTime,
};

use connector_groups::{Timestamp, graph::Profile};
use serde_json::Value;

use self::{
    capture::Capture,
    request::Request,
    run::{Exchange, Harness},
    service::{Http, Service},
};
use crate::{conformance::compare::Compare, export::token::Source, output};

/// What takes the place of `--graph`. clap drops a requirement that these make impossible, so each option that requires `--graph`
/// conflicts with them too.
const INSTEAD: [&str; 2] = ["program", "answers"];

/// Options of `conformance` that belong to `--graph`.
#[derive(clap::Args)]
#[command(next_help_heading = "With --graph")]
#[group(skip)]
pub(crate) struct Options {
    /// Check a service that speaks Graph's wire, such as an emulator, at this URL, without the version
    #[arg(long, value_name = "URL", conflicts_with_all = INSTEAD)]
    pub(super) graph: Option<String>,
    /// The token is in this environment variable; by default none is sent, unless the Azure CLI is asked
    #[arg(long, value_name = "VARIABLE", requires = "graph", conflicts_with_all = INSTEAD)]
    token_env: Option<String>,
    /// Ask the Azure CLI for a token
    #[arg(long, requires = "graph", conflicts_with_all = INSTEAD, conflicts_with = "token_env")]
    az: bool,
    /// Trust these certificates (PEM) in place of those that the system trusts
    #[arg(long, value_name = "FILE", requires = "graph", conflicts_with_all = INSTEAD)]
    ca_file: Option<PathBuf>,
    /// The name of the tenant, where nobody is there to type it: without it nothing is written
    #[arg(long, value_name = "NAME", requires = "graph", conflicts_with_all = INSTEAD)]
    yes_tenant: Option<String>,
    /// A connector of the default group that may be moved; may be given more than once. Without it: none, but all on this machine
    #[arg(long = "connector", value_name = "ID", requires = "graph", conflicts_with_all = INSTEAD)]
    connectors: Vec<String>,
    /// A domain of the tenant, put in place of contoso.com
    #[arg(long, value_name = "NAME", requires = "graph", conflicts_with_all = INSTEAD)]
    domain: Option<String>,
    /// How long a read may lag behind a write
    #[arg(long, value_name = "SECONDS", default_value_t = 0, requires = "graph", conflicts_with_all = INSTEAD)]
    patience: u64,
    /// Which answers where documentation and the live service differ
    #[arg(long, value_enum, default_value_t = Answers::Live, requires = "graph", conflicts_with_all = INSTEAD)]
    profile: Answers,
    /// Write down what the service answers, and go on after a difference; the file must not be there yet
    #[arg(long, value_name = "FILE", requires = "graph", conflicts_with_all = INSTEAD)]
    capture: Option<PathBuf>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Answers {
    /// As the live service was seen to answer
    Live,
    /// As the reference pages say
    Documented,
}

/// What the rest of the command line says.
pub(super) struct Traces<'a> {
    pub(super) seed: u64,
    pub(super) count: u64,
    pub(super) steps: u32,
    pub(super) compare: Compare,
    pub(super) trace: Option<&'a [String]>,
}

pub(super) fn run(options: &Options, graph: &str, traces: &Traces<'_>) -> Result<ExitCode, String> {
    let source = match &options.token_env {
        Some(variable) => Source::of_environment(variable)?,
        None if options.az => Source::Az,
        // A text that is no token, as the client always sends one. An emulator may answer to it; a service says 401.
        None => Source::Fixed("none".into()),
    };
    let patience = Duration::from_secs(options.patience);
    let ca_file = options.ca_file.as_deref();
    let mut service = Http::new(graph, source, ca_file, patience, options.domain.clone())?;
    let name = tenant_name(&mut service, graph)?;
    confirm(options.yes_tenant.as_deref(), &name, graph)?;
    let named: Vec<String> = options.connectors.iter().map(|id| id.to_lowercase()).collect();
    // Connectors of a tenant carry somebody's traffic: only those that were named are moved.
    // A token goes to this machine alone without TLS, so that a service by http is an emulator of one's own.
    let is_here = graph.starts_with("http://");
    let connectors = if named.is_empty() && is_here { None } else { Some(&*named) };
    let seed = survey::survey(&mut service, connectors)?;
    let capture = options.capture.as_deref();
    let mut capture = capture.map(|path| Capture::new(path, graph, &today())).transpose()?;
    let (mut requests, mut differences) = (0_u64, 0_u64);
    // A recording is of all that a service answers, so that it goes on after a difference.
    let mut note = |exchange: &Exchange<'_>| {
        requests = requests.saturating_add(1);
        differences = differences.saturating_add(u64::from(exchange.difference.is_some()));
        if let Some(capture) = &mut capture {
            capture.add(exchange);
            return true;
        }
        false
    };
    let profile = match options.profile {
        Answers::Live => Profile::Live,
        Answers::Documented => Profile::Documented,
    };
    let compare = traces.compare;
    let mut harness = Harness { service: &mut service, seed, compare, profile, seen: &mut note, left: Vec::new() };
    let found = match traces.trace {
        Some(lines) => harness.run_trace(lines),
        None => harness.run(traces.seed, traces.count, traces.steps),
    };
    // All before the result is looked at: after an error too, there is a recording and something that was left.
    let left = core::mem::take(&mut harness.left);
    capture.map_or(Ok(()), Capture::end)?;
    for text in &left {
        output::say("conformance", text);
    }
    match found? {
        Some(found) => {
            for line in &found.trace {
                output::print_data(line)?;
            }
            output::print(&format!("difference: {}\n", found.difference))?;
            output::print_data(curl::script(graph, &found).trim_end())?;
            Ok(ExitCode::FAILURE)
        }
        None if differences > 0 => {
            output::print(&format!("{differences} of {requests} answers are not the engine's"))?;
            Ok(ExitCode::FAILURE)
        }
        None => {
            output::print(&format!("all {requests} answers are the engine's; what was made is taken down"))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// What the service calls the tenant; its host and port where it does not say.
fn tenant_name(service: &mut Http, graph: &str) -> Result<String, String> {
    let answer = service.send(&Request::get("organization?$select=id,displayName".into()))?;
    let name = answer.body.pointer("/value/0/displayName").and_then(Value::as_str).filter(|_| answer.is_accepted());
    let host = || graph.split("//").last().unwrap_or_default().trim_end_matches('/').to_string();
    Ok(name.map_or_else(host, String::from))
}

/// Nothing is written to a tenant that nobody has named.
fn confirm(yes: Option<&str>, name: &str, graph: &str) -> Result<(), String> {
    let typed = match yes {
        Some(name) => name.to_string(),
        None if io::stdin().is_terminal() => {
            let question = format!(
                "This makes and deletes groups and applications in the tenant {name:?} at {graph}.\nType the name of the tenant to go on:"
            );
            output::say("conformance", &question);
            _ = io::stderr().flush();
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line).map_err(|error| format!("cannot read the answer: {error}"))?;
            line.trim().to_string()
        }
        None => {
            let how = "say which tenant may be written to";
            return Err(format!("nothing is written: {how} with --yes-tenant {name:?}"));
        }
    };
    if typed == name {
        Ok(())
    } else {
        Err(format!("nothing is written: the tenant is called {name:?}, not {typed:?}"))
    }
}

/// The day, without the time: a recording says how old it is, and no more.
fn today() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let now = i64::try_from(since.as_micros()).ok().and_then(Timestamp::from_unix_microseconds);
    now.map(|now| now.to_string().chars().take(10).collect()).unwrap_or_default()
}
