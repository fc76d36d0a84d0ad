//! What the command line says.

use core::{net::SocketAddr, str::FromStr, time::Duration};

use connector_groups::{
    TenantId,
    graph::{self, Profile},
};

use crate::{grants::Grants, server::Limits};

pub(crate) const USAGE: &str = "\
usage: emulator [OPTION...] [-- COMMAND...]
  --listen ADDRESS:PORT       default 127.0.0.1:8080, with a COMMAND 127.0.0.1:0; port 0 picks a free one
  --proxy ADDRESS:PORT        a proxy that answers for Graph's and the sign-in's hosts and refuses all others
  --seed FILE                 lines of the replay format, or *.json: the answer of GET /_control/state
  --anonymous TENANT          whose are the requests without a token that names a tenant
  --profile live|documented   which answers where the two differ; default live
  --quirk NAME                emptyGroupApplicationsNotFound, unpublishedNotEnabled, connectorlessTenantNotEnabled
  --let-properties-go         applications take properties that are not modelled, and forget them
  --lag MILLISECONDS          reads see writes this much later (R-67)
  --control                   opens the routes below /_control/
  --tls                       HTTPS, with a certificate made at the start
  --tls-name NAME             one more name or address in the certificate
  --tls-certificate-out FILE  writes what a client has to trust, as PEM
  --insecure                  tokens may cross a network in the clear
  --grant [CLIENT=]NAMES      the permissions that a sign-in gets, with commas between; default all
  --enforce-permissions       a request whose token has not the permission it needs is 403
  --request-ids NUMBER        the same ids in each run; default random
  --connections NUMBER        at once; default 1024
  --time SECONDS              for a request's head, its body, a handshake; default 30
  --body BYTES                of a request; default 4194304
  --quiet                     nothing on standard error about the seed and each request
NAMEs may be given more than once. A COMMAND runs with the proxy in its environment, and its end is the emulator's.";

#[allow(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(crate) struct Options {
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) proxy: Option<SocketAddr>,
    pub(crate) insecure: bool,
    pub(crate) grants: Grants,
    pub(crate) enforce_permissions: bool,
    pub(crate) command: Vec<String>,
    pub(crate) seed: Option<String>,
    pub(crate) graph: graph::Options,
    pub(crate) lag: Duration,
    pub(crate) control: bool,
    pub(crate) tls: bool,
    pub(crate) tls_names: Vec<String>,
    pub(crate) tls_certificate_out: Option<String>,
    pub(crate) request_ids: Option<u64>,
    pub(crate) limits: Limits,
    pub(crate) quiet: bool,
}

impl Options {
    /// `None` where help is asked for; otherwise the options, or what is wrong with them.
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Result<Self, String>> {
        let mut options = Self {
            listen: None,
            proxy: None,
            insecure: false,
            grants: Grants::default(),
            enforce_permissions: false,
            command: Vec::new(),
            seed: None,
            graph: graph::Options::default(),
            lag: Duration::ZERO,
            control: false,
            tls: false,
            tls_names: Vec::new(),
            tls_certificate_out: None,
            request_ids: None,
            limits: Limits { connections: 1024, time: Duration::from_secs(30) },
            quiet: false,
        };
        while let Some(argument) = arguments.next() {
            if argument == "--help" {
                return None;
            }
            if argument == "--" {
                options.command = arguments.collect();
                if options.command.is_empty() {
                    return Some(Err("-- needs a command".into()));
                }
                break;
            }
            if let Err(wrong) = options.take(&argument, &mut arguments) {
                return Some(Err(wrong));
            }
        }
        Some(Ok(options))
    }

    fn take(&mut self, argument: &str, rest: &mut impl Iterator<Item = String>) -> Result<(), String> {
        let mut value = || rest.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument {
            "--control" => self.control = true,
            "--let-properties-go" => self.graph.lets_application_properties_go = true,
            "--quiet" => self.quiet = true,
            "--tls" => self.tls = true,
            "--seed" => self.seed = Some(value()?),
            "--tls-name" => self.tls_names.push(value()?),
            "--tls-certificate-out" => self.tls_certificate_out = Some(value()?),
            "--insecure" => self.insecure = true,
            "--enforce-permissions" => self.enforce_permissions = true,
            "--grant" => self.grants.add(&value()?),
            "--listen" => self.listen = Some(parsed(argument, &value()?)?),
            "--proxy" => self.proxy = Some(parsed(argument, &value()?)?),
            "--anonymous" => self.graph.anonymous = Some(parsed::<TenantId>(argument, &value()?)?),
            "--lag" => self.lag = Duration::from_millis(parsed(argument, &value()?)?),
            "--time" => self.limits.time = Duration::from_secs(parsed(argument, &value()?)?),
            "--connections" => self.limits.connections = parsed(argument, &value()?)?,
            "--request-ids" => self.request_ids = Some(parsed(argument, &value()?)?),
            "--body" => self.graph.body_bytes_max = parsed(argument, &value()?)?,
            "--profile" => {
                self.graph.profile = match &*value()? {
                    "live" => Profile::Live,
                    "documented" => Profile::Documented,
                    other => return Err(format!("--profile: neither live nor documented: {other}")),
                }
            }
            "--quirk" => {
                let quirks = &mut self.graph.quirks;
                *match &*value()? {
                    "emptyGroupApplicationsNotFound" => &mut quirks.empty_group_applications_not_found,
                    "unpublishedNotEnabled" => &mut quirks.unpublished_not_enabled,
                    "connectorlessTenantNotEnabled" => &mut quirks.connectorless_tenant_not_enabled,
                    other => return Err(format!("--quirk: there is no {other}")),
                } = true;
            }
            _ => return Err(format!("unexpected argument {argument}")),
        }
        Ok(())
    }
}

fn parsed<T: FromStr<Err: core::fmt::Display>>(argument: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|error| format!("{argument} {text}: {error}"))
}
